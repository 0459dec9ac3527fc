//! Questions of the gate's own to the daemon: what an object is, and what carries a label. They take the connections that
//! requests take, change nothing, and no client has asked for them.

use super::body::Upload;
use super::upstream::{Upstream, UpstreamError, bare};
use crate::catalogue::{Op, Params, Route};
use bytes::Bytes;
use http::header::{HeaderValue, USER_AGENT};
use http::{Method, Request, StatusCode, Uri};
use http_body_util::{BodyExt, Limited};
use std::rc::Rc;
use std::time::Duration;

/// How long the daemon may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// The largest answer: an inspected container has some ten KiB, and more with long labels; a listed
/// one has one or two.
const MAX_ANSWER: usize = 4 << 20;

/// How the gate calls itself, so that whoever reads the daemon's log knows who asks.
const OWN: HeaderValue = HeaderValue::from_static("dockgate");

/// Has the daemon inspect an object by the operation that does so.
///
/// # Errors
/// Why there is no whole answer, in words.
pub(super) async fn inspect(upstream: &Rc<Upstream>, op: Op, name: &str) -> Result<(StatusCode, Bytes), String> {
    put(upstream, &path(op, Some(name))).await
}

/// Has the daemon list what carries a label, containers whether they run or not.
///
/// # Errors
/// Why there is no whole answer, in words.
pub(super) async fn labelled(
    upstream: &Rc<Upstream>,
    op: Op,
    (key, value): (&str, &str),
) -> Result<(StatusCode, Bytes), String> {
    let filters = serde_json::json!({ "label": [format!("{key}={value}")] }).to_string();
    let all = if op == Op::ContainerList { "all=1&" } else { "" };
    put(upstream, &format!("{}?{all}filters={}", path(op, None), escaped(&filters))).await
}

fn path(op: Op, name: Option<&str>) -> String {
    let params = Params { object: name.map(Into::into), second: None };
    Route { version: None, operation: op.operation(), params }.canonical_path()
}

/// Every byte that could mean something else in a query.
fn escaped(text: &str) -> String {
    let escape = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(escape).collect()
}

async fn put(upstream: &Rc<Upstream>, target: &str) -> Result<(StatusCode, Bytes), String> {
    let uri = target.parse::<Uri>().map_err(|error| error.to_string())?;
    let asked = tokio::time::timeout(PATIENCE, ask(upstream, &uri)).await;
    asked.map_err(|_| format!("no answer within {} seconds", PATIENCE.as_secs()))?
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
