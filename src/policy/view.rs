//! What of an answer a client gets to see: which objects, and which of their parts.

use super::about::lookers;
use super::names::Names;
use super::object_facts::{ObjectFacts, holds};
use super::pattern::Pattern;
use super::role::Role;
use super::rule::Rule;
use super::tenant::Tenant;
use crate::catalogue::answers::ANSWERS;
use crate::catalogue::{Answer, Op, OpSet, PartSet, Target};
use crate::request::{Object, Request};
use std::sync::Arc;

/// What a grant shows of an answer that lists objects, or what a `never` keeps out of it.
#[derive(Clone, Debug)]
pub(super) enum Shows {
    /// By names, for each kind of object in the answer.
    Names(Box<[Names]>),
    /// By any of these facts.
    Facts(Box<[Shown]>),
}

/// Facts of an object, and of what happened to it.
#[derive(Clone, Debug, Default)]
pub(super) struct Shown {
    /// `own`: what carries the label of the role's tenant, and nothing else that is said here.
    pub(super) own: bool,
    pub(super) object: ObjectFacts,
    /// Of an event: `container`, `network`, ...
    pub(super) kinds: Option<Vec<Pattern>>,
    /// Of an event: `start`, `die`, ...
    pub(super) actions: Option<Vec<Pattern>>,
}

/// One element of an answer, as it tells of itself.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// What it is; nothing if it is no object that a policy can name.
    pub kind: Option<Target>,
    /// Who it is.
    pub object: Object,
    /// What happened to it, if it is an event.
    pub event: Option<Happened>,
}

/// What an event tells.
#[derive(Clone, Debug, Default)]
pub struct Happened {
    /// Docker's word for the kind of object.
    pub kind: String,
    /// What happened, without what follows a colon.
    pub action: String,
    /// Whether events of this kind tell of labels.
    pub labels: bool,
}

/// What of an answer is shown: made with the permit, out of every grant that allows the request.
#[derive(Clone, Debug)]
pub struct View {
    op: Op,
    grants: Vec<(Option<Arc<Shows>>, PartSet)>,
    bans: Vec<Arc<Shows>>,
    others: Vec<Sight>,
    tenant: Option<Tenant>,
}

/// Which objects of one kind a role sees, where that is not all of them.
#[derive(Clone, Debug)]
pub struct Sight {
    kind: Target,
    grants: Vec<Rule>,
    bans: Vec<Rule>,
    tenant: Option<Tenant>,
}

impl View {
    /// The parts of the element that are hidden; nothing if all of it is.
    pub fn of(&self, seen: &Seen) -> Option<PartSet> {
        if self.bans.iter().any(|ban| ban.may_fit(seen)) || self.is_beyond_fence(seen) {
            return None;
        }
        let tenant = self.tenant.as_ref();
        let fits = |shows: &Option<Arc<Shows>>| shows.as_ref().is_none_or(|shows| shows.fits(seen, tenant));
        let showing = self.grants.iter().filter(|(shows, _)| fits(shows)).map(|(_, hide)| *hide);
        showing.reduce(PartSet::intersection)
    }

    /// Whether a tenant sees none of the element. What is in the path was looked at before; a task is
    /// a matter of its service. An event says of its object no more than its labels, if that.
    fn is_beyond_fence(&self, seen: &Seen) -> bool {
        let Some(tenant) = self.tenant.as_ref().filter(|_| self.op.operation().target.is_none()) else { return false };
        match seen.kind {
            None => true,
            Some(Target::Task) => false,
            // those of networks and volumes tell of the containers there, whosever they are
            Some(kind) if seen.event.is_some() => {
                let shared = kind == Target::Container && tenant.may_read(kind, &seen.object);
                !shared && !tenant.owns(&seen.object)
            }
            Some(kind) => !tenant.sees(kind, &seen.object),
        }
    }

    /// The parts that are hidden whatever the element is.
    pub(super) fn hidden(&self) -> PartSet {
        self.grants.iter().map(|(_, hide)| *hide).reduce(PartSet::intersection).unwrap_or_default()
    }

