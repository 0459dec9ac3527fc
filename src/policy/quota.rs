//! `quotas`: how much the holders of a role may have in all, and do at once.
//!
//! What the daemon can count by the tenant's label (containers, memory, processors, volumes) is
//! counted by it; the rest is what this gate has under way. Who counts is not known here: given
//! what is there, this says whether more may come.

use super::denial::{Denial, Why};
use super::place::Place;
use super::role::Role;
use crate::catalogue::{Op, Operation, Stream};
use crate::request::values::amount::{said_bytes, said_cpus};

/// One quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quota {
    /// Containers that exist.
    Containers,
    /// Bytes of memory that the containers are promised together.
    MemLimit,
    /// Billionths of processors that they are promised together.
    Cpus,
    /// Volumes that exist.
    Volumes,
    /// Execs that run through this gate.
    Execs,
    /// Streams that are open through this gate.
    Streams,
    /// Builds through this gate, counted for each operation that a build consists of.
    Builds,
    /// Requests, with a burst of the same size.
    RequestsPerSecond,
}

/// How amounts of a quota are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Count,
    Bytes,
    Processors,
}

/// What there is to say of a quota.
pub(super) struct Row {
    pub(super) quota: Quota,
    pub(super) word: &'static str,
    pub(super) unit: Unit,
    /// Completes "may not ...".
    pub(super) deed: &'static str,
    /// Stands behind "10 of 10 ".
    state: &'static str,
    advice: &'static str,
}

const FEWER: &str = "remove what is not needed";
const LESS: &str = "remove containers, or ask for less";
const LATER: &str = "wait until one has ended";

pub(super) static ROWS: &[Row] = &[
    Row {
        quota: Quota::Containers,
        word: "containers",
        unit: Unit::Count,
        deed: "have more containers",
        state: "are there",
        advice: FEWER,
    },
    Row {
        quota: Quota::MemLimit,
        word: "mem_limit",
        unit: Unit::Bytes,
        deed: "have more memory promised",
        state: "is promised",
        advice: LESS,
    },
    Row {
        quota: Quota::Cpus,
        word: "cpus",
        unit: Unit::Processors,
        deed: "have more processors promised",
        state: "are promised",
        advice: LESS,
    },
    Row {
        quota: Quota::Volumes,
        word: "volumes",
        unit: Unit::Count,
        deed: "have more volumes",
        state: "are there",
        advice: FEWER,
    },
    Row {
        quota: Quota::Execs,
        word: "execs",
        unit: Unit::Count,
        deed: "run more execs at once",
        state: "run",
        advice: LATER,
    },
    Row {
        quota: Quota::Streams,
        word: "streams",
        unit: Unit::Count,
        deed: "open more streams at once",
        state: "are open",
        advice: LATER,
    },
    Row {
        quota: Quota::Builds,
        word: "builds",
        unit: Unit::Count,
        deed: "run more builds at once",
        state: "run",
        advice: LATER,
    },
    Row {
        quota: Quota::RequestsPerSecond,
        word: "requests_per_second",
        unit: Unit::Count,
        deed: "send requests this fast",
        state: "a second came",
        advice: "slow down",
    },
];

impl Quota {
    pub(super) fn named(word: &str) -> Option<&'static Row> {
        ROWS.iter().find(|row| row.word == word)
    }

    /// Whether the daemon counts it, by the tenant's label.
    pub(super) fn is_counted(self) -> bool {
        matches!(self, Self::Containers | Self::MemLimit | Self::Cpus | Self::Volumes)
    }
}

impl Unit {
    fn said(self, amount: i64) -> String {
        match self {
            _ if amount == ALL => "all".into(),
            Self::Count => amount.to_string(),
            Self::Bytes => said_bytes(amount),
            Self::Processors => said_cpus(amount),
        }
    }
}

/// The amount of what has no limit.
pub const ALL: i64 = i64::MAX;

/// An amount of each thing that is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amounts {
    /// Containers.
    pub containers: i64,
    /// Bytes, or [`ALL`].
    pub mem_limit: i64,
    /// Billionths of processors, or [`ALL`].
    pub cpus: i64,
    /// Volumes.
    pub volumes: i64,
}

impl Amounts {
    fn of(&self, quota: Quota) -> i64 {
        match quota {
            Quota::Containers => self.containers,
            Quota::MemLimit => self.mem_limit,
            Quota::Cpus => self.cpus,
            Quota::Volumes => self.volumes,
            Quota::Execs | Quota::Streams | Quota::Builds | Quota::RequestsPerSecond => 0,
        }
    }

    /// Adds what a container is promised.
    pub fn promise(&mut self, mem_limit: i64, cpus: i64) {
        self.mem_limit = self.mem_limit.saturating_add(mem_limit);
        self.cpus = self.cpus.saturating_add(cpus);
    }
}

/// The quotas of a role.
#[derive(Clone, Debug)]
pub struct Quotas {
    pub(super) place: Place,
    pub(super) limits: Box<[(Quota, i64)]>,
}

impl Quotas {
    /// How much there may be.
    pub fn most(&self, quota: Quota) -> Option<i64> {
        self.limits.iter().find(|(known, _)| *known == quota).map(|(_, most)| *most)
    }

