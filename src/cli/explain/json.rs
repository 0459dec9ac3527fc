//! An explanation for programs.

use super::page::Page;
use crate::learn::Change;
use crate::policy::{Verdict, Why};
use serde_json::{Value, json};

/// The whole explanation as one object.
pub(super) fn object(page: &Page<'_>) -> Value {
    let it = page.explained;
    let uses = it.uses.iter().map(|used| {
        json!({ "facet": used.word, "value": used.value, "default": used.by_default, "ordinary": used.ordinary })
    });
    let grants = it.grants.iter().map(|near| json!({ "policy": near.place.to_string(), "why": reasons(&near.why) }));
    let next = it.next.iter().map(|(command, ops)| {
        json!({ "command": command, "operations": ops.iter().map(|op| op.name()).collect::<Vec<_>>() })
    });
    let facts = it.facts.iter().map(|fact| json!({ "of": fact.of, "said": fact.said }));
    json!({
        "title": page.title,
        "send": it.send,
        "body": it.body.as_ref().and_then(|body| serde_json::from_str::<Value>(body).ok()),
        "operation": it.operation.map(|operation| operation.name),
        "client": it.client,
        "role": it.role.map(|role| role.name().as_str()),
        "uses": uses.collect::<Vec<_>>(),
        "facts": facts.collect::<Vec<_>>(),
        "never": reasons(&it.never),
        "fence": reasons(&it.fence),
        "grants": grants.collect::<Vec<_>>(),
        "more_grants": it.more_grants,
        "set": it.set,
        "hides": it.hidden,
        "unexamined": it.unexamined,
        "verdict": it.verdict.word(),
        "absent": matches!(it.verdict, Verdict::Deny { absent: true, .. }),
        "why": it.verdict.why(),
        "policy": it.verdict.place().map(ToString::to_string),
        "hangs_on": it.hangs_on,
        "change": page.change.map(change),
        "next": next.collect::<Vec<_>>(),
    })
}

fn reasons(why: &[Why]) -> Vec<Value> {
    let place = |why: &Why| why.place.as_ref().map(ToString::to_string);
    why.iter().map(|why| json!({ "word": why.word, "may_not": why.sentence, "policy": place(why) })).collect()
}

fn change(change: &Change) -> Value {
    match change {
        Change::Nothing(why) => json!({ "none": why }),
        Change::Entry(addition) => json!({
            "role": addition.role,
            "file": addition.after.as_ref().map(|(file, _)| file.as_ref()),
            "after_line": addition.after.as_ref().map(|(_, line)| line),
            "lines": addition.lines,
            "notes": addition.notes,
            "limit": addition.limit.as_ref().map(|(place, word, value)| {
                json!({ "policy": place.to_string(), "word": word, "value": value })
            }),
        }),
    }
}
