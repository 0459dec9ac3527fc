//! The policy's own tests.

use super::decide::{Allowed, Decision};
use super::denial::Denial;
use super::facts::Facts;
use super::place::Place;
use super::quota::{Amounts, Quota};
use super::quota_demand::Demand;
use super::view::View;
use super::{Policy, Role};
use crate::catalogue::{Answer, Body, PartSet, route};
use crate::request::{About, HostSocket, Identity, Original, Peer, Refusal, Request, split_target, understand_head};
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, Method};
use std::sync::Arc;

/// One test of a policy.
#[derive(Clone, Debug)]
pub struct Case {
    /// What it says of itself.
    pub it: Arc<str>,
    /// Where it stands.
    pub place: Place,
    pub(super) who: As,
    pub(super) method: Method,
    pub(super) target: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Option<String>,
    /// What the daemon would say of the object in the path.
    pub(super) about: About,
    /// What the daemon would say of all else that the request names.
    pub(super) facts: Facts,
    /// What is there already, and under way.
    pub(super) usage: Usage,
    /// The container that is to be copied, as the body that would make it.
    pub(super) original: Option<String>,
    pub(super) expect: Expect,
}

/// The listener's name, as tests have it.
pub(super) const LISTENER: &str = "tests";

/// Where the host has that listener, as `docker_socket: own` puts it into containers.
const SOCKET: &str = "/run/dockgate/tests.sock";

/// How much of the role's quotas is used up.
#[derive(Clone, Debug, Default)]
pub(super) struct Usage(pub(super) Vec<(Quota, i64)>);

impl Usage {
    fn denial(&self, role: &Role, request: &Request) -> Option<Denial> {
        let of = |quota: Quota| self.0.iter().find(|(known, _)| *known == quota).map_or(0, |(_, amount)| *amount);
        let taken = |(quota, most): &(Quota, i64)| of(*quota) >= *most;
        let (quota, most) = role.quotas()?.places(request.operation()).find(taken).unzip();
        let there = Amounts {
            containers: of(Quota::Containers),
            mem_limit: of(Quota::MemLimit),
            cpus: of(Quota::Cpus),
            volumes: of(Quota::Volumes),
        };
        let place = quota.zip(most).and_then(|(quota, most)| role.deny_place(quota, most));
        place.or_else(|| role.deny_more(&there, &Demand::of(request).at_most()))
    }
}

/// Who sends the request.
#[derive(Clone, Debug)]
pub(super) enum As {
    /// Nobody said: whoever the policy's one role is for.
    OnlyRole,
    Client(Box<Identity>),
}

/// What has to come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Expect {
    Allow,
    Deny(String),
    /// It is allowed, and these parts of the answer are left out.
    Hides(PartSet),
    /// It looks as if the object were not there.
    Absent,
}

/// How a test ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseResult {
    /// What the test says of itself.
    pub it: Arc<str>,
    /// Where it stands.
    pub place: Place,
    /// Nothing if it passed.
    pub failure: Option<Failure>,
}

/// What a test expected, and what came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// `allow`, or `deny: WORD`.
    pub expected: String,
    /// The same of what came, and why.
    pub came: String,
}

/// What came.
enum Came {
    /// By this grant; of what the answer tells, this is hidden.
    Allow {
        by: Place,
        told: PartSet,
        hidden: PartSet,
    },
    Deny {
        words: Vec<String>,
        sentence: String,
    },
    Absent(String),
    Refused(Refusal),
}

impl CaseResult {
    /// Whether the policy does what the test expects.
    pub fn passed(&self) -> bool {
        self.failure.is_none()
    }
}

impl Case {
    /// Runs the test.
    pub fn run(&self, policy: &Policy) -> CaseResult {
        let came = self.send(policy).unwrap_or_else(Came::Refused);
        let failure = (!self.expect.is_met(&came)).then(|| Failure { expected: self.expect.said(), came: came.said() });
        CaseResult { it: self.it.clone(), place: self.place.clone(), failure }
    }

