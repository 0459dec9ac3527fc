//! What holds for every policy and every request.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

use dockgate::catalogue::Op;
use dockgate::policy::{Change, Decision, Policy, Source, diff};
use dockgate::request::{Identity, Peer, understand};
use http::{HeaderMap, Method};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use std::sync::Arc;

/// Entries that stand under `may` as well as under `never`.
const ENTRIES: &[&str] = &[
    "ping",
    "reads",
    "container-lifecycle",
    "container-output",
    "network-writes",
    "image-build",
    "swarm-mode",
    "everything",
    "ContainerKill",
    "GET /containers/{id}/json",
    "ContainerKill: { query.signal: [HUP, KILL] }",
    "ContainerKill: { query.signal: default, target: { name: [web, 'x-*'] } }",
    "ContainerStop: { target: { name: '*' } }",
    "ContainerStop: { query.t: [default, 5] }",
    "ContainerAttach: { query.stdin: any }",
    "ContainerList: { query.all: any }",
    "container-lifecycle: { target: { name: { regex: '[a-z]+' } } }",
    "ImageInspect: { target: { name: ['nginx:1', me/**] } }",
    "ImagePush: { target: { name: ['nginx:1', me/**] } }",
    "ContainerArchive: { query.path: [default, /srv, '/logs/**'] }",
];

const REQUESTS: &[&str] = &[
    "GET /_ping",
    "GET /containers/json?all=1",
    "GET /containers/json?surprise=1",
    "GET /containers/NAME/json",
    "POST /containers/NAME/kill?signal=SIGNAL",
    "POST /containers/NAME/kill",
    "POST /v1.47/containers/NAME/stop?t=5",
    "POST /containers/NAME/stop",
    "POST /containers/NAME/attach?stream=1&stdin=1",
    "GET /v1.41/containers/NAME/attach/ws?stream=1",
    "GET /images/NAME/json",
    "GET /images/me/NAME:1/json",
    "POST /images/NAME/push",
    "POST /images/me/NAME:2/push?tag=1",
    "GET /v1.47/containers/NAME/archive?path=/logs/../NAME",
    "GET /containers/NAME/archive?path=srv//.",
    "POST /networks/create",
    "DELETE /networks/NAME",
    "POST /build",
    "GET /swarm",
];

fn policy(may: &[&str], never: &[&str]) -> Policy {
    let list = |word: &str, entries: &[&str]| {
        let lines: String = entries.iter().map(|entry| format!("      - {entry}\n")).collect();
        if entries.is_empty() { String::new() } else { format!("    {word}:\n{lines}") }
    };
    let blocks = format!("{}{}", list("may", may), list("never", never));
    let text = format!("version: 1\nroles:\n  r:\n    who: anyone\n{blocks}");
    let sources = [Source { name: "p.yaml".into(), text }];
    Policy::load(&sources).unwrap_or_else(|problems| panic!("{} {problems:#?}", sources[0].text))
}

fn allows(policy: &Policy, line: &str) -> bool {
    let (method, target) = line.split_once(' ').expect("a method");
    let peer = Peer::Unix { uid: 1, gid: 1, pid: 1, groups: Vec::new(), user: None, group_names: Vec::new() };
    let who = Arc::new(Identity::new("test".into(), peer));
    let method = Method::from_bytes(method.as_bytes()).expect("a method");
    let request = understand(who.clone(), &method, target, &HeaderMap::new()).expect("a request");
    let role = policy.role(&who).expect("a role");
    let op = request.operation().op;
    match role.decide(request) {
        Decision::Allow(allowed) => {
            assert!(role.may_ever(op), "{line} is allowed but may never be");
            assert_eq!(allowed.unexamined(), role.unexamined(op));
            true
        }
        Decision::Deny(denial) => {
            assert!(!denial.why.is_empty(), "{line} is denied without a reason");
            assert!(!denial.to_string().contains(char::is_control), "{denial}");
            false
        }
    }
}

/// The operation that a line means.
fn operation(line: &str) -> Op {
    let (method, target) = line.split_once(' ').expect("a method");
    let path = target.split('?').next().expect("a path");
    let method = Method::from_bytes(method.as_bytes()).expect("a method");
    dockgate::catalogue::route(&method, path).expect("a route").operation.op
}

fn entries() -> impl Strategy<Value = Vec<&'static str>> {
    subsequence(ENTRIES, 1..=4)
}

fn request() -> impl Strategy<Value = String> {
    let name = prop_oneof![
        select(&["web", "x-1", "nginx", "cafe", "3f4e", "q7"][..]).prop_map(str::to_owned),
        "[a-z0-9_-]{1,12}"
    ];
    let signal = select(&["HUP", "9", "SIGTERM", ""][..]);
    (select(REQUESTS), name, signal)
        .prop_map(|(line, name, signal)| line.replace("NAME", &name).replace("SIGNAL", signal))
}

