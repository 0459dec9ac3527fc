//! Who may import whom. The tables below are the architecture document.
//!
//! The engine (`catalogue`, `request`, `policy`) does no IO and has no clock, so
//! that the proxy, every command, the tests and the fuzzers share one decision.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test may fail")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A folder of `src/`, and the folders whose names it may say.
const LAYERS: &[(&str, &[&str])] = &[
    ("catalogue", &[]),
    ("request", &["catalogue"]),
    ("policy", &["catalogue", "request"]),
    ("learn", &["catalogue", "request", "policy"]),
    // Files and names: what is in them is the engine's matter.
    ("presets", &["request"]),
    // Other proxies' settings become text in the language, which the policy reads like any other.
    ("import", &["catalogue", "request", "policy"]),
    ("record", &["catalogue", "request", "policy"]),
    // What the kernel is asked to forbid knows nothing of Docker.
    ("confine", &[]),
    ("proxy", &["catalogue", "request", "policy", "record", "confine"]),
    // It shares no code with the gate, so that tests cannot agree with themselves.
    ("imitation", &[]),
    ("control", &["record", "proxy"]),
    // It tells what the readers of the others know.
    ("reference", &["catalogue", "request", "policy", "proxy"]),
    // It makes files that any gate and any client can use, and knows neither.
    ("certs", &[]),
    (
        "cli",
        &[
            "catalogue",
            "request",
            "policy",
            "import",
            "record",
            "proxy",
            "confine",
            "control",
            "imitation",
            "certs",
            "learn",
            "presets",
            "reference",
        ],
    ),
];

/// A dependency, and the folders or files that may name it.
const CRATES: &[(&str, &[&str])] = &[
    ("annotate_snippets", &["policy/problem.rs"]),
    ("arc_swap", &["proxy"]),
    ("bytes", &["proxy", "control"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli/completions.rs"]),
    ("clap_mangen", &["cli/man.rs", "cli/man"]),
    ("governor", &["proxy/quotas/local.rs"]),
    ("http", &["catalogue", "request", "policy", "proxy", "control", "cli/ask.rs"]),
    ("http_body", &["proxy"]),
    ("http_body_util", &["proxy", "control"]),
    ("humantime", &["record", "proxy/config", "cli/served.rs", "cli/learn.rs", "cli/learn", "certs/moment.rs"]),
    ("hyper", &["proxy", "control"]),
    ("hyper_util", &["proxy", "control"]),
    ("hyperlocal", &["proxy"]),
    ("ipnet", &["policy"]),
    ("landlock", &["confine/files.rs"]),
    ("libc", &["confine/calls.rs"]),
    ("listenfd", &["proxy/inherited.rs"]),
    ("nix", &["proxy/peer.rs"]),
    ("percent_encoding", &["catalogue", "request"]),
    ("prometheus_client", &["record/metrics.rs", "record/metrics"]),
    ("rcgen", &["certs"]),
    ("regex", &["policy/pattern.rs", "import/expression.rs"]),
    (
        "rustix",
        &[
            "proxy",
            "control",
            "confine/capabilities.rs",
            "certs/files.rs",
            "certs/folder.rs",
            "record/journal.rs",
            "record/metrics/observed.rs",
        ],
    ),
    ("rustls", &["proxy"]),
    ("saphyr_parser", &["policy/tree.rs", "policy/tree"]),
    ("sd_notify", &["cli/supervisor.rs"]),
    ("seccompiler", &["confine/calls.rs"]),
    (
        "serde",
        &[
            "record",
            "proxy/objects",
            "proxy/objects.rs",
            "proxy/quotas/count.rs",
            "proxy/shape/text.rs",
            "proxy/volumes.rs",
            "proxy/apart.rs",
            "proxy/source.rs",
            "control",
            "cli",
        ],
    ),
    ("serde_json", &["request", "record", "proxy", "control", "reference", "cli"]),
    ("serde_yaml", &["policy"]),
    ("sha2", &["proxy/peer.rs", "cli/plan.rs", "certs/certificate.rs"]),
    ("strsim", &["policy"]),
    ("tokio", &["proxy", "control", "cli", "imitation"]),
    ("tokio_rustls", &["proxy"]),
    ("tower_service", &["proxy/upstream.rs"]),
    ("tracing", &["record/log.rs", "record/journal.rs", "record/audit.rs", "proxy", "control", "cli"]),
    ("tracing_appender", &["record/log.rs", "record/journal.rs"]),
    ("tracing_subscriber", &["record/log.rs", "record/journal.rs"]),
    ("x509_parser", &["proxy/peer.rs", "proxy/revocations.rs", "certs/certificate.rs", "certs/subject.rs"]),
];

/// What the engine may not name: files, sockets, clocks, threads, the process.
const PURE: &[&str] = &["catalogue", "request", "policy", "import", "learn", "reference"];
const IMPURE: &[&str] = &[
    "std::fs",
    "std::io",
    "std::env",
    "std::process",
    "std::thread",
    "std::time",
    "std::os",
    "std::sync::Mutex",
    "TcpStream",
    "UnixStream",
    "println!",
    "eprintln!",
    "thread_local!",
];

/// A file of `src/`: its path there, and its code without comments and tests.
struct File {
    path: String,
    code: String,
}

impl File {
    fn layer(&self) -> &str {
        self.path.split('/').next().unwrap()
    }

    /// Whether the file is, or lies in, one of these places.
    fn is_in(&self, places: &[&str]) -> bool {
        let below = |place: &str| self.path.strip_prefix(place).is_some_and(|rest| rest.starts_with('/'));
        places.iter().any(|place| self.path == *place || below(place))
    }

    /// The modules at the root of the crate that it names, by whatever way.
    fn layers_named(&self) -> BTreeSet<&str> {
        let root = self.code.match_indices("crate::").flat_map(|(at, word)| first_words(&self.code[at + word.len()..]));
        let above =
            self.code.match_indices("super::").flat_map(|(at, word)| first_words(&self.code[at + word.len()..]));
        let ours = |name: &str| Path::new("src").join(self.layer()).join(name).with_extension("rs").exists();
        root.chain(above.filter(|name| is_layer(name) && !ours(name))).collect()
    }
}

fn is_layer(name: &str) -> bool {
    LAYERS.iter().any(|(layer, _)| *layer == name)
}

/// The names that follow `crate::`, of which `{a, b::c}` has several.
fn first_words(rest: &str) -> Vec<&str> {
    let Some(list) = rest.strip_prefix('{') else {
        return vec![identifier(rest)];
    };
    let end = list.find(';').unwrap_or(list.len());
    let (mut depth, mut names) = (0, Vec::new());
    for part in list[..end].split_inclusive(['{', '}', ',']) {
        let name = identifier(part.trim_start());
        if depth == 0 && !name.is_empty() {
            names.push(name);
        }
        depth += part.matches('{').count();
        depth = depth.saturating_sub(part.matches('}').count());
    }
    names
}

fn identifier(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    &text[..end]
}

/// Whether the code names the crate: `name::`, with nothing before that makes it another name.
fn names_crate(code: &str, name: &str) -> bool {
    code.match_indices(&format!("{name}::")).any(|(at, _)| {
        let before = code[..at].chars().next_back().unwrap_or(' ');
        !before.is_alphanumeric() && !"_:.".contains(before)
    })
}

fn files() -> Vec<File> {
    let mut found = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    walk(&root, &mut found);
    let relative = |path: &Path| path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
    found.iter().map(|path| File { path: relative(path), code: code(path) }).collect()
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let is_test = name == "tests" || name == "testing.rs" || name.ends_with("tests.rs");
        match path.is_dir() {
            true if !is_test => walk(&path, found),
            false if !is_test && name.ends_with(".rs") => found.push(path),
            _ => {}
        }
    }
}

fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let own = text.split("#[cfg(test)]\nmod ").next().unwrap();
    own.lines().map(|line| line.split("//").next().unwrap()).collect::<Vec<_>>().join("\n")
}

