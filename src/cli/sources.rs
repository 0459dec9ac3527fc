//! Policy files from disk, and what is wrong with them on standard error.

use super::Exit;
use crate::policy::{CaseResult, MAX_FILE, Policy, Problem, Source, Warning};
use crate::proxy::regular_file;
use std::cell::RefCell;
use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Reads policy files; one that is larger than a policy may be is cut behind
/// that bound, so that reading it reports the size and nothing else is held.
///
/// # Errors
/// A file cannot be read, or is not UTF-8.
pub(super) fn read(paths: &[PathBuf]) -> Result<Vec<Source>, String> {
    paths.iter().map(|path| read_one(path)).collect()
}

fn read_one(path: &Path) -> Result<Source, String> {
    let fail = |error: io::Error| format!("cannot read `{}`: {error}", path.display());
    // a gate that serves waits for nobody; a person may well have a pipe checked
    let bound = MAX_FILE as u64;
    let bytes = match CAPTURE.with_borrow(Option::is_some) {
        true => regular_file::read(path, bound).map_err(fail)?,
        false => {
            let mut bytes = Vec::new();
            File::open(path).and_then(|file| file.take(bound + 1).read_to_end(&mut bytes)).map_err(fail)?;
            bytes
        }
    };
    let text = String::from_utf8(bytes).map_err(|e| {
        let line = 1 + e.as_bytes().iter().take(e.utf8_error().valid_up_to()).filter(|b| **b == b'\n').count();
        format!("`{}` is not UTF-8 (line {line})", path.display())
    })?;
    Ok(Source { name: Arc::from(path.to_string_lossy().as_ref()), text })
}

/// Reads and loads a policy; every problem is printed.
///
/// # Errors
/// The policy cannot be loaded; the reasons are on standard error already.
pub(super) fn load(paths: &[PathBuf]) -> Result<(Policy, Vec<Source>), Bad> {
    attempt(paths).map_err(|unusable| {
        unusable.print();
        Bad(Exit::BadPolicy)
    })
}

/// Loads a policy that was read; every problem is printed.
///
/// # Errors
/// It has problems, which are on standard error already.
pub(super) fn load_texts(sources: Vec<Source>) -> Result<(Policy, Vec<Source>), Bad> {
    loaded(sources).map_err(|unusable| {
        unusable.print();
        Bad(Exit::BadPolicy)
    })
}

/// Reads and loads a policy, and prints nothing.
///
/// # Errors
/// The policy cannot be loaded.
pub(super) fn attempt(paths: &[PathBuf]) -> Result<(Policy, Vec<Source>), Unusable> {
    loaded(read(paths).map_err(Unusable::Unread)?)
}

fn loaded(sources: Vec<Source>) -> Result<(Policy, Vec<Source>), Unusable> {
    match Policy::load(&sources) {
        Ok(policy) => Ok((policy, sources)),
        Err(problems) => Err(Unusable::Wrong(problems, sources)),
    }
}

/// Why there is no policy.
pub(super) enum Unusable {
    /// A file cannot be read.
    Unread(String),
    /// The files have problems.
    Wrong(Vec<Problem>, Vec<Source>),
}

impl Unusable {
    /// Says so on standard error.
    pub(super) fn print(&self) {
        match self {
            Self::Unread(message) => complain(message),
            Self::Wrong(problems, sources) => print_problems(problems, sources),
        }
    }

    /// The same as a text without colour.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Unread(message) => message.clone(),
            Self::Wrong(problems, sources) => {
                let drawn: Vec<String> = problems.iter().map(|problem| problem.render(sources, false)).collect();
                drawn.join("\n")
            }
        }
    }
}

/// A policy or configuration that cannot be used, and how to exit; why was printed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bad(pub(super) Exit);

/// Prints every problem with its source line, and how many there are.
pub(super) fn print_problems(problems: &[Problem], sources: &[Source]) {
    for problem in problems {
        line(&problem.render(sources, color()));
    }
    let count = problems.len();
    line(&format!("{count} problem{} found", plural(count)));
}

/// Prints warnings with their source lines.
pub(super) fn print_warnings(warnings: &[Warning], sources: &[Source]) {
    for warning in warnings {
        line(&warning.render(sources, color()));
    }
}

/// One error in one line.
pub(super) fn complain(message: &str) {
    line(&format!("error: {message}"));
}

thread_local! {
    /// What would be printed, while [`captured`] runs.
    static CAPTURE: RefCell<Option<String>> = const { RefCell::new(None) };
}

thread_local! {
    /// Warnings, while [`noted`] runs.
    static NOTES: RefCell<Option<Vec<String>>> = const { RefCell::new(None) };
}

/// Runs this, and gives its warnings for the log, which is not there yet. If it fails there will be
/// none, and they are printed.
///
/// # Errors
/// It failed.
pub(super) fn noted<T>(run: impl FnOnce() -> Result<T, Bad>) -> Result<(T, Vec<String>), Bad> {
    NOTES.set(Some(Vec::new()));
    let result = run();
    let notes = NOTES.take().unwrap_or_default();
    if result.is_err() {
        notes.iter().for_each(|note| warn(note));
    }
    result.map(|done| (done, notes))
}

/// Runs this, and gives as an error what it would have printed.
///
/// # Errors
/// It failed.
pub(super) fn captured<T>(run: impl FnOnce() -> Result<T, Bad>) -> Result<T, String> {
    CAPTURE.replace(Some(String::new()));
    let result = run();
    let said = CAPTURE.take().unwrap_or_default();
    result.map_err(|_| said.trim_end().to_owned())
}

/// A closed standard error is no reason to fail.
fn line(text: &str) {
    let held = CAPTURE.with_borrow_mut(|held| held.as_mut().map(|held| *held += &format!("{text}\n")).is_some());
    if !held {
        let _ = writeln!(io::stderr().lock(), "{text}");
    }
}

fn color() -> bool {
    let captured = CAPTURE.with_borrow(Option::is_some);
    !captured && io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}

/// A warning in one line: in the log where there is one, else as it is.
pub(super) fn note(warning: &dyn std::fmt::Display) {
    let held = NOTES.with_borrow_mut(|held| held.as_mut().map(|held| held.push(warning.to_string())).is_some());
    if held {
        return;
    }
    if tracing::dispatcher::has_been_set() {
        tracing::warn!("{warning}");
    } else {
        warn(&warning.to_string());
    }
}

/// One warning in one line.
pub(super) fn warn(message: &str) {
    line(&format!("warning: {message}"));
}

/// How a policy's own test went, if it failed.
pub(super) fn outcome(result: &CaseResult) -> String {
    let failure = result.failure.as_ref();
    failure.map(|f| format!("expected {}, came {} ({})", f.expected, f.came, result.place)).unwrap_or_default()
}

/// `s` unless there is one.
pub(super) fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}
