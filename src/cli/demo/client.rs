//! A client of a few lines: one request, one connection.

use super::requests::Telling;
use serde_json::Value;
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

/// The most that is read of an answer.
const MAX_ANSWER: u64 = 64 << 10;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    /// The status, 0 if there was no answer.
    pub(super) status: u16,
    /// The `message` of an error, or why there was no answer.
    pub(super) message: String,
}

impl Answer {
    /// Whether the gate answered, and not Docker.
    pub(super) fn is_ours(&self) -> bool {
        self.message.starts_with("dockgate: ") || self.message.starts_with("client version ")
    }
}

/// Sends a request and reads the answer.
pub(super) fn send(socket: &Path, request: &Telling) -> Answer {
    exchange(socket, request).unwrap_or_else(|error| Answer { status: 0, message: error.to_string() })
}

fn exchange(socket: &Path, request: &Telling) -> io::Result<Answer> {
    let mut stream = UnixStream::connect(socket)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let Telling { head, headers, body, .. } = request;
    let length = body.len();
    write!(
        stream,
        "{head} HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
    )?;
    let mut bytes = Vec::new();
    stream.take(MAX_ANSWER).read_to_end(&mut bytes)?;
    Ok(read(&String::from_utf8_lossy(&bytes)))
}

fn read(text: &str) -> Answer {
    let status = text.get(9..12).and_then(|digits| digits.parse().ok()).unwrap_or(0);
    let body = text.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    let json = body.find('{').and_then(|at| body.get(at..)).unwrap_or_default().trim_end();
    let message = serde_json::from_str::<Value>(json).ok();
    let message = message.and_then(|value| value.get("message")?.as_str().map(str::to_owned));
    Answer { status, message: message.unwrap_or_default() }
}
