//! The objects that requests were about → the target that they have in common.

use super::common;
use super::limits::Limit;
use super::observed::{Objects, Observed};
use super::said;
use crate::catalogue::{Target, is_secret_key};
use crate::policy::quoted;
use crate::request::values::image;
use crate::request::{HIDDEN, Object};

/// Labels that say which project and service of Compose an object belongs to, by the words for them.
const COMPOSE: &[(&str, &str)] =
    &[("service", "com.docker.compose.service"), ("project", "com.docker.compose.project")];

/// Labels that every container of an image, or of Compose, carries: they tell nothing apart.
const COMMON: &[&str] = &[
    "com.docker.compose.",
    "desktop.docker.io/",
    "io.buildah.",
    "maintainer",
    "org.label-schema.",
    "org.opencontainers.",
];

/// The target of what was seen; nothing if it has nothing in common.
pub(super) fn limit(seen: &Observed, notes: &mut Vec<String>) -> Option<Limit> {
    let kind = seen.op.operation().target?;
    let found: Vec<&Object> = seen.objects.found.iter().collect();
    let facts = match found.as_slice() {
        [] => by_names(kind, &seen.objects),
        _ if seen.objects.found.are_more() => by_labels(&found).or_else(|| by_common_name(&found)),
        _ => by_one_name(&found).or_else(|| by_labels(&found)).or_else(|| by_common_name(&found)),
    };
    if facts.is_none() {
        let of = kind.word();
        notes.push(format!(
            "{}: the {of}s have nothing in common that a target could say, so any is allowed",
            seen.op.name()
        ));
    }
    facts.map(|facts| Limit { word: "target".to_owned(), value: format!("{{ {facts} }}") })
}

/// All were called the same.
fn by_one_name(found: &[&Object]) -> Option<String> {
    let (first, rest) = found.split_first()?;
    let one = !first.name.is_empty() && rest.iter().all(|other| other.name == first.name);
    // Docker gives such a name to who asks for none
    (one && !is_docker_made(&first.name)).then(|| format!("name: {}", said::name(&first.name)))
}

/// `quirky_einstein`, as containers are called that nobody named.
fn is_docker_made(name: &str) -> bool {
    let letters = |text: &str| text.len() > 2 && text.bytes().all(|b| b.is_ascii_lowercase());
    name.split_once('_').is_some_and(|(left, right)| letters(left) && letters(right))
}

/// Service and project of Compose, or else a label that all of them carry.
fn by_labels(found: &[&Object]) -> Option<String> {
    let (first, rest) = found.split_first()?;
    // a `*` would be a pattern
    let plain = |text: &str| !text.contains('*');
    let shared = |key: &str, value: &str| {
        plain(key) && plain(value) && rest.iter().all(|other| other.labels.get(key).is_some_and(|it| it == value))
    };
    let compose = COMPOSE.iter().filter_map(|(word, key)| {
        let value = first.labels.get(*key).filter(|value| shared(key, value))?;
        Some(format!("{word}: {}", quoted(value)))
    });
    let compose: Vec<String> = compose.collect();
    // the service alone could be one of another project
    if compose.iter().any(|fact| fact.starts_with("project")) {
        return Some(compose.join(", "));
    }
    let telling = |key: &str| !COMMON.iter().any(|start| key.starts_with(start)) && !is_secret_key(key);
    let label = first.labels.iter().find(|(key, value)| telling(key) && *value != HIDDEN && shared(key, value))?;
    Some(format!("label: {}", quoted(&format!("{}={}", label.0, label.1))))
}

fn by_common_name(found: &[&Object]) -> Option<String> {
    let names: Vec<&str> = found.iter().map(|object| object.name.as_str()).collect();
    if names.iter().any(|name| name.is_empty() || is_docker_made(name)) {
        return None;
    }
    listed(&names, false)
}

/// What only the paths say. An ID is no name, and one that was made for the occasion will not come again.
fn by_names(kind: Target, objects: &Objects) -> Option<String> {
    let names: Vec<&str> = objects.named.iter().map(String::as_str).collect();
    let odd = |name: &&str| image::could_be_id(name) || (kind == Target::Container && is_docker_made(name));
    if names.is_empty() || names.iter().any(odd) {
        return None;
    }
    listed(&names, objects.named.are_more())
}

fn listed(names: &[&str], more: bool) -> Option<String> {
    let few = common::names(names, more)?;
    let written = |name: &String| if names.contains(&name.as_str()) { said::name(name) } else { quoted(name) };
    let items: Vec<String> = few.iter().map(written).collect();
    Some(format!("name: {}", Limit::list("name", items).value))
}
