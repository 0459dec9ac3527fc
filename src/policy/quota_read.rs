//! `quotas` of a role, read.

use super::limit::int;
use super::quota::{Quota, Quotas, ROWS, Row, Unit};
use super::reader::Reader;
use super::text::shown;
use super::tree::Pair;
use crate::request::values::amount;

/// The most of what is counted one by one.
const MOST: i64 = 1_000_000;

/// `quotas: { containers: 10 }`; whatever is wrong is reported.
pub(super) fn read<'t>(
    reader: &mut Reader<'_, 't>,
    pair: Option<&'t Pair>,
    role: &str,
    has_tenant: bool,
) -> Option<Quotas> {
    let pair = pair?;
    let words: Vec<&str> = ROWS.iter().map(|row| row.word).collect();
    let node = reader.resolve(&pair.value)?;
    let fields = reader.fields(pair.key.span, node, "`quotas`", &words);
    let counted = |field: &&Pair| Quota::named(&field.key.text).is_some_and(|row| row.quota.is_counted());
    if let Some(field) = fields.iter().find(counted).filter(|_| !has_tenant) {
        let message = format!("{} are counted by the label of a tenant, and the role has none", shown(&field.key.text));
        let help = "say `tenant: NAME` in the role: what it makes carries a label then";
        reader.report.problem_with_help(field.key.span, message, help);
    }
    let limits: Vec<(Quota, i64)> = fields.iter().filter_map(|field| limit(reader, field, 1)).collect();
    let place = reader.report.place(pair.key.span, &format!("roles.{role}.quotas"));
    (!limits.is_empty()).then(|| Quotas { place, limits: limits.into() })
}

/// An amount with its word, no less than `least`.
pub(super) fn limit<'t>(reader: &mut Reader<'_, 't>, field: &'t Pair, least: i64) -> Option<(Quota, i64)> {
    let row = Quota::named(&field.key.text)?;
    let text = reader.word(field.key.span, &field.value, &shown(row.word))?;
    let read = amount(row, text).filter(|amount| *amount >= least);
    if read.is_none() {
        let message = format!("{} cannot be {}", shown(row.word), shown(text));
        reader.report.problem_with_help(field.value.span, message, help(row));
    }
    read.map(|amount| (row.quota, amount))
}

fn amount(row: &Row, text: &str) -> Option<i64> {
    match row.unit {
        Unit::Count => int(text).filter(|number| *number <= MOST),
        Unit::Bytes => amount::bytes(text),
        Unit::Processors => amount::cpus(text),
    }
}

fn help(row: &Row) -> &'static str {
    match row.unit {
        Unit::Count => "write a whole number from 1 to 1000000; without the word there is no quota",
        Unit::Bytes => "write a size with a unit: `8GiB`; without the word there is no quota",
        Unit::Processors => "write a number of processors: `4`, `0.5`; without the word there is no quota",
    }
}
