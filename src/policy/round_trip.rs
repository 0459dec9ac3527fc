//! Hidden parts go round: who makes anew what it was shown without some parts leaves them out, and
//! they are put back. What comes of it is judged as a whole, and told to nobody.

use super::copy_compare::Comparison;
use super::denial::{Denial, Why};
use super::role::Role;
use super::rule::Rule;
use crate::catalogue::{Op, PartSet, Target};
use crate::request::original::Completed;
use crate::request::{Object, Original, Request};

impl Role {
    /// Whether a container of which the role was not shown everything may be made anew by it.
    pub fn completes(&self) -> bool {
        let hides = self.grants_of(Op::ContainerInspect).iter().any(|rule| !rule.hide.is_empty());
        hides && self.may_ever(Op::ContainerCreate) && !self.unexamined(Op::ContainerCreate)
    }

    /// The request with what its holder was not shown of the original, and so has left out. It has to
    /// be a copy of a container of the very name that the role may look at: with these variables
    /// nothing else runs.
    #[must_use]
    pub fn completed(&self, request: Request) -> Request {
        let Some(original) = request.original.clone() else { return request };
        let whole = self.is_hidden_from(&original, &request).and_then(|parts| request.completed_by(&original, parts));
        whole.filter(|whole| is_copy(&original, whole)).unwrap_or(request)
    }

    /// The parts of the original that are hidden whichever grant shows it; nothing if none does.
    fn is_hidden_from(&self, original: &Original, copy: &Request) -> Option<PartSet> {
        let object = &original.object;
        let same = copy.name() == Some(&object.name) && self.completes() && copy.operation().op == Op::ContainerCreate;
        let own = self.tenant().is_none_or(|tenant| tenant.owns(object));
        (same && own && !self.keeps_out(object)).then(|| self.grants_that_show(object)).flatten()
    }

    fn grants_that_show(&self, object: &Object) -> Option<PartSet> {
        let shows = |rule: &&Rule| rule.is_about(Target::Container, object, self.tenant());
        let showing = self.grants_of(Op::ContainerInspect).iter().filter(shows);
        showing.map(|rule| rule.hide).reduce(PartSet::intersection)
    }

    fn keeps_out(&self, object: &Object) -> bool {
        let bans = self.bans_of(Op::ContainerInspect);
        !self.may_ever(Op::ContainerInspect) || bans.iter().any(|ban| ban.keeps_out(Target::Container, object))
    }

    /// A denial without anything that its client does not know: of the reasons those stay as they are
    /// that the request had before it was completed.
    pub(super) fn discreet(&self, denial: Denial, completed: &Completed) -> Denial {
        let known = self.objections_to(completed.given.clone());
        let parts = completed.parts.words().collect::<Vec<_>>().join(", ");
        let masked = |why: Why| Why {
            sentence: format!("make it anew with what was hidden of it: {parts} ({})", why.word),
            ..why
        };
        let why = denial.why.into_iter().map(|why| if known.contains(&why) { why } else { masked(why) });
        Denial { why: why.collect(), ..denial }
    }
}

/// Whether the request is a copy by the rules of `copy_of`, whatever grants say of that.
fn is_copy(original: &Original, request: &Request) -> bool {
    Comparison { original, request, exempt: &|_| false }.beyond().is_empty()
}

#[cfg(test)]
#[path = "round_trip_tests.rs"]
mod tests;
