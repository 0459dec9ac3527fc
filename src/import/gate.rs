//! An original's decision about a method and a path, as it makes it.

use crate::catalogue::Op;

/// What the settings of an original allow.
pub(super) trait Gate {
    /// The setting that allows the request, as the original writes it; nothing if it is denied.
    /// The path is decoded and has no query.
    fn allows(&self, method: &str, path: &str) -> Option<&str>;

    /// The expressions that allow paths of this method, each anchored at both ends, for finding names
    /// in them.
    fn expressions(&self, _method: &str) -> Vec<&str> {
        Vec::new()
    }

    /// The same of what it denies before.
    fn denials(&self, _method: &str) -> Vec<&str> {
        Vec::new()
    }

    /// Whether a setting of its own asks for this operation.
    fn asks_for(&self, _op: Op) -> bool {
        false
    }
}
