//! Who asks: facts that come from the socket itself, never from a header.

use super::object::Object;
use std::net::IpAddr;
use std::sync::Arc;

/// Who asks, and on which listener.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The listener's name: its path or address.
    pub listener: Arc<str>,
    /// What the kernel and the certificate say.
    pub peer: Peer,
    /// The container that the client runs in, where it was asked for and is one.
    pub container: Option<Arc<Object>>,
    /// What the host's paths of sockets are to it.
    pub socket: Arc<HostSocket>,
}

impl Identity {
    /// A client of whom no more is known.
    pub fn new(listener: Arc<str>, peer: Peer) -> Self {
        Self { listener, peer, container: None, socket: Arc::default() }
    }
}

/// Docker's socket as requests call it, and the one that a client came in by, as paths of the host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostSocket {
    /// Where the host has the client's listener, where that is known.
    pub own: Option<String>,
    /// Where the gate finds the real socket.
    pub upstream: Option<String>,
}

/// Where clients look for the Docker socket.
const DOCKERS: [&str; 2] = ["/run/docker.sock", "/var/run/docker.sock"];

impl HostSocket {
    /// Whether the path, which is clean, is Docker's own socket.
    pub fn is_dockers(&self, path: &str) -> bool {
        DOCKERS.contains(&path) || self.upstream.as_deref() == Some(path)
    }
}

/// What the kernel and the certificate say of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Peer {
    /// A Unix socket: credentials of the process that connected.
    Unix {
        /// The user.
        uid: u32,
        /// The primary group.
        gid: u32,
        /// The process, 0 when it lives in a foreign pid namespace.
        pid: i32,
        /// The supplementary groups, empty when they cannot be seen.
        groups: Vec<u32>,
        /// The user's name, where this machine knows one.
        user: Option<String>,
        /// The names of the groups, where this machine knows them.
        group_names: Vec<String>,
    },
    /// TCP: address and, under TLS, the verified client certificate.
    Tcp {
        /// The remote address.
        address: IpAddr,
        /// The certificate that the client proved to hold.
        certificate: Option<Arc<Certificate>>,
    },
}

/// The names inside a verified client certificate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Certificate {
    /// The subject, for people and records.
    pub subject: String,
    /// Common names of the subject.
    pub common_names: Vec<String>,
    /// Organisations of the subject.
    pub organizations: Vec<String>,
    /// DNS names of the subject alternative name.
    pub dns: Vec<String>,
    /// URIs of the subject alternative name.
    pub uri: Vec<String>,
    /// E-mail addresses of the subject alternative name.
    pub email: Vec<String>,
    /// SHA-256 of the certificate, lower-case hex.
    pub sha256: String,
    /// SHA-256 of the public key (SubjectPublicKeyInfo), lower-case hex.
    pub key_sha256: String,
    /// When it expires, in seconds since 1970.
    pub not_after: Option<i64>,
}
