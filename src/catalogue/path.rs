//! The raw path, decoded exactly once, as dockerd decodes it.

use super::RouteError;
use std::borrow::Cow;

/// A path as dockerd's router sees it.
#[derive(Debug)]
pub(super) struct Decoded<'a> {
    /// The text after one round of decoding.
    pub(super) text: Cow<'a, str>,
    /// The places in `text` that were written as escapes.
    pub(super) escaped: Vec<usize>,
}

impl<'a> Decoded<'a> {
    /// Decodes a path and refuses what is no plain absolute path.
    pub(super) fn read(raw: &'a str) -> Result<Self, RouteError> {
        if !raw.starts_with('/') {
            return odd("it does not start with `/`");
        }
        let decoded = if raw.contains('%') {
            Self::unescape(raw)?
        } else {
            Self { text: Cow::Borrowed(raw), escaped: Vec::new() }
        };
        check(&decoded.text)?;
        Ok(decoded)
    }

    fn unescape(raw: &str) -> Result<Self, RouteError> {
        let mut bytes = Vec::with_capacity(raw.len());
        let mut escaped = Vec::new();
        let mut rest = raw.bytes();
        while let Some(byte) = rest.next() {
            if byte != b'%' {
                bytes.push(byte);
                continue;
            }
            let (Some(high), Some(low)) = (hex(rest.next()), hex(rest.next())) else {
                return odd("it has a bad percent escape");
            };
            escaped.push(bytes.len());
            bytes.push(high << 4 | low);
        }
        let Ok(text) = String::from_utf8(bytes) else {
            return odd("it is not UTF-8");
        };
        Ok(Self { text: Cow::Owned(text), escaped })
    }
}

fn hex(digit: Option<u8>) -> Option<u8> {
    let value = char::from(digit?).to_digit(16)?;
    u8::try_from(value).ok()
}

/// dockerd redirects what is not clean; here it is refused, decoded or not.
fn check(text: &str) -> Result<(), RouteError> {
    if text.bytes().any(|b| b.is_ascii_control()) {
        return odd("it has a control character");
    }
    if text.contains("//") {
        return odd("it has an empty segment (`//`)");
    }
    if text.split('/').any(|s| s == "." || s == "..") {
        return odd("it has a `.` or `..` segment");
    }
    Ok(())
}

fn odd<T>(why: &'static str) -> Result<T, RouteError> {
    Err(RouteError::NotCanonical(why))
}
