//! The schemas that editors get: whatever a reader takes fits them, and what is wrong in its shape does not.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

use dockgate::catalogue::{FACETS, GROUPS, OPERATIONS};
use dockgate::policy::{Policy, Source};
use dockgate::reference::schema;
use jsonschema::Validator;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn validator(schema: &Value) -> Validator {
    jsonschema::draft202012::meta::validate(schema).expect("a schema of the draft");
    jsonschema::draft202012::new(schema).expect("a schema whose references are there")
}

/// What an editor sees of a file: YAML 1.2 as data.
fn data(text: &str) -> Option<Value> {
    serde_yaml::from_str(text).ok()
}

fn problems(validator: &Validator, value: &Value) -> Vec<String> {
    validator.iter_errors(value).map(|error| format!("{}: {error:.300}", error.instance_path())).collect()
}

/// The YAML files of a folder and of those below it.
fn files(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            match path.is_dir() {
                true => folders.push(path),
                false if path.extension().is_some_and(|ending| ending == "yaml") => found.push(path),
                false => {}
            }
        }
    }
    found.sort();
    found
}

fn is_policy(text: &str) -> bool {
    Policy::load(&[Source { name: "p.yaml".into(), text: text.to_owned() }]).is_ok()
}

/// The policies of the clone that the reader takes, by their files.
fn policies() -> Vec<(String, String)> {
    let folders = ["policies", "deploy", "tests/problems", "tests/cli", "tests/escalations", "tests/attacks"];
    let paths = folders.iter().flat_map(|folder| files(folder));
    let read = |path: PathBuf| (path.display().to_string(), fs::read_to_string(&path).expect("a file"));
    paths.map(read).filter(|(_, text)| is_policy(text)).collect()
}

/// The examples of a page, completed where they show a piece.
fn examples() -> Vec<String> {
    let page = fs::read_to_string(root().join("policies/README.md")).expect("the page");
    let blocks = page.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next());
    let complete = |block: &str| {
        let version = if block.contains("version:") { "" } else { "version: 1\n" };
        let roles = if block.contains("roles:") { "" } else { "roles: { r: { who: anyone, may: [everything] } }\n" };
        format!("{version}{roles}{block}")
    };
    blocks.map(complete).collect()
}

#[test]
fn what_is_a_policy_fits() {
    let validator = validator(&schema::policy());
    let examples = examples().into_iter().map(|text| ("policies/README.md".to_owned(), text));
    let all: Vec<(String, String)> = policies().into_iter().chain(examples).collect();
    assert!(all.len() > 35, "{}", all.len());
    for (file, text) in all {
        let found = problems(&validator, &data(&text).expect("YAML"));
        assert!(found.is_empty(), "{file}\n{text}\n{found:#?}");
    }
}

/// Pieces of policies that the reader takes, so that the schema may not be narrower.
#[test]
fn what_is_written_in_other_ways_fits_too() {
    let validator = validator(&schema::policy());
    for piece in include_str!("schema/good.txt").lines() {
        let text = format!("version: 1\n{}", piece.replace("; ", "\n"));
        assert!(is_policy(&text), "{text}");
        let found = problems(&validator, &data(&text).expect("YAML"));
        assert!(found.is_empty(), "{text}\n{found:#?}");
    }
}

#[test]
fn what_is_wrong_in_its_shape_does_not_fit() {
    let validator = validator(&schema::policy());
    for piece in include_str!("schema/bad.txt").lines() {
        let text = format!("version: 1\n{}", piece.replace("; ", "\n"));
        assert!(!is_policy(&text), "{text}");
        assert!(!validator.is_valid(&data(&text).expect("YAML")), "{text}");
    }
}

/// Of the files with problems, those whose words or shapes are wrong are found by an editor as well.
#[test]
fn recorded_problems_are_seen_where_they_are_of_shape() {
    let validator = validator(&schema::policy());
    let seen = |name: &str| {
        let text = fs::read_to_string(root().join("tests/problems").join(name)).expect("a file");
        assert!(!is_policy(&text), "{name}");
        data(&text).is_some_and(|value| !validator.is_valid(&value))
    };
    for name in [
        "all-at-once",
        "copies",
        "facets",
        "hints",
        "later-words",
        "limits",
        "lists",
        "newcomer",
        "quotas",
        "shapes",
        "slips",
        "views",
        "who",
    ] {
        assert!(seen(&format!("{name}.yaml")), "{name}");
    }
}

