//! `dockgate operations`: the catalogue, for people and programs.

use super::say::show;
use super::sources::complain;
use super::{Exit, table};
use crate::catalogue::{FACETS, GROUPS, Group, OPERATIONS, Operation, Target};
use serde::Serialize;

/// Show what the Docker API can do, under the names that policies use
#[derive(Debug, clap::Args)]
#[command(after_help = "\
RISK is the worst that an operation can do by itself:
  read    tells what is there
  reveal  tells what may be secret: environment, logs, files, tokens
  write   changes or removes what is there
  host    can become root on the host, or send data out through the daemon
Examples:
  dockgate operations
  dockgate operations --groups
  dockgate operations container-reads ContainerExec
  dockgate operations --json | jq '.[] | select(.risk == \"host\") | .name'
Exit codes: 0 fine, 1 a name is unknown.")]
pub(super) struct List {
    /// Operations or groups; all if none is named
    names: Vec<String>,
    /// By group
    #[arg(long, conflicts_with = "json")]
    groups: bool,
    /// As JSON
    #[arg(long)]
    json: bool,
}

impl List {
    pub(super) fn run(self) -> Exit {
        let chosen = match choose(&self.names) {
            Ok(chosen) => chosen,
            Err(name) => {
                complain(&unknown(&name));
                return Exit::Failure;
            }
        };
        let text = if self.json {
            json(&chosen)
        } else if self.groups {
            by_group(&chosen)
        } else {
            plain(&chosen)
        };
        show(text);
        Exit::Fine
    }
}

fn choose(names: &[String]) -> Result<Vec<&'static Operation>, String> {
    if names.is_empty() {
        return Ok(OPERATIONS.iter().collect());
    }
    let mut chosen = Vec::new();
    for name in names {
        let group = GROUPS.iter().find(|group| group.name == name);
        let found: Vec<_> = OPERATIONS
            .iter()
            .filter(|operation| operation.name == name || group.is_some_and(|g| g.operations.contains(&operation.op)))
            .collect();
        if found.is_empty() {
            return Err(name.clone());
        }
        chosen.extend(found);
    }
    Ok(chosen)
}

fn unknown(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    let known = OPERATIONS.iter().map(|operation| operation.name).chain(GROUPS.iter().map(|group| group.name));
    let mut near: Vec<&str> = known.filter(|known| known.to_ascii_lowercase().contains(&lower)).collect();
    near.dedup();
    let help = match near.as_slice() {
        [] => "see `dockgate operations`".to_owned(),
        near => format!("did you mean: {}", near.join(", ")),
    };
    format!("there is no operation or group `{}`: {help}", crate::record::visible(name))
}

fn groups_of(operation: &Operation) -> Vec<&'static str> {
    GROUPS.iter().filter(|group| group.operations.contains(&operation.op)).map(|group| group.name).collect()
}

fn row(operation: &Operation) -> Vec<String> {
    vec![
        operation.name.to_owned(),
        format!("{} {}", operation.verb.as_str(), operation.path),
        operation.risk.word().to_owned(),
        operation.about.to_owned(),
    ]
}

fn headings() -> Vec<String> {
    ["OPERATION", "REQUEST", "RISK", "WHAT IT DOES"].map(str::to_owned).to_vec()
}

fn plain(chosen: &[&Operation]) -> String {
    let mut rows = vec![headings()];
    rows.extend(chosen.iter().map(|operation| row(operation)));
    table::aligned(&rows)
}

fn by_group(chosen: &[&'static Operation]) -> String {
    let mut out = String::new();
    for group in GROUPS {
        out.push_str(&one_group(group, chosen));
    }
    let alone: Vec<_> = chosen.iter().copied().filter(|operation| groups_of(operation).is_empty()).collect();
    if !alone.is_empty() {
        out.push_str("in no group: always named\n");
        out.push_str(&indent(&table::aligned(&alone.iter().map(|operation| row(operation)).collect::<Vec<_>>())));
    }
    out
}

fn one_group(group: &Group, chosen: &[&Operation]) -> String {
    let rows: Vec<_> = chosen
        .iter()
        .filter(|operation| group.operations.contains(&operation.op))
        .map(|operation| row(operation))
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    format!("{}: {}\n{}\n", group.name, group.about, indent(&table::aligned(&rows)))
}

fn indent(text: &str) -> String {
    text.lines().map(|line| format!("  {line}\n")).collect()
}

#[derive(Serialize)]
struct Row {
    name: &'static str,
    method: &'static str,
    path: &'static str,
    /// What the path names.
    target: Option<&'static str>,
    risk: &'static str,
    groups: Vec<&'static str>,
    query: Vec<&'static str>,
    /// The words that limit what its requests use.
    facets: Vec<&'static str>,
    about: &'static str,
}

fn json(chosen: &[&'static Operation]) -> String {
    let rows: Vec<Row> = chosen
        .iter()
        .map(|operation| Row {
            name: operation.name,
            method: operation.verb.as_str(),
            path: operation.path,
            target: operation.target.map(Target::word),
            risk: operation.risk.word(),
            groups: groups_of(operation),
            query: operation.query.iter().map(|param| param.name).collect(),
            facets: FACETS.iter().filter(|facet| facet.fits(operation.op)).map(|facet| facet.word).collect(),
            about: operation.about,
        })
        .collect();
    serde_json::to_string_pretty(&rows).unwrap_or_default() + "\n"
}
