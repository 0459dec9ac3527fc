//! What was used of each facet → the limit that just allows it.

use super::common;
use super::limits::Limit;
use super::observed::Observed;
use super::said;
use super::values::Values;
use crate::catalogue::{FACETS, Facet, FacetKind, FacetRow};
use crate::policy::is_ordinary;
use crate::request::UseValue;

/// The limits on what requests used; all else is closed where there is anything else to use.
pub(super) fn limits(seen: &Observed, notes: &mut Vec<String>) -> Vec<Limit> {
    let used = FACETS.iter().filter_map(|row| Some((row, seen.facets.get(&row.facet)?)));
    let mut limits: Vec<Limit> = used.filter_map(|(row, values)| limit(seen, row, values, notes)).collect();
    let fitting: Vec<&FacetRow> = FACETS.iter().filter(|row| row.fits(seen.op)).collect();
    if fitting.iter().any(|row| limits.iter().all(|limit| limit.word != row.word)) {
        limits.push(Limit { word: "all_else".to_owned(), value: "none".to_owned() });
    }
    limits
}

/// The limit on one facet; nothing where nobody chose anything. What cannot be said goes into the
/// notes.
fn limit(seen: &Observed, row: &'static FacetRow, values: &Values<UseValue>, notes: &mut Vec<String>) -> Option<Limit> {
    if values.iter().all(is_left_out) {
        // Docker's own network is one all the same
        return (row.facet == Facet::Networks).then(|| Limit::list(row.word, vec!["default".to_owned()]));
    }
    let ordinary = values.iter().all(|value| is_ordinary(row.facet, value));
    match row.kind {
        FacetKind::Count | FacetKind::Cpus | FacetKind::Size => range(row, values, ordinary),
        _ => list(seen, row, values, ordinary, notes),
    }
}

/// What Docker takes where nobody says anything.
fn is_left_out(value: &UseValue) -> bool {
    matches!(value, UseValue::Amount(None) | UseValue::Default | UseValue::Flag(false) | UseValue::Nothing)
}

/// Amounts up to the largest, where each request has one.
fn range(row: &FacetRow, values: &Values<UseValue>, ordinary: bool) -> Option<Limit> {
    let amounts: Option<Vec<i64>> = values.iter().map(bounded).collect();
    let (least, most) = match amounts {
        Some(amounts) => (amounts.iter().min().copied(), amounts.iter().max().copied()),
        // without a limit, an amount is larger than any
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
    let mut plain = Values::default();
    for value in values.iter() {
        // who is watched must not write patterns into the policy
        if said::would_be_a_pattern(row, value) {
            notes.push(format!(
                "(!) {op}: a value of `{}` has a `*`, which no policy can say as it is; it is left out",
                row.word
            ));
        } else {
            plain.add(value.clone());
        }
    }
    let values = if values.are_more() { values } else { &plain };
    let Some(items) = items(row, values) else {
        if ordinary {
            return Some(Limit::any(row.word));
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
