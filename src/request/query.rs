//! The query: each key at most once, values typed as dockerd reads them.

use crate::catalogue::Param;
use std::collections::{BTreeMap, BTreeSet};

/// A query, typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// The parameters that the operation's row knows, in the order of the request.
    pub known: Vec<(&'static Param, Value)>,
    /// Keys that the row does not know, with values that are not empty.
    pub unknown: Vec<(String, String)>,
}

/// The value of one query parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A boolean.
    Flag(bool),
    /// A whole number.
    Int(i64),
    /// Text, a signal's normal name, or JSON that is not judged.
    Text(String),
    /// The `filters` object.
    Filters(BTreeMap<String, BTreeSet<String>>),
}
