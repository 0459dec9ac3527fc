//! Requests that try to get past a filter: those written down in `tests/attacks/`, and every
//! operation of the catalogue in every odd spelling.
//!
//! A file holds requests behind lines of `###`. `# may:` says what the policy allows (without it,
//! the policy is the preset `reads`), `# verdict:` what must come of it: `refuse STATUS`, `deny`, or
//! `allow -> METHOD TARGET`, which is then what reached the daemon, to the letter. Lines end with
//! CR and LF on the wire, and `\xNN` stands for a byte.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test may fail")]

mod common;

use common::{Gate, READS, ask, may};
use dockgate::catalogue::{GROUPS, OPERATIONS, Operation, Verb, route};
use dockgate::imitation::Exchange;
use http::Method;
use std::collections::HashMap;
use std::fs;
use std::path::Path;

/// One attack.
#[derive(Debug)]
struct Attack {
    title: String,
    policy: String,
    verdict: String,
    bytes: Vec<u8>,
}

impl Attack {
    fn read(text: &str) -> Self {
        let (title, rest) = text.split_once('\n').expect("a title");
        let (notes, request): (Vec<&str>, Vec<&str>) = rest.lines().partition(|line| line.starts_with("# "));
        let note = |word: &str| notes.iter().find_map(|note| note.strip_prefix("# ")?.strip_prefix(word));
        Self {
            title: title.trim().to_owned(),
            policy: note("may: ").map_or(READS.to_owned(), |words| may(words.trim_matches('"'))),
            verdict: note("verdict: ").expect("a verdict").to_owned(),
            bytes: bytes(&request),
        }
    }
}

/// Lines as they go over the wire: the head ends with an empty one, a body has no end of its own.
fn bytes(lines: &[&str]) -> Vec<u8> {
    let mut text = lines.join("\r\n").trim_end().to_owned();
    if !text.contains("\r\n\r\n") || text.contains("chunked") {
        text += "\r\n\r\n";
    }
    let mut parts = text.split("\\x");
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (byte, rest) = part.split_at(2);
        bytes.push(u8::from_str_radix(byte, 16).expect("two digits"));
        bytes.extend_from_slice(rest.as_bytes());
    }
    bytes
}

fn attacks() -> Vec<Attack> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/attacks");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "http"));
    files.sort();
    let texts = files.iter().map(|file| fs::read_to_string(file).unwrap());
    texts.flat_map(|text| text.split("###").skip(1).map(Attack::read).collect::<Vec<_>>()).collect()
}

