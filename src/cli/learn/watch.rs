//! A gate that watches.

use super::progress::Progress;
use super::{Learn, failed};
use crate::cli::Exit;
use crate::cli::sources::{self, Bad, complain};
use crate::learn;
use crate::policy::{Policy, Source};
use crate::proxy::config::{self, Place};
use crate::proxy::{self, Denials, Endpoint, HostFiles, Limits, ListenerPlan, Plan, UnixSocket};
use crate::record::audit::{Audit, WhenFull};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

/// How often a person is told what came.
const LOOK: Duration = Duration::from_millis(500);

/// What was recorded while a socket was watched.
pub(super) struct Watched {
    records: PathBuf,
    /// The folder that it is removed with, unless somebody asked to keep it.
    folder: Option<PathBuf>,
}

impl Watched {
    /// Records are kept where that is asked for, or else in a folder that nobody else can enter.
    fn new(kept: Option<PathBuf>) -> Result<Self, String> {
        if let Some(records) = kept {
            return Ok(Self { records, folder: None });
        }
        let folder = std::env::temp_dir().join(format!("dockgate-learn-{}", std::process::id()));
        let made = std::fs::DirBuilder::new().mode(0o700).create(&folder);
        made.map_err(|error| format!("cannot make the folder `{}`: {error}", folder.display()))?;
        Ok(Self { records: folder.join("audit.jsonl"), folder: Some(folder) })
    }

    pub(super) fn records(&self) -> &Path {
        &self.records
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if let Some(folder) = &self.folder {
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

/// Watches until a signal, or for as long as was said.
pub(super) fn watch(learn: &Learn, address: &str) -> Result<Watched, Bad> {
    let watched = Watched::new(learn.records.clone()).map_err(|error| failed(&error))?;
    let policy = policy(&learn.policy)?;
    let (audit, writer) = Audit::open(&watched.records, WhenFull::Deny)
        .map_err(|error| failed(&format!("cannot write `{}`: {error}", watched.records.display())))?;
    let mut progress = Progress::of(&watched.records).map_err(|error| failed(&error))?;
    let upstream = match &learn.upstream {
        Some(path) => path.clone(),
        None => config::default_upstream().map_err(|message| failed(&message))?,
    };
    let plan = Plan {
        upstream: upstream.clone(),
        listeners: vec![listener(learn, address, policy)?],
        audit: Some((audit, writer)),
        limits: Limits::default(),
        threads: 1,
        host_files: HostFiles::Hidden,
        audit_requests: true,
    };
    let running = proxy::start(plan).map_err(|error| failed(&error))?;
    announce(learn, address, &upstream);
    wait(learn.how_long, &mut progress).map_err(|error| failed(&format!("signals cannot be received: {error}")))?;
    drop(running);
    progress.end();
    Ok(watched)
}

fn policy(files: &[PathBuf]) -> Result<Policy, Bad> {
    if !files.is_empty() {
        return sources::load(files).map(|(policy, _)| policy);
    }
    let source = Source { name: "everything, watched".into(), text: learn::watching() };
    Policy::load(&[source]).map_err(|problems| {
        problems.iter().for_each(|problem| complain(&problem.to_string()));
        Bad(Exit::Failure)
    })
}

fn listener(learn: &Learn, address: &str, policy: Policy) -> Result<ListenerPlan, Bad> {
    let (mode, group) = (learn.socket_mode, learn.socket_group.clone());
    let unix = |path| UnixSocket { path, mode, owner: None, group: group.clone() };
    match config::place(address, &unix, None, None) {
        Ok(Place::Unix(socket)) => Ok(ListenerPlan {
            endpoint: Endpoint::Unix(socket),
            policy: Arc::new(policy),
            denials: Denials::Full,
            socket: Arc::default(),
        }),
        Ok(_) => Err(failed(&format!("`{address}` is no Unix socket, and only one of them is watched"))),
        Err(message) => Err(failed(&message)),
    }
}

fn announce(learn: &Learn, address: &str, upstream: &Path) {
    if learn.policy.is_empty() {
        sources::warn(&format!(
            "whoever opens {address} is root on the host for as long as it is watched: everything is allowed"
        ));
    }
    let end =
        learn.how_long.map_or("until Ctrl-C".to_owned(), |time| format!("for {}", humantime::format_duration(time)));
    eprintln!("watching {address} before {} {end}", upstream.display());
}

/// Until a signal, or for so long; a person is told meanwhile.
fn wait(how_long: Option<Duration>, progress: &mut Progress) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut signals = [signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?];
        let [interrupt, terminate] = &mut signals;
        let end = tokio::time::sleep(how_long.unwrap_or(Duration::MAX));
        tokio::pin!(end);
        let mut looks = tokio::time::interval(LOOK);
        loop {
            tokio::select! {
                _ = interrupt.recv() => return Ok(()),
                _ = terminate.recv() => return Ok(()),
                () = &mut end => return Ok(()),
                _ = looks.tick() => progress.look(),
            }
        }
    })
}
