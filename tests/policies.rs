//! The presets pass their own tests, and say no as well as yes.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

use dockgate::catalogue::{OPERATIONS, Operation};
use dockgate::policy::{Outcome, Policy, Source};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("policies")
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder of presets");
    entries.map(|entry| entry.expect("an entry").path()).collect()
}

/// The policies of the folder and of those below it, without the configurations of gates.
fn presets() -> Vec<PathBuf> {
    let (below, mut files): (Vec<PathBuf>, Vec<PathBuf>) =
        entries(&folder()).into_iter().partition(|path| path.is_dir());
    files.extend(below.iter().flat_map(|folder| entries(folder)));
    files.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    files.retain(|path| !path.ends_with("dockgate.yaml"));
    files.sort();
    files
}

/// `compose`, `homelab/dozzle`
fn called(file: &Path) -> String {
    let name = file.strip_prefix(folder()).expect("a preset").with_extension("");
    name.to_string_lossy().into_owned()
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
    assert_eq!(files.len(), 86, "{files:?}");
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

/// The widest line of a header.
const WIDTH: usize = 96;

/// What a preset can reach, as its header says it: once, where all its roles are alike.
fn reach_line(policy: &Policy) -> String {
    let mut lines: Vec<(String, String)> =
        policy.roles().iter().map(|role| (role.name().to_string(), role.reach_in_words())).collect();
    let alike = lines.windows(2).all(|pair| pair[0].1 == pair[1].1);
    lines.truncate(if alike { 1 } else { lines.len() });
    let of = |name: &str| if alike { String::new() } else { format!(" of {name}") };
    lines.iter().map(|(name, said)| wrapped(&format!("Reach{}: {said}.", of(name)))).collect()
}

/// As comments: the lines that go on are indented.
fn wrapped(text: &str) -> String {
    let mut lines = vec![String::from("#")];
    for word in text.split(' ') {
        let last = lines.last_mut().expect("a line");
        match last.len() + 1 + word.len() > WIDTH {
            true => lines.push(format!("#   {word}")),
            false => *last = format!("{last} {word}"),
        }
    }
    lines.join("\n") + "\n"
}

/// The lines of a preset that say what it reaches, and the rest of it.
fn split_reach(text: &str) -> (String, String) {
    let (mut said, mut rest, mut inside) = (String::new(), String::new(), false);
    for line in text.split_inclusive('\n') {
        inside = line.starts_with("# Reach") || (inside && line.starts_with("#   "));
        if inside { said.push_str(line) } else { rest.push_str(line) }
    }
    (said, rest)
}

/// The preset with its line anew, where it was or else behind its first comment.
fn with_reach(text: &str, line: &str) -> String {
    let (old, rest) = split_reach(text);
    if let (false, Some(at)) = (old.is_empty(), text.find("# Reach")) {
        return format!("{}{line}{}", &text[..at], &rest[at..]);
    }
    let head: usize = rest.split_inclusive('\n').take_while(|line| line.starts_with('#')).map(str::len).sum();
    format!("{}#\n{line}{}", &rest[..head], &rest[head..])
}

/// A preset says what can be done with it at the worst, in the words of `dockgate reach`.
#[test]
fn presets_say_what_they_reach() {
    for file in presets() {
        let text = fs::read_to_string(&file).expect("a preset");
        let line = reach_line(&load(&file));
        if std::env::var_os("UPDATE_GOLDEN").is_some() && split_reach(&text).0 != line {
            fs::write(&file, with_reach(&text, &line)).expect("a written file");
        }
        let text = fs::read_to_string(&file).expect("a preset");
        assert_eq!(split_reach(&text).0, line, "{file:?}: UPDATE_GOLDEN=1 writes it anew");
    }
}

#[test]
fn the_line_takes_the_place_of_an_old_one() {
    let (old, new) = ("# Reach: can x,\n#   y.\n", "# Reach: no.\n");
    let with = |line: &str| format!("# A preset.\n#\n{line}version: 1\n# not: Reach\n");
    assert_eq!(with_reach(&with(old), new), with(new));
    assert_eq!(with_reach("# A preset.\nversion: 1\n# not: Reach\n", new), with(new));
    assert_eq!(split_reach(&with(old)).0, old);
}

/// A grant that no test needs is one too many, or one too few is tested.
#[test]
fn presets_grant_and_forbid_nothing_that_no_test_needs() {
    for file in presets() {
        let tried = load(&file).coverage().expect("a preset is small");
        let idle: Vec<String> = tried
            .iter()
            .filter(|tried| tried.outcome != Outcome::Needed)
            .map(|tried| format!("{}: {:?}", tried.place, tried.outcome))
            .collect();
        assert!(!tried.is_empty() && idle.is_empty(), "{file:?} {idle:#?}");
    }
}

/// What `check` warns of is what the header says.
#[test]
fn only_those_presets_are_root_that_say_so() {
    for file in presets() {
        let policy = load(&file);
        let warned = policy.warnings().iter().any(|warning| warning.message.contains("root on the host"));
        let said = reach_line(&policy).replace("\n#  ", "");
        assert_eq!(warned, said.contains("become root on the host"), "{file:?}");
    }
}

/// The gate of a homelab takes each of its policies, and none is left over.
#[test]
fn the_homelab_is_a_configuration() {
    let configuration = folder().join("homelab/dockgate.yaml");
    let mut check = Command::new(env!("CARGO_BIN_EXE_dockgate"));
    let checked = check.args(["check", "--config"]).arg(&configuration).output().expect("the gate");
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    let text = fs::read_to_string(&configuration).expect("the configuration");
    for file in entries(&folder().join("homelab")) {
        let name = file.file_name().expect("a name").to_string_lossy().into_owned();
        assert!(name == "dockgate.yaml" || text.contains(&format!("policy: {name}")), "{name}");
    }
}

/// The twenty wishes of the cookbook are whole policies, each with tests of both kinds.
#[test]
fn the_cookbook_is_true() {
    const PAGE: &str = include_str!("../docs/cookbook.md");
    let recipes: Vec<&str> = PAGE.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!((recipes.len(), PAGE.matches("\n### ").count()), (20, 20));
    for recipe in recipes {
        let sources = [Source { name: "cookbook.md".into(), text: recipe.to_owned() }];
        let policy = Policy::load(&sources).unwrap_or_else(|problems| panic!("{problems:#?}"));
        assert!(recipe.contains("expect: { deny") || recipe.contains("expect: absent"), "{recipe}");
        for case in policy.cases() {
            let result = case.run(&policy);
            assert!(result.passed(), "{}: {:?}", result.it, result.failure);
        }
    }
}

/// What the binary carries is what lies in the folder.
#[test]
fn each_preset_is_in_the_table() {
    let named: Vec<String> = dockgate::presets::PRESETS.iter().map(|preset| preset.name.to_owned()).collect();
    let mut sorted = named.clone();
    sorted.sort();
    let mut files: Vec<String> = presets().iter().map(|file| called(file)).collect();
    files.sort();
    assert_eq!(sorted, files);
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
    assert_eq!(examples().len(), 9);
    for text in examples() {
        let sources = [Source { name: "README.md".into(), text }];
        let policy = Policy::load(&sources).unwrap_or_else(|problems| panic!("{problems:#?}"));
        for case in policy.cases() {
            let result = case.run(&policy);
            assert!(result.passed(), "{}: {:?}", result.it, result.failure);
        }
    }
}

/// A block for each preset: every operation that some role of it can ever be allowed, `!` where that is unexamined.
fn reach() -> String {
    let block = |file: &PathBuf| {
        let policy = load(file);
        let lines = OPERATIONS.iter().filter_map(|row| reached(&policy, row));
        format!("{}\n{}\n", called(file), lines.collect::<String>())
    };
    presets().iter().map(block).collect()
}

fn reached(policy: &Policy, row: &Operation) -> Option<String> {
    let roles = policy.roles();
    let mark = if roles.iter().any(|role| role.unexamined(row.op)) { "! " } else { "" };
    roles.iter().any(|role| role.may_ever(row.op)).then(|| format!("  {mark}{}\n", row.name))
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
