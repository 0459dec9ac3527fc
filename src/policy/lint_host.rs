//! Roles that are root on the host, or can become it: what `dockgate reach` finds, in a warning.

use super::reach::Way;
use super::role::Role;
use super::rule::Rule;
use super::text::{listed, shown};
use crate::catalogue::chains::{Given, Outcome};
use crate::catalogue::{Facet, Op};
use crate::request::UseValue;

/// The most that one warning lists.
const MOST: usize = 8;

/// Whatever gives a name to an image.
const MOVERS: &[Op] = &[Op::ImageBuild, Op::ImageCommit, Op::ImageLoad, Op::ImageTag];

/// By what the role reaches the outcome alone, and by what only where something is there already.
pub(super) struct Ways {
    pub(super) alone: Vec<String>,
    pub(super) given: Vec<String>,
}

/// By what the role reaches the outcome, in words; empty if no chain is known.
pub(super) fn reached(role: &Role, outcome: Outcome) -> Ways {
    let found = role.reaches(outcome).chains;
    let (alone, given): (Vec<&Way>, Vec<&Way>) = found.iter().partition(|way| way.given == Given::Nothing);
    Ways { alone: said(&alone), given: said(&given) }
}

/// `` ContainerCreate with `binds` and `privileged` ``: the steps that open a way, by their operations.
fn said(ways: &[&Way]) -> Vec<String> {
    let mut opened: Vec<(Op, Vec<String>)> = Vec::new();
    for way in ways {
        let Some(step) = way.steps.iter().find(|step| !step.uses.is_empty()).or(way.steps.first()) else { continue };
        let facets = step.uses.iter().map(|word| shown(word));
        match opened.iter_mut().find(|(op, _)| *op == step.op) {
            Some((_, known)) => known.extend(facets),
            None => opened.push((step.op, facets.collect())),
        }
    }
    opened.into_iter().map(|(op, facets)| with(op, facets)).collect()
}

fn with(op: Op, mut facets: Vec<String>) -> String {
    facets.sort_unstable();
    facets.dedup();
    match listed(&facets, "and", MOST) {
        none if none.is_empty() => op.name().to_owned(),
        some => format!("{} with {some}", op.name()),
    }
}

/// Operations that move names of images freely, in a role that is held to images by name.
pub(super) fn movers(role: &Role) -> Vec<String> {
    let by_image = |rule: &Rule| rule.facets.iter().any(|limit| limit.row.facet == Facet::Image && !limit.is_any());
    let limited = [Op::ContainerCreate, Op::ServiceCreate].iter().any(|op| role.grants_of(*op).iter().any(by_image));
    let any = UseValue::Image("docker.io/library/any:latest".to_owned());
    let free = |op: &&Op| role.may_ever(**op) && role.grants_of(**op).iter().any(|rule| rule.lets(Facet::Tags, &any));
    MOVERS.iter().filter(|_| limited).filter(free).map(|op| op.name().to_owned()).collect()
}