    fn send(&self, policy: &Policy) -> Result<Came, Refusal> {
        let who = self.client();
        let role = match (&self.who, policy.roles()) {
            (As::OnlyRole, [role]) => role,
            _ => match policy.role(&who) {
                Ok(role) => role,
                Err(none) => return Ok(Came::Deny { words: vec!["who".into()], sentence: none.to_string() }),
            },
        };
        let (path, query) = split_target(&self.target)?;
        let route = route(&self.method, path)?;
        if self.body.is_some() && route.operation.body == Body::None {
            return Err(Refusal::malformed(format!("{} takes no body", route.operation.name)));
        }
        let request = understand_head(Arc::new(who), self.method.clone(), route, query, &self.headers())?;
        let request = match role.unexamined(request.operation().op) {
            true => request,
            false => request.with_body(self.body.as_deref().unwrap_or_default().as_bytes())?,
        };
        let op = request.operation().op;
        // as in the gate, where nobody is asked about what is not allowed anyway
        if !role.may_ever(op) {
            return Ok(Came::denied(&role.deny_operation(op)));
        }
        let mut request = request;
        request.is_about(self.about.clone());
        self.facts.tell(role, &mut request);
        request.original = self.original(&request)?.map(Arc::new);
        let request = role.completed(request);
        let hidden = role.hides(&request);
        Ok(match role.decide(request) {
            Decision::Deny(denial) if hidden.is_some() && denial.is_of_target() => Came::Absent(denial.to_string()),
            Decision::Allow(allowed) => match self.usage.denial(role, allowed.request()) {
                Some(denial) => Came::denied(&denial),
                None => Came::allowed(&allowed),
            },
            Decision::Deny(denial) => Came::denied(&denial),
        })
    }

    fn original(&self, copy: &Request) -> Result<Option<Original>, Refusal> {
        self.original.as_deref().map(|body| Original::of_body(body.as_bytes(), copy)).transpose()
    }

    /// A test that gives a body means JSON, unless it says otherwise.
    fn headers(&self) -> HeaderMap {
        let mut headers = self.headers.clone();
        if self.body.is_some() && !headers.contains_key(CONTENT_TYPE) {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        headers
    }

    fn client(&self) -> Identity {
        let client = match &self.who {
            As::OnlyRole => stranger(),
            As::Client(client) => (**client).clone(),
        };
        Identity { socket: Arc::new(HostSocket { own: Some(SOCKET.to_owned()), upstream: None }), ..client }
    }
}

/// A client of whom nothing is known.
pub(super) fn stranger() -> Identity {
    let (uid, gid) = (super::who::OVERFLOW_ID, super::who::OVERFLOW_ID);
    Identity::new(
        LISTENER.into(),
        Peer::Unix { uid, gid, pid: 0, groups: Vec::new(), user: None, group_names: Vec::new() },
    )
}

impl Expect {
    fn is_met(&self, came: &Came) -> bool {
        match (self, came) {
            (Self::Allow, Came::Allow { .. }) => true,
            (Self::Hides(parts), Came::Allow { told, hidden, .. }) => {
                let parts = parts.intersection(*told);
                !parts.is_empty() && hidden.includes(parts)
            }
            (Self::Absent, Came::Absent(_)) => true,
            (Self::Deny(word), Came::Deny { words, .. }) => words.iter().any(|came| is_named(came, word)),
            _ => false,
        }
    }

    fn said(&self) -> String {
        match self {
            Self::Allow => "allow".into(),
            Self::Deny(word) => format!("deny: {word}"),
            Self::Hides(parts) => format!("hides: {}", listed(*parts)),
            Self::Absent => "absent".into(),
        }
    }
}

fn listed(parts: PartSet) -> String {
    parts.words().collect::<Vec<_>>().join(", ")
}

/// `require` is any requirement, and each goes by its own word as well.
fn is_named(came: &str, expected: &str) -> bool {
    let requirement = came.strip_prefix("require.");
    came == expected || requirement.is_some_and(|word| expected == "require" || expected == word)
}

impl Came {
    fn allowed(allowed: &Allowed) -> Self {
        let told = Answer::of(allowed.request().operation().op).map(Answer::parts).unwrap_or_default();
        let hidden = allowed.view().map(View::hidden).unwrap_or_default();
        Self::Allow { by: allowed.by().clone(), told, hidden }
    }

    fn denied(denial: &Denial) -> Self {
        let words = denial.why.iter().map(|why| why.word.clone()).collect();
        Self::Deny { words, sentence: denial.to_string() }
    }

    fn said(&self) -> String {
        match self {
            Self::Allow { by, hidden, .. } if hidden.is_empty() => format!("allow, by {by}"),
            Self::Allow { by, hidden, .. } => format!("allow, by {by}, hides: {}", listed(*hidden)),
            Self::Deny { words, sentence } => format!("deny: {} ({sentence})", words.join(", ")),
            Self::Absent(sentence) => format!("absent ({sentence})"),
            Self::Refused(refusal) => format!("refused with {}: {}", refusal.status, refusal.message),
        }
    }
}

#[cfg(test)]
#[path = "cases_tests.rs"]
mod tests;
