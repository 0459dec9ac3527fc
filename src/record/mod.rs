//! One [`Record`] per request; the log line and the audit line are made from it,
//! so that they can never disagree.

mod asked;
pub mod audit;
mod escape;
mod id;
mod journal;
pub mod log;
pub mod metrics;
mod throttle;

pub use asked::{Asked, MAX_ASKED, asked};
pub use escape::visible;
pub use id::RequestId;
pub use throttle::Throttle;

use crate::policy::Denial;
use crate::request::{Certificate, Identity, Peer};
use serde::Serialize;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// How a request was judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Forwarded.
    Allow,
    /// Stopped by the policy.
    Deny,
    /// Not understood: malformed, unknown, too large.
    Refuse,
    /// Stopped because something here or at the daemon failed.
    Fail,
}

impl Verdict {
    /// As it stands in records.
    pub fn word(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
            Self::Refuse => "refuse",
            Self::Fail => "fail",
        }
    }
}

/// What was decided about one request.
#[derive(Clone, Debug)]
pub struct Record {
    /// Names the request in the answer, the log and the audit.
    pub id: RequestId,
    /// When it was decided.
    pub time: SystemTime,
    /// From the request's head to the decision.
    pub took: Duration,
    /// Who asked, and on which listener.
    pub who: Arc<Identity>,
    /// The caller's role, if one was found.
    pub role: Option<Arc<str>>,
    /// The method, as it came.
    pub method: String,
    /// The operation, if the path means one.
    pub operation: Option<&'static str>,
    /// The object that the path names, or the name that is given to a new one; the raw path where it
    /// means no operation.
    pub object: Option<String>,
    /// The image that is run, pulled or built upon, where the request was looked into.
    pub image: Option<String>,
    /// The decision.
    pub verdict: Verdict,
    /// The kind of the first reason, in one of few words: `operation`, `never`, a facet, `role`,
    /// `certificate`, `malformed` and the like.
    pub reason: Option<&'static str>,
    /// Every reason, as sentences.
    pub why: Vec<String>,
    /// The line of the policy that decided.
    pub place: Option<String>,
    /// What the policy has put into the request: `mem_limit=512MiB`.
    pub set: Vec<String>,
    /// The request in the words of a policy's tests, where requests are recorded and it was understood.
    pub asked: Option<Box<Asked>>,
}

/// How a request ended.
#[derive(Clone, Debug)]
pub struct End {
    /// The operation, if it was forwarded.
    pub operation: Option<&'static str>,
    /// From the request's head to the head of the answer, if there was one.
    pub answered: Option<Duration>,
    /// The status that the client got, 0 if none.
    pub status: u16,
    /// From the request's head to its last byte.
    pub took: Duration,
    /// Bytes from the client to Docker, bodies and streams.
    pub up: u64,
    /// Bytes to the client, answers of the gate itself included.
    pub down: u64,
    /// What ended it.
    pub how: How,
}

/// What ended a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// Both sides were done.
    Complete,
    /// The client went away before the end, or this gate shut down.
    ClientGone,
    /// The daemon failed or went away before the end.
    DaemonGone,
    /// New rules do not allow it any more, or its listener was closed.
    Revoked,
}

/// Identity as it stands in records.
#[derive(Default, Serialize)]
struct Who<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    uid: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gid: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pid: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<&'a str>,
    /// The name of the container that it runs in.
    #[serde(skip_serializing_if = "Option::is_none")]
    container: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    container_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<std::net::IpAddr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<&'a str>,
}

impl<'a> From<&'a Identity> for Who<'a> {
    fn from(who: &'a Identity) -> Self {
        let none = Self {
            container: who.container.as_ref().map(|container| container.name.as_str()),
            container_id: who.container.as_ref().map(|container| container.id.as_str()),
            ..Self::default()
        };
        match &who.peer {
            Peer::Unix { uid, gid, pid, user, .. } => {
                Self { uid: Some(*uid), gid: Some(*gid), pid: Some(*pid), user: user.as_deref(), ..none }
            }
            Peer::Tcp { address, certificate } => {
                let certificate: Option<&Certificate> = certificate.as_deref();
                Self {
                    address: Some(*address),
                    certificate: certificate.map(|c| c.subject.as_str()),
                    sha256: certificate.map(|c| c.sha256.as_str()),
                    ..none
                }
            }
        }
    }
}

