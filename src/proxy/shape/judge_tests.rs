use super::super::cut::Cutter;
use super::*;
use crate::catalogue::{Answer, Op};
use crate::policy::{Decision, Policy, Role, Source};
use crate::request::{Identity, Peer, understand};
use http::{HeaderMap, Method};
use serde_json::Value;
use std::sync::Arc;

fn role(may: &str) -> Role {
    let text = format!("version: 1\nroles:\n  r:\n    who: anyone\n    may: [{may}]\n");
    Policy::load(&[Source { name: "p".into(), text }]).unwrap().roles()[0].clone()
}

fn view(may: &str, path: &str) -> View {
    let peer = Peer::Unix { uid: 1, gid: 1, pid: 1, groups: Vec::new(), user: None, group_names: Vec::new() };
    let who = Arc::new(Identity::new("t".into(), peer));
    let request = understand(who, &Method::GET, path, &HeaderMap::new()).and_then(|head| head.with_body(b"")).unwrap();
    match role(may).decide(request) {
        Decision::Allow(allowed) => allowed.view().cloned().expect("a view"),
        Decision::Deny(denial) => panic!("{denial:?}"),
    }
}

/// What a role that may this sees of an answer.
fn shown(may: &str, path: &str, answer: &str) -> String {
    let view = view(may, path);
    let mut cutter = Cutter::new(Answer::of(view.op()).unwrap().sections);
    let mut out = Vec::new();
    cutter.feed(answer.as_bytes(), &mut out, &mut Viewer { view, known: Known::default() }).unwrap();
    assert!(cutter.may_end());
    String::from_utf8(out).unwrap()
}

/// The body of a recorded answer.
fn recorded(text: &str) -> String {
    let (head, body) = text.split_once("\r\n\r\n").or_else(|| text.split_once("\n\n")).unwrap();
    if !head.to_ascii_lowercase().contains("chunked") {
        return body.to_owned();
    }
    let mut rest = body;
    let mut whole = String::new();
    while let Some((size, tail)) = rest.split_once("\r\n").or_else(|| rest.split_once('\n')) {
        let size = usize::from_str_radix(size.trim(), 16).unwrap();
        whole.push_str(&tail[..size]);
        rest = tail[size..].trim_start_matches(['\r', '\n']);
        if size == 0 {
            break;
        }
    }
    whole
}

macro_rules! recording {
    ($name:literal) => {
        recorded(include_str!(concat!("../../imitation/recorded/", $name, ".http")))
    };
}

const WEB: &str = "/v1.45/containers/web/json";

#[test]
fn hidden_parts_of_an_inspected_container_are_absent_and_all_else_is_as_it_was() {
    let whole = recording!("container-web");
    let secrets = shown("ContainerInspect: { hide: [secrets] }", WEB, &whole);
    let (mut expected, left): (Value, Value) =
        (serde_json::from_str(&whole).unwrap(), serde_json::from_str(&secrets).unwrap());
    for (at, key) in [
        ("", "Path"),
        ("", "Args"),
        ("/State", "Error"),
        ("/Config", "Env"),
        ("/Config", "Cmd"),
        ("/Config", "Entrypoint"),
        ("/Config", "OnBuild"),
        ("/HostConfig/LogConfig", "Config"),
        ("/NetworkSettings/Networks/bridge", "DriverOpts"),
    ] {
        assert!(expected.pointer_mut(at).unwrap().as_object_mut().unwrap().shift_remove(key).is_some(), "{at}/{key}");
    }
    assert_eq!(serde_json::to_string(&left).unwrap(), serde_json::to_string(&expected).unwrap());
    assert!(!secrets.contains("favicon"));
}

#[test]
fn each_word_hides_what_it_says() {
    let cases = [
        ("addresses", "172.17.0.2"),
        ("addresses", "02:42:ac"),
        ("host_paths", "/var/lib/docker"),
        ("mounts", "data:/data"),
        ("labels", "com.example.team"),
        ("env", "PATH="),
    ];
    let whole = recording!("container-web");
    for (word, leak) in cases {
        assert!(whole.contains(leak), "{leak}");
        let left = shown(&format!("ContainerInspect: {{ hide: [{word}] }}"), WEB, &whole);
        assert!(!left.contains(leak), "{word}: {leak} in {left}");
        serde_json::from_str::<Value>(&left).unwrap();
    }
}

#[test]
fn a_list_is_filtered_and_what_is_shown_of_it_is_as_it_was() {
    let whole = recording!("containers-all");
    let list: Vec<Value> = serde_json::from_str(&whole).unwrap();
    let left = shown("ContainerList: { target: { label: com.example.team=shop } }", "/v1.45/containers/json", &whole);
    let left_list: Vec<Value> = serde_json::from_str(&left).unwrap();
    let wanted: Vec<&Value> = list.iter().filter(|one| one["Labels"]["com.example.team"] == "shop").collect();
    assert!(!wanted.is_empty() && wanted.len() < list.len());
    assert_eq!(left_list.iter().collect::<Vec<_>>(), wanted);
    let all = shown(
        "ContainerList: { target: { name: any }, hide: [host_paths] }",
        "/v1.45/containers/json",
        "[{\"Names\":[\"/a\"],\"N\":1.0e3}]",
    );
    assert_eq!(all, "[{\"Names\":[\"/a\"],\"N\":1.0e3}]");
    let web = shown("ContainerList: { target: { name: web } }", "/v1.45/containers/json", &whole);
    let names: Vec<Value> = serde_json::from_str(&web).unwrap();
    assert_eq!(names.iter().map(|one| &one["Names"][0]).collect::<Vec<_>>(), ["/web"]);
}

