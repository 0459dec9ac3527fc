//! What of an answer is shown: as it streams by, and never more than the view says.

use crate::common::{Answer, Client, Gate, get, may};
use serde_json::Value;
use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

const LIST: &str = "/v1.45/containers/json";
const COUNT: usize = 10_000;
/// The most that sockets and buffers on the way may hold, an element in the gate included.
const HELD: usize = 8 << 20;

/// A container as `docker ps` asks for it, every second one of the shop.
fn container(number: usize, filling: usize) -> String {
    let (team, noise) = (if number.is_multiple_of(2) { "shop" } else { "tools" }, "x".repeat(filling));
    format!(
        r#"{{"Id":"{number:064x}","Names":["/c{number}"],"Image":"busybox","Command":"run --password={noise}","Labels":{{"team":"{team}","api_token":"t"}},"State":"running","Created":1.50}}"#
    )
}

/// A daemon that answers one request with these bytes, and does the rest by hand.
fn daemon(gate: &mut Gate) -> UnixListener {
    gate.stop_daemon();
    UnixListener::bind(gate.file("docker.sock")).unwrap()
}

/// Reads a head and begins a chunked answer.
fn begin(listener: &UnixListener) -> UnixStream {
    let (mut stream, _) = listener.accept().unwrap();
    let mut seen = Vec::new();
    while !seen.ends_with(b"\r\n\r\n") {
        let mut piece = [0; 4096];
        let read = stream.read(&mut piece).unwrap();
        assert!(read > 0);
        seen.extend_from_slice(&piece[..read]);
    }
    stream
        .write_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
        .unwrap();
    stream
}

fn chunk(stream: &mut UnixStream, text: &str) -> std::io::Result<()> {
    stream.write_all(format!("{:x}\r\n{text}\r\n", text.len()).as_bytes())
}

/// Sends a request; the answer's body comes as it comes.
fn ask(gate: &Gate, path: &str) -> Client {
    let mut client = gate.connect();
    client.send(get(path));
    client
}

/// The next chunk of an answer.
fn piece(client: &mut Client) -> Vec<u8> {
    let mut line = Vec::new();
    while !line.ends_with(b"\r\n") {
        line.extend(client.exactly(1));
    }
    let length = usize::from_str_radix(std::str::from_utf8(&line).unwrap().trim(), 16).unwrap();
    let bytes = client.exactly(length);
    assert_eq!(client.exactly(2), b"\r\n");
    bytes
}

const SHOP: &str = "ContainerList: { target: { label: team=shop }, hide: [secrets] }";

#[test]
fn of_ten_thousand_containers_the_first_is_there_before_the_last_was_sent() {
    let mut gate = Gate::open(&may(SHOP));
    let listener = daemon(&mut gate);
    let (go, gone) = mpsc::channel();
    let answering = thread::spawn(move || {
        let mut stream = begin(&listener);
        chunk(&mut stream, &format!("[{},", container(0, 10))).unwrap();
        gone.recv().unwrap();
        for number in 1..COUNT {
            let comma = if number + 1 < COUNT { "," } else { "]\n" };
            chunk(&mut stream, &format!("{}{comma}", container(number, 10))).unwrap();
        }
        stream.write_all(b"0\r\n\r\n").unwrap();
        stream
    });
    let mut client = ask(&gate, LIST);
    let head = client.head();
    assert!(head.starts_with("HTTP/1.1 200") && !head.to_ascii_lowercase().contains("content-length"), "{head}");
    // the daemon withholds all that follows
    let first = piece(&mut client);
    let expected = r#"[{"Id":"0000000000000000000000000000000000000000000000000000000000000000","Names":["/c0"],"Image":"busybox","Labels":{"team":"shop"},"State":"running","Created":1.50}"#;
    assert_eq!(String::from_utf8_lossy(&first), expected);
    go.send(()).unwrap();
    let mut body = first;
    loop {
        match piece(&mut client) {
            piece if piece.is_empty() => break,
            piece => body.extend_from_slice(&piece),
        }
    }
    let list: Vec<Value> = serde_json::from_slice(&body).unwrap();
    assert_eq!(list.len(), COUNT / 2);
    assert!(list.iter().all(|one| one["Command"].is_null() && one["Labels"]["team"] == "shop"));
    drop(answering.join().unwrap());
}

