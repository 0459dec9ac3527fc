//! What was learned, as a policy that people read.

use super::Learned;
use super::clients::Client;
use super::limits::{Limit, limits};
use super::observed::{Observed, Sample};
use crate::catalogue::{GROUPS, Group, OPERATIONS, Op, Operation};
use crate::policy::quoted;
use crate::request::HIDDEN;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// An entry that is longer stands on several lines.
const WIDE: usize = 100;

/// The widest entry that comments are put behind of in one column.
const COMMENTS: usize = 60;

/// A longer body makes no test that anybody reads.
const LONGEST_BODY: usize = 2000;

/// How many labels of an object a test tells.
const LABELS: usize = 16;

/// One entry under `may`.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    word: &'static str,
    limits: Vec<Limit>,
    /// How often it was asked, for people.
    comment: String,
}

/// What is not granted and would be worth most: what it is, the request, its body.
const NEIGHBOURS: &[(Op, &str, &str)] = &[
    (Op::ContainerExec, "POST /containers/web/exec", r#"{ Cmd: [id] }"#),
    (Op::ContainerCreate, "POST /containers/create", r#"{ Image: alpine }"#),
    (Op::ContainerArchive, "GET /containers/web/archive?path=/etc", ""),
    (Op::ContainerDelete, "DELETE /containers/web", ""),
];

/// The whole policy.
pub(super) fn write(clients: &BTreeMap<Client, Vec<Observed>>) -> Learned {
    let mut notes = Vec::new();
    let (mut roles, mut tests) = (String::new(), String::new());
    let names = names(clients);
    for ((client, seen), name) in clients.iter().zip(&names) {
        let who = if clients.len() == 1 { "anyone".to_owned() } else { format!("[{}]", client.who()) };
        let entries = entries(seen, &mut notes);
        // writing to a string cannot fail
        let _ = writeln!(roles, "  {name}:\n    who: {who}\n    may:");
        roles.push_str(&texts(&entries, 6));
        let sender = (clients.len() > 1).then(|| client.who());
        tests.push_str(&self::tests(seen, sender.as_deref()));
    }
    if roles.is_empty() {
        roles.push_str("  learned:\n    who: anyone\n    may:\n      - ping\n");
        notes.push("nothing was asked, so nothing but `ping` is allowed".to_owned());
    }
    let requests: u64 = clients.values().flatten().map(|seen| seen.count).sum();
    let mut text = header(requests, clients, &notes);
    let _ = write!(text, "version: 1\n\nroles:\n{roles}");
    if !tests.is_empty() {
        let _ = write!(text, "\ntests:\n{tests}");
    }
    Learned { text, notes }
}

fn header(requests: u64, clients: &BTreeMap<Client, Vec<Observed>>, notes: &[String]) -> String {
    let mut text = format!("# Learned from {requests} requests: what was asked, and as little else as can be said.\n");
    if let [client] = clients.keys().collect::<Vec<_>>().as_slice() {
        // writing to a string cannot fail
        let _ = writeln!(text, "# All came from one client: who: [{}]", client.who());
    }
    if !notes.is_empty() {
        text.push_str("#\n# Look at this before you use it:\n");
        for note in notes {
            let _ = writeln!(text, "# - {}", note.replace(char::is_control, " "));
        }
    }
    text
}

/// A name for each role, each once.
fn names(clients: &BTreeMap<Client, Vec<Observed>>) -> Vec<String> {
    const LONGEST: usize = 48;
    let mut taken = BTreeSet::new();
    let mut names = Vec::new();
    for (number, client) in clients.keys().enumerate() {
        let name = if clients.len() == 1 { "learned".to_owned() } else { client.role() };
        let name: String = name.chars().take(LONGEST).collect();
        let name = if taken.contains(&name) { format!("{name}-{number}") } else { name };
        taken.insert(name.clone());
        names.push(name);
    }
    names
}

/// The entries of a role, in the order of the catalogue, groups where all of one was asked.
pub(super) fn entries(seen: &[Observed], notes: &mut Vec<String>) -> Vec<Entry> {
    let known: Vec<(&Observed, Vec<Limit>)> = seen.iter().map(|one| (one, limits(one, notes))).collect();
    let unlimited = |op: Op| known.iter().find(|(one, limits)| one.op == op && limits.is_empty()).map(|(one, _)| *one);
    let groups: Vec<&Group> = GROUPS.iter().filter(|group| is_asked(group, &unlimited)).collect();
    let grouped = |op: Op| groups.iter().any(|group| group.operations.contains(&op));
    let mut entries: Vec<Entry> = groups.iter().map(|group| of_group(group, &unlimited)).collect();
    for row in OPERATIONS {
        let single = known.iter().find(|(one, _)| one.op == row.op);
        if let Some((one, limits)) = single.filter(|(_, limits)| !limits.is_empty() || !grouped(row.op)) {
            entries.push(Entry { word: row.name, limits: limits.clone(), comment: plural(one.count, "request") });
        }
    }
    entries
}

/// `ping` goes together whatever was asked of it; another group has to be whole. Groups of groups
/// would say more than was seen of them.
fn is_asked<'o>(group: &Group, unlimited: &impl Fn(Op) -> Option<&'o Observed>) -> bool {
    let mut asked = group.operations.iter().map(|op| unlimited(*op).is_some());
    match group.name {
        "ping" => asked.any(|asked| asked),
        "reads" | "swarm-mode" => false,
        _ => asked.all(|asked| asked),
    }
}

fn of_group<'o>(group: &Group, unlimited: &impl Fn(Op) -> Option<&'o Observed>) -> Entry {
    let counts =
        group.operations.iter().filter_map(|op| unlimited(*op).map(|one| format!("{} {}", op.name(), one.count)));
    Entry { word: group.name, limits: Vec::new(), comment: counts.collect::<Vec<_>>().join(", ") }
}

