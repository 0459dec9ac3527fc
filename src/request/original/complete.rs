//! What a client leaves out because it was never shown it.

use super::Original;
use crate::catalogue::fields::CONTAINER_CREATE;
use crate::catalogue::parts::is_secret_key;
use crate::catalogue::{Part, PartSet, Target};
use crate::request::json::{self, Json};
use crate::request::{Request, Tree, Uses};
use std::fmt;
use std::sync::Arc;

type Path = &'static [&'static str];

/// Where parts that answers leave out stand in the body of a create. What stands inside of items
/// that are shown otherwise (the address of a published port) is not put back.
const PATHS: &[(Part, &[Path])] = &[
    (Part::Env, &[&["Env"]]),
    (Part::Command, &[&["Cmd"], &["Entrypoint"]]),
    (Part::HealthChecks, &[&["Healthcheck"]]),
    (Part::Labels, &[&["Labels"]]),
    (
        Part::Mounts,
        &[
            &["HostConfig", "Binds"],
            &["HostConfig", "Mounts"],
            &["HostConfig", "VolumesFrom"],
            &["HostConfig", "Tmpfs"],
            &["Volumes"],
        ],
    ),
    (Part::HostPaths, &[&["HostConfig", "Binds"], &["HostConfig", "Mounts"]]),
    (Part::Addresses, &[&["HostConfig", "Dns"], &["HostConfig", "ExtraHosts"]]),
    (Part::LogOptions, &[&["HostConfig", "LogConfig", "Config"]]),
    (Part::DriverOptions, &[&["HostConfig", "StorageOpt"]]),
];

/// Maps that are shown without the entries whose keys sound like secrets.
const WITH_SECRETS: &[Path] = &[&["Labels"], &["HostConfig", "Annotations"]];

/// What was put back into a request, and the request before that, which holds nothing that its
/// client does not know.
#[derive(Clone)]
pub struct Completed {
    /// The parts.
    pub parts: PartSet,
    /// The request as it came.
    pub given: Request,
}

impl Completed {
    /// Whether the client itself has named the object.
    pub fn names(&self, kind: Target, name: &str) -> bool {
        self.given.references().iter().any(|named| named.kind == kind && named.name == name)
    }

    /// `completed=env,labels`
    pub fn said(&self) -> String {
        format!("completed={}", self.parts.words().collect::<Vec<_>>().join(","))
    }
}

impl fmt::Debug for Completed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.said())
    }
}

impl Request {
    /// The request with what its original has of these parts where it says nothing of them; nothing
    /// if that changes nothing.
    pub fn completed_by(&self, original: &Original, hidden: PartSet) -> Option<Self> {
        let mut whole = self.clone();
        let parts = original.complete(whole.body.as_mut()?, hidden);
        whole.regather();
        let fits = !parts.is_empty() && !whole.uses.as_ref().is_some_and(Uses::are_too_many);
        whole.completed = Some(Arc::new(Completed { parts, given: self.clone() }));
        fits.then_some(whole)
    }
}

impl Original {
    /// Learns from the description of its image what it has from there, so that a copy gets the like
    /// from an image of its own. What cannot be read says nothing.
    pub fn is_of_image(&mut self, inspected: &[u8]) {
        let Ok(Json::Object(fields)) = json::read(inspected) else { return };
        let config = fields.into_iter().find(|(name, _)| name == "Config").map(|(_, config)| config);
        let read = config.and_then(|config| Tree::read(config, &CONTAINER_CREATE.shape).ok());
        self.image = read.map(|(config, _)| config);
    }