#[test]
fn a_client_that_does_not_read_holds_the_daemon_back() {
    let mut gate = Gate::open(&may("ContainerList: { hide: [secret_labels] }"));
    let listener = daemon(&mut gate);
    let client = ask(&gate, LIST);
    let mut stream = begin(&listener);
    stream.set_write_timeout(Some(Duration::from_millis(500))).unwrap();
    let mut sent = 0;
    chunk(&mut stream, "[").unwrap();
    for number in 0..COUNT {
        let text = format!("{},", container(number, 4 << 10));
        if chunk(&mut stream, &text).is_err() {
            break;
        }
        sent += text.len();
        assert!(sent < HELD, "{sent} bytes went nowhere");
    }
    drop(client);
}

/// The answer to one request to a daemon that says this.
fn answer(words: &str, path: &str, pieces: &[&str], whole: bool) -> std::io::Result<Answer> {
    let mut gate = Gate::open(&may(words));
    let listener = daemon(&mut gate);
    let pieces: Vec<String> = pieces.iter().map(|piece| (*piece).to_owned()).collect();
    let answering = thread::spawn(move || {
        let mut stream = begin(&listener);
        for piece in pieces {
            let _ = chunk(&mut stream, &piece);
        }
        if whole {
            let _ = stream.write_all(b"0\r\n\r\n");
        }
    });
    let answer = gate.connect().send(get(path)).try_answer();
    answering.join().unwrap();
    answer
}

#[test]
fn what_cannot_be_shown_is_an_answer_of_its_own_while_no_byte_was_sent() {
    for pieces in [&["<html>"][..], &["{}"], &["x"], &[""], &["\"x\""]] {
        let answer = answer(SHOP, LIST, pieces, true).unwrap();
        assert_eq!(answer.status, 502, "{pieces:?}");
        assert!(
            answer.message().starts_with("dockgate: the Docker daemon's answer cannot be shown in part: "),
            "{answer:?}"
        );
    }
    let hide = "ContainerInspect: { hide: [env] }";
    let inspect = answer(
        hide,
        "/v1.45/containers/web/json",
        &["{\"Id\":\"x\",", "\"Config\":{\"Env\":[\"A=1\"],\"Tty\":true}"],
        true,
    )
    .unwrap();
    assert_eq!(inspect.status, 502);
    let inspect = answer(
        hide,
        "/v1.45/containers/web/json",
        &["{\"Id\":\"x\",", "\"Config\":{\"Env\":[\"A=1\"],\"Tty\":true}}\n"],
        true,
    )
    .unwrap();
    assert_eq!((inspect.status, inspect.text()), (200, "{\"Id\":\"x\",\"Config\":{\"Tty\":true}}\n".to_owned()));
}

#[test]
fn a_shortened_answer_never_looks_whole() {
    let one = format!("[{}", container(0, 1));
    let cases: [(&[&str], bool); 4] =
        [(&[&one], true), (&[&one], false), (&[&one, ",{\"a\""], true), (&[&one, ",7]"], true)];
    for (pieces, whole) in cases {
        // broken off before the head was on its way, or after it
        let answer = answer(SHOP, LIST, pieces, whole);
        assert!(answer.as_ref().is_ok_and(|answer| !answer.whole) || answer.is_err(), "{pieces:?} {answer:?}");
    }
}

#[test]
fn events_come_at_once_and_so_does_their_head() {
    let mut gate = Gate::open(&may("SystemEvents: { show: { type: container }, hide: [secrets] }"));
    let listener = daemon(&mut gate);
    let mut client = ask(&gate, "/v1.45/events");
    let mut stream = begin(&listener);
    assert!(client.head().starts_with("HTTP/1.1 200"));
    chunk(&mut stream, "{\"Type\":\"network\",\"Action\":\"create\"}\n").unwrap();
    chunk(&mut stream, "{\"Type\":\"container\",\"Action\":\"exec_start: ls -l\"}\n").unwrap();
    assert_eq!(piece(&mut client), b"{\"Type\":\"container\",\"Action\":\"exec_start\"}\n");
    chunk(&mut stream, "{\"Type\":\"container\",\"Act").unwrap();
    chunk(&mut stream, "ion\":\"die\"}\n").unwrap();
    assert_eq!(piece(&mut client), b"{\"Type\":\"container\",\"Action\":\"die\"}\n");
}

