//! `dockgate diff`: what a new policy allows that the old one did not, and the other way round.

use super::say::{say, show};
use super::sources::{self, Bad};
use super::{Exit, table};
use crate::policy::{Change, Difference, Side, diff};
use serde::Serialize;
use std::path::PathBuf;

/// The most operations that one line names.
const MOST: usize = 2;

/// Show what two policies decide differently
///
/// Both are compiled, and their rules held against each other: role by role, operation by operation,
/// and in each by target, query parameters and what requests may use.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Signs: + more is allowed, - less is allowed, ± some of both, ~ limits differ in a way that no value
which was tried shows: read both.
Examples:
  dockgate diff old.yaml new.yaml
  dockgate diff --fail-on-widening main.yaml branch.yaml
Exit codes: 0 fine, also with differences, 1 failure, 2 more is or may be allowed, with
--fail-on-widening, 3 bad policy.")]
pub(super) struct Compare {
    /// The policy as it was
    old: PathBuf,
    /// The policy as it is to be
    new: PathBuf,
    /// Exit with 2 if anything is allowed that was not, or may be
    #[arg(long)]
    fail_on_widening: bool,
    /// As JSON
    #[arg(long)]
    json: bool,
}

impl Compare {
    pub(super) fn run(self) -> Exit {
        let load = |file: PathBuf| sources::load(&[file]).map(|(policy, _)| policy);
        let (old, new) = match (load(self.old), load(self.new)) {
            (Ok(old), Ok(new)) => (old, new),
            (Err(Bad(exit)), _) | (_, Err(Bad(exit))) => return exit,
        };
        let found = diff(&old, &new);
        match self.json {
            true => show(json(&found)),
            false if found.is_empty() => say!("no difference"),
            false => show(plain(&found)),
        }
        let wider = found.iter().any(|difference| difference.change.may_widen());
        if self.fail_on_widening && wider { Exit::Denied } else { Exit::Fine }
    }
}

fn plain(found: &[Difference]) -> String {
    let mut roles: Vec<Option<&str>> = found.iter().map(|difference| difference.role.as_deref()).collect();
    roles.dedup();
    let mut out = String::new();
    for role in roles {
        let rows: Vec<Vec<String>> = found.iter().filter(|it| it.role.as_deref() == role).flat_map(rows).collect();
        out.push_str(&role.map_or("the policy\n".to_owned(), |role| format!("role {role}\n")));
        out.extend(table::aligned(&rows).lines().map(|line| format!("  {line}\n")));
    }
    out
}

/// What differs, beside how.
fn rows(difference: &Difference) -> Vec<Vec<String>> {
    let of = [operations(difference), difference.part.clone()];
    let words: Vec<String> = of.into_iter().filter(|text| !text.is_empty()).collect();
    let mut first = Some(format!("{} {}", sign(difference.change), words.join(": ")));
    lines(difference).into_iter().map(|line| vec![first.take().unwrap_or_default(), line]).collect()
}

fn sign(change: Change) -> &'static str {
    match change {
        Change::Wider => "+",
        Change::Narrower => "-",
        Change::Both => "±",
        Change::Unclear => "~",
    }
}

fn operations(difference: &Difference) -> String {
    let names: Vec<&str> = difference.ops.iter().take(MOST).map(|op| op.name()).collect();
    match difference.ops.len().saturating_sub(MOST) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}

/// The values, the limits, and where they stand.
fn lines(difference: &Difference) -> Vec<String> {
    let (old, new) = (&difference.old.said, &difference.new.said);
    let whole = match (difference.part.as_str(), difference.change) {
        ("", Change::Narrower) => "allowed no more",
        ("", _) => "allowed now",
        _ => "",
    };
    let values = |sign: &str, list: &[String]| list.iter().map(|it| format!("{sign} {it}")).collect::<Vec<_>>();
    let values = [values("+", &difference.gained), values("-", &difference.lost)].concat().join("  ");
    let limits = match (old.is_empty(), new.is_empty()) {
        (false, false) => format!("{old} → {new}"),
        _ => format!("{old}{new}"),
    };
    let lines = [whole.to_owned(), values, limits, places(difference)];
    lines.into_iter().filter(|line| !line.is_empty()).collect()
}

fn places(difference: &Difference) -> String {
    let place = |side: &Side| side.place.as_ref().map(|place| format!("{}:{}", place.file, place.line));
    let sides: Vec<String> = [place(&difference.old), place(&difference.new)].into_iter().flatten().collect();
    sides.join(" → ")
}

#[derive(Serialize)]
struct Row<'d> {
    role: Option<&'d str>,
    operations: Vec<&'static str>,
    /// The word of what differs; empty for the operations themselves.
    part: &'d str,
    change: &'static str,
    gained: &'d [String],
    lost: &'d [String],
    old: SideRow<'d>,
    new: SideRow<'d>,
}

#[derive(Serialize)]
struct SideRow<'d> {
    limit: &'d str,
    place: Option<String>,
}

fn json(found: &[Difference]) -> String {
    let rows: Vec<Row<'_>> = found.iter().map(json_row).collect();
    serde_json::to_string_pretty(&rows).unwrap_or_default() + "\n"
}

fn json_row(difference: &Difference) -> Row<'_> {
    let Difference { role, ops, part, change, gained, lost, old, new } = difference;
    Row {
        role: role.as_deref(),
        operations: ops.iter().map(|op| op.name()).collect(),
        part,
        change: word(*change),
        gained,
        lost,
        old: json_side(old),
        new: json_side(new),
    }
}

fn json_side(side: &Side) -> SideRow<'_> {
    SideRow { limit: &side.said, place: side.place.as_ref().map(ToString::to_string) }
}

fn word(change: Change) -> &'static str {
    match change {
        Change::Wider => "wider",
        Change::Narrower => "narrower",
        Change::Both => "both",
        Change::Unclear => "unclear",
    }
}
