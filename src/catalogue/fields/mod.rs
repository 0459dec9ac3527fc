//! What the JSON bodies hold: every field that Docker reads, its shape, and what it means.
//!
//! The tables write shapes as Docker's own lists of fields do: `[Text]` is a
//! list, `{Text}` a map, `(RESOURCES)` an object with a table of its own. Their
//! order is the order in which a body is forwarded.

#[macro_use]
mod macros;

mod container;
mod endpoint;
mod exec;
mod host_config;
mod image;
mod mount;
mod network;
mod plugin;
mod resources;
mod service;
mod swarm;
mod task;
mod volume;

use super::Facet;
use std::fmt;

/// How a value looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shape {
    /// `true` or `false`.
    Flag,
    /// A whole number.
    Int,
    /// A number that may have a fraction.
    Float,
    /// Text.
    Text,
    /// Bytes, as Base64 text.
    Base64,
    /// A list of texts, or one text that stands for a list of one.
    StrSlice,
    /// A list.
    List(&'static Shape),
    /// An object with the client's own keys, whose case counts.
    Map(&'static Shape),
    /// An object with the fields of these tables, in whatever case.
    Object(&'static [&'static [Field]]),
}

/// One field of an object; a whole body is a field that is called as its table.
pub struct Field {
    /// Docker's own spelling.
    pub name: &'static str,
    /// How the value looks.
    pub shape: Shape,
    /// What giving it amounts to.
    pub means: Means,
}

/// What giving a field amounts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Means {
    /// Its value, or each of its values, is a use of this facet.
    Is(Facet),
    /// Giving it is a use of this facet, whatever the value.
    Given(Facet),
    /// Its keys are uses of this facet; the values say what they mean.
    Keys(Facet),
    /// A hand-written reader looks at the value, and at the fields beside it.
    Gather(Gather),
    /// Nothing by itself: the fields inside say what they mean.
    Inner,
    /// Read by the reader of a field around or beside it.
    Part,
    /// No power at all, for this reason.
    Harmless(&'static str),
}

/// The hand-written readers: one for every value that means more than its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gather {
    /// Paths in a container that get a volume without a name.
    AnonymousVolumes,
    /// `source:target:options`, the source a path of the host or a volume's name.
    Binds,
    /// Weights and speeds of single disks.
    Blkio,
    /// Processors, counted in billionths, by quota and period, or in percent.
    Cpus,
    /// Processors that are set aside, in billionths.
    CpusReservation,
    /// Devices that a driver finds.
    DeviceRequests,
    /// Devices of the host, with the path and the rights in the container.
    Devices,
    /// Resources that nodes name.
    GenericResources,
    /// `container:alias`
    Links,
    /// Memory and swap together: -1 for no limit, 0 for twice the memory.
    MemorySwap,
    /// Mounts of every type.
    Mounts,
    /// A network by name or ID, `host`, `container:...`, `none` or `default`.
    NetworkMode,
    /// A privilege with its values.
    PluginPrivileges,
    /// Ports of the container, with the addresses and ports of the host that lead there.
    PortBindings,
    /// The security settings of a service's containers.
    Privileges,
    /// Every exposed port, each on a port of the host that Docker picks.
    PublishAll,
    /// `replicated`, `global` or a job, by the field that is there.
    ServiceMode,
    /// The ports that a service opens on the nodes.
    ServicePorts,
    /// Swap alone, beside the memory.
    SwapBytes,
    /// A setting of the swarm's authority: the field's name is the value.
    SwarmCa,
    /// A setting of the swarm: the field's name is the value.
    SwarmSettings,
    /// File systems in memory: path and options.
    Tmpfs,
    /// Limits on processes, by name.
    Ulimits,
    /// Options of a volume driver: the local one mounts what they say.
    VolumeOpts,
    /// `container` or `container:ro`
    VolumesFrom,
}

impl Gather {
    /// The facets that its values can be uses of.
    pub fn facets(self) -> &'static [Facet] {
        match self {
            Self::AnonymousVolumes => &[Facet::Volumes],
            Self::Binds => &[Facet::Binds, Facet::BindOptions, Facet::Volumes],
            Self::Blkio => &[Facet::BlkioConfig],
            Self::Cpus => &[Facet::Cpus],
            Self::CpusReservation => &[Facet::CpusReservation],
            Self::DeviceRequests => &[Facet::DeviceRequests],
            Self::Devices => &[Facet::Devices],
            Self::GenericResources => &[Facet::GenericResources],
            Self::Links => &[Facet::Links],
            Self::MemorySwap | Self::SwapBytes => &[Facet::MemswapLimit],
            Self::Mounts => MOUNTED,
            Self::NetworkMode => &[Facet::NetworkMode, Facet::Networks],
            Self::PluginPrivileges => &[Facet::PluginPrivileges],
            Self::PortBindings | Self::PublishAll => &[Facet::Ports],
            Self::Privileges => &[Facet::CredentialSpec, Facet::SecurityOpt],
            Self::ServiceMode => &[Facet::Replicas, Facet::ServiceMode],
            Self::ServicePorts => &[Facet::Ports, Facet::PublishMode],
            Self::SwarmCa => &[Facet::SwarmCa],
            Self::SwarmSettings => &[Facet::SwarmSettings],
            Self::Tmpfs => &[Facet::Tmpfs, Facet::TmpfsOptions, Facet::TmpfsSize],
            Self::Ulimits => &[Facet::Ulimits],
            Self::VolumeOpts => &[Facet::Binds, Facet::BindOptions, Facet::VolumeOpts],
            Self::VolumesFrom => &[Facet::VolumesFrom],
        }
    }
}

