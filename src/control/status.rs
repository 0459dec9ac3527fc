//! How a gate fares, as it tells and as it is read.

use crate::proxy::Pong;
use serde::{Deserialize, Serialize};

/// A gate at one moment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Status {
    /// Its version.
    pub version: String,
    /// Its process.
    pub pid: u32,
    /// When it was started, RFC 3339.
    pub started: String,
    /// How often rules were taken, beginning with 1.
    pub generation: u64,
    /// The fingerprint of the policies.
    pub policies: String,
    /// When they were taken, RFC 3339.
    pub taken: String,
    /// Why the last reload was not taken, if it was not.
    pub last_failure: Option<String>,
    /// Whether every thread answers.
    pub alive: bool,
    /// What the kernel keeps it from, in sentences.
    pub confinement: Vec<String>,
    /// The real socket.
    pub upstream: Upstream,
    /// Where it listens.
    pub listeners: Vec<Listener>,
    /// The audit file, if there is one.
    pub audit: Option<Audit>,
    /// Log lines that nobody read in time.
    pub log_lines_dropped: usize,
}

impl Status {
    /// With what its threads and the daemon said.
    pub fn with(mut self, alive: bool, pong: Result<Pong, String>) -> Self {
        self.alive = alive;
        match pong {
            Ok(Pong { took, api }) => {
                self.upstream.ms = Some((took.as_secs_f64() * 1e6).round() / 1e3);
                self.upstream.api = api;
            }
            Err(error) => self.upstream.error = Some(error),
        }
        self
    }

    /// One JSON object.
    pub fn to_json(&self) -> String {
        // Text and numbers can always be written.
        serde_json::to_string(self).unwrap_or_default() + "\n"
    }

    /// Reads it back.
    ///
    /// # Errors
    /// It is something else.
    pub fn read(text: &str) -> Result<Self, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }
}

/// The real socket.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Upstream {
    /// Its path.
    pub socket: String,
    /// How long a ping took, in milliseconds, if it was answered.
    pub ms: Option<f64>,
    /// The newest version of the API that the daemon speaks.
    pub api: Option<String>,
    /// Why it was not answered, if it was not.
    pub error: Option<String>,
}

/// One listener.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Listener {
    /// Its path or address.
    pub name: String,
    /// Open connections.
    pub connections: usize,
    /// When its certificate ends, RFC 3339.
    pub certificate_ends: Option<String>,
}

/// The audit file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Audit {
    /// Its path.
    pub file: String,
    /// Bytes that are not written yet.
    pub waiting: usize,
    /// How long the oldest of them has waited, in milliseconds.
    pub lag_ms: u64,
    /// Records that were lost since the start.
    pub lost: u64,
    /// Whether the last write failed.
    pub failing: bool,
}
