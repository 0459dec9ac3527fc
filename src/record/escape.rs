//! Names that clients choose must not forge log lines or steer a terminal.

use std::fmt::Write;

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

#[cfg(test)]
mod tests {
    use super::visible;

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
