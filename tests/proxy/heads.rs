//! Heads that travel: one spelling for each meaning, and only the headers that Docker reads.

use crate::common::{EVERYTHING, Gate, READS, ask, get, head, post};
use dockgate::imitation::Fault;

/// Targets as they are sent, and as they reach the daemon.
#[rustfmt::skip]
const SPELLINGS: &[(&str, &str)] = &[
    ("/containers/json",                                            "/v1.45/containers/json"),
    ("/v1.45/containers/json?",                                     "/v1.45/containers/json"),
    ("/v1.45/containers/json?&&",                                   "/v1.45/containers/json"),
    ("/v1.45/containers/json?all=true",                             "/v1.45/containers/json?all=1"),
    ("/v1.45/containers/json?all=off",                              "/v1.45/containers/json?all=1"),
    ("/v1.45/containers/json?all=%46alse",                          "/v1.45/containers/json?all=0"),
    ("/v1.45/containers/json?all",                                  "/v1.45/containers/json?all=0"),
    ("/v1.45/containers/json?%61ll=1",                              "/v1.45/containers/json?all=1"),
    ("/v1.45/containers/json?limit=007",                            "/v1.45/containers/json?limit=7"),
    ("/v1.45/containers/json?limit=%2B7&all=1",                     "/v1.45/containers/json?limit=7&all=1"),
    ("/v1.45/containers/json?unheard-of=",                          "/v1.45/containers/json"),
    ("/v1.45/containers/json?filters={%22label%22:[%22a%22,%22a%22]}",
     "/v1.45/containers/json?filters=%7B%22label%22%3A%7B%22a%22%3Atrue%7D%7D"),
    ("/v1.45/containers/json?filters=%7B%22label%22%3A%7B%22a%22%3Afalse%7D%7D",
     "/v1.45/containers/json?filters=%7B%22label%22%3A%7B%22a%22%3Atrue%7D%7D"),
    ("/v1.45/events?since=a+b%20c",                                 "/v1.45/events?since=a%20b%20c"),
    ("/v1.45/events?since=1&until=1",                               "/v1.45/events?since=1&until=1"),
    ("/v1.45/images/busybox%3Alatest/json",                         "/v1.45/images/busybox:latest/json"),
    ("/v1.45/images/docker.io%2Flibrary%2Fbusybox/json",            "/v1.45/images/docker.io/library/busybox/json"),
    ("/v1.45/containers/%77eb/json",                                "/v1.45/containers/web/json"),
    ("/v1.45/containers/a%20b%3B%3Fc/json",                         "/v1.45/containers/a%20b%3B%3Fc/json"),
    ("/v1.45/containers/gr%C3%BCn/json",                            "/v1.45/containers/gr%C3%BCn/json"),
    ("/v1.45/networks/a+b",                                         "/v1.45/networks/a+b"),
];

#[test]
fn what_arrives_is_the_one_spelling_of_what_was_meant() {
    let gate = Gate::open(READS);
    for (sent, expected) in SPELLINGS {
        gate.daemon().clear();
        let mut client = gate.connect();
        client.send(get(sent)).head();
        assert_eq!(gate.daemon().only().target, *expected, "{sent}");
    }
}

#[test]
fn a_signal_arrives_by_its_name() {
    let gate = Gate::open(EVERYTHING);
    for (sent, expected) in [("9", "KILL"), ("SIGusr1", "USR1"), ("35", "RTMIN%2B1")] {
        gate.daemon().clear();
        gate.ask(post(&format!("/v1.45/containers/web/kill?signal={sent}")));
        let target = gate.daemon().only().target;
        assert_eq!(target, format!("/v1.45/containers/web/kill?signal={expected}"));
    }
}

