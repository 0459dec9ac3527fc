//! What was learned from everyday use lets none of the dangers through that the use did not need.

use crate::rows::{Denied, rows};
use dockgate::learn::Learner;
use dockgate::policy::{Policy, Source, Told};
use serde_json::Value as Json;
use std::fs;
use std::path::Path;

/// What of the dangers is allowed, and what of the use needs it.
const NEEDED: &[(&str, &str, &str)] = &[
    ("cli", "GET /v1.41/containers/json", "docker ps lists all containers"),
    ("cli", "GET /v1.41/images/json", "docker images"),
    ("cli", "/info", "docker info"),
    ("python", "GET /v1.41/containers/json", "containers.list()"),
    ("python", "GET /v1.41/images/json", "images.list()"),
    ("python", "GET /v1.41/networks ", "networks.list()"),
    ("python", "GET /v1.41/volumes ", "volumes.list()"),
    ("python", "DELETE /v1.41/containers/", "remove(force=True, v=True), of containers that nobody named"),
    ("python", "/start ", "starts containers that nobody named"),
    ("python", "/wait ", "waits for containers that nobody named"),
    ("python", "/logs?stdout=1", "reads what containers print that nobody named"),
    ("python", "/esc-other/json", "looks at containers that nobody named"),
    ("python", "/cafe/json", "looks at containers that nobody named"),
    ("python", r#" {"Image":"busybox"}"#, "runs plain containers: without limits, as the image's own user"),
    ("python", r#" {"Image":"busybox","HostConfig":{}}"#, "runs plain containers"),
    ("python", r#" {"Image":"busybox","HostConfig":{"CapDrop":[]}}"#, "runs plain containers"),
    ("python", r#" {"Image":"busybox","HostConfig":{"LogConfig":{"Type":""}}}"#, "runs plain containers"),
    ("python", r#" {"Image":"busybox","HostConfig":{"ReadonlyRootfs":false}}"#, "runs plain containers"),
    ("python", r#" {"Image":"busybox","User":""}"#, "runs plain containers"),
    (
        "python",
        r#"{"bridge":{}}},"HostConfig":{"NetworkMode":"none"}}"#,
        "joins Docker's own network, which is this one",
    ),
    ("python", r#" {"Image":"busybox","Cmd":"#, "runs commands, whose arguments are not recorded"),
    ("python", r#" {"Image":"busybox","cmd":"#, "runs commands, whose arguments are not recorded"),
    ("python", r#" {"Image":"busybox:"#, "runs the image, which is learned without its tag"),
    ("python", r#" {"Image":"busybox@"#, "runs the image, which is learned without its tag"),
    ("python", r#" {"Image":"docker.io/library/busybox:1"}"#, "runs the image, which is learned without its tag"),
];

/// The policy that was learned from the records of one kind of use.
fn learned(kind: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/learn").join(kind).with_extension("jsonl");
    let mut learner = Learner::default();
    for line in fs::read_to_string(path).unwrap().lines() {
        let record: Json = serde_json::from_str(line).unwrap();
        if record["request"].is_object() {
            let source = Source { name: kind.into(), text: record["request"].to_string() };
            assert!(learner.take(&Told::read(&source).unwrap()), "{line}");
        }
    }
    assert!(learner.requests() > 20);
    let learned = learner.learned();
    let bad: Vec<&String> =
        learned.notes.iter().filter(|note| note.contains("not allowed") || note.contains("fails")).collect();
    assert!(bad.is_empty(), "{bad:?}");
    learned.text
}

/// The danger as a test that it is allowed, by the names that the use had: what keeps it out must
/// not be that its container is called otherwise.
fn test(denied: &Denied, web: &str) -> Option<String> {
    let named = |text: &str| text.replace("name=esc", &format!("name={web}")).replace("esc-own", web);
    let send = named(denied.send.as_deref()?);
    let mut test = serde_json::json!({ "it": denied.said(), "send": send, "expect": "allow" });
    if let Some(body) = &denied.body {
        test["body"] = body.as_str().into();
    }
    if !denied.headers.is_empty() {
        test["headers"] = serde_json::to_value(&denied.headers).unwrap();
    }
    let object = send.split(['/', '?']).nth(4).filter(|_| send.contains("/containers/")).unwrap_or_default();
    test["about"] = serde_json::json!({ "name": object, "id": "0123456789abcdef".repeat(4) });
    Some(format!("  - {test}\n"))
}

fn allowed(kind: &str, web: &str) -> Vec<String> {
    let policy = learned(kind);
    let mut found = Vec::new();
    for file in crate::offline::FILES {
        for row in rows(file) {
            let dangers: Vec<&Denied> =
                row.denied.iter().filter(|one| !one.is_wire() && !one.links && !one.is_refused()).collect();
            let tests: Vec<String> =
                dangers.iter().filter_map(|denied| test(denied, web)).filter(|test| !test.contains('<')).collect();
            let text = format!("{policy}{}", tests.concat());
            let policy = Policy::load(&[Source { name: "learned".into(), text }]).unwrap();
            let dangers = policy.cases().iter().rev().take(tests.len());
            found.extend(
                dangers
                    .map(|case| case.run(&policy))
                    .filter(|it| it.passed())
                    .map(|it| format!("{file}: {}: {}", row.row, it.it)),
            );
        }
    }
    found
}

fn only_what_was_needed(kind: &str, web: &str) {
    let unneeded = |line: &String| !NEEDED.iter().any(|(of, part, _)| *of == kind && line.contains(part));
    let found: Vec<String> = allowed(kind, web).into_iter().filter(unneeded).collect();
    assert!(found.is_empty(), "{} dangers are allowed:\n{}", found.len(), found.join("\n"));
}

#[test]
fn a_day_of_the_docker_cli_opens_nothing_else() {
    only_what_was_needed("cli", "dgtlearn-web");
}

#[test]
fn a_day_of_docker_py_opens_nothing_else() {
    only_what_was_needed("python", "dgtlearn-sleeper");
}
