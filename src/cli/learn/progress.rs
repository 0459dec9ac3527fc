//! What a person sees while a socket is watched.

use crate::cli::records::{Line, Records};
use std::collections::BTreeSet;
use std::io::{self, IsTerminal, Write};
use std::path::Path;

/// What came so far. Each look goes on where the last one ended.
pub(super) struct Progress {
    records: Records,
    requests: u64,
    operations: BTreeSet<&'static str>,
    terminal: bool,
}

impl Progress {
    pub(super) fn of(records: &Path) -> Result<Self, String> {
        let records = Records::follow(records)?;
        Ok(Self { records, requests: 0, operations: BTreeSet::new(), terminal: io::stderr().is_terminal() })
    }

    /// Says what is new: on a terminal in one line that changes, elsewhere in a line for each
    /// operation that was not asked before.
    pub(super) fn look(&mut self) {
        let before = self.requests;
        while let Some(line) = self.records.next() {
            self.requests += 1;
            if let Ok(Line::Request { told, .. }) = line {
                self.operation(told.operation());
            }
        }
        if self.terminal && (self.requests != before || before == 0) {
            let (requests, operations) = (self.requests, self.operations.len());
            tell(&format!("\r{requests} requests, {operations} operations; Ctrl-C ends and writes the policy "));
        }
    }

    fn operation(&mut self, name: Option<&'static str>) {
        let Some(name) = name else { return };
        if self.operations.insert(name) && !self.terminal {
            tell(&format!("new: {name}\n"));
        }
    }

    /// The line that changes has its last state.
    pub(super) fn end(&mut self) {
        self.look();
        if self.terminal {
            tell("\n");
        }
    }
}

/// Nobody who looks is no reason to fail.
fn tell(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}
