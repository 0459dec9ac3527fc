//! Quotas of roles, held: what is under way is counted here, what exists by the daemon.

mod count;
mod local;
mod turn;

pub(super) use local::Place;
pub(super) use turn::Turn;

use super::upstream::Upstream;
use crate::catalogue::Operation;
use crate::policy::{Allowed, Amounts, Demand, Denial, Quota, Role};
use crate::request::Refusal;
use count::Counter;
use local::{Local, Locals};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use turn::Turns;

/// After how many seconds it makes sense to ask again for a place of what goes on.
const RETRY_PLACE: u64 = 5;

/// After how many seconds it makes sense to ask again for what has to be removed first.
const RETRY_COUNTED: u64 = 30;

/// After how many seconds it makes sense to ask again where many wait for their turn.
const RETRY_TURN: u64 = 2;

/// What is counted, shared by all threads and listeners; a reload changes nothing of it.
#[derive(Debug, Default)]
pub(super) struct Counted {
    locals: Locals,
    turns: Turns,
}

/// Why there is no room.
#[derive(Debug)]
pub(super) enum Full {
    /// It is used up: why, and after how many seconds to ask again.
    Denied(Denial, u64),
    /// It cannot be counted.
    Unknown(Refusal),
}

impl Counted {
    fn of(&self, role: &Role) -> Option<Arc<Local>> {
        role.quotas().map(|quotas| self.locals.of(quotas.file(), role.name().as_str()))
    }

    /// Whether the role may send one more request now.
    ///
    /// # Errors
    /// It is too fast.
    pub(super) fn admit(&self, role: &Role) -> Result<(), Full> {
        let quota = Quota::RequestsPerSecond;
        let Some(most) = role.quotas().and_then(|quotas| quotas.most(quota)) else { return Ok(()) };
        let admitted = self.of(role).map_or(Ok(()), |local| local.admit(most));
        admitted.map_err(|wait| full(role, quota, most, whole_seconds(wait)))
    }

    /// The places that an operation takes for as long as it goes on.
    ///
    /// # Errors
    /// One of them is not to be had.
    pub(super) fn places(&self, role: &Role, operation: &Operation) -> Result<Vec<Place>, Full> {
        let (Some(quotas), Some(local)) = (role.quotas(), self.of(role)) else { return Ok(Vec::new()) };
        let place =
            |(quota, most)| local.place(quota, operation.op, most).ok_or_else(|| full(role, quota, most, RETRY_PLACE));
        quotas.places(operation).map(place).collect()
    }

    /// Counts whether there is room for what the request adds, and gives the turn in which it is to
    /// be added; none if it adds nothing that is counted.
    ///
    /// # Errors
    /// There is none, or it cannot be counted.
    pub(super) async fn turn(
        &self,
        upstream: &Rc<Upstream>,
        role: &Role,
        permit: &Allowed,
    ) -> Result<Option<Turn>, Full> {
        let request = permit.request();
        let (Some(quotas), Some(tenant)) = (role.quotas(), role.tenant()) else { return Ok(None) };
        let demand = Demand::of(request);
        if !quotas.counts(request.operation().op) || demand.at_most() == Amounts::default() {
            return Ok(None);
        }
        let label = tenant.label();
        let busy = || role.deny_turn().map_or_else(unknown, |denial| Full::Denied(denial, RETRY_TURN));
        let turn = self.turns.take(label).await.ok_or_else(busy)?;
        let counter = Counter { upstream, label, quotas };
        let (there, more) = counter.count(request, demand).await.map_err(Full::Unknown)?;
        match role.deny_more(&there, &more) {
            Some(denial) => Err(Full::Denied(denial, RETRY_COUNTED)),
            None => Ok(Some(turn)),
        }
    }
}

fn full(role: &Role, quota: Quota, most: i64, wait: u64) -> Full {
    role.deny_place(quota, most).map_or_else(unknown, |denial| Full::Denied(denial, wait))
}

fn unknown() -> Full {
    Full::Unknown(Refusal { status: 503, message: "the role's quotas are not known".into() })
}

/// `Retry-After` knows no fractions, and 0 would be now.
fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0 || wait.is_zero())
}
