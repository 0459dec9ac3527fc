//! A ping of the gate's own, which no client has asked for.

use super::upstream::{UPSTREAM_HOST, connect};
use bytes::Bytes;
use http::header::HOST;
use http::{Method, Request, Uri};
use http_body_util::Empty;
use hyper::client::conn::http1::Builder;
use std::path::Path;
use std::time::{Duration, Instant};

/// How long the daemon may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// What the daemon said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pong {
    /// How long it took.
    pub took: Duration,
    /// The newest version of the API that it speaks.
    pub api: Option<String>,
}

/// Asks the daemon whether it is there: `HEAD /_ping` on a connection of its own.
///
/// # Errors
/// Why it is not, in words.
pub async fn ping(upstream: &Path) -> Result<Pong, String> {
    let began = Instant::now();
    let asked = tokio::time::timeout(PATIENCE, exchange(upstream)).await;
    let api = asked.map_err(|_| format!("no answer within {} seconds", PATIENCE.as_secs()))??;
    Ok(Pong { took: began.elapsed(), api })
}

async fn exchange(upstream: &Path) -> Result<Option<String>, String> {
    let io = connect(upstream).await.map_err(|error| error.to_string())?;
    let (mut sender, connection) = Builder::new().handshake(io).await.map_err(|error| error.to_string())?;
    let asked = async move {
        let answer = sender.send_request(request()).await.map_err(|error| error.to_string())?;
        if !answer.status().is_success() {
            return Err(format!("a ping was answered by {}", answer.status()));
        }
        Ok(answer.headers().get("api-version").and_then(|value| value.to_str().ok()).map(str::to_owned))
    };
    tokio::select! {
        answer = asked => answer,
        Err(error) = connection => Err(error.to_string()),
    }
}

fn request() -> Request<Empty<Bytes>> {
    let mut request = Request::new(Empty::new());
    *request.method_mut() = Method::HEAD;
    *request.uri_mut() = Uri::from_static("/_ping");
    request.headers_mut().insert(HOST, UPSTREAM_HOST);
    request
}