    /// Puts into the body of a copy what the original has of hidden parts, where the body says
    /// nothing of them, but for what is its image's own. The parts of which that changed something.
    pub fn complete(&self, copy: &mut Tree, hidden: PartSet) -> PartSet {
        let mut done = PartSet::default();
        for (part, paths) in PATHS.iter().filter(|(part, _)| hidden.contains(*part)) {
            let changed = paths.iter().filter(|path| self.complete_at(copy, path)).count() > 0;
            done = if changed { done.union(PartSet::of(*part)) } else { done };
        }
        let secrets = hidden.contains(Part::SecretLabels);
        let merged = WITH_SECRETS.iter().filter(|path| secrets && self.merge_at(copy, path)).count() > 0;
        if merged { done.union(PartSet::of(Part::SecretLabels)) } else { done }
    }

    fn complete_at(&self, copy: &mut Tree, path: &[&str]) -> bool {
        let Some(own) = self.own_at(path).filter(|own| !own.is_empty()) else { return false };
        copy.put_where_empty(&CONTAINER_CREATE.shape, path, own)
    }

    /// What it has at the end of a path beyond what is its image's own.
    fn own_at(&self, path: &[&str]) -> Option<Tree> {
        let own = self.body.at(path)?.clone();
        let Some(of_image) = self.image.as_ref().and_then(|image| image.at(path)) else { return Some(own) };
        match (path, own, of_image) {
            (["Env" | "Labels" | "Volumes"], own, of_image) => Some(without(own, of_image)),
            // an image's command goes to the image's program alone
            (["Cmd"], own, of_image) if own != *of_image || !self.has_program_of_image() => Some(own),
            (["Entrypoint" | "Healthcheck"], own, of_image) if own != *of_image => Some(own),
            _ => None,
        }
    }

    fn has_program_of_image(&self) -> bool {
        let program = |tree: &Tree| tree.get("Entrypoint").filter(|program| !program.is_empty()).cloned();
        self.image.as_ref().and_then(program) == program(&self.body)
    }

    /// Adds the entries that sound like secrets, and that the copy does not have.
    fn merge_at(&self, copy: &mut Tree, path: &[&str]) -> bool {
        let Some(Tree::Map(own)) = self.own_at(path) else { return false };
        let known = if let Some(Tree::Map(known)) = copy.at(path) { known.clone() } else { Vec::new() };
        let lost = |(key, _): &(String, Tree)| is_secret_key(key) && known.iter().all(|(other, _)| other != key);
        let lost: Vec<_> = own.into_iter().filter(lost).collect();
        if lost.is_empty() {
            return false;
        }
        copy.map_at(&CONTAINER_CREATE.shape, path).map(|entries| entries.extend(lost)).is_some()
    }
}

