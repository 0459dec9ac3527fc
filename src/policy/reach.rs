//! What a role can get at in the worst case: every chain of the catalogue is tried on the policy.
//!
//! A chain leads there if each of its steps is allowed by some one grant, and no `never` and no fence
//! is against it. A step is asked for what it is about alone: the image, the name or the limits that
//! a grant demands besides are the client's to choose.

use super::fence::{self, Held};
use super::place::Place;
use super::reach_request::{self as ready, Ready, Trial};
use super::role::Role;
use crate::catalogue::chains::{Chain, Given, OUTCOMES, Outcome, Step, Values, Whose};
use crate::catalogue::{Facet, Op, Risk};
use crate::request::{Request, UseValue};

/// The most paths or images of a policy that one chain is tried with.
const MOST: usize = 200;

/// Of a container that its maker may not start.
const STARTED: Given = Given::Host("somebody else starts the container");

/// What is known of one outcome.
#[derive(Clone, Debug)]
pub struct Reach {
    /// The outcome.
    pub outcome: Outcome,
    /// The chains that lead there, the shortest first; none if none is known.
    pub chains: Vec<Way>,
}

/// A chain that the policy lets through.
#[derive(Clone, Debug)]
pub struct Way {
    /// The chain.
    pub chain: &'static Chain,
    /// What has to be so already.
    pub given: Given,
    /// What stands for `$` in it.
    pub value: Option<String>,
    /// Its steps.
    pub steps: Vec<Taken>,
}

/// One step that is allowed.
#[derive(Clone, Debug)]
pub struct Taken {
    /// The operation.
    pub op: Op,
    /// The words of what it uses: facets, and query parameters that are dangerous.
    pub uses: Vec<&'static str>,
    /// The grant that allows it.
    pub by: Place,
    /// The request, as far as it matters.
    pub request: Request,
}

impl Reach {
    /// The shortest chain, if one is known: of two, the one that needs nothing to be there already.
    pub fn shortest(&self) -> Option<&Way> {
        self.chains.first()
    }

    /// Whether every chain goes by what somebody else has made.
    pub fn is_by_others(&self) -> bool {
        self.shortest().is_some_and(|way| matches!(way.given, Given::Object(_)))
    }

    /// What has no bound, each once.
    pub fn unbound(&self) -> Vec<&'static str> {
        let mut words: Vec<&str> = Vec::new();
        let nearest = self.shortest().map(|way| way.given);
        let as_near = self.chains.iter().filter(|way| Some(way.given) == nearest);
        for word in as_near.map(|way| way.chain.unbound).filter(|word| !word.is_empty()) {
            if !words.contains(&word) {
                words.push(word);
            }
        }
        words
    }
}

impl Way {
    /// Whether it does no more than look.
    pub(super) fn only_looks(&self) -> bool {
        self.steps.iter().all(|step| step.op.operation().risk <= Risk::Reveal)
    }

    /// What needs nothing that is not the client's own comes first, then what is shorter, then what
    /// changes something.
    fn rank(&self) -> (u8, usize, bool) {
        let given = match self.given {
            Given::Nothing => 0,
            Given::Host(_) => 1,
            Given::Object(_) => 2,
        };
        (given, self.steps.len(), self.only_looks())
    }
}

impl Role {
    /// What the role can get at, of every outcome. Root on the host has all the others as well.
    pub fn reach(&self) -> Vec<Reach> {
        let mut found: Vec<Reach> = OUTCOMES.iter().map(|outcome| self.reaches(*outcome)).collect();
        let root: Vec<Way> = found.first().map(|root| root.chains.clone()).unwrap_or_default();
        for reach in found.iter_mut().skip(1) {
            reach.chains.extend(root.iter().cloned());
            reach.chains.sort_by_key(Way::rank);
        }
        found
    }

    /// The same of one outcome, by the chains that are about it alone.
    pub(super) fn reaches(&self, outcome: Outcome) -> Reach {
        let own = ready::all().iter().filter(|ready| ready.chain.outcome == outcome);
        let mut chains: Vec<Way> = own.filter_map(|ready| self.way(ready)).collect();
        chains.sort_by_key(Way::rank);
        Reach { outcome, chains }
    }

    fn way(&self, ready: &Ready) -> Option<Way> {
        let possible = |step: &Step| is_start(step) || step.ops.iter().any(|op| self.may_ever(*op));
        if !ready.chain.steps.iter().all(possible) || self.has_no(ready.chain.given) {
            return None;
        }
        ready.trials.iter().find_map(|trial| self.tried(ready.chain, trial)).or_else(|| self.by_its_own(ready.chain))
    }

    /// Behind a fence there is nothing of others that could be used.
    fn has_no(&self, given: Given) -> bool {
        self.tenant().is_some() && matches!(given, Given::Object(_))
    }

