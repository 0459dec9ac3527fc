//! Names that a person gives: of clients, of hosts, of organizations.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// The longest common name and organization (X.520, `ub-common-name`).
const LONGEST: usize = 64;

/// The gate's own certificate, and a context that docker keeps to itself.
const TAKEN: &[&str] = &["server", "default"];

/// A client's name: a common name, a folder, and a context of docker.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name(String);

impl Name {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for Name {
    type Err = String;

    /// Docker's own rule for contexts, which leaves nothing to a shell, a folder or YAML.
    fn from_str(text: &str) -> Result<Self, String> {
        if !(2..=LONGEST).contains(&text.len()) {
            return Err(format!("a client's name has 2 to {LONGEST} characters"));
        }
        let fine = |c: char| c.is_ascii_alphanumeric() || "_.+-".contains(c);
        if !text.starts_with(|c: char| c.is_ascii_alphanumeric()) || !text.chars().all(fine) {
            return Err(
                "a client's name has letters, digits, `_`, `.`, `+` and `-`, and begins with one of the first two"
                    .into(),
            );
        }
        if TAKEN.contains(&text) { Err(format!("no client can be called `{text}`")) } else { Ok(Self(text.into())) }
    }
}

/// What a certificate is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It signs others.
    Authority,
    /// A gate shows it.
    Server,
    /// A client shows it.
    Client,
}

impl Kind {
    /// In one word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Authority => "authority",
            Self::Server => "server",
            Self::Client => "client",
        }
    }
}

/// Who has a folder with a key and a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holder {
    /// The gate.
    Server,
    /// A client.
    Client(Name),
}

impl Holder {
    /// What its certificates are for.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Server => Kind::Server,
            Self::Client(_) => Kind::Client,
        }
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Server => f.pad("server"),
            Self::Client(name) => name.fmt(f),
        }
    }
}

impl FromStr for Holder {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "server" { Ok(Self::Server) } else { text.parse().map(Self::Client) }
    }
}

/// A name or an address that clients call a gate by.
///
/// # Errors
/// It is neither.
pub fn host(text: &str) -> Result<String, String> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Ok(address.to_string());
    }
    let labels = text.strip_prefix("*.").unwrap_or(text);
    // Digits and dots that are no address would be a name that nobody asks for.
    let is_name = text.len() <= 253 && labels.split('.').all(is_label) && labels.contains(|c: char| c.is_alphabetic());
    if is_name {
        Ok(text.to_ascii_lowercase())
    } else {
        Err("a host is a DNS name or an IP address, without a port: gate.example.com, 192.0.2.10, 2001:db8::1".into())
    }
}

fn is_label(label: &str) -> bool {
    let fine = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    (1..=63).contains(&label.len()) && label.chars().all(fine) && !label.starts_with('-') && !label.ends_with('-')
}

/// An organization, by which a policy can know several clients.
///
/// # Errors
/// It is empty, too long, or holds control characters.
pub fn organization(text: &str) -> Result<String, String> {
    let fine =
        (1..=LONGEST).contains(&text.chars().count()) && text.trim() == text && !text.chars().any(char::is_control);
    if fine { Ok(text.to_owned()) } else { Err(format!("an organization has 1 to {LONGEST} visible characters")) }
}

#[cfg(test)]
mod tests {
    use super::{Holder, Name, host};

    #[test]
    fn names_are_file_names_and_nothing_more() {
        for good in ["alice", "a1", "web.ops.example.com", "ci+1", "7up"] {
            assert!(good.parse::<Name>().is_ok(), "{good}");
        }
        let long = "a".repeat(65);
        for bad in [
            "", "a", "..", ".", "../x", "a/b", "-a", ".a", "a b", "a\nb", "a\0b", "ä", "a:b", "server", "default",
            &long,
        ] {
            assert!(bad.parse::<Name>().is_err(), "{bad}");
        }
        assert_eq!("server".parse(), Ok(Holder::Server));
    }

    #[test]
    fn hosts_are_names_or_addresses() {
        assert_eq!(host("Gate.Example.com").as_deref(), Ok("gate.example.com"));
        assert_eq!(host("2001:DB8::1").as_deref(), Ok("2001:db8::1"));
        assert!(host("*.example.com").is_ok() && host("localhost").is_ok());
        for bad in ["", "tcp://x", "x:2376", "[::1]", "a..b", "a b", "-x", "1.2.3.4.5", "*", "a.*.b", "ä.example"] {
            assert!(host(bad).is_err(), "{bad}");
        }
    }
}
