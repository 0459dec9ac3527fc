//! The body tables held against Docker's own lists, and bodies held against a live daemon.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test may fail")]

mod lists;
mod rows;
