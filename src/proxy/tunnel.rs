//! Raw streams both ways: half-close passed on, the daemon's end final, no
//! buffer held while a stream is idle.

use super::exchange::Exchange;
use super::gone::Watch;
use super::limits::{LINGER_BYTES, LINGER_TIME, MAX_BUFFER};
use super::stream::ClientStream;
use crate::record::How;
use std::cell::RefCell;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};

/// Reads in one turn of one direction; then other streams have theirs.
const TURNS: usize = 16;

thread_local! {
    /// What one thread reads into; a stream keeps only what could not be written at once.
    static SCRATCH: RefCell<Vec<u8>> = RefCell::new(vec![0; MAX_BUFFER]);
}

/// The side of a direction that failed.
#[derive(Clone, Copy, Debug)]
enum Side {
    From,
    To,
}

/// One direction of a tunnel.
#[derive(Debug, Default)]
struct Pump {
    waiting: Vec<u8>,
    written: usize,
    ended: bool,
}

impl Pump {
    /// Bytes that were read already.
    fn with(waiting: Vec<u8>) -> Self {
        Self { waiting, ..Self::default() }
    }

    /// Moves bytes until the source ends and all is flushed.
    fn poll<R, W>(
        &mut self,
        cx: &mut Context<'_>,
        from: &mut R,
        to: &mut W,
        count: &impl Fn(usize),
    ) -> Poll<Result<(), Side>>
    where
        R: AsyncRead + Unpin,
        W: AsyncWrite + Unpin,
    {
        for _ in 0..TURNS {
            ready!(self.poll_drain(cx, to, count)).map_err(|_| Side::To)?;
            if self.ended {
                return Pin::new(&mut *to).poll_flush(cx).map_err(|_| Side::To);
            }
            if self.poll_fill(cx, from).map_err(|_| Side::From)?.is_pending() {
                ready!(Pin::new(&mut *to).poll_flush(cx)).map_err(|_| Side::To)?;
                return Poll::Pending;
            }
            self.poll_at_once(cx, to, count).map_err(|_| Side::To)?;
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// Reads into the thread's scratch; what came is in `waiting` only if it must wait.
    fn poll_fill<R: AsyncRead + Unpin>(&mut self, cx: &mut Context<'_>, from: &mut R) -> io::Result<Poll<()>> {
        SCRATCH.with_borrow_mut(|scratch| {
            let mut buf = ReadBuf::new(scratch);
            match Pin::new(from).poll_read(cx, &mut buf) {
                Poll::Pending => return Ok(Poll::Pending),
                Poll::Ready(result) => result?,
            }
            self.ended = buf.filled().is_empty();
            self.waiting.extend_from_slice(buf.filled());
            Ok(Poll::Ready(()))
        })
    }

    fn poll_at_once<W: AsyncWrite + Unpin>(
        &mut self,
        cx: &mut Context<'_>,
        to: &mut W,
        count: &impl Fn(usize),
    ) -> io::Result<()> {
        match self.poll_drain(cx, to, count) {
            Poll::Ready(result) => result,
            Poll::Pending => Ok(()),
        }
    }

    fn poll_drain<W: AsyncWrite + Unpin>(
        &mut self,
        cx: &mut Context<'_>,
        to: &mut W,
        count: &impl Fn(usize),
    ) -> Poll<io::Result<()>> {
        while let Some(rest) = self.waiting.get(self.written..).filter(|rest| !rest.is_empty()) {
            let written = ready!(Pin::new(&mut *to).poll_write(cx, rest))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            count(written);
            self.written += written;
        }
        // Idle streams hold nothing.
        self.waiting = Vec::new();
        self.written = 0;
        Poll::Ready(Ok(()))
    }
}

/// Relays until the daemon ends the stream or the client is gone.
///
/// `early` is what the client sent behind its request; it was held back until
/// the daemon had switched.
pub(super) async fn relay<U>(mut client: ClientStream, mut daemon: U, early: Vec<u8>, exchange: Rc<Exchange>)
where
    U: AsyncRead + AsyncWrite + Unpin,
{
    let mut tunnel = Tunnel::new(&client, early);
    let how = poll_fn(|cx| tunnel.poll(cx, &mut client, &mut daemon, &exchange)).await;
    exchange.finish(how);
    drop((daemon, exchange));
    if how == How::Complete {
        linger(client).await;
    }
}

/// The state of both directions, and two ways to see that the client is gone.
struct Tunnel {
    upward: Option<Pump>,
    downward: Pump,
    half_closing: bool,
    closed: Pin<Box<dyn Future<Output = ()>>>,
    closed_after_end: Pin<Box<dyn Future<Output = ()>>>,
}

impl Tunnel {
    fn new(client: &ClientStream, early: Vec<u8>) -> Self {
        Self {
            upward: Some(Pump::with(early)),
            downward: Pump::default(),
            half_closing: false,
            closed: Box::pin(long_closed(Watch::new(client).ok())),
            closed_after_end: Box::pin(closed_after_end(Watch::new(client).ok())),
        }
    }

    fn poll<U>(
        &mut self,
        cx: &mut Context<'_>,
        client: &mut ClientStream,
        daemon: &mut U,
        exchange: &Exchange,
    ) -> Poll<How>
    where
        U: AsyncRead + AsyncWrite + Unpin,
    {
        if let Poll::Ready(ended) = self.downward.poll(cx, daemon, client, &|n| exchange.down(n)) {
            return Poll::Ready(match ended {
                Ok(()) => How::Complete,
                Err(Side::From) => How::DaemonGone,
                Err(Side::To) => How::ClientGone,
            });
        }
        if self.poll_upward(cx, client, daemon, exchange).is_ready() {
            return Poll::Ready(How::ClientGone);
        }
        if self.half_closing && Pin::new(daemon).poll_shutdown(cx).is_ready() {
            self.half_closing = false;
        }
        let ended = self.upward.is_none() && self.closed_after_end.as_mut().poll(cx).is_ready();
        if ended || self.closed.as_mut().poll(cx).is_ready() {
            return Poll::Ready(How::ClientGone);
        }
        Poll::Pending
    }

    /// Ready once the client has failed; its mere end is passed on as a half-close.
    fn poll_upward<U>(
        &mut self,
        cx: &mut Context<'_>,
        client: &mut ClientStream,
        daemon: &mut U,
        exchange: &Exchange,
    ) -> Poll<()>
    where
        U: AsyncRead + AsyncWrite + Unpin,
    {
        let Some(pump) = &mut self.upward else { return Poll::Pending };
        match ready!(pump.poll(cx, client, daemon, &|n| exchange.up(n))) {
            Ok(()) => {
                self.upward = None;
                self.half_closing = true;
                Poll::Pending
            }
            // The daemon may still have something to say.
            Err(Side::To) => {
                self.upward = None;
                Poll::Pending
            }
            Err(Side::From) => Poll::Ready(()),
        }
    }
}

/// A client that has closed both ways may have left bytes that still flow up;
/// it is given up when they do not for a while.
async fn long_closed(watch: Option<Watch>) {
    match watch {
        Some(watch) => watch.closed().await,
        None => std::future::pending().await,
    }
    tokio::time::sleep(LINGER_TIME).await;
}

async fn closed_after_end(watch: Option<Watch>) {
    match watch {
        Some(watch) => watch.closed_after_end().await,
        None => std::future::pending().await,
    }
}

/// Ends our side, then reads and drops what the client still sends for a
/// while: closing at once would reset the connection under the answer.
pub(super) async fn linger(mut client: ClientStream) {
    let discard = async {
        let mut scratch = [0; 8 << 10];
        let mut left = LINGER_BYTES;
        client.shutdown().await?;
        while left > 0 {
            match client.read(&mut scratch).await? {
                0 => break,
                n => left = left.saturating_sub(n as u64),
            }
        }
        io::Result::Ok(())
    };
    let _ = tokio::time::timeout(LINGER_TIME, discard).await;
}
