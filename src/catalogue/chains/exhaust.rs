//! Ways to leave nothing for others. Each says which bound is missing.

use super::Outcome::ExhaustHost;
use super::{
    Chain, Facet, Given, Op, RUN, SWARM, Step, Values, WRITE, Whose, chain, create, send, service, step, touch,
};

const FREE: &str = "memory that nothing limits is taken until the kernel stops other processes of the host";
const FORKS: &str = "processes that nothing limits are started until the host can start none";
const FILLS: &str = "what is written fills the disk that Docker and the host share";

/// In the order in which they are told.
pub(super) const CHAINS: &[Chain] = &[
    chain(
        ExhaustHost,
        &[Step { quotas: &["mem_limit"], ..create(r#"{"HostConfig":{"Memory":70368744177664}}"#) }, RUN],
        FREE,
        "create: HostConfig, limits of resources",
    )
    .unbound("memory"),
    chain(
        ExhaustHost,
        &[Step { quotas: &["containers", "mem_limit"], ..create("{}") }, RUN],
        "each container has its limit, and nothing limits how many there are",
        "create: HostConfig, limits of resources",
    )
    .unbound("memory"),
    chain(
        ExhaustHost,
        &[create(r#"{"HostConfig":{"PidsLimit":4194304}}"#), RUN],
        FORKS,
        "create: HostConfig, limits of resources",
    )
    .unbound("processes"),
    chain(
        ExhaustHost,
        &[Step { quotas: &["containers"], ..create("{}") }, RUN],
        "each container has its limit, and nothing limits how many there are",
        "create: HostConfig, limits of resources",
    )
    .unbound("processes"),
    chain(
        ExhaustHost,
        &[Step { quotas: &["cpus"], ..create(r#"{"HostConfig":{"NanoCpus":1024000000000}}"#) }, RUN],
        "every processor is kept busy",
        "create: HostConfig, limits of resources",
    )
    .unbound("processors"),
    chain(
        ExhaustHost,
        &[Step { quotas: &["containers", "cpus"], ..create("{}") }, RUN],
        "each container has its limit, and nothing limits how many there are",
        "create: HostConfig, limits of resources",
    )
    .unbound("processors"),
    chain(
        ExhaustHost,
        &[Step { left_out: &[Facet::ReadOnly], ..create("{}") }, WRITE],
        FILLS,
        "create: HostConfig, what is left",
    )
    .unbound("disk"),
    chain(ExhaustHost, &[create(r#"{"Volumes":{"/x":{}}}"#), WRITE], FILLS, "create: Volumes without a name")
        .unbound("disk"),
    chain(
        ExhaustHost,
        &[send(&[Op::ImageCreate], "fromImage=docker.io/another/x&tag=1", "")],
        "images that nothing limits are pulled until the disk is full",
        "images: ImageCreate, fromImage and tag",
    )
    .unbound("disk"),
    chain(ExhaustHost, &[send(&[Op::ImageLoad, Op::ImageBuild, Op::Grpc], "", "")], FILLS, "images: ImageLoad")
        .unbound("disk"),
    chain(ExhaustHost, &[send(&[Op::ImageCreate], "fromSrc=-", "")], FILLS, "images: ImageCreate, repo and changes")
        .unbound("disk"),
    chain(
        ExhaustHost,
        &[create(r#"{"HostConfig":{"Tmpfs":{"/x":"size=70368744177664"}}}"#), WRITE],
        "a file system in memory that nothing limits takes all of it",
        "create: File systems in memory",
    )
    .unbound("file systems in memory"),
    chain(
        ExhaustHost,
        &[create(r#"{"HostConfig":{"OomScoreAdj":-1000}}"#), RUN],
        "when memory runs out the kernel stops the processes of the host first",
        "create: HostConfig.OomScoreAdj",
    )
    .unbound("who is stopped first"),
    chain(
        ExhaustHost,
        &[create(r#"{"HostConfig":{"OomKillDisable":true}}"#), RUN],
        "when memory runs out the kernel may not stop it",
        "create: HostConfig.OomKillDisable",
    )
    .unbound("who is stopped first"),
    chain(
        ExhaustHost,
        &[create(r#"{"HostConfig":{"CgroupParent":"$"}}"#), RUN],
        "it leaves the limits that the host puts on Docker, for another's or for none",
        "create: HostConfig.CgroupParent",
    )
    .each(&["/", "/another", "another.slice"])
    .unbound("the control group"),
    chain(
        ExhaustHost,
        &[send(&[Op::ImageBuild], "cgroupparent=/another", "")],
        "it leaves the limits that the host puts on Docker, for another's or for none",
        "images: ImageBuild, the query",
    )
    .unbound("the control group"),
    chain(
        ExhaustHost,
        &[create(r#"{"HostConfig":{"CpuRealtimeRuntime":950000}}"#), RUN],
        "it runs before everything else on the host",
        "create: HostConfig, limits of resources",
    )
    .unbound("time before all others"),
    chain(
        ExhaustHost,
        &[create(r#"{"HostConfig":{"Ulimits":[{"Name":"$","Soft":-1,"Hard":-1}]}}"#), RUN],
        "what the host counts for each user alone has no limit",
        "create: HostConfig.Ulimits",
    )
    .each(&["nproc", "nofile", "memlock"])
    .unbound("ulimits"),
    chain(
        ExhaustHost,
        &[create(r#"{"HostConfig":{"Sysctls":{"kernel.shmmax":"70368744177664"}}}"#), RUN],
        "queues and segments of the kernel are as large as it likes",
        "create: HostConfig.Sysctls",
    )
    .unbound("memory of the kernel"),
    chain(
        ExhaustHost,
        &[create(r#"{"HostConfig":{"StorageOpt":{"size":"64T"}}}"#), WRITE],
        "the bound that the host sets on a container's files is replaced",
        "create: HostConfig.StorageOpt",
    )
    .unbound("disk"),
    chain(
        ExhaustHost,
        &[create(r#"{"HostConfig":{"Binds":["$:/x:Z"]}}"#), WRITE],
        "the folder gets a label that nothing else on the host may open",
        "create: HostConfig.Binds, options of SELinux",
    )
    .of(Values::Mounted)
    .given(Given::Host("the host has SELinux"))
    .unbound("labels of SELinux"),
    chain(
        ExhaustHost,
        &[send(&[Op::ContainerUpdate], "", r#"{"Memory":70368744177664,"MemorySwap":-1}"#)],
        FREE,
        "container_ops: ContainerUpdate",
    )
    .unbound("memory"),
    chain(
        ExhaustHost,
        &[send(&[Op::ContainerUpdate], "", r#"{"PidsLimit":-1}"#)],
        FORKS,
        "container_ops: ContainerUpdate",
    )
    .unbound("processes"),
    chain(
        ExhaustHost,
        &[
            Step { body: r#"{"Cmd":["sh"]}"#, ..step(&[Op::ContainerExec], Whose::There) },
            Step { body: "{}", ..step(&[Op::ExecStart], Whose::Own) },
        ],
        "a command in such a container takes what it likes",
        "container_ops: ContainerExec, User, Env, WorkingDir, Cmd",
    )
    .given(Given::Object("a container without limits is there"))
    .unbound("commands in containers that are there"),
    chain(
        ExhaustHost,
        &[service("{}")],
        "a service has as many tasks as it likes",
        "swarm: ServiceCreate, ServiceUpdate",
    )
    .given(SWARM)
    .unbound("tasks"),
    chain(
        ExhaustHost,
        &[Step { body: r#"{"Availability":"drain","Role":"worker"}"#, ..touch(&[Op::NodeUpdate]) }],
        "nothing runs on the node any more",
        "swarm: NodeUpdate, NodeDelete",
    )
    .given(SWARM)
    .unbound("nodes"),
    chain(
        ExhaustHost,
        &[send(&[Op::DebugPprof], "", "")],
        "the daemon measures itself for as long as it is asked to",
        "system: Debug",
    )
    .unbound("the daemon"),
];
