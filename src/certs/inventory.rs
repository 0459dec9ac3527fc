//! What there is, and how it stands.

use super::authority;
use super::certificate::Certificate;
use super::error::CertsError;
use super::folder::Folder;
use super::moment::Moment;
use super::name::{Holder, Kind};
use super::revoked;
use std::collections::BTreeSet;

/// Whether a certificate counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It does.
    Valid,
    /// It does, but its holder has a newer one.
    Replaced,
    /// It has ended.
    Expired,
    /// It has been revoked.
    Revoked,
    /// Another authority has signed it.
    Foreign,
}

impl State {
    /// In one word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Replaced => "replaced",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::Foreign => "foreign",
        }
    }
}

/// A certificate and how it stands.
#[derive(Clone, Debug)]
pub struct Row {
    /// Whose it is.
    pub name: String,
    /// The certificate.
    pub certificate: Certificate,
    /// Whether it counts.
    pub state: State,
    /// Whether it is the one that its holder has now.
    pub current: bool,
}

/// All that is in a folder.
#[derive(Debug)]
pub struct Inventory {
    /// What could be read: the authority, the gate, clients by name, and what they had before.
    pub rows: Vec<Row>,
    /// What could not.
    pub problems: Vec<CertsError>,
}

impl Inventory {
    /// Looks through a folder; no key is needed for it.
    ///
    /// # Errors
    /// There is no authority, or a folder cannot be looked into.
    pub fn of(folder: &Folder) -> Result<Self, CertsError> {
        let authority = authority::certificate(folder)?;
        let revoked = revoked::all(&folder.revoked(), &authority)?;
        let revoked = revoked.into_iter().map(|revoked| revoked.certificate.serial).collect();
        let looker = Looker { now: Moment::now(), authority, revoked };
        let mut all =
            Self { rows: vec![looker.row("authority", looker.authority.clone(), true)], problems: Vec::new() };
        all.add_current(folder, &looker)?;
        all.add_older(revoked::issued(&folder.issued(), &looker.authority)?, &looker);
        Ok(all)
    }

    fn add_current(&mut self, folder: &Folder, looker: &Looker) -> Result<(), CertsError> {
        for holder in folder.holders()? {
            match Certificate::read(&folder.pair(&holder).certificate) {
                Ok(certificate) => self.rows.push(looker.row(&holder.to_string(), certificate, true)),
                Err(problem) => self.problems.push(problem),
            }
        }
        Ok(())
    }

    /// What a holder had before is told until it ends by itself.
    fn add_older(&mut self, issued: Vec<Certificate>, looker: &Looker) {
        let current: BTreeSet<Vec<u8>> = self.rows.iter().map(|row| row.certificate.serial.clone()).collect();
        for certificate in issued.into_iter().filter(|certificate| !current.contains(&certificate.serial)) {
            let row = looker.row(&name(&certificate), certificate, false);
            if row.state != State::Expired {
                self.rows.push(row);
            }
        }
    }
}

/// What it takes to say how a certificate stands.
struct Looker {
    now: Moment,
    authority: Certificate,
    revoked: BTreeSet<Vec<u8>>,
}

impl Looker {
    fn row(&self, name: &str, certificate: Certificate, current: bool) -> Row {
        Row { name: name.to_owned(), state: self.state(&certificate, current), certificate, current }
    }

    fn state(&self, certificate: &Certificate, current: bool) -> State {
        if !certificate.is_from(&self.authority) {
            State::Foreign
        } else if self.revoked.contains(&certificate.serial) {
            State::Revoked
        } else if certificate.ends <= self.now {
            State::Expired
        } else if current {
            State::Valid
        } else {
            State::Replaced
        }
    }
}

fn name(certificate: &Certificate) -> String {
    match certificate.kind {
        Kind::Server => Holder::Server.to_string(),
        _ => certificate.subject.common_name.clone().unwrap_or_default(),
    }
}
