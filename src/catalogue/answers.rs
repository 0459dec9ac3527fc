//! The answers: where objects are in them, how they tell who they are, and which parts of them can
//! be hidden.
//!
//! Paths name fields as dockerd spells them, whatever version it is of. `*` is every key or item, `a|b`
//! either, `~` a key that sounds like a secret, `!` an attribute of an event that is a label. `:` at the
//! end is what stands behind the colon in the text there, where it is a command.

use super::parts::{PARTS, Part, PartSet};
use super::{Op, Target};
use Part::{
    Addresses, Command, Data, DriverOptions, Env, HealthChecks, History, HostPaths, Labels, LogOptions, Mounts,
    SecretLabels, Tokens,
};

/// The answer of one operation.
#[derive(Debug)]
pub struct Answer {
    /// The operation.
    pub op: Op,
    /// Where its elements are.
    pub sections: &'static [Section],
}

/// A place in an answer where elements are.
#[derive(Debug)]
pub struct Section {
    /// Where: nothing for the answer as a whole, `[]` for each of a list, `Volumes[]` for each of
    /// the list there, [`LINES`] for one after another without an end.
    pub at: &'static str,
    /// What they are.
    pub element: &'static Element,
}

/// Elements that follow each other without a list around them.
pub const LINES: &str = "\n";

/// One element of an answer.
#[derive(Debug)]
pub struct Element {
    /// What it is; nothing if it is no object that a policy can name.
    pub kind: Option<Target>,
    /// Whether it tells of what happened to an object.
    pub event: bool,
    /// How it tells who it is.
    pub identity: Identity,
    /// What can be hidden.
    pub parts: &'static [(Part, &'static [&'static str])],
    /// Columns of a table by the titles that they may have when this part is hidden.
    pub columns: Option<(Part, &'static [&'static str])>,
    /// Other objects that it tells of.
    pub others: &'static [Other],
}

/// Where an element says who it is; an empty path where it does not.
#[derive(Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Identity {
    pub id: &'static str,
    pub name: &'static str,
    pub image: &'static str,
    pub state: &'static str,
    pub labels: &'static str,
}

/// Another object inside an element.
#[derive(Debug)]
pub struct Other {
    /// What it is.
    pub kind: Target,
    /// Where its entries are, whose keys are IDs or names; or the field with the ID of what the
    /// element as a whole belongs to.
    pub at: &'static str,
    /// Which of the two.
    pub whole: bool,
}

impl Answer {
    /// The answer of this operation, if parts of it can be hidden.
    pub fn of(op: Op) -> Option<&'static Self> {
        ANSWERS.iter().find(|answer| answer.op == op)
    }

    /// What can be hidden.
    pub fn parts(&self) -> PartSet {
        let elements = self.sections.iter().map(|section| section.element);
        let one = |element: &'static Element| {
            element.parts.iter().map(|(part, _)| *part).chain(element.columns.map(|(part, _)| part))
        };
        elements.flat_map(one).fold(PartSet::default(), |set, part| set.union(PartSet::of(part)))
    }

    /// The parts that are left out with these: those of them that it has, and what stands nowhere else.
    pub fn hidden(&self, asked: PartSet) -> PartSet {
        if asked.is_empty() {
            return asked;
        }
        let had = self.parts();
        let gone = |part: Part| self.sections.iter().all(|section| section.element.is_without(part, asked));
        let hidden = PARTS.iter().map(|(part, ..)| *part).filter(|part| had.contains(*part) && gone(*part));
        hidden.fold(PartSet::default(), |set, part| set.union(PartSet::of(part)))
    }

    /// The kinds of objects that it lists, where the path names none.
    pub fn kinds(&self) -> impl Iterator<Item = Target> {
        const OF_EVENTS: &[Target] = &[
            Target::Container,
            Target::Image,
            Target::Volume,
            Target::Network,
            Target::Plugin,
            Target::Service,
            Target::Node,
            Target::Secret,
            Target::Config,
        ];
        let listed = self.op.operation().target.is_none();
        let one = |section: &'static Section| {
            let events: &[Target] = if section.element.event { OF_EVENTS } else { &[] };
            section.element.kind.into_iter().chain(events.iter().copied())
        };
        self.sections.iter().filter(move |_| listed).flat_map(one)
    }

    /// Other objects that it tells of.
    pub fn others(&self) -> impl Iterator<Item = Target> {
        self.sections.iter().flat_map(|section| section.element.others).map(|other| other.kind)
    }

    /// Whether it is a stream of events.
    pub fn is_of_events(&self) -> bool {
        self.sections.iter().any(|section| section.element.event)
    }
}

