//! The work itself: making, renewing, revoking.

use super::authority::{self, Authority, Signed};
use super::certificate::Certificate;
use super::error::CertsError;
use super::files::{self, Readers};
use super::folder::Folder;
use super::name::Holder;
use super::revoked::{self, Reason};
use super::subject::Subject;
use std::fs::File;
use std::path::Path;

/// An authority at work in its folder, alone until it is dropped.
pub struct Desk {
    folder: Folder,
    authority: Authority,
    _lock: File,
}

/// A certificate that was made.
#[derive(Debug)]
pub struct Made {
    /// The certificate.
    pub certificate: Certificate,
    /// Whether it ends earlier than was asked for, because the authority ends.
    pub shortened: bool,
}

impl Desk {
    /// Opens a folder where an authority is.
    ///
    /// # Errors
    /// There is none, its files are no good, or another run is at work.
    pub fn open(folder: &Folder) -> Result<Self, CertsError> {
        if !files::is_there(folder.path()) {
            // Nothing to lock, and so nothing to make: it says that there is no authority.
            authority::certificate(folder)?;
        }
        let lock = folder.lock()?;
        folder.authority().mend()?;
        let authority = Authority::read(folder)?;
        Ok(Self { folder: folder.clone(), authority, _lock: lock })
    }

    /// Opens a folder, and makes an authority first where none is; says whether it did.
    ///
    /// # Errors
    /// As [`Self::open`], or it cannot be made.
    pub fn open_or_make(folder: &Folder) -> Result<(Self, bool), CertsError> {
        files::make_open(folder.path())?;
        let lock = folder.lock()?;
        let pair = folder.authority();
        pair.mend()?;
        let fresh = !pair.is_there();
        if fresh {
            Authority::make(folder)?;
        }
        let authority = Authority::read(folder)?;
        Ok((Self { folder: folder.clone(), authority, _lock: lock }, fresh))
    }

    /// The authority's certificate.
    pub fn authority(&self) -> &Certificate {
        &self.authority.certificate
    }

    /// Makes a holder's first certificate, or with `replace` another one.
    ///
    /// # Errors
    /// There is one already, or a file cannot be written.
    pub fn make(&self, holder: &Holder, subject: &Subject, days: u32, replace: bool) -> Result<Made, CertsError> {
        let pair = self.folder.pair(holder);
        pair.mend()?;
        if pair.is_there() && !replace {
            return Err(CertsError::new(&pair.certificate, format_args!("{holder} has a certificate already"))
                .help(instead(holder)));
        }
        self.prepare(holder)?;
        self.issue(holder, subject, days)
    }

    /// A new key and certificate with the same names, for `days` or as long as the old one was made for.
    ///
    /// # Errors
    /// There is none, it is not this authority's, or a file cannot be written.
    pub fn renew(&self, holder: &Holder, days: Option<u32>) -> Result<Made, CertsError> {
        let old = self.current(holder)?;
        if old.subject.more {
            return Err(CertsError::new(
                &self.folder.pair(holder).certificate,
                "it says more of its holder than a renewed one would",
            ));
        }
        self.prepare(holder)?;
        self.issue(holder, &old.subject, days.unwrap_or_else(|| old.days()))
    }

    /// The certificate that a holder has now.
    ///
    /// # Errors
    /// There is none, or it is not this authority's.
    pub fn current(&self, holder: &Holder) -> Result<Certificate, CertsError> {
        let pair = self.folder.pair(holder);
        pair.mend()?;
        if !files::is_there(&pair.certificate) {
            return Err(CertsError::new(&pair.certificate, format_args!("{holder} has no certificate"))
                .help("`dockgate certs list` says who has one"));
        }
        let certificate = Certificate::read(&pair.certificate)?;
        let fits = certificate.kind == holder.kind() && certificate.is_from(self.authority());
        fits.then_some(certificate).ok_or_else(|| {
            CertsError::new(
                &pair.certificate,
                format_args!("it is no {}'s certificate of this authority", holder.kind().word()),
            )
        })
    }

    /// Whether a certificate has been revoked.
    ///
    /// # Errors
    /// What was revoked cannot be read.
    pub fn is_revoked(&self, certificate: &Certificate) -> Result<bool, CertsError> {
        let all = revoked::all(&self.folder.revoked(), self.authority())?;
        Ok(all.iter().any(|revoked| revoked.certificate.serial == certificate.serial))
    }

