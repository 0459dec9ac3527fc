//! Problems of one file, gathered while it is read.

use super::Source;
use super::place::{BytesRange, Place, Spot};
use super::problem::{Problem, Warning};
use super::text::{listed, shown};
use std::ops::Range;

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
        let help = meant(word, known);
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

/// Asks whether one of the known words was meant, if any comes near.
pub(crate) fn meant<'w>(word: &str, known: impl Iterator<Item = &'w str>) -> Option<String> {
    const MOST: usize = 3;
    let near: Vec<String> = near(word, known).into_iter().map(shown).collect();
    (!near.is_empty()).then(|| format!("did you mean {}?", listed(&near, "or", MOST)))
}

/// Words of the docker command and of Compose that go by another name here.
const MEANT: &[(&str, &str)] = &[
    ("cmd", "command"),
    ("environment", "env"),
    ("exec", "ContainerExec"),
    ("imagepull", "ImageCreate"),
    ("memory", "mem_limit"),
    ("mounts", "binds"),
    ("ps", "ContainerList"),
    ("publish", "ports"),
    ("pull", "ImageCreate"),
    ("rm", "ContainerDelete"),
    ("rmi", "ImageDelete"),
    ("run", "ContainerCreate"),
];

/// The known word that people mean by `word`, those that hold it, or else the one that looks most
/// like it.
fn near<'w>(word: &str, known: impl Iterator<Item = &'w str>) -> Vec<&'w str> {
    const LENGTHS: Range<usize> = 3..100;
    let lower = word.to_ascii_lowercase();
    let known: Vec<(String, &str)> = known.map(|word| (word.to_ascii_lowercase(), word)).collect();
    if let Some((_, same)) = known.iter().find(|(candidate, _)| *candidate == lower) {
        return vec![same];
    }
    let other = MEANT.iter().find(|(theirs, _)| *theirs == lower).map(|(_, ours)| *ours);
    if let Some((_, meant)) = known.iter().find(|(_, word)| Some(*word) == other) {
        return vec![meant];
    }
    let holding = known.iter().filter(|(candidate, _)| candidate.contains(&lower)).map(|(_, word)| *word);
    match LENGTHS.contains(&word.len()).then(|| holding.collect::<Vec<_>>()) {
        Some(words) if !words.is_empty() => words,
        _ => likest(&lower, &known).into_iter().collect(),
    }
}

fn likest<'w>(lower: &str, known: &[(String, &'w str)]) -> Option<&'w str> {
    const CLOSE: f64 = 0.84;
    const LONGEST: usize = 100;
    if lower.len() > LONGEST {
        return None;
    }
    known
        .iter()
        .map(|(candidate, word)| (strsim::jaro_winkler(lower, candidate), *word))
        .filter(|(likeness, _)| *likeness >= CLOSE)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_close_words_are_offered() {
        let known = ["ContainerList", "ContainerKill", "ping", "roles", "ImageList", "ExecStart", "ContainerRestart"];
        let asked = |word| meant(word, known.into_iter()).unwrap_or_default();
        assert_eq!(asked("ContainerLst"), "did you mean `ContainerList`?");
        assert_eq!(asked("containerlist"), "did you mean `ContainerList`?");
        assert_eq!(asked("role"), "did you mean `roles`?");
        assert_eq!(asked("restart"), "did you mean `ContainerRestart`?");
        assert_eq!(asked("list"), "did you mean `ContainerList` or `ImageList`?");
        assert_eq!(asked("tenant"), "");
        assert_eq!(asked("i"), "");
        assert_eq!(asked(""), "");
        assert_eq!(asked(&"p".repeat(200)), "");
    }
}
