//! What clients and logs read: `tests/denials/NAME.yaml` is a policy,
//! `NAME.requests` what is sent, `NAME.txt` what comes.
//! `UPDATE_GOLDEN=1 cargo test --test denials` writes the last anew.

#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use dockgate::policy::{Decision, Policy, Source};
use dockgate::request::{Identity, Peer, understand};
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, Method};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn policies() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/denials");
    let entries = fs::read_dir(folder).expect("the folder of denials");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    files.sort();
    files
}

fn load(path: &Path) -> Policy {
    let name = path.file_name().expect("a name").to_string_lossy();
    let sources = [Source { name: name.into(), text: fs::read_to_string(path).expect("a policy") }];
    Policy::load(&sources).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

/// `UID METHOD TARGET`, perhaps with a body of JSON behind it, and what comes of it.
fn answer(policy: &Policy, line: &str) -> String {
    let (line, body) = line.split_once(" {").map_or((line, String::new()), |(line, body)| (line, format!("{{{body}")));
    let mut words = line.splitn(3, ' ');
    let mut word = || words.next().unwrap_or_else(|| panic!("`{line}` is no UID, METHOD and TARGET"));
    let uid = word().parse().expect("a uid");
    let method = Method::from_bytes(word().as_bytes()).expect("a method");
    let peer = Peer::Unix { uid, gid: uid, pid: 1, groups: Vec::new(), user: None, group_names: Vec::new() };
    let who = Arc::new(Identity::new("test".into(), peer));
    let role = match policy.role(&who) {
        Ok(role) => role,
        Err(none) => return none.to_string(),
    };
    let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
    let request = understand(who, &method, word(), &headers).and_then(|head| head.with_body(body.as_bytes()));
    match request.map(|request| role.decide(request)) {
        Ok(Decision::Allow(allowed)) => format!("allowed by {}", allowed.by()),
        Ok(Decision::Deny(denial)) => {
            let words: Vec<&str> = denial.why.iter().map(|why| why.word.as_str()).collect();
            let nearest = denial.nearest.as_ref().map_or("no entry".to_owned(), ToString::to_string);
            format!("{denial}\n    {} | {nearest}", words.join(" "))
        }
        Err(refusal) => format!("{} {}", refusal.status, refusal.message),
    }
}

fn transcript(path: &Path) -> String {
    let policy = load(path);
    let requests = fs::read_to_string(path.with_extension("requests")).expect("requests");
    let lines = requests.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| format!("{line}\n  {}\n", answer(&policy, line))).collect()
}

#[test]
fn sentences_are_as_recorded() {
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    let policies = policies();
    assert!(policies.len() >= 3, "{policies:?}");
    for path in policies {
        let (golden, transcript) = (path.with_extension("txt"), transcript(&path));
        if update {
            fs::write(&golden, &transcript).expect("a written file");
        }
        assert_eq!(transcript, fs::read_to_string(&golden).unwrap_or_default(), "{}", path.display());
    }
}
