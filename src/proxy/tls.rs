//! Mutual TLS for TCP listeners: rustls, versions 1.2 and 1.3.

use super::revocations::{self, Revocations};
use super::{peer, regular_file};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::{self as pem_format, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use rustls::{CertificateError, RootCertStore, ServerConfig};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How long before its end a server's certificate is warned of.
const ENDS_SOON: Duration = Duration::from_secs(30 * 24 * 3600);

/// The largest file of keys, certificates or revoked ones: a list of 100,000 has four MiB.
const MAX_TLS_FILE: u64 = 16 << 20;

/// The files of a TLS listener, PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The server's certificate chain.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
    /// The authorities that client certificates must come from, one or more.
    pub client_ca: PathBuf,
    /// Lists of revoked certificates. With one, each authority of a client's chain needs one.
    pub crl: Vec<PathBuf>,
}

impl TlsFiles {
    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &Path> {
        [&self.certificate, &self.key, &self.client_ca].into_iter().chain(&self.crl).map(PathBuf::as_path)
    }
}

/// The TLS side of a listener, read from its files.
#[derive(Debug)]
pub struct Tls {
    config: Arc<ServerConfig>,
    verifier: Arc<dyn ClientCertVerifier>,
    /// When the server's certificate ends, in seconds since 1970.
    ends: Option<i64>,
    certificate: PathBuf,
    warnings: Vec<String>,
}

/// A certificate chain, the holder's own first.
pub(super) type Chain = Box<[CertificateDer<'static>]>;

/// Why TLS cannot be offered.
#[derive(Debug)]
pub struct TlsError {
    /// The file.
    pub file: PathBuf,
    /// What is wrong with it.
    pub what: String,
}

impl std::fmt::Display for TlsError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}`: {}", self.file.display(), self.what)
    }
}

impl Tls {
    /// Reads the files; every client must present a certificate.
    ///
    /// # Errors
    /// A file cannot be read, holds nothing of its kind, or key and certificate do not fit.
    pub fn read(files: &TlsFiles) -> Result<Arc<Self>, TlsError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let (roots, lists) = (Arc::new(roots(&files.client_ca)?), revocations::read(&files.crl)?);
        let warnings = revocations::warnings(&lists, &roots);
        let verifier = verifier(files, roots, &lists, Arc::clone(&provider))?;
        let chain = chain(&files.certificate)?;
        let ends = chain.first().and_then(peer::ends);
        let config = Arc::new(config(files, provider, Arc::clone(&verifier), chain)?);
        Ok(Arc::new(Self { config, verifier, ends, certificate: files.certificate.clone(), warnings }))
    }

    /// What a handshake needs.
    pub(super) fn config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.config)
    }

    /// Whether a client with this chain would be let in now.
    ///
    /// # Errors
    /// Why not.
    pub(super) fn trusts(&self, chain: &[CertificateDer<'_>]) -> Result<(), String> {
        let (holder, rest) = chain.split_first().ok_or("the client shows no certificate")?;
        match self.verifier.verify_client_cert(holder, rest, UnixTime::now()) {
            Ok(_) => Ok(()),
            Err(error) => Err(why_untrusted(&error)),
        }
    }

    /// When the server's certificate ends, in seconds since 1970.
    pub fn ends(&self) -> Option<i64> {
        self.ends
    }

    /// What keeps clients out, now or soon.
    pub fn warnings(&self) -> impl Iterator<Item = String> {
        self.ending().into_iter().chain(self.warnings.clone())
    }

    /// Says that the server's certificate has ended or will soon, where that is so.
    fn ending(&self) -> Option<String> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let left = self.ends?.saturating_sub_unsigned(now.as_secs());
        let file = self.certificate.display();
        match left {
            ..=0 => Some(format!("the server's certificate `{file}` has ended: clients will not connect")),
            left if left < ENDS_SOON.as_secs().cast_signed() => {
                Some(format!("the server's certificate `{file}` ends in {} days", left / (24 * 3600)))
            }
            _ => None,
        }
    }
}

/// What a refused certificate means to a person.
fn why_untrusted(error: &rustls::Error) -> String {
    let what = match error {
        rustls::Error::InvalidCertificate(CertificateError::Revoked) => "has been revoked",
        rustls::Error::InvalidCertificate(CertificateError::Expired | CertificateError::ExpiredContext { .. }) => {
            "has expired"
        }
        _ => return format!("the client certificate is not trusted any more ({error})"),
    };
    format!("the client certificate {what}")
}

fn verifier(
    files: &TlsFiles,
    roots: Arc<RootCertStore>,
    lists: &[Revocations],
    provider: Arc<CryptoProvider>,
) -> Result<Arc<dyn ClientCertVerifier>, TlsError> {
    let lists: Vec<_> = lists.iter().map(Revocations::der).collect();
    let blamed = files.crl.first().unwrap_or(&files.client_ca);
    WebPkiClientVerifier::builder_with_provider(roots, provider)
        .with_crls(lists)
        .enforce_revocation_expiration()
        .build()
        .map_err(|e| error(blamed, e))
}

fn config(
    files: &TlsFiles,
    provider: Arc<CryptoProvider>,
    verifier: Arc<dyn ClientCertVerifier>,
    chain: Vec<CertificateDer<'static>>,
) -> Result<ServerConfig, TlsError> {
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| error(&files.certificate, e))?
        .with_client_cert_verifier(verifier)
        .with_single_cert(chain, key(&files.key)?)
        .map_err(|e| match e {
            rustls::Error::InconsistentKeys(_) => error(&files.key, "the key does not belong to the certificate"),
            e => error(&files.certificate, e),
        })?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    // A resumed session would skip the verifier, and so a changed authority.
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(config)
}

pub(super) fn error(file: &Path, what: impl std::fmt::Display) -> TlsError {
    TlsError { file: file.to_owned(), what: what.to_string() }
}

fn roots(file: &Path) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    for certificate in chain(file)? {
        roots.add(certificate).map_err(|e| error(file, e))?;
    }
    Ok(roots)
}

fn chain(file: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let certificates: Vec<CertificateDer<'static>> = pem(file)?;
    if certificates.is_empty() { Err(error(file, "there is no certificate in it")) } else { Ok(certificates) }
}

/// Everything of one kind that a PEM file has.
pub(super) fn pem<T: PemObject>(file: &Path) -> Result<Vec<T>, TlsError> {
    let bytes = regular_file::read(file, MAX_TLS_FILE).map_err(|e| error(file, e))?;
    T::pem_slice_iter(&bytes).collect::<Result<_, _>>().map_err(|e| error(file, unreadable(&e)))
}

fn key(file: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    let key = pem(file)?.into_iter().next();
    key.ok_or_else(|| error(file, "there is no private key in it, as PEM without a pass phrase"))
}

/// The crate's own words repeat what is in the file, which may be a key.
fn unreadable(error: &pem_format::Error) -> &'static str {
    match error {
        pem_format::Error::MissingSectionEnd { .. } => {
            "it is not whole: a part of it has no `-----END` line of its own"
        }
        pem_format::Error::IllegalSectionStart { .. } => "it is no PEM: a `-----BEGIN` line is not as it should be",
        pem_format::Error::Base64Decode(_) => "it is no PEM: between its lines there is no base64",
        _ => "it cannot be read as PEM",
    }
}
