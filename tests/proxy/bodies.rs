//! Bodies of any size, both ways at once, and answers that come before the client has done asking.

use crate::common::{Client, EVERYTHING, Gate, READS, ask, get, put};
use dockgate::imitation::{Fault, big_byte};
use std::io::{Read, Write};
use std::os::unix::net::UnixListener;
use std::thread;
use std::time::Duration;

const MIB: usize = 1 << 20;
/// How much goes through a stream.
const MUCH: usize = 64 * MIB;
/// The most that the sockets and buffers on one way may hold.
const HELD: u64 = 8 * MIB as u64;
const WRITE: &str = "/v1.45/containers/web/archive?path=%2Ftmp";
const NOWHERE: &str = "/v1.45/containers/missing/archive?path=%2Ftmp";

/// The bytes of a stream from this place on, so that a lost or doubled piece shows.
fn pattern(from: usize, length: usize) -> Vec<u8> {
    (from..from + length).map(|at| big_byte(at as u64)).collect()
}

/// Compares a stream with [`pattern`], piece by piece.
struct Check {
    at: usize,
    period: Vec<u8>,
}

impl Check {
    fn new() -> Self {
        Self { at: 0, period: pattern(0, 251 + 64 * 1024) }
    }

    fn take(&mut self, piece: &[u8]) {
        for part in piece.chunks(64 * 1024) {
            let phase = self.at % 251;
            assert!(self.period[phase..phase + part.len()] == *part, "a byte at or after {}", self.at);
            self.at += part.len();
        }
    }
}

#[test]
fn a_long_answer_arrives_byte_for_byte() {
    let gate = Gate::open(EVERYTHING);
    gate.daemon().big(MUCH as u64);
    let answer = gate.ask(get("/v1.45/images/tiny/get"));
    let mut check = Check::new();
    check.take(&answer.body);
    assert!(answer.whole && check.at == MUCH, "{} bytes", check.at);
}

#[test]
fn a_long_stream_runs_both_ways_at_once() {
    let gate = Gate::open(EVERYTHING);
    let mut client = gate.connect();
    client.send(ask("POST", "/v1.45/containers/cat/attach?stream=1&stdin=1&stdout=1").upgrade("tcp").bytes());
    client.head();
    let mut writer = client.writer();
    let sending = thread::spawn(move || {
        let piece = pattern(0, 251 * 512);
        for at in (0..MUCH).step_by(piece.len()) {
            writer.write_all(&piece[..piece.len().min(MUCH - at)]).unwrap();
        }
        writer.shutdown(std::net::Shutdown::Write).unwrap();
    });
    let mut check = Check::new();
    while check.at < MUCH {
        let head = client.exactly(8);
        let length = u32::from_be_bytes(head[4..].try_into().unwrap());
        check.take(&client.exactly(length as usize));
    }
    assert_eq!(client.rest(), b"");
    sending.join().unwrap();
}

#[test]
fn a_long_body_goes_up_whole() {
    let gate = Gate::open(EVERYTHING);
    let body = pattern(0, MUCH);
    let chunks: Vec<&[u8]> = body.chunks(100_000).collect();
    for request in [ask("PUT", WRITE).body(&body), ask("PUT", WRITE).chunks(&chunks)] {
        gate.daemon().clear();
        assert_eq!(gate.ask(request.bytes()).status, 200);
        let received = gate.daemon().only();
        assert_eq!((received.body_len, received.complete), (MUCH as u64, true));
        assert!(received.body == body[..received.body.len()]);
    }
}

/// A client that does not read stops the daemon; nothing piles up in between.
#[test]
fn an_answer_that_is_not_read_is_not_collected() {
    let gate = Gate::under(EVERYTHING).audited().start();
    gate.daemon().big(1 << 40);
    let mut client = gate.connect();
    client.send(get("/v1.45/images/tiny/get"));
    client.head();
    thread::sleep(Duration::from_millis(300));
    drop(client);
    let ended = gate.records("ended", 1).remove(0);
    assert!(ended["down"].as_u64().unwrap() < HELD, "{ended}");
}

/// A daemon that does not read stops the client.
#[test]
fn a_body_that_is_not_read_is_not_collected() {
    let mut gate = Gate::open(EVERYTHING);
    gate.stop_daemon();
    let deaf = UnixListener::bind(gate.file("docker.sock")).unwrap();
    let mut client = gate.connect();
    client.send(format!("PUT {WRITE} HTTP/1.1\r\nHost: docker\r\nContent-Length: {}\r\n\r\n", 1u64 << 40));
    let (_open, _) = deaf.accept().unwrap();
    let mut writer = client.writer();
    writer.set_write_timeout(Some(Duration::from_millis(500))).unwrap();
    let piece = vec![0; MIB];
    let mut sent = 0;
    while let Ok(written) = writer.write(&piece) {
        sent += written as u64;
        assert!(sent < HELD, "{sent} bytes went nowhere");
    }
}

/// Sends a body from a thread of its own, whatever becomes of it.
fn upload(client: &Client, length: usize) -> thread::JoinHandle<()> {
    let mut writer = client.writer();
    thread::spawn(move || {
        let piece = vec![7; MIB];
        for _ in 0..length / MIB {
            if writer.write_all(&piece).is_err() {
                return;
            }
        }
    })
}

