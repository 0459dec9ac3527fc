//! Answers that have no end of their own, or a very distant one.

use std::io;

use super::Shared;
use super::wire::Wire;

/// The period of the bytes of a big body: a prime, so that a lost or doubled piece shows.
const PERIOD: u8 = 251;
/// The periods in one piece of a big body, which is then about as long as those that dockerd sends.
const PERIODS: usize = 128;
/// The stream that a frame belongs to: standard output.
const STDOUT: u8 = 1;

/// The byte of a big body at this place.
pub fn big_byte(at: u64) -> u8 {
    u8::try_from(at % u64::from(PERIOD)).unwrap_or_default()
}

/// A connection on which an answer is being streamed.
pub(super) struct Opened<'a> {
    pub(super) wire: &'a mut Wire,
    pub(super) shared: &'a Shared,
    pub(super) number: u64,
}

impl Opened<'_> {
    /// Sends back what comes, in frames, until the client's half of the stream has ended.
    pub(super) async fn echo(&mut self, head: &[u8]) -> io::Result<()> {
        self.wire.send(head).await?;
        loop {
            let piece = self.next().await?;
            if piece.is_empty() {
                return self.wire.finish().await;
            }
            self.wire.send(&frame(&piece)).await?;
        }
    }

    /// Sends the answer and stays until the client goes, which is the only end there is.
    pub(super) async fn hold(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.wire.send(bytes).await?;
        while !self.next().await?.is_empty() {}
        Err(io::ErrorKind::UnexpectedEof.into())
    }

    /// Sends a chunked body of so many bytes.
    pub(super) async fn big(&mut self, head: &[u8], length: u64) -> io::Result<()> {
        self.wire.send(head).await?;
        let piece: Vec<u8> = (0..PERIOD).cycle().take(PERIODS * usize::from(PERIOD)).collect();
        let mut left = length;
        while left > 0 {
            let size = piece.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            let part = piece.get(..size).unwrap_or_default();
            self.wire.send(&chunk(part)).await?;
            left -= size as u64;
        }
        self.wire.send(b"0\r\n\r\n").await
    }

    async fn next(&mut self) -> io::Result<Vec<u8>> {
        let piece = self.wire.piece().await?;
        self.shared.update(self.number, |entry| entry.streamed += piece.len() as u64);
        Ok(piece)
    }
}

/// A piece of output under the eight bytes that tell its stream and its length.
fn frame(piece: &[u8]) -> Vec<u8> {
    let length = u32::try_from(piece.len()).unwrap_or(u32::MAX);
    let mut bytes = vec![STDOUT, 0, 0, 0];
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes.extend_from_slice(piece);
    bytes
}

fn chunk(piece: &[u8]) -> Vec<u8> {
    let mut bytes = format!("{:x}\r\n", piece.len()).into_bytes();
    bytes.extend_from_slice(piece);
    bytes.extend_from_slice(b"\r\n");
    bytes
}
