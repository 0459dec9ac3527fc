//! Every bound on what input can grow, with its name and default.

use rustix::process::{Resource, getrlimit, setrlimit};
use std::time::Duration;

/// Bounds that a configuration may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Open connections of one listener.
    pub connections: usize,
    /// Open connections of all listeners together.
    pub connections_in_all: usize,
    /// From the first byte of a request's head to its last; for the first
    /// request of a connection, from the connect.
    pub header_timeout: Duration,
    /// How long a connection may wait for its next request.
    pub idle_timeout: Duration,
    /// From the connect to the end of the TLS handshake.
    pub handshake_timeout: Duration,
    /// TLS handshakes of one listener that are under way at once.
    pub handshakes: usize,
    /// How often the certificate of a client is verified anew while its connection is open.
    pub verify_every: Duration,
    /// Bytes of request bodies that are held for judging, all requests together. With several
    /// listeners, one may have three quarters of it.
    pub buffered_bodies: usize,
    /// How long requests may go on after SIGTERM.
    pub shutdown_grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 4096,
            connections_in_all: 16_384,
            header_timeout: Duration::from_secs(30),
            idle_timeout: Duration::from_secs(300),
            handshake_timeout: Duration::from_secs(10),
            handshakes: 256,
            verify_every: Duration::from_secs(60),
            buffered_bodies: 64 << 20,
            shutdown_grace: Duration::from_secs(10),
        }
    }
}

/// Descriptors that one connection may take: the client's, the daemon's, and two watches.
const DESCRIPTORS: u64 = 4;

/// Descriptors that are kept for files, listeners and runtimes.
const RESERVE: u64 = 64;

impl Limits {
    /// Raises the process's limit on open descriptors as far as it may be, and
    /// lowers the limits on connections to what it then allows. With several
    /// listeners none may take more than three quarters of all connections.
    pub(super) fn fit(mut self, listeners: usize) -> Self {
        let most = usize::try_from(descriptors().saturating_sub(RESERVE) / DESCRIPTORS).unwrap_or(usize::MAX);
        self.connections_in_all = self.connections_in_all.min(most.max(1));
        if listeners > 1 {
            self.connections = self.connections.min((self.connections_in_all / 4 * 3).max(1));
        }
        self
    }
}

impl Limits {
    /// Bytes of held bodies that one listener may have.
    pub(super) fn buffered_by_one(&self, listeners: usize) -> usize {
        if listeners > 1 { self.buffered_bodies / 4 * 3 } else { self.buffered_bodies }
    }
}

/// The most descriptors that may be open, after the soft limit was raised to the hard one.
fn descriptors() -> u64 {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    // What cannot be raised stays as it is.
    let _ = setrlimit(Resource::Nofile, limit);
    getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX)
}

/// The largest head of a request or an answer.
pub const MAX_HEAD: usize = 128 << 10;

/// The most headers of a request or an answer: hyper's default, whose table
/// lives on the stack. BuildKit's sessions repeat some thirty.
pub const MAX_HEADERS: usize = 100;

/// The largest buffer of one direction of a connection.
pub const MAX_BUFFER: usize = 256 << 10;

/// Idle upstream connections that one thread keeps.
pub const MAX_IDLE_UPSTREAM: usize = 64;

/// How long an upstream connection may idle before it is closed.
pub const IDLE_UPSTREAM: Duration = Duration::from_secs(60);

/// How long a role is known to have removed, stopped or renamed a container, so that it may make it anew.
pub const REMEMBERED_FOR: Duration = Duration::from_secs(600);

/// Of how many such containers one role is known to have done so; who updates many stops all of them first.
pub const REMEMBERED_OF_ROLE: usize = 512;

/// The longest description of such a container.
pub const MAX_REMEMBERED: usize = 512 << 10;

/// What all these descriptions together may take.
pub const REMEMBERED_BYTES: usize = 16 << 20;

/// How long what the daemon said of an object by its ID is not asked for again.
pub const FACTS_FOR: Duration = Duration::from_secs(5);

/// Of how many objects one thread keeps what was said.
pub const MAX_FACTS: usize = 1024;

/// How long it is known who made an exec.
pub const EXECS_FOR: Duration = Duration::from_secs(24 * 3600);

/// Of how many execs of one role, or of one tenant, that is known.
pub const EXECS_OF_ROLE: usize = 4096;

/// Of how many execs it is known in all.
pub const EXECS: usize = 32 << 10;

/// How often the daemon is asked whether the container of a client of TCP still runs, where its
/// processes cannot be seen.
pub const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// How often timers, vanished clients and idle connections are looked at.
pub const TICK: Duration = Duration::from_millis(500);

/// What is read and thrown away of an unread body, so that the client comes to
/// read the answer instead of a broken pipe.
pub const LINGER_BYTES: u64 = 64 << 20;

/// How long that may take.
pub const LINGER_TIME: Duration = Duration::from_secs(5);

/// How long a connect to the daemon waits while its accept queue is full.
pub const CONNECT_PATIENCE: Duration = Duration::from_secs(5);

/// The largest element of an answer that is shown in part: what is held of it at once.
pub const MAX_ELEMENT: usize = 4 << 20;

/// The most objects that an answer's view knows by ID and name.
pub const MAX_KNOWN: usize = 128 << 10;

/// The largest `/version` answer that is rewritten for a daemon newer than the catalogue.
pub const MAX_VERSION_ANSWER: usize = 1 << 20;
