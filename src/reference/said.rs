//! The tables in words.

use crate::catalogue::{FacetKind, FacetRow, LeftOut, Unsaid};

/// How values of a facet are written, in a word or two.
pub fn kind(row: &FacetRow) -> &'static str {
    match row.kind {
        FacetKind::Capability => "capabilities",
        FacetKind::Command => "command lines",
        FacetKind::Count => "`{ max: 100 }`",
        FacetKind::Cpus => "`{ max: 1.5 }`",
        FacetKind::Device => "devices",
        FacetKind::Flag => "`true`, `false`",
        FacetKind::HostPath => "paths",
        FacetKind::Image => "images",
        FacetKind::Name => "names",
        FacetKind::Namespace => "modes",
        FacetKind::Pair => "`KEY`, `KEY=VALUE`",
        FacetKind::Port => "ports",
        FacetKind::Registry => "hosts",
        FacetKind::SecurityOpt => "options",
        FacetKind::Size => "`{ max: 1GiB }`",
        FacetKind::Text => "text",
        FacetKind::Ulimit => "`nofile=1024:2048`",
        FacetKind::User => "users",
    }
}

/// What a grant allows that does not name the facet.
pub fn unsaid(row: &FacetRow) -> String {
    match row.unsaid {
        Unsaid::Any => "any".into(),
        Unsaid::AtLeast(least) => format!("at least {least}"),
        Unsaid::Except(list) => format!("any but {}", quoted(list)),
        Unsaid::None => "**none**".into(),
        Unsaid::Only(list) => quoted(list),
    }
}

/// What the facet is, and what its denial says.
pub fn about(row: &FacetRow) -> String {
    let sentence = row.sentence.replace("{}", "…");
    let left_out = match row.left_out {
        LeftOut::Unlimited => "; left out, it is without limit",
        LeftOut::Default | LeftOut::False | LeftOut::Unused => "",
    };
    let known = row.about.contains("left out");
    format!("{}{} · *may not {sentence}*", row.about, if known { "" } else { left_out })
}

/// The words in backticks.
pub fn quoted(words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    words.join(", ")
}
