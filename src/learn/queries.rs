//! The values of parameters → the limits that just allow them.

use super::limits::Limit;
use super::observed::Observed;
use super::said;
use super::values::Values;
use crate::catalogue::{Kind, Param, Risk};
use crate::policy::quoted;
use crate::request::Value;

/// Limits on the parameters that matter: dangerous ones, signals, paths, fixed words, and switches
/// that make a change go further.
pub(super) fn limits(seen: &Observed, notes: &mut Vec<String>) -> Vec<Limit> {
    let changes = seen.op.operation().risk >= Risk::Write;
    seen.query.iter().filter_map(|(param, values)| limit(seen, param, values, changes, notes)).collect()
}

fn limit(
    seen: &Observed,
    param: &Param,
    values: &Values<Option<Value>>,
    changes: bool,
    notes: &mut Vec<String>,
) -> Option<Limit> {
    let word = format!("query.{}", param.name);
    let given = values.iter().any(Option::is_some);
    match param.kind {
        Kind::Flag | Kind::Bool if param.danger.is_some() || changes => switch(param, &word, values),
        Kind::Signal => list(seen, param, &word, values, notes),
        Kind::Path | Kind::Text if param.danger.is_some() || param.one_spelling || param.kind == Kind::Path => {
            given.then(|| list(seen, param, &word, values, notes)).flatten()
        }
        _ => None,
    }
}

/// A switch that nobody turned on stays off; one that was may be either way.
fn switch(param: &Param, word: &str, values: &Values<Option<Value>>) -> Option<Limit> {
    let on = |value: &Option<Value>| match value {
        Some(Value::Flag(on)) => *on,
        _ => param.default == Some("true"),
    };
    match (values.iter().any(on), param.danger) {
        (true, Some(_)) => Some(Limit::any(word)),
        (true, None) => None,
        // unless it is named, a dangerous one is off
        (false, Some(_)) => None,
        (false, None) => (param.default == Some("false")).then(|| Limit::list(word, vec!["false".to_owned()])),
    }
}

fn list(
    seen: &Observed,
    param: &Param,
    word: &str,
    values: &Values<Option<Value>>,
    notes: &mut Vec<String>,
) -> Option<Limit> {
    if values.are_more() {
        notes.push(format!("{}: `{word}` had too many values to list, so any is allowed", seen.op.name()));
        return param.danger.map(|_| Limit::any(word));
    }
    let item = |value: &Option<Value>| match value {
        None => "default".to_owned(),
        Some(Value::Text(text)) if param.kind == Kind::Signal => quoted(text),
        Some(value) => said::name(&value.canonical()),
    };
    Some(Limit::list(word, values.iter().map(item).collect()))
}
