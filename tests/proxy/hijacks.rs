//! Connections that become raw streams: by an upgrade, and without one.

use crate::common::{Ask, Client, EVERYTHING, Gate, ask};
use dockgate::imitation::Fault;
use std::time::Duration;

/// An exec of the recorded scene.
const EXEC: &str = "fa2b3760ab680c189e3ce16a04c7aff72197e67200ccc641a2e8ae3cf31f11a9";

/// Attaches to a container that says what it hears.
fn attach() -> Ask {
    ask("POST", "/v1.45/containers/cat/attach?stream=1&stdin=1&stdout=1")
}

/// Starts an exec that says what it hears.
fn exec() -> Ask {
    let start = ask("POST", &format!("/v1.45/exec/{EXEC}/start"));
    start.with("Content-Type", "application/json").body(r#"{"Detach":false,"Tty":false}"#)
}

/// What came in frames of standard output.
fn said(mut bytes: &[u8]) -> Vec<u8> {
    let mut said = Vec::new();
    while let [1, 0, 0, 0, a, b, c, d, rest @ ..] = bytes {
        let (piece, next) = rest.split_at(u32::from_be_bytes([*a, *b, *c, *d]) as usize);
        said.extend_from_slice(piece);
        bytes = next;
    }
    assert_eq!(bytes, b"", "a broken frame");
    said
}

/// Sends the request and what follows it, and reads the head that opens the stream.
fn open(gate: &Gate, request: Ask, behind: &[u8], status: &str) -> Client {
    let mut client = gate.connect();
    client.send([request.bytes().as_slice(), behind].concat());
    let head = client.head();
    assert!(head.starts_with(status), "{head}");
    client
}

#[test]
fn an_upgraded_stream_carries_both_ways_and_ends_with_the_client_s_half() {
    let gate = Gate::open(EVERYTHING);
    for request in [attach(), exec()] {
        gate.daemon().clear();
        let mut client = open(&gate, request.upgrade("tcp"), b"", "HTTP/1.1 101 UPGRADED\r\n");
        client.send("hello\n");
        assert_eq!(said(&client.exactly(14)), b"hello\n");
        client.send("bye").half_close();
        assert_eq!(said(&client.rest()), b"bye");
        let exchange = gate.daemon().only_until("its end", |exchange| exchange.ended);
        assert_eq!((exchange.streamed, exchange.lost, exchange.gone), (9, 0, false));
    }
}

#[test]
fn without_an_upgrade_the_stream_is_raw_behind_a_200() {
    let gate = Gate::open(EVERYTHING);
    for request in [attach(), exec()] {
        let mut client = gate.connect();
        client.send(request.bytes());
        let head = client.head().to_ascii_lowercase();
        assert!(head.starts_with("http/1.1 200 ok\r\n"), "{head}");
        assert!(head.contains("content-type: application/vnd.docker.raw-stream\r\n"), "{head}");
        for framing in ["content-length", "transfer-encoding", "upgrade", "connection"] {
            assert!(!head.contains(framing), "{head}");
        }
        client.send("typed").half_close();
        assert_eq!(said(&client.rest()), b"typed");
    }
}

/// The daemon drops what comes before its 101, so the gate must hold it.
#[test]
fn what_is_sent_together_with_the_request_arrives() {
    let gate = Gate::open(EVERYTHING);
    for patience in [0, 100] {
        for request in [attach().upgrade("tcp"), attach(), exec().upgrade("tcp"), exec()] {
            gate.daemon().clear();
            gate.daemon().fault(Fault::SlowHead(Duration::from_millis(patience)));
            let mut client = open(&gate, request, b"at once", "HTTP/1.1 ");
            client.send(", later").half_close();
            assert_eq!(said(&client.rest()), b"at once, later");
            assert_eq!(gate.daemon().only_until("its end", |exchange| exchange.ended).lost, 0);
        }
    }
}

#[test]
fn a_client_that_is_done_before_the_stream_opens_still_reads_it() {
    let gate = Gate::open(EVERYTHING);
    for request in [attach().upgrade("tcp"), attach()] {
        gate.daemon().fault(Fault::SlowHead(Duration::from_millis(100)));
        let mut client = gate.connect();
        client.send([request.bytes().as_slice(), b"all of it"].concat()).half_close();
        client.head();
        assert_eq!(said(&client.rest()), b"all of it");
    }
}

/// The process in the container ended: the stream is over, whatever the client still holds open.
#[test]
fn the_daemon_s_end_is_final() {
    let gate = Gate::open(EVERYTHING);
    for request in [attach().upgrade("tcp"), attach()] {
        let bytes = String::from_utf8(request.bytes()).unwrap().replace("/cat/", "/job/");
        let mut client = gate.connect();
        client.send(bytes);
        client.head();
        client.rest();
        assert!(gate.daemon().received().iter().all(|exchange| !exchange.gone));
    }
}

#[test]
fn an_attach_that_nobody_answers_stays_open_until_its_client_goes() {
    let gate = Gate::open(EVERYTHING);
    let web = ask("POST", "/v1.45/containers/web/attach?stream=1&stdin=1&stdout=1");
    let mut client = open(&gate, web.upgrade("tcp"), b"", "HTTP/1.1 101");
    client.send("half of ");
    gate.daemon().only_until("the first half", |exchange| exchange.streamed == 8);
    client.send("it");
    gate.daemon().only_until("the second half", |exchange| exchange.streamed == 10);
    drop(client);
    gate.daemon().only_until("the client's end", |exchange| exchange.gone);
}

#[test]
fn a_session_of_a_build_carries_both_ways() {
    let gate = Gate::open(EVERYTHING);
    let mut client = open(&gate, ask("POST", "/session").upgrade("h2c"), b"", "HTTP/1.1 101");
    client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    gate.daemon().only_until("the preface", |exchange| exchange.streamed == 24);
    assert_ne!(client.exactly(9).len(), 0, "the daemon's settings");
}

#[test]
fn a_websocket_keeps_its_handshake() {
    let gate = Gate::open(EVERYTHING);
    let key = "dGhlIHNhbXBsZSBub25jZQ==";
    let request = ask("GET", "/v1.45/containers/web/attach/ws?stream=1&stdin=1&stdout=1").upgrade("websocket");
    let request = request.with("Sec-WebSocket-Key", key).with("Sec-WebSocket-Version", "13");
    let mut client = gate.connect();
    client.send(request.bytes());
    let head = client.head();
    assert!(head.starts_with("HTTP/1.1 101") && head.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), "{head}");
    assert_eq!(gate.daemon().only().header("sec-websocket-key"), Some(key));
}

#[test]
fn an_exec_that_is_detached_is_an_answer_and_no_stream() {
    let gate = Gate::open(EVERYTHING);
    let mut client = gate.connect();
    for _ in 0..2 {
        let start = ask("POST", &format!("/v1.45/exec/{EXEC}/start")).upgrade("tcp");
        client.send(start.with("Content-Type", "application/json").body(r#"{"Detach":true}"#).bytes());
        assert_eq!(client.answer().status, 200);
    }
}
