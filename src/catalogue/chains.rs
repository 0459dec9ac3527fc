//! What allowed operations add up to: chains of them, by what they come to.
//!
//! A step is the smallest request that does it, so that what it uses is read from it as from any other
//! request, and what a policy says to it can be asked of the policy itself. `own` in a request is what
//! its sender has made, `another` is somebody else's, `there` is whatever the policy lets be named.

mod exhaust;
mod others;
mod out;
mod paths;
mod root;

pub use paths::{DEVICES, HOST_PATHS, SOCKETS};

use super::{Facet, Op};

/// What somebody could get at in the worst case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Code of one's own runs as root on the host, outside of containers.
    HostRoot,
    /// Any file of the host can be read.
    ReadFiles,
    /// What belongs to somebody else is read, changed or removed.
    EscapeTenant,
    /// The daemon itself connects to where the client says, and tells what the client says.
    SendOut,
    /// What was started is started again with the host.
    SurviveReboot,
    /// Nothing is left for others.
    ExhaustHost,
}

/// Every outcome, the worst first.
pub const OUTCOMES: [Outcome; 6] = [
    Outcome::HostRoot,
    Outcome::ReadFiles,
    Outcome::EscapeTenant,
    Outcome::SendOut,
    Outcome::SurviveReboot,
    Outcome::ExhaustHost,
];

impl Outcome {
    /// The word for programs: `host-root`.
    pub fn word(self) -> &'static str {
        match self {
            Self::HostRoot => "host-root",
            Self::ReadFiles => "read-files",
            Self::EscapeTenant => "escape-tenant",
            Self::SendOut => "send-out",
            Self::SurviveReboot => "survive-reboot",
            Self::ExhaustHost => "exhaust-host",
        }
    }

    /// The outcome of this word.
    pub fn named(word: &str) -> Option<Self> {
        OUTCOMES.into_iter().find(|outcome| outcome.word() == word)
    }

    /// For people; completes "can ...".
    pub fn deed(self) -> &'static str {
        match self {
            Self::HostRoot => "become root on the host",
            Self::ReadFiles => "read any file of the host",
            Self::EscapeTenant => "get at what is another's",
            Self::SendOut => "send data out through the daemon",
            Self::SurviveReboot => "survive a reboot",
            Self::ExhaustHost => "exhaust the host",
        }
    }
}

/// What has to be so already, for a chain to lead anywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Given {
    /// Nothing: the client does it all by itself.
    Nothing,
    /// Somebody else has made this; completes "if ...".
    Object(&'static str),
    /// The host is set up so; completes "if ...".
    Host(&'static str),
}

/// What stands in place of `$` in the requests of a chain: each of these is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Values {
    /// There is no `$`.
    None,
    /// These texts.
    Texts(&'static [&'static str]),
    /// Paths of the host that make whoever writes there root, and what of the kind the policy lists.
    Written,
    /// Paths of the host whose content gives away its secrets, likewise.
    Read,
    /// Paths that show a socket of the host which makes whoever connects root, likewise.
    Sockets,
    /// Devices that hold the host's files or memory, likewise.
    Devices,
    /// Any path of the host that the policy lets be mounted.
    Mounted,
    /// Paths of the host that the policy lets be mounted to be read alone.
    ReadOnly,
    /// Images that the policy limits containers to.
    Images,
}

/// Whose the object in the path is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Made in an earlier step, and so called and labelled as the policy likes.
    Own,
    /// Somebody else's, of whom the policy says nothing.
    Another,
    /// Any that the policy lets be named.
    There,
}

/// One step: an operation, or whichever of several is allowed.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// The operations, of which one is enough.
    pub ops: &'static [Op],
    /// Whose the object in the path is.
    pub whose: Whose,
    /// The name in the path, where it matters.
    pub object: &'static str,
    /// The query, without `?`.
    pub query: &'static str,
    /// The body, as JSON.
    pub body: &'static str,
    /// What the request has to be able to leave out.
    pub left_out: &'static [Facet],
    /// Quotas, each of which ends it.
    pub quotas: &'static [&'static str],
}

/// One way to an outcome.
#[derive(Clone, Copy, Debug)]
pub struct Chain {
    /// What it comes to.
    pub outcome: Outcome,
    /// What has to be allowed, in this order.
    pub steps: &'static [Step],
    /// What stands for `$`.
    pub values: Values,
    /// What has to be there already.
    pub given: Given,
    /// Why it gets there, in one sentence without a full stop.
    pub why: &'static str,
    /// What is without a bound, where the outcome is that nothing is left.
    pub unbound: &'static str,
    /// The row of `tests/escalations/rows.txt` that shows it to be stopped.
    pub row: &'static str,
}

/// Every chain that is known, by outcome; of two of the same length the clearer one first.
pub const CHAINS: &[&[Chain]] = &[root::CHAINS, others::CHAINS, out::CHAINS, exhaust::CHAINS];

const fn step(ops: &'static [Op], whose: Whose) -> Step {
    Step { ops, whose, object: "", query: "", body: "", left_out: &[], quotas: &[] }
}

/// A container is made.
const fn create(body: &'static str) -> Step {
    Step { body, ..step(&[Op::ContainerCreate], Whose::Own) }
}

/// A service of a swarm is made, or changed into this.
const fn service(body: &'static str) -> Step {
    Step { body, ..step(&[Op::ServiceCreate, Op::ServiceUpdate], Whose::There) }
}

const fn send(op: &'static [Op], query: &'static str, body: &'static str) -> Step {
    Step { query, body, ..step(op, Whose::There) }
}

/// Something is done to what is somebody else's.
const fn touch(ops: &'static [Op]) -> Step {
    step(ops, Whose::Another)
}

const fn chain(outcome: Outcome, steps: &'static [Step], why: &'static str, row: &'static str) -> Chain {
    Chain { outcome, steps, values: Values::None, given: Given::Nothing, why, unbound: "", row }
}

impl Chain {
    const fn each(self, values: &'static [&'static str]) -> Self {
        Self { values: Values::Texts(values), ..self }
    }

    const fn of(self, values: Values) -> Self {
        Self { values, ..self }
    }

    const fn given(self, given: Given) -> Self {
        Self { given, ..self }
    }

    const fn unbound(self, unbound: &'static str) -> Self {
        Self { unbound, ..self }
    }
}

/// What makes a new container run.
const RUN: Step = step(&[Op::ContainerStart, Op::ContainerRestart], Whose::Own);
/// What makes the mounts of a new container be written to: Docker mounts them for an archive as well.
const WRITE: Step = step(&[Op::ContainerStart, Op::ContainerRestart, Op::PutContainerArchive], Whose::Own);
/// What makes them be read.
const READ: Step = step(&[Op::ContainerStart, Op::ContainerRestart, Op::ContainerArchive], Whose::Own);

const SWARM: Given = Given::Host("the host manages a swarm");
