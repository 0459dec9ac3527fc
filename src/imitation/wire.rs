//! The bytes of a connection: one request after another, and the stream that one of them may open.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::task::yield_now;
use tokio::time::sleep;

use super::head::{Framing, Head, field};
use super::recorded::find;

/// The longest request head.
pub const HEAD_LIMIT: usize = 1 << 20;
/// The longest line that tells a chunk's size or a trailer.
pub const LINE_LIMIT: usize = 16 << 10;
/// The most trailers.
pub const TRAILER_LIMIT: usize = 100;
/// How much is read at once.
pub const READ_SIZE: usize = 32 << 10;

/// What a connection began to say.
#[derive(Debug)]
pub(super) enum Start {
    /// These bytes are no request head.
    Bad(Vec<u8>),
    /// The peer went in the middle of a head.
    Cut(Vec<u8>),
    /// The peer had nothing more to ask.
    End,
    /// A head, as it came and as it was understood.
    Head(Vec<u8>, Head),
}

/// Why a body was not read to its end.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Short {
    /// Its framing is out of order.
    Bad,
    /// The peer went away.
    Cut,
    /// As much was read as was wanted.
    Enough,
}

/// Where the body goes, and how much of it is wanted.
pub(super) struct Sink<'a> {
    pub(super) room: u64,
    pub(super) put: &'a mut (dyn FnMut(&[u8]) + Send),
}

/// A connection with the bytes that were read ahead.
pub(super) struct Wire {
    stream: UnixStream,
    held: Vec<u8>,
}

impl Wire {
    pub(super) fn new(stream: UnixStream) -> Wire {
        let held = Vec::new();
        Wire { stream, held }
    }

    /// Reads the next request head.
    pub(super) async fn head(&mut self) -> io::Result<Start> {
        loop {
            if let Some(at) = find(&self.held, b"\r\n\r\n") {
                let raw = self.take(at + 4);
                return Ok(match Head::parse(&raw) {
                    Some(head) => Start::Head(raw, head),
                    None => Start::Bad(raw),
                });
            }
            if self.held.len() > HEAD_LIMIT || has_bare_line_feed(&self.held) {
                return Ok(Start::Bad(self.take(HEAD_LIMIT)));
            }
            if self.fill().await? == 0 {
                let rest = self.take(HEAD_LIMIT);
                return Ok(if rest.is_empty() { Start::End } else { Start::Cut(rest) });
            }
        }
    }

    /// Reads a body into the sink and returns its trailers.
    pub(super) async fn body(&mut self, framing: Framing, mut sink: Sink<'_>) -> Result<Vec<(String, String)>, Short> {
        if let Framing::Length(length) = framing {
            self.exactly(length, &mut sink).await?;
            return Ok(Vec::new());
        }
        while let Some(size) = chunk_size(&self.line().await?)? {
            self.exactly(size, &mut sink).await?;
            if !self.line().await?.is_empty() {
                return Err(Short::Bad);
            }
        }
        self.trailers().await
    }

    /// Writes all of these bytes.
    pub(super) async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await
    }

    /// Says that nothing more will be sent.
    pub(super) async fn finish(&mut self) -> io::Result<()> {
        self.stream.shutdown().await
    }

    /// The next bytes of an opened stream; empty at its end.
    pub(super) async fn piece(&mut self) -> io::Result<Vec<u8>> {
        if self.held.is_empty() {
            self.fill().await?;
        }
        Ok(self.take(READ_SIZE))
    }

    /// Throws away what has already come, and says how much that was.
    pub(super) async fn discard(&mut self) -> u64 {
        yield_now().await; // what has arrived is only seen after a turn of the runtime
        let mut lost = 0;
        loop {
            lost += self.held.len() as u64;
            self.held.clear();
            self.held.reserve(READ_SIZE);
            match self.stream.try_read_buf(&mut self.held) {
                Ok(1..) => {}
                _ => return lost,
            }
        }
    }

    /// Waits; false if the peer went away in the meantime.
    pub(super) async fn wait(&mut self, time: Duration) -> bool {
        let end = sleep(time);
        tokio::pin!(end);
        loop {
            tokio::select! {
                () = &mut end => return true,
                read = self.fill(), if self.held.len() <= HEAD_LIMIT => {
                    if !matches!(read, Ok(1..)) {
                        return false;
                    }
                }
            }
        }
    }

    async fn exactly(&mut self, mut left: u64, sink: &mut Sink<'_>) -> Result<(), Short> {
        while left > 0 {
            if sink.room == 0 {
                return Err(Short::Enough);
            }
            self.need().await?;
            let size = left.min(sink.room).min(self.held.len() as u64);
            let piece = self.take(usize::try_from(size).unwrap_or(READ_SIZE));
            (sink.put)(&piece);
            left -= piece.len() as u64;
            sink.room -= piece.len() as u64;
        }
        Ok(())
    }

    async fn trailers(&mut self) -> Result<Vec<(String, String)>, Short> {
        let mut fields = Vec::new();
        loop {
            let line = self.line().await?;
            if line.is_empty() {
                return Ok(fields);
            }
            if fields.len() == TRAILER_LIMIT {
                return Err(Short::Bad);
            }
            fields.push(field(&line).ok_or(Short::Bad)?);
        }
    }

    async fn line(&mut self) -> Result<String, Short> {
        loop {
            if let Some(at) = find(&self.held, b"\r\n") {
                let line = self.take(at);
                self.take(2);
                return String::from_utf8(line).map_err(|_| Short::Bad);
            }
            if self.held.len() > LINE_LIMIT || has_bare_line_feed(&self.held) {
                return Err(Short::Bad);
            }
            self.more().await?;
        }
    }

    async fn need(&mut self) -> Result<(), Short> {
        if self.held.is_empty() {
            return self.more().await;
        }
        Ok(())
    }

    async fn more(&mut self) -> Result<(), Short> {
        match self.fill().await {
            Ok(1..) => Ok(()),
            _ => Err(Short::Cut),
        }
    }

    async fn fill(&mut self) -> io::Result<usize> {
        self.held.reserve(READ_SIZE);
        self.stream.read_buf(&mut self.held).await
    }

    fn take(&mut self, size: usize) -> Vec<u8> {
        self.held.drain(..size.min(self.held.len())).collect()
    }
}

/// The size of the next chunk, `None` for the last one. Extensions are out of order here: no client of ours sends any.
fn chunk_size(line: &str) -> Result<Option<u64>, Short> {
    let plain = !line.is_empty() && line.bytes().all(|b| b.is_ascii_hexdigit());
    let size = plain.then(|| u64::from_str_radix(line, 16).ok()).flatten();
    size.ok_or(Short::Bad).map(|size| (size > 0).then_some(size))
}

fn has_bare_line_feed(bytes: &[u8]) -> bool {
    let pairs = bytes.iter().zip(bytes.iter().skip(1));
    bytes.first() == Some(&b'\n') || pairs.into_iter().any(|(before, after)| *before != b'\r' && *after == b'\n')
}