impl Element {
    /// Whether nothing of the part remains where these are left out.
    fn is_without(&self, part: Part, asked: PartSet) -> bool {
        let is_cut = |path: &&str| self.parts.iter().any(|(of, paths)| asked.contains(*of) && paths.contains(path));
        let mut paths = self.parts.iter().filter(|(of, _)| *of == part).flat_map(|(_, paths)| paths.iter());
        let has_columns = self.columns.is_some_and(|(of, _)| of == part);
        asked.contains(part) || (!has_columns && paths.all(is_cut))
    }
}

const NOBODY: Identity = Identity { id: "", name: "", image: "", state: "", labels: "" };
const PLAIN: Element = Element { kind: None, event: false, identity: NOBODY, parts: &[], columns: None, others: &[] };

static LISTED_CONTAINER: Element = Element {
    kind: Some(Target::Container),
    identity: Identity { id: "Id", name: "Names.*", image: "Image", state: "State", labels: "Labels" },
    parts: &[
        (Command, &["Command"]),
        (Labels, &["Labels"]),
        (SecretLabels, &["Labels.~", "HostConfig.Annotations.~"]),
        (Mounts, &["Mounts"]),
        (HostPaths, &["Mounts.*.Source"]),
        (
            Addresses,
            &[
                "Ports.*.IP",
                "NetworkSettings.Networks.*.IPAMConfig|MacAddress|Gateway|IPAddress|IPv6Gateway|GlobalIPv6Address",
            ],
        ),
        (DriverOptions, &["NetworkSettings.Networks.*.DriverOpts"]),
    ],
    ..PLAIN
};

// why it failed says which of these was at fault
static CONTAINER: Element = Element {
    kind: Some(Target::Container),
    parts: &[
        (Env, &["Config.Env"]),
        (Command, &["Path", "Args", "Config.Cmd|Entrypoint|Shell|OnBuild", "State.Error"]),
        (HealthChecks, &["Config.Healthcheck", "State.Health.Log"]),
        (Labels, &["Config.Labels", "HostConfig.Mounts.*.VolumeOptions.Labels"]),
        (SecretLabels, &["Config.Labels.~", "HostConfig.Annotations.~", "HostConfig.Mounts.*.VolumeOptions.Labels.~"]),
        (Mounts, &["Mounts", "HostConfig.Binds|Mounts|VolumesFrom|Tmpfs", "Config.Volumes", "State.Error"]),
        (
            Addresses,
            &[
                "State.Error",
                "Config.MacAddress",
                "HostConfig.Dns|ExtraHosts",
                "HostConfig.PortBindings.*.*.HostIp",
                "NetworkSettings.Ports.*.*.HostIp",
                "NetworkSettings.LinkLocalIPv6Address|SecondaryIPAddresses|SecondaryIPv6Addresses",
                "NetworkSettings.Gateway|GlobalIPv6Address|IPAddress|IPv6Gateway|MacAddress",
                "NetworkSettings.Networks.*.IPAMConfig|MacAddress|Gateway|IPAddress|IPv6Gateway|GlobalIPv6Address",
            ],
        ),
        (
            HostPaths,
            &[
                "State.Error",
                "ResolvConfPath|HostnamePath|HostsPath|LogPath",
                "GraphDriver.Data",
                "Storage",
                "Mounts.*.Source",
                "HostConfig.Binds|Mounts|ContainerIDFile",
                "HostConfig.Devices.*.PathOnHost",
                "NetworkSettings.SandboxKey",
            ],
        ),
        (LogOptions, &["HostConfig.LogConfig.Config", "State.Error"]),
        (
            DriverOptions,
            &[
                "State.Error",
                "HostConfig.Mounts.*.VolumeOptions.DriverConfig.Options",
                "HostConfig.StorageOpt",
                "NetworkSettings.Networks.*.DriverOpts",
            ],
        ),
    ],
    ..PLAIN
};