/// What mounts of all types can be uses of.
const MOUNTED: &[Facet] = &[
    Facet::Binds,
    Facet::BindOptions,
    Facet::ClusterVolume,
    Facet::ImageMounts,
    Facet::Labels,
    Facet::MountTypes,
    Facet::Tmpfs,
    Facet::TmpfsOptions,
    Facet::TmpfsSize,
    Facet::VolumeDriver,
    Facet::VolumeOpts,
    Facet::VolumeSubpath,
    Facet::Volumes,
];

impl Field {
    /// Every field of the tables of an object.
    pub fn all(tables: &'static [&'static [Self]]) -> impl Iterator<Item = &'static Self> {
        tables.iter().copied().flatten()
    }
}

impl fmt::Debug for Field {
    /// The name alone: the tables below it are long.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl PartialEq for Field {
    /// Within one table a name is one field, and fields of different tables are never compared.
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Field {}

use container::{COMMIT_PARTS, CONFIG, CONTAINER_PARTS};
use exec::{EXEC_CONFIG, EXEC_START_CONFIG};
use host_config::RESTART;
use image::{AUTH_CONFIG, BUILD_OUTPUT};
use network::{NETWORK_CONNECT_REQUEST, NETWORK_CREATE_REQUEST, NETWORK_DISCONNECT_REQUEST};
use plugin::PLUGIN_PRIVILEGE;
use resources::{RESOURCES, ULIMIT};
use service::SERVICE_SPEC;
use swarm::UNLOCK_REQUEST;
use swarm::{ANNOTATIONS, CONFIG_SPEC, JOIN_REQUEST, NODE_SPEC, SECRET_SPEC, SWARM_INIT_REQUEST, SWARM_SPEC};
use volume::{CHECKPOINT, VOLUME_CREATE_REQUEST, VOLUME_UPDATE_REQUEST};

// `BUILD_OUTPUTS` and `ULIMITS` are no bodies but parameters of a build.
bodies! {
    BUILD_OUTPUTS      [(BUILD_OUTPUT)]             inner -;
    CHECKPOINT_CREATE  (CHECKPOINT)                 inner -;
    CONFIG_WRITE       (ANNOTATIONS, CONFIG_SPEC)   inner -;
    CONTAINER_COMMIT   (CONFIG, COMMIT_PARTS)       inner -;
    CONTAINER_CREATE   (CONFIG, CONTAINER_PARTS)    inner -;
    CONTAINER_EXEC     (EXEC_CONFIG)                inner -;
    CONTAINER_UPDATE   (RESOURCES, RESTART)         inner -;
    EXEC_START         (EXEC_START_CONFIG)          inner -;
    NETWORK_CONNECT    (NETWORK_CONNECT_REQUEST)    inner -;
    NETWORK_CREATE     (NETWORK_CREATE_REQUEST)     inner -;
    NETWORK_DISCONNECT (NETWORK_DISCONNECT_REQUEST) inner -;
    NODE_UPDATE        (NODE_SPEC)                  inner -;
    PLUGIN_INSTALL     [(PLUGIN_PRIVILEGE)]         inner -;
    PLUGIN_SET         [Text]                       is PluginSettings;
    SECRET_WRITE       (ANNOTATIONS, SECRET_SPEC)   inner -;
    SERVICE_WRITE      (ANNOTATIONS, SERVICE_SPEC)  inner -;
    SWARM_INIT         (SWARM_INIT_REQUEST)         inner -;
    SWARM_JOIN         (JOIN_REQUEST)               inner -;
    SWARM_UNLOCK       (UNLOCK_REQUEST)             inner -;
    SWARM_UPDATE       (ANNOTATIONS, SWARM_SPEC)    inner -;
    SYSTEM_AUTH        (AUTH_CONFIG)                inner -;
    ULIMITS            [(ULIMIT)]                   inner -;
    VOLUME_CREATE      (VOLUME_CREATE_REQUEST)      inner -;
    VOLUME_UPDATE      (VOLUME_UPDATE_REQUEST)      inner -;
}
