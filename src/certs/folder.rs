//! Where everything is.

use super::error::CertsError;
use super::files;
use super::name::{Holder, Name};
use super::pair::Pair;
use rustix::fs::{FlockOperation, flock};
use std::fs::File;
use std::path::{Path, PathBuf};

/// The folder with an authority and all that it has signed.
#[derive(Clone, Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// The folder at this path, which need not be there yet.
    pub fn new(path: &Path) -> Self {
        Self(std::path::absolute(path).unwrap_or_else(|_| path.to_owned()))
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The authority's certificate.
    pub fn ca(&self) -> PathBuf {
        self.0.join("ca.pem")
    }

    /// The list of revoked certificates.
    pub(super) fn crl(&self) -> PathBuf {
        self.0.join("crl.pem")
    }

    /// The authority's key and certificate.
    pub(super) fn authority(&self) -> Pair {
        Pair { key: self.0.join("ca-key.pem"), certificate: self.ca() }
    }

    /// Where a holder's files are.
    pub fn of(&self, holder: &Holder) -> PathBuf {
        match holder {
            Holder::Server => self.0.join("server"),
            Holder::Client(name) => self.clients().join(name.as_str()),
        }
    }

    pub(super) fn pair(&self, holder: &Holder) -> Pair {
        let folder = self.of(holder);
        Pair { key: folder.join("key.pem"), certificate: folder.join("cert.pem") }
    }

    fn clients(&self) -> PathBuf {
        self.0.join("clients")
    }

    pub(super) fn issued(&self) -> PathBuf {
        self.0.join("issued")
    }

    pub(super) fn revoked(&self) -> PathBuf {
        self.0.join("revoked")
    }

    /// Everyone who has a certificate here.
    ///
    /// # Errors
    /// A folder cannot be looked into.
    pub fn holders(&self) -> Result<Vec<Holder>, CertsError> {
        let names = files::names(&self.clients())?;
        let clients = names.iter().filter_map(|name| name.parse::<Name>().ok()).map(Holder::Client);
        let all = std::iter::once(Holder::Server).chain(clients);
        Ok(all.filter(|holder| files::is_there(&self.pair(holder).certificate)).collect())
    }

    /// Keeps other runs away for as long as the file is held.
    pub(super) fn lock(&self) -> Result<File, CertsError> {
        let file = self.0.join(".lock");
        let open = files::open_private(&file).map_err(CertsError::io("open it", &file))?;
        let locked = flock(&open, FlockOperation::NonBlockingLockExclusive);
        locked.map_err(|_| CertsError::new(&self.0, "another `dockgate certs` is at work there"))?;
        Ok(open)
    }
}

/// Whether this process may give files to others.
pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}
