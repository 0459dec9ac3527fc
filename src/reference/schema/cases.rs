//! A policy's own tests.

use super::shapes::{about, any_of, list, map, map_or_let, refer, refer_to, requiring};
use crate::catalogue::parts::{PARTS, SECRETS};
use crate::policy::language::{self, CASE, EXPECT, OBJECT, TOLD};
use serde_json::{Value, json};

/// Definitions about tests.
pub(super) fn definitions() -> Vec<(&'static str, Value)> {
    let rows = CASE.rows().chain(TOLD.rows());
    let case = map(rows.map(|(word, line)| (word, about(line, part(word)))));
    let object = any_of(vec![json!({ "const": "absent" }), refer("case.object"), json!({ "maxProperties": 0 })]);
    let objects = json!({ "type": "object", "minProperties": 1, "additionalProperties": object });
    vec![
        ("case", requiring(&["it", "send", "expect"], case)),
        ("case.object", map_or_let(OBJECT.rows().map(|(word, line)| (word, refer_to("names", line))))),
        ("case.facts", map(language::fact_kinds().map(|kind| (kind, objects.clone())))),
        ("case.expect", any_of(vec![json!({ "enum": ["allow", "absent"] }), map(EXPECT.rows().map(expected))])),
    ]
}

fn part(word: &str) -> Value {
    match word {
        "as" => any_of(vec![json!({ "const": "anyone" }), refer("client")]),
        "send" => json!({ "type": "string", "pattern": r"^(\$|[A-Z]+ /[^ ]*$)" }),
        "about" => any_of(vec![json!({ "const": "absent" }), refer("case.object")]),
        "facts" => refer("case.facts"),
        "original" => any_of(vec![json!({ "type": "object" }), refer("let")]),
        "body" => json!({}),
        "headers" => json!({ "type": "object", "minProperties": 1, "additionalProperties": refer("scalar") }),
        "usage" => refer("quotas"),
        "expect" => refer("case.expect"),
        _ => refer("scalar"),
    }
}

fn expected((word, line): (&'static str, &'static str)) -> (&'static str, Value) {
    let parts: Vec<&str> = PARTS.iter().map(|(_, word, _)| *word).chain([SECRETS]).collect();
    let one = any_of(vec![json!({ "enum": parts }), refer("let")]);
    let hides = any_of(vec![one.clone(), list(one)]);
    let deny = json!({ "type": "string" });
    (word, about(line, if word == "hides" { hides } else { deny }))
}
