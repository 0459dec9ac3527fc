//! The body tables held against Docker's own lists, and bodies held against a live daemon.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test may fail")]

mod decided;
mod differentials;
#[allow(dead_code, reason = "other tests send text")]
#[path = "../common/docker.rs"]
mod docker;
mod generate;
#[path = "../common/http.rs"]
mod http;
mod judge;
mod lists;
mod live;
mod mutate;
mod reader;
mod round_trip;
mod rows;
mod seen;
mod values;
