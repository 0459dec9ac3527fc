//! `dockgate serve`: the gate itself.

use super::sources::{self, Bad, complain};
use super::{Exit, plan};
use crate::proxy::{self, Plan, Running};
use crate::record::log::{self, Format};
use std::io;
use std::path::PathBuf;
use tokio::signal::unix::{SignalKind, signal};

/// Stand before the Docker socket and let through what the policy allows
///
/// Without a configuration file, --policy and --listen are enough. SIGTERM
/// lets requests end and stops; SIGHUP opens the audit file anew.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  dockgate serve --policy policies/reads.yaml --listen /run/dockgate.sock
  dockgate serve --policy policies/reads.yaml --listen /run/dockgate.sock --socket-group monitor
  dockgate serve --policy gateway.yaml --listen tcp://0.0.0.0:2376 \\
      --tlscacert ca.pem --tlscert server.pem --tlskey server-key.pem
  dockgate serve --config /etc/dockgate/dockgate.yaml
Exit codes: 0 ended by a signal, 1 failure, 3 bad policy or configuration, 4 failing policy test.")]
pub(super) struct Serve {
    /// Read listeners and policies from this file
    #[arg(long, value_name = "FILE", conflicts_with_all = ["policy", "listen"])]
    config: Option<PathBuf>,
    #[command(flatten)]
    flags: plan::Flags,
    /// What is logged: error, warn, info, debug, trace, or directives of tracing
    #[arg(long, value_name = "LEVEL", default_value = "info", env = "DOCKGATE_LOG")]
    log_level: String,
    /// How it is logged: auto is text on a terminal and JSON otherwise
    #[arg(long, value_name = "FORMAT", default_value = "auto", value_parser = format)]
    log_format: Format,
}

fn format(text: &str) -> Result<Format, String> {
    match text {
        "auto" => Ok(Format::Auto),
        "json" => Ok(Format::Json),
        "text" => Ok(Format::Text),
        _ => Err("choose auto, json or text".to_owned()),
    }
}

impl Serve {
    pub(super) fn run(self) -> Exit {
        let log = match log::start(&self.log_level, self.log_format) {
            Ok(log) => log,
            Err(message) => {
                complain(&message);
                return Exit::BadPolicy;
            }
        };
        let planned = match &self.config {
            Some(config) => plan::from_file(config),
            None => self.flags.plan(),
        };
        match planned {
            Ok(plan) => serve(plan, &log),
            Err(Bad(exit)) => exit,
        }
    }
}

fn serve(plan: Plan, log: &log::Writer) -> Exit {
    let upstream = plan.upstream.clone();
    let running = match proxy::start(plan) {
        Ok(running) => running,
        Err(error) => {
            complain(&error.to_string());
            return Exit::Failure;
        }
    };
    for address in running.addresses() {
        tracing::info!(listener = address, upstream = %upstream.display(), "listening");
    }
    match until_ended(&running) {
        Ok(()) => {
            tracing::info!("ending: requests under way may finish");
            running.stop();
            if log.dropped() > 0 {
                tracing::warn!(lines = log.dropped(), "log lines were dropped, because nobody read them in time");
            }
            Exit::Fine
        }
        Err(error) => {
            complain(&format!("signals cannot be received: {error}"));
            Exit::Failure
        }
    }
}

/// Waits for SIGTERM or SIGINT; SIGHUP opens files anew.
fn until_ended(running: &Running) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut hangup = signal(SignalKind::hangup())?;
        loop {
            tokio::select! {
                _ = terminate.recv() => return Ok(()),
                _ = interrupt.recv() => return Ok(()),
                _ = hangup.recv() => {
                    tracing::info!("opening the audit file anew");
                    running.reopen();
                }
            }
        }
    })
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
