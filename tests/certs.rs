//! `dockgate certs`: what it makes lets in whom it should, and no one else, and
//! nothing that is there is lost.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test may fail")]

#[path = "common/mod.rs"]
mod common;

#[path = "certs/gate.rs"]
mod gate;
#[path = "certs/made.rs"]
mod made;
#[path = "certs/refused.rs"]
mod refused;
#[path = "certs/taken_over.rs"]
mod taken_over;
#[path = "certs/tool.rs"]
mod tool;
