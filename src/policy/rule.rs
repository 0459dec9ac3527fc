//! One operation of one entry under `may` or `never`, compiled.

use super::about::{self, AboutLimit, named};
use super::copy::CopyLimit;
use super::copy_compare::Comparison;
use super::denial::Why;
use super::facet_limit::{FacetLimit, unsaid};
use super::limit::QueryLimit;
use super::names::Names;
use super::object::Object;
use super::place::Place;
use super::raw::RawLimit;
use super::require::Requirement;
use super::setting::{self, Setting};
use super::tenant::Tenant;
use super::text::{plain, shown};
use super::uses::danger;
use super::view::Shows;
use crate::catalogue::{Facet, Op, PartSet};
use crate::request::{About, Request, Use as Used, UseValue, Uses};
use std::borrow::Cow;
use std::sync::Arc;

/// What one entry says about one operation.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) op: Op,
    pub(super) place: Place,
    /// Whether the entry examines nothing: it is `everything`, or an operation that is `unexamined`.
    pub(super) unexamined: bool,
    /// The object by what the path calls it.
    pub(super) target: Option<Names>,
    /// The object by what it is.
    pub(super) about: Option<AboutLimit>,
    /// What the new container has to be a copy of.
    pub(super) copy_of: Option<CopyLimit>,
    pub(super) query: Box<[QueryLimit]>,
    pub(super) facets: Box<[FacetLimit]>,
    pub(super) raw: Box<[RawLimit]>,
    pub(super) require: Box<[&'static Requirement]>,
    pub(super) set: Box<[Setting]>,
    /// Which objects the answer shows, where it lists some.
    pub(super) shows: Option<Arc<Shows>>,
    /// Which parts of the answer are hidden.
    pub(super) hide: PartSet,
}

impl Rule {
    /// A grant of all that the operation can do.
    pub(super) fn unexamined(op: Op, place: Place) -> Self {
        let (query, facets, raw, require, set) = Default::default();
        let (target, about, copy_of, shows, hide) = Default::default();
        Self { op, place, unexamined: true, target, about, copy_of, query, facets, raw, require, set, shows, hide }
    }

    /// Whether the rule says something about the operation as a whole.
    pub(super) fn is_unlimited(&self) -> bool {
        let of_any = self.target.is_none() && self.about.is_none() && self.shows.is_none();
        of_any && self.query.is_empty() && !self.looks_inside()
    }

    /// Everything that keeps a grant from allowing the request; empty if it does allow it.
    /// `strict` says that `never` looks into requests for this operation, so that what is
    /// not known cannot pass even where nothing else is examined.
    pub(super) fn objections(&self, request: &Request, strict: bool, tenant: Option<&Tenant>) -> Vec<Why> {
        // an empty vector allocates nothing, so the way of an allowed request is free of it
        let mut why = Vec::new();
        if !self.unexamined {
            why.extend(self.target_objection(request));
            why.extend(self.about.as_ref().and_then(|about| about.objection(request, &self.place, tenant)));
            why.extend(self.query.iter().filter_map(|limit| self.query_objection(limit, request)));
            self.dangers(request, &mut why);
            self.facet_objections(request, tenant, &mut why);
        }
        if strict || !self.unexamined {
            why.extend(request.query.unknown.iter().map(|(key, _)| self.unknown_parameter(key)));
            why.extend(request.unknown.iter().map(|path| self.unknown_field(path)));
        }
        why
    }

    /// Whether the rule looks at what requests use, so that they have to be read whole.
    pub(super) fn looks_inside(&self) -> bool {
        !self.facets.is_empty() || !self.raw.is_empty()
    }

    /// What of the request is on the list of a `never`.
    pub(super) fn touches(&self, request: &Request) -> Option<Why> {
        if self.is_unlimited() {
            return Some(Why::never(request.operation(), &self.place));
        }
        let query = || self.query.iter().find_map(|limit| limit.touched(request));
        let about = || self.about.as_ref().and_then(|about| about.touched(request));
        let touched =
            self.target_touched(request).or_else(about).or_else(query).map(|deed| Why::touched(&deed, &self.place));
        touched.or_else(|| self.facet_touched(request))
    }

