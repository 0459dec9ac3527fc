//! One request, understood or refused. Imports the catalogue.

mod headers;
mod identity;
mod query;
mod refusal;

pub use headers::Headers;
pub use identity::{Certificate, Identity, Peer};
pub use query::{Query, Value};
pub use refusal::Refusal;

use crate::catalogue::{Operation, Params, Route};
use std::sync::Arc;

/// A request whose head was read into types; the body is judged by its operation's row.
#[derive(Clone, Debug)]
pub struct Request {
    /// Who asks.
    pub who: Arc<Identity>,
    /// Version, operation and the names in the path.
    pub route: Route,
    /// The query, typed.
    pub query: Query,
    /// The headers that travel.
    pub headers: Headers,
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
