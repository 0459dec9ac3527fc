//! Several requests on one connection: each is judged by itself, and a body is never taken for a request.

use crate::common::{Gate, READS, ask, get, may, post};

const PING: &str = "/v1.45/_ping";
const KILL: &str = "/v1.45/containers/web/kill";

/// The targets that reached the daemon.
fn targets(gate: &Gate) -> Vec<String> {
    gate.daemon().received().into_iter().map(|exchange| exchange.target).collect()
}

#[test]
fn requests_behind_each_other_are_answered_in_order() {
    let gate = Gate::open(READS);
    let mut client = gate.connect();
    client.send([get(PING), get("/v1.45/version"), get("/v1.45/info")].concat());
    let answers = [client.answer(), client.answer(), client.answer()];
    assert!(answers.iter().all(|answer| answer.status == 200 && answer.whole));
    assert_eq!(answers[0].body, b"OK");
    assert_eq!(targets(&gate), [PING, "/v1.45/version", "/v1.45/info"]);
}

#[test]
fn a_request_behind_an_allowed_one_is_judged_too() {
    let gate = Gate::open(READS);
    let mut client = gate.connect();
    client.send([get(PING), post(KILL), get("/v1.45/info")].concat());
    let statuses = [(); 3].map(|()| client.answer().status);
    assert_eq!(statuses, [200, 403, 200]);
    assert_eq!(targets(&gate), [PING, "/v1.45/info"]);
}

#[test]
fn the_body_of_a_denied_request_is_no_request() {
    let gate = Gate::open(READS);
    let hidden = [get(PING), post(KILL)].concat();
    for denied in [ask("POST", KILL).body(&hidden), ask("POST", KILL).chunks(&[&hidden])] {
        let mut client = gate.connect();
        client.send([denied.bytes(), get("/v1.45/info")].concat()).half_close();
        let answer = client.answer();
        assert_eq!((answer.status, answer.header("connection")), (403, Some("close")));
        assert_eq!(client.rest(), b"", "the connection closes, since the body was not read");
    }
    assert_eq!(targets(&gate), [""; 0]);
}

#[test]
fn the_body_of_a_refused_request_is_no_request() {
    let gate = Gate::open("version: 1\nroles:\n  r:\n    who: anyone\n    may: [everything]\n");
    let hidden = get("/v1.45/containers/json");
    let form = ask("POST", "/v1.45/containers/web/rename?name=good")
        .with("Content-Type", "application/x-www-form-urlencoded")
        .body(&hidden);
    let mut client = gate.connect();
    client.send([form.bytes(), get("/v1.45/info")].concat()).half_close();
    assert_eq!(client.answer().status, 400);
    assert_eq!(client.rest(), b"");
    assert_eq!(targets(&gate), [""; 0]);
}

#[test]
fn a_body_where_none_belongs_is_refused_and_does_not_travel() {
    let gate = Gate::open(&may("everything"));
    let body = br#"{"Privileged":true,"Binds":["/:/host"]}"#;
    let start = ask("POST", "/v1.45/containers/web/start");
    for sent in [start.clone().body(body), start.clone().chunks(&[body])] {
        let answer = gate.ask(sent.bytes());
        assert_eq!((answer.status, answer.header("connection")), (400, Some("close")));
        assert!(answer.message().contains("takes no body"), "{}", answer.text());
    }
    assert_eq!(targets(&gate), [""; 0]);
    for nothing in ["", "{}", "null", "\r\n"] {
        let answer = gate.ask(start.clone().body(nothing).bytes());
        assert_ne!(answer.status, 400, "{nothing:?}");
    }
    let received = gate.daemon().received();
    assert_eq!(received.len(), 4);
    assert!(received.iter().all(|exchange| exchange.body_len == 0));
}

/// dockerd ignores an upgrade where it has none to offer; what follows is a request.
#[test]
fn a_request_behind_an_upgrade_that_was_not_granted_is_judged() {
    let gate = Gate::open(&may("ping, container-output"));
    let refused = [
        ask("GET", PING).upgrade("tcp"),
        ask("GET", PING).upgrade("h2c").with("HTTP2-Settings", "AAMAAABkAAQAAP__"),
        ask("GET", "/v1.45/containers/missing/attach/ws").upgrade("websocket"),
        ask("POST", "/v1.45/session").upgrade("h2c"),
        ask("POST", "/v1.45/exec/missing/start").upgrade("tcp"),
        ask("CONNECT", "docker:80"),
    ];
    for upgrade in refused {
        let mut client = gate.connect();
        client.send([upgrade.clone().bytes(), post(KILL)].concat()).half_close();
        let answer = client.answer();
        assert_ne!(answer.status, 101, "{upgrade:?}");
        let rest = client.rest();
        assert!(rest.is_empty() || rest.starts_with(b"HTTP/1.1 403"), "{upgrade:?}: {rest:?}");
    }
    assert!(targets(&gate).iter().all(|target| target != KILL), "{:?}", targets(&gate));
}

/// dockerd hijacks before it looks: its 404 is raw bytes, and then the connection ends.
#[test]
fn a_request_behind_an_attach_to_nothing_does_not_arrive() {
    let gate = Gate::open(&may("container-output"));
    for attach in [ask("POST", "/v1.45/containers/missing/attach?stream=1").upgrade("tcp"), {
        ask("POST", "/v1.45/containers/missing/attach?stream=1")
    }] {
        let mut client = gate.connect();
        client.send([attach.bytes(), post(KILL)].concat()).half_close();
        let answer = client.answer();
        assert_eq!(answer.status, 404);
        assert!(answer.text().contains("No such container"), "{}", answer.text());
        let rest = client.rest();
        assert!(rest.is_empty() || rest.starts_with(b"HTTP/1.1 403"), "{rest:?}");
    }
    assert!(targets(&gate).iter().all(|target| target != KILL), "{:?}", targets(&gate));
}

#[test]
fn what_follows_a_tunnel_is_its_stream_and_no_request() {
    let gate = Gate::open(&may("ContainerAttach: { query.stdin: any }"));
    let attach = ask("POST", "/v1.45/containers/cat/attach?stream=1&stdin=1&stdout=1").upgrade("tcp");
    let mut client = gate.connect();
    client.send([attach.bytes(), post(KILL)].concat());
    assert!(client.head().starts_with("HTTP/1.1 101"));
    let echo = client.exactly(8 + post(KILL).len());
    assert_eq!(echo[8..], post(KILL));
    drop(client);
    let exchange = gate.daemon().only_until("the stream's end", |exchange| exchange.ended);
    assert_eq!((exchange.streamed, exchange.lost), (post(KILL).len() as u64, 0));
}
