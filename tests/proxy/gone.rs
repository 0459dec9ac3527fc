//! Clients that go: the daemon is told at once, and only then.

use crate::common::{Client, EVERYTHING, Gate, ask, get, post};
use dockgate::imitation::Fault;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::thread;
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

/// What came early must not stand before the client's end.
#[test]
fn a_client_of_a_port_that_sent_more_and_went_is_gone_for_the_daemon() {
    let gate = Gate::under(EVERYTHING).tcp(None, EVERYTHING).start();
    for more in ["G", "GET /v1.45/info HTTP/1.1\r\nHost: docker\r\n\r\n"] {
        gate.daemon().clear();
        let mut client = Client::tcp(&gate.address(1));
        client.send(get("/v1.45/events")).head();
        client.send(more).half_close();
        gate.daemon().only_until(more, |exchange| exchange.gone && exchange.ended);
    }
}

/// Switches, and reads nothing of the stream.
fn open_deaf(daemon: &UnixListener) -> UnixStream {
    let (mut stream, _) = daemon.accept().unwrap();
    let mut seen = Vec::new();
    while !seen.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        seen.push(byte[0]);
    }
    let head = "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    stream
}

/// Whether the other side closes within this time, whatever lies unread before that.
fn ends_within(stream: &UnixStream, seconds: i64) -> bool {
    let mut fds = [PollFd::new(stream, PollFlags::empty())];
    let ready = poll(&mut fds, Some(&Timespec { tv_sec: seconds, tv_nsec: 0 })).unwrap();
    ready == 1 && fds[0].revents().contains(PollFlags::HUP)
}

#[test]
fn a_client_that_goes_behind_a_blocked_stream_is_gone_for_the_daemon() {
    let mut gate = Gate::open(EVERYTHING);
    gate.stop_daemon();
    let daemon = UnixListener::bind(gate.file("docker.sock")).unwrap();
    let opening = thread::spawn(move || open_deaf(&daemon));
    let mut client = gate.connect();
    client.send(ask("POST", "/v1.45/containers/web/attach?stream=1&stdin=1").upgrade("tcp").bytes());
    assert!(client.head().starts_with("HTTP/1.1 101"));
    let stream = opening.join().unwrap();
    let mut writer = client.writer();
    writer.set_write_timeout(Some(Duration::from_millis(500))).unwrap();
    while writer.write(&[0; 64 << 10]).is_ok() {}
    assert!(!ends_within(&stream, 0));
    drop((client, writer));
    assert!(ends_within(&stream, 10));
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
