//! What a request adds to what is counted.

use super::quota::{ALL, Amounts};
use crate::catalogue::{Facet, Op};
use crate::request::{Request, Tree, UseValue, Uses};
use std::collections::BTreeSet;

/// What comes on top, if a request is forwarded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Demand {
    /// What comes in any case: volumes are those without a name.
    pub amounts: Amounts,
    /// Volumes that come if they are not there yet.
    pub named: BTreeSet<String>,
}

impl Demand {
    /// Of a request whose body was read.
    pub fn of(request: &Request) -> Self {
        let Some(uses) = &request.uses else { return Self::default() };
        match request.operation().op {
            Op::ContainerCreate => Self::container(uses),
            Op::ContainerUpdate => Self::update(uses),
            Op::VolumeCreate => Self::volume(request),
            _ => Self::default(),
        }
    }

    /// All of it, as if no volume were there yet.
    pub fn at_most(&self) -> Amounts {
        Amounts { volumes: self.amounts.volumes + count(self.named.len()), ..self.amounts }
    }

    fn container(uses: &Uses) -> Self {
        let (named, unnamed) = volumes(uses);
        let promised = |facet| amount(uses, facet).unwrap_or(ALL);
        let (mem_limit, cpus) = (promised(Facet::MemLimit), promised(Facet::Cpus));
        Self { amounts: Amounts { containers: 1, mem_limit, cpus, volumes: unnamed }, named }
    }

    /// What it leaves out stays as it is.
    fn update(uses: &Uses) -> Self {
        let changed = |facet| amount(uses, facet).unwrap_or(0);
        let (mem_limit, cpus) = (changed(Facet::MemLimit), changed(Facet::Cpus));
        Self { amounts: Amounts { mem_limit, cpus, ..Amounts::default() }, named: BTreeSet::new() }
    }

    fn volume(request: &Request) -> Self {
        let name = request.body.as_ref().and_then(|body| body.get("Name")).and_then(Tree::text).unwrap_or_default();
        let named: BTreeSet<String> = Some(name.to_owned()).into_iter().filter(|name| !name.is_empty()).collect();
        let volumes = i64::from(named.is_empty());
        Self { amounts: Amounts { volumes, ..Amounts::default() }, named }
    }
}

/// The largest amount that is used of a facet; nothing where it is not used.
fn amount(uses: &Uses, facet: Facet) -> Option<i64> {
    let amount = |value: &UseValue| if let UseValue::Amount(Some(amount)) = value { *amount } else { ALL };
    uses.of(facet).map(amount).max()
}

fn volumes(uses: &Uses) -> (BTreeSet<String>, i64) {
    let named = uses.of(Facet::Volumes).filter_map(UseValue::name).map(str::to_owned).collect();
    let unnamed = uses.of(Facet::Volumes).filter(|value| value.name().is_none()).count();
    (named, count(unnamed))
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(ALL)
}
