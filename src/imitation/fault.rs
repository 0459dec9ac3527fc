//! Ways in which a daemon can fail its clients.

use std::time::Duration;

/// What goes wrong with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Announces another API version, in every head and in the answer to `/version`.
    ApiVersion(&'static str),
    /// Reads the request, then closes without an answer.
    CloseBeforeHead,
    /// Closes after half of the answer's body.
    CloseMidBody,
    /// Closes after half of the answer's head.
    CloseMidHead,
    /// Answers when so much of the request's body has come, and soon closes without reading all of the rest.
    EarlyAnswer {
        /// How many bytes of the body are read first.
        after_body_bytes: u64,
    },
    /// Answers with what is not HTTP, then closes.
    Garbage,
    /// Waits before the answer's head.
    SlowHead(Duration),
}

/// The faults that are in force.
#[derive(Default)]
pub(super) struct Faults {
    pub(super) next: Option<Fault>,
    pub(super) every: Option<Fault>,
}

impl Faults {
    /// The fault for the request that has just come.
    pub(super) fn take(&mut self) -> Option<Fault> {
        self.next.take().or(self.every)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_fault_is_used_once_and_then_the_lasting_one() {
        let mut faults = Faults { next: Some(Fault::Garbage), every: Some(Fault::CloseMidHead) };
        assert_eq!(faults.take(), Some(Fault::Garbage));
        assert_eq!(faults.take(), Some(Fault::CloseMidHead));
        assert_eq!(faults.take(), Some(Fault::CloseMidHead));
    }
}
