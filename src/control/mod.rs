//! Where the gate is asked how it fares and told to read its rules anew: sockets of their own,
//! outside every policy, and never a way to Docker.

mod client;
mod server;
mod status;

pub use client::{Answer, ask};
pub use server::{OpenError, Side};
pub use status::{Audit, Listener, Status, Upstream};

use tokio::sync::oneshot;

/// What somebody asks of the gate. Who asks waits for the answer; the gate does not wait for them.
#[derive(Debug)]
pub enum Order {
    /// How it fares, as one JSON object.
    Status(oneshot::Sender<String>),
    /// Whether it does its work, or why not.
    Health(oneshot::Sender<Result<String, String>>),
    /// Its numbers, in the OpenMetrics text format.
    Metrics(oneshot::Sender<String>),
    /// Read the rules anew; what came of it.
    Reload(oneshot::Sender<Result<String, String>>),
}

/// Orders that may wait to be answered.
pub const MAX_ORDERS: usize = 16;
