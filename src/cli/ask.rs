//! `dockgate status`, `health` and `reload`: questions to a gate that runs.

use super::Exit;
use super::say::show;
use super::sources::complain;
use super::table::aligned;
use crate::control::{self, Answer, Status};
use crate::proxy::config::{self, SidePlace};
use http::Method;

/// Which gate is asked.
#[derive(Debug, clap::Args)]
struct At {
    /// The gate's status socket, as its `status:` or --status names it: /PATH or @NAME
    #[arg(
        long = "status",
        value_name = "SOCKET",
        env = "DOCKGATE_STATUS",
        default_value = "/run/dockgate/status.sock",
        value_parser = config::status
    )]
    socket: SidePlace,
}

impl At {
    fn ask(&self, method: Method, path: &'static str) -> Result<Answer, Exit> {
        control::ask(&self.socket, method, path).map_err(|error| {
            complain(&format!(
                "no gate answers at {}: {error}\n  help: is it running, as this user, and with `status:` or --status? --status here names another socket",
                self.socket
            ));
            Exit::Failure
        })
    }
}

/// Say how a running gate fares
///
/// Listeners, the daemon behind it, its rules and the last reload, the audit
/// file, and what the kernel keeps it from.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  dockgate status
  dockgate status --json | jq .generation
  dockgate status --status /run/user/1000/dockgate/status.sock
Exit codes: 0 the gate answers, 1 it does not.")]
pub(super) struct ShowStatus {
    #[command(flatten)]
    at: At,
    /// As one JSON object
    #[arg(long)]
    json: bool,
}

/// Say whether a running gate does its work
///
/// It does if all its threads answer and the daemon answers it. For health
/// checks of containers and monitors.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  dockgate health
  docker run --health-cmd '/dockgate health' ...
Exit codes: 0 it does, 1 it does not, or no gate is there.")]
pub(super) struct Health {
    #[command(flatten)]
    at: At,
}

/// Have a running gate read its configuration, policies and certificates anew
///
/// All of them, or, where one is wrong, none; what is wrong is printed. The
/// audit file is opened anew as well.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  dockgate reload
  dockgate check --config /etc/dockgate/dockgate.yaml && dockgate reload
Exit codes: 0 taken, 1 no gate is there, 3 not taken.")]
pub(super) struct Reload {
    #[command(flatten)]
    at: At,
}

impl Health {
    pub(super) fn run(&self) -> Exit {
        tell(self.at.ask(Method::GET, "/health"), Exit::Failure)
    }
}

impl Reload {
    pub(super) fn run(&self) -> Exit {
        tell(self.at.ask(Method::POST, "/reload"), Exit::BadPolicy)
    }
}

fn tell(answer: Result<Answer, Exit>, bad: Exit) -> Exit {
    match answer {
        Ok(Answer { fine: true, text }) => {
            show(text);
            Exit::Fine
        }
        Ok(Answer { text, .. }) => {
            eprint!("{text}");
            bad
        }
        Err(exit) => exit,
    }
}

impl ShowStatus {
    pub(super) fn run(&self) -> Exit {
        match self.at.ask(Method::GET, "/status") {
            Ok(answer) if self.json => tell(Ok(answer), Exit::Failure),
            Ok(answer) => match Status::read(&answer.text) {
                Ok(status) => {
                    show(table(&status));
                    Exit::Fine
                }
                Err(error) => {
                    complain(&format!("the gate's answer cannot be read: {error}"));
                    Exit::Failure
                }
            },
            Err(exit) => exit,
        }
    }
}

fn table(status: &Status) -> String {
    let mut rows = vec![
        ("gate", format!("{} {}, pid {}, since {}", alive(status), status.version, status.pid, status.started)),
        ("rules", format!("generation {}, policies {}, taken {}", status.generation, status.policies, status.taken)),
    ];
    rows.extend(status.last_failure.iter().map(|why| {
        ("last reload", format!("failed: {}; `dockgate reload` says more", why.lines().next().unwrap_or_default()))
    }));
    rows.push(("upstream", upstream(&status.upstream)));
    rows.extend(status.listeners.iter().map(|listener| ("listener", open(listener))));
    rows.extend(status.audit.iter().map(|audit| ("audit", written(audit))));
    if status.log_lines_dropped > 0 {
        rows.push(("log", format!("{} lines dropped, because nobody read them in time", status.log_lines_dropped)));
    }
    rows.extend(status.confinement.iter().map(|what| ("confined", what.clone())));
    let rows: Vec<_> = rows.into_iter().map(|(name, text)| vec![name.to_owned(), text]).collect();
    aligned(&rows)
}

fn alive(status: &Status) -> &'static str {
    if status.alive { "up:" } else { "a thread does not answer:" }
}

fn upstream(upstream: &control::Upstream) -> String {
    let control::Upstream { socket, ms, api, error } = upstream;
    match (ms, error) {
        (_, Some(error)) => format!("{socket} does not answer: {error}"),
        (Some(ms), None) => format!("{socket} answers in {ms} ms, API {}", api.as_deref().unwrap_or("unknown")),
        (None, None) => socket.clone(),
    }
}

fn open(listener: &control::Listener) -> String {
    let ends = listener.certificate_ends.as_ref().map(|ends| format!(", certificate ends {ends}"));
    format!("{}: {} open connections{}", listener.name, listener.connections, ends.unwrap_or_default())
}

fn written(audit: &control::Audit) -> String {
    let control::Audit { file, waiting, lag_ms, lost, failing } = audit;
    let fares = if *failing { "cannot be written" } else { "is written" };
    format!("{file} {fares}: {waiting} bytes wait since {lag_ms} ms, {lost} records lost")
}
