//! How values of limits are written, by their kinds.

use super::super::said;
use super::shapes::{LET, about, any_of, list, map, refer};
use crate::catalogue::{FACETS, FacetKind, FacetRow, Kind, LeftOut, OPERATIONS, Param};
use crate::policy::language::{self, OBJECT_KEYS, VALUE};
use serde_json::{Map, Value, json};

/// Definitions that limits refer to.
pub(super) fn definitions() -> Map<String, Value> {
    let mut all = Map::new();
    for (name, schema) in basics().into_iter().chain(items()) {
        all.insert(name.to_owned(), schema);
    }
    for name in ["texts", "paths", "devices", "flags", "objects", "integers"] {
        all.insert(name.to_owned(), values(&format!("one.{name}")));
    }
    all.insert("wholly".to_owned(), json!({ "anyOf": [{ "enum": ["any", "none", "default"] }, refer("let")] }));
    for row in FACETS {
        all.insert(format!("facet.{}", row.word), facet(row));
    }
    for param in parameters().filter(|param| is_uniform(param)) {
        all.entry(format!("query.{}", param.name)).or_insert_with(|| of_parameter(param));
    }
    all
}

fn basics() -> Vec<(&'static str, Value)> {
    let flag = "^([Tt]rue|TRUE|[Ff]alse|FALSE|[Yy]es|YES|[Nn]o|NO)$";
    let units: Vec<&str> = language::units().collect();
    vec![
        ("let", json!({ "description": "what `let` says", "type": "string", "pattern": LET })),
        ("name", json!({ "type": ["string", "number"], "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$" })),
        ("scalar", json!({ "type": ["string", "number", "boolean"] })),
        ("word", json!({ "$ref": "#/$defs/scalar", "not": { "enum": ["any", "none", "anyone", "everything"] } })),
        ("flag", any_of(vec![json!({ "type": "boolean" }), json!({ "type": "string", "pattern": flag })])),
        ("count", json!({ "type": ["integer", "string"], "pattern": r"^(-?[0-9]+|\$.*)$" })),
        ("cpus", json!({ "type": ["number", "string"], "pattern": r"^([0-9]+(\.[0-9]+)?|\$.*)$" })),
        ("size", json!({ "type": "string", "pattern": format!(r"^([0-9]+(\.[0-9]+)? *({})|\$.*)$", units.join("|")) })),
    ]
}

/// Single values.
fn items() -> Vec<(&'static str, Value)> {
    let value = |word: &str, schema: Value| about(line(word), schema);
    let regex = || map([("regex", value("regex", json!({ "type": "string" })))]);
    let exactly = || map([("name", value("name", refer("scalar")))]);
    let from = || {
        let fields = [("from", value("from", refer("path"))), ("read_only", value("read_only", refer("flag")))];
        super::shapes::requiring(&["from"], map(fields))
    };
    let facts = || map(OBJECT_KEYS.iter().map(|word| (*word, value(word, refer("fact")))));
    vec![
        ("one.texts", any_of(vec![refer("word"), regex(), exactly()])),
        ("one.objects", any_of(vec![refer("word"), regex(), facts()])),
        ("path", json!({ "type": "string", "pattern": r"^(/|\$)" })),
        ("one.paths", any_of(vec![refer("path"), regex(), exactly(), from()])),
        (
            "one.devices",
            any_of(vec![json!({ "type": "string", "pattern": r"^(/|\$|.*=)" }), regex(), exactly(), from()]),
        ),
        ("one.flags", any_of(vec![refer("flag"), json!({ "const": "default" }), refer("let")])),
        ("one.integers", any_of(vec![refer("count"), range("count"), json!({ "const": "default" })])),
        ("range.count", range("count")),
        ("range.cpus", range("cpus")),
        ("range.size", range("size")),
        ("fact", any_of(vec![refer("one.texts"), list(refer("one.texts"))])),
    ]
}

fn line(word: &str) -> &'static str {
    VALUE.rows().find(|(known, _)| *known == word).map_or("", |(_, line)| line)
}

fn range(of: &str) -> Value {
    map([("min", about(line("min"), refer(of))), ("max", about(line("max"), refer(of)))])
}

/// `any`, `none`, one of the items, or a list of them.
fn values(item: &str) -> Value {
    let list = json!({ "type": "array", "items": refer(item) });
    any_of(vec![json!({ "enum": ["any", "none"] }), refer(item), list])
}

/// A limit by the word of a facet.
fn facet(row: &'static FacetRow) -> Value {
    let line = format!("{}. Unless said: {}.", said::about(row), said::unsaid(row));
    let schema = match row.kind {
        FacetKind::Count => amounts(row, "range.count"),
        FacetKind::Cpus => amounts(row, "range.cpus"),
        FacetKind::Size => amounts(row, "range.size"),
        FacetKind::Device => refer("devices"),
        FacetKind::Flag => refer("flags"),
        FacetKind::HostPath => refer("paths"),
        FacetKind::Namespace => modes(row),
        _ if language::names_objects(row) => refer("objects"),
        _ => refer("texts"),
    };
    about(&line, schema)
}

/// What is left out of these has no limit, so `none` could fit no request.
fn amounts(row: &FacetRow, item: &str) -> Value {
    let words: &[&str] = match row.left_out {
        LeftOut::Unlimited => &["any"],
        LeftOut::Default => &["any", "none", "default"],
        LeftOut::False | LeftOut::Unused => &["any", "none"],
    };
    let one = any_of(vec![refer(item), refer("let")]);
    any_of(vec![json!({ "enum": words }), one.clone(), list(one)])
}

/// The words that Docker has for a namespace.
fn modes(row: &FacetRow) -> Value {
    let (words, joins) = language::modes(row);
    let words: Vec<&str> = words.iter().copied().chain(["default"]).collect();
    let mut one = vec![json!({ "enum": words }), refer("let")];
    if joins {
        one.push(json!({ "type": "string", "pattern": "^(container:|own$)" }));
    }
    one.push(refer("one.map"));
    let one = any_of(one);
    any_of(vec![json!({ "enum": ["any", "none"] }), one.clone(), json!({ "type": "array", "items": one })])
}

/// A limit on a query parameter: by its definition, where it is one and the same in all operations.
pub(super) fn parameter(param: &'static Param) -> Value {
    if is_uniform(param) { refer(&format!("query.{}", param.name)) } else { of_parameter(param) }
}

fn is_uniform(param: &Param) -> bool {
    let told = |param: &Param| (param.kind, param.default, param.danger);
    parameters().all(|other| other.name != param.name || told(other) == told(param))
}

fn parameters() -> impl Iterator<Item = &'static Param> {
    OPERATIONS.iter().flat_map(|row| row.query)
}

fn of_parameter(param: &Param) -> Value {
    let default = param.default.map(|value| format!("; left out, `{value}`")).unwrap_or_default();
    let danger = param.danger.map(|deed| format!("; `none` unless said, for it can {deed}")).unwrap_or_default();
    let line = format!("the parameter `{}`{default}{danger}", param.name);
    let values = match param.kind {
        Kind::Bool | Kind::Flag => "flags",
        Kind::Int => "integers",
        Kind::Path | Kind::Signal | Kind::Text => "texts",
        Kind::Filters | Kind::Json => "wholly",
    };
    about(&line, refer(values))
}
