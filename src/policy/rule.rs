//! One operation of one entry under `may` or `never`, compiled.

use super::denial::Why;
use super::facet_limit::{FacetLimit, unsaid};
use super::limit::{QueryLimit, danger};
use super::names::{Names, called, could_be_id};
use super::place::Place;
use super::text::{plain, shown};
use crate::catalogue::{Facet, Op};
use crate::request::{Request, Uses};

/// What one entry says about one operation.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) op: Op,
    pub(super) place: Place,
    /// Whether the entry is `everything`, which examines nothing.
    pub(super) everything: bool,
    pub(super) target: Option<Names>,
    pub(super) query: Box<[QueryLimit]>,
    pub(super) facets: Box<[FacetLimit]>,
}

impl Rule {
    /// Whether a request for this operation could be allowed by the rule.
    pub(super) fn can_allow(&self) -> bool {
        self.everything || !self.op.operation().body.is_unjudged()
    }

    /// Whether the rule says something about the operation as a whole.
    pub(super) fn is_unlimited(&self) -> bool {
        self.target.is_none() && self.query.is_empty() && self.facets.is_empty()
    }

    /// Everything that keeps a grant from allowing the request; empty if it does allow it.
    pub(super) fn objections(&self, request: &Request) -> Vec<Why> {
        // an empty vector allocates nothing, so the way of an allowed request is free of it
        let mut why = Vec::new();
        if self.everything {
            return why;
        }
        if !self.can_allow() {
            why.push(Why::unjudged(request.operation(), &self.place));
        }
        why.extend(self.target_objection(request));
        why.extend(self.query.iter().filter_map(|limit| self.query_objection(limit, request)));
        self.dangers(request, &mut why);
        self.facet_objections(request, &mut why);
        why.extend(request.query.unknown.iter().map(|(key, _)| self.unknown_objection(key)));
        why
    }

    /// What of the request is on the list of a `never`.
    pub(super) fn touches(&self, request: &Request) -> Option<Why> {
        if self.is_unlimited() {
            return Some(Why::never(request.operation(), &self.place));
        }
        let query = || self.query.iter().find_map(|limit| limit.touched(request));
        let touched = self.target_touched(request).or_else(query).map(|deed| Why::touched(&deed, &self.place));
        touched.or_else(|| self.facet_touched(request))
    }

    fn facet_objections(&self, request: &Request, why: &mut Vec<Why>) {
        let operation = request.operation();
        let Some(uses) = &request.uses else {
            // nothing was gathered, so a limit cannot be seen to hold
            why.extend(self.facets.first().map(|limit| Why::unread(operation, limit.row.word, &self.place)));
            return;
        };
        for limit in &self.facets {
            let objection = limit.objection(uses, operation.op);
            why.extend(objection.map(|sentence| Why::limit(limit.row.word.into(), sentence, &self.place)));
        }
        self.unsaid_objections(uses, why);
    }

    /// What the request uses of facets that the grant does not name; one reason for each.
    fn unsaid_objections(&self, uses: &Uses, why: &mut Vec<Why>) {
        for used in uses.iter().filter(|used| !self.covers(used.facet)) {
            let Some(limit) = unsaid(used.facet).filter(|limit| !limit.holds(&used.value)) else { continue };
            if why.iter().all(|known| known.word != limit.row.word) {
                why.push(Why::limit(limit.row.word.into(), limit.objection_to(&used.value), &self.place));
            }
        }
    }

    /// Whether the grant names the facet, or one that says enough about it.
    fn covers(&self, facet: Facet) -> bool {
        let named = |facet| self.facets.iter().any(|limit| limit.row.facet == facet);
        named(facet) || facet.covered_by().is_some_and(named)
    }

    fn facet_touched(&self, request: &Request) -> Option<Why> {
        let operation = request.operation();
        let first = self.facets.first()?;
        let Some(uses) = &request.uses else {
            return Some(Why::never_unread(operation, first.row.word, &self.place));
        };
        let deed = self.facets.iter().find_map(|limit| limit.touched(uses, operation.op))?;
        Some(Why::touched(&deed, &self.place))
    }

    fn target_objection(&self, request: &Request) -> Option<Why> {
        let names = self.target.as_ref()?;
        let name = request.params().object.as_deref();
        if name.is_some_and(|name| names.fits(name)) {
            return None;
        }
        let object = said_object(request);
        let id = |kind| name.is_some_and(|name| could_be_id(kind, name));
        // such a name fits nothing, whatever the list says
        let doubt = if request.operation().target.is_some_and(id) { ", which could be the ID of another" } else { "" };
        let sentence = format!("touch {object}{doubt} (target: {})", names.said());
        Some(Why::limit("target".into(), sentence, &self.place))
    }

    fn target_touched(&self, request: &Request) -> Option<String> {
        let names = self.target.as_ref()?;
        // a request that names nothing where something must be named is no reason to look away
        let name = request.params().object.as_deref().unwrap_or_default();
        if !names.may_fit(name) && !name.is_empty() {
            return None;
        }
        let doubt = if names.lists(name) { "" } else { ", which could be the ID of what is forbidden" };
        Some(format!("touch {}{doubt} (target)", said_object(request)))
    }

    fn query_objection(&self, limit: &QueryLimit, request: &Request) -> Option<Why> {
        let sentence = limit.objection(request)?;
        Some(Why::limit(format!("query.{}", limit.param.name), sentence, &self.place))
    }

    fn dangers(&self, request: &Request, why: &mut Vec<Why>) {
        let limited = |name| self.query.iter().any(|limit| limit.param.name == name);
        for param in request.operation().query.iter().filter(|param| param.danger.is_some() && !limited(param.name)) {
            if let Some(sentence) = danger(request, param) {
                let word = format!("query.{}", param.name);
                why.push(Why::limit(word.clone(), format!("{sentence} ({word})"), &self.place));
            }
        }
    }

    fn unknown_objection(&self, key: &str) -> Why {
        let word = format!("query.{}", plain(key));
        let sentence = format!("use the parameter {}, which is not known here ({word})", shown(key));
        Why::limit(word, sentence, &self.place)
    }
}

/// `` the container `db` ``
fn said_object(request: &Request) -> String {
    match (request.operation().target, request.params().object.as_deref()) {
        (Some(kind), Some(name)) => format!("the {} {}", called(kind), shown(name)),
        _ => "an object without a name".into(),
    }
}

#[cfg(test)]
#[path = "rule_tests.rs"]
mod tests;
