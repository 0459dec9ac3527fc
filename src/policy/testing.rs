//! What the tests of the engine share.

use super::{Decision, Denial, Policy, Role, Source};
use crate::request::{Identity, Peer, Request, understand};
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, Method};
use std::sync::Arc;

pub(super) fn source(text: &str) -> Source {
    Source { name: "p.yaml".into(), text: text.into() }
}

/// A policy from its text.
pub(super) fn policy(text: &str) -> Policy {
    Policy::load(&[source(text)]).unwrap_or_else(|problems| panic!("{text}\n{problems:#?}"))
}

/// A policy of one role for anyone, whose block holds `body` (`may: [...]`, `never: [...]`).
pub(super) fn role(body: &str) -> Role {
    policy(&one_role(body)).roles()[0].clone()
}

pub(super) fn one_role(body: &str) -> String {
    let body = body.replace('\n', "\n    ");
    format!("version: 1\nroles:\n  ops:\n    who: anyone\n    {body}\n")
}

/// The problems of a text, one line each.
pub(super) fn problems(text: &str) -> Vec<String> {
    let found = Policy::load(&[source(text)]).err().unwrap_or_default();
    found.iter().map(ToString::to_string).collect()
}

/// The warnings of a text, one line each, without those about `anyone`.
pub(super) fn warnings(text: &str) -> Vec<String> {
    let lines = policy(text).warnings().into_iter().map(|warning| warning.to_string());
    lines.filter(|line| !line.contains("is for anyone")).collect()
}

/// A process of this user.
pub(super) fn uid(uid: u32) -> Identity {
    unix(Peer::Unix { uid, gid: uid, pid: 1, groups: Vec::new(), user: None, group_names: Vec::new() })
}

pub(super) fn unix(peer: Peer) -> Identity {
    Identity::new("test".into(), peer)
}

/// `POST /containers/web/kill?signal=HUP` as a request.
pub(super) fn request(line: &str) -> Request {
    let (method, target) = line.split_once(' ').expect("a method and a target");
    let method = Method::from_bytes(method.as_bytes()).expect("a method");
    let read = understand(Arc::new(uid(1)), &method, target, &HeaderMap::new()).and_then(|head| head.with_body(b""));
    read.unwrap_or_else(|refusal| panic!("{line}: {refusal:?}"))
}

/// A request with a body, as JSON.
pub(super) fn with_body(line: &str, body: &str) -> Request {
    let mut request = request(line);
    request.headers.known.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    request.with_body(body.as_bytes()).unwrap_or_else(|refusal| panic!("{body}: {refusal}"))
}

/// The words of the denial of a request with a body; empty if it is allowed.
pub(super) fn denied(role: &Role, line: &str, body: &str) -> String {
    match role.decide(with_body(line, body)) {
        Decision::Allow(_) => String::new(),
        Decision::Deny(denial) => denial.why.iter().map(|why| why.word.as_str()).collect::<Vec<_>>().join(" "),
    }
}

pub(super) fn denial(role: &Role, line: &str) -> Denial {
    match role.decide(request(line)) {
        Decision::Deny(denial) => denial,
        Decision::Allow(allowed) => panic!("{line} is allowed by {}", allowed.by()),
    }
}

/// `allow`, or the words of the denial.
pub(super) fn verdict(role: &Role, line: &str) -> String {
    match role.decide(request(line)) {
        Decision::Allow(_) => "allow".into(),
        Decision::Deny(denial) => denial.why.iter().map(|why| why.word.as_str()).collect::<Vec<_>>().join(" "),
    }
}

/// Asserts the verdicts of a role: lines of `VERDICT: METHOD TARGET`.
pub(super) fn assert_verdicts(body: &str, lines: &[(&str, &str)]) {
    let role = role(body);
    for (line, expected) in lines {
        assert_eq!(verdict(&role, line), *expected, "{body}\n{line}");
    }
}
