//! Whether a grant opens a step of a chain, and whether a `never` bars it: held against what the step
//! is about alone.

use super::facet_limit::{FacetLimit, IN_PRIVILEGED, left_out, unsaid};
use super::reach_request::is_own;
use super::rule::Rule;
use super::tenant::Tenant;
use crate::catalogue::chains::{Step, Whose};
use crate::catalogue::{Facet, Param};
use crate::request::{Request, Use, UseValue};

impl Rule {
    /// Whether the grant lets the request do what the step is about.
    pub(super) fn opens(&self, request: &Request, step: &Step, tenant: Option<&Tenant>) -> bool {
        if self.unexamined {
            return true;
        }
        let uses = || request.uses.iter().flat_map(|uses| uses.iter());
        self.copy_of.is_none()
            && self.is_of(request, step, tenant)
            && self.opens_query(request)
            && uses().all(|used| self.opens_use(used, request, tenant))
            && step.left_out.iter().all(|facet| self.may_be_left_out(*facet))
            && self.raw.iter().all(|raw| !raw.is_said(request) || raw.objection(request).is_none())
    }

    /// Whether a `never` is against what the request is about.
    pub(super) fn bars(&self, request: &Request) -> bool {
        let uses = |facet| request.uses.iter().any(|uses| uses.of(facet).next().is_some());
        let of = |limit: &&FacetLimit| {
            uses(limit.row.facet) || (IN_PRIVILEGED.contains(&limit.row.facet) && uses(Facet::Privileged))
        };
        let used =
            || request.uses.iter().flat_map(|uses| self.facets.iter().filter(of).map(move |limit| (uses, limit)));
        let op = request.operation().op;
        self.is_unlimited()
            || self.target_touched(request).is_some()
            || self.about.as_ref().is_some_and(|about| about.touched(request).is_some())
            || self.query.iter().any(|limit| is_given(request, limit.param) && limit.touched(request).is_some())
            || used().any(|(uses, limit)| limit.touched(uses, op).is_some() || limit.touched_object(request).is_some())
            || self.raw.iter().any(|raw| raw.is_said(request) && raw.touched(request).is_some())
    }

    /// Whether it is about the object of the step. What the client makes itself is called and labelled
    /// as it likes, and of what is there it picks what fits.
    fn is_of(&self, request: &Request, step: &Step, tenant: Option<&Tenant>) -> bool {
        let named = !step.object.is_empty() && !is_own(step.object);
        if step.whose != Whose::Another && !named {
            return true;
        }
        let shown = self.shows.is_none() || request.operation().target.is_some();
        let about = self.about.as_ref().is_none_or(|about| about.objection(request, &self.place, tenant).is_none());
        shown && about && self.target_objection(request).is_none()
    }

    fn opens_query(&self, request: &Request) -> bool {
        let mut dangers = Vec::new();
        self.dangers(request, &mut dangers);
        let given = self.query.iter().filter(|limit| is_given(request, limit.param));
        dangers.is_empty() && given.into_iter().all(|limit| limit.objection(request).is_none())
    }

    fn opens_use(&self, used: &Use, request: &Request, tenant: Option<&Tenant>) -> bool {
        let named = self.facets.iter().find(|limit| limit.row.facet == used.facet);
        let own = used.value.name().is_some_and(is_own);
        let lists = |limit: &FacetLimit| {
            limit.holds(&used.value) || limit.lists_object(request, used, tenant) || (own && limit.lists_names())
        };
        let covered = || self.covers(used.facet);
        named.map_or_else(|| covered() || unsaid(used.facet).holds(&used.value), lists)
            || self.has_set(used, request)
            || super::rule::is_the_deed(request, used)
    }

    /// Whether a request may say nothing of the facet.
    fn may_be_left_out(&self, facet: Facet) -> bool {
        let left = left_out(facet.row(), self.op).unwrap_or(UseValue::Nothing);
        let limit = self.facets.iter().find(|limit| limit.row.facet == facet);
        let held = self.require.iter().any(|requirement| requirement.is_about(facet));
        !held && limit.is_none_or(|limit| limit.holds(&left))
    }
}

fn is_given(request: &Request, param: &Param) -> bool {
    request.query.known.iter().any(|(known, _)| known.name == param.name)
}
