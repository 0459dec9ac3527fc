//! The body of an answer that is shown in part.

use super::Broken;
use super::cut::Cutter;
use super::judge::Viewer;
use crate::record::RequestId;
use bytes::Bytes;
use http_body::{Body, Frame};
use hyper::body::Incoming;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// How many pieces of an answer may show nothing before others have their turn.
const MAX_TURNS: usize = 64;

/// What the daemon sends, cut to what is shown.
#[derive(Debug)]
pub(crate) struct Shaped {
    body: Incoming,
    cutter: Cutter,
    viewer: Viewer,
    id: RequestId,
    /// The first piece, which was made before the head was sent.
    early: Option<Bytes>,
    ended: bool,
}

impl Shaped {
    pub(super) fn new(body: Incoming, cutter: Cutter, viewer: Viewer, id: RequestId) -> Self {
        Self { body, cutter, viewer, id, early: None, ended: false }
    }

    /// Makes the first piece.
    pub(super) async fn begin(&mut self) -> Result<(), Broken> {
        self.early = poll_fn(|cx| self.poll_piece(cx)).await.transpose()?;
        Ok(())
    }

    /// The next piece that is shown; a failure is logged here.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        if let Some(early) = self.early.take() {
            return Poll::Ready(Some(Ok(Frame::data(early))));
        }
        let piece = ready!(self.poll_piece(cx));
        if let Some(Err(broken)) = &piece {
            tracing::error!(id = %self.id, "{broken}");
        }
        Poll::Ready(piece.map(|piece| piece.map(Frame::data)))
    }

    /// Whether all of it was handed over.
    pub(crate) fn is_over(&self) -> bool {
        self.ended && self.early.is_none()
    }

    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Broken>>> {
        let mut out = Vec::new();
        for _ in 0..MAX_TURNS {
            if self.ended {
                return Poll::Ready(None);
            }
            let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
            if let Err(broken) = self.take(frame, &mut out) {
                self.ended = true;
                return Poll::Ready(Some(Err(broken)));
            }
            if !out.is_empty() {
                return Poll::Ready(Some(Ok(out.into())));
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    fn take(&mut self, frame: Option<Result<Frame<Bytes>, hyper::Error>>, out: &mut Vec<u8>) -> Result<(), Broken> {
        match frame {
            Some(Ok(frame)) => frame.data_ref().map_or(Ok(()), |data| self.cutter.feed(data, out, &mut self.viewer)),
            Some(Err(error)) => Err(Broken::Daemon(error)),
            None if self.cutter.may_end() => {
                self.ended = true;
                Ok(())
            }
            None => Err(Broken::Ended),
        }
    }
}
