//! What is seen to its end though the client goes away meanwhile: the daemon may still make what it
//! was asked for, a quota's turn lasts until it has, and what was made has to be looked at.

use super::body::Upload;
use super::quotas::Turn;
use super::upstream::{Lease, Upstream, UpstreamError};
use super::volumes::Mounted;
use crate::policy::Allowed;
use bytes::Bytes;
use http::Response;
use http::response::Parts;
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use std::rc::Rc;

/// The largest answer to a create: an ID and warnings.
const MAX_MADE: usize = 64 << 10;

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
    mounted: Option<Mounted>,
) -> Result<Sent, UpstreamError> {
    let sending = tokio::task::spawn_local(async move {
        let (response, lease) = upstream.send(&permit, upload).await?;
        drop(turn);
        match mounted.filter(|_| response.status().is_success()) {
            Some(mounted) => looked_at(&upstream, &mounted, response, lease).await,
            None => Ok(Sent::Streaming(response, lease)),
        }
    });
    sending.await.unwrap_or_else(|ended| Err(UpstreamError::Connect(std::io::Error::other(ended))))
}

async fn looked_at(
    upstream: &Rc<Upstream>,
    mounted: &Mounted,
    response: Response<Incoming>,
    mut lease: Lease,
) -> Result<Sent, UpstreamError> {
    let (head, body) = response.into_parts();
    let Ok(whole) = Limited::new(body, MAX_MADE).collect().await else {
        return Ok(Sent::Unmade(502, "dockgate: the Docker daemon broke off the answer to a create".to_owned()));
    };
    lease.complete(true);
    let bytes = whole.to_bytes();
    Ok(match mounted.check(upstream, &bytes).await {
        Ok(()) => Sent::Made(head, bytes),
        Err((status, message)) => Sent::Unmade(status, message),
    })
}
