//! An end at any point of a request: nothing half-done goes through, and the gate goes in time.

use crate::common::{Served, may, wait};
use rustix::process::{Pid, Signal, kill_process};
use std::io::Write;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

/// A request whose body is judged, and one whose body flows.
const JUDGED: &str = "POST /v1.45/containers/create?name=web HTTP/1.1\r\nHost: docker\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{\"Image\":\"tiny\"}";
const FLOWING: &str = "POST /v1.45/images/load HTTP/1.1\r\nHost: docker\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n5\r\n67890\r\n0\r\n\r\n";

/// The longest that a gate may take: its grace, and what a loaded machine adds.
const IN_TIME: Duration = Duration::from_secs(15);

/// Sends so much of the request, ends the gate, and gives how it went: its exit code, and what of
/// the request the daemon has whole.
fn ended_after(request: &str, count: usize) -> (Option<i32>, bool) {
    let mut served = Served::start_with(&may("ping, ContainerCreate: { image: any }, ImageLoad"), |_| ());
    let mut stream = UnixStream::connect(served.file("gate.sock")).unwrap();
    stream.write_all(&request.as_bytes()[..count]).unwrap();
    if count == request.len() {
        wait("the daemon", || served.daemon.as_ref().unwrap().received().first().cloned());
    }
    kill_process(Pid::from_child(&served.child), Signal::TERM).unwrap();
    let began = Instant::now();
    let code = wait("the end", || served.child.try_wait().unwrap());
    assert!(began.elapsed() < IN_TIME, "{:?} after {count} bytes", began.elapsed());
    let received = served.daemon.as_ref().unwrap().received();
    (code.code(), received.iter().any(|exchange| exchange.complete))
}

fn at_any_point(request: &str) {
    let points = (0..8).map(|eighth| request.len() * eighth / 8).chain([request.len() - 1, request.len()]);
    for count in points {
        let (code, whole) = ended_after(request, count);
        assert_eq!(code, Some(0), "after {count} bytes of {request}");
        assert_eq!(whole, count == request.len(), "after {count} bytes of {request}");
    }
}

#[test]
fn a_judged_request_is_done_whole_or_not_at_all() {
    at_any_point(JUDGED);
}

#[test]
fn an_upload_is_never_taken_for_a_whole_one() {
    at_any_point(FLOWING);
}
