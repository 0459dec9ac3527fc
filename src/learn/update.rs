//! Requests that a policy denies → the smallest widening that would allow them, as text to be
//! looked at.

use super::change::dangers;
use super::observed::Observed;
use super::{denied, page};
use crate::policy::{Policy, Source, Told, may_end};
use std::collections::BTreeMap;
use std::fmt;

/// What a policy would have to say besides.
#[derive(Clone, Debug)]
pub struct Widening {
    /// The policy with it.
    pub text: String,
    /// The lines that are new, behind the line of the old text that they follow.
    pub added: Vec<(usize, Vec<String>)>,
    /// What could not be said, or should be looked at.
    pub notes: Vec<String>,
}

/// A role whose `may` cannot be added to line by line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoRoom(String);

impl fmt::Display for NoRoom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`may` of the role `{}` is no list with an entry on each line, so nothing can be added to it", self.0)
    }
}

/// Adds to each role entries of their own for what it was denied: two entries never mix their powers,
/// so nothing is allowed by it but what was asked.
///
/// # Errors
/// A role is written in a way that cannot be added to.
pub fn widen(source: &Source, policy: &Policy, told: &[Told]) -> Result<Widening, NoRoom> {
    let mut roles: BTreeMap<String, Vec<Observed>> = BTreeMap::new();
    let mut notes = Vec::new();
    for told in told.iter().filter(|told| denied(told, policy).is_some()) {
        match (told.role(policy), told.whole()) {
            (Ok(role), Ok(request)) => {
                let seen = roles.entry(role.name().as_str().to_owned()).or_default();
                match seen.iter_mut().find(|known| known.op == request.operation().op) {
                    Some(known) => known.take(&request, told.withheld()),
                    None => seen.push(Observed::first(&request, told.withheld())),
                }
            }
            (Err(none), _) => notes.push(format!("{none}: add a role for it")),
            (_, Err(_)) => {}
        }
    }
    notes.dedup();
    let mut added = Vec::new();
    for (role, seen) in &roles {
        let (line, indent) = may_end(source, role).ok_or_else(|| NoRoom(role.clone()))?;
        let entries = page::entries(seen, &mut notes);
        added.push((line, lines(&page::texts(&entries, indent))));
    }
    added.sort();
    let widening = Widening { text: with(&source.text, &added), added, notes };
    Ok(tried(source, widening, told))
}

pub(super) fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

/// The text with lines behind lines of it.
pub(super) fn with(text: &str, added: &[(usize, Vec<String>)]) -> String {
    let mut all = String::new();
    for (number, line) in text.lines().enumerate() {
        all.push_str(line);
        all.push('\n');
        let new = added.iter().filter(|(after, _)| *after == number + 1).flat_map(|(_, lines)| lines);
        new.for_each(|line| {
            all.push_str(line);
            all.push('\n');
        });
    }
    all
}

/// What `never` forbids stays forbidden, whatever is added.
fn tried(before: &Source, mut widening: Widening, told: &[Told]) -> Widening {
    let source = Source { name: "widened.yaml".into(), text: widening.text.clone() };
    match Policy::load(&[source]) {
        Ok(policy) => {
            let mut still: Vec<String> = told.iter().filter_map(|told| denied(told, &policy)).collect();
            still.sort();
            still.dedup();
            let warnings = policy.warnings();
            let dangers =
                dangers(std::slice::from_ref(before), warnings.iter().map(|warning| warning.message.as_str()));
            widening.notes.extend(dangers);
            widening.notes.extend(still.into_iter().map(|why| format!("still not allowed: {why}")));
        }
        Err(problems) => {
            widening.notes.extend(problems.iter().map(|problem| format!("the policy would have a problem: {problem}")));
        }
    }
    widening
}
