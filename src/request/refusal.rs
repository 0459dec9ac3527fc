//! A request that is malformed or means nothing: refused before any policy.

use crate::catalogue::RouteError;
use std::borrow::Cow;
use std::fmt;

/// A refusal: the request was not understood. A denial by a policy is something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status: 400, 403, 404, 408, 413, 414 or 503.
    pub status: u16,
    /// One sentence for the client and the log.
    pub message: Cow<'static, str>,
}

impl Refusal {
    /// The kind of refusal in one word.
    pub fn kind(&self) -> &'static str {
        match self.status {
            404 => "unknown",
            408 => "late",
            413 | 414 => "too-large",
            503 => "busy",
            _ => "malformed",
        }
    }

    /// 400: the request is malformed or ambiguous.
    pub fn malformed(message: impl Into<Cow<'static, str>>) -> Self {
        Self { status: 400, message: message.into() }
    }

    /// 403: understood, but a browser or a stranger's page sent it.
    pub fn foreign(message: impl Into<Cow<'static, str>>) -> Self {
        Self { status: 403, message: message.into() }
    }

    /// 404: no such operation.
    pub fn unknown(message: impl Into<Cow<'static, str>>) -> Self {
        Self { status: 404, message: message.into() }
    }

    /// 413: larger than a named limit.
    pub fn too_large(message: impl Into<Cow<'static, str>>) -> Self {
        Self { status: 413, message: message.into() }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<RouteError> for Refusal {
    fn from(error: RouteError) -> Self {
        match error {
            RouteError::Unknown => Self::unknown(error.to_string()),
            RouteError::NotCanonical(_) | RouteError::TooOld(_) | RouteError::TooNew(_) => {
                Self::malformed(error.to_string())
            }
        }
    }
}
