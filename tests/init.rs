//! `dockgate init`: what it writes can be checked and served as it is.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test may fail")]

use std::fs;
use std::io::{Read, Write};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread;

const BIN: &str = env!("CARGO_BIN_EXE_dockgate");

/// A folder that is removed with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("dockgate-init-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn run(&self, words: &[&str]) -> Output {
        Command::new(BIN).args(words).current_dir(&self.0).env_remove("DOCKER_HOST").output().unwrap()
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.0.join(file)).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A daemon that lists these containers, once.
fn daemon(socket: &Path, containers: &str) -> thread::JoinHandle<()> {
    let listener = UnixListener::bind(socket).unwrap();
    let answer = format!("HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n{containers}");
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut head = [0; 512];
        let read = stream.read(&mut head).unwrap();
        assert!(head[..read].starts_with(b"GET /containers/json HTTP/1.0\r\n"));
        stream.write_all(answer.as_bytes()).unwrap();
    })
}

const CONTAINERS: &str = r#"[
    {"Names":["/edge"],"Image":"traefik:v3","Mounts":[{"Source":"/var/run/docker.sock"}]},
    {"Names":["/logs"],"Image":"amir20/dozzle:v8","Mounts":[{"Source":"/var/run/docker.sock"}]},
    {"Names":["/ci"],"Image":"example/ci","Mounts":[{"Source":"/var/run/docker.sock"}]},
    {"Names":["/db"],"Image":"postgres:16","Mounts":[]}]"#;

#[test]
fn each_program_that_runs_gets_a_socket_and_a_policy() {
    let folder = Folder::new("found");
    let daemon = daemon(&folder.0.join("docker.sock"), CONTAINERS);
    let upstream = folder.0.join("docker.sock");
    let init = folder.run(&["init", "--yes", "--upstream", upstream.to_str().unwrap(), "--run-by", "systemd"]);
    daemon.join().unwrap();
    let said = said(&init);
    assert!(init.status.success(), "{said}");
    assert!(said.contains("none: dockgate learn writes one") && !said.contains("postgres"), "{said}");
    let configuration = folder.read("dockgate/dockgate.yaml");
    assert!(configuration.contains("/run/dockgate/traefik/docker.sock"), "{configuration}");
    assert!(
        folder
            .read("dockgate/dockgate.service.d/sockets.conf")
            .contains("RuntimeDirectory=dockgate dockgate/traefik dockgate/dozzle\n")
    );
    let check = folder.run(&["check", "--config", "dockgate/dockgate.yaml"]);
    assert!(check.status.success(), "{}", self::said(&check));
}

#[test]
fn what_is_there_stays_as_it_is() {
    let folder = Folder::new("there");
    let words = ["init", "--yes", "--tool", "dozzle-actions", "--tool", "tools/portainer", "--folder", "gate"];
    assert!(folder.run(&words).status.success());
    let compose = folder.read("gate/compose.yaml");
    assert!(compose.contains("dockgate-dozzle-actions:/run/dockgate/dozzle-actions\n"), "{compose}");
    fs::write(folder.0.join("gate/policies/portainer.yaml"), "mine").unwrap();
    fs::remove_file(folder.0.join("gate/dockgate.yaml")).unwrap();
    let again = folder.run(&words);
    assert_eq!(again.status.code(), Some(1));
    assert!(said(&again).contains("is there already, and nothing was written"), "{}", said(&again));
    assert_eq!(folder.read("gate/policies/portainer.yaml"), "mine");
    assert!(!folder.0.join("gate/dockgate.yaml").exists());
}

#[test]
fn nobody_is_asked_where_nobody_is() {
    let folder = Folder::new("nobody");
    let init = folder.run(&["init", "--tool", "traefik"]);
    assert_eq!(init.status.code(), Some(1));
    assert!(said(&init).contains("give --yes"), "{}", said(&init));
    let init = folder.run(&["init", "--yes", "--upstream", "/nowhere/docker.sock"]);
    assert!(said(&init).contains("no Docker answers at /nowhere/docker.sock"), "{}", said(&init));
    let init = folder.run(&["init", "--yes", "--tool", "nothing"]);
    assert!(said(&init).contains("`dockgate presets` lists them"), "{}", said(&init));
}

/// What goes by the host's paths and processes cannot work in a container that has neither.
#[test]
fn a_policy_has_to_fit_where_the_gate_runs() {
    let folder = Folder::new("fit");
    let words = ["init", "--yes", "--tool", "ci-host", "--folder", "gate", "--run-by"];
    let init = folder.run(&[&words[..], &["compose"]].concat());
    assert!(!init.status.success() && said(&init).contains("--run-by systemd"), "{}", said(&init));
    assert!(!folder.0.join("gate").exists());
    let init = folder.run(&[&words[..], &["systemd"]].concat());
    assert!(init.status.success() && said(&init).contains("put your own into its `who`"), "{}", said(&init));
}

/// A policy that was learned gets a socket beside the presets.
#[test]
fn a_policy_of_ones_own_gets_a_socket() {
    let folder = Folder::new("own");
    fs::write(folder.0.join("ci.yaml"), "version: 1\nroles: { ci: { who: anyone, may: [ping] } }\n").unwrap();
    let init = folder.run(&["init", "--yes", "--tool", "traefik", "--policy", "ci.yaml", "--folder", "gate"]);
    assert!(init.status.success(), "{}", said(&init));
    assert!(folder.read("gate/dockgate.yaml").contains("/run/dockgate/ci/docker.sock"));
    fs::write(folder.0.join("bad.yaml"), "version: 1\n").unwrap();
    let init = folder.run(&["init", "--yes", "--policy", "bad.yaml", "--folder", "other"]);
    assert_eq!(init.status.code(), Some(3));
    assert!(!folder.0.join("other").exists());
}

#[test]
fn a_preset_is_printed_whole() {
    let folder = Folder::new("preset");
    let traefik = folder.run(&["presets", "traefik"]);
    assert_eq!(String::from_utf8_lossy(&traefik.stdout), include_str!("../policies/traefik.yaml"));
}
