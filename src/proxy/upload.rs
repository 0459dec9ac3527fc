//! Request bodies: refused, read and rebuilt, or passed on, as the operation's row says.

use super::Gate;
use super::body::Upload;
use super::exchange::Exchange;
use super::upstream::empty;
use crate::catalogue::Body;
use crate::policy::Allowed;
use crate::request::Refusal;
use crate::request::body::{ExecStart, MAX_EMPTY_BODY, MAX_EXEC_START, says_nothing};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::{Body as _, Incoming};
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Makes the body that goes up.
///
/// # Errors
/// A body where none belongs, one that is too large, or one that cannot be understood.
pub(super) async fn read(
    gate: &Gate,
    permit: &Allowed,
    body: Incoming,
    exchange: &Rc<Exchange>,
) -> Result<Upload, Refusal> {
    match permit.request().operation().body {
        Body::None => in_time(gate, none(body, exchange)).await,
        Body::ExecStart if !permit.unexamined() => {
            let held = Held::new(&gate.buffered, gate.limits.buffered_bodies);
            let bytes = in_time(gate, collect(body, MAX_EXEC_START, Some(&held))).await?;
            judged(&bytes, exchange)
        }
        // The policy grants these by `everything` alone; should it ever not, they end here.
        Body::Json(_) if !permit.unexamined() => Err(Refusal::malformed("the body of this operation cannot be judged")),
        Body::ExecStart | Body::Json(_) | Body::Tar if body.is_end_stream() => Ok(empty(exchange)),
        Body::ExecStart | Body::Json(_) | Body::Tar => Ok(Upload::Stream(body, Rc::clone(exchange))),
    }
}

fn judged(bytes: &[u8], exchange: &Rc<Exchange>) -> Result<Upload, Refusal> {
    let canonical = ExecStart::read(bytes)?.canonical();
    Ok(Upload::Full(Some(Bytes::from(canonical)), Rc::clone(exchange)))
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
async fn collect(mut body: Incoming, most: usize, held: Option<&Held<'_>>) -> Result<Bytes, Refusal> {
    let mut bytes = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Refusal::malformed("the body ended early"))?;
        let Ok(data) = frame.into_data() else { continue };
        if bytes.len() + data.len() > most {
            return Err(Refusal::too_large(format!("the body is larger than {most} bytes")));
        }
        if let Some(held) = held {
            held.add(data.len())?;
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes.freeze())
}

/// A share of the bytes that all held bodies may take together.
struct Held<'a> {
    all: &'a AtomicUsize,
    most: usize,
    mine: AtomicUsize,
}

impl<'a> Held<'a> {
    fn new(all: &'a AtomicUsize, most: usize) -> Self {
        Self { all, most, mine: AtomicUsize::new(0) }
    }

    fn add(&self, bytes: usize) -> Result<(), Refusal> {
        self.mine.fetch_add(bytes, Ordering::Relaxed);
        let before = self.all.fetch_add(bytes, Ordering::Relaxed);
        if before + bytes > self.most {
            return Err(Refusal { status: 503, message: "too many bodies are held at once: try again".into() });
        }
        Ok(())
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.all.fetch_sub(self.mine.load(Ordering::Relaxed), Ordering::Relaxed);
    }
}
