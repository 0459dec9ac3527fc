//! Sockets that were open before the gate was: systemd makes them, and hands them over with names
//! (sd_listen_fds(3)).

use super::open::Bound;
use listenfd::ListenFd;
use rustix::net::sockopt::socket_acceptconn;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The name of a socket that has none (sd_listen_fds_with_names(3)).
const UNNAMED: &str = "unknown";

/// The sockets that were handed over. They stay open with the process, so that a reload can close a
/// listener and open it again.
#[derive(Clone, Debug, Default)]
pub struct Inherited(Vec<Arc<Handed>>);

/// One socket that was handed over.
#[derive(Debug)]
pub struct Handed {
    name: String,
    number: usize,
    socket: Socket,
}

#[derive(Debug)]
enum Socket {
    Unix(UnixListener),
    Tcp(TcpListener),
}

impl Inherited {
    /// Takes what was handed to this process; at most once.
    ///
    /// # Errors
    /// Something was handed over that is no listening stream socket.
    pub fn take() -> Result<Self, String> {
        let mut given = ListenFd::from_env();
        let handed = names(given.len())?.into_iter().enumerate().map(|(number, name)| {
            let socket = socket(&mut given, number)
                .map_err(|error| format!("the socket `{name}` that was handed over cannot be used: {error}"))?;
            Ok(Arc::new(Handed { name, number, socket }))
        });
        let handed: Vec<_> = handed.collect::<Result<_, String>>()?;
        match handed.iter().find(|one| handed.iter().any(|other| other.number < one.number && other.is(one))) {
            Some(twice) => Err(format!("the socket `{}` was handed over twice", twice.name)),
            None => Ok(Self(handed)),
        }
    }

    /// Every socket of this name: a .socket unit may have several.
    ///
    /// # Errors
    /// There is none.
    pub fn named(&self, name: &str) -> Result<Vec<Arc<Handed>>, String> {
        let named: Vec<_> = self.0.iter().filter(|handed| handed.name == name).cloned().collect();
        if named.is_empty() { Err(self.missing(name)) } else { Ok(named) }
    }

    fn missing(&self, name: &str) -> String {
        let others = self.unused(&[]);
        let what = match others.as_slice() {
            [] => "none was handed over to this process".to_owned(),
            others => format!("only {} was handed over", others.join(", ")),
        };
        format!(
            "there is no inherited socket `{name}`: {what}\n  help: start the gate by a .socket unit that says `FileDescriptorName={name}`"
        )
    }

    /// The paths of Unix sockets among them.
    pub fn paths(&self) -> Vec<PathBuf> {
        self.0.iter().filter_map(|handed| handed.path()).collect()
    }

    /// The names that are not among these.
    pub fn unused(&self, used: &[&str]) -> Vec<&str> {
        let mut names: Vec<_> = self.0.iter().map(|handed| handed.name.as_str()).collect();
        names.retain(|name| !used.contains(name));
        names.dedup();
        names
    }
}

/// A name for each; an empty one is none, and takes nobody else's place.
fn names(count: usize) -> Result<Vec<String>, String> {
    let Ok(text) = std::env::var("LISTEN_FDNAMES") else { return Ok(vec![UNNAMED.to_owned(); count]) };
    let named = |name: &str| if name.is_empty() { UNNAMED.to_owned() } else { name.to_owned() };
    let names: Vec<_> = if count == 0 { Vec::new() } else { text.split(':').map(named).collect() };
    if names.len() == count {
        return Ok(names);
    }
    Err(format!("{count} sockets were handed over, with {} names", names.len()))
}

fn socket(given: &mut ListenFd, at: usize) -> io::Result<Socket> {
    let missing = || io::Error::other("it is gone");
    let socket = match given.take_unix_listener(at) {
        Ok(unix) => Socket::Unix(unix.ok_or_else(missing)?),
        Err(_) => Socket::Tcp(given.take_tcp_listener(at)?.ok_or_else(missing)?),
    };
    let listens = match &socket {
        Socket::Unix(socket) => socket_acceptconn(socket)?,
        Socket::Tcp(socket) => socket_acceptconn(socket)?,
    };
    if listens {
        Ok(socket)
    } else {
        Err(io::Error::other("it is a connection; the .socket unit must not say `Accept=yes`"))
    }
}

impl Handed {
    /// Tells it from all others of this process.
    pub(super) fn number(&self) -> usize {
        self.number
    }

    /// Whether both are the same socket.
    fn is(&self, other: &Self) -> bool {
        (self.path().is_some() && self.path() == other.path())
            || (self.address().is_some() && self.address() == other.address())
    }

    /// The path of a Unix socket that has one.
    pub fn path(&self) -> Option<PathBuf> {
        let Socket::Unix(socket) = &self.socket else { return None };
        socket.local_addr().ok()?.as_pathname().map(Path::to_owned)
    }

    /// Address and port of a TCP socket.
    pub fn address(&self) -> Option<SocketAddr> {
        let Socket::Tcp(socket) = &self.socket else { return None };
        socket.local_addr().ok()
    }

    /// Its path or address, or its name if it has neither.
    pub(super) fn shown(&self) -> String {
        let path = self.path().map(|path| path.display().to_string());
        path.or_else(|| self.address().map(|address| address.to_string())).unwrap_or_else(|| self.name.clone())
    }

    /// The same socket, to accept connections of.
    pub(super) fn open(&self) -> io::Result<Bound> {
        match &self.socket {
            Socket::Unix(socket) => {
                socket.set_nonblocking(true)?;
                socket.try_clone().map(Bound::Unix)
            }
            Socket::Tcp(socket) => {
                socket.set_nonblocking(true)?;
                socket.try_clone().map(Bound::Tcp)
            }
        }
    }
}
