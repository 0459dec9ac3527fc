//! Limits over random uses.

use super::spellings::word;
use dockgate::catalogue::{FACETS, Facet, Op};
use dockgate::policy::{Decision, Policy, Source};
use dockgate::request::values::{bind::Bind, path, plain, port};
use dockgate::request::{Identity, Peer, Request, UseValue, Uses, understand};
use http::{HeaderMap, Method};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use std::sync::{Arc, LazyLock};

/// A request for an operation that can use many facets and is granted by name.
fn request(method: &str, target: &str, uses: Uses) -> Request {
    let peer = Peer::Unix { uid: 1, gid: 1, pid: 1, groups: Vec::new(), user: None, group_names: Vec::new() };
    let who = Arc::new(Identity::new("test".into(), peer));
    let method = Method::from_bytes(method.as_bytes()).expect("a method");
    let mut request = understand(who, &method, target, &HeaderMap::new()).expect("a request");
    request.uses = Some(uses);
    request
}

fn policy(blocks: &str) -> Policy {
    let text = format!("version: 1\nroles:\n  r:\n    who: anyone\n{blocks}");
    let sources = [Source { name: "p.yaml".into(), text }];
    Policy::load(&sources).unwrap_or_else(|problems| panic!("{} {problems:#?}", sources[0].text))
}

fn allows(policy: &Policy, request: Request) -> bool {
    match policy.roles()[0].decide(request) {
        Decision::Allow(_) => true,
        Decision::Deny(denial) => {
            assert!(!denial.why.is_empty());
            assert!(!denial.to_string().contains(char::is_control), "{denial}");
            false
        }
    }
}

/// Limits on a build, which is judged without a table for its body.
const LIMITS: &[&str] = &[
    "extra_hosts: ['db:*', web]",
    "extra_hosts: any",
    "mem_limit: { max: 1GiB }",
    "cpus: { min: 0.5, max: 2 }",
    "networks: [default, back]",
    "networks: none",
    "network_mode: [host, 'container:web']",
    "security_opt: [no-new-privileges, 'seccomp=*']",
    "ulimits: ['nofile=1024', core]",
    "labels: ['a=*', tier]",
    "tags: [nginx, 'me/**']",
    "buildkit: true",
    "build_args: { regex: 'A=.*' }",
    "shm_size: none",
    "isolation: default",
];

/// Exceptions for a create, which `everything` allows.
const EXCEPTIONS: &[&str] = &[
    "binds: [/etc/**, /home/*/.ssh]",
    "binds: any",
    "privileged: true",
    "cap_add: [SYS_ADMIN, 'NET_*']",
    "user: [root]",
    "image: [nginx]",
    "networks: [back]",
    "pid: [host]",
    "ports: [22, '127.0.0.1:80-90']",
    "env: [LD_PRELOAD]",
    "devices: [/dev/sda]",
    "volumes: [data, anonymous]",
];

/// A use as some request could make it.
fn one_use() -> impl Strategy<Value = Uses> {
    let facet = (0..FACETS.len()).prop_map(|at| FACETS[at].facet);
    (facet, word(), word(), any::<i64>(), 0..6_u8).prop_map(|(facet, text, other, number, form)| {
        let mut uses = Uses::default();
        match form {
            0 => plain::gather_number(Op::ImageBuild, facet, number, &mut uses),
            1 => uses.push(facet, UseValue::Flag(number % 2 == 0)),
            2 => uses.push(facet, plain::entry(facet, &text, &other)),
            3 => Bind::gather(&format!("{text}:{other}"), &mut uses),
            4 => uses.push(Facet::Ports, port::binding("80/tcp", &text, &other)),
            _ => plain::gather_text(facet, &text, &mut uses),
        }
        uses
    })
}

fn several() -> impl Strategy<Value = Uses> {
    let together = |all: Vec<Uses>| all.iter().flat_map(Uses::iter).cloned().collect();
    prop::collection::vec(one_use(), 0..4).prop_map(together)
}

