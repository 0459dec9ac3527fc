//! A small imitation of a Docker daemon, for the demo and for tests.
//!
//! It answers only what was recorded from a real dockerd (`recorded/`, made by `tests/imitation/record.py`), so that
//! nothing here can agree with itself about what Docker does. It has no state: a container that was removed is there
//! as before. What reaches it is remembered byte for byte, by a reader of HTTP that shares no code with the proxy.
//!
//! The way of a request: `connection` reads it from the `wire` as a `head` and a body, enters it in the `ledger`,
//! finds where its `target` leads, lets `answers` choose a recording, and plays it, perhaps with a `fault` or as a
//! `stream`.

mod answers;
mod connection;
mod fault;
mod head;
mod ledger;
mod names;
mod recorded;
mod request;
mod stream;
mod target;
mod wire;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::net::UnixListener;
use tokio::task::{AbortHandle, JoinSet, spawn};
use tokio::time::{Instant, sleep};

pub use fault::Fault;
pub use ledger::{BODY_KEPT, BYTES_KEPT, EXCHANGES_KEPT, Exchange};
pub use stream::big_byte;
pub use wire::{HEAD_LIMIT, LINE_LIMIT, READ_SIZE, TRAILER_LIMIT};

/// The most connections at a time; those beyond are closed at once.
pub const CONNECTIONS: usize = 8192;
/// How long accepting rests when the process has no descriptors left.
const REST: Duration = Duration::from_millis(20);
/// How often a condition is looked at that somebody waits for.
const LOOK: Duration = Duration::from_millis(2);

/// A running imitation daemon; it stops when this is dropped.
pub struct Imitation {
    path: PathBuf,
    shared: Arc<Shared>,
    task: AbortHandle,
}

/// What connections and control have in common.
#[derive(Default)]
struct Shared {
    ledger: Mutex<ledger::Ledger>,
    faults: Mutex<fault::Faults>,
    big: AtomicU64,
    connections: AtomicUsize,
}

impl Imitation {
    /// Listens on a Unix socket that does not exist yet, and answers from a task of its own.
    pub async fn start(path: &Path) -> io::Result<Imitation> {
        let listener = UnixListener::bind(path)?;
        let shared = Arc::new(Shared::default());
        let task = spawn(accept(listener, Arc::clone(&shared))).abort_handle();
        Ok(Imitation { path: path.to_owned(), shared, task })
    }

    /// Where it listens.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The exchanges since the start or the last clearing, in the order in which their heads came.
    pub fn received(&self) -> Vec<Exchange> {
        self.shared.ledger().exchanges()
    }

    /// How many exchanges came that were too many to be kept.
    pub fn not_kept(&self) -> u64 {
        self.shared.ledger().not_kept()
    }

    /// Waits until what was received is as wanted; the last state either way, and whether it came to that.
    pub async fn until(&self, patience: Duration, wanted: impl Fn(&[Exchange]) -> bool) -> (Vec<Exchange>, bool) {
        let end = Instant::now() + patience;
        loop {
            let received = self.received();
            let reached = wanted(&received);
            if reached || Instant::now() >= end {
                return (received, reached);
            }
            sleep(LOOK).await;
        }
    }

    /// Forgets what was received.
    pub fn clear(&self) {
        self.shared.ledger().clear();
    }

    /// How many connections are open now.
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::Relaxed)
    }

    /// Lets the next request meet this fault.
    pub fn fault(&self, fault: Fault) {
        self.shared.faults().next = Some(fault);
    }

    /// Lets every request meet this fault, until [`Imitation::mend`].
    pub fn fault_always(&self, fault: Fault) {
        self.shared.faults().every = Some(fault);
    }

    /// Ends all faults.
    pub fn mend(&self) {
        *self.shared.faults() = fault::Faults::default();
    }

    /// Makes image archives so long, with the bytes that [`big_byte`] tells; 0 for the recorded ones.
    pub fn big(&self, length: u64) {
        self.shared.big.store(length, Ordering::Relaxed);
    }

    /// Closes the listener and every connection, whatever they are doing.
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for Imitation {
    fn drop(&mut self) {
        self.task.abort();
        // A socket file that is already gone is as good as one removed.
        let _ = std::fs::remove_file(&self.path);
    }
}

impl Shared {
    fn ledger(&self) -> MutexGuard<'_, ledger::Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn faults(&self) -> MutexGuard<'_, fault::Faults> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take_fault(&self) -> Option<Fault> {
        self.faults().take()
    }

    fn update(&self, number: u64, change: impl FnOnce(&mut Exchange)) {
        self.ledger().update(number, change);
    }
}

/// Serves connections until the task is aborted, which drops the listener and, with the set, every connection.
async fn accept(listener: UnixListener, shared: Arc<Shared>) {
    let mut serving = JoinSet::new();
    let mut number = 0;
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) if serving.len() < CONNECTIONS => {
                    number += 1;
                    serving.spawn(connection::serve(stream, Arc::clone(&shared), number));
                }
                Ok(_) => {}
                Err(_) => sleep(REST).await,
            },
            Some(_) = serving.join_next() => {}
        }
    }
}

#[cfg(test)]
mod tests;
