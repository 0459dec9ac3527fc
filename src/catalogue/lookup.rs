//! Finding rows and groups by what people write.

use super::{GROUPS, Group, OPERATIONS, Op, OpSet, Operation, Verb};

impl Op {
    /// The row of this operation.
    #[expect(clippy::indexing_slicing, reason = "an `Op` is the index of its row")]
    pub fn operation(self) -> &'static Operation {
        &OPERATIONS[self as usize]
    }

    /// Docker's own `operationId`.
    pub fn name(self) -> &'static str {
        self.operation().name
    }

    /// The groups that hold this operation, in the order of the table.
    pub fn groups(self) -> impl Iterator<Item = &'static Group> {
        let holds = move |group: &&Group| group.operations.contains(&self);
        GROUPS.iter().filter(holds)
    }
}

impl Group {
    /// The group as a set.
    pub fn set(&self) -> OpSet {
        self.operations.iter().copied().collect()
    }
}

/// The operation of this name.
pub fn operation_named(name: &str) -> Option<&'static Operation> {
    OPERATIONS.iter().find(|row| row.name == name)
}

/// The group of this name.
pub fn group_named(name: &str) -> Option<&'static Group> {
    GROUPS.iter().find(|group| group.name == name)
}

/// The operation written as `GET /containers/{id}/json`.
///
/// The words in braces do not matter; a version prefix has no place here.
pub fn operation_at(text: &str) -> Option<&'static Operation> {
    let (method, path) = text.split_once(' ')?;
    let fits = |row: &&Operation| row.verb.is_written(method) && same_path(row.path, path);
    OPERATIONS.iter().find(fits)
}

impl Verb {
    fn is_written(self, method: &str) -> bool {
        match self {
            Self::Any => matches!(method, "*" | "DELETE" | "GET" | "HEAD" | "POST" | "PUT"),
            verb => verb.as_str() == method,
        }
    }
}

fn same_path(row: &str, written: &str) -> bool {
    let (mut row, mut written) = (row.split('/'), written.split('/'));
    loop {
        match (row.next(), written.next()) {
            (None, None) => return true,
            (Some(a), Some(b)) if a == b || is_name(a) && is_name(b) => {}
            _ => return false,
        }
    }
}

fn is_name(segment: &str) -> bool {
    segment.starts_with('{') && segment.ends_with('}')
}
