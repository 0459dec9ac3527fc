//! `dockgate serve`: the gate itself.

use super::Exit;
use super::confined::Confined;
use super::dropin::Stead;
use super::plan::{self, Judges, Origin};
use super::served::{Base, Served};
use super::sources::{self, Bad, complain};
use super::watch::{Ears, Watch};
use crate::control::Side;
use crate::proxy::config::{Config, Place};
use crate::proxy::{self, Inherited, Running};
use crate::record::log::{self, Format};
use std::sync::Arc;

/// Stand before the Docker socket and let through what the policy allows
///
/// Without a configuration file, --policy and --listen are enough. Started with
/// the variables of Tecnativa's or linuxserver's docker-socket-proxy and without a
/// policy, it stands in the place of that proxy, on port 2375 (docs/import.md). SIGTERM
/// lets requests end and stops. SIGHUP, or a change of the files, makes it read
/// configuration, policies and certificates anew: all of them, or, where one is
/// wrong, none. SIGHUP also opens the audit file anew; `dockgate reload` does the
/// same and says what came of it.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  dockgate serve --policy policies/reads.yaml --listen /run/dockgate/docker.sock
  dockgate serve --policy policies/reads.yaml --listen /run/dockgate/docker.sock --socket-group monitor
  dockgate serve --policy gateway.yaml --listen tcp://0.0.0.0:2376 \\
      --tlscacert ca.pem --tlscert server.pem --tlskey server-key.pem
  dockgate serve --config /etc/dockgate/dockgate.yaml
  CONTAINERS=1 POST=0 dockgate serve
Exit codes: 0 ended by a signal, 1 failure, 3 bad policy or configuration, 4 failing policy test.")]
pub(super) struct Serve {
    #[command(flatten)]
    origin: Origin,
    /// What is logged: error, warn, info, debug, trace, or directives of tracing
    /// [default: info]
    #[arg(long, value_name = "LEVEL", env = "DOCKGATE_LOG")]
    log_level: Option<String>,
    /// How it is logged: auto, journal, json or text; auto is text on a terminal, lines with fields in systemd's
    /// journal, and JSON otherwise
    #[arg(long, value_name = "FORMAT", default_value = "auto", value_parser = format)]
    log_format: Format,
}

fn format(text: &str) -> Result<Format, String> {
    match text {
        "auto" => Ok(Format::Auto),
        "journal" => Ok(Format::Journal),
        "json" => Ok(Format::Json),
        "text" => Ok(Format::Text),
        _ => Err("choose auto, journal, json or text".to_owned()),
    }
}

impl Serve {
    pub(super) fn run(self) -> Exit {
        match self.serve() {
            Ok(()) => Exit::Fine,
            Err(Bad(exit)) => exit,
        }
    }

    fn serve(self) -> Result<(), Bad> {
        let inherited = Inherited::take().map_err(|error| failed(&error))?;
        let config = self.origin.config()?;
        let host_files = config.host_files.settled();
        let (judges, notes) = sources::noted(|| plan::judges(&config, Some(&inherited)))?;
        // before there is a second thread, which would keep what this one gives up
        let confined = Confined::enter(&config, &judges)?;
        let stead = if config.imported.is_some() { Stead::found().map_err(|error| failed(&error))? } else { None };
        let level = self.log_level.as_deref().or(stead.as_ref().and_then(Stead::log_level)).unwrap_or("info");
        let log = log::start(level, self.log_format).map_err(|message| {
            complain(&message);
            Bad(Exit::BadPolicy)
        })?;
        notes.iter().for_each(|note| tracing::warn!("{note}"));
        let plaintext = listeners_in_plaintext(&config);
        stead.iter().for_each(|stead| tracing::warn!("{}", stead.warning(plaintext)));
        let Judges { listeners, fingerprint, files } = judges;
        let ears = Ears::open().map_err(|error| failed(&format!("signals cannot be received: {error}")))?;
        let sides = Sides::open(&config)?;
        let plan = plan::gate(&config, listeners, host_files)?;
        let running = proxy::start(plan).map_err(|error| failed(&error))?;
        announce(&running, &config, &sides);
        confined.tell();
        let base = Base { origin: self.origin, inherited, confined };
        let served = Served::first(base, &config, (files, fingerprint));
        let watch = Watch { running, served, log, pinged: Arc::default() };
        watch.until_ended(ears, sides);
        Ok(())
    }
}

fn listeners_in_plaintext(config: &Config) -> bool {
    config.listen.iter().any(|listen| matches!(listen.place, Place::Tcp { tls: None, .. }))
}

fn announce(running: &Running, config: &Config, sides: &Sides) {
    for address in running.addresses() {
        tracing::info!(listener = address, upstream = %config.upstream.display(), "listening");
    }
    if let Some(place) = &config.status {
        tracing::info!(socket = %place, "status");
    }
    if let Some((place, side)) = config.metrics.as_ref().zip(sides.metrics.as_ref()) {
        let address = side.address().map_or_else(|| place.to_string(), |address| address.to_string());
        tracing::info!(address, "metrics");
    }
}

/// The sockets beside the listeners.
#[derive(Debug)]
pub(super) struct Sides {
    pub(super) status: Option<Side>,
    pub(super) metrics: Option<Side>,
}

impl Sides {
    fn open(config: &Config) -> Result<Self, Bad> {
        let status = config.status.as_ref().map(Side::status).transpose().map_err(|error| failed(&error))?;
        let metrics = config.metrics.as_ref().map(Side::metrics).transpose().map_err(|error| failed(&error))?;
        Ok(Self { status, metrics })
    }
}

fn failed(why: &dyn std::fmt::Display) -> Bad {
    complain(&why.to_string());
    Bad(Exit::Failure)
}

/// Runs a policy's own tests before it is served.
///
/// # Errors
/// A test failed; which was printed.
pub(super) fn pass_own_tests(policy: &crate::policy::Policy) -> Result<(), Bad> {
    let failed: Vec<_> = policy.cases().iter().map(|case| case.run(policy)).filter(|result| !result.passed()).collect();
    for result in &failed {
        complain(&format!("the policy's own test `{}` failed: {}", result.it, sources::outcome(result)));
    }
    if failed.is_empty() { Ok(()) } else { Err(Bad(Exit::FailingTest)) }
}
