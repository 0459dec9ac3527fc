//! A request that is malformed or means nothing: refused before any policy.

use std::borrow::Cow;

/// A refusal: the request was not understood. A [denial](crate::policy) is something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status: 400, 404, 413 or 431.
    pub status: u16,
    /// One sentence for the client and the log.
    pub message: Cow<'static, str>,
}

impl Refusal {
    /// 400: the request is malformed or ambiguous.
    pub fn malformed(message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            status: 400,
            message: message.into(),
        }
    }

    /// 404: no such operation.
    pub fn unknown(message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            status: 404,
            message: message.into(),
        }
    }

    /// 413: larger than a named limit.
    pub fn too_large(message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            status: 413,
            message: message.into(),
        }
    }
}
