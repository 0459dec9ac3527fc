//! `- ContainerCreate: unexamined`: one operation whose requests pass as they are, as under `everything`.

use super::compile::Mode;
use super::reader::Reader;
use super::select::Selection;
use super::syntax::Entry;
use super::text::shown;
use super::tree::Pair;
use crate::catalogue::Op;

/// The word, in the place of limits.
pub(crate) const WORD: &str = "unexamined";

/// Whether the entry is unexamined; within, the operation, or nothing when that was reported as a problem.
pub(super) fn asked(
    reader: &mut Reader<'_, '_>,
    entry: &Entry<'_>,
    selection: Selection,
    mode: Mode,
) -> Option<Option<Op>> {
    entry.limits.and_then(|node| node.text()).filter(|text| *text == WORD)?;
    let (message, help) = match (mode, selection) {
        (Mode::May, Selection::Operation(row)) => return Some(Some(row.op)),
        (Mode::Never, _) => (
            "`unexamined` cannot stand under `never`".to_owned(),
            format!("write `- {}` to forbid it as a whole", entry.word),
        ),
        (Mode::May, _) => (
            format!("{} cannot be `unexamined`", shown(entry.word)),
            "name each operation that nothing is to look into: `- ContainerCreate: unexamined`".to_owned(),
        ),
    };
    reader.report.problem_with_help(entry.span, message, help);
    Some(None)
}

/// What is not read cannot be limited.
pub(super) fn beside_limits(reader: &mut Reader<'_, '_>, pair: &Pair, entry: &Entry<'_>) -> Option<()> {
    let help = format!("write `- {}: {WORD}` alone, or limits: what is not read cannot be limited", entry.word);
    reader.report.problem_with_help(pair.key.span, "`unexamined` stands alone", help);
    None
}

#[cfg(test)]
#[path = "unexamined_tests.rs"]
mod tests;
