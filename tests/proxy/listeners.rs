//! Sockets and ports: who gets in, as whom, and how many at a time.

use crate::common::{Client, EVERYTHING, Gate, READS, ask, get, may, policy, wait};
use dockgate::imitation::Fault;
use dockgate::proxy::{self, Denials, Endpoint, HostFiles, Limits, ListenerPlan, Plan, UnixSocket};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::thread;
use std::time::Duration;

const PING: &str = "/v1.45/_ping";

fn socket(path: &Path, mode: u32) -> Endpoint {
    Endpoint::Unix(UnixSocket { path: path.to_owned(), mode, owner: None, group: None })
}

#[test]
fn a_socket_has_its_mode_and_goes_with_its_gate() {
    let builder = Gate::under(READS);
    let path = builder.file("second.sock");
    let mut gate = builder.listen(socket(&path, 0o620), READS).start();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o620);
    assert_eq!(Client::unix(&path).send(get(PING)).answer().status, 200);
    gate.stop();
    assert!(!path.exists());
}

#[test]
fn a_live_socket_is_left_alone() {
    let gate = Gate::open(READS);
    let endpoint = socket(Path::new(&gate.address(0)), 0o600);
    let listener =
        ListenerPlan { endpoint, policy: policy(READS), denials: Denials::Full, socket: std::sync::Arc::default() };
    let upstream = gate.file("docker.sock");
    let limits = Limits::default();
    let plan = Plan {
        upstream,
        listeners: vec![listener],
        audit: None,
        limits,
        threads: 1,
        host_files: HostFiles::Auto,
        audit_requests: false,
    };
    let error = proxy::start(plan).err().map(|error| error.to_string()).unwrap();
    assert!(error.contains("live server"), "{error}");
    assert_eq!(gate.ask(get(PING)).status, 200);
}

#[test]
fn every_listener_has_its_own_policy() {
    let builder = Gate::under(READS);
    let path = builder.file("second.sock");
    let gate = builder.listen(socket(&path, 0o600), &may("ping")).start();
    assert_eq!(gate.ask(get("/v1.45/info")).status, 200);
    assert_eq!(Client::unix(&path).send(get("/v1.45/info")).answer().status, 403);
}

#[test]
fn the_kernel_says_who_is_there() {
    let own = fs::metadata("/proc/self").unwrap().uid();
    let roles = |uid: u32| {
        format!(
            "version: 1\nroles:\n  me:\n    who: [{{ uid: {uid} }}]\n    may: [ping]\n  \
             rest:\n    who: others\n    may: [SystemInfo]\n"
        )
    };
    let claims = ask("GET", PING).with("X-Remote-User", &own.to_string()).with("Authorization", "Basic eDp5");
    let gate = Gate::open(&roles(own));
    assert_eq!(gate.ask(claims.clone().bytes()).status, 200);
    assert!(gate.ask(get("/v1.45/info")).message().contains("me may not"));
    let gate = Gate::open(&roles(own + 1));
    assert!(gate.ask(claims.bytes()).message().contains("rest may not"));
    let alone = format!("version: 1\nroles:\n  me:\n    who: [{{ uid: {} }}]\n    may: [everything]\n", own + 1);
    let gate = Gate::open(&alone);
    let answer = gate.ask(get(PING));
    assert!(answer.status == 403 && answer.message().contains("no role"), "{}", answer.text());
    assert_eq!(gate.daemon().received(), []);
}

#[test]
fn a_short_denial_tells_nothing_of_the_policy() {
    let gate = Gate::under(READS).denials(Denials::Short).start();
    let answer = gate.ask(get("/v1.45/swarm"));
    let message = answer.message();
    assert_eq!(answer.status, 403);
    assert!(message.starts_with("dockgate: not allowed by policy ["), "{message}");
    assert!(!message.contains("reader") && !message.contains("yaml"), "{message}");
}

#[test]
fn what_a_web_page_could_send_to_a_port_is_refused() {
    let gate = Gate::under(EVERYTHING).tcp(None, EVERYTHING).start();
    let port = |request: Vec<u8>| Client::tcp(&gate.address(1)).send(request).answer().status;
    for (name, value) in [("Origin", "null"), ("Sec-Fetch-Site", "cross-site"), ("sec-fetch-mode", "no-cors")] {
        assert_eq!(port(ask("GET", PING).with(name, value).bytes()), 403, "{name}");
        assert_eq!(gate.ask(ask("GET", PING).with(name, value).bytes()).status, 200, "no page opens a Unix socket");
    }
    let host = |host: &str| format!("GET {PING} HTTP/1.1\r\nHost: {host}\r\n\r\n").into_bytes();
    for foreign in ["rebind.example.com", "rebind.example.com:2375", "127.0.0.1.example.com"] {
        assert_eq!(port(host(foreign)), 403, "{foreign}");
    }
    for own in ["127.0.0.1:2375", "[::1]:2375", "localhost", "api.moby.localhost", "docker", "docker.example.com", ""] {
        assert_eq!(port(host(own)), 200, "{own}");
    }
}

