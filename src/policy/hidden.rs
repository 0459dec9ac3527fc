//! Characters that a reader cannot see, or that only look like others.

use super::place::BytesRange;
use super::report::{Report, Span};
use super::text::{is_invisible, mixes_scripts, shown};
use super::tree::{Content, Node, Pair};

/// The most places that are shown of one file.
const MOST: usize = 20;

/// Reports invisible characters anywhere in the text, comments too.
pub(super) fn look(report: &mut Report<'_>) {
    let text = report.source.text.as_str();
    let mut found = 0;
    for (number, line) in text.split('\n').enumerate() {
        for (column, (at, character)) in line.char_indices().enumerate() {
            if is_invisible(character) && found < MOST {
                found += 1;
                // the line is a piece of the text, so their distance is its offset
                let start = line.as_ptr() as usize - text.as_ptr() as usize + at;
                complain(report, character, place(number, column, start, character));
            }
        }
    }
}

fn place(line: usize, column: usize, start: usize, character: char) -> Span {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX).saturating_add(1);
    let bytes = BytesRange { start, end: start + character.len_utf8() };
    Span { line: number(line), column: number(column), bytes }
}

fn complain(report: &mut Report<'_>, character: char, span: Span) {
    let message = format!("an invisible character stands here: U+{:04X}", u32::from(character));
    let help = match character {
        '\u{feff}' => "save the file without a byte order mark",
        _ => "remove it; in a value write it as an escape inside `{ regex: ... }`",
    };
    report.problem_with_help(span, message, help);
}

/// Reports scalars that hide something: written as an escape, or in letters of another script.
pub(super) fn look_inside(report: &mut Report<'_>, node: &Node) {
    match &node.content {
        Content::Null => {}
        Content::Scalar(text) => scalar(report, node.span, text),
        Content::List(items) => items.iter().for_each(|item| look_inside(report, item)),
        Content::Map(pairs) => pairs.iter().for_each(|pair| look_inside_pair(report, pair)),
    }
}

fn look_inside_pair(report: &mut Report<'_>, pair: &Pair) {
    scalar(report, pair.key.span, &pair.key.text);
    // what a test says of itself is prose, in whatever language
    if pair.key.text != "it" {
        look_inside(report, &pair.value);
    }
}

fn scalar(report: &mut Report<'_>, span: Span, text: &str) {
    if text.chars().any(is_invisible) {
        report.problem(span, format!("{} holds an invisible character", shown(text)));
    } else if mixes_scripts(text) {
        let help = "one of its letters only looks like a Latin one; write the word anew";
        report.problem_with_help(span, format!("{} mixes letters of several scripts", shown(text)), help);
    }
}
