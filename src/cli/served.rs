//! New policies, certificates and listeners for a gate that runs, or the old ones.

use super::confined::Confined;
use super::plan::{Judges, Origin};
use super::sources::Bad;
use super::{sources, supervisor};
use crate::confine::Confine;
use crate::control::{self, Status};
use crate::proxy::config::{Config, SidePlace};
use crate::proxy::{HostFiles, Inherited, Limits, Running};
use crate::record::metrics::Observed;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// What a gate serves by, and where it came from.
pub(super) struct Served {
    base: Base,
    fixed: Fixed,
    /// How often rules were taken, beginning with 1.
    generation: u64,
    /// The fingerprint of the policies that hold.
    policies: String,
    started: SystemTime,
    taken: SystemTime,
    /// Why the last reload was not taken, if it was not.
    failure: Option<String>,
    /// How often that was so.
    failures: u64,
    watched: Watched,
}

/// What a gate stands on from its start to its end.
#[derive(Debug)]
pub(super) struct Base {
    /// What it is made anew from.
    pub(super) origin: Origin,
    /// The sockets that it was handed.
    pub(super) inherited: Inherited,
    /// What it has given up.
    pub(super) confined: Confined,
}

impl Base {
    /// Reads everything anew.
    fn read(&self) -> Result<(Judges, Config), Bad> {
        let config = self.origin.config()?;
        let judges = super::plan::judges(&config, Some(&self.inherited))?;
        self.confined.hold(&config, &judges)?;
        Ok((judges, config))
    }
}

/// What only a restart changes.
#[derive(Debug, PartialEq, Eq)]
struct Fixed {
    upstream: PathBuf,
    audit: Option<PathBuf>,
    audit_requests: bool,
    limits: Limits,
    threads: usize,
    host_files: HostFiles,
    confine: Confine,
    sides: [Option<SidePlace>; 2],
}

impl From<&Config> for Fixed {
    fn from(config: &Config) -> Self {
        let Config { upstream, audit, audit_requests, limits, threads, .. } = config.clone();
        let Config { host_files, confine, status, metrics, .. } = config.clone();
        Self { upstream, audit, audit_requests, limits, threads, host_files, confine, sides: [status, metrics] }
    }
}

impl Served {
    /// A gate that was started so.
    pub(super) fn first(base: Base, config: &Config, read: (Vec<PathBuf>, String)) -> Self {
        let (files, policies) = read;
        let (fixed, watched, now) = (config.into(), Watched::new(files), SystemTime::now());
        let (started, taken, generation, failures) = (now, now, 1, 0);
        let served = Self { base, fixed, generation, policies, started, taken, failure: None, failures, watched };
        served.tell(config);
        supervisor::ready(&served.status());
        served
    }

    fn tell(&self, config: &Config) {
        config.warnings().iter().for_each(|warning| tracing::warn!("{warning}"));
        let used: Vec<_> = config.listen.iter().filter_map(|listen| listen.place.inherited()).collect();
        for name in self.base.inherited.unused(&used) {
            tracing::warn!(name, "a socket was handed over, and no listener is for it");
        }
        tracing::info!(generation = self.generation, policies = self.policies, "rules taken");
    }

    fn status(&self) -> String {
        format!("generation {}, policies {}", self.generation, self.policies)
    }

    /// The real socket.
    pub(super) fn upstream(&self) -> &Path {
        &self.fixed.upstream
    }

    /// Reads everything anew and takes it as a whole.
    ///
    /// # Errors
    /// Why not; all stays as it was.
    pub(super) fn reload(&mut self, running: &mut Running) -> Result<String, String> {
        // what changes while it is read is seen at the next look
        self.watched.look();
        supervisor::reloading();
        self.failure = self.take(running).err();
        let status = self.status();
        if let Some(why) = &self.failure {
            self.failures += 1;
            self.watched.try_again();
            let first = why.lines().next().unwrap_or_default();
            tracing::error!(generation = self.generation, %why, "nothing was changed: the old rules stay");
            supervisor::ready(&format!("{status}; the last reload failed: {first}"));
            return Err(format!("{why}\nnothing was changed: {status}\n"));
        }
        self.watched.patience = FIRST_RETRY;
        supervisor::ready(&status);
        Ok(format!("rules taken: {status}\n"))
    }

