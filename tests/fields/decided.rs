//! Whatever a body says: an operation that is granted without a word about its facets gives nothing
//! that wants a word.

use super::generate::{Bodies, Random};
use super::judge::head;
use super::mutate::mutate;
use super::values::{CONTAINER, Values};
use dockgate::catalogue::{OPERATIONS, Op, Operation, Unsaid, Verb};
use dockgate::policy::{Decision, Policy, Source};
use dockgate::request::{Request, Use, UseValue};
use http::Method;
use proptest::prelude::*;
use std::sync::LazyLock;

/// A policy of each operation that has a body.
static POLICIES: LazyLock<Vec<(&'static Operation, Policy)>> = LazyLock::new(|| {
    let with_body = OPERATIONS.iter().filter(|operation| operation.body.table().is_some());
    with_body.map(|operation| (operation, policy(operation.name))).collect()
});

/// A policy of one role, which has one grant.
fn policy(grant: &str) -> Policy {
    let text = format!("version: 1\nroles:\n  r:\n    who: anyone\n    may:\n      - {grant}\n");
    Policy::load(&[Source { name: "p.yaml".into(), text }]).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

/// The head of a request on objects that are called `x`.
fn request(operation: &Operation) -> Request {
    let method = if operation.verb == Verb::Put { Method::PUT } else { Method::POST };
    let part = |part: &str| if part.starts_with('{') { "x".to_owned() } else { part.to_owned() };
    let target = operation.path.split('/').map(part).collect::<Vec<_>>().join("/");
    head(&method, &target)
}

fn body(operation: &Operation, seed: u64) -> String {
    let plausible = operation.op == Op::ContainerCreate && seed.is_multiple_of(2);
    let values: Values = if plausible { CONTAINER } else { &[] };
    // a body with one danger in it shows more than one with many
    let mut random = Random::new(seed);
    let others = random.pick(&[6, 25, 100]);
    let mut bodies = Bodies { random, values, always: &[], others };
    bodies.body(operation.body.table().expect("a body"))
}

/// Whether a use wants a word in the grant: it is of a facet that is closed unless said, and it is one.
fn wants_a_word(used: &Use) -> bool {
    let nothing = [UseValue::Nothing, UseValue::Flag(false), UseValue::Default].contains(&used.value);
    used.facet.row().unsaid == Unsaid::None && !nothing
}

/// Judges a request; what it gives without a word.
fn given(policy: &Policy, request: Request) -> Option<Vec<Use>> {
    let role = policy.role(&request.who).expect("a role");
    let Decision::Allow(allowed) = role.decide(request) else { return None };
    assert!(allowed.request().unknown.is_empty(), "{:?}", allowed.request().unknown);
    let uses = allowed.request().uses.as_ref().expect("uses");
    Some(uses.iter().filter(|used| wants_a_word(used)).cloned().collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_operation_alone_gives_nothing_that_wants_a_word(seed in any::<u64>(), changed in any::<bool>()) {
        let mut random = Random::new(seed);
        let (operation, policy) = &POLICIES[random.below(POLICIES.len())];
        let plain = body(operation, seed);
        let bytes = if changed { mutate(&plain, &mut random).0 } else { plain.into_bytes() };
        let Ok(request) = request(operation).with_body(&bytes) else { return Ok(()) };
        let given = given(policy, request).unwrap_or_default();
        prop_assert!(given.is_empty(), "{} {}: {given:?}", operation.name, String::from_utf8_lossy(&bytes));
    }
}

/// The property above would hold of a gate that allows nothing.
#[test]
fn an_operation_alone_gives_something() {
    let silent: Vec<_> = POLICIES
        .iter()
        .filter(|(operation, policy)| {
            let sent = |seed| request(operation).with_body(body(operation, seed).as_bytes()).expect("a body");
            (0..400).all(|seed| given(policy, sent(seed)).is_none())
        })
        .map(|(operation, _)| operation.name)
        .collect();
    assert!(silent.is_empty(), "{silent:?}");
}

/// Whether a grant allows a create with this body.
fn allows(grant: &str, body: &str) -> bool {
    let request = head(&Method::POST, "/v1.45/containers/create").with_body(body.as_bytes()).expect("a body");
    given(&policy(grant), request).is_some()
}

/// Processors counted in Windows' ways: dockerd on Linux keeps or drops the number, and limits nothing.
#[test]
fn what_limits_nothing_is_not_taken_for_a_limit() {
    let taken = |resources: &str| {
        let body = format!(r#"{{"Image":"busybox","HostConfig":{{{resources}}}}}"#);
        allows("ContainerCreate: { cpus: { max: 2 } }", &body)
    };
    assert!(taken(r#""NanoCpus":1000000000"#), "the limit can be kept");
    assert!(!taken(""), "without a limit there is none");
    let wrong: Vec<_> = [r#""CpuPercent":1"#, r#""CpuCount":1"#].into_iter().filter(|body| taken(body)).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// dockerd makes a container of no image at all, where there is a command.
#[test]
fn no_image_is_none_of_the_list() {
    let grant = "ContainerCreate: { image: nginx }";
    assert!(allows(grant, r#"{"Image":"nginx","Cmd":["sh"]}"#), "the limit can be kept");
    let bodies = [r#"{"Cmd":["sh"]}"#, r#"{"Entrypoint":["sh"],"Image":null}"#, r#"{"Cmd":["sh"],"Image":""}"#];
    let wrong: Vec<_> = bodies.into_iter().filter(|body| allows(grant, body)).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}
