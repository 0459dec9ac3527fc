//! Everything that touches the outside: listeners, connections, the way to Docker.

mod apart;
mod body;
mod caller;
mod cgroup;
pub mod config;
mod connection;
mod exchange;
mod execs;
mod facts;
mod gone;
mod handle;
mod handshakes;
mod host_files;
mod inherited;
pub mod limits;
mod listen;
mod objects;
mod open;
mod originals;
mod peer;
mod probe;
mod question;
mod quotas;
mod refuse;
pub mod regular_file;
mod reload;
mod remembered;
mod revocations;
mod rules;
mod settled;
mod shape;
mod source;
mod stream;
mod tap;
mod thread;
mod tls;
mod tunnel;
mod upload;
mod upstream;
mod upstream_io;
mod users;
mod version;
mod volumes;
mod worker;

pub use host_files::HostFiles;
pub use inherited::{Handed, Inherited};
pub use limits::Limits;
pub use listen::{ListenError, SocketFile, UnixSocket, unix as open_unix};
pub use probe::{Pong, ping};
pub use refuse::Denials;
pub use tls::{Tls, TlsError, TlsFiles};

use crate::policy::Policy;
use crate::record::Sinks;
use crate::record::Throttle;
use crate::record::audit::{Audit, Writer};
use crate::record::metrics::{Metrics, Observed};
use crate::request::HostSocket;
use arc_swap::ArcSwap;
use execs::Execs;
use handshakes::Handshakes;
use open::{Open, Opened};
use quotas::Counted;
use remembered::Remembered;
use rules::Rules;
use settled::Settled;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use thread::{Orders, Thread};
use tokio::sync::watch;
use worker::Workers;

/// Where a listener listens.
#[derive(Clone, Debug)]
pub enum Endpoint {
    /// A Unix socket.
    Unix(UnixSocket),
    /// A TCP port, with mutual TLS or, where a reason was given, without.
    Tcp {
        /// Address and port.
        address: SocketAddr,
        /// The TLS side, read already.
        tls: Option<Arc<Tls>>,
        /// Further names that clients may call this host by.
        hosts: Vec<String>,
    },
    /// A socket that was handed over, open.
    Handed {
        /// The socket.
        socket: Arc<Handed>,
        /// The TLS side of a TCP socket, read already.
        tls: Option<Arc<Tls>>,
        /// Further names that clients may call this host by.
        hosts: Vec<String>,
    },
}

impl Endpoint {
    /// Whether its clients come over TCP.
    pub fn is_tcp(&self) -> bool {
        match self {
            Self::Unix(_) => false,
            Self::Tcp { .. } => true,
            Self::Handed { socket, .. } => socket.address().is_some(),
        }
    }
}

/// One listener to open: where, under which policy, and how much it tells.
#[derive(Clone, Debug)]
pub struct ListenerPlan {
    /// Where it listens.
    pub endpoint: Endpoint,
    /// Who may do what there.
    pub policy: Arc<Policy>,
    /// How much of a denial its clients see.
    pub denials: Denials,
    /// Docker's socket as its clients call it, and where the host has the listener.
    pub socket: Arc<HostSocket>,
}

/// A whole gate to open.
#[derive(Debug)]
pub struct Plan {
    /// The Docker socket.
    pub upstream: PathBuf,
    /// The listeners.
    pub listeners: Vec<ListenerPlan>,
    /// The audit file and its writer.
    pub audit: Option<(Audit, Writer)>,
    /// The bounds.
    pub limits: Limits,
    /// Threads that serve connections.
    pub threads: usize,
    /// Whether the gate sees the files that the daemon mounts.
    pub host_files: HostFiles,
    /// Whether the audit holds requests as well.
    pub audit_requests: bool,
}

/// What all threads share.
#[derive(Debug)]
struct Gate {
    upstream: PathBuf,
    limits: Limits,
    sees_host: bool,
    connections: AtomicUsize,
    buffered: AtomicUsize,
    /// How many of the bytes of held bodies one listener may have.
    buffered_by_one: usize,
    full_noted: AtomicUsize,
    /// What roles with quotas have under way.
    quotas: Counted,
    metrics: Arc<Metrics>,
    remembered: Remembered,
    settled: Settled,
    execs: Execs,
}

impl Gate {
    fn new(upstream: PathBuf, limits: Limits, sees_host: bool, listeners: usize) -> Self {
        let [connections, buffered, full_noted] = [const { AtomicUsize::new(0) }; 3];
        let buffered_by_one = limits.buffered_by_one(listeners);
        let (quotas, metrics, remembered, execs, settled) = Default::default();
        Self {
            upstream,
            limits,
            sees_host,
            connections,
            buffered,
            buffered_by_one,
            full_noted,
            quotas,
            metrics,
            remembered,
            execs,
            settled,
        }
    }

    /// Warns where a policy grants paths that only the daemon sees.
    fn warn_unseen(&self, listeners: &[ListenerPlan]) {
        if !self.sees_host && listeners.iter().any(|listener| listener.policy.grants_host_paths()) {
            tracing::warn!(
                "the host's files are not seen from here: links of bind sources are not followed; if they are, say `host_files: seen` or --host-files seen"
            );
        }
    }

    /// Logs that connections are turned away, at most once a second.
    fn note_full(&self, listener: &str, of: &str) {
        self.metrics.turned_away.inc();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs() as usize;
        if self.full_noted.swap(now, Ordering::Relaxed) != now {
            tracing::warn!(listener, "too many {of}: new ones are closed at once");
        }
    }
}

