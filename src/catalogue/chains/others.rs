//! Ways to what is another's: its data, its containers, its names.

use super::Outcome::EscapeTenant;
use super::{
    Chain, Facet, Given, Op, READ, RUN, SWARM, Step, Values, Whose, chain, create, send, service, step, touch,
};

/// A way of this kind.
const fn way(steps: &'static [Step], why: &'static str, row: &'static str) -> Chain {
    chain(EscapeTenant, steps, why, row)
}

const MOVED: &str = "whoever runs the name next runs what it stands for now";
const CALLED: Given = Given::Object("others call the name, and it is free");
const NEIGHBOUR: Given = Given::Host("others are in a network that it may join, and rely on names or addresses there");
const NAMESAKE: Given = Given::Object("an image of that name is another's");
const LISTED: &str = "it tells of what is another's: names, labels, commands";

/// In the order in which they are told.
pub(super) const CHAINS: &[Chain] = &[
    way(
        &[
            Step { body: r#"{"Cmd":["sh"]}"#, ..touch(&[Op::ContainerExec]) },
            Step { body: "{}", ..step(&[Op::ExecStart], Whose::Own) },
        ],
        "a command runs in another's container, with all that it has",
        "container_ops: ContainerExec, the container",
    ),
    way(
        &[Step { query: "stream=1&stdin=1", ..touch(&[Op::ContainerAttach, Op::ContainerAttachWebsocket]) }],
        "what is typed runs in another's container",
        "container_ops: ContainerAttach, typing",
    ),
    way(
        &[Step { query: "path=$", ..touch(&[Op::PutContainerArchive]) }],
        "files are put into another's container",
        "container_ops: PutContainerArchive",
    )
    .each(&["/", "/tmp"]),
    way(
        &[Step { query: "path=$", ..touch(&[Op::ContainerArchive]) }],
        "files of another's container are read",
        "container_ops: ContainerArchive, Export, Changes",
    )
    .each(&["/", "/run/secrets"]),
    way(
        &[touch(&[Op::ContainerExport, Op::ContainerLogs, Op::ServiceLogs, Op::TaskLogs])],
        "files or the output of another's container are read",
        "swarm: ServiceLogs, TaskLogs, TaskInspect",
    ),
    way(
        &[Step { query: "stream=1&logs=1", ..touch(&[Op::ContainerAttach, Op::ContainerAttachWebsocket]) }],
        "the output of another's container is read",
        "container_ops: What tells of a container",
    ),
    way(
        &[touch(&[Op::ContainerInspect, Op::ServiceInspect, Op::TaskInspect, Op::ConfigInspect])],
        "it tells of another's variables, commands and mounts, as far as the policy does not hide them",
        "container_ops: What tells of a container",
    ),
    way(
        &[touch(&[Op::ContainerDelete, Op::ContainerStop, Op::ContainerRestart, Op::ContainerPause])],
        "another's container is removed or stopped",
        "container_ops: ContainerDelete",
    ),
    way(
        &[Step { query: "signal=$", ..touch(&[Op::ContainerKill]) }],
        "another's container is stopped or signalled",
        "container_ops: ContainerKill, Stop, Restart, Pause",
    )
    .each(&["KILL", "STOP", "TERM", "HUP"]),
    way(
        &[Step { body: r#"{"Memory":6291456}"#, ..touch(&[Op::ContainerUpdate]) }],
        "another's container gets other limits",
        "container_ops: ContainerUpdate",
    ),
    way(
        &[Step { query: "name=own", ..touch(&[Op::ContainerRename]) }],
        "another's name is free to be taken",
        "container_ops: ContainerRename",
    ),
    way(
        &[Step { query: "name=another", ..step(&[Op::ContainerRename], Whose::There) }],
        "whoever calls the name reaches what has it now",
        "container_ops: ContainerRename",
    )
    .given(CALLED),
    way(
        &[Step { query: "name=another", ..create("{}") }, RUN],
        "whoever calls the name reaches what has it now",
        "create: query name",
    )
    .given(CALLED),
    way(
        &[create(r#"{"HostConfig":{"VolumesFrom":["another"]}}"#), READ],
        "all mounts of another's container come along",
        "create: HostConfig.VolumesFrom",
    ),
    way(
        &[create(r#"{"HostConfig":{"Binds":["another:/x"]}}"#), READ],
        "another's volume is mounted, by its name",
        "create: Volumes by name",
    ),
    way(
        &[create(r#"{"HostConfig":{"Mounts":[{"Type":"image","Source":"another","Target":"/x"}]}}"#), READ],
        "another's image is read as a file system",
        "create: HostConfig.Mounts of type image",
    ),
    way(
        &[create(r#"{"HostConfig":{"PidMode":"container:another"}}"#), RUN],
        "processes of another's container are seen and stopped",
        "create: HostConfig.PidMode",
    ),
    way(
        &[create(r#"{"HostConfig":{"IpcMode":"$"}}"#), RUN],
        "memory that others share is read and written",
        "create: HostConfig.IpcMode",
    )
    .each(&["host", "container:another", "shareable"]),
    way(
        &[create(r#"{"HostConfig":{"UTSMode":"host"}}"#), RUN],
        "the host's name is shared with everybody on it",
        "create: HostConfig.UTSMode",
    ),
    way(
        &[create(r#"{"HostConfig":{"CgroupnsMode":"host"}}"#), RUN],
        "control groups of all containers are seen",
        "create: HostConfig.CgroupnsMode",
    ),
    way(
        &[create(r#"{"HostConfig":{"Cgroup":"container:another"}}"#), RUN],
        "it joins the control group of another's container",
        "create: HostConfig.Cgroup",
    ),
    way(
        &[create(r#"{"HostConfig":{"NetworkMode":"container:another"}}"#), RUN],
        "the network of another's container is its own, with what listens only there",
        "create: HostConfig.NetworkMode",
    ),
    way(
        &[create(r#"{"HostConfig":{"NetworkMode":"another"}}"#), RUN],
        "it joins another's network",
        "create: NetworkingConfig.EndpointsConfig, its keys",
    ),
    way(
        &[create(r#"{"NetworkingConfig":{"EndpointsConfig":{"default":{$}}}}"#), RUN],
        "in the network it takes an address or a name that another has",
        "create: NetworkingConfig.EndpointsConfig, what a container has there",
    )
    .each(&[
        r#""Aliases":["another"]"#,
        r#""IPAMConfig":{"IPv4Address":"172.17.0.99"}"#,
        r#""MacAddress":"02:42:ac:11:00:63""#,
        r#""DriverOpts":{"com.docker.network.endpoint.sysctls":"x"}"#,
        r#""Links":["another:another"]"#,
    ])
    .given(NEIGHBOUR),
    way(
        &[create(r#"{"MacAddress":"02:42:ac:11:00:63"}"#), RUN],
        "in the network it takes an address that another has",
        "create: OnBuild, MacAddress, NetworkDisabled, ArgsEscaped",
    )
    .given(NEIGHBOUR),
    way(
        &[Step { left_out: &[Facet::Networks], ..create("{}") }, RUN],
        "in Docker's own network all containers reach each other by their addresses",
        "create: NetworkingConfig.EndpointsConfig, its keys",
    )
    .given(Given::Host("others are in Docker's own network, and trust who is there")),
    way(
        &[create(r#"{"HostConfig":{"Links":["another:x"]}}"#), RUN],
        "variables of another's container are told, and its ports open",
        "create: HostConfig.Links",
    ),
    way(
        &[create(r#"{"HostConfig":{"PortBindings":{"80/tcp":[{"HostIp":"$"}]}}}"#), RUN],
        "a port of the host answers as if it were the host's own, or another's service",
        "create: HostConfig.PortBindings and PublishAllPorts",
    )
    .each(&[r#"0.0.0.0","HostPort":"22"#, r#"0.0.0.0","HostPort":"80"#, r#"0.0.0.0","HostPort":"443"#, r#"127.0.0.1","HostPort":"22"#]),
    way(
        &[create(r#"{"HostConfig":{$}}"#), RUN],
        "names lead to services of the host, or to whom it likes",
        "create: HostConfig, names and name servers",
    )
    .each(&[r#""ExtraHosts":["host.docker.internal:host-gateway"]"#, r#""Dns":["192.0.2.66"]"#]),
    way(
        &[create(r#"{"Labels":{"$":"x"}}"#), RUN],
        "other programs take what carries such labels for another's, or for their own",
        "create: Labels",
    )
    .each(&["traefik.http.routers.another.rule", "com.docker.compose.project", "com.github.another"])
    .given(Given::Host("a program runs that obeys such labels")),
    way(
        &[create(r#"{"Image":"another"}"#), RUN],
        "another's image runs, or is read",
        "create: Image",
    ),
    way(
        &[Step { query: "repo=$", object: "own", ..step(&[Op::ImageTag], Whose::There) }, create(r#"{"Image":"$"}"#), RUN],
        "its own image runs under a name that the policy allows for another's sake",
        "images: ImageTag",
    )
    .of(Values::Images)
    .given(NAMESAKE),
    way(
        &[send(&[Op::ImageBuild], "t=$", ""), create(r#"{"Image":"$"}"#), RUN],
        "its own image runs under a name that the policy allows for another's sake",
        "images: ImageBuild, the query",
    )
    .of(Values::Images)
    .given(NAMESAKE),
    way(
        &[send(&[Op::ImageCommit], "container=own&repo=$", ""), create(r#"{"Image":"$"}"#), RUN],
        "its own image runs under a name that the policy allows for another's sake",
        "images: ImageCommit",
    )
    .of(Values::Images)
    .given(NAMESAKE),
    way(
        &[send(&[Op::ImageCreate], "fromSrc=-&repo=$", ""), create(r#"{"Image":"$"}"#), RUN],
        "its own image runs under a name that the policy allows for another's sake",
        "images: ImageCreate, repo and changes",
    )
    .of(Values::Images)
    .given(NAMESAKE),
    way(
        &[send(&[Op::ImageLoad], "", ""), create(r#"{"Image":"$"}"#), RUN],
        "an archive brings its own names, and so runs under one that the policy allows for another's sake",
        "images: ImageLoad",
    )
    .of(Values::Images)
    .given(NAMESAKE),
    way(&[Step { query: "repo=another&tag=latest", object: "own", ..step(&[Op::ImageTag], Whose::There) }], MOVED, "images: ImageTag"),
    way(
        &[send(&[Op::ImageBuild], "", "")],
        "a build begins from any image of the host, another's too, and reads what is in it",
        "images: ImageBuild, the Dockerfile",
    ),
    way(&[send(&[Op::ImageBuild], "t=another", "")], MOVED, "images: ImageBuild, the query"),
    way(&[send(&[Op::ImageCommit], "container=own&repo=another&tag=latest", "")], MOVED, "images: ImageCommit"),
    way(&[send(&[Op::ImageCreate], "fromSrc=-&repo=another&tag=latest", "")], MOVED, "images: ImageCreate, repo and changes"),
    way(&[send(&[Op::ImageLoad], "", "")], MOVED, "images: ImageLoad"),
    way(
        &[send(&[Op::ImageCommit], "container=another", "")],
        "another's container is an image, with all its files",
        "images: ImageCommit",
    ),
    way(
        &[Step { object: "another", ..touch(&[Op::ImageGet, Op::ImageHistory, Op::ImageInspect]) }],
        "another's image is read",
        "images: ImageGet, ImageGetAll, History, Inspect, Delete",
    ),
    way(&[Step { query: "names=another", ..touch(&[Op::ImageGetAll]) }], "another's image is read", "images: ImageGet, ImageGetAll, History, Inspect, Delete"),
    way(
        &[Step { object: "another", ..touch(&[Op::ImageDelete]) }],
        "another's image is removed",
        "images: ImageGet, ImageGetAll, History, Inspect, Delete",
    ),
    way(
        &[send(&[Op::ContainerPrune, Op::ImagePrune, Op::NetworkPrune, Op::VolumePrune, Op::BuildPrune], "", "")],
        "what nobody uses at the moment is removed, whosever it is",
        "container_ops: Prunes",
    ),
    way(
        &[Step { query: "id=another", ..step(&[Op::BuildCancel], Whose::There) }],
        "another's build ends",
        "images: BuildCancel, BuildPrune",
    ),
    way(
        &[touch(&[Op::VolumeDelete])],
        "another's volume is removed",
        "volumes: VolumeInspect, Delete, Update",
    ),
    way(
        &[Step { body: r#"{"Spec":{"Availability":"drain"}}"#, ..touch(&[Op::VolumeUpdate]) }],
        "another's volume is changed",
        "volumes: VolumeInspect, Delete, Update",
    ),
    way(
        &[send(&[Op::VolumeCreate], "", r#"{"Name":"another"}"#)],
        "whoever mounts the name later gets this volume, and what is in it",
        "volumes: VolumeCreate, Name, Labels, ClusterVolumeSpec",
    ),
    way(
        &[Step { body: r#"{"Container":"own"}"#, ..touch(&[Op::NetworkConnect]) }],
        "it joins another's network",
        "networks: NetworkConnect",
    ),
    way(
        &[Step { body: r#"{"Container":"another"}"#, ..step(&[Op::NetworkConnect], Whose::There) }],
        "another's container joins a network that it does not know",
        "networks: NetworkConnect",
    ),
    way(
        &[Step { body: r#"{"Container":"own","EndpointConfig":{$}}"#, ..step(&[Op::NetworkConnect], Whose::There) }],
        "in the network it takes an address or a name that another has",
        "networks: NetworkConnect",
    )
    .each(&[r#""Aliases":["another"]"#, r#""IPAMConfig":{"IPv4Address":"172.17.0.99"}"#, r#""Links":["another:x"]"#])
    .given(NEIGHBOUR),
    way(
        &[Step { body: r#"{"Container":"another"}"#, ..step(&[Op::NetworkDisconnect], Whose::There) }],
        "another's container loses its network",
        "networks: NetworkDisconnect, Delete, Prune",
    ),
    way(&[touch(&[Op::NetworkDelete])], "another's network is removed", "networks: NetworkDisconnect, Delete, Prune"),
    way(
        &[send(&[Op::NetworkCreate], "", r#"{"Name":"own","Driver":"$"}"#)],
        "containers stand in the host's own network, beside its neighbours",
        "networks: NetworkCreate, Driver",
    )
    .each(&["macvlan", "ipvlan", "host", "another"]),
    way(
        &[send(&[Op::NetworkCreate], "", r#"{"Name":"own","Options":{"$":"x"}}"#)],
        "the options take over a bridge of the host, or open its firewall",
        "networks: NetworkCreate, Options",
    )
    .each(&["parent", "com.docker.network.bridge.name", "com.docker.network.bridge.gateway_mode_ipv4"]),
    way(
        &[send(&[Op::NetworkCreate], "", r#"{"Name":"own",$}"#)],
        "routes of the host lead into the network, or its settings are another's",
        "networks: NetworkCreate, the rest",
    )
    .each(&[
        r#""IPAM":{"Config":[{"Subnet":"192.0.2.0/24"}]}"#,
        r#""IPAM":{"Driver":"another"}"#,
        r#""IPAM":{"Options":{"x":"x"}}"#,
        r#""ConfigFrom":{"Network":"another"}"#,
        r#""Scope":"swarm""#,
        r#""Ingress":true"#,
    ]),
    way(
        &[step(&[Op::ExecStart], Whose::There)],
        "what others prepared to run is started, and its output read",
        "container_ops: Execs of another",
    )
    .given(Given::Object("an exec of another's is there that nobody has started, made past this gate")),
    way(
        &[send(&[Op::ContainerTop], "ps_args=-ef", "")],
        "ps runs on the host, and tells what its arguments ask for",
        "container_ops: ContainerTop, arguments for ps",
    ),
    way(&[touch(&[Op::ContainerTop, Op::ContainerChanges, Op::ContainerStats])], LISTED, "container_ops: What tells of a container"),
    way(
        &[touch(&[Op::ContainerList, Op::ServiceList, Op::TaskList, Op::SystemEvents, Op::SystemDataUsage, Op::ConfigList, Op::SecretList])],
        LISTED,
        "container_ops: Lists",
    ),
    way(
        &[touch(&[Op::ImageList, Op::VolumeList, Op::NetworkList])],
        LISTED,
        "container_ops: Lists",
    ),
    way(
        &[send(&[Op::DebugPprof, Op::DebugVars], "", "")],
        "the daemon's memory holds what all its clients sent",
        "system: Debug",
    ),
    way(
        &[service(r#"{"TaskTemplate":{"ContainerSpec":{$}}}"#)],
        "secrets, configs and volumes of others are read by whoever names them",
        "swarm: ServiceCreate, ServiceUpdate",
    )
    .each(&[
        r#""Secrets":[{"SecretID":"another","SecretName":"another","File":{"Name":"x","UID":"0","GID":"0","Mode":292}}]"#,
        r#""Configs":[{"ConfigID":"another","ConfigName":"another","File":{"Name":"x","UID":"0","GID":"0","Mode":292}}]"#,
        r#""Mounts":[{"Type":"volume","Source":"another","Target":"/x"}]"#,
        r#""Hosts":["192.0.2.66 another"]"#,
        r#""Privileges":{"CredentialSpec":{"Config":"another"}}"#,
    ])
    .given(SWARM),
    way(
        &[Step { body: r#"{"Name":"own"}"#, ..touch(&[Op::ServiceUpdate]) }],
        "another's service is changed",
        "swarm: ServiceCreate, ServiceUpdate",
    ),
    way(
        &[touch(&[Op::ServiceDelete, Op::SecretDelete, Op::ConfigDelete, Op::NodeDelete, Op::PluginDelete, Op::PluginDisable])],
        "what others rely on is removed",
        "swarm: Secrets and configs",
    ),
    way(
        &[send(&[Op::SecretCreate, Op::ConfigCreate], "", r#"{"Name":"own","Templating":{"Name":"golang"}}"#)],
        "a template is filled in with what else its service may see",
        "swarm: Secrets and configs",
    )
    .given(SWARM),
    way(
        &[service(r#"{"EndpointSpec":{"Ports":[{"Protocol":"tcp","TargetPort":80,"PublishedPort":$}]}}"#)],
        "a port of the nodes answers as if it were another's service",
        "swarm: ServiceCreate, ServiceUpdate",
    )
    .each(&["80", r#"443,"PublishMode":"host""#])
    .given(SWARM),
    way(
        &[send(&[Op::SwarmInit], "", r#"{"ForceNewCluster":true}"#)],
        "a new swarm is made out of the old one, whose other managers lose it",
        "swarm: SwarmInit, Join, Leave, Update, Unlock",
    )
    .given(SWARM),
    way(
        &[send(&[Op::SwarmUpdate], "", r#"{"EncryptionConfig":{"AutoLockManagers":true}}"#)],
        "managers do not start again until somebody gives them the key",
        "swarm: SwarmInit, Join, Leave, Update, Unlock",
    )
    .given(SWARM),
    way(
        &[send(&[Op::SwarmLeave], "", "")],
        "all services of the swarm leave the host",
        "swarm: SwarmInit, Join, Leave, Update, Unlock",
    )
    .given(SWARM),
    way(
        &[send(&[Op::CheckpointDelete, Op::CheckpointList], "dir=$", "")],
        "folders of the host are told or removed as root",
        "container_ops: Checkpoints, their folder",
    )
    .of(Values::Written)
    .given(Given::Host("the daemon keeps checkpoints, which is experimental")),
    way(
        &[create(r#"{"OnBuild":["RUN x"]}"#), send(&[Op::ImageCommit], "container=own&repo=own", "")],
        "builds upon the image run the instruction",
        "create: OnBuild, MacAddress, NetworkDisabled, ArgsEscaped",
    ),
    way(
        &[send(&[Op::ImageBuild], "$", "")],
        "the build joins another's network, or takes over names",
        "images: ImageBuild, the query",
    )
    .each(&["networkmode=another", "networkmode=container:another", "extrahosts=another:192.0.2.66"]),
];