    /// What of the answer is hidden, in words.
    pub(super) fn told(&self) -> Vec<String> {
        let parts = Answer::of(self.op).map(Answer::parts).unwrap_or_default();
        let parts = self.hidden().intersection(parts);
        let some =
            !self.bans.is_empty() || self.tenant.is_some() || self.grants.iter().all(|(shows, _)| shows.is_some());
        let objects = (some || !self.others.is_empty()).then(|| "objects that the role does not see".to_owned());
        parts.words().map(str::to_owned).chain(objects).collect()
    }

    /// The operation that answers.
    pub fn op(&self) -> Op {
        self.op
    }

    /// What the role sees of other objects that the answer tells of, where it does not see all.
    pub fn others(&self) -> &[Sight] {
        &self.others
    }

    /// Whether it shows the same as another.
    pub fn is_same(&self, other: &Self) -> bool {
        // what is compiled into patterns tells what it was made of
        format!("{self:?}") == format!("{other:?}")
    }

    fn changes_nothing(&self) -> bool {
        let whole = self.grants.iter().any(|(shows, hide)| shows.is_none() && hide.is_empty());
        whole && self.bans.is_empty() && self.others.is_empty() && self.tenant.is_none()
    }
}

impl Sight {
    /// What kind of objects it is about.
    pub fn kind(&self) -> Target {
        self.kind
    }

    /// Whether the role sees the object: the one place that knows.
    pub fn shows(&self, object: &Object) -> bool {
        let tenant = self.tenant.as_ref();
        let of = |op: &Op| {
            let banned = self.bans.iter().filter(|ban| ban.op == *op).any(|ban| ban.keeps_out(self.kind, object));
            let mut grants = self.grants.iter().filter(|rule| rule.op == *op);
            !banned && grants.any(|rule| rule.is_about(self.kind, object, tenant))
        };
        // a tenant knows its own, whether it may look at it or not
        let looks = (tenant.is_some() && self.grants.is_empty()) || lookers(self.kind).iter().any(of);
        looks && tenant.is_none_or(|tenant| tenant.sees(self.kind, object))
    }
}

/// What is left out of an answer where these parts are hidden.
fn hidden(op: Op, asked: PartSet) -> PartSet {
    Answer::of(op).map_or(asked, |answer| answer.hidden(asked))
}

impl Role {
    /// What of the answer is shown; nothing if all of it is, unchanged.
    pub(super) fn view(&self, request: &Request, strict: bool) -> Option<Box<View>> {
        let op = request.operation().op;
        if !self.views(op) {
            return None;
        }
        let grants =
            self.grants_of(op).iter().filter(|rule| rule.objections(request, strict, self.tenant()).is_empty());
        let view = View {
            op,
            grants: grants.map(|rule| (rule.shows.clone(), hidden(op, rule.hide))).collect(),
            bans: self.bans_of(op).iter().filter_map(|ban| ban.shows.clone()).collect(),
            tenant: self.tenant().cloned(),
            others: Answer::of(op)
                .map_or(Vec::new(), |answer| answer.others().filter_map(|kind| self.sight(kind)).collect()),
        };
        (!view.changes_nothing()).then(|| Box::new(view))
    }

    /// Which objects of the kind the role sees; nothing if it sees all, or none of its grants is about
    /// looking at them.
    pub fn sight(&self, kind: Target) -> Option<Sight> {
        self.sees_some(kind).then(|| {
            let ops = || lookers(kind).iter().copied().filter(|op| self.may_ever(*op));
            let grants = ops().flat_map(|op| self.grants_of(op)).cloned().collect();
            let bans = ops().flat_map(|op| self.bans_of(op)).cloned().collect();
            Sight { kind, grants, bans, tenant: self.tenant().cloned() }
        })
    }

