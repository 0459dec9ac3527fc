//! A grant without a word about facets gives none that wants one.
#![no_main]

use dockgate::catalogue::Unsaid;
use dockgate::policy::{Decision, Policy, Source};
use dockgate::request::UseValue;
use dockgate_fuzz::{WITH_BODY, head, split};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

/// One for each operation with a body.
static POLICIES: LazyLock<Vec<Policy>> = LazyLock::new(|| {
    let text = |name| format!("version: 1\nroles:\n  r:\n    who: anyone\n    may: [{name}]\n");
    let sources = WITH_BODY.iter().map(|operation| Source { name: "p.yaml".into(), text: text(operation.name) });
    sources.map(|source| Policy::load(&[source]).expect("a policy")).collect()
});

fuzz_target!(|data: &[u8]| {
    let Some((at, body)) = split(data) else { return };
    let Ok(request) = head(WITH_BODY[at]).with_body(body) else { return };
    let role = POLICIES[at].role(&request.who).expect("a role");
    match role.decide(request) {
        Decision::Deny(denial) => assert!(!denial.why.is_empty() && !denial.to_string().contains(char::is_control)),
        Decision::Allow(allowed) => {
            assert!(allowed.request().unknown.is_empty());
            for used in allowed.request().uses.as_ref().expect("uses").iter() {
                let nothing = [UseValue::Nothing, UseValue::Flag(false), UseValue::Default].contains(&used.value);
                assert!(nothing || used.facet.row().unsaid != Unsaid::None, "{used:?}");
            }
        }
    }
});
