//! Each row once more, by what it comes to: with its policy opened for what it denies, `reach` knows a
//! chain that it did not know before, to an outcome as bad as the row.

use crate::offline::{FILES, invented};
use crate::rows::{Row, folder, map, rows};
use dockgate::catalogue::chains::{Given, Outcome};
use dockgate::catalogue::{Operation, facet_named, group_named, operation_named};
use dockgate::policy::{Policy, Source};
use serde_yaml::Value;
use std::collections::BTreeSet;
use std::fs;

/// What starts what is made, which does nothing until then.
const STARTS: &[&str] = &["ContainerStart", "ExecStart", "PluginEnable"];

/// Rows whose danger no word of a policy opens, or that come to nothing worse than they say.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("create: HostConfig.CapDrop", "what is not dropped is Docker's own, from which a container has no known way out"),
    ("create: HostConfig.Mounts, VolumeOptions.Subpath", "part of a volume that may be mounted as a whole"),
    ("create: Healthcheck", "runs in a container of its own, as what else runs there"),
    ("create: The process and its surroundings", "about a container of its own"),
    ("create: query platform", "an image for another processor is slow, and no more"),
    ("create: Old versions in the path", "no policy opens versions; what they imply is closed by `ipc` and `cgroup`"),
    ("create: Any field of HostConfig at the top", "a spelling, which nothing opens"),
    ("create: HostConfig.Binds and Mounts, links of the host", "links are followed or not, whatever the policy says"),
    ("container_ops: ContainerStart, a body", "is refused"),
    ("container_ops: ContainerExec, User, Env, WorkingDir, Cmd", "about a container that may be entered anyway"),
    ("container_ops: ContainerCopy", "is refused"),
    ("images: X-Meta headers", "never go on"),
    (
        "images: ImageBuild, the Dockerfile",
        "its commands have what a container has; what BuildKit grants them is a row of its own",
    ),
    ("images: ImageCommit, several instructions in one change", "about an image of its own"),
    ("system: SystemInfo", "tells of the host, and opens nothing"),
    ("system: Extension", "is refused"),
    ("transport: Upgrades that are none", "is refused"),
    ("transport: Pipelines and framing", "is refused"),
    ("transport: Large bodies", "is refused"),
];

/// Each row and its impact.
fn impacts() -> Vec<(String, String)> {
    let text = fs::read_to_string(folder().join("impacts.txt")).unwrap();
    let line = |line: &str| line.split_once(' ').map(|(impact, row)| (row.trim().to_owned(), impact.to_owned()));
    text.lines().map(|text| line(text).unwrap()).collect()
}

/// What is as bad as the impact: the catalogue of escalations has four, of which one is any harm to others.
fn fits(impact: &str, outcome: Outcome) -> bool {
    match impact {
        "root" => outcome == Outcome::HostRoot,
        "exfil" => matches!(outcome, Outcome::SendOut | Outcome::ReadFiles | Outcome::EscapeTenant),
        "fence" => outcome == Outcome::EscapeTenant,
        "dos" => matches!(outcome, Outcome::ExhaustHost | Outcome::SurviveReboot | Outcome::EscapeTenant),
        other => panic!("{other}"),
    }
}

#[test]
fn every_row_has_an_impact() {
    let of = |file: &&str| rows(file).into_iter().map(move |row| format!("{file}: {}", row.row)).collect::<Vec<_>>();
    let written: Vec<String> = FILES.iter().flat_map(of).collect();
    assert_eq!(impacts().into_iter().map(|(row, _)| row).collect::<Vec<_>>(), written);
}

