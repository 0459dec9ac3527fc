//! What the demo plays on: a daemon, real or imitated, and a gate before it.

use super::requests::ARRIVING;
use crate::imitation::Imitation;
use crate::policy::{Policy, Source};
use crate::proxy::{self, Denials, Endpoint, HostFiles, Limits, ListenerPlan, Plan, Running, UnixSocket, config};
use std::io::{Read, Write};
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Runtime;

/// The preset that the gate obeys.
const READS: &str = include_str!("../../../policies/reads.yaml");

/// A daemon, a gate before it, and a folder for their sockets.
pub(super) struct Stage {
    gate: Option<Running>,
    daemon: Daemon,
    folder: PathBuf,
}

enum Daemon {
    Real(PathBuf),
    Imitated { imitation: Option<Imitation>, _runtime: Runtime, why: String },
}

impl Stage {
    /// Finds a daemon and starts a gate before it.
    pub(super) fn set(upstream: Option<PathBuf>, imitate: bool) -> Result<Self, String> {
        let folder = folder()?;
        let found = if imitate { Err("as asked".to_owned()) } else { real(upstream.clone()) };
        let daemon = match found {
            Ok(path) => Daemon::Real(path),
            Err(why) if upstream.is_none() => imitated(&folder, why)?,
            Err(why) => return Err(why),
        };
        let mut stage = Self { gate: None, daemon, folder };
        stage.gate = Some(gate(stage.daemon.path(), &stage.socket())?);
        Ok(stage)
    }

    /// The gate's socket.
    pub(super) fn socket(&self) -> PathBuf {
        self.folder.join("dockgate.sock")
    }

    /// Which daemon answers, for people.
    pub(super) fn upstream(&self) -> String {
        match &self.daemon {
            Daemon::Real(path) => format!("The daemon: the real Docker at {}", path.display()),
            Daemon::Imitated { why, .. } => format!(
                "The daemon: the built-in imitation, which answers as a real dockerd 26.1.5 was recorded ({why})"
            ),
        }
    }

    /// The flag that leads `serve` to the same daemon, if it is not the default one.
    pub(super) fn upstream_flag(&self) -> String {
        match &self.daemon {
            Daemon::Real(path) if config::default_upstream().ok().as_ref() != Some(path) => {
                format!(" --upstream {}", path.display())
            }
            _ => String::new(),
        }
    }

    /// How many of the requests that had to be stopped reached the imitation; a real Docker does not tell.
    pub(super) fn leaked(&self) -> Option<usize> {
        let Daemon::Imitated { imitation: Some(imitation), .. } = &self.daemon else {
            return None;
        };
        // The gate itself asks once for the daemon's version, by HEAD.
        let received = imitation.received();
        let leaked = received.iter().filter(|exchange| exchange.method != "HEAD" && !may_arrive(&exchange.target));
        Some(leaked.count())
    }
}

/// Whether a target that arrived is, the version aside, one of those that may.
fn may_arrive(target: &str) -> bool {
    let bare = target.strip_prefix("/v1.").and_then(|rest| rest.split_once('/')).map_or(target, |(_, path)| path);
    ARRIVING.contains(&bare.trim_start_matches('/'))
}

impl Daemon {
    fn path(&self) -> &Path {
        match self {
            Self::Real(path) => path,
            Self::Imitated { imitation, .. } => imitation.as_ref().map_or(Path::new(""), Imitation::path),
        }
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        drop(self.gate.take());
        if let Daemon::Imitated { imitation, .. } = &mut self.daemon {
            drop(imitation.take());
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A folder of our own, which nobody else can enter.
fn folder() -> Result<PathBuf, String> {
    let folder = std::env::temp_dir().join(format!("dockgate-demo-{}", std::process::id()));
    let made = std::fs::DirBuilder::new().mode(0o700).create(&folder);
    made.map_err(|error| format!("cannot make the folder `{}`: {error}", folder.display()))?;
    Ok(folder)
}

/// The real socket, if a daemon answers on it.
fn real(upstream: Option<PathBuf>) -> Result<PathBuf, String> {
    let path = match upstream {
        Some(path) => path,
        None => config::default_upstream()?,
    };
    match ping(&path) {
        Ok(true) => Ok(path),
        Ok(false) => Err(format!("what answers at {} is no Docker", path.display())),
        Err(error) => Err(format!("no Docker answers at {}: {error}", path.display())),
    }
}

fn ping(path: &Path) -> std::io::Result<bool> {
    let mut stream = UnixStream::connect(path)?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    stream.write_all(b"GET /_ping HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.take(4096).read_to_end(&mut answer)?;
    Ok(answer.starts_with(b"HTTP/1.1 200")
        && String::from_utf8_lossy(&answer).to_ascii_lowercase().contains("api-version"))
}

fn imitated(folder: &Path, why: String) -> Result<Daemon, String> {
    let fail = |error: std::io::Error| format!("the imitation daemon cannot start: {error}");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().map_err(fail)?;
    let imitation = runtime.block_on(Imitation::start(&folder.join("docker.sock"))).map_err(fail)?;
    Ok(Daemon::Imitated { imitation: Some(imitation), _runtime: runtime, why })
}

fn gate(upstream: &Path, socket: &Path) -> Result<Running, String> {
    let source = Source { name: "policies/reads.yaml".into(), text: READS.to_owned() };
    let policy = Policy::load(&[source])
        .map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))?;
    let unix = UnixSocket { path: socket.to_owned(), mode: 0o600, owner: None, group: None };
    let (policy, socket) = (Arc::new(policy), Arc::default());
    let listener = ListenerPlan { endpoint: Endpoint::Unix(unix), policy, denials: Denials::Full, socket };
    let plan = Plan {
        upstream: upstream.to_owned(),
        listeners: vec![listener],
        audit: None,
        limits: Limits::default(),
        threads: 1,
        host_files: HostFiles::Auto,
        audit_requests: false,
    };
    proxy::start(plan).map_err(|error| error.to_string())
}
