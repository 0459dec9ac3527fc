//! One element as the text it is: where its fields stand, so that some can be left out and all
//! others stay as the daemon wrote them.

use super::{Broken, read};
use crate::catalogue::parts::{EVENT_ATTRIBUTES, is_secret_key};
use serde::de::IgnoredAny;
use std::borrow::Cow;
use std::ops::Range;

/// A value in the text.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) span: Range<usize>,
    /// It is left out.
    cut: bool,
    /// Something in it is left out or replaced.
    changed: bool,
    /// What stands in its place.
    instead: Option<String>,
    kind: Kind,
}

#[derive(Debug)]
pub(super) enum Kind {
    Map(Vec<(String, Range<usize>, Node)>),
    List(Vec<Node>),
    Scalar,
}

/// An element.
#[derive(Debug)]
pub(super) struct Text<'t> {
    text: &'t str,
    pub(super) root: Node,
}

impl<'t> Text<'t> {
    /// Reads an element.
    ///
    /// # Errors
    /// It is no JSON, or nested too deep.
    pub(super) fn read(bytes: &'t [u8]) -> Result<Self, Broken> {
        serde_json::from_slice::<IgnoredAny>(bytes).map_err(|_| Broken::Shape)?;
        let text = std::str::from_utf8(bytes).map_err(|_| Broken::Shape)?;
        let root = read::node(text)?;
        Ok(Self { text, root })
    }

    /// The texts at a path.
    pub(super) fn texts(&self, path: &str) -> Vec<String> {
        let mut found = Vec::new();
        if !path.is_empty() {
            let segments: Vec<&str> = path.split('.').collect();
            self.root.visit(&segments, &mut |_, node| found.extend(self.string(node)));
        }
        found
    }

    /// The keys and texts of the map at a path.
    pub(super) fn entries(&self, path: &str) -> Vec<(String, String)> {
        let mut found = Vec::new();
        if !path.is_empty() {
            let segments: Vec<&str> = path.split('.').chain(["*"]).collect();
            self.root
                .visit(&segments, &mut |key, node| found.extend(self.string(node).map(|text| (key.to_owned(), text))));
        }
        found
    }

    fn string(&self, node: &Node) -> Option<String> {
        let raw = self.text.get(node.span.clone())?;
        serde_json::from_str::<Cow<'_, str>>(raw).ok().map(Cow::into_owned)
    }

    /// Leaves out what is at a path.
    pub(super) fn cut(&mut self, path: &str) {
        let segments: Vec<&str> = path.split('.').collect();
        self.root.cut(&segments, &mut |_| true);
    }

    /// Leaves out those entries of the map at a path whose keys do not hold.
    pub(super) fn keep(&mut self, path: &str, mut holds: impl FnMut(&str) -> bool) {
        let segments: Vec<&str> = path.split('.').chain(["*"]).collect();
        self.root.cut(&segments, &mut |key| !holds(key));
    }

    /// Cuts texts at a path that begin with one of these words and a colon down to the word.
    pub(super) fn shorten(&mut self, path: &str, words: &[&str]) {
        let text = self.text;
        self.root.replace(path, &mut |node| {
            let raw = text.get(node.span.clone())?;
            let word = words.iter().find(|word| {
                raw.strip_prefix('"').and_then(|raw| raw.strip_prefix(**word)).is_some_and(|rest| rest.starts_with(':'))
            })?;
            Some(format!("\"{word}\""))
        });
    }

    /// Keeps of a table of `Titles` and `Processes` the columns with these titles.
    pub(super) fn keep_columns(&mut self, titles: &[&str]) {
        let known: Vec<bool> = self.texts("Titles.*").iter().map(|title| titles.contains(&title.as_str())).collect();
        let keep = |at: usize| known.get(at).copied().unwrap_or(false);
        if let Kind::Map(fields) = &mut self.root.kind {
            for (key, _, node) in fields {
                match key.as_str() {
                    "Titles" => node.keep_items(keep),
                    "Processes" => node.each(|row| row.keep_items(keep)),
                    _ => {}
                }
            }
            self.root.changed = true;
        }
    }

