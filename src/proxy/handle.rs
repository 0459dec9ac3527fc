//! The life of one request: understood, decided, recorded, forwarded.

use super::apart::{self, After, Sent};
use super::body::{Answer, Upload};
use super::connection::{Link, Takeover};
use super::exchange::{Exchange, Open};
use super::execs::{self, Making};
use super::host_files;
use super::objects;
use super::originals::{self, Ending};
use super::quotas::{Full, Turn};
use super::refuse::Reply;
use super::rules::Standing;
use super::settled::Settling;
use super::shape::{self, Shaping};
use super::upload;
use super::upstream::{self, Lease, UpstreamError};
use super::upstream_io::UpstreamIo;
use super::version;
use super::volumes::Expected;
use crate::catalogue::{self, Facet, Op, Operation, Route, Stream, Target};
use crate::policy::{Allowed, Decision, Denial, NoRole, Role, View};
use crate::record::{Asked, How, Record, Verdict, asked, visible};
use crate::request::{About, Refusal, Request as Understood, UseValue, Uses, headers, split_target, understand_head};
use http::header::{CONNECTION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, UPGRADE};
use http::request::Parts;
use http::{Method, Request, Response, StatusCode};
use hyper::body::{Body, Incoming};
use std::rc::Rc;
use std::sync::Arc;
use std::time::SystemTime;

/// What a request without an upgrade gets when the daemon has switched (streams.md: 3).
const RAW_STREAM: HeaderValue = HeaderValue::from_static("application/vnd.docker.raw-stream");

/// A target of this length fits into a URI (65,534 bytes in the `http` crate)
/// even when every byte of it must be escaped.
const SHORT_TARGET: usize = 16 << 10;

/// Why nothing was forwarded.
enum Stop {
    /// It was not understood.
    Refused(Refusal),
    /// Nobody with a role asks.
    Stranger(String),
    /// The certificate counts no more.
    Untrusted(String),
    /// The policy does not allow it.
    Denied(Denial),
    /// Nor does it show what the request is about.
    Hidden(Denial, (Target, String)),
    /// A quota of the role is used up, perhaps for so many seconds.
    Exhausted(Denial, u64),
}

impl From<Full> for Stop {
    fn from(full: Full) -> Self {
        match full {
            Full::Denied(denial, wait) => Self::Exhausted(denial, wait),
            Full::Unknown(refusal) => Self::Refused(refusal),
        }
    }
}

impl Stop {
    /// The reason in one word, of which there are few.
    fn reason(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.kind(),
            Self::Stranger(_) => "role",
            Self::Untrusted(_) => "certificate",
            Self::Denied(denial) | Self::Hidden(denial, _) | Self::Exhausted(denial, _) => denial.kind(),
        }
    }
}

/// What was permitted, with its body.
struct Ready {
    permit: Box<Allowed>,
    upload: Upload,
    /// What is to be remembered of its object.
    ending: Option<Ending>,
    /// Nobody else adds to what the tenant has until the daemon has answered.
    turn: Option<Turn>,
    /// Nobody of the tenant reaches the container that is made before it was looked at.
    settling: Option<Settling>,
}

/// Handles one request; whatever happens, the client gets an answer.
pub(super) async fn handle(link: Rc<Link>, request: Request<Incoming>) -> Response<Answer> {
    let (parts, body) = request.into_parts();
    let mut call = Call {
        exchange: Exchange::begin(&link.traffic, &link.sinks),
        open: Open::new(&link.tap),
        head: parts.method == Method::HEAD,
        close: !body.is_end_stream(),
    };
    let mut seen = Seen { standing: link.standing(), operation: None, object: None, image: None, asked: None };
    let judged = judge(&link, &call.exchange, &parts, body, &mut seen).await;
    let stop = match judged.and_then(|ready| still_allowed(&link, &call.exchange, &mut seen, ready)) {
        Err(stop) => stop,
        Ok(ready) => {
            let mut record = record(&link, &call.exchange, &parts, &seen, Verdict::Allow);
            record.place = Some(ready.permit.by().to_string());
            record.set = ready.permit.set().to_vec();
            match link.sinks.decided(&record) {
                Ok(queued) => call.exchange.recorded(queued),
                Err(_) => return call.unrecorded(),
            }
            call.exchange.forwarded(ready.permit.request().operation().name);
            match forward(&link, &call.exchange, &seen.standing, ready).await {
                Ok((Sent::Streaming(response, lease), wanted)) => {
                    return relay(&link, response, lease, wanted, call).await;
                }
                Ok((Sent::Made(head, body), _)) => return call.whole(head, body),
                Ok((Sent::Unmade(status, message), _)) => return call.answer(Reply::new(status, message)),
                Err(error) => {
                    let reply = unreachable(&link, &call.exchange, &error);
                    return call.answer(reply);
                }
            }
        }
    };
    // Who has no role here gets no further request on this connection.
    call.close |= matches!(stop, Stop::Stranger(_) | Stop::Untrusted(_));
    let reply = stopped(&link, &call.exchange, &parts, &seen, stop);
    call.answer(reply)
}

