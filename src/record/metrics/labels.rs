//! What numbers are told apart by. Nothing that a client chooses is among it.

use crate::record::{Record, Verdict};
use prometheus_client::encoding::EncodeLabelSet;
use std::sync::Arc;

/// In place of a label that there is none of.
const NONE: &str = "none";

/// In place of labels that would be too many.
const OTHER: &str = "other";

/// A request that was decided.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Request {
    listener: Arc<str>,
    role: Arc<str>,
    operation: &'static str,
    verdict: &'static str,
    reason: &'static str,
}

impl Request {
    pub(super) fn of(record: &Record, verdict: Verdict) -> Self {
        Self {
            listener: Arc::clone(&record.who.listener),
            role: record.role.clone().unwrap_or_else(|| NONE.into()),
            operation: record.operation.unwrap_or(NONE),
            verdict: verdict.word(),
            reason: record.reason.unwrap_or(NONE),
        }
    }

    /// The same among all those that are too many to be told apart.
    pub(super) fn other(self) -> Self {
        Self { role: OTHER.into(), operation: OTHER, reason: OTHER, ..self }
    }
}

/// An operation.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct ByOperation {
    pub(super) operation: &'static str,
}

/// Up to the daemon, or down to clients.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Direction {
    pub(super) direction: &'static str,
}

/// A listener.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct ByListener {
    pub(super) listener: Arc<str>,
}

/// How something went.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Outcome {
    pub(super) outcome: &'static str,
}

/// What was built.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Build {
    pub(super) version: &'static str,
    pub(super) policies: String,
}
