//! Containers that roles have removed, stopped or renamed: what the daemon said of them before, for
//! a while, so that copies of them can be told from anything else.

use super::limits::{MAX_REMEMBERED, REMEMBERED_BYTES, REMEMBERED_FOR, REMEMBERED_OF_ROLE};
use bytes::Bytes;
use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// Whose memory it is: a role of the policy of one listener.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Owner {
    /// The listener's name.
    pub(super) listener: Arc<str>,
    /// The role's name.
    pub(super) role: Arc<str>,
}

/// What became of a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is gone.
    Removed,
    /// It was stopped; Docker may have removed it then.
    Stopped,
    /// It has this name now.
    Renamed(String),
}

/// A container as the daemon described it, which may hold secrets.
#[derive(Clone)]
pub(super) struct Past {
    /// Its ID.
    pub(super) id: String,
    /// The name that it had.
    pub(super) name: String,
    /// What the daemon said of it.
    pub(super) inspected: Bytes,
    /// The user of its image, if somebody asked.
    pub(super) users_image: Option<String>,
}

impl fmt::Debug for Past {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Past").field("id", &self.id).field("name", &self.name).finish_non_exhaustive()
    }
}

/// One thing that is remembered.
#[derive(Clone, Debug)]
pub(super) struct Memory {
    pub(super) past: Past,
    pub(super) fate: Fate,
    owner: Owner,
    since: Instant,
}

/// All that is remembered, the oldest first; shared by all threads.
#[derive(Debug, Default)]
pub(super) struct Remembered(Mutex<VecDeque<Memory>>);

impl Remembered {
    /// Remembers what a role has done. False if the description is too large to be kept.
    pub(super) fn keep(&self, owner: Owner, mut past: Past, fate: Fate, now: Instant) -> bool {
        if past.inspected.len() > MAX_REMEMBERED {
            return false;
        }
        // what it was cut from may be larger
        past.inspected = Bytes::copy_from_slice(&past.inspected);
        let mut all = self.lock();
        // what came last is what counts, but for the addresses that it had while it ran
        all.retain(|old| !(old.owner == owner && old.past.id == past.id && old.fate == fate));
        all.push_back(Memory { past, fate, owner, since: now });
        trim(&mut all, now);
        true
    }

    /// What the role remembers of containers of this name, the newest first.
    pub(super) fn called(&self, owner: &Owner, name: &str, now: Instant) -> Vec<Memory> {
        self.find(owner, now, |memory| memory.past.name == name)
    }

    /// What it remembers of one container, the newest first.
    pub(super) fn of(&self, owner: &Owner, id: &str, now: Instant) -> Vec<Memory> {
        self.find(owner, now, |memory| memory.past.id == id)
    }

    /// Forgets what nobody can ask for any more.
    pub(super) fn forget(&self, is_gone: impl Fn(&Owner) -> bool) {
        self.lock().retain(|memory| !is_gone(&memory.owner));
    }

    /// Forgets what is too old.
    pub(super) fn trim(&self, now: Instant) {
        trim(&mut self.lock(), now);
    }

    fn find(&self, owner: &Owner, now: Instant, is: impl Fn(&Memory) -> bool) -> Vec<Memory> {
        let mut all = self.lock();
        trim(&mut all, now);
        all.iter().rev().filter(|memory| memory.owner == *owner && is(memory)).cloned().collect()
    }