#[test]
fn processes_keep_the_columns_that_are_no_commands() {
    let whole = recording!("container-top");
    let left: Value =
        serde_json::from_str(&shown("ContainerTop: { hide: [command] }", "/v1.45/containers/web/top", &whole)).unwrap();
    let titles = left["Titles"].as_array().unwrap();
    assert!(titles.contains(&"PID".into()) && !titles.contains(&"CMD".into()) && !titles.contains(&"COMMAND".into()));
    let rows = left["Processes"].as_array().unwrap();
    assert!(!rows.is_empty() && rows.iter().all(|row| row.as_array().unwrap().len() == titles.len()));
}

#[test]
fn events_tell_no_commands_and_only_of_what_is_shown() {
    let label = r#"{"status":"exec_create: sh -c 'x \"y'","id":"i","Type":"container","Action":"exec_create: sh -c 'x \"y'","Actor":{"ID":"i","Attributes":{"API_TOKEN":"t","execID":"e","image":"nginx","name":"web","tier":"web"}},"time":1}"#;
    let network = r#"{"Type":"network","Action":"connect","Actor":{"ID":"n","Attributes":{"container":"i","name":"net","type":"bridge"}},"time":2}"#;
    let health = r#"{"Type":"container","Action":"health_status: healthy","Actor":{"ID":"i","Attributes":{"name":"web","tier":"web"}},"time":3}"#;
    let stream = format!("{label}\n{network}\n{health}\n");
    let path = "/v1.45/events";
    let secrets = shown("SystemEvents: { hide: [secrets] }", path, &stream);
    let expected = label.replace(r#"exec_create: sh -c 'x \"y'"#, "exec_create").replace(r#""API_TOKEN":"t","#, "");
    assert_eq!(secrets, format!("{expected}\n{network}\n{health}\n"));
    assert_eq!(shown("SystemEvents: { show: { label: tier=web } }", path, &stream), format!("{label}\n{health}\n"));
    assert_eq!(shown("SystemEvents: { show: { type: network } }", path, &stream), format!("{network}\n"));
    let labels = shown("SystemEvents: { hide: [labels] }", path, &stream);
    assert!(!labels.contains("tier") && labels.contains("execID"), "{labels}");
    // an attribute is no label
    assert_eq!(shown("SystemEvents: { show: { label: execID2 } }", path, &stream), "");
}

#[test]
fn events_tell_no_health_checks() {
    let event =
        r#"{"status":"exec_create: sh -c x","Type":"container","Action":"exec_create: sh -c x","Actor":{"ID":"i"}}"#
            .to_owned()
            + "\n";
    let shown = |hide: &str| shown(&format!("SystemEvents: {{ hide: [{hide}] }}"), "/v1.45/events", &event);
    assert_eq!(shown("health_checks"), event.replace(": sh -c x", ""));
    assert_eq!(shown("mounts"), event);
}

#[test]
fn why_something_failed_goes_with_what_it_tells() {
    let container = r#"{"State":{"Error":"no device /srv/x","ExitCode":1}}"#;
    let task = r#"{"ID":"t","Status":{"State":"failed","Err":"no device /srv/x"}}"#;
    for hide in ["command", "mounts", "host_paths", "driver_options", "log_options", "addresses"] {
        let left = shown(&format!("ContainerInspect: {{ hide: [{hide}] }}"), WEB, container);
        assert_eq!(left, r#"{"State":{"ExitCode":1}}"#, "{hide}");
        let left = shown(&format!("TaskInspect: {{ hide: [{hide}] }}"), "/v1.45/tasks/t", task);
        assert_eq!(left, r#"{"ID":"t","Status":{"State":"failed"}}"#, "{hide}");
    }
    assert_eq!(shown("ContainerInspect: { hide: [env] }", WEB, container), container);
    assert_eq!(shown("TaskInspect: { hide: [labels] }", "/v1.45/tasks/t", task), task);
}

#[test]
fn mounts_have_labels_and_networks_have_options() {
    let mounts = r#"[{"Target":"/m","VolumeOptions":{"NoCopy":true,"Labels":{"l":"x"}}}]"#;
    let networks = r#"[{"Target":"n","DriverOpts":{"o":"x"}}]"#;
    let container = format!(
        r#"{{"HostConfig":{{"Mounts":{mounts}}},"NetworkSettings":{{"Networks":{{"n":{{"DriverOpts":{{"o":"x"}},"NetworkID":"i"}}}}}}}}"#
    );
    let spec = format!(r#""ContainerSpec":{{"Mounts":{mounts}}},"Networks":{networks}"#);
    let service = format!(r#"{{"ID":"s","Spec":{{"Name":"s","TaskTemplate":{{{spec}}},"Networks":{networks}}}}}"#);
    let task = format!(
        r#"{{"ID":"t","Spec":{{{spec}}},"NetworksAttachments":[{{"Network":{{"DriverState":{{"Name":"overlay","Options":{{"o":"x"}}}}}}}}]}}"#
    );
    let cases = [
        ("ContainerInspect", WEB, &container),
        ("ServiceInspect", "/v1.45/services/s", &service),
        ("TaskInspect", "/v1.45/tasks/t", &task),
    ];
    for (op, path, answer) in cases {
        let shown = |hide: &str| shown(&format!("{op}: {{ hide: [{hide}] }}"), path, answer);
        assert_eq!(shown("labels"), answer.replace(r#","Labels":{"l":"x"}"#, ""), "{op}");
        let plain = answer.replace(r#"{"DriverOpts":{"o":"x"},"#, "{").replace(r#","DriverOpts":{"o":"x"}"#, "");
        assert_eq!(shown("driver_options"), plain.replace(r#","Options":{"o":"x"}"#, ""), "{op}");
        assert_eq!(shown("env"), *answer, "{op}");
    }
}

#[test]
fn the_history_of_an_image_tells_what_it_sets() {
    let layer = r#"[{"Id":"a","CreatedBy":"ENV A=x","Size":0,"Comment":"c"}]"#;
    for hide in ["env", "command", "health_checks", "labels", "secret_labels", "history", "secrets"] {
        let left = shown(&format!("ImageHistory: {{ hide: [{hide}] }}"), "/v1.45/images/x/history", layer);
        assert_eq!(left, r#"[{"Id":"a","Size":0}]"#, "{hide}");
    }
}

#[test]
fn images_histories_and_disk_usage() {
    let history = shown(
        "ImageHistory: { hide: [secrets] }",
        "/v1.45/images/x/history",
        r#"[{"Id":"a","CreatedBy":"RUN x","Size":0}]"#,
    );
    assert_eq!(history, r#"[{"Id":"a","Size":0}]"#);
    let image = shown("ImageInspect: { hide: [secrets] }", "/v1.45/images/busybox/json", &recording!("image-busybox"));
    assert!(!image.contains("\"Env\"") && !image.contains("\"Cmd\""), "{image}");
    let images = recording!("images");
    let left = shown("ImageList: { target: { name: busybox } }", "/v1.45/images/json", &images);
    let list: Vec<Value> = serde_json::from_str(&left).unwrap();
    assert_eq!(list.iter().map(|one| &one["RepoTags"][0]).collect::<Vec<_>>(), ["busybox:latest"]);
    let usage = shown("SystemDataUsage: { target: { name: web } }", "/v1.45/system/df", &recording!("disk-usage"));
    let usage: Value = serde_json::from_str(&usage).unwrap();
    assert_eq!(usage["Containers"].as_array().unwrap().len(), 1);
    assert_eq!((usage["Images"].as_array().unwrap().len(), usage["Volumes"].as_array().unwrap().len()), (0, 0));
}

#[test]
fn tasks_go_with_their_service() {
    let view = view("ServiceList: { target: { name: web } }, TaskList: { hide: [env] }", "/v1.45/tasks");
    let mut known = Known::default();
    known.set(view.others()[0].kind(), ["s1"]);
    let task = |service: &str| {
        format!(r#"{{"ID":"t","ServiceID":"{service}","Spec":{{"ContainerSpec":{{"Env":["A"],"Image":"i"}}}}}}"#)
    };
    let mut out = Vec::new();
    let mut cutter = Cutter::new(Answer::of(Op::TaskList).unwrap().sections);
    let answer = format!("[{},{}]", task("s2"), task("s1"));
    cutter.feed(answer.as_bytes(), &mut out, &mut Viewer { view, known }).unwrap();
    assert_eq!(String::from_utf8(out).unwrap(), format!("[{}]", task("s1").replace(r#""Env":["A"],"#, "")));
}

#[test]
fn networks_tell_of_seen_containers_only() {
    let view = view("ContainerList: { target: { name: web } }, NetworkInspect", "/v1.45/networks/n");
    let [sight] = view.others() else { panic!("{view:?}") };
    let mut known = Known::default();
    known.set(sight.kind(), ["a1"]);
    let answer = r#"{"Name":"n","Containers":{"a1":{"Name":"web"},"b2":{"Name":"db"}},"Labels":{}}"#;
    let mut out = Vec::new();
    let mut cutter = Cutter::new(Answer::of(Op::NetworkInspect).unwrap().sections);
    cutter.feed(answer.as_bytes(), &mut out, &mut Viewer { view, known }).unwrap();
    assert_eq!(String::from_utf8(out).unwrap(), r#"{"Name":"n","Containers":{"a1":{"Name":"web"}},"Labels":{}}"#);
}
