//! `dockgate certs server` and `dockgate certs client`.

use super::{At, days, said};
use crate::certs::{CertsError, Desk, Holder, Name, Subject, host, organization};
use crate::cli::Exit;

/// Make the gate's certificate, and an authority first if there is none
///
/// It names every host by which clients call the gate. What the gate needs of
/// it is printed, for dockgate.yaml.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  dockgate certs server gate.example.com 192.0.2.10
  dockgate certs server gate.example.com --dir ./tls
  dockgate certs server --replace gate.example.com new.example.com
Exit codes: 0 fine, 1 failure.")]
pub(super) struct Server {
    /// Names and addresses that clients call the gate by
    #[arg(value_name = "HOST", required = true, value_parser = host)]
    hosts: Vec<String>,
    /// For how many days
    #[arg(long, value_name = "DAYS", default_value = "365", value_parser = days())]
    days: u32,
    /// Put another in the place of the one that is there, which counts until it ends or is revoked
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    at: At,
}

/// Make a client's certificate, by which policies know it
///
/// Its folder has the files under the names that docker looks for
/// (DOCKER_CERT_PATH). What the client and the policy need is printed.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  dockgate certs client alice
  dockgate certs client ci-runner --organization builds --days 90
Exit codes: 0 fine, 1 failure.")]
pub(super) struct Client {
    /// Its common name, and the name of its folder
    name: Name,
    /// Its organization, by which a policy can know several clients
    #[arg(long, value_name = "NAME", value_parser = organization)]
    organization: Option<String>,
    /// For how many days
    #[arg(long, value_name = "DAYS", default_value = "365", value_parser = days())]
    days: u32,
    #[command(flatten)]
    at: At,
}

impl Server {
    pub(super) fn run(self) -> Result<Exit, CertsError> {
        let folder = self.at.folder();
        let (desk, fresh) = Desk::open_or_make(&folder)?;
        if fresh {
            said::authority(&folder, desk.authority());
        }
        let made = desk.make(&Holder::Server, &Subject::server(&self.hosts), self.days, self.replace)?;
        said::made(&folder, &Holder::Server, &made);
        said::configuration(&folder);
        Ok(Exit::Fine)
    }
}

impl Client {
    pub(super) fn run(self) -> Result<Exit, CertsError> {
        let folder = self.at.folder();
        let desk = Desk::open(&folder)?;
        let subject = Subject::client(&self.name, self.organization);
        let holder = Holder::Client(self.name.clone());
        let made = desk.make(&holder, &subject, self.days, false)?;
        said::made(&folder, &holder, &made);
        let server = desk.current(&Holder::Server).ok();
        said::context(&folder, &self.name, server.as_ref());
        said::policy(&self.name);
        Ok(Exit::Fine)
    }
}