/// The items or entries that are not in the other, too.
fn without(own: Tree, other: &Tree) -> Tree {
    match (own, other) {
        (Tree::List(items), Tree::List(known)) => {
            Tree::List(items.into_iter().filter(|item| !known.contains(item)).collect())
        }
        (Tree::Map(entries), Tree::Map(known)) => {
            Tree::Map(entries.into_iter().filter(|entry| !known.contains(entry)).collect())
        }
        (own, _) => own,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{create, original};
    use super::*;
    use Part::{Command, Env, HealthChecks, Labels, LogOptions, Mounts, SecretLabels};

    const BODY: &str = r#"{"Env":["A=1"],"Cmd":["run"],"Healthcheck":{"Test":["CMD","x"]},"Labels":{"a":"b"},"Image":"nginx:1","HostConfig":{"Binds":["/srv:/srv"],"LogConfig":{"Type":"json-file","Config":{"max-size":"1m"}}}}"#;

    fn set(parts: &[Part]) -> PartSet {
        parts.iter().fold(PartSet::default(), |set, part| set.union(PartSet::of(*part)))
    }

    fn completed_by(original: &Original, copy: &str, hidden: &[Part]) -> (String, Vec<&'static str>) {
        let mut body = create(copy).body.unwrap();
        let done = original.complete(&mut body, set(hidden));
        (body.canonical(), done.words().collect())
    }

    fn completed(copy: &str, hidden: &[Part]) -> String {
        completed_by(&original(BODY), copy, hidden).0
    }

    #[test]
    fn what_was_hidden_and_left_out_is_put_back() {
        let shown = r#"{"Image":"nginx:2","HostConfig":{"LogConfig":{"Type":"json-file"}}}"#;
        let whole = BODY.replace("nginx:1", "nginx:2");
        assert_eq!(completed(shown, &[Env, Command, HealthChecks, Labels, Mounts, LogOptions]), whole);
        let empty = r#"{"Env":[],"Image":"nginx:2","Labels":{}}"#;
        assert_eq!(completed(empty, &[Env, Labels]), r#"{"Env":["A=1"],"Labels":{"a":"b"},"Image":"nginx:2"}"#);
    }

    #[test]
    fn what_is_said_or_was_shown_stays() {
        let said = r#"{"Env":["B=2"],"Image":"nginx:2"}"#;
        assert_eq!(completed(said, &[Env]), said);
        assert_eq!(completed(said, &[]), said);
        assert_eq!(completed(r#"{"Image":"nginx:2"}"#, &[Command]), r#"{"Cmd":["run"],"Image":"nginx:2"}"#);
    }

    #[test]
    fn secret_labels_come_to_those_that_were_shown() {
        let original = original(r#"{"Labels":{"tier":"web","api-key":"k","token":"t"},"Image":"nginx:1"}"#);
        let shown = r#"{"Labels":{"tier":"db","token":"mine"},"Image":"nginx:2"}"#;
        let (body, words) = completed_by(&original, shown, &[SecretLabels]);
        assert_eq!(body, r#"{"Labels":{"tier":"db","token":"mine","api-key":"k"},"Image":"nginx:2"}"#);
        assert_eq!(words, ["secret_labels"]);
        assert!(completed_by(&original, r#"{"Labels":{"api-key":"","token":""}}"#, &[SecretLabels]).1.is_empty());
    }

    #[test]
    fn what_the_old_image_had_does_not_stick() {
        let body = r#"{"Env":["PATH=/bin","V=1","A=1"],"Cmd":["run"],"Entrypoint":["/x"],"Image":"nginx:1"}"#;
        let put = |image: &str| {
            let mut original = original(body);
            original.is_of_image(image.as_bytes());
            completed_by(&original, r#"{"Image":"nginx:2"}"#, &[Env, Command]).0
        };
        let same = r#"{"Config":{"Env":["PATH=/bin","V=1"],"Cmd":["run"],"Entrypoint":["/x"]}}"#;
        assert_eq!(put(same), r#"{"Env":["A=1"],"Image":"nginx:2"}"#);
        let program = r#"{"Config":{"Cmd":["run"],"Entrypoint":["/y"]}}"#;
        assert_eq!(put(program), body.replace("nginx:1", "nginx:2"), "the command went to another program");
        let command = r#"{"Config":{"Env":["V=2"],"Cmd":["stop"],"Entrypoint":["/x"]}}"#;
        assert_eq!(put(command), r#"{"Env":["PATH=/bin","V=1","A=1"],"Cmd":["run"],"Image":"nginx:2"}"#);
        assert_eq!(put("x"), body.replace("nginx:1", "nginx:2"));
    }

    #[test]
    fn a_completed_request_tells_the_names_of_parts_alone() {
        let original = original(BODY);
        let whole = create(r#"{"Image":"nginx:2"}"#).completed_by(&original, set(&[Env, Labels])).unwrap();
        assert_eq!(whole.completed.as_ref().unwrap().said(), "completed=env,labels");
        assert!(whole.uses.as_ref().unwrap().iter().any(|used| format!("{used:?}").contains("A")));
        let shown = format!("{whole:?}");
        assert!(!shown.contains("A=1") && shown.contains("completed=env,labels"), "{shown}");
        assert!(create(r#"{"Env":["B=1"]}"#).completed_by(&original, set(&[Env])).is_none());
    }
}
