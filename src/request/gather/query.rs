//! Parameters of the query, and names in the path, under the words of their powers.

use super::build;
use crate::catalogue::{Facet, Op};
use crate::request::values::{change, image, plain, registry};
use crate::request::{Query, Request, UseValue, Uses, Value};

/// Parameters whose value is the use: operation, parameter, power.
const PLAIN: &[(Op, &str, Facet)] = &[
    (Op::CheckpointDelete, "dir", Facet::CheckpointDir),
    (Op::CheckpointList, "dir", Facet::CheckpointDir),
    (Op::ContainerCreate, "platform", Facet::Platform),
    (Op::ContainerStart, "checkpoint-dir", Facet::CheckpointDir),
    (Op::ImageBuild, "cgroupparent", Facet::CgroupParent),
    (Op::ImageBuild, "cpusetcpus", Facet::Cpuset),
    (Op::ImageBuild, "cpusetmems", Facet::CpusetMems),
    (Op::ImageBuild, "cpushares", Facet::CpuShares),
    (Op::ImageBuild, "extrahosts", Facet::ExtraHosts),
    (Op::ImageBuild, "isolation", Facet::Isolation),
    (Op::ImageBuild, "memory", Facet::MemLimit),
    (Op::ImageBuild, "networkmode", Facet::NetworkMode),
    (Op::ImageBuild, "platform", Facet::Platform),
    (Op::ImageBuild, "remote", Facet::RemoteSource),
    (Op::ImageBuild, "securityopt", Facet::SecurityOpt),
    (Op::ImageBuild, "shmsize", Facet::ShmSize),
    (Op::ImageCommit, "container", Facet::CommitOf),
    (Op::ImageCreate, "platform", Facet::Platform),
    (Op::PluginCreate, "name", Facet::Name),
    (Op::PluginPull, "name", Facet::Name),
];

/// Parameters, and names in the path, that mean more than their value, and the powers that they can
/// be uses of.
const READ: &[(Op, &str, &[Facet])] = &[
    (Op::ContainerCreate, "name", &[Facet::Name]),
    (Op::ContainerRename, "name", &[Facet::Name]),
    (Op::DistributionInspect, IN_PATH, &[Facet::Image, Facet::Registries]),
    (Op::GetPluginPrivileges, "remote", &[Facet::Registries]),
    (Op::ImageBuild, "buildargs", &[Facet::BuildArgs]),
    (Op::ImageBuild, "cachefrom", &[Facet::CacheFrom]),
    (Op::ImageBuild, "cpuperiod", &[Facet::Cpus]),
    (Op::ImageBuild, "cpuquota", &[Facet::Cpus]),
    (Op::ImageBuild, "labels", &[Facet::Labels]),
    (Op::ImageBuild, "memory", &[Facet::MemswapLimit]),
    (Op::ImageBuild, "memswap", &[Facet::MemswapLimit]),
    (Op::ImageBuild, "networkmode", &[Facet::Networks]),
    (Op::ImageBuild, "outputs", &[Facet::Outputs]),
    (Op::ImageBuild, "t", &[Facet::Tags]),
    (Op::ImageBuild, "ulimits", &[Facet::Ulimits]),
    (Op::ImageBuild, "version", &[Facet::Buildkit]),
    (Op::ImageCommit, "changes", &[Facet::Changes]),
    (Op::ImageCommit, "repo", &[Facet::Tags]),
    (Op::ImageCommit, "tag", &[Facet::Tags]),
    (Op::ImageCreate, "changes", &[Facet::Changes]),
    (Op::ImageCreate, "fromImage", &[Facet::Image, Facet::Registries]),
    (Op::ImageCreate, "fromSrc", &[Facet::RemoteSource]),
    (Op::ImageCreate, "repo", &[Facet::Tags]),
    (Op::ImageCreate, "tag", &[Facet::Image, Facet::Tags]),
    (Op::ImagePush, IN_PATH, &[Facet::Image, Facet::Registries]),
    (Op::ImagePush, "tag", &[Facet::Image]),
    (Op::ImageSearch, "term", &[Facet::Registries]),
    (Op::ImageTag, "repo", &[Facet::Tags]),
    (Op::ImageTag, "tag", &[Facet::Tags]),
    (Op::NetworkConnect, IN_PATH, &[Facet::Networks]),
    (Op::PluginPull, "remote", &[Facet::Registries]),
    (Op::PluginPush, IN_PATH, &[Facet::Registries]),
    (Op::PluginUpgrade, "remote", &[Facet::Registries]),
];

/// How the name in the path is called here.
pub const IN_PATH: &str = "{name}";

/// The facets that a parameter of the operation, or the name in its path ([`IN_PATH`]), can use.
pub fn facets_of(op: Op, name: &str) -> Vec<Facet> {
    let plain = PLAIN.iter().filter(|(of, known, _)| (*of, *known) == (op, name)).map(|(_, _, facet)| *facet);
    let read = READ.iter().filter(|(of, known, _)| (*of, *known) == (op, name)).flat_map(|(_, _, facets)| *facets);
    let changes = change::powers().filter(|_| name == "changes");
    plain.chain(read.copied()).chain(changes).filter(|facet| facet.row().fits(op)).collect()
}