#[test]
fn what_a_row_denies_opens_a_chain_as_bad_as_the_row() {
    let mut wrong = Vec::new();
    let rows =
        FILES.iter().flat_map(|file| rows(file).into_iter().map(move |row| (format!("{file}: {}", row.row), row)));
    for ((name, row), (_, impact)) in rows.zip(impacts()) {
        let found = gained(&row).into_iter().any(|outcome| fits(&impact, outcome));
        let excepted = EXCEPTIONS.iter().any(|(row, _)| *row == name);
        if found == excepted {
            wrong.push(format!("{name} ({impact}): found {found}, an exception {excepted}: {:?}", gained(&row)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The outcomes of chains that are known only where the row's words are open. Where the word is which
/// object is meant, a chain by an object of others was known of those that may be meant.
fn gained(row: &Row) -> BTreeSet<Outcome> {
    let words: BTreeSet<String> = row.denied.iter().filter_map(|denied| denied.word.clone()).collect();
    let tight = chains(row, &with_rest(row.may.clone(), &words));
    let open = chains(row, &with_rest(opened(row, &words), &words));
    let by_object = |found: &&Found| words.contains("target") && matches!(found.3, Given::Object(_));
    let of_others = tight.iter().filter(by_object);
    open.difference(&tight).chain(of_others).map(|found| found.0).collect()
}

/// With what else a chain takes: what is made is started, and a volume is mounted.
fn with_rest(mut may: Vec<Value>, words: &BTreeSet<String>) -> Vec<Value> {
    let has = |may: &[Value], op: &str| may.iter().any(|entry| name(entry) == op);
    let lacks = |start: &&&str| !has(&may, start) && !words.contains(**start);
    let more: Vec<Value> = STARTS.iter().filter(lacks).map(|start| Value::from(*start)).collect();
    may.extend(more);
    if has(&may, "VolumeCreate") {
        may.push(map([("ContainerCreate", map([("volumes", "any".into())]))]));
    }
    may
}

/// A chain: its outcome, its row, why it gets there, and what has to be there.
type Found = (Outcome, &'static str, &'static str, Given);

/// Every chain of the policy.
fn chains(row: &Row, may: &[Value]) -> BTreeSet<Found> {
    let role = map([("who", "anyone".into()), ("may", may.to_vec().into())]);
    let policy = map([("version", 1.into()), ("roles", map([("tester", role)]))]);
    let text = invented(row).fill(&serde_yaml::to_string(&policy).unwrap());
    let policy = Policy::load(&[Source { name: "row.yaml".into(), text: text.clone() }]);
    let policy = policy.unwrap_or_else(|problems| panic!("{}\n{text}\n{problems:#?}", row.row));
    let reach = policy.roles()[0].reach();
    let own = reach.iter().flat_map(|reach| reach.chains.iter().filter(|way| way.chain.outcome == reach.outcome));
    own.map(|way| (way.chain.outcome, way.chain.row, way.chain.why, way.given)).collect()
}

/// What the row may, with every word that it is denied by left open.
fn opened(row: &Row, words: &BTreeSet<String>) -> Vec<Value> {
    let mut may: Vec<Value> =
        row.may.iter().map(|entry| words.iter().fold(entry.clone(), |entry, word| open(entry, word))).collect();
    let more = words.iter().filter(|word| operation_named(word).is_some());
    may.extend(more.map(|word| Value::from(word.as_str())));
    may
}

/// The entry with one word left open, if it is a word of its operation.
fn open(entry: Value, word: &str) -> Value {
    let operations = operations(&name(&entry));
    let facet = facet_named(word).is_some_and(|row| operations.iter().any(|operation| row.fits(operation.op)));
    let has = |name: &str| operations.iter().any(|operation| operation.param(name).is_some());
    let param = word.strip_prefix("query.").is_some_and(has);
    let mut limits = match &entry {
        Value::Mapping(map) => map.values().next().and_then(Value::as_mapping).cloned().unwrap_or_default(),
        _ => serde_yaml::Mapping::new(),
    };
    match word {
        "target" => drop(limits.remove("target")),
        word if facet || param => drop(limits.insert(word.into(), "any".into())),
        _ => return entry,
    }
    if limits.is_empty() { name(&entry).into() } else { map([(&*name(&entry), Value::Mapping(limits))]) }
}

fn name(entry: &Value) -> String {
    let key = |map: &serde_yaml::Mapping| map.keys().next().and_then(Value::as_str).map(str::to_owned);
    entry.as_str().map(str::to_owned).or_else(|| entry.as_mapping().and_then(key)).unwrap_or_default()
}

/// The operations of a word: one, or those of a group.
fn operations(word: &str) -> Vec<&'static Operation> {
    let group = group_named(word).map(|group| group.operations.iter().map(|op| op.operation()).collect());
    group.or_else(|| operation_named(word).map(|operation| vec![operation])).unwrap_or_default()
}
