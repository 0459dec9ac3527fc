//! Between being made and being looked at, a tenant's container is reached by nobody of that tenant:
//! what was judged about it may not be so.

use crate::catalogue::{Op, Target};
use crate::policy::Tenant;
use crate::request::{Refusal, Request};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock};

/// How long a request waits for containers that are being made.
const PATIENCE: Duration = Duration::from_secs(10);

/// For each tenant whether containers are being made, shared by all threads.
#[derive(Debug, Default)]
pub(super) struct Settled(Mutex<HashMap<Label, Arc<RwLock<()>>>>);

/// The key and value of a tenant's label.
type Label = (Box<str>, Box<str>);

/// A container is being made, until it was looked at.
#[derive(Debug)]
pub(super) struct Settling(#[expect(dead_code, reason = "it is held")] OwnedRwLockReadGuard<()>);

/// A request has its containers looked up; none is being made meanwhile.
#[derive(Debug)]
pub(super) struct Looking(Option<Held>);

#[derive(Debug)]
enum Held {
    /// It makes a container, and names no other.
    Making(OwnedRwLockReadGuard<()>),
    /// It names one.
    Naming(OwnedRwLockWriteGuard<()>),
}

impl Settled {
    /// Waits until what the request names is settled.
    ///
    /// # Errors
    /// Docker takes too long to make what others asked for.
    pub(super) async fn look(&self, tenant: Option<&Tenant>, request: &Request) -> Result<Looking, Refusal> {
        let Some(tenant) = tenant.filter(|_| names(request) || makes(request)) else { return Ok(Looking(None)) };
        let lock = self.of(tenant);
        let held = async {
            match names(request) {
                true => Held::Naming(lock.write_owned().await),
                false => Held::Making(lock.read_owned().await),
            }
        };
        let message = "the daemon takes too long to make containers that were asked for before";
        let held = tokio::time::timeout(PATIENCE, held).await;
        held.map(|held| Looking(Some(held))).map_err(|_| Refusal { status: 503, message: message.into() })
    }

    /// Tenants that nobody waits for are forgotten when another comes.
    fn of(&self, tenant: &Tenant) -> Arc<RwLock<()>> {
        let (key, value) = tenant.label();
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = (key.into(), value.into());
        if !all.contains_key(&known) {
            all.retain(|_, lock| Arc::strong_count(lock) > 1);
        }
        Arc::clone(all.entry(known).or_default())
    }
}

impl Looking {
    /// All was looked up: a container is made from here on, or the request goes its way.
    pub(super) fn done(self, request: &Request) -> Option<Settling> {
        match self.0? {
            Held::Making(held) => Some(Settling(held)),
            Held::Naming(held) => makes(request).then(|| Settling(held.downgrade())),
        }
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

    fn lock() -> Arc<RwLock<()>> {
        Arc::default()
    }

    #[tokio::test]
    async fn who_names_a_container_waits_for_those_that_are_made() {
        let lock = lock();
        let made = Settling(Arc::clone(&lock).read_owned().await);
        let another = tokio::time::timeout(Duration::from_millis(20), Arc::clone(&lock).read_owned()).await;
        assert!(another.is_ok(), "others are made beside it");
        drop(another);
        let named = tokio::time::timeout(Duration::from_millis(20), Arc::clone(&lock).write_owned()).await;
        assert!(named.is_err(), "nobody names it");
        drop(made);
        let named = tokio::time::timeout(Duration::from_millis(20), lock.write_owned()).await;
        assert!(named.is_ok());
    }
}