    /// A thread that panicked has left nothing half done: every change is one call.
    fn lock(&self) -> MutexGuard<'_, VecDeque<Memory>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keeps the bounds, the oldest going first.
fn trim(all: &mut VecDeque<Memory>, now: Instant) {
    all.retain(|memory| now.saturating_duration_since(memory.since) < REMEMBERED_FOR);
    if let Some(newest) = all.back().map(|memory| memory.owner.clone()) {
        let of_role = all.iter().filter(|memory| memory.owner == newest).count();
        drop_first(all, of_role.saturating_sub(REMEMBERED_OF_ROLE), |memory| memory.owner == newest);
    }
    let mut bytes: usize = all.iter().map(|memory| memory.past.inspected.len()).sum();
    while bytes > REMEMBERED_BYTES
        && let Some(oldest) = all.pop_front()
    {
        bytes -= oldest.past.inspected.len();
    }
}

/// Drops so many of those that are meant, the oldest first.
pub(super) fn drop_first<T>(all: &mut VecDeque<T>, mut count: usize, is: impl Fn(&T) -> bool) {
    all.retain(|one| {
        let goes = count > 0 && is(one);
        count -= usize::from(goes);
        !goes
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn owner(role: &str) -> Owner {
        Owner { listener: "gate".into(), role: role.into() }
    }

    fn past(id: &str, size: usize) -> Past {
        Past { id: id.into(), name: "web".into(), inspected: vec![b'x'; size].into(), users_image: None }
    }

    fn ids(memory: &Remembered, role: &str, now: Instant) -> Vec<String> {
        memory.called(&owner(role), "web", now).into_iter().map(|it| it.past.id).collect()
    }

    #[test]
    fn each_role_remembers_its_own_for_a_while() {
        let (memory, now) = (Remembered::default(), Instant::now());
        assert!(memory.keep(owner("a"), past("1", 5), Fate::Removed, now));
        assert_eq!(ids(&memory, "a", now), ["1"]);
        assert!(ids(&memory, "b", now).is_empty(), "another role does not profit");
        let other = Owner { listener: "other".into(), role: "a".into() };
        assert!(memory.called(&other, "web", now).is_empty(), "nor does one of the name elsewhere");
        let almost = now + REMEMBERED_FOR - Duration::from_millis(1);
        assert_eq!(ids(&memory, "a", almost), ["1"]);
        assert!(ids(&memory, "a", now + REMEMBERED_FOR).is_empty());
        assert!(memory.lock().is_empty(), "what is too old is not kept");
    }

    #[test]
    fn the_newest_comes_first_and_once() {
        let (memory, now) = (Remembered::default(), Instant::now());
        for id in ["1", "2", "1"] {
            memory.keep(owner("a"), past(id, 5), Fate::Removed, now);
        }
        assert_eq!(ids(&memory, "a", now), ["1", "2"]);
        memory.keep(owner("a"), past("1", 5), Fate::Stopped, now);
        assert_eq!(memory.of(&owner("a"), "1", now).len(), 2, "what it was while it ran stays");
    }

    #[test]
    fn of_each_role_the_oldest_goes_first() {
        let (memory, now) = (Remembered::default(), Instant::now());
        memory.keep(owner("b"), past("other", 5), Fate::Removed, now);
        for id in 0..=REMEMBERED_OF_ROLE {
            memory.keep(owner("a"), past(&id.to_string(), 5), Fate::Removed, now);
        }
        let kept = ids(&memory, "a", now);
        assert_eq!((kept.len(), kept.last().unwrap().as_str()), (REMEMBERED_OF_ROLE, "1"));
        assert_eq!(ids(&memory, "b", now), ["other"]);
    }

    #[test]
    fn bytes_are_bounded() {
        let (memory, now) = (Remembered::default(), Instant::now());
        assert!(!memory.keep(owner("a"), past("0", MAX_REMEMBERED + 1), Fate::Removed, now));
        let most = REMEMBERED_BYTES / MAX_REMEMBERED;
        for id in 0..=most {
            assert!(memory.keep(owner("a"), past(&id.to_string(), MAX_REMEMBERED), Fate::Removed, now));
        }
        let kept = ids(&memory, "a", now);
        assert_eq!((kept.len(), kept.last().unwrap().as_str()), (most, "1"));
    }

    #[test]
    fn what_belongs_to_nobody_is_forgotten() {
        let (memory, now) = (Remembered::default(), Instant::now());
        memory.keep(owner("a"), past("1", 5), Fate::Removed, now);
        memory.keep(owner("b"), past("2", 5), Fate::Removed, now);
        memory.forget(|it| &*it.role == "a");
        assert!(ids(&memory, "a", now).is_empty());
        assert_eq!(ids(&memory, "b", now), ["2"]);
    }

    #[test]
    fn descriptions_are_not_shown() {
        let shown = format!("{:?}", past("1", 5));
        assert_eq!(shown, r#"Past { id: "1", name: "web", .. }"#);
    }
}
