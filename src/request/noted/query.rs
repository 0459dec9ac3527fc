//! What of a query is left out.

use super::{HIDDEN, secret_pair, url};
use crate::catalogue::is_secret_key;
use crate::request::json::{self, Json};
use crate::request::{Query, Value};

/// Instructions that hold no secrets by themselves.
const PLAIN: &[&str] = &["EXPOSE", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"];

/// The query without what may be secret; `withheld` gets the parameters that suffer by it.
pub(super) fn noted(query: &Query, withheld: &mut Vec<&'static str>) -> Query {
    let mut noted = query.clone();
    for (param, value) in &mut noted.known {
        let before = value.clone();
        withhold(param.name, value);
        if *value != before {
            withheld.push(param.name);
        }
    }
    noted.unknown.iter_mut().for_each(|(_, value)| *value = HIDDEN.to_owned());
    noted
}

fn withhold(name: &str, value: &mut Value) {
    match (name, value) {
        ("author" | "comment" | "message", Value::Text(text)) => *text = HIDDEN.to_owned(),
        ("buildid" | "ps_args" | "session", Value::Text(text)) => *text = HIDDEN.to_owned(),
        // JSON that has to stay readable
        ("cachefrom" | "outputs", Value::Text(text)) => *text = "[]".to_owned(),
        ("buildargs", Value::Text(text)) => *text = object(text, |_| true),
        ("labels", Value::Text(text)) => *text = object(text, is_secret_key),
        ("changes", Value::Text(text)) => *text = instruction(text),
        ("fromImage" | "fromSrc" | "remote", Value::Text(text)) => *text = url(text),
        (_, Value::Filters(filters)) => {
            for values in filters.values_mut() {
                *values = values.iter().map(|value| secret_pair(value)).collect();
            }
        }
        _ => {}
    }
}

/// A JSON object, its values left out where `is_secret` says so of their keys.
fn object(text: &str, is_secret: fn(&str) -> bool) -> String {
    let Ok(Json::Object(mut fields)) = json::read(text.as_bytes()) else { return HIDDEN.to_owned() };
    for (key, value) in &mut fields {
        if is_secret(key) && *value != Json::Null {
            *value = Json::String(HIDDEN.to_owned());
        }
    }
    Json::Object(fields).canonical()
}

/// An instruction of a Dockerfile by its word; what follows stays where it can hold no secret.
fn instruction(text: &str) -> String {
    let (word, _) = text.trim().split_once(char::is_whitespace).unwrap_or((text.trim(), ""));
    let plain = PLAIN.iter().any(|known| known.eq_ignore_ascii_case(word)) && !text.contains(char::is_control);
    if plain { text.to_owned() } else { format!("{word} {HIDDEN}") }
}
