//! Method and path to operation, in the daemon's own order.

use super::{ApiVersion, Operation};
use http::Method;

/// The values of a path's parameters, decoded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Params {
    /// The object that the path names: `{id}` or `{name}`.
    pub object: Option<Box<str>>,
    /// A second name, as in `/containers/{id}/checkpoints/{checkpoint}`.
    pub second: Option<Box<str>>,
}

/// Where a path leads.
#[derive(Clone, Debug)]
pub struct Route {
    /// The version prefix, if there was one.
    pub version: Option<ApiVersion>,
    /// The operation.
    pub operation: &'static Operation,
    /// The names in the path.
    pub params: Params,
}

/// Why a path leads nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RouteError {
    /// The path is not in the one spelling that is taken: what is odd about it.
    NotCanonical(&'static str),
    /// Older than the floor.
    TooOld(ApiVersion),
    /// Newer than the ceiling.
    TooNew(ApiVersion),
    /// No operation has this method and path.
    Unknown,
}

/// Finds the operation that dockerd would run, or says why there is none.
///
/// `path` is the path of the request target as it came, without the query.
pub fn route(_method: &Method, _path: &str) -> Result<Route, RouteError> {
    Err(RouteError::Unknown)
}

impl Route {
    /// The path that is forwarded: one spelling for each meaning.
    pub fn canonical_path(&self) -> String {
        String::new()
    }
}
