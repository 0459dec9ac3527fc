//! Groups of a client whose process is gone before they could be read: unknown is not none.

use crate::common::{Gate, get};
use std::os::unix::fs::MetadataExt;
use std::process::Command;

/// Whoever is in the group may do less than everybody else.
const ROLES: &str = "version: 1\nroles:\n  grouped:\n    who: [{ gid: 4242 }]\n    may: [ping]\n  \
    rest:\n    who: others\n    may: [SystemInfo]\n";

/// A child in the group connects sockets and ends; its parent, in no group, asks on them. There are so many that the
/// gate accepts the later ones when the child has long been gone.
const SHED: &str = r#"
import os, socket, sys
path, request = sys.argv[1], sys.argv[2].encode()
sockets = [socket.socket(socket.AF_UNIX) for _ in range(300)]
child = os.fork()
if child == 0:
    os.setgroups([4242])
    for one in sockets:
        one.connect(path)
    os._exit(0)
os.setgroups([])
os.waitpid(child, 0)
for one in sockets:
    one.settimeout(30)
    one.sendall(request)
    answer = b""
    while piece := one.recv(65536):
        answer += piece
    head, _, body = answer.partition(b"\r\n\r\n")
    print(head.split(b" ")[1].decode(), b"may not" in body, b"group" in body)
"#;

/// What each connection was told: its status, whether a role was named, and whether groups were.
fn ask_without_groups(gate: &Gate) -> Vec<String> {
    let request = String::from_utf8(get("/v1.45/info")).unwrap().replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
    let asked = Command::new("python3").args(["-c", SHED, &gate.address(0), &request]).output().unwrap();
    assert!(asked.status.success(), "{}", String::from_utf8_lossy(&asked.stderr));
    String::from_utf8(asked.stdout).unwrap().lines().map(str::to_owned).collect()
}

/// Only root may choose its groups, and only another program than this one may fork.
fn can_shed() -> bool {
    let root = std::fs::metadata("/proc/self").unwrap().uid() == 0;
    let python = Command::new("python3").arg("--version").output().is_ok_and(|output| output.status.success());
    if !(root && python) {
        eprintln!("SKIPPED: shedding groups takes root and python3");
    }
    root && python
}

#[test]
fn a_client_that_sheds_its_groups_never_counts_as_one_without_them() {
    if !can_shed() {
        return;
    }
    let gate = Gate::open(ROLES);
    let told = ask_without_groups(&gate);
    assert_eq!(told.len(), 300);
    assert!(told.iter().all(|line| line.starts_with("403")), "{told:?}");
    assert!(told.iter().any(|line| line == "403 False True"), "the child was never gone in time: {told:?}");
    assert_eq!(gate.daemon().received(), []);
}
