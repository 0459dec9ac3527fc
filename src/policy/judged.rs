//! What comes of a request that is told, and what of that hangs on things that nobody told.

use super::decide::{Allowed, Decision};
use super::denial::Denial;
use super::place::Place;
use super::role::Role;
use super::rule::Rule;
use super::text::shown;
use super::told::{Told, Unposed};
use super::who::NoRole;
use super::{Policy, facts};
use crate::catalogue::Op;
use crate::request::{About, HIDDEN, Reference, Refusal, Request, of_use};

/// Stands in for what was left out, in JSON and in a query: a limit that lets this through as well as
/// [`HIDDEN`] looks at neither.
const OTHER: (&str, &str) = ("\\u0001/~ .:,=", "%01%2F~%20.");

/// What comes of a request.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// It is forwarded.
    Allow(Box<Allowed>),
    /// The policy says no; `absent` where that looks as if the object were not there.
    Deny {
        /// Why.
        denial: Denial,
        /// Whether the client reads that the object is not there.
        absent: bool,
    },
    /// The policy has no one role for the client.
    NoRole(NoRole),
    /// It is not understood.
    Refuse(Refusal),
}

/// A request, judged.
#[derive(Clone, Debug)]
pub struct Judged<'p> {
    /// The role of who asks, if there is one.
    pub role: Option<&'p Role>,
    /// The request as it was judged, where it came to that.
    pub request: Option<Box<Request>>,
    /// What comes of it.
    pub verdict: Verdict,
    /// What could make it another one, in words: values that are withheld, answers of the daemon.
    pub hangs_on: Vec<String>,
}

impl Verdict {
    /// As it stands in the audit.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Allow(_) => "allow",
            Self::Deny { .. } | Self::NoRole(_) => "deny",
            Self::Refuse(_) => "refuse",
        }
    }

    /// Every reason against it; each completes "may not ..." where a role says it.
    pub fn why(&self) -> Vec<String> {
        match self {
            Self::Allow(_) => Vec::new(),
            Self::Deny { denial, .. } => denial.why.iter().map(|why| why.sentence.clone()).collect(),
            Self::NoRole(none) => vec![none.to_string()],
            Self::Refuse(refusal) => vec![refusal.to_string()],
        }
    }

    /// The line of the policy that decided.
    pub fn place(&self) -> Option<&Place> {
        match self {
            Self::Allow(allowed) => Some(allowed.by()),
            Self::Deny { denial, .. } => denial.nearest.as_ref(),
            Self::NoRole(_) | Self::Refuse(_) => None,
        }
    }

    fn words(&self) -> impl Iterator<Item = &str> {
        let why = if let Self::Deny { denial, .. } = self { &denial.why[..] } else { &[] };
        why.iter().map(|why| why.word.as_str())
    }
}

