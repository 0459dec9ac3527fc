//! HTTP/1.1 as far as both ends need it: heads are read line by line, bodies are counted and dropped.

use std::{
    io::{self, ErrorKind::UnexpectedEof},
    path::Path,
    str,
};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::UnixStream,
};

/// Large enough to take a body in few reads, small enough for malloc to reuse between connections.
const READ_BUFFER: usize = 64 * 1024;

/// What one chunk of a stream carries: the size in which Docker copies.
const CHUNK: usize = 32 * 1024;

/// One connection, at either end.
pub struct Wire {
    stream: BufReader<UnixStream>,
    line: Vec<u8>,
}

/// The head of a request or of a response.
pub struct Head {
    pub first_line: String,
    pub body: Body,
}

/// How the body that follows a head is delimited.
#[derive(Clone, Copy)]
pub enum Body {
    Chunked,
    Length(usize),
}

impl Wire {
    pub fn new(stream: UnixStream) -> Self {
        Self { stream: BufReader::with_capacity(READ_BUFFER, stream), line: Vec::new() }
    }

    pub async fn connect(socket: &Path) -> io::Result<Self> {
        UnixStream::connect(socket).await.map(Self::new)
    }

    pub async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await
    }

    /// Sends a chunked body of `left` bytes.
    pub async fn send_chunks(&mut self, mut left: usize) -> io::Result<()> {
        let full = chunk(CHUNK);
        while left >= CHUNK {
            self.send(&full).await?;
            left -= CHUNK;
        }
        if left > 0 {
            self.send(&chunk(left)).await?;
        }
        self.send(b"0\r\n\r\n").await
    }

    /// The next head, or nothing when the other side is done.
    pub async fn head(&mut self) -> io::Result<Option<Head>> {
        let Some(first) = self.line().await? else {
            return Ok(None);
        };
        let first_line = first.to_owned();
        let mut body = Body::Length(0);
        loop {
            let header = self.line().await?.ok_or(UnexpectedEof)?;
            if header.is_empty() {
                return Ok(Some(Head { first_line, body }));
            }
            body = Body::announced(header)?.unwrap_or(body);
        }
    }

    /// Reads a body and drops it; how long it was.
    pub async fn skip(&mut self, body: Body) -> io::Result<usize> {
        match body {
            Body::Chunked => self.skip_chunks().await,
            Body::Length(length) => self.skip_bytes(length).await.map(|()| length),
        }
    }

    async fn skip_chunks(&mut self) -> io::Result<usize> {
        let mut total = 0;
        loop {
            let size = chunk_size(self.line().await?.ok_or(UnexpectedEof)?)?;
            if size == 0 {
                return self.skip_trailers().await.map(|()| total);
            }
            self.skip_bytes(size + "\r\n".len()).await?;
            total += size;
        }
    }

    async fn skip_trailers(&mut self) -> io::Result<()> {
        while !self.line().await?.ok_or(UnexpectedEof)?.is_empty() {}
        Ok(())
    }

    async fn skip_bytes(&mut self, mut left: usize) -> io::Result<()> {
        while left > 0 {
            let taken = self.stream.fill_buf().await?.len().min(left);
            if taken == 0 {
                return Err(UnexpectedEof.into());
            }
            self.stream.consume(taken);
            left -= taken;
        }
        Ok(())
    }

    async fn line(&mut self) -> io::Result<Option<&str>> {
        self.line.clear();
        if self.stream.read_until(b'\n', &mut self.line).await? == 0 {
            return Ok(None);
        }
        let line = str::from_utf8(&self.line).map_err(io::Error::other)?;
        Ok(Some(line.trim_end()))
    }
}

impl Body {
    fn announced(header: &str) -> io::Result<Option<Self>> {
        let Some((name, value)) = header.split_once(':') else {
            return Ok(None);
        };
        if name.eq_ignore_ascii_case("transfer-encoding") {
            return Ok(Some(Self::Chunked));
        }
        if !name.eq_ignore_ascii_case("content-length") {
            return Ok(None);
        }
        let length = value.trim().parse().map_err(io::Error::other)?;
        Ok(Some(Self::Length(length)))
    }
}

fn chunk(size: usize) -> Vec<u8> {
    let mut bytes = format!("{size:x}\r\n").into_bytes();
    bytes.resize(bytes.len() + size, b'x');
    bytes.extend(b"\r\n");
    bytes
}

fn chunk_size(line: &str) -> io::Result<usize> {
    usize::from_str_radix(line, 16).map_err(io::Error::other)
}
