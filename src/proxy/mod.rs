//! Everything that touches the outside: listeners, connections, the way to Docker.

mod body;
pub mod config;
mod connection;
mod exchange;
mod gone;
mod handle;
mod host_files;
pub mod limits;
mod listen;
mod peer;
mod refuse;
mod stream;
mod tap;
mod tls;
mod tunnel;
mod upload;
mod upstream;
mod upstream_io;
mod users;
mod version;
mod worker;

pub use host_files::HostFiles;
pub use limits::Limits;
pub use listen::{ListenError, UnixSocket};
pub use refuse::Denials;
pub use tls::{TlsError, TlsFiles, server_config};

use crate::policy::Policy;
use crate::record::Sinks;
use crate::record::audit::{Audit, Writer};
use listen::SocketFile;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::sync::{mpsc, watch};
use worker::{Socket, Threads};

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
        tls: Option<Arc<rustls::ServerConfig>>,
        /// Further names that clients may call this host by.
        hosts: Vec<String>,
    },
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
}

impl Gate {
    fn new(upstream: PathBuf, limits: Limits, sees_host: bool, listeners: usize) -> Self {
        let [connections, buffered, full_noted] = [const { AtomicUsize::new(0) }; 3];
        let buffered_by_one = limits.buffered_by_one(listeners);
        Self { upstream, limits, sees_host, connections, buffered, buffered_by_one, full_noted }
    }

    /// Logs that connections are turned away, at most once a second.
    fn note_full(&self, listener: &str) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs() as usize;
        if self.full_noted.swap(now, Ordering::Relaxed) != now {
            tracing::warn!(listener, "too many connections: new ones are closed at once");
        }
    }
}

/// An open listener.
#[derive(Debug)]
struct Listener {
    name: Arc<str>,
    policy: Arc<Policy>,
    denials: Denials,
    tcp: Option<Tcp>,
    connections: AtomicUsize,
    buffered: AtomicUsize,
}

#[derive(Debug)]
struct Tcp {
    tls: Option<Arc<rustls::ServerConfig>>,
    hosts: Vec<String>,
}

/// A gate that runs; it ends when told to, or when it is dropped.
#[derive(Debug)]
pub struct Running {
    drain: watch::Sender<bool>,
    threads: Vec<JoinHandle<()>>,
    audit: Option<(Audit, Writer)>,
    addresses: Vec<String>,
    _files: Vec<SocketFile>,
}

impl Running {
    /// Where it listens: paths, and addresses with the port that was given.
    pub fn addresses(&self) -> &[String] {
        &self.addresses
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
    if !gate.sees_host && plan.listeners.iter().any(|listener| listener.policy.grants_host_paths()) {
        tracing::warn!(
            "the host's files are not seen from here: links of bind sources are not followed; if they are, say `host_files: seen` or --host-files seen"
        );
    }
    let opened = plan.listeners.into_iter().map(open).collect::<Result<Vec<_>, _>>()?;
    let (drain, draining) = watch::channel(false);
    let mut running =
        Running { drain, threads: Vec::new(), audit: plan.audit, addresses: Vec::new(), _files: Vec::new() };
    let sinks = Sinks { audit: running.audit.as_ref().map(|(audit, _)| audit.clone()) };
    let homes = running.settle(opened, plan.threads.max(1));
    running.spawn(homes, |queue, listeners, threads| Thread {
        gate: Arc::clone(&gate),
        sinks: sinks.clone(),
        queue,
        listeners,
        threads,
        draining: draining.clone(),
    })?;
    Ok(running)
}

/// The listeners of one thread.
type Home = Vec<(Arc<Listener>, Bound)>;

impl Running {
    /// Deals the listeners out to threads.
    fn settle(&mut self, opened: Vec<Opened>, threads: usize) -> Vec<Home> {
        let mut homes: Vec<Home> = (0..threads).map(|_| Vec::new()).collect();
        for (turn, Opened { listener, socket, file, address }) in opened.into_iter().enumerate() {
            self.addresses.push(address);
            self._files.extend(file);
            if let Some(home) = homes.get_mut(turn % threads) {
                home.push((listener, socket));
            }
        }
        homes
    }

