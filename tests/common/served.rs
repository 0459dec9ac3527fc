//! A gate as a process of its own.

use super::{Client, Daemon, get, wait};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// A gate of its own process before an imitation.
pub(crate) struct Served {
    pub(crate) child: Child,
    pub(crate) folder: TempDir,
    pub(crate) daemon: Option<Daemon>,
}

impl Served {
    pub(crate) fn start(policy: &str) -> Self {
        Self::start_with(policy, |_| ())
    }

    pub(crate) fn start_with(policy: &str, change: impl FnOnce(&mut Command)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let daemon = Daemon::start(&folder.path().join("docker.sock"));
        let mut served = Self::start_in(folder, policy, change);
        served.daemon = Some(daemon);
        served
    }

    /// A gate whose daemon is another's matter: its socket is `docker.sock` in this folder.
    pub(crate) fn start_in(folder: TempDir, policy: &str, change: impl FnOnce(&mut Command)) -> Self {
        Self::start_more(folder, policy, "", change)
    }

    /// With more listeners, as lines of the configuration.
    pub(crate) fn start_more(folder: TempDir, policy: &str, more: &str, change: impl FnOnce(&mut Command)) -> Self {
        let file = |name: &str| folder.path().join(name);
        fs::write(file("policy.yaml"), policy).unwrap();
        fs::write(file("dockgate.yaml"), configuration(&folder, "gate.sock") + more).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_dockgate"));
        change(&mut command);
        let child = command
            .args(["serve", "--log-format", "json", "--config"])
            .arg(file("dockgate.yaml"))
            .stdout(fs::File::create(file("out")).unwrap())
            .stderr(fs::File::create(file("log")).unwrap())
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let served = Self { child, folder, daemon: None };
        served.until("listening", 1);
        served
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The lines of the log with this message, once there are so many.
    pub(crate) fn until(&self, message: &str, count: usize) -> Vec<Value> {
        wait(message, || {
            let text = fs::read_to_string(self.file("log")).unwrap() + &fs::read_to_string(self.file("out")).unwrap();
            let lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
            let lines: Vec<Value> = lines.filter(|line| line.to_string().contains(message)).collect();
            (lines.len() >= count).then_some(lines)
        })
    }

    pub(crate) fn hang_up(&self) {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, Signal::HUP).unwrap();
    }

    pub(crate) fn status(&self, socket: &str, target: &str) -> u16 {
        Client::unix(&self.file(socket)).send(get(target)).answer().status
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
        let _ = self.child.wait();
    }
}

pub(crate) fn configuration(folder: &TempDir, socket: &str) -> String {
    let upstream = folder.path().join("docker.sock").display().to_string();
    let status = folder.path().join("status.sock").display().to_string();
    format!(
        "upstream: {upstream}\nstatus: {status}\nlisten:\n  - socket: {socket}\n    mode: \"0600\"\n    policy: policy.yaml\n"
    )
}

pub(crate) fn asked(served: &Served, arguments: &[&str]) -> (i32, String) {
    asked_by(Command::new(env!("CARGO_BIN_EXE_dockgate")), served, arguments)
}

pub(crate) fn asked_by(mut command: Command, served: &Served, arguments: &[&str]) -> (i32, String) {
    let output = command.args(arguments).arg("--status").arg(served.file("status.sock")).output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(text).unwrap())
}
