//! Threads side by side, each with a runtime of its own: accepted connections
//! are handed out evenly, because Unix listeners cannot be shared by the kernel.

use super::caller::{self, Caller};
use super::connection::{self, Client, Link, Shared};
use super::exchange::Traffic;
use super::limits::TICK;
use super::open::Bound;
use super::rules::Learned;
use super::source;
use super::stream::ClientStream;
use super::tap::Tap;
use super::thread::{Orders, Thread};
use super::tls::{Chain, Tls};
use super::upstream::Upstream;
use super::{Gate, Listener, peer};
use crate::request::Peer;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::os::unix::net::UnixStream;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::{Notify, oneshot, watch};
use tokio::task::spawn_local;
use tokio_rustls::server::TlsStream;

/// A connection on its way from the listener to a thread.
#[derive(Debug)]
pub(super) struct Accepted {
    listener: Arc<Listener>,
    stream: Raw,
    seat: Seat,
}

#[derive(Debug)]
enum Raw {
    Unix(UnixStream),
    Tcp(TcpStream, SocketAddr),
}

impl Raw {
    /// The remote address, where there is one.
    fn address(&self) -> Option<String> {
        if let Self::Tcp(_, address) = self { Some(address.to_string()) } else { None }
    }
}

/// Counts a connection for as long as it is open.
#[derive(Debug)]
struct Seat {
    listener: Arc<Listener>,
    gate: Arc<Gate>,
}

