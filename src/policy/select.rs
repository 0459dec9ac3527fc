//! Words of `may` and `never` to operations.

use super::reader::Reader;
use super::syntax::Entry;
use super::text::shown;
use crate::catalogue::{GROUPS, Group, OPERATIONS, OpSet, Operation, group_named, operation_at, operation_named};

/// What an entry is about.
#[derive(Clone, Copy, Debug)]
pub(super) enum Selection {
    Everything,
    Group(&'static Group),
    Operation(&'static Operation),
}

impl Selection {
    /// The operations that are meant.
    pub(super) fn operations(self) -> OpSet {
        match self {
            Self::Everything => OpSet::all(),
            Self::Group(group) => group.set(),
            Self::Operation(row) => [row.op].into_iter().collect(),
        }
    }
}

/// Finds what an entry means; a word that means nothing is reported.
pub(super) fn select(reader: &mut Reader<'_, '_>, entry: &Entry<'_>) -> Option<Selection> {
    let word = entry.word;
    if word == "everything" {
        return Some(Selection::Everything);
    }
    let group = || group_named(word).map(Selection::Group);
    let operation = || operation_named(word).or_else(|| operation_at(word)).map(Selection::Operation);
    let found = group().or_else(operation);
    if found.is_none() {
        complain(reader, entry);
    }
    found
}

fn complain(reader: &mut Reader<'_, '_>, entry: &Entry<'_>) {
    let word = entry.word;
    if word.contains('*') {
        let help = "name the operations, or use a group; `dockgate operations` lists both";
        return reader.report.problem_with_help(entry.span, "there are no wildcards over operations", help);
    }
    if word.contains(' ') {
        let message = format!("no operation has the method and path {}", shown(word));
        let help = "write it as `GET /containers/{id}/json`, without version; `dockgate operations` lists all";
        return reader.report.problem_with_help(entry.span, message, help);
    }
    let known = OPERATIONS.iter().map(|row| row.name).chain(GROUPS.iter().map(|group| group.name));
    let known = known.chain(["everything"]);
    let message = format!("no operation or group is called {}", shown(word));
    reader.report.unknown(entry.span, message, word, known);
}
