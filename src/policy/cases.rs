//! The policy's own tests.

use super::decide::{Allowed, Decision};
use super::denial::Denial;
use super::place::Place;
use super::quota::{Amounts, Quota};
use super::quota_demand::Demand;
use super::told::{Posed, Told, Unposed};
use super::view::View;
use super::{Policy, Role};
use crate::catalogue::{Answer, PartSet};
use crate::request::{Refusal, Request};
use std::sync::Arc;

/// One test of a policy.
#[derive(Clone, Debug)]
pub struct Case {
    /// What it says of itself.
    pub it: Arc<str>,
    /// Where it stands.
    pub place: Place,
    pub(super) told: Told,
    /// What is there already, and under way.
    pub(super) usage: Usage,
    pub(super) expect: Expect,
}

/// How much of the role's quotas is used up.
#[derive(Clone, Debug, Default)]
pub(super) struct Usage(pub(super) Vec<(Quota, i64)>);

impl Usage {
    fn denial(&self, role: &Role, request: &Request) -> Option<Denial> {
        let of = |quota: Quota| self.0.iter().find(|(known, _)| *known == quota).map_or(0, |(_, amount)| *amount);
        let taken = |(quota, most): &(Quota, i64)| of(*quota) >= *most;
        let (quota, most) = role.quotas()?.places(request.operation()).find(taken).unzip();
        let there = Amounts {
            containers: of(Quota::Containers),
            mem_limit: of(Quota::MemLimit),
            cpus: of(Quota::Cpus),
            volumes: of(Quota::Volumes),
        };
        let place = quota.zip(most).and_then(|(quota, most)| role.deny_place(quota, most));
        place.or_else(|| role.deny_more(&there, &Demand::of(request).at_most()))
    }
}

/// What has to come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Expect {
    Allow,
    Deny(String),
    /// It is allowed, and these parts of the answer are left out.
    Hides(PartSet),
    /// It looks as if the object were not there.
    Absent,
}

/// How a test ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseResult {
    /// What the test says of itself.
    pub it: Arc<str>,
    /// Where it stands.
    pub place: Place,
    /// Nothing if it passed.
    pub failure: Option<Failure>,
}

/// What a test expected, and what came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// `allow`, or `deny: WORD`.
    pub expected: String,
    /// The same of what came, and why.
    pub came: String,
}

/// What came.
enum Came {
    /// By this grant; of what the answer tells, this is hidden.
    Allow {
        by: Place,
        told: PartSet,
        hidden: PartSet,
    },
    Deny {
        words: Vec<String>,
        sentence: String,
    },
    Absent(String),
    Refused(Refusal),
}

impl CaseResult {
    /// Whether the policy does what the test expects.
    pub fn passed(&self) -> bool {
        self.failure.is_none()
    }
}

impl Case {
    /// Runs the test.
    pub fn run(&self, policy: &Policy) -> CaseResult {
        let came = self.send(policy);
        let failure = (!self.expect.is_met(&came)).then(|| Failure { expected: self.expect.said(), came: came.said() });
        CaseResult { it: self.it.clone(), place: self.place.clone(), failure }
    }

    /// The grant that allows its request, if one does.
    pub(super) fn allowed_by(&self, policy: &Policy) -> Option<Place> {
        match self.send(policy) {
            Came::Allow { by, .. } => Some(by),
            _ => None,
        }
    }

    fn send(&self, policy: &Policy) -> Came {
        match self.told.posed(policy) {
            Ok(posed) => self.judged(posed),
            Err(Unposed::NoRole(none)) => Came::Deny { words: vec!["who".into()], sentence: none.to_string() },
            Err(Unposed::Refused(refusal)) => Came::Refused(refusal),
            Err(Unposed::Never(role, request)) => Came::denied(&role.deny_operation(request.operation().op)),
        }
    }

    fn judged(&self, posed: Posed<'_>) -> Came {
        let role = posed.role;
        match posed.decided() {
            (Decision::Deny(denial), true) => Came::Absent(denial.to_string()),
            (Decision::Deny(denial), false) => Came::denied(&denial),
            (Decision::Allow(allowed), _) => match self.usage.denial(role, allowed.request()) {
                Some(denial) => Came::denied(&denial),
                None => Came::allowed(&allowed),
            },
        }
    }
}

impl Expect {
    fn is_met(&self, came: &Came) -> bool {
        match (self, came) {
            (Self::Allow, Came::Allow { .. }) => true,
            (Self::Hides(parts), Came::Allow { told, hidden, .. }) => {
                let parts = parts.intersection(*told);
                !parts.is_empty() && hidden.includes(parts)
            }
            (Self::Absent, Came::Absent(_)) => true,
            (Self::Deny(word), Came::Deny { words, .. }) => words.iter().any(|came| is_named(came, word)),
            _ => false,
        }
    }

    fn said(&self) -> String {
        match self {
            Self::Allow => "allow".into(),
            Self::Deny(word) => format!("deny: {word}"),
            Self::Hides(parts) => format!("hides: {}", listed(*parts)),
            Self::Absent => "absent".into(),
        }
    }
}

fn listed(parts: PartSet) -> String {
    parts.words().collect::<Vec<_>>().join(", ")
}

/// `require` is any requirement, and each goes by its own word as well.
fn is_named(came: &str, expected: &str) -> bool {
    let requirement = came.strip_prefix("require.");
    came == expected || requirement.is_some_and(|word| expected == "require" || expected == word)
}

impl Came {
    fn allowed(allowed: &Allowed) -> Self {
        let told = Answer::of(allowed.request().operation().op).map(Answer::parts).unwrap_or_default();
        let hidden = allowed.view().map(View::hidden).unwrap_or_default();
        Self::Allow { by: allowed.by().clone(), told, hidden }
    }

    fn denied(denial: &Denial) -> Self {
        let words = denial.why.iter().map(|why| why.word.clone()).collect();
        Self::Deny { words, sentence: denial.to_string() }
    }

    fn said(&self) -> String {
        match self {
            Self::Allow { by, hidden, .. } if hidden.is_empty() => format!("allow, by {by}"),
            Self::Allow { by, hidden, .. } => format!("allow, by {by}, hides: {}", listed(*hidden)),
            Self::Deny { words, sentence } => format!("deny: {} ({sentence})", words.join(", ")),
            Self::Absent(sentence) => format!("absent ({sentence})"),
            Self::Refused(refusal) => format!("refused with {}: {}", refusal.status, refusal.message),
        }
    }
}

#[cfg(test)]
#[path = "cases_tests.rs"]
mod tests;
