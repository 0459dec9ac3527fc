//! Strict JSON: what Go's `encoding/json` accepts and nobody can read in two ways.
//!
//! Go takes more (repeated keys, invalid UTF-8, data behind the value); all of
//! that is refused, because a filter and a daemon could disagree about it.

use super::tree::write;
use std::borrow::Cow;

/// How deep values may nest; Go stops at 10,000, Docker's own types need 9.
pub const MAX_DEPTH: usize = 32;

/// How many values one document may hold.
pub const MAX_VALUES: usize = 100_000;

/// A JSON value; objects keep their order, numbers their text.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number as it was written.
    Number(String),
    /// Text.
    String(String),
    /// `[...]`
    Array(Vec<Json>),
    /// `{...}`, every key once.
    Object(Vec<(String, Json)>),
}

/// What is wrong with a document, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError {
    /// Offset in bytes.
    pub at: usize,
    /// What is wrong.
    pub what: Cow<'static, str>,
}

/// Reads one whole document.
///
/// # Errors
/// Anything that is not one JSON value in valid UTF-8 within the limits.
pub fn read(bytes: &[u8]) -> Result<Json, JsonError> {
    let text =
        std::str::from_utf8(bytes).map_err(|e| JsonError { at: e.valid_up_to(), what: "not valid UTF-8".into() })?;
    let mut reader = Reader { text, at: 0, values: 0 };
    let value = reader.value(0)?;
    reader.space();
    if reader.at < text.len() { reader.fail("data after the value") } else { Ok(value) }
}

