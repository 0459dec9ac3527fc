//! Request bodies: refused, read to be judged, or passed on, as the operation's row says.

use super::body::Upload;
use super::connection::Link;
use super::exchange::Exchange;
use super::upstream::empty;
use super::{Gate, Listener};
use crate::catalogue::{Body, Op};
use crate::policy::{Allowed, Role};
use crate::request::body::{MAX_EMPTY_BODY, MAX_JSON_BODY, says_nothing};
use crate::request::{Refusal, Request, Value};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::{Body as _, Incoming};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// A request that can be judged, and what is left of its body.
pub(super) struct Judged {
    pub(super) request: Request,
    body: Rest,
}

/// What is left of a body when the request is judged.
enum Rest {
    /// It is in the request's tree; its share of memory is held until it is forwarded.
    Read(Held),
    /// Nobody has looked at it.
    Unread(Incoming),
}

/// Reads the body, if the role judges it.
///
/// # Errors
/// It is too large, too slow, or cannot be understood.
pub(super) async fn judged(link: &Link, role: &Role, request: Request, body: Incoming) -> Result<Judged, Refusal> {
    let operation = request.operation();
    if operation.body.table().is_none() || role.unexamined(operation.op) {
        return Ok(Judged { request, body: Rest::Unread(body) });
    }
    let mut held = Held::new(link);
    let bytes = in_time(&link.gate, collect(body, MAX_JSON_BODY, Some(&mut held))).await?;
    Ok(Judged { request: request.with_body(&bytes)?, body: Rest::Read(held) })
}

impl Judged {
    /// Takes the request out, to be decided; the body stays.
    pub(super) fn split(self) -> (Request, Pending) {
        (self.request, Pending(self.body))
    }
}

/// The body of a request that is being decided.
pub(super) struct Pending(Rest);

/// Makes the body that goes up.
///
/// # Errors
/// A body where none belongs.
pub(super) async fn allowed(
    gate: &Gate,
    permit: &Allowed,
    body: Pending,
    exchange: &Rc<Exchange>,
) -> Result<Upload, Refusal> {
    match body.0 {
        Rest::Read(held) => Ok(canonical(permit.request(), held, exchange)),
        Rest::Unread(body) if takes_none(permit) => in_time(gate, none(body, exchange)).await,
        Rest::Unread(body) if body.is_end_stream() => Ok(empty(exchange)),
        Rest::Unread(body) => streamed(permit, body, exchange),
    }
}

/// The body of a permit that took another's place: what it puts into a request counts.
pub(super) fn again(permit: &Allowed, upload: Upload) -> Upload {
    match upload {
        Upload::Full(_, held, exchange) => {
            let body = permit.request().canonical_body().map(Bytes::from);
            Upload::Full(body, held, exchange)
        }
        other => other,
    }
}

/// What streams through untouched: archives, and all under `everything`. JSON that is judged
/// was read; should it ever not have been, it ends here.
fn streamed(permit: &Allowed, body: Incoming, exchange: &Rc<Exchange>) -> Result<Upload, Refusal> {
    match permit.request().operation().body {
        Body::Json(_) if !permit.unexamined() => Err(Refusal::malformed("the body of this operation was not judged")),
        Body::None => Err(Refusal::malformed("this operation takes no body")),
        Body::Json(_) | Body::Tar => Ok(Upload::Stream(body, Rc::clone(exchange))),
    }
}

/// A pull has the path and type of an import, and no archive.
fn takes_none(permit: &Allowed) -> bool {
    let request = permit.request();
    let imports = || request.query.get("fromSrc") == Some(&Value::Text("-".to_owned()));
    match request.operation().body {
        Body::None => true,
        Body::Json(_) => false,
        Body::Tar => request.operation().op == Op::ImageCreate && !permit.unexamined() && !imports(),
    }
}

fn canonical(request: &Request, held: Held, exchange: &Rc<Exchange>) -> Upload {
    match request.canonical_body() {
        Some(body) => Upload::Full(Some(Bytes::from(body)), Some(held), Rc::clone(exchange)),
        None => empty(exchange),
    }
}

/// An operation without a body: nothing, or a way to write nothing, is dropped.
async fn none(body: Incoming, exchange: &Exchange) -> Result<Upload, Refusal> {
    if body.is_end_stream() {
        return Ok(empty(exchange));
    }
    let refused = || Refusal::malformed("this operation takes no body");
    let bytes = collect(body, MAX_EMPTY_BODY, None).await.map_err(|_| refused())?;
    if says_nothing(&bytes) { Ok(empty(exchange)) } else { Err(refused()) }
}

/// A body that is held has as long as a head has.
async fn in_time<T>(gate: &Gate, read: impl Future<Output = Result<T, Refusal>>) -> Result<T, Refusal> {
    let late = || Refusal { status: 408, message: "the body took too long".into() };
    tokio::time::timeout(gate.limits.header_timeout, read).await.unwrap_or_else(|_| Err(late()))
}

/// Reads a whole body up to a bound.
async fn collect(mut body: Incoming, most: usize, mut held: Option<&mut Held>) -> Result<Bytes, Refusal> {
    let mut bytes = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Refusal::malformed("the body ended early"))?;
        let Ok(data) = frame.into_data() else { continue };
        if bytes.len() + data.len() > most {
            return Err(Refusal::too_large(format!("the body is larger than {most} bytes")));
        }
        if let Some(held) = &mut held {
            held.add(data.len())?;
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes.freeze())
}

/// A share of the bytes that all held bodies may take together.
#[derive(Debug)]
pub(super) struct Held {
    gate: Arc<Gate>,
    listener: Arc<Listener>,
    mine: usize,
}

impl Held {
    fn new(link: &Link) -> Self {
        Self { gate: Arc::clone(&link.gate), listener: Arc::clone(&link.listener), mine: 0 }
    }

    fn add(&mut self, bytes: usize) -> Result<(), Refusal> {
        self.mine += bytes;
        let here = self.listener.buffered.fetch_add(bytes, Ordering::Relaxed) + bytes;
        let in_all = self.gate.buffered.fetch_add(bytes, Ordering::Relaxed) + bytes;
        if here > self.gate.buffered_by_one || in_all > self.gate.limits.buffered_bodies {
            return Err(Refusal { status: 503, message: "too many bodies are held at once: try again".into() });
        }
        Ok(())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.listener.buffered.fetch_sub(self.mine, Ordering::Relaxed);
        self.gate.buffered.fetch_sub(self.mine, Ordering::Relaxed);
    }
}
