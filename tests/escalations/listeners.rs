//! Ports of the daemon's own loopback that tell whether it connects.

use crate::common::wait;
use crate::docker::Docker;
use rustix::net::sockopt::socket_peercred;
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use std::fs::File;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// A port, and what has come to it.
pub(crate) struct Listener {
    pub(crate) address: String,
    calls: Arc<Mutex<Vec<String>>>,
}

impl Listener {
    /// A port in the daemon's network namespace; nothing where that cannot be entered.
    pub(crate) fn start(docker: &Docker) -> Option<Self> {
        let listener = within(docker, || TcpListener::bind("127.0.0.1:0"))?;
        let address = listener.local_addr().ok()?.to_string();
        let calls = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&calls);
        thread::spawn(move || listener.incoming().flatten().for_each(|stream| turn_away(stream, &noted)));
        Some(Self { address, calls })
    }

    /// How many connections there were.
    pub(crate) fn seen(&self) -> usize {
        self.calls.lock().unwrap().len()
    }

    /// Whether some connection has brought this text.
    pub(crate) fn heard(&self, text: &str) -> bool {
        let text = text.to_ascii_lowercase();
        self.calls.lock().unwrap().iter().any(|call| call.to_ascii_lowercase().contains(&text))
    }

    /// Waits for one connection more.
    pub(crate) fn until_more_than(&self, before: usize) {
        wait("a connection of the daemon", || (self.seen() > before).then_some(()));
    }
}

/// The answer after which dockerd does not try again.
const DENIED: &str = "HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\nContent-Length: 45\r\n\
    Connection: close\r\n\r\n{\"errors\":[{\"code\":\"DENIED\",\"message\":\"no\"}]}";

/// A registry that speaks no TLS and lets nobody in; a connection counts before it says anything.
fn turn_away(mut stream: TcpStream, calls: &Mutex<Vec<String>>) {
    let number = calls.lock().unwrap().len();
    calls.lock().unwrap().push(String::new());
    let _ = stream.set_read_timeout(Some(Duration::from_secs(1)));
    let mut bytes = [0; 4096];
    let read = stream.read(&mut bytes).unwrap_or_default();
    calls.lock().unwrap()[number] = String::from_utf8_lossy(&bytes[..read]).into_owned();
    let _ = stream.write_all(DENIED.as_bytes());
}

/// Does something in the network namespace of the daemon, on a thread that ends there.
fn within<T: Send>(docker: &Docker, work: impl FnOnce() -> std::io::Result<T> + Send) -> Option<T> {
    let daemon = UnixStream::connect(&docker.socket).ok()?;
    let pid = socket_peercred(&daemon).ok()?.pid.as_raw_nonzero();
    let namespace = File::open(format!("/proc/{pid}/ns/net")).ok()?;
    let inside = || {
        move_into_link_name_space(namespace.as_fd(), Some(LinkNameSpaceType::Network)).ok()?;
        work().ok()
    };
    thread::scope(|scope| scope.spawn(inside).join().ok().flatten())
}