#[test]
fn every_attack_comes_to_its_verdict() {
    let mut gates: HashMap<String, Gate> = HashMap::new();
    let attacks = attacks();
    assert!(attacks.len() > 100, "{} attacks", attacks.len());
    let wrong: Vec<String> = attacks
        .into_iter()
        .filter_map(|attack| {
            let gate = gates.entry(attack.policy.clone()).or_insert_with(|| Gate::open(&attack.policy));
            let found = play(gate, &attack.bytes);
            (found != attack.verdict).then(|| format!("{}: {found}, not {}", attack.title, attack.verdict))
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What came of a request, in the words of a verdict.
fn play(gate: &Gate, bytes: &[u8]) -> String {
    gate.daemon().clear();
    let mut client = gate.connect();
    client.send(bytes).half_close();
    let head = client.head();
    let status = head.split(' ').nth(1).unwrap_or_default();
    let received = gate.daemon().received();
    match (status, received.as_slice()) {
        ("403", []) => "deny".to_owned(),
        ("400" | "404" | "413" | "414" | "431", []) => format!("refuse {status}"),
        (_, [one]) if one.complete => format!("allow -> {} {}", one.method, one.target),
        _ => format!("status {status} and {received:#?}"),
    }
}

/// Ways to write a path so that a filter might not know it again.
const TRICKS: &[fn(&str) -> String] = &[
    |path| format!("/v1.45{path}"),
    |path| path.to_owned(),
    |path| format!("/V1.45{path}"),
    |path| format!("/v01.45{path}"),
    |path| format!("/v1.45.{path}"),
    |path| format!("/v1.45.0.0{path}"),
    |path| format!("/v1%2e45{path}"),
    |path| format!("/v1.45/v1.45{path}"),
    |path| format!("//v1.45{path}"),
    |path| format!("/v1.45/{path}"),
    |path| format!("/v1.45{path}/"),
    |path| format!("/v1.45{path}//"),
    |path| format!("/v1.45{path}/."),
    |path| format!("/v1.45{path}/x/.."),
    |path| format!("/v1.45{path}/x/%2e%2e"),
    |path| format!("/v1.45/.{path}"),
    |path| format!("/v1.45/_ping/..{path}"),
    |path| format!("/v1.45/_ping/%2E%2e{path}"),
    |path| format!("/v1.45/_ping%2f..{path}"),
    |path| format!("/v1.45%2F{}", &path[1..]),
    |path| format!("/v1.45{}", path.replace('/', "%2F")),
    |path| format!("/v1.45/%{:02x}{}", path.as_bytes()[1], &path[2..]),
    |path| format!("/v1.45/%25{:02x}{}", path.as_bytes()[1], &path[2..]),
    |path| format!("/v1.45{}%{:02X}", &path[..path.len() - 1], path.as_bytes()[path.len() - 1]),
    |path| format!("/v1.45/{}{}", path[1..2].to_uppercase(), &path[2..]),
    |path| format!("/v1.45{}", path.to_uppercase()),
    |path| format!("/v1.45{}", path.replace('/', "\\")),
    |path| format!("/v1.45{path}%00"),
    |path| format!("/v1.45{path}%20"),
    |path| format!("/v1.45{path}%0a"),
    |path| format!("/v1.45{path};x=y"),
    |path| format!("/v1.45{path}%3fx=y"),
    |path| format!("/v1.45{path}#/_ping"),
    |path| format!("/v1.45/_ping#{path}"),
    |path| format!("/v1.45/_ping?x={path}"),
    |path| format!("http://docker/v1.45{path}"),
    |path| format!("http://docker//v1.45{path}"),
];

const METHODS: &[&str] =
    &["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "get", "post", "delete", "TRACE", "CONNECT"];

/// Whether the preset lets the operation through as it stands.
fn is_read(operation: &Operation) -> bool {
    GROUPS.iter().any(|group| group.name == "reads" && group.operations.contains(&operation.op))
}

/// The path of an operation on an object that is called like a container of the recorded scene.
fn path(operation: &Operation) -> String {
    operation
        .path
        .replace("{anyroute}", "web")
        .split('/')
        .map(|part| if part.starts_with('{') { "job" } else { part })
        .collect::<Vec<_>>()
        .join("/")
}

/// Only reads arrive, and only in the one spelling that means the same to everyone.
fn assert_plain_read(sent: &str, received: &[Exchange]) {
    for exchange in received {
        let (path, _) = exchange.target.split_once('?').unwrap_or((&exchange.target, ""));
        let method = Method::from_bytes(exchange.method.as_bytes()).unwrap();
        let route = route(&method, path).unwrap_or_else(|error| panic!("{sent}: {path} arrived: {error}"));
        assert!(is_read(route.operation), "{sent}: {path} arrived, which is {}", route.operation.name);
        assert_eq!(route.canonical_path(), path, "{sent}");
        let odd = ["//", "/.", "%2F", "%2f", "\\", "#", "%00", "%0"];
        assert!(!odd.iter().any(|odd| path.contains(odd)), "{sent}: {path} arrived");
    }
}

fn sweep(gate: &Gate, method: &str, target: &str) -> usize {
    gate.daemon().clear();
    let mut client = gate.connect();
    // The name tells the request from the gate's own question after the version.
    client.send(ask(method, target).with("User-Agent", "sweep").bytes()).half_close();
    client.head();
    drop(client);
    let received = gate.daemon().received();
    assert_plain_read(&format!("{method} {target}"), &received);
    received.len()
}

#[test]
fn no_spelling_of_a_path_gets_past() {
    let gate = Gate::open(READS);
    for operation in OPERATIONS {
        let method = if operation.verb == Verb::Any { "GET" } else { operation.verb.as_str() };
        let arrived: Vec<usize> = TRICKS.iter().map(|trick| sweep(&gate, method, &trick(&path(operation)))).collect();
        assert_eq!(arrived[..2], [usize::from(is_read(operation)); 2], "{}", operation.name);
    }
}

#[test]
fn no_other_method_gets_past() {
    let gate = Gate::open(READS);
    for operation in OPERATIONS {
        for method in METHODS {
            sweep(&gate, method, &format!("/v1.45{}", path(operation)));
        }
    }
}