/// What an answer needs to know of its request.
pub(super) struct Call {
    pub(super) exchange: Rc<Exchange>,
    pub(super) open: Open,
    /// The answer has no body.
    head: bool,
    /// The connection ends with this answer: a body is left unread, or nobody is served.
    close: bool,
}

impl Call {
    /// An answer of our own.
    pub(super) fn answer(self, reply: Reply) -> Response<Answer> {
        self.exchange.answered(reply.status);
        let body = if self.head { bytes::Bytes::new() } else { reply.body() };
        let answer = Answer::full(body, self.exchange, self.open);
        reply.head(self.close).map(|()| answer)
    }

    fn unrecorded(self) -> Response<Answer> {
        let reply = Reply::unrecorded(self.exchange.id);
        self.answer(reply)
    }

    /// The daemon gave something that cannot be passed on.
    pub(super) fn failed(self, message: &str) -> Response<Answer> {
        self.exchange.finish(How::DaemonGone);
        tracing::error!(id = %self.exchange.id, "{message}");
        self.answer(Reply::new(502, format!("dockgate: {message}")))
    }

    /// The daemon's answer, which was read already.
    fn whole(self, mut head: http::response::Parts, body: bytes::Bytes) -> Response<Answer> {
        self.exchange.answered(head.status.as_u16());
        strip(&mut head.headers);
        version::clamp_header(&mut head.headers);
        Response::from_parts(head, Answer::full(body, self.exchange, self.open))
    }

    /// The daemon's answer.
    pub(super) fn stream(self, head: http::response::Parts, body: Incoming, lease: Lease) -> Response<Answer> {
        Response::from_parts(head, Answer::stream(body, lease, self.exchange, self.open))
    }
}

/// Who asks under which rules, and how far the request was understood, for the record.
struct Seen {
    standing: Rc<Standing>,
    operation: Option<&'static Operation>,
    object: Option<String>,
    image: Option<String>,
    asked: Option<Box<Asked>>,
}

impl Seen {
    /// Keeps the request as far as it was understood, where requests are recorded.
    fn notes(&mut self, link: &Link, request: &Understood) {
        if link.sinks.requests {
            self.asked = Some(Box::new(asked(request)));
        }
    }

    fn route(&mut self, route: &Route) {
        self.operation = Some(route.operation);
        self.object = route.params.object.as_deref().map(str::to_owned);
    }

    /// What is made has no name in the path, and of what is made says more than any name.
    fn uses(&mut self, uses: &Uses) {
        let first = |facet| uses.of(facet).find_map(UseValue::name).map(visible);
        self.object = self.object.take().or_else(|| first(Facet::Name));
        self.image = first(Facet::Image);
    }
}

