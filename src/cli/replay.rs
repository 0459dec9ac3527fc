//! `dockgate replay`: what another policy says to what was asked.

use super::records::{Line, Record, Records};
use super::say::{say, show};
use super::sources::{self, Bad, complain, plural};
use super::{Exit, table};
use crate::policy::{Policy, SHOWN, Told};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// How many kinds of changes are told apart; those beyond are counted together.
const MOST_KINDS: usize = 1000;

/// How many broken lines are reported one by one.
const MOST_BROKEN: u64 = 20;

/// Judge recorded requests again, by another policy, and report every verdict that changes
///
/// The audit has to hold requests (`audit_requests: true`). Values that may be
/// secret are not recorded; where a verdict hangs on one, or on what Docker was
/// not asked then, it is reported apart. Quotas are not counted.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  dockgate replay /var/log/dockgate/audit.jsonl --policy new.yaml
  dockgate replay audit.jsonl.1 audit.jsonl --policy new.yaml --json
Exit codes: 0 every verdict stays, 1 failure, 2 some verdict changes, 3 bad policy.")]
pub(super) struct Replay {
    /// Audits with recorded requests
    #[arg(required = true, value_name = "AUDIT")]
    audit: Vec<PathBuf>,
    /// The policy; several files are parts of one
    #[arg(long, value_name = "FILE", required = true)]
    policy: Vec<PathBuf>,
    /// For programs: an object for each kind of change, and one with the counts
    #[arg(long)]
    json: bool,
}

impl Replay {
    pub(super) fn run(self) -> Exit {
        self.replayed().unwrap_or_else(|Bad(exit)| exit)
    }

    fn replayed(&self) -> Result<Exit, Bad> {
        let (policy, _) = sources::load(&self.policy)?;
        let mut tally = Tally::default();
        for file in &self.audit {
            let records = Records::open(file).map_err(|error| {
                complain(&error);
                Bad(Exit::Failure)
            })?;
            records.for_each(|line| tally.line(&policy, line));
        }
        if self.json {
            tally.print_json()
        } else {
            tally.print()
        }
        Ok(match tally.changed.is_empty() {
            // nothing but broken lines is no audit
            true if tally.judged == 0 && tally.broken > 0 => Exit::Failure,
            true => Exit::Fine,
            false => Exit::Denied,
        })
    }
}

/// What came so far: its size is bounded, however long the audit is.
#[derive(Default)]
struct Tally {
    judged: u64,
    /// Decisions that hold no request.
    bare: u64,
    /// Decisions that were none: something had failed.
    failed: u64,
    broken: u64,
    changed: Kinds,
    unsure: Kinds,
}

type Kinds = BTreeMap<Kind, Count>;

/// What changes have in common.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Kind {
    was: &'static str,
    now: &'static str,
    operation: String,
    why: String,
}

#[derive(Clone, Debug)]
struct Count {
    times: u64,
    /// The record that came first.
    first: String,
}

impl Tally {
    fn line(&mut self, policy: &Policy, line: Result<Line, String>) {
        match line {
            Ok(Line::Request { record, .. }) if record.verdict == "fail" => self.failed += 1,
            Ok(Line::Request { told, record }) => self.request(policy, &told, &record),
            Ok(Line::Bare(_)) => self.bare += 1,
            Err(problem) => {
                self.broken += 1;
                if self.broken <= MOST_BROKEN {
                    sources::warn(&problem);
                }
            }
        }
    }

    fn request(&mut self, policy: &Policy, told: &Told, record: &Record) {
        self.judged += 1;
        let judged = policy.judge(told);
        let now = judged.verdict.word();
        let operation = told.operation().unwrap_or("none").to_owned();
        let was = word(&record.verdict);
        if !judged.hangs_on.is_empty() {
            let kind = Kind { was, now, operation, why: judged.hangs_on.join("; ") };
            return count(&mut self.unsure, kind, &record.id);
        }
        if now != was {
            let why = match (now, judged.verdict.place()) {
                ("allow", Some(place)) => format!("by {place}"),
                ("deny", _) if judged.role.is_some() => format!("may not {}", judged.verdict.why().join(", nor ")),
                _ => judged.verdict.why().join(", "),
            };
            count(&mut self.changed, Kind { was, now, operation, why }, &record.id);
        }
    }

    fn print(&self) {
        let changed = total(&self.changed);
        say!("{} judged again, {changed} of them otherwise than before", many(self.judged, "request"));
        show(table::aligned(&rows(&self.changed)));
        if !self.unsure.is_empty() {
            say!("\n{} of them cannot be told, as something that counts was not recorded:", total(&self.unsure));
            show(table::aligned(&rows(&self.unsure)));
        }
        if self.bare > 0 {
            say!(
                "\n{} without the request: `audit_requests: true` or --audit-requests keeps it",
                many(self.bare, "record")
            );
        }
        if self.failed > 0 {
            say!("\n{} not decided then, as something had failed", many(self.failed, "request"));
        }
        if self.broken > 0 {
            say!("\n{} that could not be read", many(self.broken, "line"));
        }
    }

    fn print_json(&self) {
        let object = |(kind, count): (&Kind, &Count), what: &str| {
            json!({
                "kind": what, "was": kind.was, "now": kind.now, "operation": kind.operation,
                "why": kind.why, "times": count.times, "first": count.first,
            })
        };
        let changed = self.changed.iter().map(|kind| object(kind, "changed"));
        let all: Vec<Value> = changed.chain(self.unsure.iter().map(|kind| object(kind, "unsure"))).collect();
        all.iter().for_each(|kind| say!("{kind}"));
        say!(
            "{}",
            json!({
                "kind": "counts", "judged": self.judged, "changed": total(&self.changed),
                "unsure": total(&self.unsure), "without_request": self.bare,
                "failed": self.failed, "broken": self.broken,
            })
        );
    }
}

fn word(verdict: &str) -> &'static str {
    ["allow", "deny", "refuse"].into_iter().find(|known| *known == verdict).unwrap_or("unknown")
}

fn count(kinds: &mut Kinds, mut kind: Kind, id: &str) {
    if !kinds.contains_key(&kind) && kinds.len() >= MOST_KINDS {
        kind = Kind { operation: "others".to_owned(), why: String::new(), ..kind };
    }
    let first = || Count { times: 0, first: id.chars().take(SHOWN).collect() };
    kinds.entry(kind).or_insert_with(first).times += 1;
}

fn many(count: u64, word: &str) -> String {
    format!("{count} {word}{}", plural(usize::try_from(count).unwrap_or(usize::MAX)))
}

fn total(kinds: &Kinds) -> u64 {
    kinds.values().map(|count| count.times).sum()
}

fn rows(kinds: &Kinds) -> Vec<Vec<String>> {
    if kinds.is_empty() {
        return Vec::new();
    }
    let mut rows = vec![["TIMES", "WAS", "NOW", "OPERATION", "FIRST", "WHY"].map(str::to_owned).to_vec()];
    for (kind, count) in kinds {
        let Kind { was, now, operation, why } = kind;
        let (times, first) = (count.times.to_string(), count.first.clone());
        rows.push(vec![times, (*was).to_owned(), (*now).to_owned(), operation.clone(), first, why.clone()]);
    }
    rows
}
