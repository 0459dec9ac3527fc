//! What the daemon said of containers and networks a moment ago, by their whole IDs. Labels, images
//! and names of networks stay as they are for as long as an ID lives; who asks for more than that
//! asks the daemon.

use super::limits::{FACTS_FOR, MAX_FACTS};
use crate::catalogue::Target;
use crate::request::Object;
use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Instant;

/// Facts that one thread has asked for.
#[derive(Debug, Default)]
pub(super) struct Facts(RefCell<HashMap<(Target, Box<str>), Fact>>);

#[derive(Debug)]
struct Fact {
    object: Object,
    since: Instant,
}

impl Facts {
    /// What was said of the object with this ID.
    pub(super) fn of(&self, kind: Target, id: &str, now: Instant) -> Option<Object> {
        let facts = self.0.borrow();
        let fact = facts.get(&(kind, id.into())).filter(|fact| fact.is_fresh(now))?;
        Some(fact.object.clone())
    }

    /// Keeps what was said under an ID: that of a container or network, or of an exec in one.
    pub(super) fn keep(&self, kind: Target, name: &str, object: &Object, now: Instant) {
        let named_by_id = name == object.id || (kind == Target::Exec && is_whole(name));
        if !named_by_id || !is_whole(&object.id) || !lasts(kind) {
            return;
        }
        let mut facts = self.0.borrow_mut();
        if facts.len() >= MAX_FACTS {
            facts.retain(|_, fact| fact.is_fresh(now));
        }
        if facts.len() < MAX_FACTS {
            facts.insert((kind, name.into()), Fact { object: object.clone(), since: now });
        }
    }

    /// Nothing that was said of a container holds when it is gone.
    pub(super) fn forget(&self, id: &str) {
        self.0.borrow_mut().retain(|_, fact| fact.object.id != id);
    }
}

impl Fact {
    fn is_fresh(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.since) < FACTS_FOR
    }
}

/// Whether objects of the kind keep their labels for as long as they live.
fn lasts(kind: Target) -> bool {
    matches!(kind, Target::Container | Target::Exec | Target::Network)
}

/// A whole ID: 64 lower-case hex digits.
fn is_whole(id: &str) -> bool {
    id.len() == 64 && id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn object(id: &str) -> Object {
        Object { id: id.to_owned(), ..Object::default() }
    }

    #[test]
    fn what_was_asked_by_a_whole_id_is_known_for_a_moment() {
        let (facts, now, id) = (Facts::default(), Instant::now(), "ab".repeat(32));
        facts.keep(Target::Container, &id, &object(&id), now);
        assert_eq!(facts.of(Target::Container, &id, now), Some(object(&id)));
        assert_eq!(facts.of(Target::Network, &id, now), None);
        assert_eq!(facts.of(Target::Container, &id, now + FACTS_FOR), None);
        facts.forget(&id);
        assert_eq!(facts.of(Target::Container, &id, now), None);
    }

    #[test]
    fn names_and_beginnings_of_ids_are_asked_about_again() {
        let (facts, now, id) = (Facts::default(), Instant::now(), "ab".repeat(32));
        for (kind, name) in [(Target::Container, "web"), (Target::Container, "abab"), (Target::Volume, &id)] {
            facts.keep(kind, name, &object(&id), now);
            assert_eq!(facts.of(kind, name, now), None, "{name}");
        }
        let exec = "cd".repeat(32);
        facts.keep(Target::Exec, &exec, &object(&id), now);
        assert!(facts.of(Target::Exec, &exec, now).is_some());
    }

    #[test]
    fn no_more_is_kept_than_fits() {
        let (facts, now) = (Facts::default(), Instant::now());
        for number in 0..MAX_FACTS + 5 {
            let id = format!("{number:064x}");
            facts.keep(Target::Container, &id, &object(&id), now);
        }
        assert_eq!(facts.0.borrow().len(), MAX_FACTS);
        let id = "ef".repeat(32);
        facts.keep(Target::Container, &id, &object(&id), now + FACTS_FOR + Duration::from_secs(1));
        assert_eq!(facts.0.borrow().len(), 1);
    }
}