#[test]
fn an_address_can_have_a_role() {
    let roles = "version: 1\nroles:\n  near:\n    who: [{ address: 127.0.0.0/8 }]\n    may: [ping]\n";
    let gate = Gate::under(roles).tcp(None, roles).start();
    assert_eq!(Client::tcp(&gate.address(1)).send(get(PING)).answer().status, 200);
    assert_eq!(gate.ask(get(PING)).status, 403, "a Unix socket has no address");
}

#[test]
fn connections_beyond_the_limit_are_closed_at_once() {
    let gate = Gate::under(READS).limits(|limits| limits.connections = 2).start();
    let (mut first, mut second) = (gate.connect(), gate.connect());
    for client in [&mut first, &mut second] {
        assert_eq!(client.send(get(PING)).answer().status, 200);
    }
    assert_eq!(gate.connect().rest(), b"");
    drop(first);
    wait("a free place", || {
        let mut client = gate.connect();
        (client.try_send(get(PING)).is_ok() && client.try_answer().is_ok()).then_some(())
    });
    assert_eq!(second.send(get(PING)).answer().status, 200);
}

#[test]
fn connections_in_all_are_limited_over_all_listeners() {
    let builder = Gate::under(READS).limits(|limits| limits.connections_in_all = 1);
    let path = builder.file("second.sock");
    let gate = builder.listen(socket(&path, 0o600), READS).start();
    let mut first = gate.connect();
    assert_eq!(first.send(get(PING)).answer().status, 200);
    assert_eq!(Client::unix(&path).rest(), b"");
}

/// A head that never ends holds a place that others need.
#[test]
fn a_head_that_takes_too_long_ends_its_connection() {
    let gate = Gate::under(READS).limits(|limits| limits.header_timeout = Duration::from_millis(100)).start();
    let half = b"GET /v1.45/_ping HTTP/1.1\r\nHost: ";
    let mut silent = gate.connect();
    let mut slow = gate.connect();
    slow.send(half);
    let mut later = gate.connect();
    assert_eq!(later.send(get(PING)).answer().status, 200);
    later.send(half);
    for client in [&mut silent, &mut slow, &mut later] {
        assert_eq!(client.rest(), b"");
    }
    assert_eq!(gate.daemon().received().len(), 1);
}

/// The clock of a head that came with the request before it starts with that request's end.
#[test]
fn a_head_that_follows_at_once_and_never_ends_ends_its_connection() {
    let gate = Gate::under(READS).limits(|limits| limits.header_timeout = Duration::from_millis(300)).start();
    let half = b"GET /v1.45/_ping HTTP/1.1\r\nHost: ".to_vec();
    for whole in 1..=3 {
        gate.daemon().clear();
        let mut client = gate.connect();
        client.send([get(PING).repeat(whole), half.clone()].concat());
        (0..whole).for_each(|_| assert_eq!(client.answer().status, 200));
        assert_eq!(client.rest(), b"");
        assert_eq!(gate.daemon().received().len(), whole);
    }
}

#[test]
fn a_connection_that_idles_too_long_ends_and_a_busy_one_does_not() {
    let gate = Gate::under(EVERYTHING).limits(|limits| limits.idle_timeout = Duration::from_millis(300)).start();
    let mut events = gate.connect();
    events.send(get("/v1.45/events")).head();
    gate.daemon().fault(Fault::SlowHead(Duration::from_secs(2)));
    let mut waiting = gate.connect();
    waiting.send(get("/v1.45/info"));
    gate.daemon().until("both requests", |all| all.len() == 2);
    let (mut idle, mut silent) = (gate.connect(), gate.connect());
    assert_eq!(idle.send(get(PING)).answer().status, 200);
    assert_eq!((idle.rest(), silent.rest()), (vec![], vec![]));
    assert_eq!(waiting.answer().status, 200);
    assert!(gate.daemon().received().iter().all(|exchange| !exchange.gone), "a stream");
    assert_eq!(waiting.rest(), b"");
}

/// Not a stream, but answers that are complete, and that nobody takes.
#[test]
fn a_client_that_takes_nothing_of_its_answers_loses_its_seat() {
    const ASKED: usize = 4000;
    let gate = Gate::under(&may("ping")).limits(|limits| limits.idle_timeout = Duration::from_secs(1)).start();
    let mut client = gate.connect();
    let requests = get("/v1.45/info").repeat(ASKED);
    let mut writer = client.writer();
    let sending = std::thread::spawn(move || std::io::Write::write_all(&mut writer, &requests));
    std::thread::sleep(Duration::from_millis(3500));
    let answers = String::from_utf8(client.rest()).unwrap().matches("HTTP/1.1 403").count();
    assert!((1..ASKED).contains(&answers), "{answers} answers");
    let _ = sending.join();
}

