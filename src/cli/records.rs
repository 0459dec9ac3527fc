//! The audit file, line by line.

use crate::policy::{Source, Told};
use serde::Deserialize;
use serde_json::{Value, json};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// The longest line that is read: an audited request is much shorter.
const MAX_LINE: u64 = 1 << 20;

/// A decision.
pub(super) enum Line {
    /// With its request.
    Request { told: Box<Told>, record: Box<Record> },
    /// Without one.
    Bare(Box<Record>),
}

/// The decisions of an audit file.
pub(super) struct Records {
    file: BufReader<File>,
    path: PathBuf,
    number: u64,
    /// Whether somebody writes it still, so that its last line may be half of one.
    followed: bool,
    /// Whether it could not be read any further.
    failed: bool,
}

/// What a record says of a decision.
#[derive(Debug, Deserialize)]
pub(super) struct Record {
    record: String,
    #[serde(default)]
    pub(super) time: String,
    #[serde(default)]
    pub(super) id: String,
    who: Option<Value>,
    pub(super) role: Option<String>,
    #[serde(default)]
    pub(super) method: String,
    pub(super) operation: Option<String>,
    pub(super) object: Option<String>,
    #[serde(default)]
    pub(super) verdict: String,
    #[serde(default)]
    pub(super) why: Vec<String>,
    pub(super) policy: Option<String>,
    #[serde(default)]
    pub(super) set: Vec<String>,
    request: Option<Value>,
}

impl Record {
    pub(super) fn is_allowed(&self) -> bool {
        self.verdict == "allow"
    }

    /// What it says, for programs.
    pub(super) fn json(&self) -> Value {
        json!({
            "time": self.time, "id": self.id, "who": self.who, "role": self.role, "method": self.method,
            "operation": self.operation, "object": self.object, "verdict": self.verdict, "why": self.why,
            "policy": self.policy, "set": self.set,
        })
    }

    /// Who asked, as the record has it.
    pub(super) fn who(&self) -> String {
        self.who.as_ref().map(ToString::to_string).unwrap_or_default()
    }
}

impl Records {
    /// Begins at the first line.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(super) fn open(path: &Path) -> Result<Self, String> {
        let fail = |error: &dyn std::fmt::Display| format!("cannot read `{}`: {error}", path.display());
        let file = File::open(path).map_err(|error| fail(&error))?;
        if file.metadata().is_ok_and(|it| it.is_dir()) {
            return Err(fail(&"it is a folder"));
        }
        Ok(Self { file: BufReader::new(file), path: path.to_owned(), number: 0, followed: false, failed: false })
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
        let mut bytes = Vec::new();
        let read = self.file.by_ref().take(MAX_LINE).read_until(b'\n', &mut bytes)?;
        let whole = bytes.ends_with(b"\n");
        if self.followed && !whole {
            self.file.seek_relative(-i64::try_from(read).unwrap_or(0))?;
            return Ok(None);
        }
        if !whole && read as u64 == MAX_LINE {
            self.file.skip_until(b'\n')?;
        }
        self.number += 1;
        // what is no UTF-8 is no record either, and is reported as that
        Ok((read > 0).then(|| String::from_utf8_lossy(&bytes).into_owned()))
    }

    fn problem(&self, what: &dyn std::fmt::Display) -> String {
        format!("{}:{}: {what}; the line is left out", self.path.display(), self.number)
    }

    /// What the line says; nothing if it is no decision.
    fn read(&self, text: &str) -> Result<Option<Line>, String> {
        if text.trim().is_empty() {
            return Ok(None);
        }
        let mut record: Record =
            serde_json::from_str(text).map_err(|_| self.problem(&"this is no record of an audit"))?;
        if record.record != "decided" {
            return Ok(None);
        }
        let Some(request) = record.request.take() else { return Ok(Some(Line::Bare(Box::new(record)))) };
        let name = format!("{}:{}", self.path.display(), self.number);
        let told = Told::read(&Source { name: name.into(), text: request.to_string() });
        let told =
            told.map_err(|problems| self.problem(&problems.first().map(ToString::to_string).unwrap_or_default()))?;
        Ok(Some(Line::Request { told: Box::new(told), record: Box::new(record) }))
    }
}

impl Iterator for Records {
    type Item = Result<Line, String>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.failed {
            let line = match self.line() {
                Ok(line) => line?,
                Err(error) => {
                    self.failed = true;
                    return Some(Err(format!("cannot read `{}` to its end: {error}", self.path.display())));
                }
            };
            match self.read(&line) {
                Ok(None) => {}
                Ok(Some(line)) => return Some(Ok(line)),
                Err(problem) => return Some(Err(problem)),
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::{Line, MAX_LINE, Records};
    use std::path::Path;

    /// A broken line is one line, however long it is, and what follows is read.
    #[test]
    fn broken_lines_are_counted_and_left_out() {
        let path = std::env::temp_dir().join(format!("dockgate-records-{}", std::process::id()));
        let record = r#"{"record":"decided","id":"a","verdict":"deny"}"#;
        let long = "x".repeat(2 * usize::try_from(MAX_LINE).unwrap() + 5);
        let bytes = [record.as_bytes(), b"\n\xff\n", long.as_bytes(), b"\n", record.as_bytes()].concat();
        std::fs::write(&path, bytes).unwrap();
        let lines: Vec<_> = Records::open(&path).unwrap().collect();
        std::fs::remove_file(&path).unwrap();
        let said: Vec<String> = lines
            .into_iter()
            .map(|line| match line {
                Ok(Line::Bare(record)) => record.id,
                Ok(Line::Request { .. }) => "request".to_owned(),
                Err(problem) => problem.rsplit(':').nth(1).unwrap_or_default().to_owned(),
            })
            .collect();
        assert_eq!(said, ["a", "2", "3", "a"]);
    }

    #[test]
    fn a_folder_is_no_audit() {
        assert!(Records::open(Path::new("/")).is_err_and(|error| error.contains("folder")));
    }
}
