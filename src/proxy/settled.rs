//! Between being made and being looked at, a tenant's container is reached by nobody of that tenant:
//! what was judged about it may not be so. Those who make containers, and those who name some, go
//! in turns, each beside their like.

use crate::catalogue::{Op, Target};
use crate::policy::Tenant;
use crate::request::{Refusal, Request};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// How long a request waits for the others.
const PATIENCE: Duration = Duration::from_secs(10);

/// The key and value of a tenant's label.
type Label = (Box<str>, Box<str>);

/// For each tenant who makes and who names containers, shared by all threads.
#[derive(Debug, Default)]
pub(super) struct Settled(Mutex<HashMap<Label, Arc<Tenants>>>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    /// Containers are made, until they were looked at.
    Making,
    /// Containers that requests name are looked up.
    Naming,
}

/// Who is at it, and who waits.
#[derive(Debug, Default)]
struct Tenants {
    sides: Mutex<Sides>,
    left: Notify,
}

#[derive(Debug, Default)]
struct Sides {
    making: Count,
    naming: Count,
}

#[derive(Debug, Default)]
struct Count {
    active: usize,
    waiting: usize,
}

/// One that is at it, until it is dropped.
#[derive(Debug)]
struct Entered(Arc<Tenants>, Side);

/// A container is being made, until it was looked at.
#[derive(Debug)]
pub(super) struct Settling(#[expect(dead_code, reason = "it is held")] Entered);

/// A request has its containers looked up; none is being made meanwhile.
#[derive(Debug)]
pub(super) struct Looking(Option<Entered>);

impl Settled {
    /// Waits until what the request names is settled.
    ///
    /// # Errors
    /// Docker takes too long to make what others asked for.
    pub(super) async fn look(&self, tenant: Option<&Tenant>, request: &Request) -> Result<Looking, Refusal> {
        let Some(tenant) = tenant else { return Ok(Looking(None)) };
        let side = match (names(request), makes(request)) {
            (true, _) => Side::Naming,
            (false, true) => Side::Making,
            (false, false) => return Ok(Looking(None)),
        };
        enter(&self.of(tenant), side).await.map(|entered| Looking(Some(entered)))
    }

    /// Tenants that nobody waits for are forgotten when another comes.
    fn of(&self, tenant: &Tenant) -> Arc<Tenants> {
        let (key, value) = tenant.label();
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = (key.into(), value.into());
        if !all.contains_key(&known) {
            all.retain(|_, tenants| Arc::strong_count(tenants) > 1);
        }
        Arc::clone(all.entry(known).or_default())
    }
}

impl Looking {
    /// All was looked up: a container is made from here on, or the request goes its way.
    ///
    /// # Errors
    /// Others take too long.
    pub(super) async fn done(self, request: &Request) -> Result<Option<Settling>, Refusal> {
        match self.0 {
            Some(entered) if !makes(request) => drop(entered),
            Some(entered) if entered.1 == Side::Making => return Ok(Some(Settling(entered))),
            Some(entered) => {
                let tenants = Arc::clone(&entered.0);
                drop(entered);
                return enter(&tenants, Side::Making).await.map(|entered| Some(Settling(entered)));
            }
            None => {}
        }
        Ok(None)
    }
}

async fn enter(tenants: &Arc<Tenants>, side: Side) -> Result<Entered, Refusal> {
    let message = "the daemon takes too long to make containers that were asked for before";
    let entered = tokio::time::timeout(PATIENCE, Waiting::begin(tenants, side).end()).await;
    entered.map_err(|_| Refusal { status: 503, message: message.into() })
}

/// One that waits, however that ends.
struct Waiting(Arc<Tenants>, Side);

impl Waiting {
    fn begin(tenants: &Arc<Tenants>, side: Side) -> Self {
        tenants.lock().of(side).waiting += 1;
        Self(Arc::clone(tenants), side)
    }

    async fn end(self) -> Entered {
        loop {
            let left = self.0.left.notified();
            if self.0.lock().let_in(self.1) {
                return Entered(Arc::clone(&self.0), self.1);
            }
            left.await;
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.lock().of(self.1).waiting -= 1;
        self.0.left.notify_waiters();
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        self.0.lock().of(self.1).active -= 1;
        self.0.left.notify_waiters();
    }
}

impl Tenants {
    fn lock(&self) -> MutexGuard<'_, Sides> {
        self.sides.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sides {
    fn of(&mut self, side: Side) -> &mut Count {
        match side {
            Side::Making => &mut self.making,
            Side::Naming => &mut self.naming,
        }
    }

    /// Nobody joins their like while the others wait, so that each comes to its turn.
    fn let_in(&mut self, side: Side) -> bool {
        let other = if side == Side::Making { Side::Naming } else { Side::Making };
        let (active, waiting) = (self.of(other).active, self.of(other).waiting);
        let idle = self.of(side).active == 0;
        let free = active == 0 && (waiting == 0 || idle);
        self.of(side).active += usize::from(free);
        free
    }
}

fn makes(request: &Request) -> bool {
    request.operation().op == Op::ContainerCreate
}

/// Whether it could reach a container that nobody has looked at yet.
fn names(request: &Request) -> bool {
    let in_path = matches!(request.operation().target, Some(Target::Container));
    in_path || request.references().iter().any(|found| found.kind == Target::Container)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn at_once(tenants: &Arc<Tenants>, side: Side) -> Option<Entered> {
        tokio::time::timeout(Duration::from_millis(20), Waiting::begin(tenants, side).end()).await.ok()
    }

    #[tokio::test]
    async fn each_is_beside_its_like_and_waits_for_the_others() {
        let tenants = Arc::default();
        let made = [at_once(&tenants, Side::Making).await, at_once(&tenants, Side::Making).await];
        assert!(made.iter().all(Option::is_some));
        assert!(at_once(&tenants, Side::Naming).await.is_none(), "nobody names what is made");
        drop(made);
        let named = [at_once(&tenants, Side::Naming).await, at_once(&tenants, Side::Naming).await];
        assert!(named.iter().all(Option::is_some));
        assert!(at_once(&tenants, Side::Making).await.is_none());
        drop(named);
        assert!(at_once(&tenants, Side::Making).await.is_some());
        let sides = tenants.lock();
        assert_eq!([sides.making.active, sides.making.waiting, sides.naming.active, sides.naming.waiting], [0; 4]);
    }

    #[tokio::test]
    async fn who_waits_comes_before_those_who_come_later() {
        let tenants = Arc::default();
        let making = at_once(&tenants, Side::Making).await;
        let waiting = tokio::spawn(Waiting::begin(&tenants, Side::Naming).end());
        tokio::task::yield_now().await;
        assert!(at_once(&tenants, Side::Making).await.is_none(), "somebody waits to name one");
        drop(making);
        drop(waiting.await);
        assert!(at_once(&tenants, Side::Making).await.is_some());
    }
}
