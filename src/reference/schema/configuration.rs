//! The schema of a configuration.

use super::DRAFT;
use super::shapes::{about, any_of, list, map, requiring};
use crate::proxy::config::words::{INHERITED, Key, TCP, TLS, TOP, UNIX, Value as Kind};
use serde_json::{Map, Value, json};

/// The schema of a configuration.
pub fn configuration() -> Value {
    let mut all = Map::from_iter([
        ("$schema".to_owned(), Value::from(DRAFT)),
        ("title".to_owned(), "a configuration of dockgate".into()),
        ("description".to_owned(), "where to listen, and which policy holds there".into()),
    ]);
    if let Value::Object(top) = requiring(&["listen"], keys(TOP)) {
        all.extend(top);
    }
    all.into()
}

fn keys(keys: &'static [Key]) -> Value {
    map(keys.iter().map(|key| (key.word, about(key.about, value(key.value)))))
}

fn value(kind: Kind) -> Value {
    let text = || json!({ "type": ["string", "number"] });
    match kind {
        Kind::Flag => json!({ "enum": [true, false, "true", "false", "yes", "no", "on", "off"] }),
        Kind::Count => {
            json!({ "type": ["integer", "string"], "minimum": 1, "maximum": 1_000_000, "pattern": "^[0-9]+$" })
        }
        Kind::Duration => json!({ "type": "string", "pattern": "^[0-9]+ *[a-z]" }),
        Kind::Size => json!({ "type": "string", "pattern": "^[0-9]+ *(KiB|MiB|GiB)$" }),
        Kind::Mode => json!({ "type": ["string", "integer"], "pattern": "^[0-7]+$" }),
        Kind::Choice(words) => json!({ "enum": words }),
        Kind::Text => text(),
        Kind::Texts => any_of(vec![text(), list(text())]),
        Kind::Map(words) if std::ptr::eq(words, TLS) => requiring(&["certificate", "key", "client_ca"], keys(words)),
        Kind::Map(words) => keys(words),
        Kind::Listeners => list(listener()),
    }
}

/// One of three kinds, by the word that says where.
fn listener() -> Value {
    let of = |at: &str, words| requiring(&[at, "policy"], keys(words));
    let has = |at: &str| json!({ "required": [at] });
    json!({
        "type": "object",
        "if": has("socket"), "then": of("socket", UNIX),
        "else": { "if": has("inherited"), "then": of("inherited", INHERITED), "else": of("address", TCP) },
    })
}
