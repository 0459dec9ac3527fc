//! What holds for every facet: the page that tells of them, limits over them, spellings.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod page;
mod rules;
mod spellings;
