//! Named groups of operations, frozen per policy version.

use super::Op;

/// A named group of operations.
#[derive(Debug)]
pub struct Group {
    /// The word that policies use.
    pub name: &'static str,
    /// What it holds.
    pub operations: &'static [Op],
    /// One line for people.
    pub about: &'static str,
}

/// The groups of policy version 1; `everything` is no list and so not among them.
pub static GROUPS: &[Group] =
    &[Group { name: "ping", operations: &[Op::SystemPing], about: "what every client asks first" }];
