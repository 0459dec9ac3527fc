//! The label of a tenant on what it makes, and in the filter of what it removes.
//!
//! Whoever is no tenant makes nothing that is one's: an image can carry the label, and what runs
//! or is built of it would inherit it, so that there it is emptied.

use super::fence::kept;
use super::tenant::Tenant;
use crate::catalogue::fields::Shape;
use crate::catalogue::{Op, Param};
use crate::request::json::{self, Json};
use crate::request::tree::Entry;
use crate::request::{Request, Tree, Value};
use std::collections::BTreeMap;

/// Where labels stand in the bodies of what makes something.
const IN_BODY: &[(Op, &[&str])] = &[
    (Op::ConfigCreate, &["Labels"]),
    (Op::ConfigUpdate, &["Labels"]),
    (Op::ContainerCreate, &["Labels"]),
    (Op::ImageCommit, &["Labels"]),
    (Op::NetworkCreate, &["Labels"]),
    (Op::SecretCreate, &["Labels"]),
    (Op::SecretUpdate, &["Labels"]),
    (Op::ServiceCreate, &["Labels"]),
    (Op::ServiceCreate, &["TaskTemplate", "ContainerSpec", "Labels"]),
    (Op::ServiceUpdate, &["Labels"]),
    (Op::ServiceUpdate, &["TaskTemplate", "ContainerSpec", "Labels"]),
    (Op::VolumeCreate, &["Labels"]),
];

/// What inherits the labels of an image.
const INHERITS: &[Op] = &[Op::ContainerCreate, Op::ImageBuild, Op::ImageCommit, Op::ServiceCreate, Op::ServiceUpdate];

/// Where mounts stand, whose volumes Docker makes by the way.
const MOUNTS: &[(Op, &[&str])] = &[
    (Op::ContainerCreate, &["HostConfig", "Mounts"]),
    (Op::ServiceCreate, &["TaskTemplate", "ContainerSpec", "Mounts"]),
    (Op::ServiceUpdate, &["TaskTemplate", "ContainerSpec", "Mounts"]),
];

/// Puts the tenant's label wherever the request says which labels something gets, or which it
/// must have to be removed; tells what was put.
pub(super) fn tenant(tenant: &Tenant, request: &mut Request) -> Vec<String> {
    let (key, value) = tenant.label();
    let stamped = label(request, key, value);
    let told = format!("labels.{key}={value}");
    if stamped { vec![told] } else { Vec::new() }
}

/// Empties the labels of tenants on what would inherit one from an image, and leaves them on what is
/// changed as they are.
pub(super) fn nobody(fences: &[Box<str>], request: &mut Request) {
    let op = request.operation().op;
    for key in fences {
        let kept = kept(request, key).map(str::to_owned);
        if kept.is_some() || inherits(op) {
            label(request, key, kept.as_deref().unwrap_or_default());
        }
    }
}

/// Whether what the operation makes would inherit the labels of an image.
pub(super) fn inherits(op: Op) -> bool {
    INHERITS.contains(&op)
}

fn label(request: &mut Request, key: &str, value: &str) -> bool {
    let op = request.operation().op;
    match op {
        Op::ContainerPrune | Op::ImagePrune | Op::NetworkPrune | Op::VolumePrune => filter(request, key, value),
        Op::ImageBuild => {
            uncached(request);
            in_parameter(request, key, value)
        }
        // a pull brings the labels that an image has
        Op::ImageCreate if request.query.get("fromSrc").is_some() => instruct(request, key, value),
        _ => in_body(request, key, value),
    }
}

fn in_body(request: &mut Request, key: &str, value: &str) -> bool {
    let op = request.operation().op;
    let Some(table) = request.operation().body.table() else { return false };
    let mut places = IN_BODY.iter().filter(|(of, _)| *of == op).peekable();
    if places.peek().is_none() {
        return false;
    }
    let body = request.body.get_or_insert_with(|| Tree::Object(Vec::new()));
    for (_, path) in places {
        body.add(&table.shape, path, Entry::Pair(key, value));
    }
    for (_, path) in MOUNTS.iter().filter(|(of, _)| *of == op && !value.is_empty()) {
        mounts(body, &table.shape, path, key, value);
    }
    request.regather();
    true
}

/// A volume of a mount that is not there yet gets the label as it is made.
fn mounts(body: &mut Tree, table: &Shape, path: &[&str], key: &str, value: &str) {
    body.each_at(table, path, &mut |mount, shape| {
        if mount.get("Type").and_then(Tree::text) == Some("volume") {
            mount.add(shape, &["VolumeOptions", "Labels"], Entry::Pair(key, value));
        }
    });
}

fn parameter(request: &Request, name: &str) -> Option<&'static Param> {
    request.operation().param(name)
}

/// `filters={"label":["KEY=VALUE"]}`: Docker removes what fits all of them.
fn filter(request: &mut Request, key: &str, value: &str) -> bool {
    let Some(param) = parameter(request, "filters") else { return false };
    let label = format!("{key}={value}");
    let known = request.query.known.iter_mut().find(|(known, _)| known.name == param.name);
    if let Some((_, Value::Filters(filters))) = known {
        filters.entry("label".to_owned()).or_default().insert(label);
    } else {
        let filters = BTreeMap::from([("label".to_owned(), [label].into())]);
        request.query.known.push((param, Value::Filters(filters)));
    }
    true
}

/// `labels={"KEY":"VALUE"}`: they win over those of the Dockerfile.
fn in_parameter(request: &mut Request, key: &str, value: &str) -> bool {
    let Some(param) = parameter(request, "labels") else { return false };
    let given = match request.query.get(param.name) {
        Some(Value::Text(text)) => json::read(text.as_bytes()).ok(),
        _ => None,
    };
    let mut labels = if let Some(Json::Object(labels)) = given { labels } else { Vec::new() };
    labels.retain(|(known, _)| known != key);
    labels.push((key.to_owned(), Json::String(value.to_owned())));
    request.query.known.retain(|(known, _)| known.name != param.name);
    request.query.known.push((param, Value::Text(Json::Object(labels).canonical())));
    true
}

/// The builder's cache knows layers by their instructions alone, and not who made them, or with which
/// network: nobody builds upon another's.
fn uncached(request: &mut Request) {
    request.query.known.retain(|(known, _)| !matches!(known.name, "nocache" | "cachefrom"));
    if let Some(param) = parameter(request, "nocache") {
        request.query.known.push((param, Value::Flag(true)));
    }
}

/// `changes=LABEL KEY=VALUE`
fn instruct(request: &mut Request, key: &str, value: &str) -> bool {
    let Some(param) = parameter(request, "changes") else { return false };
    let instruction = Value::Text(format!("LABEL {key}={value}"));
    if !request.query.known.iter().any(|(known, value)| known.name == param.name && *value == instruction) {
        request.query.known.push((param, instruction));
    }
    true
}

#[cfg(test)]
#[path = "stamp_tests.rs"]
mod tests;
