//! Texts from outside, fit for comments, YAML and a terminal.

use std::fmt::Write;

/// The longest stretch of a foreign text that is shown, in characters.
const SHOWN: usize = 200;

/// Without anything that could end a comment or drive a terminal, cut at [`SHOWN`].
pub(super) fn plain(text: &str) -> String {
    let mut told = String::new();
    let mut characters = text.chars();
    for character in characters.by_ref().take(SHOWN) {
        match character {
            ' '..='~' => told.push(character),
            // writing to a string cannot fail
            other => drop(write!(told, "{}", other.escape_unicode())),
        }
    }
    if characters.next().is_some() {
        told.push_str("...");
    }
    told
}

/// A scalar of YAML, in double quotes.
pub(super) fn quoted(text: &str) -> String {
    let mut told = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => told.extend(['\\', character]),
            ' '..='~' => told.push(character),
            other => drop(write!(told, "\\U{:08X}", u32::from(other))),
        }
    }
    told + "\""
}

/// `a, b and c`
pub(super) fn listed(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [head @ .., last] => format!("{} and {last}", head.join(", ")),
    }
}
