//! Recorded requests → a policy that allows what was asked, and as little else as can be said.
//!
//! [`Learner`] is given one request after the other and keeps of each operation what its requests
//! used, by the same facets and parameters that policies limit. At the end `limits` finds what all of
//! it has in common, and `page` writes it down as a person would. What could not be told apart is
//! said in notes, and what was learned is tried on all that was seen.

mod change;
mod clients;
mod common;
mod facets;
mod limits;
mod observed;
mod page;
mod queries;
mod said;
mod targets;
mod update;
mod values;
mod watching;

#[cfg(test)]
mod tests;

pub use change::{Addition, Change, change};
pub use update::{NoRoom, Widening, widen};
pub use watching::watching;

use crate::policy::{Decision, Policy, Source, Told, Unposed};
use clients::{Client, MAX_CLIENTS};
use observed::Observed;
use std::collections::BTreeMap;

/// How many requests are kept to try the policy on; of more, those that came first.
pub const MAX_KEPT: usize = 20_000;

/// What has been seen so far.
#[derive(Debug, Default)]
pub struct Learner {
    clients: BTreeMap<Client, Vec<Observed>>,
    kept: Vec<Told>,
    requests: u64,
    not_understood: u64,
    /// Requests of clients beyond [`MAX_CLIENTS`].
    strangers: u64,
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Learned {
    /// The policy.
    pub text: String,
    /// What could not be said, or should be looked at.
    pub notes: Vec<String>,
}

impl Learner {
    /// Learns from one request; false if it was none that Docker would understand.
    pub fn take(&mut self, told: &Told) -> bool {
        self.requests += 1;
        let Ok(request) = told.whole() else {
            self.not_understood += 1;
            return false;
        };
        let client = Client::of(told.client());
        if !self.clients.contains_key(&client) && self.clients.len() >= MAX_CLIENTS {
            self.strangers += 1;
            return true;
        }
        let seen = self.clients.entry(client).or_default();
        let op = request.operation().op;
        match seen.iter_mut().find(|known| known.op == op) {
            Some(known) => known.take(&request, told.withheld()),
            None => seen.push(Observed::first(&request, told.withheld())),
        }
        if self.kept.len() < MAX_KEPT {
            self.kept.push(told.clone());
        }
        true
    }

    /// How many requests there were.
    pub fn requests(&self) -> u64 {
        self.requests
    }

    /// How many operations they were for.
    pub fn operations(&self) -> usize {
        self.clients.values().map(Vec::len).sum()
    }

    /// The policy, tried on what was seen.
    pub fn learned(&self) -> Learned {
        let mut learned = page::write(&self.clients);
        learned.notes.extend(self.left_over());
        learned.notes.extend(self.tried(&learned.text));
        learned
    }

    fn left_over(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.not_understood > 0 {
            notes.push(format!(
                "{} of {} requests were none that Docker would understand",
                self.not_understood, self.requests
            ));
        }
        if self.strangers > 0 {
            notes.push(format!("{} requests came from clients beyond the first {MAX_CLIENTS}", self.strangers));
        }
        notes
    }

    /// Whatever the policy would not allow of what it was learned from.
    fn tried(&self, text: &str) -> Vec<String> {
        let policy = match Policy::load(&[Source { name: "learned.yaml".into(), text: text.to_owned() }]) {
            Ok(policy) => policy,
            Err(problems) => {
                return problems.iter().map(|problem| format!("the policy has a problem: {problem}")).collect();
            }
        };
        let failing = policy.cases().iter().map(|case| case.run(&policy)).filter(|result| !result.passed());
        let mut notes: Vec<String> =
            failing.map(|result| format!("a test of the policy fails: {}", result.it)).collect();
        let mut missing: BTreeMap<String, usize> = BTreeMap::new();
        for why in self.kept.iter().filter_map(|told| denied(told, &policy)) {
            *missing.entry(why).or_default() += 1;
        }
        notes.extend(missing.into_iter().map(|(why, count)| format!("{count} of the requests are not allowed: {why}")));
        notes
    }
}

/// Why the policy does not allow it; nothing if it does.
fn denied(told: &Told, policy: &Policy) -> Option<String> {
    match told.posed(policy) {
        Ok(posed) => match posed.decided() {
            (Decision::Allow(_), _) => None,
            (Decision::Deny(denial), _) => Some(denial.to_string()),
        },
        Err(Unposed::NoRole(none)) => Some(none.to_string()),
        Err(Unposed::Never(role, request)) => Some(role.deny_operation(request.operation().op).to_string()),
        Err(Unposed::Refused(_)) => None,
    }
}