impl Policy {
    /// Judges a request that is told, as a gate would that was told the same.
    pub fn judge(&self, told: &Told) -> Judged<'_> {
        let mut judged = self.judged(told);
        let mut hangs = self.withheld(told, &judged);
        hangs.extend(unasked(told, &judged));
        judged.hangs_on = hangs;
        judged
    }

    fn judged(&self, told: &Told) -> Judged<'_> {
        let (role, request, verdict) = match told.posed(self) {
            Ok(posed) => {
                let (role, request) = (posed.role, Box::new(posed.request.clone()));
                let verdict = match posed.decided() {
                    (Decision::Allow(allowed), _) => Verdict::Allow(allowed),
                    (Decision::Deny(denial), absent) => Verdict::Deny { denial, absent },
                };
                (Some(role), Some(request), verdict)
            }
            Err(Unposed::NoRole(none)) => (None, None, Verdict::NoRole(none)),
            Err(Unposed::Refused(refusal)) => (told.role(self).ok(), None, Verdict::Refuse(refusal)),
            Err(Unposed::Never(role, request)) => {
                let denial = role.deny_operation(request.operation().op);
                (Some(role), None, Verdict::Deny { denial, absent: false })
            }
        };
        Judged { role, request, verdict, hangs_on: Vec::new() }
    }

    /// What was left out of the record and could matter.
    fn withheld(&self, told: &Told, judged: &Judged<'_>) -> Vec<String> {
        let Some((role, request)) = judged.role.zip(judged.request.as_deref()) else { return Vec::new() };
        if told.withheld.iter().any(|word| word == "body") {
            return vec!["the body, which was not recorded".to_owned()];
        }
        let names =
            |word: &str| told.withheld.iter().find(|held| word.strip_prefix("query.").unwrap_or(word) == **held);
        let mut found: Vec<&String> = judged.verdict.words().filter_map(names).collect();
        if matches!(judged.verdict, Verdict::Allow(_)) {
            let banned = |word: &&String| role.bans_of(request.operation().op).iter().any(|ban| ban.reads(word));
            found.extend(told.withheld.iter().filter(banned));
            if found.is_empty() && !told.withheld.is_empty() && self.judged(&told.otherwise()).verdict.word() != "allow"
            {
                found.extend(&told.withheld);
            }
        }
        found.sort();
        found.dedup();
        found.into_iter().map(|word| format!("what was withheld of `{word}`")).collect()
    }
}

impl Told {
    /// The same with other values in the place of those that were left out.
    fn otherwise(&self) -> Self {
        let mut other = self.clone();
        other.body = self.body.as_ref().map(|body| body.replace(HIDDEN, OTHER.0));
        // of a query, what stands there is escaped
        other.target = self.target.replace("%3Chidden%3E", OTHER.1);
        other
    }
}

impl Rule {
    /// Whether it goes by values of the facet or parameter, and not by whether it is used.
    fn reads(&self, word: &str) -> bool {
        let facet = self.facets.iter().any(|limit| limit.row.word == word && limit.reads_values());
        facet || self.query.iter().any(|limit| limit.param.name == word) || !self.raw.is_empty()
    }
}

/// What of the objects that it names nobody told, where it is denied for them.
fn unasked(told: &Told, judged: &Judged<'_>) -> Vec<String> {
    let (Some((role, request)), Verdict::Deny { .. }) = (judged.role.zip(judged.request.as_deref()), &judged.verdict)
    else {
        return Vec::new();
    };
    let denied_by = |words: &[&str]| judged.verdict.words().any(|word| words.contains(&word));
    let op = request.operation().op;
    let mut all = Vec::new();
    if request.about == About::Unasked && role.asks_about(op) && denied_by(&["target", "tenant", "never"]) {
        let kind = op.operation().target.map_or("object", crate::catalogue::Target::word);
        let name = request.asked_for().unwrap_or_default();
        all.push(format!("what the daemon says of the {kind} {}", shown(name)));
    }
    let missing = role.references(request).into_iter().filter(|reference| !told.facts.tells(reference));
    let blamed = |reference: &Reference| {
        let word = word_of(op, request, reference);
        denied_by(&["tenant", "never"]) || word.is_some_and(|word| denied_by(&[word]))
    };
    let said = |found: Reference| format!("what the daemon says of the {} {}", found.kind.word(), shown(&found.name));
    all.extend(missing.filter(blamed).take(facts::MOST_SHOWN).map(said));
    if told.original.is_none() && denied_by(&["copy_of"]) {
        all.push("what the container is that would be copied".to_owned());
    }
    all
}

/// The facet by which the request names the object.
fn word_of(op: Op, request: &Request, reference: &Reference) -> Option<&'static str> {
    let used = request.uses.iter().flat_map(|uses| uses.iter());
    used.filter(|used| of_use(op, used).as_ref() == Some(reference)).map(|used| used.facet.word()).next()
}

#[cfg(test)]
#[path = "judged_tests.rs"]
mod tests;