    fn facet_objections(&self, request: &Request, tenant: Option<&Tenant>, why: &mut Vec<Why>) {
        let operation = request.operation();
        let Some(uses) = &request.uses else {
            // nothing was gathered, so nothing can be seen to hold
            return why.push(Why::unread(operation, &self.place));
        };
        let unset = self.set.iter().find_map(|setting| setting.objection(request));
        why.extend(unset.map(|sentence| Why::limit(Facet::Binds.word().into(), sentence, &self.place)));
        for limit in &self.facets {
            let own = |used: &Used| {
                self.has_set(used, request) || is_stamp(tenant, used) || limit.lists_object(request, used, tenant)
            };
            let objection = limit.objection(uses, operation.op, own);
            why.extend(objection.map(|sentence| Why::limit(limit.row.word.into(), sentence, &self.place)));
        }
        match &self.copy_of {
            Some(copy) => copy.objections(request, |used| self.has_set(used, request), tenant, &self.place, why),
            None => self.unsaid_objections(request, uses, tenant, why),
        }
        why.extend(self.require.iter().filter_map(|requirement| {
            requirement.objection(uses).map(|sentence| Why::limit(requirement.denied_by(), sentence, &self.place))
        }));
        for limit in &self.raw {
            let objection = limit.objection(request);
            why.extend(objection.map(|sentence| Why::limit(limit.path.to_string(), sentence, &self.place)));
        }
    }

    /// What the request uses of facets that the grant does not name; one reason for each.
    fn unsaid_objections(&self, request: &Request, uses: &Uses, tenant: Option<&Tenant>, why: &mut Vec<Why>) {
        let own = |used: &Used| {
            self.covers(used.facet)
                || self.has_set(used, request)
                || is_stamp(tenant, used)
                || is_the_deed(request, used)
        };
        for used in uses.iter().filter(|used| !own(used)) {
            let limit = unsaid(used.facet);
            if limit.holds(&used.value) {
                continue;
            }
            if why.iter().all(|known| known.word != limit.row.word) {
                why.push(Why::limit(limit.row.word.into(), limit.objection_to(&used.value), &self.place));
            }
        }
    }

