//! Cuts an answer into its elements as it streams by: one is held at a time, everything around them
//! passes. Nothing is skipped that is not understood: what is not JSON of the expected shape ends it.

use super::Broken;
use crate::catalogue::LINES;
use crate::catalogue::answers::Section;
use crate::proxy::limits::MAX_ELEMENT;

/// The byte that begins a record of a JSON sequence (RFC 7464).
const RECORD: u8 = 0x1e;

/// What is kept of a large buffer for the next element.
const KEPT: usize = 64 << 10;

/// What becomes of an element: whatever is written to the output stands in its place.
pub(super) trait Judge {
    /// Judges one element; whether it is shown.
    ///
    /// # Errors
    /// It cannot be judged.
    fn judge(&mut self, section: &'static Section, element: &[u8], out: &mut Vec<u8>) -> Result<bool, Broken>;
}

/// Where it is in an answer.
#[derive(Debug)]
enum At {
    /// A value has to come.
    Value,
    /// A value passes by.
    Pass,
    /// A key or the end of a map has to come; not the end behind a comma.
    Key { may_end: bool },
    /// A key is read.
    InKey,
    /// The colon behind it.
    Colon,
    /// Behind a value of a map.
    AfterValue,
    /// An element or the end of the list.
    Item { may_end: bool },
    /// In an element.
    Element,
    /// Behind an element of a list.
    AfterItem,
    /// Between lines.
    Line,
    /// Behind everything.
    Done,
}

/// What is looked for in a value.
enum Sought {
    /// The value is an element.
    Whole(&'static Section),
    /// It is a list of elements.
    List(&'static Section),
    /// There are elements further inside.
    Below,
    /// It passes, whatever it is.
    Nothing,
}

/// How deep in a value, and whether in a string.
#[derive(Debug, Default)]
struct Inside {
    depth: usize,
    string: bool,
    escaped: bool,
}

impl Inside {
    /// Takes a byte; whether it ends a map, list or string.
    fn ends(&mut self, byte: u8) -> bool {
        if self.string {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => self.string = false,
                _ => {}
            }
            return byte == b'"' && !self.string && self.depth == 0;
        }
        match byte {
            b'"' => self.string = true,
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        matches!(byte, b'}' | b']') && self.depth == 0
    }
}

/// The cutter of one answer.
#[derive(Debug)]
pub(super) struct Cutter {
    sections: &'static [Section],
    at: At,
    inside: Inside,
    /// The keys of the maps that it is in.
    path: Vec<String>,
    /// The element, or key, that is being read.
    held: Vec<u8>,
    section: Option<&'static Section>,
    /// Whether a line began as records of a sequence do.
    record: bool,
    /// Whether an element of the list was written.
    wrote: bool,
}

impl Cutter {
    pub(super) fn new(sections: &'static [Section]) -> Self {
        let lines = sections.iter().any(|section| section.at == LINES);
        let at = if lines { At::Line } else { At::Value };
        let (path, held) = (Vec::new(), Vec::new());
        Self { sections, at, inside: Inside::default(), path, held, section: None, record: false, wrote: false }
    }

    /// Takes the next bytes of the answer, and writes what of them is shown.
    ///
    /// # Errors
    /// It is no JSON of the expected shape, too large, or cannot be judged.
    pub(super) fn feed(&mut self, bytes: &[u8], out: &mut Vec<u8>, judge: &mut impl Judge) -> Result<(), Broken> {
        let mut rest = bytes;
        while let Some((byte, tail)) = rest.split_first() {
            rest = match self.at {
                At::Element => self.element(rest, out, judge)?,
                _ => {
                    self.take(*byte, out)?;
                    tail
                }
            };
        }
        Ok(())
    }

    /// Whether the answer may end here.
    pub(super) fn may_end(&self) -> bool {
        // a number or word at the top ends with the answer
        let scalar =
            matches!(self.at, At::Pass) && self.path.is_empty() && self.inside.depth == 0 && !self.inside.string;
        matches!(self.at, At::Done | At::Line) || scalar
    }

    fn take(&mut self, byte: u8, out: &mut Vec<u8>) -> Result<(), Broken> {
        match self.at {
            At::Pass => return self.pass(byte, out),
            At::InKey => return self.key(byte, out),
            At::Done if byte.is_ascii_whitespace() => {}
            _ if byte.is_ascii_whitespace() => return Ok(()),
            At::Value => self.value(byte)?,
            _ => {
                if self.begins(byte)? {
                    return Ok(());
                }
                self.around(byte)?;
            }
        }
        if !matches!(self.at, At::Element) {
            out.push(byte);
        }
        Ok(())
    }

    /// Whether the byte is not written here: it begins what is read first, or is written with what follows.
    fn begins(&mut self, byte: u8) -> Result<bool, Broken> {
        match (&self.at, byte) {
            (At::Key { .. }, b'"') => self.open(byte, At::InKey)?,
            (At::Item { .. }, b'{') => self.open(byte, At::Element)?,
            (At::AfterItem, b',') => self.at = At::Item { may_end: false },
            (At::Line, b'{') => {
                self.section = self.sections.first();
                self.open(byte, At::Element)?;
            }
            (At::Line, RECORD) => self.record = true,
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// A byte of the structure around elements and values.
    fn around(&mut self, byte: u8) -> Result<(), Broken> {
        match (&self.at, byte) {
            (At::Key { may_end: true } | At::AfterValue, b'}') => self.after_value(),
            (At::Item { may_end: true } | At::AfterItem, b']') => self.after_value(),
            (At::Colon, b':') => self.at = At::Value,
            (At::AfterValue, b',') => self.at = At::Key { may_end: false },
            _ => return Err(Broken::Shape),
        }
        Ok(())
    }

    /// A value begins here: what it must be depends on what is looked for in it. `null` is an empty
    /// list or map of Go.
    fn value(&mut self, byte: u8) -> Result<(), Broken> {
        match (self.sought(), byte) {
            (Sought::Whole(section), b'{') => {
                self.section = Some(section);
                return self.open(byte, At::Element);
            }
            (Sought::List(section), b'[') => {
                (self.section, self.wrote, self.at) = (Some(section), false, At::Item { may_end: true });
                return Ok(());
            }
            (Sought::Below, b'{') => {
                self.at = At::Key { may_end: true };
                return Ok(());
            }
            (Sought::List(_) | Sought::Below, b'n') | (Sought::Nothing, _) => {}
            _ => return Err(Broken::Shape),
        }
        if !matches!(byte, b'{' | b'[' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n') {
            return Err(Broken::Shape);
        }
        self.inside = Inside::default();
        self.inside.ends(byte);
        self.at = At::Pass;
        Ok(())
    }

    /// What is looked for in the value that begins here.
    fn sought(&self) -> Sought {
        let here = self.path.join(".");
        let mut sought = Sought::Nothing;
        for section in self.sections {
            match section.at.strip_prefix(here.as_str()) {
                Some("") if here.is_empty() => return Sought::Whole(section),
                Some("[]") => return Sought::List(section),
                Some(rest) if here.is_empty() || rest.starts_with('.') => sought = Sought::Below,
                _ => {}
            }
        }
        sought
    }

    fn pass(&mut self, byte: u8, out: &mut Vec<u8>) -> Result<(), Broken> {
        let open = self.inside.depth > 0 || self.inside.string;
        if !open && (matches!(byte, b',' | b'}' | b']') || byte.is_ascii_whitespace()) {
            // behind a number or a word
            self.after_value();
            return self.between(byte, out);
        }
        out.push(byte);
        if self.inside.ends(byte) {
            self.after_value();
        }
        Ok(())
    }

    /// A byte behind a number or a word, which is not part of it.
    fn between(&mut self, byte: u8, out: &mut Vec<u8>) -> Result<(), Broken> {
        if !byte.is_ascii_whitespace() {
            self.around(byte)?;
        }
        out.push(byte);
        Ok(())
    }

    fn key(&mut self, byte: u8, out: &mut Vec<u8>) -> Result<(), Broken> {
        self.hold(&[byte])?;
        if self.inside.ends(byte) {
            let key = serde_json::from_slice(&self.held).map_err(|_| Broken::Shape)?;
            out.extend_from_slice(&self.held);
            self.path.push(key);
            self.at = At::Colon;
        }
        Ok(())
    }

    /// Begins to read an element or a key.
    fn open(&mut self, byte: u8, at: At) -> Result<(), Broken> {
        self.held.clear();
        self.held.shrink_to(KEPT);
        self.inside = Inside::default();
        self.inside.ends(byte);
        self.at = at;
        self.hold(&[byte])
    }

    /// Takes of an element as much as there is, and gives back what follows it.
    fn element<'b>(&mut self, bytes: &'b [u8], out: &mut Vec<u8>, judge: &mut impl Judge) -> Result<&'b [u8], Broken> {
        let end = bytes.iter().position(|byte| self.inside.ends(*byte)).map(|at| at + 1);
        let (piece, rest) = bytes.split_at(end.unwrap_or(bytes.len()));
        self.hold(piece)?;
        if end.is_some() {
            self.judged(out, judge)?;
        }
        Ok(rest)
    }

    fn judged(&mut self, out: &mut Vec<u8>, judge: &mut impl Judge) -> Result<(), Broken> {
        let section = self.section.ok_or(Broken::Shape)?;
        let (list, lines) = (section.at.ends_with("[]"), section.at == LINES);
        let before = out.len();
        if list && self.wrote {
            out.push(b',');
        }
        if std::mem::take(&mut self.record) {
            out.push(RECORD);
        }
        match judge.judge(section, &self.held, out)? {
            true if lines => out.push(b'\n'),
            true => self.wrote = true,
            false if list || lines => out.truncate(before),
            false => return Err(Broken::Hidden),
        }
        match (list, lines) {
            (true, _) => self.at = At::AfterItem,
            (_, true) => self.at = At::Line,
            _ => self.after_value(),
        }
        Ok(())
    }

    fn hold(&mut self, bytes: &[u8]) -> Result<(), Broken> {
        if self.held.len() + bytes.len() > MAX_ELEMENT {
            return Err(Broken::Large);
        }
        self.held.extend_from_slice(bytes);
        Ok(())
    }

    /// Behind a value: the next key of the map that it is in, if it is in one.
    fn after_value(&mut self) {
        self.at = if self.path.pop().is_some() { At::AfterValue } else { At::Done };
    }
}

#[cfg(test)]
#[path = "cut_tests.rs"]
mod tests;
