//! Requests of the gate's own to the daemon: what an object is, what carries a label, and the little
//! that it does itself. They take the connections that requests take, and no client has asked for them.

use super::body::Upload;
use super::upstream::{JSON, Lease, Upstream, UpstreamError, bare};
use crate::catalogue::{Op, Params, Route};
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue, USER_AGENT};
use http::{Method, Request, StatusCode, Uri};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use serde_json::Value;
use std::rc::Rc;
use std::time::Duration;

/// How long the daemon may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// How long it may take for a list.
pub(super) const LIST_PATIENCE: Duration = Duration::from_secs(20);

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
    get(upstream, &path(op, Some(name))).await
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
    get(upstream, &format!("{}?{all}filters={}", path(op, None), escaped(&filters))).await
}

/// Makes a volume, or finds the one that has the name.
///
/// # Errors
/// Why there is no answer, in words.
pub(super) async fn make_volume(upstream: &Rc<Upstream>, body: &Value) -> Result<StatusCode, String> {
    let uri = Uri::from_static("/volumes/create");
    let bytes = Bytes::from(body.to_string());
    let asked = ask(upstream, || {
        let mut request = request(Method::POST, &uri, Upload::Own(Some(bytes.clone())));
        request.headers_mut().insert(CONTENT_TYPE, JSON);
        request
    });
    in_time(asked).await.map(|(status, _)| status)
}

/// Deletes a container that has just been made.
///
/// # Errors
/// Why it cannot be deleted, in words.
pub(super) async fn delete_container(upstream: &Rc<Upstream>, id: &str) -> Result<(), String> {
    // with the volumes that nobody named
    let target = format!("{}?force=1&v=1", path(Op::ContainerDelete, Some(id)));
    let uri = target.parse::<Uri>().map_err(|error| error.to_string())?;
    let (status, _) = in_time(ask(upstream, || request(Method::DELETE, &uri, Upload::Empty))).await?;
    match status {
        StatusCode::NOT_FOUND => Ok(()),
        status if status.is_success() => Ok(()),
        status => Err(status.to_string()),
    }
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

async fn get(upstream: &Rc<Upstream>, target: &str) -> Result<(StatusCode, Bytes), String> {
    let uri = target.parse::<Uri>().map_err(|error| error.to_string())?;
    in_time(ask(upstream, || request(Method::GET, &uri, Upload::Empty))).await
}

async fn in_time<T>(asked: impl Future<Output = Result<T, String>>) -> Result<T, String> {
    let asked = tokio::time::timeout(PATIENCE, asked).await;
    asked.map_err(|_| format!("no answer within {} seconds", PATIENCE.as_secs()))?
}

/// Has the daemon list objects by the operation that does so; nothing where there can be none.
///
/// # Errors
/// Why there is no list, in words.
pub(super) async fn list(upstream: &Rc<Upstream>, op: Op, query: &str) -> Result<Option<(Incoming, Lease)>, String> {
    let target = format!("{}{query}", path(op, None));
    let uri = target.parse::<Uri>().map_err(|error| error.to_string())?;
    let asked = upstream.repeatable(|| request(Method::GET, &uri, Upload::Empty));
    let (response, lease) = asked.await.map_err(|error| said(&error))?;
    match response.status() {
        StatusCode::OK => Ok(Some((response.into_body(), lease))),
        status if lacks_swarm(op, status) => Ok(None),
        status => Err(format!("the daemon was asked for a list, and answered {status}")),
    }
}

/// Whether the daemon is of no swarm, and so has none of its objects (dockerd 20.10, 26.1 and 28.5).
pub(super) fn lacks_swarm(op: Op, status: StatusCode) -> bool {
    use Op::{ConfigInspect, NodeInspect, SecretInspect, ServiceInspect, ServiceList, TaskInspect};
    let of_swarms =
        matches!(op, ConfigInspect | NodeInspect | SecretInspect | ServiceInspect | ServiceList | TaskInspect);
    of_swarms && status == StatusCode::SERVICE_UNAVAILABLE
}

/// Sends what may be sent twice, and waits for the whole answer.
async fn ask(upstream: &Rc<Upstream>, request: impl Fn() -> Request<Upload>) -> Result<(StatusCode, Bytes), String> {
    let (response, mut lease) = upstream.repeatable(request).await.map_err(|error| said(&error))?;
    let status = response.status();
    let body = Limited::new(response.into_body(), MAX_ANSWER).collect().await.map_err(|error| error.to_string())?;
    lease.complete(true);
    Ok((status, body.to_bytes()))
}

fn request(method: Method, uri: &Uri, upload: Upload) -> Request<Upload> {
    let mut request = bare(method, uri.clone(), upload);
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
