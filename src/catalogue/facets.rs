//! The facets: one power under one word, however a request spells it.
//!
//! Words are Compose's where Compose has one. `unless said` is what a grant
//! allows of a facet that it does not name; `left out` is what a request means
//! that says nothing about it.

use super::{Op, Target};

/// How the values of a facet are written and compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FacetKind {
    /// A capability: `SYS_PTRACE`, with or without `CAP_`, or `ALL`.
    Capability,
    /// A command line, its arguments joined by spaces.
    Command,
    /// A whole number.
    Count,
    /// A number of processors: `1.5`.
    Cpus,
    /// A device of the host, as a path or a CDI name.
    Device,
    /// `true` or `false`.
    Flag,
    /// A path of the host.
    HostPath,
    /// An image reference.
    Image,
    /// The name of an object.
    Name,
    /// `host`, `private`, `container:NAME`, ...
    Namespace,
    /// `KEY=VALUE`; a key alone is every value of it.
    Pair,
    /// `[HOSTIP:]PORT[-PORT][/tcp|udp|sctp]`
    Port,
    /// The host and port of a registry.
    Registry,
    /// A security option: `seccomp=unconfined`, whichever separator the request has.
    SecurityOpt,
    /// Bytes with a unit: `512MiB`.
    Size,
    /// Text without further structure.
    Text,
    /// `NAME=SOFT[:HARD]`
    Ulimit,
    /// A user or group, by name or number.
    User,
}

/// What a grant allows of a facet that it does not name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsaid {
    /// Whatever: the facet is harmless by itself.
    Any,
    /// Nothing: the facet is dangerous.
    None,
    /// These values, in the words of policies: what an ordinary request has.
    Only(&'static [&'static str]),
    /// Any value but these patterns.
    Except(&'static [&'static str]),
    /// Whole numbers from this one on.
    AtLeast(i64),
}

/// What a request means that says nothing about a facet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeftOut {
    /// It makes no use of it.
    Unused,
    /// Docker's `default`, which depends on the daemon or the image.
    Default,
    /// `false`.
    False,
    /// No limit at all.
    Unlimited,
}

/// One row: a power that policies can limit.
#[derive(Debug)]
pub struct FacetRow {
    /// The facet.
    pub facet: Facet,
    /// The word of policies.
    pub word: &'static str,
    /// How its values are written.
    pub kind: FacetKind,
    /// What is allowed unless a grant says.
    pub unsaid: Unsaid,
    /// What a request means that leaves it out.
    pub left_out: LeftOut,
    /// The operations whose requests can use it.
    pub operations: &'static [Op],
    /// Completes "may not ..."; `{}` is the value.
    pub sentence: &'static str,
    /// One line for people.
    pub about: &'static str,
}

macro_rules! facets {
    ($($name:ident $word:literal $kind:ident $unsaid:expr, $left_out:ident $operations:tt $sentence:literal $about:literal;)*) => {
        /// The name of a facet.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        #[allow(missing_docs, reason = "the table says what they are")]
        pub enum Facet { $($name),* }

        /// Every facet, in the order in which people read about them.
        pub static FACETS: &[FacetRow] = &[$(FacetRow {
            facet: Facet::$name,
            word: $word,
            kind: FacetKind::$kind,
            unsaid: { use Unsaid::*; $unsaid },
            left_out: LeftOut::$left_out,
            operations: facets!(@operations $operations),
            sentence: $sentence,
            about: $about,
        }),*];
    };
    (@operations [$($op:ident),*]) => { &[$(Op::$op),*] };
    (@operations $list:ident) => { $list };
}

