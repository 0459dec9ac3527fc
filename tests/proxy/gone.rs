//! Clients that go: the daemon is told at once, and only then.

use crate::common::{Client, EVERYTHING, Gate, ask, get, post};
use dockgate::imitation::Fault;
use std::time::Duration;

/// Requests that are silent for hours.
fn silent() -> Vec<Vec<u8>> {
    let attach = "/v1.45/containers/web/attach?stream=1&stdout=1";
    vec![
        get("/v1.45/events"),
        get("/v1.45/containers/web/logs?follow=1&stdout=1"),
        get("/v1.45/containers/web/stats"),
        post("/v1.45/containers/web/wait"),
        post(attach),
        ask("POST", attach).upgrade("tcp").bytes(),
        ask("POST", "/session").upgrade("h2c").bytes(),
    ]
}

/// Sends the request, waits until the daemon has answered, and goes.
fn go(gate: &Gate, mut client: Client, request: &[u8]) {
    gate.daemon().clear();
    client.send(request).head();
    assert!(!gate.daemon().only().gone);
    drop(client);
    let what = String::from_utf8_lossy(request);
    gate.daemon().only_until(&what, |exchange| exchange.gone && exchange.ended);
}

#[test]
fn a_client_of_a_unix_socket_that_is_gone_is_gone_for_the_daemon() {
    let gate = Gate::open(EVERYTHING);
    // What is read as raw without an upgrade is an echo here, which ends without a trace.
    for request in silent().iter().filter(|request| **request != silent()[4]) {
        go(&gate, gate.connect(), request);
    }
}

#[test]
fn a_client_of_a_port_that_is_gone_is_gone_for_the_daemon() {
    let gate = Gate::under(EVERYTHING).tcp(None, EVERYTHING).start();
    for request in [get("/v1.45/events"), post("/v1.45/containers/web/wait")] {
        go(&gate, Client::tcp(&gate.address(1)), &request);
    }
}

#[test]
fn a_client_that_goes_before_the_answer_is_gone_too() {
    let gate = Gate::open(EVERYTHING);
    gate.daemon().fault(Fault::SlowHead(Duration::from_secs(60)));
    let mut client = gate.connect();
    client.send(get("/v1.45/info"));
    gate.daemon().only_until("the request", |exchange| exchange.complete);
    drop(client);
    gate.daemon().only_until("the client's end", |exchange| exchange.gone);
}

#[test]
fn an_upload_that_breaks_off_is_never_taken_for_a_whole_one() {
    let gate = Gate::open(EVERYTHING);
    let framings = ["Content-Length: 100\r\n\r\nhalf", "Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"];
    for framing in framings {
        for half_closed in [false, true] {
            gate.daemon().clear();
            let mut client = gate.connect();
            client.send(format!("POST /v1.45/build?t=x HTTP/1.1\r\nHost: docker\r\n{framing}"));
            gate.daemon().only_until("the first half", |exchange| exchange.body_len == 4);
            if half_closed {
                client.half_close();
            } else {
                drop(client);
            }
            let exchange = gate.daemon().only_until("the client's end", |exchange| exchange.gone);
            assert!(!exchange.complete, "{framing}");
        }
    }
}

/// `nc -N` and the like shut their side when the request is out, and wait.
#[test]
fn a_client_that_has_nothing_more_to_say_is_not_gone() {
    let gate = Gate::open(EVERYTHING);
    gate.daemon().fault(Fault::SlowHead(Duration::from_millis(1500)));
    let mut client = gate.connect();
    client.send(get("/v1.45/info")).half_close();
    let answer = client.answer();
    assert!(answer.status == 200 && answer.whole);
    assert_eq!(client.rest(), b"");
}
