//! Daemons that answer what no daemon should.

use crate::common::{Client, Served, get, may};
use crate::leaks::Snapshot;
use crate::rogue::{self, Deed, SANE};
use std::time::Duration;

/// What a client sees of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Seen {
    /// An error of the gate's own, and one line in its log.
    BadGateway,
    /// The head, and then a body that is cut and looks so.
    Cut,
    /// The answer as it was meant.
    Whole,
}

/// A name for each fault, what the daemon does, and what becomes of it.
const FAULTS: &[(&str, Deed, Seen)] = &[
    ("another-protocol", Deed::Say("SSH-2.0-OpenSSH_9.2p1\r\n"), Seen::BadGateway),
    ("http-2", Deed::Say("\0\0\x12\x04\0\0\0\0\0"), Seen::BadGateway),
    ("no-answer", Deed::Say(""), Seen::BadGateway),
    ("half-a-line", Deed::Say("HTTP/1.1 2"), Seen::BadGateway),
    ("half-a-head", Deed::Say("HTTP/1.1 200 OK\r\nContent-Le"), Seen::BadGateway),
    ("bad-status", Deed::Say("HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n"), Seen::BadGateway),
    ("bad-header", Deed::Say("HTTP/1.1 200 OK\r\nA\0B: c\r\nContent-Length: 0\r\n\r\n"), Seen::BadGateway),
    ("negative-length", Deed::Say("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}"), Seen::BadGateway),
    ("two-lengths", Deed::Say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}"), Seen::BadGateway),
    (
        "unasked-switch",
        Deed::Say("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"),
        Seen::BadGateway,
    ),
    ("giant-header", Deed::Many("HTTP/1.1 200 OK\r\nX: ", "0123456789abcdef", 40_000), Seen::BadGateway),
    ("many-headers", Deed::Many("HTTP/1.1 200 OK\r\n", "X: y\r\n", 5000), Seen::BadGateway),
    ("endless-head", Deed::Forever("HTTP/1.1 200 OK\r\n", "X: 0123456789abcdef0123456789abcdef\r\n"), Seen::BadGateway),
    ("endless-line", Deed::Forever("HTTP/1.1 200 OK\r\nX: ", "0123456789abcdef0123456789abcdef"), Seen::BadGateway),
    ("half-a-body", Deed::Say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"half\":"), Seen::Cut),
    ("half-a-chunk", Deed::Say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{\"half\":"), Seen::Cut),
    ("no-last-chunk", Deed::Say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n"), Seen::Cut),
    ("bad-chunk", Deed::Say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n"), Seen::Cut),
    (
        "huge-chunk",
        Deed::Say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n{}"),
        Seen::Cut,
    ),
    ("longer-than-said", Deed::SayAndStay("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}{}{}{}"), Seen::Whole),
    (
        "two-answers",
        Deed::SayAndStay(
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nPOISON",
        ),
        Seen::Whole,
    ),
    ("slow", Deed::Slowly(SANE), Seen::Whole),
];

/// The names and deeds alone, with those that need more than one look.
const DEEDS: [(&str, Deed); FAULTS.len() + 3] = {
    let mut deeds = [("", Deed::Hang); FAULTS.len() + 3];
    let mut at = 0;
    while at < FAULTS.len() {
        deeds[at] = (FAULTS[at].0, FAULTS[at].1);
        at += 1;
    }
    deeds[at] = ("hung", Deed::Hang);
    deeds[at + 1] =
        ("endless-list", Deed::Forever("HTTP/1.1 200 OK\r\n\r\n[", "{\"Id\":\"0123456789abcdef0123456789abcdef\"},"));
    deeds[at + 2] = ("endless-go-ahead", Deed::Forever("", "HTTP/1.1 100 Continue\r\n\r\n"));
    deeds
};
static ROGUE: [(&str, Deed); FAULTS.len() + 3] = DEEDS;

fn start() -> Served {
    let folder = tempfile::tempdir().unwrap();
    rogue::listen(&folder.path().join("docker.sock"), &ROGUE);
    Served::start_in(folder, &may("ContainerInspect, ContainerList, ping"), |_| ())
}

fn inspect(name: &str) -> String {
    format!("/v1.45/containers/{name}/json")
}

fn client(served: &Served) -> Client {
    Client::unix(&served.file("gate.sock"))
}

/// The gate is in step: the next answer is the next question's.
fn assert_sane(served: &Served, after: &str) {
    for _ in 0..2 {
        let answer = client(served).send(get(&inspect("sane"))).answer();
        assert_eq!((answer.status, answer.text().as_str()), (200, "{\"a\": 1}"), "after {after}");
    }
}

#[test]
fn each_client_is_told_and_the_next_one_does_not_notice() {
    let served = start();
    assert_sane(&served, "the start");
    let before = Snapshot::of(&served);
    for (name, _, expected) in FAULTS {
        let answer = client(&served).send(get(&inspect(name))).try_answer();
        let seen = match &answer {
            Ok(answer) if answer.status == 502 => Seen::BadGateway,
            Ok(answer) if answer.status == 200 && answer.whole => Seen::Whole,
            _ => Seen::Cut,
        };
        assert_eq!(seen, *expected, "{name}: {answer:?}");
        assert_sane(&served, name);
    }
    let failed = FAULTS.iter().filter(|(_, _, seen)| *seen == Seen::BadGateway).count();
    std::thread::sleep(Duration::from_millis(300));
    let lines = served.until("\"level\":\"ERROR\"", 1);
    assert_eq!(lines.len(), failed, "one line each: {lines:#?}");
    let cut = FAULTS.iter().filter(|(_, _, seen)| *seen == Seen::Cut).count();
    assert_eq!(served.until("ended the exchange early", cut).len(), cut);
    before.assert_nothing_is_left(&served);
}

#[test]
fn an_endless_list_costs_no_memory() {
    let served = start();
    assert_sane(&served, "the start");
    let before = Snapshot::of(&served);
    let mut streams: Vec<_> = (0..8).map(|_| client(&served)).collect();
    for client in &mut streams {
        client.send(get(&inspect("endless-list"))).head();
        client.exactly(8 << 20);
    }
    before.assert_memory(&served);
    drop(streams);
    before.assert_nothing_is_left(&served);
    assert_sane(&served, "endless lists");
}

/// Neither answers; the clients go when they have enough, and so do the connections to the daemon.
#[test]
fn a_daemon_that_never_answers_is_left_with_its_client() {
    let served = start();
    assert_sane(&served, "the start");
    let before = Snapshot::of(&served);
    let mut waiting: Vec<_> = (0..20).map(|_| client(&served)).collect();
    for (number, client) in waiting.iter_mut().enumerate() {
        client.send(get(&inspect(if number % 2 == 0 { "hung" } else { "endless-go-ahead" })));
    }
    std::thread::sleep(Duration::from_millis(300));
    assert_sane(&served, "twenty that wait");
    before.assert_memory(&served);
    drop(waiting);
    before.assert_nothing_is_left(&served);
    assert_sane(&served, "twenty that went");
}

/// A hung daemon is not healthy, and its gate still answers for itself.
#[test]
fn health_tells_of_a_daemon_that_hangs() {
    let folder = tempfile::tempdir().unwrap();
    let daemon = std::os::unix::net::UnixListener::bind(folder.path().join("docker.sock")).unwrap();
    let served = Served::start_in(folder, &may("ping"), |_| ());
    let (code, told) = crate::common::asked(&served, &["health"]);
    assert_eq!(code, 1);
    assert!(told.contains("the gate is up, but the daemon does not answer"), "{told}");
    drop(daemon);
    let (code, told) = crate::common::asked(&served, &["health"]);
    assert!(code == 1 && told.contains("does not answer"), "{told}");
}

/// A raw stream ends when the daemon ends it.
#[test]
fn a_tunnel_ends_with_its_daemon() {
    static DEEDS: &[(&str, Deed)] =
        &[("web", Deed::Say("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nhello"))];
    let folder = tempfile::tempdir().unwrap();
    rogue::listen(&folder.path().join("docker.sock"), DEEDS);
    let served = Served::start_in(folder, &may("ContainerAttach, ContainerInspect, ping"), |_| ());
    let before = Snapshot::of(&served);
    for _ in 0..50 {
        let mut client = client(&served);
        client.send("POST /v1.45/containers/web/attach?stream=1&stdout=1 HTTP/1.1\r\nHost: docker\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
        assert!(client.head().starts_with("HTTP/1.1 101"));
        assert_eq!(client.rest(), b"hello");
    }
    before.assert_nothing_is_left(&served);
}
