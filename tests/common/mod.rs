//! A gate in this process before an imitation daemon, and a client that sends exactly what it is given.

#![allow(dead_code, unused_imports, reason = "every test program uses its own part of this")]

mod answer;
mod certs;
mod client;
mod daemon;
mod gate;
mod request;
mod served;

pub(crate) use answer::Answer;
pub(crate) use certs::{Authority, Holder, dns};
pub(crate) use client::{Client, PATIENCE, Tls};
pub(crate) use daemon::{Daemon, wait};
pub(crate) use gate::{EVERYTHING, Gate, READS, alone, may, policy};
pub(crate) use request::{Ask, ask, get, head, post, put};
pub(crate) use served::{Served, asked, asked_by, configuration};
