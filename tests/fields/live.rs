//! Bodies held against a live dockerd: what is made of the original, and what of the canonical spelling.
//!
//! `DOCKGATE_TEST_CASES` is the number of containers (a third as many networks
//! and volumes), `DOCKGATE_TEST_SEED` the first seed.

use super::generate::{Bodies, Random};
use super::values::{CONTAINER, NETWORK, VOLUME, Values};
use crate::docker::Docker;
use crate::http::Answer;
use dockgate::catalogue::fields::{CONTAINER_CREATE, Field, NETWORK_CREATE, VOLUME_CREATE};
use dockgate::request::{Tree, json};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// How objects of one kind are made, looked at and removed.
struct Kind {
    table: &'static Field,
    values: Values,
    always: &'static [&'static str],
    create: &'static str,
    object: &'static str,
    inspect: &'static str,
    remove: &'static str,
}

static CONTAINERS: Kind = Kind {
    table: &CONTAINER_CREATE,
    values: CONTAINER,
    always: &["Image", "HostConfig.Mounts[].Type", "HostConfig.Mounts[].Target", "HostConfig.Ulimits[].Name"],
    create: "/containers/create?name=dockgate-bodies-c",
    object: "/containers/dockgate-bodies-c",
    inspect: "/json",
    remove: "?force=1&v=1",
};

static NETWORKS: Kind = Kind {
    table: &NETWORK_CREATE,
    values: NETWORK,
    always: &["Name"],
    create: "/networks/create",
    object: "/networks/dockgate-bodies-n",
    inspect: "",
    remove: "",
};

static VOLUMES: Kind = Kind {
    table: &VOLUME_CREATE,
    values: VOLUME,
    always: &["Name"],
    create: "/volumes/create",
    object: "/volumes/dockgate-bodies-w",
    inspect: "",
    remove: "",
};

/// What came of a create: the refusal, or the object as Docker shows it.
#[derive(Debug)]
enum Made {
    Refused(u16, String),
    Object(Value),
}

impl Made {
    /// Where the other one is not the same.
    fn differences(&self, other: &Self) -> Vec<String> {
        let mut found = Vec::new();
        match (self, other) {
            (Self::Object(one), Self::Object(other)) => differences(one, other, "", &mut found),
            (Self::Refused(one, why), Self::Refused(other, reason)) if (one, why) == (other, reason) => {}
            _ => found.push(format!("{self:?}\n{other:?}")),
        }
        found
    }
}

fn differences(one: &Value, other: &Value, path: &str, found: &mut Vec<String>) {
    if let (Value::Object(fields), Value::Object(others)) = (one, other) {
        let names: BTreeSet<_> = fields.keys().chain(others.keys()).collect();
        for name in names {
            let of = |fields: &Map<String, Value>| fields.get(name).cloned().unwrap_or_default();
            differences(&of(fields), &of(others), &format!("{path}.{name}"), found);
        }
    } else if one != other {
        found.push(format!("{path}: {one} and {other}"));
    }
}

impl Kind {
    fn body(&self, seed: u64) -> String {
        let mut bodies = Bodies { random: Random::new(seed), values: self.values, always: self.always, others: 60 };
        bodies.body(self.table)
    }

    fn canonical(&self, body: &str) -> String {
        let json = json::read(body.as_bytes()).unwrap_or_else(|e| panic!("{body}: {e:?}"));
        let (tree, unknown) = Tree::read(json, &self.table.shape).unwrap_or_else(|e| panic!("{body}: {e}"));
        assert!(unknown.is_empty(), "{body}: {unknown:?}");
        tree.canonical()
    }

    fn make(&self, docker: &Docker, body: &str) -> Made {
        let answer = docker.json("POST", self.create, body);
        if answer.status >= 300 {
            return Made::Refused(answer.status, plain(&answer));
        }
        let seen = docker.json("GET", &format!("{}{}", self.object, self.inspect), "");
        assert_eq!(seen.status, 200, "{body}: {seen:?}");
        let mut object = serde_json::from_str(&seen.body).unwrap();
        without_chance(&mut object, body);
        self.remove(docker);
        Made::Object(object)
    }

    fn remove(&self, docker: &Docker) {
        let answer = docker.json("DELETE", &format!("{}{}", self.object, self.remove), "");
        assert!([204, 404].contains(&answer.status), "{answer:?}");
    }

    /// Makes objects of random bodies, each in both spellings.
    fn compare(&self, docker: &Docker, cases: u64) {
        let first = number("DOCKGATE_TEST_SEED", 1);
        self.remove(docker);
        let mut made = 0;
        for seed in first..first + cases {
            let body = self.body(seed);
            let canonical = self.canonical(&body);
            let (original, forwarded) = (self.make(docker, &body), self.make(docker, &canonical));
            let differences = original.differences(&forwarded);
            assert!(differences.is_empty(), "seed {seed}\n{body}\n{canonical}\n{}", differences.join("\n"));
            made += u64::from(matches!(original, Made::Object(_)));
        }
        assert!(made * 3 >= cases, "only {made} of {cases} bodies made anything");
    }
}

/// How a refusal begins: of several faults dockerd tells the first that it meets, and the
/// order of a map is any.
fn plain(answer: &Answer) -> String {
    answer.body.split(' ').take(2).collect()
}

/// Leaves out what Docker draws or counts: IDs, times, its own choice of addresses.
fn without_chance(value: &mut Value, body: &str) {
    match value {
        Value::String(text) => *text = without_ids(text),
        Value::Array(items) => {
            items.iter_mut().for_each(|item| without_chance(item, body));
            if items.iter().all(|item| item.get("Destination").is_some()) {
                items.sort_by_key(|item| item["Destination"].to_string());
            }
        }
        Value::Object(fields) => {
            for drawn in ["Created", "CreatedAt", "GraphDriver"] {
                fields.remove(drawn);
            }
            // 20.10 writes its default down, or not, as the body has a field of `HostConfig` at the top
            if fields.get("Runtime").is_some_and(|runtime| runtime == "runc") {
                fields.remove("Runtime");
            }
            if !body.contains("10.213.") && fields.contains_key("Options") {
                fields.remove("Config");
            }
            fields.values_mut().for_each(|field| without_chance(field, body));
        }
        _ => {}
    }
}

/// The text with every run of 12 or more hex digits cut out.
fn without_ids(text: &str) -> String {
    let mut words: Vec<_> = text.split_inclusive(|c: char| !c.is_ascii_hexdigit()).collect();
    words.retain(|word| word.trim_end_matches(|c: char| !c.is_ascii_hexdigit()).len() < 12);
    words.concat()
}

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).map_or(default, |text| text.parse().expect(variable))
}

#[test]
fn containers_are_the_same_in_both_spellings() {
    let Some(docker) = Docker::connect("containers_are_the_same_in_both_spellings") else { return };
    CONTAINERS.compare(&docker, number("DOCKGATE_TEST_CASES", 100));
    docker.json("DELETE", "/volumes/dockgate-bodies-v", "");
}

#[test]
fn networks_are_the_same_in_both_spellings() {
    let Some(docker) = Docker::connect("networks_are_the_same_in_both_spellings") else { return };
    NETWORKS.compare(&docker, number("DOCKGATE_TEST_CASES", 100) / 3);
}

#[test]
fn volumes_are_the_same_in_both_spellings() {
    let Some(docker) = Docker::connect("volumes_are_the_same_in_both_spellings") else { return };
    VOLUMES.compare(&docker, number("DOCKGATE_TEST_CASES", 100) / 3);
}