    /// What the request uses that it has neither from the policy nor from the container of which it is
    /// a copy.
    pub(super) fn uses_of_its_own<'r>(&self, request: &'r Request) -> Option<Cow<'r, Uses>> {
        let uses = request.uses.as_ref()?;
        let mut own = match (&self.copy_of, request.original.as_deref()) {
            (Some(_), Some(original)) => {
                let exempt = &|used: &Used| self.has_set(used, request);
                Cow::Owned(Comparison { original, request, exempt }.additions(uses))
            }
            _ => Cow::Borrowed(uses),
        };
        if own.iter().any(|used| self.has_set(used, request)) {
            own.to_mut().forget(|used| self.has_set(used, request));
        }
        Some(own)
    }

    /// Whether the grant lets a request use this, as far as this facet goes.
    pub(super) fn lets(&self, facet: Facet, value: &UseValue) -> bool {
        if self.unexamined {
            return true;
        }
        // a copy has what its original has, and nothing that somebody could choose
        if self.copy_of.is_some() {
            return false;
        }
        let named = self.facets.iter().find(|limit| limit.row.facet == facet);
        let usable = facet.row().fits(self.op) || self.op == Op::ImageLoad;
        usable && named.unwrap_or_else(|| unsaid(facet)).holds(value)
    }

    /// The request as the grant changes it, and what it tells of that; nothing if it changes none.
    pub(super) fn changed(&self, request: &Request) -> Option<(Request, Vec<String>)> {
        if self.set.is_empty() {
            return None;
        }
        let mut changed = request.clone();
        let told = setting::apply(&self.set, &mut changed);
        Some((changed, told))
    }

    /// Whether the policy itself has put the use into the request.
    pub(super) fn has_set(&self, used: &Used, request: &Request) -> bool {
        self.set.iter().any(|setting| setting.is(used, request))
    }

    /// Whether the daemon has to be asked about what the path names. A network there is one that a
    /// container joins.
    pub(super) fn asks_about_path(&self) -> bool {
        let joined = self.op == Op::NetworkConnect && self.asks_about_use(Facet::Networks);
        joined || self.about.is_some() || (self.target.is_some() && about::resolves(self.op))
    }

    /// Whether what it says of the object stays as it is for as long as the object lives.
    pub(super) fn is_lasting(&self) -> bool {
        let about = self.about.as_ref().is_none_or(AboutLimit::is_lasting);
        about && self.target.is_none() && self.shows.as_ref().is_none_or(|shows| shows.is_lasting())
    }

    /// Whether the daemon has to be asked about something that body or query name.
    pub(super) fn asks_about_some_use(&self) -> bool {
        self.facets.iter().any(FacetLimit::is_of_objects)
    }

    /// Whether the daemon has to be asked about what a use names.
    pub(super) fn asks_about_use(&self, facet: Facet) -> bool {
        self.facets.iter().any(|limit| limit.row.facet == facet && limit.is_of_objects())
    }

    /// Whether it says `own`.
    pub(super) fn says_own(&self) -> bool {
        let about = self.about.as_ref().is_some_and(AboutLimit::says_own);
        let copies = matches!(&self.copy_of, Some(CopyLimit::Of(about)) if about.says_own());
        let shows = self.shows.as_ref().is_some_and(|shows| shows.says_own());
        about || copies || shows || self.facets.iter().any(FacetLimit::says_own)
    }

    /// Whether the grant names the facet, or one that says enough about it.
    pub(super) fn covers(&self, facet: Facet) -> bool {
        let named = |facet| self.facets.iter().any(|limit| limit.row.facet == facet);
        named(facet) || facet.covered_by().is_some_and(named)
    }

    fn facet_touched(&self, request: &Request) -> Option<Why> {
        let operation = request.operation();
        let Some(uses) = &request.uses else {
            return self.looks_inside().then(|| Why::never_unread(operation, &self.place));
        };
        let raw = || self.raw.iter().find_map(|limit| limit.touched(request));
        let touched = |limit: &FacetLimit| limit.touched(uses, operation.op).or_else(|| limit.touched_object(request));
        let deed = self.facets.iter().find_map(touched).or_else(raw)?;
        Some(Why::touched(&deed, &self.place))
    }

    pub(super) fn target_objection(&self, request: &Request) -> Option<Why> {
        let names = self.target.as_ref()?;
        if let About::Found(found) = &request.about {
            return (!names.fits_object(found)).then(|| {
                let sentence = format!("touch {} (target: {})", named(request), names.said());
                Why::limit("target".into(), sentence, &self.place)
            });
        }
        let object = Object::in_path(request);
        if object.as_ref().is_some_and(|object| object.fits(names)) {
            return None;
        }
        let doubtful = object.as_ref().is_some_and(|object| object.is_doubtful(names));
        let doubt = if doubtful { ", which could be the ID of another" } else { "" };
        let sentence = format!("touch {}{doubt} (target: {})", said(object.as_ref()), names.said());
        Some(Why::limit("target".into(), sentence, &self.place))
    }

    pub(super) fn target_touched(&self, request: &Request) -> Option<String> {
        let names = self.target.as_ref()?;
        let in_path = Object::in_path(request);
        if let About::Found(found) = &request.about {
            return names.fits_object(found).then(|| format!("touch {} (never: target)", named(request)));
        }
        // a request that names nothing where something must be named is no reason to look away
        if in_path.is_none() && self.op.operation().target.is_some() {
            return Some(format!("touch {} (never: target)", said(None)));
        }
        let object = in_path.into_iter().chain(Object::in_query(request)).find(|object| object.may_fit(names))?;
        let doubt = if object.is_listed(names) { "" } else { ", which could be the ID of what is forbidden" };
        Some(format!("touch {}{doubt} (never: target)", object.said()))
    }

    fn query_objection(&self, limit: &QueryLimit, request: &Request) -> Option<Why> {
        let sentence = limit.objection(request)?;
        Some(Why::limit(format!("query.{}", limit.param.name), sentence, &self.place))
    }

    pub(super) fn dangers(&self, request: &Request, why: &mut Vec<Why>) {
        let limited = |name| self.query.iter().any(|limit| limit.param.name == name);
        for param in request.operation().query.iter().filter(|param| param.danger.is_some() && !limited(param.name)) {
            if let Some(sentence) = danger(request, param) {
                let word = format!("query.{}", param.name);
                why.push(Why::limit(word.clone(), format!("{sentence} ({word})"), &self.place));
            }
        }
    }

    /// What Docker learns to read tomorrow is closed today.
    fn unknown_field(&self, path: &str) -> Why {
        let sentence = format!("use the field {}, which is not known here", shown(path));
        Why::limit(plain(path), sentence, &self.place)
    }

    fn unknown_parameter(&self, key: &str) -> Why {
        let word = format!("query.{}", plain(key));
        let sentence = format!("use the parameter {}, which is not known here ({word})", shown(key));
        Why::limit(word, sentence, &self.place)
    }
}

/// Whether the use is the label that the tenant's objects carry, which a request that is judged again
/// has already.
fn is_stamp(tenant: Option<&Tenant>, used: &Used) -> bool {
    tenant.is_some_and(|tenant| tenant.is_label(used))
}

/// Whether the use is what the operation is about: whoever may connect to networks may connect to
/// the one in the path, unless a limit on `networks` says which.
pub(super) fn is_the_deed(request: &Request, used: &Used) -> bool {
    let in_path = || request.asked_for().map(UseValue::text);
    request.operation().op == Op::NetworkConnect
        && used.facet == Facet::Networks
        && in_path() == Some(used.value.clone())
}

fn said(object: Option<&Object<'_>>) -> String {
    object.map_or_else(|| "an object without a name".into(), Object::said)
}

#[cfg(test)]
#[path = "rule_tests.rs"]
mod tests;