const CREATE: &[Op] = &[Op::ContainerCreate];
/// Whatever starts a container.
const RUN: &[Op] = &[Op::ContainerCreate, Op::ServiceCreate, Op::ServiceUpdate];
/// Whatever describes the process in a container, as an image or for a run.
const CONFIG: &[Op] = &[Op::ContainerCreate, Op::ImageCommit, Op::ServiceCreate, Op::ServiceUpdate];
/// Whatever runs a command, now or later.
const PROCESS: &[Op] = &[Op::ContainerCreate, Op::ContainerExec, Op::ImageCommit, Op::ServiceCreate, Op::ServiceUpdate];
const IMAGE_CONFIG: &[Op] = &[Op::ContainerCreate, Op::ImageCommit];
const SERVICE: &[Op] = &[Op::ServiceCreate, Op::ServiceUpdate];
/// Whatever limits resources of one container.
const HOST_LIMITS: &[Op] = &[Op::ContainerCreate, Op::ContainerUpdate];
const RUN_LIMITS: &[Op] = &[Op::ContainerCreate, Op::ContainerUpdate, Op::ServiceCreate, Op::ServiceUpdate];
const ALL_LIMITS: &[Op] =
    &[Op::ContainerCreate, Op::ContainerUpdate, Op::ImageBuild, Op::ServiceCreate, Op::ServiceUpdate];
const BUILD_LIMITS: &[Op] = &[Op::ContainerCreate, Op::ContainerUpdate, Op::ImageBuild];
const RUN_OR_BUILD: &[Op] = &[Op::ContainerCreate, Op::ImageBuild, Op::ServiceCreate, Op::ServiceUpdate];
const VOLUME: &[Op] = &[Op::ContainerCreate, Op::ServiceCreate, Op::ServiceUpdate, Op::VolumeCreate];
const ENDPOINT: &[Op] = &[Op::ContainerCreate, Op::NetworkConnect];
/// Whatever puts a container into a network.
const JOIN: &[Op] = &[Op::ContainerCreate, Op::ImageBuild, Op::NetworkConnect, Op::ServiceCreate, Op::ServiceUpdate];
/// Whatever starts a container, and what a swarm's services log by.
const LOGGING: &[Op] = &[Op::ContainerCreate, Op::ServiceCreate, Op::ServiceUpdate, Op::SwarmInit, Op::SwarmUpdate];
const NETWORK: &[Op] = &[Op::NetworkCreate];
const SWARM_START: &[Op] = &[Op::SwarmInit, Op::SwarmJoin];
const SWARM_SPEC: &[Op] = &[Op::SwarmInit, Op::SwarmUpdate];
const PLUGIN: &[Op] = &[Op::PluginPull, Op::PluginUpgrade, Op::ServiceCreate, Op::ServiceUpdate];
const LABELS: &[Op] = &[
    Op::ConfigCreate,
    Op::ConfigUpdate,
    Op::ContainerCreate,
    Op::ImageBuild,
    Op::ImageCommit,
    Op::ImageCreate,
    Op::NetworkCreate,
    Op::NodeUpdate,
    Op::SecretCreate,
    Op::SecretUpdate,
    Op::ServiceCreate,
    Op::ServiceUpdate,
    Op::SwarmInit,
    Op::SwarmUpdate,
    Op::VolumeCreate,
];
const NAMED: &[Op] = &[
    Op::CheckpointCreate,
    Op::ConfigCreate,
    Op::ConfigUpdate,
    Op::ContainerCreate,
    Op::ContainerRename,
    Op::NetworkCreate,
    Op::NodeUpdate,
    Op::PluginCreate,
    Op::PluginPull,
    Op::SecretCreate,
    Op::SecretUpdate,
    Op::ServiceCreate,
    Op::ServiceUpdate,
    Op::SwarmInit,
    Op::SwarmUpdate,
    Op::VolumeCreate,
];
const REGISTRIES: &[Op] = &[
    Op::DistributionInspect,
    Op::GetPluginPrivileges,
    Op::ImageCreate,
    Op::ImagePush,
    Op::ImageSearch,
    Op::PluginPull,
    Op::PluginPush,
    Op::PluginUpgrade,
    Op::ServiceCreate,
    Op::ServiceUpdate,
    Op::SystemAuth,
];
const IMAGES: &[Op] = &[
    Op::ContainerCreate,
    Op::DistributionInspect,
    Op::ImageCreate,
    Op::ImagePush,
    Op::ServiceCreate,
    Op::ServiceUpdate,
];
const TAGS: &[Op] = &[Op::ImageBuild, Op::ImageCommit, Op::ImageCreate, Op::ImageTag];

