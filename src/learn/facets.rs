//! What was used of each facet → the limit that just allows it.

use super::common;
use super::limits::Limit;
use super::observed::Observed;
use super::said;
use super::values::Values;
use crate::catalogue::{Facet, FacetKind, FacetRow, Op};
use crate::policy::is_ordinary;
use crate::request::UseValue;

/// Facets that are limited to what was seen although all of it would be allowed unsaid: they say
/// what the requests are about.
const TELLING: &[Facet] =
    &[Facet::CommitOf, Facet::Container, Facet::Image, Facet::Name, Facet::Networks, Facet::Tags, Facet::Volumes];

/// The limit on one facet; nothing where the grant need not name it. What cannot be said goes into
/// the notes.
pub(super) fn limit(
    seen: &Observed,
    row: &'static FacetRow,
    values: &Values<UseValue>,
    notes: &mut Vec<String>,
) -> Option<Limit> {
    let ordinary = values.iter().all(|value| is_ordinary(row.facet, value));
    match row.kind {
        FacetKind::Count | FacetKind::Cpus | FacetKind::Size => range(row, values, ordinary),
        _ if ordinary && !is_telling(seen, row) => None,
        _ => list(seen, row, values, ordinary, notes),
    }
}

/// The command of an exec is all that it is about.
fn is_telling(seen: &Observed, row: &FacetRow) -> bool {
    TELLING.contains(&row.facet) || (seen.op == Op::ContainerExec && row.facet == Facet::Command)
}

/// Amounts up to the largest, where each request has one.
fn range(row: &FacetRow, values: &Values<UseValue>, ordinary: bool) -> Option<Limit> {
    let amounts: Option<Vec<i64>> = values.iter().map(bounded).collect();
    let (least, most) = match amounts {
        Some(amounts) => (amounts.iter().min().copied(), amounts.iter().max().copied()),
        // without a limit, an amount is larger than any
        None if ordinary => return None,
        None => return Some(Limit::any(row.word)),
    };
    let word = |amount: i64| said::amount(row.kind, amount);
    let max = most.map(|most| format!("max: {}", word(most)));
    let min = least.filter(|least| !ordinary && *least < 0).map(|least| format!("min: {}", word(least)));
    let both: Vec<String> = min.into_iter().chain(max).collect();
    Some(Limit { word: row.word.to_owned(), value: format!("{{ {} }}", both.join(", ")) })
}

fn bounded(value: &UseValue) -> Option<i64> {
    if let UseValue::Amount(amount) = value { *amount } else { None }
}

fn list(
    seen: &Observed,
    row: &'static FacetRow,
    values: &Values<UseValue>,
    ordinary: bool,
    notes: &mut Vec<String>,
) -> Option<Limit> {
    let op = seen.op.name();
    let Some(items) = items(row, values) else {
        if ordinary {
            notes.push(format!("{op}: what was used of `{}` has no common name, so any is allowed", row.word));
            return None;
        }
        notes.push(format!("(!) {op}: what was used of `{}` could not be said more narrowly than `any`", row.word));
        return Some(Limit::any(row.word));
    };
    if seen.withheld.contains(row.word) && row.kind == FacetKind::Command {
        notes.push(format!("{op}: of commands the programs were recorded, so their arguments may be any"));
    }
    Some(Limit::list(row.word, items))
}

/// The list that holds every value; nothing where they are too many or cannot be written.
fn items(row: &'static FacetRow, values: &Values<UseValue>) -> Option<Vec<String>> {
    match row.kind {
        FacetKind::HostPath if values.iter().count() > common::MOST => folders(values),
        FacetKind::Name if values.iter().all(|value| matches!(value, UseValue::Text(_))) => {
            let names: Vec<&str> = values.iter().filter_map(UseValue::name).collect();
            let few = common::names(&names, values.are_more())?;
            Some(few.iter().map(|name| item_of(&names, name)).collect())
        }
        _ if values.are_more() => None,
        _ => {
            let mut items: Vec<String> = Vec::new();
            for item in values.iter().map(|value| said::item(row, value)) {
                let item = item?;
                if !items.contains(&item) {
                    items.push(item);
                }
            }
            Some(items)
        }
    }
}

/// A name, or a pattern that stands for some.
fn item_of(names: &[&str], item: &str) -> String {
    if names.contains(&item) { said::name(item) } else { crate::policy::quoted(item) }
}

fn folders(values: &Values<UseValue>) -> Option<Vec<String>> {
    let mut paths = Vec::new();
    let mut read_only = true;
    for value in values.iter() {
        let UseValue::Path { path, read_only: reads } = value else { return None };
        paths.push(path.as_str());
        read_only &= reads;
    }
    let few = common::paths(&paths, values.are_more())?;
    let written = |path: &String| UseValue::Path { path: path.clone(), read_only };
    few.iter().map(|path| said::item(Facet::Binds.row(), &written(path))).collect()
}
