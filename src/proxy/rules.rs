//! What a listener decides by, and where a caller stands under it. A reload replaces it as a whole.

use super::{Denials, Tcp};
use crate::policy::{NoRole, Policy, Role};
use crate::request::Identity;
use std::sync::Arc;

/// The rules of one listener.
#[derive(Debug)]
pub(super) struct Rules {
    /// Who may do what.
    pub(super) policy: Arc<Policy>,
    /// How much of a denial clients see.
    pub(super) denials: Denials,
    /// What belongs to TCP.
    pub(super) tcp: Option<Tcp>,
}

/// What could be learned about the client of a Unix socket when it connected, beyond its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Known {
    /// Its supplementary groups.
    pub(super) groups: bool,
    /// The names of its user and groups.
    pub(super) names: bool,
}

impl Known {
    /// Nothing is left to be learned.
    pub(super) const ALL: Self = Self { groups: true, names: true };

    /// Whether it is enough to tell the role of a caller.
    pub(super) fn is_enough_for(self, policy: &Policy) -> bool {
        (self.groups || !policy.needs_groups()) && (self.names || !policy.needs_names())
    }
}

/// A caller under the rules of the listener.
#[derive(Debug)]
pub(super) struct Standing {
    /// The rules.
    pub(super) rules: Arc<Rules>,
    /// The place of the caller's role in the policy.
    role: Result<usize, NoRole>,
}

impl Standing {
    /// Finds the caller's role.
    pub(super) fn new(rules: Arc<Rules>, who: &Identity, known: Known) -> Self {
        let enough = known.is_enough_for(&rules.policy);
        let role = if enough { rules.policy.role_index(who) } else { Err(NoRole::Unseen) };
        Self { rules, role }
    }

    /// Whether these are the rules that it was found under.
    pub(super) fn is_under(&self, rules: &Arc<Rules>) -> bool {
        Arc::ptr_eq(&self.rules, rules)
    }

    /// The caller's role.
    ///
    /// # Errors
    /// No role of the listener's policy is for this caller, or several are.
    pub(super) fn role(&self) -> Result<&Role, NoRole> {
        let index = self.role.clone()?;
        self.rules.policy.roles().get(index).ok_or(NoRole::Nobody)
    }
}
