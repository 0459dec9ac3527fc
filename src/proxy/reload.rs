//! New rules for a gate that runs: all of them, or none.

use super::listen::{self, Given};
use super::open::{Open, Opened, Place};
use super::remembered::Owner;
use super::rules::Rules;
use super::{Endpoint, ListenerPlan, Running, StartError};
use std::sync::Arc;

impl Running {
    /// Puts these listeners in the place of those that are open. What stays gets its new rules at
    /// once, what is new is opened, and what is gone is closed. Streams are decided again, and end
    /// where they are not allowed any more.
    ///
    /// # Errors
    /// A listener cannot be opened; all others stay as they were.
    pub fn reload(&mut self, plans: Vec<ListenerPlan>) -> Result<(), StartError> {
        self.gate.warn_unseen(&plans);
        let (kept, new): (Vec<_>, Vec<_>) = plans.into_iter().partition(|plan| self.find(plan).is_some());
        let opened = new.into_iter().map(Opened::open).collect::<Result<Vec<_>, _>>()?;
        let given = give_all(&kept)?;
        let mut before = std::mem::take(&mut self.open);
        if let Err(error) = self.listen(opened) {
            self.open.iter().for_each(Open::close);
            self.open = before;
            given.iter().for_each(Given::back);
            return Err(error.into());
        }
        self.open.extend(kept.into_iter().filter_map(|plan| renew(&mut before, plan)));
        before.iter().for_each(Open::close);
        self.gate.remembered.forget(|owner| !self.open.iter().any(|open| has_role(open, owner)));
        let _ = self.reloaded.send(());
        Ok(())
    }

    /// The open listener at the planned place.
    fn find(&self, plan: &ListenerPlan) -> Option<&Open> {
        self.open.iter().find(|open| open.place.is_where(&plan.endpoint))
    }
}

/// Whether the listener is the one of that role, and still has it.
fn has_role(open: &Open, owner: &Owner) -> bool {
    let rules = open.listener.rules.load();
    open.listener.name == owner.listener && rules.policy.roles().iter().any(|role| role.name().as_str() == &*owner.role)
}

/// Sets owners and modes of the sockets that stay, of all or of none.
fn give_all(kept: &[ListenerPlan]) -> Result<Vec<Given>, StartError> {
    let mut given: Vec<Given> = Vec::new();
    for plan in kept {
        let Endpoint::Unix(socket) = &plan.endpoint else { continue };
        match listen::give(socket) {
            Ok(changed) => given.extend(changed),
            Err(error) => {
                given.iter().for_each(Given::back);
                return Err(error.into());
            }
        }
    }
    Ok(given)
}

/// Takes the listener of the plan out of those that were open, under its new rules.
fn renew(before: &mut Vec<Open>, plan: ListenerPlan) -> Option<Open> {
    let at = before.iter().position(|open| open.place.is_where(&plan.endpoint))?;
    let mut open = before.swap_remove(at);
    open.place = Place::from(&plan.endpoint);
    open.listener.rules.store(Arc::new(Rules::from(plan)));
    Some(open)
}
