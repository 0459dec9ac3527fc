//! The presets of tools that are not driven by the tools themselves: their documented calls, replayed.
//!
//! `replayed.txt` says the calls. A gate stands before the imitation for each preset: what counts is what it says,
//! and what arrives at Docker. `real_docker/replayed.py` sends the same to a live dockerd, and holds its answers to STATUS.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test may fail")]

#[path = "common/mod.rs"]
mod common;

use common::{Answer, Daemon, Gate, ask};
use dockgate::catalogue::{OPERATIONS, Op};
use dockgate::request::{Identity, Peer, understand};
use http::{HeaderMap, Method};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const ROWS: &str = include_str!("presets/replayed.txt");

/// What the scene of the imitation has in the place of what a row or a policy names.
const WITH_LABEL: &str = "web";
const WITHOUT: &str = "cat";
const NETWORK: &str = "backend";
const VOLUME: &str = "data";
const LABEL: &str = "com.example.team=shop";

/// One preset's rows: what stands for what, and its calls.
#[derive(Default)]
struct Replay {
    casts: Vec<(&'static str, &'static str, &'static str)>,
    calls: Vec<Call>,
}

struct Call {
    status: &'static str,
    method: &'static str,
    target: &'static str,
    body: &'static str,
}

impl Call {
    fn is_denied(&self) -> bool {
        matches!(self.status, "403" | "404")
    }

    fn operation(&self) -> Op {
        let method = Method::from_bytes(self.method.as_bytes()).unwrap();
        let peer = Peer::Unix { uid: 0, gid: 0, pid: 1, groups: Vec::new(), user: None, group_names: Vec::new() };
        let who = Arc::new(Identity::new("test".into(), peer));
        let request = understand(who, &method, self.target, &HeaderMap::new());
        request.unwrap_or_else(|refusal| panic!("{}: {}", self.target, refusal.message)).operation().op
    }
}

fn tools() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("policies/tools")
}

fn text(preset: &str) -> String {
    fs::read_to_string(tools().join(preset).with_extension("yaml")).unwrap_or_else(|error| panic!("{preset}: {error}"))
}

fn replays() -> BTreeMap<&'static str, Replay> {
    let mut all: BTreeMap<_, Replay> = BTreeMap::new();
    for row in ROWS.lines().filter(|row| !row.is_empty() && !row.starts_with('#')) {
        let mut words = row.splitn(5, ' ');
        let mut word = || words.next().unwrap_or_default();
        let (preset, status, method, target, body) = (word(), word(), word(), word(), word());
        let replay = all.entry(preset).or_default();
        match status {
            "label" | "name" | "network" | "volume" => replay.casts.push((status, method, target)),
            _ => replay.calls.push(Call { status, method, target, body }),
        }
    }
    all
}

/// The policy without its tests, about what the scene has.
fn policy(preset: &str, replay: &Replay) -> String {
    let whole = text(preset);
    let mut policy = whole.split("\ntests:").next().unwrap().to_owned();
    for (kind, name, pattern) in &replay.casts {
        let said = if *kind == "label" { name } else { pattern };
        policy = policy.replace(said, stand_in(kind));
    }
    policy
}

/// What the scene has of this kind.
fn stand_in(kind: &str) -> &'static str {
    match kind {
        "label" => LABEL,
        "name" => WITH_LABEL,
        "network" => NETWORK,
        _ => VOLUME,
    }
}

/// Whole words of a row, as the scene has them.
fn played(text: &str, replay: &Replay, id: &str) -> String {
    let mut text = text.to_owned();
    for (kind, name, _) in replay.casts.iter().filter(|(kind, ..)| *kind != "label") {
        text = text.replace(name, stand_in(kind));
    }
    let mut played = String::new();
    for piece in text.split_inclusive(|letter: char| !letter.is_ascii_alphanumeric()) {
        let word = piece.trim_end_matches(|letter: char| !letter.is_ascii_alphanumeric());
        let stands_for = match word {
            "W" => WITH_LABEL,
            "V" => WITHOUT,
            "N" => NETWORK,
            "D" => VOLUME,
            "ID" => id,
            other => other,
        };
        played.push_str(stands_for);
        played.push_str(&piece[word.len()..]);
    }
    played
}

/// The answer; of a stream its head alone.
fn asked(gate: &Gate, call: &Call, target: &str, body: &str) -> Answer {
    // without a name of its own a ping looks like the gate's
    let request = ask(call.method, target).with("User-Agent", "replay");
    let request = match body {
        "" => request.body(body),
        _ => request.with("Content-Type", "application/json").body(body),
    };
    let mut client = gate.connect();
    client.send(request.bytes());
    if call.method == "POST" && (target.contains("/create") || target.ends_with("/exec")) {
        return client.answer();
    }
    let head = client.head();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, head, ..Answer::default() }
}

