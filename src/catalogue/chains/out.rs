//! Ways by which the daemon itself sends data out, and by which something outlives a restart.

use super::Outcome::{SendOut, SurviveReboot};
use super::{Chain, Given, Op, RUN, SWARM, Step, Whose, chain, create, send, service, step};

const ELSEWHERE: &str =
    "the daemon connects to the registry that a name begins with, and the name itself can hold what is told";

/// In the order in which they are told.
pub(super) const CHAINS: &[Chain] = &[
    chain(
        SendOut,
        &[create(r#"{"HostConfig":{"LogConfig":{"Type":"syslog","Config":{"syslog-address":"udp://another.example:514"}}}}"#), RUN],
        "the daemon sends what the container prints to the address that the options say",
        "create: HostConfig.LogConfig",
    ),
    chain(
        SendOut,
        &[Step { object: "$", ..step(&[Op::ImagePush], Whose::Own) }],
        "an image is pushed to wherever its name says, with all that is in it",
        "images: ImagePush",
    )
    .each(&["elsewhere.example/x:1", "docker.io/elsewhere/x:1"]),
    chain(
        SendOut,
        &[send(&[Op::ImageCreate], "fromImage=$&tag=1", "")],
        ELSEWHERE,
        "images: ImageCreate, fromImage and tag",
    )
    .each(&["another.example/another/x"]),
    chain(
        SendOut,
        &[send(&[Op::ImageCreate], "fromSrc=http://another.example/x", "")],
        "the daemon fetches whatever URL it is given, from where it stands",
        "images: ImageCreate, fromSrc",
    ),
    chain(
        SendOut,
        &[send(&[Op::ImageBuild], "remote=http://another.example/x", "")],
        "the daemon fetches whatever URL it is given, from where it stands",
        "images: ImageBuild, the query",
    ),
    chain(
        SendOut,
        &[send(&[Op::ImageBuild], "", "")],
        "a Dockerfile is not seen here: ADD and FROM have the daemon connect to where they say",
        "images: ImageBuild, the Dockerfile",
    ),
    chain(
        SendOut,
        &[send(&[Op::ImageBuild], "version=2&outputs=%5B%7B%22Type%22%3A%22registry%22%7D%5D", "")],
        "the result of a build goes where its client says",
        "images: ImageBuild, the query",
    ),
    chain(SendOut, &[send(&[Op::Grpc], "", "")], "a build is not seen here, and connects to where it says", "images: BuildKit"),
    chain(
        SendOut,
        &[Step { object: "elsewhere.example/x", ..step(&[Op::DistributionInspect], Whose::There) }],
        ELSEWHERE,
        "system: DistributionInspect",
    ),
    chain(SendOut, &[send(&[Op::ImageSearch], "term=another.example/x", "")], ELSEWHERE, "system: ImageSearch"),
    chain(
        SendOut,
        &[send(&[Op::SystemAuth], "", r#"{"username":"x","password":"x","serveraddress":"another.example"}"#)],
        "the daemon sends the name and the password to the registry that it is told",
        "system: SystemAuth",
    ),
    chain(
        SendOut,
        &[send(&[Op::GetPluginPrivileges], "remote=another.example/another/x", "")],
        ELSEWHERE,
        "plugins: GetPluginPrivileges",
    ),
    chain(
        SendOut,
        &[send(&[Op::PluginPull], "remote=another.example/another/x", "")],
        ELSEWHERE,
        "plugins: PluginPull and PluginSet, where they are granted",
    ),
    chain(
        SendOut,
        &[Step { object: "elsewhere.example/x", ..step(&[Op::PluginPush], Whose::Own) }],
        "a plugin is pushed to wherever its name says, with all that is in it",
        "plugins: Plugins installed and changed",
    ),
    chain(
        SendOut,
        &[service(r#"{"TaskTemplate":{"ContainerSpec":{"Image":"elsewhere.example/x@sha256:abababababababababababababababababababababababababababababababab"}}}"#)],
        ELSEWHERE,
        "swarm: ServiceCreate, ServiceUpdate",
    )
    .given(SWARM),
    chain(
        SendOut,
        &[service(r#"{"TaskTemplate":{"LogDriver":{"Name":"syslog","Options":{"syslog-address":"udp://another.example:514"}}}}"#)],
        "the daemon sends what the tasks print to the address that the options say",
        "swarm: ServiceCreate, ServiceUpdate",
    )
    .given(SWARM),
    chain(
        SendOut,
        &[send(&[Op::SecretCreate, Op::SecretUpdate], "", r#"{"Name":"own","Driver":{"Name":"another"}}"#)],
        "the driver of a secret is a plugin, which is told what asks for it",
        "swarm: Secrets and configs",
    )
    .given(Given::Host("the host manages a swarm, and has a plugin for secrets")),
    chain(
        SurviveReboot,
        &[create(r#"{"HostConfig":{"RestartPolicy":{"Name":"$"}}}"#), RUN],
        "Docker starts it again whenever it starts itself",
        "create: HostConfig, what is left",
    )
    .each(&["always", "unless-stopped"]),
    chain(
        SurviveReboot,
        &[send(&[Op::ContainerUpdate], "", r#"{"RestartPolicy":{"Name":"$"}}"#)],
        "Docker starts it again whenever it starts itself",
        "container_ops: ContainerUpdate",
    )
    .each(&["always", "unless-stopped"]),
    chain(
        SurviveReboot,
        &[service("{}")],
        "a swarm starts the tasks of its services again",
        "swarm: ServiceCreate, ServiceUpdate",
    )
    .given(SWARM),
    chain(
        SurviveReboot,
        &[send(&[Op::PluginEnable], "", "")],
        "Docker starts what is enabled whenever it starts itself",
        "plugins: Plugins installed and changed",
    )
    .given(Given::Object("a plugin is there")),
];
