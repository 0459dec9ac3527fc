//! Questions of the gate's own to the daemon: what an object is. They take the connections that
//! requests take, change nothing, and no client has asked for them.

use super::body::Upload;
use super::upstream::{Lease, Upstream, UpstreamError, bare};
use crate::catalogue::{Op, Params, Route};
use bytes::Bytes;
use http::header::{HeaderValue, USER_AGENT};
use http::{Method, Request, StatusCode, Uri};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use std::rc::Rc;
use std::time::Duration;

/// How long the daemon may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// How long it may take for a list.
pub(super) const LIST_PATIENCE: Duration = Duration::from_secs(20);

/// The largest answer: an inspected container has some ten KiB, and more with long labels.
const MAX_ANSWER: usize = 4 << 20;

/// How the gate calls itself, so that whoever reads the daemon's log knows who asks.
const OWN: HeaderValue = HeaderValue::from_static("dockgate");

/// Has the daemon inspect an object by the operation that does so.
///
/// # Errors
/// Why there is no whole answer, in words.
pub(super) async fn inspect(upstream: &Rc<Upstream>, op: Op, name: &str) -> Result<(StatusCode, Bytes), String> {
    let params = Params { object: Some(name.into()), second: None };
    let path = Route { version: None, operation: op.operation(), params }.canonical_path();
    let uri = path.parse::<Uri>().map_err(|error| error.to_string())?;
    let asked = tokio::time::timeout(PATIENCE, ask(upstream, &uri)).await;
    asked.map_err(|_| format!("no answer within {} seconds", PATIENCE.as_secs()))?
}

/// Has the daemon list objects by the operation that does so.
///
/// # Errors
/// Why there is no list, in words.
pub(super) async fn list(upstream: &Rc<Upstream>, op: Op, query: &str) -> Result<(Incoming, Lease), String> {
    let params = Params { object: None, second: None };
    let path = Route { version: None, operation: op.operation(), params }.canonical_path();
    let uri = format!("{path}{query}").parse::<Uri>().map_err(|error| error.to_string())?;
    let (response, lease) = upstream.repeatable(|| request(&uri)).await.map_err(|error| said(&error))?;
    match response.status() {
        StatusCode::OK => Ok((response.into_body(), lease)),
        status => Err(format!("the daemon was asked for a list, and answered {status}")),
    }
}

async fn ask(upstream: &Rc<Upstream>, uri: &Uri) -> Result<(StatusCode, Bytes), String> {
    let (response, mut lease) = upstream.repeatable(|| request(uri)).await.map_err(|error| said(&error))?;
    let status = response.status();
    let body = Limited::new(response.into_body(), MAX_ANSWER).collect().await.map_err(|error| error.to_string())?;
    lease.complete(true);
    Ok((status, body.to_bytes()))
}

fn request(uri: &Uri) -> Request<Upload> {
    let mut request = bare(Method::GET, uri.clone(), Upload::Empty);
    request.headers_mut().insert(USER_AGENT, OWN);
    request
}

fn said(error: &UpstreamError) -> String {
    match error {
        UpstreamError::Connect(error) => error.to_string(),
        UpstreamError::Exchange(error) => error.to_string(),
        UpstreamError::Target => "its name is too long".to_owned(),
    }
}
