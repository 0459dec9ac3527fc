//! The authority: its own certificate, what it signs, and what it takes back.

use super::certificate::{Certificate, fingerprint};
use super::error::CertsError;
use super::files;
use super::folder::Folder;
use super::moment::Moment;
use super::name::Kind;
use super::revoked::Revoked;
use super::subject::Subject;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DistinguishedName, DnType, IsCa, Issuer,
    KeyIdMethod, KeyPair, KeyUsagePurpose, PublicKeyData, SerialNumber, date_time_ymd,
};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// For how many days an authority is made.
const DAYS: u32 = 3650;

/// How much of its key's fingerprint tells one authority from another.
const MARK: usize = 8;

/// An authority whose key is at hand.
pub(super) struct Authority {
    pub(super) certificate: Certificate,
    issuer: Issuer<'static, KeyPair>,
}

/// A key, PEM, and a certificate for it.
pub(super) struct Signed {
    pub(super) key: String,
    pub(super) certificate: Certificate,
}

impl Authority {
    /// Makes one, where neither a certificate nor a key of one is.
    pub(super) fn make(folder: &Folder) -> Result<(), CertsError> {
        let file = folder.ca();
        let made = make().map_err(|error| CertsError::new(&file, error))?;
        folder.authority().put(&made.0, &made.1)
    }

    /// Reads it.
    pub(super) fn read(folder: &Folder) -> Result<Self, CertsError> {
        let pair = folder.authority();
        let certificate = certificate(folder)?;
        let key = key(&pair.key)?;
        if key.subject_public_key_info() != certificate.public_key {
            return Err(CertsError::new(&pair.key, "the key does not belong to `ca.pem` beside it"));
        }
        if certificate.ends <= Moment::now() {
            return Err(CertsError::new(&pair.certificate, format_args!("it has ended on {}", certificate.ends.day()))
                .help("an authority in another folder (--dir) can follow it; `client_ca` takes both"));
        }
        let issuer = Issuer::from_ca_cert_der(&certificate.der.as_slice().into(), key);
        let issuer = issuer.map_err(|error| CertsError::new(&pair.certificate, error))?;
        Ok(Self { certificate, issuer })
    }

    /// Signs a new key's certificate, which never outlives the authority.
    ///
    /// The serial number is a hash of that key, so nobody can guess it before.
    pub(super) fn sign(&self, kind: Kind, subject: &Subject, days: u32) -> Result<Signed, rcgen::Error> {
        let key = KeyPair::generate()?;
        let (now, mut params) = (Moment::now(), subject.params(kind));
        let starts = now.with_skew().max(self.certificate.starts);
        let ends = now.after_days(days).min(self.certificate.ends);
        params.not_before = date_time_ymd(1970, 1, 1) + starts.since_1970();
        params.not_after = date_time_ymd(1970, 1, 1) + ends.since_1970();
        let signed = params.signed_by(&key, &self.issuer)?;
        let certificate = Certificate::of_pem(signed.pem().as_bytes());
        let certificate = certificate.map_err(|_| rcgen::Error::CouldNotParseCertificate)?;
        Ok(Signed { key: key.serialize_pem(), certificate })
    }

    /// The list of revoked certificates. It ends with the authority, so that no
    /// gate stops because nobody made a new list in time.
    pub(super) fn list(&self, revoked: &[Revoked]) -> Result<String, rcgen::Error> {
        let starts = Moment::now().with_skew().max(self.certificate.starts);
        let list = CertificateRevocationListParams {
            this_update: date_time_ymd(1970, 1, 1) + starts.since_1970(),
            next_update: date_time_ymd(1970, 1, 1) + self.certificate.ends.since_1970(),
            crl_number: SerialNumber::from(number()),
            issuing_distribution_point: None,
            revoked_certs: revoked.iter().map(Revoked::entry).collect(),
            key_identifier_method: self
                .certificate
                .key_id
                .clone()
                .map_or(KeyIdMethod::Sha256, KeyIdMethod::PreSpecified),
        };
        list.signed_by(&self.issuer)?.pem()
    }
}

/// The authority's certificate, for which its key need not be there.
pub(super) fn certificate(folder: &Folder) -> Result<Certificate, CertsError> {
    let file = folder.ca();
    if !files::is_there(&file) {
        return Err(CertsError::new(&file, "there is no authority yet")
            .help("`dockgate certs server HOST...` makes one; --dir names another folder"));
    }
    let certificate = Certificate::read(&file)?;
    match certificate.kind {
        Kind::Authority => Ok(certificate),
        _ => Err(CertsError::new(&file, "it is not the certificate of an authority")),
    }
}

fn key(file: &Path) -> Result<KeyPair, CertsError> {
    if !files::is_there(file) {
        return Err(CertsError::new(file, "the authority's key is not here")
            .help("if it is kept elsewhere, do this there, and copy what was made"));
    }
    let text = String::from_utf8(files::read(file)?).unwrap_or_default();
    KeyPair::from_pem(&text).map_err(|_| {
        CertsError::new(file, "it is no private key of a kind that is read here")
            .help("it has to be PKCS #8 without a pass phrase: openssl pkcs8 -topk8 -nocrypt -in ca-key.pem")
    })
}

fn make() -> Result<(String, String), rcgen::Error> {
    let key = KeyPair::generate()?;
    let now = Moment::now();
    let mut params = CertificateParams::default();
    params.distinguished_name = named_after(&key);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.not_before = date_time_ymd(1970, 1, 1) + now.with_skew().since_1970();
    params.not_after = date_time_ymd(1970, 1, 1) + now.after_days(DAYS).since_1970();
    let pem = params.self_signed(&key)?.pem();
    Ok((key.serialize_pem(), pem))
}

/// Lists are found by the authority's name, so no two may have the same.
fn named_after(key: &KeyPair) -> DistinguishedName {
    let mark: String = fingerprint(&key.subject_public_key_info()).chars().take(MARK).collect();
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, format!("dockgate authority {mark}"));
    name
}

/// Lists are numbered by the moment they are made, so that a later one has a higher number.
fn number() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    now.as_millis().try_into().unwrap_or(u64::MAX >> 1)
}
