//! What two policies decide differently, found on what they were compiled to.
//!
//! An operation whose rules are the same in both is decided alike, whatever its requests; where they
//! differ, values are tried on both sides, and where none tells them apart, both are shown.

use super::diff_rule::{self, Part};
use super::place::Place;
use super::role::Role;
use super::rule::Rule;
use super::{Policy, diff_role};
use crate::catalogue::{OPERATIONS, Op};
use std::collections::BTreeMap;

/// Which way it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// More is allowed.
    Wider,
    /// Less is allowed.
    Narrower,
    /// Some of both.
    Both,
    /// Limits that no value which was tried tells apart.
    Unclear,
}

/// One thing that changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The role; nothing where it is about the policy as a whole.
    pub role: Option<String>,
    /// The operations that it is about; none where it is about the role as a whole.
    pub ops: Vec<Op>,
    /// The word of what differs: `binds`, `query.signal`, `target`, `never`; empty for the operation itself.
    pub part: String,
    /// Which way.
    pub change: Change,
    /// Values that are allowed now.
    pub gained: Vec<String>,
    /// Values that were allowed before.
    pub lost: Vec<String>,
    /// What stands in the old policy.
    pub old: Side,
    /// What stands in the new one.
    pub new: Side,
}

/// One side of a difference.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Side {
    /// In words; empty where there is nothing.
    pub said: String,
    /// Where it stands.
    pub place: Option<Place>,
}

impl Change {
    /// Whether something may be allowed that was not.
    pub fn may_widen(self) -> bool {
        self != Self::Narrower
    }

    /// Of something that only the new policy has, or only the old one.
    pub(super) fn of(is_new: bool) -> Self {
        if is_new { Self::Wider } else { Self::Narrower }
    }
}

/// Everything that differs, role by role in the order of the new policy; what was removed at the end.
pub fn diff(old: &Policy, new: &Policy) -> Vec<Difference> {
    let named = |policy: &'_ Policy, role: &Role| policy.roles().iter().position(|other| other.name() == role.name());
    let mut found = diff_role::policies(old, new);
    for role in new.roles() {
        match named(old, role).and_then(|at| old.roles().get(at)) {
            Some(before) => found.extend(both(before, role)),
            None => found.push(diff_role::alone(role, true)),
        }
    }
    let removed = old.roles().iter().filter(|role| named(new, role).is_none());
    found.extend(removed.map(|role| diff_role::alone(role, false)));
    merged(found)
}

fn both(old: &Role, new: &Role) -> Vec<Difference> {
    let mut found = diff_role::roles(old, new);
    found.extend(OPERATIONS.iter().flat_map(|row| operation(old, new, row.op)));
    found.iter_mut().for_each(|difference| difference.role = Some(new.name().to_string()));
    found
}

fn operation(old: &Role, new: &Role, op: Op) -> Vec<Difference> {
    match (old.may_ever(op), new.may_ever(op)) {
        (false, false) => Vec::new(),
        (false, true) => vec![whole(op, Side::default(), side(new.grants_of(op)), Change::Wider)],
        (true, false) => vec![whole(op, side(old.grants_of(op)), Side::default(), Change::Narrower)],
        (true, true) => {
            let mut found = grants(op, old.grants_of(op), new.grants_of(op));
            found.extend(bans(op, old.bans_of(op), new.bans_of(op)));
            found
        }
    }
}

fn whole(op: Op, old: Side, new: Side, change: Change) -> Difference {
    let part = String::new();
    Difference { role: None, ops: vec![op], part, change, gained: Vec::new(), lost: Vec::new(), old, new }
}

fn side(rules: &[Rule]) -> Side {
    Side { said: String::new(), place: rules.first().map(|rule| rule.place.clone()) }
}

/// Grants of one operation: what both have goes, and the rest is held against each other in its order.
fn grants(op: Op, old: &[Rule], new: &[Rule]) -> Vec<Difference> {
    let (old, new) = unlike(old, new);
    let mut found = Vec::new();
    for index in 0..old.len().max(new.len()) {
        match (old.get(index), new.get(index)) {
            (Some(before), Some(after)) => found.extend(diff_rule::parts(before, after).into_iter().map(|part| {
                let Part { word, change, gained, lost, old: was, new: is } = part;
                let side = |said, rule: &Rule| Side { said, place: Some(rule.place.clone()) };
                let (old, new) = (side(was, before), side(is, after));
                Difference { role: None, ops: vec![op], part: word, change, gained, lost, old, new }
            })),
            (before, after) => found.extend(one_more(op, "grant", before.copied(), after.copied(), after.is_some())),
        }
    }
    found
}

/// What may never be: of each that only one side has.
fn bans(op: Op, old: &[Rule], new: &[Rule]) -> Vec<Difference> {
    let (old, new) = unlike(old, new);
    let removed = old.into_iter().flat_map(|ban| one_more(op, "never", Some(ban), None, true));
    removed.chain(new.into_iter().flat_map(|ban| one_more(op, "never", None, Some(ban), false))).collect()
}

fn one_more(op: Op, part: &str, old: Option<&Rule>, new: Option<&Rule>, wider: bool) -> Option<Difference> {
    let side = |rule: Option<&Rule>| {
        rule.map(|rule| Side { said: diff_rule::said(rule), place: Some(rule.place.clone()) }).unwrap_or_default()
    };
    let mut difference = whole(op, side(old), side(new), Change::of(wider));
    difference.part = part.to_owned();
    (old.is_some() || new.is_some()).then_some(difference)
}

/// The rules of each side that the other has not, whatever their order.
fn unlike<'r>(old: &'r [Rule], new: &'r [Rule]) -> (Vec<&'r Rule>, Vec<&'r Rule>) {
    let mut marks: Vec<String> = new.iter().map(diff_rule::mark).collect();
    let mut gone = Vec::new();
    for rule in old {
        let mark = diff_rule::mark(rule);
        match marks.iter().position(|known| *known == mark) {
            Some(at) => drop(marks.swap_remove(at)),
            None => gone.push(rule),
        }
    }
    let mut left = Vec::new();
    for rule in new {
        let mark = diff_rule::mark(rule);
        if let Some(at) = marks.iter().position(|known| *known == mark) {
            marks.swap_remove(at);
            left.push(rule);
        }
    }
    (gone, left)
}

/// What several operations have in common is told once.
fn merged(found: Vec<Difference>) -> Vec<Difference> {
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut merged: Vec<Difference> = Vec::new();
    for mut difference in found {
        let ops = std::mem::take(&mut difference.ops);
        let at = *places.entry(format!("{difference:?}")).or_insert(merged.len());
        match merged.get_mut(at) {
            Some(same) => same.ops.extend(ops),
            None => merged.push(Difference { ops, ..difference }),
        }
    }
    merged
}

#[cfg(test)]
#[path = "diff_tests.rs"]
mod tests;
