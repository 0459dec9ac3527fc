//! The audit file, line by line.

use crate::policy::{Source, Told};
use serde::Deserialize;
use serde_json::value::Value;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// The longest line that is read: an audited request is much shorter.
const MAX_LINE: u64 = 1 << 20;

/// A decision.
pub(super) enum Line {
    /// With its request.
    Request { told: Box<Told>, allowed: bool },
    /// Without one.
    Bare,
}

/// The decisions of an audit file.
pub(super) struct Records {
    file: BufReader<File>,
    path: PathBuf,
    number: u64,
    /// Whether somebody writes it still, so that its last line may be half of one.
    followed: bool,
}

#[derive(Deserialize)]
struct Record {
    record: String,
    #[serde(default)]
    verdict: String,
    request: Option<Value>,
}

impl Records {
    /// Begins at the first line.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(super) fn open(path: &Path) -> Result<Self, String> {
        let file = File::open(path).map_err(|error| format!("cannot read `{}`: {error}", path.display()))?;
        Ok(Self { file: BufReader::new(file), path: path.to_owned(), number: 0, followed: false })
    }

    /// The same of a file that is being written: at its end there may be more later.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(super) fn follow(path: &Path) -> Result<Self, String> {
        Ok(Self { followed: true, ..Self::open(path)? })
    }

    /// The next line; nothing at the end.
    fn line(&mut self) -> io::Result<Option<String>> {
        let mut text = String::new();
        let read = self.file.by_ref().take(MAX_LINE).read_line(&mut text)?;
        if self.followed && !text.ends_with('\n') {
            self.file.seek_relative(-i64::try_from(read).unwrap_or(0))?;
            return Ok(None);
        }
        self.number += 1;
        Ok((read > 0).then_some(text))
    }

    fn problem(&self, what: &dyn std::fmt::Display) -> String {
        format!("{}:{}: {what}; the line is left out", self.path.display(), self.number)
    }

    /// What the line says; nothing if it is no decision.
    fn read(&self, text: &str) -> Result<Option<Line>, String> {
        if text.trim().is_empty() {
            return Ok(None);
        }
        let record: Record = serde_json::from_str(text).map_err(|_| self.problem(&"this is no record of an audit"))?;
        if record.record != "decided" {
            return Ok(None);
        }
        let Some(request) = record.request else { return Ok(Some(Line::Bare)) };
        let name = format!("{}:{}", self.path.display(), self.number);
        let told = Told::read(&Source { name: name.into(), text: request.to_string() });
        let told =
            told.map_err(|problems| self.problem(&problems.first().map(ToString::to_string).unwrap_or_default()))?;
        Ok(Some(Line::Request { told: Box::new(told), allowed: record.verdict == "allow" }))
    }
}

impl Iterator for Records {
    type Item = Result<Line, String>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let line = match self.line() {
                Ok(line) => line?,
                Err(error) => return Some(Err(self.problem(&error))),
            };
            match self.read(&line) {
                Ok(None) => {}
                Ok(Some(line)) => return Some(Ok(line)),
                Err(problem) => return Some(Err(problem)),
            }
        }
    }
}
