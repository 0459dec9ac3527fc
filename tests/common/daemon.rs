//! The imitation daemon, driven by a thread that all tests of a program share.

use super::client::PATIENCE;
use dockgate::imitation::{Exchange, Imitation};
use std::ops::Deref;
use std::path::Path;
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Handle};

/// What the gate itself asks before it forwards a request without a version.
const OWN_PING: &[u8] = b"HEAD /_ping HTTP/1.1\r\nhost: docker\r\n\r\n";

/// A running imitation.
pub(crate) struct Daemon(Imitation);

impl Deref for Daemon {
    type Target = Imitation;

    fn deref(&self) -> &Imitation {
        &self.0
    }
}

impl Daemon {
    /// Listens at this path.
    pub(crate) fn start(path: &Path) -> Self {
        Self(runtime().block_on(Imitation::start(path)).expect("an imitation"))
    }

    /// Closes its listener and all its connections, and returns when that is done.
    pub(crate) fn stop(self) {
        drop(self);
        // What was aborted is dropped in its turn; these turns come after it.
        runtime().block_on(async {
            for _ in 0..64 {
                tokio::spawn(tokio::task::yield_now()).await.expect("a turn");
            }
        });
    }

    /// What came from clients; the gate's own questions are left out.
    pub(crate) fn received(&self) -> Vec<Exchange> {
        let mut all = self.0.received();
        let own = |exchange: &Exchange| {
            exchange.headers.iter().any(|(name, value)| name == "user-agent" && value == "dockgate")
        };
        all.retain(|exchange| exchange.head != OWN_PING && !own(exchange));
        all
    }

    /// Waits until what was received is as wanted.
    pub(crate) fn until(&self, what: &str, wanted: impl Fn(&[Exchange]) -> bool) -> Vec<Exchange> {
        wait(what, || {
            let received = self.received();
            wanted(&received).then_some(received)
        })
    }

    /// The only request that came.
    pub(crate) fn only(&self) -> Exchange {
        let mut received = self.received();
        assert_eq!(received.len(), 1, "{received:#?}");
        received.remove(0)
    }

    /// Waits until the one request that came is as wanted.
    pub(crate) fn only_until(&self, what: &str, wanted: impl Fn(&Exchange) -> bool) -> Exchange {
        self.until(what, |all| all.len() == 1 && wanted(&all[0])).remove(0)
    }
}

/// Looks again and again until there is something.
pub(crate) fn wait<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < end, "waited in vain: {what}");
        thread::sleep(Duration::from_millis(2));
    }
}

fn runtime() -> &'static Handle {
    static RUNTIME: OnceLock<Handle> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let handle = runtime.handle().clone();
        thread::spawn(move || runtime.block_on(std::future::pending::<()>()));
        handle
    })
}
