//! A role: for whom it is and what its holders may do.

use super::about;
use super::denial::{Denial, Why};
use super::fence::{self, Held};
use super::own_files::OwnFiles;
use super::place::{Place, RoleName};
use super::quota::Quotas;
use super::rule::Rule;
use super::tenant::Tenant;
use super::who::Who;
use crate::catalogue::{Facet, FacetKind, OPERATIONS, Op, OpSet, Target};
use crate::request::{Reference, Request, of_use};
use std::ops::Range;
use std::sync::Arc;

/// What comes before a container is made anew, and takes it or its name away.
const ENDINGS: &[Op] = &[Op::ContainerDelete, Op::ContainerKill, Op::ContainerRename, Op::ContainerStop];

/// What the clients of one kind may do.
#[derive(Clone, Debug)]
pub struct Role {
    pub(super) name: RoleName,
    pub(super) who: Who,
    grants: Table,
    bans: Table,
    /// The fence that it stands behind.
    tenant: Option<Tenant>,
    /// Labels that tell tenants apart: its own, and those of others.
    fences: Arc<[Box<str>]>,
    /// How much its holders may have, and do at once.
    pub(super) quotas: Option<Quotas>,
    /// What the gate keeps to itself.
    pub(super) own: OwnFiles,
    /// Operations that some request could be allowed.
    ever: OpSet,
    /// Operations that are granted unexamined, and no `never` looks into.
    unexamined: OpSet,
    /// Operations whose answers do not always pass as they are.
    viewed: OpSet,
    /// Operations about an object, for which it is enough to know what stays as it is.
    lasting: OpSet,
}

impl Role {
    /// Whether it is for anyone who gets to it.
    pub fn is_for_anyone(&self) -> bool {
        matches!(self.who, Who::Anyone)
    }

    pub(super) fn new(name: RoleName, who: Who, may: Vec<Rule>, never: Vec<Rule>) -> Self {
        let banned: OpSet = never.iter().filter(|ban| ban.is_unlimited()).map(|ban| ban.op).collect();
        let granted: OpSet = may.iter().map(|rule| rule.op).collect();
        let unexamined: OpSet = may.iter().filter(|rule| rule.unexamined).map(|rule| rule.op).collect();
        let looked_into: OpSet = never.iter().filter(|ban| ban.looks_inside()).map(|ban| ban.op).collect();
        let mut role = Self {
            name,
            who,
            grants: Table::new(may),
            bans: Table::new(never),
            tenant: None,
            fences: Arc::default(),
            quotas: None,
            own: OwnFiles::default(),
            ever: granted.difference(banned),
            unexamined: unexamined.difference(banned).difference(looked_into),
            viewed: OpSet::default(),
            lasting: OpSet::default(),
        };
        role.viewed = role.viewed();
        role.lasting = role.lasting();
        role
    }

    /// The role behind a fence.
    pub(super) fn behind(mut self, tenant: Option<Tenant>) -> Self {
        self.tenant = tenant;
        self.viewed = self.viewed();
        self.lasting = self.lasting();
        self
    }

    /// The role within quotas. What is counted has to be read, whatever covers it.
    pub(super) fn within(mut self, quotas: Option<Quotas>) -> Self {
        let counts = |op: &Op| quotas.as_ref().is_some_and(|quotas| quotas.counts(*op));
        let counted: OpSet = OPERATIONS.iter().map(|row| row.op).filter(counts).collect();
        self.unexamined = self.unexamined.difference(counted);
        self.quotas = quotas;
        self
    }

    /// The fence that the role stands behind, if it has one.
    pub fn tenant(&self) -> Option<&Tenant> {
        self.tenant.as_ref()
    }

    /// Adds to what the role may never do.
    pub(super) fn forbid(&mut self, more: &[Rule]) {
        let banned: OpSet = more.iter().filter(|ban| ban.is_unlimited()).map(|ban| ban.op).collect();
        self.bans = Table::new([&self.bans.rules, more].concat());
        self.ever = self.ever.difference(banned);
        let looked_into: OpSet = more.iter().filter(|ban| ban.looks_inside()).map(|ban| ban.op).collect();
        self.unexamined = self.unexamined.difference(banned).difference(looked_into);
        self.viewed = self.viewed();
        self.lasting = self.lasting();
    }

