//! Pieces that schemas are put together from.

use serde_json::{Map, Value, json};

/// What begins so stands for a value under `let`.
pub(super) const LET: &str = r"^\$";

/// The definition of this name.
pub(super) fn refer(name: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}") })
}

/// The definition, with a line about this use of it.
pub(super) fn refer_to(name: &str, about: &str) -> Value {
    json!({ "description": about, "$ref": format!("#/$defs/{name}") })
}

/// One of these.
pub(super) fn any_of(schemas: Vec<Value>) -> Value {
    json!({ "anyOf": schemas })
}

/// A schema with a line about it.
pub(super) fn about(line: &str, schema: Value) -> Value {
    let mut all = Map::from_iter([("description".to_owned(), Value::from(line))]);
    if let Value::Object(schema) = schema {
        all.extend(schema);
    }
    all.into()
}

/// A map of these words and no others, with one of them at least.
pub(super) fn map(properties: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    let properties: Map<String, Value> = properties.into_iter().map(|(word, it)| (word.to_owned(), it)).collect();
    json!({ "type": "object", "properties": properties, "additionalProperties": false, "minProperties": 1 })
}

/// As [`map`], or a name under `let` that stands for one.
pub(super) fn map_or_let(properties: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    let mut map = map(properties);
    if let Value::Object(fields) = &mut map {
        fields.insert("type".into(), json!(["object", "string"]));
        fields.insert("pattern".into(), LET.into());
    }
    map
}

/// The schema, where these words have to be there.
pub(super) fn requiring(words: &[&str], mut schema: Value) -> Value {
    if let Value::Object(fields) = &mut schema {
        fields.insert("required".into(), json!(words));
    }
    schema
}

/// A map with names of one's own.
pub(super) fn named(of: Value) -> Value {
    json!({ "type": "object", "propertyNames": refer("name"), "additionalProperties": of, "minProperties": 1 })
}

/// A list with something on it.
pub(super) fn list(of: Value) -> Value {
    json!({ "type": "array", "items": of, "minItems": 1 })
}

/// One, or a list of them.
pub(super) fn some(of: &Value) -> Value {
    any_of(vec![of.clone(), list(of.clone())])
}
