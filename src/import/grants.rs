//! What an original allows, as entries of `may`.

use super::bodies::{Bodies, Limit, open};
use super::covers::{self, Covered, Extent};
use super::gate::Gate;
use super::names::Name;
use super::text::{listed, quoted};
use super::{Style, Unsaid};
use crate::catalogue::{Body, Op, Target};

/// Reads of files, output and whole images, and ways to type: what prefixes let along the way.
const READ_OUTS: &[Op] = &[
    Op::CheckpointList,
    Op::ContainerArchive,
    Op::ContainerArchiveInfo,
    Op::ContainerAttachWebsocket,
    Op::ContainerExport,
    Op::ContainerLogs,
    Op::DebugPprof,
    Op::ImageGet,
    Op::ImageGetAll,
    Op::ServiceLogs,
    Op::SwarmUnlockkey,
    Op::TaskLogs,
];

/// What is dangerous about operations, in the order in which it is told.
const WIDE: &[(&[Op], &str)] = &[
    (&[Op::ContainerCreate, Op::ServiceCreate, Op::ServiceUpdate], "start containers with whatever they ask for"),
    (&[Op::ContainerExec, Op::ExecStart], "run commands in every container"),
    (&[Op::PluginPull, Op::PluginCreate, Op::PluginUpgrade, Op::PluginSet], "install plugins, which run as root"),
    (&[Op::VolumeCreate], "make volumes out of any path of the host"),
    (&[Op::ImageBuild, Op::Grpc, Op::Session], "build images with whatever builds may do"),
    (&[Op::PutContainerArchive], "write files into every container"),
    (&[Op::ContainerArchive, Op::ContainerExport], "read every file of every container"),
    (&[Op::ContainerAttachWebsocket, Op::ContainerAttach], "type into containers"),
    (&[Op::ContainerLogs, Op::ServiceLogs, Op::TaskLogs], "read all logs"),
    (&[Op::ImageGet, Op::ImageGetAll], "read whole images"),
    (&[Op::ImagePush], "send images out through the daemon"),
    (&[Op::SwarmInspect, Op::SwarmUnlockkey], "read the tokens that machines join the swarm with"),
    (&[Op::ConfigList, Op::ConfigInspect], "read the content of configs"),
    (&[Op::ContainerInspect], "read the environment of every container, and the secrets in it"),
];

/// Dangerous whatever is held back of their requests.
const RUNS: &[Op] = &[Op::ContainerExec, Op::ExecStart];

/// One entry of `may`.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) op: Op,
    pub(super) reason: String,
    pub(super) unexamined: bool,
    pub(super) limits: Vec<Limit>,
    pub(super) names: Vec<Name>,
}

/// The entries of one role, and what they leave unsaid.
#[derive(Clone, Debug, Default)]
pub(super) struct Grants {
    pub(super) entries: Vec<Entry>,
    pub(super) unsaid: Vec<Unsaid>,
}

/// What the original allows.
pub(super) fn grants(gate: &impl Gate, bodies: &Bodies, style: Style) -> Grants {
    let covered = covers::all(gate);
    let dropped = |it: &&Covered| style == Style::Tighten && READ_OUTS.contains(&it.op) && !it.by_name;
    let kept: Vec<&Covered> = covered.iter().filter(|it| !dropped(it)).collect();
    let entries = kept.iter().filter_map(|it| entry(it, bodies, style)).collect();
    let mut unsaid = partly(&kept);
    unsaid.extend(note(&kept, |it| it.extent == Extent::ById, "any object of the kind", BY_ID));
    unsaid.extend(note(&kept, |it| it.some_versions && it.extent != Extent::Partly, "versions of the API", VERSIONS));
    let lost = covers::uncovered(gate).into_iter();
    unsaid.extend(lost.map(|setting| Unsaid::new(setting, UNCOVERED)));
    let left: Vec<&Covered> = covered.iter().filter(dropped).collect();
    unsaid.extend(note(&left, |_| true, "left out", LEFT_OUT));
    Grants { entries, unsaid }
}

const BY_ID: &str =
    "the original lets every ID through and not every name; each object can be called by its ID, so all are granted";
const VERSIONS: &str = "the original allows these under some versions in the path only; here the version does not matter, as it says nothing about what may be done";
const UNCOVERED: &str = "it fits no path of Docker's API that could be found, so nothing is granted by it";
const LEFT_OUT: &str =
    "the original allows these along the way, and nothing asks for them; grant them by name where they are needed";