    /// The role as it would be if an entry stood nowhere.
    pub(super) fn without(&self, place: &Place) -> Self {
        let rest = |table: &Table| table.rules.iter().filter(|rule| rule.place != *place).cloned().collect();
        let role = Self::new(self.name.clone(), self.who.clone(), rest(&self.grants), rest(&self.bans));
        let (own, fences) = (self.own.clone(), Arc::clone(&self.fences));
        Self { own, fences, ..role }.behind(self.tenant.clone()).within(self.quotas.clone())
    }

    /// What it may do, rule by rule.
    pub(super) fn grants(&self) -> &[Rule] {
        &self.grants.rules
    }

    /// What it may never do, rule by rule.
    pub(super) fn bans(&self) -> &[Rule] {
        &self.bans.rules
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

    /// Whether the operation is granted unexamined, and neither a `never` nor a tenant's
    /// fence looks into its requests: then what the catalogue does not know passes, and bodies are not read.
    pub fn unexamined(&self, op: Op) -> bool {
        let labels = !self.fences.is_empty() && Facet::Labels.row().fits(op);
        self.unexamined.contains(op) && self.tenant.is_none() && !labels
    }

    /// Whether what the role asks about the object in the path stays as it is for as long as the
    /// object lives: not the names of containers, nor whether they run.
    pub fn asks_lasting(&self, op: Op) -> bool {
        self.lasting.contains(op)
    }

    fn lasting(&self) -> OpSet {
        let lasts = |op: &Op| {
            let Some(kind) = op.operation().target.filter(|_| self.asks_about(*op)) else { return false };
            let ops = about::lookers(kind).iter().chain(std::iter::once(op));
            let mut rules = ops.flat_map(|op| self.grants_of(*op).iter().chain(self.bans_of(*op)));
            let shared = self.tenant.as_ref().is_some_and(|tenant| tenant.shares_by_name(Target::Container));
            kind == Target::Network || (!shared && rules.all(Rule::is_lasting))
        };
        OPERATIONS.iter().map(|row| row.op).filter(lasts).collect()
    }

    /// The daemon has to say what these objects are before the request is decided.
    pub fn references(&self, request: &Request) -> Vec<Reference> {
        let op = request.operation().op;
        if let Some(tenant) = &self.tenant {
            return request.references().into_iter().filter(|found| tenant.asks_about(found)).collect();
        }
        let mut rules = self.bans_of(op).iter().chain(self.grants_of(op));
        if !rules.any(Rule::asks_about_some_use) {
            return Vec::new();
        }
        let asks = |facet| self.bans_of(op).iter().chain(self.grants_of(op)).any(|rule| rule.asks_about_use(facet));
        let uses = request.uses.iter().flat_map(|uses| uses.iter()).filter(|used| asks(used.facet));
        let asked: Vec<Reference> = uses.filter_map(|used| of_use(op, used)).collect();
        request.references().into_iter().filter(|found| asked.contains(found)).collect()
    }

    /// Whether some label tells tenants apart, of this role or of others.
    pub fn knows_tenants(&self) -> bool {
        !self.fences.is_empty()
    }

    /// Labels that tell tenants apart, of whatever policy.
    pub(super) fn fences(&self) -> &[Box<str>] {
        &self.fences
    }

    pub(super) fn among(&mut self, fences: &Arc<[Box<str>]>) {
        self.fences = Arc::clone(fences);
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
        self.bans_of(op).iter().chain(self.grants_of(op)).any(|rule| rule.asks_about_path())
            || (self.tenant.is_some() && fence::held(op) == Held::ByObject && about::fits(op))
            || (!self.fences.is_empty() && fence::relabels(op))
    }

    /// Whether a grant says `own`.
    pub(super) fn says_own(&self) -> bool {
        self.grants.rules.iter().any(Rule::says_own)
    }

    /// Whether the daemon has to be asked about the original of what is made, before it is decided.
    pub fn asks_for_original(&self, op: Op) -> bool {
        let completes = || op == Op::ContainerCreate && self.completes();
        self.grants_of(op).iter().any(|rule| rule.copy_of.is_some()) || completes()
    }

    /// Whether it has the execs of everybody, as far as the operation goes.
    pub fn has_all_execs(&self, op: Op) -> bool {
        self.tenant.is_none() && self.grants_of(op).iter().any(|rule| rule.unexamined)
    }

    /// Whether what the operation is about may be an original later on, when it is gone.
    pub fn remembers(&self, op: Op) -> bool {
        ENDINGS.contains(&op) && self.asks_for_original(Op::ContainerCreate)
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
        // what is unexamined first: where it applies, nothing else has to be asked
        rules.sort_by_key(|rule| (rule.op, !rule.unexamined));
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