/// Labels that other tools with access to Docker obey.
const OBEYED: &[&str] = &[
    "dockgate.**",
    "com.docker.compose.**",
    "com.docker.stack.**",
    "com.docker.swarm.**",
    "com.centurylinklabs.watchtower.**",
    "com.github.**",
    "containrrr.**",
    "ofelia.**",
    "traefik.**",
];

/// What the log drivers that write on this host alone take.
pub const LOCAL_LOG_OPTS: &[&str] = &[
    "max-size",
    "max-file",
    "max-buffer-size",
    "compress",
    "mode",
    "tag",
    "labels",
    "labels-regex",
    "env",
    "env-regex",
];

facets! {
//  name               word                   kind        unless said, left out  operations  "may not ..." "about"
    // the image and what runs of it
    Image              "image"                Image       Any, Unused     IMAGES "use the image {}" "the image, by every spelling of its name";
    ImageMounts        "image_mounts"         Image       None, Unused    RUN "mount the image {}" "images mounted as file systems";
    Command            "command"              Command     Any, Default    PROCESS "run the command {}" "the command and its arguments";
    Entrypoint         "entrypoint"           Command     Any, Default    CONFIG "set the entrypoint to {}" "the program that the command goes to";
    Shell              "shell"                Command     Any, Unused     IMAGE_CONFIG "set the shell to {}" "the shell of commands written as text";
    Healthcheck        "healthcheck"          Command     Any, Default    CONFIG "run the health check {}" "the command that Docker runs again and again";
    OnBuild            "onbuild"              Text        None, Unused    [ContainerCreate, ImageCommit, ImageCreate] "leave the instruction {} to later builds" "instructions for builds upon the image";
    User               "user"                 User        Any, Default    PROCESS "run as the user {}" "the user; left out, the image's own, which may be root";
    GroupAdd           "group_add"            User        None, Unused    RUN "join the group {}" "further groups of the process";
    Env                "env"                  Pair        Any, Unused     PROCESS "set the environment variable {}" "environment variables";
    WorkingDir         "working_dir"          Text        Any, Unused     PROCESS "work in {}" "the working directory in the container";
    Hostname           "hostname"             Text        Any, Unused     CONFIG "set the host name {}" "the container's host name";
    Domainname         "domainname"           Text        Any, Unused     IMAGE_CONFIG "set the domain name {}" "the container's domain name";
    StopSignal         "stop_signal"          Text        Any, Unused     CONFIG "set the stop signal {}" "the signal that asks it to stop";
    Name               "name"                 Name        Any, Default    NAMED "use the name {}" "the name of what is made; `default` is one that Docker finds";
    Labels             "labels"               Pair        Except(OBEYED), Unused LABELS "set the label {}" "labels; those that other tools obey have to be named";
    Platform           "platform"             Text        Any, Unused     [ContainerCreate, ImageBuild, ImageCreate] "ask for the platform {}" "operating system and processor of an image";

    // the host's files
    Binds              "binds"                HostPath    None, Unused    VOLUME "mount the host's {}" "paths of the host, mounted in any way";
    BindOptions        "bind_options"         Text        Only(&["private", "rprivate", "nocopy", "consistent", "cached", "delegated"]), Unused RUN "mount with the option {}" "propagation, relabelling (`z`, `Z`), `create_mountpoint`, `non_recursive`, `read_only_non_recursive`";
    Volumes            "volumes"              Name        Only(&["anonymous"]), Unused RUN "mount the volume {}" "volumes by name; `anonymous` for those without";
    VolumeDriver       "volume_driver"        Name        Only(&["local"]), Unused VOLUME "use the volume driver {}" "drivers of volumes; plugins run as root";
    VolumeOpts         "volume_opts"          Pair        Only(&["size"]), Unused VOLUME "set the volume option {}" "options of volume drivers, which can mount anything";
    VolumeSubpath      "volume_subpath"       Text        Any, Unused     RUN "mount the folder {} of a volume" "folders inside volumes";
    ClusterVolume      "cluster_volume"       Flag        None, False     [VolumeCreate, VolumeUpdate] "make or change a volume of the cluster" "volumes of a swarm's storage";
    VolumesFrom        "volumes_from"         Name        None, Unused    CREATE "take over the mounts of {}" "all mounts of another container";
    MountTypes         "mount_types"          Text        Only(&["bind", "volume", "tmpfs", "image"]), Unused RUN "mount something of the type {}" "kinds of mounts, each limited by its own word";
    Tmpfs              "tmpfs"                Text        Any, Unused     RUN "mount a file system in memory at {}" "file systems in memory, by their place in the container";
    TmpfsOptions       "tmpfs_options"        Text        Any, Unused     RUN "mount a file system in memory with the option {}" "their mount options";
    TmpfsSize          "tmpfs_size"           Size        Any, Unused     RUN "have a file system of {} in memory" "their size";
    ReadOnly           "read_only"            Flag        Any, False      RUN "have `read_only` {}" "whether the root file system is read-only";
    StorageOpt         "storage_opt"          Pair        None, Unused    CREATE "set the storage option {}" "options of the storage driver";
    CheckpointDir      "checkpoint_dir"       HostPath    None, Unused    [CheckpointCreate, CheckpointDelete, CheckpointList, ContainerStart] "use the host's {} for checkpoints" "where checkpoints are kept";

    // the host's devices and kernel
    Privileged         "privileged"           Flag        None, False     [ContainerCreate, ContainerExec] "have full control of the host" "every capability and device, no confinement";
    CapAdd             "cap_add"              Capability  None, Unused    RUN "add the capability {}" "capabilities beyond Docker's own";
    CapDrop            "cap_drop"             Capability  Any, Unused     RUN "drop the capability {}" "capabilities given up";
    Devices            "devices"              Device      None, Unused    HOST_LIMITS "use the host's device {}" "devices of the host";
    DeviceCgroupRules  "device_cgroup_rules"  Text        None, Unused    HOST_LIMITS "open devices by the rule {}" "which devices the kernel lets it use";
    DeviceRequests     "device_requests"      Text        None, Unused    HOST_LIMITS "ask the device driver {} for devices" "GPUs and CDI devices, by driver and ID";
    SecurityOpt        "security_opt"         SecurityOpt Only(&["no-new-privileges=true"]), Unused RUN_OR_BUILD "set the security option {}" "seccomp, AppArmor, SELinux, no-new-privileges";
    MaskedPaths        "masked_paths"         Flag        None, False     CREATE "change which files of the kernel are hidden" "whether Docker's masked paths are replaced";
    ReadonlyPaths      "readonly_paths"       Flag        None, False     CREATE "change which files of the kernel are read-only" "whether Docker's read-only paths are replaced";
    Sysctls            "sysctls"              Pair        None, Unused    RUN "set the kernel parameter {}" "kernel parameters";
    Runtime            "runtime"              Name        Only(&["default", "runc"]), Default CREATE "use the runtime {}" "the program that starts containers, as root";
    Annotations        "annotations"          Pair        None, Unused    CREATE "set the annotation {}" "words to the runtime, which may obey them";
    Isolation          "isolation"            Text        Only(&["default"]), Default RUN_OR_BUILD "use the isolation {}" "how Windows isolates containers";
    CredentialSpec     "credential_spec"      Text        None, Unused    SERVICE "use the credentials {}" "Windows credentials of services";

    // namespaces
    Pid                "pid"                  Namespace   Only(&["default"]), Default CREATE "see the processes of {}" "the process namespace";
    Ipc                "ipc"                  Namespace   Only(&["default", "private"]), Default CREATE "share memory with {}" "the namespace of shared memory";
    Uts                "uts"                  Namespace   Only(&["default"]), Default CREATE "share the host name with {}" "the namespace of host names";
    UsernsMode         "userns_mode"          Namespace   Only(&["default"]), Default CREATE "share users with {}" "the user namespace";
    Cgroup             "cgroup"               Namespace   Only(&["default", "private"]), Default CREATE "see the cgroups of {}" "the cgroup namespace";
    CgroupOf           "cgroup_of"            Namespace   None, Unused    CREATE "join the cgroup of {}" "the cgroup of another container";
    CgroupParent       "cgroup_parent"        Text        None, Unused    [ContainerCreate, ContainerUpdate, ImageBuild] "move into the cgroup {}" "the cgroup that its own is below";

    // networks
    NetworkMode        "network_mode"         Namespace   None, Unused    RUN_OR_BUILD "use the network of {}" "the network namespace of the host or of another container";
    Networks           "networks"             Name        Only(&["default"]), Default JOIN "join the network {}" "networks by name; `default` is Docker's bridge";
    Ports              "ports"                Port        None, Unused    RUN "publish {}" "ports of the host";
    PublishMode        "publish_mode"         Text        Only(&["ingress"]), Unused SERVICE "publish ports in the mode {}" "how services publish ports";
    Expose             "expose"               Text        Any, Unused     IMAGE_CONFIG "expose the port {}" "ports of the container that others may connect to";
    Dns                "dns"                  Text        None, Unused    RUN "ask the name server {}" "name servers";
    DnsOpt             "dns_opt"              Text        Any, Unused     RUN "set the resolver option {}" "options of the resolver";
    DnsSearch          "dns_search"           Text        Any, Unused     RUN "search the domain {}" "domains that short names are looked up in";
    ExtraHosts         "extra_hosts"          Text        None, Unused    RUN_OR_BUILD "add the host name {}" "names and addresses of one's own, `host-gateway` too";
    Links              "links"                Name        None, Unused    ENDPOINT "link to {}" "links to other containers, whose environment they show";
    Aliases            "aliases"              Name        None, Unused    [ContainerCreate, NetworkConnect, ServiceCreate, ServiceUpdate] "be called {} in a network" "further names in a network";
    IpAddress          "ip_address"           Text        None, Unused    ENDPOINT "take the address {}" "chosen IP addresses";
    MacAddress         "mac_address"          Text        None, Unused    ENDPOINT "take the hardware address {}" "chosen MAC addresses";
    EndpointOpts       "endpoint_opts"        Pair        None, Unused    [ContainerCreate, NetworkConnect, ServiceCreate, ServiceUpdate] "set the endpoint option {}" "options of network drivers for one endpoint";
    GwPriority         "gw_priority"          Count       Any, Unused     ENDPOINT "have the gateway priority {}" "which network is the way out";
    NetworkDisabled    "network_disabled"     Flag        Any, False      IMAGE_CONFIG "have `network_disabled` {}" "no network at all";

    // resources
    MemLimit           "mem_limit"            Size        Any, Unlimited  ALL_LIMITS "use {} of memory" "memory; left out, all of it";
    MemswapLimit       "memswap_limit"        Size        Any, Unlimited  ALL_LIMITS "use {} of memory and swap" "memory and swap together";
    MemReservation     "mem_reservation"      Size        Any, Unused     RUN_LIMITS "reserve {} of memory" "memory that is set aside";
    MemSwappiness      "mem_swappiness"       Count       Any, Unused     RUN_LIMITS "have the swappiness {}" "how readily memory is swapped out";
    KernelMemory       "kernel_memory"        Size        Any, Unused     HOST_LIMITS "use {} of kernel memory" "memory of the kernel";
    Cpus               "cpus"                 Cpus        Any, Unlimited  ALL_LIMITS "use {} processors" "processors, however they are counted; left out, all";
    CpusReservation    "cpus_reservation"     Cpus        Any, Unused     SERVICE "reserve {} processors" "processors that are set aside";
    CpuShares          "cpu_shares"           Count       Any, Unused     BUILD_LIMITS "have {} shares of the processors" "weight against others";
    CpuRealtime        "cpu_realtime"         Count       None, Unused    HOST_LIMITS "run for {} microseconds in real time" "time before everything else on the host";
    Cpuset             "cpuset"               Text        Any, Unused     BUILD_LIMITS "run on the processors {}" "chosen processors";
    CpusetMems         "cpuset_mems"          Text        Any, Unused     BUILD_LIMITS "use the memory nodes {}" "chosen memory nodes";
    PidsLimit          "pids_limit"           Count       Any, Unlimited  RUN_LIMITS "have {} processes" "processes; left out, no limit";
    ShmSize            "shm_size"             Size        Any, Unused     BUILD_LIMITS "use {} of shared memory" "the size of `/dev/shm`";
    Ulimits            "ulimits"              Ulimit      Any, Unused     ALL_LIMITS "set the ulimit {}" "limits of the processes";
    BlkioConfig        "blkio_config"         Text        Any, Unused     HOST_LIMITS "set the disk speed {}" "weights and speeds of disks";
    OomKillDisable     "oom_kill_disable"     Flag        None, False     HOST_LIMITS "refuse to be stopped when memory runs out" "the kernel may not stop it";
    OomScoreAdj        "oom_score_adj"        Count       AtLeast(0), Unused RUN "have the score {} when memory runs out" "below 0, the kernel stops others first";
    GenericResources   "generic_resources"    Text        Any, Unused     SERVICE "reserve the resource {}" "resources that nodes name";
    Restart            "restart"              Text        Any, Unused     [ContainerCreate, ContainerUpdate, ServiceCreate, ServiceUpdate] "restart {}" "when Docker starts it again";
    AutoRemove         "auto_remove"          Flag        Any, False      CREATE "have `auto_remove` {}" "removed when it stops";
    Init               "init"                 Flag        Any, False      RUN "have `init` {}" "a first process that reaps the others";

    // what goes out
    Logging            "logging"              Name        Only(&["default", "json-file", "local"]), Default LOGGING "log by {}" "the log driver";
    LogOpts            "log_opts"             Pair        Only(LOCAL_LOG_OPTS), Unused LOGGING "set the log option {}" "options of log drivers, which can send anywhere";
    Registries         "registries"           Registry    Only(&["docker.io"]), Unused REGISTRIES "have the daemon talk to the registry {}" "registries; where `image` is limited, it says enough";
    RemoteSource       "remote_source"        Text        None, Unused    [ImageBuild, ImageCreate] "have an image made from {}" "URLs of build contexts and imports; `-` is what the client sends to an import";

    // images made
    Tags               "tags"                 Image       Any, Unused     TAGS "move the tag {}" "names given to images, which may be another's";
    Changes            "changes"              Text        Any, Unused     [ImageCommit, ImageCreate] "change an image by {}" "instructions on commit and import";
    CommitOf           "commit_of"            Name        Any, Unused     [ImageCommit] "make an image out of {}" "the container that is committed";
    Outputs            "outputs"              Text        None, Unused    [ImageBuild] "write the result of a build to {}" "where a build's result goes";
    CacheFrom          "cache_from"           Image       Any, Unused     [ImageBuild] "build with the cache of {}" "images whose layers a build takes";
    BuildArgs          "build_args"           Pair        Any, Unused     [ImageBuild] "set the build argument {}" "arguments of a build";
    Buildkit           "buildkit"             Flag        None, False     [ImageBuild] "use BuildKit, which is judged as a whole or not at all" "builds by BuildKit";

    // networks made
    NetworkDriver      "network_driver"       Name        Only(&["default", "bridge"]), Default NETWORK "use the network driver {}" "drivers of networks; some reach the host's own network";
    NetworkOpts        "network_opts"         Pair        None, Unused    NETWORK "set the network option {}" "options of network drivers, which can change the host's network";
    Subnets            "subnets"              Text        None, Unused    NETWORK "have the addresses {}" "subnets, ranges and gateways";
    IpamDriver         "ipam_driver"          Name        Only(&["default"]), Default NETWORK "use the address driver {}" "drivers that hand out addresses";
    IpamOpts           "ipam_opts"            Pair        None, Unused    NETWORK "set the address option {}" "options of address drivers";
    Internal           "internal"             Flag        Any, False      NETWORK "have `internal` {}" "no way out of the network";
    Attachable         "attachable"           Flag        Any, False      NETWORK "have `attachable` {}" "containers of a swarm may join by hand";
    Ingress            "ingress"              Flag        None, False     NETWORK "replace the swarm's way in" "the network of published ports of a swarm";
    EnableIpv4         "enable_ipv4"          Flag        Any, Unused     NETWORK "have `enable_ipv4` {}" "addresses of IPv4";
    EnableIpv6         "enable_ipv6"          Flag        Any, Unused     NETWORK "have `enable_ipv6` {}" "addresses of IPv6";
    NetworkScope       "network_scope"        Text        Only(&["default", "local"]), Default NETWORK "make a network of the scope {}" "`local` or `swarm`";
    ConfigFrom         "config_from"          Name        None, Unused    NETWORK "take the settings of the network {}" "settings of another network";
    ConfigOnly         "config_only"          Flag        Any, False      NETWORK "have `config_only` {}" "a network that only holds settings";
    Container          "container"            Name        Any, Unused     [NetworkConnect, NetworkDisconnect] "connect or disconnect {}" "the container that is connected";

    // swarm
    SwarmAddresses     "swarm_addresses"      Text        None, Unused    SWARM_START "use the swarm address {}" "addresses that a swarm listens on, tells, or joins";
    JoinToken          "join_token"           Flag        None, False     [SwarmJoin] "join a swarm" "the token of the swarm to join";
    ForceNewCluster    "force_new_cluster"    Flag        None, False     [SwarmInit] "make a new swarm out of the old" "a swarm started anew";
    SwarmCa            "swarm_ca"             Text        None, Unused    SWARM_SPEC "set {} of the swarm's authority" "certificates, keys and outside authorities";
    Autolock           "autolock"             Flag        None, False     SWARM_SPEC "lock managers behind a key" "managers that need a key to start";
    UnlockKey          "unlock_key"           Flag        None, False     [SwarmUnlock] "unlock a manager" "the key of a locked manager";
    SwarmSettings      "swarm_settings"       Text        Any, Unused     SWARM_SPEC "set {} of the swarm" "intervals, counts and sizes of a swarm";
    NodeRole           "node_role"            Text        Only(&["worker"]), Unused [NodeUpdate] "make a node {}" "`worker` or `manager`";
    NodeAvailability   "node_availability"    Text        Only(&["active"]), Unused [NodeUpdate, SwarmInit, SwarmJoin] "set a node to {}" "`active`, `pause` or `drain`";
    PluginSpec         "plugin_spec"          Text        None, Unused    SERVICE "install the plugin {} on the nodes" "services that are plugins";
    TaskRuntime        "task_runtime"         Text        Only(&["default", "container"]), Default SERVICE "run tasks as {}" "`container`, `plugin` or `attachment`";
    Secrets            "secrets"              Name        None, Unused    SERVICE "read the secret {}" "secrets that a service gets";
    Configs            "configs"              Name        None, Unused    SERVICE "read the config {}" "configs that a service gets";
    ServiceMode        "service_mode"         Text        Any, Unused     SERVICE "run in the mode {}" "`replicated`, `global` and jobs";
    Replicas           "replicas"             Count       Any, Unused     SERVICE "have {} tasks" "how many tasks run";
    Placement          "placement"            Text        Any, Unused     SERVICE "be placed by {}" "which nodes tasks run on";
    SecretDriver       "secret_driver"        Name        None, Unused    [SecretCreate, SecretUpdate] "use the secret driver {}" "plugins that keep secrets";
    Templating         "templating"           Name        None, Unused    [ConfigCreate, ConfigUpdate, SecretCreate, SecretUpdate] "fill in templates by {}" "templates, which read other secrets";

    // plugins
    PluginPrivileges   "plugin_privileges"    Text        None, Unused    PLUGIN "give a plugin the privilege {}" "what a plugin may do to the host";
    PluginSettings     "plugin_settings"      Text        None, Unused    [PluginSet] "set the plugin's {}" "settings of plugins, mounts and devices among them";
}

