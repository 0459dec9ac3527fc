//! What Docker takes where a request says nothing, and more than one field has to be seen to know it.

use super::Fields;
use super::{fields_of, get, int, object, text};
use crate::catalogue::{ApiVersion, Facet, Op};
use crate::request::values::{amount, image, namespace, registry};
use crate::request::{Request, Use, UseValue, Uses};

/// Adds what the request implies.
pub(super) fn gather(request: &Request, uses: &mut Uses) {
    let fields = request.body.as_ref().map_or(&[][..], fields_of);
    match request.operation().op {
        Op::ContainerCreate => container(fields, request.route.version, uses),
        Op::ServiceCreate | Op::ServiceUpdate => service(fields, request.route.version, uses),
        Op::SystemAuth if text(fields, "serveraddress").is_empty() => {
            uses.push_text(Facet::Registries, image::DOMAIN);
        }
        _ => {}
    }
}

fn container(fields: &Fields, version: Option<ApiVersion>, uses: &mut Uses) {
    let host = object(fields, "HostConfig");
    // the endpoints come in addition to the network of the mode, which is Docker's own if there is none
    if get(host, "NetworkMode").is_none() {
        namespace::gather_network("", uses);
    }
    if get(host, "MemorySwap").is_none() && int(host, "Memory") > 0 {
        uses.push(Facet::MemswapLimit, amount::memory_and_swap(int(host, "Memory"), 0));
    }
    // a command is enough for dockerd to make a container of no image at all
    if text(fields, "Image").is_empty() {
        uses.push(Facet::Image, UseValue::Default);
    }
    for (facet, name, minor, word) in OLD_DEFAULTS {
        if text(host, name).is_empty() && version.is_some_and(|version| version < v1(*minor)) {
            uses.push(*facet, UseValue::text(word));
        }
    }
    read_only(version, uses);
}

fn service(fields: &Fields, version: Option<ApiVersion>, uses: &mut Uses) {
    let image = text(object(object(fields, "TaskTemplate"), "ContainerSpec"), "Image");
    if !image.is_empty() {
        uses.push_read(Facet::Registries, registry::of_name(image), image);
    }
    let is_old = |minor: &u16| version.is_none_or(|version| version < v1(*minor));
    for (facet, _) in NEW_HARDENING.iter().filter(|(_, minor)| is_old(minor)) {
        let hardens =
            |used: &Use| *facet != Facet::SecurityOpt || used.value == UseValue::text("no-new-privileges=true");
        uses.forget(|used| used.facet == *facet && hardens(used));
    }
    read_only(version, uses);
}

/// Before API 1.44, and for every version before Docker 25, a read-only bind leaves what is
/// mounted further down writable, and it is the client who picks the version. Without one, it is
/// the daemon's own, which may be an old one.
fn read_only(version: Option<ApiVersion>, uses: &mut Uses) {
    let reads = |value: &UseValue| matches!(value, UseValue::Path { read_only: true, .. });
    let recursive = version.is_some_and(|version| version >= v1(44));
    if !recursive && uses.of(Facet::Binds).any(reads) {
        uses.push_text(Facet::BindOptions, "read_only_non_recursive");
    }
}

/// What older versions of the API take for a mode that is left out, and the version that
/// changed it (the handler of create in dockerd 20.10 and 26.1).
const OLD_DEFAULTS: &[(Facet, &str, u16, &str)] =
    &[(Facet::Ipc, "IpcMode", 40, "shareable"), (Facet::Cgroup, "CgroupnsMode", 41, "host")];

/// What hardens a service, and the version of the API below which dockerd drops it
/// (`adjustForAPIVersion` of dockerd 28.5). Without a version the daemon may be an old one.
const NEW_HARDENING: &[(Facet, u16)] =
    &[(Facet::CapDrop, 41), (Facet::PidsLimit, 41), (Facet::Ulimits, 41), (Facet::SecurityOpt, 44)];

fn v1(minor: u16) -> ApiVersion {
    ApiVersion { major: 1, minor }
}
