//! A body by its table: JSON → typed tree → canonical JSON.
//!
//! Go decodes into structs: keys in any case, the last of several, unknown
//! ones skipped, `null` for nothing. The tree holds what Go would have found,
//! and is written in Docker's own spelling; what could be read in two ways is
//! refused on the way.

mod fill;
mod read;
pub(super) mod write;

#[cfg(test)]
mod tests;

pub use fill::Entry;
pub use read::Unknown;

use super::Refusal;
use super::json::Json;
use crate::catalogue::fields::{Field, Shape};

/// A value whose shape a table gave.
#[derive(Clone, Debug, PartialEq)]
pub enum Tree {
    /// `null` where Docker tells it from an absent or empty value: in a map, and for a whole list.
    Null,
    /// `true` or `false`.
    Flag(bool),
    /// A whole number.
    Int(i64),
    /// A number that may have a fraction, as it was written.
    Float(String),
    /// Text, and bytes as Base64.
    Text(String),
    /// A list.
    List(Vec<Tree>),
    /// Keys of the client's own, in its order.
    Map(Vec<(String, Tree)>),
    /// The fields that were given, in the table's order.
    Object(Vec<(&'static Field, Tree)>),
}

impl Tree {
    /// Reads a body by its table; fields that the table does not have come back by path.
    ///
    /// A zero value that was given stays: Go tells an empty list from an
    /// absent one, and a limit of 0 from none.
    ///
    /// # Errors
    /// A value of another type than Docker's, a key given twice, `null` in a list.
    pub fn read(json: Json, shape: &Shape) -> Result<(Self, Unknown), Refusal> {
        read::body(json, shape)
    }

    /// The one spelling that is forwarded.
    pub fn canonical(&self) -> String {
        let mut out = String::new();
        write::value(&mut out, self);
        out
    }

    /// The value of an object's field, by Docker's spelling.
    pub fn get(&self, name: &str) -> Option<&Self> {
        let Self::Object(fields) = self else { return None };
        fields.iter().find(|(field, _)| field.name == name).map(|(_, value)| value)
    }

    /// The value at the end of a path of fields.
    pub fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |tree, name| tree.get(name))
    }

    /// Whether it is nothing, or a list, map or object that holds nothing.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Text(text) => text.is_empty(),
            Self::List(items) => items.is_empty(),
            Self::Map(entries) => entries.is_empty(),
            Self::Object(fields) => fields.is_empty(),
            Self::Flag(_) | Self::Int(_) | Self::Float(_) => false,
        }
    }

    /// The text, if it is one.
    pub fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The items of a list; nothing for anything else.
    pub fn items(&self) -> &[Self] {
        if let Self::List(items) = self { items } else { &[] }
    }
}
