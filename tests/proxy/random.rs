//! Random requests under random policies: what reached the daemon is, to the letter, a request
//! that was allowed on record; nothing else arrives.

use crate::common::{Ask, Gate, ask, policy};
use dockgate::catalogue::{ApiVersion, OPERATIONS};
use dockgate::imitation::Exchange;
use dockgate::policy::{Decision, Policy};
use dockgate::request::{Identity, Peer, Request, understand};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::test_runner::RngSeed;
use serde_json::Value;
use std::sync::Arc;

/// What a policy may say.
const GRANTS: &[&str] = &[
    "ping",
    "reads",
    "container-lifecycle",
    "container-output",
    "container-files",
    "exec-session",
    "image-build",
    "network-writes",
    "volume-writes",
    "swarm-mode",
    "SystemOptions",
    "ImageGet",
    "ContainerKill: { query.signal: [HUP, KILL] }",
    "ContainerAttach: { query.stdin: any }",
    "ContainerDelete: { query.force: [false] }",
    "ContainerStop: { target: { name: [web, 'a*'] } }",
    "ContainerList: { query.all: [false] }",
    "everything",
];

const NAMES: &[&str] = &["web", "job", "missing", "busybox", "busybox:latest", "a%20b", "a", "gr%C3%BCn", "%77eb"];
const ODD_NAMES: &[&str] =
    &["a/b", "a%2Fb", "docker.io/library/alpine", "bbac", "..", "%2e%2e", "a;b", "a%00", "json", "create", ""];
const VERSIONS: &[&str] = &["", "/v1.24", "/v1.41", "/v1.45"];
const ODD_VERSIONS: &[&str] = &["/v1.23", "/v1.57", "/v01.45", "/v1.45.0", "/V1.45", "/"];
const KEYS: &[&str] = &["all", "%61ll", "surprise", "Signal", "filters", "stream", "stdin", "x%5B%5D", ""];
const VALUES: &[&str] = &[
    "",
    "0",
    "1",
    "true",
    "False",
    "off",
    "none",
    "-1",
    "+7",
    "007",
    "a+b",
    "%C3%BC",
    "%ff",
    "%zz",
    "KILL",
    "sigHup",
    "a;b",
    "%7B%22label%22%3A%5B%22a%22%5D%7D",
    "{%22label%22:{%22a%22:true}}",
    "a%26b%3Dc",
];
const FIELDS: &[(&str, &str)] = &[
    ("X-Registry-Auth", "e30="),
    ("Accept", "*/*"),
    ("X-Unheard-Of", "1"),
    ("Connection", "keep-alive, X-Unheard-Of"),
    ("Keep-Alive", "5"),
    ("Content-Type", "application/json"),
    ("Content-Type", "application/x-www-form-urlencoded"),
    ("Upgrade", "tcp"),
    ("Upgrade", "h2c"),
    ("Expect", "200-ok"),
    ("X-Docker-Expose-Session-Name", "a"),
];

/// A request as it is sent, and the parts that it is understood by.
#[derive(Clone, Debug)]
struct Sent {
    method: String,
    target: String,
    fields: Vec<(&'static str, &'static str)>,
    body: &'static str,
}

impl Sent {
    fn ask(&self) -> Ask {
        // The name tells the request from the gate's own question after the version.
        let head = ask(&self.method, &self.target).with("User-Agent", "random");
        let whole = self.fields.iter().fold(head, |head, (name, value)| head.with(name, value));
        if self.body.is_empty() { whole } else { whole.body(self.body) }
    }

    fn headers(&self) -> HeaderMap {
        let agent = ("User-Agent", "random");
        headers(self.fields.iter().chain([&agent]).map(|(name, value)| (*name, *value)))
    }
}

fn headers<'a>(fields: impl Iterator<Item = (&'a str, &'a str)>) -> HeaderMap {
    let field = |(name, value): (&str, &str)| {
        (HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(value).unwrap())
    };
    fields.map(field).fold(HeaderMap::new(), |mut map, (name, value)| {
        map.append(name, value);
        map
    })
}

fn grants() -> impl Strategy<Value = String> {
    subsequence(GRANTS, 2..=8).prop_map(|grants| {
        let lines: String = grants.iter().map(|grant| format!("      - {grant}\n")).collect();
        format!("version: 1\nroles:\n  r:\n    who: anyone\n    may:\n{lines}")
    })
}

/// Method and path of some operation; now and then an odd one.
fn place() -> impl Strategy<Value = (String, String)> {
    let operation = (0..OPERATIONS.len()).prop_map(|at| &OPERATIONS[at]);
    let method = proptest::option::weighted(0.05, select(&["GET", "POST", "DELETE", "PUT", "HEAD", "get"][..]));
    let name = || prop_oneof![5 => select(NAMES), 1 => select(ODD_NAMES)];
    let version = prop_oneof![8 => select(VERSIONS), 1 => select(ODD_VERSIONS)];
    (operation, method, name(), name(), version).prop_map(|(row, method, one, two, version)| {
        let known = if row.verb.as_str() == "*" { "GET" } else { row.verb.as_str() };
        let mut names = [one, two].into_iter();
        let parts = row.path.split('/');
        let path: Vec<&str> =
            parts.map(|part| if part.starts_with('{') { names.next().unwrap() } else { part }).collect();
        (method.unwrap_or(known).to_owned(), format!("{version}{}", path.join("/")))
    })
}