fn id(answer: &Answer) -> Option<String> {
    let told: serde_json::Value = serde_json::from_slice(&answer.body).ok()?;
    Some(told["Id"].as_str()?.to_owned())
}

/// What is denied has the gate's status and does not reach Docker; all else does, and by itself.
fn judge(daemon: &Daemon, call: &Call, target: &str, answer: &Answer, before: usize) -> Result<(), String> {
    let received = daemon.received();
    let reached = received.get(before..).unwrap_or_default();
    match (call.is_denied(), reached) {
        (true, []) if answer.status.to_string() == call.status => Ok(()),
        (true, _) => Err(format!("came {} with {} before Docker", answer.status, reached.len())),
        (_, [one]) if one.method == call.method && same(&one.target, target) => Ok(()),
        (_, [one]) => Err(format!("reached Docker as {} {}", one.method, one.target)),
        _ => Err(format!("did not reach Docker: {} {}", answer.status, answer.message())),
    }
}

/// The same path: a name may have become an ID, and a version may have been put before it.
fn same(arrived: &str, sent: &str) -> bool {
    let (arrived, sent) = (path(arrived), path(sent));
    let is_id = |word: &str| word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    arrived.len() == sent.len() && arrived.iter().zip(&sent).all(|(one, other)| one == other || is_id(one))
}

fn path(target: &str) -> Vec<&str> {
    let path = target.split('?').next().unwrap_or_default();
    path.split('/').filter(|word| !word.is_empty() && !word.starts_with("v1.")).collect()
}

fn replay(preset: &str, replay: &Replay) -> Vec<String> {
    let gate = Gate::open(&policy(preset, replay));
    let daemon = gate.daemon();
    let (mut last, mut wrong) = (String::new(), Vec::new());
    for call in &replay.calls {
        let (target, body) = (played(call.target, replay, &last), played(call.body, replay, &last));
        let before = daemon.received().len();
        let answer = asked(&gate, call, &target, &body);
        if let Err(why) = judge(daemon, call, &target, &answer, before) {
            wrong.push(format!("{preset} {} {} {target} {body}: {why}", call.status, call.method));
        }
        last = id(&answer).unwrap_or(last);
    }
    wrong
}

#[test]
fn documented_calls_pass_and_their_neighbours_do_not() {
    let wrong: Vec<String> = replays().iter().flat_map(|(preset, rows)| replay(preset, rows)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What a preset's `Evidence:` says is so: those that are replayed are all here, and no others.
#[test]
fn every_preset_of_a_tool_says_its_evidence() {
    let mut labelled = BTreeSet::new();
    for entry in fs::read_dir(tools()).expect("presets of tools") {
        let name = entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned();
        let text = text(&name);
        let evidence = text.lines().find_map(|line| line.strip_prefix("# Evidence: "));
        let evidence = evidence.unwrap_or_else(|| panic!("{name} has no evidence"));
        assert!(evidence.starts_with("replayed ") || evidence.starts_with("driven "), "{name}: {evidence}");
        if evidence.starts_with("replayed ") {
            labelled.insert(name);
        }
    }
    let replayed: BTreeSet<String> = replays().keys().map(ToString::to_string).collect();
    assert_eq!(labelled, replayed);
    assert!(replayed.len() >= 28, "{replayed:?}");
}

/// Objects of a swarm, which the recorded daemon is not in: nobody can say which these are, and the presets' own tests do.
const OF_A_SWARM: &[Op] = &[Op::ConfigInspect, Op::ServiceInspect, Op::ServiceUpdate];

/// Nothing is granted that no documented call needs. Of the first questions each client has its own.
#[test]
fn every_granted_operation_is_called() {
    let uncalled: Vec<String> = replays().iter().flat_map(|(preset, replay)| uncalled(preset, replay)).collect();
    assert!(uncalled.is_empty(), "{uncalled:?}");
}

fn uncalled(preset: &str, replay: &Replay) -> Vec<String> {
    let called: Vec<Op> = replay.calls.iter().filter(|call| !call.is_denied()).map(Call::operation).collect();
    let first = [Op::SystemPing, Op::SystemPingHead, Op::SystemVersion];
    let spared = |op: Op| called.contains(&op) || first.contains(&op) || OF_A_SWARM.contains(&op);
    let policy = common::policy(&text(preset));
    let ever = |op: Op| policy.roles().iter().any(|role| role.may_ever(op));
    let rows = OPERATIONS.iter().filter(|row| ever(row.op) && !spared(row.op));
    rows.map(|row| format!("{preset} {}", row.name)).collect()
}

#[test]
fn every_replay_has_calls_of_both_kinds() {
    for (preset, rows) in replays() {
        let denied = rows.calls.iter().filter(|call| call.is_denied()).count();
        assert!(denied >= 3 && rows.calls.len() > denied, "{preset}");
    }
}
