//! A policy as text, with comments that say where each entry comes from, and tests.

use super::grants::{Entry, Grants, wide};
use super::text::{plain, quoted};
use super::{Imported, Style, Unsaid};
use crate::catalogue::{Op, operation_named};

/// A role on its way to text.
pub(super) struct Draft {
    /// The name.
    pub(super) role: String,
    /// `who`, as YAML.
    pub(super) who: String,
    /// `as` of its tests, as YAML; nothing where anyone will do.
    pub(super) client: Option<String>,
    pub(super) grants: Grants,
}

/// What is asked of every imported policy: typical requests, with an object called `web`.
const REQUESTS: &[(&str, &str)] = &[
    ("SystemPing", ""),
    ("SystemVersion", ""),
    ("SystemInfo", ""),
    ("SystemEvents", ""),
    ("ContainerList", ""),
    ("ContainerInspect", ""),
    ("ContainerLogs", ""),
    ("ContainerArchive", "?path=/etc"),
    ("ContainerExport", ""),
    ("ContainerStart", ""),
    ("ContainerStop", ""),
    ("ContainerRestart", ""),
    ("ContainerKill", ""),
    ("ContainerDelete", ""),
    ("ContainerCreate", ""),
    ("ContainerExec", ""),
    ("ExecStart", ""),
    ("ImageList", ""),
    ("ImageCreate", "?fromImage=alpine&tag=latest"),
    ("ImageBuild", ""),
    ("NetworkList", ""),
    ("VolumeList", ""),
    ("ServiceList", ""),
    ("SecretList", ""),
];

/// A role that may do nothing: there has to be one.
const NOTHING: &str = "roles: { nobody: { who: anyone, may: [ping], never: [ping] } }";

/// Puts a policy together.
pub(super) fn policy(title: &str, style: Style, roles: &[Draft], more: Vec<Unsaid>) -> Imported {
    let entries: Vec<&Entry> = roles.iter().flat_map(|role| &role.grants.entries).collect();
    let wide = wide(&entries);
    let mut unsaid: Vec<Unsaid> = roles.iter().flat_map(|role| role.grants.unsaid.clone()).chain(more).collect();
    let empty = roles.iter().filter(|role| role.grants.entries.is_empty());
    unsaid.extend(empty.map(|role| Unsaid::new(&role.role, "nothing of it can be granted, so there is no such role")));
    unsaid.sort();
    unsaid.dedup();
    let kept: Vec<&Draft> = roles.iter().filter(|role| !role.grants.entries.is_empty()).collect();
    let mut lines = head(title, style, &wide, &unsaid);
    lines.push("version: 1".to_owned());
    lines.push(if kept.is_empty() { NOTHING } else { "roles:" }.to_owned());
    kept.iter().for_each(|role| lines.extend(block(role)));
    let tests: Vec<String> = kept.iter().flat_map(|role| tests(role)).collect();
    if !tests.is_empty() {
        lines.push("tests:".to_owned());
        lines.extend(tests);
    }
    Imported { policy: lines.join("\n") + "\n", wide, unsaid }
}

fn head(title: &str, style: Style, wide: &[String], unsaid: &[Unsaid]) -> Vec<String> {
    let how = match style {
        Style::Faithful => {
            "faithfully: what the original allows is allowed, and bodies that it did not read are not read"
        }
        Style::Tighten => "tightened: what the original allows, without what its settings do not ask for",
    };
    let mut lines = vec![format!("# Imported from {}, {how}.", plain(title))];
    section(&mut lines, "Its clients may:", wide.iter().cloned());
    let told = unsaid.iter().map(|it| format!("{}: {}", it.what, it.why));
    section(&mut lines, "Not said below, or said otherwise:", told);
    lines
}

fn section(lines: &mut Vec<String>, title: &str, items: impl Iterator<Item = String>) {
    let items: Vec<String> = items.map(|item| format!("# - {item}")).collect();
    if !items.is_empty() {
        lines.extend(["#".to_owned(), format!("# {title}")]);
        lines.extend(items);
    }
}

fn block(draft: &Draft) -> Vec<String> {
    let mut lines = vec![format!("  {}:", draft.role), format!("    who: {}", draft.who), "    may:".to_owned()];
    let mut reasons: Vec<&str> = Vec::new();
    for entry in &draft.grants.entries {
        if !reasons.contains(&entry.reason.as_str()) {
            reasons.push(&entry.reason);
        }
    }
    for reason in reasons {
        lines.push(format!("      # {}", plain(reason)));
        lines.extend(draft.grants.entries.iter().filter(|entry| entry.reason == reason).flat_map(said));
    }
    lines
}

fn said(entry: &Entry) -> Vec<String> {
    let name = entry.op.name();
    if entry.unexamined {
        return vec![format!("      - {name}: unexamined")];
    }
    match entry.limits.as_slice() {
        [] => vec![format!("      - {name}")],
        [(word, value)] => vec![format!("      - {name}: {{ {word}: {value} }}")],
        several => {
            let limits = several.iter().map(|(word, value)| format!("          {word}: {value}"));
            std::iter::once(format!("      - {name}:")).chain(limits).collect()
        }
    }
}

fn tests(draft: &Draft) -> Vec<String> {
    let rows = REQUESTS.iter().filter_map(|(name, query)| Some((operation_named(name)?, query)));
    rows.flat_map(|(row, query)| test(draft, row.op, query)).collect()
}

/// One request, with the verdict of the entries that there are.
fn test(draft: &Draft, op: Op, query: &str) -> Vec<String> {
    let row = op.operation();
    let demands = |entry: &Entry| entry.limits.iter().any(|(word, _)| word == "require");
    let entry = draft.grants.entries.iter().find(|entry| entry.op == op);
    let object = match entry.map(|entry| entry.names.as_slice()) {
        // an expression stands for names that are not known here
        Some([first, ..]) => match first.as_literal() {
            Some(name) => name,
            None => return Vec::new(),
        },
        _ => "web",
    };
    // what is demanded of a body is not in a request without one
    if entry.is_some_and(demands) {
        return Vec::new();
    }
    let path = super::samples::path(row, "/v1.41", object);
    let verb = if entry.is_some() { "may" } else { "may not" };
    let client = draft.client.as_ref().map(|client| format!("    as: {client}"));
    let mut lines = vec![format!("  - it: {}", quoted(&format!("{} {verb} {}", draft.role, row.about)))];
    lines.extend(client);
    lines.push(format!("    send: {} {path}{query}", row.verb.as_str()));
    if entry.is_some_and(|entry| !entry.names.is_empty()) {
        lines.push(format!("    about: {{ name: {} }}", quoted(object)));
    }
    lines.push(match entry {
        Some(_) => "    expect: allow".to_owned(),
        None => format!("    expect: {{ deny: {} }}", op.name()),
    });
    lines
}