    /// Each by its word, as a number and in words.
    pub(super) fn said(&self) -> Vec<(&'static str, i64, String)> {
        let said = |(quota, most): &(Quota, i64)| (row(*quota).word, *most, row(*quota).unit.said(*most));
        self.limits.iter().map(said).collect()
    }

    /// Whether there is a quota of this word.
    pub(super) fn has(&self, word: &str) -> bool {
        self.limits.iter().any(|(quota, _)| row(*quota).word == word)
    }

    /// The file that says so.
    pub fn file(&self) -> &str {
        &self.place.file
    }

    /// Whether the daemon has to be asked before the operation what is there.
    pub fn counts(&self, op: Op) -> bool {
        self.limits.iter().any(|(quota, _)| adds_to(op, *quota))
    }

    /// What the operation takes a place of for as long as it goes on.
    pub fn places(&self, operation: &Operation) -> impl Iterator<Item = (Quota, i64)> {
        let (op, stream) = (operation.op, operation.stream);
        let takes = move |quota: Quota| match quota {
            Quota::Execs => op == Op::ExecStart,
            Quota::Builds => BUILDS.contains(&op),
            Quota::Streams => {
                matches!(stream, Stream::Response | Stream::H2c | Stream::Hijack | Stream::Websocket)
            }
            _ => false,
        };
        self.limits.iter().copied().filter(move |(quota, _)| takes(*quota))
    }

    /// Why there is no room for more beside what there is; each thing that does not fit.
    pub(super) fn exceeded(&self, there: &Amounts, more: &Amounts) -> Vec<Why> {
        let full = |(quota, most): &(Quota, i64)| {
            let (there, more) = (there.of(*quota), more.of(*quota));
            (more > 0 && there.saturating_add(more) > *most).then(|| self.full(*quota, there, *most))
        };
        self.limits.iter().filter_map(full).collect()
    }

    /// What does not even fit where nothing else is.
    pub(super) fn unfit(&self, more: &Amounts) -> Vec<Why> {
        let unfit = |(quota, most): &(Quota, i64)| {
            let more = more.of(*quota);
            (more > *most).then(|| self.why(*quota, unfit_sentence(row(*quota), more, *most)))
        };
        self.limits.iter().filter_map(unfit).collect()
    }

    fn full(&self, quota: Quota, there: i64, most: i64) -> Why {
        let Row { word, unit, deed, state, advice, .. } = row(quota);
        let (there, most) = (unit.said(there), unit.said(most));
        self.why(quota, format!("{deed}: {there} of {most} {state} (quotas.{word}); {advice}"))
    }

    fn why(&self, quota: Quota, sentence: String) -> Why {
        Why::limit(format!("quotas.{}", row(quota).word), sentence, &self.place)
    }
}

/// A build is one of the first, or the other two together.
const BUILDS: &[Op] = &[Op::ImageBuild, Op::Session, Op::Grpc];

/// What can come to more by an operation.
fn adds_to(op: Op, quota: Quota) -> bool {
    match op {
        Op::ContainerCreate => quota.is_counted(),
        Op::ContainerUpdate => matches!(quota, Quota::MemLimit | Quota::Cpus),
        Op::VolumeCreate => quota == Quota::Volumes,
        _ => false,
    }
}

/// Every quota has a row; see the tests.
fn row(quota: Quota) -> &'static Row {
    static NONE: Row =
        Row { quota: Quota::Containers, word: "", unit: Unit::Count, deed: "have more", state: "", advice: FEWER };
    ROWS.iter().find(|row| row.quota == quota).unwrap_or(&NONE)
}

fn unfit_sentence(row: &Row, more: i64, most: i64) -> String {
    let Row { word, unit, .. } = row;
    let most = unit.said(most);
    if more != ALL {
        return format!("have {} of the {most} that there are in all (quotas.{word}); ask for less", unit.said(more));
    }
    let (what, ask) = if *unit == Unit::Bytes { ("memory", "--memory") } else { ("processors", "--cpus") };
    format!(
        "create a container without a limit on its {what}, which could take all {most} of the quota (quotas.{word}); \
         say how much it needs (docker run {ask}), or fill it in by `set: {{ {word}: ... }}` in the policy"
    )
}

impl Role {
    /// The role's quotas, if it has any.
    pub fn quotas(&self) -> Option<&Quotas> {
        self.quotas.as_ref()
    }

    /// The denial of what finds no room beside what is there; nothing if there is room.
    pub fn deny_more(&self, there: &Amounts, more: &Amounts) -> Option<Denial> {
        let why = self.quotas.as_ref()?.exceeded(there, more);
        (!why.is_empty()).then(|| self.denial(why))
    }

    /// The denial of what does not come to be counted in time.
    pub fn deny_turn(&self) -> Option<Denial> {
        let sentence = "have this counted now: too many requests of its tenant wait for that (quotas); try again";
        let quotas = self.quotas.as_ref()?;
        Some(self.denial(vec![Why::limit("quotas.turn".into(), sentence.into(), &quotas.place)]))
    }

    /// The denial of what finds all places taken.
    pub fn deny_place(&self, quota: Quota, most: i64) -> Option<Denial> {
        let quotas = self.quotas.as_ref()?;
        Some(self.denial(vec![quotas.full(quota, most, most)]))
    }
}

#[cfg(test)]
#[path = "quota_tests.rs"]
mod tests;
