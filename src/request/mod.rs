//! One request, understood or refused. Imports the catalogue.

pub mod body;
pub mod headers;
mod identity;
pub mod json;
mod query;
mod refusal;
pub mod signal;
pub mod tree;
mod uses;
pub mod values;

pub use headers::Headers;
pub use identity::{Certificate, Identity, Peer};
pub use query::{MAX_QUERY_PAIRS, Query, Value};
pub use refusal::Refusal;
pub use signal::name as signal_name;
pub use tree::Tree;
pub use uses::{Use, UseValue, Uses};

use crate::catalogue::{self, Operation, Params, Route};
use http::{HeaderMap, Method};
use std::sync::Arc;

/// A request whose head was read into types.
#[derive(Clone, Debug)]
pub struct Request {
    /// Who asks.
    pub who: Arc<Identity>,
    /// The method; the row's own, except for rows of any method.
    pub method: Method,
    /// Version, operation and the names in the path.
    pub route: Route,
    /// The query, typed.
    pub query: Query,
    /// The headers that travel.
    pub headers: Headers,
    /// What it uses, facet by facet; nothing as long as that was not gathered.
    pub uses: Option<Uses>,
}

impl Request {
    /// The row of the catalogue.
    pub fn operation(&self) -> &'static Operation {
        self.route.operation
    }

    /// The names in the path.
    pub fn params(&self) -> &Params {
        &self.route.params
    }
}

/// Splits a request target into path and query; a fragment has no place in a request.
///
/// # Errors
/// A target that is not in origin form, or has a `#`.
pub fn split_target(target: &str) -> Result<(&str, &str), Refusal> {
    if target.contains('#') {
        return Err(Refusal::malformed("the request target has a `#`"));
    }
    Ok(target.split_once('?').unwrap_or((target, "")))
}

/// Reads a head whose route is known already.
///
/// # Errors
/// The query or a header could be read in two ways, or a form would override the query.
pub fn understand_head(
    who: Arc<Identity>,
    method: Method,
    route: Route,
    query: &str,
    headers: &HeaderMap,
) -> Result<Request, Refusal> {
    let operation = route.operation;
    let query = Query::read(query, operation)?;
    let headers = Headers::read(headers, operation)?;
    Ok(Request { who, method, route, query, headers, uses: None })
}

/// Reads a whole head: route, query, headers.
///
/// # Errors
/// The request is malformed, ambiguous, or means no operation.
pub fn understand(who: Arc<Identity>, method: &Method, target: &str, headers: &HeaderMap) -> Result<Request, Refusal> {
    let (path, query) = split_target(target)?;
    let route = catalogue::route(method, path)?;
    understand_head(who, method.clone(), route, query, headers)
}
