//! Lists of revoked certificates, read and held against the authorities.

use super::tls::{TlsError, error, pem};
use rustls::RootCertStore;
use rustls::pki_types::CertificateRevocationListDer;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};
use x509_parser::prelude::{CertificateRevocationList, FromDer, X509Name};

/// One list.
#[derive(Debug)]
pub(super) struct Revocations {
    file: PathBuf,
    /// The authority's name, as it is written in its certificate.
    issuer: Vec<u8>,
    /// The same for people.
    said: String,
    /// When it ends, in seconds since 1970.
    ends: Option<i64>,
    der: CertificateRevocationListDer<'static>,
}

/// Reads the lists of all files; of each authority there is one, since of several the verifier
/// would look at the first alone.
pub(super) fn read(files: &[PathBuf]) -> Result<Vec<Revocations>, TlsError> {
    let mut all: Vec<Revocations> = Vec::new();
    for file in files {
        for list in read_one(file)? {
            if let Some(other) = all.iter().find(|other| other.issuer == list.issuer) {
                let what = format!(
                    "a second list of the authority `{}`, of which `{}` has one: keep the newer alone",
                    list.said,
                    other.file.display()
                );
                return Err(error(file, what));
            }
            all.push(list);
        }
    }
    Ok(all)
}

fn read_one(file: &Path) -> Result<Vec<Revocations>, TlsError> {
    let lists: Vec<CertificateRevocationListDer<'static>> = pem(file)?;
    if lists.is_empty() {
        return Err(error(file, "there is no list of revoked certificates in it"));
    }
    lists.into_iter().map(|der| Revocations::of(file, der)).collect()
}

impl Revocations {
    fn of(file: &Path, der: CertificateRevocationListDer<'static>) -> Result<Self, TlsError> {
        let bytes = der.to_vec();
        let (_, list) = CertificateRevocationList::from_der(&bytes)
            .map_err(|_| error(file, "a list of revoked certificates in it cannot be read"))?;
        let (issuer, said) = (list.issuer().as_raw().to_vec(), list.issuer().to_string());
        let ends = list.next_update().map(|time| time.timestamp());
        Ok(Self { file: file.to_owned(), issuer, said, ends, der })
    }

    pub(super) fn der(&self) -> CertificateRevocationListDer<'static> {
        self.der.clone()
    }
}

/// What keeps all clients of an authority out: a list that has ended, or none.
pub(super) fn warnings(lists: &[Revocations], authorities: &RootCertStore) -> Vec<String> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let ended = |list: &&Revocations| list.ends.is_some_and(|end| end < i64::try_from(now).unwrap_or(i64::MAX));
    let mut found: Vec<String> = lists
        .iter()
        .filter(ended)
        .map(|list| {
            format!(
                "the list of revoked certificates `{}` has ended: no client of `{}` is let in",
                list.file.display(),
                list.said
            )
        })
        .collect();
    if !lists.is_empty() {
        let listed = |subject: &[u8]| lists.iter().any(|list| list.issuer.ends_with(subject));
        let missing = authorities.roots.iter().filter(|root| !listed(&root.subject));
        found.extend(missing.map(|root| {
            format!(
                "no list of revoked certificates is from the authority `{}`: no client of it is let in",
                name(&root.subject)
            )
        }));
    }
    found
}

/// A name of a trust anchor, whose outer sequence webpki has taken off.
fn name(subject: &[u8]) -> String {
    let header = match u8::try_from(subject.len()) {
        Ok(length @ 0..=127) => vec![0x30, length],
        Ok(length) => vec![0x30, 0x81, length],
        Err(_) => vec![0x30, 0x82, (subject.len() >> 8) as u8, (subject.len() & 0xff) as u8],
    };
    let whole = [header, subject.to_vec()].concat();
    X509Name::from_der(&whole).map_or_else(|_| "?".to_owned(), |(_, name)| name.to_string())
}
