//! linuxserver's docker-socket-proxy: Tecnativa's with reads that are closed and writes that are open by themselves.

use super::bodies::Bodies;
use super::expression::Expression;
use super::grants::grants;
use super::prefixes::{self, ID, Ordered, Step, VERSION};
use super::variables::{DropIn, Variables};
use super::write::{self, Draft};
use super::{Imported, Style};
use crate::catalogue::Op;

/// Reads that stay closed unless their variable opens them, and what that asks for.
const READS: &[(&str, &str, &[Op])] = &[
    ("ALLOW_ARCHIVE", "archive", &[Op::ContainerArchive, Op::ContainerArchiveInfo]),
    ("ALLOW_CHANGES", "change", &[Op::ContainerChanges]),
    ("ALLOW_EXPORT", "export", &[Op::ContainerExport]),
    ("ALLOW_LOGS", "logs", &[Op::ContainerLogs]),
    ("ALLOW_TOP", "top", &[Op::ContainerTop]),
];

/// Single writes, whatever `POST` says.
const WRITES: &[(&str, &str)] = &[
    ("ALLOW_RESTARTS", "(stop|restart|kill)"),
    ("ALLOW_START", "start"),
    ("ALLOW_STOP", "stop"),
    ("ALLOW_PAUSE", "pause"),
    ("ALLOW_UNPAUSE", "unpause"),
];

/// A policy out of its variables.
///
/// # Errors
/// The rules cannot be put together.
pub fn linuxserver(variables: &Variables, style: Style) -> Result<Imported, String> {
    let gate = gate(variables)?;
    let is =
        |name: &str| READS.iter().any(|(known, ..)| *known == name) || WRITES.iter().any(|(known, _)| *known == name);
    let unsaid = prefixes::unsaid(variables, |name| prefixes::is_section(name) || is(name));
    let grants = grants(&gate, &Bodies::Unread, style);
    let role = Draft { role: "linuxserver".into(), who: "anyone".into(), client: None, grants };
    Ok(write::policy(DropIn::Linuxserver.title(), style, &[role], unsaid))
}

fn gate(variables: &Variables) -> Result<Ordered, String> {
    let mut gate = Ordered::default();
    let container = format!("{VERSION}(/libpod)?/(containers|pods)/{ID}");
    for (name, path, ops) in READS {
        if variables.is_on(name, false) {
            gate.asked.extend(*ops);
        } else {
            gate.steps.push(Step::Deny(Expression::caseless(&format!("{container}/{path}"))?));
        }
    }
    for (name, verb) in WRITES {
        gate.allow(variables, name, &format!("{container}/{verb}"))?;
    }
    if !variables.is_on("POST", false) {
        gate.steps.push(Step::DenyWrites);
    }
    gate.sections(variables)?;
    Ok(gate)
}
