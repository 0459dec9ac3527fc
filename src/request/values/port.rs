//! Published ports: container's port and protocol, host's address and ports.

use super::super::UseValue;
use std::fmt;
use std::net::IpAddr;

/// Ports of the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Published {
    /// The address; none for every one.
    pub address: Option<IpAddr>,
    /// The ports.
    pub ports: Ports,
    /// What is spoken.
    pub protocol: Protocol,
}

/// Which ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ports {
    /// One that Docker picks.
    Random,
    /// From the first to the last; Docker picks one of several.
    Range(u16, u16),
}

/// What is spoken on a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are the protocols' own")]
pub enum Protocol {
    Sctp,
    Tcp,
    Udp,
}

impl Protocol {
    /// Reads a name in any case; no name is TCP.
    pub fn read(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "" | "tcp" => Some(Self::Tcp),
            "sctp" => Some(Self::Sctp),
            "udp" => Some(Self::Udp),
            _ => None,
        }
    }

    /// The name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sctp => "sctp",
            Self::Tcp => "tcp",
            Self::Udp => "udp",
        }
    }
}

impl Ports {
    /// Reads `80`, `8000-8010`; nothing and `0` are a port that Docker picks.
    pub fn read(text: &str) -> Option<Self> {
        if text.is_empty() {
            return Some(Self::Random);
        }
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        match (number(first)?, number(last)?) {
            (0, 0) => Some(Self::Random),
            (0, _) => None,
            (first, last) => (first <= last).then_some(Self::Range(first, last)),
        }
    }
}

/// Go's `strconv.ParseUint`: digits alone, zeros in front allowed.
fn number(text: &str) -> Option<u16> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

/// One binding: `80/tcp` in the container, address and port on the host.
pub fn binding(container: &str, address: &str, host: &str) -> UseValue {
    let read = || {
        let (port, protocol) = container.split_once('/').unwrap_or((container, "tcp"));
        number(port)?;
        let protocol = Protocol::read(protocol)?;
        Some(Published { address: read_address(address)?, ports: Ports::read(host)?, protocol })
    };
    read().map_or_else(|| UseValue::Odd(format!("{address}:{host}:{container}")), UseValue::Port)
}

/// An address in one spelling: the empty and the unspecified ones are every address.
pub fn read_address(text: &str) -> Option<Option<IpAddr>> {
    if text.is_empty() {
        return Some(None);
    }
    let address: IpAddr = text.parse().ok()?;
    let address = address.to_canonical();
    Some((!address.is_unspecified()).then_some(address))
}

impl fmt::Display for Published {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.address {
            Some(IpAddr::V6(address)) => write!(f, "[{address}]:")?,
            Some(IpAddr::V4(address)) => write!(f, "{address}:")?,
            None => {}
        }
        match self.ports {
            Ports::Random => f.write_str("random")?,
            Ports::Range(first, last) if first == last => write!(f, "{first}")?,
            Ports::Range(first, last) => write!(f, "{first}-{last}")?,
        }
        match self.protocol {
            Protocol::Tcp => Ok(()),
            other => write!(f, "/{}", other.as_str()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(container: &str, address: &str, host: &str) -> String {
        match binding(container, address, host) {
            UseValue::Port(port) => port.to_string(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn bindings_have_one_spelling() {
        let cases = [
            (("80", "", "8080"), "8080"),
            (("80/tcp", "", "8080"), "8080"),
            (("80/TCP", "0.0.0.0", "8080"), "8080"),
            (("80/", "", "8080"), "8080"),
            (("53/udp", "::", "53"), "53/udp"),
            (("53/sctp", "::1", "53"), "[::1]:53/sctp"),
            (("80", "127.0.0.1", "8000-8010"), "127.0.0.1:8000-8010"),
            (("80", "::ffff:127.0.0.1", "80"), "127.0.0.1:80"),
            (("22", "", "0022"), "22"),
            (("22", "", ""), "random"),
            (("22", "127.0.0.1", "0"), "127.0.0.1:random"),
            (("80", "", "1-5"), "1-5"),
        ];
        for ((container, address, host), expected) in cases {
            assert_eq!(said(container, address, host), expected, "{container} {address} {host}");
        }
    }

    #[test]
    fn what_the_daemon_refuses_is_odd() {
        let bad = [
            ("80", "", "+80"),
            ("80", "", "65536"),
            ("80", "", "9-1"),
            ("80", "", "0-5"),
            ("80", "", "1-2-3"),
            ("80", "", "http"),
            ("80", "localhost", "80"),
            ("80", "127.0.0.01", "80"),
            ("80", "[::1]", "80"),
            ("80/icmp", "", "80"),
            ("", "", "80"),
            ("80-90", "", "80"),
        ];
        for (container, address, host) in bad {
            assert!(matches!(binding(container, address, host), UseValue::Odd(_)), "{container} {address} {host}");
        }
    }
}
