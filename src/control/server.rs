//! The gate's own little HTTP server.

use super::Order;
use crate::proxy::config::SidePlace;
use crate::proxy::{ListenError, SocketFile, UnixSocket, open_unix};
use crate::record::Throttle;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::io;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::UnixStream;
use tokio::sync::{Semaphore, mpsc, oneshot};

/// Connections that are served at once.
const MAX_CONNECTIONS: usize = 64;

/// How long one connection may last.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long to wait after a connection could not be accepted.
const PAUSE: Duration = Duration::from_millis(100);

/// The type of answers for people.
const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
const JSON: HeaderValue = HeaderValue::from_static("application/json");
const OPENMETRICS: HeaderValue = HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");

/// What may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    /// The numbers alone.
    Metrics,
    /// Everything; only by the gate's own user and root.
    All,
}

/// A socket beside the gate's listeners, open.
#[derive(Debug)]
pub struct Side {
    socket: Socket,
    asked: Asked,
    _file: Option<SocketFile>,
}

#[derive(Debug)]
enum Socket {
    Unix(UnixListener),
    Tcp(std::net::TcpListener),
}

/// Why a socket beside the listeners cannot be opened.
#[derive(Debug)]
pub enum OpenError {
    /// A Unix socket.
    Listen(ListenError),
    /// Anything else.
    Io(String, io::Error),
}

impl std::fmt::Display for OpenError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Listen(error) => error.fmt(f),
            Self::Io(place, error) => write!(f, "cannot listen on {place}: {error}"),
        }
    }
}

impl Side {
    /// Opens the socket for status, health and reloads. Whoever asks is known by the kernel, and is
    /// the gate's own user or root, or gets no answer.
    ///
    /// # Errors
    /// The socket cannot be had.
    pub fn status(place: &SidePlace) -> Result<Self, OpenError> {
        Self::open(place, 0o600, Asked::All)
    }

    /// Opens the socket or port for the numbers.
    ///
    /// # Errors
    /// The socket or port cannot be had.
    pub fn metrics(place: &SidePlace) -> Result<Self, OpenError> {
        Self::open(place, 0o660, Asked::Metrics)
    }

    fn open(place: &SidePlace, mode: u32, asked: Asked) -> Result<Self, OpenError> {
        let io = |error| OpenError::Io(place.to_string(), error);
        let (socket, file) = match place {
            SidePlace::Path(path) => {
                let socket = UnixSocket { path: path.clone(), mode, owner: None, group: None };
                let (listener, file) = open_unix(&socket).map_err(OpenError::Listen)?;
                (Socket::Unix(listener), Some(file))
            }
            SidePlace::Abstract(name) => (Socket::Unix(open_abstract(name).map_err(io)?), None),
            SidePlace::Tcp(address) => {
                let listener = std::net::TcpListener::bind(address).map_err(io)?;
                listener.set_nonblocking(true).map_err(io)?;
                (Socket::Tcp(listener), None)
            }
        };
        Ok(Self { socket, asked, _file: file })
    }

    /// Where it listens, with the port that was given.
    pub fn address(&self) -> Option<std::net::SocketAddr> {
        if let Socket::Tcp(listener) = &self.socket { listener.local_addr().ok() } else { None }
    }

    /// Answers until it is dropped.
    ///
    /// # Errors
    /// The runtime takes no more sockets.
    pub async fn serve(self, orders: mpsc::Sender<Order>) -> io::Result<()> {
        let (seats, asked) = (Arc::new(Semaphore::new(MAX_CONNECTIONS)), self.asked);
        let strangers = Throttle::default();
        match self.socket {
            Socket::Unix(listener) => {
                let listener = tokio::net::UnixListener::from_std(listener)?;
                loop {
                    match listener.accept().await {
                        Ok((stream, _)) if asked == Asked::Metrics || is_ours(&stream) => {
                            answer(stream, asked, &orders, &seats);
                        }
                        Ok(_) => {
                            if let Some(more) = strangers.say() {
                                tracing::warn!(more, "somebody else's process asked for the gate's status: no answer");
                            }
                        }
                        Err(_) => tokio::time::sleep(PAUSE).await,
                    }
                }
            }
            Socket::Tcp(listener) => {
                let listener = tokio::net::TcpListener::from_std(listener)?;
                loop {
                    match listener.accept().await {
                        Ok((stream, _)) => answer(stream, asked, &orders, &seats),
                        Err(_) => tokio::time::sleep(PAUSE).await,
                    }
                }
            }
        }
    }
}

