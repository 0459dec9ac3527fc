//! The page of operations.

use super::commands;
use super::markdown::{cell, code, link, links, listed, table};
use crate::catalogue::{Answer, Body, FACETS, Kind, OPERATIONS, Op, Operation, Param, Target};
use crate::request::facets_of;

const HEAD: &str = "# Operations

Everything that the Docker Engine API can do, under Docker's own names, which policies use. This page is made from the tables
that the gate goes by; `dockgate operations` prints them too.

*Risk* is the worst that an operation can do by itself: **read** tells what is there, **reveal** what may be secret, **write**
changes or removes what is there, **host** can become root on the host, or send data out through the daemon. For **host** it
is the limits that make the difference: facets that are not named hold what an ordinary request has.

";

/// The page of operations.
pub fn operations() -> String {
    let mut rows: Vec<&Operation> = OPERATIONS.iter().collect();
    rows.sort_by_key(|row| row.name);
    let overview: Vec<Vec<String>> = rows.iter().map(|row| overview(row)).collect();
    let all = table(&["operation", "request", "risk", "what it does"], &overview);
    HEAD.to_owned() + &all + &rows.into_iter().map(section).collect::<String>()
}

fn overview(row: &Operation) -> Vec<String> {
    let request = format!("`{} {}`", row.verb.as_str(), row.path);
    vec![link(row.name, ""), request, row.risk.word().to_owned(), row.about.to_owned()]
}

fn section(row: &Operation) -> String {
    let facets = FACETS.iter().filter(|facet| facet.fits(row.op)).map(|facet| facet.word);
    let parts = Answer::of(row.op).map(Answer::parts).unwrap_or_default();
    let facts = [
        ("risk", row.risk.word().to_owned()),
        ("groups", links(row.op.groups().map(|group| group.name), "groups.md")),
        ("names in its path", row.target.map_or("–", Target::word).to_owned()),
        ("body", body(row.body).to_owned()),
        ("facets", links(facets, "facets.md")),
        ("can be hidden", listed(parts.words().map(code))),
        ("docker commands", listed(commands::of(row.op).map(|command| format!("`docker {command}`")))),
    ];
    let facts: String =
        facts.iter().filter(|(_, said)| said != "–").map(|(of, said)| format!("- {of}: {said}\n")).collect();
    let head = format!("\n## {}\n\n`{} {}`: {}.\n\n", row.name, row.verb.as_str(), row.path, row.about);
    head + &facts + &parameters(row)
}

fn body(body: Body) -> &'static str {
    match body {
        Body::None => "–",
        Body::Json(_) => "JSON, read and judged",
        Body::Tar => "a tar archive, passed as it comes",
    }
}

fn parameters(row: &Operation) -> String {
    if row.query.is_empty() {
        return String::new();
    }
    let rows: Vec<Vec<String>> = row.query.iter().map(|param| parameter(row.op, param)).collect();
    "\n".to_owned() + &table(&["parameter", "values", "left out", "since", "unless said"], &rows)
}

fn parameter(op: Op, param: &Param) -> Vec<String> {
    let many = if param.many { ", several" } else { "" };
    let since = param.since.map_or(String::new(), |version| format!("{}.{}", version.major, version.minor));
    vec![
        format!("`query.{}`", param.name),
        format!("{}{many}", values(param.kind)),
        param.default.map(code).unwrap_or_default(),
        since,
        cell(&unsaid(op, param)),
    ]
}

/// What a grant allows that does not name the parameter.
fn unsaid(op: Op, param: &Param) -> String {
    let facets = facets_of(op, param.name);
    match param.danger {
        Some(deed) => format!("**none**: it can {deed}"),
        None if facets.is_empty() => "any".to_owned(),
        None => format!("what {} allows", links(facets.iter().map(|facet| facet.word()), "facets.md")),
    }
}

fn values(kind: Kind) -> &'static str {
    match kind {
        Kind::Bool | Kind::Flag => "`true`, `false`",
        Kind::Int => "numbers, `{ min: 1, max: 60 }`",
        Kind::Text => "text, patterns",
        Kind::Path => "paths",
        Kind::Signal => "signals",
        Kind::Filters => "filters: `any` or `none` alone",
        Kind::Json => "JSON: `any` or `none` alone",
    }
}
