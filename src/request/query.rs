//! The query: each key at most once, values typed as dockerd reads them.

use super::{Refusal, signal};
use crate::catalogue::{Kind, Operation, Param};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// How many `key=value` pairs a query may have.
pub const MAX_QUERY_PAIRS: usize = 256;

/// What stands unescaped in a rebuilt query: RFC 3986's unreserved characters.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A query, typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// The parameters that the operation's row knows, in the order of the request.
    pub known: Vec<(&'static Param, Value)>,
    /// Keys that the row does not know, with values that are not empty.
    pub unknown: Vec<(String, String)>,
}

/// The value of one query parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A boolean.
    Flag(bool),
    /// A whole number.
    Int(i64),
    /// Text, a signal's normal name, or JSON in one spelling.
    Text(String),
    /// The `filters` object.
    Filters(BTreeMap<String, BTreeSet<String>>),
}

impl Query {
    /// Reads a raw query (the part behind `?`) by the table of `operation`.
    ///
    /// # Errors
    /// A semicolon, a bad escape, a repeated key, too many pairs, or a value
    /// that dockerd reads differently from what it looks like.
    pub fn read(raw: &str, operation: &'static Operation) -> Result<Self, Refusal> {
        let mut query = Self::default();
        if raw.is_empty() {
            return Ok(query);
        }
        // Go dropped `;` as a separator in 1.17, except where errors are ignored (build).
        if raw.contains(';') {
            return Err(Refusal::malformed(
                "the query has a `;`, which daemons read in different ways: write `&` or `%3B`",
            ));
        }
        for (count, pair) in raw.split('&').filter(|p| !p.is_empty()).enumerate() {
            if count >= MAX_QUERY_PAIRS {
                return Err(Refusal::malformed(format!("the query has more than {MAX_QUERY_PAIRS} parameters")));
            }
            query.add(pair, operation)?;
        }
        Ok(query)
    }

    fn add(&mut self, pair: &str, operation: &'static Operation) -> Result<(), Refusal> {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (key, value) = (decode(key)?, decode(value)?);
        let Some(param) = operation.param(&key) else {
            return self.add_unknown(key, value);
        };
        // The first of several counts for dockerd; a filter that reads the last would be fooled.
        if !param.many && self.get(param.name).is_some() {
            return Err(Refusal::malformed(format!("the query parameter `{}` is given twice", param.name)));
        }
        if let Some(value) = Value::read(param, &value)? {
            self.known.push((param, value));
        }
        Ok(())
    }

    fn add_unknown(&mut self, key: String, value: String) -> Result<(), Refusal> {
        if self.unknown.iter().any(|(k, _)| *k == key) {
            return Err(Refusal::malformed("an unknown query parameter is given twice"));
        }
        if !value.is_empty() {
            self.unknown.push((key, value));
        }
        Ok(())
    }

    /// The first value of a known parameter.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.known.iter().find(|(param, _)| param.name == name).map(|(_, value)| value)
    }

    /// Every value of a known parameter.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Value> {
        self.known.iter().filter(move |(p, _)| p.name == name).map(|(_, v)| v)
    }

    /// The one spelling that is forwarded; unknown keys travel only where asked.
    pub fn canonical(&self, with_unknown: bool) -> String {
        let mut out = String::new();
        for (param, value) in &self.known {
            push(&mut out, param.name, &value.canonical());
        }
        for (key, value) in self.unknown.iter().filter(|_| with_unknown) {
            push(&mut out, key, value);
        }
        out
    }
}

impl Value {
    /// Reads a value as dockerd's handler does; `None` where empty means absent.
    fn read(param: &Param, text: &str) -> Result<Option<Self>, Refusal> {
        let odd = |what: &str| Refusal::malformed(format!("the query parameter `{}` is not {what}", param.name));
        if text.is_empty() && param.kind != Kind::Flag {
            return Ok(None);
        }
        Ok(Some(match param.kind {
            Kind::Flag => Self::Flag(flag(text)),
            Kind::Bool => Self::Flag(boolean(text).ok_or_else(|| odd("`true` or `false`"))?),
            Kind::Int => Self::Int(int(text).ok_or_else(|| odd("a whole number"))?),
            Kind::Text | Kind::Path => Self::Text(text.to_owned()),
            Kind::Json => Self::Text(super::json::read(text.as_bytes()).map_err(|_| odd("plain JSON"))?.canonical()),
            Kind::Signal => Self::Text(signal::name(text).ok_or_else(|| odd("a signal"))?),
            Kind::Filters => Self::Filters(filters(text).ok_or_else(|| odd("a JSON object of filters"))?),
        }))
    }

    /// The value in the one spelling that is forwarded.
    pub fn canonical(&self) -> String {
        match self {
            Self::Flag(flag) => if *flag { "1" } else { "0" }.to_owned(),
            Self::Int(int) => int.to_string(),
            Self::Text(text) => text.clone(),
            Self::Filters(filters) => canonical_filters(filters),
        }
    }
}

/// dockerd's `BoolValue`: a handful of words are false, all else is true.
fn flag(text: &str) -> bool {
    !matches!(text.trim().to_ascii_lowercase().as_str(), "" | "0" | "no" | "false" | "none")
}

/// Go's `strconv.ParseBool`.
fn boolean(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

/// Go's `strconv.Atoi`: a sign and digits, no spaces, no underscores.
fn int(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

/// dockerd takes `{"label":["a"]}` and `{"label":{"a":true}}`, where even `false` counts.
fn filters(text: &str) -> Option<BTreeMap<String, BTreeSet<String>>> {
    use super::json::Json;
    let Ok(Json::Object(fields)) = super::json::read(text.as_bytes()) else {
        return None;
    };
    fields.into_iter().map(|(key, values)| Some((key, filter_values(values)?))).collect()
}

fn filter_values(values: super::json::Json) -> Option<BTreeSet<String>> {
    use super::json::Json;
    match values {
        Json::Array(items) => {
            items.into_iter().map(|item| if let Json::String(text) = item { Some(text) } else { None }).collect()
        }
        Json::Object(fields) => {
            fields.into_iter().map(|(key, on)| matches!(on, Json::Bool(_)).then_some(key)).collect()
        }
        _ => None,
    }
}

fn canonical_filters(filters: &BTreeMap<String, BTreeSet<String>>) -> String {
    let map: BTreeMap<_, BTreeMap<_, _>> =
        filters.iter().map(|(key, values)| (key, values.iter().map(|v| (v, true)).collect())).collect();
    serde_json::to_string(&map).unwrap_or_default()
}

/// One decode, as dockerd does; `+` is a space.
fn decode(text: &str) -> Result<String, Refusal> {
    let bad = || Refusal::malformed("the query has a bad percent escape");
    let bytes = text.as_bytes();
    for (at, _) in bytes.iter().enumerate().filter(|(_, b)| **b == b'%') {
        let hex = |i: usize| bytes.get(i).is_some_and(u8::is_ascii_hexdigit);
        if !hex(at + 1) || !hex(at + 2) {
            return Err(bad());
        }
    }
    let spaced = text.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8();
    decoded.map(|text| text.into_owned()).map_err(|_| Refusal::malformed("the query is not UTF-8"))
}

fn push(out: &mut String, key: &str, value: &str) {
    let separator = if out.is_empty() { "" } else { "&" };
    let (key, value) = (utf8_percent_encode(key, ESCAPED), utf8_percent_encode(value, ESCAPED));
    // Writing to a String does not fail.
    let _ = write!(out, "{separator}{key}={value}");
}
