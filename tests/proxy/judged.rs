//! Requests whose bodies are judged: what arrives is what was judged, byte for byte.

use crate::common::{Answer, EVERYTHING, Gate, ask, may};
use std::os::unix::fs::symlink;

const CREATE: &str = "/v1.45/containers/create";

fn json(target: &str, body: &str) -> Vec<u8> {
    ask("POST", target).with("Content-Type", "application/json; charset=utf-8").body(body).bytes()
}

fn create(gate: &Gate, body: &str) -> Answer {
    gate.ask(json(CREATE, body))
}

#[test]
fn what_was_judged_arrives_in_one_spelling() {
    let gate = Gate::open(&may("ContainerCreate"));
    create(&gate, "{ \"\\u0049mage\": \"a\", \"cmd\": \"true\", \"hostConfig\": {\"binds\": null, \"Nothing\": 0} }");
    let received = gate.daemon().only();
    assert_eq!(String::from_utf8_lossy(&received.body), r#"{"Cmd":["true"],"Image":"a","HostConfig":{}}"#);
    assert_eq!(received.header("content-type"), Some("application/json"));
    assert_eq!(received.header("content-length"), Some(received.body.len().to_string().as_str()));
}

#[test]
fn chunks_are_one_body() {
    let gate = Gate::open(&may("ContainerCreate"));
    let pieces: &[&[u8]] = &[b"{\"Image\":", b"\"a\"", b"}"];
    gate.ask(ask("POST", CREATE).with("Content-Type", "application/json").chunks(pieces).bytes());
    assert_eq!(gate.daemon().only().body, br#"{"Image":"a"}"#);
}

#[test]
fn what_is_denied_or_not_understood_does_not_arrive() {
    let gate = Gate::open(&may("ContainerCreate"));
    let cases = [
        (r#"{"Image":"a","HostConfig":{"Privileged":true}}"#, 403),
        (r#"{"Image":"a","Privileged":true}"#, 403),
        (r#"{"Image":"a","HostConfig":{"Binds":["/:/h"]}}"#, 403),
        (r#"{"Image":"a","image":"b"}"#, 400),
        (r#"{"Image":"a"} {}"#, 400),
        (r#"{"Image":"a","Env":"A=b"}"#, 400),
        (r#"[]"#, 400),
    ];
    for (body, status) in cases {
        assert_eq!(create(&gate, body).status, status, "{body}");
    }
    assert_eq!(gate.ask(ask("POST", CREATE).body("{}").bytes()).status, 400, "no type");
    assert_eq!(gate.ask(ask("POST", CREATE).with("Content-Type", "text/plain").body("{}").bytes()).status, 400);
    assert_eq!(gate.daemon().received(), []);
}

#[test]
fn under_everything_a_body_passes_as_it_is() {
    let gate = Gate::open(EVERYTHING);
    let body = "{ \"Image\": \"a\", \"image\": \"b\", \"New\": 1 }";
    create(&gate, body);
    assert_eq!(gate.daemon().only().body, body.as_bytes());
}

#[test]
fn a_never_that_looks_inside_has_bodies_read_under_everything() {
    let text = format!("{EVERYTHING}never:\n- ContainerCreate: {{ privileged: true }}\n");
    let gate = Gate::open(&text);
    assert_eq!(create(&gate, r#"{"hostconfig":{"privileged":true}}"#).status, 403);
    assert_eq!(create(&gate, r#"{"New":1}"#).status, 403);
    assert_eq!(gate.daemon().received(), []);
    create(&gate, r#"{ "image": "a" }"#);
    assert_eq!(gate.daemon().only().body, br#"{"Image":"a"}"#);
}

#[test]
fn what_a_policy_sets_arrives_and_is_on_record() {
    let gate = Gate::under(&may("ContainerCreate: { set: { user: '7', labels: { a: b } } }")).audited().start();
    create(&gate, r#"{"Image":"a"}"#);
    let expected = r#"{"User":"7","Labels":{"a":"b"},"Image":"a"}"#;
    assert_eq!(String::from_utf8_lossy(&gate.daemon().only().body), expected);
    let record = &gate.records("decided", 1)[0];
    assert_eq!(record["set"], serde_json::json!(["user=7", "labels.a=b"]));
}

#[test]
fn links_of_the_host_are_followed() {
    let builder = Gate::under("version: 1\nroles:\n  r:\n    who: anyone\n    may: [ping]\n");
    let dir = builder.file("").canonicalize().unwrap();
    let text = may(&format!("ContainerCreate: {{ binds: ['{0}/data/**', '{0}/data'] }}", dir.display()));
    let gate = Gate::under(&text).sees_host().start();
    std::fs::create_dir(dir.join("data")).unwrap();
    symlink("/etc", dir.join("data/out")).unwrap();
    symlink("in", dir.join("data/near")).unwrap();
    let status = |source: &str| {
        let source = dir.join(source);
        create(&gate, &format!(r#"{{"Image":"a","HostConfig":{{"Binds":["{}:/x"]}}}}"#, source.display())).status
    };
    assert_ne!(status("data/in"), 403);
    assert_ne!(status("data/near/x"), 403);
    assert_ne!(status("data"), 403);
    for out in ["data/out", "data/out/ssh", "data/../data/out", "data/.."] {
        assert_eq!(status(out), 403, "{out}");
    }
}

#[test]
fn a_pull_takes_no_body() {
    let gate = Gate::open(&may("ImageCreate: { remote_source: '-' }"));
    let send = |query: &str| {
        let target = format!("/v1.45/images/create?{query}");
        gate.ask(ask("POST", &target).with("Content-Type", "application/x-tar").body([b'x'; 64]).bytes()).status
    };
    assert_eq!(send("fromImage=a&tag=1"), 400);
    assert_eq!(gate.daemon().received(), []);
    assert_ne!(send("fromSrc=-&repo=a"), 400);
    assert_eq!(gate.daemon().only().body.len(), 64);
}

#[test]
fn a_large_body_is_judged_whole() {
    let gate = Gate::open(&may("ContainerCreate"));
    let variables: Vec<String> = (0..20_000).map(|number| format!("\"V{number}={}\"", "x".repeat(40))).collect();
    let env = variables.join(",");
    create(&gate, &format!(r#"{{"Env":[{env}],"Image":"a"}}"#));
    assert_eq!(gate.daemon().only().body, format!(r#"{{"Env":[{env}],"Image":"a"}}"#).as_bytes());
    assert_eq!(create(&gate, &format!(r#"{{"Env":[{env}],"hostconfig":{{"privileged":true}}}}"#)).status, 403);
    let deep = format!("{}1{}", "[".repeat(100), "]".repeat(100));
    assert_eq!(create(&gate, &deep).status, 400);
}
