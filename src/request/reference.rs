//! The objects that a request names beside the one in its path: in its body and in its query.

use super::{About, Request, Use, Value};
use crate::catalogue::{Facet, Op, Target};
use std::collections::{BTreeMap, BTreeSet};

/// How many objects one request may name, beyond which the daemon is not asked about them.
pub const MAX_REFERENCES: usize = 64;

/// An object that a request names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// What kind of object it is.
    pub kind: Target,
    /// Its name or ID, as the request has it.
    pub name: String,
    /// What for.
    pub how: How,
}

/// What an object is named for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// To be used: joined, mounted, run, read.
    Used,
    /// As the name of what is made, which another object may have already.
    Made,
    /// As the name that a registry's image is pulled under.
    Pulled,
}

/// What the daemon says of the objects that a request names.
#[derive(Clone, Debug, Default)]
pub struct Known(Vec<(Reference, About)>);

impl Known {
    /// Nothing has been asked.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Every object that was asked about.
    pub fn iter(&self) -> impl Iterator<Item = &(Reference, About)> {
        self.0.iter()
    }

    /// What is known of this one.
    pub fn of(&self, kind: Target, name: &str) -> &About {
        const UNASKED: &About = &About::Unasked;
        let found = self.0.iter().find(|(reference, _)| reference.kind == kind && reference.name == name);
        found.map_or(UNASKED, |(_, about)| about)
    }

    /// The ID of the object that goes by this name.
    pub(super) fn id(&self, kind: Target, name: &str) -> Option<&str> {
        match self.of(kind, name) {
            About::Found(found) if !found.id.is_empty() => Some(&found.id),
            _ => None,
        }
    }
}

impl FromIterator<(Reference, About)> for Known {
    fn from_iter<I: IntoIterator<Item = (Reference, About)>>(known: I) -> Self {
        Self(known.into_iter().collect())
    }
}

impl Request {
    /// The objects that body and query name, each once.
    pub fn references(&self) -> Vec<Reference> {
        let op = self.operation().op;
        let used = self.uses.iter().flat_map(|uses| uses.iter()).filter_map(|used| of_use(op, used));
        let mut all: Vec<Reference> = Vec::new();
        for found in used.chain(in_query(self)) {
            if !all.contains(&found) && !self.is_in_path(&found) {
                all.push(found);
            }
        }
        all
    }
}

impl Request {
    /// What the daemon says of an object that the request names, wherever it does.
    pub fn about_of(&self, reference: &Reference) -> &About {
        match self.is_in_path(reference) {
            true => &self.about,
            false => self.known.of(reference.kind, &reference.name),
        }
    }

    /// Whether it is the network in the path, which a connection uses as well.
    fn is_in_path(&self, reference: &Reference) -> bool {
        let named = |name: Option<&str>| name == Some(reference.name.as_str());
        let network = self.operation().op == Op::NetworkConnect && reference.kind == Target::Network;
        network && (named(self.asked_for()) || named(self.params().object.as_deref()))
    }
}

/// The object that a use is of.
pub fn of_use(op: Op, used: &Use) -> Option<Reference> {
    let (kind, name) = named(used)?;
    let how = match used.facet {
        Facet::Tags => How::Made,
        Facet::Image if op == Op::ImageCreate => How::Pulled,
        // what a registry has, and what nodes of a swarm pull from there
        Facet::Image if matches!(op, Op::DistributionInspect | Op::ImagePush) => return None,
        Facet::Name if matches!(op, Op::NetworkCreate | Op::VolumeCreate) => How::Made,
        Facet::Name => return None,
        _ => How::Used,
    };
    let kind = if used.facet == Facet::Name && op == Op::VolumeCreate { Target::Volume } else { kind };
    Some(Reference { kind, name: name.to_owned(), how })
}

fn named(used: &Use) -> Option<(Target, &str)> {
    let name = used.value.name()?;
    match used.facet {
        Facet::CgroupOf | Facet::Ipc | Facet::NetworkMode | Facet::Pid => {
            name.strip_prefix("container:").map(|name| (Target::Container, name))
        }
        Facet::CacheFrom | Facet::Image | Facet::ImageMounts | Facet::Tags => Some((Target::Image, name)),
        Facet::CredentialSpec => name.strip_prefix("config=").map(|name| (Target::Config, name)),
        Facet::Name => Some((Target::Network, name)),
        facet => facet.target().map(|kind| (kind, name)),
    }
}

/// Images to be saved, and what lists begin or end with; what is committed is a use.
fn in_query(request: &Request) -> impl Iterator<Item = Reference> {
    let op = request.operation().op;
    let lists = match op {
        Op::ContainerList => Some(Target::Container),
        Op::ImageList => Some(Target::Image),
        _ => None,
    };
    let values = request.query.known.iter().flat_map(move |(param, value)| match value {
        Value::Text(name) if param.object == Some(Target::Image) => vec![(Target::Image, name.clone())],
        Value::Text(name) if is_bound(param.name) => lists.map(|kind| (kind, name.clone())).into_iter().collect(),
        Value::Filters(filters) if op == Op::TaskList => owners(filters),
        Value::Filters(filters) => lists.map(|kind| bounds(kind, filters)).unwrap_or_default(),
        _ => Vec::new(),
    });
    values.map(|(kind, name)| Reference { kind, name, how: How::Used })
}

