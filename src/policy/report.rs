//! Problems of one file, gathered while it is read.

use super::Source;
use super::place::{BytesRange, Place, Spot};
use super::problem::{Problem, Warning};
use super::text::shown;

/// Where a node stands in its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) line: u32,
    pub(crate) column: u32,
    pub(crate) bytes: BytesRange,
}

/// The beginning of the file, for what is wrong with all of it.
impl Default for Span {
    fn default() -> Self {
        Self { line: 1, column: 1, bytes: BytesRange::default() }
    }
}

/// One file and what was found in it.
#[derive(Debug)]
pub(crate) struct Report<'s> {
    pub(crate) source: &'s Source,
    pub(crate) problems: Vec<Problem>,
    pub(crate) warnings: Vec<Warning>,
}

impl<'s> Report<'s> {
    pub(crate) fn new(source: &'s Source) -> Self {
        Self { source, problems: Vec::new(), warnings: Vec::new() }
    }

    pub(crate) fn problem(&mut self, span: Span, message: impl Into<String>) {
        self.push(span, message.into(), None);
    }

    pub(crate) fn problem_with_help(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.push(span, message.into(), Some(help.into()));
    }

    /// A word that means nothing here, with the nearest of those that would.
    pub(crate) fn unknown<'w>(
        &mut self,
        span: Span,
        message: String,
        word: &str,
        known: impl Iterator<Item = &'w str>,
    ) {
        let help = nearest(word, known).map(|near| format!("did you mean {}?", shown(near)));
        self.push(span, message, help);
    }

    pub(crate) fn warn(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        let (message, help) = (message.into(), Some(help.into()));
        self.warnings.push(Warning { spot: self.spot(span), message, help });
    }

    pub(crate) fn spot(&self, span: Span) -> Spot {
        Spot { file: self.source.name.clone(), line: span.line, column: span.column, bytes: span.bytes }
    }

    pub(crate) fn place(&self, span: Span, path: &str) -> Place {
        Place { file: self.source.name.clone(), line: span.line, path: path.into() }
    }

    fn push(&mut self, span: Span, message: String, help: Option<String>) {
        self.problems.push(Problem { spot: self.spot(span), message, help });
    }
}

/// The known word that looks most like `word`, if one does.
pub(crate) fn nearest<'w>(word: &str, known: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    const CLOSE: f64 = 0.84;
    const LONGEST: usize = 100;
    if word.len() > LONGEST {
        return None;
    }
    let lower = word.to_ascii_lowercase();
    known
        .map(|candidate| (strsim::jaro_winkler(&lower, &candidate.to_ascii_lowercase()), candidate))
        .filter(|(likeness, _)| *likeness >= CLOSE)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_close_words_are_offered() {
        let known = ["ContainerList", "ContainerKill", "ping", "roles"];
        let near = |word| nearest(word, known.into_iter());
        assert_eq!(near("ContainerLst"), Some("ContainerList"));
        assert_eq!(near("containerlist"), Some("ContainerList"));
        assert_eq!(near("role"), Some("roles"));
        assert_eq!(near("tenant"), None);
        assert_eq!(near(""), None);
        assert_eq!(near(&"p".repeat(200)), None);
    }
}
