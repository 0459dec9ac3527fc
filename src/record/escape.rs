//! Names that clients choose must not forge log lines or steer a terminal.

use serde_json::ser::Formatter;
use std::fmt::Write as _;
use std::io::{self, Write};

/// How much of a name a log line shows.
const SHOWN: usize = 256;

/// A name as it may stand in a log line or an answer: control and direction
/// characters escaped, cut at a bound.
pub fn visible(name: &str) -> String {
    let mut out = String::with_capacity(name.len().min(SHOWN));
    for c in name.chars() {
        if out.len() >= SHOWN {
            out.push('…');
            break;
        }
        if is_hidden(c) {
            // Writing to a String does not fail.
            let _ = write!(out, "{}", c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

/// Controls, line separators, and the marks that turn or hide text (Unicode TR 36).
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// JSON whose strings show what they hold: what JSON would leave hidden is
/// written as `\uXXXX`, so that a file can be looked at and no name is lost.
pub(super) struct Visible;

impl Formatter for Visible {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = rest.find(is_hidden) {
            let (plain, tail) = rest.split_at(at);
            out.write_all(plain.as_bytes())?;
            let mut chars = tail.chars();
            for unit in chars.next().into_iter().flat_map(|c| c.encode_utf16(&mut [0; 2]).to_vec()) {
                write!(out, "\\u{unit:04x}")?;
            }
            rest = chars.as_str();
        }
        out.write_all(rest.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::{Visible, visible};
    use serde::Serialize;

    #[test]
    fn json_shows_what_is_hidden_and_loses_nothing() {
        let name = "a\n\u{1b}\u{7f}\u{9b}2J\u{202e}grün\u{e0001}\"";
        let mut out = Vec::new();
        name.serialize(&mut serde_json::Serializer::with_formatter(&mut out, Visible)).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text, r#""a\n\u001b\u007f\u009b2J\u202egrün\udb40\udc01\"""#);
        assert_eq!(serde_json::from_str::<String>(&text).unwrap(), name);
    }

    #[test]
    fn what_steers_a_terminal_is_escaped() {
        assert_eq!(visible("a\n\u{1b}[2Jb"), "a\\u{a}\\u{1b}[2Jb");
        assert_eq!(visible("a\u{202e}b"), "a\\u{202e}b");
        assert_eq!(visible("grün"), "grün");
    }

    #[test]
    fn long_names_are_cut() {
        assert!(visible(&"x".repeat(10_000)).len() < 300);
    }
}
