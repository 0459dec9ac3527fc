//! Capabilities (capabilities(7)): root without most of its powers.

use super::Room;
use rustix::thread::{CapabilitySet, CapabilitySets, capabilities, set_capabilities};

/// What a gate may keep if it had it: giving sockets away, reaching files and links that are
/// another's, and low ports. Nothing that reaches the kernel, devices, networks or processes.
const KEPT: &[(CapabilitySet, &str)] = &[
    (CapabilitySet::CHOWN, "CHOWN"),
    (CapabilitySet::FOWNER, "FOWNER"),
    (CapabilitySet::DAC_OVERRIDE, "DAC_OVERRIDE"),
    (CapabilitySet::DAC_READ_SEARCH, "DAC_READ_SEARCH"),
    (CapabilitySet::NET_BIND_SERVICE, "NET_BIND_SERVICE"),
];

/// Gives up all but a few capabilities.
///
/// # Errors
/// The kernel did not take it.
pub(super) fn drop_most(room: &Room) -> Result<String, String> {
    let kept = keep(room).map_err(|error| error.to_string())?;
    let names: Vec<&str> = KEPT.iter().filter(|(one, _)| kept.contains(*one)).map(|(_, name)| *name).collect();
    Ok(if names.is_empty() { "none".to_owned() } else { names.join(" ") })
}

fn keep(room: &Room) -> rustix::io::Result<CapabilitySet> {
    let all = KEPT.iter().fold(CapabilitySet::empty(), |all, (one, _)| all | *one);
    let unused = if room.owners { CapabilitySet::empty() } else { CapabilitySet::CHOWN | CapabilitySet::FOWNER };
    let kept = all.difference(unused) & capabilities(None)?.permitted;
    set_capabilities(None, CapabilitySets { effective: kept, permitted: kept, inheritable: CapabilitySet::empty() })?;
    Ok(kept)
}
