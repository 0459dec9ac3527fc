//! Limits on query parameters, compiled for the parameter that they limit.

use super::path;
use super::pattern::Pattern;
use super::text::{listed, plain, shown, without_credentials};
use super::uses::{Use, uses};
use crate::catalogue::{FLOOR, Kind, Param};
use crate::request::{Request, Value, signal_name};
use std::collections::BTreeSet;

/// A limit on one query parameter of one operation.
#[derive(Clone, Debug)]
pub(super) struct QueryLimit {
    pub(super) param: &'static Param,
    pub(super) allowed: Allowed,
    /// The value that Docker takes when the parameter is absent.
    pub(super) default: Option<Value>,
}

#[derive(Clone, Debug)]
pub(super) enum Allowed {
    Any,
    List(Vec<Matcher>),
}

/// One value of a list.
#[derive(Clone, Debug)]
pub(super) enum Matcher {
    /// `default`: the parameter is left out, or says what Docker would take anyway.
    Default,
    Flag(bool),
    Int(i64),
    Range(Option<i64>, Option<i64>),
    Text(Pattern),
    /// Over the one spelling of a path.
    Path(Pattern),
}

impl QueryLimit {
    pub(super) fn new(param: &'static Param, allowed: Allowed) -> Self {
        Self { param, allowed, default: param.default.and_then(|text| typed(param.kind, text)) }
    }

    /// What the request does beyond the limit; completes "may not ...".
    pub(super) fn objection(&self, request: &Request) -> Option<String> {
        let Allowed::List(list) = &self.allowed else { return None };
        let beyond = uses(request, self).find(|found| !self.holds_use(list, found))?;
        let deed = self.said_use(&beyond);
        Some(format!("{deed} (query.{}: {})", self.param.name, self.said()))
    }

    /// What the request does of what is listed; completes "may not ...".
    pub(super) fn touched(&self, request: &Request) -> Option<String> {
        let found = match &self.allowed {
            Allowed::Any => uses(request, self).find(|found| found.value().is_some_and(is_used)),
            Allowed::List(list) => uses(request, self).find(|found| self.may_hold(list, found)),
        };
        found.map(|found| format!("{} (never: query.{})", self.said_use(&found), self.param.name))
    }

    /// Whether a request may give this value.
    pub(super) fn admits(&self, value: &Value) -> bool {
        match &self.allowed {
            Allowed::Any => true,
            Allowed::List(list) => self.holds(list, value),
        }
    }

    /// Values that it lists, what is next to them, and what Docker takes by itself.
    pub(super) fn samples(&self) -> Vec<Value> {
        let list = if let Allowed::List(list) = &self.allowed { list.as_slice() } else { &[] };
        let other = match self.param.kind {
            Kind::Bool | Kind::Flag => vec![Value::Flag(true), Value::Flag(false)],
            Kind::Int => vec![Value::Int(0)],
            Kind::Signal => ["HUP", "KILL", "TERM"].map(|signal| Value::Text(signal.into())).to_vec(),
            Kind::Path => vec![Value::Text("/another".into())],
            _ => vec![Value::Text("another".into())],
        };
        list.iter().flat_map(Matcher::samples).chain(self.default.clone()).chain(other).collect()
    }

    /// Whether some value of the list stands for what no sample shows.
    pub(super) fn is_opaque(&self) -> bool {
        let is = |matcher: &Matcher| !matches!(matcher, Matcher::Default) && matcher.samples().is_empty();
        matches!(&self.allowed, Allowed::List(list) if list.iter().any(is))
    }

    /// Whether no request at all can fit.
    pub(super) fn fits_nothing(&self) -> bool {
        let none = matches!(&self.allowed, Allowed::List(list) if list.is_empty());
        none && self.default.as_ref().is_some_and(is_used)
    }

    fn holds_use(&self, list: &[Matcher], found: &Use<'_>) -> bool {
        match found.value() {
            Some(value) => self.holds(list, value),
            None => list.is_empty() || list.iter().any(|m| matches!(m, Matcher::Default)),
        }
    }

    /// Whether the use is on the list as far as can be told.
    fn may_hold(&self, list: &[Matcher], found: &Use<'_>) -> bool {
        let unclear = |matcher: &Matcher| found.value().is_some_and(|value| matcher.may_mean(value));
        !list.is_empty() && (self.holds_use(list, found) || list.iter().any(unclear))
    }

    fn holds(&self, list: &[Matcher], value: &Value) -> bool {
        let unused = list.is_empty() && !is_used(value);
        unused || list.iter().any(|matcher| self.matches(matcher, value))
    }

    fn matches(&self, matcher: &Matcher, value: &Value) -> bool {
        match matcher {
            Matcher::Default => self.default.as_ref() == Some(value),
            matcher => matcher.fits(value),
        }
    }