#[test]
fn events_end_when_other_rules_show_other_things() {
    let shown = |name: &str| may(&format!("SystemEvents: {{ show: {{ name: {name} }} }}"));
    let mut gate = Gate::open(&shown("web"));
    let listener = daemon(&mut gate);
    let mut client = ask(&gate, "/v1.45/events");
    let mut stream = begin(&listener);
    client.head();
    let plan = |gate: &Gate, text: &str| vec![gate.planned("gate.sock", text)];
    gate.reload(plan(&gate, &shown("web"))).unwrap();
    thread::sleep(Duration::from_millis(100));
    let event = "{\"Type\":\"container\",\"Actor\":{\"ID\":\"1\",\"Attributes\":{\"name\":\"web\"}}}\n";
    chunk(&mut stream, event).unwrap();
    assert_eq!(piece(&mut client), event.as_bytes());
    gate.reload(plan(&gate, &shown("db"))).unwrap();
    assert_eq!(client.rest(), b"");
}

#[test]
fn errors_and_whole_answers_pass_as_they_are() {
    let gate = Gate::open(&may("container-reads: { hide: [secrets] }, network-reads"));
    let missing = gate.ask(get("/v1.45/containers/missing/json"));
    assert_eq!((missing.status, missing.message().as_str()), (404, "No such container: missing"));
    let networks = gate.ask(get("/v1.45/networks"));
    assert!(networks.header("content-length").is_some(), "{networks:?}");
    let web = gate.ask(get("/v1.45/containers/web/json"));
    let web: Value = serde_json::from_slice(&web.body).unwrap();
    assert!(web["Config"]["Env"].is_null() && web["Path"].is_null() && web["Name"] == "/web");
}

#[test]
fn networks_tell_of_the_containers_that_a_role_sees() {
    let gate = Gate::open(&may("ContainerList: { target: { name: cat } }, network-reads"));
    let seen = |path: &str| {
        let answer = gate.ask(get(path));
        assert_eq!(answer.status, 200, "{answer:?}");
        let network: Value = serde_json::from_slice(&answer.body).unwrap();
        let names = |(_, one): (&String, &Value)| one["Name"].as_str().unwrap().to_owned();
        network["Containers"].as_object().unwrap().iter().map(names).collect::<Vec<_>>()
    };
    assert_eq!(seen("/v1.45/networks/bridge"), ["cat"]);
}

#[test]
fn without_a_swarm_networks_have_no_services_to_tell_of() {
    let gate = Gate::open(&may("ServiceList: { show: { label: tier=web } }, network-reads"));
    let services = gate.ask(get("/v1.45/services"));
    assert_eq!(services.status, 503, "the daemon's own answer: {services:?}");
    for path in ["/v1.45/networks", "/v1.45/networks/bridge"] {
        let answer = gate.ask(get(path));
        assert_eq!(answer.status, 200, "{path} {answer:?}");
        assert!(answer.text().contains("\"Name\":\"bridge\""), "{path} {answer:?}");
    }
}

#[test]
fn networks_are_not_shown_where_the_list_of_containers_fails() {
    let mut gate = Gate::open(&may("ContainerList: { show: { name: cat } }, network-reads"));
    let listener = daemon(&mut gate);
    let answering = thread::spawn(move || {
        let networks = begin(&listener);
        let (mut list, _) = listener.accept().unwrap();
        let _ = list.read(&mut [0; 4096]).unwrap();
        list.write_all(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n").unwrap();
        drop(networks);
    });
    assert_eq!(gate.ask(get("/v1.45/networks")).status, 502);
    answering.join().unwrap();
}

#[test]
fn what_no_grant_shows_on_a_list_is_not_there() {
    let gate = Gate::open(&may("container-reads: { target: { label: com.example.team=tools } }"));
    let list = gate.ask(get("/v1.45/containers/json"));
    let list: Vec<Value> = serde_json::from_slice(&list.body).unwrap();
    assert_eq!(list.iter().map(|one| &one["Names"][0]).collect::<Vec<_>>(), ["/cat"]);
    assert_eq!(gate.ask(get("/v1.45/containers/web/json")).status, 404);
    assert_eq!(gate.ask(get("/v1.45/containers/cat/json")).status, 200);
}
