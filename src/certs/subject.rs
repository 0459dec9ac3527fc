//! Whom a certificate names.

use super::name::{Kind, Name};
use rcgen::{CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, KeyUsagePurpose, SanType};
use std::net::IpAddr;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{X509Certificate, X509Name};
use x509_parser::x509::AttributeTypeAndValue;

/// The longest host that is also a common name.
const LONGEST: usize = 64;

/// The names in a certificate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    /// The common name.
    pub common_name: Option<String>,
    /// The organization.
    pub organization: Option<String>,
    /// Names of hosts, addresses, and what else stands beside the subject.
    pub(super) names: Vec<SanType>,
    /// Whether the certificate says more than this holds.
    pub(super) more: bool,
}

impl Subject {
    /// A client.
    pub fn client(name: &Name, organization: Option<String>) -> Self {
        Self { common_name: Some(name.to_string()), organization, ..Self::default() }
    }

    /// A gate that is called by these hosts.
    pub fn server(hosts: &[String]) -> Self {
        let common_name = hosts.first().filter(|host| host.len() <= LONGEST).cloned();
        let names = hosts.iter().filter_map(|host| alternative(host)).collect();
        Self { common_name, names, ..Self::default() }
    }

    /// What a certificate says.
    pub(super) fn read(parsed: &X509Certificate<'_>) -> Self {
        let names = parsed.subject_alternative_name().ok().flatten();
        let names: Vec<_> = names.iter().flat_map(|names| &names.value.general_names).map(copied).collect();
        let subject = parsed.subject();
        let common_name = text(subject.iter_common_name());
        let organization = text(subject.iter_organization());
        let held = usize::from(common_name.is_some()) + usize::from(organization.is_some());
        let more = attributes(subject) > held || names.contains(&None);
        Self { common_name, organization, names: names.into_iter().flatten().collect(), more }
    }

    /// The names beside the subject, as text.
    pub fn names(&self) -> impl Iterator<Item = String> {
        self.names.iter().filter_map(|name| match name {
            SanType::DnsName(text) | SanType::URI(text) | SanType::Rfc822Name(text) => Some(text.as_str().to_owned()),
            SanType::IpAddress(address) => Some(address.to_string()),
            _ => None,
        })
    }

    /// A certificate of this kind with these names, without its times.
    pub(super) fn params(&self, kind: Kind) -> CertificateParams {
        let mut params = CertificateParams::default();
        params.distinguished_name = self.distinguished_name();
        params.subject_alt_names.clone_from(&self.names);
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = usage(kind);
        params.use_authority_key_identifier_extension = true;
        params
    }

    fn distinguished_name(&self) -> DistinguishedName {
        let mut name = DistinguishedName::new();
        self.organization.iter().for_each(|text| name.push(DnType::OrganizationName, text.as_str()));
        self.common_name.iter().for_each(|text| name.push(DnType::CommonName, text.as_str()));
        name
    }
}

/// Only what it is for: a gate's certificate opens no other gate.
fn usage(kind: Kind) -> Vec<ExtendedKeyUsagePurpose> {
    match kind {
        Kind::Server => vec![ExtendedKeyUsagePurpose::ServerAuth],
        Kind::Client => vec![ExtendedKeyUsagePurpose::ClientAuth],
        Kind::Authority => Vec::new(),
    }
}

fn alternative(host: &str) -> Option<SanType> {
    match host.parse() {
        Ok(address) => Some(SanType::IpAddress(address)),
        Err(_) => host.try_into().ok().map(SanType::DnsName),
    }
}

fn copied(name: &GeneralName<'_>) -> Option<SanType> {
    match name {
        GeneralName::DNSName(text) => (*text).try_into().ok().map(SanType::DnsName),
        GeneralName::URI(text) => (*text).try_into().ok().map(SanType::URI),
        GeneralName::RFC822Name(text) => (*text).try_into().ok().map(SanType::Rfc822Name),
        GeneralName::IPAddress(bytes) => address(bytes).map(SanType::IpAddress),
        _ => None,
    }
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    let four = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
    four.or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from)).ok()
}

fn text<'a>(mut values: impl Iterator<Item = &'a AttributeTypeAndValue<'a>>) -> Option<String> {
    values.next()?.as_str().ok().map(str::to_owned)
}

fn attributes(name: &X509Name<'_>) -> usize {
    name.iter_attributes().count()
}
