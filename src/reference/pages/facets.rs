//! The page of facets.

use super::super::said;
use super::feeds;
use super::markdown::{code, link, links, listed, table};
use super::risks::risk;
use crate::catalogue::{FACETS, Facet, FacetKind, FacetRow, LeftOut, Op, Unsaid};
use crate::policy::language;

const HEAD: &str = "# Facets

A facet is one power under one word, however a request spells it. This page is made from the tables that the gate goes by.
How lists, patterns and ranges are written stands in [the language](../../policies/README.md#facets).

";

/// The page of facets.
pub fn facets() -> String {
    let overview = |row: &FacetRow| vec![link(row.word, ""), row.about.to_owned(), said::unsaid(row)];
    let all = table(&["facet", "what it limits", "unless said"], &FACETS.iter().map(overview).collect::<Vec<_>>());
    HEAD.to_owned() + &all + &FACETS.iter().map(section).collect::<String>()
}

fn section(row: &FacetRow) -> String {
    let opened = risk(row.facet).map(|risk| ("opened, it can lead to", risk.to_owned()));
    let facts = [
        Some(("a denial says", format!("*may not {}*", row.sentence.replace("{}", "…")))),
        Some(("a grant that does not name it allows", said::unsaid(row))),
        Some(("a request that leaves it out means", left_out(row).to_owned())),
        opened,
        Some(("written", written(row))),
        objects(row),
        Some(("operations", links(row.operations.iter().map(|op| op.name()), "operations.md"))),
    ];
    let facts: String = facts.into_iter().flatten().map(|(of, said)| format!("- {of}: {said}\n")).collect();
    format!("\n## {}\n\n{}.\n\n{facts}{}", row.word, capital(row.about), fed(row))
}

fn written(row: &FacetRow) -> String {
    let example = format!("`{}: {}`", row.word, example(row));
    let kind = said::kind(row);
    if kind.starts_with('`') { example } else { format!("{kind}: {example}") }
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    first + characters.as_str()
}

fn left_out(row: &FacetRow) -> &'static str {
    match row.left_out {
        LeftOut::Unused => "it makes no use of it",
        LeftOut::Default => "`default`: what Docker takes, which depends on the daemon or the image",
        LeftOut::False => "`false`",
        LeftOut::Unlimited => "no limit at all, which fits no range",
    }
}

fn objects(row: &FacetRow) -> Option<(&'static str, String)> {
    let said = "`{ label: KEY=VALUE }`, `{ project: NAME }`, and in roles with a tenant `own`";
    language::names_objects(row).then(|| ("or by what the daemon says of them", said.to_owned()))
}

/// Where in requests it is.
fn fed(row: &FacetRow) -> String {
    let mut rows: Vec<(Vec<String>, Vec<Op>)> = Vec::new();
    for op in row.operations {
        let places = feeds::of(row, *op);
        match rows.iter_mut().find(|(known, _)| *known == places) {
            Some((_, operations)) => operations.push(*op),
            None if !places.is_empty() => rows.push((places, vec![*op])),
            None => {}
        }
    }
    let rows: Vec<Vec<String>> = rows
        .into_iter()
        .map(|(places, operations)| vec![listed(operations.iter().map(|op| code(op.name()))), listed(places)])
        .collect();
    if rows.is_empty() { String::new() } else { format!("\n{}", table(&["in requests for", "it is read from"], &rows)) }
}

/// A value of the facet, as a policy writes it.
pub fn example(row: &FacetRow) -> String {
    let text = match (row.facet, row.kind) {
        (Facet::Volumes, _) => "[\"cache-*\", anonymous]",
        (Facet::Networks, _) => "[default, \"ci-*\"]",
        (_, FacetKind::Capability) => "[NET_BIND_SERVICE, SYS_NICE]",
        (_, FacetKind::Command) => "[\"make *\", \"sh -c 'make test'\"]",
        (_, FacetKind::Count) => "{ max: 100 }",
        (_, FacetKind::Cpus) => "{ max: 1.5 }",
        (_, FacetKind::Device) => "[/dev/ttyUSB0, vendor.example.com/gpu=0]",
        (_, FacetKind::Flag) => "true",
        (_, FacetKind::HostPath) => "[/srv/app/**, { from: /etc/localtime, read_only: true }]",
        (_, FacetKind::Image) => "[nginx, \"registry.example.com/ci/**\"]",
        (_, FacetKind::Name) => "[\"ci-*\", { regex: \"job-[0-9]+\" }]",
        (_, FacetKind::Namespace) => return mode(row),
        (_, FacetKind::Pair) => "[KEY, \"KEY=value-*\"]",
        (_, FacetKind::Port) => "[random, \"127.0.0.1:8000-8999\"]",
        (_, FacetKind::Registry) => "[registry.example.com]",
        (_, FacetKind::SecurityOpt) => "[no-new-privileges, \"label=*\"]",
        (_, FacetKind::Size) => "{ max: 1GiB }",
        (_, FacetKind::Text) => return text(row),
        (_, FacetKind::Ulimit) => "[\"nofile=1024:2048\"]",
        (_, FacetKind::User) => "[\"1000:*\", \"2000\"]",
    };
    text.to_owned()
}

fn text(row: &FacetRow) -> String {
    match row.unsaid {
        Unsaid::Only(words) => format!("[{}]", words.iter().take(2).copied().collect::<Vec<_>>().join(", ")),
        _ => "[one, \"other-*\"]".to_owned(),
    }
}

fn mode(row: &FacetRow) -> String {
    let (words, joins) = language::modes(row);
    let default = (row.left_out == LeftOut::Default).then_some("default");
    let joined = joins.then_some("\"container:web\"");
    let modes: Vec<&str> = default.into_iter().chain(words.iter().copied()).chain(joined).collect();
    format!("[{}]", modes.join(", "))
}
