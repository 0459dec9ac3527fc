//! Regular expressions from outside: bounded, linear, and never anchored anew.

use crate::policy::MAX_COMPILED;
use regex::{Regex, RegexBuilder};

/// The longest expression, in bytes.
pub(super) const MAX_EXPRESSION: usize = 8192;

/// An expression over a decoded path.
#[derive(Clone, Debug)]
pub(super) struct Expression(Regex);

impl Expression {
    /// As it is, found anywhere it says; capitals do not matter.
    pub(super) fn caseless(text: &str) -> Result<Self, String> {
        build(text, true)
    }

    /// Between `^` and `$` and no brackets, as Go's proxies put them: of `a|b` each end has one anchor.
    pub(super) fn between_anchors(text: &str) -> Result<Self, String> {
        // alone first: an expression must not become one by its anchors
        build(text, false).and_then(|_| build(&format!("^{text}$"), false))
    }

    /// Between anchors, as a whole.
    pub(super) fn whole(text: &str) -> Result<Self, String> {
        build(text, false).and_then(|_| build(&format!(r"\A(?:{text})\z"), false))
    }

    pub(super) fn is_match(&self, path: &str) -> bool {
        self.0.is_match(path)
    }
}

/// Text that stands for itself, as an expression.
pub(super) fn escaped(text: &str) -> String {
    regex::escape(text)
}

fn build(text: &str, caseless: bool) -> Result<Expression, String> {
    if text.len() > MAX_EXPRESSION {
        return Err(format!("the expression is longer than {MAX_EXPRESSION} bytes"));
    }
    let built = RegexBuilder::new(text).case_insensitive(caseless).size_limit(MAX_COMPILED).build();
    built.map(Expression).map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => "the expression grows too large".to_owned(),
        other => format!("the expression cannot be read here: {}", reason(&other.to_string())),
    })
}

/// The last line; those before it draw the expression.
fn reason(message: &str) -> String {
    message.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
}
