//! The container that a client runs in: found by the control groups of its process, and confirmed
//! by the daemon.

use super::cgroup;
use super::objects::container;
use super::upstream::Upstream;
use crate::request::Object;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use std::os::fd::{AsFd, OwnedFd};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What could be told of a client's container.
#[derive(Debug)]
pub(super) enum Caller {
    /// It is in none.
    Outside,
    /// It is in this one.
    Inside(Arc<Object>, Life),
    /// Nobody can tell, for this reason.
    Unseen(String),
}

/// How it can be told that the container is still the one that was told of.
#[derive(Clone, Debug)]
pub(super) enum Life {
    /// Its first process lives.
    Process(Arc<OwnedFd>),
    /// Nobody has seen it end.
    Told(Arc<AtomicBool>),
}

impl Life {
    /// By the first process of a container, if it can be seen to be that.
    pub(super) fn of_process(id: &str, pid: i32) -> Option<Self> {
        let first = held(pid)?;
        let groups = std::fs::read_to_string(format!("/proc/{pid}/cgroup")).ok()?;
        let is_first = cgroup::container_id(&groups) == Some(id) && is_alive(&first);
        is_first.then(|| Self::Process(Arc::new(first)))
    }

    /// Whether the container still runs.
    pub(super) fn goes_on(&self) -> bool {
        match self {
            Self::Process(first) => is_alive(first),
            Self::Told(goes_on) => goes_on.load(Ordering::Relaxed),
        }
    }
}

/// A pidfd becomes readable when its process ends (pidfd_open(2)).
pub(super) fn is_alive(pidfd: &impl AsFd) -> bool {
    let mut fds = [PollFd::new(pidfd, PollFlags::IN)];
    matches!(poll(&mut fds, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })), Ok(0))
}

fn held(pid: i32) -> Option<OwnedFd> {
    let pid = Pid::from_raw(pid.max(0))?;
    pidfd_open(pid, PidfdFlags::empty()).ok()
}

/// Finds the container of a process.
///
/// `process` holds the very process of that number, so that what was read of it was read of it.
pub(super) async fn find(upstream: &Rc<Upstream>, pid: i32, process: Option<OwnedFd>) -> Caller {
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

/// The daemon is asked twice: a container that runs with the same first process before and after was
/// that process in between, when its control groups were read.
async fn confirm(upstream: &Rc<Upstream>, groups: &str, id: &str) -> Result<Caller, String> {
    let Some(before) = container(upstream, id).await? else { return Ok(Caller::Outside) };
    let first =
        held(before.state.pid).ok_or("the container's first process cannot be seen: give the gate `pid: host`")?;
    let of_first = std::fs::read_to_string(format!("/proc/{}/cgroup", before.state.pid)).unwrap_or_default();
    let after =
        container(upstream, id).await?.filter(|after| after.state.running && after.state.pid == before.state.pid);
    let Some(after) = after.filter(|_| is_alive(&first)) else {
        return Err("its container has just ended".to_owned());
    };
    let after = Object::from(after);
    if after.id != id || !cgroup::is_inside(groups, id, &of_first) {
        return Err("its control groups have the name of a container that it is not in".to_owned());
    }
    Ok(Caller::Inside(Arc::new(after), Life::Process(Arc::new(first))))
}
