//! What a copy may have of each facet, measured by its original.

use crate::catalogue::Facet;

/// How a copy is held against its original in one facet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CopyRule {
    /// Whatever: it is no power.
    Free,
    /// What the original has, and what any container may have unless said otherwise.
    Ordinary,
    /// What the original has, and nothing else. What is left out is the image's, or nothing.
    Within,
    /// As [`CopyRule::Ordinary`], and what sets the original apart has to be there: it may hold it back.
    Same,
    /// What the original has must be there; more of it holds the copy back further.
    Kept,
    /// As [`CopyRule::Kept`] for options of which the last one counts, and nothing new that loosens.
    Hardened,
    /// No more than the original.
    AtMost,
    /// No less than the original.
    AtLeast,
    /// The original's own user, which may be left out where it is the image's.
    User,
    /// Any image of the original's repository.
    Repository,
}

/// The rule of a facet; nothing for those that no container has when it is made.
///
/// Whoever chooses what runs in a container has all that the container has. So what runs, and what
/// it is told, is the original's as well, or the image's own.
pub(super) fn rule_of(facet: Facet) -> Option<CopyRule> {
    use CopyRule::*;
    use Facet::*;
    Some(match facet {
        Image => Repository,
        Facet::User => CopyRule::User,

        // what runs, and what it is told
        Command | Entrypoint | Env | Healthcheck | OnBuild | Shell | WorkingDir => Within,
        // labels say to others what a container is, to this policy as well
        Labels => Within,
        // what it can reach
        Aliases | Dns | EndpointOpts | ExtraHosts | IpAddress | Links | MacAddress | Networks => Within,

        Binds | BindOptions | CapAdd | Cgroup | CgroupOf | CpuRealtime | DeviceCgroupRules | DeviceRequests
        | Devices | GroupAdd | ImageMounts | Ipc | MaskedPaths | MountTypes | NetworkMode | OomKillDisable | Pid
        | Ports | Privileged | ReadonlyPaths | Sysctls | UsernsMode | Uts | VolumeDriver | VolumeOpts | Volumes
        | VolumesFrom => Ordinary,
        // a file system in memory takes memory
        Tmpfs | TmpfsOptions => Within,

        // leaving these out could give it more
        Annotations | BlkioConfig | CgroupParent | CpuShares | Cpuset | CpusetMems | Isolation | LogOpts | Logging
        | Runtime | StorageOpt | Ulimits => Same,
        CapDrop | NetworkDisabled | ReadOnly => Kept,
        SecurityOpt => Hardened,

        Cpus | KernelMemory | MemLimit | MemswapLimit | PidsLimit | ShmSize | TmpfsSize => AtMost,
        OomScoreAdj => AtLeast,

        // its name is what the original is found by; folders of volumes are compared with their volumes
        Name | VolumeSubpath => Free,
        AutoRemove | DnsOpt | DnsSearch | Domainname | Expose | GwPriority | Hostname | Init | MemReservation
        | MemSwappiness | Platform | Restart | StopSignal => Free,

        Attachable | Autolock | BuildArgs | Buildkit | CacheFrom | Changes | CheckpointDir | ClusterVolume
        | CommitOf | ConfigFrom | ConfigOnly | Configs | Container | CpusReservation | CredentialSpec | EnableIpv4
        | EnableIpv6 | ForceNewCluster | GenericResources | Ingress | Internal | IpamDriver | IpamOpts | JoinToken
        | NetworkDriver | NetworkOpts | NetworkScope | NodeAvailability | NodeRole | Outputs | Placement
        | PluginPrivileges | PluginSettings | PluginSpec | PublishMode | Registries | RemoteSource | Replicas
        | SecretDriver | Secrets | ServiceMode | Subnets | SwarmAddresses | SwarmCa | SwarmSettings | Tags
        | TaskRuntime | Templating | UnlockKey => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{FACETS, FacetKind, LeftOut, Op, Unsaid};

    #[test]
    fn every_facet_of_a_container_has_a_rule_and_no_other() {
        for row in FACETS {
            assert_eq!(rule_of(row.facet).is_some(), row.fits(Op::ContainerCreate), "{}", row.word);
        }
    }

    #[test]
    fn nothing_that_is_dangerous_is_free() {
        for row in FACETS.iter().filter(|row| rule_of(row.facet) == Some(CopyRule::Free)) {
            assert_eq!(row.unsaid, Unsaid::Any, "{}", row.word);
        }
    }

    #[test]
    fn what_is_unlimited_when_it_is_left_out_is_compared_by_amount() {
        for row in FACETS.iter().filter(|row| row.left_out == LeftOut::Unlimited) {
            assert_eq!(rule_of(row.facet), Some(CopyRule::AtMost), "{}", row.word);
        }
        let amounts = [CopyRule::AtMost, CopyRule::AtLeast];
        for row in FACETS.iter().filter(|row| rule_of(row.facet).is_some_and(|rule| amounts.contains(&rule))) {
            let kinds = [FacetKind::Count, FacetKind::Cpus, FacetKind::Size];
            assert!(kinds.contains(&row.kind), "{}", row.word);
        }
    }

    #[test]
    fn what_is_ordinary_is_told_from_what_is_not() {
        for row in FACETS.iter().filter(|row| rule_of(row.facet) == Some(CopyRule::Ordinary)) {
            assert_ne!(row.unsaid, Unsaid::Any, "{} has no values that are out of the ordinary", row.word);
        }
    }
}