impl Seat {
    /// A place among the connections of the listener and of all; none if either is full.
    fn take(gate: &Arc<Gate>, listener: &Arc<Listener>) -> Option<Self> {
        let seat = Self { listener: Arc::clone(listener), gate: Arc::clone(gate) };
        let here = listener.connections.fetch_add(1, Ordering::Relaxed) < gate.limits.connections;
        let in_all = gate.connections.fetch_add(1, Ordering::Relaxed) < gate.limits.connections_in_all;
        (here && in_all).then_some(seat)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.listener.connections.fetch_sub(1, Ordering::Relaxed);
        self.gate.connections.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Something to do for one thread.
#[derive(Debug)]
pub(super) enum Job {
    /// Say that it is alive.
    Answer(oneshot::Sender<()>),
    /// Serve a connection.
    Serve(Accepted),
    /// Accept connections of a listener, and report whether that is possible.
    Listen(Arc<Listener>, Bound, std::sync::mpsc::Sender<io::Result<()>>),
}

/// The queues of all threads, used in turn. The limits on connections bound them.
#[derive(Debug, Clone)]
pub(super) struct Workers {
    to: Arc<[UnboundedSender<Job>]>,
    next: Arc<AtomicUsize>,
}

impl Workers {
    /// So many queues, and their far ends.
    pub(super) fn new(count: usize) -> (Self, Vec<UnboundedReceiver<Job>>) {
        let (to, queues): (Vec<_>, Vec<_>) = (0..count).map(|_| unbounded_channel()).unzip();
        (Self { to: to.into(), next: Arc::new(AtomicUsize::new(0)) }, queues)
    }

    /// A closed queue means that the gate is ending; the job is dropped.
    fn hand_out(&self, job: Job) {
        let turn = self.next.fetch_add(1, Ordering::Relaxed) % self.to.len().max(1);
        if let Some(thread) = self.to.get(turn) {
            let _ = thread.send(job);
        }
    }

    /// Asks every thread whether it is alive.
    pub(super) fn ask(&self) -> Vec<oneshot::Receiver<()>> {
        let ask = |thread: &UnboundedSender<Job>| {
            let (alive, answer) = oneshot::channel();
            let _ = thread.send(Job::Answer(alive));
            answer
        };
        self.to.iter().map(ask).collect()
    }

    /// Has one thread accept connections of this listener.
    ///
    /// # Errors
    /// The thread's runtime takes no more sockets, or the gate is ending.
    pub(super) fn listen(&self, listener: Arc<Listener>, socket: Bound) -> io::Result<()> {
        let (report, reports) = std::sync::mpsc::channel();
        self.hand_out(Job::Listen(listener, socket, report));
        reports.recv().unwrap_or_else(|_| Err(io::Error::other("the gate is ending")))
    }
}

/// Accepts connections of one listener until it is closed or the gate drains.
async fn accept(
    gate: Arc<Gate>,
    listener: Arc<Listener>,
    socket: Socket,
    workers: Workers,
    mut drain: watch::Receiver<bool>,
) {
    let mut closed = listener.closed.subscribe();
    loop {
        let accepted = tokio::select! {
            accepted = socket.accept() => accepted,
            _ = drain.changed() => return,
            _ = closed.wait_for(|closed| *closed) => return,
        };
        match accepted {
            Ok(stream) => match Seat::take(&gate, &listener) {
                Some(seat) => {
                    workers.hand_out(Job::Serve(Accepted { listener: Arc::clone(&listener), stream, seat }));
                }
                None => gate.note_full(&listener.name, "connections"),
            },
            Err(error) => {
                // Out of descriptors: what is open goes on, new ones wait a little.
                tracing::error!(listener = %listener.name, %error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

/// An open listening socket.
#[derive(Debug)]
pub(super) enum Socket {
    Unix(tokio::net::UnixListener),
    Tcp(tokio::net::TcpListener),
}

impl Socket {
    async fn accept(&self) -> io::Result<Raw> {
        match self {
            Self::Unix(listener) => Ok(Raw::Unix(listener.accept().await?.0.into_std()?)),
            Self::Tcp(listener) => {
                let (stream, address) = listener.accept().await?;
                Ok(Raw::Tcp(stream.into_std()?, address))
            }
        }
    }
}

/// How long a client may take to begin its handshake; until then it takes nobody's place.
const FIRST_WORD: Duration = Duration::from_secs(5);

/// What one thread keeps of its connections.
#[derive(Debug)]
struct Worker {
    shared: Shared,
    links: RefCell<HashMap<u64, Weak<Link>>>,
    emptied: Notify,
    next: Cell<u64>,
}

/// Why most clients end a handshake.
const NOT_TAKEN: &str = "the client does not take the gate's certificate: is it from an authority that the client has, and for the name that the client calls?";

/// What a failed handshake means to a person.
fn explained(error: io::Error) -> io::Error {
    let text = error.to_string();
    let meaning = [
        ("InvalidContentType", "the client does not speak TLS"),
        ("fatal alert: BadCertificate", NOT_TAKEN),
        ("fatal alert: UnknownCA", NOT_TAKEN),
        ("fatal alert: CertificateUnknown", NOT_TAKEN),
        ("peer sent no certificates", "the client shows no certificate: has it one of an authority in `client_ca`?"),
        ("NoCertificatesPresented", "the client shows no certificate: has it one of an authority in `client_ca`?"),
        ("UnknownIssuer", "the client's certificate is from another authority"),
        ("BadSignature", "the client's certificate is from another authority"),
        ("ExpiredRevocationList", "the list of revoked certificates has ended: fetch a newer one"),
        ("UnknownRevocationStatus", "no list of revoked certificates is from the client's authority"),
        ("Revoked", "the client's certificate has been revoked"),
        ("Expired", "the client's certificate has expired"),
    ];
    match meaning.iter().find(|(word, _)| text.contains(word)) {
        Some((_, meaning)) => io::Error::other(format!("{meaning} ({text})")),
        None => error,
    }
}

/// A connection's place in the list, given up however it ends.
struct Listed<'w> {
    worker: &'w Worker,
    number: u64,
}

impl Drop for Listed<'_> {
    fn drop(&mut self) {
        let mut links = self.worker.links.borrow_mut();
        links.remove(&self.number);
        if links.is_empty() {
            self.worker.emptied.notify_one();
        }
    }
}

/// Serves connections until the gate drains and all have ended, or time is up.
pub(super) async fn run(thread: Thread) {
    let Thread { gate, sinks, mut queue, workers, orders: Orders { draining: mut drain, mut reloads } } = thread;
    let upstream = Upstream::new(&gate.upstream, Arc::clone(&sinks.metrics));
    let shared = Shared { gate, upstream, sinks: Rc::new(sinks), traffic: Rc::new(Traffic::default()) };
    let worker = Rc::new(Worker { shared, links: RefCell::default(), emptied: Notify::new(), next: Cell::new(0) });
    let mut tick = tokio::time::interval(TICK);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            biased;
            job = queue.recv() => match job {
                Some(Job::Answer(alive)) => drop(alive.send(())),
                Some(Job::Serve(accepted)) => { spawn_local(Rc::clone(&worker).serve(accepted)); }
                Some(Job::Listen(listener, socket, report)) => {
                    let _ = report.send(worker.listen(listener, socket, workers.clone(), drain.clone()));
                }
                None => break,
            },
            _ = tick.tick() => worker.tick(),
            _ = drain.changed() => break,
            Ok(()) = reloads.changed() => { spawn_local(reconsider(worker.links())); }
        }
    }
    worker.drain().await;
}

/// One connection after the other: certificates are verified anew, and others want to be served
/// meanwhile. What they ask before their turn is judged by the new rules in any case.
async fn reconsider(links: Vec<Rc<Link>>) {
    for link in links {
        link.reconsider();
        tokio::task::yield_now().await;
    }
}

impl Worker {
    fn listen(
        &self,
        listener: Arc<Listener>,
        socket: Bound,
        workers: Workers,
        drain: watch::Receiver<bool>,
    ) -> io::Result<()> {
        let socket = socket.register()?;
        spawn_local(accept(Arc::clone(&self.shared.gate), listener, socket, workers, drain));
        Ok(())
    }

    async fn serve(self: Rc<Self>, accepted: Accepted) {
        let Accepted { listener, stream, seat } = accepted;
        let who = stream.address();
        match self.open(&listener, stream).await {
            Ok((stream, client)) => self.connection(&listener, stream, client).await,
            // it was told of already, once for many
            Err(error) if error.kind() == io::ErrorKind::QuotaExceeded => {}
            Err(error) => {
                self.shared.sinks.metrics.handshakes_failed.inc();
                if let Some(more) = listener.refusals.say() {
                    tracing::warn!(listener = %listener.name, who, %error, more, "refused: no connection was made");
                }
            }
        }
        drop(seat);
    }

    async fn connection(&self, listener: &Arc<Listener>, stream: ClientStream, client: Client) {
        let (tap, state) = Tap::new(stream);
        let link = Link::new(self.shared.clone(), Arc::clone(listener), client, state);
        let number = self.next.replace(self.next.get().wrapping_add(1));
        self.links.borrow_mut().insert(number, Rc::downgrade(&link));
        let _listed = Listed { worker: self, number };
        connection::serve(link, tap).await;
    }

    /// The stream, and who is there.
    async fn open(&self, listener: &Listener, stream: Raw) -> io::Result<(ClientStream, Client)> {
        let rules = listener.rules.load_full();
        match stream {
            Raw::Unix(stream) => {
                let stream = tokio::net::UnixStream::from_std(stream)?;
                let (peer, known) = peer::of_unix(&stream, rules.policy.needs_groups(), rules.policy.needs_names())?;
                let client = Client { peer, learned: Learned::of_unix(known), container: None, rules };
                let client = self.with_container(listener, client, Some(&stream)).await;
                Ok((ClientStream::Unix(stream), client))
            }
            Raw::Tcp(stream, address) => {
                stream.set_nodelay(true)?;
                let stream = tokio::net::TcpStream::from_std(stream)?;
                rustix::net::sockopt::set_socket_keepalive(&stream, true)?;
                let tls = rules.tcp.as_ref().and_then(|tcp| tcp.tls.as_deref());
                let (stream, peer, chain) = self.open_tcp(listener, tls, stream, address.ip()).await?;
                let client = Client { peer, learned: Learned::of_tcp(chain), container: None, rules };
                Ok((stream, self.with_container(listener, client, None).await))
            }
        }
    }

    /// Adds the container that a client is in, where the policy asks for that.
    async fn with_container(
        &self,
        listener: &Listener,
        mut client: Client,
        stream: Option<&tokio::net::UnixStream>,
    ) -> Client {
        if !client.rules.policy.needs_containers() {
            return client;
        }
        let learned = &mut client.learned;
        match self.container(&client.peer, stream).await {
            Caller::Unseen(why) => {
                let who = said(&client.peer);
                tracing::warn!(listener = %listener.name, who, %why, "the container of a client cannot be told");
            }
            Caller::Outside => learned.known.container = true,
            Caller::Inside(container, life) => {
                learned.known.container = true;
                learned.life = Some(life);
                client.container = Some(container);
            }
        }
        client
    }

    async fn container(&self, peer: &Peer, stream: Option<&tokio::net::UnixStream>) -> Caller {
        match peer {
            Peer::Unix { pid, .. } => {
                let process = stream.and_then(|stream| peer::process(stream, *pid));
                caller::find(&self.shared.upstream, *pid, process).await
            }
            Peer::Tcp { address, .. } => source::find(&self.shared.upstream, *address).await,
        }
    }

    async fn open_tcp(
        &self,
        listener: &Listener,
        tls: Option<&Tls>,
        stream: tokio::net::TcpStream,
        address: IpAddr,
    ) -> io::Result<(ClientStream, Peer, Chain)> {
        let unreadable = |_| io::Error::other("the client certificate cannot be read");
        let Some(tls) = tls else {
            let peer = peer::of_tcp(address, None).map_err(unreadable)?;
            return Ok((ClientStream::Tcp(stream), peer, Chain::default()));
        };
        let stream = self.shake_hands(listener, tls, stream, address).await?;
        let chain: Chain = stream.get_ref().1.peer_certificates().unwrap_or_default().into();
        let peer = peer::of_tcp(address, chain.first()).map_err(unreadable)?;
        Ok((ClientStream::Tls(Box::new(stream)), peer, chain))
    }

    async fn shake_hands(
        &self,
        listener: &Listener,
        tls: &Tls,
        stream: tokio::net::TcpStream,
        address: IpAddr,
    ) -> io::Result<TlsStream<tokio::net::TcpStream>> {
        let limits = &self.shared.gate.limits;
        let spoken = tokio::time::timeout(limits.handshake_timeout.min(FIRST_WORD), stream.readable()).await;
        spoken.map_err(|_| io::Error::other("the client said nothing"))??;
        let Some(_under_way) = listener.handshakes.begin(address, limits.handshakes) else {
            self.shared.gate.note_full(&listener.name, "TLS handshakes");
            return Err(io::ErrorKind::QuotaExceeded.into());
        };
        let handshake = tokio_rustls::TlsAcceptor::from(tls.config()).accept(stream);
        let in_time = tokio::time::timeout(limits.handshake_timeout, handshake).await;
        in_time.map_err(|_| io::Error::other("the TLS handshake took too long"))?.map_err(explained)
    }

    fn tick(&self) {
        self.shared.upstream.trim();
        self.shared.gate.remembered.trim(Instant::now());
        for link in self.links() {
            link.tick(&self.shared.gate.limits);
        }
    }

    fn links(&self) -> Vec<Rc<Link>> {
        self.links.borrow().values().filter_map(Weak::upgrade).collect()
    }

    /// Requests under way may end; streams may go on while they move bytes.
    async fn drain(&self) {
        let began = Instant::now();
        let mut moved = u64::MAX;
        while !self.links.borrow().is_empty() && began.elapsed() < self.shared.gate.limits.shutdown_grace {
            self.links().iter().for_each(|link| link.drain());
            if tokio::time::timeout(TICK, self.emptied.notified()).await.is_ok() {
                continue;
            }
            let now = self.shared.traffic.moved();
            if self.shared.traffic.plain() == 0 && now == moved {
                return;
            }
            moved = now;
        }
    }
}

fn said(peer: &Peer) -> String {
    match peer {
        Peer::Unix { pid, .. } => format!("process {pid}"),
        Peer::Tcp { address, .. } => address.to_string(),
    }
}
