//! A live dockerd to compare with: `DOCKGATE_TEST_DOCKER=/run/docker.sock`.

use crate::http::{Answer, exchange, send};
use std::io::{ErrorKind, Write};
use std::path::PathBuf;

pub(crate) struct Docker {
    pub(crate) socket: PathBuf,
    /// The API version that the daemon speaks, `1.minor`.
    pub(crate) minor: u16,
}

impl Docker {
    /// The daemon to compare with; without one the test is skipped, but never in CI.
    pub(crate) fn connect(test: &str) -> Option<Self> {
        let Ok(socket) = std::env::var("DOCKGATE_TEST_DOCKER") else {
            assert!(std::env::var_os("CI").is_none(), "DOCKGATE_TEST_DOCKER is not set");
            // Past the test harness, which keeps what passing tests print.
            let line = format!("SKIP: {test}: DOCKGATE_TEST_DOCKER is not set\n");
            std::io::stderr().write_all(line.as_bytes()).unwrap();
            return None;
        };
        let socket = PathBuf::from(socket.trim_start_matches("unix://"));
        let version = send(&socket, "GET", "/version", "").expect("a daemon that answers");
        let minor = version.body.split("\"ApiVersion\":\"1.").nth(1).and_then(|rest| rest.split('"').next());
        let minor = minor.unwrap_or_else(|| panic!("no API version: {version:?}"));
        Some(Self { minor: minor.parse().unwrap(), socket })
    }

    pub(crate) fn send(&self, method: &str, target: &str, body: &str) -> Answer {
        send(&self.socket, method, target, body).unwrap_or_else(|e| panic!("{method} {target}: {e}"))
    }

    /// As a client sends JSON; HTTP/1.0, so that the answer comes in one piece. No answer at
    /// all is one, too: some bodies make a handler of dockerd panic.
    pub(crate) fn json(&self, method: &str, target: &str, body: impl AsRef<[u8]>) -> Answer {
        let types: &[&str] = if body.as_ref().is_empty() { &[] } else { &["application/json"] };
        self.typed(method, target, types, body)
    }

    /// The same, of other content types.
    pub(crate) fn typed(&self, method: &str, target: &str, types: &[&str], body: impl AsRef<[u8]>) -> Answer {
        let body = body.as_ref();
        let length = body.len();
        let types: String = types.iter().map(|media| format!("Content-Type: {media}\r\n")).collect();
        let head = format!("{method} {target} HTTP/1.0\r\nHost: docker\r\n{types}Content-Length: {length}\r\n\r\n");
        match exchange(&self.socket, [head.as_bytes(), body].concat()) {
            Err(error) if error.kind() == ErrorKind::InvalidData => Answer { status: 599, body: "no answer".into() },
            answer => answer.unwrap_or_else(|e| panic!("{method} {target}: {e}")),
        }
    }
}
