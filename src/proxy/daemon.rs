//! Questions of the gate's own to the daemon, which no client has asked for.

use super::upstream::{UPSTREAM_HOST, connect};
use bytes::Bytes;
use http::header::{HOST, HeaderValue, USER_AGENT};
use http::{HeaderMap, Method, Request, StatusCode, Uri};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::client::conn::http1::Builder;
use std::path::Path;
use std::time::Duration;

/// How long the daemon may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// The largest answer: an inspected container has some ten KiB, and more with long labels.
const MAX_ANSWER: usize = 4 << 20;

/// How the gate calls itself.
const OWN: HeaderValue = HeaderValue::from_static("dockgate");

/// What the daemon said.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// Asks on a connection of its own.
///
/// # Errors
/// Why there is no answer, in words.
pub(super) async fn ask(upstream: &Path, method: Method, target: &str) -> Result<Said, String> {
    let request = request(method, target)?;
    let asked = tokio::time::timeout(PATIENCE, exchange(upstream, request)).await;
    asked.map_err(|_| format!("no answer within {} seconds", PATIENCE.as_secs()))?
}

async fn exchange(upstream: &Path, request: Request<Empty<Bytes>>) -> Result<Said, String> {
    let io = connect(upstream).await.map_err(|error| error.to_string())?;
    let (mut sender, connection) = Builder::new().handshake(io).await.map_err(|error| error.to_string())?;
    let asked = async move {
        let answer = sender.send_request(request).await.map_err(|error| error.to_string())?;
        let (head, body) = answer.into_parts();
        let body = Limited::new(body, MAX_ANSWER).collect().await.map_err(|error| error.to_string())?;
        Ok(Said { status: head.status, headers: head.headers, body: body.to_bytes() })
    };
    tokio::pin!(asked);
    tokio::select! {
        answer = &mut asked => answer,
        // a daemon that closes behind its answer has ended the connection, not the answer
        ended = connection => match ended {
            Ok(()) => asked.await,
            Err(error) => Err(error.to_string()),
        },
    }
}

fn request(method: Method, target: &str) -> Result<Request<Empty<Bytes>>, String> {
    let mut request = Request::new(Empty::new());
    *request.method_mut() = method;
    *request.uri_mut() = target.parse::<Uri>().map_err(|error| error.to_string())?;
    request.headers_mut().insert(HOST, UPSTREAM_HOST);
    // so that whoever reads the daemon's log knows who asks
    request.headers_mut().insert(USER_AGENT, OWN);
    Ok(request)
}
