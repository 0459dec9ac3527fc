//! Bodies held against a live dockerd: what is made of the original, and what of the canonical spelling.
//!
//! `DOCKGATE_TEST_CASES` is the number of containers (a third as many networks
//! and volumes), `DOCKGATE_TEST_SEED` the first seed.

use super::differentials::{ROWS, Row, TYPES, Takes, Verdict as Expected};
use super::generate::{Bodies, Random};
use super::judge::{Verdict, judge};
use super::mutate::mutate;
use super::seen::missed;
use super::values::{CONTAINER, NETWORK, VOLUME, Values};
use crate::docker::Docker;
use crate::http::Answer;
use dockgate::catalogue::fields::{CONTAINER_CREATE, Field, NETWORK_CREATE, VOLUME_CREATE};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// How objects of one kind are made, looked at and removed.
struct Kind {
    table: &'static Field,
    values: Values,
    always: &'static [&'static str],
    create: &'static str,
    /// Before the name of one.
    objects: &'static str,
    name: &'static str,
    /// Where the create's answer has the name.
    id: &'static str,
    inspect: &'static str,
    remove: &'static str,
}

static CONTAINERS: Kind = Kind {
    table: &CONTAINER_CREATE,
    values: CONTAINER,
    always: &["Image", "HostConfig.Mounts[].Type", "HostConfig.Mounts[].Target", "HostConfig.Ulimits[].Name"],
    create: "/containers/create?name=dockgate-bodies-c",
    objects: "/containers/",
    name: "dockgate-bodies-c",
    id: "Id",
    inspect: "/json",
    remove: "?force=1&v=1",
};

static NETWORKS: Kind = Kind {
    table: &NETWORK_CREATE,
    values: NETWORK,
    always: &["Name"],
    create: "/networks/create",
    objects: "/networks/",
    name: "dockgate-bodies-n",
    id: "Id",
    inspect: "",
    remove: "",
};

static VOLUMES: Kind = Kind {
    table: &VOLUME_CREATE,
    values: VOLUME,
    always: &["Name"],
    create: "/volumes/create",
    objects: "/volumes/",
    name: "dockgate-bodies-w",
    id: "Name",
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
    /// Where the other one is not the same: one is of this body, the other of what is forwarded.
    fn differences(&self, other: &Self, body: &[u8]) -> Vec<String> {
        let mut found = Vec::new();
        match (self, other) {
            (Self::Object(one), Self::Object(other)) => {
                let [one, other] = [one, other].map(|object| without_chance(object, body));
                differences(&one, &other, "", &mut found);
            }
            (Self::Refused(one, why), Self::Refused(other, reason)) if (one, why) == (other, reason) => {}
            _ => found.push(format!("{self:?}\n{other:?}")),
        }
        found
    }

    /// The same, where it does not matter which of several faults is told.
    fn other_effect(&self, other: &Self, body: &[u8]) -> Vec<String> {
        match (self, other) {
            (Self::Refused(..), Self::Refused(..)) => Vec::new(),
            _ => self.differences(other, body),
        }
    }
}

fn differences(one: &Value, other: &Value, path: &str, found: &mut Vec<String>) {
    if let (Value::Object(fields), Value::Object(others)) = (one, other) {
        let names: BTreeSet<_> = fields.keys().chain(others.keys()).collect();
        for name in names {
            let of = |fields: &Map<String, Value>| fields.get(name).cloned().unwrap_or_default();
            differences(&of(fields), &of(others), &format!("{path}.{name}"), found);
        }
    } else if one != other && !are_both_nothing(one, other, path) {
        found.push(format!("{path}: {one} and {other}"));
    }
}

/// Of the host's lists, none and an empty one are alike, but for those that replace Docker's own.
fn are_both_nothing(one: &Value, other: &Value, path: &str) -> bool {
    let replaces = [".HostConfig.MaskedPaths", ".HostConfig.ReadonlyPaths"].contains(&path);
    let is_nothing = |value: &Value| value.is_null() || *value == Value::Array(Vec::new());
    path.starts_with(".HostConfig.") && !replaces && is_nothing(one) && is_nothing(other)
}

