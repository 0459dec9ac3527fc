//! TLS handshakes under way: bounded in all, and for each address, so that nobody keeps all others out.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What part of all handshakes one address may have.
const SHARE: usize = 8;

/// The handshakes of one listener.
#[derive(Debug, Default)]
pub(super) struct Handshakes(Mutex<Counts>);

#[derive(Debug, Default)]
struct Counts {
    all: usize,
    /// Of each address that has some, so that this is no longer than the handshakes are many.
    of: HashMap<IpAddr, usize>,
}

/// One handshake; it counts until it is dropped.
#[derive(Debug)]
pub(super) struct Handshake<'h> {
    handshakes: &'h Handshakes,
    address: IpAddr,
}

impl Handshakes {
    /// None if `most` are under way already, or too many of this address.
    pub(super) fn begin(&self, address: IpAddr, most: usize) -> Option<Handshake<'_>> {
        let address = network(address);
        let mut counts = self.counts();
        let own = counts.of.get(&address).copied().unwrap_or(0);
        if counts.all >= most || own >= (most / SHARE).max(1) {
            return None;
        }
        counts.all += 1;
        counts.of.insert(address, own + 1);
        Some(Handshake { handshakes: self, address })
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Handshake<'_> {
    fn drop(&mut self) {
        let mut counts = self.handshakes.counts();
        counts.all = counts.all.saturating_sub(1);
        let left = counts.of.get(&self.address).copied().unwrap_or(0).saturating_sub(1);
        match left {
            0 => counts.of.remove(&self.address),
            left => counts.of.insert(self.address, left),
        };
    }
}

/// Of IPv6, a customer has a network of 64 bits at least.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((u128::from(address) >> 64 << 64).into()),
        plain => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::Handshakes;
    use std::net::IpAddr;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn one_address_has_a_share_and_leaves_it() {
        let handshakes = Handshakes::default();
        let held: Vec<_> = (0..2).map(|_| handshakes.begin(address("192.0.2.1"), 16).unwrap()).collect();
        assert!(handshakes.begin(address("192.0.2.1"), 16).is_none());
        assert!(handshakes.begin(address("::ffff:192.0.2.1"), 16).is_none());
        assert!(handshakes.begin(address("192.0.2.2"), 16).is_some());
        drop(held);
        assert!(handshakes.begin(address("192.0.2.1"), 16).is_some());
        assert!(handshakes.0.lock().unwrap().of.is_empty());
    }

    #[test]
    fn all_together_are_bounded() {
        let handshakes = Handshakes::default();
        let held: Vec<_> = (0..3).map(|n| handshakes.begin(address(&format!("192.0.2.{n}")), 3).unwrap()).collect();
        assert!(handshakes.begin(address("192.0.2.9"), 3).is_none());
        drop(held);
    }

    #[test]
    fn a_network_of_ipv6_is_one() {
        let handshakes = Handshakes::default();
        let _held = handshakes.begin(address("2001:db8::1"), 8).unwrap();
        assert!(handshakes.begin(address("2001:db8::ffff:2"), 8).is_none());
        assert!(handshakes.begin(address("2001:db8:0:1::1"), 8).is_some());
    }
}
