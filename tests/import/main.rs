//! Each original's own examples, through the policy that is made of them: what it allows, what it does
//! not, and that every such policy reads and passes its own tests.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test may fail")]

#[path = "../common/mod.rs"]
mod common;

mod cetusguard;
mod dropin;
mod haproxy;
mod sockguard;
mod variables;
mod wollomatic;

use dockgate::import::{Imported, Style, Variables};
use dockgate::policy::{Decision, Policy, Source};
use dockgate::request::{Identity, Peer, understand};
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, Method};
use std::sync::Arc;

/// The two ways.
const BOTH: [Style; 2] = [Style::Faithful, Style::Tighten];

fn variables(words: &str) -> Variables {
    Variables::from_lines(&words.replace(' ', "\n")).unwrap()
}

/// The policy, which reads and passes its own tests.
fn policy(imported: &Imported) -> Policy {
    let source = Source { name: "imported.yaml".into(), text: imported.policy.clone() };
    let policy = Policy::load(&[source]).unwrap_or_else(|problems| panic!("{problems:#?}\n{}", imported.policy));
    for case in policy.cases() {
        let result = case.run(&policy);
        assert!(result.passed(), "{result:#?}\n{}", imported.policy);
    }
    policy
}

fn peer(address: &str) -> Identity {
    match address {
        "" => {
            let names = Vec::new();
            let peer = Peer::Unix { uid: 1000, gid: 1000, pid: 1, groups: Vec::new(), user: None, group_names: names };
            Identity::new("test".into(), peer)
        }
        address => Identity::new("test".into(), Peer::Tcp { address: address.parse().unwrap(), certificate: None }),
    }
}

/// Whether a client may send `METHOD TARGET`, perhaps with a body behind it.
fn allows_from(policy: &Policy, address: &str, line: &str) -> bool {
    let who = Arc::new(peer(address));
    let (line, body) = line.split_once(" {").map_or((line, String::new()), |(line, body)| (line, format!("{{{body}")));
    let (method, target) = line.split_once(' ').unwrap();
    let Ok(role) = policy.role(&who) else { return false };
    let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    let head = understand(Arc::clone(&who), &method, target, &headers);
    let Ok(head) = head else { return false };
    // as the gate does: what is not examined is decided by its head
    let request = match role.unexamined(head.operation().op) {
        true => Ok(head),
        false => head.with_body(body.as_bytes()),
    };
    request.is_ok_and(|request| matches!(role.decide(request), Decision::Allow(_)))
}

/// Lines of `+ REQUEST` and `- REQUEST`.
fn assert_verdicts(imported: &Imported, lines: &str) {
    let policy = policy(imported);
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (sign, request) = line.split_once(' ').unwrap();
        assert!(["+", "-"].contains(&sign), "{line}");
        assert_eq!(allows_from(&policy, "", request), sign == "+", "{line}\n{}", imported.policy);
    }
}

fn unsaid<'i>(imported: &'i Imported, what: &str) -> &'i str {
    let found = imported.unsaid.iter().find(|it| it.what.contains(what));
    found.map_or_else(|| panic!("{what}: {:#?}", imported.unsaid), |it| it.why.as_str())
}

/// Whatever the settings, a tightened policy lets nothing that a faithful one does not.
#[test]
fn tightened_is_never_wider() {
    let lines = [
        "GET /v1.47/containers/json",
        "GET /containers/web/logs",
        "GET /containers/web/archive?path=/",
        "HEAD /v1.30/containers/web/archive?path=/",
        "POST /v1.47/containers/create {\"Image\":\"a\"}",
        "POST /v1.47/containers/create {\"HostConfig\":{\"Privileged\":true}}",
        "POST /v1.47/containers/web/attach?stdin=1",
        "POST /v1.47/containers/web/exec {\"Cmd\":[\"sh\"]}",
        "DELETE /v1.47/containers/web",
        "POST /build?remote=http://x",
        "GET /v1.47/secrets",
        "GET /images/get?names=x",
    ];
    for words in
        ["", "CONTAINERS=1", "CONTAINERS=1 POST=1", "POST=1 BUILD=1 IMAGES=1 SECRETS=1", "ALLOW_START=1 ALLOW_LOGS=1"]
    {
        for import in [dockgate::import::tecnativa, dockgate::import::linuxserver] {
            let [faithful, tight] = BOTH.map(|style| policy(&import(&variables(words), style).unwrap()));
            for line in lines {
                let (wide, narrow) = (allows_from(&faithful, "", line), allows_from(&tight, "", line));
                assert!(wide || !narrow, "{words}: {line}");
            }
        }
    }
}