static PROCESSES: Element = Element {
    kind: Some(Target::Container),
    columns: Some((
        Command,
        &[
            "UID", "USER", "PID", "PPID", "PGID", "SID", "C", "STIME", "TTY", "TT", "TIME", "%CPU", "%MEM", "VSZ",
            "RSS", "STAT", "S", "START", "STARTED", "ELAPSED", "NI", "PRI", "NLWP", "LWP", "WCHAN", "F", "ADDR", "SZ",
        ],
    )),
    ..PLAIN
};

static EXEC: Element =
    Element { kind: Some(Target::Exec), parts: &[(Command, &["ProcessConfig.entrypoint|arguments"])], ..PLAIN };

static LISTED_IMAGE: Element = Element {
    kind: Some(Target::Image),
    identity: Identity { id: "Id", name: "RepoTags.*", image: "", state: "", labels: "Labels" },
    parts: &[(Labels, &["Labels"]), (SecretLabels, &["Labels.~"])],
    ..PLAIN
};

static IMAGE: Element = Element {
    kind: Some(Target::Image),
    parts: &[
        (Env, &["Config|ContainerConfig.Env"]),
        (Command, &["Config|ContainerConfig.Cmd|Entrypoint|Shell|OnBuild"]),
        (HealthChecks, &["Config|ContainerConfig.Healthcheck"]),
        (Labels, &["Config|ContainerConfig.Labels"]),
        (SecretLabels, &["Config|ContainerConfig.Labels.~"]),
        (Mounts, &["Config|ContainerConfig.Volumes"]),
        (HostPaths, &["GraphDriver.Data"]),
        (History, &["Comment"]),
    ],
    ..PLAIN
};

/// The commands of a build set all of these.
const MADE_BY: &[&str] = &["CreatedBy", "Comment"];

static LAYER: Element = Element {
    parts: &[
        (Env, MADE_BY),
        (Command, MADE_BY),
        (HealthChecks, MADE_BY),
        (Labels, MADE_BY),
        (SecretLabels, MADE_BY),
        (History, MADE_BY),
    ],
    ..PLAIN
};

static BUILD_CACHE: Element = Element { parts: &[(History, &["Description"])], ..PLAIN };

static VOLUME: Element = Element {
    kind: Some(Target::Volume),
    identity: Identity { id: "", name: "Name", image: "", state: "", labels: "Labels" },
    parts: &[
        (Labels, &["Labels"]),
        (SecretLabels, &["Labels.~"]),
        (HostPaths, &["Mountpoint", "Options.device"]),
        (DriverOptions, &["Options", "Status", "ClusterVolume.Info.VolumeContext", "ClusterVolume.PublishStatus"]),
    ],
    ..PLAIN
};

static NETWORK: Element = Element {
    kind: Some(Target::Network),
    identity: Identity { id: "Id", name: "Name", image: "", state: "", labels: "Labels" },
    parts: &[
        (Labels, &["Labels"]),
        (SecretLabels, &["Labels.~", "Options.~"]),
        (
            Addresses,
            &[
                "IPAM.Config",
                "Status",
                "Peers.*.IP",
                "Containers.*.MacAddress|IPv4Address|IPv6Address",
                "Services.*.VIP",
                "Services.*.Tasks.*.EndpointIP|Info",
            ],
        ),
    ],
    others: &[
        Other { kind: Target::Container, at: "Containers", whole: false },
        Other { kind: Target::Service, at: "Services", whole: false },
    ],
    ..PLAIN
};

