//! `dockgate explain` with the real docker CLI, which is led to a socket that writes down what it asks.
//! Without a docker CLI on the machine nothing is tried, and that is said.

#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const POLICY: &str = "version: 1
roles:
  ci:
    who: anyone
    may:
      - ping
      - ContainerCreate: { image: any, command: any, binds: /srv }
      - container-lifecycle
";

fn has_docker() -> bool {
    let found = Command::new("docker").arg("--version").output().is_ok_and(|output| output.status.success());
    if !found {
        eprintln!("SKIPPED: there is no docker CLI on this machine, so that no command line was explained");
    }
    found
}

/// A policy in a folder of its own, which is removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("dockgate-test-explain-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("p.yaml"), POLICY).unwrap();
        Self(folder)
    }

    fn explain(&self, flags: &[&str], command: &[&str]) -> (Output, String) {
        let mut explain = Command::new(env!("CARGO_BIN_EXE_dockgate"));
        explain.args(["explain", "--policy", "p.yaml"]).args(flags).arg("--").args(command).current_dir(&self.0);
        // wherever a real daemon may be, it is not asked
        explain.env("DOCKER_HOST", "unix:///nonexistent.sock").env("DOCKER_CONTEXT", "elsewhere");
        let output = explain.output().unwrap();
        let text = String::from_utf8(output.stdout.clone()).unwrap();
        (output, text)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).unwrap();
    }
}

#[test]
fn a_command_line_is_explained_request_by_request() {
    if !has_docker() {
        return;
    }
    let folder = Folder::new("run");
    let (output, text) = folder.explain(&[], &["docker", "run", "-d", "-v", "/home/ci:/h", "-e", "A=s3cret", "alpine"]);
    assert_eq!(output.status.code(), Some(2), "{text}{}", String::from_utf8_lossy(&output.stderr));
    for part in [
        "ContainerCreate (create a container)",
        "/home/ci",
        "binds: only `/srv`",
        "- ContainerCreate:",
        "/start  ContainerStart",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("s3cret"), "{text}");
}

#[test]
fn what_is_allowed_is_a_line_and_all_of_it_an_object() {
    if !has_docker() {
        return;
    }
    let folder = Folder::new("allowed");
    let command = ["docker", "run", "-d", "-v", "/srv:/h", "alpine"];
    let (output, text) = folder.explain(&[], &command);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.lines().all(|line| line.starts_with("allowed ")), "{text}");
    let (_, text) = folder.explain(&["--json"], &command);
    let objects: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(objects.iter().any(|object| object["operation"] == "ContainerCreate"), "{text}");
    assert!(objects.iter().all(|object| object["verdict"] == "allow"), "{text}");
}

#[test]
fn a_client_that_asks_nothing_is_no_explanation() {
    let folder = Folder::new("nothing");
    let (output, text) = folder.explain(&[], &["sh", "-c", "echo no such thing >&2; exit 3"]);
    assert_eq!((output.status.code(), text.as_str()), (Some(1), ""));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("asked nothing") && said.contains("no such thing"), "{said}");
}

/// The sockets and configuration of a run leave nothing behind.
#[test]
fn nothing_is_left_behind() {
    let folder = Folder::new("left");
    let own = folder.0.join("tmp");
    std::fs::create_dir(&own).unwrap();
    let mut explain = Command::new(env!("CARGO_BIN_EXE_dockgate"));
    explain.args(["explain", "--policy", "p.yaml", "--", "true"]).current_dir(&folder.0).env("TMPDIR", &own);
    assert_eq!(explain.output().unwrap().status.code(), Some(1));
    let left = |path: &Path| std::fs::read_dir(path).unwrap().count();
    assert_eq!(left(&own), 0);
}