fn plural(count: u64, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

/// The entries as YAML, so many spaces from the left, their comments below each other.
pub(super) fn texts(entries: &[Entry], indent: usize) -> String {
    let heads: Vec<(String, String)> = entries.iter().map(|entry| entry.lines(indent)).collect();
    let width =
        heads.iter().map(|(head, _)| head.chars().count()).filter(|width| *width <= COMMENTS).max().unwrap_or(0);
    let line =
        |((head, rest), entry): (&(String, String), &Entry)| format!("{head:width$}  # {}\n{rest}", entry.comment);
    heads.iter().zip(entries).map(line).collect()
}

impl Entry {
    /// What its limit of this word holds, as it is written.
    pub(super) fn limit(&self, word: &str) -> Option<&str> {
        self.limits.iter().find(|limit| limit.word == word).map(|limit| limit.value.as_str())
    }

    /// As YAML without a comment, so many spaces from the left.
    pub(super) fn alone(&self, indent: usize) -> String {
        let (first, rest) = self.lines(indent);
        format!("{first}\n{rest}")
    }

    /// Its first line, and those that follow.
    fn lines(&self, indent: usize) -> (String, String) {
        let Self { word, limits, .. } = self;
        let space = " ".repeat(indent);
        if limits.is_empty() {
            return (format!("{space}- {word}"), String::new());
        }
        let flow: Vec<String> = limits.iter().map(|limit| format!("{}: {}", limit.word, limit.value)).collect();
        let line = format!("{space}- {word}: {{ {} }}", flow.join(", "));
        if line.len() <= WIDE {
            return (line, String::new());
        }
        let block: String = flow.iter().map(|limit| format!("{space}    {limit}\n")).collect();
        (format!("{space}- {word}:"), block)
    }
}

/// What was seen must stay allowed, and what is next to it must not become so.
fn tests(seen: &[Observed], sender: Option<&str>) -> String {
    let mut text = String::new();
    for one in seen.iter().filter(|one| !limits(one, &mut Vec::new()).is_empty()) {
        text.push_str(&allowed(one.op.operation(), &one.first, sender).unwrap_or_default());
    }
    let sender = sender.map(|sender| format!("    as: {sender}\n")).unwrap_or_default();
    for (op, send, body) in NEIGHBOURS.iter().filter(|(op, ..)| seen.iter().all(|one| one.op != *op)) {
        let row = op.operation();
        let body = if body.is_empty() { String::new() } else { format!("    body: {body}\n") };
        // writing to a string cannot fail
        let _ = write!(text, "  - it: may not {}\n{sender}    send: {send}\n{body}", row.about);
        let _ = writeln!(text, "    expect: {{ deny: {} }}", row.name);
    }
    text
}

fn allowed(row: &Operation, first: &Sample, sender: Option<&str>) -> Option<String> {
    let mut text = format!("  - it: may {}, as it did\n", row.about);
    // writing to a string cannot fail
    if let Some(sender) = sender {
        let _ = writeln!(text, "    as: {sender}");
    }
    let _ = writeln!(text, "    send: {}", quoted(&first.send));
    if let Some(body) = &first.body {
        let fits = body.len() <= LONGEST_BODY && body.is_ascii();
        let _ = writeln!(text, "    body: {}", fits.then_some(body)?);
    }
    if let Some(about) = about(first) {
        let _ = writeln!(text, "    about: {{ {about} }}");
    }
    text.push_str("    expect: allow\n");
    Some(text)
}

/// What the daemon said of the object, without what says nothing here.
fn about(first: &Sample) -> Option<String> {
    let object = first.about.as_ref()?;
    let mut facts = Vec::new();
    if !object.id.is_empty() {
        facts.push(format!("id: {}", quoted(&object.id)));
    }
    if !object.name.is_empty() {
        facts.push(format!("name: {}", quoted(&object.name)));
    }
    let told = object.labels.iter().filter(|(key, value)| *value != HIDDEN && !key.starts_with('$')).take(LABELS);
    let labels: Vec<String> = told.map(|(key, value)| quoted(&format!("{key}={value}"))).collect();
    if !labels.is_empty() {
        facts.push(format!("label: [{}]", labels.join(", ")));
    }
    (!facts.is_empty()).then(|| facts.join(", "))
}
