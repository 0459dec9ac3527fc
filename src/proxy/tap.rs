//! The IO below hyper's server: sees when a head begins, replaces the bare
//! answers that hyper makes by itself, and lets a hijack take the stream over.

use super::stream::ClientStream;
use std::cell::{Cell, RefCell};
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Instant;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What is known of the bytes of one connection.
#[derive(Debug)]
pub(super) struct TapState {
    /// What hyper writes goes nowhere: a hijack writes its own head.
    muted: Cell<bool>,
    /// hyper has bytes that are not flushed.
    dirty: Cell<bool>,
    /// Waits for the flush.
    flushed: RefCell<Option<Waker>>,
    /// Requests whose answer is not complete.
    open: Cell<u32>,
    /// An answer is complete, but its last bytes may not have been written.
    owed: Cell<bool>,
    /// When the head that is being read began.
    head_since: Cell<Option<Instant>>,
    /// The status of an answer that hyper made by itself.
    own_answer: Cell<Option<u16>>,
}

impl TapState {
    fn new() -> Self {
        Self {
            muted: Cell::new(false),
            dirty: Cell::new(false),
            flushed: RefCell::new(None),
            open: Cell::new(0),
            owed: Cell::new(false),
            head_since: Cell::new(Some(Instant::now())),
            own_answer: Cell::new(None),
        }
    }

    /// A head was read whole, its answer is awaited.
    pub(super) fn begin(&self) {
        self.open.set(self.open.get() + 1);
        self.head_since.set(None);
    }

    /// An answer was handed to hyper whole.
    pub(super) fn end(&self) {
        self.open.set(self.open.get().saturating_sub(1));
        self.owed.set(true);
    }

    /// Whether a request is under way.
    pub(super) fn busy(&self) -> bool {
        self.open.get() > 0
    }

    /// Since when a head is incomplete.
    pub(super) fn head_since(&self) -> Option<Instant> {
        self.head_since.get()
    }

    /// The status of the answer that hyper made to a head that it could not read.
    pub(super) fn own_answer(&self) -> Option<u16> {
        self.own_answer.get()
    }

    /// From here on hyper writes into nothing; what it wrote before has left.
    pub(super) async fn mute(&self) {
        std::future::poll_fn(|cx| {
            if self.dirty.get() {
                *self.flushed.borrow_mut() = Some(cx.waker().clone());
                return Poll::Pending;
            }
            Poll::Ready(())
        })
        .await;
        self.muted.set(true);
    }

    fn saw(&self, bytes: &[u8]) {
        if bytes.is_empty() || self.busy() {
            return;
        }
        if self.head_since.get().is_none() {
            self.head_since.set(Some(Instant::now()));
        }
    }

    fn has_flushed(&self) {
        self.dirty.set(false);
        self.owed.set(false);
        if let Some(waker) = self.flushed.borrow_mut().take() {
            waker.wake();
        }
    }

    /// hyper answers a head that it cannot read by itself, without a body.
    fn is_own_answer(&self) -> bool {
        !self.busy() && !self.dirty.get() && !self.owed.get()
    }
}

/// A client's stream with its [`TapState`].
#[derive(Debug)]
pub(super) struct Tap {
    stream: ClientStream,
    state: Rc<TapState>,
}

impl Tap {
    /// Wraps a fresh connection.
    pub(super) fn new(stream: ClientStream) -> (Self, Rc<TapState>) {
        let state = Rc::new(TapState::new());
        (Self { stream, state: Rc::clone(&state) }, state)
    }

    /// The stream itself, once hyper is done with it.
    pub(super) fn into_stream(self) -> ClientStream {
        self.stream
    }

    /// Whether a write must not reach the client; notes what it was.
    fn swallows(&self, bytes: &[u8]) -> bool {
        if self.state.muted.get() || self.state.own_answer.get().is_some() {
            return true;
        }
        if self.state.is_own_answer() {
            self.state.own_answer.set(Some(status(bytes)));
            return true;
        }
        self.state.dirty.set(true);
        false
    }
}

/// The status in a status line, 400 if there is none.
fn status(bytes: &[u8]) -> u16 {
    let digits = bytes.get(9..12).and_then(|d| std::str::from_utf8(d).ok());
    digits.and_then(|d| d.parse().ok()).unwrap_or(400)
}

impl AsyncRead for Tap {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let result = Pin::new(&mut self.stream).poll_read(cx, buf);
        self.state.saw(buf.filled().get(before..).unwrap_or_default());
        result
    }
}

impl AsyncWrite for Tap {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        if self.swallows(buf) {
            return Poll::Ready(Ok(buf.len()));
        }
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.swallows(bufs.first().map_or(&[], |b| b)) {
            return Poll::Ready(Ok(bufs.iter().map(|b| b.len()).sum()));
        }
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = Pin::new(&mut self.stream).poll_flush(cx);
        if result.is_ready() {
            self.state.has_flushed();
        }
        result
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
