//! Landlock (landlock(7), Linux 5.13 and later): files and connections that the gate has no use for.

use super::Room;
use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, LandlockStatus, NetPort, PathBeneath, PathFd,
    Ruleset, RulesetAttr, RulesetCreated, RulesetCreatedAttr, RulesetError, RulesetStatus, Scope,
};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The newest version of Landlock that this was tried with: what a newer one could forbid is left
/// alone, such as connecting to a socket's path, which is the way to Docker.
const KNOWN: ABI = ABI::V6;

/// The groups of a client's process, and the number of cores: read anew whenever they are asked for.
/// What `/proc` has of others beyond that is closed to whoever may not trace them.
const ALWAYS_READ: &[&str] = &["/proc", "/sys/fs/cgroup"];

/// Forbids every file outside the room, execution, TCP connections to anywhere, and signals to
/// and sockets without a file of others.
///
/// Tells what holds now, and whether it is all of that.
///
/// # Errors
/// The kernel has no Landlock, or it is switched off.
pub(super) fn restrict(room: &Room) -> Result<(String, bool), String> {
    let status = build(room).and_then(RulesetCreated::restrict_self).map_err(|error| error.to_string())?;
    match (status.ruleset, status.landlock) {
        (RulesetStatus::NotEnforced, LandlockStatus::NotEnabled) => Err("it is switched off at boot".to_owned()),
        (RulesetStatus::NotEnforced, _) => Err("this kernel has none (Linux 5.13 and later have)".to_owned()),
        (_, LandlockStatus::Available { effective_abi, .. }) => {
            Ok((describe(room, effective_abi.min(KNOWN)), effective_abi >= KNOWN))
        }
        (_, _) => Ok((describe(room, ABI::V1), false)),
    }
}

fn describe(room: &Room, abi: ABI) -> String {
    let list = |folders: &BTreeSet<PathBuf>| {
        let shown: Vec<_> = folders.iter().map(|folder| folder.display().to_string()).collect();
        if shown.is_empty() { "nothing".to_owned() } else { shown.join(" ") }
    };
    let always = ALWAYS_READ.iter().map(PathBuf::from);
    let read = room.read.iter().cloned().chain(always).collect();
    let mut text = format!(
        "reads below {}; writes below {}; sockets below {}; starts no program",
        list(&read),
        list(&room.write),
        list(&room.sockets)
    );
    if abi >= ABI::V4 {
        let ports: Vec<_> = room.ports.iter().map(u16::to_string).collect();
        let ports =
            if ports.is_empty() { "no TCP port".to_owned() } else { format!("TCP port {} alone", ports.join(" ")) };
        text += &format!("; listens on {ports}; connects to none");
    }
    if abi >= ABI::V6 {
        text += "; signals nobody";
    }
    text
}

fn build(room: &Room) -> Result<RulesetCreated, RulesetError> {
    let scope = if room.abstract_sockets { Scope::Signal.into() } else { Scope::from_all(KNOWN) };
    let rules = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(KNOWN))?
        .handle_access(AccessNet::from_all(KNOWN))?
        .scope(scope)?
        .create()?;
    let always = ALWAYS_READ.iter().map(Path::new);
    let rules = allow(rules, always, AccessFs::ReadFile | AccessFs::ReadDir)?;
    let rules = allow(rules, paths(&room.read), AccessFs::ReadFile.into())?;
    let rules = allow(rules, paths(&room.write), AccessFs::WriteFile | AccessFs::MakeReg)?;
    let rules = allow(rules, paths(&room.sockets), AccessFs::MakeSock | AccessFs::RemoveFile)?;
    let ports = room.ports.iter().map(|port| NetPort::new(*port, AccessNet::BindTcp));
    ports.into_iter().try_fold(rules, RulesetCreated::add_rule)
}

fn paths(folders: &BTreeSet<PathBuf>) -> impl Iterator<Item = &Path> {
    folders.iter().map(PathBuf::as_path)
}

/// A folder that does not exist gives no right; whoever needs it complains for itself.
fn allow<'p>(
    rules: RulesetCreated,
    folders: impl Iterator<Item = &'p Path>,
    access: BitFlags<AccessFs>,
) -> Result<RulesetCreated, RulesetError> {
    let there = folders.filter_map(|folder| PathFd::new(folder).ok());
    there.map(|folder| PathBeneath::new(folder, access)).try_fold(rules, RulesetCreated::add_rule)
}
