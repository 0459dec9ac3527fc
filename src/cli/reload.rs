//! New policies, certificates and listeners for a gate that runs, or the old ones.

use super::plan::Origin;
use super::supervisor;
use crate::proxy::config::Config;
use crate::proxy::{HostFiles, Limits, Running};
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// What a gate serves by, and where it came from.
pub(super) struct Served {
    origin: Origin,
    fixed: Fixed,
    /// How often rules were taken, beginning with 1.
    generation: u64,
    /// The fingerprint of the policies that hold.
    policies: String,
    watched: Watched,
}

/// What only a restart changes.
#[derive(Debug, PartialEq, Eq)]
struct Fixed {
    upstream: PathBuf,
    audit: Option<PathBuf>,
    limits: Limits,
    threads: usize,
    host_files: HostFiles,
}

impl From<&Config> for Fixed {
    fn from(config: &Config) -> Self {
        let Config { upstream, audit, limits, threads, host_files, .. } = config.clone();
        Self { upstream, audit, limits, threads, host_files }
    }
}

impl Served {
    /// A gate that was started so.
    pub(super) fn first(origin: Origin, config: &Config, files: Vec<PathBuf>, policies: &str) -> Self {
        let (fixed, watched) = (config.into(), Watched::new(files));
        let served = Self { origin, fixed, generation: 1, policies: policies.to_owned(), watched };
        served.tell(config);
        supervisor::ready(&served.status());
        served
    }

    fn tell(&self, config: &Config) {
        config.warnings().iter().for_each(|warning| tracing::warn!("{warning}"));
        tracing::info!(generation = self.generation, policies = self.policies, "rules taken");
    }

    fn status(&self) -> String {
        format!("generation {}, policies {}", self.generation, self.policies)
    }

    /// Reads everything anew and takes it as a whole; where something is wrong, all stays as it was.
    pub(super) fn reload(&mut self, running: &mut Running) {
        // what changes while it is read is seen at the next look
        self.watched.look();
        supervisor::reloading();
        let status = match self.take(running) {
            Ok(()) => self.status(),
            Err(why) => {
                tracing::error!(generation = self.generation, why, "nothing was changed: the old rules stay");
                format!("{}; the last reload failed: {why}", self.status())
            }
        };
        supervisor::ready(&status);
    }

    fn take(&mut self, running: &mut Running) -> Result<(), String> {
        let bad = |_| "the configuration or a policy is not right; what is wrong stands above".to_owned();
        let config = self.origin.config().map_err(bad)?;
        let judges = super::plan::judges(&config).map_err(bad)?;
        running.reload(judges.listeners).map_err(|error| error.to_string())?;
        self.generation += 1;
        self.policies = judges.fingerprint;
        self.watched.follow(judges.files);
        self.tell(&config);
        if self.fixed != Fixed::from(&config) {
            tracing::warn!("`upstream`, `audit`, `limits`, `threads` and `host_files` change at the next start");
        }
        Ok(())
    }

    /// Whether a file has changed, and is whole by now.
    pub(super) fn is_stale(&mut self) -> bool {
        self.watched.has_settled()
    }
}

/// Files that are looked at again and again: it works on every file system, and sees what is
/// renamed, linked or mounted in place of another.
struct Watched {
    files: Vec<PathBuf>,
    /// As they were when they were read.
    read: Vec<Stamp>,
    /// As they were at the last look.
    seen: Vec<Stamp>,
}

/// What changes whenever a file does; nothing for one that is not there.
type Stamp = Option<(u64, u64, u64, i64, i64, i64)>;

impl Watched {
    fn new(files: Vec<PathBuf>) -> Self {
        let read = stamps(&files);
        Self { files, seen: read.clone(), read }
    }

    /// Takes the files as they are now for those that are read.
    fn look(&mut self) {
        self.read = stamps(&self.files);
        self.seen = self.read.clone();
    }

    /// Other files from now on; what is known of those that stay is kept.
    fn follow(&mut self, files: Vec<PathBuf>) {
        if files != self.files {
            *self = Self::new(files);
        }
    }

    /// Whether the files are others than those that were read, and the same as a look ago: who
    /// writes a file has finished.
    fn has_settled(&mut self) -> bool {
        let now = stamps(&self.files);
        let settled = now == self.seen && now != self.read;
        self.seen = now;
        settled
    }
}

fn stamps(files: &[PathBuf]) -> Vec<Stamp> {
    files.iter().map(|file| stamp(file)).collect()
}

fn stamp(file: &Path) -> Stamp {
    let of = |m: Metadata| (m.dev(), m.ino(), m.size(), m.mtime(), m.mtime_nsec(), m.ctime());
    file.metadata().ok().map(of)
}
