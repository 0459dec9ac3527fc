//! Whoever adds to what a tenant has takes turns: two that come at once must not both see the last
//! place free.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::OwnedMutexGuard;

/// Requests of one tenant that wait for their turn at once.
const MAX_WAITING: usize = 64;

/// How long one waits for its turn.
const PATIENCE: Duration = Duration::from_secs(10);

/// The key and value of a label.
type Key = (Box<str>, Box<str>);

/// The turns of all tenants, shared by all threads.
#[derive(Debug, Default)]
pub(super) struct Turns(Mutex<HashMap<Key, Arc<Line>>>);

#[derive(Debug, Default)]
struct Line {
    waiting: AtomicUsize,
    turn: Arc<tokio::sync::Mutex<()>>,
}

/// A turn, until it is dropped.
#[derive(Debug)]
pub(in crate::proxy) struct Turn {
    _turn: OwnedMutexGuard<()>,
    /// A line that somebody has is not forgotten.
    _line: Arc<Line>,
}

impl Turns {
    /// Waits for a turn; none if too many wait already, or it takes too long.
    pub(super) async fn take(&self, (key, value): (&str, &str)) -> Option<Turn> {
        let line = self.line((key.into(), value.into()));
        let waiting = Waiting::begin(&line)?;
        let turn = Arc::clone(&line.turn).lock_owned();
        let turn = tokio::time::timeout(PATIENCE, turn).await.ok()?;
        drop(waiting);
        Some(Turn { _turn: turn, _line: line })
    }

    /// Lines that nobody has are forgotten when another begins.
    fn line(&self, key: Key) -> Arc<Line> {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !lines.contains_key(&key) {
            lines.retain(|_, line| Arc::strong_count(line) > 1);
        }
        Arc::clone(lines.entry(key).or_default())
    }
}

/// Counts who waits, however that ends.
struct Waiting(Arc<Line>);

impl Waiting {
    fn begin(line: &Arc<Line>) -> Option<Self> {
        let before = line.waiting.fetch_add(1, Ordering::Relaxed);
        let waiting = Self(Arc::clone(line));
        (before < MAX_WAITING).then_some(waiting)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_after_the_other() {
        let turns = Turns::default();
        let first = turns.take(("team", "a")).await.unwrap();
        assert!(turns.take(("team", "b")).await.is_some(), "another tenant has another turn");
        let soon = Duration::from_millis(50);
        assert!(tokio::time::timeout(soon, turns.take(("team", "a"))).await.is_err(), "it waits");
        drop(first);
        assert!(turns.take(("team", "a")).await.is_some());
    }
}
