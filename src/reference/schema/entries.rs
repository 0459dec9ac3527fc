//! What stands in `may` and `never`.

use super::limits::{self, List, limits, selections};
use super::shapes::{any_of, refer, refer_to};
use crate::catalogue::{GROUPS, OPERATIONS, OpSet};
use serde_json::{Map, Value, json};

/// A method and a path without version, which is one operation.
const AT: &str = r"^(\*|[A-Z]+) /";

/// Definitions of entries, and of all that they refer to.
pub(super) fn definitions() -> Map<String, Value> {
    let mut all = limits::definitions();
    all.insert("operation".into(), words());
    for list in [List::May, List::Never] {
        all.extend(limits(list, OpSet::all()).map(|any| (format!("{}.at", list.word()), any)));
        all.insert(format!("{}.entry", list.word()), entry(list, &all));
    }
    all
}

/// An operation or group alone.
fn words() -> Value {
    let one = |word: &str, line: &str| json!({ "const": word, "description": line });
    let groups = GROUPS.iter().map(|group| one(group.name, group.about));
    let operations = OPERATIONS.iter().map(|row| one(row.name, row.about));
    let everything = one("everything", "all operations, unexamined: root on the host");
    let at = json!({ "type": "string", "pattern": AT, "description": "the operation of a method and a path" });
    any_of(groups.chain(operations).chain([everything, at]).collect())
}

/// An operation or group, alone or with limits.
fn entry(list: List, known: &Map<String, Value>) -> Value {
    let name = |word: &str| format!("{}.{word}", list.word());
    let takes = selections(list).filter(|(_, word, _)| known.contains_key(&name(word)));
    let limited: Map<String, Value> = takes.map(|(_, word, _)| (word.to_owned(), refer(&name(word)))).collect();
    let at = Map::from_iter([(AT.to_owned(), refer_to(&name("at"), "the operation of a method and a path"))]);
    let limited = json!({
        "type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": false,
        "properties": limited, "patternProperties": at,
    });
    json!({ "if": { "type": "object" }, "then": limited, "else": { "$ref": "#/$defs/operation" } })
}
