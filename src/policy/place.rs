//! Where something stands in a policy.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// The place of a grant, for people: `ci-runner.yaml:12 roles.ci-runner.may[8].ContainerCreate`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file's shown name.
    pub file: Arc<str>,
    /// The line, counted from 1.
    pub line: u32,
    /// The way through the document.
    pub path: Arc<str>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{} {}", self.file, self.line, self.path)
    }
}

/// A stretch of a source text, for problems that underline it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    /// The file's shown name.
    pub file: Arc<str>,
    /// The line, counted from 1.
    pub line: u32,
    /// The column in characters, counted from 1.
    pub column: u32,
    /// The bytes that are underlined.
    pub bytes: BytesRange,
}

/// A range of bytes with an order, so that problems can be sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct BytesRange {
    /// The first byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl BytesRange {
    /// The range, held inside `text` and on the bounds of its characters.
    pub(super) fn within(self, text: &str) -> Range<usize> {
        let boundary = |at: usize| (0..=at.min(text.len())).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
        let start = boundary(self.start);
        start..boundary(self.end).max(start)
    }
}

/// The name of a role.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoleName(Arc<str>);

impl RoleName {
    pub(super) fn new(name: &str) -> Self {
        Self(name.into())
    }

    /// The name as it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RoleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_reads_as_file_line_and_path() {
        let place =
            Place { file: "ci-runner.yaml".into(), line: 12, path: "roles.ci-runner.may[8].ContainerCreate".into() };
        assert_eq!(place.to_string(), "ci-runner.yaml:12 roles.ci-runner.may[8].ContainerCreate");
    }

    #[test]
    fn ranges_stay_inside_the_text() {
        let wild = BytesRange { start: 1, end: 99 };
        assert_eq!(wild.within("ü"), 0..2);
        assert_eq!(wild.within(""), 0..0);
        assert_eq!(BytesRange { start: 9, end: 2 }.within("abc"), 3..3);
    }
}
