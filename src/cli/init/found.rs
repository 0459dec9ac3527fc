//! The containers that run, asked of Docker itself.

use crate::presets::{Preset, preset_of_image};
use serde::Deserialize;
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

/// The most that is read of Docker's answer.
const MAX_ANSWER: u64 = 32 << 20;

/// How long Docker may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Where Docker's socket is mounted from.
const SOCKETS: &[&str] = &["/var/run/docker.sock", "/run/docker.sock"];

/// A container that runs.
#[derive(Debug)]
pub(super) struct Container {
    pub(super) name: String,
    pub(super) image: String,
    /// Whether it has Docker's own socket.
    pub(super) has_socket: bool,
    /// The preset for what runs in it.
    pub(super) preset: Option<&'static Preset>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Listed {
    names: Vec<String>,
    image: String,
    #[serde(default)]
    mounts: Vec<Mount>,
}

#[derive(Deserialize)]
struct Mount {
    #[serde(rename = "Source", default)]
    source: String,
}

impl Container {
    /// Whether it uses Docker, or may.
    pub(super) fn concerns(&self) -> bool {
        self.has_socket || self.preset.is_some()
    }
}

/// The containers that run.
///
/// # Errors
/// Docker cannot be asked, or its answer cannot be read.
pub(super) fn running(upstream: &Path) -> Result<Vec<Container>, String> {
    let answer = ask(upstream).map_err(|error| format!("no Docker answers at {}: {error}", upstream.display()))?;
    let (head, body) = answer.split_once("\r\n\r\n").ok_or("Docker's answer cannot be read")?;
    if head.get(9..12) != Some("200") {
        return Err(format!("Docker does not list its containers: {}", head.lines().next().unwrap_or_default()));
    }
    let listed: Vec<Listed> =
        serde_json::from_str(body).map_err(|error| format!("Docker's list of containers cannot be read: {error}"))?;
    Ok(listed.into_iter().map(|one| container(one, upstream)).collect())
}

/// HTTP/1.0, so that the answer comes in one piece and the connection ends with it.
fn ask(upstream: &Path) -> io::Result<String> {
    let mut stream = UnixStream::connect(upstream)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(b"GET /containers/json HTTP/1.0\r\nHost: docker\r\n\r\n")?;
    let mut bytes = Vec::new();
    stream.take(MAX_ANSWER).read_to_end(&mut bytes)?;
    String::from_utf8(bytes).map_err(io::Error::other)
}

fn container(listed: Listed, upstream: &Path) -> Container {
    let upstream = upstream.to_string_lossy();
    let is_socket = |mount: &Mount| SOCKETS.contains(&mount.source.as_str()) || mount.source == upstream;
    let name = listed.names.first().map(|name| name.trim_start_matches('/').to_owned());
    Container {
        name: crate::record::visible(&name.unwrap_or_default()),
        has_socket: listed.mounts.iter().any(is_socket),
        preset: preset_of_image(&listed.image),
        image: crate::record::visible(&listed.image),
    }
}