/// What the entries let that is dangerous.
pub(super) fn wide(entries: &[&Entry]) -> Vec<String> {
    let granted = |op: &&Op| entries.iter().any(|entry| entry.op == **op && is_wide(entry));
    let said = |(ops, sentence): &(&[Op], &str)| {
        let found: Vec<String> = ops.iter().filter(granted).map(|op| op.name().to_owned()).collect();
        (!found.is_empty()).then(|| format!("{sentence} ({})", listed(&found)))
    };
    WIDE.iter().filter_map(said).collect()
}

/// Not where a target or the language's own defaults hold it.
fn is_wide(entry: &Entry) -> bool {
    let has = |word: &str| entry.limits.iter().any(|(known, _)| known == word);
    let held = !open(entry.op).is_empty() && !RUNS.contains(&entry.op);
    let opened = entry.unexamined || entry.limits.iter().any(|(_, value)| value == "any" || value == "true");
    entry.names.is_empty() && !has("hide") && (!held || opened)
}

fn entry(covered: &Covered, bodies: &Bodies, style: Style) -> Option<Entry> {
    let op = covered.op;
    let names = match &covered.extent {
        Extent::Partly => return None,
        Extent::Names(names) => names.clone(),
        Extent::Whole | Extent::ById => Vec::new(),
    };
    let all = style == Style::Faithful && bodies.opens_the_rest();
    let has_body = matches!(op.operation().body, Body::Json(_));
    let unexamined = all && has_body && names.is_empty() && bodies.is_unread(op);
    let mut limits = target(op, &names);
    if !unexamined {
        let said = bodies.said(op);
        let is_said = |word: &str| said.iter().any(|(known, _)| known == word);
        let rest = if all { open(op) } else { Vec::new() };
        limits.extend(rest.into_iter().filter(|(word, _)| !is_said(word)));
        limits.extend(said);
    }
    Some(Entry { op, reason: covered.reason.clone(), unexamined, limits, names })
}

/// `target: { name: [...] }`
fn target(op: Op, names: &[Name]) -> Vec<Limit> {
    let kind = op.operation().target;
    let value = |name: &Name| match name.as_literal() {
        Some(literal) => quoted(&spelled(kind, op, literal)),
        None => format!("{{ regex: {} }}", quoted(name.written())),
    };
    let all: Vec<String> = names.iter().map(value).collect();
    match all.as_slice() {
        [] => Vec::new(),
        [one] => vec![("target".to_owned(), format!("{{ name: {one} }}"))],
        several => vec![("target".to_owned(), format!("{{ name: [{}] }}", several.join(", ")))],
    }
}

/// Docker takes `latest` where a path names an image without a tag; a pattern would take any.
fn spelled(kind: Option<Target>, op: Op, name: &str) -> String {
    let tagged = name.contains('@') || name.rsplit('/').next().is_some_and(|last| last.contains(':'));
    match kind {
        Some(Target::Image) if !tagged && op != Op::ImagePush => format!("{name}:latest"),
        _ => name.to_owned(),
    }
}

/// What is allowed of some objects alone, one line for each setting.
fn partly(covered: &[&Covered]) -> Vec<Unsaid> {
    let mut reasons: Vec<(&str, Vec<String>)> = Vec::new();
    for it in covered.iter().filter(|it| it.extent == Extent::Partly) {
        let name = it.op.name().to_owned();
        match reasons.iter_mut().find(|(reason, _)| *reason == it.reason) {
            Some((_, names)) => names.push(name),
            None => reasons.push((&it.reason, vec![name])),
        }
    }
    let why = |names: &[String]| {
        format!("{}: allowed for some paths alone, which no target says; not granted", listed(names))
    };
    reasons.into_iter().map(|(reason, names)| Unsaid::new(reason, why(&names))).collect()
}

fn note(covered: &[&Covered], is: impl Fn(&Covered) -> bool, what: &str, why: &str) -> Option<Unsaid> {
    let names: Vec<String> = covered.iter().filter(|it| is(it)).map(|it| it.op.name().to_owned()).collect();
    (!names.is_empty()).then(|| Unsaid::new(what, format!("{why}: {}", listed(&names))))
}