    fn take(&mut self, running: &mut Running) -> Result<(), String> {
        let (judges, config) = sources::captured(|| self.base.read())?;
        running.reload(judges.listeners).map_err(|error| error.to_string())?;
        self.generation += 1;
        self.policies = judges.fingerprint;
        self.taken = SystemTime::now();
        self.watched.follow(judges.files);
        self.tell(&config);
        if self.fixed != Fixed::from(&config) {
            tracing::warn!(
                "`upstream`, `audit`, `audit_requests`, `limits`, `threads`, `host_files`, `confine`, `status` and `metrics` change at the next start"
            );
        }
        Ok(())
    }

    /// Adds what is known here to what was counted.
    pub(super) fn observe(&self, observed: &mut Observed) {
        observed.generation = self.generation;
        observed.reloads_failed = self.failures;
        observed.last_reload_taken = self.failure.is_none();
        observed.taken = self.taken.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
        observed.policies = self.policies.clone();
    }

    /// How the gate fares, as far as it is known without asking anybody.
    pub(super) fn describe(&self, observed: &Observed) -> Status {
        let socket = self.fixed.upstream.display().to_string();
        let audit = self.fixed.audit.as_deref().zip(observed.audit);
        Status {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            pid: std::process::id(),
            started: time(self.started),
            generation: self.generation,
            policies: self.policies.clone(),
            taken: time(self.taken),
            last_failure: self.failure.clone(),
            alive: false,
            confinement: self.base.confined.sentences(),
            upstream: control::Upstream { socket, ms: None, api: None, error: None },
            listeners: observed.listeners.iter().map(listener).collect(),
            audit: audit.map(|(file, state)| control::Audit {
                file: file.display().to_string(),
                waiting: state.waiting,
                lag_ms: state.lag.as_millis().try_into().unwrap_or(u64::MAX),
                lost: state.lost,
                failing: state.failing,
            }),
            log_lines_dropped: observed.log_lines_dropped,
        }
    }

    /// Whether a file has changed, and is whole by now.
    pub(super) fn is_stale(&mut self) -> bool {
        self.watched.has_settled()
    }
}

fn listener((name, connections, ends): &(std::sync::Arc<str>, usize, Option<i64>)) -> control::Listener {
    let ends = ends.and_then(|ends| u64::try_from(ends).ok()).map(|ends| time(UNIX_EPOCH + Duration::from_secs(ends)));
    control::Listener { name: name.to_string(), connections: *connections, certificate_ends: ends }
}

fn time(time: SystemTime) -> String {
    humantime::format_rfc3339_seconds(time).to_string()
}

/// How long after a reload that failed the next is tried; twice as long each time.
const FIRST_RETRY: Duration = Duration::from_secs(10);
const LAST_RETRY: Duration = Duration::from_secs(600);

/// Files that are looked at again and again: it works on every file system, and sees what is
/// renamed, linked or mounted in place of another.
struct Watched {
    files: Vec<PathBuf>,
    /// As they were when they were read.
    read: Vec<Stamp>,
    /// As they were at the last look.
    seen: Vec<Stamp>,
    /// When they are read again although they have not changed, because it failed.
    again: Option<Instant>,
    /// How long to wait for that the next time.
    patience: Duration,
}

/// What changes whenever a file does; nothing for one that is not there.
type Stamp = Option<(u64, u64, u64, i64, i64, i64)>;

impl Watched {
    fn new(files: Vec<PathBuf>) -> Self {
        let read = stamps(&files);
        Self { files, seen: read.clone(), read, again: None, patience: FIRST_RETRY }
    }

    /// Takes the files as they are now for those that are read.
    fn look(&mut self) {
        self.read = stamps(&self.files);
        self.seen = self.read.clone();
        self.again = None;
    }

    /// Nothing was taken: what was in the way may pass, or be in a file that is not looked at yet.
    fn try_again(&mut self) {
        self.again = Some(Instant::now() + self.patience);
        self.patience = (self.patience * 2).min(LAST_RETRY);
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
        settled || self.again.is_some_and(|again| again <= Instant::now())
    }
}

fn stamps(files: &[PathBuf]) -> Vec<Stamp> {
    files.iter().map(|file| stamp(file)).collect()
}

fn stamp(file: &Path) -> Stamp {
    let of = |m: Metadata| (m.dev(), m.ino(), m.size(), m.mtime(), m.mtime_nsec(), m.ctime());
    file.metadata().ok().map(of)
}
