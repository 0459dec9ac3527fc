//! Every known way in which an allowed call becomes more than it seems: root on the host, a leak, a
//! host that stands still, a step over a fence. Under the tightest policy that makes sense the
//! dangerous request is denied, and its harmless twin allowed.
//!
//! The rows are `*.yaml` beside this file; `rows.txt` lists them, so that none gets lost. `rows.rs`
//! says what an entry holds.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test may fail")]

#[path = "../common/mod.rs"]
mod common;
#[allow(dead_code, reason = "other tests send text")]
#[path = "../common/docker.rs"]
mod docker;
mod explained;
#[path = "../common/http.rs"]
mod http;
mod learned;
mod listeners;
mod live;
mod names;
mod offline;
mod reach;
mod rows;
