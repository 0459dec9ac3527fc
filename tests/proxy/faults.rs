//! A daemon that fails, and what its clients are told.

use crate::common::{EVERYTHING, Gate, get, post};
use dockgate::imitation::Fault;
use std::time::Duration;

const PING: &str = "/v1.45/_ping";
const INFO: &str = "/v1.45/info";
const STOP: &str = "/v1.45/containers/web/stop";

/// A gate that has an idle connection to the daemon, and a clean record.
fn pooled() -> Gate {
    let gate = Gate::open(EVERYTHING);
    assert_eq!(gate.ask(get(PING)).status, 200);
    assert_eq!(gate.daemon().connections(), 1);
    gate.daemon().clear();
    gate
}

#[test]
fn a_connection_serves_again() {
    let gate = pooled();
    for _ in 0..3 {
        assert_eq!(gate.ask(get(INFO)).status, 200);
    }
    assert!(gate.daemon().received().iter().all(|exchange| exchange.connection == 1));
}

#[test]
fn a_read_that_met_a_stale_connection_is_asked_again() {
    let gate = pooled();
    gate.daemon().fault(Fault::CloseBeforeHead);
    let answer = gate.ask(get(INFO));
    assert_eq!(answer.status, 200, "{}", answer.text());
    let connections: Vec<u64> = gate.daemon().received().iter().map(|exchange| exchange.connection).collect();
    assert_eq!(connections, [1, 2]);
}

/// Nobody knows whether the daemon has done it.
#[test]
fn a_write_that_got_no_answer_is_not_asked_again() {
    let gate = pooled();
    gate.daemon().fault(Fault::CloseBeforeHead);
    let answer = gate.ask(post(STOP));
    assert_eq!((answer.status, answer.header("content-type")), (502, Some("application/json")));
    assert!(answer.message().contains("docker.sock"), "{}", answer.text());
    assert_eq!(gate.daemon().only().target, STOP);
}

#[test]
fn a_read_on_a_fresh_connection_is_asked_once() {
    let gate = Gate::open(EVERYTHING);
    gate.daemon().fault_always(Fault::CloseBeforeHead);
    assert_eq!(gate.ask(get(INFO)).status, 502);
    assert_eq!(gate.daemon().received().len(), 1);
}

#[test]
fn a_broken_head_is_an_error_in_docker_s_shape() {
    for fault in [Fault::CloseMidHead, Fault::Garbage] {
        let gate = Gate::open(EVERYTHING);
        gate.daemon().fault_always(fault);
        for request in [get(INFO), post(STOP)] {
            let answer = gate.ask(request);
            assert_eq!(answer.status, 502, "{fault:?}: {}", answer.text());
            assert!(answer.message().contains("no whole answer"), "{}", answer.text());
        }
    }
}

#[test]
fn an_answer_that_was_cut_does_not_look_whole() {
    let gate = Gate::open(EVERYTHING);
    for target in [INFO, "/v1.45/images/tiny/get", "/v1.45/version"] {
        gate.daemon().fault(Fault::CloseMidBody);
        let cut = gate.connect().send(get(target)).try_answer();
        assert!(cut.is_err() || cut.is_ok_and(|answer| !answer.whole), "{target}");
        let again = gate.ask(get(target));
        assert!(again.status == 200 && again.whole, "{target}: the next request is not disturbed");
    }
}

#[test]
fn a_slow_daemon_is_waited_for() {
    let gate = Gate::open(EVERYTHING);
    gate.daemon().fault(Fault::SlowHead(Duration::from_millis(1200)));
    assert_eq!(gate.ask(get(INFO)).status, 200);
}

#[test]
fn a_daemon_that_is_not_there_is_named() {
    let mut gate = pooled();
    gate.stop_daemon();
    for request in [get(INFO), post(STOP), get("/info")] {
        let answer = gate.ask(request);
        let socket = gate.file("docker.sock").display().to_string();
        assert_eq!(answer.status, 503, "{}", answer.text());
        assert!(answer.message().contains(&socket), "{}", answer.text());
    }
}

#[test]
fn a_daemon_that_came_back_is_found() {
    let mut gate = pooled();
    for _ in 0..3 {
        gate.stop_daemon();
        gate.start_daemon();
        assert_eq!(gate.ask(post(STOP)).status, 204);
        assert_eq!(gate.ask(get(INFO)).status, 200);
        assert_eq!(gate.daemon().received().len(), 2);
    }
}

#[test]
fn a_client_s_connection_outlives_the_daemon() {
    let mut gate = pooled();
    let mut client = gate.connect();
    assert_eq!(client.send(get(PING)).answer().status, 200);
    gate.stop_daemon();
    assert_eq!(client.send(get(PING)).answer().status, 503);
    gate.start_daemon();
    assert_eq!(client.send(get(PING)).answer().status, 200);
}

#[test]
fn a_daemon_newer_than_the_catalogue_is_spoken_to_in_the_newest_known_version() {
    let gate = Gate::open(EVERYTHING);
    gate.daemon().fault_always(Fault::ApiVersion("1.99"));
    let version = gate.ask(get("/version"));
    assert_eq!(version.header("api-version"), Some("1.56"));
    assert!(!version.text().contains("1.99") && version.text().contains("\"1.56\""), "{}", version.text());
    let pong = gate.ask(get("/_ping"));
    assert_eq!((pong.header("api-version"), pong.body.as_slice()), (Some("1.56"), &b"OK"[..]));
    assert_eq!(gate.ask(get("/containers/json")).status, 200);
    let targets: Vec<String> = gate.daemon().received().into_iter().map(|exchange| exchange.target).collect();
    assert_eq!(targets, ["/v1.56/version", "/_ping", "/v1.56/containers/json"]);
}

#[test]
fn a_version_above_the_ceiling_is_refused_in_docker_s_words() {
    let gate = Gate::open(EVERYTHING);
    gate.daemon().fault_always(Fault::ApiVersion("1.99"));
    let answer = gate.ask(get("/v1.57/containers/json"));
    assert_eq!(answer.status, 400);
    assert_eq!(answer.message(), "client version 1.57 is too new. Maximum supported API version is 1.56");
    let answer = gate.ask(get("/v1.23/containers/json"));
    assert!(answer.message().starts_with("client version 1.23 is too old."), "{}", answer.text());
    assert_eq!(gate.daemon().received(), []);
}
