//! The gate at the level of bytes: what a client sends, what reaches the daemon, what comes back.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test may fail")]

#[path = "../common/mod.rs"]
mod common;

mod asked;
mod bodies;
mod copies;
mod drain;
mod execs;
mod faults;
mod framing;
mod gone;
mod groups;
mod heads;
mod hijacks;
mod judged;
mod listeners;
mod pipelines;
mod quotas;
mod random;
mod records;
mod reload;
mod sources;
mod tls;
mod views;
