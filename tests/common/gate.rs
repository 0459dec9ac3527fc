//! A gate in this process, and the imitation behind it.

use super::answer::Answer;
use super::client::Client;
use super::daemon::{Daemon, wait};
use dockgate::policy::{Policy, Source};
use dockgate::proxy::{self, Denials, Endpoint, HostFiles, Limits, ListenerPlan, Plan, Running, UnixSocket};
use dockgate::record::audit::{Audit, WhenFull};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tempfile::TempDir;

/// The preset that lets all through.
pub(crate) const EVERYTHING: &str = include_str!("../../policies/everything.yaml");

/// The preset that only looks.
pub(crate) const READS: &str = include_str!("../../policies/reads.yaml");

/// A policy with one role for anyone, who may do this.
pub(crate) fn may(words: &str) -> String {
    format!("version: 1\nroles:\n  tester:\n    who: anyone\n    may: [{words}]\n")
}

/// A policy out of its text.
pub(crate) fn policy(text: &str) -> Arc<Policy> {
    let source = Source { name: "test.yaml".into(), text: text.to_owned() };
    let loaded = Policy::load(std::slice::from_ref(&source));
    Arc::new(loaded.unwrap_or_else(|problems| panic!("{}", problems[0].render(&[source], false))))
}

/// Opening a listener changes the mask of new files for a moment, in the whole
/// process; whatever else makes files takes its turn.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A running gate.
pub(crate) struct Gate {
    running: Option<Running>,
    /// What stands behind it.
    pub(crate) daemon: Option<Daemon>,
    folder: TempDir,
}

/// A gate to be.
pub(crate) struct Builder {
    host_files: HostFiles,
    audit_requests: bool,
    listeners: Vec<ListenerPlan>,
    limits: Limits,
    audit: Option<(PathBuf, WhenFull)>,
    upstream: Option<PathBuf>,
    folder: TempDir,
}

impl Gate {
    /// A gate on a Unix socket under this policy.
    pub(crate) fn open(text: &str) -> Self {
        Self::under(text).start()
    }

    /// A gate on a Unix socket under this policy, to be changed before it starts.
    pub(crate) fn under(text: &str) -> Builder {
        let turn = alone();
        let folder = tempfile::tempdir().expect("a folder");
        drop(turn);
        let limits = Limits { shutdown_grace: Duration::from_secs(2), ..Limits::default() };
        let host_files = HostFiles::Hidden;
        let (audit, upstream, listeners, audit_requests) = (None, None, Vec::new(), false);
        let builder = Builder { listeners, limits, audit, upstream, host_files, audit_requests, folder };
        let path = builder.folder.path().join("gate.sock");
        let socket = UnixSocket { path, mode: 0o600, owner: None, group: None };
        builder.listen(Endpoint::Unix(socket), text)
    }

    /// The imitation behind it.
    pub(crate) fn daemon(&self) -> &Daemon {
        self.daemon.as_ref().expect("a running imitation")
    }

    /// A connection to the first listener.
    pub(crate) fn connect(&self) -> Client {
        Client::unix(Path::new(&self.address(0)))
    }

    /// Where the listener of this number listens.
    pub(crate) fn address(&self, number: usize) -> String {
        self.running().addresses().nth(number).expect("a listener").to_owned()
    }

    /// The gate itself.
    pub(crate) fn running(&self) -> &Running {
        self.running.as_ref().expect("a running gate")
    }

    /// A listener on a Unix socket in the gate's own folder.
    pub(crate) fn planned(&self, name: &str, text: &str) -> ListenerPlan {
        let socket = UnixSocket { path: self.file(name), mode: 0o600, owner: None, group: None };
        ListenerPlan {
            endpoint: Endpoint::Unix(socket),
            policy: policy(text),
            denials: Denials::Full,
            socket: Arc::default(),
        }
    }

    /// A listener on a port of loopback: the one that is there, if it is.
    pub(crate) fn planned_tcp(&self, tls: Option<Arc<proxy::Tls>>, text: &str) -> ListenerPlan {
        ListenerPlan {
            endpoint: on_loopback(tls),
            policy: policy(text),
            denials: Denials::Full,
            socket: Arc::default(),
        }
    }

