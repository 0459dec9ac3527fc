//! Where values stand in a text of JSON.

use super::Broken;
use super::text::{Kind, Node};
use std::ops::Range;

/// The deepest nesting of an element.
const MAX_DEPTH: usize = 64;

/// The tree of a text that is known to be JSON.
///
/// # Errors
/// It is nested too deep.
pub(super) fn node(text: &str) -> Result<Node, Broken> {
    Reader { text, at: 0 }.value(0)
}

/// Reads what is known to be JSON.
struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl Reader<'_> {
    fn value(&mut self, depth: usize) -> Result<Node, Broken> {
        if depth > MAX_DEPTH {
            return Err(Broken::Large);
        }
        self.space();
        let start = self.at;
        let kind = match self.peek() {
            Some(b'{') => Kind::Map(self.fields(depth)?),
            Some(b'[') => Kind::List(self.items(depth)?),
            Some(b'"') => {
                self.string()?;
                Kind::Scalar
            }
            _ => {
                while self.peek().is_some_and(|b| !matches!(b, b',' | b'}' | b']') && !b.is_ascii_whitespace()) {
                    self.at += 1;
                }
                Kind::Scalar
            }
        };
        Ok(Node::new(start..self.at, kind))
    }

    fn fields(&mut self, depth: usize) -> Result<Vec<(String, Range<usize>, Node)>, Broken> {
        let mut fields = Vec::new();
        self.skip(b'{')?;
        while self.another(b'}') {
            let span = self.string()?;
            let raw = self.text.get(span.clone()).ok_or(Broken::Shape)?;
            let key = serde_json::from_str(raw).map_err(|_| Broken::Shape)?;
            self.space();
            self.skip(b':')?;
            fields.push((key, span, self.value(depth + 1)?));
        }
        Ok(fields)
    }

    fn items(&mut self, depth: usize) -> Result<Vec<Node>, Broken> {
        let mut items = Vec::new();
        self.skip(b'[')?;
        while self.another(b']') {
            items.push(self.value(depth + 1)?);
        }
        Ok(items)
    }

    /// Whether another item follows.
    fn another(&mut self, close: u8) -> bool {
        self.space();
        if self.peek() == Some(b',') {
            self.at += 1;
            self.space();
        }
        let ends = self.peek() == Some(close);
        if ends {
            self.at += 1;
        }
        !ends
    }

    fn string(&mut self) -> Result<Range<usize>, Broken> {
        let start = self.at;
        self.skip(b'"')?;
        loop {
            match self.peek().ok_or(Broken::Shape)? {
                b'\\' => self.at += 2,
                b'"' => {
                    self.at += 1;
                    return Ok(start..self.at);
                }
                _ => self.at += 1,
            }
        }
    }

    fn space(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    fn skip(&mut self, byte: u8) -> Result<(), Broken> {
        if self.peek() != Some(byte) {
            return Err(Broken::Shape);
        }
        self.at += 1;
        Ok(())
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
}
