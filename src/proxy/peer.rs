//! Who is at the other end: what the kernel and the certificate say.

use super::caller::is_alive;
use super::rules::Known;
use super::users;
use crate::policy::OVERFLOW_ID;
use crate::request::{Certificate, Peer};
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use rustls::pki_types::CertificateDer;
use sha2::{Digest, Sha256};
use std::io;
use std::net::IpAddr;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use tokio::net::UnixStream;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate, X509Name};

/// The process that connected a Unix socket, by SO_PEERCRED, and what else was asked for and could
/// be told.
///
/// # Errors
/// The kernel gives no credentials.
pub(super) fn of_unix(stream: &UnixStream, with_groups: bool, with_names: bool) -> io::Result<(Peer, Known)> {
    let credentials = stream.peer_cred()?;
    let (uid, gid) = (credentials.uid(), credentials.gid());
    let pid = credentials.pid().unwrap_or(0);
    let groups = if with_groups { supplementary_groups(stream, pid) } else { Some(Vec::new()) };
    let names = if with_names { names(uid, gid, groups.as_deref()) } else { Some((None, Vec::new())) };
    let (groups_told, names_told) = (with_groups && groups.is_some(), with_names && names.is_some());
    let known = Known { groups: groups_told, names: names_told, container: false };
    let (user, group_names) = names.unwrap_or_default();
    Ok((Peer::Unix { uid, gid, pid, groups: groups.unwrap_or_default(), user, group_names }, known))
}

/// The names of a user and of groups. The overflow id stands for whoever comes
/// from elsewhere, and so has no name.
fn names(uid: u32, gid: u32, groups: Option<&[u32]>) -> Option<(Option<String>, Vec<String>)> {
    let user = if uid == OVERFLOW_ID { None } else { users::user_name(uid).ok()? };
    let all: Vec<u32> = groups?.iter().copied().chain([gid]).filter(|id| *id != OVERFLOW_ID).collect();
    Some((user, users::group_names(&all).ok()?))
}

/// The groups of the process at the other end.
///
/// SO_PEERPIDFD (Linux 6.5) holds the very process that connected; before that
/// a pidfd is opened by number. Either way the process must still live after
/// its status was read, or the number may have been given to another.
fn supplementary_groups(stream: &UnixStream, pid: i32) -> Option<Vec<u32>> {
    let held = process(stream, pid)?;
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    if !is_alive(&held) {
        return None;
    }
    let line = status.lines().find_map(|line| line.strip_prefix("Groups:"))?;
    line.split_whitespace().map(|id| id.parse().ok()).collect()
}

/// Holds the process at the other end.
pub(super) fn process(stream: &UnixStream, pid: i32) -> Option<OwnedFd> {
    peer_pidfd(stream).or_else(|| pidfd_open(Pid::from_raw(pid)?, PidfdFlags::empty()).ok())
}

fn peer_pidfd(stream: &UnixStream) -> Option<OwnedFd> {
    nix::sys::socket::getsockopt(stream, nix::sys::socket::sockopt::PeerPidfd).ok()
}

/// The far end of a TCP connection.
pub(super) fn of_tcp(address: IpAddr, certificate: Option<&CertificateDer<'_>>) -> Result<Peer, BadCertificate> {
    let certificate = certificate.map(read_certificate).transpose()?.map(Arc::new);
    Ok(Peer::Tcp { address: address.to_canonical(), certificate })
}

/// When a certificate ends, in seconds since 1970.
pub(super) fn ends(der: &CertificateDer<'_>) -> Option<i64> {
    X509Certificate::from_der(der).ok().map(|(_, parsed)| parsed.validity().not_after.timestamp())
}

/// A certificate that verified but cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BadCertificate;

fn read_certificate(der: &CertificateDer<'_>) -> Result<Certificate, BadCertificate> {
    let (_, parsed) = X509Certificate::from_der(der).map_err(|_| BadCertificate)?;
    let mut certificate = Certificate {
        subject: parsed.subject().to_string(),
        common_names: texts(parsed.subject(), X509Name::iter_common_name)?,
        organizations: texts(parsed.subject(), X509Name::iter_organization)?,
        sha256: fingerprint(der),
        key_sha256: fingerprint(parsed.public_key().raw),
        not_after: Some(parsed.validity().not_after.timestamp()),
        ..Certificate::default()
    };
    let names = parsed.subject_alternative_name().map_err(|_| BadCertificate)?;
    for name in names.iter().flat_map(|extension| &extension.value.general_names) {
        match name {
            GeneralName::DNSName(dns) => certificate.dns.push((*dns).to_owned()),
            GeneralName::URI(uri) => certificate.uri.push((*uri).to_owned()),
            GeneralName::RFC822Name(email) => certificate.email.push((*email).to_owned()),
            _ => {}
        }
    }
    Ok(certificate)
}

/// A name in an encoding that cannot be read would be missed by the policy, so
/// the whole certificate is refused.
fn texts<'a, I>(name: &'a X509Name<'a>, values: impl Fn(&'a X509Name<'a>) -> I) -> Result<Vec<String>, BadCertificate>
where
    I: Iterator<Item = &'a x509_parser::x509::AttributeTypeAndValue<'a>>,
{
    values(name).map(|value| value.as_str().map(str::to_owned).map_err(|_| BadCertificate)).collect()
}

fn fingerprint(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
