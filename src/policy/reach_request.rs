//! The requests of the catalogue's chains, read once.

use super::path_pattern::PathPattern;
use super::role::Role;
use crate::catalogue::chains::{CHAINS, Chain, DEVICES, HOST_PATHS, SOCKETS, Step, Values, Whose};
use crate::catalogue::{Body, Facet, Operation, Verb};
use crate::request::{About, How, Identity, Object, Peer, Reference, Request, Use, UseValue, understand};
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, Method};
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

/// The version that requests are in: one in which nothing is left out that a chain needs.
const VERSION: &str = "/v1.47";

/// A chain, with what the table itself tries for `$`.
pub(super) struct Ready {
    pub(super) chain: &'static Chain,
    pub(super) trials: Vec<Trial>,
}

/// A chain with one value for `$`: of each step the requests of which one has to be allowed.
pub(super) struct Trial {
    pub(super) value: Option<String>,
    pub(super) steps: Vec<Vec<Request>>,
}

static READY: LazyLock<Vec<Ready>> = LazyLock::new(|| CHAINS.iter().copied().flatten().map(Ready::new).collect());

static WRITTEN: LazyLock<Vec<PathPattern>> = LazyLock::new(|| patterns(HOST_PATHS.iter().map(|(path, _)| *path)));
static READ: LazyLock<Vec<PathPattern>> =
    LazyLock::new(|| patterns(HOST_PATHS.iter().filter(|(_, tells)| *tells).map(|(path, _)| *path)));
static OPEN: LazyLock<Vec<PathPattern>> = LazyLock::new(|| patterns(SOCKETS.iter().copied()));
static BLOCKS: LazyLock<Vec<PathPattern>> = LazyLock::new(|| patterns(DEVICES.iter().copied()));

/// Every chain of the catalogue.
pub(super) fn all() -> &'static [Ready] {
    &READY
}

/// What the chains use of a facet.
pub(super) fn used_of(facet: Facet) -> &'static [UseValue] {
    static USED: LazyLock<BTreeMap<Facet, Vec<UseValue>>> = LazyLock::new(used);
    USED.get(&facet).map(Vec::as_slice).unwrap_or_default()
}

fn used() -> BTreeMap<Facet, Vec<UseValue>> {
    let requests = READY.iter().flat_map(|ready| &ready.trials).flat_map(|trial| trial.steps.iter().flatten());
    let mut found: BTreeMap<Facet, Vec<UseValue>> = BTreeMap::new();
    for used in requests.flat_map(|request| request.uses.iter().flat_map(|uses| uses.iter())) {
        let values = found.entry(used.facet).or_default();
        if !values.contains(&used.value) {
            values.push(used.value.clone());
        }
    }
    found
}

/// Whether a value that a policy lists is one that the chain is about.
pub(super) fn is_worth(values: Values, value: &str) -> bool {
    let near = |list: &[PathPattern]| list.iter().any(|pattern| pattern.is_near(value));
    match values {
        Values::Written => near(&WRITTEN) || near(&OPEN),
        Values::Read => near(&READ),
        Values::Sockets => near(&OPEN),
        Values::Devices => near(&BLOCKS),
        Values::Mounted | Values::ReadOnly | Values::Images => true,
        Values::None | Values::Texts(_) => false,
    }
}

/// The request as the daemon would have answered for it: what is `own` is the tenant's, if there is one.
pub(super) fn before(role: &Role, request: &Request) -> Request {
    let mut request = request.clone();
    let Some(tenant) = role.tenant() else { return request };
    let (key, value) = tenant.label();
    let mark = |about: About| match about {
        About::Found(mut found) => {
            let whose = if is_anothers(&found.name) { ANOTHER } else { value };
            found.labels.insert(key.to_owned(), whose.to_owned());
            About::Found(found)
        }
        about => about,
    };
    request.about = mark(std::mem::take(&mut request.about));
    request.known = request.known.iter().map(|(found, about)| (found.clone(), mark(about.clone()))).collect();
    request
}

const ANOTHER: &str = "another";

/// Whether the name says that it is another's.
fn is_anothers(name: &str) -> bool {
    name.split(['/', ':']).any(|part| part.starts_with(ANOTHER))
}

/// Whether the name is that of something of its own, which is called as the policy likes.
pub(super) fn is_own(name: &str) -> bool {
    name.split(['/', ':']).any(|part| part == "own")
}

impl Ready {
    fn new(chain: &'static Chain) -> Self {
        let values: Vec<Option<String>> = match chain.values {
            Values::None => vec![None],
            values => samples(values).into_iter().map(Some).collect(),
        };
        let trials = values.iter().filter_map(|value| Trial::new(chain, value.as_deref())).collect();
        Self { chain, trials }
    }
}

impl Trial {
    /// The chain with this value; nothing if no request can be made of it.
    pub(super) fn new(chain: &'static Chain, value: Option<&str>) -> Option<Self> {
        let steps: Vec<Vec<Request>> =
            chain.steps.iter().map(|step| requests(step, value.unwrap_or_default())).collect();
        let whole = steps.iter().all(|requests| !requests.is_empty());
        whole.then(|| Self { value: value.map(str::to_owned), steps })
    }
}

