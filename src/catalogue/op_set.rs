//! A set of operations, small enough to copy.

use super::{OPERATIONS, Op};

/// A set of operations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct OpSet(u128);

const _: () = assert!(OPERATIONS.len() <= 128, "an OpSet has 128 places");

impl OpSet {
    /// No operation.
    pub const fn new() -> Self {
        Self(0)
    }

    /// Every operation of the catalogue.
    pub fn all() -> Self {
        OPERATIONS.iter().map(|row| row.op).collect()
    }

    /// Adds an operation.
    pub fn insert(&mut self, op: Op) {
        self.0 |= bit(op);
    }

    /// Whether the operation is in the set.
    pub fn contains(self, op: Op) -> bool {
        self.0 & bit(op) != 0
    }

    /// What is in either set.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in both sets.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// What is in this set and not in the other.
    #[must_use]
    pub const fn difference(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether nothing is in the set.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How many operations are in the set.
    pub const fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// The operations, in the order of the catalogue.
    pub fn iter(self) -> impl Iterator<Item = Op> {
        let rows = OPERATIONS.iter().map(|row| row.op);
        rows.filter(move |op| self.contains(*op))
    }
}

const fn bit(op: Op) -> u128 {
    1 << op as u8
}

impl FromIterator<Op> for OpSet {
    fn from_iter<I: IntoIterator<Item = Op>>(ops: I) -> Self {
        Self(ops.into_iter().fold(0, |bits, op| bits | bit(op)))
    }
}

impl Extend<Op> for OpSet {
    fn extend<I: IntoIterator<Item = Op>>(&mut self, ops: I) {
        *self = self.union(ops.into_iter().collect());
    }
}
