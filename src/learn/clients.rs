//! Who asked: each client gets a role of its own.

use crate::policy::quoted;
use crate::request::{Identity, Peer};

/// How many clients get a role.
pub(super) const MAX_CLIENTS: usize = 32;

/// A client, by the fact that tells it from others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Client {
    Address(String),
    Certificate(String),
    /// Project and service of Compose.
    Compose(String, String),
    Container(String),
    Uid(u32),
    User(String),
}

/// Whether a policy takes the name for itself, and not for a pattern of many.
fn is_plain(name: &str) -> bool {
    !name.contains('*')
}

impl Client {
    pub(super) fn of(who: &Identity) -> Self {
        if let Some(container) = &who.container {
            return match (container.project(), container.service()) {
                (Some(project), Some(service)) if is_plain(project) && is_plain(service) => {
                    Self::Compose(project.to_owned(), service.to_owned())
                }
                _ => Self::Container(container.name.clone()),
            };
        }
        match &who.peer {
            Peer::Unix { user: Some(user), .. } => Self::User(user.clone()),
            Peer::Unix { uid, .. } => Self::Uid(*uid),
            Peer::Tcp { address, certificate } => {
                let name = certificate
                    .as_ref()
                    .and_then(|certificate| certificate.common_names.first())
                    .filter(|name| is_plain(name));
                name.map_or_else(|| Self::Address(address.to_string()), |name| Self::Certificate(name.clone()))
            }
        }
    }

    /// `who` of its role.
    pub(super) fn who(&self) -> String {
        match self {
            Self::Address(address) => format!("{{ address: {} }}", quoted(address)),
            Self::Certificate(name) => format!("{{ cert: {{ common_name: {} }} }}", quoted(name)),
            Self::Compose(project, service) => {
                format!("{{ container: {{ project: {}, service: {} }} }}", quoted(project), quoted(service))
            }
            Self::Container(name) => format!("{{ container: {{ name: {} }} }}", quoted(name)),
            Self::Uid(uid) => format!("{{ uid: {uid} }}"),
            Self::User(user) => format!("{{ user: {} }}", quoted(user)),
        }
    }

    /// The name of its role, without what a name of a role cannot have.
    pub(super) fn role(&self) -> String {
        let text = match self {
            Self::Address(text) | Self::Certificate(text) | Self::Container(text) | Self::User(text) => text.clone(),
            Self::Compose(_, service) => service.clone(),
            Self::Uid(uid) => format!("uid-{uid}"),
        };
        let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
        let name: String = text.chars().map(plain).collect();
        let name = name.trim_matches('-');
        if name.starts_with(|c: char| c.is_ascii_alphabetic()) { name.to_owned() } else { format!("client-{name}") }
    }
}
