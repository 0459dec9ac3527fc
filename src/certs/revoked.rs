//! What was taken back: one file for each certificate, from which the list is made.

use super::certificate::Certificate;
use super::error::CertsError;
use super::files::{self, Readers};
use super::moment::Moment;
use rcgen::{RevocationReason, RevokedCertParams, SerialNumber, date_time_ymd};
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// Why a certificate counts no more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reason {
    /// It is not said.
    #[default]
    Unspecified,
    /// Somebody else may have the key.
    KeyCompromise,
    /// Its holder has another task now.
    AffiliationChanged,
    /// There is a newer one.
    Superseded,
    /// Nobody uses it any more.
    CessationOfOperation,
    /// Its holder lost the right to it.
    PrivilegeWithdrawn,
}

/// Each reason, and how openssl and people write it.
const REASONS: &[(Reason, &str, RevocationReason)] = &[
    (Reason::Unspecified, "unspecified", RevocationReason::Unspecified),
    (Reason::KeyCompromise, "key-compromise", RevocationReason::KeyCompromise),
    (Reason::AffiliationChanged, "affiliation-changed", RevocationReason::AffiliationChanged),
    (Reason::Superseded, "superseded", RevocationReason::Superseded),
    (Reason::CessationOfOperation, "cessation-of-operation", RevocationReason::CessationOfOperation),
    (Reason::PrivilegeWithdrawn, "privilege-withdrawn", RevocationReason::PrivilegeWithdrawn),
];

impl Reason {
    /// In the words that [`FromStr`] reads.
    pub fn word(self) -> &'static str {
        REASONS.iter().find(|(reason, ..)| *reason == self).map_or("unspecified", |(_, word, _)| word)
    }

    fn code(self) -> Option<RevocationReason> {
        REASONS.iter().find(|(reason, ..)| *reason == self).map(|(.., code)| *code)
    }
}

impl FromStr for Reason {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = REASONS.iter().find(|(_, word, _)| *word == text).map(|(reason, ..)| *reason);
        let words = || REASONS.iter().map(|(_, word, _)| *word).collect::<Vec<_>>().join(", ");
        found.ok_or_else(|| format!("a reason is one of {}", words()))
    }
}

/// A certificate that was taken back.
pub(super) struct Revoked {
    pub(super) certificate: Certificate,
    at: Moment,
    reason: Reason,
}

impl Revoked {
    /// As it stands in the list.
    pub(super) fn entry(&self) -> RevokedCertParams {
        RevokedCertParams {
            serial_number: SerialNumber::from_slice(&self.certificate.serial),
            revocation_time: date_time_ymd(1970, 1, 1) + self.at.since_1970(),
            reason_code: self.reason.code(),
            invalidity_date: None,
        }
    }

    fn read(file: &Path) -> Result<Self, CertsError> {
        let text = files::read(file)?;
        let certificate = Certificate::of_pem(&text).map_err(|what| CertsError::new(file, what))?;
        let text = String::from_utf8_lossy(&text);
        let said = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        let at = said("Revoked:").and_then(Moment::read);
        let at = at.ok_or_else(|| CertsError::new(file, "it does not say when it was revoked"))?;
        Ok(Self { certificate, at, reason: said("Reason:").and_then(|word| word.parse().ok()).unwrap_or_default() })
    }
}

/// Notes that a certificate is taken back now.
pub(super) fn note(folder: &Path, certificate: &Certificate, reason: Reason) -> Result<(), CertsError> {
    files::make_private(folder)?;
    let file = folder.join(format!("{}.pem", certificate.serial()));
    let text = format!("Revoked: {}\nReason: {}\n{}", Moment::now(), reason.word(), certificate.pem);
    files::put(&file, &text, Readers::Everyone)
}

/// All that was taken back of what this authority has signed.
pub(super) fn all(folder: &Path, authority: &Certificate) -> Result<Vec<Revoked>, CertsError> {
    let all: Vec<_> = pems(folder)?.map(|file| Revoked::read(&file)).collect::<Result<_, _>>()?;
    Ok(all.into_iter().filter(|revoked| revoked.certificate.is_from(authority)).collect())
}

/// All that this authority is known to have signed.
pub(super) fn issued(folder: &Path, authority: &Certificate) -> Result<Vec<Certificate>, CertsError> {
    let all: Vec<_> = pems(folder)?.map(|file| Certificate::read(&file)).collect::<Result<_, _>>()?;
    Ok(all.into_iter().filter(|certificate| certificate.is_from(authority)).collect())
}

fn pems(folder: &Path) -> Result<impl Iterator<Item = PathBuf>, CertsError> {
    let names = files::names(folder)?;
    let pems = names.into_iter().filter(|name| name.ends_with(".pem") && !name.starts_with('.'));
    Ok(pems.map(|name| folder.join(name)))
}