    /// Puts other listeners in the place of those that are open.
    pub(crate) fn reload(&mut self, plans: Vec<ListenerPlan>) -> Result<(), String> {
        let _turn = alone();
        self.running.as_mut().expect("a running gate").reload(plans).map_err(|error| error.to_string())
    }

    /// The answer to one request on a connection of its own.
    pub(crate) fn ask(&self, request: impl AsRef<[u8]>) -> Answer {
        self.connect().send(request).answer()
    }

    /// A file in the gate's own folder.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Stops the imitation.
    pub(crate) fn stop_daemon(&mut self) {
        self.daemon.take().expect("a running imitation").stop();
    }

    /// Starts an imitation where the last one was.
    pub(crate) fn start_daemon(&mut self) {
        let _turn = alone();
        self.daemon = Some(Daemon::start(&self.file("docker.sock")));
    }

    /// Stops the gate; what it wrote is on file then.
    pub(crate) fn stop(&mut self) {
        self.running.take().expect("a running gate").stop();
    }

    /// Waits for so many lines of this kind in the audit file.
    pub(crate) fn records(&self, kind: &str, count: usize) -> Vec<Value> {
        wait(kind, || {
            let mut lines = records(&self.file("audit.jsonl"));
            lines.retain(|line| line["record"] == kind);
            (lines.len() >= count).then_some(lines)
        })
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.running = None;
    }
}

fn on_loopback(tls: Option<Arc<proxy::Tls>>) -> Endpoint {
    let address = "127.0.0.1:0".parse().expect("an address");
    Endpoint::Tcp { address, tls, hosts: vec!["docker.example.com".into()] }
}

/// The lines of an audit file; one that is being written is left out.
fn records(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).expect("an audit file");
    let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
    whole.lines().map(|line| serde_json::from_str(line).expect("a JSON line")).collect()
}

impl Builder {
    /// A file in the gate's own folder.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// One more listener, under a policy of its own.
    pub(crate) fn listen(mut self, endpoint: Endpoint, text: &str) -> Self {
        self.listeners.push(ListenerPlan {
            endpoint,
            policy: policy(text),
            denials: Denials::Full,
            socket: Arc::default(),
        });
        self
    }

    /// One more listener, on a port of loopback.
    pub(crate) fn tcp(self, tls: Option<Arc<proxy::Tls>>, text: &str) -> Self {
        self.listen(on_loopback(tls), text)
    }

    /// How much of a denial the listeners tell.
    pub(crate) fn denials(mut self, denials: Denials) -> Self {
        self.listeners.iter_mut().for_each(|listener| listener.denials = denials);
        self
    }

    /// Changes the limits.
    pub(crate) fn limits(mut self, change: impl FnOnce(&mut Limits)) -> Self {
        change(&mut self.limits);
        self
    }

    /// Records to a file in the gate's own folder.
    /// Records requests as well.
    pub(crate) fn with_requests(mut self) -> Self {
        self.audit_requests = true;
        self
    }

    pub(crate) fn audited(self) -> Self {
        let path = self.file("audit.jsonl");
        self.audit(path, WhenFull::Deny)
    }

    /// Records to this file.
    pub(crate) fn audit(mut self, path: PathBuf, when_full: WhenFull) -> Self {
        self.audit = Some((path, when_full));
        self
    }

    /// Follows the links of host paths.
    pub(crate) fn sees_host(mut self) -> Self {
        self.host_files = HostFiles::Seen;
        self
    }

    /// Before the daemon that listens there, in place of an imitation.
    pub(crate) fn before(mut self, socket: &Path) -> Self {
        self.upstream = Some(socket.to_owned());
        self
    }

    /// Starts the imitation, unless there is a daemon, and the gate.
    pub(crate) fn start(self) -> Gate {
        let turn = alone();
        let daemon = self.upstream.is_none().then(|| Daemon::start(&self.file("docker.sock")));
        let upstream = self.upstream.clone().unwrap_or_else(|| self.file("docker.sock"));
        let audit = self.audit.map(|(path, when_full)| Audit::open(&path, when_full).expect("an audit file"));
        let plan = Plan {
            upstream,
            listeners: self.listeners,
            audit,
            limits: self.limits,
            threads: 1,
            host_files: self.host_files,
            audit_requests: self.audit_requests,
        };
        let running = Some(proxy::start(plan).unwrap_or_else(|error| panic!("{error}")));
        drop(turn);
        Gate { running, daemon, folder: self.folder }
    }
}
