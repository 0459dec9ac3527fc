//! What each role has under way through this gate, and how fast it asks.
//!
//! Roles are told apart by their policy's file and their name, so that listeners with the same
//! policy count together, and a reload forgets nothing.

use crate::catalogue::Op;
use crate::policy::Quota;
use governor::clock::Clock;
use governor::{DefaultDirectRateLimiter, RateLimiter};
use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Roles that are remembered before those with nothing under way are forgotten.
const MAX_ROLES: usize = 1024;

/// A file and a name.
type Key = (Box<str>, Box<str>);

/// What all roles have under way.
#[derive(Debug, Default)]
pub(super) struct Locals(Mutex<HashMap<Key, Arc<Local>>>);

impl Locals {
    /// What one role has under way.
    pub(super) fn of(&self, file: &str, role: &str) -> Arc<Local> {
        let mut roles = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (file.into(), role.into());
        if roles.len() >= MAX_ROLES && !roles.contains_key(&key) {
            roles.retain(|_, local| Arc::strong_count(local) > 1);
        }
        Arc::clone(roles.entry(key).or_default())
    }
}

/// What is counted apart: a build opens a session and calls at once, and neither takes the place of
/// the other.
const KINDS: usize = 5;

fn kind(quota: Quota, op: Op) -> Option<usize> {
    match (quota, op) {
        (Quota::Execs, _) => Some(0),
        (Quota::Streams, _) => Some(1),
        (Quota::Builds, Op::ImageBuild) => Some(2),
        (Quota::Builds, Op::Session) => Some(3),
        (Quota::Builds, _) => Some(4),
        _ => None,
    }
}

/// What one role has under way.
#[derive(Debug, Default)]
pub(super) struct Local {
    taken: [AtomicI64; KINDS],
    rate: Mutex<Option<Rate>>,
}

#[derive(Debug)]
struct Rate {
    per_second: NonZeroU32,
    limiter: DefaultDirectRateLimiter,
}

impl Rate {
    fn new(per_second: NonZeroU32) -> Self {
        Self { per_second, limiter: RateLimiter::direct(governor::Quota::per_second(per_second)) }
    }
}

impl Local {
    /// A place among so many; none if all are taken.
    pub(super) fn place(self: &Arc<Self>, quota: Quota, op: Op, most: i64) -> Option<Place> {
        let place = Place { local: Arc::clone(self), kind: kind(quota, op)? };
        let before = place.taken()?.fetch_add(1, Ordering::Relaxed);
        (before < most).then_some(place)
    }

    /// Whether one more request may come now.
    ///
    /// # Errors
    /// How long to wait for it.
    pub(super) fn admit(&self, per_second: i64) -> Result<(), Duration> {
        let Some(wanted) = u32::try_from(per_second).ok().and_then(NonZeroU32::new) else { return Ok(()) };
        let mut rate = self.rate.lock().unwrap_or_else(PoisonError::into_inner);
        // another number begins anew
        let known = rate.take().filter(|rate| rate.per_second == wanted);
        let rate = rate.insert(known.unwrap_or_else(|| Rate::new(wanted)));
        let limiter = &rate.limiter;
        limiter.check().map_err(|early| early.wait_time_from(limiter.clock().now()))
    }
}

/// A place that is taken, until it is dropped.
#[derive(Debug)]
pub(in crate::proxy) struct Place {
    local: Arc<Local>,
    kind: usize,
}

impl Place {
    fn taken(&self) -> Option<&AtomicI64> {
        self.local.taken.get(self.kind)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(taken) = self.taken() {
            taken.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_free_again_when_it_is_dropped() {
        let locals = Locals::default();
        let take = || locals.of("p.yaml", "ci").place(Quota::Execs, Op::ExecStart, 2);
        let first = take().unwrap();
        let second = take().unwrap();
        assert!(take().is_none() && take().is_none(), "who gets none takes none");
        drop(first);
        assert!(take().is_some());
        assert!(locals.of("q.yaml", "ci").place(Quota::Execs, Op::ExecStart, 1).is_some(), "another policy");
        drop(second);
    }

    #[test]
    fn a_session_does_not_take_the_place_of_a_build() {
        let local = Arc::new(Local::default());
        let held: Vec<_> =
            [Op::ImageBuild, Op::Session, Op::Grpc].map(|op| local.place(Quota::Builds, op, 1)).into_iter().collect();
        assert!(held.iter().all(Option::is_some));
        assert!(local.place(Quota::Builds, Op::ImageBuild, 1).is_none());
    }

    #[test]
    fn a_burst_is_let_through_and_no_more() {
        let local = Local::default();
        assert!((0..10).all(|_| local.admit(10).is_ok()));
        let wait = local.admit(10).unwrap_err();
        assert!(wait <= Duration::from_millis(100), "{wait:?}");
        assert!(local.admit(1).is_ok(), "another number holds at once");
    }

    #[test]
    fn what_has_nothing_under_way_is_forgotten_when_there_are_many() {
        let locals = Locals::default();
        let held = locals.of("p.yaml", "held").place(Quota::Execs, Op::ExecStart, 1);
        (0..MAX_ROLES).for_each(|number| drop(locals.of("p.yaml", &number.to_string())));
        assert!(locals.0.lock().unwrap().len() <= MAX_ROLES);
        assert!(locals.of("p.yaml", "held").place(Quota::Execs, Op::ExecStart, 1).is_none());
        drop(held);
    }
}
