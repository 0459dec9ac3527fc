//! Containers as clients of a TCP port, known by their addresses.

use crate::common::{Client, Gate, get, may, wait};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::{Arc, Mutex};

const RULES: &str = "version: 1\nroles:\n  web:\n    who: [{ container: { label: role=web } }]\n    may: [SystemVersion]\n  \
    near:\n    who: [{ container: { label: role=near }, address: 127.0.0.0/8 }]\n    may: [SystemVersion]\n  \
    rest:\n    who: others\n    may: [SystemPing]\n";

/// A daemon that has these containers: an ID, its role, and its addresses in two networks.
#[derive(Default)]
struct Daemon {
    containers: Mutex<Vec<(&'static str, &'static str, [&'static str; 2])>>,
    asked: Mutex<Vec<String>>,
}

impl Daemon {
    fn start(path: &Path) -> Arc<Self> {
        let (daemon, listener) = (Arc::new(Self::default()), UnixListener::bind(path).unwrap());
        let shared = Arc::clone(&daemon);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let daemon = Arc::clone(&shared);
                std::thread::spawn(move || daemon.serve(&stream));
            }
        });
        daemon
    }

    /// Serves requests without bodies.
    fn serve(&self, mut stream: &UnixStream) -> Option<()> {
        let mut lines = BufReader::new(stream).lines();
        loop {
            let first = lines.next()?.ok()?;
            while !lines.next()?.ok()?.is_empty() {}
            let (status, body) = self.answer(first.split(' ').nth(1)?);
            let head = format!("HTTP/1.1 {status} X\r\nApi-Version: 1.45\r\nContent-Length: {}\r\n\r\n", body.len());
            stream.write_all(format!("{head}{body}").as_bytes()).ok()?;
        }
    }

    fn answer(&self, target: &str) -> (u16, String) {
        self.asked.lock().unwrap().push(target.to_owned());
        let containers = self.containers.lock().unwrap();
        if target == "/containers/json" {
            let listed = containers.iter().map(|(id, _, [one, two])| {
                format!(
                    r#"{{"Id":"{id}","Names":["/{id}"],"NetworkSettings":{{"Networks":{{"a":{{"IPAddress":"{one}","GlobalIPv6Address":""}},"b":{{"IPAddress":"{two}"}}}}}}}}"#
                )
            });
            return (200, format!("[{}]", listed.collect::<Vec<_>>().join(",")));
        }
        let named = target.strip_prefix("/containers/").and_then(|rest| rest.strip_suffix("/json"));
        match containers.iter().find(|(id, ..)| Some(*id) == named) {
            Some((id, role, _)) => (
                200,
                format!(
                    r#"{{"Id":"{id}","Name":"/{id}","Config":{{"Labels":{{"role":"{role}"}}}},"State":{{"Running":true,"Pid":-1}}}}"#
                ),
            ),
            None if named.is_some() => (404, "{}".into()),
            None => (200, r#"{"Version":"26.1","ApiVersion":"1.45"}"#.into()),
        }
    }

    fn has(&self, containers: &[(&'static str, &'static str, [&'static str; 2])]) {
        *self.containers.lock().unwrap() = containers.to_vec();
    }

    fn lists(&self) -> usize {
        self.asked.lock().unwrap().iter().filter(|target| *target == "/containers/json").count()
    }
}

fn stage(rules: &str) -> (Gate, Arc<Daemon>) {
    let builder = Gate::under(&may("SystemPing"));
    let socket = builder.file("daemon.sock");
    let daemon = Daemon::start(&socket);
    (builder.before(&socket).tcp(None, rules).start(), daemon)
}

/// What a new client of the port may do: what a container of its may, or what others may.
fn comes(gate: &Gate) -> [u16; 2] {
    ["/version", "/_ping"].map(|path| Client::tcp(&gate.address(1)).send(get(path)).answer().status)
}

const CONTAINER: [u16; 2] = [200, 403];
const OTHERS: [u16; 2] = [403, 200];

#[test]
fn a_client_is_the_container_that_has_its_address() {
    let (gate, daemon) = stage(RULES);
    let cases: &[(&[_], _)] = &[
        (&[("a", "web", ["127.0.0.1", "10.0.0.2"])], CONTAINER),
        (&[("a", "web", ["10.0.0.2", "127.0.0.1"]), ("b", "db", ["", "10.0.0.3"])], CONTAINER),
        (&[("a", "near", ["127.0.0.1", ""])], CONTAINER),
        (&[("a", "db", ["127.0.0.1", ""])], OTHERS),
        (&[("a", "web", ["127.0.0.2", ""])], OTHERS),
        (&[("a", "web", ["", ""])], OTHERS),
        (&[("a", "web", ["127.0.0.1", ""]), ("b", "web", ["127.0.0.1", ""])], OTHERS),
        (&[("a", "web", ["127.0.0.1", "127.0.0.1"])], CONTAINER),
        (&[], OTHERS),
    ];
    for (containers, expected) in cases {
        daemon.has(containers);
        assert_eq!(comes(&gate), *expected, "{containers:?}");
    }
}

#[test]
fn it_is_looked_up_once_a_connection_and_only_where_it_counts() {
    let (gate, daemon) = stage(RULES);
    daemon.has(&[("a", "web", ["127.0.0.1", ""])]);
    let mut client = Client::tcp(&gate.address(1));
    for _ in 0..3 {
        assert_eq!(client.send(get("/version")).answer().status, 200);
    }
    assert_eq!(daemon.lists(), 1);
    let (gate, daemon) = stage(&may("SystemPing"));
    assert_eq!(comes(&gate), OTHERS);
    assert_eq!(daemon.lists(), 0);
}

#[test]
fn its_connections_end_with_it() {
    let (gate, daemon) = stage(RULES);
    daemon.has(&[("a", "web", ["127.0.0.1", ""])]);
    let mut client = Client::tcp(&gate.address(1));
    assert_eq!(client.send(get("/version")).answer().status, 200);
    daemon.has(&[("b", "web", ["127.0.0.1", ""])]);
    let mut last = 200;
    wait("the end of a container to count", || {
        std::thread::sleep(std::time::Duration::from_millis(200));
        last = client.send(get("/version")).answer().status;
        (last != 200).then_some(())
    });
    assert_eq!(last, 403);
    assert_eq!(comes(&gate), CONTAINER, "who has the address now is somebody else");
}

#[test]
fn where_the_daemon_does_not_say_nobody_has_a_role() {
    let (gate, daemon) = stage(RULES);
    daemon.has(&[("a b", "web", ["127.0.0.1", ""])]);
    assert_eq!(comes(&gate), [403, 403], "neither the container's nor that of others");
}
