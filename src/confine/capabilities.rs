//! Capabilities (capabilities(7)): root without most of its powers.

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
pub(super) fn drop_most() -> Result<String, String> {
    let kept = keep().map_err(|error| error.to_string())?;
    let names: Vec<&str> = KEPT.iter().filter(|(one, _)| kept.contains(*one)).map(|(_, name)| *name).collect();
    Ok(if names.is_empty() { "none".to_owned() } else { names.join(" ") })
}

fn keep() -> rustix::io::Result<CapabilitySet> {
    let kept = KEPT.iter().fold(CapabilitySet::empty(), |all, (one, _)| all | *one);
    let kept = kept & capabilities(None)?.permitted;
    set_capabilities(None, CapabilitySets { effective: kept, permitted: kept, inheritable: CapabilitySet::empty() })?;
    Ok(kept)
}
