//! How often the gate asks the daemon about what requests name.

use crate::common::{Client, Gate, get};
use std::ops::Deref;

const ID: &str = "bbacec227bcfa784f424683ec1bbd9431e67884f80123fc77c0aa9762c9b64ef";

/// The paths that the gate asked for by itself.
fn asked(gate: &Gate) -> Vec<String> {
    let all = gate.daemon().deref().received();
    let own = |name: &str, value: &str| name == "user-agent" && value == "dockgate";
    let asked = all.iter().filter(|exchange| exchange.headers.iter().any(|(name, value)| own(name, value)));
    asked.map(|exchange| exchange.target.clone()).collect()
}

fn gate(may: &str) -> Gate {
    Gate::under(&format!("version: 1\nroles:\n  ops:\n    who: anyone\n    may: [{may}]\n")).start()
}

fn inspect(client: &mut Client, name: &str) -> u16 {
    client.send(get(&format!("/v1.45/containers/{name}/json"))).answer().status
}

#[test]
fn who_has_no_targets_asks_nothing() {
    let gate = gate("container-reads");
    let mut client = gate.connect();
    assert_eq!([inspect(&mut client, "web"), inspect(&mut client, ID)], [200, 200]);
    assert_eq!(asked(&gate), Vec::<String>::new());
}

#[test]
fn a_whole_id_is_asked_about_once() {
    let gate = gate("ContainerInspect: { target: { label: com.example.team=shop } }");
    let mut client = gate.connect();
    for _ in 0..3 {
        inspect(&mut client, ID);
    }
    assert_eq!(asked(&gate).len(), 1, "{:?}", asked(&gate));
}

#[test]
fn a_name_is_asked_about_each_time() {
    let gate = gate("ContainerInspect: { target: { label: com.example.team=shop } }");
    let mut client = gate.connect();
    for _ in 0..3 {
        inspect(&mut client, "web");
    }
    assert_eq!(asked(&gate).len(), 3, "{:?}", asked(&gate));
}

#[test]
fn so_is_what_changes() {
    let gate = gate("ContainerInspect: { target: { state: running } }");
    let mut client = gate.connect();
    for _ in 0..3 {
        inspect(&mut client, ID);
    }
    assert_eq!(asked(&gate).len(), 3, "{:?}", asked(&gate));
}