    /// Writes what is left.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        self.root.write(self.text, out);
    }
}

impl Node {
    /// A value as it stands there.
    pub(super) fn new(span: Range<usize>, kind: Kind) -> Self {
        Self { span, cut: false, changed: false, instead: None, kind }
    }

    fn visit(&self, path: &[&str], found: &mut impl FnMut(&str, &Self)) {
        self.walk(path, "", found);
    }

    fn walk(&self, path: &[&str], key: &str, found: &mut impl FnMut(&str, &Self)) {
        let Some((head, rest)) = path.split_first() else { return found(key, self) };
        match &self.kind {
            Kind::Map(fields) => {
                fields
                    .iter()
                    .filter(|(key, ..)| matches(head, key))
                    .for_each(|(key, _, node)| node.walk(rest, key, found));
            }
            Kind::List(items) if *head == "*" => items.iter().for_each(|node| node.walk(rest, "", found)),
            _ => {}
        }
    }

    fn cut(&mut self, path: &[&str], is: &mut impl FnMut(&str) -> bool) {
        let Some((head, rest)) = path.split_first() else { return };
        match &mut self.kind {
            Kind::Map(fields) => {
                for (key, _, node) in fields.iter_mut().filter(|(key, ..)| matches(head, key)) {
                    if rest.is_empty() {
                        node.cut |= is(key)
                    } else {
                        node.cut(rest, is)
                    }
                    self.changed |= node.cut || node.changed;
                }
            }
            Kind::List(items) if *head == "*" && !rest.is_empty() => {
                for node in items {
                    node.cut(rest, is);
                    self.changed |= node.changed;
                }
            }
            _ => {}
        }
    }

    fn replace(&mut self, key: &str, with: &mut impl FnMut(&Self) -> Option<String>) {
        let Kind::Map(fields) = &mut self.kind else { return };
        for (_, _, node) in fields.iter_mut().filter(|(known, ..)| known == key) {
            node.instead = with(node);
            node.changed = node.instead.is_some();
            self.changed |= node.changed;
        }
    }

    fn each(&mut self, change: impl Fn(&mut Self)) {
        if let Kind::List(items) = &mut self.kind {
            items.iter_mut().for_each(change);
            self.changed = true;
        }
    }

    fn keep_items(&mut self, keep: impl Fn(usize) -> bool) {
        if let Kind::List(items) = &mut self.kind {
            items.iter_mut().enumerate().for_each(|(at, item)| item.cut = !keep(at));
            self.changed = true;
        }
    }

    fn write(&self, text: &str, out: &mut Vec<u8>) {
        match (&self.instead, &self.kind) {
            (Some(instead), _) => out.extend_from_slice(instead.as_bytes()),
            (None, Kind::Map(fields)) if self.changed => {
                let kept = fields.iter().filter(|(_, _, node)| !node.cut);
                between(out, b'{', b'}', kept, |(_, key, node), out| {
                    copy(text, key, out);
                    out.push(b':');
                    node.write(text, out);
                });
            }
            (None, Kind::List(items)) if self.changed => {
                let kept = items.iter().filter(|node| !node.cut);
                between(out, b'[', b']', kept, |node, out| node.write(text, out));
            }
            _ => copy(text, &self.span, out),
        }
    }
}

fn between<T>(out: &mut Vec<u8>, open: u8, close: u8, items: impl Iterator<Item = T>, write: impl Fn(T, &mut Vec<u8>)) {
    out.push(open);
    for (number, item) in items.enumerate() {
        if number > 0 {
            out.push(b',');
        }
        write(item, out);
    }
    out.push(close);
}

fn copy(text: &str, span: &Range<usize>, out: &mut Vec<u8>) {
    out.extend_from_slice(text.get(span.clone()).unwrap_or_default().as_bytes());
}

/// Whether a key is what a segment of a path means.
fn matches(segment: &str, key: &str) -> bool {
    match segment {
        "*" => true,
        "~" => is_secret_key(key),
        "!" => !EVENT_ATTRIBUTES.contains(&key),
        _ => segment.split('|').any(|word| word == key),
    }
}
