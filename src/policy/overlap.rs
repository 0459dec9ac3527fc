//! Whether two roles can be seen to be for the same client.

use super::object_facts::{LabelFact, ObjectFacts};
use super::pattern::Pattern;
use super::who::{CertFacts, Facts, Who};
use ipnet::IpNet;

/// What two entries say about one fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shared {
    /// At most one of them names it.
    Unnamed,
    /// Some value fits both.
    Common,
    /// No value is seen to fit both.
    Apart,
}

/// Whether a client can be seen that both are for.
pub(super) fn overlap(a: &Who, b: &Who) -> bool {
    match (a, b) {
        (Who::Others, _) | (_, Who::Others) => false,
        (Who::Anyone, _) | (_, Who::Anyone) => true,
        (Who::Entries(a), Who::Entries(b)) => a.iter().any(|a| b.iter().any(|b| entries(a, b))),
    }
}

/// Facts that only one entry names may hold together, but that cannot be seen:
/// entries count as overlapping when they name something in common.
fn entries(a: &Facts, b: &Facts) -> bool {
    let apart = (a.is_about_unix() && b.is_about_tcp()) || (a.is_about_tcp() && b.is_about_unix());
    let mut shared = vec![
        one_value(&a.uid, &b.uid),
        several_values(&a.gid, &b.gid),
        one_value(&a.user, &b.user),
        several_values(&a.group, &b.group),
        share(&a.address, &b.address, networks_meet),
    ];
    if let (Some(a), Some(b)) = (&a.cert, &b.cert) {
        shared.extend(certificates(a, b));
    }
    if let (Some(a), Some(b)) = (&a.container, &b.container) {
        shared.extend(containers(a, b));
    }
    !apart && shared.contains(&Shared::Common) && !shared.contains(&Shared::Apart)
}

fn certificates(a: &CertFacts, b: &CertFacts) -> [Shared; 7] {
    [
        share(&a.common_name, &b.common_name, patterns_meet),
        share(&a.dns, &b.dns, patterns_meet),
        share(&a.email, &b.email, patterns_meet),
        share(&a.key_sha256, &b.key_sha256, patterns_meet),
        share(&a.organization, &b.organization, patterns_meet),
        share(&a.sha256, &b.sha256, patterns_meet),
        share(&a.uri, &b.uri, patterns_meet),
    ]
}

fn containers(a: &ObjectFacts, b: &ObjectFacts) -> [Shared; 6] {
    // a container has many labels, so different ones are no sign of different containers
    let labels = match share(&a.label, &b.label, labels_meet) {
        Shared::Apart if !labels_exclude(a, b) => Shared::Unnamed,
        other => other,
    };
    [
        share(&a.id, &b.id, patterns_meet),
        share(&a.image, &b.image, patterns_meet),
        labels,
        share(&a.name, &b.name, patterns_meet),
        share(&a.project, &b.project, patterns_meet),
        share(&a.service, &b.service, patterns_meet),
    ]
}

fn labels_meet(a: &LabelFact, b: &LabelFact) -> bool {
    let values = a.value.as_ref().zip(b.value.as_ref());
    a.key == b.key && values.is_none_or(|(a, b)| patterns_meet(a, b))
}

/// One label has one value: where all that is named has one key, values that differ tell containers apart.
fn labels_exclude(a: &ObjectFacts, b: &ObjectFacts) -> bool {
    let mut keys = a.label.iter().chain(&b.label).flatten().map(|label| &label.key);
    let first = keys.next();
    first.is_some_and(|first| keys.all(|key| key == first))
}

fn one_value<T: PartialEq>(a: &Option<Vec<T>>, b: &Option<Vec<T>>) -> Shared {
    share(a, b, |a, b| a == b)
}

/// A client can be in several groups, so different ones are no sign of different clients.
fn several_values<T: PartialEq>(a: &Option<Vec<T>>, b: &Option<Vec<T>>) -> Shared {
    match one_value(a, b) {
        Shared::Apart => Shared::Unnamed,
        other => other,
    }
}

fn share<T>(a: &Option<Vec<T>>, b: &Option<Vec<T>>, meet: impl Fn(&T, &T) -> bool) -> Shared {
    let (Some(a), Some(b)) = (a, b) else { return Shared::Unnamed };
    let common = a.iter().any(|a| b.iter().any(|b| meet(a, b)));
    if common { Shared::Common } else { Shared::Apart }
}

fn networks_meet(a: &IpNet, b: &IpNet) -> bool {
    a.contains(b) || b.contains(a)
}

/// Seen where one of the two is plain text, or both are written alike.
fn patterns_meet(a: &Pattern, b: &Pattern) -> bool {
    let fits = |pattern: &Pattern, other: &Pattern| other.as_literal().is_some_and(|text| pattern.fits(text));
    a == b || fits(a, b) || fits(b, a)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(change: impl Fn(&mut Facts)) -> Who {
        let mut facts = Facts::default();
        change(&mut facts);
        Who::Entries(vec![facts])
    }

    fn uid(id: u32) -> Who {
        facts(|f| f.uid = Some(vec![id]))
    }

    fn common_name(glob: &str) -> Who {
        let name = Some(vec![Pattern::glob(glob).unwrap()]);
        facts(|f| f.cert = Some(CertFacts { common_name: name.clone(), ..CertFacts::default() }))
    }

    fn address(net: &str) -> Who {
        facts(|f| f.address = Some(vec![net.parse().unwrap()]))
    }

    #[test]
    fn anyone_is_everyone_but_others() {
        assert!(overlap(&Who::Anyone, &uid(1)));
        assert!(overlap(&Who::Anyone, &Who::Anyone));
        assert!(!overlap(&Who::Anyone, &Who::Others));
        assert!(!overlap(&uid(1), &Who::Others));
    }

    #[test]
    fn what_both_name_must_meet() {
        assert!(overlap(&uid(1), &uid(1)));
        assert!(!overlap(&uid(1), &uid(2)));
        assert!(overlap(&address("10.0.0.0/8"), &address("10.1.0.0/16")));
        assert!(!overlap(&address("10.0.0.0/16"), &address("10.1.0.0/16")));
        assert!(overlap(&common_name("*.ops"), &common_name("a.ops")));
        assert!(overlap(&common_name("*.ops"), &common_name("*.ops")));
        assert!(!overlap(&common_name("*.ops"), &common_name("a.dev")));
    }

    #[test]
    fn what_only_one_names_keeps_nobody_apart() {
        let narrow = facts(|f| (f.uid, f.gid) = (Some(vec![1]), Some(vec![5])));
        assert!(overlap(&uid(1), &narrow));
        assert!(!overlap(&uid(2), &narrow));
        let group = facts(|f| f.gid = Some(vec![7]));
        assert!(!overlap(&uid(1), &group), "cannot be seen");
        assert!(!overlap(&uid(1), &address("10.0.0.0/8")), "never on one socket");
        let other_group = facts(|f| (f.uid, f.gid) = (Some(vec![1]), Some(vec![6])));
        assert!(overlap(&narrow, &other_group), "a client can be in both groups");
    }
}