/// Whether lists begin or end with the object of this name; Docker says if there is none.
fn is_bound(parameter: &str) -> bool {
    matches!(parameter, "before" | "since")
}

/// The services and nodes whose tasks are listed; Docker says if there are none.
fn owners(filters: &BTreeMap<String, BTreeSet<String>>) -> Vec<(Target, String)> {
    let of = |word: &str, kind| filters.get(word).into_iter().flatten().map(move |name| (kind, name.clone()));
    of("service", Target::Service).chain(of("node", Target::Node)).collect()
}

fn bounds(kind: Target, filters: &BTreeMap<String, BTreeSet<String>>) -> Vec<(Target, String)> {
    let named = filters.iter().filter(|(key, _)| is_bound(key)).flat_map(|(_, values)| values);
    named.map(|name| (kind, name.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::read;
    use super::*;

    fn named_by(line: &str, body: &str) -> Vec<String> {
        let said = |r: &Reference| format!("{:?} {} {:?}", r.kind, r.name, r.how).to_lowercase();
        read(line, body).references().iter().map(said).collect()
    }

    #[test]
    fn every_way_to_name_an_object_is_seen() {
        let body = r#"{"Image":"busybox","HostConfig":{"NetworkMode":"container:a","PidMode":"container:/b",
            "IpcMode":"container:c","Cgroup":"container:d","VolumesFrom":["e:ro","/f"],"Links":["g:db"],
            "Binds":["data:/x","/srv:/y"],"Mounts":[{"Type":"volume","Source":"more","Target":"/z"},
            {"Type":"image","Source":"img","Target":"/i"}]},
            "NetworkingConfig":{"EndpointsConfig":{"front":{"NetworkID":"n1","Links":["h"]}}}}"#;
        let mut found = named_by("POST /v1.48/containers/create", body);
        found.sort();
        let mut expected = [
            "container a used",
            "container b used",
            "container c used",
            "container d used",
            "container e used",
            "container f used",
            "container g used",
            "container h used",
            "image busybox used",
            "image img used",
            "network front used",
            "network n1 used",
            "volume data used",
            "volume more used",
        ];
        expected.sort_unstable();
        assert_eq!(found, expected);
    }

    #[test]
    fn what_is_made_or_moved_is_named_too() {
        let cases = [
            ("POST /volumes/create", r#"{"Name":"v"}"#, &["volume v made"][..]),
            (
                "POST /networks/create",
                r#"{"Name":"n","ConfigFrom":{"Network":"c"}}"#,
                &["network n made", "network c used"],
            ),
            ("POST /images/create?fromImage=alpine&tag=3", "", &["image alpine:3 pulled"]),
            ("POST /images/create?fromSrc=-&repo=b&tag=c", "", &["image docker.io/library/b:c made"]),
            ("POST /images/a/tag?repo=b&tag=c", "", &["image docker.io/library/b:c made"]),
            ("POST /commit?container=web&repo=r", "", &["container web used", "image docker.io/library/r:latest made"]),
            ("GET /images/get?names=a&names=b:1", "", &["image a used", "image b:1 used"]),
            ("POST /networks/n/connect", r#"{"Container":"web"}"#, &["container web used"]),
            ("POST /containers/web/rename?name=b", "", &[]),
            ("GET /containers/json?since=web", "", &["container web used"]),
            ("GET /images/json?filters=%7B%22before%22%3A%5B%22a%22%5D%7D", "", &["image a used"]),
            ("GET /events?since=1", "", &[]),
            ("GET /tasks?filters=%7B%22service%22%3A%5B%22s%22%5D%7D", "", &["service s used"]),
        ];
        for (line, body, expected) in cases {
            assert_eq!(named_by(line, body), expected, "{line}");
        }
    }

    #[test]
    fn a_service_names_networks_secrets_and_configs() {
        let body = r#"{"Name":"s","TaskTemplate":{"Networks":[{"Target":"n"}],"ContainerSpec":{"Image":"i",
            "Secrets":[{"SecretID":"sid","SecretName":"s1"}],"Configs":[{"ConfigID":"cid"}],
            "Privileges":{"CredentialSpec":{"Config":"cred"}},"Mounts":[{"Type":"volume","Source":"v","Target":"/v"}]}}}"#;
        let found = named_by("POST /v1.47/services/create", body);
        for expected in ["network n used", "secret sid used", "config cid used", "config cred used", "volume v used"] {
            assert!(found.iter().any(|said| said == expected), "{expected} {found:?}");
        }
    }
}