impl Kind {
    fn body(&self, seed: u64) -> String {
        let mut bodies = Bodies { random: Random::new(seed), values: self.values, always: self.always, others: 60 };
        bodies.body(self.table)
    }

    fn forwarded(&self, body: &str) -> String {
        match judge(self.create, body.as_bytes()) {
            Verdict::Forwarded { body, .. } => body,
            verdict => panic!("{body}: {verdict:?}"),
        }
    }

    fn make(&self, docker: &Docker, body: impl AsRef<[u8]>) -> Made {
        self.make_in("", docker, body)
    }

    /// In a version of the API, as `/v1.41`; it is looked at in the daemon's own.
    fn make_in(&self, version: &str, docker: &Docker, body: impl AsRef<[u8]>) -> Made {
        let answer = docker.json("POST", &format!("{version}{}", self.create), body);
        if answer.status >= 300 {
            return Made::Refused(answer.status, plain(&answer));
        }
        let told: Value = serde_json::from_str(&answer.body).unwrap();
        let name = told[self.id].as_str().expect("an ID");
        let seen = docker.json("GET", &format!("{}{name}{}", self.objects, self.inspect), "");
        assert_eq!(seen.status, 200, "{seen:?}");
        self.remove(docker, name);
        Made::Object(serde_json::from_str(&seen.body).unwrap())
    }

    fn remove(&self, docker: &Docker, name: &str) {
        let answer = docker.json("DELETE", &format!("{}{name}{}", self.objects, self.remove), "");
        assert!([204, 404].contains(&answer.status), "{answer:?}");
    }

    /// Makes objects of random bodies, each in both spellings.
    fn compare(&self, docker: &Docker, cases: u64) {
        let first = number("DOCKGATE_TEST_SEED", 1);
        self.remove(docker, self.name);
        let mut made = 0;
        for seed in first..first + cases {
            let body = self.body(seed);
            let canonical = self.forwarded(&body);
            let (original, forwarded) = (self.make(docker, &body), self.make(docker, &canonical));
            let differences = original.differences(&forwarded, body.as_bytes());
            assert!(differences.is_empty(), "seed {seed}\n{body}\n{canonical}\n{}", differences.join("\n"));
            made += u64::from(matches!(original, Made::Object(_)));
        }
        assert!(made * 3 >= cases, "only {made} of {cases} bodies made anything");
    }

    /// Makes objects of random bodies that were changed: what is forwarded makes the same.
    fn compare_changed(&self, docker: &Docker, cases: u64) {
        let first = number("DOCKGATE_TEST_SEED", 1);
        self.remove(docker, self.name);
        let plain = self.plain(docker);
        let (mut mix, mut wrong) = (Mix::default(), Wrong::default());
        for seed in first..first + cases {
            let mut random = Random::new(!seed);
            let (body, change) = mutate(&self.body(seed), &mut random);
            let version = version(&mut random, docker.minor);
            let (fate, found) = self.changed(docker, &version, &body, plain.as_ref());
            mix.count(change, fate);
            let text = || format!("seed {seed} {version} ({change})\n{}", String::from_utf8_lossy(&body));
            found.into_iter().for_each(|what| wrong.add(what, text));
        }
        println!("{}: {mix}", self.create);
        assert!(wrong.0.is_empty(), "{mix}\n{wrong}");
        mix.is_meaningful(cases);
    }

    /// A container of which nothing was asked, for what is read of containers.
    fn plain(&self, docker: &Docker) -> Option<Value> {
        if self.inspect.is_empty() {
            return None;
        }
        match self.make(docker, r#"{"Image":"busybox"}"#) {
            Made::Object(shown) => Some(shown),
            refused => panic!("{refused:?}"),
        }
    }

    /// What becomes of one body, and what is wrong with that.
    fn changed(&self, docker: &Docker, version: &str, body: &[u8], plain: Option<&Value>) -> (Fate, Vec<String>) {
        let (canonical, uses) = match judge(&format!("{version}{}", self.create), body) {
            Verdict::Refused(_) => return (Fate::Refused, Vec::new()),
            Verdict::Unknown(_) => return (Fate::Unknown, Vec::new()),
            Verdict::Forwarded { body, uses } => (body, uses),
        };
        let (original, forwarded) = (self.make_in(version, docker, body), self.make_in(version, docker, &canonical));
        let mut found = original.other_effect(&forwarded, body);
        let Made::Object(shown) = &forwarded else { return (Fate::Nothing, found) };
        if let Some(plain) = plain {
            found.extend(missed(plain, shown, &uses));
        }
        (Fate::Made, found)
    }
}