#[test]
fn every_word_of_the_catalogue_is_known() {
    let text = schema::policy().to_string();
    let words = OPERATIONS.iter().map(|row| row.name).chain(GROUPS.iter().map(|group| group.name));
    for word in words.chain(FACETS.iter().map(|row| row.word)) {
        assert!(text.contains(&format!("\"{word}\"")) || text.contains(&format!(".{word}\"")), "{word}");
    }
    for line in OPERATIONS.iter().map(|row| row.about).chain(FACETS.iter().map(|row| row.about)) {
        assert!(text.contains(&line.replace('"', "\\\"")), "{line}");
    }
}

#[test]
fn configurations_fit() {
    let validator = validator(&schema::configuration());
    let folders = ["deploy", "policies/homelab"].into_iter().flat_map(files);
    let named =
        folders.filter(|path| path.ends_with("dockgate.yaml")).map(|path| fs::read_to_string(path).expect("it"));
    let page = fs::read_to_string(root().join("docs/running.md")).expect("the page");
    let example =
        page.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("an example").to_owned();
    let golden = fs::read_to_string(root().join("tests/cli/configuration.yaml")).expect("it");
    let all: Vec<String> = named.chain([example, golden]).collect();
    assert_eq!(all.len(), 7);
    for text in all {
        let found = problems(&validator, &data(&text).expect("YAML"));
        assert!(found.is_empty(), "{text}\n{found:#?}");
    }
}

#[test]
fn what_is_no_configuration_does_not_fit() {
    let validator = validator(&schema::configuration());
    let listen = "listen: [{ socket: /s, policy: p.yaml }]";
    assert!(validator.is_valid(&data(listen).expect("YAML")));
    let wrong = [
        "listen: []",
        "listen: [{ socket: /s }]",
        "listen: [{ socket: /s, policy: p.yaml, tls: { key: k } }]",
        "listen: [{ address: '127.0.0.1:1', policy: p.yaml, mode: '0660' }]",
        "listen: [{ address: '127.0.0.1:1', policy: p.yaml, tls: { key: k } }]",
        "listen: [{ socket: /s, policy: p.yaml, denials: long }]",
        "upstream: /x",
        "listen: [{ socket: /s, policy: p.yaml }]\nthreads: 0",
        "listen: [{ socket: /s, policy: p.yaml }]\nlimits: { idle_timeout: 5 }",
        "listen: [{ socket: /s, policy: p.yaml }]\nlimits: { conections: 5 }",
        "listen: [{ socket: /s, policy: p.yaml }]\nconfine: maybe",
        "listen: [{ socket: /s, policy: p.yaml }]\nlisen: 1",
    ];
    for text in wrong {
        assert!(!validator.is_valid(&data(text).expect("YAML")), "{text}");
    }
}

/// A schema is read at each start of an editor, and sent about.
#[test]
fn schemas_stay_small() {
    let size = |schema: &Value| schema.to_string().len();
    assert!(size(&schema::policy()) < 400_000, "{}", size(&schema::policy()));
    assert!(size(&schema::configuration()) < 20_000, "{}", size(&schema::configuration()));
}

/// What editors are told about one operation, as it was reviewed.
#[test]
fn an_excerpt_is_as_it_was() {
    let schema = schema::policy();
    let words = ["may.ContainerKill", "never.ContainerKill", "facet.binds", "one.paths", "facet.mem_limit", "client"];
    let mut excerpt = serde_json::Map::new();
    for word in words {
        excerpt.insert(word.to_owned(), schema["$defs"][word].clone());
    }
    let text = serde_json::to_string_pretty(&excerpt).expect("JSON") + "\n";
    let golden = root().join("tests/schema/excerpt.json");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&golden, &text).expect("a written file");
    }
    assert_eq!(text, fs::read_to_string(&golden).unwrap_or_default(), "UPDATE_GOLDEN=1 writes it anew");
}
