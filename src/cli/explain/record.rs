//! A decision that the audit holds.

use super::{Explain, failed};
use crate::cli::Exit;
use crate::cli::records::{Line, Record, Records};
use crate::cli::say::say;
use crate::cli::sources::{self, Bad};
use crate::policy::Told;
use std::path::Path;

/// How to have more to tell the next time.
const HOW: &str =
    "the record holds no request: `audit_requests: true` or `serve --audit-requests` records them from then on";

/// Explains a record: by the policy if one is given and the request was recorded, else by what it says.
pub(super) fn explained(explain: &Explain, audit: &Path) -> Result<Exit, Bad> {
    let [id] = explain.words.as_slice() else {
        return Err(failed(&"with --audit, say which record: its id stands in brackets behind each denial"));
    };
    let line = find(audit, id)?;
    let (told, record) = match line {
        Line::Request { told, record } => (Some(told), record),
        Line::Bare(record) => (None, record),
    };
    match told {
        Some(told) if !explain.policy.is_empty() => by_policy(explain, *told, &record),
        told => {
            if explain.json {
                say!("{}", record.json())
            } else {
                shown(&record)
            }
            sources::warn(if told.is_some() { "with --policy, all of the decision is told" } else { HOW });
            Ok(if record.is_allowed() { Exit::Fine } else { Exit::Denied })
        }
    }
}

/// The record of this id; broken lines on the way are told of.
fn find(audit: &Path, id: &str) -> Result<Line, Bad> {
    for line in Records::open(audit).map_err(|error| failed(&error))? {
        match line {
            Ok(Line::Request { record, told }) if record.id == id => return Ok(Line::Request { record, told }),
            Ok(Line::Bare(record)) if record.id == id => return Ok(Line::Bare(record)),
            Ok(_) => {}
            Err(problem) => sources::warn(&problem),
        }
    }
    Err(failed(&format!("`{}` holds no decision with the id `{id}`", audit.display())))
}

fn by_policy(explain: &Explain, told: Told, record: &Record) -> Result<Exit, Bad> {
    let (policy, sources) = sources::load(&explain.policy)?;
    let told = vec![(String::new(), told)];
    if !explain.json {
        say!("recorded {} as {}: {}\n", record.time, record.id, said(&record.verdict));
    }
    Ok(explain.tell(&policy, &sources, &told))
}

fn shown(record: &Record) {
    let object = record.object.as_ref().map(|object| format!(" `{object}`")).unwrap_or_default();
    let operation = record.operation.as_deref().unwrap_or("no operation");
    say!("recorded {} as {}", record.time, record.id);
    say!("asks      {} {operation}{object}", record.method);
    say!("from      {}", record.who());
    if let Some(role) = &record.role {
        say!("role      {role}");
    }
    say!("verdict   {}", said(&record.verdict));
    record.why.iter().for_each(|why| say!("          may not {why}"));
    record.policy.iter().for_each(|place| say!("          {place}"));
    record.set.iter().for_each(|set| say!("sets      {set}"));
}

fn said(verdict: &str) -> &str {
    match verdict {
        "allow" => "allowed",
        "deny" => "denied",
        "refuse" => "refused",
        "fail" => "failed",
        other => other,
    }
}
