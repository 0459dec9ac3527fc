//! The language as data, for whoever tells about it: the schema for editors.

use super::require::REQUIREMENTS;
use super::{compile_facet, compile_view, facts, quota, setting, tenant, written};
use crate::catalogue::fields::{Field, Shape};
use crate::catalogue::{FacetRow, Op};
use crate::request::values::{amount, namespace};

pub(crate) use super::quota::Unit;
pub(crate) use super::vocabulary::{
    CASE, CERT, CLIENT, CONTAINER, EVENT, EXPECT, FILE, LIMITS, OBJECT, PART, ROLE, SHARED, TOLD, VALUE,
};

/// Facts by which a value of a facet names objects, beside a name alone.
pub(crate) use written::OBJECT_KEYS;

/// The word, in the place of limits, of an operation whose requests pass as they are.
pub(crate) use super::unexamined::WORD as UNEXAMINED;

/// What requests for the operation can be held to, and what they would do without it.
pub(crate) fn requirements(op: Op) -> impl Iterator<Item = (&'static str, &'static str)> {
    REQUIREMENTS.iter().filter(move |row| row.fits(op)).map(|row| (row.word, row.sentence))
}

/// What can be put into requests for the operation, and the power that it is about.
pub(crate) fn settings(op: Op) -> impl Iterator<Item = (&'static str, &'static FacetRow)> {
    setting::words_of(op)
}

/// Every quota, how its amount is written, and what its holders may not do beyond it.
pub(crate) fn quotas() -> impl Iterator<Item = (&'static str, Unit, &'static str)> {
    quota::ROWS.iter().map(|row| (row.word, row.unit, row.deed))
}

/// The kinds of objects that `shared` knows.
pub(crate) fn shared_kinds() -> impl Iterator<Item = &'static str> {
    tenant::KINDS.iter().map(|(word, _)| *word)
}

/// The kinds of objects that `facts` knows.
pub(crate) fn fact_kinds() -> impl Iterator<Item = &'static str> {
    facts::KINDS.iter().map(|(word, _)| *word)
}

/// Whether an entry about the operation may say which objects: in its path, or in its answer.
pub(crate) fn takes_target(op: Op) -> bool {
    op.operation().target.is_some() || compile_view::lists(op)
}

/// Whether values of the facet may name objects by what the daemon says of them.
pub(crate) fn names_objects(row: &FacetRow) -> bool {
    compile_facet::names_objects(row)
}

/// The words of a namespace, and whether it can be a container's.
pub(crate) fn modes(row: &FacetRow) -> (&'static [&'static str], bool) {
    (namespace::words(row.facet), namespace::joins_containers(row.facet))
}

/// Units of sizes.
pub(crate) fn units() -> impl Iterator<Item = &'static str> {
    amount::units()
}

/// The names of fields at the top of the operation's body, by which limits can begin.
pub(crate) fn fields(op: Op) -> Vec<&'static str> {
    match op.operation().body.table().map(|table| &table.shape) {
        Some(Shape::Object(tables)) => Field::all(tables).map(|field| field.name).collect(),
        _ => Vec::new(),
    }
}
