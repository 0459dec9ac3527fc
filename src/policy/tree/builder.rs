//! Parser events to nodes.

use super::super::place::BytesRange;
use super::super::report::{Report, Span};
use super::super::text::shown;
use super::{Content, MAX_DEPTH, MAX_NODES, Node, Pair, Word, repeated};
use saphyr_parser::{Event, Marker, ScalarStyle, ScanError};

/// The text cannot be read on.
#[derive(Debug)]
pub(super) struct Stop;

pub(super) struct Builder<'r, 's> {
    report: &'r mut Report<'s>,
    /// The byte at which each character of the source starts.
    offsets: &'r [usize],
    open: Vec<Frame>,
    root: Option<Node>,
    documents: usize,
    nodes: usize,
    /// A node could not be read, so that what follows from the tree would mislead.
    broken: bool,
}

/// A list or map that has not ended yet.
enum Frame {
    List(Span, Vec<Node>),
    Map(Span, Vec<Pair>, Slot),
}

/// What a map waits for.
enum Slot {
    Key,
    Value(Word),
    /// The value of a key that is no word: read and dropped.
    Dropped,
}

impl<'r, 's> Builder<'r, 's> {
    pub(super) fn new(report: &'r mut Report<'s>, offsets: &'r [usize]) -> Self {
        Self { report, offsets, open: Vec::new(), root: None, documents: 0, nodes: 0, broken: false }
    }

    pub(super) fn take(&mut self, event: Event<'_>, span: saphyr_parser::Span) -> Result<(), Stop> {
        let span = self.span(span.start, span.end);
        match event {
            Event::DocumentStart(_) => self.document(span),
            Event::Alias(_) => self.alias(span),
            Event::Scalar(text, style, anchor, tag) => {
                self.plain_only(span, anchor, tag.is_some());
                self.scalar(text.into_owned(), style, span)
            }
            Event::SequenceStart(anchor, tag) => {
                self.plain_only(span, anchor, tag.is_some());
                self.open(Frame::List(span, Vec::new()), span)
            }
            Event::MappingStart(anchor, tag) => {
                self.plain_only(span, anchor, tag.is_some());
                self.open(Frame::Map(span, Vec::new(), Slot::Key), span)
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
        }
    }

    pub(super) fn scan_error(&mut self, error: &ScanError) {
        let span = self.span(*error.marker(), *error.marker());
        self.report.problem(span, format!("this is not YAML: {}", error.info().replace('`', "'")));
    }

    /// The tree, unless it was reported that there is none.
    pub(super) fn finish(self) -> Option<Node> {
        if self.broken {
            return None;
        }
        let root = self.root.filter(|root| root.content != Content::Null);
        if root.is_none() {
            let help = "a policy starts with `version: 1`";
            self.report.problem_with_help(Span::default(), "the file is empty", help);
        }
        root
    }

    fn document(&mut self, span: Span) -> Result<(), Stop> {
        self.documents += 1;
        if self.documents == 1 {
            return Ok(());
        }
        self.report.problem_with_help(span, "a second document starts here", "put it into a file of its own");
        Err(Stop)
    }

    fn alias(&mut self, span: Span) -> Result<(), Stop> {
        self.report.problem_with_help(span, "YAML aliases are not read here", "use `let` and `$name`");
        self.broken = true;
        self.add(Node { span, content: Content::Null })
    }

    fn plain_only(&mut self, span: Span, anchor: usize, tagged: bool) {
        if anchor > 0 {
            self.report.problem_with_help(span, "YAML anchors are not read here", "use `let` and `$name`");
        }
        if tagged {
            self.report.problem_with_help(span, "YAML tags are not read here", "leave out the `!` and its word");
        }
    }

    fn scalar(&mut self, text: String, style: ScalarStyle, span: Span) -> Result<(), Stop> {
        let null = style == ScalarStyle::Plain && matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL");
        let content = if null { Content::Null } else { Content::Scalar(text) };
        self.add(Node { span, content })
    }

    fn open(&mut self, frame: Frame, span: Span) -> Result<(), Stop> {
        if self.open.len() >= MAX_DEPTH {
            self.report.problem(span, format!("lists and maps are nested more than {MAX_DEPTH} deep"));
            return Err(Stop);
        }
        self.open.push(frame);
        Ok(())
    }

    fn close(&mut self) -> Result<(), Stop> {
        let node = match self.open.pop() {
            Some(Frame::List(span, items)) => Node { span, content: Content::List(items) },
            Some(Frame::Map(span, pairs, _)) => Node { span, content: Content::Map(pairs) },
            None => return Err(Stop),
        };
        self.add(node)
    }

    fn add(&mut self, node: Node) -> Result<(), Stop> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            self.report.problem(node.span, format!("the file has more than {MAX_NODES} words, lists and maps"));
            return Err(Stop);
        }
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Frame::List(_, items)) => items.push(node),
            Some(Frame::Map(_, pairs, slot)) => match std::mem::replace(slot, Slot::Key) {
                Slot::Key => *slot = next_slot(self.report, pairs, node),
                Slot::Value(key) => pairs.push(Pair { key, value: node }),
                Slot::Dropped => {}
            },
        }
        Ok(())
    }

    fn span(&self, start: Marker, end: Marker) -> Span {
        let byte = |marker: Marker| {
            let last = self.offsets.last().copied().unwrap_or(0);
            self.offsets.get(marker.index()).copied().unwrap_or(last)
        };
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Span {
            line: number(start.line()),
            column: number(start.col()).saturating_add(1),
            bytes: BytesRange { start: byte(start), end: byte(end) },
        }
    }
}

/// Judges a key and says what its map waits for next.
fn next_slot(report: &mut Report<'_>, pairs: &[Pair], key: Node) -> Slot {
    let Content::Scalar(text) = key.content else {
        report.problem(key.span, format!("a key must be a word, but this is {}", key.kind()));
        return Slot::Dropped;
    };
    if text == "<<" {
        report.problem_with_help(key.span, "YAML merge keys are not read here", "use `parts` and `includes`");
        return Slot::Dropped;
    }
    if let Some(first) = pairs.iter().find(|pair| pair.key.text == text) {
        let (message, help) = repeated(&text, first.key.span.line);
        report.problem_with_help(key.span, message, help);
        return Slot::Dropped;
    }
    if text.is_empty() {
        report.problem(key.span, format!("a key must be a word, but this is {}", shown(&text)));
        return Slot::Dropped;
    }
    Slot::Value(Word { span: key.span, text })
}