    fn sees_some(&self, kind: Target) -> bool {
        if self.tenant().is_some() {
            return true;
        }
        let looks = || lookers(kind).iter().copied().filter(|op| self.may_ever(*op));
        let all = |op: Op| {
            let kept_out = self.bans_of(op).iter().any(Rule::names_objects);
            !kept_out && self.grants_of(op).iter().any(|rule| !rule.names_objects())
        };
        looks().next().is_some() && !looks().any(all)
    }

    /// Operations whose answers do not pass as they are, for some request at least.
    pub(super) fn viewed(&self) -> OpSet {
        let changed = |answer: &&Answer| {
            let grants = self.grants_of(answer.op).iter().any(|rule| rule.shows.is_some() || !rule.hide.is_empty());
            let bans = self.bans_of(answer.op).iter().any(|ban| ban.shows.is_some());
            let fenced = self.tenant().is_some() && answer.op.operation().target.is_none();
            fenced || grants || bans || answer.others().any(|kind| self.sees_some(kind))
        };
        ANSWERS.iter().filter(changed).map(|answer| answer.op).collect()
    }
}

impl Rule {
    /// Whether the rule is about some objects only.
    fn names_objects(&self) -> bool {
        self.target.is_some() || self.about.is_some() || self.shows.is_some()
    }

    /// Whether a grant shows the object, or lets it be looked at.
    pub(super) fn is_about(&self, kind: Target, object: &Object, tenant: Option<&Tenant>) -> bool {
        let named = self.target.as_ref().is_none_or(|names| names.fits_object(object));
        let about = self.about.as_ref().is_none_or(|about| about.holds(object, tenant));
        let seen = || Seen { kind: Some(kind), object: object.clone(), event: None };
        named && about && self.shows.as_ref().is_none_or(|shows| shows.fits(&seen(), tenant))
    }

    /// Whether a `never` is about the object.
    pub(super) fn keeps_out(&self, kind: Target, object: &Object) -> bool {
        self.names_objects() && self.is_about(kind, object, None)
    }
}

impl Shows {
    /// Whether the element surely is one of these.
    pub(super) fn fits(&self, seen: &Seen, tenant: Option<&Tenant>) -> bool {
        match self {
            Self::Names(names) => fit(names, seen),
            Self::Facts(facts) => facts.iter().any(|facts| facts.happened(seen) && facts.fits(seen, tenant)),
        }
    }

    /// Whether what it says of a container stays as it is for as long as that lives.
    pub(super) fn is_lasting(&self) -> bool {
        matches!(self, Self::Facts(facts) if facts.iter().all(|facts| facts.object.are_lasting()))
    }

    /// Whether it says `own`.
    pub(super) fn says_own(&self) -> bool {
        matches!(self, Self::Facts(facts) if facts.iter().any(|facts| facts.own))
    }

    /// Whether it may be one: what it does not tell of itself may be anything.
    fn may_fit(&self, seen: &Seen) -> bool {
        let told = seen.event.as_ref().is_none_or(|event| event.labels);
        let fits = |facts: &Shown| {
            facts.fits(seen, None) || (!told && seen.kind.is_some() && facts.object.may_hold(&seen.object))
        };
        match self {
            Self::Names(names) => fit(names, seen),
            Self::Facts(facts) => facts.iter().any(|facts| facts.happened(seen) && fits(facts)),
        }
    }
}

fn fit(names: &[Names], seen: &Seen) -> bool {
    names.iter().any(|names| seen.kind == Some(names.kind()) && names.fits_object(&seen.object))
}

impl Shown {
    fn fits(&self, seen: &Seen, tenant: Option<&Tenant>) -> bool {
        if self.own {
            return tenant.is_some_and(|tenant| tenant.owns(&seen.object));
        }
        self.object.is_empty() || (seen.kind.is_some() && self.object.hold(&seen.object))
    }

    fn happened(&self, seen: &Seen) -> bool {
        let Some(event) = &seen.event else { return self.kinds.is_none() && self.actions.is_none() };
        holds(&self.kinds, |wanted| wanted.fits(&event.kind))
            && holds(&self.actions, |wanted| wanted.fits(&event.action))
    }
}

#[cfg(test)]
#[path = "view_tests.rs"]
mod tests;
