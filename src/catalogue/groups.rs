//! Named groups of operations, frozen per policy version.
//!
//! No group reveals more than its name says, and none holds an operation of
//! another's kind. A line is never changed once its version was released: a new
//! operation goes into the groups of a new policy version.

use super::Op;

/// A named group of operations.
#[derive(Debug)]
pub struct Group {
    /// The word that policies use.
    pub name: &'static str,
    /// What it holds.
    pub operations: &'static [Op],
    /// One line for people.
    pub about: &'static str,
}

macro_rules! groups {
    ($($name:literal [$($op:ident),*] $about:literal;)*) => {
        /// The groups of policy version 1; `everything` is no list and so not among them.
        pub static GROUPS: &[Group] = &[$(Group {
            name: $name,
            operations: &[$(Op::$op),*],
            about: $about,
        }),*];
    };
}

groups! {
    "ping" [SystemPing, SystemPingHead, SystemVersion]
        "what every client asks first";
    // Not `swarm-reads`: join tokens are secrets, and a monitor must not be able to join.
    "reads" [
        SystemPing, SystemPingHead, SystemVersion, SystemInfo, SystemEvents, SystemDataUsage,
        ContainerList, ContainerInspect, ContainerStats, ContainerTop, ContainerChanges,
        ImageList, ImageInspect, ImageHistory, NetworkList, NetworkInspect, VolumeList, VolumeInspect,
        ServiceList, ServiceInspect, NodeList, NodeInspect, TaskList, TaskInspect, PluginList, PluginInspect
    ]
        "look around: nothing of output, files, secrets, configs or join tokens";

    "system-reads" [SystemInfo, SystemEvents, SystemDataUsage]
        "read about the daemon and its host, follow events";

    "container-reads" [ContainerList, ContainerInspect, ContainerStats, ContainerTop, ContainerChanges]
        "look at containers, their environment included";
    "container-output" [ContainerLogs, ContainerAttach, ContainerAttachWebsocket]
        "read what containers print; typing is `query.stdin`";
    "container-lifecycle" [
        ContainerStart, ContainerStop, ContainerRestart, ContainerKill,
        ContainerPause, ContainerUnpause, ContainerWait, ContainerResize
    ]
        "start, stop and wait for containers that are there";
    "container-files" [ContainerArchive, ContainerArchiveInfo, PutContainerArchive, ContainerExport]
        "copy files out of containers and into them";
    "exec-session" [ExecStart, ExecInspect, ExecResize]
        "run what ContainerExec prepared";

    "image-reads" [ImageList, ImageInspect, ImageHistory]
        "look at images, their environment included";
    "image-build" [ImageBuild, BuildPrune, BuildCancel, Session, Grpc]
        "build images, by BuildKit as well";

    "network-reads" [NetworkList, NetworkInspect]
        "look at networks";
    "network-writes" [NetworkCreate, NetworkDelete, NetworkConnect, NetworkDisconnect, NetworkPrune]
        "create, change and delete networks";

    "volume-reads" [VolumeList, VolumeInspect]
        "look at volumes, not into them";
    "volume-writes" [VolumeCreate, VolumeDelete, VolumePrune, VolumeUpdate]
        "create, change and delete volumes";

    "plugin-reads" [PluginList, PluginInspect]
        "look at plugins";
    "plugin-writes" [PluginPull, PluginCreate, PluginUpgrade, PluginSet, PluginEnable, PluginDisable, PluginDelete]
        "install, change and delete plugins, which run as root";

    "swarm-reads" [SwarmInspect]
        "inspect the swarm, with the tokens that machines join with";
    "swarm-writes" [SwarmInit, SwarmJoin, SwarmLeave, SwarmUpdate, SwarmUnlock]
        "make, join, change and leave a swarm";
    "node-reads" [NodeList, NodeInspect]
        "look at the swarm's nodes";
    "node-writes" [NodeUpdate, NodeDelete]
        "change and remove the swarm's nodes";
    "service-reads" [ServiceList, ServiceInspect]
        "look at services, their environment included";
    "service-writes" [ServiceCreate, ServiceUpdate, ServiceDelete]
        "create, change and delete services";
    "task-reads" [TaskList, TaskInspect]
        "look at tasks, their environment included";
    "secret-reads" [SecretList, SecretInspect]
        "look at secrets: names and labels, which is all that Docker tells";
    "secret-writes" [SecretCreate, SecretUpdate, SecretDelete]
        "create, change and delete secrets";
    "config-reads" [ConfigList, ConfigInspect]
        "read configs, their content included";
    "config-writes" [ConfigCreate, ConfigUpdate, ConfigDelete]
        "create, change and delete configs";
    "swarm-mode" [
        SwarmInspect, SwarmUnlockkey, SwarmInit, SwarmJoin, SwarmLeave, SwarmUpdate, SwarmUnlock,
        NodeList, NodeInspect, NodeUpdate, NodeDelete,
        ServiceList, ServiceInspect, ServiceLogs, ServiceCreate, ServiceUpdate, ServiceDelete,
        TaskList, TaskInspect, TaskLogs,
        SecretList, SecretInspect, SecretCreate, SecretUpdate, SecretDelete,
        ConfigList, ConfigInspect, ConfigCreate, ConfigUpdate, ConfigDelete
    ]
        "all of Swarm, reads and writes";
}
