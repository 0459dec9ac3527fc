//! `dockgate serve`: the gate itself.

use super::Exit;
use super::plan::{self, Judges, Origin};
use super::reload::Served;
use super::sources::{self, Bad, complain};
use super::supervisor;
use crate::proxy::{self, Running};
use crate::record::log::{self, Format};
use std::io;
use std::path::PathBuf;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{Interval, MissedTickBehavior};

/// How often files are looked at. A change is taken at the second look that sees it.
const LOOK: Duration = Duration::from_secs(2);

/// Stand before the Docker socket and let through what the policy allows
///
/// Without a configuration file, --policy and --listen are enough. SIGTERM
/// lets requests end and stops. SIGHUP, or a change of the files, makes it read
/// configuration, policies and certificates anew: all of them, or, where one is
/// wrong, none. SIGHUP also opens the audit file anew.
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
        let origin = match self.config {
            Some(config) => Origin::File(config),
            None => Origin::Flags(Box::new(self.flags)),
        };
        match serve(origin, &log) {
            Ok(()) => Exit::Fine,
            Err(Bad(exit)) => exit,
        }
    }
}

fn serve(origin: Origin, log: &log::Writer) -> Result<(), Bad> {
    let config = origin.config()?;
    let Judges { listeners, fingerprint, files } = plan::judges(&config)?;
    let plan = plan::gate(&config, listeners)?;
    let mut running = proxy::start(plan).map_err(|error| failed(&error.to_string()))?;
    let mut served = Served::first(origin, &config, files, &fingerprint);
    for address in running.addresses() {
        tracing::info!(listener = address, upstream = %config.upstream.display(), "listening");
    }
    let ended = until_ended(&mut running, &mut served);
    ended.map_err(|error| failed(&format!("signals cannot be received: {error}")))?;
    supervisor::stopping();
    tracing::info!("ending: requests under way may finish");
    running.stop();
    if log.dropped() > 0 {
        tracing::warn!(lines = log.dropped(), "log lines were dropped, because nobody read them in time");
    }
    Ok(())
}

fn failed(why: &str) -> Bad {
    complain(why);
    Bad(Exit::Failure)
}

/// Waits for SIGTERM or SIGINT. SIGHUP, and files that have changed, are a reason to take them anew;
/// SIGHUP opens the audit file anew as well.
fn until_ended(running: &mut Running, served: &mut Served) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut hangup = signal(SignalKind::hangup())?;
        let mut look = tokio::time::interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut watchdog = supervisor::watchdog().map(tokio::time::interval);
        loop {
            tokio::select! {
                _ = terminate.recv() => return Ok(()),
                _ = interrupt.recv() => return Ok(()),
                _ = hangup.recv() => {
                    served.reload(running);
                    tracing::info!("opening the audit file anew");
                    running.reopen();
                }
                () = bark(&mut watchdog) => supervisor::alive(),
                _ = look.tick() => if served.is_stale() {
                    tracing::info!("a file has changed");
                    served.reload(running);
                },
            }
        }
    })
}

/// Ready whenever the supervisor has to hear of the gate.
async fn bark(watchdog: &mut Option<Interval>) {
    match watchdog {
        Some(interval) => drop(interval.tick().await),
        None => std::future::pending().await,
    }
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
