//! What is seen to its end though the client goes away meanwhile: the daemon may still make what it
//! was asked for, a quota's turn lasts until it has, and what was made has to be looked at.

use super::body::Upload;
use super::exchange::Exchange;
use super::execs::Making;
use super::quotas::Turn;
use super::settled::Settling;
use super::upstream::{Lease, Upstream, UpstreamError};
use super::volumes::{self, Expected};
use crate::policy::Allowed;
use crate::request::body::MAX_JSON_BODY;
use bytes::Bytes;
use http::Response;
use http::response::Parts;
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use serde::Deserialize;
use std::rc::Rc;

/// The largest answer to a create: an ID, and warnings that may repeat what was asked for.
const MAX_MADE: usize = MAX_JSON_BODY;

/// What came of a request.
pub(super) enum Sent {
    /// An answer that is still to be read.
    Streaming(Response<Incoming>, Lease),
    /// An answer that was read whole.
    Made(Parts, Bytes),
    /// What was made was taken away again; a status and a sentence say why.
    Unmade(u16, String),
}

/// Sends what was permitted, in a task of its own.
///
/// # Errors
/// As of [`Upstream::send`].
pub(super) async fn send(
    upstream: Rc<Upstream>,
    permit: Box<Allowed>,
    upload: Upload,
    turn: Option<Turn>,
    after: After,
) -> Result<Sent, UpstreamError> {
    let sending = tokio::task::spawn_local(async move {
        if let Err((status, message)) = volumes::make(&upstream, &permit).await {
            return Ok(Sent::Unmade(status, message));
        }
        let (response, lease) = upstream.send(&permit, upload).await?;
        drop(turn);
        match response.status().is_success() && !after.is_nothing() {
            true => after.look(&upstream, response, lease).await,
            false => Ok(Sent::Streaming(response, lease)),
        }
    });
    sending.await.unwrap_or_else(|ended| Err(UpstreamError::Connect(std::io::Error::other(ended))))
}

/// What is looked at once something was made.
pub(super) struct After {
    /// What a tenant's container must turn out to be, and that nobody reaches it before.
    pub(super) expected: Option<(Expected, Option<Settling>)>,
    /// Whether the request has gone up whole.
    pub(super) exchange: Rc<Exchange>,
    /// Whose an exec is.
    pub(super) exec: Option<Making>,
}

impl After {
    /// Whether the answer is passed on as it comes.
    pub(super) fn is_nothing(&self) -> bool {
        self.expected.is_none() && self.exec.is_none()
    }

    async fn look(
        &self,
        upstream: &Rc<Upstream>,
        response: Response<Incoming>,
        mut lease: Lease,
    ) -> Result<Sent, UpstreamError> {
        let (head, body) = response.into_parts();
        let Ok(whole) = Limited::new(body, MAX_MADE).collect().await else {
            if let Some((expected, _)) = &self.expected {
                expected.take_away(upstream).await;
            }
            return Ok(Sent::Unmade(502, "dockgate: the Docker daemon broke off the answer to a create".to_owned()));
        };
        lease.complete(self.exchange.is_uploaded());
        let bytes = whole.to_bytes();
        if let Some(exec) = &self.exec {
            exec.note(&bytes);
        }
        let Some((expected, _)) = &self.expected else { return Ok(Sent::Made(head, bytes)) };
        Ok(match expected.check(upstream, &bytes).await {
            Ok(()) => Sent::Made(head, bytes),
            Err((status, message)) => Sent::Unmade(status, message),
        })
    }
}

/// What Docker says of what it has made.
#[derive(Deserialize)]
struct Made {
    #[serde(rename = "Id")]
    id: String,
}

/// The ID of what was made.
///
/// # Errors
/// The answer tells none.
pub(super) fn id_of(answer: &[u8]) -> Result<String, String> {
    serde_json::from_slice::<Made>(answer).map(|made| made.id).map_err(|error| error.to_string())
}
