//! The routes held against a live dockerd.
//!
//! Nothing here changes the daemon: objects do not exist, queries are broken
//! (`%zz`, refused before anything is done), bodies have the wrong type.

use crate::docker::Docker;
use crate::http::Answer;
use dockgate::catalogue::{OPERATIONS, Op, Operation, RouteError, Verb, route};

/// dockerd's answer where no route fits; an answer to HEAD has no body to look at.
fn is_nowhere(method: &str, answer: &Answer) -> bool {
    answer.status == 404 && (method == "HEAD" || answer.body.contains("page not found"))
}

/// Rows that older daemons do not have: the API version that brought them.
const NEWER: &[(Op, u16)] = &[(Op::ImageAttestations, 55), (Op::VolumeUpdate, 42)];

/// A harmless request that nothing but this row answers.
fn probe(row: &Operation, minor: u16) -> (&'static str, String, &'static str) {
    let method = if row.verb == Verb::Any { "GET" } else { row.verb.as_str() };
    let word = if row.op == Op::DebugPprof { "cmdline" } else { "dockgate-none" };
    let pieces = row.path.split('/').map(|piece| if piece.starts_with('{') { word } else { piece });
    let path = pieces.collect::<Vec<_>>().join("/");
    // Up to API 1.47 the debug routes have no version.
    let prefix = if row.verb == Verb::Any { String::new() } else { format!("/v1.{minor}") };
    let query = match row.op {
        // Builds ignore a broken query: no such builder, and no build without an id.
        Op::ImageBuild => "?version=9",
        Op::BuildCancel => "",
        _ => "?%zz",
    };
    let body = if row.body.table().is_some() { "x" } else { "" };
    (method, format!("{prefix}{path}{query}"), body)
}

#[test]
fn the_daemon_has_every_row() {
    let Some(docker) = Docker::connect("the_daemon_has_every_row") else { return };
    for row in OPERATIONS {
        let (method, target, body) = probe(row, docker.minor);
        let answer = docker.send(method, &target, body);
        let newer = NEWER.iter().any(|(op, since)| *op == row.op && docker.minor < *since);
        assert_eq!(is_nowhere(method, &answer), newer, "{}: {method} {target}: {answer:?}", row.name);
        assert!(answer.status >= 400 || row.verb != Verb::Post, "{} did something: {answer:?}", row.name);
    }
}

/// Spellings that dockerd takes, redirects or refuses.
const SPELLINGS: &[&str] = &[
    "GET /v1.{minor}/containers/json/",
    "GET /v1.{minor}/containers//json",
    "GET /v1.{minor}/./containers/json",
    "GET /v1.{minor}/%63ontainers/zq/json",
    "GET /v1.{minor}/containers%2Fzq/json",
    "GET /v1.{minor}%2Fcontainers/zq/json",
    "GET /v1%2e{minor}/containers/zq/json",
    "GET /%76%31.{minor}/containers/zq/json",
    "GET /v1.0{minor}/containers/zq/json",
    "GET /v01.{minor}/containers/zq/json",
    "GET /v1.{minor}./containers/zq/json",
    "GET /v1.{minor}.0.0/containers/zq/json",
    "GET /v/containers/zq/json",
    "GET /v1/containers/zq/json",
    "GET /v1.{minor}/v1.{minor}/containers/zq/json",
    "GET /V1.{minor}/containers/zq/json",
    "GET /v1.{minor}/Containers/zq/json",
    "HEAD /v1.{minor}/containers/json",
    "get /v1.{minor}/containers/zq/json",
    "GET /v1.{minor}/containers/zq/json;x=y",
    "GET /v1.{minor}/containers/zq/json%3Fall=1",
    "GET /v1.{minor}/containers/%/json",
    "GET /v1.{minor}/containers/zq%00/json",
    "GET /v1.{minor}/containers/zq%2525/json",
    "GET /v1.{minor}/containers/zq%20zq/json",
    "GET /v1.{minor}/containers/zq+zq/json",
    "GET /v1.{minor}/containers/zq%C3%A9/json",
    "GET /v1.{minor}/containers/zq\u{e9}/json",
    "GET /v1.{minor}/containers/zq/logs/json",
    "GET /v1.{minor}/containers/zq/attach/ws/json",
    "GET /v1.{minor}/containers/zq%2Flogs/json",
    "GET /containers/zq/json",
    "GET /v1.{minor}/images/zq/json/json",
    "GET /v1.{minor}/images/zq/json/history",
    "GET /v1.{minor}/images/docker.io%2Flibrary%2Fzq/json",
    "GET /v1.{minor}/images/docker.io/library/zq/json",
    "GET /v1.{minor}/images/zq%3Alatest/json",
    "GET /v1.{minor}/volumes/",
    "GET /v1.{minor}/volumes/zq%2Fzq",
    "GET /v1.{minor}/networks/",
    "GET /v1.{minor}/networks/zq/zq",
    "GET /v1.{minor}/services/zq/zq",
    "GET /v1.{minor}/services/zq%2Fzq",
    "DELETE /v1.{minor}/containers/zq/zq/checkpoints/zq",
    "DELETE /v1.{minor}/containers/zq/checkpoints/zq/zq",
    "DELETE /v1.{minor}/volumes/create",
    "DELETE /v1.{minor}/images/json",
    "DELETE /v1.{minor}/containers/json",
];

