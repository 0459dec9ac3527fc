//! Why something could not be done, and what helps.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// A file, what is wrong with it, and what helps.
#[derive(Debug)]
pub struct CertsError {
    /// The file or folder.
    pub file: PathBuf,
    /// What is wrong with it.
    pub what: String,
    /// What helps, where that can be said.
    pub help: Option<String>,
}

impl CertsError {
    pub(super) fn new(file: &Path, what: impl fmt::Display) -> Self {
        Self { file: file.to_owned(), what: what.to_string(), help: None }
    }

    pub(super) fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// What could not be done to a file.
    pub(super) fn io(doing: &'static str, file: &Path) -> impl FnOnce(io::Error) -> Self {
        move |error| {
            let problem = Self::new(file, format_args!("cannot {doing}: {error}"));
            match error.kind() {
                io::ErrorKind::PermissionDenied => {
                    problem.help("run this as the user that the folder belongs to, or name another with --dir")
                }
                _ => problem,
            }
        }
    }
}

impl fmt::Display for CertsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}", self.file.display(), self.what)?;
        self.help.as_ref().map_or(Ok(()), |help| write!(f, "\n  help: {help}"))
    }
}

impl std::error::Error for CertsError {}
