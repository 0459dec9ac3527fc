//! A YAML text as a small tree in which every node has its place.
//!
//! What YAML has beyond maps, lists and scalars (anchors, aliases, tags, merge
//! keys, several documents) is refused: with it a text can mean something
//! other than it looks like, or grow without bounds when it is read.

use super::report::{Report, Span};
use super::text::shown;
use builder::Builder;
use saphyr_parser::{Event, Parser};

mod builder;

/// The largest policy file, in bytes.
pub const MAX_FILE: usize = 1024 * 1024;
/// The deepest nesting of lists and maps.
pub const MAX_DEPTH: usize = 32;
/// The most nodes of one file.
pub const MAX_NODES: usize = 50_000;

/// A node with its place.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) span: Span,
    pub(crate) content: Content,
}

/// What a node is. Scalars stay the text they are: only the language gives them a type.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    Null,
    Scalar(String),
    List(Vec<Node>),
    Map(Vec<Pair>),
}

/// One entry of a map.
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    pub(crate) key: Word,
    pub(crate) value: Node,
}

/// A scalar that is a key.
#[derive(Clone, Debug)]
pub(crate) struct Word {
    pub(crate) span: Span,
    pub(crate) text: String,
}

impl Node {
    /// The entry of a map that has no other.
    pub(crate) fn only(&self, key: &str) -> Option<&Pair> {
        match &self.content {
            Content::Map(pairs) if pairs.len() == 1 => pairs.iter().find(|pair| pair.key.text == key),
            _ => None,
        }
    }

    /// The text of a scalar.
    pub(crate) fn text(&self) -> Option<&str> {
        if let Content::Scalar(text) = &self.content { Some(text) } else { None }
    }

    /// What the node is, for messages.
    pub(crate) fn kind(&self) -> &'static str {
        match self.content {
            Content::Null => "nothing",
            Content::Scalar(_) => "a single word",
            Content::List(_) => "a list",
            Content::Map(_) => "a map",
        }
    }

    /// The entry of a map.
    pub(crate) fn get(&self, key: &str) -> Option<&Pair> {
        let Content::Map(pairs) = &self.content else { return None };
        pairs.iter().find(|pair| pair.key.text == key)
    }
}

/// Two nodes are equal when they say the same, wherever they stand.
impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.content == other.content
    }
}

impl PartialEq for Pair {
    /// Places aside.
    fn eq(&self, other: &Self) -> bool {
        self.key.text == other.key.text && self.value == other.value
    }
}

impl PartialEq for Content {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Scalar(a), Self::Scalar(b)) => a == b,
            (Self::List(a), Self::List(b)) => a == b,
            (Self::Map(a), Self::Map(b)) => same_pairs(a, b),
            _ => false,
        }
    }
}

/// Whether two maps say the same, in whatever order.
pub(crate) fn same_pairs(a: &[Pair], b: &[Pair]) -> bool {
    let held = |pair: &Pair| b.iter().any(|other| other.key.text == pair.key.text && other.value == pair.value);
    a.len() == b.len() && a.iter().all(held)
}

/// Reads a source; `None` when there is no tree to go on with.
pub(crate) fn read(report: &mut Report<'_>) -> Option<Node> {
    let source = report.source;
    if source.text.len() > MAX_FILE {
        let message = format!("the file is larger than {} KiB", MAX_FILE / 1024);
        report.problem(Span::default(), message);
        return None;
    }
    let offsets: Vec<usize> = source.text.char_indices().map(|(at, _)| at).chain([source.text.len()]).collect();
    let before = report.problems.len();
    super::hidden::look(report);
    if report.problems.len() > before {
        return None;
    }
    let mut builder = Builder::new(report, &offsets);
    let mut parser = Parser::new_from_str(&source.text);
    while let Some(event) = parser.next_event() {
        match event {
            Ok((Event::StreamEnd, _)) => break,
            Ok((event, span)) => builder.take(event, span).ok()?,
            Err(error) => {
                builder.scan_error(&error);
                return None;
            }
        }
    }
    builder.finish()
}

/// The report of a key that a map has already.
fn repeated(key: &str, line: u32) -> (String, String) {
    (format!("the key {} is written twice", shown(key)), format!("it is already on line {line}"))
}

#[cfg(test)]
mod tests;
