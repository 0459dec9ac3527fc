//! The decision. Only here a permit is made.

use super::denial::{Denial, Why};
use super::place::Place;
use super::quota_demand::Demand;
use super::role::Role;
use super::rule::Rule;
use super::tenant::Tenant;
use super::view::View;
use super::{fence, stamp};
use crate::request::Request;

/// What a role says to a request.
#[derive(Clone, Debug)]
pub enum Decision {
    /// Yes: the permit, without which nothing is forwarded.
    Allow(Box<Allowed>),
    /// No, and why.
    Deny(Denial),
}

/// A request that a grant allows: the only thing that can be sent to Docker.
#[derive(Clone, Debug)]
pub struct Allowed {
    request: Request,
    by: Place,
    unexamined: bool,
    set: Vec<String>,
    tenant: Option<Tenant>,
    view: Option<Box<View>>,
}

impl Allowed {
    /// The tenant whose it is what the request makes.
    pub fn tenant(&self) -> Option<&Tenant> {
        self.tenant.as_ref()
    }

    /// The request that was judged.
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// The grant that allows it.
    pub fn by(&self) -> &Place {
        &self.by
    }

    /// What the grant has put into the request: `mem_limit=512MiB`.
    pub fn set(&self) -> &[String] {
        &self.set
    }

    /// What of the answer is shown; nothing if all of it is.
    pub fn view(&self) -> Option<&View> {
        self.view.as_deref()
    }

    /// Whether it is allowed unexamined, with all that was not read.
    pub fn unexamined(&self) -> bool {
        self.unexamined
    }
}

impl Role {
    /// Judges a request: `never` first, then whether some one grant allows all of it.
    pub fn decide(&self, request: Request) -> Decision {
        let completed = request.completed.clone();
        match (self.judge(request), completed) {
            (Decision::Deny(denial), Some(completed)) => Decision::Deny(self.discreet(denial, &completed)),
            (decision, _) => decision,
        }
    }

    /// Every reason against a request; none if it is allowed.
    pub(super) fn objections_to(&self, request: Request) -> Vec<Why> {
        match self.judge(request) {
            Decision::Allow(_) => Vec::new(),
            Decision::Deny(denial) => denial.why,
        }
    }

    fn judge(&self, request: Request) -> Decision {
        let op = request.operation().op;
        if let Some(denial) = self.forbidden(&request) {
            return Decision::Deny(denial);
        }
        let beyond = self.beyond_fences(&request);
        if !beyond.is_empty() {
            return Decision::Deny(self.denial(beyond));
        }
        let strict = !self.unexamined(op);
        match first_fit(self.grants_of(op), request, strict, self.tenant()) {
            Ok(fit) => match self.forbidden_after(&fit) {
                Some(denial) => Decision::Deny(denial),
                None => {
                    let Fit { rule, mut request, mut set } = fit;
                    let view = self.view(&request, strict);
                    set.extend(self.stamp(&mut request));
                    set.extend(request.completed.as_ref().map(|completed| completed.said()));
                    let (by, unexamined) = (rule.place.clone(), rule.unexamined && !strict);
                    let tenant = self.tenant().cloned();
                    Decision::Allow(Box::new(Allowed { request, by, unexamined, set, tenant, view }))
                }
            },
            Err(Some(nearest)) => Decision::Deny(self.denial(nearest)),
            Err(None) => Decision::Deny(self.deny_operation(op)),
        }
    }

    /// What of the request is never allowed.
    fn forbidden(&self, request: &Request) -> Option<Denial> {
        let bans = self.bans_of(request.operation().op);
        let touched: Vec<Why> = bans.iter().filter_map(|ban| ban.touches(request)).collect();
        (!touched.is_empty()).then(|| self.denial(touched))
    }

    /// What keeps the request outside of the fence of its tenant, or is another's.
    pub(super) fn beyond_fences(&self, request: &Request) -> Vec<Why> {
        let beyond = self.tenant().map(|tenant| tenant.objections(request)).unwrap_or_default();
        let forged = fence::forged(self.fences(), self.tenant(), request);
        let named = fence::named_like_an_id(self.fences(), request);
        let labels = fence::too_many_labels(self.fences(), request);
        beyond.into_iter().chain(forged).chain(named).chain(labels).collect()
    }

    /// Marks what is made as the tenant's, or as nobody's.
    fn stamp(&self, request: &mut Request) -> Vec<String> {
        if self.fences().is_empty() {
            return Vec::new();
        }
        match self.tenant() {
            Some(tenant) => stamp::tenant(tenant, request),
            None => {
                stamp::nobody(self.fences(), request);
                Vec::new()
            }
        }
    }

    /// What is never allowed although a grant does: what it has set, files of the gate's own, and
    /// what is more than there may be in all.
    fn forbidden_after(&self, fit: &Fit<'_>) -> Option<Denial> {
        let set = || self.forbidden(&fit.request).filter(|_| !fit.set.is_empty());
        let op = fit.request.operation().op;
        let uses = || fit.rule.uses_of_its_own(&fit.request);
        let own = || uses().and_then(|uses| self.own.touched(&uses, op)).filter(|_| !self.unexamined(op));
        set().or_else(|| own().map(|why| self.denial(vec![why]))).or_else(|| self.unfit(&fit.request))
    }

    /// What the role's quotas leave no room for, whatever else is there.
    fn unfit(&self, request: &Request) -> Option<Denial> {
        let quotas = self.quotas().filter(|quotas| quotas.counts(request.operation().op))?;
        let why = quotas.unfit(&Demand::of(request).amounts);
        (!why.is_empty()).then(|| self.denial(why))
    }

    pub(super) fn denial(&self, why: Vec<Why>) -> Denial {
        let nearest = why.first().and_then(|why| why.place.clone());
        Denial { role: self.name.clone(), why, nearest }
    }
}

/// A grant that allows a request, and the request as it changed it.
struct Fit<'r> {
    rule: &'r Rule,
    request: Request,
    set: Vec<String>,
}

/// The first grant that allows the request, or the objections of the one that came nearest.
fn first_fit<'r>(
    rules: &'r [Rule],
    request: Request,
    strict: bool,
    tenant: Option<&Tenant>,
) -> Result<Fit<'r>, Option<Vec<Why>>> {
    let mut nearest: Option<Vec<Why>> = None;
    for rule in rules {
        let changed = rule.changed(&request);
        let judged = changed.as_ref().map_or(&request, |(changed, _)| changed);
        let objections = rule.objections(judged, strict, tenant);
        if objections.is_empty() {
            let (request, set) = changed.unwrap_or((request, Vec::new()));
            return Ok(Fit { rule, request, set });
        }
        if nearest.as_ref().is_none_or(|best| distance(&objections) < distance(best)) {
            nearest = Some(objections);
        }
    }
    Err(nearest)
}

/// How far a grant is from allowing: of two, the one about the same object is nearer.
pub(super) fn distance(objections: &[Why]) -> (usize, bool) {
    (objections.len(), objections.iter().any(|why| why.word == "target"))
}

#[cfg(test)]
#[path = "decide_tests.rs"]
mod tests;
