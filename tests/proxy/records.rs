//! What is on record: every decision, before anything is forwarded, and every end.

use crate::common::{Gate, READS, ask, get, head, may, post, wait};
use dockgate::record::audit::WhenFull;
use serde_json::{Value, json};
use std::os::unix::fs::{MetadataExt, symlink};
use std::process;
use std::thread;
use std::time::Duration;

const INFO: &str = "/v1.45/info";
const KILL: &str = "/v1.45/containers/web/kill";

/// The line of this kind with this id.
fn with_id(lines: &[Value], id: &Value) -> Value {
    let mut found = lines.iter().filter(|line| line["id"] == *id);
    let line = found.next().unwrap_or_else(|| panic!("no line for {id}"));
    assert!(found.next().is_none(), "two lines for {id}");
    line.clone()
}

/// Three requests: one forwarded, one stopped by the policy, one not understood.
fn ask_three(gate: &Gate) -> (Vec<Value>, Vec<Value>) {
    let answers = [
        gate.ask(get("/v1.45/containers/web/json")),
        gate.ask(ask("POST", KILL).body("{}").bytes()),
        gate.ask(get("/v1.45//info")),
    ];
    assert_eq!(answers.map(|answer| answer.status), [200, 403, 400]);
    (gate.records("decided", 3), gate.records("ended", 3))
}