fn pair() -> impl Strategy<Value = String> {
    let known: Vec<&str> = OPERATIONS.iter().flat_map(|row| row.query.iter().map(|param| param.name)).collect();
    let key = prop_oneof![select(KEYS), select(known)];
    (key, select(VALUES)).prop_map(|(key, value)| format!("{key}={value}"))
}

fn sent() -> impl Strategy<Value = Sent> {
    let fields = prop_oneof![2 => subsequence(FIELDS, 0), 1 => subsequence(FIELDS, 1..=3)];
    let body = prop_oneof![9 => Just(""), 1 => Just("{}"), 1 => Just(r#"{"Detach":true}"#)];
    let pairs = prop_oneof![2 => vec(pair(), 0), 1 => vec(pair(), 1..=2)];
    (place(), pairs, fields, body).prop_map(|((method, path), pairs, fields, body)| {
        let query = pairs.join("&");
        let target = if query.is_empty() { path } else { format!("{path}?{query}") };
        Sent { method, target, fields, body }
    })
}

fn nobody() -> Arc<Identity> {
    let peer = Peer::Unix { uid: 0, gid: 0, pid: 0, groups: Vec::new(), user: None, group_names: Vec::new() };
    Arc::new(Identity::new("test".into(), peer))
}

fn read(method: &str, target: &str, headers: &HeaderMap) -> Option<Request> {
    understand(nobody(), &Method::from_bytes(method.as_bytes()).unwrap(), target, headers).ok()
}

/// The one spelling of a request, if the policy allows it.
fn canonical(policy: &Policy, method: &str, target: &str, headers: &HeaderMap, body: &[u8]) -> Option<String> {
    let role = policy.role(&nobody()).unwrap();
    let head = read(method, target, headers)?;
    // what is not examined is not read either
    let request = if role.unexamined(head.operation().op) { head } else { head.with_body(body).ok()? };
    let Decision::Allow(permit) = role.decide(request) else {
        return None;
    };
    let query = permit.request().query.canonical(permit.unexamined());
    let route = &permit.request().route;
    // Without a version, the newest that both sides know is named.
    let newest = ApiVersion { major: 1, minor: 45 };
    let version = route.version.or((!route.operation.is_versionless()).then_some(newest));
    let path = route.canonical_path_as(version);
    let target = if query.is_empty() { path } else { format!("{path}?{query}") };
    Some(format!("{} {target}", permit.request().method))
}

fn line(exchange: &Exchange) -> String {
    format!("{} {}", exchange.method, exchange.target)
}

/// Plays one request and holds what arrived against the record.
fn check(gate: &Gate, policy: &Policy, sent: &Sent, record: impl Fn() -> Value) -> Result<(), TestCaseError> {
    gate.daemon().clear();
    let mut client = gate.connect();
    client.send(sent.ask().bytes()).half_close();
    client.head();
    drop(client);
    let received = gate.daemon().received();
    let record = record();
    let expected = canonical(policy, &sent.method, &sent.target, &sent.headers(), sent.body.as_bytes());
    match record["verdict"].as_str().unwrap() {
        "allow" => {
            prop_assert_eq!(received.len(), 1, "{}", record);
            prop_assert_eq!(Some(line(&received[0])), expected, "{}", record);
            assert_settled(policy, &received[0])
        }
        _ => {
            prop_assert_eq!(received, vec![], "{}", record);
            Ok(())
        }
    }
}

/// What arrived means the same once more, and would be allowed again.
fn assert_settled(policy: &Policy, arrived: &Exchange) -> Result<(), TestCaseError> {
    let fields = arrived.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let again = canonical(policy, &arrived.method, &arrived.target, &headers(fields), &arrived.body);
    prop_assert_eq!(again, Some(line(arrived)));
    let travelled = ["x-registry-auth", "accept", "user-agent", "x-docker-expose-session-name", "x-unheard-of"];
    let ours = ["host", "connection", "upgrade", "content-length", "content-type"];
    for (name, _) in &arrived.headers {
        prop_assert!(travelled.contains(&name.as_str()) || ours.contains(&name.as_str()), "{} travelled", name);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 60,
        failure_persistence: None,
        max_shrink_time: 10_000,
        rng_seed: RngSeed::Fixed(1),
        ..ProptestConfig::default()
    })]

    #[test]
    fn only_what_is_allowed_on_record_arrives(text in grants(), requests in vec(sent(), 12)) {
        let gate = Gate::under(&text).audited().start();
        let policy = policy(&text);
        for (number, sent) in requests.iter().enumerate() {
            check(&gate, &policy, sent, || gate.records("decided", number + 1)[number].clone())?;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 4000,
        failure_persistence: None,
        max_shrink_time: 10_000,
        rng_seed: RngSeed::Fixed(2),
        ..ProptestConfig::default()
    })]

    #[test]
    fn the_one_spelling_of_a_request_is_its_own(sent in sent()) {
        let everything = policy("version: 1\nroles:\n  r:\n    who: anyone\n    may: [everything]\n");
        if let Some(once) = canonical(&everything, &sent.method, &sent.target, &HeaderMap::new(), b"") {
            let (method, target) = once.split_once(' ').unwrap();
            prop_assert_eq!(canonical(&everything, method, target, &HeaderMap::new(), b""), Some(once.clone()));
        }
    }
}
