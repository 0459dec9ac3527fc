//! A request that a policy denies → the smallest change that would allow it, if there is one.

use super::observed::Observed;
use super::page;
use super::update::{lines, with};
use crate::policy::{Explanation, Place, Policy, Source, Told, Verdict, may_end};
use std::sync::Arc;

/// What would have to change for a request to be allowed.
#[derive(Clone, Debug)]
pub enum Change {
    /// An entry of its own.
    Entry(Box<Addition>),
    /// No entry can allow it, and why.
    Nothing(Vec<String>),
}

/// An entry that allows this one request, and as little else as can be said.
#[derive(Clone, Debug)]
pub struct Addition {
    /// The role that it is for.
    pub role: String,
    /// The file of the role, and the line behind which the entry can stand; nothing if the `may` of the
    /// role is no list with an entry on each line.
    pub after: Option<(Arc<str>, usize)>,
    /// The entry.
    pub lines: Vec<String>,
    /// What should be looked at.
    pub notes: Vec<String>,
    /// The one limit that the nearest grant fails by: where it stands, its word, and what it would have
    /// to hold besides.
    pub limit: Option<(Place, String, String)>,
    /// The file with the entry, on which it was tried.
    pub text: Option<String>,
}

/// What is to be warned of now and was not before.
pub(super) fn dangers<'w>(before: &[Source], now: impl Iterator<Item = &'w str>) -> Vec<String> {
    let known = Policy::load(before).map(|policy| policy.warnings()).unwrap_or_default();
    let is_new = |message: &&str| known.iter().all(|warning| warning.message != *message);
    now.filter(is_new).map(|message| format!("(!) with this, {message}")).collect()
}

/// The change that would allow what was explained; nothing if it is allowed.
pub fn change(sources: &[Source], told: &Told, explained: &Explanation<'_>) -> Option<Change> {
    let none = |why: Vec<String>| Some(Change::Nothing(why));
    let denial = match &explained.verdict {
        Verdict::Allow(_) => return None,
        Verdict::Refuse(_) => return none(vec!["no policy lets a request pass that is not understood".to_owned()]),
        Verdict::NoRole(_) => {
            return none(vec![
                "the policy needs one role, and not more, for this client: say who asks (--as)".to_owned(),
            ]);
        }
        Verdict::Deny { denial, .. } => denial,
    };
    let forbidden = explained.never.iter().chain(&explained.fence);
    let forbidden = forbidden.chain(denial.why.iter().filter(|why| why.word == "never"));
    let mut why: Vec<String> = forbidden.map(|why| forbids(&why.sentence, why.place.as_ref())).collect();
    why.dedup();
    if !why.is_empty() {
        return none(why);
    }
    Some(entry(sources, denial.role.as_str(), told, explained))
}

fn forbids(sentence: &str, place: Option<&Place>) -> String {
    let place = place.map(|place| format!(" [{place}]")).unwrap_or_default();
    format!("the role may not {sentence}, whatever its grants say{place}")
}

fn entry(sources: &[Source], role: &str, told: &Told, explained: &Explanation<'_>) -> Change {
    // an entry is pasted and committed: it holds no secrets
    let Ok((noted, request)) = told.noted().and_then(|noted| noted.whole().map(|request| (noted, request))) else {
        return Change::Nothing(vec!["what it asks cannot be read, so no entry can say it".to_owned()]);
    };
    let mut notes = Vec::new();
    let entries = page::entries(&[Observed::first(&request, noted.withheld())], &mut notes);
    let room = sources.iter().enumerate().find_map(|(at, source)| Some((at, source, may_end(source, role)?)));
    let indent = room.map_or(0, |(_, _, (_, indent))| indent);
    let text: String = entries.iter().map(|entry| entry.alone(indent)).collect();
    let lines = lines(&text);
    let limit = explained.grants.first().filter(|near| near.why.len() == 1).and_then(|near| {
        let word = &near.why.first()?.word;
        let value = entries.iter().find_map(|entry| entry.limit(word))?;
        Some((near.place.clone(), word.clone(), value.to_owned()))
    });
    let mut addition = Addition { role: role.to_owned(), after: None, lines, notes, limit, text: None };
    let Some((at, source, (line, _))) = room else { return Change::Entry(Box::new(addition)) };
    let text = with(&source.text, &[(line, addition.lines.clone())]);
    addition.after = Some((Arc::clone(&source.name), line));
    match tried(sources, at, &text, told) {
        Ok(dangers) => {
            addition.notes.extend(dangers);
            Change::Entry(Box::new(Addition { text: Some(text), ..addition }))
        }
        Err(why) => Change::Nothing(why),
    }
}

/// What `check` would warn of with the new text and does not without, if the request is allowed with
/// it; else what is still against it.
fn tried(before: &[Source], at: usize, text: &str, told: &Told) -> Result<Vec<String>, Vec<String>> {
    let mut sources = before.to_vec();
    if let Some(source) = sources.get_mut(at) {
        text.clone_into(&mut source.text);
    }
    let policy = Policy::load(&sources).map_err(|problems| {
        problems.iter().map(|problem| format!("an entry for it would be a problem: {problem}")).collect::<Vec<_>>()
    })?;
    let judged = policy.judge(told);
    if let Verdict::Allow(_) = judged.verdict {
        let warnings = policy.warnings();
        return Ok(dangers(before, warnings.iter().map(|warning| warning.message.as_str())));
    }
    let why = judged.verdict.why();
    let held = judged.hangs_on.iter().map(|what| format!("it hangs on {what}"));
    Err(why.iter().map(|why| format!("even an entry of its own may not {why}")).chain(held).collect())
}
