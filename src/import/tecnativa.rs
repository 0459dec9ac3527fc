//! Tecnativa's docker-socket-proxy: one HAProxy whose rules are switched on by variables.

use super::bodies::Bodies;
use super::grants::grants;
use super::prefixes::{self, ID, Ordered, Step, VERSION};
use super::variables::{DropIn, Variables};
use super::write::{self, Draft};
use super::{Imported, Style, Unsaid};

/// Single writes; none of them gets past `POST=0`.
const WRITES: &[(&str, &str)] =
    &[("ALLOW_RESTARTS", "(stop|restart|kill)"), ("ALLOW_START", "start"), ("ALLOW_STOP", "stop")];

/// A policy out of its variables.
///
/// # Errors
/// The rules cannot be put together.
pub fn tecnativa(variables: &Variables, style: Style) -> Result<Imported, String> {
    let gate = gate(variables)?;
    let known = |name: &str| prefixes::is_section(name) || WRITES.iter().any(|(known, _)| *known == name);
    let mut unsaid = prefixes::unsaid(variables, known);
    unsaid.extend(inert(variables));
    let grants = grants(&gate, &Bodies::Unread, style);
    let role = Draft { role: "tecnativa".into(), who: "anyone".into(), client: None, grants };
    Ok(write::policy(DropIn::Tecnativa.title(), style, &[role], unsaid))
}

fn gate(variables: &Variables) -> Result<Ordered, String> {
    let mut gate = Ordered::default();
    if !variables.is_on("POST", false) {
        gate.steps.push(Step::DenyWrites);
    }
    for (name, verb) in WRITES {
        gate.allow(variables, name, &format!("{VERSION}/containers/{ID}/{verb}"))?;
    }
    gate.sections(variables)?;
    Ok(gate)
}

/// Writes that were switched on for nothing.
fn inert(variables: &Variables) -> Vec<Unsaid> {
    let on = WRITES.iter().filter(|(name, _)| variables.is_on(name, false) && !variables.is_on("POST", false));
    let why = "it does nothing without POST=1 (in linuxserver's proxy it does)";
    on.map(|(name, _)| Unsaid::new(prefixes::said(variables, name), why)).collect()
}
