//! `target` by what an object is, and not by what the path calls it: the daemon is asked once, and
//! what it says is judged.

use super::denial::{Denial, Why};
use super::names::called;
use super::object::Object as Named;
use super::object_facts::ObjectFacts;
use super::place::Place;
use super::role::Role;
use super::tenant::Tenant;
use super::text::shown;
use crate::catalogue::{Op, Target};
use crate::request::{About, Object, Request};

/// Objects that a rule is about: any of these.
#[derive(Clone, Debug)]
pub(super) struct AboutLimit {
    pub(super) facts: Box<[ObjectFacts]>,
    /// `own`: what carries the label of the role's tenant.
    pub(super) own: bool,
}

impl AboutLimit {
    /// What keeps a grant from allowing the request.
    pub(super) fn objection(&self, request: &Request, place: &Place, tenant: Option<&Tenant>) -> Option<Why> {
        let object = named(request);
        if is_every_tag(request) {
            let what = format!("take every tag of {object} at once (target: only {}; name one)", self.said());
            return Some(Why::limit("target".into(), what, place));
        }
        let what = match &request.about {
            About::Found(found) if self.holds(found, tenant) => return None,
            About::Found(_) => format!("touch {object} (target: only {})", self.said()),
            About::Absent => format!("touch {object}, which is not there (target: only {})", self.said()),
            About::Unasked => format!("touch {object}, of which nothing is known (target: only {})", self.said()),
        };
        Some(Why::limit("target".into(), what, place))
    }

    /// Whether the object is one of these.
    pub(super) fn holds(&self, object: &Object, tenant: Option<&Tenant>) -> bool {
        let own = self.own && tenant.is_some_and(|tenant| tenant.owns(object));
        own || self.facts.iter().any(|facts| facts.hold(object))
    }

    /// Whether all of it stays as it is for as long as the object lives.
    pub(super) fn is_lasting(&self) -> bool {
        self.facts.iter().all(ObjectFacts::are_lasting)
    }

    /// Whether it says `own`.
    pub(super) fn says_own(&self) -> bool {
        self.own
    }

    /// What of the request a `never` forbids: where nothing is known, whatever it may be.
    pub(super) fn touched(&self, request: &Request) -> Option<String> {
        let touched = match &request.about {
            About::Found(_) if is_every_tag(request) => true,
            About::Found(found) => self.holds(found, None),
            About::Absent => false,
            About::Unasked => true,
        };
        touched.then(|| format!("touch {} (never: target: {})", named(request), self.said()))
    }

    /// A fact that objects of the kind do not have.
    pub(super) fn misfit(&self, kind: Target) -> Option<&'static str> {
        let said = |facts: &ObjectFacts| {
            let facts = [
                ("image", facts.image.is_some()),
                ("service", facts.service.is_some()),
                ("state", facts.state.is_some()),
            ];
            facts.into_iter().find(|(word, said)| *said && !has(kind, word)).map(|(word, _)| word)
        };
        self.facts.iter().find_map(said)
    }

    pub(super) fn said(&self) -> String {
        let own = self.own.then(|| "`own`".to_owned());
        own.into_iter().chain(self.facts.iter().map(ObjectFacts::said)).collect::<Vec<_>>().join("; or ")
    }
}

/// Whether it is about every tag of a repository, of which the daemon has told of one.
fn is_every_tag(request: &Request) -> bool {
    Named::in_path(request).is_some_and(|named| named.is_every_tag(&request.about))
}

/// Whether objects of the kind have the fact; names, IDs and labels all have.
pub(super) fn is_fact_of(kind: Target, fact: &str) -> bool {
    !matches!(fact, "image" | "service" | "state") || has(kind, fact)
}

/// Whether objects of the kind have the fact.
fn has(kind: Target, fact: &str) -> bool {
    match kind {
        Target::Container | Target::Exec => true,
        Target::Service => fact == "image",
        Target::Task => matches!(fact, "image" | "state"),
        Target::Node => fact == "state",
        _ => false,
    }
}

impl Role {
    /// What is not there is not asked for under its name: something else could have it by then.
    pub fn deny_absent(&self, request: &Request) -> Denial {
        let sentence = format!("touch {}, which is not there", named(request));
        let why = vec![Why { word: "target".into(), sentence, place: None }];
        Denial { role: self.name.clone(), why, nearest: None }
    }

    /// What another has made is not there either.
    pub fn deny_foreign(&self, request: &Request) -> Denial {
        let sentence = format!("touch {}, which another role has made", named(request));
        let why = vec![Why { word: "target".into(), sentence, place: None }];
        Denial { role: self.name.clone(), why, nearest: None }
    }

    /// What of the objects that the request names is to look as if it were not there: it is not, or
    /// nothing that the role may look at shows it.
    pub fn hides(&self, request: &Request) -> Option<(Target, String)> {
        let in_path = || Some((request.operation().target?, request.asked_for().unwrap_or_default().to_owned()));
        if self.hides_path(request) {
            return in_path();
        }
        // what was put back is called by no name
        let given = |name: &(Target, String)| request.completed.as_ref().is_none_or(|it| it.names(name.0, &name.1));
        self.tenant()?.hides(request).filter(given)
    }

    fn hides_path(&self, request: &Request) -> bool {
        let (found, kind) = match (&request.about, request.operation().target) {
            (About::Unasked, _) | (_, None) => return false,
            (About::Absent, _) => return true,
            (About::Found(found), Some(kind)) => (found, kind),
        };
        // an exec is a matter of its container
        let kind = if kind == Target::Exec { Target::Container } else { kind };
        let looks = self.tenant().is_some() || lookers(kind).iter().any(|op| self.may_ever(*op));
        !looks || self.sight(kind).is_some_and(|sight| !sight.shows(found))
    }
}

/// Operations that show an object of this kind.
pub(super) fn lookers(kind: Target) -> &'static [Op] {
    match kind {
        Target::Container | Target::Exec => &[Op::ContainerList, Op::ContainerInspect],
        Target::Network => &[Op::NetworkList, Op::NetworkInspect],
        Target::Volume => &[Op::VolumeList, Op::VolumeInspect],
        Target::Image => &[Op::ImageList, Op::ImageInspect],
        Target::Config => &[Op::ConfigList, Op::ConfigInspect],
        Target::Node => &[Op::NodeList, Op::NodeInspect],
        Target::Plugin => &[Op::PluginList, Op::PluginInspect],
        Target::Secret => &[Op::SecretList, Op::SecretInspect],
        Target::Service => &[Op::ServiceList, Op::ServiceInspect],
        Target::Task => &[Op::TaskList, Op::TaskInspect],
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

/// `` the container `db` ``, whatever it is.
pub(super) fn by_name(kind: Target, name: &str) -> String {
    format!("the {} {}", called(kind), shown(name))
}

/// Whether the daemon can be asked about what the operation names in its path: not where the path
/// names what a registry has.
pub(super) fn fits(op: Op) -> bool {
    op.operation().target.is_some() && op != Op::DistributionInspect
}

/// Whether names in the path of the operation are looked up although a limit knows names alone:
/// those of images mean the same to whoever reads them.
pub(super) fn resolves(op: Op) -> bool {
    fits(op) && !matches!(op.operation().target, Some(Target::Image | Target::Plugin))
}

#[cfg(test)]
#[path = "about_tests.rs"]
mod tests;
