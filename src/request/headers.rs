//! The headers that travel to Docker.

use http::HeaderMap;

/// The headers that travel: Docker's own, rebuilt; the rest stays here.
#[derive(Clone, Debug, Default)]
pub struct Headers {
    /// What Docker reads.
    pub known: HeaderMap,
    /// Other end-to-end headers; they travel only under `everything`.
    pub unknown: HeaderMap,
}