/// From the head to a permit: identify, route, may ever, understand, read what is judged, decide.
async fn judge(
    link: &Link,
    exchange: &Rc<Exchange>,
    parts: &Parts,
    body: Incoming,
    seen: &mut Seen,
) -> Result<Ready, Stop> {
    let standing = Rc::clone(&seen.standing);
    if let Some(tcp) = &standing.rules.tcp {
        headers::refuse_browsers(&parts.headers, tcp.tls.is_some(), &tcp.hosts).map_err(Stop::Refused)?;
    }
    let target = parts.uri.path_and_query().map_or("", |target| target.as_str());
    let (path, query) = split_target(target).map_err(Stop::Refused)?;
    let route = catalogue::route(&parts.method, path).map_err(|e| Stop::Refused(e.into()))?;
    seen.route(&route);
    let operation = route.operation;
    if link.has_expired() {
        return Err(Stop::Untrusted("the client certificate has expired".to_owned()));
    }
    if link.is_orphaned() {
        return Err(Stop::Untrusted("the client's container has ended".to_owned()));
    }
    standing.is_trusted().map_err(Stop::Untrusted)?;
    let role = standing.role().map_err(stranger)?;
    link.gate.quotas.admit(role)?;
    let who = Arc::clone(&link.who);
    let head = || understand_head(who, parts.method.clone(), route, query, &parts.headers);
    if !role.may_ever(operation.op) {
        if link.sinks.requests {
            head().iter().for_each(|head| seen.notes(link, head));
        }
        return Err(Stop::Denied(role.deny_operation(operation.op)));
    }
    let request = head().map_err(Stop::Refused)?;
    let (request, body) = upload::judged(link, role, request, body).await.map_err(Stop::Refused)?.split();
    request.uses.iter().for_each(|uses| seen.uses(uses));
    seen.notes(link, &request);
    belongs(link, role, &request)?;
    // what is put back names objects, too
    let request = originals::ask(link, role, request).await.map_err(Stop::Refused)?;
    let looking = link.gate.settled.look(role.tenant(), &request).await.map_err(Stop::Refused)?;
    let (request, ending) = ask_about(link, role, request, seen).await?;
    seen.notes(link, &request);
    let mut settling = looking.done(&request).await.map_err(Stop::Refused)?;
    let mut permit = decide(link, role, request).await?;
    if target.len() > SHORT_TARGET && !upstream::has_target(&permit) {
        return Err(Stop::Refused(Refusal { status: 414, message: "the request's target is too long".into() }));
    }
    let counted = role.quotas().is_some_and(|quotas| quotas.counts(operation.op));
    if counted {
        // nobody waits for who waits for its turn
        settling = None;
    }
    let turn = link.gate.quotas.turn(&link.upstream, role, &permit).await?;
    if counted {
        (permit, settling) = asked_again(link, role, &permit).await?;
    }
    let upload = upload::allowed(&link.gate, &permit, body, exchange).await.map_err(Stop::Refused)?;
    Ok(Ready { permit, upload, ending, turn, settling })
}

/// While a request waited for its turn, names may have changed hands.
async fn asked_again(link: &Link, role: &Role, permit: &Allowed) -> Result<(Box<Allowed>, Option<Settling>), Stop> {
    let mut request = permit.request().clone();
    let looking = link.gate.settled.look(role.tenant(), &request).await.map_err(Stop::Refused)?;
    let named = role.references(&request);
    if !named.is_empty() {
        request.known = objects::known(&link.upstream, named).await.map_err(Stop::Refused)?;
    }
    let settling = looking.done(&request).await.map_err(Stop::Refused)?;
    Ok((self::permit(role, request)?, settling))
}

/// Rules may have changed while the request was read, and nobody looked at it then: what counts is
/// what holds now. From here on it is seen by whoever changes them.
fn still_allowed(link: &Link, exchange: &Exchange, seen: &mut Seen, ready: Ready) -> Result<Ready, Stop> {
    if link.is_closed() {
        return Err(Stop::Untrusted("the listener was closed".to_owned()));
    }
    let standing = link.standing();
    let role = standing.role().map_err(stranger)?;
    belongs(link, role, ready.permit.request())?;
    let ready = if Rc::ptr_eq(&standing, &seen.standing) {
        ready
    } else {
        seen.standing = Rc::clone(&standing);
        standing.is_trusted().map_err(Stop::Untrusted)?;
        let before = ready.permit.tenant().map(|tenant| tenant.label());
        let counted = role.quotas().is_some_and(|quotas| quotas.counts(ready.permit.request().operation().op));
        if before != role.tenant().map(|tenant| tenant.label()) || (counted && ready.turn.is_none()) {
            return Err(Stop::Refused(Refusal { status: 503, message: "the rules have changed: try again".into() }));
        }
        let permit = permit(role, ready.permit.request().clone())?;
        let upload = upload::again(&permit, ready.upload);
        Ready { permit, upload, ..ready }
    };
    exchange.takes(link.gate.quotas.places(role, ready.permit.request().operation())?);
    Ok(ready)
}

