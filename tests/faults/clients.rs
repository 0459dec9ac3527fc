//! Clients that behave as no client should, many times over.

use crate::common::{Client, Daemon, Served, asked, get, may, wait};
use crate::leaks::Snapshot;
use std::io::Write;
use std::net::TcpStream;
use std::os::unix::net::UnixStream;

/// How often each of them comes.
const TIMES: usize = 100;

type Deed = (&'static str, fn(&mut dyn Write));

/// What a client does before it goes without a word.
const DEEDS: &[Deed] = &[
    ("connects", |_| ()),
    ("sends half a head", |to| say(to, "GET /v1.45/containers/js")),
    ("sends half a body", |to| {
        say(
            to,
            "POST /v1.45/containers/create HTTP/1.1\r\nHost: docker\r\nContent-Type: application/json\r\nContent-Length: 4000\r\n\r\n{\"Image\":",
        )
    }),
    ("sends half a chunk", |to| {
        say(to, "POST /v1.45/images/load HTTP/1.1\r\nHost: docker\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\nabc")
    }),
    ("speaks another protocol", |to| say(to, "SSH-2.0-OpenSSH_9.2p1\r\n")),
    ("speaks TLS", |to| say(to, "\x16\x03\x01\x02\x00\x01\x00\x01\x7c\x03\x03")),
    ("asks much and reads nothing", |to| say(to, &get_many("/v1.45/images/big/get", 4))),
    ("asks in a row and reads nothing", |to| say(to, &get_many("/v1.45/containers/json", 50))),
    ("asks for what is denied, in a row", |to| say(to, &get_many("/v1.45/secrets", 50))),
    ("follows the events", |to| say(to, &get_many("/v1.45/events", 1))),
    ("attaches", |to| {
        say(
            to,
            "POST /v1.45/containers/web/attach?stream=1&stdin=1&stdout=1 HTTP/1.1\r\nHost: docker\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nabc",
        )
    }),
];

fn say(to: &mut dyn Write, text: &str) {
    let _ = to.write_all(text.as_bytes());
}

fn get_many(target: &str, count: usize) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: docker\r\n\r\n").repeat(count)
}

const MAY: &str = "ping, ContainerList, ContainerCreate, ContainerAttach, ImageLoad, ImageGet, SystemEvents";

/// A gate with a socket and a port before an imitation.
fn start() -> (Served, String) {
    let folder = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(&folder.path().join("docker.sock"));
    let more = "  - address: 127.0.0.1:0\n    policy: policy.yaml\n";
    let mut served = Served::start_more(folder, &may(MAY), more, |_| ());
    served.daemon = Some(daemon);
    let (_, status) = asked(&served, &["status", "--json"]);
    let status: serde_json::Value = serde_json::from_str(&status).unwrap();
    let port = status["listeners"][0]["name"].as_str().filter(|name| name.starts_with("127"));
    let port = port.or(status["listeners"][1]["name"].as_str()).unwrap().to_owned();
    (served, port)
}

/// Goes with a reset instead of an end, so that what is under way meets an error.
fn reset(stream: &TcpStream) {
    let _ = rustix::net::sockopt::set_socket_linger(stream, Some(std::time::Duration::ZERO));
}

fn come_and_go(served: &Served, port: &str) {
    for (name, deed) in DEEDS {
        for _ in 0..TIMES {
            let mut stream = UnixStream::connect(served.file("gate.sock")).unwrap();
            deed(&mut stream);
            let mut stream = TcpStream::connect(port).unwrap();
            deed(&mut stream);
            reset(&stream);
        }
        assert_eq!(served.status("gate.sock", "/_ping"), 200, "after {TIMES} times: {name}");
    }
}

#[test]
fn nothing_is_left_of_clients_that_go_without_a_word() {
    let (served, port) = start();
    come_and_go(&served, &port);
    let before = Snapshot::settled(&served);
    come_and_go(&served, &port);
    before.assert_nothing_is_left(&served);
    let made = served.daemon.as_ref().unwrap().received();
    assert!(!made.iter().any(|exchange| exchange.target.contains("create")), "half a body made something");
}

/// Many at once, all of them in the middle of something.
#[test]
fn nothing_is_left_of_a_thousand_clients_at_once() {
    let (served, port) = start();
    crowd(&served, &port);
    let before = Snapshot::settled(&served);
    crowd(&served, &port);
    before.assert_nothing_is_left(&served);
}

fn crowd(served: &Served, port: &str) {
    let mut unix: Vec<UnixStream> = Vec::new();
    let mut tcp: Vec<TcpStream> = Vec::new();
    for number in 0..500 {
        let (_, deed) = DEEDS[number % DEEDS.len()];
        let mut stream = UnixStream::connect(served.file("gate.sock")).unwrap();
        deed(&mut stream);
        unix.push(stream);
        let mut stream = TcpStream::connect(port).unwrap();
        deed(&mut stream);
        tcp.push(stream);
    }
    assert_eq!(served.status("gate.sock", "/_ping"), 200, "among a thousand");
    tcp.iter().for_each(reset);
}

/// With few descriptors a gate takes few connections, says so, and goes on.
#[test]
fn descriptors_that_run_out_end_nothing_that_is_open() {
    let folder = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(&folder.path().join("docker.sock"));
    let limited = |command: &mut std::process::Command| {
        let gate = command.get_program().to_owned();
        *command = std::process::Command::new("sh");
        command.args(["-c", "ulimit -n 90; exec \"$0\" \"$@\""]).arg(gate);
    };
    let mut served = Served::start_in(folder, &may("ping, ContainerList"), limited);
    served.daemon = Some(daemon);
    let mut first = Client::unix(&served.file("gate.sock"));
    assert_eq!(first.send(get("/_ping")).answer().status, 200);
    let crowd: Vec<_> = (0..200).filter_map(|_| UnixStream::connect(served.file("gate.sock")).ok()).collect();
    served.until("too many connections", 1);
    assert_eq!(first.send(get("/v1.45/containers/json")).answer().status, 200, "who is in stays in");
    assert_eq!(asked(&served, &["health"]).0, 0, "and the gate answers for itself");
    drop(crowd);
    wait("room", || {
        let mut client = Client::unix(&served.file("gate.sock"));
        client.try_send(get("/_ping")).ok()?;
        client.try_answer().ok().filter(|answer| answer.status == 200)
    });
}
