//! Which operations an original allows: asked about each row of the catalogue, with sample paths.

use super::expression::Expression;
use super::gate::Gate;
use super::names::{self, Name};
use super::samples::{self, VERSIONS};
use crate::catalogue::{OPERATIONS, Op, Operation};

/// Methods that operations have.
const METHODS: &[&str] = &["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"];

/// What an original allows of one operation.
#[derive(Clone, Debug)]
pub(super) struct Covered {
    pub(super) op: Op,
    /// The setting that allows it.
    pub(super) reason: String,
    pub(super) extent: Extent,
    /// Whether some versions of the API are left out that this operation has.
    pub(super) some_versions: bool,
    /// Whether some setting asks for the operation itself, and not for all paths below something.
    pub(super) by_name: bool,
}

/// About which objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// Any.
    Whole,
    /// Any, as each can be called by its ID, and not every one by its name.
    ById,
    /// Those of these names.
    Names(Vec<Name>),
    /// Some, and what they have in common cannot be said.
    Partly,
}

/// What the original allows, in the order of the catalogue.
pub(super) fn all(gate: &impl Gate) -> Vec<Covered> {
    OPERATIONS.iter().filter_map(|row| one(gate, row)).collect()
}

/// Settings that no sample path fits: they are for other paths, or their names could not be found.
pub(super) fn uncovered(gate: &impl Gate) -> Vec<String> {
    let lost = |method: &&str| {
        let lost = gate.expressions(method).into_iter().filter(|expression| !fits_some(method, expression));
        lost.map(|expression| format!("{method} {expression}")).collect::<Vec<_>>()
    };
    METHODS.iter().flat_map(lost).collect()
}

fn fits_some(method: &str, expression: &str) -> bool {
    let Ok(paths) = Expression::between_anchors(expression) else { return false };
    let mut rows = OPERATIONS.iter().filter(|row| samples::method(row) == method);
    rows.any(|row| {
        let mut fits = |name: &str| VERSIONS.iter().any(|version| paths.is_match(&samples::path(row, version, name)));
        let examples = || names::in_expressions(row, &[expression]).into_iter().map(|name| name.example());
        called(row).into_iter().any(&mut fits) || examples().any(|name| fits(&name))
    })
}

fn one(gate: &impl Gate, row: &'static Operation) -> Option<Covered> {
    let method = samples::method(row);
    let found = names::in_expressions(row, &gate.expressions(method));
    let denied: Vec<String> = names::in_expressions(row, &gate.denials(method)).iter().map(Name::example).collect();
    let called: Vec<&str> = called(row).into_iter().chain(denied.iter().map(String::as_str)).collect();
    let own = found.iter().filter_map(Name::as_literal);
    let tried: Vec<&str> = called.iter().copied().chain(own).collect();
    let ask = |version: &str, name: &str| gate.allows(method, &samples::path(row, version, name));
    let reason = VERSIONS.iter().find_map(|version| tried.iter().find_map(|name| ask(version, name)))?.to_owned();
    let allowed = |name: &str| VERSIONS.iter().any(|version| ask(version, name).is_some());
    let in_version = |version: &&&str| tried.iter().any(|name| ask(version, name).is_some());
    let some_versions = !row.is_versionless() && VERSIONS.iter().filter(in_version).count() < VERSIONS.len();
    let extent = extent(row, &called, &found, &allowed);
    let named = || gate.expressions(method).iter().any(|expression| names::ends_with(row, expression));
    let by_name = gate.asks_for(row.op) || named();
    Some(Covered { op: row.op, reason, extent, some_versions, by_name })
}

/// Everything that the object in the row's path may be called; one word where it has none.
fn called(row: &Operation) -> Vec<&'static str> {
    match row.target {
        Some(kind) => samples::ids(kind).iter().chain(samples::names(kind)).copied().collect(),
        // `OPTIONS` is of any path, and the name of a profile is no object's
        None => vec!["_ping", "containers/json", "heap"],
    }
}

fn extent(row: &Operation, called: &[&str], found: &[Name], allowed: &impl Fn(&str) -> bool) -> Extent {
    if called.iter().all(|name| allowed(name)) {
        return Extent::Whole;
    }
    let Some(kind) = row.target else { return Extent::Partly };
    // a push knows no IDs
    let ids = if row.op == Op::ImagePush { &[] } else { samples::ids(kind) };
    let denied = called.iter().any(|name| !allowed(name) && !samples::names(kind).contains(name));
    if !denied && !ids.is_empty() && ids.iter().all(|id| allowed(id)) {
        return Extent::ById;
    }
    let fits = |name: &str| found.iter().any(|found| found.fits(name));
    let literal = |name: &Name| name.as_literal().is_none_or(allowed);
    let exact = called.iter().all(|name| fits(name) == allowed(name)) && found.iter().all(literal);
    let sayable = !found.is_empty() && found.iter().all(|name| name.can_be_said(kind));
    if exact && sayable { Extent::Names(found.to_vec()) } else { Extent::Partly }
}
