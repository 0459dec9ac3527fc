//! `dockgate demo`: a gate at work, on the real Docker if one answers.

mod client;
mod requests;
mod stage;

use super::say::{say, show};
use super::sources::complain;
use super::{Exit, table};
use client::Answer;
use requests::{Expect, REQUESTS, Telling};
use stage::Stage;
use std::path::PathBuf;

/// See in a minute what a gate lets through and what it stops
///
/// Starts a gate with the preset `reads` and sends a dozen requests to it. On a
/// real Docker these are reads, and dangerous requests that would do nothing
/// even if they passed; without one, an imitation daemon answers as a real one
/// was recorded.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  dockgate demo
  dockgate demo --upstream /run/user/1000/docker.sock
Exit codes: 0 every request came out as it should, 1 one did not.")]
pub(super) struct Demo {
    /// The real socket [default: $DOCKER_HOST if it is a Unix socket, else /var/run/docker.sock]
    #[arg(long, value_name = "PATH")]
    upstream: Option<PathBuf>,
    /// Use the imitation daemon even if a real Docker answers
    #[arg(long, conflicts_with = "upstream")]
    imitation: bool,
}

impl Demo {
    pub(super) fn run(self) -> Exit {
        let stage = match Stage::set(self.upstream, self.imitation) {
            Ok(stage) => stage,
            Err(message) => {
                complain(&message);
                return Exit::Failure;
            }
        };
        say!("{}", stage.upstream());
        say!("The gate: {} under the preset `reads`\n", stage.socket().display());
        let outcomes: Vec<_> =
            REQUESTS.iter().map(|request| (request, client::send(&stage.socket(), request))).collect();
        show(table::aligned(&rows(&outcomes)));
        let odd = outcomes.iter().filter(|(request, answer)| !as_expected(request, answer)).count();
        conclude(&stage, outcomes.len(), odd)
    }
}

fn conclude(stage: &Stage, sent: usize, odd: usize) -> Exit {
    let allowed = REQUESTS.iter().filter(|request| request.expect == Expect::Allowed).count();
    say!("\n{allowed} of {sent} requests were let through.");
    if let Some(leaked) = stage.leaked() {
        say!("The daemon's own record: {leaked} of the stopped ones reached it.");
        if leaked > 0 {
            return Exit::Failure;
        }
    }
    if odd > 0 {
        say!("{odd} came out otherwise than they should.");
        return Exit::Failure;
    }
    let me = std::env::current_exe().map_or_else(|_| "dockgate".to_owned(), |path| path.display().to_string());
    say!(
        "Next: install -d /run/dockgate && {me} serve --policy policies/reads.yaml --listen /run/dockgate/docker.sock{}",
        stage.upstream_flag()
    );
    Exit::Fine
}

fn rows(outcomes: &[(&Telling, Answer)]) -> Vec<Vec<String>> {
    let mut rows = vec![["WHAT", "VERDICT", "STATUS", "WHY"].map(str::to_owned).to_vec()];
    for (request, answer) in outcomes {
        let note = if as_expected(request, answer) { "" } else { " (unexpected)" };
        rows.push(vec![
            request.what.to_owned(),
            format!("{}{note}", verdict(answer)),
            answer.status.to_string(),
            why(answer),
        ]);
    }
    rows
}

/// Only our own answers begin with our name; two of Docker's sentences are kept as they are.
fn verdict(answer: &Answer) -> &'static str {
    match answer.status {
        403 => "denied",
        400 | 404 | 413 if answer.is_ours() => "refused",
        0 => "no answer",
        _ => "allowed",
    }
}

fn why(answer: &Answer) -> String {
    if verdict(answer) == "allowed" {
        return String::new();
    }
    let message = answer.message.strip_prefix("dockgate: ").unwrap_or(&answer.message);
    let first = message.lines().next().unwrap_or_default();
    first.rsplit_once(" [").map_or(first, |(sentence, _)| sentence).to_owned()
}

fn as_expected(request: &Telling, answer: &Answer) -> bool {
    let expected = match request.expect {
        Expect::Allowed => "allowed",
        Expect::Denied => "denied",
        Expect::Refused => "refused",
    };
    verdict(answer) == expected
}
