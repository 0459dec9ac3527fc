//! The two bodies of an exchange: what goes up and what comes down.

use super::exchange::{Exchange, Open};
use super::shape::Shaped;
use super::upload::Held;
use super::upstream::Lease;
use crate::record::How;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

/// A request body on its way to Docker.
#[derive(Debug)]
pub(super) enum Upload {
    /// None.
    Empty,
    /// The gate's own.
    Own(Option<Bytes>),
    /// Judged and rebuilt, with its share of the memory for bodies.
    Full(Option<Bytes>, Option<Held>, Rc<Exchange>),
    /// Passed on as it comes.
    Stream(Incoming, Rc<Exchange>),
}

impl Body for Upload {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        match self.get_mut() {
            Self::Empty => Poll::Ready(None),
            Self::Own(bytes) => Poll::Ready(bytes.take().map(|b| Ok(Frame::data(b)))),
            Self::Full(bytes, held, exchange) => {
                exchange.upload_done();
                let bytes = bytes.take();
                *held = None;
                exchange.up(bytes.as_ref().map_or(0, Bytes::len));
                Poll::Ready(bytes.map(|b| Ok(Frame::data(b))))
            }
            Self::Stream(body, exchange) => {
                let frame = ready!(Pin::new(body).poll_frame(cx));
                match &frame {
                    Some(Ok(frame)) => exchange.up(frame.data_ref().map_or(0, Bytes::len)),
                    Some(Err(_)) => exchange.finish(How::ClientGone),
                    None => exchange.upload_done(),
                }
                Poll::Ready(frame)
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Own(bytes) | Self::Full(bytes, ..) => bytes.is_none(),
            Self::Stream(body, exchange) => {
                let end = body.is_end_stream();
                if end {
                    exchange.upload_done();
                }
                end
            }
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Empty => SizeHint::with_exact(0),
            Self::Own(bytes) | Self::Full(bytes, ..) => {
                SizeHint::with_exact(bytes.as_ref().map_or(0, |b| b.len() as u64))
            }
            Self::Stream(body, _) => body.size_hint(),
        }
    }
}

/// Whatever ends an answer before its end.
type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// An answer on its way to the client.
#[derive(Debug)]
pub(super) struct Answer {
    source: Source,
    exchange: Rc<Exchange>,
    /// Dropped after `source`, with the last byte handed to hyper.
    _open: Open,
}

#[derive(Debug)]
enum Source {
    /// A stream follows that has its own end.
    Nothing,
    Full(Option<Bytes>),
    Daemon(Incoming, Lease),
    /// What of it is shown.
    Shaped(Box<Shaped>, Lease),
}

impl Answer {
    /// An answer of our own.
    pub(super) fn full(bytes: Bytes, exchange: Rc<Exchange>, open: Open) -> Self {
        Self { source: Source::Full((!bytes.is_empty()).then_some(bytes)), exchange, _open: open }
    }

    /// No answer: the client's stream is taken over, and ends with the tunnel.
    pub(super) fn nothing(exchange: Rc<Exchange>, open: Open) -> Self {
        Self { source: Source::Nothing, exchange, _open: open }
    }

    /// The daemon's answer, with the connection that it comes on.
    pub(super) fn stream(body: Incoming, lease: Lease, exchange: Rc<Exchange>, open: Open) -> Self {
        let mut answer = Self { source: Source::Daemon(body, lease), exchange, _open: open };
        answer.settle();
        answer
    }

    /// What of the daemon's answer is shown.
    pub(super) fn shaped(shaped: Shaped, lease: Lease, exchange: Rc<Exchange>, open: Open) -> Self {
        Self { source: Source::Shaped(Box::new(shaped), lease), exchange, _open: open }
    }

    /// Once the daemon's last byte has come, its connection can serve others.
    fn settle(&mut self) {
        if let Source::Daemon(body, lease) = &mut self.source
            && body.is_end_stream()
        {
            lease.complete(self.exchange.is_uploaded());
        }
    }

    fn note(&mut self, frame: Option<&Result<Frame<Bytes>, BoxError>>) {
        match frame {
            Some(Ok(frame)) => {
                self.exchange.down(frame.data_ref().map_or(0, Bytes::len));
                self.settle();
            }
            Some(Err(_)) => self.exchange.finish(How::DaemonGone),
            None => {
                if let Source::Daemon(_, lease) | Source::Shaped(_, lease) = &mut self.source {
                    lease.complete(self.exchange.is_uploaded());
                }
                self.end();
            }
        }
        if self.is_end_stream() {
            self.end();
        }
    }

    fn end(&self) {
        if !matches!(self.source, Source::Nothing) {
            self.exchange.finish(How::Complete);
        }
    }
}

impl Body for Answer {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let frame = match &mut self.source {
            Source::Nothing => None,
            Source::Full(bytes) => bytes.take().map(|b| Ok(Frame::data(b))),
            Source::Daemon(body, _) => ready!(Pin::new(body).poll_frame(cx)).map(|frame| frame.map_err(Into::into)),
            Source::Shaped(shaped, _) => ready!(shaped.poll(cx)).map(|frame| frame.map_err(Into::into)),
        };
        self.note(frame.as_ref());
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        match &self.source {
            Source::Nothing => true,
            Source::Full(bytes) => bytes.is_none(),
            Source::Daemon(body, _) => body.is_end_stream(),
            Source::Shaped(shaped, _) => shaped.is_over(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.source {
            Source::Nothing => SizeHint::with_exact(0),
            Source::Full(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, |b| b.len() as u64)),
            Source::Daemon(body, _) => body.size_hint(),
            Source::Shaped(..) => SizeHint::default(),
        }
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        if self.is_end_stream() {
            self.end();
        }
    }
}