/// Adds what path and query use.
pub(super) fn gather(request: &Request, uses: &mut Uses) {
    let op = request.operation().op;
    for (_, name, facet) in PLAIN.iter().filter(|(of, _, _)| *of == op) {
        request.query.all(name).for_each(|value| value_used(op, *facet, value, uses));
    }
    let (query, object) = (&request.query, request.params().object.as_deref().unwrap_or_default());
    match op {
        Op::ContainerCreate | Op::ContainerRename => container_named(text(query, "name"), uses),
        Op::DistributionInspect => image_used(object, "", uses),
        Op::ImageBuild => build::gather(query, uses),
        Op::ImageCommit => {
            changed(op, query, uses);
            tag_moved(query, uses);
        }
        Op::ImageCreate => {
            changed(op, query, uses);
            image_created(query, uses);
        }
        Op::ImagePush => image_used(object, text(query, "tag"), uses),
        Op::ImageSearch => registry_asked(text(query, "term"), uses),
        Op::ImageTag => tag_moved(query, uses),
        Op::NetworkConnect => plain::gather_text(Facet::Networks, object, uses),
        Op::GetPluginPrivileges | Op::PluginPull | Op::PluginUpgrade => registry_asked(text(query, "remote"), uses),
        Op::PluginPush => registry_asked(object, uses),
        _ => {}
    }
}

fn value_used(op: Op, facet: Facet, value: &Value, uses: &mut Uses) {
    match value {
        Value::Int(number) => plain::gather_number(op, facet, *number, uses),
        Value::Text(text) => plain::gather_text(facet, text, uses),
        Value::Flag(_) | Value::Filters(_) => uses.push(facet, UseValue::All),
    }
}

/// A text parameter; empty where there is none, as in Go.
pub(super) fn text<'q>(query: &'q Query, name: &str) -> &'q str {
    if let Some(Value::Text(text)) = query.get(name) { text } else { "" }
}

/// A number; 0 where there is none.
pub(super) fn int(query: &Query, name: &str) -> i64 {
    if let Some(Value::Int(number)) = query.get(name) { *number } else { 0 }
}

fn changed(op: Op, query: &Query, uses: &mut Uses) {
    for value in query.all("changes") {
        match value {
            Value::Text(text) => change::gather(op, text, uses),
            _ => uses.push(Facet::Changes, UseValue::All),
        }
    }
}

/// A pull, or an import of what a URL or the client sends.
fn image_created(query: &Query, uses: &mut Uses) {
    match text(query, "fromImage") {
        "" => {
            plain::gather_text(Facet::RemoteSource, text(query, "fromSrc"), uses);
            tag_moved(query, uses);
        }
        name => image_used(name, text(query, "tag"), uses),
    }
}

/// Without a name, Docker finds one.
fn container_named(name: &str, uses: &mut Uses) {
    if !name.is_empty() {
        uses.push(Facet::Name, plain::container_name(name));
    }
}

/// An image at its registry; without a tag it is all that the repository has.
fn image_used(name: &str, tag: &str, uses: &mut Uses) {
    uses.push(Facet::Image, image_named(name, tag));
    registry_asked(name, uses);
}

fn image_named(name: &str, tag: &str) -> UseValue {
    let reference = image::Reference::parse(name);
    match (reference.tag, reference.digest, tag) {
        (None, None, "") => UseValue::Repository(name.to_owned()),
        (_, _, "") => UseValue::Image(name.to_owned()),
        // a digest is kept beside a tag, and decides (dockerd 20.10 to 28.5)
        (_, Some(_), tag) if !tag.contains(':') => UseValue::Image(name.to_owned()),
        (_, _, tag) => UseValue::Image(tagged(reference.name, tag)),
    }
}

/// The name with a tag, or with a digest in its place.
fn tagged(name: &str, tag: &str) -> String {
    let joint = if tag.contains(':') { '@' } else { ':' };
    format!("{name}{joint}{tag}")
}

fn registry_asked(name: &str, uses: &mut Uses) {
    uses.push_read(Facet::Registries, registry::of_name(name), name);
}

/// `repo` and `tag`: the name that an image gets, and another may lose.
fn tag_moved(query: &Query, uses: &mut Uses) {
    match (text(query, "repo"), text(query, "tag")) {
        ("", _) => {}
        (repo, "") => uses.push(Facet::Tags, tag(repo)),
        (repo, name) => uses.push(Facet::Tags, tag(&tagged(image::Reference::parse(repo).name, name))),
    }
}

/// A name that is given, which is never an ID.
pub(super) fn tag(name: &str) -> UseValue {
    UseValue::Image(image::Reference::parse(name).normal())
}