/// An exec is there for who made it.
fn belongs(link: &Link, role: &Role, request: &Understood) -> Result<(), Stop> {
    execs::check(link, role, request).map_err(|(denial, what)| Stop::Hidden(denial, what))
}

/// Decides on paths of the host as they are written, and on where they lead as well. What is denied
/// as it is written touches no file.
async fn decide(link: &Link, role: &Role, request: Understood) -> Result<Box<Allowed>, Stop> {
    if host_files::are_asked_for(&link.gate, &request) {
        permit(role, request.clone())?;
    }
    permit(role, host_files::follow(&link.gate, request).await.map_err(Stop::Refused)?)
}

/// Where the role is told by what the object is, the daemon is asked; from then on it is called by
/// its ID.
async fn ask_about(
    link: &Link,
    role: &Role,
    mut request: Understood,
    seen: &mut Seen,
) -> Result<(Understood, Option<Ending>), Stop> {
    let op = request.operation().op;
    let mut ending = None;
    let lasting =
        (role.asks_lasting(op) && !role.remembers(op)).then(|| objects::known_already(&link.upstream, &request));
    if let Some(known) = lasting.flatten() {
        request.is_about(known);
    } else if role.asks_about(op) || role.remembers(op) {
        let (about, described) = objects::about(&link.upstream, &request).await.map_err(Stop::Refused)?;
        if about == About::Absent {
            request.is_about(about);
            seen.notes(link, &request);
            let what = role.hides(&request).unwrap_or((Target::Container, String::new()));
            return Err(Stop::Hidden(role.deny_absent(&request), what));
        }
        if let About::Found(object) = &about {
            ending = originals::before(link, role, &request, object, described).await;
        }
        request.is_about(about);
    }
    let named = role.references(&request);
    if !named.is_empty() {
        request.known = objects::known(&link.upstream, named).await.map_err(Stop::Refused)?;
    }
    Ok((request, ending))
}

fn permit(role: &Role, request: Understood) -> Result<Box<Allowed>, Stop> {
    let hidden = role.hides(&request);
    match (role.decide(request), hidden) {
        (Decision::Allow(permit), _) => Ok(permit),
        (Decision::Deny(denial), Some(what)) if denial.is_of_target() => Err(Stop::Hidden(denial, what)),
        (Decision::Deny(denial), _) => Err(Stop::Denied(denial)),
    }
}

/// The sentence without our name, which the answer puts before it.
fn stranger(none: NoRole) -> Stop {
    let sentence = none.to_string();
    Stop::Stranger(sentence.strip_prefix("dockgate: ").unwrap_or(&sentence).to_owned())
}

/// What the answer's shape depends on.
struct Wanted {
    operation: &'static Operation,
    upgrade: bool,
    /// Whether the client stands behind a fence.
    fenced: bool,
    /// Whether the request holds what its client was not shown.
    completed: bool,
    /// What of the answer is shown, where that is not all of it.
    view: Option<View>,
    /// What the path names.
    object: String,
}

impl Wanted {
    /// A raw hijack is always asked for, the other protocols only for clients that ask.
    fn may_switch(&self) -> bool {
        match self.operation.stream {
            Stream::Hijack => true,
            Stream::H2c | Stream::Websocket => self.upgrade,
            _ => false,
        }
    }
}

