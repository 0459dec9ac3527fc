//! The only way to Docker: takes permits, and what the gate itself wants to know (question.rs).

use super::body::Upload;
use super::exchange::Exchange;
use super::facts::Facts;
use super::limits::{CONNECT_PATIENCE, IDLE_UPSTREAM, MAX_BUFFER, MAX_HEADERS, MAX_IDLE_UPSTREAM};
use super::upstream_io::UpstreamIo;
use crate::catalogue::{ApiVersion, CEILING, Stream};
use crate::policy::Allowed;
use crate::record::metrics::{Gauge, Metrics};
use http::header::{CONNECTION, CONTENT_TYPE, HOST, HeaderMap, HeaderValue, UPGRADE};
use http::{Method, Request, Response, Uri};
use hyper::body::Incoming;
use hyper::client::conn::http1::{Builder, SendRequest};
use std::cell::{Cell, RefCell};
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::AbortHandle;
use tower_service::Service;

/// The `Host` that Docker gets; it does not look at it.
pub(super) const UPSTREAM_HOST: HeaderValue = HeaderValue::from_static("docker");

/// The type of every body that was judged; dockerd takes no other.
pub(super) const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// The protocol of a raw hijacked stream.
const TCP: HeaderValue = HeaderValue::from_static("tcp");

/// Why the daemon gave no answer.
#[derive(Debug)]
pub(super) enum UpstreamError {
    /// No connection.
    Connect(io::Error),
    /// A connection, but no whole head came back.
    Exchange(hyper::Error),
    /// The canonical target does not fit into a request line.
    Target,
}

/// The daemon, as one thread sees it: where it is, and idle connections to it.
#[derive(Debug)]
pub(super) struct Upstream {
    path: PathBuf,
    metrics: Arc<Metrics>,
    idle: RefCell<Vec<Idle>>,
    version: Cell<Option<ApiVersion>>,
    /// What it said of objects a moment ago.
    pub(super) facts: Facts,
}

#[derive(Debug)]
struct Idle {
    _counted: Counted,
    sender: SendRequest<Upload>,
    driver: AbortHandle,
    since: Instant,
}

/// One upstream connection in use. Let go before the answer is complete, it is
/// closed, and the daemon sees that nobody waits any more.
#[derive(Debug)]
pub(super) struct Lease {
    upstream: Rc<Upstream>,
    sender: Option<SendRequest<Upload>>,
    driver: AbortHandle,
    reused: bool,
    clean: bool,
    _counted: Counted,
}

/// Counts a connection to the daemon for as long as it is in this state.
#[derive(Debug)]
struct Counted(Gauge);

