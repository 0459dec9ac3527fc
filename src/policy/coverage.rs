//! Which entries of a policy its own tests need: each is taken out in turn, and the tests run again.

use super::place::Place;
use super::rule::Rule;
use super::{Case, Policy, Role};
use crate::catalogue::{Op, OpSet, operation_named};
use std::collections::BTreeMap;

/// The most that is tried: entries, times the tests and rules that each of them means.
pub const MAX_TRIES: usize = 2_000_000;

/// An entry that was taken out, to see which tests miss it.
#[derive(Clone, Debug)]
pub struct Tried {
    /// Where it stands.
    pub place: Place,
    /// In which list.
    pub list: List,
    /// What the tests made of it.
    pub outcome: Outcome,
    /// The operations that it is about.
    pub operations: OpSet,
    /// Those of them that no test sends in a role that has the entry.
    pub unsent: OpSet,
}

/// The list that an entry stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    /// What is allowed.
    May,
    /// What is not, whatever else is.
    Never,
}

/// What the tests make of an entry that is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// At least one of them fails.
    Needed,
    /// None sends an operation that the entry is about.
    Unsent,
    /// What the entry allows them, this one does as well.
    Replaced(Place),
    /// They send its operations, and come to the same.
    Idle,
}

/// What is known of an entry before it is taken out.
struct Entry {
    list: List,
    operations: OpSet,
    sent: OpSet,
}

/// The rules of one entry can be in several roles.
type Entries = BTreeMap<Place, Entry>;

impl Policy {
    /// What the policy's own tests make of each entry of `may` and `never`, in the order of the
    /// files' names and lines; nothing if there is more to try than [`MAX_TRIES`]. Tests that fail
    /// already say nothing of any entry.
    pub fn coverage(&self) -> Option<Vec<Tried>> {
        let passing: Vec<&Case> = self.cases.iter().filter(|case| case.run(self).passed()).collect();
        let entries = self.entries(&passing);
        let rules: usize = self.roles.iter().map(|role| role.grants().len() + role.bans().len()).sum();
        let tries = entries.len().saturating_mul(passing.len() + rules);
        let try_one = |(place, entry)| self.tried(place, &entry, &passing);
        (tries <= MAX_TRIES).then(|| entries.into_iter().map(try_one).collect())
    }

    fn entries(&self, cases: &[&Case]) -> Entries {
        let mut entries = Entries::new();
        for role in &self.roles {
            let sent = self.sent(role, cases);
            let may = role.grants().iter().map(|rule| (rule, List::May));
            let never = role.bans().iter().map(|rule| (rule, List::Never));
            may.chain(never).for_each(|(rule, list)| note(&mut entries, rule, list, sent));
        }
        entries
    }

    /// The operations that tests send as this role.
    fn sent(&self, role: &Role, cases: &[&Case]) -> OpSet {
        let as_role = |case: &&&Case| case.told.role(self).is_ok_and(|found| found.name() == role.name());
        let op = |case: &&Case| case.told.operation().and_then(operation_named).map(|row| row.op);
        cases.iter().filter(as_role).filter_map(op).collect()
    }

    fn tried(&self, place: Place, entry: &Entry, cases: &[&Case]) -> Tried {
        let rest = self.without(&place);
        let outcome = match cases.iter().any(|case| !case.run(&rest).passed()) {
            true => Outcome::Needed,
            false if entry.sent.is_empty() => Outcome::Unsent,
            false => self.other(&place, &rest, cases).map_or(Outcome::Idle, Outcome::Replaced),
        };
        let unsent = entry.operations.difference(entry.sent);
        Tried { place, list: entry.list, outcome, operations: entry.operations, unsent }
    }

    /// The grant that allows a test what this one did.
    fn other(&self, place: &Place, rest: &Self, cases: &[&Case]) -> Option<Place> {
        let allowed = cases.iter().find(|case| case.allowed_by(self).as_ref() == Some(place))?;
        allowed.allowed_by(rest)
    }

    fn without(&self, place: &Place) -> Self {
        let roles = self.roles.iter().map(|role| role.without(place)).collect();
        Self { roles, cases: Vec::new(), warnings: Vec::new() }
    }
}

fn note(entries: &mut Entries, rule: &Rule, list: List, sent: OpSet) {
    let new = || Entry { list, operations: OpSet::new(), sent: OpSet::new() };
    let entry = entries.entry(rule.place.clone()).or_insert_with(new);
    entry.operations.insert(rule.op);
    entry.sent = entry.sent.union(one(rule.op).intersection(sent));
}

fn one(op: Op) -> OpSet {
    let mut set = OpSet::new();
    set.insert(op);
    set
}

#[cfg(test)]
#[path = "coverage_tests.rs"]
mod tests;