#[test]
fn a_client_without_a_role_gets_one_answer_and_no_connection() {
    let own = fs::metadata("/proc/self").unwrap().uid();
    let roles = format!("version: 1\nroles:\n  other:\n    who: [{{ uid: {} }}]\n    may: [ping]\n", own + 1);
    let gate = Gate::open(&roles);
    let mut client = gate.connect();
    client.send([get(PING), get(PING)].concat());
    let answer = client.answer();
    assert_eq!((answer.status, answer.header("connection")), (403, Some("close")), "{}", answer.text());
    assert_eq!(client.rest(), b"");
}

#[test]
fn what_is_not_a_head_may_take_its_time() {
    let gate = Gate::under(EVERYTHING).limits(|limits| limits.header_timeout = Duration::from_millis(100)).start();
    let mut idle = gate.connect();
    assert_eq!(idle.send(get(PING)).answer().status, 200);
    let mut slow = gate.connect();
    slow.send("PUT /v1.45/containers/web/archive?path=%2F HTTP/1.1\r\nHost: docker\r\nContent-Length: 4\r\n\r\nab");
    let mut events = gate.connect();
    events.send(get("/v1.45/events")).head();
    thread::sleep(Duration::from_millis(1300));
    assert_eq!(idle.send(get(PING)).answer().status, 200, "an idle connection");
    assert_eq!(slow.send("cd").answer().status, 200, "a body");
    assert!(gate.daemon().received().iter().all(|exchange| !exchange.gone), "a stream");
}

#[test]
fn a_handshake_that_takes_too_long_ends_its_connection() {
    let server = crate::common::Authority::new().server();
    let gate = Gate::under(READS).limits(|limits| limits.handshake_timeout = Duration::from_millis(100));
    let gate = gate.tcp(Some(server), READS).start();
    assert_eq!(Client::tcp(&gate.address(1)).rest(), b"");
}

#[test]
fn bodies_that_are_held_are_limited() {
    let json = || ask("POST", "/v1.45/exec/abc/start").with("Content-Type", "application/json");
    let start = |body: &str| json().body(body).bytes();
    let gate = Gate::under(&may("exec-session")).limits(|limits| limits.buffered_bodies = 4).start();
    assert_eq!(gate.ask(start("{}")).status, 404);
    let answer = gate.ask(start(r#"{"Detach":true}"#));
    assert_eq!(answer.status, 503, "{}", answer.text());
    assert_eq!(gate.daemon().received().len(), 1);
}

#[test]
fn one_listener_leaves_room_for_bodies_of_another() {
    let head = "POST /v1.45/exec/abc/start HTTP/1.1\r\nHost: docker\r\nContent-Type: application/json\r\n";
    let half = format!("{head}Content-Length: 100\r\n\r\n{{{}", " ".repeat(89));
    let gate = Gate::under(&may("exec-session")).tcp(None, &may("exec-session"));
    let gate = gate.limits(|limits| limits.buffered_bodies = 100).start();
    let answer = gate.connect().send(&half).answer();
    assert_eq!(answer.status, 503, "{}", answer.text());
    let _held = Client::unix(Path::new(&gate.address(0))).send(half.get(..half.len() - 20).unwrap());
    let start = ask("POST", "/v1.45/exec/abc/start").with("Content-Type", "application/json").body("{}").bytes();
    let mut other = Client::tcp(&gate.address(1));
    assert_eq!(other.send(start).answer().status, 404);
}

#[test]
fn a_body_of_more_than_4_mib_is_refused() {
    let gate = Gate::open(&may("exec-session"));
    let most = dockgate::request::body::MAX_JSON_BODY;
    for (length, status) in [(most, 404), (most + 1, 413)] {
        let plain = r#"{"Detach":true}"#;
        let body = plain.to_owned() + &" ".repeat(length - plain.len());
        let start = ask("POST", "/v1.45/exec/abc/start").with("Content-Type", "application/json").body(&body);
        assert_eq!(gate.ask(start.bytes()).status, status, "{length}");
    }
    assert_eq!(gate.daemon().received().len(), 1);
}

#[test]
fn a_body_that_is_held_and_stalls_is_refused_in_time() {
    let gate = Gate::under(&may("exec-session, ContainerStart"))
        .limits(|limits| limits.header_timeout = Duration::from_millis(300));
    let gate = gate.start();
    for target in ["/v1.45/exec/abc/start", "/v1.45/containers/web/start"] {
        for framing in ["Content-Length: 2\r\n\r\n{", "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n"] {
            let mut client = gate.connect();
            client.send(format!("POST {target} HTTP/1.1\r\nHost: docker\r\n{framing}"));
            let answer = client.answer();
            assert_eq!((answer.status, answer.header("connection")), (408, Some("close")), "{}", answer.text());
            assert_eq!(client.half_close().rest(), b"");
        }
    }
    assert_eq!(gate.daemon().received(), []);
}