static SERVICE: Element = Element {
    kind: Some(Target::Service),
    identity: Identity { id: "ID", name: "Spec.Name", image: "", state: "", labels: "Spec.Labels" },
    parts: &[
        (Env, &["Spec|PreviousSpec.TaskTemplate.ContainerSpec.Env", "Spec|PreviousSpec.TaskTemplate.PluginSpec.Env"]),
        (Command, &["Spec|PreviousSpec.TaskTemplate.ContainerSpec.Command|Args"]),
        (HealthChecks, &["Spec|PreviousSpec.TaskTemplate.ContainerSpec.HealthCheck|Healthcheck"]),
        (
            Labels,
            &[
                "Spec|PreviousSpec.Labels",
                "Spec|PreviousSpec.TaskTemplate.ContainerSpec.Labels",
                "Spec|PreviousSpec.TaskTemplate.ContainerSpec.Mounts.*.VolumeOptions.Labels",
            ],
        ),
        (
            SecretLabels,
            &[
                "Spec|PreviousSpec.Labels.~",
                "Spec|PreviousSpec.TaskTemplate.ContainerSpec.Labels.~",
                "Spec|PreviousSpec.TaskTemplate.ContainerSpec.Mounts.*.VolumeOptions.Labels.~",
            ],
        ),
        (Mounts, &["Spec|PreviousSpec.TaskTemplate.ContainerSpec.Mounts"]),
        (HostPaths, &["Spec|PreviousSpec.TaskTemplate.ContainerSpec.Mounts.*.Source"]),
        (Addresses, &["Endpoint.VirtualIPs", "Spec|PreviousSpec.TaskTemplate.ContainerSpec.Hosts|DNSConfig"]),
        (LogOptions, &["Spec|PreviousSpec.TaskTemplate.LogDriver.Options"]),
        (
            DriverOptions,
            &[
                "Spec|PreviousSpec.TaskTemplate.ContainerSpec.Mounts.*.VolumeOptions.DriverConfig.Options",
                "Spec|PreviousSpec.Networks.*.DriverOpts",
                "Spec|PreviousSpec.TaskTemplate.Networks.*.DriverOpts",
            ],
        ),
    ],
    ..PLAIN
};

static TASK: Element = Element {
    kind: Some(Target::Task),
    identity: Identity { id: "ID", name: "Name", image: "", state: "", labels: "Labels" },
    parts: &[
        (Env, &["Spec.ContainerSpec|PluginSpec.Env"]),
        (Command, &["Spec.ContainerSpec.Command|Args", "Status.Err"]),
        (HealthChecks, &["Spec.ContainerSpec.HealthCheck|Healthcheck"]),
        (
            Labels,
            &[
                "Labels",
                "Spec.ContainerSpec.Labels",
                "Spec.ContainerSpec.Mounts.*.VolumeOptions.Labels",
                "NetworksAttachments.*.Network.Spec.Labels",
            ],
        ),
        (
            SecretLabels,
            &[
                "Labels.~",
                "Spec.ContainerSpec.Labels.~",
                "Spec.ContainerSpec.Mounts.*.VolumeOptions.Labels.~",
                "NetworksAttachments.*.Network.Spec.Labels.~",
            ],
        ),
        (Mounts, &["Spec.ContainerSpec.Mounts", "Status.Err"]),
        (HostPaths, &["Spec.ContainerSpec.Mounts.*.Source", "Status.Err"]),
        (
            Addresses,
            &[
                "Status.Err",
                "NetworksAttachments.*.Addresses",
                "NetworksAttachments.*.Network.IPAMOptions",
                "NetworksAttachments.*.Network.Spec.IPAMOptions",
                "Spec.ContainerSpec.Hosts|DNSConfig",
            ],
        ),
        (LogOptions, &["Spec.LogDriver.Options", "Status.Err"]),
        (
            DriverOptions,
            &[
                "Status.Err",
                "Spec.ContainerSpec.Mounts.*.VolumeOptions.DriverConfig.Options",
                "Spec.Networks.*.DriverOpts",
                "NetworksAttachments.*.DriverOpts",
                "NetworksAttachments.*.Network.Spec.DriverConfiguration.Options",
                "NetworksAttachments.*.Network.DriverState.Options",
            ],
        ),
    ],
    others: &[Other { kind: Target::Service, at: "ServiceID", whole: true }],
    ..PLAIN
};

static NODE: Element = Element {
    kind: Some(Target::Node),
    identity: Identity { id: "ID", name: "Description.Hostname", image: "", state: "", labels: "Spec.Labels" },
    parts: &[
        (Labels, &["Spec.Labels", "Description.Engine.Labels"]),
        (SecretLabels, &["Spec.Labels.~", "Description.Engine.Labels.~"]),
        (Addresses, &["Status.Addr", "ManagerStatus.Addr"]),
    ],
    ..PLAIN
};

