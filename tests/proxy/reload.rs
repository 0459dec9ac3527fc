//! New rules for a gate that runs.

use crate::common::{Client, EVERYTHING, Gate, ask, get, may};
use std::path::Path;

/// A gate on `gate.sock`, with a record of all it does.
fn under(text: &str) -> Gate {
    Gate::under(text).audited().start()
}

fn with_rules(gate: &mut Gate, text: &str) {
    let plan = gate.planned("gate.sock", text);
    gate.reload(vec![plan]).unwrap();
}

#[test]
fn the_next_request_is_judged_by_the_new_rules_on_the_same_connection() {
    let mut gate = under(EVERYTHING);
    let mut client = gate.connect();
    assert_eq!(client.send(get("/v1.45/info")).answer().status, 200);
    with_rules(&mut gate, &may("ping"));
    assert_eq!(client.send(get("/v1.45/info")).answer().status, 403);
    assert_eq!(client.send(get("/_ping")).answer().status, 200);
    with_rules(&mut gate, EVERYTHING);
    assert_eq!(client.send(get("/v1.45/info")).answer().status, 200);
    assert_eq!(gate.daemon().received().len(), 3);
}

#[test]
fn a_stream_that_is_not_allowed_any_more_ends_and_another_goes_on() {
    let mut gate = under(EVERYTHING);
    let (mut events, mut attach, mut follow) = (gate.connect(), gate.connect(), gate.connect());
    events.send(get("/v1.45/events")).head();
    attach.send(ask("POST", "/v1.45/containers/web/attach?stream=1&stdout=1").upgrade("tcp").bytes()).head();
    follow.send(get("/v1.45/containers/web/logs?follow=1&stdout=1")).head();
    with_rules(&mut gate, &may("ContainerLogs"));
    events.rest();
    attach.rest();
    let ended = gate.records("ended", 2);
    assert!(ended.iter().all(|end| end["end"] == "revoked"), "{ended:#?}");
    gate.daemon().until("their ends", |all| all.iter().filter(|exchange| exchange.gone).count() == 2);
    with_rules(&mut gate, &may("ping"));
    follow.rest();
    assert_eq!(gate.records("ended", 3)[2]["end"], "revoked");
}

#[test]
fn a_tunnel_that_is_still_allowed_carries_on() {
    let mut gate = under(EVERYTHING);
    let mut attach = gate.connect();
    attach.send(ask("POST", "/v1.45/containers/cat/attach?stream=1&stdin=1&stdout=1").upgrade("tcp").bytes()).head();
    with_rules(&mut gate, &may("{ ContainerAttach: { query.stdin: any } }"));
    attach.send("hello\n");
    assert!(attach.exactly(14).ends_with(b"hello\n"));
}

#[test]
fn listeners_come_and_go() {
    let mut gate = under(EVERYTHING);
    let mut old = gate.connect();
    assert_eq!(old.send(get("/_ping")).answer().status, 200);
    let plans = vec![gate.planned("second.sock", &may("ping"))];
    gate.reload(plans).unwrap();
    assert_eq!(gate.running().addresses().collect::<Vec<_>>(), [gate.file("second.sock").to_str().unwrap()]);
    assert!(!gate.file("gate.sock").exists(), "the name of a closed socket goes");
    assert_eq!(old.rest(), b"");
    let mut new = Client::unix(&gate.file("second.sock"));
    assert_eq!(new.send(get("/_ping")).answer().status, 200);
    assert_eq!(new.send(get("/v1.45/info")).answer().status, 403);
}

#[test]
fn a_listener_that_cannot_be_opened_leaves_everything_as_it_was() {
    let mut gate = under(&may("ping"));
    let plans = vec![
        gate.planned("gate.sock", EVERYTHING),
        gate.planned("second.sock", EVERYTHING),
        gate.planned("nowhere/third.sock", EVERYTHING),
    ];
    let error = gate.reload(plans).unwrap_err();
    assert!(error.contains("third.sock") && error.contains("help:"), "{error}");
    assert!(!gate.file("second.sock").exists());
    assert_eq!(gate.ask(get("/v1.45/info")).status, 403);
    assert_eq!(gate.running().addresses().count(), 1);
}

#[test]
fn a_caller_whose_groups_were_never_asked_for_has_to_come_again() {
    let mut gate = under(EVERYTHING);
    let mut client = gate.connect();
    assert_eq!(client.send(get("/_ping")).answer().status, 200);
    let group = rustix::process::getgid().as_raw();
    let text = format!("version: 1\nroles:\n  tester:\n    who: [{{ gid: {group} }}]\n    may: [ping]\n");
    with_rules(&mut gate, &text);
    assert_eq!(client.rest(), b"", "the connection ends");
    assert_eq!(gate.ask(get("/_ping")).status, 200);
}