    /// Revokes what a holder has and had, or only what it had before, and makes
    /// the list anew. Gives those that were not revoked before.
    ///
    /// # Errors
    /// The holder never had any, or a file cannot be written.
    pub fn revoke(&self, holder: &Holder, only_old: bool, reason: Reason) -> Result<Vec<Certificate>, CertsError> {
        let mut fresh = Vec::new();
        for certificate in self.all_of(holder, only_old)? {
            if !self.is_revoked(&certificate)? {
                revoked::note(&self.folder.revoked(), &certificate, reason)?;
                fresh.push(certificate);
            }
        }
        self.publish()?;
        Ok(fresh)
    }

    /// The certificates of a holder that may still be shown to a gate.
    fn all_of(&self, holder: &Holder, only_old: bool) -> Result<Vec<Certificate>, CertsError> {
        let current = self.current(holder);
        let mut all = revoked::issued(&self.folder.issued(), self.authority())?;
        all.retain(|certificate| is_of(certificate, holder));
        let serial = current.as_ref().ok().map(|certificate| certificate.serial.clone());
        all.retain(|certificate| Some(&certificate.serial) != serial.as_ref());
        match current {
            Ok(current) if !only_old => all.push(current),
            Err(error) if all.is_empty() => return Err(error),
            _ => {}
        }
        Ok(all)
    }

    /// What a holder's folder has beside its key and certificate.
    fn prepare(&self, holder: &Holder) -> Result<(), CertsError> {
        let folder = self.folder.of(holder);
        files::make_private(&folder)?;
        files::put(&folder.join("ca.pem"), &self.authority().pem, Readers::Everyone)?;
        let listed = |file: &Path| files::is_there(file);
        let fine = listed(&self.folder.crl()) && (*holder != Holder::Server || listed(&folder.join("crl.pem")));
        if fine { Ok(()) } else { self.publish() }
    }

    /// Signs a new key and puts it in place. Nobody has a certificate that is
    /// not kept first, so whatever there is can be revoked.
    fn issue(&self, holder: &Holder, subject: &Subject, days: u32) -> Result<Made, CertsError> {
        let pair = self.folder.pair(holder);
        let signed = self.authority.sign(holder.kind(), subject, days);
        let Signed { key, certificate } = signed.map_err(|error| CertsError::new(&pair.certificate, error))?;
        // The old one may have been signed elsewhere, and is known from nowhere else.
        self.current(holder).map_or(Ok(()), |old| self.keep(&old))?;
        self.keep(&certificate)?;
        pair.put(&key, &certificate.pem)?;
        let shortened = certificate.days() < days;
        Ok(Made { certificate, shortened })
    }

    fn keep(&self, certificate: &Certificate) -> Result<(), CertsError> {
        let issued = self.folder.issued();
        files::make_private(&issued)?;
        let file = issued.join(format!("{}.pem", certificate.serial()));
        if files::is_there(&file) { Ok(()) } else { files::put(&file, &certificate.pem, Readers::Everyone) }
    }

    /// Makes the list of revoked certificates anew, and puts it where it is read.
    fn publish(&self) -> Result<(), CertsError> {
        let file = self.folder.crl();
        let all = revoked::all(&self.folder.revoked(), self.authority())?;
        let list = self.authority.list(&all).map_err(|error| CertsError::new(&file, error))?;
        files::put(&file, &list, Readers::Everyone)?;
        let server = self.folder.of(&Holder::Server);
        if files::is_there(&server) { files::put(&server.join("crl.pem"), &list, Readers::Everyone) } else { Ok(()) }
    }
}

fn instead(holder: &Holder) -> String {
    let renewed = format!("`dockgate certs renew {holder}` makes a new one with the same names");
    match holder {
        Holder::Server => renewed + "; --replace gives it the names given here",
        Holder::Client(_) => renewed,
    }
}

fn is_of(certificate: &Certificate, holder: &Holder) -> bool {
    let named = match holder {
        Holder::Server => true,
        Holder::Client(name) => certificate.subject.common_name.as_deref() == Some(name.as_str()),
    };
    certificate.kind == holder.kind() && named
}