/// What is wrong, by its field or facet: how often, and the first body with it.
#[derive(Default)]
struct Wrong(BTreeMap<String, (u64, String)>);

impl Wrong {
    fn add(&mut self, what: String, body: impl Fn() -> String) {
        let kind = what.split(':').next().unwrap_or_default().to_owned();
        self.0.entry(kind).or_insert_with(|| (0, format!("{what}\n{}", body()))).0 += 1;
    }
}

impl std::fmt::Display for Wrong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.values().try_for_each(|(times, first)| write!(f, "\n{times} times, first {first}\n"))
    }
}

/// What became of a body, in the order in which they are counted.
#[derive(Clone, Copy)]
enum Fate {
    /// By the gate.
    Refused,
    /// It has fields that the gate does not know, so that it is denied.
    Unknown,
    /// Docker refused it, in both spellings alike.
    Nothing,
    Made,
}

/// How many bodies came to which fate, by what was done to them.
#[derive(Default)]
struct Mix(BTreeMap<&'static str, [u64; 4]>);

impl Mix {
    fn count(&mut self, change: &'static str, fate: Fate) {
        self.0.entry(change).or_default()[fate as usize] += 1;
    }

    fn all(&self) -> [u64; 4] {
        std::array::from_fn(|at| self.0.values().map(|counts| counts[at]).sum())
    }

    /// A third of what went on made something, as did a quarter of all; some of each other fate is there.
    fn is_meaningful(&self, cases: u64) {
        let [refused, unknown, nothing, made] = self.all();
        assert!(made * 3 >= nothing + made && made * 4 >= cases && refused * 20 >= cases, "{self}");
        assert!(cases < 100 || (unknown > 0 && nothing > 0), "{self}");
    }
}

impl std::fmt::Display for Mix {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [refused, unknown, nothing, made] = self.all();
        write!(f, "{refused} refused, {unknown} with unknown fields, {nothing} made nothing, {made} made something")?;
        self.0.iter().try_for_each(|(change, counts)| write!(f, "\n  {change}: {counts:?}"))
    }
}

/// The daemon's own version half of the time, or an older one, with the adjustments that it makes.
fn version(random: &mut Random, newest: u16) -> String {
    let old = random.pick(&[24, 25, 29, 32, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50]);
    let minor = if random.once_in(2) { newest } else { newest.min(old) };
    format!("/v1.{minor}")
}

/// How a refusal begins: of several faults dockerd tells the first that it meets, and the
/// order of a map is any.
fn plain(answer: &Answer) -> String {
    answer.body.split(' ').take(2).collect()
}

/// Leaves out what Docker draws or counts: IDs, times, its own choice of addresses.
fn without_chance(object: &Value, body: &[u8]) -> Value {
    let mut object = object.clone();
    leave_out_chance(&mut object, body.windows(7).any(|text| text == b"10.213."));
    object
}

