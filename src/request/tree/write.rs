//! Tree → canonical JSON: no spaces, Docker's names, the table's order.

use super::Tree;
use std::fmt::Write;

pub(super) fn value(out: &mut String, tree: &Tree) {
    match tree {
        Tree::Null => out.push_str("null"),
        Tree::Flag(on) => out.push_str(if *on { "true" } else { "false" }),
        // writing to a string cannot fail
        Tree::Int(number) => _ = write!(out, "{number}"),
        Tree::Float(text) => out.push_str(text),
        Tree::Text(text) => string(out, text),
        Tree::List(items) => list(out, items, item),
        Tree::Map(entries) => object(out, entries.iter().map(|(key, value)| (key.as_str(), value)), item),
        Tree::Object(fields) => object(out, fields.iter().map(|(field, value)| (field.name, value)), item),
    }
}

fn item(tree: &Tree, out: &mut String) {
    value(out, tree);
}

/// A list, its items written by `write`.
pub(in crate::request) fn list<T>(out: &mut String, items: &[T], write: fn(&T, &mut String)) {
    out.push('[');
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        write(item, out);
    }
    out.push(']');
}

/// An object, its values written by `write`.
pub(in crate::request) fn object<'a, T: 'a>(
    out: &mut String,
    entries: impl Iterator<Item = (&'a str, &'a T)>,
    write: fn(&T, &mut String),
) {
    out.push('{');
    for (at, (key, item)) in entries.enumerate() {
        if at > 0 {
            out.push(',');
        }
        string(out, key);
        out.push(':');
        write(item, out);
    }
    out.push('}');
}

/// A text in quotes; only what JSON demands is escaped.
pub(in crate::request) fn string(out: &mut String, text: &str) {
    out.push('"');
    for part in text.split_inclusive(|c| matches!(c, '"' | '\\' | '\0'..' ')) {
        match part.chars().next_back() {
            Some(last @ ('"' | '\\' | '\0'..' ')) => {
                out.push_str(part.strip_suffix(last).unwrap_or_default());
                escaped(out, last);
            }
            _ => out.push_str(part),
        }
    }
    out.push('"');
}

fn escaped(out: &mut String, character: char) {
    match character {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        // writing to a string cannot fail
        control => _ = write!(out, "\\u{:04x}", u32::from(control)),
    }
}
