//! Roles: for whom they are, their fences and shares.

use super::shapes::{LET, about, any_of, list, map, map_or_let, refer, refer_to, requiring, some};
use crate::policy::language::{self, CERT, CLIENT, CONTAINER, SHARED, Unit};
use serde_json::{Value, json};

/// Definitions about those who ask.
pub(super) fn definitions() -> Vec<(&'static str, Value)> {
    let number = json!({ "type": ["integer", "string"], "pattern": r"^([0-9]+|\$.*)$" });
    let text = any_of(vec![refer("scalar"), regex()]);
    vec![
        ("numbers", some(&number)),
        ("names", some(&refer("scalar"))),
        ("patterns", some(&text)),
        ("client.cert", map_or_let(CERT.rows().map(|(word, line)| (word, refer_to("patterns", line))))),
        ("client.container", map_or_let(CONTAINER.rows().map(|(word, line)| (word, refer_to("patterns", line))))),
        ("client", map_or_let(CLIENT.rows().map(|(word, line)| (word, refer_to(fact(word), line))))),
        ("who", any_of(vec![json!({ "enum": ["anyone", "others"] }), list(refer("client")), refer("let")])),
        ("tenant", any_of(vec![refer("name"), label(), refer("let")])),
        ("shared", map(SHARED.rows().map(|(word, line)| (word, about(line, shared()))))),
        ("quotas", map_or_let(language::quotas().map(|(word, unit, deed)| (word, quota(unit, deed))))),
    ]
}

fn regex() -> Value {
    map([("regex", json!({ "type": "string" }))])
}

fn fact(word: &str) -> &'static str {
    match word {
        "uid" | "gid" => "numbers",
        "container" => "client.container",
        "cert" => "client.cert",
        _ => "names",
    }
}

fn label() -> Value {
    let label = json!({ "type": "string", "pattern": format!("({LET}|^[^=]+=.)") });
    requiring(&["label"], map([("label", label)]))
}

fn shared() -> Value {
    map_or_let(language::shared_kinds().map(|kind| (kind, refer("texts"))))
}

fn quota(unit: Unit, deed: &str) -> Value {
    let amount = match unit {
        Unit::Count => "count",
        Unit::Bytes => "size",
        Unit::Processors => "cpus",
    };
    refer_to(amount, &format!("beyond this they may not {deed}"))
}
