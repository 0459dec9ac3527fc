//! Limits on query parameters, compiled for the parameter that they limit.

use super::pattern::Pattern;
use super::text::{listed, plain, shown};
use crate::catalogue::{Kind, Param};
use crate::request::{Query, Request, Value, signal_name};

/// A limit on one query parameter of one operation.
#[derive(Clone, Debug)]
pub(super) struct QueryLimit {
    pub(super) param: &'static Param,
    allowed: Allowed,
    /// The value that Docker takes when the parameter is absent.
    default: Option<Value>,
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
            Allowed::List(list) => uses(request, self).find(|found| !list.is_empty() && self.holds_use(list, found)),
        };
        found.map(|found| format!("{} (never: query.{})", self.said_use(&found), self.param.name))
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

    fn holds(&self, list: &[Matcher], value: &Value) -> bool {
        let unused = list.is_empty() && !is_used(value);
        unused || list.iter().any(|matcher| self.matches(matcher, value))
    }

    fn matches(&self, matcher: &Matcher, value: &Value) -> bool {
        match (matcher, value) {
            (Matcher::Default, value) => self.default.as_ref() == Some(value),
            (Matcher::Flag(wanted), Value::Flag(is)) => wanted == is,
            (Matcher::Int(wanted), Value::Int(is)) => wanted == is,
            (Matcher::Range(min, max), Value::Int(is)) => {
                min.is_none_or(|min| min <= *is) && max.is_none_or(|max| *is <= max)
            }
            (Matcher::Text(pattern), Value::Text(text)) => pattern.fits(text),
            _ => false,
        }
    }

    fn said_use(&self, found: &Use<'_>) -> String {
        let name = self.param.name;
        let said_value = |value| said_value(self.param.kind, value);
        match found {
            Use::Absent => format!("leave out `{name}`"),
            Use::Default(value) => format!("leave `{name}` at its default {}", said_value(value)),
            Use::Forced(value) => format!("have `{name}` as {}, which this API version implies", said_value(value)),
            Use::Given(value) => format!("set `{name}` to {}", said_value(value)),
        }
    }

    fn said(&self) -> String {
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
    fn said(&self) -> String {
        match self {
            Self::Default => "the default".into(),
            Self::Flag(flag) => format!("`{flag}`"),
            Self::Int(int) => format!("`{int}`"),
            Self::Range(None, None) => "any number".into(),
            Self::Range(Some(min), None) => format!("at least {min}"),
            Self::Range(None, Some(max)) => format!("at most {max}"),
            Self::Range(Some(min), Some(max)) => format!("{min} to {max}"),
            Self::Text(pattern) => shown(&without_credentials(&pattern.to_string())),
        }
    }
}

/// One way in which a request uses a parameter.
enum Use<'a> {
    /// It is left out, and what Docker then takes is no constant.
    Absent,
    /// It is left out.
    Default(&'a Value),
    /// The API version counts, whatever the request says.
    Forced(Value),
    Given(&'a Value),
}

impl Use<'_> {
    fn value(&self) -> Option<&Value> {
        match self {
            Self::Absent => None,
            Self::Default(value) | Self::Given(value) => Some(value),
            Self::Forced(value) => Some(value),
        }
    }
}

/// All that has to be judged: what is given or else the default, and what the version implies.
fn uses<'a>(request: &'a Request, limit: &'a QueryLimit) -> impl Iterator<Item = Use<'a>> {
    let param = limit.param;
    let absent = given(&request.query, param).next().is_none();
    let default = limit.default.as_ref().map_or(Use::Absent, Use::Default);
    given(&request.query, param)
        .map(Use::Given)
        .chain(absent.then_some(default))
        .chain(forced(request, param).map(Use::Forced))
}

/// The value that the request's API version implies.
pub(super) fn forced(request: &Request, param: &'static Param) -> Option<Value> {
    typed(param.kind, param.forced(request.route.version)?)
}

/// The values that the query gives; empty filters are none.
pub(super) fn given<'q>(query: &'q Query, param: &'static Param) -> impl Iterator<Item = &'q Value> {
    let empty = |value: &Value| matches!(value, Value::Filters(filters) if filters.is_empty());
    query.known.iter().filter(|(p, _)| p.name == param.name).map(|(_, value)| value).filter(move |v| !empty(v))
}

/// Why a dangerous parameter that no limit names is denied, if the request uses it.
pub(super) fn danger(request: &Request, param: &'static Param) -> Option<&'static str> {
    let sentence = param.danger?;
    let default = || param.default.and_then(|text| typed(param.kind, text));
    let used = |value: &Value| is_used(value) && default().as_ref() != Some(value);
    let given = given(&request.query, param).any(used);
    (given || forced(request, param).is_some_and(|value| used(&value))).then_some(sentence)
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
fn typed(kind: Kind, text: &str) -> Option<Value> {
    match kind {
        Kind::Bool | Kind::Flag => flag(text).map(Value::Flag),
        Kind::Int => int(text).map(Value::Int),
        Kind::Signal => signal_name(text).map(Value::Text),
        Kind::Text | Kind::Json => Some(Value::Text(text.to_owned())),
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
fn said_value(kind: Kind, value: &Value) -> String {
    match value {
        // build arguments are a usual place for passwords
        Value::Text(_) if kind == Kind::Json => "a value of its own".into(),
        Value::Flag(flag) => format!("`{flag}`"),
        Value::Int(int) => format!("`{int}`"),
        Value::Text(text) => shown(&without_credentials(text)),
        Value::Filters(filters) => {
            let keys: Vec<&str> = filters.keys().map(String::as_str).collect();
            format!("filters by `{}`", plain(&keys.join(", ")))
        }
    }
}

/// The text with the user information of its URLs cut: `https://…@host/x`.
fn without_credentials(text: &str) -> String {
    text.split_inclusive(char::is_whitespace).map(cut_credentials).collect()
}

/// Up to the last `@`, for a password may hold anything that ends a host.
fn cut_credentials(word: &str) -> String {
    let cut = word.split_once("://").and_then(|(scheme, rest)| Some((scheme, rest.rsplit_once('@')?.1)));
    cut.map_or_else(|| word.to_owned(), |(scheme, rest)| format!("{scheme}://…@{rest}"))
}

#[cfg(test)]
#[path = "limit_tests.rs"]
mod tests;
