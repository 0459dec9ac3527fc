//! The policy language: who may do what. Pure: no IO, no clock.
//!
//! A text becomes a policy in four steps, each of which reports every problem
//! that it finds: [`tree`] reads YAML into nodes that know their places (and
//! `agree` holds them against a second reader), [`syntax`] finds the shapes of
//! the language in them, `compile` turns each entry into rules for the
//! operations of the catalogue, and [`load`] puts roles together.
//! [`Role::decide`] then judges requests without looking at any text.

mod about;
mod agree;
mod all_else;
mod case_body;
mod cases;
mod cases_read;
mod compile;
mod compile_facet;
mod compile_query;
mod compile_target;
mod compile_view;
mod copy;
mod copy_compare;
mod copy_details;
mod copy_rule;
mod coverage;
mod decide;
mod denial;
mod diff;
mod diff_role;
mod diff_rule;
mod explain;
mod explain_uses;
mod facet_limit;
mod facet_matcher;
mod facet_said;
mod facts;
mod fence;
mod hidden;
mod image;
mod judged;
pub(crate) mod language;
mod limit;
mod lint;
mod lint_forged;
mod lint_host;
mod lint_view;
mod load;
mod may_end;
mod names;
mod object;
mod object_facts;
mod overlap;
mod own_files;
mod own_socket;
mod path;
mod path_pattern;
mod pattern;
mod place;
mod port_limit;
mod problem;
mod quota;
mod quota_demand;
mod quota_read;
mod quote;
mod raw;
mod reach;
mod reach_request;
mod reach_rule;
mod reach_said;
mod reader;
mod report;
mod require;
mod role;
mod round_trip;
mod rule;
mod select;
mod setting;
mod stamp;
mod syntax;
mod tenant;
mod text;
mod told;
mod told_read;
mod tree;
mod unexamined;
mod uses;
mod view;
mod vocabulary;
mod who;
mod who_read;
mod written;

pub use cases::{Case, CaseResult, Failure};
pub use coverage::{List, MAX_TRIES, Outcome, Tried};
pub use decide::{Allowed, Decision};
pub use denial::{Denial, Why};
pub use diff::{Change, Difference, Side, diff};
pub use explain::{Explanation, Fact, MOST_GRANTS, Near};
pub use explain_uses::Used;
pub use facet_limit::left_out;
pub use judged::{Judged, Verdict};
pub use load::MAX_RULES;
pub use may_end::may_end;
pub use pattern::{MAX_COMPILED, MAX_PATTERN};
pub use place::{BytesRange, Place, RoleName, Spot};
pub use problem::{Problem, Warning};
pub use quota::{ALL, Amounts, Quota, Quotas};
pub use quota_demand::Demand;
pub use quote::quoted;
pub use reach::{Reach, Taken, Way};
pub use role::Role;
pub use syntax::VERSION;
pub use tenant::{TENANT_LABEL, Tenant};
pub use text::SHOWN;
pub use told::{Posed, Told, Unposed};
pub use tree::{MAX_DEPTH, MAX_FILE, MAX_NODES};
pub use view::{Happened, Seen, Sight, View};
pub use who::{NoRole, OVERFLOW_ID};

use crate::catalogue::{Facet, Op};
use crate::request::{Identity, UseValue};
use std::sync::Arc;
use who::Who;

/// Whether the daemon can be asked about what the operation names in its path.
pub fn can_be_asked(op: Op) -> bool {
    about::fits(op)
}

/// Whether a grant that does not name the facet lets a request use this of it.
pub fn is_ordinary(facet: Facet, value: &UseValue) -> bool {
    facet_limit::unsaid(facet).holds(value)
}

/// Marked YAML, which the configuration file is read with, too.
pub(crate) mod document {
    pub(crate) use super::reader::Reader;
    pub(crate) use super::report::{Report, Span};
    pub(crate) use super::tree::{Content, Node, Pair, read as open};
}

/// A policy file: its shown name and its content.
#[derive(Clone, Debug)]
pub struct Source {
    /// The name that problems and denials show.
    pub name: Arc<str>,
    /// The content.
    pub text: String,
}

/// A policy, ready to decide.
#[derive(Clone, Debug)]
pub struct Policy {
    roles: Vec<Role>,
    cases: Vec<Case>,
    warnings: Vec<Warning>,
}

impl Policy {
    /// Reads a policy from its files.
    ///
    /// # Errors
    /// Every problem of every file, in their order.
    pub fn load(sources: &[Source]) -> Result<Self, Vec<Problem>> {
        load::load(sources)
    }

    /// The policy of a gate that has these files, by absolute, clean paths: sockets, policies, keys,
    /// logs. No request that is judged gets them, whatever the policy says.
    pub fn guarding(mut self, paths: &[String]) -> Self {
        let own = own_files::OwnFiles::new(paths);
        self.roles.iter_mut().for_each(|role| role.own = own.clone());
        self
    }

    /// The labels by which its roles tell tenants apart.
    pub fn fences(&self) -> impl Iterator<Item = &str> {
        self.roles.iter().filter_map(Role::tenant).map(|tenant| tenant.label().0)
    }

    /// The policy of a gate where these labels tell tenants apart: no role sets them.
    pub fn fenced(mut self, labels: &[String]) -> Self {
        let mut fences: Vec<Box<str>> = labels.iter().map(|label| label.as_str().into()).collect();
        fences.sort_unstable();
        fences.dedup();
        let fences: Arc<[Box<str>]> = fences.into();
        self.roles.iter_mut().for_each(|role| role.among(&fences));
        self
    }

    /// The one role of a client.
    ///
    /// # Errors
    /// No role is for this client, or several are.
    pub fn role(&self, who: &Identity) -> Result<&Role, NoRole> {
        let mut named = self.roles.iter().filter(|role| role.who.names(who));
        let others = || self.roles.iter().find(|role| matches!(role.who, Who::Others)).ok_or(NoRole::Nobody);
        let Some(first) = named.next() else { return others() };
        let rest: Vec<RoleName> = named.map(|role| role.name.clone()).collect();
        if rest.is_empty() {
            return Ok(first);
        }
        Err(NoRole::Several([vec![first.name.clone()], rest].concat()))
    }

    /// The place of a client's role among [`Policy::roles`].
    ///
    /// # Errors
    /// No role is for this client, or several are.
    pub fn role_index(&self, who: &Identity) -> Result<usize, NoRole> {
        let role = self.role(who)?;
        self.roles.iter().position(|other| std::ptr::eq(other, role)).ok_or(NoRole::Nobody)
    }

    /// The roles, in the order of the files.
    pub fn roles(&self) -> &[Role] {
        &self.roles
    }

    /// The policy's own tests.
    pub fn cases(&self) -> &[Case] {
        &self.cases
    }

    /// What the policy does that its author may not want.
    pub fn warnings(&self) -> Vec<Warning> {
        self.warnings.clone()
    }

    /// Whether some grant allows paths of the host, so that it matters where their links lead.
    pub fn grants_host_paths(&self) -> bool {
        self.roles.iter().any(Role::grants_host_paths)
    }

    /// Whether some `who` looks at the client's container, which has to be found.
    pub fn needs_containers(&self) -> bool {
        self.roles.iter().any(|role| role.who.needs_containers())
    }

    /// Whether some `who` looks at groups or names of users, which have to be looked up.
    pub fn needs_groups(&self) -> bool {
        self.roles.iter().any(|role| role.who.needs_groups())
    }

    /// Whether some `who` looks at names of users or groups.
    pub fn needs_names(&self) -> bool {
        self.roles.iter().any(|role| role.who.needs_names())
    }
}

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
