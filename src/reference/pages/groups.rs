//! The page of groups.

use super::markdown::{code, link, listed, table};
use crate::catalogue::{Answer, GROUPS, Group, Op, Operation, PartSet, Risk};

const HEAD: &str = "# Groups

Words in lower case are groups of [operations](operations.md), frozen by the version of the language: a newer dockgate never
widens an old policy. This page is made from the table that the gate goes by. `everything` is no group: it is all operations,
unexamined, and root on the host.

";

/// The page of groups.
pub fn groups() -> String {
    let overview = |group: &Group| vec![link(group.name, ""), worst(group).to_owned(), group.about.to_owned()];
    let all = table(&["group", "risk", "what it is for"], &GROUPS.iter().map(overview).collect::<Vec<_>>());
    HEAD.to_owned() + &all + &GROUPS.iter().map(section).collect::<String>()
}

/// The worst that one of its operations can do by itself.
fn worst(group: &Group) -> &'static str {
    group.operations.iter().map(|op| op.operation().risk).max().map_or("", Risk::word)
}

fn section(group: &Group) -> String {
    let rows: Vec<Vec<String>> = group.operations.iter().map(|op| row(op.operation())).collect();
    let operations = table(&["operation", "request", "risk", "what it does"], &rows);
    format!("\n## {}\n\nTo {}.\n\n{operations}{}", group.name, plain(group.about), revealed(group))
}

fn plain(about: &str) -> &str {
    about.strip_prefix("what ").map_or(about, |_| "ask what every client asks first")
}

fn row(operation: &Operation) -> Vec<String> {
    vec![
        link(operation.name, "operations.md"),
        format!("`{} {}`", operation.verb.as_str(), operation.path),
        operation.risk.word().to_owned(),
        operation.about.to_owned(),
    ]
}

/// What may be secret in what it tells, and what of that can be left out.
fn revealed(group: &Group) -> String {
    let reveals = |op: &&Op| op.operation().risk == Risk::Reveal;
    let names = listed(group.operations.iter().filter(reveals).map(|op| code(op.name())));
    let answers = group.operations.iter().copied().filter_map(Answer::of);
    let parts = answers.fold(PartSet::default(), |all, answer| all.union(answer.parts()));
    let dangers = group
        .operations
        .iter()
        .flat_map(|op| op.operation().query)
        .filter_map(|param| param.danger.map(|deed| format!("`query.{}`, which can {deed}", param.name)));
    let mut dangers: Vec<String> = dangers.collect();
    dangers.dedup();
    let facts = [
        ("tells what may be secret", names),
        ("can be left out of its answers", listed(parts.words().map(code))),
        ("`none` unless named", listed(dangers)),
    ];
    let facts = facts.iter().filter(|(_, said)| said != "–").map(|(of, said)| format!("- {of}: {said}\n"));
    let facts: String = facts.collect();
    if facts.is_empty() { facts } else { format!("\n{facts}") }
}
