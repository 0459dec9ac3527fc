//! What no facet tells of a container, and a copy must not have more of: where mounts show, what may
//! be written to, how many devices are asked for, which port leads where, which files of the kernel
//! are closed.

use crate::catalogue::Facet;
use crate::request::Tree;
use crate::request::values::bind::{Bind, Source};
use crate::request::values::path;

/// Details of the body of a create.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Details {
    /// Paths, volumes and images that are mounted, and containers whose mounts are taken over.
    pub mounts: Vec<Mounted>,
    /// Where volumes without a name are mounted.
    pub unnamed: Vec<String>,
    /// Ports of the container that are published: its own, the host's address, the host's port.
    pub ports: Vec<[String; 3]>,
    /// Requests to drivers of devices, with their counts.
    pub device_requests: Vec<Tree>,
    /// Files of the kernel that are hidden; nothing for Docker's own list.
    pub masked_paths: Option<Vec<String>>,
    /// Files of the kernel that can only be read; nothing for Docker's own list.
    pub readonly_paths: Option<Vec<String>>,
}

/// One mount. What is mounted over programs and their settings decides what runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mounted {
    /// The facet that it is a use of.
    pub facet: Facet,
    /// The path, the volume, the image or the container.
    pub source: String,
    /// Where in the container; nothing if the source decides.
    pub target: String,
    /// The folder of the volume that is shown; empty for all of it.
    pub subpath: String,
    /// Whether it can be written to.
    pub writable: bool,
}

impl Details {
    /// Reads them from a body.
    pub fn of(body: &Tree) -> Self {
        let host = body.get("HostConfig");
        let at = |name: &str| host.and_then(|host| host.get(name));
        let items = |name: &str| at(name).map_or(&[][..], Tree::items);
        let binds = items("Binds").iter().filter_map(Tree::text).filter_map(bound);
        let mounts = items("Mounts").iter().filter_map(mounted);
        let from = items("VolumesFrom").iter().filter_map(Tree::text).map(taken_over);
        Self {
            mounts: binds.chain(mounts).chain(from).collect(),
            unnamed: unnamed(body),
            ports: at("PortBindings").map(published).unwrap_or_default(),
            device_requests: items("DeviceRequests").to_vec(),
            masked_paths: at("MaskedPaths").and_then(texts),
            readonly_paths: at("ReadonlyPaths").and_then(texts),
        }
    }
}

impl Details {
    /// Whether something is mounted at this place, but for a file system in memory.
    pub fn has_mount_at(&self, place: &str) -> bool {
        self.unnamed.iter().any(|it| it == place) || self.mounts.iter().any(|it| it.target == place)
    }
}

impl Mounted {
    /// A whole volume.
    pub fn volume(source: String, target: &str, writable: bool) -> Self {
        Self { facet: Facet::Volumes, source, target: place(target), subpath: String::new(), writable }
    }

    /// Whether both show the same thing, wherever and however.
    pub fn is_of(&self, other: &Self) -> bool {
        self.facet == other.facet && self.source == other.source
    }

    /// Whether whoever has this one has the other, too.
    pub fn covers(&self, other: &Self) -> bool {
        let place = self.target == other.target && self.subpath == other.subpath;
        self.is_of(other) && place && (self.writable || !other.writable)
    }
}

/// The name by which places are compared.
pub(super) fn place(target: &str) -> String {
    path::clean(target).unwrap_or_else(|| target.to_owned())
}

/// A volume without a name holds nothing that somebody else has, and yet hides what the image has there.
fn unnamed(body: &Tree) -> Vec<String> {
    let items = |name: &str| body.at(&["HostConfig", name]).map_or(&[][..], Tree::items);
    let binds = items("Binds").iter().filter_map(Tree::text).filter_map(Bind::read);
    let binds = binds.filter(|bind| bind.source == Source::Unnamed).map(|bind| bind.target);
    let text = |mount: &Tree, name: &str| mount.get(name).and_then(Tree::text).unwrap_or_default().to_owned();
    let is_unnamed = |mount: &&Tree| text(mount, "Type") == "volume" && text(mount, "Source").is_empty();
    let mounts = items("Mounts").iter().filter(is_unnamed).map(|mount| place(&text(mount, "Target")));
    let Some(Tree::Map(volumes)) = body.get("Volumes") else { return binds.chain(mounts).collect() };
    binds.chain(mounts).chain(volumes.iter().map(|(target, _)| place(target))).collect()
}

fn bound(spec: &str) -> Option<Mounted> {
    let bind = Bind::read(spec)?;
    let (facet, source) = match bind.source {
        Source::Path(path) => (Facet::Binds, path),
        Source::Volume(name) => (Facet::Volumes, name),
        Source::Unnamed => return None,
    };
    Some(Mounted { facet, source, target: bind.target, subpath: String::new(), writable: !bind.read_only })
}

fn mounted(mount: &Tree) -> Option<Mounted> {
    let text = |path: &[&str]| mount.at(path).and_then(Tree::text).unwrap_or_default();
    let source = text(&["Source"]);
    let (facet, source) = match text(&["Type"]) {
        "bind" => (Facet::Binds, place(source)),
        "image" => (Facet::ImageMounts, source.to_owned()),
        "volume" if !source.is_empty() => (Facet::Volumes, source.to_owned()),
        // file systems in memory are told by their places already
        _ => return None,
    };
    let subpath = format!("{}{}", text(&["VolumeOptions", "Subpath"]), text(&["ImageOptions", "Subpath"]));
    let writable = mount.get("ReadOnly") != Some(&Tree::Flag(true));
    Some(Mounted { facet, source, target: place(text(&["Target"])), subpath, writable })
}

/// `web` or `web:ro`
fn taken_over(spec: &str) -> Mounted {
    let (name, mode) = spec.split_once(':').unwrap_or((spec, ""));
    let source = name.strip_prefix('/').unwrap_or(name).to_owned();
    let writable = !mode.split(',').any(|option| option == "ro");
    Mounted { facet: Facet::VolumesFrom, source, target: String::new(), subpath: String::new(), writable }
}

/// A port without a protocol is one of TCP.
fn published(bindings: &Tree) -> Vec<[String; 3]> {
    let Tree::Map(entries) = bindings else { return Vec::new() };
    let text = |binding: &Tree, name: &str| binding.get(name).and_then(Tree::text).unwrap_or_default().to_owned();
    let own = |port: &String| if port.contains('/') { port.clone() } else { format!("{port}/tcp") };
    let one = |port: &String, binding: &Tree| [own(port), text(binding, "HostIp"), text(binding, "HostPort")];
    entries.iter().flat_map(|(port, list)| list.items().iter().map(move |binding| one(port, binding))).collect()
}

fn texts(list: &Tree) -> Option<Vec<String>> {
    let Tree::List(items) = list else { return None };
    Some(items.iter().filter_map(Tree::text).map(str::to_owned).collect())
}