#[test]
fn folders_import_each_other_in_one_direction() {
    let mut wrong = Vec::new();
    for file in files().iter().filter(|file| file.path.contains('/')) {
        let (_, may) = LAYERS.iter().find(|(layer, _)| *layer == file.layer()).expect("a layer in the table");
        let named = file.layers_named();
        let bad = named.iter().filter(|name| **name != file.layer() && !may.contains(name));
        wrong.extend(bad.map(|name| format!("{} names `{name}`", file.path)));
    }
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn every_folder_is_a_layer() {
    let files = files();
    let folders: BTreeSet<&str> = files.iter().filter(|file| file.path.contains('/')).map(File::layer).collect();
    assert_eq!(folders, LAYERS.iter().map(|(layer, _)| *layer).collect());
    let roots: BTreeSet<&str> = files.iter().filter(|file| !file.path.contains('/')).map(File::layer).collect();
    assert_eq!(roots, BTreeSet::from(["lib.rs", "main.rs"]));
}

#[test]
fn crates_are_named_where_they_belong() {
    let mut wrong = Vec::new();
    for file in files() {
        let strays = CRATES.iter().filter(|(name, places)| !file.is_in(places) && names_crate(&file.code, name));
        wrong.extend(strays.map(|(name, _)| format!("{} names `{name}`", file.path)));
    }
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn every_dependency_has_its_place() {
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).unwrap();
    let (_, tail) = manifest.split_once("\n[dependencies]\n").unwrap();
    let lines = tail.lines().take_while(|line| !line.starts_with('[')).filter(|line| !line.starts_with('#'));
    let listed: BTreeSet<String> =
        lines.filter_map(|line| line.split_once(" =")).map(|(name, _)| name.replace('-', "_")).collect();
    assert_eq!(listed, CRATES.iter().map(|(name, _)| (*name).to_owned()).collect());
}

#[test]
fn every_dependency_has_its_reason_beside_it() {
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).unwrap();
    let (_, tail) = manifest.split_once("\n[dependencies]\n").unwrap();
    let mut before = "";
    for line in tail.split("\n[lints").next().unwrap().lines() {
        let is_dependency = line.contains(" = ") && !line.starts_with('#');
        assert!(!is_dependency || before.starts_with('#') || before.contains(" = "), "no reason for: {line}");
        before = line;
    }
}

#[test]
fn the_engine_does_no_io_and_has_no_clock() {
    let mut wrong = Vec::new();
    for file in files().iter().filter(|file| file.is_in(PURE)) {
        let strays = IMPURE.iter().filter(|word| file.code.contains(**word));
        wrong.extend(strays.map(|word| format!("{} names `{word}`", file.path)));
    }
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn names_are_found_in_every_spelling() {
    assert_eq!(first_words("policy::Role;"), ["policy"]);
    assert_eq!(first_words("{policy::{Role, cases}, record};"), ["policy", "record"]);
    assert_eq!(first_words("{self, request::Query as Q,\n  proxy,\n};"), ["self", "request", "proxy"]);
    assert!(names_crate("use tokio::io;", "tokio") && names_crate("(tokio::spawn", "tokio"));
    assert!(!names_crate("my_tokio::spawn", "tokio") && !names_crate("self::tokio::x", "tokio"));
}
