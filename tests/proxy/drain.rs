//! The end of a gate: what is under way finishes, what would never end is ended.

use crate::common::{EVERYTHING, Gate, ask, get};
use dockgate::imitation::Fault;
use std::thread;
use std::time::{Duration, Instant};

/// More than the gate may take, less than it would take by mistake.
const SOON: Duration = Duration::from_secs(20);

fn patient() -> Gate {
    Gate::under(EVERYTHING).limits(|limits| limits.shutdown_grace = Duration::from_secs(60)).audited().start()
}

#[test]
fn silent_streams_do_not_hold_a_gate_up() {
    let mut gate = patient();
    let (mut events, mut attach, mut idle) = (gate.connect(), gate.connect(), gate.connect());
    events.send(get("/v1.45/events")).head();
    attach.send(ask("POST", "/v1.45/containers/web/attach?stream=1&stdout=1").upgrade("tcp").bytes()).head();
    idle.send(get("/v1.45/_ping")).answer();
    let began = Instant::now();
    gate.stop();
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
    events.rest();
    assert_eq!((attach.rest(), idle.rest()), (vec![], vec![]));
    gate.daemon().until("their ends", |all| all.iter().filter(|exchange| exchange.gone).count() == 2);
    let records = gate.records("ended", 3);
    assert_eq!(records.len(), 3, "every decision has its end: {records:#?}");
}

#[test]
fn a_request_under_way_is_answered() {
    let mut gate = patient();
    gate.daemon().fault(Fault::SlowHead(Duration::from_millis(1500)));
    let mut client = gate.connect();
    client.send(get("/v1.45/info"));
    gate.daemon().only_until("the request", |exchange| exchange.complete);
    let reading = thread::spawn(move || (client.answer(), client.rest()));
    gate.stop();
    let (answer, rest) = reading.join().unwrap();
    assert!(answer.status == 200 && answer.whole && rest.is_empty());
}

#[test]
fn an_upload_under_way_is_finished() {
    let mut gate = patient();
    let mut client = gate.connect();
    client.send("PUT /v1.45/containers/web/archive?path=%2F HTTP/1.1\r\nHost: docker\r\nContent-Length: 6\r\n\r\nabc");
    gate.daemon().only_until("the first half", |exchange| exchange.body_len == 3);
    let sending = thread::spawn(move || {
        thread::sleep(Duration::from_millis(700));
        client.send("def").answer()
    });
    gate.stop();
    assert_eq!(sending.join().unwrap().status, 200);
}

#[test]
fn what_never_ends_is_ended_when_time_is_up() {
    let mut gate = Gate::under(EVERYTHING).limits(|limits| limits.shutdown_grace = Duration::from_millis(200)).start();
    gate.daemon().fault(Fault::SlowHead(Duration::from_secs(60)));
    let mut client = gate.connect();
    client.send(get("/v1.45/info"));
    gate.daemon().only_until("the request", |exchange| exchange.complete);
    let began = Instant::now();
    gate.stop();
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
    assert!(client.try_answer().is_err());
}

#[test]
fn a_gate_that_has_nothing_to_do_ends_at_once() {
    let mut gate = patient();
    let mut clients: Vec<_> = (0..20).map(|_| gate.connect()).collect();
    for client in &mut clients {
        assert_eq!(client.send(get("/v1.45/_ping")).answer().status, 200);
    }
    let _never_spoke = gate.connect();
    let began = Instant::now();
    gate.stop();
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
    assert!(std::os::unix::net::UnixStream::connect(gate.file("gate.sock")).is_err());
}