#[test]
fn what_is_made_and_of_what_is_on_record() {
    let gate = Gate::under(&may("{ ContainerCreate: { image: alpine } }, { VolumeCreate: { name: \"ci-*\" } }"))
        .audited()
        .start();
    let create = |target: &str, body: &str| {
        gate.ask(ask("POST", target).with("Content-Type", "application/json").body(body).bytes());
    };
    create("/v1.45/containers/create?name=web", r#"{"Image":"alpine:3"}"#);
    create("/v1.45/containers/create?name=web%0A2", r#"{"Image":"nginx"}"#);
    create("/v1.45/volumes/create", r#"{"Name":"ci-data"}"#);
    let said = |line: &Value| ["object", "image", "verdict"].map(|key| line[key].as_str().map(str::to_owned));
    let some = |words: [&str; 3]| words.map(|word| Some(word.to_owned()).filter(|word| !word.is_empty()));
    let expected =
        [some(["web", "alpine:3", "allow"]), some([r"web\u{a}2", "nginx", "deny"]), some(["ci-data", "", "allow"])];
    assert_eq!(gate.records("decided", 3).iter().map(said).collect::<Vec<_>>(), expected);
}

/// With its request, a decision can be made again; what is secret is nobody's to read there.
#[test]
fn requests_are_on_record_without_their_secrets() {
    let policy = may("{ ContainerCreate: { image: alpine } }, { ContainerStop: { target: { label: team=a } } }");
    let gate = Gate::under(&policy).audited().with_requests().start();
    let body = r#"{"Image":"alpine:3","Env":["KEY=s3cret"],"HostConfig":{"Privileged":true}}"#;
    let create = ask("POST", "/v1.45/containers/create?name=web").with("X-Registry-Auth", "s3cret");
    gate.ask(create.with("Content-Type", "application/json").body(body).bytes());
    gate.ask(ask("POST", "/v1.45/containers/web/stop?t=1").bytes());
    gate.ask(ask("POST", KILL).body("{}").bytes());
    gate.ask(get("/v1.45//info"));
    let lines = gate.records("decided", 4);
    assert!(!json!(lines).to_string().contains("s3cret"), "{lines:?}");
    let [create, stop, kill, odd] = [0, 1, 2, 3].map(|at| &lines[at]["request"]);
    assert_eq!(create["send"], "POST /v1.45/containers/create?name=web");
    assert_eq!(create["body"]["HostConfig"], json!({ "Privileged": true }));
    assert_eq!(create["withheld"], json!(["env"]));
    assert_eq!(stop["send"], "POST /v1.45/containers/web/stop?t=1");
    assert!(stop["about"]["id"].is_string() || stop["about"] == "absent", "{stop}");
    assert_eq!(kill["send"], "POST /v1.45/containers/web/kill");
    assert_eq!(*odd, json!(null));
}

#[test]
fn every_decision_is_on_record_with_all_that_is_known() {
    let gate = Gate::under(READS).audited().start();
    let (decided, _) = ask_three(&gate);
    let own = std::fs::metadata("/proc/self").unwrap();
    for line in &decided {
        assert_eq!((&line["listener"], &line["role"]), (&json!(gate.address(0)), &json!("reader")), "{line}");
        assert_eq!(line["who"], json!({"uid": own.uid(), "gid": own.gid(), "pid": process::id()}), "{line}");
        assert!(line["time"].as_str().unwrap().ends_with('Z'), "{line}");
    }
    let said = |line: &Value| ["method", "operation", "object", "verdict"].map(|key| line[key].clone());
    let expected = [json!("GET"), json!("ContainerInspect"), json!("web"), json!("allow")];
    assert_eq!(said(&decided[0]), expected);
    assert!(decided[0]["policy"].as_str().unwrap().starts_with("test.yaml:"), "{}", decided[0]);
    assert_eq!(said(&decided[1]), [json!("POST"), json!("ContainerKill"), json!("web"), json!("deny")]);
    assert!(decided[1]["why"][0].as_str().unwrap().contains("send a signal"), "{}", decided[1]);
    assert_eq!(said(&decided[2]), [json!("GET"), Value::Null, json!("/v1.45//info"), json!("refuse")]);
    assert!(decided[2]["why"][0].as_str().unwrap().contains("//"), "{}", decided[2]);
}

#[test]
fn every_end_is_on_record_under_the_same_id() {
    let gate = Gate::under(READS).audited().start();
    let (decided, ended) = ask_three(&gate);
    for (line, status) in decided.iter().zip([200, 403, 400]) {
        let end = with_id(&ended, &line["id"]);
        assert_eq!((&end["status"], &end["end"]), (&json!(status), &json!("complete")), "{end}");
        assert!(end["ms"].as_f64().unwrap() > 0.0 && end["down"].as_u64().unwrap() > 0, "{end}");
    }
}

#[test]
fn the_client_is_told_the_id_that_is_on_record() {
    let gate = Gate::under(READS).audited().start();
    let message = gate.ask(post(KILL)).message();
    let decided = gate.records("decided", 1).remove(0);
    assert!(message.contains(&format!("[{}]", decided["id"].as_str().unwrap())), "{message}");
    assert!(message.contains(decided["why"][0].as_str().unwrap()), "{message}");
}

#[test]
fn bytes_are_counted_each_way() {
    let gate = Gate::under(crate::common::EVERYTHING).audited().start();
    gate.ask(ask("PUT", "/v1.45/containers/web/archive?path=%2F").body("12345").bytes());
    let mut client = gate.connect();
    client.send(ask("POST", "/v1.45/containers/cat/attach?stream=1&stdin=1&stdout=1").upgrade("tcp").bytes());
    client.head();
    client.send("hello").half_close();
    assert_eq!(client.rest().len(), 13);
    let ended = gate.records("ended", 2);
    assert_eq!((&ended[0]["up"], &ended[0]["down"]), (&json!(5), &json!(0)), "{}", ended[0]);
    assert_eq!((&ended[1]["up"], &ended[1]["down"]), (&json!(5), &json!(13)), "{}", ended[1]);
    assert_eq!((&ended[1]["status"], &ended[1]["end"]), (&json!(101), &json!("complete")), "{}", ended[1]);
}

/// Names that would forge a line, steer a terminal, or turn the text around.
#[test]
fn names_from_clients_are_harmless_on_record_and_on_screen() {
    let gate = Gate::under(READS).audited().start();
    let sent = [
        "/v1.45/containers/json?sur%0Aprise%1B%5B2J=1",
        "/v1.45/containers/json?%E2%80%AEesrever=1",
        "/v1.45/containers/a%0A%7B%22record%22%3A%22decided%22%7D/json",
        "/v1.45/containers/a%C2%9B2Jb%E2%80%AEc/json",
        "/v1.45/containers/a%C2%9B2Jb/logs",
    ];
    let messages = sent.map(|target| gate.ask(get(target)).message());
    gate.records("ended", sent.len());
    let text = std::fs::read_to_string(gate.file("audit.jsonl")).unwrap();
    assert_eq!(text.matches("{\"record\":\"decided\"").count(), sent.len());
    let steers = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
    assert!(!text.contains(steers), "{}", text.escape_debug());
    // The daemon's own answer to an allowed request is its own affair.
    for message in messages.iter().filter(|message| message.starts_with("dockgate")) {
        assert!(!message.contains(steers), "{}", message.escape_debug());
    }
    let names: Vec<Value> =
        gate.records("decided", sent.len()).into_iter().map(|line| line["object"].clone()).collect();
    assert_eq!(names[3], "a\u{9b}2Jb\u{202e}c", "nothing is lost for a program that reads it");
}

#[test]
fn what_cannot_be_recorded_is_not_forwarded() {
    let gate = Gate::under(READS).audit("/dev/full".into(), WhenFull::Deny).start();
    let refused = wait("a failed write", || Some(gate.ask(get(INFO))).filter(|answer| answer.status != 200));
    assert_eq!(refused.status, 503);
    assert!(refused.message().contains("audit"), "{}", refused.text());
    gate.daemon().clear();
    for _ in 0..10 {
        assert_eq!(gate.ask(get(INFO)).status, 503);
        assert_eq!(gate.ask(post(KILL)).status, 403);
    }
    assert_eq!(gate.daemon().received(), []);
}

#[test]
fn what_cannot_be_recorded_is_counted_where_the_setting_says_so() {
    let gate = Gate::under(READS).audit("/dev/full".into(), WhenFull::Count).start();
    for _ in 0..50 {
        assert_eq!(gate.ask(get(INFO)).status, 200);
    }
    assert_eq!(gate.daemon().received().len(), 50);
}

/// A gate whose audit file is a full disk until [`make_room`].
fn full(when_full: WhenFull) -> Gate {
    let builder = Gate::under(READS);
    let path = builder.file("audit.jsonl");
    symlink("/dev/full", &path).unwrap();
    let gate = builder.audit(path, when_full).start();
    gate.ask(post(KILL));
    // The failed write of this line is what tells the gate.
    thread::sleep(Duration::from_millis(500));
    gate
}

/// From here on the audit file can be written.
fn make_room(gate: &Gate) {
    let (link, path) = (gate.file("new"), gate.file("audit.jsonl"));
    symlink(gate.file("real.jsonl"), &link).unwrap();
    let turn = crate::common::alone();
    std::fs::rename(link, path).unwrap();
    wait("a new file", || gate.file("real.jsonl").exists().then_some(()));
    drop(turn);
}

#[test]
fn what_a_full_disk_lost_is_counted_once_and_has_no_end() {
    for (when_full, status) in [(WhenFull::Count, 200), (WhenFull::Deny, 503)] {
        let gate = full(when_full);
        for _ in 0..5 {
            assert_eq!(gate.ask(get(INFO)).status, status);
            assert_eq!(gate.ask(post(KILL)).status, 403);
            assert_eq!(gate.ask(get("/v1.45//info")).status, 400);
        }
        make_room(&gate);
        let lost = gate.records("lost", 1);
        assert_eq!(lost, [json!({"record": "lost", "count": 15})], "{when_full:?}");
        assert_eq!(gate.ask(get(INFO)).status, 200);
        let (ended, decided) = (gate.records("ended", 2), gate.records("decided", 2));
        assert_eq!((ended.len(), decided.len()), (2, 2), "{when_full:?}: {ended:#?}");
        ended.iter().for_each(|end| drop(with_id(&decided, &end["id"])));
    }
}

#[test]
fn a_denial_without_a_body_is_complete_on_record() {
    let gate = Gate::under(&may("ping")).audited().start();
    let mut client = gate.connect();
    client.send(head("/v1.45/containers/web/archive?path=%2F"));
    let denied = client.bodiless();
    assert_eq!((denied.status, denied.header("content-type")), (403, Some("application/json")));
    assert_eq!(client.send(get("/v1.45/_ping")).answer().body, b"OK", "the connection is in step");
    let decided = gate.records("decided", 1).remove(0);
    let end = with_id(&gate.records("ended", 2), &decided["id"]);
    assert_eq!((&end["status"], &end["down"], &end["end"]), (&json!(403), &json!(0), &json!("complete")), "{end}");
}

#[test]
fn a_file_that_was_moved_away_is_opened_anew() {
    let gate = Gate::under(READS).audited().start();
    gate.ask(get(INFO));
    gate.records("ended", 1);
    let old = gate.file("audit.1");
    std::fs::rename(gate.file("audit.jsonl"), &old).unwrap();
    let turn = crate::common::alone();
    gate.running().reopen();
    wait("a new file", || gate.file("audit.jsonl").exists().then_some(()));
    drop(turn);
    gate.ask(post(KILL));
    let decided = gate.records("decided", 1);
    assert_eq!((decided.len(), &decided[0]["verdict"]), (1, &json!("deny")));
    assert!(!std::fs::read_to_string(old).unwrap().contains("deny"));
}
