//! The pages of `docs/reference/` are those that the tables make; `UPDATE_GOLDEN=1 cargo test --test reference` writes them.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

use dockgate::catalogue::{FACETS, GROUPS, OPERATIONS, Unsaid};
use dockgate::policy::{Policy, Source};
use dockgate::reference::pages;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn read(name: &str) -> String {
    fs::read_to_string(file(name)).unwrap_or_default()
}

fn written() -> [(&'static str, String); 3] {
    [
        ("docs/reference/operations.md", pages::operations()),
        ("docs/reference/groups.md", pages::groups()),
        ("docs/reference/facets.md", pages::facets()),
    ]
}

#[test]
fn pages_are_those_of_the_tables() {
    for (name, page) in written() {
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            fs::write(file(name), &page).expect("a written page");
        }
        assert!(read(name) == page, "{name}: run `UPDATE_GOLDEN=1 cargo test --test reference`");
    }
}

#[test]
fn every_word_has_its_section() {
    let [operations, groups, facets] = written().map(|(_, page)| page);
    let has = |page: &str, word: &str| page.contains(&format!("\n## {word}\n"));
    assert!(OPERATIONS.iter().all(|row| has(&operations, row.name)));
    assert!(GROUPS.iter().all(|group| has(&groups, group.name)));
    assert!(FACETS.iter().all(|row| has(&facets, row.word)));
}

#[test]
fn every_link_leads_somewhere() {
    let pages = written();
    for (name, page) in &pages {
        for target in page.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let (to, section) = target.split_once('#').unwrap_or((target, ""));
            let to = if to.is_empty() { name.rsplit('/').next().expect("a name") } else { to };
            let Some((_, text)) = pages.iter().find(|(known, _)| known.ends_with(&format!("/{to}"))) else {
                assert!(file("docs/reference").join(to).exists(), "{name}: {target}");
                continue;
            };
            let sections: BTreeSet<String> =
                text.lines().filter_map(|line| line.strip_prefix("## ")).map(str::to_ascii_lowercase).collect();
            assert!(section.is_empty() || sections.contains(section), "{name}: {target}");
        }
    }
}

#[test]
fn every_facet_is_read_from_somewhere() {
    let page = pages::facets();
    for row in FACETS {
        let section = page.split(&format!("\n## {}\n", row.word)).nth(1).expect("a section");
        let section = section.split("\n## ").next().expect("its end");
        assert!(section.contains("| it is read from"), "{}", row.word);
        let named = row.operations.iter().filter(|op| section.contains(&format!("`{}`", op.name())));
        assert_eq!(named.count(), row.operations.len(), "{}", row.word);
    }
}

#[test]
fn what_is_closed_unless_said_has_its_reason() {
    for row in FACETS {
        assert_eq!(pages::risk(row.facet).is_some(), row.unsaid != Unsaid::Any || row.word == "labels", "{}", row.word);
    }
}

#[test]
fn every_example_is_a_limit() {
    for row in FACETS {
        for op in row.operations {
            let limit = format!("{}: {{ {}: {} }}", op.name(), row.word, pages::example(row));
            let text = format!("version: 1\nroles: {{ r: {{ who: anyone, may: [{limit}] }} }}\n");
            let loaded = Policy::load(&[Source { name: "p.yaml".into(), text }]);
            assert!(loaded.is_ok(), "{limit}: {:#?}", loaded.err());
        }
    }
}

/// The page of the language tells the same of docker's commands.
#[test]
fn commands_need_what_the_page_says() {
    let page = read("policies/README.md");
    let section = page.split("## What docker's commands need").nth(1).expect("the section");
    let section = section.split("\n## ").next().expect("its end");
    for (command, needs) in pages::COMMANDS {
        let word = format!("`{}", command.split(' ').next().expect("a word"));
        assert!(section.contains(&word), "{command}");
        assert!(needs.iter().all(|op| section.contains(op.name())), "{command}");
    }
}
