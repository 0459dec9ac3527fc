//! Listeners, from where they were planned to an open socket.

use super::listen::{self, ListenError, SocketFile, UnixSocket};
use super::rules::Rules;
use super::worker::Socket;
use super::{Endpoint, Handed, Listener, ListenerPlan, Tcp};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

/// A listener that is open.
#[derive(Debug)]
pub(super) struct Open {
    /// Where it was planned.
    pub(super) place: Place,
    /// What its connections share.
    pub(super) listener: Arc<Listener>,
    /// Its socket's name, which goes with it.
    pub(super) _file: Option<SocketFile>,
}

/// Where a listener was planned, which tells one from another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A Unix socket.
    Unix(UnixSocket),
    /// An address; with port 0, each is another one.
    Tcp(SocketAddr),
    /// The number of a socket that was handed over.
    Handed(usize),
}

impl Place {
    /// Whether it is the same socket or port.
    pub(super) fn is_where(&self, endpoint: &Endpoint) -> bool {
        match (self, endpoint) {
            (Self::Unix(socket), Endpoint::Unix(other)) => socket.path == other.path,
            (Self::Tcp(address), Endpoint::Tcp { address: other, .. }) => address == other,
            (Self::Handed(number), Endpoint::Handed { socket, .. }) => *number == socket.number(),
            _ => false,
        }
    }
}

impl Open {
    /// Accepts no more connections; those that are open end as soon as they can.
    pub(super) fn close(&self) {
        self.listener.closed.send_replace(true);
    }
}

impl From<&Endpoint> for Place {
    fn from(endpoint: &Endpoint) -> Self {
        match endpoint {
            Endpoint::Unix(socket) => Self::Unix(socket.clone()),
            Endpoint::Tcp { address, .. } => Self::Tcp(*address),
            Endpoint::Handed { socket, .. } => Self::Handed(socket.number()),
        }
    }
}

impl From<ListenerPlan> for Rules {
    fn from(plan: ListenerPlan) -> Self {
        let tcp = match plan.endpoint {
            Endpoint::Unix(_) => None,
            Endpoint::Handed { socket, .. } if socket.address().is_none() => None,
            Endpoint::Tcp { tls, hosts, .. } | Endpoint::Handed { tls, hosts, .. } => Some(Tcp { tls, hosts }),
        };
        Self { policy: plan.policy, denials: plan.denials, socket: plan.socket, tcp }
    }
}

/// A socket that was opened, before anybody accepts connections of it.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) place: Place,
    pub(super) listener: Arc<Listener>,
    pub(super) socket: Bound,
    pub(super) file: Option<SocketFile>,
}

impl Opened {
    /// Opens what was planned.
    ///
    /// # Errors
    /// The socket or port cannot be had.
    pub(super) fn open(plan: ListenerPlan) -> Result<Self, ListenError> {
        let place = Place::from(&plan.endpoint);
        let (socket, file, name) = match &plan.endpoint {
            Endpoint::Unix(unix) => {
                let (listener, file) = listen::unix(unix)?;
                (Bound::Unix(listener), Some(file), unix.path.display().to_string())
            }
            Endpoint::Tcp { address, .. } => {
                let listener = listen::tcp(*address)?;
                let name = listener.local_addr().unwrap_or(*address).to_string();
                (Bound::Tcp(listener), None, name)
            }
            Endpoint::Handed { socket, .. } => (handed(socket)?, None, socket.shown()),
        };
        let listener = Arc::new(Listener::new(&name, plan.into()));
        Ok(Self { place, listener, socket, file })
    }
}

fn handed(socket: &Handed) -> Result<Bound, ListenError> {
    socket.open().map_err(|error| ListenError {
        listener: socket.shown(),
        what: error.to_string(),
        help: "restart the gate by its .socket unit".to_owned(),
    })
}

/// A listening socket that no runtime knows yet.
#[derive(Debug)]
pub(super) enum Bound {
    Unix(std::os::unix::net::UnixListener),
    Tcp(std::net::TcpListener),
}

impl Bound {
    /// Registers the socket with this thread's runtime.
    pub(super) fn register(self) -> io::Result<Socket> {
        Ok(match self {
            Self::Unix(listener) => Socket::Unix(tokio::net::UnixListener::from_std(listener)?),
            Self::Tcp(listener) => Socket::Tcp(tokio::net::TcpListener::from_std(listener)?),
        })
    }
}
