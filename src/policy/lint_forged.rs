//! Roles for containers that another role could make: whoever starts a container gives it its
//! labels, its name and its image.

use super::object_facts::ObjectFacts;
use super::pattern::Pattern;
use super::role::Role;
use super::who::{Facts, Who};
use crate::catalogue::{Facet, Op};
use crate::request::UseValue;
use crate::request::values::pair::entry;

/// What stands for a value that a pattern leaves open.
const ANY: &str = "any";

/// What of the containers that the first role is for the second one could give to its own.
pub(super) fn forged(trusting: &Role, maker: &Role) -> Vec<&'static str> {
    let Who::Entries(entries) = &trusting.who else { return Vec::new() };
    let grants = maker.grants_of(Op::ContainerCreate);
    let free = |facet: Facet, value: &UseValue| {
        maker.may_ever(Op::ContainerCreate) && grants.iter().any(|rule| rule.lets(facet, value))
    };
    let marks = entries.iter().filter_map(mark);
    let mut found: Vec<_> =
        marks.flatten().filter(|(_, facet, value)| free(*facet, value)).map(|(word, _, _)| word).collect();
    found.dedup();
    found
}

/// The marks of an entry, by which a container is known: all of them have to be forged, so those
/// of an entry that also names what nobody chooses count for nothing.
fn mark(facts: &Facts) -> Option<Vec<(&'static str, Facet, UseValue)>> {
    let container = facts.container.as_ref().filter(|container| container.id.is_none())?;
    Some(marks(container))
}

fn marks(facts: &ObjectFacts) -> Vec<(&'static str, Facet, UseValue)> {
    let text = |pattern: &Pattern| pattern.as_literal().unwrap_or(ANY).to_owned();
    let first = |patterns: &Option<Vec<Pattern>>| patterns.as_ref()?.first().map(text);
    let label = facts.label.as_ref().and_then(|labels| labels.first());
    let label = label.map(|label| entry(&label.key, &label.value.as_ref().map(text).unwrap_or_default()));
    let compose = |key: &str, value: Option<String>| value.map(|value| entry(key, &value));
    [
        label.map(|value| ("label", Facet::Labels, value)),
        compose("com.docker.compose.project", first(&facts.project)).map(|value| ("project", Facet::Labels, value)),
        compose("com.docker.compose.service", first(&facts.service)).map(|value| ("service", Facet::Labels, value)),
        first(&facts.name).map(|name| ("name", Facet::Name, UseValue::text(&name))),
        first(&facts.image).map(|image| ("image", Facet::Image, UseValue::Image(image))),
    ]
    .into_iter()
    .flatten()
    .collect()
}