/// A text made of what policies are made of.
fn soup() -> impl Strategy<Value = String> {
    const WORDS: &[&str] = &[
        "version: 1\n",
        "roles:\n",
        "  a:\n",
        "    who: anyone\n",
        "    who: [{ uid: 1 }]\n",
        "    may:\n",
        "      - ",
        "ping\n",
        "reads",
        "ContainerKill",
        ": ",
        "{ ",
        " }",
        "[",
        "]",
        ", ",
        "query.signal",
        "target",
        "name: ",
        "$x",
        "let:\n",
        "  x: ",
        "parts:\n",
        "never:\n",
        "tests:\n",
        "  - it: x\n",
        "    send: GET /_ping\n",
        "    expect: allow\n",
        "regex: ",
        "min: 1",
        "*",
        "&a ",
        "!t ",
        "<<: ",
        "---\n",
        "\n",
        "\t",
        "'",
        "\"",
        "#",
        "|\n",
        ">-\n",
        "?",
        "%",
        "\u{202e}",
        "\u{feff}",
        "ü",
        "~",
        "null",
        "0x1F",
        "1e5",
        "65534",
        "\r\n",
        "  ",
    ];
    let word = prop_oneof![9 => select(WORDS).prop_map(str::to_owned), 1 => any::<String>()];
    prop::collection::vec(word, 0..40).prop_map(|words| words.concat())
}

fn load_and_draw(text: String) {
    let sources = [Source { name: "p.yaml".into(), text }];
    match Policy::load(&sources) {
        Ok(policy) => {
            for warning in policy.warnings() {
                warning.render(&sources, false);
            }
            for case in policy.cases() {
                case.run(&policy);
            }
        }
        Err(problems) => {
            assert!(!problems.is_empty());
            for problem in problems {
                assert!(problem.spot.line >= 1 && problem.spot.column >= 1);
                problem.render(&sources, true);
            }
        }
    }
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config(150))]

    #[test]
    fn one_more_may_never_takes_away(may in entries(), never in entries(), more in select(ENTRIES), line in request()) {
        for never in [&[][..], &never] {
            let before = allows(&policy(&may, never), &line);
            let after = allows(&policy(&[&may[..], &[more]].concat(), never), &line);
            prop_assert!(!before || after, "{} is lost", line);
        }
    }

    #[test]
    fn one_more_never_never_gives(may in entries(), never in entries(), more in select(ENTRIES), line in request()) {
        for never in [&[][..], &never] {
            let before = allows(&policy(&may, never), &line);
            let after = allows(&policy(&may, &[never, &[more]].concat()), &line);
            prop_assert!(before || !after, "{} is given", line);
        }
    }

    #[test]
    fn order_never_matters(may in entries(), never in entries(), line in request()) {
        let backwards = |entries: &[&'static str]| entries.iter().rev().copied().collect::<Vec<_>>();
        let there = allows(&policy(&may, &never), &line);
        let back = allows(&policy(&backwards(&may), &backwards(&never)), &line);
        prop_assert_eq!(there, back);
    }
}

proptest! {
    #![proptest_config(config(150))]

    #[test]
    fn a_policy_does_not_differ_from_itself(may in entries(), never in entries()) {
        prop_assert_eq!(diff(&policy(&may, &never), &policy(&may, &never)), []);
    }

    #[test]
    fn what_is_decided_differently_is_named(
        old in (entries(), entries(), any::<bool>()),
        new in (entries(), entries(), any::<bool>()),
        lines in prop::collection::vec(request(), 8),
    ) {
        let compile = |(may, never, banned): &(Vec<&str>, Vec<&str>, bool)| {
            policy(may, if *banned { never } else { &[] })
        };
        let (old, new) = (compile(&old), compile(&new));
        let found = diff(&old, &new);
        for line in lines {
            let (before, after) = (allows(&old, &line), allows(&new, &line));
            let missed = if after { Change::Narrower } else { Change::Wider };
            let op = operation(&line);
            let named = found.iter().any(|it| it.ops.contains(&op) && it.change != missed);
            prop_assert!(before == after || named, "{} is not named: {} {} {:#?}", line, before, after, found);
        }
    }
}

proptest! {
    #![proptest_config(config(800))]

    #[test]
    fn loading_is_total_over_soup(text in soup()) {
        load_and_draw(text);
    }

    #[test]
    fn loading_is_total_over_text(text in any::<String>()) {
        load_and_draw(text);
    }

    #[test]
    fn loading_is_total_over_damaged_policies(at in 0usize..1500, cut in 0usize..20, put in "[ -~\n]{0,4}") {
        const WHOLE: &str = include_str!("../policies/start-stop.yaml");
        let (from, to) = (at.min(WHOLE.len()), (at + cut).min(WHOLE.len()));
        load_and_draw([&WHOLE[..from], &put, &WHOLE[to..]].concat());
    }
}
