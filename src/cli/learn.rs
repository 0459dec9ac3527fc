//! `dockgate learn`: from what clients ask to a policy that allows it.

mod progress;
mod watch;

use super::Exit;
use super::records::{Line, Records};
use super::say::{say, show};
use super::sources::{self, Bad, complain};
use crate::learn::{Learned, Learner, Widening, widen};
use crate::policy::Told;
use crate::proxy::config;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Write the policy that allows what clients ask, and as little else as can be said
///
/// Watches a socket of its own, on which everything is allowed meanwhile, until
/// Ctrl-C or --for; or reads what a gate has recorded (`audit_requests: true`).
/// With --update it proposes what a policy would have to say besides, as a diff,
/// and changes nothing. What may be secret is never recorded: values of variables,
/// arguments of commands, keys and tokens.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  dockgate learn --listen /run/dockgate/watched.sock -o traefik.yaml
  dockgate learn --listen /run/dockgate/watched.sock --for 10m -o ci.yaml
  dockgate learn --listen /run/dockgate/watched.sock --policy ci.yaml --update ci.yaml
  dockgate learn --from /var/log/dockgate/audit.jsonl
  dockgate learn --from /var/log/dockgate/audit.jsonl --update ci.yaml
Exit codes: 0 fine, 1 failure, 3 bad policy or configuration.")]
pub(super) struct Learn {
    /// Learn from what a gate has recorded
    #[arg(long, value_name = "FILE", conflicts_with = "listen")]
    from: Vec<PathBuf>,
    /// Watch this socket: /PATH or unix:///PATH
    #[arg(long, value_name = "ADDRESS", required_unless_present = "from")]
    listen: Option<String>,
    /// The real socket [default: $DOCKER_HOST if it is a Unix socket, else /var/run/docker.sock]
    #[arg(long, value_name = "ADDRESS", value_parser = config::upstream)]
    upstream: Option<PathBuf>,
    /// The mode of the socket
    #[arg(long, value_name = "MODE", default_value = "0660", value_parser = config::mode)]
    socket_mode: u32,
    /// The group of the socket, by name or number
    #[arg(long, value_name = "GROUP")]
    socket_group: Option<String>,
    /// Watch for so long: 90s, 10m, 2h [default: until Ctrl-C]
    #[arg(long = "for", value_name = "TIME", value_parser = duration)]
    how_long: Option<Duration>,
    /// Let this policy hold meanwhile; without it, everything is allowed
    #[arg(long, value_name = "FILE", requires = "listen")]
    policy: Vec<PathBuf>,
    /// Keep the records here [default: a file that is removed]
    #[arg(long, value_name = "FILE", requires = "listen")]
    records: Option<PathBuf>,
    /// Learn from what was denied as well
    #[arg(long, conflicts_with = "update")]
    denied: bool,
    /// Propose what this policy would have to say besides
    #[arg(long, value_name = "FILE", conflicts_with = "output")]
    update: Option<PathBuf>,
    /// Write the policy here [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

fn duration(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text).map_err(|error| format!("write a time with its unit, as in 90s or 10m: {error}"))
}

impl Learn {
    pub(super) fn run(self) -> Exit {
        match self.learn() {
            Ok(()) => Exit::Fine,
            Err(Bad(exit)) => exit,
        }
    }

    fn learn(&self) -> Result<(), Bad> {
        // what is to be changed has to be readable before anybody is watched
        let base = self.update.as_ref().map(|file| sources::load(std::slice::from_ref(file))).transpose()?;
        let watched = match &self.listen {
            Some(address) => Some(watch::watch(self, address)?),
            None => None,
        };
        let files: Vec<&Path> = match &watched {
            Some(watched) => vec![watched.records()],
            None => self.from.iter().map(PathBuf::as_path).collect(),
        };
        match base {
            Some((policy, sources)) => {
                let told = self.told(&files)?;
                let source = sources.first().ok_or(Bad(Exit::BadPolicy))?;
                let widening = widen(source, &policy, &told).map_err(|none| failed(&none))?;
                propose(&source.name, &widening);
                Ok(())
            }
            None => self.write(&self.learned(&files)?),
        }
    }

    fn learned(&self, files: &[&Path]) -> Result<Learned, Bad> {
        let mut learner = Learner::default();
        let mut bare = 0;
        // where all is allowed, what was stopped is what is not there, or not known here
        let with_denied = self.denied || (self.listen.is_some() && self.policy.is_empty());
        self.each(files, |line| match line {
            Line::Request { told, record } if record.is_allowed() || with_denied => drop(learner.take(&told)),
            Line::Request { .. } => {}
            Line::Bare(_) => bare += 1,
        })?;
        without_requests(bare);
        Ok(learner.learned())
    }

    /// Every request that was recorded, up to a bound.
    fn told(&self, files: &[&Path]) -> Result<Vec<Told>, Bad> {
        let (mut all, mut bare) = (Vec::new(), 0);
        self.each(files, |line| match line {
            Line::Request { told, .. } if all.len() < crate::learn::MAX_KEPT => all.push(*told),
            Line::Request { .. } => {}
            Line::Bare(_) => bare += 1,
        })?;
        without_requests(bare);
        Ok(all)
    }

    fn each(&self, files: &[&Path], mut then: impl FnMut(Line)) -> Result<(), Bad> {
        for file in files {
            let records = Records::open(file).map_err(|error| failed(&error))?;
            for line in records {
                match line {
                    Ok(line) => then(line),
                    Err(problem) => sources::warn(&problem),
                }
            }
        }
        Ok(())
    }

    fn write(&self, learned: &Learned) -> Result<(), Bad> {
        tell(&learned.notes);
        match &self.output {
            None => show(&learned.text),
            Some(file) => {
                std::fs::write(file, &learned.text)
                    .map_err(|error| failed(&format!("cannot write `{}`: {error}", file.display())))?;
                say!("{}: written; look at it, then: dockgate check {0}", file.display());
            }
        }
        Ok(())
    }
}

fn tell(notes: &[String]) {
    notes.iter().for_each(|note| sources::warn(note));
}

/// Records of a gate that was not asked to keep requests say too little.
fn without_requests(count: u64) {
    if count > 0 {
        sources::warn(&format!(
            "{count} records hold no request: `audit_requests: true` or --audit-requests keeps them"
        ));
    }
}

/// The proposal as a diff, for people and for `patch`.
fn propose(name: &str, widening: &Widening) {
    tell(&widening.notes);
    if widening.added.is_empty() {
        say!("{name}: allows all that was asked");
        return;
    }
    say!("--- {name}\n+++ {name}");
    let mut before = 0;
    for (after, lines) in &widening.added {
        say!("@@ -{after},0 +{},{} @@", after + before + 1, lines.len());
        lines.iter().for_each(|line| say!("+{line}"));
        before += lines.len();
    }
}

fn failed(why: &dyn std::fmt::Display) -> Bad {
    complain(&why.to_string());
    Bad(Exit::Failure)
}
