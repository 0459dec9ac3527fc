//! A gate between daemons that misbehave and clients that do, as a process of its own: what each
//! side is told, what the log says, and that nothing is left of it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test may fail")]

#[path = "faults/clients.rs"]
mod clients;
#[path = "common/mod.rs"]
mod common;
#[path = "faults/daemons.rs"]
mod daemons;
#[path = "faults/ends.rs"]
mod ends;
#[path = "faults/leaks.rs"]
mod leaks;
#[path = "faults/rogue.rs"]
mod rogue;