#[test]
fn the_mode_of_a_socket_that_stays_changes() {
    use std::os::unix::fs::PermissionsExt;
    let mut gate = under(EVERYTHING);
    let mut plan = gate.planned("gate.sock", EVERYTHING);
    if let dockgate::proxy::Endpoint::Unix(socket) = &mut plan.endpoint {
        socket.mode = 0o640;
    }
    gate.reload(vec![plan]).unwrap();
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&gate.file("gate.sock")), 0o640);
    assert_eq!(gate.ask(get("/_ping")).status, 200);
}

#[test]
fn a_mode_that_was_changed_is_put_back_where_nothing_was_taken() {
    let mut gate = under(EVERYTHING);
    let second = gate.planned("second.sock", EVERYTHING);
    let first = gate.planned("gate.sock", EVERYTHING);
    gate.reload(vec![first, second]).unwrap();
    let mode = |gate: &Gate| std::os::unix::fs::MetadataExt::mode(&gate.file("gate.sock").metadata().unwrap()) & 0o777;
    let before = mode(&gate);
    let plan = |gate: &Gate, name: &str, mode: u32, group: Option<&str>| {
        let mut plan = gate.planned(name, EVERYTHING);
        if let dockgate::proxy::Endpoint::Unix(socket) = &mut plan.endpoint {
            (socket.mode, socket.group) = (mode, group.map(str::to_owned));
        }
        plan
    };
    let bad = vec![plan(&gate, "gate.sock", 0o666, None), plan(&gate, "second.sock", 0o600, Some("no-such-group"))];
    assert!(gate.reload(bad).is_err());
    assert_eq!(mode(&gate), before, "nothing was changed");
    let wide = vec![plan(&gate, "gate.sock", 0o666, None)];
    gate.reload(wide).unwrap();
    assert_eq!(mode(&gate), 0o666);
    std::fs::set_permissions(gate.file("gate.sock"), std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    let wide = vec![plan(&gate, "gate.sock", 0o666, None)];
    gate.reload(wide).unwrap();
    assert_eq!(mode(&gate), 0o666, "what it is counts, not what it was last told to be");
}

/// The head came under the old rules, the end of the body under the new ones: those count.
#[test]
fn a_request_that_is_read_while_rules_change_is_judged_by_the_new_ones() {
    let create = "{ ContainerCreate: { image: any } }";
    let mut gate = under(&may(create));
    let body = "{\"Image\":\"tiny\"}";
    let head = format!(
        "POST /v1.45/containers/create HTTP/1.1\r\nHost: docker\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let (mut denied, mut allowed) = (gate.connect(), gate.connect());
    denied.send(head.clone() + &body[..5]);
    with_rules(&mut gate, &may("ping"));
    assert_eq!(denied.send(&body[5..]).answer().status, 403);
    assert!(gate.daemon().received().is_empty());
    with_rules(&mut gate, &may(create));
    allowed.send(head + &body[..5]);
    with_rules(&mut gate, EVERYTHING);
    assert_eq!(allowed.send(&body[5..]).answer().status, 201);
}

#[test]
fn an_upload_that_is_not_allowed_any_more_ends_and_another_goes_on() {
    let mut gate = under(&may("ImageLoad, PutContainerArchive: { query.path: any }"));
    let head = |method: &str, target: &str| {
        format!("{method} {target} HTTP/1.1\r\nHost: docker\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n")
    };
    let (mut load, mut archive) = (gate.connect(), gate.connect());
    load.send(head("POST", "/v1.45/images/load"));
    archive.send(head("PUT", "/v1.45/containers/web/archive?path=/"));
    gate.daemon().until("both", |all| all.len() == 2);
    with_rules(&mut gate, &may("ImageLoad"));
    archive.until_cut();
    gate.daemon().until("the cut one", |all| {
        all.iter().any(|exchange| exchange.target.contains("archive") && exchange.gone && !exchange.complete)
    });
    assert_eq!(load.send("0\r\n\r\n").answer().status, 200);
    let ended = gate.records("ended", 2);
    assert!(ended.iter().any(|end| end["end"] == "revoked"), "{ended:#?}");
}

#[test]
fn a_closed_listener_serves_nothing_that_was_begun_on_it() {
    let mut gate = under(&may("{ ContainerCreate: { image: any } }"));
    let mut half = gate.connect();
    half.send("POST /v1.45/containers/create HTTP/1.1\r\nHost: docker\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{\"Im");
    let other = gate.planned("other.sock", &may("ping"));
    gate.reload(vec![other]).unwrap();
    let _ = half.try_send("age\":\"tiny\"}");
    let answer = half.try_answer();
    assert!(answer.as_ref().map_or(true, |answer| answer.status == 403), "{answer:?}");
    assert!(gate.daemon().received().is_empty());
}
