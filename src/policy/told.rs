//! A request as a text tells it: in a policy's own tests, in a record, for an explanation.

use super::decide::Decision;
use super::facts::Facts;
use super::who::{NoRole, OVERFLOW_ID};
use super::{Policy, Problem, Role, Source, told_read};
use crate::catalogue::{Body, route};
use crate::request::{About, HostSocket, Identity, Original, Peer, Refusal, Request, split_target, understand_head};
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, Method};
use std::sync::{Arc, LazyLock};

/// The listener's name, as texts have it.
pub(super) const LISTENER: &str = "tests";

/// Where the host has that listener, as `docker_socket: own` puts it into containers.
const SOCKET: &str = "/run/dockgate/tests.sock";

/// Whoever asks where nobody said.
static STRANGER: LazyLock<Identity> = LazyLock::new(stranger);

/// A request, who sends it, and what the daemon would say of what it names.
#[derive(Clone, Debug)]
pub struct Told {
    pub(super) who: As,
    pub(super) method: Method,
    pub(super) target: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Option<String>,
    /// What the daemon would say of the object in the path.
    pub(super) about: About,
    /// What the daemon would say of all else that the request names.
    pub(super) facts: Facts,
    /// The container that is to be copied, as the body that would make it.
    pub(super) original: Option<String>,
    /// Facets and parameters of which something was left out when it was recorded, by their words.
    pub(super) withheld: Vec<String>,
}

/// Who sends the request.
#[derive(Clone, Debug)]
pub(super) enum As {
    /// Nobody said: whoever the policy's one role is for.
    OnlyRole,
    Client(Box<Identity>),
}

/// A request as a role sees it, before the decision.
#[derive(Clone, Debug)]
pub struct Posed<'p> {
    /// The role of who asks.
    pub role: &'p Role,
    /// The request, with all that the daemon would have been asked for this role.
    pub request: Request,
}

/// Why a request that was told does not come to a decision.
#[derive(Clone, Debug)]
pub enum Unposed<'p> {
    /// No role, or several, are for who asks.
    NoRole(NoRole),
    /// It is not understood.
    Refused(Refusal),
    /// The role may never do what it asks, whatever it says: nobody reads on.
    Never(&'p Role, Box<Request>),
}

impl From<Refusal> for Unposed<'_> {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl Told {
    /// Reads a request as the audit records it (`request`), as JSON.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn read(source: &Source) -> Result<Self, Vec<Problem>> {
        told_read::read(source)
    }

    /// The whole request, with all that was told of what it names, whoever may send it.
    ///
    /// # Errors
    /// It is not understood.
    pub fn whole(&self) -> Result<Request, Refusal> {
        let mut request = self.with_body(self.head()?)?;
        request.is_about(self.about.clone());
        self.facts.tell_all(&mut request);
        Ok(request)
    }

    /// The same without what may be secret, as the audit would record it.
    ///
    /// # Errors
    /// It is not understood.
    pub fn noted(&self) -> Result<Self, Refusal> {
        let noted = self.whole()?.noted();
        let target = noted.send.split_once(' ').map_or(&*noted.send, |(_, target)| target);
        let mut withheld = self.withheld.clone();
        withheld.extend(noted.withheld.into_iter().map(str::to_owned));
        Ok(Self { target: target.to_owned(), body: noted.body, withheld, ..self.clone() })
    }

    /// The same request, from who sends the other one, where the daemon would say what it would say there.
    pub fn told_with(self, other: &Self) -> Self {
        Self { who: other.who.clone(), about: other.about.clone(), facts: other.facts.clone(), ..self }
    }

    /// Docker's name of what it asks, if the path means an operation.
    pub fn operation(&self) -> Option<&'static str> {
        let (path, _) = split_target(&self.target).ok()?;
        route(&self.method, path).ok().map(|route| route.operation.name)
    }

    /// Facets and parameters of which something was left out when it was recorded, by their words.
    pub fn withheld(&self) -> &[String] {
        &self.withheld
    }

    /// The role of who asks.
    ///
    /// # Errors
    /// The policy has no role for this client, or several.
    pub fn role<'p>(&self, policy: &'p Policy) -> Result<&'p Role, NoRole> {
        match (&self.who, policy.roles()) {
            (As::OnlyRole, [role]) => Ok(role),
            _ => policy.role(&self.sender()),
        }
    }

    /// The request as the gate would put it to the client's role: what nobody may do is not read,
    /// what `everything` covers neither, and all that the role goes by is told.
    ///
    /// # Errors
    /// It does not come to a decision.
    pub fn posed<'p>(&self, policy: &'p Policy) -> Result<Posed<'p>, Unposed<'p>> {
        let role = self.role(policy).map_err(Unposed::NoRole)?;
        let head = self.head()?;
        let op = head.operation().op;
        let request = if role.unexamined(op) { head } else { self.with_body(head)? };
        if !role.may_ever(op) {
            return Err(Unposed::Never(role, Box::new(request)));
        }
        let mut request = request;
        request.is_about(self.about.clone());
        self.facts.tell(role, &mut request);
        request.original = self.original(&request)?.map(Arc::new);
        Ok(Posed { role, request: role.completed(request) })
    }

    /// The head alone.
    fn head(&self) -> Result<Request, Refusal> {
        let (path, query) = split_target(&self.target)?;
        let route = route(&self.method, path)?;
        if self.body.is_some() && route.operation.body == Body::None {
            return Err(Refusal::malformed(format!("{} takes no body", route.operation.name)));
        }
        understand_head(Arc::new(self.sender()), self.method.clone(), route, query, &self.headers())
    }

    fn with_body(&self, head: Request) -> Result<Request, Refusal> {
        head.with_body(self.body.as_deref().unwrap_or_default().as_bytes())
    }

    fn original(&self, copy: &Request) -> Result<Option<Original>, Refusal> {
        self.original.as_deref().map(|body| Original::of_body(body.as_bytes(), copy)).transpose()
    }

    /// Who gives a body means JSON, unless the text says otherwise.
    fn headers(&self) -> HeaderMap {
        let mut headers = self.headers.clone();
        if self.body.is_some() && !headers.contains_key(CONTENT_TYPE) {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        headers
    }

    /// Who asks.
    pub fn client(&self) -> &Identity {
        match &self.who {
            As::OnlyRole => &STRANGER,
            As::Client(client) => client,
        }
    }

    fn sender(&self) -> Identity {
        let socket = Arc::new(HostSocket { own: Some(SOCKET.to_owned()), upstream: None });
        Identity { socket, ..self.client().clone() }
    }
}

impl Posed<'_> {
    /// What the role says, and whether a denial looks as if the object were not there.
    pub fn decided(self) -> (Decision, bool) {
        let hidden = self.role.hides(&self.request).is_some();
        let decision = self.role.decide(self.request);
        let absent = matches!(&decision, Decision::Deny(denial) if hidden && denial.is_of_target());
        (decision, absent)
    }
}

/// A client of whom nothing is known.
pub(super) fn stranger() -> Identity {
    let (uid, gid) = (OVERFLOW_ID, OVERFLOW_ID);
    Identity::new(
        LISTENER.into(),
        Peer::Unix { uid, gid, pid: 0, groups: Vec::new(), user: None, group_names: Vec::new() },
    )
}
