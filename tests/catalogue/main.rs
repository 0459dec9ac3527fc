//! The catalogue held against Docker's own list and against a live daemon.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test may fail")]

#[allow(dead_code, reason = "other tests send JSON")]
#[path = "../common/docker.rs"]
mod docker;
#[path = "../common/http.rs"]
mod http;
mod live;
mod table;