/// What the table itself tries.
fn samples(values: Values) -> Vec<String> {
    let paths = || HOST_PATHS.iter();
    match values {
        Values::Texts(texts) => texts.iter().map(|text| (*text).to_owned()).collect(),
        Values::Written => with_parents(paths().map(|(path, _)| *path).chain(SOCKETS.iter().copied())),
        Values::Read => with_parents(paths().filter(|(_, tells)| *tells).map(|(path, _)| *path)),
        Values::Sockets => with_parents(SOCKETS.iter().copied()),
        Values::Devices => with_parents(DEVICES.iter().copied()),
        Values::Mounted => vec!["/srv".to_owned()],
        Values::None | Values::ReadOnly | Values::Images => Vec::new(),
    }
}

/// The paths, what they lie in, and something below: the ones nearest to the root first.
fn with_parents<'p>(paths: impl Iterator<Item = &'p str>) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for path in paths.map(|path| path.replace('*', "x")) {
        let ends = path.match_indices('/').map(|(at, _)| at).filter(|at| *at > 0).chain([path.len()]);
        all.extend(ends.filter_map(|end| path.get(..end)).map(str::to_owned));
        all.push(format!("{path}/x"));
    }
    all.push("/".to_owned());
    all.sort_by_key(|path| (path.matches('/').count(), path.len() > 1, path.clone()));
    all.dedup();
    all
}

fn patterns<'p>(paths: impl Iterator<Item = &'p str>) -> Vec<PathPattern> {
    paths.filter_map(|path| PathPattern::glob(path).ok()).collect()
}

fn requests(step: &Step, value: &str) -> Vec<Request> {
    step.ops.iter().filter_map(|op| request(step, op.operation(), value)).collect()
}

fn request(step: &Step, operation: &'static Operation, value: &str) -> Option<Request> {
    let verb = if operation.verb == Verb::Any { "GET" } else { operation.verb.as_str() };
    let method = Method::from_bytes(verb.as_bytes()).ok()?;
    let text = |text: &str| text.replace('$', value);
    let mut headers = HeaderMap::new();
    let is_json = matches!(operation.body, Body::Json(_)) && !step.body.is_empty();
    if is_json {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    let head = understand(nobody(), &method, &target(step, operation, &text), &headers).ok()?;
    let body = if is_json { text(step.body) } else { String::new() };
    let bare = Step { query: "", ..*step };
    let plain = understand(nobody(), &method, &target(&bare, operation, &text), &headers);
    let plain = plain.and_then(|head| head.with_body(b"")).ok().and_then(|plain| plain.uses);
    let mut request = head.with_body(body.as_bytes()).ok()?;
    if let (Some(uses), Some(plain)) = (&mut request.uses, &plain) {
        // what a request uses that says nothing is for its sender to choose
        let unsaid = |used: &Use| is_json || used.value == UseValue::Default;
        uses.forget(|used| unsaid(used) && plain.iter().any(|same| same == used));
    }
    tell(step, operation, &mut request);
    Some(request)
}

fn target(step: &Step, operation: &Operation, text: &dyn Fn(&str) -> String) -> String {
    let object = text(if step.object.is_empty() { name(step.whose) } else { step.object });
    let path = operation.path.replace("{checkpoint}", "x").replace("{anyroute}", "x");
    let path = path.replace("{id}", &object).replace("{name}", &object);
    let version = if operation.is_versionless() { "" } else { VERSION };
    let mark = if step.query.is_empty() { "" } else { "?" };
    format!("{version}{path}{mark}{}", text(step.query).replace(' ', "%20"))
}

fn name(whose: Whose) -> &'static str {
    match whose {
        Whose::Own => "own",
        Whose::Another => ANOTHER,
        Whose::There => "there",
    }
}

/// What the daemon would say: everything is there, but for what is made. Names of another's are taken.
fn tell(step: &Step, operation: &Operation, request: &mut Request) {
    if operation.target.is_some() {
        let name = request.params().object.as_deref().map_or_else(|| name(step.whose).to_owned(), str::to_owned);
        request.about = found(&name);
    }
    let about = |found_as: &Reference| match found_as.how {
        How::Made | How::Pulled if !is_anothers(&found_as.name) => About::Absent,
        How::Pulled => About::Absent,
        _ => found(&found_as.name),
    };
    let named: Vec<Reference> = request.references();
    request.known = named.into_iter().map(|reference| (reference.clone(), about(&reference))).collect();
}

fn found(name: &str) -> About {
    About::Found(Box::new(Object { name: name.to_owned(), ..Object::default() }))
}

fn nobody() -> Arc<Identity> {
    static NOBODY: LazyLock<Arc<Identity>> = LazyLock::new(|| {
        let peer = Peer::Unix { uid: 1, gid: 1, pid: 0, groups: Vec::new(), user: None, group_names: Vec::new() };
        Arc::new(Identity::new("reach".into(), peer))
    });
    Arc::clone(&NOBODY)
}