fn leave_out_chance(value: &mut Value, addresses: bool) {
    match value {
        Value::String(text) => *text = without_ids(text),
        Value::Array(items) => {
            items.iter_mut().for_each(|item| leave_out_chance(item, addresses));
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
            if !addresses && fields.contains_key("Options") {
                fields.remove("Config");
            }
            fields.values_mut().for_each(|field| leave_out_chance(field, addresses));
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

#[test]
fn changed_bodies_of_containers_mean_the_same_or_are_refused() {
    let Some(docker) = Docker::connect("changed_bodies_of_containers_mean_the_same_or_are_refused") else { return };
    let _other = Other::make(&docker);
    CONTAINERS.compare_changed(&docker, number("DOCKGATE_TEST_CASES", 400));
    docker.json("DELETE", "/volumes/dockgate-bodies-v", "");
}

#[test]
fn changed_bodies_of_networks_and_volumes_mean_the_same_or_are_refused() {
    let name = "changed_bodies_of_networks_and_volumes_mean_the_same_or_are_refused";
    let Some(docker) = Docker::connect(name) else { return };
    for kind in [&NETWORKS, &VOLUMES] {
        kind.compare_changed(&docker, number("DOCKGATE_TEST_CASES", 400) / 4);
    }
}

/// Another container, to be joined.
struct Other<'d>(&'d Docker);

impl<'d> Other<'d> {
    fn make(docker: &'d Docker) -> Self {
        let other = Self(docker);
        other.remove();
        let answer = docker.json("POST", "/containers/create?name=dockgate-bodies-o", r#"{"Image":"busybox"}"#);
        assert_eq!(answer.status, 201, "{answer:?}");
        other
    }

    fn remove(&self) {
        self.0.json("DELETE", "/containers/dockgate-bodies-o?force=1&v=1", "");
    }
}

impl Drop for Other<'_> {
    fn drop(&mut self) {
        self.remove();
    }
}

/// What the table says of dockerd is so, and what goes on has the same effect.
#[test]
fn differentials_are_as_the_table_says() {
    let Some(docker) = Docker::connect("differentials_are_as_the_table_says") else { return };
    CONTAINERS.remove(&docker, CONTAINERS.name);
    let wrong: Vec<String> = ROWS.iter().flat_map(|row| differential(&docker, row)).collect();
    assert!(wrong.is_empty(), "API 1.{}:\n{}", docker.minor, wrong.join("\n"));
}

#[test]
fn content_types_are_as_the_table_says() {
    let Some(docker) = Docker::connect("content_types_are_as_the_table_says") else { return };
    for (types, _, taken) in TYPES {
        let answer = docker.typed("POST", CONTAINERS.create, types, r#"{"Image":"busybox"}"#);
        assert_eq!(answer.status == 201, *taken, "{types:?}: {answer:?}");
        CONTAINERS.remove(&docker, CONTAINERS.name);
    }
}

/// A volume that is there keeps its options, whoever makes it again.
#[test]
fn a_volume_that_is_there_keeps_its_options() {
    let Some(docker) = Docker::connect("a_volume_that_is_there_keeps_its_options") else { return };
    VOLUMES.remove(&docker, "dockgate-bodies-k");
    let tmpfs = r#"{"Name":"dockgate-bodies-k","DriverOpts":{"type":"tmpfs","device":"tmpfs"}}"#;
    for body in [tmpfs, r#"{"Name":"dockgate-bodies-k"}"#] {
        let answer = docker.json("POST", VOLUMES.create, body);
        assert!(answer.status == 201 && answer.body.contains("tmpfs"), "{answer:?}");
    }
    VOLUMES.remove(&docker, "dockgate-bodies-k");
}

/// What is not so.
fn differential(docker: &Docker, row: &Row) -> Vec<String> {
    let body = row.body();
    let original = CONTAINERS.make(docker, &body);
    let mut wrong = match (row.takes(docker.minor), &original) {
        (Takes::Refuses, Made::Refused(..)) => Vec::new(),
        (Takes::Shows(values), Made::Object(shown)) => not_shown(shown, values),
        (takes, made) => vec![format!("{takes:?}, but it is {made:?}")],
    };
    let judged = judge(CONTAINERS.create, &body);
    if let (Expected::Same, Verdict::Forwarded { body: canonical, .. }) = (row.verdict, &judged) {
        wrong.extend(original.other_effect(&CONTAINERS.make(docker, canonical), &body));
    } else if row.verdict == Expected::Same {
        wrong.push(format!("{judged:?}"));
    }
    wrong.into_iter().map(|text| format!("{}: {text}", row.name)).collect()
}

fn not_shown(shown: &Value, values: &[(&str, &str)]) -> Vec<String> {
    let wanted = |json: &str| serde_json::from_str::<Value>(json).unwrap();
    let differs = |(pointer, json): &&(&str, &str)| shown.pointer(pointer) != Some(&wanted(json));
    let told = |(pointer, _): &(&str, &str)| format!("{pointer} is {:?}", shown.pointer(pointer));
    values.iter().filter(differs).map(told).collect()
}