    /// The chain with values that the policy itself lists.
    fn by_its_own(&self, chain: &'static Chain) -> Option<Way> {
        let values = self.values(chain).into_iter().filter(|value| ready::is_worth(chain.values, value));
        values.take(MOST).find_map(|value| self.tried(chain, &Trial::new(chain, Some(&value))?))
    }

    fn values(&self, chain: &Chain) -> Vec<String> {
        let ops = || chain.steps.iter().flat_map(|step| step.ops).copied();
        match chain.values {
            Values::Written | Values::Read | Values::Sockets | Values::Mounted => {
                self.listed(ops(), &[Facet::Binds, Facet::CheckpointDir])
            }
            Values::ReadOnly => {
                let writable = |path: &String| ops().any(|op| self.lets_write(op, path));
                let mut paths = self.listed(ops(), &[Facet::Binds]);
                paths.retain(|path| !writable(path));
                paths
            }
            Values::Devices => self.listed(ops(), &[Facet::Devices]),
            // an image that may be any is no limit to get around
            Values::Images => self.listed(ops(), &[Facet::Image]),
            Values::None | Values::Texts(_) => Vec::new(),
        }
    }

    fn lets_write(&self, op: Op, path: &str) -> bool {
        let write = UseValue::Path { path: path.to_owned(), read_only: false };
        self.grants_of(op).iter().any(|rule| rule.lets(Facet::Binds, &write))
    }

    fn listed(&self, ops: impl Iterator<Item = Op>, facets: &[Facet]) -> Vec<String> {
        let rules = ops.flat_map(|op| self.grants_of(op));
        let limits = rules.flat_map(|rule| rule.facets.iter()).filter(|limit| facets.contains(&limit.row.facet));
        limits.flat_map(|limit| limit.samples()).collect()
    }

    fn tried(&self, chain: &'static Chain, trial: &Trial) -> Option<Way> {
        let taken = |(requests, step): (&Vec<Request>, &Step)| {
            requests.iter().find_map(|request| self.takes(request, step)).ok_or_else(|| is_start(step))
        };
        let all: Vec<Result<Taken, bool>> = trial.steps.iter().zip(chain.steps).map(taken).collect();
        let given = match (all.iter().all(Result::is_ok), chain.given) {
            (true, given) => given,
            // what is made may be started by somebody else
            (false, Given::Nothing) if all.iter().all(|step| !matches!(step, Err(false))) => STARTED,
            _ => return None,
        };
        Some(Way { chain, given, value: trial.value.clone(), steps: all.into_iter().flatten().collect() })
    }

    /// The grant by which the request is allowed, as far as the step is about it.
    fn takes(&self, request: &Request, step: &Step) -> Option<Taken> {
        let op = request.operation().op;
        if !self.may_ever(op) || self.has_quota(step.quotas) || self.bans_of(op).iter().any(|ban| ban.bars(request)) {
            return None;
        }
        let fenced = ready::before(self, request);
        if self.is_held(op) || !self.beyond_fences(&fenced).is_empty() || self.keeps_to_itself(&fenced) {
            return None;
        }
        let rule = self.grants_of(op).iter().find(|rule| rule.opens(&fenced, step, self.tenant()))?;
        Some(Taken { op, uses: words(request), by: rule.place.clone(), request: fenced })
    }

    /// Whether a fence sees to it that the operation shows or removes nothing of others.
    fn is_held(&self, op: Op) -> bool {
        self.tenant().is_some() && matches!(fence::held(op), Held::ByView | Held::ByFilter)
    }

    fn has_quota(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.quotas().is_some_and(|quotas| quotas.has(word)))
    }

    fn keeps_to_itself(&self, request: &Request) -> bool {
        let op = request.operation().op;
        let touched = || request.uses.as_ref().and_then(|uses| self.own.touched(uses, op));
        !self.unexamined(op) && touched().is_some()
    }
}

/// Whether the step only has a new container run.
fn is_start(step: &Step) -> bool {
    step.whose == Whose::Own && step.ops.contains(&Op::ContainerStart)
}

/// What the request uses, by the words of policies.
fn words(request: &Request) -> Vec<&'static str> {
    let mut found: Vec<&str> = Vec::new();
    let said = |value: &UseValue| !matches!(value, UseValue::Flag(false) | UseValue::Nothing);
    let uses = request.uses.iter().flat_map(|uses| uses.iter()).filter(|used| said(&used.value));
    for word in uses.map(|used| used.facet.word()) {
        if !found.contains(&word) {
            found.push(word);
        }
    }
    found
}

#[cfg(test)]
#[path = "reach_tests.rs"]
mod tests;
