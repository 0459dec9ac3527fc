//! A client that sends exactly what it is given: one request per connection.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

/// What came back.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

/// Sends one request and reads until the other side closes.
pub(crate) fn send(socket: &Path, method: &str, target: &str, plain_body: &str) -> io::Result<Answer> {
    let content = if plain_body.is_empty() { "" } else { "Content-Type: text/plain\r\n" };
    let length = plain_body.len();
    let request = format!(
        "{method} {target} HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n{content}Content-Length: {length}\r\n\r\n{plain_body}"
    );
    exchange(socket, request)
}

/// Sends these bytes and reads until the other side closes.
pub(crate) fn exchange(socket: &Path, request: impl AsRef<[u8]>) -> io::Result<Answer> {
    let mut stream = UnixStream::connect(socket)?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    stream.set_write_timeout(Some(Duration::from_secs(20)))?;
    // A server that refuses early may close before all is written: its answer is there all the same.
    let written = stream.write_all(request.as_ref());
    let bytes = read_all(&mut stream);
    parse(&String::from_utf8_lossy(&bytes)).ok_or_else(|| written.err().unwrap_or(io::ErrorKind::InvalidData.into()))
}

/// What comes before the end, or before a reset.
fn read_all(stream: &mut UnixStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(n @ 1..) = stream.read(&mut buffer) {
        bytes.extend(&buffer[..n]);
    }
    bytes
}

fn parse(text: &str) -> Option<Answer> {
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some(Answer { status, body: body.to_owned() })
}
