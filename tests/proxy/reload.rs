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
