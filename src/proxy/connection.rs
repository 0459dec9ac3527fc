//! One client connection from accept to close.

use super::body::Answer;
use super::exchange::{Exchange, Traffic};
use super::handle::handle;
use super::limits::{Limits, MAX_BUFFER, MAX_HEAD};
use super::refuse;
use super::rules::{Learned, Rules, Standing};
use super::stream::ClientStream;
use super::tap::{Tap, TapState};
use super::tunnel::{self, linger};
use super::upstream::Upstream;
use super::upstream_io::UpstreamIo;
use super::{Gate, Listener};
use crate::record::{How, Sinks, visible};
use crate::request::{Identity, Object, Peer};
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper_util::rt::TokioIo;
use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{Instant, SystemTime, UNIX_EPOCH};
use tokio::io::AsyncWriteExt;
use tokio::sync::Notify;

/// How an HTTP/2 connection begins (RFC 9113, section 3.4), as far as hyper reads
/// before it gives up.
const H2_PREFACE: &[u8] = b"PRI * HTTP/2";

/// What one connection knows for as long as it lives.
#[derive(Debug)]
pub(super) struct Link {
    /// What all threads share.
    pub(super) gate: Arc<Gate>,
    /// The listener that accepted it.
    pub(super) listener: Arc<Listener>,
    /// Who is there.
    pub(super) who: Arc<Identity>,
    learned: Learned,
    standing: RefCell<Rc<Standing>>,
    /// The way to Docker.
    pub(super) upstream: Rc<Upstream>,
    /// Where records go.
    pub(super) sinks: Rc<Sinks>,
    /// What this thread has under way.
    pub(super) traffic: Rc<Traffic>,
    /// What is known of the bytes.
    pub(super) tap: Rc<TapState>,
    takeover: RefCell<Option<Takeover>>,
    stream: RefCell<Weak<Exchange>>,
    revoked: Cell<bool>,
    order: Cell<Order>,
    ordered: Notify,
    watched: Cell<bool>,
    /// When the client's certificate was last looked at.
    trusted_at: Cell<Instant>,
}

/// What the thread's clock or a shutdown wants of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    None,
    Watch,
    Drain,
    End,
}

/// A hijacked stream that waits for hyper to let go of the client's side.
#[derive(Debug)]
pub(super) struct Takeover {
    /// The head that the client reads.
    pub(super) head: Vec<u8>,
    /// The daemon's side.
    pub(super) daemon: UpstreamIo,
    /// The request.
    pub(super) exchange: Rc<Exchange>,
}

/// Who has connected, and the rules that let it in.
#[derive(Debug)]
pub(super) struct Client {
    /// Who is there.
    pub(super) peer: Peer,
    /// What else was learned.
    pub(super) learned: Learned,
    /// The container that it runs in, where that counts.
    pub(super) container: Option<Arc<Object>>,
    /// The rules of that moment.
    pub(super) rules: Arc<Rules>,
}

/// What a connection shares with its thread.
#[derive(Clone, Debug)]
pub(super) struct Shared {
    pub(super) gate: Arc<Gate>,
    pub(super) upstream: Rc<Upstream>,
    pub(super) sinks: Rc<Sinks>,
    pub(super) traffic: Rc<Traffic>,
}

impl Link {
    /// A fresh connection.
    pub(super) fn new(shared: Shared, listener: Arc<Listener>, client: Client, tap: Rc<TapState>) -> Rc<Self> {
        let Client { peer, learned, container, rules } = client;
        let socket = Arc::clone(&rules.socket);
        let who = Identity { listener: Arc::clone(&listener.name), peer, container, socket };
        let standing = Rc::new(Standing::first(rules, &who, &learned));
        let Shared { gate, upstream, sinks, traffic } = shared;
        Rc::new(Self {
            gate,
            listener,
            who: Arc::new(who),
            learned,
            standing: RefCell::new(standing),
            upstream,
            sinks,
            traffic,
            tap,
            takeover: RefCell::new(None),
            stream: RefCell::new(Weak::new()),
            revoked: Cell::new(false),
            order: Cell::new(Order::None),
            ordered: Notify::new(),
            watched: Cell::new(false),
            trusted_at: Cell::new(Instant::now()),
        })
    }