/// `[[a], [a, b], ...]` as entries of one kind, each with limits of different words.
fn entry(operation: &str, limits: &[&str]) -> String {
    let mut seen = Vec::new();
    let apart = limits.iter().filter(|limit| {
        let word = limit.split(':').next().unwrap_or_default();
        let new = !seen.contains(&word);
        seen.push(word);
        new
    });
    format!("      - {operation}: {{ {} }}\n", apart.copied().collect::<Vec<_>>().join(", "))
}

static GUARDED: LazyLock<Policy> = LazyLock::new(|| {
    policy("    may: [everything]\n    never:\n      - ContainerCreate: { binds: [/etc, /home/*/.ssh] }\n")
});

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    /// A second grant never takes away, and a `never` never gives.
    #[test]
    fn grants_add_and_bans_take(
        first in subsequence(LIMITS, 1..=4),
        second in subsequence(LIMITS, 1..=4),
        uses in several(),
    ) {
        let (a, b) = (entry("ImageBuild", &first), entry("ImageBuild", &second));
        let build = || request("POST", "/build", uses.clone());
        let one = allows(&policy(&format!("    may:\n{a}")), build());
        let two = allows(&policy(&format!("    may:\n{b}")), build());
        let both = allows(&policy(&format!("    may:\n{a}{b}")), build());
        prop_assert_eq!(both, one || two);
        let open = policy("    may: [everything]\n");
        prop_assert!(allows(&open, build()));
    }

    /// What an exception lists is found in whatever company.
    #[test]
    fn company_hides_nothing(exceptions in subsequence(EXCEPTIONS, 1..=4), uses in several(), more in several()) {
        let policy = policy(&format!("    may: [everything]\n    never:\n{}", entry("ContainerCreate", &exceptions)));
        let create = |uses: Uses| request("POST", "/containers/create", uses);
        let together: Uses = uses.iter().chain(more.iter()).cloned().collect();
        // what is left out counts too, so that naming it may be what makes the difference
        let names = |uses: &Uses| uses.iter().map(|used| used.facet).collect::<Vec<_>>();
        if !allows(&policy, create(uses.clone())) && names(&more).iter().all(|facet| names(&uses).contains(facet)) {
            prop_assert!(!allows(&policy, create(together)));
        }
    }

    /// What was not gathered is never within a limit, and always within an exception.
    #[test]
    fn nothing_gathered_is_nothing_allowed(limits in subsequence(LIMITS, 1..=3)) {
        let mut build = request("POST", "/build", Uses::default());
        build.uses = None;
        let limited = policy(&format!("    may:\n{}", entry("ImageBuild", &limits)));
        prop_assert!(!allows(&limited, build));
        let never = policy("    may: [everything]\n    never:\n      - ImageBuild: { buildkit: true }\n");
        let mut build = request("POST", "/build", Uses::default());
        build.uses = None;
        prop_assert!(!allows(&never, build));
    }

    /// A bind is denied whenever it shows a path below which something is forbidden, or part of it.
    #[test]
    fn nothing_forbidden_is_mounted(parts in prop::collection::vec(select(&["etc", "home", "me", ".ssh", "x", ".."][..]), 0..5)) {
        let source = format!("/{}", parts.join("/"));
        let mut uses = Uses::default();
        Bind::gather(&format!("{source}:/t"), &mut uses);
        let clean = path::clean(&source).expect("an absolute path");
        let names: Vec<&str> = clean.split('/').filter(|name| !name.is_empty()).collect();
        let forbidden = match names.as_slice() {
            [] | ["etc", ..] | ["home"] | ["home", _] => true,
            ["home", _, third, ..] => *third == ".ssh",
            _ => false,
        };
        prop_assert_eq!(allows(&GUARDED, request("POST", "/containers/create", uses)), !forbidden, "{}", clean);
    }
}