#[test]
fn a_daemon_that_answers_early_is_heard() {
    let gate = Gate::open(EVERYTHING);
    for after_body_bytes in [0, 1000, MIB as u64] {
        gate.daemon().fault(Fault::EarlyAnswer { after_body_bytes });
        let mut client = gate.connect();
        client.send(format!("PUT {NOWHERE} HTTP/1.1\r\nHost: docker\r\nContent-Length: {MUCH}\r\n\r\n"));
        let sending = upload(&client, MUCH);
        let answer = client.answer();
        assert_eq!(answer.status, 404, "{}", answer.text());
        assert!(answer.whole && answer.message().contains("missing"), "{}", answer.text());
        drop(client);
        sending.join().unwrap();
    }
    assert_eq!(gate.ask(get("/v1.45/_ping")).body, b"OK", "the next request is not disturbed");
}

#[test]
fn a_client_reads_why_while_it_uploads() {
    let gate = Gate::open(READS);
    let length = 100 * MIB;
    for target in [WRITE, "/v1.45/build", "/v1.45/containers/web/start"] {
        let mut client = gate.connect();
        let method = if target == WRITE { "PUT" } else { "POST" };
        client.send(format!("{method} {target} HTTP/1.1\r\nHost: docker\r\nContent-Length: {length}\r\n\r\n"));
        let sending = upload(&client, length);
        let answer = client.answer();
        assert_eq!((answer.status, answer.header("connection")), (403, Some("close")));
        assert!(answer.message().contains("reader may not"), "{}", answer.text());
        drop(client);
        sending.join().unwrap();
    }
    assert_eq!(gate.daemon().received(), []);
}

/// Some clients read nothing before all is sent.
#[test]
fn a_client_reads_why_after_it_has_uploaded() {
    let gate = Gate::open(READS);
    let mut client = gate.connect();
    client.send(put(WRITE, &vec![7; 32 * MIB]));
    assert_eq!(client.answer().status, 403);
}

#[test]
fn who_waits_for_a_go_ahead_gets_it() {
    let gate = Gate::open(EVERYTHING);
    let mut client = gate.connect();
    client.send(format!("PUT {WRITE} HTTP/1.1\r\nHost: docker\r\nExpect: 100-Continue\r\nContent-Length: 3\r\n\r\n"));
    assert_eq!(client.answer().status, 100);
    client.send("tar");
    assert_eq!(client.answer().status, 200);
    let received = gate.daemon().only();
    assert_eq!((received.body.as_slice(), received.header("expect")), (&b"tar"[..], None));
}

#[test]
fn who_waits_for_a_go_ahead_in_vain_reads_why() {
    let gate = Gate::open(READS);
    let mut client = gate.connect();
    client.send(ask("PUT", WRITE).with("Expect", "100-continue").with("Content-Length", "3").bytes());
    assert_eq!(client.answer().status, 403);
    assert_eq!(gate.daemon().received(), []);
}

#[test]
fn an_endless_answer_flows_piece_by_piece() {
    let gate = Gate::open(READS);
    let mut client = gate.connect();
    client.send(get("/v1.45/events"));
    assert!(client.head().starts_with("HTTP/1.1 200"));
    let size = client.exactly(5).to_ascii_lowercase();
    assert_eq!(size, b"18b\r\n", "the first event comes at once, in its own chunk");
    client.exactly(0x18b);
    assert!(gate.daemon().received().iter().all(|exchange| !exchange.ended));
}

/// The head of a wait comes long before the exit that it waits for.
#[test]
fn a_head_comes_before_its_body() {
    let gate = Gate::open(EVERYTHING);
    let mut client = gate.connect();
    client.send(crate::common::post("/v1.45/containers/web/wait?condition=next-exit"));
    assert!(client.head().starts_with("HTTP/1.1 200"));
    assert!(!gate.daemon().only().ended);
}

/// Answers before the request's body has ended, and is gone as soon as the answer is out.
fn answer_early(daemon: &UnixListener, answer: &[u8]) {
    let (mut stream, _) = daemon.accept().unwrap();
    let mut seen = Vec::new();
    while !seen.ends_with(b"first bytes") {
        let mut piece = [0; 4096];
        let read = stream.read(&mut piece).unwrap();
        assert!(read > 0, "{}", String::from_utf8_lossy(&seen));
        seen.extend_from_slice(&piece[..read]);
    }
    write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", answer.len()).unwrap();
    stream.write_all(answer).unwrap();
}

/// The last bytes wait in the gate when the daemon is gone and the body will never end.
#[test]
fn an_early_answer_that_is_read_slowly_arrives_to_its_last_byte() {
    let mut gate = Gate::open(EVERYTHING);
    gate.stop_daemon();
    let daemon = UnixListener::bind(gate.file("docker.sock")).unwrap();
    let answering = thread::spawn(move || answer_early(&daemon, &pattern(0, 3 * MIB)));
    let mut client = gate.connect();
    client.send(format!("PUT {WRITE} HTTP/1.1\r\nHost: docker\r\nContent-Length: {MUCH}\r\n\r\nfirst bytes"));
    assert!(client.head().starts_with("HTTP/1.1 200"));
    let mut check = Check::new();
    check.take(&client.exactly(MIB));
    while !answering.is_finished() {
        check.take(&client.exactly(8 << 10));
        thread::sleep(Duration::from_millis(5));
    }
    thread::sleep(Duration::from_millis(100));
    while check.at < 3 * MIB {
        check.take(&client.exactly((64 << 10).min(3 * MIB - check.at)));
        thread::sleep(Duration::from_millis(20));
    }
    answering.join().unwrap();
}
