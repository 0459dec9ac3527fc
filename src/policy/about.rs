//! `target` by what an object is, and not by what the path calls it: the daemon is asked once, and
//! what it says is judged.

use super::denial::{Denial, Why};
use super::names::called;
use super::object_facts::ObjectFacts;
use super::place::Place;
use super::role::Role;
use super::text::shown;
use crate::catalogue::{Op, Target};
use crate::request::{About, Request};

/// Kinds of objects that the daemon can be asked about; an exec is a matter of its container.
pub(super) const KINDS: &[Target] = &[Target::Container, Target::Exec, Target::Network, Target::Volume];

/// Objects that a rule is about: any of these.
#[derive(Clone, Debug)]
pub(super) struct AboutLimit(pub(super) Box<[ObjectFacts]>);

impl AboutLimit {
    /// What keeps a grant from allowing the request.
    pub(super) fn objection(&self, request: &Request, place: &Place) -> Option<Why> {
        let object = named(request);
        let what = match &request.about {
            About::Found(found) if self.0.iter().any(|facts| facts.hold(found)) => return None,
            About::Found(_) => format!("touch {object} (target: only {})", self.said()),
            About::Absent => format!("touch {object}, which is not there (target: only {})", self.said()),
            About::Unasked => format!("touch {object}, of which nothing is known (target: only {})", self.said()),
        };
        Some(Why::limit("target".into(), what, place))
    }

    /// What of the request a `never` forbids: where nothing is known, whatever it may be.
    pub(super) fn touched(&self, request: &Request) -> Option<String> {
        let touched = match &request.about {
            About::Found(found) => self.0.iter().any(|facts| facts.hold(found)),
            About::Absent => false,
            About::Unasked => true,
        };
        touched.then(|| format!("touch {} (never: target: {})", named(request), self.said()))
    }

    /// Whether it says what only a container has.
    pub(super) fn is_of_a_container(&self) -> bool {
        self.0.iter().any(|facts| facts.image.is_some() || facts.service.is_some() || facts.state.is_some())
    }

    fn said(&self) -> String {
        self.0.iter().map(ObjectFacts::said).collect::<Vec<_>>().join("; or ")
    }
}

impl Role {
    /// What is not there is not asked for under its name: something else could have it by then.
    pub fn deny_absent(&self, request: &Request) -> Denial {
        let sentence = format!("touch {}, which is not there", named(request));
        let why = vec![Why { word: "target".into(), sentence, place: None }];
        Denial { role: self.name.clone(), why, nearest: None }
    }

    /// Whether the object of the request is to look as if it were not there: it is not, or nothing
    /// that the role may look at shows it.
    pub fn hides(&self, request: &Request) -> bool {
        let found = match &request.about {
            About::Unasked => return false,
            About::Absent => return true,
            About::Found(found) => found,
        };
        let Some(kind) = request.operation().target else { return true };
        // an exec is a matter of its container
        let kind = if kind == Target::Exec { Target::Container } else { kind };
        let looks = lookers(kind).iter().any(|op| self.may_ever(*op));
        !looks || self.sight(kind).is_some_and(|sight| !sight.shows(found))
    }
}

/// Operations that show an object of this kind.
pub(super) fn lookers(kind: Target) -> &'static [Op] {
    match kind {
        Target::Container | Target::Exec => &[Op::ContainerList, Op::ContainerInspect],
        Target::Network => &[Op::NetworkList, Op::NetworkInspect],
        Target::Service => &[Op::ServiceList, Op::ServiceInspect],
        Target::Volume => &[Op::VolumeList, Op::VolumeInspect],
        _ => &[],
    }
}

/// `` the container `db` ``
pub(super) fn named(request: &Request) -> String {
    match &request.about {
        About::Found(found) if request.operation().target == Some(Target::Exec) => {
            format!("an exec of the container {}", shown(&found.name))
        }
        About::Found(found) => format!("the {} {}", kind(request), shown(&found.name)),
        _ => format!("the {} {}", kind(request), shown(request.params().object.as_deref().unwrap_or_default())),
    }
}

fn kind(request: &Request) -> &'static str {
    request.operation().target.map_or("object", called)
}

/// Whether the daemon can be asked about what the operation names in its path.
pub(super) fn fits(op: Op) -> bool {
    op.operation().target.is_some_and(|kind| KINDS.contains(&kind))
}

#[cfg(test)]
#[path = "about_tests.rs"]
mod tests;