/// An open listener.
#[derive(Debug)]
struct Listener {
    name: Arc<str>,
    rules: ArcSwap<Rules>,
    connections: AtomicUsize,
    /// TLS handshakes under way.
    handshakes: Handshakes,
    /// Connections that were not made are told of so often.
    refusals: Throttle,
    closed: watch::Sender<bool>,
    buffered: AtomicUsize,
}

impl Listener {
    fn new(name: &str, rules: Rules) -> Self {
        let (rules, (closed, _)) = (ArcSwap::from_pointee(rules), watch::channel(false));
        let [connections, buffered] = [const { AtomicUsize::new(0) }; 2];
        let (handshakes, refusals) = (Handshakes::default(), Throttle::default());
        Self { name: name.into(), rules, connections, handshakes, refusals, buffered, closed }
    }
}

#[derive(Debug)]
struct Tcp {
    tls: Option<Arc<Tls>>,
    hosts: Vec<String>,
}

/// A gate that runs; it ends when told to, or when it is dropped.
#[derive(Debug)]
pub struct Running {
    gate: Arc<Gate>,
    drain: watch::Sender<bool>,
    reloaded: watch::Sender<()>,
    workers: Workers,
    threads: Vec<JoinHandle<()>>,
    audit: Option<(Audit, Writer)>,
    open: Vec<Open>,
}

impl Running {
    /// Where it listens: paths, and addresses with the port that was given.
    pub fn addresses(&self) -> impl Iterator<Item = &str> {
        self.open.iter().map(|open| &*open.listener.name)
    }

    /// What can be counted just now; what is not known here is left as it is by default.
    pub fn observed(&self) -> Observed {
        let of = |open: &Open| {
            let listener = &open.listener;
            let ends = listener.rules.load().tcp.as_ref().and_then(|tcp| tcp.tls.as_ref()?.ends());
            (Arc::clone(&listener.name), listener.connections.load(Ordering::Relaxed), ends)
        };
        Observed {
            listeners: self.open.iter().map(of).collect(),
            buffered: self.gate.buffered.load(Ordering::Relaxed),
            audit: self.audit.as_ref().map(|(audit, _)| audit.state()),
            ..Observed::default()
        }
    }

    /// What is counted.
    pub fn metrics(&self) -> Arc<Metrics> {
        Arc::clone(&self.gate.metrics)
    }

    /// Whether every thread answers in time.
    pub fn is_alive(&self, patience: Duration) -> impl Future<Output = bool> + Send + 'static {
        let answers = self.workers.ask();
        async move {
            let all = async {
                for answer in answers {
                    answer.await.ok()?;
                }
                Some(())
            };
            matches!(tokio::time::timeout(patience, all).await, Ok(Some(())))
        }
    }

    /// Opens log files anew, after logrotate moved them.
    pub fn reopen(&self) {
        if let Some((audit, _)) = &self.audit {
            audit.reopen();
        }
    }

    /// Takes no more connections, lets requests end, and waits for it.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        let _ = self.drain.send(true);
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}

/// Why a gate cannot be opened.
#[derive(Debug)]
pub enum StartError {
    /// A listener cannot be opened.
    Listen(ListenError),
    /// Threads or runtimes cannot be made.
    System(io::Error),
}

impl std::fmt::Display for StartError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Listen(error) => error.fmt(f),
            Self::System(error) => write!(f, "the gate cannot start: {error}"),
        }
    }
}

impl From<ListenError> for StartError {
    fn from(error: ListenError) -> Self {
        Self::Listen(error)
    }
}

impl From<io::Error> for StartError {
    fn from(error: io::Error) -> Self {
        Self::System(error)
    }
}

/// Opens every listener, then starts the threads; nothing is half open on failure.
///
/// # Errors
/// A listener cannot be opened, or the system gives no threads.
pub fn start(plan: Plan) -> Result<Running, StartError> {
    let limits = plan.limits.fit(plan.listeners.len());
    let gate = Arc::new(Gate::new(plan.upstream, limits, plan.host_files.are_seen(), plan.listeners.len()));
    gate.warn_unseen(&plan.listeners);
    let opened = plan.listeners.into_iter().map(Opened::open).collect::<Result<Vec<_>, _>>()?;
    let (drain, draining) = watch::channel(false);
    let (reloaded, reloads) = watch::channel(());
    let audit = plan.audit.as_ref().map(|(audit, _)| audit.clone());
    let sinks = Sinks { audit, requests: plan.audit_requests, metrics: Arc::clone(&gate.metrics) };
    let (workers, queues) = Workers::new(plan.threads.max(1));
    let mut running =
        Running { gate, drain, reloaded, workers, threads: Vec::new(), audit: plan.audit, open: Vec::new() };
    running.threads = thread::start(queues, |queue| Thread {
        gate: Arc::clone(&running.gate),
        sinks: sinks.clone(),
        queue,
        workers: running.workers.clone(),
        orders: Orders { draining: draining.clone(), reloads: reloads.clone() },
    })?;
    running.listen(opened)?;
    Ok(running)
}

impl Running {
    /// Lets the threads accept connections of these listeners, which are dealt out in turn.
    fn listen(&mut self, opened: Vec<Opened>) -> io::Result<()> {
        for Opened { place, listener, socket, file } in opened {
            self.workers.listen(Arc::clone(&listener), socket)?;
            self.open.push(Open { place, listener, _file: file });
        }
        Ok(())
    }
}
