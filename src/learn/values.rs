//! The different values of one thing, as many as a person would list.

/// How many different values are kept; beyond, what they have in common has to do.
pub(super) const MAX_VALUES: usize = 64;

/// Different values, in the order in which they came.
#[derive(Clone, Debug)]
pub(super) struct Values<T> {
    seen: Vec<T>,
    /// Whether there were more.
    more: bool,
}

impl<T> Default for Values<T> {
    fn default() -> Self {
        Self { seen: Vec::new(), more: false }
    }
}

impl<T: PartialEq> Values<T> {
    pub(super) fn add(&mut self, value: T) {
        if self.seen.contains(&value) {
            return;
        }
        match self.seen.len() < MAX_VALUES {
            true => self.seen.push(value),
            false => self.more = true,
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.seen.iter()
    }

    /// Whether there were more than are kept.
    pub(super) fn are_more(&self) -> bool {
        self.more
    }
}
