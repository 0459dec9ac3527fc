//! What a listener decides by, and where a caller stands under it. A reload replaces it as a whole.

use super::caller::Life;
use super::tls::Chain;
use super::{Denials, Tcp};
use crate::policy::{NoRole, Policy, Role};
use crate::request::{HostSocket, Identity};
use std::sync::Arc;

/// The rules of one listener.
#[derive(Debug)]
pub(super) struct Rules {
    /// Who may do what.
    pub(super) policy: Arc<Policy>,
    /// How much of a denial clients see.
    pub(super) denials: Denials,
    /// What the host's paths of sockets are to its clients.
    pub(super) socket: Arc<HostSocket>,
    /// What belongs to TCP.
    pub(super) tcp: Option<Tcp>,
}

/// What could be learned about a client when it connected, beyond its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Known {
    /// Its supplementary groups.
    pub(super) groups: bool,
    /// The names of its user and groups.
    pub(super) names: bool,
    /// Its container, or that it is in none.
    pub(super) container: bool,
}

impl Known {
    /// Nothing is left to be learned.
    pub(super) const ALL: Self = Self { groups: true, names: true, container: true };

    /// Whether it is enough to tell the role of a caller.
    pub(super) fn is_enough_for(self, policy: &Policy) -> bool {
        (self.groups || !policy.needs_groups())
            && (self.names || !policy.needs_names())
            && (self.container || !policy.needs_containers())
    }
}

/// What was learned of a client when it connected, for as long as the connection lives.
#[derive(Debug)]
pub(super) struct Learned {
    /// What could be told of the client of a Unix socket.
    pub(super) known: Known,
    /// What the client of a TLS port has shown; nothing for any other.
    pub(super) chain: Chain,
    /// The life of the container that it is in.
    pub(super) life: Option<Life>,
}

impl Learned {
    /// Of a client of a Unix socket.
    pub(super) fn of_unix(known: Known) -> Self {
        Self { known, chain: Chain::default(), life: None }
    }

    /// Of a client of a TCP port.
    pub(super) fn of_tcp(chain: Chain) -> Self {
        Self { known: Known { container: false, ..Known::ALL }, chain, life: None }
    }

    /// Whether what was learned of its container is over.
    pub(super) fn has_ended(&self) -> bool {
        self.life.as_ref().is_some_and(|life| !life.goes_on())
    }

    /// Whether the listener's authorities and lists of revoked certificates still let it in.
    fn is_trusted(&self, rules: &Rules) -> Result<(), String> {
        match rules.tcp.as_ref().and_then(|tcp| tcp.tls.as_ref()) {
            Some(tls) => tls.trusts(&self.chain),
            None => Ok(()),
        }
    }
}

/// A caller under the rules of the listener.
#[derive(Debug)]
pub(super) struct Standing {
    /// The rules.
    pub(super) rules: Arc<Rules>,
    /// The place of the caller's role in the policy.
    role: Result<usize, NoRole>,
    /// Why the caller's certificate counts no more, where that is so.
    trusted: Result<(), String>,
}

impl Standing {
    /// Finds the caller's role under the rules that let it in.
    pub(super) fn first(rules: Arc<Rules>, who: &Identity, learned: &Learned) -> Self {
        let enough = learned.known.is_enough_for(&rules.policy);
        let role = if enough { rules.policy.role_index(who) } else { Err(NoRole::Unseen) };
        Self { rules, role, trusted: Ok(()) }
    }

    /// Finds the caller's role under rules that came after it: its certificate is looked at again.
    pub(super) fn later(rules: Arc<Rules>, who: &Identity, learned: &Learned) -> Self {
        let trusted = learned.is_trusted(&rules);
        Self { trusted, ..Self::first(rules, who, learned) }
    }

    /// Whether the caller's certificate still counts.
    ///
    /// # Errors
    /// Why it does not.
    pub(super) fn is_trusted(&self) -> Result<(), String> {
        self.trusted.clone()
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
