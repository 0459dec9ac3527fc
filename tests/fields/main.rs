//! The body tables held against Docker's own lists, and bodies held against a live daemon.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test may fail")]

#[allow(dead_code, reason = "other tests send text")]
#[path = "../common/docker.rs"]
mod docker;
mod generate;
#[path = "../common/http.rs"]
mod http;
mod lists;
mod live;
mod round_trip;
mod rows;
mod values;
