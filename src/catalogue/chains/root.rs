//! Ways to root on the host, and to its files.

use super::Outcome::{HostRoot, ReadFiles};
use super::{Chain, Given, Op, READ, RUN, SWARM, Step, Values, WRITE, Whose, chain, create, send, service, step};

const EXEC: Step = Step { body: r#"{"Cmd":["sh"]}"#, ..step(&[Op::ContainerExec], Whose::There) };
const START_EXEC: Step = Step { body: "{}", ..step(&[Op::ExecStart], Whose::Own) };
const ENABLE: Step = step(&[Op::PluginEnable], Whose::There);
const MANAGER: Given = Given::Object("a container that has power over the host is there");
const CHECKPOINTS: Given = Given::Host("the daemon keeps checkpoints, which is experimental");
const BUILDKIT: &str = "what BuildKit is told is not seen here: it opens the host's network to a build, and where that is switched on everything else";

/// In the order in which they are told.
pub(super) const CHAINS: &[Chain] = &[
    chain(
        HostRoot,
        &[create(r#"{"HostConfig":{"Privileged":true}}"#), RUN],
        "a privileged container has every device and capability of the host",
        "create: HostConfig.Privileged",
    ),
    chain(
        HostRoot,
        &[create(r#"{"HostConfig":{"Binds":["$:/x"]}}"#), WRITE],
        "what is written there, root on the host runs or obeys",
        "create: HostConfig.Binds",
    )
    .of(Values::Written),
    chain(
        HostRoot,
        &[create(r#"{"HostConfig":{"Binds":["$:/x:ro"]}}"#), RUN],
        "a socket of the host answers through a read-only mount as well, and does what it is told as root",
        "create: HostConfig.Binds",
    )
    .of(Values::Sockets),
    chain(
        HostRoot,
        &[create(r#"{"HostConfig":{"Devices":[{"PathOnHost":"$","PathInContainer":"/dev/x","CgroupPermissions":"rwm"}]}}"#), RUN],
        "the device holds the host's file systems or its memory",
        "create: HostConfig.Devices",
    )
    .of(Values::Devices),
    chain(
        HostRoot,
        &[create(r#"{"HostConfig":{"DeviceCgroupRules":["$"]}}"#), RUN],
        "with Docker's own capabilities a container makes itself the host's disk, and may open it",
        "create: HostConfig.DeviceCgroupRules",
    )
    .each(&["a *:* rwm", "b *:* rwm", "b 8:* rwm", "b 8:0 rwm", "b 259:* rwm", "b 254:* rwm", "c 1:1 rwm"]),
    chain(
        HostRoot,
        &[create(r#"{"HostConfig":{"CapAdd":["$"]}}"#), RUN],
        "the capability opens the host's kernel, devices or files",
        "create: HostConfig.CapAdd",
    )
    .each(&[
        "ALL", "SYS_ADMIN", "SYS_MODULE", "SYS_PTRACE", "SYS_RAWIO", "DAC_READ_SEARCH", "NET_ADMIN", "BPF", "PERFMON",
        "SYS_BOOT", "SYS_TIME", "MAC_ADMIN", "MAC_OVERRIDE", "CHECKPOINT_RESTORE", "SYSLOG", "WAKE_ALARM",
    ]),
    chain(
        HostRoot,
        &[create(r#"{"HostConfig":{"SecurityOpt":["$"]}}"#), RUN],
        "without that confinement a container reaches what the kernel otherwise keeps from it",
        "create: HostConfig.SecurityOpt",
    )
    .each(&[
        "seccomp=unconfined", "seccomp={}", "apparmor=unconfined", "apparmor=another", "label=disable",
        "label=type:spc_t", "writable-cgroups=true",
    ]),
    chain(
        HostRoot,
        &[create(r#"{"HostConfig":{"MaskedPaths":[]}}"#), RUN],
        "what is unmasked tells the kernel's memory and keys",
        "create: HostConfig.MaskedPaths and ReadonlyPaths",
    ),
    chain(
        HostRoot,
        &[create(r#"{"HostConfig":{"ReadonlyPaths":[]}}"#), RUN],
        "settings of the kernel that can be written to run programs on the host",
        "create: HostConfig.MaskedPaths and ReadonlyPaths",
    ),
    chain(
        HostRoot,
        &[create(r#"{"HostConfig":{"PidMode":"host"}}"#), RUN],
        "among the host's processes are those of root, with their files and variables",
        "create: HostConfig.PidMode",
    ),
    chain(
        HostRoot,
        &[create(r#"{"HostConfig":{"NetworkMode":"host"}}"#), RUN],
        "on the host's network its sockets without a file answer, and services that trust who is local",
        "create: HostConfig.NetworkMode",
    ),
    chain(
        HostRoot,
        &[create(r#"{"HostConfig":{"Mounts":[{"Type":"volume","Target":"/x","VolumeOptions":{"DriverConfig":{"Options":{"type":"ext4","device":"$"}}}}]}}"#), WRITE],
        "the daemon mounts as root whatever the options of a volume say",
        "create: HostConfig.Mounts, options of a volume's driver",
    )
    .each(&["/dev/sda", "/dev/vda"]),
    chain(
        HostRoot,
        &[
            send(&[Op::VolumeCreate], "", r#"{"Name":"own","DriverOpts":{"type":"none","o":"bind","device":"$"}}"#),
            create(r#"{"HostConfig":{"Binds":["own:/x"]}}"#),
            WRITE,
        ],
        "a volume whose options bind a folder of the host is that folder, under a harmless name",
        "volumes: VolumeCreate, DriverOpts",
    )
    .of(Values::Written),
    chain(
        HostRoot,
        &[
            send(&[Op::VolumeCreate], "", r#"{"Name":"own","DriverOpts":{"type":"ext4","device":"$"}}"#),
            create(r#"{"HostConfig":{"Binds":["own:/x"]}}"#),
            WRITE,
        ],
        "the daemon mounts as root whatever the options of a volume say, under a harmless name",
        "volumes: VolumeCreate, layers and file systems that show the host without a path",
    )
    .each(&["/dev/sda", "/dev/vda", "devtmpfs"]),
    chain(
        HostRoot,
        &[Step { body: r#"{"Cmd":["sh"],"Privileged":true}"#, ..EXEC }, START_EXEC],
        "a privileged command has every capability, in a container without any",
        "container_ops: ContainerExec, Privileged",
    ),
    chain(
        HostRoot,
        &[send(&[Op::Grpc], "", "")],
        BUILDKIT,
        "images: BuildKit",
    ),
    chain(
        HostRoot,
        &[send(&[Op::ImageBuild], "version=2", ""), send(&[Op::Session], "", "")],
        BUILDKIT,
        "images: BuildKit",
    ),
    chain(
        HostRoot,
        &[send(&[Op::ImageBuild], "networkmode=host", "")],
        "on the host's network its sockets without a file answer, and services that trust who is local",
        "images: ImageBuild, the query",
    ),
    chain(
        HostRoot,
        &[send(&[Op::PluginPull], "remote=$/x&name=own", r#"[{"Name":"mount","Value":["/"]}]"#), ENABLE],
        "a plugin runs as root, with the privileges that its installer grants",
        "plugins: PluginPull and PluginSet, where they are granted",
    )
    .each(&["docker.io/another", "another.example/another"]),
    chain(
        HostRoot,
        &[send(&[Op::PluginCreate], "name=own", ""), ENABLE],
        "a plugin runs as root, with the privileges that its own archive asks for",
        "plugins: Plugins installed and changed",
    ),
    chain(
        HostRoot,
        &[
            Step { ..send(&[Op::PluginUpgrade], "remote=$/x", r#"[{"Name":"mount","Value":["/"]}]"#) },
            ENABLE,
        ],
        "a plugin runs as root, with the privileges that its installer grants",
        "plugins: Plugins installed and changed",
    )
    .each(&["docker.io/another", "another.example/another"])
    .given(Given::Object("a plugin is there")),
    chain(
        HostRoot,
        &[Step { body: r#"["mount.source=/"]"#, ..step(&[Op::PluginSet], Whose::There) }, ENABLE],
        "settings of a plugin say which folders and devices of the host it has",
        "plugins: PluginPull and PluginSet, where they are granted",
    )
    .given(Given::Object("a plugin is there whose mounts can be set")),
    chain(
        HostRoot,
        &[send(&[Op::SwarmJoin], "", r#"{"RemoteAddrs":["another.example:2377"],"JoinToken":"x"}"#)],
        "the manager of the swarm that it joins starts on it what it likes",
        "swarm: SwarmJoin and SwarmUnlock, where they are granted",
    ),
    chain(
        HostRoot,
        &[send(&[Op::SwarmInit], "", r#"{"ListenAddr":"0.0.0.0:2377"}"#), send(&[Op::SwarmInspect], "", "")],
        "the port of a swarm's managers is open, and whoever has a token joins as one",
        "swarm: SwarmInit, Join, Leave, Update, Unlock",
    ),
    chain(
        HostRoot,
        &[send(&[Op::SwarmInspect, Op::SwarmUnlockkey], "", "")],
        "whoever has a swarm's token joins as a manager, and starts on its nodes what it likes",
        "swarm: SwarmInspect, SwarmUnlockkey",
    )
    .given(SWARM),
    chain(
        HostRoot,
        &[send(&[Op::SwarmInit], "", r#"{"Spec":{"CAConfig":{"ExternalCAs":[{"Protocol":"cfssl","URL":"https://another.example"}]}}}"#)],
        "who signs the certificates of a swarm decides who is a manager",
        "swarm: SwarmInit, Join, Leave, Update, Unlock",
    ),
    chain(
        HostRoot,
        &[send(&[Op::SwarmUpdate], "", r#"{"CAConfig":{"ExternalCAs":[{"Protocol":"cfssl","URL":"https://another.example"}]}}"#)],
        "who signs the certificates of a swarm decides who is a manager",
        "swarm: SwarmInit, Join, Leave, Update, Unlock",
    )
    .given(SWARM),
    chain(
        HostRoot,
        &[send(&[Op::SwarmUnlock], "", r#"{"UnlockKey":"x"}"#)],
        "a manager that was locked for its keys runs again, and starts what its swarm says",
        "swarm: SwarmJoin and SwarmUnlock, where they are granted",
    )
    .given(Given::Host("the host is a locked manager of a swarm, and its key is known")),
    chain(
        HostRoot,
        &[send(&[Op::NodeUpdate], "", r#"{"Role":"manager","Availability":"active"}"#)],
        "a manager starts on every node what it likes",
        "swarm: NodeUpdate, NodeDelete",
    )
    .given(Given::Host("the host manages a swarm, and a node of it is another's")),
    chain(
        HostRoot,
        &[service(r#"{"TaskTemplate":{"ContainerSpec":{"Mounts":[{"Type":"bind","Source":"$","Target":"/x"}]}}}"#)],
        "what is written there, root on the host runs or obeys",
        "swarm: ServiceCreate, ServiceUpdate",
    )
    .of(Values::Written)
    .given(SWARM),
    chain(
        HostRoot,
        &[service(r#"{"TaskTemplate":{"ContainerSpec":{"CapabilityAdd":["$"]}}}"#)],
        "the capability opens the host's kernel, devices or files",
        "swarm: ServiceCreate, ServiceUpdate",
    )
    .each(&["ALL", "SYS_ADMIN", "SYS_MODULE", "SYS_PTRACE", "SYS_RAWIO", "DAC_READ_SEARCH", "NET_ADMIN", "BPF"])
    .given(SWARM),
    chain(
        HostRoot,
        &[service(r#"{"TaskTemplate":{"ContainerSpec":{"Mounts":[{"Type":"volume","Target":"/x","VolumeOptions":{"DriverConfig":{"Options":{"type":"ext4","device":"/dev/sda"}}}}]}}}"#)],
        "the daemon mounts as root whatever the options of a volume say",
        "swarm: ServiceCreate, ServiceUpdate",
    )
    .given(SWARM),
    chain(
        HostRoot,
        &[service(r#"{"TaskTemplate":{"Runtime":"plugin","PluginSpec":{"Name":"own","Remote":"another.example/x"}}}"#)],
        "the service is a plugin, which runs as root on the nodes",
        "swarm: ServiceCreate, ServiceUpdate",
    )
    .given(SWARM),
    chain(
        HostRoot,
        &[service(r#"{"TaskTemplate":{"ContainerSpec":{"Privileges":{"$":{"Mode":"unconfined"}}}}}"#)],
        "without that confinement a container reaches what the kernel otherwise keeps from it",
        "swarm: ServiceCreate, ServiceUpdate",
    )
    .each(&["Seccomp"])
    .given(SWARM),
    chain(
        HostRoot,
        &[service(r#"{"TaskTemplate":{"Networks":[{"Target":"host"}]}}"#)],
        "on the host's network its sockets without a file answer, and services that trust who is local",
        "swarm: ServiceCreate, ServiceUpdate",
    )
    .given(SWARM),
    chain(
        HostRoot,
        &[EXEC, START_EXEC],
        "a command in such a container has what the container has",
        "container_ops: ContainerExec, the container",
    )
    .given(MANAGER),
    chain(
        HostRoot,
        &[send(&[Op::ContainerAttach, Op::ContainerAttachWebsocket], "stream=1&stdin=1", "")],
        "what is typed into such a container runs with what it has",
        "container_ops: ContainerAttach, typing",
    )
    .given(Given::Object("a container that has power over the host is there, and reads its input")),
    chain(
        HostRoot,
        &[send(&[Op::PutContainerArchive], "path=/", "")],
        "files are put where such a container runs them, and through its mounts into the host",
        "container_ops: PutContainerArchive",
    )
    .given(MANAGER),
    chain(
        HostRoot,
        &[create(r#"{"HostConfig":{"VolumesFrom":["another"]}}"#), WRITE],
        "all mounts of the other container come along, those of the host's folders too",
        "create: HostConfig.VolumesFrom",
    )
    .given(Given::Object("a container there has folders of the host")),
    chain(
        HostRoot,
        &[create(r#"{"HostConfig":{"PidMode":"container:another"}}"#), RUN],
        "the processes of the other container are seen, which may be the host's",
        "create: HostConfig.PidMode",
    )
    .given(MANAGER),
    chain(
        HostRoot,
        &[create(r#"{"HostConfig":{"NetworkMode":"container:another"}}"#), RUN],
        "the network of the other container is shared, which may be the host's",
        "create: HostConfig.NetworkMode",
    )
    .given(MANAGER),
    chain(
        HostRoot,
        &[create(r#"{"Labels":{"$":"x"}}"#), RUN],
        "other programs with Docker's socket obey such labels, and run commands on the host or in containers for them",
        "create: Labels that other tools obey",
    )
    .each(&["ofelia.job-local.x.command", "com.centurylinklabs.watchtower.lifecycle.pre-update"])
    .given(Given::Host("a program runs that obeys such labels")),
    chain(
        HostRoot,
        &[send(&[Op::VolumeCreate], "", r#"{"Name":"own","Driver":"another"}"#), create(r#"{"HostConfig":{"Binds":["own:/x"]}}"#), WRITE],
        "drivers of volumes are plugins, which run as root and mount what they like",
        "volumes: VolumeCreate, Driver",
    )
    .given(Given::Host("a plugin for volumes is installed")),
    chain(
        HostRoot,
        &[create(r#"{"HostConfig":{"VolumeDriver":"another"}}"#), WRITE],
        "drivers of volumes are plugins, which run as root and mount what they like",
        "create: Drivers of volumes",
    )
    .given(Given::Host("a plugin for volumes is installed")),
    chain(
        HostRoot,
        &[create(r#"{"HostConfig":{"Runtime":"another"}}"#), RUN],
        "a runtime runs as root, and confines as much as it likes",
        "create: HostConfig.Runtime",
    )
    .given(Given::Host("a further runtime is set up")),
    chain(
        HostRoot,
        &[create(r#"{"HostConfig":{"Annotations":{"run.oci.another":"x"}}}"#), RUN],
        "runtimes obey annotations, some with hooks, mounts and devices",
        "create: HostConfig.Annotations",
    )
    .given(Given::Host("the runtime obeys them")),
    chain(
        HostRoot,
        &[create(r#"{"HostConfig":{"DeviceRequests":[{"Driver":"another","Count":-1,"Capabilities":[["gpu"]]}]}}"#), RUN],
        "drivers of devices add mounts and hooks of the host",
        "create: HostConfig.DeviceRequests",
    )
    .given(Given::Host("such a driver is set up")),
    chain(
        HostRoot,
        &[create(r#"{"HostConfig":{"UsernsMode":"host"}}"#), RUN],
        "root in the container is root on the host again",
        "create: HostConfig.UsernsMode",
    )
    .given(Given::Host("users are remapped, and are relied upon")),
    chain(
        HostRoot,
        &[create(r#"{"HostConfig":{"GroupAdd":["$"]}}"#), RUN],
        "files and sockets of the host that are mounted open to the group",
        "create: HostConfig.GroupAdd and User",
    )
    .each(&["0", "disk", "docker", "6", "999"])
    .given(Given::Host("what it may mount of the host is kept by a group alone")),
    chain(
        HostRoot,
        &[create(r#"{"HostConfig":{"Binds":["$:/x:rshared"]}}"#), RUN],
        "what is mounted inside appears on the host",
        "create: HostConfig.Binds, options of propagation",
    )
    .of(Values::Mounted)
    .given(Given::Host("something in the container may mount file systems")),
    chain(
        HostRoot,
        &[create(r#"{"HostConfig":{"Mounts":[{"Type":"bind","Source":"$","Target":"/x","ReadOnly":true,"BindOptions":{"ReadOnlyNonRecursive":true}}]}}"#), WRITE],
        "what is mounted below a read-only folder can be written to",
        "create: HostConfig.Mounts, BindOptions",
    )
    .of(Values::ReadOnly)
    .given(Given::Host("a file system of worth is mounted below the folder")),
    chain(
        HostRoot,
        &[create(r#"{"HostConfig":{"Mounts":[{"Type":"$","Source":"x","Target":"/x"}]}}"#), RUN],
        "Docker's own pipe on Windows, or storage of a swarm",
        "create: HostConfig.Mounts of type npipe or cluster",
    )
    .each(&["npipe", "cluster"])
    .given(Given::Host("the host is one of Windows, or a node with storage of its swarm")),
    chain(
        HostRoot,
        &[Step { query: "checkpoint=x&checkpoint-dir=$", ..step(&[Op::ContainerStart], Whose::There) }],
        "the memory of a process is restored from a folder that somebody may have written to",
        "container_ops: ContainerStart, checkpoints",
    )
    .of(Values::Written)
    .given(CHECKPOINTS),
    chain(
        HostRoot,
        &[send(&[Op::CheckpointCreate], "", r#"{"CheckpointID":"x","CheckpointDir":"$"}"#)],
        "the daemon writes files as root wherever it is told",
        "container_ops: Checkpoints, their folder",
    )
    .of(Values::Written)
    .given(CHECKPOINTS),
    chain(
        HostRoot,
        &[create(r#"{"HostConfig":{"Isolation":"process"}}"#), RUN],
        "the container shares the kernel of Windows, which it was to be kept from",
        "create: HostConfig, what is left",
    )
    .given(Given::Host("the host is one of Windows, and its isolation is relied upon")),
    chain(
        ReadFiles,
        &[create(r#"{"HostConfig":{"Binds":["$:/x:ro"]}}"#), READ],
        "what is readable there are the keys and passwords of the host",
        "create: HostConfig.Binds",
    )
    .of(Values::Read),
    chain(
        ReadFiles,
        &[
            send(&[Op::VolumeCreate], "", r#"{"Name":"own","DriverOpts":{"type":"none","o":"bind,ro","device":"$"}}"#),
            create(r#"{"HostConfig":{"Binds":["own:/x:ro"]}}"#),
            READ,
        ],
        "a volume whose options bind a folder of the host is that folder, under a harmless name",
        "volumes: VolumeCreate, DriverOpts",
    )
    .of(Values::Read),
    chain(
        ReadFiles,
        &[service(r#"{"TaskTemplate":{"ContainerSpec":{"Mounts":[{"Type":"bind","Source":"$","Target":"/x","ReadOnly":true}]}}}"#)],
        "what is readable there are the keys and passwords of the host",
        "swarm: ServiceCreate, ServiceUpdate",
    )
    .of(Values::Read)
    .given(SWARM),
    chain(
        ReadFiles,
        &[send(&[Op::ContainerArchive, Op::ContainerExport], "", "")],
        "files of a container are read, and those of the host that it mounts",
        "container_ops: ContainerArchive, Export, Changes",
    )
    .given(Given::Object("a container there has folders of the host")),
];
