//! A decision, told step by step.

use super::Policy;
use super::decide::distance;
use super::denial::Why;
use super::explain_uses::{Used, uses};
use super::judged::{Judged, Verdict};
use super::place::Place;
use super::role::Role;
use super::told::{As, Told};
use crate::catalogue::{Command, Op, Operation};
use crate::request::{Identity, Peer, Request};

/// How many grants that do not allow the request are told of, nearest first.
pub const MOST_GRANTS: usize = 10;

/// A decision, and how it came about.
#[derive(Clone, Debug)]
pub struct Explanation<'p> {
    /// Who asks, in words.
    pub client: String,
    /// The role of who asks.
    pub role: Option<&'p Role>,
    /// What is asked, if the path means an operation.
    pub operation: Option<&'static Operation>,
    /// The request in its one spelling, as it would go on: method and target, without what may be secret.
    pub send: String,
    /// Its body in the one spelling, without what may be secret.
    pub body: Option<String>,
    /// What it uses, by facets.
    pub uses: Vec<Used>,
    /// What the daemon is asked for this role, and what it says.
    pub facts: Vec<Fact>,
    /// What is never allowed of it.
    pub never: Vec<Why>,
    /// What keeps it outside of the fence of its tenant, or forges the mark of one.
    pub fence: Vec<Why>,
    /// The grants for the operation, nearest first.
    pub grants: Vec<Near>,
    /// How many more there are.
    pub more_grants: usize,
    /// What the policy puts into it.
    pub set: Vec<String>,
    /// What of the answer is hidden.
    pub hidden: Vec<String>,
    /// Whether `everything` allows it, so that nobody reads it.
    pub unexamined: bool,
    /// What comes of it.
    pub verdict: Verdict,
    /// What could make it another one.
    pub hangs_on: Vec<String>,
    /// Commands that are about the operation, and what else they ask that the role may never do.
    pub next: Vec<(&'static str, Vec<Op>)>,
}

/// Something that the daemon is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Of what: ``container `web` ``.
    pub of: String,
    /// What it says, in words.
    pub said: String,
}

/// A grant for the operation.
#[derive(Clone, Debug)]
pub struct Near {
    /// Where it stands.
    pub place: Place,
    /// Why it does not allow the request; nothing if it does.
    pub why: Vec<Why>,
}

impl Policy {
    /// Tells how the policy comes to its decision.
    pub fn explain(&self, told: &Told) -> Explanation<'_> {
        let Judged { role, request, verdict, hangs_on } = self.judge(told);
        // what the gate does not read is told all the same, if it can be
        let judged = request.as_deref();
        let whole = told.whole().ok();
        let seen = judged.filter(|request| request.uses.is_some()).or(whole.as_ref());
        let mut explanation = Explanation {
            client: client(told),
            role,
            operation: seen.or(judged).map(Request::operation),
            send: unread(told),
            body: None,
            uses: seen.map(uses).unwrap_or_default(),
            facts: Vec::new(),
            never: Vec::new(),
            fence: Vec::new(),
            grants: Vec::new(),
            more_grants: 0,
            set: Vec::new(),
            hidden: Vec::new(),
            unexamined: false,
            verdict,
            hangs_on,
            next: Vec::new(),
        };
        if let Some((role, request)) = role.zip(judged.or(seen)) {
            explanation.of_role(role, request);
        }
        explanation.of_verdict(seen.or(judged));
        explanation
    }
}

/// The request where it is not understood: nobody knows what of its query may be secret.
fn unread(told: &Told) -> String {
    match told.target.split_once('?') {
        Some((path, _)) => format!("{} {}?…", told.method, super::text::plain(path)),
        None => format!("{} {}", told.method, super::text::plain(&told.target)),
    }
}

impl Explanation<'_> {
    fn of_role(&mut self, role: &Role, request: &Request) {
        let op = request.operation().op;
        self.facts = role.asked(request);
        self.never = role.bans_of(op).iter().filter_map(|ban| ban.touches(request)).collect();
        self.fence = role.beyond_fences(request);
        let mut grants = role.near(request);
        self.more_grants = grants.len().saturating_sub(MOST_GRANTS);
        grants.truncate(MOST_GRANTS);
        self.grants = grants;
        if !matches!(self.verdict, Verdict::Allow(_)) {
            self.next = next(role, op);
        }
    }

    fn of_verdict(&mut self, seen: Option<&Request>) {
        let mut shown = seen;
        if let Verdict::Allow(allowed) = &self.verdict {
            self.set = allowed.set().to_vec();
            self.hidden = allowed.view().map(super::View::told).unwrap_or_default();
            self.unexamined = allowed.unexamined();
            shown = Some(allowed.request());
        }
        if let Some(request) = shown {
            let noted = request.noted();
            (self.send, self.body) = (noted.send, noted.body);
        }
    }
}

impl Role {
    /// Every grant for the operation, and what keeps it from allowing the request: nearest first.
    fn near(&self, request: &Request) -> Vec<Near> {
        let op = request.operation().op;
        let strict = !self.unexamined(op);
        let mut all: Vec<Near> = self
            .grants_of(op)
            .iter()
            .map(|rule| {
                let changed = rule.changed(request);
                let judged = changed.as_ref().map_or(request, |(changed, _)| changed);
                Near { place: rule.place.clone(), why: rule.objections(judged, strict, self.tenant()) }
            })
            .collect();
        all.sort_by_key(|near| distance(&near.why));
        all
    }
}

/// What the same client needs as well, as far as the role may never do it: command by command.
fn next(role: &Role, op: Op) -> Vec<(&'static str, Vec<Op>)> {
    let lacking = |command: &Command| command.also.iter().copied().filter(|op| !role.may_ever(*op)).collect::<Vec<_>>();
    let all = Command::of(op).map(|command| (command.name, lacking(command)));
    all.filter(|(_, lacking)| !lacking.is_empty()).collect()
}

/// Who asks, by the facts that `who` knows.
fn client(told: &Told) -> String {
    match &told.who {
        As::OnlyRole => "whoever the policy is for".to_owned(),
        As::Client(client) => said_client(client),
    }
}

fn said_client(client: &Identity) -> String {
    let mut facts = match &client.peer {
        Peer::Unix { uid, .. } if *uid == super::OVERFLOW_ID => Vec::new(),
        Peer::Unix { uid, gid, groups, user, group_names, .. } => {
            let gids = std::iter::once(gid).chain(groups).filter(|gid| **gid != super::OVERFLOW_ID);
            let gids = gids.map(|gid| format!("gid {gid}"));
            let user = user.iter().map(|user| format!("user {}", super::text::plain(user)));
            let names = group_names.iter().map(|name| format!("group {}", super::text::plain(name)));
            std::iter::once(format!("uid {uid}")).chain(gids).chain(user).chain(names).collect()
        }
        Peer::Tcp { address, certificate } => {
            let names = certificate.iter().flat_map(|certificate| &certificate.common_names);
            let names = names.map(|name| format!("certificate {}", super::text::plain(name)));
            std::iter::once(format!("address {address}")).chain(names).collect()
        }
    };
    facts.extend(client.container.iter().map(|inside| format!("container {}", super::text::plain(&inside.name))));
    if facts.is_empty() { "a client of whom nothing is known".to_owned() } else { facts.join(", ") }
}

#[cfg(test)]
#[path = "explain_tests.rs"]
mod tests;