impl Counted {
    fn new(gauge: &Gauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Lease {
    /// The answer is complete; the connection can serve again if the request is, too.
    pub(super) fn complete(&mut self, uploaded: bool) {
        self.clean |= uploaded;
    }

    /// The connection became a tunnel and lives on by itself.
    pub(super) fn detach(mut self) {
        self.sender = None;
        self.clean = true;
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        match self.sender.take() {
            Some(sender) if self.clean && !sender.is_closed() => self.upstream.keep(sender, self.driver.clone()),
            _ if self.clean => {}
            _ => self.driver.abort(),
        }
    }
}

impl Upstream {
    /// The daemon behind a Unix socket; nothing is connected yet.
    pub(super) fn new(path: &Path, metrics: Arc<Metrics>) -> Rc<Self> {
        let (idle, version, facts) = Default::default();
        Rc::new(Self { path: path.to_owned(), metrics, idle, version, facts })
    }

    /// Sends what was permitted and waits for the head of the answer.
    ///
    /// # Errors
    /// The daemon cannot be reached, or went away before it answered. A request
    /// that never left, or that can be repeated, was tried again on a new connection.
    pub(super) async fn send(
        self: &Rc<Self>,
        permit: &Allowed,
        upload: Upload,
    ) -> Result<(Response<Incoming>, Lease), UpstreamError> {
        let version = self.version_for(permit).await?;
        let repeatable = is_repeatable(permit, &upload);
        let mut request = build(permit, version, upload)?;
        let mut lease = self.checkout().await?;
        loop {
            let reused = lease.reused;
            match lease.exchange(request).await {
                Ok(response) => {
                    self.learn(response.headers());
                    return Ok((response, lease));
                }
                Err(Failure { unsent: Some(unsent), .. }) if reused => request = unsent,
                Err(_) if reused && repeatable => request = build(permit, version, Upload::Empty)?,
                Err(Failure { error, .. }) => return Err(UpstreamError::Exchange(error)),
            }
            self.idle.borrow_mut().clear();
            lease = self.connect().await?;
        }
    }

    /// Sends what may be sent twice: on a new connection, if one that was kept turns out to be closed.
    ///
    /// # Errors
    /// The daemon cannot be reached, or went away before it answered.
    pub(super) async fn repeatable(
        self: &Rc<Self>,
        request: impl Fn() -> Request<Upload>,
    ) -> Result<(Response<Incoming>, Lease), UpstreamError> {
        let mut lease = self.checkout().await?;
        let reused = lease.reused;
        match lease.exchange(request()).await {
            Ok(response) => return Ok((response, lease)),
            Err(failure) if !reused => return Err(UpstreamError::Exchange(failure.error)),
            Err(_) => self.idle.borrow_mut().clear(),
        }
        let mut lease = self.connect().await?;
        let response = lease.exchange(request()).await.map_err(|failure| UpstreamError::Exchange(failure.error))?;
        Ok((response, lease))
    }

    /// Without a version, Docker takes its newest. It is named here, or the newest
    /// that the catalogue knows, so that a daemon that is replaced by a newer one
    /// does not read the request in a way that nobody judged.
    async fn version_for(self: &Rc<Self>, permit: &Allowed) -> Result<Option<ApiVersion>, UpstreamError> {
        let asked = permit.request().route.version;
        if asked.is_some() || permit.request().operation().is_versionless() {
            return Ok(asked);
        }
        if self.version.get().is_none() {
            self.ping().await?;
        }
        // A daemon that names no version is older than all that this could matter for.
        Ok(self.version.get().map(|newest| newest.min(CEILING)))
    }

    /// Learns the daemon's newest version before the first request without one.
    async fn ping(self: &Rc<Self>) -> Result<(), UpstreamError> {
        let mut lease = self.connect().await?;
        let request = bare(Method::HEAD, Uri::from_static("/_ping"), Upload::Empty);
        let response = lease.exchange(request).await.map_err(|f| UpstreamError::Exchange(f.error))?;
        self.learn(response.headers());
        lease.complete(true);
        Ok(())
    }

    /// dockerd names its newest version in every answer.
    fn learn(&self, headers: &HeaderMap) {
        let version = headers.get("api-version").and_then(|v| v.to_str().ok()).and_then(ApiVersion::parse);
        if version.is_some() {
            self.version.set(version);
        }
    }

    /// Whether the daemon speaks versions that the catalogue does not know.
    pub(super) fn is_newer(&self) -> bool {
        self.version.get().is_some_and(|version| version > CEILING)
    }

    async fn checkout(self: &Rc<Self>) -> Result<Lease, UpstreamError> {
        while let Some(mut idle) = self.pop() {
            if idle.sender.ready().await.is_ok() {
                let Idle { sender, driver, .. } = idle;
                return Ok(self.lease(sender, driver, true));
            }
        }
        self.connect().await
    }

    fn pop(&self) -> Option<Idle> {
        self.idle.borrow_mut().pop()
    }

    async fn connect(self: &Rc<Self>) -> Result<Lease, UpstreamError> {
        let io = connect(&self.path).await.map_err(UpstreamError::Connect)?;
        let handshake = Builder::new().max_buf_size(MAX_BUFFER).max_headers(MAX_HEADERS).handshake(io);
        let (sender, connection) = handshake.await.map_err(UpstreamError::Exchange)?;
        let driver = tokio::task::spawn_local(connection.with_upgrades()).abort_handle();
        self.metrics.upstream_connects.inc();
        Ok(self.lease(sender, driver, false))
    }

    fn lease(self: &Rc<Self>, sender: SendRequest<Upload>, driver: AbortHandle, reused: bool) -> Lease {
        let counted = Counted::new(&self.metrics.upstream_busy);
        Lease { upstream: Rc::clone(self), sender: Some(sender), driver, reused, clean: false, _counted: counted }
    }

    fn keep(&self, sender: SendRequest<Upload>, driver: AbortHandle) {
        let mut idle = self.idle.borrow_mut();
        if idle.len() < MAX_IDLE_UPSTREAM {
            let counted = Counted::new(&self.metrics.upstream_idle);
            idle.push(Idle { sender, driver, since: Instant::now(), _counted: counted });
        }
    }

    /// Closes connections that have idled too long, or that the daemon has closed.
    pub(super) fn trim(&self) {
        self.idle.borrow_mut().retain(|idle| idle.since.elapsed() < IDLE_UPSTREAM && !idle.sender.is_closed());
    }
}

struct Failure {
    error: hyper::Error,
    unsent: Option<Request<Upload>>,
}

impl Lease {
    async fn exchange(&mut self, request: Request<Upload>) -> Result<Response<Incoming>, Failure> {
        let Some(sender) = &mut self.sender else {
            return std::future::pending().await;
        };
        sender.try_send_request(request).await.map_err(|mut failed| {
            let unsent = failed.take_message();
            Failure { error: failed.into_error(), unsent }
        })
    }
}

/// A full accept queue is no refusal: dockerd is busy, not gone.
pub(super) async fn connect(path: &Path) -> io::Result<UpstreamIo> {
    const PAUSE: Duration = Duration::from_millis(5);
    let began = Instant::now();
    loop {
        let uri = hyperlocal::Uri::new(path, "/").into();
        match hyperlocal::UnixConnector.call(uri).await {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock && began.elapsed() < CONNECT_PATIENCE => {
                tokio::time::sleep(PAUSE).await;
            }
            result => return result.map(UpstreamIo::new),
        }
    }
}

/// What can be sent a second time without a second effect.
fn is_repeatable(permit: &Allowed, upload: &Upload) -> bool {
    let method = &permit.request().method;
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) && matches!(upload, Upload::Empty)
}

pub(super) fn bare(method: Method, uri: Uri, upload: Upload) -> Request<Upload> {
    let mut request = Request::new(upload);
    *request.method_mut() = method;
    *request.uri_mut() = uri;
    request.headers_mut().insert(HOST, UPSTREAM_HOST);
    request
}

/// The upstream request, made from the tree that was judged.
fn build(permit: &Allowed, version: Option<ApiVersion>, upload: Upload) -> Result<Request<Upload>, UpstreamError> {
    let request = permit.request();
    let target = target(permit, version).ok_or(UpstreamError::Target)?;
    let mut out = bare(request.method.clone(), target, upload);
    let headers = out.headers_mut();
    headers.extend(request.headers.known.clone());
    if permit.unexamined() {
        headers.extend(request.headers.unknown.clone());
    }
    if request.body.is_some() {
        headers.insert(CONTENT_TYPE, JSON);
    }
    if let Some(protocol) = upgrade(permit) {
        headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
        headers.insert(UPGRADE, protocol);
    }
    Ok(out)
}

/// Whether the canonical target fits into a request line; escapes may have made it longer.
pub(super) fn has_target(permit: &Allowed) -> bool {
    target(permit, Some(CEILING)).is_some()
}

/// A raw hijack is always asked for as an upgrade, because only a 101 shows
/// beyond doubt that the daemon has switched.
fn upgrade(permit: &Allowed) -> Option<HeaderValue> {
    match permit.request().route.operation.stream {
        Stream::Hijack => Some(TCP),
        _ => permit.request().headers.upgrade.clone(),
    }
}

fn target(permit: &Allowed, version: Option<ApiVersion>) -> Option<Uri> {
    let request = permit.request();
    let mut target = request.route.canonical_path_as(version);
    let query = request.canonical_query(permit.unexamined());
    if !query.is_empty() {
        target.push('?');
        target.push_str(&query);
    }
    target.parse().ok()
}

/// Marks the exchange as uploaded where there is no body to wait for.
pub(super) fn empty(exchange: &Exchange) -> Upload {
    exchange.upload_done();
    Upload::Empty
}
