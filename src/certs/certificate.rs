//! A certificate that is there, and what it says.

use super::error::CertsError;
use super::files;
use super::moment::Moment;
use super::name::Kind;
use super::subject::Subject;
use sha2::{Digest, Sha256};
use std::path::Path;
use x509_parser::extensions::ParsedExtension;
use x509_parser::pem::parse_x509_pem;
use x509_parser::prelude::{FromDer, X509Certificate};

/// A certificate.
#[derive(Clone, Debug)]
pub struct Certificate {
    pub(super) der: Vec<u8>,
    /// It alone, PEM.
    pub(super) pem: String,
    /// The bytes by which the list of revoked ones names it.
    pub(super) serial: Vec<u8>,
    /// What it is for.
    pub kind: Kind,
    /// Whom it names.
    pub subject: Subject,
    /// From when it counts.
    pub starts: Moment,
    /// Until when it counts.
    pub ends: Moment,
    /// SHA-256 of all of it, as policies write it.
    pub sha256: String,
    /// The public key with its algorithm.
    pub(super) public_key: Vec<u8>,
    /// The mark by which an authority's own certificate is found.
    pub(super) key_id: Option<Vec<u8>>,
}

impl Certificate {
    /// The first certificate of a PEM file.
    ///
    /// # Errors
    /// The file cannot be read, or holds no certificate.
    pub(super) fn read(file: &Path) -> Result<Self, CertsError> {
        let text = files::read(file)?;
        Self::of_pem(&text).map_err(|what| CertsError::new(file, what))
    }

    /// The first certificate of a PEM text.
    pub(super) fn of_pem(text: &[u8]) -> Result<Self, &'static str> {
        let (_, found) = parse_x509_pem(text).map_err(|_| "it is not PEM")?;
        if found.label != "CERTIFICATE" {
            return Err("there is no certificate in it");
        }
        Self::of_der(found.contents, alone(&String::from_utf8_lossy(text)))
            .ok_or("the certificate in it cannot be read")
    }

    fn of_der(der: Vec<u8>, pem: String) -> Option<Self> {
        let (_, parsed) = X509Certificate::from_der(&der).ok()?;
        Some(Self {
            serial: parsed.raw_serial().to_vec(),
            kind: kind(&parsed)?,
            subject: Subject::read(&parsed),
            starts: Moment::at(parsed.validity().not_before.timestamp()),
            ends: Moment::at(parsed.validity().not_after.timestamp()),
            sha256: fingerprint(&der),
            public_key: parsed.public_key().raw.to_vec(),
            key_id: key_id(&parsed),
            pem,
            der: der.clone(),
        })
    }

    /// The serial number in hexadecimal.
    pub fn serial(&self) -> String {
        hex(&self.serial)
    }

    /// Whether this authority has signed it.
    pub(super) fn is_from(&self, authority: &Self) -> bool {
        let signed = || {
            let (_, own) = X509Certificate::from_der(&self.der).ok()?;
            let (_, other) = X509Certificate::from_der(&authority.der).ok()?;
            let named = own.issuer().as_raw() == other.subject().as_raw();
            Some(named && own.verify_signature(Some(other.public_key())).is_ok())
        };
        signed() == Some(true)
    }

    /// How many days it was made for.
    pub(super) fn days(&self) -> u32 {
        self.starts.days_until(self.ends).max(1).try_into().unwrap_or(u32::MAX)
    }
}

/// The first certificate of a text, without what stands around it.
fn alone(text: &str) -> String {
    let lines = || text.lines().skip_while(|line| !line.starts_with("-----BEGIN"));
    let count = lines().take_while(|line| !line.starts_with("-----END")).count() + 1;
    lines().take(count).map(|line| format!("{line}\n")).collect()
}

fn kind(parsed: &X509Certificate<'_>) -> Option<Kind> {
    if parsed.is_ca() {
        return Some(Kind::Authority);
    }
    let usage = parsed.extended_key_usage().ok()?;
    let serves = usage.is_some_and(|usage| usage.value.server_auth);
    Some(if serves { Kind::Server } else { Kind::Client })
}

fn key_id(parsed: &X509Certificate<'_>) -> Option<Vec<u8>> {
    parsed.iter_extensions().find_map(|extension| match extension.parsed_extension() {
        ParsedExtension::SubjectKeyIdentifier(id) => Some(id.0.to_vec()),
        _ => None,
    })
}

/// SHA-256 of this, in hexadecimal.
pub(super) fn fingerprint(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