async fn forward(
    link: &Link,
    exchange: &Rc<Exchange>,
    standing: &Standing,
    ready: Ready,
) -> Result<(Sent, Wanted), UpstreamError> {
    let Ready { permit, upload, ending, turn, settling } = ready;
    let request: &Understood = permit.request();
    let wanted = Wanted {
        operation: request.operation(),
        upgrade: request.headers.upgrade.is_some(),
        fenced: permit.tenant().is_some(),
        completed: request.completed.is_some(),
        view: permit.view().cloned(),
        object: request.params().object.as_deref().map(visible).unwrap_or_default(),
    };
    match wanted.operation.stream {
        Stream::Plain => {}
        Stream::Request | Stream::Both => exchange.lasts(request),
        Stream::Response | Stream::H2c | Stream::Hijack | Stream::Websocket => exchange.streams(request),
    }
    if let (Op::ContainerDelete | Op::NetworkDelete, Some(id)) = (wanted.operation.op, &request.params().object) {
        link.upstream.facts.forget(id);
    }
    exchange.views(permit.view());
    link.lasts(exchange);
    let exec = standing.role().ok().and_then(|role| Making::by(link, role, &permit));
    let expected = Expected::by(&permit).map(|expected| (expected, settling));
    let after = After { expected, exchange: Rc::clone(exchange), exec };
    let sent = if turn.is_none() && after.is_nothing() {
        let (response, lease) = link.upstream.send(&permit, upload).await?;
        Sent::Streaming(response, lease)
    } else {
        apart::send(Rc::clone(&link.upstream), permit, upload, turn, after).await?
    };
    if let (Some(ending), Sent::Streaming(response, _), Ok(role)) = (ending, &sent, standing.role()) {
        originals::after(link, role, ending, response.status());
    }
    Ok((sent, wanted))
}

/// The daemon's answer becomes the client's.
async fn relay(
    link: &Rc<Link>,
    response: Response<Incoming>,
    lease: Lease,
    wanted: Wanted,
    call: Call,
) -> Response<Answer> {
    if response.status() == StatusCode::SWITCHING_PROTOCOLS && wanted.may_switch() {
        return switch(link, response, lease, &wanted, call).await;
    }
    if response.status().is_informational() {
        return call.failed("the Docker daemon switched protocols unasked");
    }
    call.exchange.answered(response.status().as_u16());
    let (mut head, body) = response.into_parts();
    strip(&mut head.headers);
    if wanted.fenced
        && let Some(sentence) = in_use(wanted.operation.op, head.status)
    {
        return call.answer(Reply::new(head.status.as_u16(), sentence.to_owned()));
    }
    if wanted.completed && !head.status.is_success() {
        return call.answer(Reply::kept_back(head.status.as_u16()));
    }
    if let Some(view) = wanted.view.filter(|_| head.status.is_success() && head.status != StatusCode::NO_CONTENT) {
        if link.upstream.is_newer() {
            version::clamp_header(&mut head.headers);
        }
        let shaping = Shaping { view, object: wanted.object };
        return shape::respond(&link.upstream, head, body, lease, shaping, call).await;
    }
    if link.upstream.is_newer() {
        return version::clamp(head, body, lease, wanted.operation, call).await;
    }
    call.stream(head, body, lease)
}

/// What a tenant is told where Docker would tell who has the name or uses the object, by its ID.
fn in_use(op: Op, status: StatusCode) -> Option<&'static str> {
    let refused = matches!(status, StatusCode::CONFLICT | StatusCode::FORBIDDEN);
    match op {
        Op::ContainerCreate | Op::ContainerRename if status == StatusCode::CONFLICT => {
            Some("Conflict. The name is already in use")
        }
        Op::ImageDelete | Op::NetworkDelete | Op::VolumeDelete if refused => Some("Conflict. It is in use"),
        _ => None,
    }
}

/// The daemon has switched: the client's stream is taken from hyper and made raw.
async fn switch(
    link: &Rc<Link>,
    mut response: Response<Incoming>,
    lease: Lease,
    wanted: &Wanted,
    call: Call,
) -> Response<Answer> {
    let head = switching_head(&response, wanted.upgrade);
    let upgraded = hyper::upgrade::on(&mut response).await.ok();
    let Some(parts) = upgraded.and_then(|u| u.downcast::<UpstreamIo>().ok()) else {
        return call.failed("the Docker daemon broke off a stream");
    };
    lease.detach();
    call.exchange.answered(if wanted.upgrade { 101 } else { 200 });
    link.tap.mute().await;
    let daemon = parts.io.with_early(parts.read_buf);
    link.take_over(Takeover { head, daemon, exchange: Rc::clone(&call.exchange) });
    // hyper writes this into nothing and ends; see `connection::tunnel`.
    let mut nothing = Response::new(Answer::nothing(call.exchange, call.open));
    nothing.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    nothing
}

