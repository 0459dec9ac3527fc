//! Execs belong to who made them. Whoever may look at a container learns the IDs of its execs, and an
//! exec that another role has prepared may have rights that this one could not give it: so the
//! gate remembers, for a while, who made which.

use super::Gate;
use super::apart::id_of;
use super::limits::{EXECS, EXECS_FOR, EXECS_OF_ROLE};
use super::originals::owner;
use super::remembered::Owner;
use super::{connection::Link, remembered};
use crate::catalogue::{Op, Target};
use crate::policy::{Allowed, Denial, Role};
use crate::record::visible;
use crate::request::Request;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// Whose an exec is: that of all roles of a tenant, or of one role of one listener.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Maker {
    /// By the key and the value of the label.
    Tenant(Box<str>, Box<str>),
    /// Without a tenant.
    Role(Owner),
}

impl Maker {
    fn of(link: &Link, role: &Role) -> Self {
        let tenant = role.tenant().map(|tenant| tenant.label());
        tenant.map_or_else(|| Self::Role(owner(link, role)), |(key, value)| Self::Tenant(key.into(), value.into()))
    }
}

#[derive(Debug)]
struct Exec {
    id: Box<str>,
    maker: Maker,
    since: Instant,
}

/// All execs whose makers are known, the oldest first; shared by all threads.
#[derive(Debug, Default)]
pub(super) struct Execs(Mutex<VecDeque<Exec>>);

impl Execs {
    /// Remembers who made it.
    fn keep(&self, id: &str, maker: Maker, now: Instant) {
        let mut all = self.lock();
        all.push_back(Exec { id: id.into(), maker, since: now });
        trim(&mut all, now);
    }

    /// Who made it, where that is known.
    fn maker(&self, id: &str, now: Instant) -> Option<Maker> {
        let all = self.lock();
        let known = |exec: &&Exec| *exec.id == *id && now.saturating_duration_since(exec.since) < EXECS_FOR;
        all.iter().rev().find(known).map(|exec| exec.maker.clone())
    }

    /// A thread that panicked has left nothing half done: every change is one call.
    fn lock(&self) -> MutexGuard<'_, VecDeque<Exec>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keeps the bounds. Of those of one maker the oldest goes first, so that nobody makes the gate
/// forget whose those of others are.
fn trim(all: &mut VecDeque<Exec>, now: Instant) {
    let old = all.iter().take_while(|exec| now.saturating_duration_since(exec.since) >= EXECS_FOR).count();
    all.drain(..old);
    if let Some(newest) = all.back().map(|exec| exec.maker.clone()) {
        let of_maker = all.iter().filter(|exec| exec.maker == newest).count();
        remembered::drop_first(all, of_maker.saturating_sub(EXECS_OF_ROLE), |exec| exec.maker == newest);
    }
    all.drain(..all.len().saturating_sub(EXECS));
}

/// An exec that is about to be made.
pub(super) struct Making {
    gate: Arc<Gate>,
    maker: Maker,
}

impl Making {
    /// Whose the exec is going to be, if the request makes one.
    pub(super) fn by(link: &Link, role: &Role, permit: &Allowed) -> Option<Self> {
        let makes = permit.request().operation().op == Op::ContainerExec;
        makes.then(|| Self { gate: Arc::clone(&link.gate), maker: Maker::of(link, role) })
    }

    /// Remembers the exec that the daemon has made.
    pub(super) fn note(&self, answer: &[u8]) {
        match id_of(answer) {
            Ok(id) => self.gate.execs.keep(&id, self.maker.clone(), Instant::now()),
            Err(why) => {
                tracing::warn!(%why, "the daemon does not tell the ID of an exec, so that it belongs to nobody")
            }
        }
    }
}

/// Holds a request about an exec against who made it.
///
/// # Errors
/// The exec is another's, and so not there; what the path calls it.
pub(super) fn check(link: &Link, role: &Role, request: &Request) -> Result<(), (Denial, (Target, String))> {
    let row = request.operation();
    let Some(id) = request.params().object.as_deref().filter(|_| row.target == Some(Target::Exec)) else {
        return Ok(());
    };
    if role.has_all_execs(row.op) {
        return Ok(());
    }
    let own = match link.gate.execs.maker(id, Instant::now()) {
        Some(maker) => maker == Maker::of(link, role),
        // who looks at one changes nothing, and is held to its container
        None => !role.knows_tenants() || row.op == Op::ExecInspect,
    };
    if own { Ok(()) } else { Err((role.deny_foreign(request), (Target::Exec, visible(id)))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(name: &str) -> Maker {
        Maker::Role(Owner { listener: "gate".into(), role: name.into() })
    }

    #[test]
    fn who_made_it_is_known_for_a_while() {
        let (execs, now) = (Execs::default(), Instant::now());
        execs.keep("1", role("a"), now);
        assert_eq!(execs.maker("1", now), Some(role("a")));
        assert_eq!(execs.maker("2", now), None);
        assert_eq!(execs.maker("1", now + EXECS_FOR), None);
        execs.keep("2", role("b"), now + EXECS_FOR);
        assert_eq!(execs.lock().len(), 1, "what is too old is not kept");
    }

    #[test]
    fn nobody_makes_the_gate_forget_those_of_others() {
        let (execs, now) = (Execs::default(), Instant::now());
        execs.keep("other", role("b"), now);
        for id in 0..=EXECS_OF_ROLE {
            execs.keep(&id.to_string(), role("a"), now);
        }
        assert_eq!(execs.maker("other", now), Some(role("b")));
        assert_eq!((execs.maker("0", now), execs.maker("1", now)), (None, Some(role("a"))));
        assert_eq!(execs.lock().len(), EXECS_OF_ROLE + 1);
    }

    #[test]
    fn all_together_are_bounded() {
        let (execs, now) = (Execs::default(), Instant::now());
        let made = |id: usize| Exec { id: id.to_string().into(), maker: role(&id.to_string()), since: now };
        execs.lock().extend((0..EXECS).map(made));
        execs.keep("last", role("a"), now);
        let kept = execs.lock().len();
        assert_eq!((kept, execs.maker("0", now)), (EXECS, None));
    }
}