static SECRET: Element = Element {
    kind: Some(Target::Secret),
    identity: Identity { id: "ID", name: "Spec.Name", image: "", state: "", labels: "Spec.Labels" },
    parts: &[
        (Labels, &["Spec.Labels"]),
        (SecretLabels, &["Spec.Labels.~"]),
        (DriverOptions, &["Spec.Driver.Options"]),
        (Data, &["Spec.Data"]),
    ],
    ..PLAIN
};

static CONFIG: Element = Element {
    kind: Some(Target::Config),
    identity: Identity { id: "ID", name: "Spec.Name", image: "", state: "", labels: "Spec.Labels" },
    parts: &[(Labels, &["Spec.Labels"]), (SecretLabels, &["Spec.Labels.~"]), (Data, &["Spec.Data"])],
    ..PLAIN
};

static PLUGIN: Element = Element {
    kind: Some(Target::Plugin),
    identity: Identity { id: "Id", name: "Name", image: "", state: "", labels: "" },
    parts: &[
        (Env, &["Settings.Env", "Config.Env.*.Value"]),
        (Command, &["Settings.Args", "Config.Entrypoint", "Config.Args.Value"]),
        (Mounts, &["Settings.Mounts", "Config.Mounts"]),
        (HostPaths, &["Settings.Mounts.*.Source", "Config.Mounts.*.Source"]),
    ],
    ..PLAIN
};

static SWARM: Element = Element {
    parts: &[
        (Tokens, &["JoinTokens"]),
        (Labels, &["Spec.Labels"]),
        (SecretLabels, &["Spec.Labels.~"]),
        (LogOptions, &["Spec.TaskDefaults.LogDriver.Options"]),
        (Addresses, &["DefaultAddrPool"]),
    ],
    ..PLAIN
};

static UNLOCK_KEY: Element = Element { parts: &[(Tokens, &["UnlockKey"])], ..PLAIN };

static HOST: Element = Element {
    parts: &[
        (Addresses, &["Swarm.NodeAddr|RemoteManagers", "DefaultAddressPools"]),
        (HostPaths, &["DockerRootDir"]),
        (Labels, &["Labels", "Swarm.Cluster.Spec.Labels"]),
    ],
    ..PLAIN
};

/// `exec_create: sh -c ...`; the daemon runs health checks so as well, and events do not tell them apart.
const EXECUTED: &[&str] = &["Action:", "status:"];

static EVENT: Element = Element {
    event: true,
    parts: &[
        (Command, EXECUTED),
        (HealthChecks, EXECUTED),
        (Labels, &["Actor.Attributes.!"]),
        (SecretLabels, &["Actor.Attributes.~"]),
        (Mounts, &["Actor.Attributes.destination"]),
    ],
    ..PLAIN
};

macro_rules! answers {
    ($($op:ident [$($at:literal $element:ident),*];)*) => {
        /// Every answer in which objects are, or parts that can be hidden.
        pub static ANSWERS: &[Answer] = &[$(Answer {
            op: Op::$op,
            sections: &[$(Section { at: $at, element: &$element }),*],
        }),*];
    };
}

answers! {
    ContainerList    ["[]" LISTED_CONTAINER];
    ContainerInspect ["" CONTAINER];
    ContainerTop     ["" PROCESSES];
    ExecInspect      ["" EXEC];
    ImageList        ["[]" LISTED_IMAGE];
    ImageHistory     ["[]" LAYER];
    ImageInspect     ["" IMAGE];
    SystemEvents     ["\n" EVENT];
    SystemInfo       ["" HOST];
    // up to API 1.51, and after it
    SystemDataUsage  [
        "Containers[]" LISTED_CONTAINER, "Images[]" LISTED_IMAGE, "Volumes[]" VOLUME, "BuildCache[]" BUILD_CACHE,
        "ContainerUsage.Items[]" LISTED_CONTAINER, "ImageUsage.Items[]" LISTED_IMAGE, "VolumeUsage.Items[]" VOLUME,
        "BuildCacheUsage.Items[]" BUILD_CACHE
    ];
    VolumeList       ["Volumes[]" VOLUME];
    VolumeInspect    ["" VOLUME];
    SwarmInspect     ["" SWARM];
    SwarmUnlockkey   ["" UNLOCK_KEY];
    ServiceList      ["[]" SERVICE];
    ServiceInspect   ["" SERVICE];
    NodeList         ["[]" NODE];
    NodeInspect      ["" NODE];
    TaskList         ["[]" TASK];
    TaskInspect      ["" TASK];
    SecretList       ["[]" SECRET];
    SecretInspect    ["" SECRET];
    ConfigList       ["[]" CONFIG];
    ConfigInspect    ["" CONFIG];
    PluginList       ["[]" PLUGIN];
    PluginInspect    ["" PLUGIN];
    NetworkList      ["[]" NETWORK];
    NetworkInspect   ["" NETWORK];
}