/// The head that the client reads before the stream becomes raw: the daemon's
/// own 101, or the 200 that dockerd gives to who asked for no upgrade.
fn switching_head(response: &Response<Incoming>, upgrade: bool) -> Vec<u8> {
    let mut head: Vec<u8> = if upgrade { b"HTTP/1.1 101 UPGRADED\r\n".into() } else { b"HTTP/1.1 200 OK\r\n".into() };
    for (name, value) in response.headers() {
        let switching = name == CONNECTION || name == UPGRADE;
        let kind = name == CONTENT_TYPE;
        if upgrade || !(switching || kind) {
            line(&mut head, name, value);
        }
    }
    if !upgrade {
        line(&mut head, &CONTENT_TYPE, &RAW_STREAM);
    }
    head.extend_from_slice(b"\r\n");
    head
}

fn line(head: &mut Vec<u8>, name: &HeaderName, value: &HeaderValue) {
    head.extend_from_slice(name.as_str().as_bytes());
    head.extend_from_slice(b": ");
    head.extend_from_slice(value.as_bytes());
    head.extend_from_slice(b"\r\n");
}

/// Headers of the hop to the daemon end here; hyper frames the answer anew.
fn strip(headers_: &mut HeaderMap) {
    let ours: Vec<HeaderName> = headers_
        .keys()
        .filter(|name| headers::is_one_hop(name, headers_) && *name != http::header::CONTENT_LENGTH)
        .cloned()
        .collect();
    for name in ours {
        headers_.remove(name);
    }
}

/// Records why nothing was forwarded and makes the answer.
fn stopped(link: &Link, exchange: &Rc<Exchange>, parts: &Parts, seen: &Seen, stop: Stop) -> Reply {
    let verdict = match &stop {
        Stop::Refused(_) => Verdict::Refuse,
        Stop::Stranger(_) | Stop::Untrusted(_) => Verdict::Deny,
        Stop::Denied(_) | Stop::Hidden(..) | Stop::Exhausted(..) => Verdict::Deny,
    };
    let mut record = record(link, exchange, parts, seen, verdict);
    let (denials, id) = (seen.standing.rules.denials, exchange.id);
    record.reason = Some(stop.reason());
    let reply = match &stop {
        Stop::Refused(refusal) => {
            record.why.push(refusal.message.to_string());
            Reply::refused(refusal, id)
        }
        Stop::Stranger(why) | Stop::Untrusted(why) => {
            record.why.push(why.clone());
            Reply::stranger(why, denials, id)
        }
        Stop::Hidden(denial, (kind, name)) => {
            record.denied(denial);
            Reply::missing(seen.operation.map(|operation| operation.op), *kind, name, id)
        }
        Stop::Exhausted(denial, wait) => {
            record.denied(denial);
            Reply::exhausted(denial, *wait, denials, id)
        }
        Stop::Denied(denial) => {
            record.denied(denial);
            Reply::denied(denial, denials, id)
        }
    };
    // Nothing is forwarded, so a record that cannot be written changes nothing.
    if let Ok(queued) = link.sinks.decided(&record) {
        exchange.recorded(queued);
    }
    reply
}

/// The decision is on record already; the failure is logged beside it.
fn unreachable(link: &Link, exchange: &Rc<Exchange>, error: &UpstreamError) -> Reply {
    // The client's own body is noted as its end already; the first word counts.
    exchange.finish(How::DaemonGone);
    link.sinks.metrics.upstream_failures.inc();
    let reply = Reply::unreachable(error, &link.gate.upstream, exchange.id);
    match reply.status {
        400 => tracing::warn!(id = %exchange.id, "{}", reply.message),
        _ => tracing::error!(id = %exchange.id, "{}", reply.message),
    }
    reply
}

fn record(link: &Link, exchange: &Exchange, parts: &Parts, seen: &Seen, verdict: Verdict) -> Record {
    Record {
        id: exchange.id,
        time: SystemTime::now(),
        took: exchange.took(),
        who: Arc::clone(&link.who),
        role: seen.standing.role().ok().map(|role| role.name().as_str().into()),
        method: visible(parts.method.as_str()),
        operation: seen.operation.map(|operation| operation.name),
        object: seen.object.clone().or_else(|| seen.operation.is_none().then(|| visible(parts.uri.path()))),
        image: seen.image.clone(),
        verdict,
        reason: None,
        why: Vec::new(),
        place: None,
        set: Vec::new(),
        asked: seen.asked.clone(),
    }
}