    fn said_use(&self, found: &Use<'_>) -> String {
        let name = self.param.name;
        let said_value = |value| said_value(self.param.kind, value);
        match found {
            Use::Absent => format!("leave out `{name}`"),
            Use::Default(value) => format!("leave `{name}` at its default {}", said_value(value)),
            Use::Forced(value) => format!("have `{name}` as {}, which {} imply", said_value(value), self.old()),
            Use::Ignored => format!("have `{name}` ignored, as {} do", self.old()),
            Use::Given(value) => format!("set `{name}` to {}", said_value(value)),
        }
    }

    /// The versions that do not know the parameter.
    fn old(&self) -> String {
        format!("API versions before {}", self.param.since.unwrap_or(FLOOR))
    }

    pub(super) fn said(&self) -> String {
        match &self.allowed {
            Allowed::Any => "any".into(),
            Allowed::List(list) if list.is_empty() => "none".into(),
            Allowed::List(list) => {
                const MOST: usize = 6;
                let said: Vec<String> = list.iter().map(Matcher::said).collect();
                format!("only {}", listed(&said, "or", MOST))
            }
        }
    }
}

impl Matcher {
    /// Whether the value is what the matcher stands for; what a default is, it does not know.
    pub(super) fn fits(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Flag(wanted), Value::Flag(is)) => wanted == is,
            (Self::Int(wanted), Value::Int(is)) => wanted == is,
            (Self::Range(min, max), Value::Int(is)) => {
                min.is_none_or(|min| min <= *is) && max.is_none_or(|max| *is <= max)
            }
            (Self::Text(pattern), Value::Text(text)) => pattern.fits(text),
            (Self::Path(pattern), Value::Text(text)) => path::normal(text).is_some_and(|path| pattern.fits(&path)),
            _ => false,
        }
    }

    /// Values at its edge.
    fn samples(&self) -> Vec<Value> {
        match self {
            Self::Default => Vec::new(),
            Self::Flag(flag) => vec![Value::Flag(*flag)],
            Self::Int(int) => vec![Value::Int(*int)],
            Self::Range(min, max) => min.iter().chain(max).copied().map(Value::Int).collect(),
            Self::Text(pattern) | Self::Path(pattern) => pattern.samples().into_iter().map(Value::Text).collect(),
        }
    }

    /// Whether the value may mean what the matcher stands for, although it is written otherwise.
    fn may_mean(&self, value: &Value) -> bool {
        match (self, value) {
            // keys without values filter nothing
            (Self::Default, Value::Filters(filters)) => filters.values().all(BTreeSet::is_empty),
            (Self::Path(_), Value::Text(text)) => path::normal(text).is_none(),
            _ => false,
        }
    }

    pub(super) fn said(&self) -> String {
        match self {
            Self::Default => "the default".into(),
            Self::Flag(flag) => format!("`{flag}`"),
            Self::Int(int) => format!("`{int}`"),
            Self::Range(None, None) => "any number".into(),
            Self::Range(Some(min), None) => format!("at least {min}"),
            Self::Range(None, Some(max)) => format!("at most {max}"),
            Self::Range(Some(min), Some(max)) => format!("{min} to {max}"),
            Self::Path(pattern) => shown(&pattern.to_string()),
            Self::Text(pattern) => shown(&without_credentials(&pattern.to_string())),
        }
    }
}

/// Whether the value asks for anything: `false` and emptiness do not.
pub(super) fn is_used(value: &Value) -> bool {
    match value {
        Value::Flag(flag) => *flag,
        Value::Int(_) => true,
        Value::Text(text) => !text.is_empty(),
        Value::Filters(filters) => !filters.is_empty(),
    }
}

/// A value of the catalogue or a policy, read by the kind of its parameter.
pub(super) fn typed(kind: Kind, text: &str) -> Option<Value> {
    match kind {
        Kind::Bool | Kind::Flag => flag(text).map(Value::Flag),
        Kind::Int => int(text).map(Value::Int),
        Kind::Signal => signal_name(text).map(Value::Text),
        Kind::Text | Kind::Path | Kind::Json => Some(Value::Text(text.to_owned())),
        Kind::Filters => None,
    }
}

/// A boolean as policies write it.
pub(super) fn flag(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" => Some(true),
        "false" | "no" => Some(false),
        _ => None,
    }
}

/// A whole number as policies write it: digits, perhaps a minus, nothing that could be octal.
pub(super) fn int(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = digits.bytes().all(|b| b.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'));
    if plain { text.parse().ok() } else { None }
}

/// A value in words, without what may be secret in it: clients, records and logs read them.
pub(super) fn said_value(kind: Kind, value: &Value) -> String {
    match value {
        // build arguments are a usual place for passwords
        Value::Text(_) if kind == Kind::Json => "a value of its own".into(),
        Value::Text(text) if kind == Kind::Path => path::said(text),
        Value::Flag(flag) => format!("`{flag}`"),
        Value::Int(int) => format!("`{int}`"),
        Value::Text(text) => shown(&without_credentials(text)),
        Value::Filters(filters) => {
            let keys: Vec<&str> = filters.keys().map(String::as_str).collect();
            format!("filters by `{}`", plain(&keys.join(", ")))
        }
    }
}

#[cfg(test)]
#[path = "limit_tests.rs"]
mod tests;
