//! One policy with its tests, run.

use super::super::sources::{self, Unusable, outcome, plural};
use super::super::table;
use super::cover::Cover;
use crate::policy::CaseResult;
use std::path::PathBuf;

/// One policy.
pub(super) struct Suite {
    pub(super) files: Vec<PathBuf>,
    pub(super) ran: Result<Ran, Unusable>,
}

/// What its tests came to.
pub(super) struct Ran {
    pub(super) results: Vec<CaseResult>,
    /// Which entries they need, where that was asked for.
    pub(super) cover: Option<Cover>,
}

/// How many tests passed and failed, and how many policies could not be used.
pub(super) struct Count {
    pub(super) passed: usize,
    pub(super) failed: usize,
    pub(super) bad: usize,
}

impl Count {
    pub(super) fn of(suites: &[Suite]) -> Self {
        let results = || suites.iter().flat_map(|suite| suite.results());
        let passed = results().filter(|result| result.passed()).count();
        let bad = suites.iter().filter(|suite| suite.ran.is_err()).count();
        Self { passed, failed: results().count() - passed, bad }
    }
}

impl Suite {
    /// Reads a policy and runs its tests.
    pub(super) fn run(files: Vec<PathBuf>, covers: bool) -> Self {
        let ran = sources::attempt(&files).map(|(policy, sources)| Ran {
            results: policy.cases().iter().map(|case| case.run(&policy)).collect(),
            cover: covers.then(|| Cover::of(&policy, &sources)),
        });
        Self { files, ran }
    }

    /// The results; none of a policy that cannot be used.
    pub(super) fn results(&self) -> &[CaseResult] {
        self.ran.as_ref().map_or(&[], |ran| &ran.results)
    }

    /// The names of its files.
    pub(super) fn name(&self) -> String {
        let names: Vec<String> = self.files.iter().map(|file| file.display().to_string()).collect();
        names.join(" + ")
    }

    /// For people.
    pub(super) fn text(&self) -> String {
        let Ok(ran) = &self.ran else { return String::new() };
        let count = ran.results.len();
        let head = |file: &PathBuf| format!("{}: {count} test{}\n", file.display(), plural(count));
        let rows: Vec<Vec<String>> = ran.results.iter().map(row).collect();
        let cover = ran.cover.as_ref().map(Cover::text).unwrap_or_default();
        self.files.iter().map(head).collect::<String>() + &table::aligned(&rows) + &cover
    }

    /// What to say if the tests need less than this of the entries.
    pub(super) fn short_of(&self, least: u8) -> Option<String> {
        let cover = self.ran.as_ref().ok()?.cover.as_ref()?;
        let percent = cover.percent();
        let said = percent.map_or("nobody knows how much".to_owned(), |percent| format!("{percent}%"));
        let short = percent.unwrap_or(0) < usize::from(least);
        short.then(|| format!("{}: the tests need {said} of the entries, less than {least}%", self.name()))
    }
}

fn row(result: &CaseResult) -> Vec<String> {
    let word = if result.passed() { "ok" } else { "FAILED" };
    vec![word.to_owned(), result.it.to_string(), outcome(result)]
}