/// One line of the audit file.
#[derive(Serialize)]
#[serde(tag = "record", rename_all = "lowercase")]
#[expect(clippy::large_enum_variant, reason = "it lives for one line")]
enum Line<'a> {
    Decided {
        time: String,
        id: RequestId,
        listener: &'a str,
        who: Who<'a>,
        #[serde(skip_serializing_if = "Option::is_none")]
        role: Option<&'a str>,
        method: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        operation: Option<&'static str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        object: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        image: Option<&'a str>,
        verdict: Verdict,
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<&'static str>,
        #[serde(skip_serializing_if = "<[_]>::is_empty")]
        why: &'a [String],
        #[serde(skip_serializing_if = "Option::is_none")]
        policy: Option<&'a str>,
        #[serde(skip_serializing_if = "<[_]>::is_empty")]
        set: &'a [String],
        #[serde(skip_serializing_if = "Option::is_none", rename = "request")]
        asked: Option<&'a Asked>,
    },
    Ended {
        time: String,
        id: RequestId,
        status: u16,
        ms: f64,
        up: u64,
        down: u64,
        end: How,
    },
}

fn stamp(time: SystemTime) -> String {
    humantime::format_rfc3339_millis(time).to_string()
}

impl Record {
    /// Takes over why the policy does not allow it.
    pub fn denied(&mut self, denial: &Denial) {
        self.why.extend(denial.why.iter().map(|why| why.sentence.clone()));
        self.place = denial.nearest.as_ref().map(ToString::to_string);
    }

    /// Appends the *decided* line.
    fn write(&self, out: &mut Vec<u8>) {
        push(
            out,
            &Line::Decided {
                time: stamp(self.time),
                id: self.id,
                listener: &self.who.listener,
                who: Who::from(&*self.who),
                role: self.role.as_deref(),
                method: &self.method,
                operation: self.operation,
                object: self.object.as_deref(),
                image: self.image.as_deref(),
                verdict: self.verdict,
                reason: self.reason,
                why: &self.why,
                policy: self.place.as_deref(),
                set: &self.set,
                asked: self.asked.as_deref(),
            },
        );
    }
}

impl End {
    /// Appends the *ended* line.
    fn write(&self, id: RequestId, time: SystemTime, out: &mut Vec<u8>) {
        let ms = (self.took.as_secs_f64() * 1e6).round() / 1e3;
        push(
            out,
            &Line::Ended {
                time: stamp(time),
                id,
                status: self.status,
                ms,
                up: self.up,
                down: self.down,
                end: self.how,
            },
        );
    }
}

fn push(out: &mut Vec<u8>, line: &Line<'_>) {
    let start = out.len();
    match line.serialize(&mut serde_json::Serializer::with_formatter(&mut *out, escape::Visible)) {
        Ok(()) => out.push(b'\n'),
        Err(_) => out.truncate(start),
    }
}

/// Where records go.
#[derive(Clone, Debug, Default)]
pub struct Sinks {
    /// The audit file, if there is one.
    pub audit: Option<audit::Audit>,
    /// Whether it holds requests as well, so that they can be judged again.
    pub requests: bool,
    /// What is counted.
    pub metrics: Arc<metrics::Metrics>,
}

impl Sinks {
    /// Records a decision; must be called before anything is forwarded. False if
    /// the audit lost and counted it, so that it gets no end there either.
    ///
    /// # Errors
    /// The audit file cannot take it, and the setting says that this denies.
    pub fn decided(&self, record: &Record) -> Result<bool, audit::Unwritable> {
        let queued = match &self.audit {
            Some(audit) => audit.decided(|out| record.write(out)),
            None => Ok(true),
        };
        match queued {
            Err(_) if record.verdict == Verdict::Allow => {
                self.metrics.decided(record, Verdict::Fail);
                log::unrecorded(record);
            }
            _ => {
                self.metrics.decided(record, record.verdict);
                log::decided(record);
            }
        }
        queued
    }

    /// Records how a request ended.
    pub fn ended(&self, id: RequestId, end: &End) {
        log::ended(id, end);
        self.metrics.ended(end);
        if let Some(audit) = &self.audit {
            audit.ended(|out| end.write(id, SystemTime::now(), out));
        }
    }
}