/// Answers that stay as they are, and why.
pub static LEFT_OUT: &[(&[Op], &str)] = &[
    (&[Op::CheckpointList], "names of checkpoints alone"),
    (&[Op::ContainerStats], "numbers"),
    (&[Op::ContainerChanges], "paths in the container, which are what is asked for"),
    (
        &[Op::ContainerLogs, Op::ServiceLogs, Op::TaskLogs, Op::ContainerAttachWebsocket],
        "what containers print, as it is",
    ),
    (&[Op::ContainerExport, Op::ContainerArchive, Op::ImageGet, Op::ImageGetAll], "archives"),
    (&[Op::ImageSearch, Op::DistributionInspect, Op::GetPluginPrivileges], "what a registry says"),
    (&[Op::ImageAttestations], "what the makers of an image publish with it"),
    (&[Op::SystemPing, Op::SystemVersion], "versions"),
    (&[Op::DebugVars, Op::DebugPprofIndex, Op::DebugPprof], "the inside of the daemon, for its makers"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{OPERATIONS, Verb};
    use std::collections::BTreeSet;

    /// Writes answer with the ID of what was written, prunes with those of what was removed.
    #[test]
    fn every_answer_to_a_read_has_a_row_or_a_reason() {
        let left_out: Vec<Op> = LEFT_OUT.iter().flat_map(|(ops, _)| ops.iter().copied()).collect();
        for row in OPERATIONS.iter().filter(|row| matches!(row.verb, Verb::Get | Verb::Any)) {
            let places =
                usize::from(Answer::of(row.op).is_some()) + left_out.iter().filter(|op| **op == row.op).count();
            assert_eq!(places, 1, "{}", row.name);
        }
    }

    #[test]
    fn rows_are_unique_and_lists_say_who_their_elements_are() {
        let ops: BTreeSet<Op> = ANSWERS.iter().map(|answer| answer.op).collect();
        assert_eq!(ops.len(), ANSWERS.len());
        for section in ANSWERS.iter().flat_map(|answer| answer.sections) {
            let identity = &section.element.identity;
            let known = !identity.name.is_empty() || section.element.event || section.element.kind.is_none();
            assert!(known || !section.at.ends_with("[]"), "{section:?}");
        }
    }

    #[test]
    fn what_stands_at_one_place_is_hidden_together() {
        let hidden = |op, part| Answer::of(op).unwrap().hidden(PartSet::of(part)).words().collect::<Vec<_>>().join(" ");
        assert_eq!(hidden(Op::ImageHistory, History), "env command health_checks labels secret_labels history");
        assert_eq!(hidden(Op::SystemEvents, HealthChecks), "command health_checks");
        assert_eq!(hidden(Op::SystemEvents, Mounts), "mounts");
        assert_eq!(hidden(Op::ContainerInspect, Command), "command");
        assert_eq!(hidden(Op::ContainerTop, Env), "");
        let parts = ANSWERS.iter().flat_map(|answer| answer.sections).flat_map(|section| section.element.parts);
        parts.for_each(|(part, paths)| assert!(!paths.is_empty(), "{part:?}"));
    }

    #[test]
    fn what_the_path_names_is_not_listed() {
        let kinds = |op| Answer::of(op).unwrap().kinds().collect::<Vec<_>>();
        assert_eq!(kinds(Op::ContainerList), [Target::Container]);
        assert_eq!(kinds(Op::ContainerInspect), []);
        assert_eq!(kinds(Op::SystemInfo), []);
        assert!(kinds(Op::SystemEvents).contains(&Target::Node));
    }
}
