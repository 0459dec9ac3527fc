//! The presets pass their own tests, and say no as well as yes.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

use dockgate::catalogue::OPERATIONS;
use dockgate::policy::{Policy, Source};
use std::fs;
use std::path::{Path, PathBuf};

fn presets() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies");
    let entries = fs::read_dir(folder).expect("the folder of presets");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    files.sort();
    files
}

fn load(path: &Path) -> Policy {
    let name = path.file_name().expect("a name").to_string_lossy();
    let sources = [Source { name: name.into(), text: fs::read_to_string(path).expect("a preset") }];
    Policy::load(&sources).unwrap_or_else(|problems| {
        let drawn: Vec<String> = problems.iter().map(|problem| problem.render(&sources, false)).collect();
        panic!("{}", drawn.join("\n\n"))
    })
}

#[test]
fn presets_pass_their_own_tests() {
    let files = presets();
    assert_eq!(files.len(), 10, "{files:?}");
    for file in files {
        let policy = load(&file);
        for case in policy.cases() {
            let result = case.run(&policy);
            assert!(result.passed(), "{} {}: {:?}", result.place, result.it, result.failure);
        }
    }
}

#[test]
fn presets_have_tests_of_both_kinds() {
    for file in presets() {
        let text = fs::read_to_string(&file).expect("a preset");
        assert!(text.contains("expect: allow"), "{file:?}");
        let open = file.ends_with("everything.yaml");
        assert!(open || text.contains("expect: { deny:"), "{file:?}");
    }
}

#[test]
fn only_those_presets_are_root_that_say_so() {
    for file in presets() {
        let text = fs::read_to_string(&file).expect("a preset");
        let warned = load(&file).warnings().iter().any(|warning| warning.message.contains("root on the host"));
        assert_eq!(warned, text.contains("root on the host"), "{file:?}");
    }
}

/// The examples of the language's page, completed where they show a piece.
fn examples() -> Vec<String> {
    const PAGE: &str = include_str!("../policies/README.md");
    let blocks = PAGE.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next());
    let complete = |block: &str| {
        let version = if block.contains("version:") { "" } else { "version: 1\n" };
        let roles = if block.contains("roles:") { "" } else { "roles: { r: { who: anyone, may: [everything] } }\n" };
        format!("{version}{roles}{block}")
    };
    blocks.map(complete).collect()
}

#[test]
fn the_examples_of_the_page_are_policies() {
    assert_eq!(examples().len(), 8);
    for text in examples() {
        let sources = [Source { name: "README.md".into(), text }];
        let policy = Policy::load(&sources).unwrap_or_else(|problems| panic!("{problems:#?}"));
        for case in policy.cases() {
            let result = case.run(&policy);
            assert!(result.passed(), "{}: {:?}", result.it, result.failure);
        }
    }
}

/// One line for each operation: `+` judged, `!` unexamined, `.` never.
fn reach() -> String {
    let policies: Vec<(String, Policy)> = presets()
        .iter()
        .map(|file| (file.file_stem().expect("a name").to_string_lossy().into_owned(), load(file)))
        .collect();
    let header = policies.iter().map(|(name, _)| format!("  {name}"));
    let mut table = format!("{:26}{}\n", "", header.collect::<String>());
    for row in OPERATIONS {
        let cell = |(name, policy): &(String, Policy)| {
            let role = &policy.roles()[0];
            let mark = match (role.may_ever(row.op), role.unexamined(row.op)) {
                (true, true) => "!",
                (true, false) => "+",
                (false, _) => ".",
            };
            format!("  {mark:width$}", width = name.len())
        };
        let line = format!("{:26}{}", row.name, policies.iter().map(cell).collect::<String>());
        table.push_str(line.trim_end());
        table.push('\n');
    }
    table
}

/// A preset that reaches further than before is seen in review, wherever the change came from.
#[test]
fn presets_reach_what_is_recorded() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/policies/reach.txt");
    let reach = reach();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&golden, &reach).expect("a written file");
    }
    assert_eq!(reach, fs::read_to_string(&golden).unwrap_or_default());
}
