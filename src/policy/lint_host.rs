//! Roles that are root on the host, or can become it: found by trying.
//!
//! What an operation can do to the host is in its facets, so a grant is asked for requests that
//! would reach it. Operations whose power no facet holds are named whenever they are granted.

use super::role::Role;
use super::rule::Rule;
use super::text::{listed, shown};
use crate::catalogue::{Facet, OPERATIONS, Op, Operation, Risk};
use crate::request::UseValue;
use crate::request::values::pair::entry;

/// The most that one warning lists.
const MOST: usize = 8;

/// Operations whose power over the host is in their facets alone.
const JUDGED: &[Op] = &[
    Op::ContainerCreate,
    Op::ContainerUpdate,
    Op::DistributionInspect,
    Op::ImageCommit,
    Op::ImageCreate,
    Op::ImagePush,
    Op::ImageSearch,
    Op::NetworkCreate,
    Op::ServiceCreate,
    Op::ServiceUpdate,
    Op::SystemAuth,
    Op::VolumeCreate,
];

/// Whatever gives a name to an image.
const MOVERS: &[Op] = &[Op::ImageBuild, Op::ImageCommit, Op::ImageLoad, Op::ImageTag];

/// Texts that would reach the host, by their facet.
const PROBES: &[(Facet, &[&str])] = &[
    (Facet::CapAdd, &["SYS_ADMIN", "SYS_MODULE", "SYS_PTRACE", "SYS_RAWIO", "DAC_READ_SEARCH", "BPF"]),
    (Facet::DeviceCgroupRules, &["a *:* rwm", "b *:* rwm"]),
    (Facet::CgroupParent, &["/another"]),
    (Facet::DeviceRequests, &["gpu"]),
    (Facet::Ipc, &["host"]),
    (Facet::Links, &["another"]),
    (Facet::Logging, &["another"]),
    (Facet::NetworkDriver, &["another"]),
    (Facet::NetworkMode, &["host"]),
    (Facet::Pid, &["host"]),
    (Facet::Registries, &["another.example"]),
    (Facet::RemoteSource, &["http://another.example"]),
    (Facet::Runtime, &["another"]),
    (Facet::SecurityOpt, &["seccomp=unconfined", "apparmor=unconfined", "label=disable"]),
    (Facet::UsernsMode, &["host"]),
    (Facet::VolumeDriver, &["another"]),
    (Facet::VolumesFrom, &["another"]),
];

/// Paths that hold the keys to the host.
const PATHS: &[&str] = &[
    "/",
    "/bin",
    "/boot",
    "/dev",
    "/etc",
    "/home",
    "/lib",
    "/proc",
    "/root",
    "/run",
    "/run/docker.sock",
    "/sys",
    "/usr",
    "/usr/bin",
    "/usr/lib",
    "/var",
    "/var/lib",
    "/var/lib/docker",
    "/var/run",
    "/var/run/docker.sock",
];

/// What of the host the role can reach, in words; empty if nothing that is known.
pub(super) fn reached(role: &Role) -> Vec<String> {
    let held = |row: &&Operation| row.risk == Risk::Host && role.may_ever(row.op);
    OPERATIONS.iter().filter(held).filter_map(|row| named(role, row)).collect()
}

fn named(role: &Role, row: &Operation) -> Option<String> {
    if !JUDGED.contains(&row.op) {
        return Some(row.name.to_owned());
    }
    let opened: Vec<String> = role.grants_of(row.op).iter().flat_map(opened).map(|facet| shown(facet.word())).collect();
    (!opened.is_empty()).then(|| format!("{} with {}", row.name, listed(&opened, "and", MOST)))
}

/// The facets of a grant that would let the host be reached.
fn opened(rule: &Rule) -> Vec<Facet> {
    let mut found: Vec<Facet> = probes().filter(|(facet, value)| rule.lets(*facet, value)).map(|(f, _)| f).collect();
    found.dedup();
    found
}

fn probes() -> impl Iterator<Item = (Facet, UseValue)> {
    let path = |path: &&str| UseValue::Path { path: (*path).to_owned(), read_only: true };
    let binds = PATHS.iter().map(move |it| (Facet::Binds, path(it)));
    let devices = ["/dev", "/dev/mem", "/dev/sda"].iter().map(move |it| (Facet::Devices, path(it)));
    let flags = [Facet::Privileged, Facet::MaskedPaths, Facet::ReadonlyPaths].map(|it| (it, UseValue::Flag(true)));
    let pairs = [
        (Facet::Annotations, entry("any", "thing")),
        (Facet::LogOpts, entry("another-address", "udp://another.example")),
        (Facet::NetworkOpts, entry("parent", "eth0")),
        (Facet::Sysctls, entry("kernel.another", "1")),
        (Facet::VolumeOpts, entry("device", "/dev/sda")),
    ];
    let texts = PROBES.iter().flat_map(|(facet, texts)| texts.iter().map(|text| (*facet, UseValue::text(text))));
    binds.chain(devices).chain(flags).chain(pairs).chain(texts)
}

/// Operations that move names of images freely, in a role that is held to images by name.
pub(super) fn movers(role: &Role) -> Vec<String> {
    let by_image = |rule: &Rule| rule.facets.iter().any(|limit| limit.row.facet == Facet::Image && !limit.is_any());
    let limited = [Op::ContainerCreate, Op::ServiceCreate].iter().any(|op| role.grants_of(*op).iter().any(by_image));
    let any = UseValue::Image("docker.io/library/any:latest".to_owned());
    let free = |op: &&Op| role.may_ever(**op) && role.grants_of(**op).iter().any(|rule| rule.lets(Facet::Tags, &any));
    MOVERS.iter().filter(|_| limited).filter(free).map(|op| op.name().to_owned()).collect()
}
