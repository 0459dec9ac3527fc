//! What a role can reach, in one sentence.

use super::reach::{Reach, Taken, Way};
use super::role::Role;
use super::text::listed;
use crate::catalogue::chains::{Given, Outcome, Step};

/// The most that one list has.
const MOST: usize = 12;

impl Role {
    /// `can survive a reboot; no known chain to root on the host or anything else`.
    pub fn reach_in_words(&self) -> String {
        said(&self.reach())
    }
}

/// The same of what was found.
pub(super) fn said(found: &[Reach]) -> String {
    let (alone, rest): (Vec<&Reach>, Vec<&Reach>) = found.iter().partition(|reach| is_alone(reach));
    let (given, none): (Vec<&Reach>, Vec<&Reach>) = rest.into_iter().partition(|reach| !reach.chains.is_empty());
    let can = |list: &[&Reach]| (!list.is_empty()).then(|| format!("can {}", deeds(list)));
    let given = can(&given).map(|deeds| format!("{deeds}, where the way is open already"));
    [can(&alone), given, unknown(&none)].into_iter().flatten().collect::<Vec<_>>().join("; ")
}

fn is_alone(reach: &Reach) -> bool {
    reach.shortest().is_some_and(|way| way.given == Given::Nothing)
}

/// Root on the host has all the others.
fn deeds(list: &[&Reach]) -> String {
    if list.iter().any(|reach| reach.outcome == Outcome::HostRoot) {
        return format!("{}, and so whatever there is to do", Outcome::HostRoot.deed());
    }
    listed(&list.iter().map(|reach| deed(reach)).collect::<Vec<_>>(), "and", MOST)
}

fn deed(reach: &Reach) -> String {
    let looks = reach.outcome == Outcome::EscapeTenant && reach.chains.iter().all(Way::only_looks);
    let deed = if looks { "see what is another's" } else { reach.outcome.deed() };
    match reach.unbound().join(", ") {
        unbound if unbound.is_empty() => deed.to_owned(),
        unbound => format!("{deed} (no bound on {unbound})"),
    }
}

fn unknown(none: &[&Reach]) -> Option<String> {
    let root = none.iter().any(|reach| reach.outcome == Outcome::HostRoot);
    let to = if root { "root on the host or anything else" } else { "anything else" };
    (!none.is_empty()).then(|| format!("no known chain to {to}"))
}

impl Way {
    /// `ContainerCreate (binds: /etc)`, of each step.
    pub fn steps_in_words(&self) -> Vec<String> {
        let valued =
            |body: &str, query: &str, object: &str| [body, query, object].iter().any(|text| text.contains('$'));
        let mut value = self.value.as_deref().filter(|value| !value.contains('"'));
        let step = |(taken, step): (&Taken, &Step)| {
            let here = if valued(step.body, step.query, step.object) { value.take() } else { None };
            let uses = taken.uses.join(", ");
            let inside: Vec<&str> = [uses.as_str()].into_iter().chain(here).filter(|text| !text.is_empty()).collect();
            let name = taken.op.name();
            if inside.is_empty() { name.to_owned() } else { format!("{name} ({})", inside.join(": ")) }
        };
        self.steps.iter().zip(self.chain.steps).map(step).collect()
    }
}