#[test]
fn odd_spellings_mean_the_same_or_are_refused() {
    let Some(docker) = Docker::connect("odd_spellings_mean_the_same_or_are_refused") else { return };
    for line in SPELLINGS {
        let line = line.replace("{minor}", &docker.minor.to_string());
        let (method, path) = line.split_once(' ').unwrap();
        compare(&docker, method, path);
    }
}

/// The same answer for what came and for what would be forwarded, or no route on either side.
fn compare(docker: &Docker, method: &str, path: &str) {
    let found = match route(&method.parse().unwrap(), path) {
        Err(RouteError::Unknown) => {
            let answer = docker.send(method, path, "");
            return assert!(is_nowhere(method, &answer), "{method} {path} is a route: {answer:?}");
        }
        Err(_) => return,
        Ok(found) => found,
    };
    let (came, forwarded) = (docker.send(method, path, ""), docker.send(method, &found.canonical_path(), ""));
    assert_eq!(came, forwarded, "{method} {path}");
    assert!(!is_nowhere(method, &came), "{method} {path} is no route: {came:?}");
    let name = found.params.object.unwrap_or_default();
    let familiar = name.trim_start_matches("docker.io/library/");
    // Swarm's routes answer that there is no swarm before they look at the name.
    let named = came.status == 503 || came.body.contains(familiar);
    assert!(named, "{method} {path} is not about {name}: {came:?}");
}

/// Words that paths are made of; none could be the beginning of an ID.
const WORDS: &[&str] = &[
    "/containers",
    "/images",
    "/volumes",
    "/networks",
    "/exec",
    "/plugins",
    "/services",
    "/tasks",
    "/json",
    "/history",
    "/get",
    "/logs",
    "/attach",
    "/ws",
    "/checkpoints",
    "/create",
    "/archive",
    "/zq",
    "/zq%2Fzq",
    "/zq%20",
    "/.",
    "/",
];

#[test]
fn random_paths_are_routed_alike() {
    let Some(docker) = Docker::connect("random_paths_are_routed_alike") else { return };
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut pick = |from: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        usize::try_from(random >> 33).unwrap() % from
    };
    let mut routed = 0;
    for _ in 0..1500 {
        let method = ["GET", "GET", "DELETE", "HEAD"][pick(4)];
        let prefix = ["", "/v1.40", "/v1.41"][pick(3)];
        let words = 1 + pick(4);
        let path: String = (0..words).map(|_| WORDS[pick(WORDS.len())]).collect();
        let path = format!("{prefix}{path}");
        let expected = match route(&method.parse().unwrap(), &path) {
            Err(RouteError::Unknown) => true,
            Err(_) => continue,
            Ok(_) => false,
        };
        routed += usize::from(!expected);
        let answer = docker.send(method, &format!("{path}?%zz"), "");
        assert_eq!(is_nowhere(method, &answer), expected, "{method} {path}: {answer:?}");
    }
    assert!(routed > 100, "only {routed} paths were routes");
}
