//! Where to listen and what to write where; never who may do what.

mod read;
mod values;
pub(crate) mod words;

pub use read::read;
pub use values::{default_upstream, denials, host_path, metrics, mode, place, protected, status, upstream, when_full};

use super::host_files::HostFiles;
use super::limits::Limits;
use super::listen::UnixSocket;
use super::refuse::Denials;
use super::tls::TlsFiles;
use crate::confine::{Confine, Room};
use crate::policy::Source;
use crate::record::audit::WhenFull;
use crate::request::HostSocket;
use crate::request::values::path::clean;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// The most threads that are started without being asked for.
pub const MAX_DEFAULT_THREADS: usize = 4;

/// A configuration, read and held against itself; no file or socket is open.
#[derive(Clone, Debug)]
pub struct Config {
    /// The file that it was read from, if it was.
    pub file: Option<PathBuf>,
    /// The Docker socket.
    pub upstream: PathBuf,
    /// The listeners.
    pub listen: Vec<ListenConfig>,
    /// A policy that stands in no file: it was made out of another proxy's variables.
    pub imported: Option<Source>,
    /// The audit file.
    pub audit: Option<PathBuf>,
    /// What a decision does that cannot be recorded.
    pub audit_full: WhenFull,
    /// Whether decisions are recorded with their requests.
    pub audit_requests: bool,
    /// The bounds.
    pub limits: Limits,
    /// Threads that serve connections.
    pub threads: usize,
    /// Whether the gate sees the files that the daemon mounts.
    pub host_files: HostFiles,
    /// Where it is asked how it fares.
    pub status: Option<SidePlace>,
    /// Where it tells its numbers.
    pub metrics: Option<SidePlace>,
    /// Whether it gives up what it does not need.
    pub confine: Confine,
}

/// A socket beside the listeners, which leads to no Docker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SidePlace {
    /// A Unix socket.
    Path(PathBuf),
    /// A Unix socket without a file, in the namespace of the network (unix(7)).
    Abstract(String),
    /// A TCP port.
    Tcp(SocketAddr),
}

impl SidePlace {
    /// The port of a TCP socket.
    pub fn port(&self) -> Option<u16> {
        if let Self::Tcp(address) = self { Some(address.port()) } else { None }
    }

    /// The path of a Unix socket.
    pub fn path(&self) -> Option<&Path> {
        if let Self::Path(path) = self { Some(path) } else { None }
    }
}

impl fmt::Display for SidePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => path.display().fmt(f),
            Self::Abstract(name) => write!(f, "@{name}"),
            Self::Tcp(address) => address.fmt(f),
        }
    }
}

/// One listener.
#[derive(Clone, Debug)]
pub struct ListenConfig {
    /// Where it listens.
    pub place: Place,
    /// The files of its policy; none where it is what [`Config::imported`] holds.
    pub policy: Vec<PathBuf>,
    /// How much of a denial its clients see.
    pub denials: Denials,
    /// Where the host has its socket, for containers that are to have it.
    pub host_path: Option<String>,
}

/// Where a listener listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A Unix socket.
    Unix(UnixSocket),
    /// A TCP port.
    Tcp {
        /// Address and port.
        address: SocketAddr,
        /// The files of mutual TLS.
        tls: Option<TlsFiles>,
        /// Why there is no TLS, where that was demanded.
        because: Option<String>,
        /// Further names that clients may call this host by.
        hosts: Vec<String>,
    },
    /// Sockets that are handed over by name.
    Inherited {
        /// The name, `FileDescriptorName=` of a .socket unit.
        name: String,
        /// The files of mutual TLS, for TCP.
        tls: Option<TlsFiles>,
        /// Why there is no TLS, where that is demanded.
        because: Option<String>,
        /// Further names that clients may call this host by.
        hosts: Vec<String>,
    },
}

impl Place {
    /// The path of a Unix socket.
    pub fn path(&self) -> Option<&PathBuf> {
        if let Self::Unix(socket) = self { Some(&socket.path) } else { None }
    }
}

impl Place {
    /// The port of a TCP listener.
    pub fn port(&self) -> Option<u16> {
        if let Self::Tcp { address, .. } = self { Some(address.port()) } else { None }
    }

    /// The name of inherited sockets.
    pub fn inherited(&self) -> Option<&str> {
        if let Self::Inherited { name, .. } = self { Some(name) } else { None }
    }

    /// Every file of the listener.
    pub fn files(&self) -> Vec<&Path> {
        let mut files = self.read_files();
        files.extend(self.path().map(PathBuf::as_path));
        files
    }

