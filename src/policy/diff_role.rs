//! What two policies, or two roles of one name, have as a whole.

use super::Policy;
use super::diff::{Change, Difference, Side};
use super::quota::Quotas;
use super::reach::Reach;
use super::reach_said::said;
use super::role::Role;
use super::tenant::Tenant;
use crate::catalogue::OPERATIONS;
use std::collections::BTreeSet;

/// What is about the policy and no role alone.
pub(super) fn policies(old: &Policy, new: &Policy) -> Vec<Difference> {
    let fences = |policy: &Policy| policy.fences().map(str::to_owned).collect::<BTreeSet<String>>();
    let said = |fences: BTreeSet<String>| fences.into_iter().collect::<Vec<_>>().join(", ");
    let (before, after) = (fences(old), fences(new));
    let differ = before != after;
    let found = differ.then(|| change("labels of tenants", Change::Unclear, said(before), said(after)));
    found.into_iter().collect()
}

/// A role that only one of them has.
pub(super) fn alone(role: &Role, is_new: bool) -> Difference {
    let ops = OPERATIONS.iter().filter(|row| role.may_ever(row.op)).count();
    let said = format!("{ops} operations; {}", role.reach_in_words());
    let (old, new) = if is_new { (String::new(), said) } else { (said, String::new()) };
    Difference { role: Some(role.name().to_string()), ..change("role", Change::of(is_new), old, new) }
}

/// What is about no operation alone.
pub(super) fn roles(old: &Role, new: &Role) -> Vec<Difference> {
    let mut found = Vec::new();
    if format!("{:?}", old.who) != format!("{:?}", new.who) {
        found.push(change("who", Change::Unclear, old.who.to_string(), new.who.to_string()));
    }
    found.extend(tenants(old.tenant(), new.tenant()));
    found.extend(quotas(old.quotas(), new.quotas()));
    let (before, after) = (old.reach(), new.reach());
    let (was, is) = (said(&before), said(&after));
    if was != is {
        found.push(change("reach", reach(&before, &after), was, is));
    }
    found
}

fn change(part: &str, change: Change, old: String, new: String) -> Difference {
    let side = |said| Side { said, place: None };
    Difference {
        role: None,
        ops: Vec::new(),
        part: part.to_owned(),
        change,
        gained: Vec::new(),
        lost: Vec::new(),
        old: side(old),
        new: side(new),
    }
}

/// Which way the chains go that are known.
fn reach(old: &[Reach], new: &[Reach]) -> Change {
    let chains = |all: &[Reach]| {
        let ways =
            all.iter().flat_map(|reach| reach.chains.iter().map(|way| (reach.outcome, way.chain.why, way.given)));
        ways.collect::<BTreeSet<_>>()
    };
    let (before, after) = (chains(old), chains(new));
    match (after.is_subset(&before), before.is_subset(&after)) {
        (true, false) => Change::Narrower,
        (false, true) => Change::Wider,
        (false, false) => Change::Both,
        (true, true) => Change::Unclear,
    }
}

fn tenants(old: Option<&Tenant>, new: Option<&Tenant>) -> Option<Difference> {
    if format!("{old:?}") == format!("{new:?}") {
        return None;
    }
    let direction = match (old, new) {
        (None, _) => Change::Narrower,
        (_, None) => Change::Wider,
        _ => Change::Unclear,
    };
    let said = |tenant: Option<&Tenant>| tenant.map_or("none".to_owned(), Tenant::said);
    Some(change("tenant", direction, said(old), said(new)))
}

fn quotas(old: Option<&Quotas>, new: Option<&Quotas>) -> Vec<Difference> {
    let list = |quotas: Option<&Quotas>| quotas.map(Quotas::said).unwrap_or_default();
    let (before, after) = (list(old), list(new));
    let words: BTreeSet<&str> = before.iter().chain(&after).map(|(word, ..)| *word).collect();
    let of = |list: &[(&'static str, i64, String)], word: &str| {
        list.iter()
            .find(|(known, ..)| *known == word)
            .map_or((i64::MAX, "none".to_owned()), |(_, most, said)| (*most, said.clone()))
    };
    let one = |word: &&str| {
        let ((was, old), (is, new)) = (of(&before, word), of(&after, word));
        (was != is).then(|| change(&format!("quotas.{word}"), Change::of(is > was), old, new))
    };
    words.iter().filter_map(one).collect()
}
