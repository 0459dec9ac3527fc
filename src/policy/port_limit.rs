//! `[HOSTIP:]PORT[-PORT][/tcp|udp|sctp]` in a policy.

use super::text::shown;
use crate::request::values::port::{Ports, Protocol, Published, read_address};
use std::net::IpAddr;

/// Ports that may be published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PortLimit {
    address: Bound,
    ports: Ports,
    protocol: Protocol,
}

/// The addresses of the host.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Bound {
    /// Every one, and so any.
    Every,
    One(IpAddr),
}

impl PortLimit {
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let (rest, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
        let (address, ports) = split_address(rest);
        let protocol = Protocol::read(protocol).ok_or_else(|| format!("{} is no protocol", shown(protocol)))?;
        let Some(address) = read_address(address) else {
            return Err(format!("{} is no address", shown(address)));
        };
        let read = if ports == "random" { Some(Ports::Random) } else { Ports::read(ports) };
        let ports = read.filter(|read| *read != Ports::Random || ports == "random");
        let ports =
            ports.ok_or_else(|| format!("{} is no port, such as `80`, `8000-8010` or `random`", shown(rest)))?;
        Ok(Self { address: address.map_or(Bound::Every, Bound::One), ports, protocol })
    }

    /// Whether everything that is published is within the limit.
    pub(super) fn holds(&self, port: &Published) -> bool {
        let address = match &self.address {
            Bound::Every => true,
            Bound::One(address) => port.address == Some(*address),
        };
        let ports = match (self.ports, port.ports) {
            (Ports::Random, Ports::Random) => true,
            (Ports::Range(first, last), Ports::Range(from, to)) => first <= from && to <= last,
            _ => false,
        };
        address && ports && self.protocol == port.protocol
    }

    /// Whether something that is published may be within the limit.
    pub(super) fn meets(&self, port: &Published) -> bool {
        let address = match (&self.address, port.address) {
            (Bound::Every, _) | (_, None) => true,
            (Bound::One(limit), Some(address)) => *limit == address,
        };
        let ports = match (self.ports, port.ports) {
            (Ports::Range(first, last), Ports::Range(from, to)) => first <= to && from <= last,
            (Ports::Random, Ports::Range(..)) => false,
            // a port that Docker picks may be any
            (_, Ports::Random) => true,
        };
        address && ports && self.protocol == port.protocol
    }
}

/// `127.0.0.1:80`, `[::1]:80`, `80`.
fn split_address(text: &str) -> (&str, &str) {
    if let Some((address, ports)) = text.strip_prefix('[').and_then(|rest| rest.split_once("]:")) {
        return (address, ports);
    }
    text.rsplit_once(':').unwrap_or(("", text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::UseValue;
    use crate::request::values::port::binding;

    fn published(address: &str, host: &str) -> Published {
        match binding("80/tcp", address, host) {
            UseValue::Port(port) => port,
            other => panic!("{other:?}"),
        }
    }

    fn holds(limit: &str, address: &str, host: &str) -> bool {
        PortLimit::read(limit).unwrap().holds(&published(address, host))
    }

    fn meets(limit: &str, address: &str, host: &str) -> bool {
        PortLimit::read(limit).unwrap().meets(&published(address, host))
    }

    #[test]
    fn all_that_is_published_has_to_be_within() {
        assert!(holds("8080", "", "8080"));
        assert!(holds("8080", "127.0.0.1", "8080"));
        assert!(holds("127.0.0.1:8080", "127.0.0.1", "8080"));
        assert!(!holds("127.0.0.1:8080", "", "8080"), "every address is more than one");
        assert!(!holds("127.0.0.1:8080", "192.0.2.1", "8080"));
        assert!(holds("8000-8100", "", "8010-8020"));
        assert!(!holds("8000-8100", "", "8090-8110"));
        assert!(!holds("8080/udp", "", "8080"));
        assert!(holds("random", "", "") && !holds("1-65535", "", "") && !holds("random", "", "80"));
        assert!(holds("[::1]:80", "::1", "80"));
    }

    #[test]
    fn under_never_a_part_is_enough() {
        assert!(meets("127.0.0.1:80", "", "80"));
        assert!(meets("80", "127.0.0.1", "1-100"));
        assert!(!meets("80", "", "81"));
        assert!(meets("80", "", ""), "Docker may pick it");
        assert!(!meets("random", "", "80"));
    }

    #[test]
    fn what_is_no_port_is_said() {
        for bad in ["", "http", "0", "9-1", "80/icmp", "localhost:80", "127.0.0.1:", "70000", "::1:80:x"] {
            assert!(PortLimit::read(bad).is_err(), "{bad}");
        }
    }
}
