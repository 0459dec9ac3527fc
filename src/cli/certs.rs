//! `dockgate certs`: an authority of one's own, and what mutual TLS needs of it.

mod list;
mod make;
mod renew;
mod revoke;
mod said;

use super::Exit;
use super::sources::complain;
use crate::certs::{CertsError, Folder};
use clap::Subcommand;
use std::path::PathBuf;

/// Make certificates for a gate on the network and for its clients
///
/// An authority of your own, the gate's certificate, one for each client, and
/// the list of those that are revoked. Any other authority works as well.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  dockgate certs server gate.example.com 192.0.2.10
  dockgate certs client alice --organization ops
  dockgate certs renew --all --due 30
  dockgate certs revoke alice --reason key-compromise
  dockgate certs list
Exit codes: 0 fine, 1 failure.")]
pub(super) struct Certs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Server(make::Server),
    Client(make::Client),
    Renew(renew::Renew),
    Revoke(revoke::Revoke),
    List(list::List),
}

/// Where the certificates are.
#[derive(Debug, clap::Args)]
struct At {
    /// The folder with the authority and all that it signs
    #[arg(long, value_name = "FOLDER", env = "DOCKGATE_CERTS", default_value = "/etc/dockgate/tls")]
    dir: PathBuf,
}

impl At {
    fn folder(&self) -> Folder {
        Folder::new(&self.dir)
    }
}

/// For how many days a certificate may be made.
fn days() -> clap::builder::RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(1..=36500)
}

impl Certs {
    pub(super) fn run(self) -> Exit {
        let done = match self.verb {
            Verb::Server(server) => server.run(),
            Verb::Client(client) => client.run(),
            Verb::Renew(renew) => renew.run(),
            Verb::Revoke(revoke) => revoke.run(),
            Verb::List(list) => list.run(),
        };
        done.unwrap_or_else(|error: CertsError| {
            complain(&error.to_string());
            Exit::Failure
        })
    }
}
