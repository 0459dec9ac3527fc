//! `dockgate certs renew`.

use super::{At, days, said};
use crate::certs::{CertsError, Desk, Folder, Holder, Moment, Reason};
use crate::cli::Exit;
use crate::cli::say::say;
use crate::cli::sources::complain;

/// Make new keys and certificates with the same names
///
/// A gate that runs takes its new one by itself. The old ones count until they
/// end; what was revoked is renewed only by its name, never by --all. A docker
/// context has copies: `docker context update` takes the client's new files.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  dockgate certs renew alice
  dockgate certs renew alice --revoke-old
  dockgate certs renew --all --due 30
Exit codes: 0 fine, also if nothing was due, 1 failure.")]
pub(super) struct Renew {
    /// Clients, or `server` for the gate
    #[arg(value_name = "NAME", required_unless_present = "all", conflicts_with = "all")]
    holders: Vec<Holder>,
    /// The gate and all clients
    #[arg(long)]
    all: bool,
    /// Only those that end within so many days
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(0..=36500))]
    due: Option<u32>,
    /// For how many days; left out: as many as the old one
    #[arg(long, value_name = "DAYS", value_parser = days())]
    days: Option<u32>,
    /// Revoke what they had before
    #[arg(long)]
    revoke_old: bool,
    #[command(flatten)]
    at: At,
}

impl Renew {
    pub(super) fn run(self) -> Result<Exit, CertsError> {
        let folder = self.at.folder();
        let desk = Desk::open(&folder)?;
        let holders = if self.all { folder.holders()? } else { self.holders.clone() };
        let mut exit = Exit::Fine;
        // One that cannot be renewed keeps none of the others from it.
        for holder in &holders {
            if let Err(error) = self.one(&folder, &desk, holder) {
                complain(&error.to_string());
                exit = Exit::Failure;
            }
        }
        Ok(exit)
    }

    fn one(&self, folder: &Folder, desk: &Desk, holder: &Holder) -> Result<(), CertsError> {
        if let Some(why) = self.reason_to_leave(desk, holder)? {
            say!("left {holder} alone: {why}");
            return Ok(());
        }
        let old = desk.current(holder)?;
        said::made(folder, holder, &desk.renew(holder, self.days)?);
        if self.revoke_old {
            desk.revoke(holder, true, Reason::Superseded)?;
            say!("  what it had before is revoked");
        } else if !desk.is_revoked(&old)? && old.ends > Moment::now() {
            say!("  the old one counts until {}; `dockgate certs revoke {holder} --old` ends that", old.ends.day());
        }
        Ok(())
    }

    fn reason_to_leave(&self, desk: &Desk, holder: &Holder) -> Result<Option<String>, CertsError> {
        let current = desk.current(holder)?;
        let left = Moment::now().days_until(current.ends);
        if self.all && desk.is_revoked(&current)? {
            return Ok(Some("it is revoked".into()));
        }
        let early = self.due.is_some_and(|due| left > i64::from(due));
        Ok(early.then(|| format!("it ends in {left} days")))
    }
}
