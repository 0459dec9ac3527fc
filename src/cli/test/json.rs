//! Results for programs.

use super::cover::{Cover, Entry};
use super::suite::{Count, Suite};
use crate::catalogue::Op;
use crate::policy::{CaseResult, List};
use serde::Serialize;

#[derive(Serialize)]
struct Report<'s> {
    policies: Vec<OfPolicy<'s>>,
    passed: usize,
    failed: usize,
    /// Policies that could not be used.
    bad: usize,
}

#[derive(Serialize)]
struct OfPolicy<'s> {
    files: Vec<String>,
    /// Why there is no policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    tests: Vec<OfTest<'s>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    coverage: Option<OfCover<'s>>,
}

#[derive(Serialize)]
struct OfTest<'s> {
    it: &'s str,
    file: &'s str,
    line: u32,
    passed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<&'s str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    came: Option<&'s str>,
}

#[derive(Serialize)]
struct OfCover<'s> {
    /// Nothing if there was too much to try.
    percent: Option<usize>,
    entries: Vec<OfEntry<'s>>,
}

#[derive(Serialize)]
struct OfEntry<'s> {
    file: &'s str,
    line: u32,
    path: &'s str,
    list: &'static str,
    needed: bool,
    /// Why no test needs it.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    /// Operations that no test sends.
    unsent: Vec<&'static str>,
}

pub(super) fn text(suites: &[Suite]) -> String {
    let Count { passed, failed, bad } = Count::of(suites);
    let report = Report { policies: suites.iter().map(of_policy).collect(), passed, failed, bad };
    serde_json::to_string_pretty(&report).unwrap_or_default() + "\n"
}

fn of_policy(suite: &Suite) -> OfPolicy<'_> {
    OfPolicy {
        files: suite.files.iter().map(|file| file.display().to_string()).collect(),
        error: suite.ran.as_ref().err().map(|unusable| unusable.text()),
        tests: suite.results().iter().map(of_test).collect(),
        coverage: suite.ran.as_ref().ok().and_then(|ran| ran.cover.as_ref()).map(of_cover),
    }
}

fn of_test(result: &CaseResult) -> OfTest<'_> {
    let failure = result.failure.as_ref();
    OfTest {
        it: &result.it,
        file: &result.place.file,
        line: result.place.line,
        passed: result.passed(),
        expected: failure.map(|failure| failure.expected.as_str()),
        came: failure.map(|failure| failure.came.as_str()),
    }
}

fn of_cover(cover: &Cover) -> OfCover<'_> {
    let entries = cover.entries.as_deref().unwrap_or_default();
    OfCover { percent: cover.percent(), entries: entries.iter().map(of_entry).collect() }
}

fn of_entry(entry: &Entry) -> OfEntry<'_> {
    let place = &entry.tried.place;
    OfEntry {
        file: &place.file,
        line: place.line,
        path: &place.path,
        list: if entry.tried.list == List::May { "may" } else { "never" },
        needed: entry.is_needed(),
        why: entry.why(),
        unsent: entry.tried.unsent.iter().map(Op::name).collect(),
    }
}
