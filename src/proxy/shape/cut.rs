//! Cuts an answer into its elements as it streams by: one is held at a time, everything around them
//! passes. Nothing is skipped that is not understood: what is not JSON of the expected shape ends it.

use super::Broken;
use crate::catalogue::LINES;
use crate::catalogue::answers::Section;
use crate::proxy::limits::MAX_ELEMENT;

/// The byte that begins a record of a JSON sequence (RFC 7464).
const RECORD: u8 = 0x1e;

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
        for byte in bytes {
            self.take(*byte, out, judge)?;
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

    fn take(&mut self, byte: u8, out: &mut Vec<u8>, judge: &mut impl Judge) -> Result<(), Broken> {
        match self.at {
            At::Element => return self.element(byte, out, judge),
            At::Pass => return self.pass(byte, out),
            At::InKey => return self.key(byte, out),
            _ if byte.is_ascii_whitespace() => {
                if matches!(self.at, At::Done) {
                    out.push(byte);
                }
                return Ok(());
            }
            _ => {}
        }
        match (&self.at, byte) {
            (At::Value, _) => return self.value(byte, out),
            (At::Key { .. }, b'"') => {
                self.held.clear();
                self.held.push(byte);
                self.inside = Inside { string: true, ..Inside::default() };
                self.at = At::InKey;
                return Ok(());
            }
            (At::Key { may_end: true } | At::AfterValue, b'}') => self.leave(),
            (At::Colon, b':') => self.at = At::Value,
            (At::AfterValue, b',') => self.at = At::Key { may_end: false },
            (At::Item { .. }, b'{') => return self.begin(byte),
            (At::Item { may_end: true } | At::AfterItem, b']') => self.after_value(),
            (At::AfterItem, b',') => {
                self.at = At::Item { may_end: false };
                return Ok(());
            }
            (At::Line, b'{') => {
                self.section = self.sections.first();
                return self.begin(byte);
            }
            (At::Line, RECORD) => {
                self.record = true;
                return Ok(());
            }
            _ => return Err(Broken::Shape),
        }
        out.push(byte);
        Ok(())
    }

    /// A value begins here: what it must be depends on what is looked for in it.
    fn value(&mut self, byte: u8, out: &mut Vec<u8>) -> Result<(), Broken> {
        let here = self.path.join(".");
        let rest = |section: &&Section| section.at.strip_prefix(here.as_str()).map(|rest| (here.is_empty(), rest));
        let find = |is: fn((bool, &str)) -> bool| self.sections.iter().find(|section| rest(section).is_some_and(is));
        let whole = find(|(top, rest)| top && rest.is_empty());
        let list = find(|(_, rest)| rest == "[]");
        let below = find(|(top, rest)| rest.starts_with('.') || (top && !rest.is_empty() && rest != "[]"));
        match (whole.or(list), byte) {
            // an empty value of Go
            (_, b'n') if whole.is_none() => {}
            (Some(_), b'{') if whole.is_some() => {
                self.section = whole;
                return self.begin(byte);
            }
            (Some(_), b'[') if whole.is_none() => {
                (self.section, self.wrote, self.at) = (list, false, At::Item { may_end: true });
                out.push(byte);
                return Ok(());
            }
            (None, b'{') if below.is_some() => {
                self.at = At::Key { may_end: true };
                out.push(byte);
                return Ok(());
            }
            (None, _) if below.is_none() => {}
            _ => return Err(Broken::Shape),
        }
        if !matches!(byte, b'{' | b'[' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n') {
            return Err(Broken::Shape);
        }
        self.inside = Inside::default();
        self.inside.ends(byte);
        self.at = At::Pass;
        out.push(byte);
        Ok(())
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
        match (&self.at, byte) {
            (At::AfterValue, b',') => self.at = At::Key { may_end: false },
            (At::AfterValue, b'}') => self.leave(),
            (At::AfterValue | At::Done, _) if byte.is_ascii_whitespace() => {}
            _ => return Err(Broken::Shape),
        }
        out.push(byte);
        Ok(())
    }

    fn key(&mut self, byte: u8, out: &mut Vec<u8>) -> Result<(), Broken> {
        self.hold(byte)?;
        if self.inside.ends(byte) {
            let key = serde_json::from_slice(&self.held).map_err(|_| Broken::Shape)?;
            out.extend_from_slice(&self.held);
            self.path.push(key);
            self.at = At::Colon;
        }
        Ok(())
    }

    fn begin(&mut self, byte: u8) -> Result<(), Broken> {
        self.held.clear();
        self.inside = Inside::default();
        self.inside.ends(byte);
        self.at = At::Element;
        self.hold(byte)
    }

    fn element(&mut self, byte: u8, out: &mut Vec<u8>, judge: &mut impl Judge) -> Result<(), Broken> {
        self.hold(byte)?;
        if !self.inside.ends(byte) {
            return Ok(());
        }
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
            false if !list && !lines => return Err(Broken::Hidden),
            false => out.truncate(before),
        }
        self.at = if lines { At::Line } else { At::AfterItem };
        if !list && !lines {
            self.after_value();
        }
        Ok(())
    }

    fn hold(&mut self, byte: u8) -> Result<(), Broken> {
        if self.held.len() >= MAX_ELEMENT {
            return Err(Broken::Large);
        }
        self.held.push(byte);
        Ok(())
    }

    /// Out of a map.
    fn leave(&mut self) {
        self.after_value();
    }

    /// Behind a value: the next key of the map that it is in, if it is in one.
    fn after_value(&mut self) {
        self.at = if self.path.pop().is_some() { At::AfterValue } else { At::Done };
    }
}

#[cfg(test)]
#[path = "cut_tests.rs"]
mod tests;