#[test]
fn an_exec_start_arrives_in_one_spelling() {
    let gate = Gate::open(&crate::common::may("exec-session"));
    let sent = br#"{ "detach" : true, "TTY": false, "Con\u017foleSize": [24, 80], "Env": null }"#;
    gate.ask(ask("POST", "/v1.45/exec/abc/start").with("Content-Type", "application/json").body(sent).bytes());
    let received = gate.daemon().only();
    assert_eq!(String::from_utf8_lossy(&received.body), r#"{"Detach":true,"Tty":false,"ConsoleSize":[24,80]}"#);
    assert_eq!(received.header("content-length"), Some("49"));
    gate.daemon().clear();
    let start = || ask("POST", "/v1.45/exec/abc/start").with("Content-Type", "application/json");
    for odd in ["[]", "{\"Detach\":1}", "{\"Tty\":true,\"tty\":false}", "{} {}"] {
        assert_eq!(gate.ask(start().body(odd).bytes()).status, 400, "{odd}");
    }
    assert_eq!(gate.ask(start().body("{\"Privileged\":true}").bytes()).status, 403);
    let untyped = ask("POST", "/v1.45/exec/abc/start").body("{}").bytes();
    assert_eq!(gate.ask(untyped).status, 400, "dockerd demands the type");
    assert_eq!(gate.daemon().received(), []);
}

#[test]
fn only_headers_that_docker_reads_travel() {
    let gate = Gate::open(READS);
    let sent = ask("GET", "/v1.45/containers/json")
        .with("X-Registry-Auth", "e30=")
        .with("X-Registry-Config", "e30=")
        .with("User-Agent", "docker/1")
        .with("Accept", "*/*")
        .with("X-Forwarded-For", "127.0.0.1")
        .with("X-HTTP-Method-Override", "DELETE")
        .with("Authorization", "Basic eDp5")
        .with("Cookie", "a=b")
        .with("Content-Type", "application/json")
        .with("Connection", "X-Registry-Auth, keep-alive")
        .with("Keep-Alive", "5")
        .with("TE", "trailers")
        .with("Upgrade", "websocket")
        .with("Proxy-Connection", "keep-alive")
        .with("Expect", "200-ok");
    assert_eq!(gate.ask(sent.bytes()).status, 200);
    let expected = "GET /v1.45/containers/json HTTP/1.1\r\nhost: docker\r\n\
        x-registry-auth: e30=\r\nx-registry-config: e30=\r\nuser-agent: docker/1\r\naccept: */*\r\n\r\n";
    assert_eq!(String::from_utf8_lossy(&gate.daemon().only().head), expected);
}

#[test]
fn under_everything_end_to_end_headers_and_unknown_keys_travel_too() {
    let gate = Gate::open(EVERYTHING);
    let sent = ask("GET", "/v1.45/containers/json?surprise=a+b")
        .with("X-New", "one")
        .with("X-New", "two")
        .with("Connection", "close, X-Hop")
        .with("X-Hop", "here")
        .with("Proxy-Authorization", "Basic eDp5")
        .with("Trailer", "X-T");
    assert_eq!(gate.ask(sent.bytes()).status, 200);
    let expected =
        "GET /v1.45/containers/json?surprise=a%20b HTTP/1.1\r\nhost: docker\r\nx-new: one\r\nx-new: two\r\n\r\n";
    assert_eq!(String::from_utf8_lossy(&gate.daemon().only().head), expected);
}

#[test]
fn an_unknown_key_is_denied_by_its_name() {
    let gate = Gate::open(READS);
    let answer = gate.ask(get("/v1.45/containers/json?surprise=1"));
    assert_eq!(answer.status, 403);
    assert!(answer.message().contains("`surprise`"), "{}", answer.text());
    assert_eq!(gate.daemon().received(), []);
}

/// A build's session names dozens of methods, one header each, and an empty host.
#[test]
fn every_header_of_a_session_arrives_in_order() {
    let gate = Gate::open(EVERYTHING);
    let name = "X-Docker-Expose-Session-Grpc-Method";
    let methods: Vec<String> = (0..60).map(|number| format!("/moby.filesync.v1.FileSync/M{number}")).collect();
    let mut fields = format!("Host: \r\nConnection: Upgrade\r\nUpgrade: h2c\r\n{name}-Uuid: 1\r\n");
    fields.extend(methods.iter().map(|method| format!("{name}: {method}\r\n")));
    let mut client = gate.connect();
    client.send(format!("POST /session HTTP/1.1\r\n{fields}\r\n"));
    let answer = client.head();
    assert!(answer.starts_with("HTTP/1.1 101") && answer.contains("h2c"), "{answer}");
    let received = gate.daemon().only();
    let arrived = received.headers.iter().filter(|(field, _)| field.eq_ignore_ascii_case(name));
    assert_eq!(arrived.map(|(_, value)| value.clone()).collect::<Vec<_>>(), methods);
    assert_eq!((received.target.as_str(), received.header("upgrade")), ("/session", Some("h2c")));
}

#[test]
fn what_docker_says_of_itself_reaches_the_client() {
    let gate = Gate::open(READS);
    let mut client = gate.connect();
    client.send(head("/_ping"));
    let pong = client.bodiless();
    let said = ["api-version", "builder-version", "docker-experimental", "ostype", "swarm", "server"];
    assert!(said.iter().all(|name| pong.header(name).is_some()), "{}", pong.head);
    client.send(get("/v1.45/_ping"));
    assert_eq!(client.answer().body, b"OK", "the connection goes on after a `HEAD`");
}

#[test]
fn answers_without_a_body_leave_the_connection_in_step() {
    let gate = Gate::open(EVERYTHING);
    let mut client = gate.connect();
    for (name, status) in [("web", 304), ("job", 204)] {
        client.send(post(&format!("/v1.45/containers/{name}/start")));
        let answer = client.answer();
        assert_eq!((answer.status, answer.body), (status, vec![]));
    }
    client.send(head("/v1.45/containers/web/archive?path=%2Fetc"));
    assert_eq!(client.bodiless().status, 200);
    client.send(get("/v1.45/_ping"));
    assert_eq!(client.answer().body, b"OK");
}

/// Escaped, it is longer than a target can be.
#[test]
fn a_target_that_cannot_be_spelled_is_refused_and_never_another() {
    let gate = Gate::open(READS);
    for slashes in [30_000, 60_000] {
        let answer = gate.ask(get(&format!("/v1.45/events?since={}", "/".repeat(slashes))));
        assert_eq!(answer.status, 414, "{slashes}: {}", answer.text());
    }
    assert_eq!(gate.daemon().received(), []);
    let mut client = gate.connect();
    client.send(get(&format!("/v1.45/events?since={}", "/".repeat(20_000)))).head();
    assert_eq!(gate.daemon().only().target, format!("/v1.45/events?since={}", "%2F".repeat(20_000)));
}

/// Targets without a version: dockerd would take its newest, pings and debug have none.
#[rustfmt::skip]
const UNVERSIONED: &[(&str, &str, &str)] = &[
    ("GET",  "/info",                 "/v1.44/info"),
    ("GET",  "/version",              "/v1.44/version"),
    ("POST", "/containers/web/stop",  "/v1.44/containers/web/stop"),
    ("HEAD", "/containers/web/archive?path=%2F", "/v1.44/containers/web/archive?path=%2F"),
    ("GET",  "/v1.43/info",           "/v1.43/info"),
    ("GET",  "/_ping",                "/_ping"),
    ("HEAD", "/_ping",                "/_ping"),
    ("GET",  "/v1.43/_ping",          "/v1.43/_ping"),
    ("GET",  "/debug/vars",           "/debug/vars"),
    ("GET",  "/debug/pprof/",         "/debug/pprof/"),
    ("GET",  "/debug/pprof/heap?debug=1", "/debug/pprof/heap?debug=1"),
];

#[test]
fn a_request_without_a_version_travels_in_the_newest_that_the_daemon_announces() {
    for (newest, prefix) in [("1.45", "/v1.45/"), ("1.44", "/v1.44/")] {
        for (method, sent, expected) in UNVERSIONED {
            let gate = Gate::open(EVERYTHING);
            gate.daemon().fault_always(Fault::ApiVersion(newest));
            let mut client = gate.connect();
            client.send(ask(method, sent).with("User-Agent", "test").bytes()).head();
            assert_eq!(gate.daemon().only().target, expected.replace("/v1.44/", prefix), "{method} {sent}");
        }
    }
}
