//! The schema of a policy.

use super::limits::List;
use super::shapes::{about, list, map, named, refer, requiring};
use super::{DRAFT, cases, entries, values, who};
use crate::policy::VERSION;
use crate::policy::language::{FILE, PART, ROLE};
use serde_json::{Map, Value, json};

/// The schema of a policy.
pub fn policy() -> Value {
    let mut all = Map::from_iter([
        ("$schema".to_owned(), Value::from(DRAFT)),
        ("title".to_owned(), "a policy of dockgate".into()),
        ("description".to_owned(), "who may do what with a Docker socket; what it does not allow is denied".into()),
    ]);
    let file = map(FILE.rows().map(|(word, line)| (word, about(line, part(word)))));
    if let Value::Object(file) = requiring(&["version", "roles"], file) {
        all.extend(file);
    }
    all.insert("$defs".into(), definitions().into());
    all.into()
}

fn definitions() -> Map<String, Value> {
    let mut all = values::definitions();
    all.extend(entries::definitions());
    let more = who::definitions().into_iter().chain(cases::definitions());
    all.extend(more.map(|(name, schema)| (name.to_owned(), schema)));
    let word = |(word, line): (&'static str, &'static str)| (word, about(line, of_block(word)));
    all.insert("role".into(), requiring(&["who"], map(ROLE.rows().map(word))));
    all.insert("part".into(), map(PART.rows().filter(|(word, _)| *word != "includes").map(word)));
    all
}

fn part(word: &str) -> Value {
    match word {
        "version" => json!({ "enum": [VERSION.parse::<i64>().ok(), VERSION] }),
        "let" => named(json!({ "not": { "type": "null" } })),
        "parts" => named(refer("part")),
        "roles" => named(refer("role")),
        "never" => entries_of(List::Never),
        _ => list(refer("case")),
    }
}

fn of_block(word: &str) -> Value {
    match word {
        "may" => entries_of(List::May),
        "never" => entries_of(List::Never),
        "includes" => list(refer("name")),
        "who" => refer("who"),
        "tenant" => refer("tenant"),
        "shared" => refer("shared"),
        _ => refer("quotas"),
    }
}

fn entries_of(of: List) -> Value {
    list(refer(&format!("{}.entry", of.word())))
}