impl Json {
    /// The document without spaces, its objects in their order.
    pub fn canonical(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(on) => out.push_str(if *on { "true" } else { "false" }),
            Self::Number(text) => out.push_str(text),
            Self::String(text) => write::string(out, text),
            Self::Array(items) => write::list(out, items, Self::write),
            Self::Object(fields) => write::object(out, fields.iter().map(|(k, v)| (k.as_str(), v)), Self::write),
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    values: usize,
}

impl Reader<'_> {
    fn fail<T>(&self, what: impl Into<Cow<'static, str>>) -> Result<T, JsonError> {
        Err(JsonError { at: self.at, what: what.into() })
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Takes `byte` if it comes next, spaces aside.
    fn take(&mut self, byte: u8) -> bool {
        self.space();
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn value(&mut self, depth: usize) -> Result<Json, JsonError> {
        self.space();
        self.values += 1;
        if depth > MAX_DEPTH {
            return self.fail(format!("nested deeper than {MAX_DEPTH}"));
        }
        if self.values > MAX_VALUES {
            return self.fail(format!("more than {MAX_VALUES} values"));
        }
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => self.string().map(Json::String),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => self.word(),
        }
    }

    fn word(&mut self) -> Result<Json, JsonError> {
        let words = [("null", Json::Null), ("true", Json::Bool(true)), ("false", Json::Bool(false))];
        for (word, value) in words {
            if self.rest().starts_with(word) {
                self.at += word.len();
                return Ok(value);
            }
        }
        self.fail("a value is missing here")
    }

    fn array(&mut self, depth: usize) -> Result<Json, JsonError> {
        let mut items = Vec::new();
        self.at += 1;
        if self.take(b']') {
            return Ok(Json::Array(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            if self.take(b']') {
                return Ok(Json::Array(items));
            }
            if !self.take(b',') {
                return self.fail("`,` or `]` is missing here");
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Json, JsonError> {
        let mut fields = Vec::new();
        self.at += 1;
        if self.take(b'}') {
            return Ok(Json::Object(fields));
        }
        loop {
            let key = self.key()?;
            fields.push((key, self.value(depth + 1)?));
            if self.take(b'}') {
                return self.once_each(fields);
            }
            if !self.take(b',') {
                return self.fail("`,` or `}` is missing here");
            }
        }
    }

    /// Go takes the last of several values, or mixes them.
    fn once_each(&self, fields: Vec<(String, Json)>) -> Result<Json, JsonError> {
        let mut keys: Vec<&str> = fields.iter().map(|(key, _)| key.as_str()).collect();
        keys.sort_unstable();
        let twice = keys.windows(2).any(|pair| pair.first() == pair.last());
        if twice { self.fail("a key is given twice") } else { Ok(Json::Object(fields)) }
    }

    fn key(&mut self) -> Result<String, JsonError> {
        self.space();
        if self.peek() != Some(b'"') {
            return self.fail("a key in quotes is missing here");
        }
        let key = self.string()?;
        if self.take(b':') { Ok(key) } else { self.fail("`:` is missing here") }
    }

    fn string(&mut self) -> Result<String, JsonError> {
        let mut out = String::new();
        self.at += 1;
        loop {
            let plain = self.rest().bytes().position(|byte| matches!(byte, b'"' | b'\\' | 0..b' '));
            let Some(length) = plain else {
                return self.fail("a string does not end");
            };
            out.push_str(self.rest().get(..length).unwrap_or_default());
            self.at += length + 1;
            match self.text.as_bytes().get(self.at - 1) {
                Some(b'"') => return Ok(out),
                Some(b'\\') => out.push(self.escape()?),
                _ => return self.fail("a control character stands in a string"),
            }
        }
    }

    fn escape(&mut self) -> Result<char, JsonError> {
        let Some(byte) = self.peek() else {
            return self.fail("a string does not end");
        };
        self.at += 1;
        Ok(match byte {
            b'"' | b'\\' | b'/' => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode(),
            _ => return self.fail("an unknown escape"),
        })
    }

    /// Go replaces lone surrogates; they are refused here.
    fn unicode(&mut self) -> Result<char, JsonError> {
        let mut units = vec![self.unit()?];
        let high = units.first().is_some_and(|u| (0xD800..0xDC00).contains(u));
        if high && self.rest().starts_with("\\u") {
            self.at += 2;
            units.push(self.unit()?);
        }
        match char::decode_utf16(units).next() {
            Some(Ok(c)) => Ok(c),
            _ => self.fail("half of a surrogate pair"),
        }
    }

    fn unit(&mut self) -> Result<u16, JsonError> {
        let digits = self.rest().get(..4).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
        let Some(unit) = digits.and_then(|d| u16::from_str_radix(d, 16).ok()) else {
            return self.fail("`\\u` wants four hex digits");
        };
        self.at += 4;
        Ok(unit)
    }

    fn number(&mut self) -> Result<Json, JsonError> {
        let length =
            self.rest().bytes().take_while(|b| matches!(b, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9')).count();
        let text = self.rest().get(..length).unwrap_or_default();
        if !is_number(text) {
            return self.fail("not a number");
        }
        let number = Json::Number(text.to_owned());
        self.at += length;
        Ok(number)
    }
}

/// The grammar of RFC 8259, section 6.
fn is_number(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (text, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(digits)
}

#[cfg(test)]
mod tests {
    use super::{Json, MAX_DEPTH, read};

    fn string(text: &str) -> Json {
        Json::String(text.to_owned())
    }

    #[test]
    fn plain_documents_are_read() {
        assert_eq!(read(b" null \n"), Ok(Json::Null));
        assert_eq!(read(br#""\u0041\ud83d\ude00\/\n""#), Ok(string("A😀/\n")));
        assert_eq!(read(b"-1.5e+9"), Ok(Json::Number("-1.5e+9".into())));
        let object = read(br#"{"a":[1,{}],"b":true}"#);
        assert!(matches!(object, Ok(Json::Object(fields)) if fields.len() == 2));
    }

    #[test]
    fn what_two_readers_could_read_differently_is_refused() {
        let bad: &[&[u8]] = &[
            b"",
            b"{",
            b"[1,]",
            b"{\"a\":1,}",
            b"{\"a\":1,\"a\":2}",
            b"{\"a\":1,\"\\u0061\":2}",
            b"{} {}",
            b"{}]",
            b"01",
            b"1.",
            b"+1",
            b".5",
            b"1e",
            b"NaN",
            b"'a'",
            b"\"\\ud800\"",
            b"\"\\udc00\"",
            b"\"\\x\"",
            b"\"a",
            b"\"\xff\"",
            b"\"\x01\"",
            b"\"\n\"",
            b"\xef\xbb\xbf{}",
            b"tru",
            b"{a:1}",
            b"{\"a\" 1}",
            b"// x\n{}",
            b"\0{}",
        ];
        for document in bad {
            assert!(read(document).is_err(), "{}", String::from_utf8_lossy(document));
        }
    }

    #[test]
    fn depth_is_bounded() {
        let nest = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
        assert!(read(nest(MAX_DEPTH).as_bytes()).is_ok());
        assert!(read(nest(MAX_DEPTH + 2).as_bytes()).is_err());
    }
}
