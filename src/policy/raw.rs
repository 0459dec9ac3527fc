//! Raw paths: fields of a body by Docker's own names, for experts.

use crate::catalogue::OPERATIONS;
use crate::catalogue::fields::{Field, Shape};

/// Whether the word could be the path of a field: it has a dot, or some body has a field of this name.
pub(super) fn is_field(word: &str) -> bool {
    word.contains('.') || OPERATIONS.iter().filter_map(|row| row.body.table()).any(|table| has(&table.shape, word))
}

fn has(shape: &Shape, name: &str) -> bool {
    match shape {
        Shape::Object(tables) => Field::all(tables).any(|field| field.name == name || has(&field.shape, name)),
        Shape::List(inner) | Shape::Map(inner) => has(inner, name),
        _ => false,
    }
}
