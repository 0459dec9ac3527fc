//! Which entries of a policy its tests need, told.

use super::super::table;
use crate::catalogue::{Op, OpSet};
use crate::policy::{List, MAX_TRIES, Outcome, Place, Policy, Source, Tried};

/// How much of an entry's text is shown, in characters.
const SHOWN: usize = 60;

/// The entries of one policy.
pub(super) struct Cover {
    /// Nothing if there are too many to try.
    pub(super) entries: Option<Vec<Entry>>,
}

/// An entry, and what it says.
pub(super) struct Entry {
    pub(super) tried: Tried,
    pub(super) text: String,
}

impl Cover {
    pub(super) fn of(policy: &Policy, sources: &[Source]) -> Self {
        let entry = |tried: Tried| Entry { text: text(&tried.place, sources), tried };
        Self { entries: policy.coverage().map(|all| all.into_iter().map(entry).collect()) }
    }

    /// How much of the entries is needed; all, if there is none.
    pub(super) fn percent(&self) -> Option<usize> {
        let entries = self.entries.as_ref()?;
        let needed = entries.iter().filter(|entry| entry.is_needed()).count();
        Some((needed * 100).checked_div(entries.len()).unwrap_or(100))
    }

    /// For people: a line for each file, and one for each entry that is not needed, or in parts alone.
    pub(super) fn text(&self) -> String {
        let Some(entries) = &self.entries else {
            return format!("coverage: more than {MAX_TRIES} tries, so nothing was tried\n");
        };
        let mut files: Vec<&str> = entries.iter().map(|entry| &*entry.tried.place.file).collect();
        files.dedup();
        files.into_iter().map(|file| of_file(file, entries)).collect()
    }
}

fn of_file(file: &str, entries: &[Entry]) -> String {
    let here: Vec<&Entry> = entries.iter().filter(|entry| *entry.tried.place.file == *file).collect();
    let counted = |list: List| {
        let of_list = || here.iter().filter(|entry| entry.tried.list == list);
        (of_list().filter(|entry| entry.is_needed()).count(), of_list().count())
    };
    let ((grants, may), (bans, never)) = (counted(List::May), counted(List::Never));
    let under_never = if never == 0 { String::new() } else { format!(", and {bans} of {never} under `never`") };
    let head = format!("{file}: tests need {grants} of {may} under `may`{under_never}\n");
    let mut rows: Vec<Vec<String>> = here.iter().filter(|entry| !entry.is_needed()).map(|it| it.unneeded()).collect();
    rows.extend(here.iter().filter(|entry| entry.is_in_parts()).map(|entry| entry.in_parts()));
    head + &table::aligned(&rows)
}

impl Entry {
    /// Whether a test fails without it.
    pub(super) fn is_needed(&self) -> bool {
        self.tried.outcome == Outcome::Needed
    }

    /// Whether some of its operations are tested and others not.
    fn is_in_parts(&self) -> bool {
        self.is_needed() && !self.tried.unsent.is_empty()
    }

    fn unneeded(&self) -> Vec<String> {
        vec!["not needed".to_owned(), self.place(), self.text.clone(), self.why().unwrap_or_default()]
    }

    fn in_parts(&self) -> Vec<String> {
        let unsent = format!("no test sends {}", listed(self.tried.unsent));
        vec!["in parts".to_owned(), self.place(), self.text.clone(), unsent]
    }

    fn place(&self) -> String {
        format!("{}:{}", self.tried.place.file, self.tried.place.line)
    }

    /// Why no test needs it.
    pub(super) fn why(&self) -> Option<String> {
        match &self.tried.outcome {
            Outcome::Needed => None,
            Outcome::Unsent => Some(format!("no test sends {}", listed(self.tried.operations))),
            Outcome::Replaced(place) => Some(format!("{place} allows the same")),
            Outcome::Idle => Some("the tests come to the same without it".to_owned()),
        }
    }
}

/// The entry's own line, or its word where several stand in one line.
fn text(place: &Place, sources: &[Source]) -> String {
    let source = sources.iter().find(|source| source.name == place.file);
    let line = place.line.checked_sub(1).and_then(|at| source?.text.lines().nth(at as usize));
    let line = line.map(|line| line.split(" #").next().unwrap_or_default().trim());
    let whole = line.filter(|line| line.starts_with("- "));
    let word = place.path.rsplit_once("].").map_or(&*place.path, |(_, word)| word);
    cut(whole.unwrap_or(word))
}

fn cut(text: &str) -> String {
    let cut: String = text.chars().take(SHOWN).collect();
    if cut.len() < text.len() { cut + "…" } else { cut }
}

/// Their names; of many, how many more there are.
fn listed(operations: OpSet) -> String {
    const MOST: usize = 8;
    let names: Vec<&str> = operations.iter().map(Op::name).take(MOST).collect();
    let more = operations.len().saturating_sub(MOST);
    let end = if more > 0 { format!(" and {more} more") } else { String::new() };
    names.join(", ") + &end
}
