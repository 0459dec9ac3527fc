//! A role: for whom it is and what its holders may do.

use super::about;
use super::denial::{Denial, Why};
use super::own_files::OwnFiles;
use super::place::RoleName;
use super::rule::Rule;
use super::who::Who;
use crate::catalogue::{FacetKind, OPERATIONS, Op, OpSet};
use std::ops::Range;

/// What the clients of one kind may do.
#[derive(Clone, Debug)]
pub struct Role {
    pub(super) name: RoleName,
    pub(super) who: Who,
    grants: Table,
    bans: Table,
    /// What the gate keeps to itself.
    pub(super) own: OwnFiles,
    /// Operations that some request could be allowed.
    ever: OpSet,
    /// Operations that `everything` covers, and no `never` looks into.
    unexamined: OpSet,
    /// Operations whose answers do not always pass as they are.
    viewed: OpSet,
}

impl Role {
    pub(super) fn new(name: RoleName, who: Who, may: Vec<Rule>, never: Vec<Rule>) -> Self {
        let banned: OpSet = never.iter().filter(|ban| ban.is_unlimited()).map(|ban| ban.op).collect();
        let granted: OpSet = may.iter().map(|rule| rule.op).collect();
        let unexamined: OpSet = may.iter().filter(|rule| rule.everything).map(|rule| rule.op).collect();
        let looked_into: OpSet = never.iter().filter(|ban| ban.looks_inside()).map(|ban| ban.op).collect();
        let mut role = Self {
            name,
            who,
            grants: Table::new(may),
            bans: Table::new(never),
            own: OwnFiles::default(),
            ever: granted.difference(banned),
            unexamined: unexamined.difference(banned).difference(looked_into),
            viewed: OpSet::default(),
        };
        role.viewed = role.viewed();
        role
    }

    /// Adds to what the role may never do.
    pub(super) fn forbid(&mut self, more: &[Rule]) {
        let banned: OpSet = more.iter().filter(|ban| ban.is_unlimited()).map(|ban| ban.op).collect();
        self.bans = Table::new([&self.bans.rules, more].concat());
        self.ever = self.ever.difference(banned);
        let looked_into: OpSet = more.iter().filter(|ban| ban.looks_inside()).map(|ban| ban.op).collect();
        self.unexamined = self.unexamined.difference(banned).difference(looked_into);
        self.viewed = self.viewed();
    }

    /// Whether the answers of the operation do not always pass as they are.
    pub(super) fn views(&self, op: Op) -> bool {
        self.viewed.contains(op)
    }

    /// The role's name.
    pub fn name(&self) -> &RoleName {
        &self.name
    }

    /// Whether some request for this operation could be allowed.
    pub fn may_ever(&self, op: Op) -> bool {
        self.ever.contains(op)
    }

    /// Whether a grant of `everything` covers the operation, and no `never` looks into
    /// its requests: then what the catalogue does not know passes, and bodies are not read.
    pub fn unexamined(&self, op: Op) -> bool {
        self.unexamined.contains(op)
    }

    /// The denial of an operation that the role may never run.
    pub fn deny_operation(&self, op: Op) -> Denial {
        let operation = op.operation();
        let never = self.bans_of(op).iter().find(|ban| ban.is_unlimited());
        let why = never.map_or_else(|| Why::operation(operation), |ban| Why::never(operation, &ban.place));
        Denial { role: self.name.clone(), nearest: why.place.clone(), why: vec![why] }
    }

    /// Whether the daemon has to be asked about the object that a request names, before it is decided.
    pub fn asks_about(&self, op: Op) -> bool {
        self.bans_of(op)
            .iter()
            .chain(self.grants_of(op))
            .any(|rule| rule.about.is_some() || (rule.target.is_some() && about::fits(op)))
    }

    pub(super) fn grants_host_paths(&self) -> bool {
        let paths = |rule: &Rule| rule.facets.iter().any(|limit| limit.row.kind == FacetKind::HostPath);
        self.grants.rules.iter().any(paths)
    }

    pub(super) fn grants_of(&self, op: Op) -> &[Rule] {
        self.grants.of(op)
    }

    pub(super) fn bans_of(&self, op: Op) -> &[Rule] {
        self.bans.of(op)
    }
}

/// Rules sorted by operation, and where those of each operation are.
#[derive(Clone, Debug)]
struct Table {
    rules: Box<[Rule]>,
    ranges: Box<[Range<usize>]>,
}

impl Table {
    fn new(mut rules: Vec<Rule>) -> Self {
        // `everything` first: where it applies, nothing else has to be asked
        rules.sort_by_key(|rule| (rule.op, !rule.everything));
        let start = |op: Op| rules.partition_point(|rule| rule.op < op);
        let end = |op: Op| rules.partition_point(|rule| rule.op <= op);
        let ranges = OPERATIONS.iter().map(|row| start(row.op)..end(row.op)).collect();
        Self { rules: rules.into(), ranges }
    }

    fn of(&self, op: Op) -> &[Rule] {
        let range = self.ranges.get(op as usize).cloned();
        range.and_then(|range| self.rules.get(range)).unwrap_or_default()
    }
}
