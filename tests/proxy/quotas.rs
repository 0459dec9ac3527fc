//! Quotas: what is counted by the daemon, what goes on at once, and how fast.

use crate::common::{Client, EVERYTHING, Gate, ask, get};
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

/// How long the daemon takes to make a container.
const SLOW: Duration = Duration::from_millis(100);

/// A daemon that makes containers slowly, and counts them. It looks at nothing but the path.
#[derive(Default)]
struct Fake {
    made: AtomicUsize,
}

impl Fake {
    fn start(path: &Path) -> Arc<Self> {
        let (fake, listener) = (Arc::new(Self::default()), UnixListener::bind(path).unwrap());
        let daemon = Arc::clone(&fake);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let daemon = Arc::clone(&daemon);
                thread::spawn(move || daemon.serve(stream));
            }
        });
        fake
    }

    fn serve(&self, stream: UnixStream) {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut writer = stream;
        while let Some(target) = head(&mut reader) {
            let body = self.answer(&target);
            let head = format!("HTTP/1.1 200 OK\r\nApi-Version: 1.45\r\nContent-Length: {}\r\n\r\n", body.len());
            if writer.write_all(format!("{head}{body}").as_bytes()).is_err() {
                return;
            }
        }
    }

    fn answer(&self, target: &str) -> String {
        let made = self.made.load(Ordering::SeqCst);
        if target.contains("/containers/create") {
            thread::sleep(SLOW);
            self.made.fetch_add(1, Ordering::SeqCst);
            return r#"{"Id":"new"}"#.into();
        }
        if target.starts_with("/containers/json?all=1&filters=%7B%22label%22%3A%5B%22dockgate%2Etenant%3Da%22%5D%7D") {
            let listed: Vec<String> = (0..made).map(|id| format!(r#"{{"Id":"{id}","Mounts":[]}}"#)).collect();
            return format!("[{}]", listed.join(","));
        }
        r#"{"Id":"0","Image":"0","HostConfig":{"Memory":1073741824,"NanoCpus":0}}"#.into()
    }
}

/// The target of the next request, its body read.
fn head(reader: &mut BufReader<UnixStream>) -> Option<String> {
    let mut first = String::new();
    reader.read_line(&mut first).ok().filter(|read| *read > 0)?;
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        if line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    std::io::copy(&mut reader.by_ref().take(length), &mut std::io::sink()).ok()?;
    first.split(' ').nth(1).map(str::to_owned)
}

fn role(quotas: &str, may: &str) -> String {
    format!("version: 1\nroles:\n  ci:\n    who: anyone\n    tenant: a\n    quotas: {{ {quotas} }}\n    may: [{may}]\n")
}

fn create(body: &str) -> Vec<u8> {
    ask("POST", "/v1.45/containers/create").with("content-type", "application/json").body(body).bytes()
}

fn behind_fake(quotas: &str) -> (Gate, Arc<Fake>) {
    let gate = Gate::under(&role(quotas, "ContainerCreate"));
    let path = gate.file("fake.sock");
    let fake = Fake::start(&path);
    (gate.before(&path).audited().start(), fake)
}

#[test]
fn of_many_that_come_at_once_no_more_are_made_than_there_may_be() {
    let (gate, fake) = behind_fake("containers: 3");
    let address = gate.address(0);
    let ask = || Client::unix(Path::new(&address)).send(create("{}")).answer().status;
    let mut statuses: Vec<u16> = thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(ask)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 200, 200, 429, 429, 429, 429, 429]);
    assert_eq!(fake.made.load(Ordering::SeqCst), 3);
    let full = gate.ask(create("{}"));
    assert_eq!(full.header("retry-after"), Some("30"));
    let text = full.text();
    assert!(text.contains(r#"{"message":"dockgate: ci may not have more containers: 3 of 3 are there"#), "{text}");
    let denied = gate.records("decided", 9);
    let last = &denied[8];
    assert_eq!((&last["verdict"], &last["reason"]), (&"deny".into(), &"quota".into()));
}

#[test]
fn who_goes_away_while_it_is_made_gives_no_place_to_another() {
    let (gate, fake) = behind_fake("containers: 1");
    for _ in 0..5 {
        let mut client = gate.connect();
        client.send(create("{}"));
        thread::sleep(SLOW / 4);
    }
    assert_eq!(gate.ask(create("{}")).status, 429);
    assert_eq!(fake.made.load(Ordering::SeqCst), 1);
}

#[test]
fn memory_is_added_up_by_what_the_daemon_says() {
    let (gate, _fake) = behind_fake("mem_limit: 2GiB");
    let gib = r#"{"HostConfig":{"Memory":1073741824}}"#;
    assert_eq!(gate.ask(create(gib)).status, 200);
    assert_eq!(gate.ask(create("{}")).status, 403, "one without a limit could take all of it");
    assert_eq!(gate.ask(create(gib)).status, 200);
    let full = gate.ask(create(gib));
    assert_eq!(full.status, 429);
    assert!(full.text().contains("2GiB of 2GiB is promised"), "{}", full.text());
}

fn streaming(quotas: &str) -> String {
    format!("version: 1\nroles:\n  ci:\n    who: anyone\n    quotas: {{ {quotas} }}\n    may: [everything]\n")
}

#[test]
fn a_stream_that_ends_frees_its_place_however_it_ends() {
    let gate = Gate::under(&streaming("streams: 1")).audited().start();
    let mut events = gate.connect();
    events.send(get("/v1.45/events")).head();
    let full = gate.ask(get("/v1.45/containers/web/logs?follow=1&stdout=1"));
    assert_eq!((full.status, full.header("retry-after")), (429, Some("5")));
    assert_eq!(gate.ask(get("/v1.45/info")).status, 200, "what is no stream goes on");
    drop(events);
    gate.records("ended", 3);
    let mut attach = gate.connect();
    attach.send(ask("POST", "/v1.45/containers/web/attach?stream=1&stdout=1").upgrade("tcp").bytes()).head();
    assert_eq!(gate.ask(get("/v1.45/events")).status, 429);
}

#[test]
fn a_reload_forgets_nothing_that_goes_on_and_a_new_number_holds_at_once() {
    let mut gate = Gate::under(&streaming("streams: 1")).start();
    let mut events = gate.connect();
    events.send(get("/v1.45/events")).head();
    let reload = |gate: &mut Gate, text: &str| {
        let plan = gate.planned("gate.sock", text);
        gate.reload(vec![plan]).unwrap();
    };
    reload(&mut gate, &streaming("streams: 1, requests_per_second: 1000"));
    assert_eq!(gate.ask(get("/v1.45/events")).status, 429);
    reload(&mut gate, &streaming("streams: 2"));
    let mut second = gate.connect();
    assert!(second.send(get("/v1.45/events")).head().starts_with("HTTP/1.1 200"));
    reload(&mut gate, EVERYTHING);
    reload(&mut gate, &streaming("streams: 2"));
    assert_eq!(gate.ask(get("/v1.45/events")).status, 429);
}

#[test]
fn requests_come_no_faster_than_they_may() {
    let gate = Gate::open(&streaming("requests_per_second: 5"));
    let mut client = gate.connect();
    let statuses: Vec<u16> = (0..5).map(|_| client.send(get("/_ping")).answer().status).collect();
    assert_eq!(statuses, [200; 5]);
    let early = client.send(get("/_ping")).answer();
    assert_eq!((early.status, early.header("retry-after")), (429, Some("1")));
    assert!(early.text().contains("send requests this fast: 5 of 5 a second came"), "{}", early.text());
    thread::sleep(Duration::from_millis(300));
    assert_eq!(client.send(get("/_ping")).answer().status, 200);
}
