//! Patterns over names: plain text, globs, anchored regular expressions.

use regex::{Regex, RegexBuilder};
use std::fmt;

/// The longest pattern, in bytes.
pub const MAX_PATTERN: usize = 1000;
/// The most memory that one compiled pattern may take, in bytes.
pub const MAX_COMPILED: usize = 1024 * 1024;

/// A pattern that a whole name has to fit.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    written: Box<str>,
    compiled: Option<Regex>,
}

impl Pattern {
    /// Exactly this text.
    pub(super) fn literal(text: &str) -> Self {
        Self { written: text.into(), compiled: None }
    }

    /// `*` stands for anything but `/`, `**` for anything; all else for itself.
    pub(super) fn glob(text: &str) -> Result<Self, String> {
        if !text.contains('*') {
            return within_bounds(text).map(|()| Self::literal(text));
        }
        Self::compile(text, &glob_to_regex(text))
    }

    /// A regular expression, anchored at both ends.
    pub(super) fn regex(text: &str) -> Result<Self, String> {
        within_bounds(text)?;
        // alone first: `a)|(b` is no expression, but would become one between brackets
        build(text)?;
        Self::compile(text, &format!(r"\A(?:{text})\z"))
    }

    fn compile(written: &str, expression: &str) -> Result<Self, String> {
        within_bounds(written)?;
        Ok(Self { written: written.into(), compiled: Some(build(expression)?) })
    }

    /// Whether the whole name fits.
    pub(super) fn fits(&self, name: &str) -> bool {
        match &self.compiled {
            Some(regex) => regex.is_match(name),
            None => *self.written == *name,
        }
    }

    /// A text that fits: what is written, with `x` for each star; of most expressions there is none.
    pub(super) fn sample(&self) -> Option<String> {
        let text = self.written.replace("**", "x").replace('*', "x");
        self.fits(&text).then_some(text)
    }

    /// Several texts that fit.
    pub(super) fn samples(&self) -> Vec<String> {
        let fill = |with: &str| self.written.replace("**", with).replace('*', with);
        let mut texts = vec![fill("x"), fill("another-1"), fill("")];
        texts.dedup();
        texts.retain(|text| !text.is_empty() && self.fits(text));
        texts
    }

    /// The text, if only that text fits.
    pub(super) fn as_literal(&self) -> Option<&str> {
        self.compiled.is_none().then_some(&self.written)
    }
}

/// Two patterns are equal when the same names fit because they are written alike.
impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        let text = |pattern: &Self| pattern.compiled.as_ref().map(|regex| regex.as_str().to_owned());
        self.written == other.written && text(self) == text(other)
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

fn within_bounds(text: &str) -> Result<(), String> {
    match text.len() {
        0 => Err("an empty pattern fits nothing".into()),
        length if length > MAX_PATTERN => Err(format!("the pattern is longer than {MAX_PATTERN} bytes")),
        _ => Ok(()),
    }
}

fn build(expression: &str) -> Result<Regex, String> {
    RegexBuilder::new(expression).size_limit(MAX_COMPILED).build().map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => "the regular expression grows too large".to_owned(),
        other => reason(&other.to_string()),
    })
}

/// The last line of what the regex crate says; the lines before draw the expression.
fn reason(message: &str) -> String {
    let line = message.lines().last().unwrap_or_default();
    format!("this is no regular expression: {}", line.trim_start_matches("error: "))
}

fn glob_to_regex(glob: &str) -> String {
    let across: Vec<String> = glob.split("**").map(stars_to_regex).collect();
    format!(r"(?s)\A{}\z", across.join(".*"))
}

fn stars_to_regex(glob: &str) -> String {
    let pieces: Vec<String> = glob.split('*').map(regex::escape).collect();
    pieces.join("[^/]*")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_stop_at_slashes_unless_doubled() {
        let cases = [
            ("web", "web", true),
            ("web", "web2", false),
            ("web-*", "web-1", true),
            ("web-*", "web-", true),
            ("web-*", "web-1/2", false),
            ("*", "a", true),
            ("*", "", true),
            ("*", "a/b", false),
            ("**", "a/b", true),
            ("a/**", "a/b/c", true),
            ("a/**", "a", false),
            ("a/**/c", "a/b/b/c", true),
            ("*.ops.example.com", "a.b.ops.example.com", true),
            ("*.ops.example.com", "evil.com/.ops.example.com", false),
            ("a.c", "abc", false),
            ("a*c", "a\nc", true),
            ("***", "a/b", true),
            ("[ab]", "a", false),
            ("a?", "ab", false),
        ];
        for (glob, name, expected) in cases {
            assert_eq!(Pattern::glob(glob).unwrap().fits(name), expected, "{glob} {name}");
        }
    }

    #[test]
    fn expressions_are_anchored() {
        let cases = [
            ("web", "web", true),
            ("web", "a-web-b", false),
            ("a|b", "b", true),
            ("a|b", "bc", false),
            ("web-[0-9]+", "web-12", true),
            ("web", "web\n", false),
            ("(?m)^a$", "b\na\nc", false),
            ("(?i)WEB", "web", true),
        ];
        for (regex, name, expected) in cases {
            assert_eq!(Pattern::regex(regex).unwrap().fits(name), expected, "{regex} {name}");
        }
    }

    #[test]
    fn expressions_cannot_break_out_of_their_anchors() {
        for trick in ["a)|(?:b", "(?x) a #", "a\\", "[", "(?"] {
            let fits_more = Pattern::regex(trick).is_ok_and(|p| p.fits("xb") || p.fits("bx"));
            assert!(!fits_more, "{trick}");
        }
        assert!(Pattern::regex("a)|(?:b").unwrap_err().contains("no regular expression"));
    }

    #[test]
    fn patterns_are_bounded() {
        assert!(Pattern::glob("").is_err());
        assert!(Pattern::regex("").is_err());
        assert!(Pattern::glob(&"x".repeat(MAX_PATTERN + 1)).is_err());
        assert_eq!(Pattern::regex("(a{1000}){1000}").unwrap_err(), "the regular expression grows too large");
    }

    #[test]
    fn only_plain_text_is_literal() {
        assert_eq!(Pattern::glob("web").unwrap().as_literal(), Some("web"));
        assert_eq!(Pattern::glob("web*").unwrap().as_literal(), None);
        assert_eq!(Pattern::regex("web").unwrap().as_literal(), None);
        assert_eq!(Pattern::literal("*").as_literal(), Some("*"));
    }

    #[test]
    fn a_glob_and_an_expression_of_one_text_differ() {
        assert_eq!(Pattern::glob("a*").unwrap(), Pattern::glob("a*").unwrap());
        assert_ne!(Pattern::glob("a*").unwrap(), Pattern::regex("a*").unwrap());
        assert_ne!(Pattern::glob("*").unwrap(), Pattern::literal("*"));
    }
}
