//! The policy that a gate obeys while it watches: everything, but read and judged.

use crate::catalogue::{FACETS, OPERATIONS, Operation};
use crate::policy::can_be_asked;

/// A policy that allows every operation with all that it can use. Unlike `everything` it has each
/// request read by Docker's tables and each object looked up, so that there is something to learn
/// from; fields and parameters that are not known here are still denied.
pub fn watching() -> String {
    let entries: String = OPERATIONS.iter().map(entry).collect();
    format!("version: 1\nroles:\n  watched:\n    who: anyone\n    may:\n{entries}")
}

fn entry(row: &Operation) -> String {
    // a list is about what the daemon says, so that it is asked
    let target = can_be_asked(row.op).then(|| "target: [{ name: \"**\" }]".to_owned());
    let dangers = row.query.iter().filter(|param| param.danger.is_some());
    let dangers = dangers.map(|param| format!("query.{}: any", param.name));
    let facets = FACETS.iter().filter(|facet| facet.fits(row.op)).map(|facet| format!("{}: any", facet.word));
    let limits: Vec<String> = target.into_iter().chain(dangers).chain(facets).collect();
    match limits.is_empty() {
        true => format!("      - {}\n", row.name),
        false => format!("      - {}: {{ {} }}\n", row.name, limits.join(", ")),
    }
}
