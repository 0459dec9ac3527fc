//! The table of facets in `policies/README.md` is that of the code.
//! `UPDATE_GOLDEN=1 cargo test --test facets` writes it anew.

use dockgate::catalogue::{FACETS, FacetKind, FacetRow, LeftOut, Unsaid};
use std::fs;
use std::path::Path;

const BEGIN: &str = "<!-- facets: written by `UPDATE_GOLDEN=1 cargo test --test facets` -->\n";
const END: &str = "<!-- end of facets -->\n";

fn kind(row: &FacetRow) -> &'static str {
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

fn words(words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    words.join(", ")
}

fn unsaid(row: &FacetRow) -> String {
    match row.unsaid {
        Unsaid::Any => "any".into(),
        Unsaid::AtLeast(least) => format!("at least {least}"),
        Unsaid::Except(list) => format!("any but {}", words(list)),
        Unsaid::None => "**none**".into(),
        Unsaid::Only(list) => words(list),
    }
}

fn about(row: &FacetRow) -> String {
    let sentence = row.sentence.replace("{}", "…");
    let left_out = match row.left_out {
        LeftOut::Unlimited => "; left out, it is without limit",
        LeftOut::Default | LeftOut::False | LeftOut::Unused => "",
    };
    let known = row.about.contains("left out");
    format!("{}{} · *may not {sentence}*", row.about, if known { "" } else { left_out })
}

fn table() -> String {
    let head = "| word | what it limits, and what a denial says | values | unless said |\n| --- | --- | --- | --- |\n";
    let line = |row: &FacetRow| format!("| `{}` | {} | {} | {} |\n", row.word, about(row), kind(row), unsaid(row));
    FACETS.iter().map(line).fold(head.to_owned(), |table, line| table + &line)
}

#[test]
fn the_page_holds_the_table_of_the_code() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies/README.md");
    let page = fs::read_to_string(&file).expect("the page");
    let (before, rest) = page.split_once(BEGIN).expect("the beginning of the table");
    let (_, after) = rest.split_once(END).expect("the end of the table");
    let current = format!("{before}{BEGIN}{}{END}{after}", table());
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&file, &current).expect("a written page");
    } else {
        assert!(page == current, "run `UPDATE_GOLDEN=1 cargo test --test facets`");
    }
}
