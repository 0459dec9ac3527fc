//! Certificates that are made on the spot.

use super::gate::alone;
use dockgate::proxy::{Tls, TlsFiles};
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CertificateRevocationListParams, DnType, IsCa, Issuer,
    KeyIdMethod, KeyPair, KeyUsagePurpose, RevokedCertParams, SerialNumber, date_time_ymd,
};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::fs;
use std::sync::Arc;

/// Who signs.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: Certificate,
}

/// Who was signed for.
pub(crate) struct Holder {
    certificate: Certificate,
    key: KeyPair,
    serial: SerialNumber,
}

impl Authority {
    /// An authority of its own.
    pub(crate) fn new() -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new([]).expect("parameters");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.distinguished_name.push(DnType::CommonName, "an authority");
        let certificate = params.self_signed(&key).expect("a certificate");
        Self { issuer: Issuer::new(params, key), certificate }
    }

    /// A certificate with names of its own.
    pub(crate) fn sign(&self, change: impl FnOnce(&mut CertificateParams)) -> Holder {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new([]).expect("parameters");
        params.distinguished_name = rcgen::DistinguishedName::new();
        let serial = SerialNumber::from_slice(&Sha256::digest(key.serialize_der())[..8]);
        params.serial_number = Some(serial.clone());
        change(&mut params);
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        Holder { certificate, key, serial }
    }

    /// A list of revoked certificates that ends in this year.
    pub(crate) fn revoke(&self, holders: &[&Holder], ends: i32) -> String {
        self.revoke_with(holders, |list| list.next_update = date_time_ymd(ends, 1, 1))
    }

    /// A list of revoked certificates, changed before it is signed.
    pub(crate) fn revoke_with(
        &self,
        holders: &[&Holder],
        change: impl FnOnce(&mut CertificateRevocationListParams),
    ) -> String {
        let revoked = |holder: &&Holder| RevokedCertParams {
            serial_number: holder.serial.clone(),
            revocation_time: date_time_ymd(2025, 1, 1),
            reason_code: None,
            invalidity_date: None,
        };
        let mut list = CertificateRevocationListParams {
            this_update: date_time_ymd(2025, 1, 1),
            next_update: date_time_ymd(2090, 1, 1),
            crl_number: SerialNumber::from(1),
            issuing_distribution_point: None,
            revoked_certs: holders.iter().map(revoked).collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        change(&mut list);
        list.signed_by(&self.issuer).expect("a list").pem().expect("PEM")
    }

    /// A server's side: it takes clients that this authority signed for.
    pub(crate) fn server(&self) -> Arc<Tls> {
        self.server_with(None)
    }

    /// As [`Self::server`], but for those that this list revokes.
    pub(crate) fn server_with(&self, list: Option<String>) -> Arc<Tls> {
        self.server_from(list, |_| ()).unwrap_or_else(|error| panic!("{error}"))
    }

    /// As [`Self::server_with`], from files that were changed before.
    pub(crate) fn server_from(
        &self,
        list: Option<String>,
        change: impl FnOnce(&mut TlsFiles),
    ) -> Result<Arc<Tls>, dockgate::proxy::TlsError> {
        let _turn = alone();
        let folder = tempfile::tempdir().expect("a folder");
        let server = self.sign(|params| params.subject_alt_names = vec![dns("localhost")]);
        let put = |name: &str, text: String| {
            let path = folder.path().join(name);
            fs::write(&path, text).expect("a file");
            path
        };
        let mut files = TlsFiles {
            certificate: put("cert.pem", server.certificate.pem()),
            key: put("key.pem", server.key.serialize_pem()),
            client_ca: put("ca.pem", self.certificate.pem()),
            crl: list.map(|list| put("crl.pem", list)).into_iter().collect(),
        };
        change(&mut files);
        Tls::read(&files)
    }

    /// A client's side: it takes servers that this authority signed for, and shows who it is, or nothing.
    pub(crate) fn client(
        &self,
        holder: Option<&Holder>,
        versions: &[&'static SupportedProtocolVersion],
    ) -> ClientConfig {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.der().clone()).expect("a root");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider).with_protocol_versions(versions);
        let builder = builder.expect("versions").with_root_certificates(roots);
        match holder {
            None => builder.with_no_client_auth(),
            Some(holder) => {
                let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(holder.key.serialize_der()));
                builder.with_client_auth_cert(vec![holder.certificate.der().clone()], key).expect("a client")
            }
        }
    }
}

impl Holder {
    /// SHA-256 of the certificate.
    pub(crate) fn sha256(&self) -> String {
        hex(self.certificate.der())
    }

    /// SHA-256 of the public key.
    pub(crate) fn key_sha256(&self) -> String {
        use rcgen::PublicKeyData;
        hex(&self.key.subject_public_key_info())
    }
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A DNS name.
pub(crate) fn dns(name: &str) -> rcgen::SanType {
    rcgen::SanType::DnsName(name.try_into().expect("an ASCII name"))
}
