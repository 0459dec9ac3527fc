//! What no facet tells of a container, and a copy must not have more of: which volumes it may write
//! to, which part of a volume it sees, how many devices it asks for, which files of the kernel are
//! closed to it.

use crate::request::Tree;
use crate::request::values::bind::{Bind, Source};

/// Details of the body of a create.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Details {
    /// Volumes by name, and containers whose mounts are taken over.
    pub volumes: Vec<Volume>,
    /// Requests to drivers of devices, with their counts.
    pub device_requests: Vec<Tree>,
    /// Files of the kernel that are hidden; nothing for Docker's own list.
    pub masked_paths: Option<Vec<String>>,
    /// Files of the kernel that can only be read; nothing for Docker's own list.
    pub readonly_paths: Option<Vec<String>>,
}

/// How a volume is mounted, or the mounts of a container are taken over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Volume {
    /// The volume, or the container.
    pub source: String,
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
            volumes: binds.chain(mounts).chain(from).collect(),
            device_requests: items("DeviceRequests").to_vec(),
            masked_paths: at("MaskedPaths").and_then(texts),
            readonly_paths: at("ReadonlyPaths").and_then(texts),
        }
    }
}

impl Volume {
    /// Whether whoever has this one has the other, too.
    pub fn covers(&self, other: &Self) -> bool {
        self.source == other.source && self.subpath == other.subpath && (self.writable || !other.writable)
    }
}

fn bound(spec: &str) -> Option<Volume> {
    let bind = Bind::read(spec)?;
    let Source::Volume(source) = bind.source else { return None };
    Some(Volume { source, subpath: String::new(), writable: !bind.read_only })
}

/// A volume without a name holds nothing that somebody else has.
fn mounted(mount: &Tree) -> Option<Volume> {
    let text = |tree: Option<&Tree>| tree.and_then(Tree::text).unwrap_or_default().to_owned();
    let source = text(mount.get("Source"));
    if mount.get("Type").and_then(Tree::text) != Some("volume") || source.is_empty() {
        return None;
    }
    let subpath = text(mount.get("VolumeOptions").and_then(|options| options.get("Subpath")));
    Some(Volume { source, subpath, writable: mount.get("ReadOnly") != Some(&Tree::Flag(true)) })
}

/// `web` or `web:ro`, told from a volume of that name.
fn taken_over(spec: &str) -> Volume {
    let (name, mode) = spec.split_once(':').unwrap_or((spec, ""));
    let source = format!("volumes_from {}", name.strip_prefix('/').unwrap_or(name));
    let writable = !mode.split(',').any(|option| option == "ro");
    Volume { source, subpath: String::new(), writable }
}

fn texts(list: &Tree) -> Option<Vec<String>> {
    let Tree::List(items) = list else { return None };
    Some(items.iter().filter_map(Tree::text).map(str::to_owned).collect())
}
