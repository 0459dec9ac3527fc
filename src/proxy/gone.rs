//! A client that is gone, told apart from one that only has nothing more to say.
//!
//! On a Unix socket the kernel raises EPOLLHUP when the peer has closed both
//! ways, and EPOLLRDHUP alone for a half-close. EPOLLHUP is reported whatever
//! was asked for, so a second registration that asks for urgent data (which
//! Unix sockets do not have) wakes for nothing else. Under TLS a half-close is a
//! `close_notify`; the end of the TCP stream below it means gone. On TCP without
//! TLS an end may mean either; before an answer it is taken for gone, as Go's
//! server does, in a tunnel for a half-close.

use super::stream::ClientStream;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// Watches a connection through a descriptor of its own.
#[derive(Debug)]
pub(super) struct Watch {
    fd: OwnedFd,
    unix: bool,
    tls: bool,
}

impl Watch {
    /// Prepares a watch; nothing is registered yet.
    ///
    /// # Errors
    /// No descriptor is left.
    pub(super) fn new(stream: &ClientStream) -> io::Result<Self> {
        let (unix, tls) = (stream.knows_half_close(), stream.is_tls());
        Ok(Self { fd: stream.as_fd().try_clone_to_owned()?, unix, tls })
    }

    /// Ends when a client that waits for an answer is gone.
    pub(super) async fn gone(self) {
        let interest = if self.unix { Interest::PRIORITY } else { Interest::READABLE };
        wait(self.fd, interest).await;
    }

    /// Ends when both directions of the socket are closed; on TCP only by a reset.
    pub(super) async fn closed(self) {
        wait(self.fd, Interest::PRIORITY).await;
    }

    /// Ends when the client is gone, for a stream that was read to its end.
    pub(super) async fn closed_after_end(self) {
        let interest = if self.tls { Interest::READABLE } else { Interest::PRIORITY };
        wait(self.fd, interest).await;
    }
}

/// Never ends where the kernel cannot say.
#[expect(deprecated, reason = "its successor is `unsafe`; an owned descriptor is all that it asks for")]
async fn wait(fd: OwnedFd, interest: Interest) {
    let Ok(fd) = AsyncFd::with_interest(fd, interest) else {
        return std::future::pending().await;
    };
    loop {
        match fd.ready(interest).await {
            Ok(guard) if guard.ready().is_read_closed() => return,
            // Data, perhaps the next request: not what is waited for.
            Ok(mut guard) => guard.clear_ready(),
            Err(_) => return std::future::pending().await,
        }
    }
}
