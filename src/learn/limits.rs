//! The limits of one grant.

use super::observed::Observed;
use super::{facets, queries, targets};

/// One limit as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Limit {
    pub(super) word: String,
    pub(super) value: String,
}

impl Limit {
    pub(super) fn any(word: &str) -> Self {
        Self { word: word.to_owned(), value: "any".to_owned() }
    }

    /// One value stands alone, several in a list.
    pub(super) fn list(word: &str, items: Vec<String>) -> Self {
        let value = match items.as_slice() {
            [] => "none".to_owned(),
            [one] => one.clone(),
            _ => format!("[{}]", items.join(", ")),
        };
        Self { word: word.to_owned(), value }
    }
}

/// The limits that just allow what was seen, in the order in which people read them.
pub(super) fn limits(seen: &Observed, notes: &mut Vec<String>) -> Vec<Limit> {
    let mut limits: Vec<Limit> = targets::limit(seen, notes).into_iter().collect();
    limits.extend(queries::limits(seen, notes));
    limits.extend(facets::limits(seen, notes));
    limits
}
