//! New rules for a gate that runs: all of them, or none.

use super::listen;
use super::open::{Open, Opened, Place};
use super::rules::Rules;
use super::{ListenerPlan, Running, StartError};
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
        for plan in &kept {
            self.give(plan)?;
        }
        let mut before = std::mem::take(&mut self.open);
        if let Err(error) = self.listen(opened) {
            self.open.iter().for_each(Open::close);
            self.open = before;
            return Err(error.into());
        }
        self.open.extend(kept.into_iter().filter_map(|plan| renew(&mut before, plan)));
        before.iter().for_each(Open::close);
        let _ = self.reloaded.send(());
        Ok(())
    }

    /// The open listener at the planned place.
    fn find(&self, plan: &ListenerPlan) -> Option<&Open> {
        self.open.iter().find(|open| open.place.is_where(&plan.endpoint))
    }

    /// Sets the owner and mode of a socket that stays, where they are others now.
    fn give(&self, plan: &ListenerPlan) -> Result<(), StartError> {
        match (Place::from(&plan.endpoint), self.find(plan)) {
            (Place::Unix(socket), Some(open)) if open.place != Place::Unix(socket.clone()) => {
                Ok(listen::give(&socket)?)
            }
            _ => Ok(()),
        }
    }
}

/// Takes the listener of the plan out of those that were open, under its new rules.
fn renew(before: &mut Vec<Open>, plan: ListenerPlan) -> Option<Open> {
    let at = before.iter().position(|open| open.place.is_where(&plan.endpoint))?;
    let mut open = before.swap_remove(at);
    open.place = Place::from(&plan.endpoint);
    open.listener.rules.store(Arc::new(Rules::from(plan)));
    Some(open)
}
