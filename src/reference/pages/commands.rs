//! What docker's commands need.

use crate::catalogue::Op;

/// A command of the docker CLI, and the operations that it needs beside a ping.
pub static COMMANDS: &[(&str, &[Op])] = &[
    ("run -d", &[Op::ContainerCreate, Op::ContainerStart]),
    ("run", &[Op::ContainerCreate, Op::ContainerStart, Op::ContainerAttach, Op::ContainerWait]),
    ("exec", &[Op::ContainerInspect, Op::ContainerExec, Op::ExecStart, Op::ExecInspect]),
    ("logs", &[Op::ContainerInspect, Op::ContainerLogs]),
    ("cp", &[Op::ContainerInspect, Op::ContainerArchiveInfo, Op::ContainerArchive, Op::PutContainerArchive]),
    ("attach", &[Op::ContainerInspect, Op::ContainerAttach, Op::ContainerWait]),
    ("ps", &[Op::ContainerList]),
    ("stop", &[Op::ContainerStop]),
    ("rm", &[Op::ContainerDelete]),
    ("pull", &[Op::ImageCreate]),
    ("rmi", &[Op::ImageDelete]),
    ("build", &[Op::ImageBuild]),
];

/// The commands that need the operation.
pub(super) fn of(op: Op) -> impl Iterator<Item = &'static str> {
    COMMANDS.iter().filter(move |(_, needs)| needs.contains(&op)).map(|(command, _)| *command)
}
