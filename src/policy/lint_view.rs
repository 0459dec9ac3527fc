//! Parts that a role hides in one place, and lets be read in another.

use super::role::Role;
use super::text::{listed, shown};
use crate::catalogue::{Answer, Op, Part, PartSet};

/// The most that one warning lists.
const MOST: usize = 6;

/// Answers that tell of the same.
const FAMILIES: &[&[Op]] = &[
    &[
        Op::ContainerInspect,
        Op::ContainerList,
        Op::ContainerTop,
        Op::ExecInspect,
        Op::SystemEvents,
        Op::SystemDataUsage,
    ],
    &[Op::ImageInspect, Op::ImageHistory, Op::ImageList],
    &[Op::ServiceInspect, Op::ServiceList, Op::TaskInspect, Op::TaskList],
    &[Op::VolumeInspect, Op::VolumeList, Op::SystemDataUsage],
    &[Op::NetworkInspect, Op::NetworkList],
    &[Op::ConfigInspect, Op::ConfigList],
];

/// What reads environment and files of a container without asking for them.
const INSIDE: &[Op] =
    &[Op::ContainerExec, Op::ContainerArchive, Op::ContainerExport, Op::ImageCommit, Op::CheckpointCreate];

/// What lets an image of one's own run in place of another, with what was hidden of that one's container.
const IN_PLACE: &[Op] = &[Op::ImageBuild, Op::ImageLoad, Op::ImageTag];

/// A part that is hidden, and where it can be read all the same.
pub(super) struct Leak {
    pub(super) part: &'static str,
    pub(super) hidden: Op,
    pub(super) read: String,
}

/// Parts that are hidden in vain, one leak for each family of answers.
pub(super) fn leaks(role: &Role) -> Vec<Leak> {
    FAMILIES.iter().filter_map(|family| leak(role, family)).collect()
}

fn leak(role: &Role, family: &[Op]) -> Option<Leak> {
    let (op, part) = family.iter().find_map(|op| {
        let mut hidden = crate::catalogue::parts::PARTS.iter().map(|(part, ..)| *part);
        hidden.find(|part| hides(role, *op, *part) && !ways(role, family, *part).is_empty()).map(|part| (*op, part))
    })?;
    let ways = ways(role, family, part);
    let word = PartSet::of(part).words().next()?;
    Some(Leak { part: word, hidden: op, read: listed(&ways, "and", MOST) })
}

/// Operations of the role that tell the part.
fn ways(role: &Role, family: &[Op], part: Part) -> Vec<String> {
    let tells = |op: &&Op| role.may_ever(**op) && has(**op, part) && !lacks(role, **op, part);
    let inside = if part == Part::Env && family.contains(&Op::ContainerInspect) { INSIDE } else { &[] };
    let in_place = if inside.is_empty() || !role.completes() { &[] } else { IN_PLACE };
    let inside = inside.iter().chain(in_place).filter(|op| role.may_ever(**op));
    family.iter().filter(tells).chain(inside).map(|op| shown(op.name())).collect()
}

fn has(op: Op, part: Part) -> bool {
    Answer::of(op).is_some_and(|answer| answer.parts().contains(part))
}

/// Whether every grant of the operation is to hide the part.
fn hides(role: &Role, op: Op, part: Part) -> bool {
    is_hidden(role, op, part, |asked| asked)
}

/// Whether every grant of the operation hides the part, if only with another that stands at the same place.
fn lacks(role: &Role, op: Op, part: Part) -> bool {
    is_hidden(role, op, part, |asked| Answer::of(op).map_or(asked, |answer| answer.hidden(asked)))
}

fn is_hidden(role: &Role, op: Op, part: Part, of: impl Fn(PartSet) -> PartSet) -> bool {
    let hidden = |parts: PartSet| parts.contains(part) || (part == Part::SecretLabels && parts.contains(Part::Labels));
    let grants = role.grants_of(op);
    has(op, part) && role.may_ever(op) && !grants.is_empty() && grants.iter().all(|rule| hidden(of(rule.hide)))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{one_role, warnings};

    fn leaks(body: &str) -> Vec<String> {
        warnings(&one_role(body)).into_iter().filter(|line| line.contains("hides")).collect()
    }

    #[test]
    fn what_is_hidden_here_and_told_there_is_named() {
        let cases = [
            (
                "may: [ContainerInspect: { hide: [env] }, ContainerExec, ContainerExport]",
                "hides `env` in ContainerInspect, and yet may read it by `ContainerExec` and `ContainerExport`",
            ),
            (
                "may: [ContainerInspect: { hide: [secrets] }, ContainerList]",
                "hides `command` in ContainerInspect, and yet may read it by `ContainerList`",
            ),
            (
                "may: [ContainerList: { hide: [labels] }, ContainerInspect: { hide: [secrets] }]",
                "hides `command` in ContainerInspect, and yet may read it by `ContainerList`",
            ),
            (
                "may: [ContainerInspect: { hide: [env] }, ContainerCreate, ImageTag]",
                "hides `env` in ContainerInspect, and yet may read it by `ImageTag`",
            ),
            ("may: [ContainerInspect: { hide: [env] }, ImageTag]", ""),
            ("may: [image-reads: { hide: [env] }, ImageHistory: { hide: [history] }]", ""),
            (
                "may: [image-reads: { hide: [env] }, ImageHistory]",
                "hides `env` in ImageInspect, and yet may read it by `ImageHistory`",
            ),
            ("may: [reads: { hide: [secrets] }]", ""),
        ];
        for (body, expected) in cases {
            let found = leaks(body);
            assert!(found.iter().all(|line| !expected.is_empty() && line.contains(expected)), "{body} {found:?}");
            assert_eq!(found.is_empty(), expected.is_empty(), "{body}");
        }
    }
}
