//! What no facet tells of a copy and its original.

use super::copy_compare::Comparison;
use super::text::shown;
use crate::catalogue::Facet;
use crate::request::UseValue;
use crate::request::original::Details;

/// What Docker 20.10 to 28.5 hide of the kernel's files by themselves.
const MASKED: &[&str] = &[
    "/proc/acpi",
    "/proc/asound",
    "/proc/interrupts",
    "/proc/kcore",
    "/proc/keys",
    "/proc/latency_stats",
    "/proc/sched_debug",
    "/proc/scsi",
    "/proc/timer_list",
    "/proc/timer_stats",
    "/sys/devices/virtual/powercap",
    "/sys/firmware",
];

/// What they make read-only.
const READ_ONLY: &[&str] = &["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

impl Comparison<'_> {
    /// What of the copy is more than the original has, under the words of its facets.
    pub(super) fn details(&self) -> Vec<(Facet, String)> {
        let copy = self.request.body.as_ref().map(Details::of).unwrap_or_default();
        let own = &self.original.details;
        let mount = copy.mounts.iter().find(|it| !own.mounts.iter().any(|had| had.covers(it)));
        let mount = mount.map(|it| (it.facet, format!("mount {} in another way {}", shown(&it.source), self.of())));
        let over = copy.unnamed.iter().find(|place| !own.has_mount_at(place));
        let over = over.map(|place| (Facet::Volumes, format!("mount a volume over {} {}", shown(place), self.of())));
        let devices = copy.device_requests.iter().any(|it| !own.device_requests.contains(it));
        let ports = copy.ports.iter().any(|it| !own.ports.contains(it));
        let masked = opens(self, own.masked_paths.as_ref(), copy.masked_paths.as_ref(), MASKED);
        let read_only = opens(self, own.readonly_paths.as_ref(), copy.readonly_paths.as_ref(), READ_ONLY);
        let flags = [
            (devices, Facet::DeviceRequests),
            (ports, Facet::Ports),
            (self.publishes_more(), Facet::Expose),
            (masked, Facet::MaskedPaths),
            (read_only, Facet::ReadonlyPaths),
        ];
        let other = flags.into_iter().filter(|(more, _)| *more).map(|(_, facet)| (facet, self.other(facet.row())));
        mount.into_iter().chain(over).chain(other).collect()
    }

    /// Where every exposed port is published, exposing one is what publishes it.
    fn publishes_more(&self) -> bool {
        let Some(uses) = &self.request.uses else { return true };
        let known = |port: &UseValue| self.original.uses.of(Facet::Expose).any(|had| had == port);
        uses.of(Facet::Ports).any(|ports| *ports == UseValue::All) && !uses.of(Facet::Expose).all(known)
    }
}

/// Whether the copy closes fewer files than its original. Of a privileged one none are closed; any
/// other has Docker's own list, if it has no other.
fn opens(of: &Comparison<'_>, own: Option<&Vec<String>>, copy: Option<&Vec<String>>, usual: &[&str]) -> bool {
    let is_privileged = || of.original.uses.of(Facet::Privileged).any(|on| *on == UseValue::Flag(true));
    match (own, copy) {
        (None, None) => false,
        (None, Some(_)) => !is_privileged(),
        (Some(own), None) => own.iter().any(|path| !usual.contains(&path.as_str())),
        (Some(own), Some(copy)) => own.iter().any(|path| !copy.contains(path)),
    }
}
