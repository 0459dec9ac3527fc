//! `dockgate certs revoke`.

use super::At;
use crate::certs::{CertsError, Desk, Folder, Holder, Reason};
use crate::cli::Exit;
use crate::cli::say::say;
use crate::cli::sources::plural;

/// Take certificates back: no gate with the new list lets them in
///
/// All that the client has, and had before it was renewed. A gate that reads
/// server/crl.pem takes the list by itself, and ends connections that are open.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
REASON is one of unspecified, key-compromise, affiliation-changed, superseded,
cessation-of-operation, privilege-withdrawn; it stands in the list.
Examples:
  dockgate certs revoke alice
  dockgate certs revoke alice --reason key-compromise
  dockgate certs revoke alice --old
Exit codes: 0 fine, also if it was revoked before, 1 failure.")]
pub(super) struct Revoke {
    /// A client, or `server` for the gate
    #[arg(value_name = "NAME")]
    holder: Holder,
    /// Why
    #[arg(long, value_name = "REASON", default_value = "unspecified")]
    reason: Reason,
    /// Only what it had before it was renewed
    #[arg(long)]
    old: bool,
    #[command(flatten)]
    at: At,
}

impl Revoke {
    pub(super) fn run(self) -> Result<Exit, CertsError> {
        let folder = self.at.folder();
        let desk = Desk::open(&folder)?;
        let fresh = desk.revoke(&self.holder, self.old, self.reason)?;
        match fresh.len() {
            0 => say!("there is nothing of {} that is not revoked", self.holder),
            count => say!("revoked {count} certificate{} of {}", plural(count), self.holder),
        }
        said(&folder, &self.holder);
        Ok(Exit::Fine)
    }
}

fn said(folder: &Folder, holder: &Holder) {
    let list = folder.of(&Holder::Server).join("crl.pem");
    say!("  the list for the gate: {}", list.display());
    if *holder == Holder::Server {
        say!("  docker clients look at no list: whoever has the old key can play the gate for them until it ends");
    }
}
