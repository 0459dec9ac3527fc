//! The rows before a live dockerd: what is denied leaves no trace there, and the twins do what they say.

use crate::common::{Answer, Gate};
use crate::docker::Docker;
use crate::listeners::Listener;
use crate::names::Names;
use crate::offline::answers;
use crate::rows::{Allowed, Denied, Row, rows};
use serde_json::Value;
use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

#[test]
fn create() {
    play("create");
}

#[test]
fn container_ops() {
    play("container_ops");
}

#[test]
fn images() {
    play("images");
}

#[test]
fn volumes() {
    play("volumes");
}

#[test]
fn networks() {
    play("networks");
}

#[test]
fn plugins() {
    play("plugins");
}

#[test]
fn swarm() {
    play("swarm");
}

#[test]
fn system() {
    play("system");
}

#[test]
fn transport() {
    play("transport");
}

/// All rows of a file; one at a time, for each looks at all that happens at the daemon.
fn play(file: &str) {
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(docker) = Docker::connect(file) else { return };
    let mut wrong = String::new();
    for row in rows(file).iter().filter(|row| row.offline.is_none()) {
        for what in Stage::set(&docker, row).map(|stage| stage.play(row)).unwrap_or_default() {
            let _ = writeln!(wrong, "- {}: {what}", row.row);
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// What stands around a row while it is played.
struct Stage<'d> {
    docker: &'d Docker,
    names: Names,
    registry: Option<Listener>,
    elsewhere: Option<Listener>,
    gate: Gate,
}

impl<'d> Stage<'d> {
    /// Makes what the row needs; nothing where this machine does not have it.
    fn set(docker: &'d Docker, row: &Row) -> Option<Self> {
        let (mut names, listens) = (Names::default(), row.listens());
        let start = || listens.then(|| Listener::start(docker)).flatten();
        let (registry, elsewhere) = (start(), start());
        if listens && (registry.is_none() || elsewhere.is_none()) {
            return skip(row, "the daemon's network namespace cannot be entered");
        }
        for (name, listener) in [("registry", &registry), ("elsewhere", &elsewhere)] {
            listener.iter().for_each(|listener| names.keep(name, &listener.address));
        }
        if !prepare(docker, row, &mut names) {
            clean(docker, row, &names);
            return skip(row, "the daemon refuses what the row needs");
        }
        let gate = Gate::under(&names.fill(&row.policy(Vec::new()))).before(&docker.socket).sees_host().start();
        Some(Self { docker, names, registry, elsewhere, gate })
    }

    /// Everything that comes out otherwise than the row says.
    fn play(&self, row: &Row) -> Vec<String> {
        let mut wrong: Vec<String> =
            row.denied.iter().filter_map(|denied| self.deny(&self.names.fill_danger(denied))).collect();
        let twins: Vec<Allowed> = row.allowed.iter().map(|allowed| self.names.fill_twin(allowed)).collect();
        if !wrong.is_empty() {
            // what got through may stand in the way of the twins
            twins.iter().for_each(|twin| self.clean(twin));
        }
        wrong.extend(twins.iter().filter_map(|twin| self.allow(twin)));
        clean(self.docker, row, &self.names);
        wrong
    }

    fn deny(&self, denied: &Denied) -> Option<String> {
        if let Some(name) = &denied.hides {
            return self.hidden(denied, name);
        }
        let (begin, contacts) = (now(), self.contacts());
        let wrong = if denied.is_wire() { self.wire(denied) } else { self.told(denied) };
        let trace = self.trace(&begin).or_else(|| (self.contacts() > contacts).then(|| "a connection".to_owned()));
        let wrong = wrong.or_else(|| trace.map(|trace| format!("left a trace: {trace}")));
        wrong.map(|wrong| format!("{}\n    {wrong}", denied.said()))
    }

    /// The request goes on without its header.
    fn hidden(&self, denied: &Denied, name: &str) -> Option<String> {
        let registry = self.registry.as_ref()?;
        let before = registry.seen();
        answers(&self.gate, denied);
        registry.until_more_than(before);
        registry.heard(name).then(|| format!("{}\n    the registry has seen {name}", denied.said()))
    }

    /// On the wire the statuses say all; what the daemon answers is no part of the danger.
    fn wire(&self, denied: &Denied) -> Option<String> {
        let found = answers(&self.gate, denied);
        (found != denied.answers).then(|| format!("answers {found:?}"))
    }

    fn told(&self, denied: &Denied) -> Option<String> {
        let answer = self.ask(denied.send.as_deref().unwrap_or_default(), denied.bytes());
        let right = match answer.status {
            // an answer to `HEAD` says no more
            // and what is not granted is denied before its parameters are read
            403 => answer.body.is_empty() || is_own(&answer),
            // what nothing shows looks as if it were not there
            404 if denied.word.as_deref() == Some("target") => answer.body.is_empty() || has_id(&answer),
            400..=499 => denied.is_refused(),
            _ => false,
        };
        (!right).then(|| said(&answer))
    }

    fn ask(&self, line: &str, bytes: Vec<u8>) -> Answer {
        let mut client = self.gate.connect();
        client.send(bytes);
        if line.starts_with("HEAD ") { client.bodiless() } else { client.answer() }
    }

    /// What happened at the daemon since.
    fn trace(&self, begin: &str) -> Option<String> {
        let events = self.docker.json("GET", &format!("/events?since={begin}&until={}", now()), "");
        (!events.body.trim().is_empty()).then_some(events.body)
    }

    fn contacts(&self) -> usize {
        self.registry.iter().chain(&self.elsewhere).map(Listener::seen).sum()
    }

    fn allow(&self, allowed: &Allowed) -> Option<String> {
        if self.docker.minor < allowed.since {
            return None;
        }
        let wrong = self.unless_shown(allowed);
        self.clean(allowed);
        wrong.map(|wrong| format!("{}\n    {wrong}", allowed.said()))
    }

    fn clean(&self, allowed: &Allowed) {
        if let Some(line) = &allowed.clean {
            send(self.docker, line, "");
        }
    }

    /// What is wrong with the twin: it shows before it is sent, is not let through, or has no effect.
    fn unless_shown(&self, allowed: &Allowed) -> Option<String> {
        let before = self.shows(allowed);
        if before.as_ref().is_some_and(Result::is_ok) {
            return Some("the effect is there before the request".to_owned());
        }
        if let Some(name) = &allowed.reaches {
            return self.reaches(allowed, name);
        }
        let answer = self.ask(&allowed.send, allowed.bytes());
        let right = allowed.status.map_or(answer.status < 400, |status| status == answer.status && !is_own(&answer));
        if !right {
            return Some(said(&answer));
        }
        self.shows(allowed).and_then(Result::err)
    }

    fn reaches(&self, allowed: &Allowed, name: &str) -> Option<String> {
        let listener = if name == "registry" { &self.registry } else { &self.elsewhere }.as_ref()?;
        let before = listener.seen();
        let answer = self.ask(&allowed.send, allowed.bytes());
        if is_own(&answer) {
            return Some(said(&answer));
        }
        listener.until_more_than(before);
        None
    }

    /// Whether the effect shows, and if not, what shows in its place; nothing where nobody looks.
    fn shows(&self, allowed: &Allowed) -> Option<Result<(), String>> {
        let answer = send(self.docker, allowed.look.as_ref()?, "");
        let value: Value = serde_json::from_str(&answer.1).unwrap_or_default();
        let wrong = allowed.see.iter().find(|(at, wanted)| value.pointer(at).unwrap_or(&Value::Null) != *wanted);
        let found = |at: &str| value.pointer(at).cloned().unwrap_or_default();
        Some(wrong.map_or(Ok(()), |(at, _)| Err(format!("{at} is {}", found(at)))))
    }
}

/// Past the test harness, which keeps what passing tests print.
fn skip<T>(row: &Row, why: &str) -> Option<T> {
    let _ = std::io::stderr().write_all(format!("SKIP: {}: {why}\n", row.row).as_bytes());
    None
}

/// Whether every request of `before` did what it should.
fn prepare(docker: &Docker, row: &Row, names: &mut Names) -> bool {
    row.before.iter().all(|step| {
        let (status, body) =
            send(docker, &names.fill(&step.send), &names.fill(step.body.as_deref().unwrap_or_default()));
        if status >= 400 {
            let _ = std::io::stderr().write_all(format!("{}: {}: {status} {body}\n", row.row, step.send).as_bytes());
            return false;
        }
        if let Some(name) = &step.keep {
            names.keep(name, &id(&body, step.at.as_deref()));
        }
        true
    })
}

fn clean(docker: &Docker, row: &Row, names: &Names) {
    for line in &row.after {
        send(docker, &names.fill(line), "");
    }
}

/// The ID in an answer, by whichever name it has.
fn id(body: &str, at: Option<&str>) -> String {
    let value: Value = serde_json::from_str(body).unwrap_or_default();
    let places = [at.unwrap_or("/Id"), "/ID"];
    let found = places.iter().find_map(|at| value.pointer(at)).unwrap_or_else(|| panic!("no ID in {body}"));
    found.as_str().map_or_else(|| found.to_string(), str::to_owned)
}

/// A request to the daemon itself.
fn send(docker: &Docker, line: &str, body: &str) -> (u16, String) {
    let (method, target) = line.split_once(' ').expect("a method and a target");
    let answer = docker.json(method, target, body);
    (answer.status, answer.body)
}

fn is_own(answer: &Answer) -> bool {
    answer.message().starts_with("dockgate: ")
}

/// The gate's own answers end with the id of the request, which the daemon has none of.
fn has_id(answer: &Answer) -> bool {
    answer.message().rsplit_once(" [").is_some_and(|(_, id)| id.ends_with(']'))
}

fn said(answer: &Answer) -> String {
    format!("{} {}", answer.status, answer.text().trim_end())
}

/// The time, as events have it.
fn now() -> String {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO);
    format!("{}.{:09}", since.as_secs(), since.subsec_nanos())
}
