//! The IO below hyper's server: sees when a head begins, replaces the bare
//! answers that hyper makes by itself, and lets a hijack take the stream over.

use super::gone::Watch;
use super::stream::ClientStream;
use std::cell::{Cell, RefCell};
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// How a head ends, and a body in chunks.
const HEAD_END: [u8; 4] = *b"\r\n\r\n";

/// What is known of the bytes of one connection.
#[derive(Debug)]
pub(super) struct TapState {
    stream: RefCell<Option<ClientStream>>,
    vectored: bool,
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
    /// Since when the client takes nothing of what is written.
    stuck_since: Cell<Option<Instant>>,
    /// When the last answer ended, or the connection began.
    idle_since: Cell<Instant>,
    /// When the head that is being read began.
    head_since: Cell<Option<Instant>>,
    /// The last bytes that came.
    tail: Cell<[u8; 4]>,
    /// The status of an answer that hyper made by itself.
    own_answer: Cell<Option<u16>>,
}

impl TapState {
    fn new(stream: ClientStream) -> Self {
        let vectored = stream.is_write_vectored();
        Self {
            stream: RefCell::new(Some(stream)),
            vectored,
            muted: Cell::new(false),
            dirty: Cell::new(false),
            flushed: RefCell::new(None),
            open: Cell::new(0),
            owed: Cell::new(false),
            stuck_since: Cell::new(None),
            idle_since: Cell::new(Instant::now()),
            head_since: Cell::new(Some(Instant::now())),
            tail: Cell::new([0; 4]),
            own_answer: Cell::new(None),
        }
    }

    /// A watch for the client's going away; it takes a descriptor of its own.
    ///
    /// # Errors
    /// No descriptor is left.
    pub(super) fn watch(&self) -> io::Result<Watch> {
        self.stream.borrow().as_ref().map_or(Err(io::ErrorKind::NotConnected.into()), Watch::new)
    }

    /// Whether an end of the client's bytes can be told from a vanished client.
    pub(super) fn knows_half_close(&self) -> bool {
        self.stream.borrow().as_ref().is_some_and(ClientStream::knows_half_close)
    }

    /// The stream itself, once hyper is done with it.
    pub(super) fn take_stream(&self) -> Option<ClientStream> {
        self.stream.borrow_mut().take()
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
        self.idle_since.set(Instant::now());
        // Perhaps a body's end, perhaps the begin of a head that hyper holds already.
        if self.tail.get() != HEAD_END {
            self.head_since.set(Some(Instant::now()));
        }
    }

    /// Whether a request is under way.
    pub(super) fn busy(&self) -> bool {
        self.open.get() > 0
    }

    /// Whether an answer is complete but not all of it may have been written.
    pub(super) fn owes(&self) -> bool {
        self.owed.get() && !self.muted.get()
    }

    /// Whether the client has taken nothing for so long of an answer that is complete.
    pub(super) fn is_stuck(&self, patience: Duration) -> bool {
        self.owes() && self.stuck_since.get().is_some_and(|since| since.elapsed() > patience)
    }

    fn wrote(&self, written: &Poll<io::Result<usize>>) {
        let since = self.stuck_since.get().unwrap_or_else(Instant::now);
        self.stuck_since.set(written.is_pending().then_some(since));
    }

    /// For how long the connection has had no request, if it has none.
    pub(super) fn idle(&self) -> Option<Duration> {
        (!self.busy()).then(|| self.idle_since.get().elapsed())
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
        if bytes.is_empty() {
            return;
        }
        self.tail.set(last_four(self.tail.get(), bytes));
        if !self.busy() && self.head_since.get().is_none() {
            self.head_since.set(Some(Instant::now()));
        }
    }

    fn has_flushed(&self) {
        self.dirty.set(false);
        if self.owed.take() {
            // A slow reader of the last answer has not begun to idle before its end.
            self.idle_since.set(Instant::now());
            self.head_since.set(self.head_since.get().map(|_| Instant::now()));
        }
        if let Some(waker) = self.flushed.borrow_mut().take() {
            waker.wake();
        }
    }

    /// hyper answers a head that it cannot read by itself, without a body.
    fn is_own_answer(&self) -> bool {
        !self.busy() && !self.dirty.get() && !self.owed.get()
    }
}

/// The last four of all bytes, of which these came last.
fn last_four(before: [u8; 4], bytes: &[u8]) -> [u8; 4] {
    let last = bytes.iter().skip(bytes.len().saturating_sub(4));
    last.fold(before, |[_, b, c, d], byte| [b, c, d, *byte])
}

/// What hyper reads and writes: the stream inside a [`TapState`].
#[derive(Debug)]
pub(super) struct Tap {
    state: Rc<TapState>,
}

impl Tap {
    /// Wraps a fresh connection.
    pub(super) fn new(stream: ClientStream) -> (Self, Rc<TapState>) {
        let state = Rc::new(TapState::new(stream));
        (Self { state: Rc::clone(&state) }, state)
    }

    /// Does something with the stream, which is there for as long as hyper is.
    fn with<T>(&self, io: impl FnOnce(Pin<&mut ClientStream>) -> Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        match self.state.stream.borrow_mut().as_mut() {
            Some(stream) => io(Pin::new(stream)),
            None => Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
        }
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
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let result = self.with(|stream| stream.poll_read(cx, buf));
        self.state.saw(buf.filled().get(before..).unwrap_or_default());
        result
    }
}

impl AsyncWrite for Tap {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        if self.swallows(buf) {
            return Poll::Ready(Ok(buf.len()));
        }
        let written = self.with(|stream| stream.poll_write(cx, buf));
        self.state.wrote(&written);
        written
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.swallows(bufs.first().map_or(&[], |b| b)) {
            return Poll::Ready(Ok(bufs.iter().map(|b| b.len()).sum()));
        }
        let written = self.with(|stream| stream.poll_write_vectored(cx, bufs));
        self.state.wrote(&written);
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.state.vectored
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = self.with(|stream| stream.poll_flush(cx));
        if result.is_ready() {
            self.state.has_flushed();
        }
        result
    }

    /// hyper flushes before it shuts down; the shutdown itself is `linger`'s, or a tunnel's.
    fn poll_shutdown(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
