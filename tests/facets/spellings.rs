//! One spelling for each value.

use dockgate::catalogue::Facet;
use dockgate::request::values::{amount, bind::Bind, capability, device, image, namespace, pair, path, port};
use dockgate::request::values::{registry, security_opt, user};
use dockgate::request::{UseValue, Uses};
use proptest::prelude::*;
use proptest::sample::select;

/// What values are made of, and what they are not.
pub(super) fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        select(
            &["host", "db:1", "web", "cafe", "nginx:1", "me/a", "A=1", "LD_PRELOAD=x", "root", "0:0", "data", ""][..]
        )
        .prop_map(str::to_owned),
        select(&["/etc/ssh", "/srv/../etc", "/", "SYS_ADMIN", "all", "no-new-privileges", "container:web", "back"][..])
            .prop_map(str::to_owned),
        "[ -~]{0,12}",
        any::<String>(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    /// Readers never panic, and what they made is its own spelling.
    #[test]
    fn spellings_are_stable(text in word(), other in word()) {
        for normal in [user::normal, security_opt::normal, device::rule, path::clean, registry::of_address] {
            if let Some(once) = normal(&text) {
                prop_assert_eq!(normal(&once), Some(once.clone()), "{}", text);
            }
        }
        let once = capability::normal(&text);
        prop_assert!(capability::normal(&once) == once || once.starts_with("CAP_"));
        let _ = (amount::bytes(&text), amount::cpus(&text), image::Reference::parse(&text).normal());
        let _ = (pair::pair(&text), port::binding(&text, &other, &text), namespace::network(&text));
        if let Some(bind) = Bind::read(&format!("{text}:{other}")) {
            prop_assert!(bind.target.starts_with('/') && !bind.target.contains("//"));
        }
    }

    /// However many dots and slashes: a clean path is where the walk ends.
    #[test]
    fn paths_are_walked(parts in prop::collection::vec(select(&["a", "b", "..", ".", ""][..]), 0..8)) {
        let mut walked: Vec<&str> = Vec::new();
        for part in &parts {
            match *part {
                ".." => drop(walked.pop()),
                "." | "" => {}
                part => walked.push(part),
            }
        }
        let expected = format!("/{}", walked.join("/"));
        prop_assert_eq!(path::clean(&format!("/{}", parts.join("/"))), Some(expected.clone()));
        let source = format!("/{}:/x", parts.join("/"));
        let mut uses = Uses::default();
        Bind::gather(&source, &mut uses);
        let found = UseValue::Path { path: expected, read_only: false };
        prop_assert_eq!(uses.of(Facet::Binds).next(), Some(&found));
    }
}
