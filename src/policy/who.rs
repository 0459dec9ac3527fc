//! For whom a role is.

use super::object_facts::{ObjectFacts, holds};
use super::pattern::Pattern;
use super::place::RoleName;
use super::text::listed;
use crate::request::{Certificate, Identity, Peer};
use ipnet::IpNet;
use std::fmt;
use std::net::IpAddr;

/// The id that the kernel shows for users and groups of elsewhere: it says nothing.
pub const OVERFLOW_ID: u32 = 65534;

/// For whom a role is.
#[derive(Clone, Debug)]
pub(super) enum Who {
    /// Whoever can open the socket, or whose certificate the port trusts.
    Anyone,
    /// Whoever no other role is for.
    Others,
    /// Whoever fits one of the entries.
    Entries(Vec<Facts>),
}

/// One entry: all its facts must hold. A fact that is not written holds for everyone.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    pub(super) uid: Option<Vec<u32>>,
    pub(super) gid: Option<Vec<u32>>,
    pub(super) user: Option<Vec<String>>,
    pub(super) group: Option<Vec<String>>,
    pub(super) address: Option<Vec<IpNet>>,
    pub(super) cert: Option<CertFacts>,
    pub(super) container: Option<ObjectFacts>,
}

/// Facts of a certificate.
#[derive(Clone, Debug, Default)]
pub(super) struct CertFacts {
    pub(super) common_name: Option<Vec<Pattern>>,
    pub(super) dns: Option<Vec<Pattern>>,
    pub(super) email: Option<Vec<Pattern>>,
    pub(super) key_sha256: Option<Vec<Pattern>>,
    pub(super) organization: Option<Vec<Pattern>>,
    pub(super) sha256: Option<Vec<Pattern>>,
    pub(super) uri: Option<Vec<Pattern>>,
}

/// Why a client has no role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoRole {
    /// No role is for this client.
    Nobody,
    /// Several are, and which of them counts must not depend on chance.
    Several(Vec<RoleName>),
    /// The policy asks for groups, names or containers, and they cannot be told: a role that
    /// they would lead to, or keep from, must not be missed.
    Unseen,
}

impl fmt::Display for NoRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nobody => f.write_str("dockgate: the policy has no role for this client"),
            Self::Unseen => f.write_str(
                "dockgate: the policy asks for groups, names or containers, and those of this client cannot be told: it has ended, or lives in another pid namespace",
            ),
            Self::Several(roles) => {
                const MOST: usize = 5;
                let names: Vec<String> = roles.iter().map(|role| format!("`{role}`")).collect();
                let names = listed(&names, "and", MOST);
                write!(f, "dockgate: the policy has several roles for this client, {names}: it must have exactly one")
            }
        }
    }
}

impl std::error::Error for NoRole {}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anyone => f.write_str("anyone"),
            Self::Others => f.write_str("others"),
            Self::Entries(entries) => {
                let said: Vec<String> = entries.iter().map(ToString::to_string).collect();
                f.write_str(&said.join("; or "))
            }
        }
    }
}

impl fmt::Display for Facts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut said = [
            fact("uid", self.uid.as_deref()),
            fact("gid", self.gid.as_deref()),
            fact("user", self.user.as_deref()),
            fact("group", self.group.as_deref()),
            fact("address", self.address.as_deref()),
        ]
        .concat();
        said.extend(self.cert.iter().flat_map(CertFacts::said));
        said.extend(self.container.iter().map(|facts| format!("container: {}", facts.said())));
        f.write_str(&said.join(", "))
    }
}

/// `uid: 1, 2`; empty where the fact is not written.
fn fact<T: ToString>(word: &str, values: Option<&[T]>) -> Vec<String> {
    let list = |values: &[T]| values.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ");
    values.map(|values| format!("{word}: {}", list(values))).into_iter().collect()
}

impl Who {
    /// Whether the role is for this client by what it says itself.
    pub(super) fn names(&self, who: &Identity) -> bool {
        match self {
            Self::Anyone => true,
            Self::Others => false,
            Self::Entries(entries) => entries.iter().any(|facts| facts.hold(who)),
        }
    }