fn open_abstract(name: &str) -> io::Result<UnixListener> {
    let listener = UnixListener::bind_addr(&SocketAddr::from_abstract_name(name)?)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

fn is_ours(stream: &UnixStream) -> bool {
    let own = rustix::process::geteuid().as_raw();
    stream.peer_cred().is_ok_and(|peer| peer.uid() == own || peer.uid() == 0)
}

/// Serves one connection beside the others: one question, one answer.
fn answer<S>(stream: S, asked: Asked, orders: &mpsc::Sender<Order>, seats: &Arc<Semaphore>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    // who comes when all are taken is closed at once: waiting here, nobody else would be accepted
    let Ok(seat) = Arc::clone(seats).try_acquire_owned() else { return };
    let orders = orders.clone();
    tokio::spawn(async move {
        let service = service_fn(|request| {
            let orders = orders.clone();
            async move { Ok::<_, Infallible>(reply(&request, asked, &orders).await) }
        });
        let connection = http1::Builder::new().keep_alive(false).serve_connection(TokioIo::new(stream), service);
        // whoever is too slow or speaks no HTTP has only itself to tell
        let _ = tokio::time::timeout(PATIENCE, connection).await;
        drop(seat);
    });
}

async fn reply(request: &Request<Incoming>, asked: Asked, orders: &mpsc::Sender<Order>) -> Response<Full<Bytes>> {
    let all = asked == Asked::All;
    match (request.method(), request.uri().path()) {
        (&Method::GET, "/metrics") => told(orders, Order::Metrics, OPENMETRICS).await,
        (&Method::GET, "/status") if all => told(orders, Order::Status, JSON).await,
        (&Method::GET, "/health") if all => judged(orders, Order::Health, StatusCode::SERVICE_UNAVAILABLE).await,
        (&Method::POST, "/reload") if all => judged(orders, Order::Reload, StatusCode::CONFLICT).await,
        _ => page(StatusCode::NOT_FOUND, TEXT, "there is nothing here\n".to_owned()),
    }
}

async fn told(
    orders: &mpsc::Sender<Order>,
    order: impl FnOnce(oneshot::Sender<String>) -> Order,
    kind: HeaderValue,
) -> Response<Full<Bytes>> {
    match asked_of(orders, order).await {
        Some(text) => page(StatusCode::OK, kind, text),
        None => ending(),
    }
}

async fn judged(
    orders: &mpsc::Sender<Order>,
    order: impl FnOnce(oneshot::Sender<Result<String, String>>) -> Order,
    bad: StatusCode,
) -> Response<Full<Bytes>> {
    match asked_of(orders, order).await {
        Some(Ok(text)) => page(StatusCode::OK, TEXT, text),
        Some(Err(text)) => page(bad, TEXT, text),
        None => ending(),
    }
}

async fn asked_of<T>(orders: &mpsc::Sender<Order>, order: impl FnOnce(oneshot::Sender<T>) -> Order) -> Option<T> {
    let (reply, answer) = oneshot::channel();
    orders.send(order(reply)).await.ok()?;
    answer.await.ok()
}

fn ending() -> Response<Full<Bytes>> {
    page(StatusCode::SERVICE_UNAVAILABLE, TEXT, "the gate is ending\n".to_owned())
}

fn page(status: StatusCode, kind: HeaderValue, text: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(text)));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}