    /// The caller's role under the rules of now. It is found once for the same rules, since the peer
    /// does not change.
    pub(super) fn standing(&self) -> Rc<Standing> {
        let rules = self.listener.rules.load();
        if !self.standing.borrow().is_under(&rules) {
            let standing = Standing::later(Arc::clone(&rules), &self.who, &self.learned);
            *self.standing.borrow_mut() = Rc::new(standing);
        }
        Rc::clone(&self.standing.borrow())
    }

    /// Whether its listener is closed, so that its rules are nobody's any more.
    pub(super) fn is_closed(&self) -> bool {
        *self.listener.closed.borrow()
    }

    /// Whether the client's container has ended since it connected.
    pub(super) fn is_orphaned(&self) -> bool {
        self.learned.has_ended()
    }

    /// Whether the client's certificate has expired since the handshake.
    pub(super) fn has_expired(&self) -> bool {
        let Peer::Tcp { certificate: Some(certificate), .. } = &self.who.peer else {
            return false;
        };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        certificate.not_after.is_some_and(|end| i64::try_from(now).unwrap_or(i64::MAX) > end)
    }

    /// Gives the client's stream to a tunnel once hyper lets go of it.
    pub(super) fn take_over(&self, takeover: Takeover) {
        *self.takeover.borrow_mut() = Some(takeover);
    }

    /// Called at every tick: heads that take too long and idle connections end,
    /// requests that take long are watched for a client that is gone.
    pub(super) fn tick(&self, limits: &Limits) {
        if self.has_expired() || self.is_orphaned() || self.has_lost_trust() {
            self.revoke_unless(|_| false);
        }
        let late = self.tap.head_since().is_some_and(|since| since.elapsed() > limits.header_timeout);
        let idle = self.tap.idle().is_some_and(|idle| idle > limits.idle_timeout);
        if (late || idle) && !self.tap.owes() || self.tap.is_stuck(limits.idle_timeout) {
            self.order(Order::End);
        } else if self.tap.busy() && !self.watched.replace(true) {
            self.order(Order::Watch);
        }
    }

    /// From time to time the client's certificate is looked at again: an authority between, or a
    /// list of revoked certificates, may have come to its end.
    fn has_lost_trust(&self) -> bool {
        if self.learned.chain.is_empty() || self.trusted_at.get().elapsed() < self.gate.limits.verify_every {
            return false;
        }
        self.trusted_at.set(Instant::now());
        let standing = Standing::later(self.listener.rules.load_full(), &self.who, &self.learned);
        let lost = standing.is_trusted().is_err();
        *self.standing.borrow_mut() = Rc::new(standing);
        lost
    }

    /// The rules have changed, or the listener is closed: a stream that is not allowed any more ends,
    /// and a connection that cannot be told who it is from takes no further request.
    pub(super) fn reconsider(&self) {
        let (standing, closed) = (self.standing(), self.is_closed());
        let known = self.learned.known.is_enough_for(&standing.rules.policy);
        if closed || !known {
            self.drain();
        }
        self.revoke_unless(|stream| !closed && stream.is_allowed(&standing));
    }

    /// Ends the stream, if there is one, unless it may go on.
    fn revoke_unless(&self, may_go_on: impl FnOnce(&Exchange) -> bool) {
        let stream = self.stream.borrow().upgrade();
        if let Some(stream) = stream.filter(|stream| !may_go_on(stream)) {
            stream.finish(How::Revoked);
            self.revoked.set(true);
            self.order(Order::End);
        }
    }

    /// Ready once the stream is not allowed any more.
    async fn revoked(&self) {
        while !self.revoked.get() {
            self.ordered.notified().await;
        }
    }

    /// What is under way, and may last.
    pub(super) fn lasts(&self, exchange: &Rc<Exchange>) {
        *self.stream.borrow_mut() = Rc::downgrade(exchange);
    }

    /// No further request; what is under way goes on.
    pub(super) fn drain(&self) {
        self.order(Order::Drain);
    }

    /// An order to end is not taken back.
    fn order(&self, order: Order) {
        if self.order.get() != Order::End {
            self.order.set(order);
        }
        self.ordered.notify_one();
    }
}