    /// Starts one thread a home. Each reports once; one that cannot start fails the gate.
    fn spawn(
        &mut self,
        homes: Vec<Home>,
        make: impl Fn(mpsc::UnboundedReceiver<worker::Accepted>, Home, Threads) -> Thread,
    ) -> io::Result<()> {
        let count = homes.len();
        let (senders, queues): (Vec<_>, Vec<_>) = (0..count).map(|_| mpsc::unbounded_channel()).unzip();
        let threads = Threads::new(senders);
        let (report, reports) = std::sync::mpsc::channel();
        for (number, (queue, home)) in queues.into_iter().zip(homes).enumerate() {
            let (thread, report) = (make(queue, home, threads.clone()), report.clone());
            let builder = std::thread::Builder::new().name(format!("gate-{number}"));
            self.threads.push(builder.spawn(move || thread.run(&report))?);
        }
        drop(report);
        reports.iter().take(count).collect()
    }
}

struct Opened {
    listener: Arc<Listener>,
    socket: Bound,
    file: Option<SocketFile>,
    address: String,
}

enum Bound {
    Unix(std::os::unix::net::UnixListener),
    Tcp(std::net::TcpListener),
}

impl Bound {
    /// Registers the socket with this thread's runtime.
    fn register(self) -> io::Result<Socket> {
        Ok(match self {
            Self::Unix(listener) => Socket::Unix(tokio::net::UnixListener::from_std(listener)?),
            Self::Tcp(listener) => Socket::Tcp(tokio::net::TcpListener::from_std(listener)?),
        })
    }
}

fn open(plan: ListenerPlan) -> Result<Opened, ListenError> {
    let (socket, file, address, tcp) = match plan.endpoint {
        Endpoint::Unix(unix) => {
            let (listener, file) = listen::unix(&unix)?;
            (Bound::Unix(listener), Some(file), unix.path.display().to_string(), None)
        }
        Endpoint::Tcp { address, tls, hosts } => {
            let listener = listen::tcp(address)?;
            let address = listener.local_addr().unwrap_or(address).to_string();
            (Bound::Tcp(listener), None, address, Some(Tcp { tls, hosts }))
        }
    };
    let listener = Listener {
        name: address.as_str().into(),
        policy: plan.policy,
        denials: plan.denials,
        tcp,
        connections: AtomicUsize::new(0),
        buffered: AtomicUsize::new(0),
    };
    Ok(Opened { listener: Arc::new(listener), socket, file, address })
}

/// What one thread is given.
struct Thread {
    gate: Arc<Gate>,
    sinks: Sinks,
    queue: mpsc::UnboundedReceiver<worker::Accepted>,
    listeners: Vec<(Arc<Listener>, Bound)>,
    threads: Threads,
    draining: watch::Receiver<bool>,
}

impl Thread {
    /// Reports whether it could start, then serves.
    fn run(self, report: &std::sync::mpsc::Sender<io::Result<()>>) {
        let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => return drop(report.send(Err(error))),
        };
        runtime.block_on(tokio::task::LocalSet::new().run_until(self.serve(report)));
        // a file system that hangs holds nothing up
        runtime.shutdown_background();
    }

    async fn serve(self, report: &std::sync::mpsc::Sender<io::Result<()>>) {
        let mut accepting = Vec::new();
        for (listener, bound) in self.listeners {
            match bound.register() {
                Ok(socket) => accepting.push((listener, socket)),
                Err(error) => return drop(report.send(Err(error))),
            }
        }
        drop(report.send(Ok(())));
        for (listener, socket) in accepting {
            let (gate, threads) = (Arc::clone(&self.gate), self.threads.clone());
            tokio::task::spawn_local(worker::accept(gate, listener, socket, threads, self.draining.clone()));
        }
        drop(self.threads);
        worker::run(self.gate, self.sinks, self.queue, self.draining).await;
    }
}