impl Facet {
    /// The row of this facet.
    #[expect(clippy::indexing_slicing, reason = "a `Facet` is the index of its row")]
    pub fn row(self) -> &'static FacetRow {
        &FACETS[self as usize]
    }

    /// The word of policies.
    pub fn word(self) -> &'static str {
        self.row().word
    }

    /// What its values name, where they name objects.
    pub fn target(self) -> Option<Target> {
        Some(match self {
            Self::CommitOf | Self::Container | Self::Links | Self::VolumesFrom => Target::Container,
            Self::Configs => Target::Config,
            Self::ConfigFrom | Self::Networks => Target::Network,
            Self::Secrets => Target::Secret,
            Self::Volumes => Target::Volume,
            _ => return None,
        })
    }

    /// The facet whose limit says enough about this one: an image's name names its registry.
    pub fn covered_by(self) -> Option<Facet> {
        (self == Self::Registries).then_some(Self::Image)
    }
}

impl FacetRow {
    /// Whether a request for this operation can use the facet.
    pub fn fits(&self, op: Op) -> bool {
        self.operations.contains(&op)
    }
}

/// The facet of a word.
pub fn facet_named(word: &str) -> Option<&'static FacetRow> {
    FACETS.iter().find(|row| row.word == word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn rows_are_where_their_facets_say() {
        for row in FACETS {
            assert!(std::ptr::eq(row.facet.row(), row), "{}", row.word);
            assert!(facet_named(row.word).is_some_and(|found| found.facet == row.facet), "{}", row.word);
        }
        assert_eq!(FACETS.iter().map(|row| row.word).collect::<HashSet<_>>().len(), FACETS.len());
    }

    #[test]
    fn words_can_be_written_in_policies() {
        for row in FACETS {
            assert!(
                row.word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'),
                "{}",
                row.word
            );
            assert!(!["target", "any", "none", "own", "default"].contains(&row.word), "{}", row.word);
            assert!(!row.operations.is_empty(), "{}", row.word);
        }
    }

    #[test]
    fn sentences_go_on_after_may_not() {
        for row in FACETS {
            let first = row.sentence.chars().next();
            assert!(first.is_some_and(char::is_lowercase) && !row.sentence.ends_with('.'), "{}", row.sentence);
            // a danger that is `true` has one value only; what may be either way shows which
            let shows = row.kind != FacetKind::Flag || row.unsaid == Unsaid::Any;
            assert_eq!(row.sentence.contains("{}"), shows, "{}", row.word);
            assert!(!row.about.is_empty() && !row.about.ends_with('.'), "{}", row.word);
        }
    }

    #[test]
    fn a_dangerous_flag_is_off_when_it_is_left_out() {
        for row in FACETS.iter().filter(|row| row.kind == FacetKind::Flag && row.unsaid == Unsaid::None) {
            assert_eq!(row.left_out, LeftOut::False, "{}", row.word);
        }
    }

    #[test]
    fn what_is_ordinary_holds_what_docker_takes_by_default() {
        for row in FACETS.iter().filter(|row| row.left_out == LeftOut::Default) {
            let ordinary = match row.unsaid {
                Unsaid::Only(values) => values.contains(&"default"),
                other => other == Unsaid::Any,
            };
            assert!(ordinary, "{}", row.word);
        }
    }
}