    /// The files that are read for it.
    pub fn read_files(&self) -> Vec<&Path> {
        match self {
            Self::Tcp { tls: Some(tls), .. } | Self::Inherited { tls: Some(tls), .. } => tls.all().collect(),
            Self::Unix(_) | Self::Tcp { tls: None, .. } | Self::Inherited { tls: None, .. } => Vec::new(),
        }
    }
}

impl Config {
    /// A configuration with defaults for all that is not given.
    pub fn new(upstream: PathBuf, listen: Vec<ListenConfig>) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            file: None,
            upstream,
            listen,
            imported: None,
            audit: None,
            audit_full: WhenFull::default(),
            audit_requests: false,
            limits: Limits::default(),
            threads: cores.min(MAX_DEFAULT_THREADS),
            host_files: HostFiles::default(),
            status: None,
            metrics: None,
            confine: Confine::default(),
        }
    }

    /// What a container gets that asks a listener for the Docker socket: unless it is said, the
    /// listener's own path, where the gate's paths are the host's.
    pub fn host_socket(&self, listen: &ListenConfig) -> HostSocket {
        let absolute = |path: &PathBuf| clean(std::path::absolute(path).ok()?.to_str()?);
        let listener = || listen.place.path().filter(|_| self.host_files.shares_paths()).and_then(absolute);
        let own = listen.host_path.clone().or_else(listener).filter(|path| !path.contains(':'));
        HostSocket { own, upstream: absolute(&self.upstream) }
    }

    /// Whether a socket is given to somebody.
    fn gives_away(&self) -> bool {
        let given =
            |place: &Place| matches!(place, Place::Unix(socket) if socket.owner.is_some() || socket.group.is_some());
        self.listen.iter().any(|listen| given(&listen.place))
    }

    /// Whether a socket is given to somebody by name.
    pub fn names_owners(&self) -> bool {
        let named = |id: &Option<String>| id.as_ref().is_some_and(|id| id.parse::<u32>().is_err());
        let unix = |place: &Place| matches!(place, Place::Unix(socket) if named(&socket.owner) || named(&socket.group));
        self.listen.iter().any(|listen| unix(&listen.place))
    }

    /// The folders that it needs while it runs.
    pub fn room(&self) -> Room {
        let policies = self.listen.iter().flat_map(|listen| listen.policy.iter().map(PathBuf::as_path));
        let keys = self.listen.iter().flat_map(|listen| listen.place.read_files());
        let read = self.file.as_deref().into_iter().chain(policies).chain(keys).fold(Room::default(), Room::read);
        let sides = [&self.status, &self.metrics].into_iter().flatten().filter_map(SidePlace::path);
        let listeners = self.listen.iter().filter_map(|listen| listen.place.path()).map(PathBuf::as_path);
        let made = listeners.chain(sides).fold(read, Room::socket);
        let ports = self
            .listen
            .iter()
            .filter_map(|listen| listen.place.port())
            .chain(self.metrics.iter().filter_map(SidePlace::port));
        let made = ports.fold(made, Room::port).owners(self.gives_away());
        self.audit.as_deref().into_iter().fold(made, Room::write)
    }

    /// What works but may not be meant.
    pub fn warnings(&self) -> Vec<String> {
        // of what is imported as it starts, its own warning says all
        let told = |listen: &&ListenConfig| self.imported.is_none() || matches!(listen.place, Place::Unix(_));
        self.listen.iter().filter(told).filter_map(|listen| warning(&listen.place)).collect()
    }
}

fn warning(place: &Place) -> Option<String> {
    match place {
        Place::Unix(socket) => open_to_all(&socket.path, socket.mode),
        Place::Tcp { address, tls: None, because, .. } => Some(without_tls(*address, because.as_deref())),
        Place::Tcp { .. } | Place::Inherited { .. } => None,
    }
}

/// What to say of a socket with this mode, if everyone may connect to it.
pub fn open_to_all(path: &Path, mode: u32) -> Option<String> {
    (mode & 0o002 != 0).then(|| {
        format!(
            "everyone on this machine can open `{}` (mode {mode:04o}): only the policy's `who` keeps them apart",
            path.display()
        )
    })
}

/// What to say of a TCP listener without TLS.
pub fn without_tls(address: SocketAddr, because: Option<&str>) -> String {
    if address.ip().is_loopback() {
        return format!("every user of this machine can connect to {address}: a Unix socket would tell them apart");
    }
    format!("{address} takes requests without TLS, because: {}", because.unwrap_or_default())
}
