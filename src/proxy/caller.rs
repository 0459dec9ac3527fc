//! The container that a client runs in: found by the control groups of its process, and confirmed
//! by the daemon.

use super::cgroup;
use super::daemon::ask;
use crate::request::Container;
use http::{Method, StatusCode};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::sync::Arc;

/// What could be told of a client's container.
#[derive(Debug)]
pub(super) enum Caller {
    /// It is in none.
    Outside,
    /// It is in this one.
    Inside(Arc<Container>, Life),
    /// Nobody can tell, for this reason.
    Unseen(String),
}

/// The container's first process: while it lives, the container is the one that was told of.
#[derive(Clone, Debug)]
pub(super) struct Life(Arc<OwnedFd>);

impl Life {
    /// Whether the container still runs.
    pub(super) fn goes_on(&self) -> bool {
        is_alive(&self.0)
    }
}

/// A pidfd becomes readable when its process ends (pidfd_open(2)).
pub(super) fn is_alive(pidfd: &impl AsFd) -> bool {
    let mut fds = [PollFd::new(pidfd, PollFlags::IN)];
    matches!(poll(&mut fds, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })), Ok(0))
}

/// Finds the container of a process.
///
/// `process` holds the very process of that number, so that what was read of it was read of it.
pub(super) async fn find(upstream: &Path, pid: i32, process: Option<OwnedFd>) -> Caller {
    let Some(process) = process.filter(|_| pid > 0) else {
        return Caller::Unseen("its process lives in another pid namespace: give the gate `pid: host`".to_owned());
    };
    let groups = std::fs::read_to_string(format!("/proc/{pid}/cgroup"));
    match groups {
        _ if !is_alive(&process) => Caller::Unseen("its process has ended".to_owned()),
        Err(error) => Caller::Unseen(format!("its control groups cannot be read: {error}")),
        Ok(groups) => match cgroup::container_id(&groups) {
            None => Caller::Outside,
            Some(id) => confirm(upstream, &groups, id).await.unwrap_or_else(Caller::Unseen),
        },
    }
}

/// A container as the daemon inspects it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Inspected {
    id: String,
    name: String,
    config: Config,
    state: State,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Config {
    #[serde(default)]
    image: String,
    #[serde(default)]
    labels: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct State {
    running: bool,
    pid: i32,
}

/// The daemon is asked twice: a container that runs with the same first process before and after was
/// that process in between, when its control groups were read.
async fn confirm(upstream: &Path, groups: &str, id: &str) -> Result<Caller, String> {
    let Some(before) = inspect(upstream, id).await? else { return Ok(Caller::Outside) };
    let first = Pid::from_raw(before.state.pid).and_then(|pid| pidfd_open(pid, PidfdFlags::empty()).ok());
    let first = first.ok_or("the container's first process cannot be seen: give the gate `pid: host`")?;
    let of_first = std::fs::read_to_string(format!("/proc/{}/cgroup", before.state.pid)).unwrap_or_default();
    let after = inspect(upstream, id).await?.filter(|after| after.state.running && after.state.pid == before.state.pid);
    let Some(after) = after.filter(|_| is_alive(&first)) else {
        return Err("its container has just ended".to_owned());
    };
    if after.id != id || !cgroup::is_inside(groups, id, &of_first) {
        return Err("its control groups have the name of a container that it is not in".to_owned());
    }
    Ok(Caller::Inside(Arc::new(after.into()), Life(Arc::new(first))))
}

/// The container of this ID; `None` if the daemon has none.
async fn inspect(upstream: &Path, id: &str) -> Result<Option<Inspected>, String> {
    let said = ask(upstream, Method::GET, &format!("/containers/{id}/json")).await;
    let said = said.map_err(|error| format!("the daemon was asked for its container: {error}"))?;
    match said.status {
        StatusCode::NOT_FOUND => Ok(None),
        StatusCode::OK => serde_json::from_slice(&said.body)
            .map(Some)
            .map_err(|error| format!("the daemon's answer on its container cannot be read: {error}")),
        status => Err(format!("the daemon was asked for its container, and answered {status}")),
    }
}

impl From<Inspected> for Container {
    fn from(inspected: Inspected) -> Self {
        let Inspected { id, name, config, .. } = inspected;
        let name = name.strip_prefix('/').unwrap_or(&name).to_owned();
        Self { id, name, image: config.image, labels: config.labels.unwrap_or_default() }
    }
}