    /// Whether names of users or groups have to be looked up.
    pub(super) fn needs_names(&self) -> bool {
        let needs = |facts: &Facts| facts.user.is_some() || facts.group.is_some();
        matches!(self, Self::Entries(entries) if entries.iter().any(needs))
    }

    /// Whether the client's container has to be looked up.
    pub(super) fn needs_containers(&self) -> bool {
        matches!(self, Self::Entries(entries) if entries.iter().any(|facts| facts.container.is_some()))
    }

    /// Whether groups or names of users have to be looked up.
    pub(super) fn needs_groups(&self) -> bool {
        let needs = |facts: &Facts| facts.gid.is_some() || facts.user.is_some() || facts.group.is_some();
        matches!(self, Self::Entries(entries) if entries.iter().any(needs))
    }
}

impl Facts {
    pub(super) fn is_about_unix(&self) -> bool {
        let names = self.user.is_some() || self.group.is_some();
        self.uid.is_some() || self.gid.is_some() || names
    }

    pub(super) fn is_about_tcp(&self) -> bool {
        self.address.is_some() || self.cert.is_some()
    }

    fn hold(&self, who: &Identity) -> bool {
        let container = self.container.as_ref();
        container.is_none_or(|facts| who.container.as_ref().is_some_and(|c| facts.hold(c))) && self.hold_of(&who.peer)
    }

    fn hold_of(&self, peer: &Peer) -> bool {
        match peer {
            Peer::Unix { uid, gid, groups, user, group_names, .. } => {
                !self.is_about_tcp()
                    && holds(&self.uid, |wanted| wanted == uid && *uid != OVERFLOW_ID)
                    && holds(&self.gid, |wanted| is_member(*wanted, *gid, groups))
                    && holds(&self.user, |wanted| user.as_ref() == Some(wanted) && *uid != OVERFLOW_ID)
                    && holds(&self.group, |wanted| group_names.contains(wanted) && !is_from_elsewhere(*gid, groups))
            }
            Peer::Tcp { address, certificate } => {
                !self.is_about_unix()
                    && holds(&self.address, |wanted| wanted.contains(&plain_address(*address)))
                    && self.cert.as_ref().is_none_or(|facts| certificate.as_ref().is_some_and(|c| facts.hold(c)))
            }
        }
    }
}

impl CertFacts {
    fn said(&self) -> Vec<String> {
        [
            fact("common_name", self.common_name.as_deref()),
            fact("dns", self.dns.as_deref()),
            fact("email", self.email.as_deref()),
            fact("key_sha256", self.key_sha256.as_deref()),
            fact("organization", self.organization.as_deref()),
            fact("sha256", self.sha256.as_deref()),
            fact("uri", self.uri.as_deref()),
        ]
        .concat()
    }

    fn hold(&self, certificate: &Certificate) -> bool {
        let any = |wanted: &Option<Vec<Pattern>>, names: &[String]| {
            holds(wanted, |pattern| names.iter().any(|name| pattern.fits(name)))
        };
        let dns: Vec<String> = match self.dns {
            Some(_) => certificate.dns.iter().map(|name| name.to_ascii_lowercase()).collect(),
            None => Vec::new(),
        };
        any(&self.common_name, &certificate.common_names)
            && any(&self.dns, &dns)
            && any(&self.email, &certificate.email)
            && any(&self.key_sha256, std::slice::from_ref(&certificate.key_sha256))
            && any(&self.organization, &certificate.organizations)
            && any(&self.sha256, std::slice::from_ref(&certificate.sha256))
            && any(&self.uri, &certificate.uri)
    }
}

fn is_member(wanted: u32, gid: u32, groups: &[u32]) -> bool {
    wanted != OVERFLOW_ID && (wanted == gid || groups.contains(&wanted))
}

/// Whether the process has no group of this machine, and so none whose name could count.
fn is_from_elsewhere(gid: u32, groups: &[u32]) -> bool {
    groups.iter().chain([&gid]).all(|group| *group == OVERFLOW_ID)
}

/// An IPv4 address may come dressed as IPv6 where one socket serves both.
pub(super) fn plain_address(address: IpAddr) -> IpAddr {
    address.to_canonical()
}

#[cfg(test)]
#[path = "who_tests.rs"]
mod tests;