type Answering = Pin<Box<dyn Future<Output = Result<Response<Answer>, Infallible>>>>;
type Http = http1::Connection<TokioIo<Tap>, Handler>;

/// Hands every request of one connection to [`handle`].
#[derive(Debug)]
struct Handler(Rc<Link>);

impl Service<Request<Incoming>> for Handler {
    type Response = Response<Answer>;
    type Error = Infallible;
    type Future = Answering;

    fn call(&self, request: Request<Incoming>) -> Answering {
        let link = Rc::clone(&self.0);
        Box::pin(async move { Ok(handle(link, request).await) })
    }
}

/// Serves one connection to its end.
pub(super) async fn serve(link: Rc<Link>, tap: Tap) {
    let mut http = http1::Builder::new()
        .half_close(link.tap.knows_half_close())
        .max_buf_size(MAX_BUFFER)
        .max_header_size(MAX_HEAD)
        .serve_connection(TokioIo::new(tap), Handler(Rc::clone(&link)));
    if !run(&link, &mut http).await {
        return;
    }
    let parts = http.into_parts();
    let Some(client) = link.tap.take_stream() else { return };
    let takeover = link.takeover.borrow_mut().take();
    match takeover {
        Some(takeover) => tokio::select! {
            () = tunnel(client, takeover, &parts.read_buf) => {}
            () = link.revoked() => {}
        },
        None => finish(&link, client, &parts.read_buf).await,
    }
}

/// Drives HTTP; false if the connection is to be dropped as it stands.
async fn run(link: &Link, http: &mut Http) -> bool {
    let mut gone: Pin<Box<dyn Future<Output = ()>>> = Box::pin(std::future::pending());
    loop {
        tokio::select! {
            biased;
            done = poll_fn(|cx| poll_to_end(link, http, cx)) => return close(link, done),
            () = link.ordered.notified() => match link.order.get() {
                Order::End => return false,
                Order::Drain => Pin::new(&mut *http).graceful_shutdown(),
                Order::Watch => match link.tap.watch() {
                    Ok(watch) => gone = Box::pin(watch.gone()),
                    Err(error) => {
                        tracing::error!(listener = %link.who.listener, %error, "a client cannot be watched");
                        return false;
                    }
                },
                Order::None => {}
            },
            () = &mut gone => return false,
        }
    }
}

/// Polls until all that was answered is written. With a request that asked for
/// an upgrade, hyper ends before its last flush; a second poll makes up for it.
fn poll_to_end(link: &Link, http: &mut Http, cx: &mut Context<'_>) -> Poll<hyper::Result<()>> {
    let done = ready!(Pin::new(&mut *http).poll(cx));
    if done.is_ok() && link.tap.owes() { Pin::new(http).poll(cx) } else { Poll::Ready(done) }
}

/// hyper is done: whether something is left to be said to the client.
fn close(link: &Link, done: hyper::Result<()>) -> bool {
    match done {
        Err(error) if !error.is_parse() => {
            tracing::debug!(listener = %link.who.listener, %error, "connection ended");
            false
        }
        _ => true,
    }
}

/// Writes the head that makes the stream raw, then relays.
async fn tunnel(mut client: ClientStream, takeover: Takeover, early: &[u8]) {
    let Takeover { head, daemon, exchange } = takeover;
    let written = async {
        client.write_all(&head).await?;
        client.flush().await
    };
    if written.await.is_err() {
        return;
    }
    tunnel::relay(client, daemon, early.to_vec(), exchange).await;
}

/// Says what hyper could not, and closes without a reset.
async fn finish(link: &Link, mut client: ClientStream, unread: &[u8]) {
    let last_words = if unread.starts_with(H2_PREFACE) {
        tracing::warn!(listener = %link.who.listener, "refused: the client began to speak HTTP/2");
        refuse::goaway()
    } else if let Some(status) = link.tap.own_answer() {
        let listener = visible(&link.who.listener);
        tracing::warn!(%listener, status, "refused: the head of a request could not be read");
        refuse::unreadable_head(status)
    } else {
        Vec::new()
    };
    if client.write_all(&last_words).await.is_ok() {
        linger(client).await;
    }
}
