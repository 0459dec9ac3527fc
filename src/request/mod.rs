//! One request, understood or refused. Imports the catalogue.

pub mod body;
mod gather;
pub mod headers;
mod identity;
pub mod json;
mod noted;
mod object;
pub mod original;
mod pin;
mod query;
mod reference;
mod refusal;
pub mod signal;
pub mod tree;
mod uses;
pub mod values;

pub use gather::{IN_PATH, facets_of};
pub use headers::Headers;
pub use identity::{Certificate, HostSocket, Identity, Peer};
pub use noted::{HIDDEN, Noted};
pub use object::{About, Object};
pub use original::{Completed, Original};
pub use query::{MAX_QUERY_PAIRS, Query, Value};
pub use reference::{How, Known, MAX_REFERENCES, Reference, of_use};
pub use refusal::Refusal;
pub use signal::{name as signal_name, names as signal_names};
pub use tree::Tree;
pub use uses::{MAX_USES, Use, UseValue, Uses};

use crate::catalogue::{self, Op, Operation, Params, Route, Target};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Method};
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use tree::Unknown;
use values::image;

/// A request whose head was read into types.
#[derive(Clone)]
pub struct Request {
    /// Who asks.
    pub who: Arc<Identity>,
    /// The method; the row's own, except for rows of any method.
    pub method: Method,
    /// Version, operation and the names in the path.
    pub route: Route,
    /// The query, typed.
    pub query: Query,
    /// The headers that travel.
    pub headers: Headers,
    /// The body by its table; nothing where it says nothing, or was not read.
    pub body: Option<Tree>,
    /// What of the body the table does not know, by path.
    pub unknown: Unknown,
    /// Where paths of the host really lead, as far as somebody could look: what was used, and what
    /// that comes to.
    led_to: Vec<(Use, Use)>,
    /// What the daemon says of the object in the path, where it was asked.
    pub about: About,
    /// What the daemon says of the objects in body and query, where it was asked.
    pub known: Known,
    /// The container that it is to be a copy of, where there is one, and somebody asked.
    pub original: Option<Arc<Original>>,
    /// What was put back into it that its client was not shown, where something was.
    pub completed: Option<Arc<Completed>>,
    /// The object in the path as the client called it, where it is called by its ID since.
    asked: Option<Box<str>>,
    /// What it uses, facet by facet; nothing as long as a body has to be read to know it.
    pub uses: Option<Uses>,
}

impl Request {
    /// The row of the catalogue.
    pub fn operation(&self) -> &'static Operation {
        self.route.operation
    }

    /// The names in the path.
    pub fn params(&self) -> &Params {
        &self.route.params
    }

    /// Reads a JSON body, and gathers what the whole request uses.
    ///
    /// # Errors
    /// The body could be read in two ways, is none of Docker's, or is not said to be JSON.
    pub fn with_body(mut self, bytes: &[u8]) -> Result<Self, Refusal> {
        // dockerd 20.10 makes a volume of it, later ones none
        if self.operation().op == Op::VolumeCreate && bytes.trim_ascii() == b"null" {
            return Err(Refusal::malformed("the body is `null`"));
        }
        if let Some(table) = self.operation().body.table()
            && let Some((tree, unknown)) = body::read(bytes, table)?
        {
            self.refuse_other_types()?;
            (self.body, self.unknown) = (Some(tree), unknown);
        }
        self.regather();
        if self.uses.as_ref().is_some_and(Uses::are_too_many) {
            return Err(Refusal::too_large(format!("the request uses more than {MAX_USES} things at once")));
        }
        Ok(self)
    }

    /// dockerd reads JSON under this type alone.
    fn refuse_other_types(&self) -> Result<(), Refusal> {
        let media = self.headers.known.get(CONTENT_TYPE).and_then(|media| media.to_str().ok()).unwrap_or_default();
        if body::is_json(media) {
            return Ok(());
        }
        Err(Refusal::malformed("the body's `Content-Type` is not `application/json`"))
    }

    /// Gathers anew what the request uses, after its body was read or changed.
    pub fn regather(&mut self) {
        let mut uses = gather::gather(self);
        // what was taken out of the request leads nowhere any more
        let led = self.led_to.iter().filter(|(from, _)| uses.iter().any(|used| used == from));
        let led: Vec<Use> = led.map(|(_, to)| to.clone()).collect();
        led.into_iter().for_each(|used| uses.push(used.facet, used.value));
        self.uses = Some(uses);
    }

    /// Adds what the daemon says of the object in the path, which is called by its ID from now on:
    /// whatever is renamed or made anew meanwhile, it is this one that was judged.
    pub fn is_about(&mut self, about: About) {
        if let (About::Found(found), Some(kind)) = (&about, self.operation().target)
            && has_ids(kind)
            && !found.id.is_empty()
        {
            let asked = self.route.params.object.replace(found.id.as_str().into());
            // a request that is judged anew was called by its ID before
            self.asked = self.asked.take().or(asked);
        }
        self.about = about;
    }

    /// The object in the path as the daemon is asked about it: a push may say its tag in the query.
    pub fn object(&self) -> Option<Cow<'_, str>> {
        let name = self.params().object.as_deref()?;
        Some(match self.query.get("tag") {
            Some(Value::Text(tag)) if self.operation().op == Op::ImagePush => image::with_tag(name, tag).into(),
            _ => name.into(),
        })
    }

    /// The object in the path, as the client called it.
    pub fn asked_for(&self) -> Option<&str> {
        self.asked.as_deref().or(self.params().object.as_deref())
    }

    /// The name that what is made is to have, without a slash before it.
    pub fn name(&self) -> Option<&str> {
        match self.query.get("name") {
            Some(Value::Text(name)) => Some(name.strip_prefix('/').unwrap_or(name)),
            _ => None,
        }
    }

    /// Whether a use is not written in the request: links lead there.
    pub fn is_led_to(&self, used: &Use) -> bool {
        self.led_to.iter().any(|(_, found)| found == used)
    }

    /// Adds uses of what paths of the request lead to, each beside the use that leads there.
    pub fn led_to(&mut self, found: Vec<(Use, Use)>) {
        self.led_to = found;
        self.regather();
    }

    /// The body in the one spelling that is forwarded, with IDs for names that were asked about;
    /// nothing where none was read.
    pub fn canonical_body(&self) -> Option<String> {
        self.pinned_body().as_ref().or(self.body.as_ref()).map(Tree::canonical)
    }
}

impl fmt::Debug for Request {
    /// Nothing that can hold secrets, of which some the client does not know.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Request");
        shown.field("operation", &self.operation().name).field("params", self.params());
        shown.field("completed", &self.completed).finish_non_exhaustive()
    }
}

/// Whether objects of the kind mean the same by their IDs as by their names. Volumes have none, an
/// image is another thing by its ID, and an exec is judged by its container.
fn has_ids(kind: Target) -> bool {
    !matches!(kind, Target::Exec | Target::Image | Target::Plugin | Target::Volume)
}

/// Splits a request target in origin form into path and query. A fragment has
/// no place there; hyper cuts it off before a target gets here.
///
/// # Errors
/// The target has a `#`.
pub fn split_target(target: &str) -> Result<(&str, &str), Refusal> {
    if target.contains('#') {
        return Err(Refusal::malformed("the request target has a `#`"));
    }
    Ok(target.split_once('?').unwrap_or((target, "")))
}

/// Reads a head whose route is known already.
///
/// # Errors
/// The query or a header could be read in two ways, or a form would override the query.
pub fn understand_head(
    who: Arc<Identity>,
    method: Method,
    route: Route,
    query: &str,
    headers: &HeaderMap,
) -> Result<Request, Refusal> {
    let operation = route.operation;
    let query = Query::read(query, operation)?;
    let headers = Headers::read(headers, operation)?;
    let mut request = Request {
        who,
        method,
        route,
        query,
        headers,
        body: None,
        unknown: Vec::new(),
        led_to: Vec::new(),
        about: About::Unasked,
        known: Known::default(),
        original: None,
        completed: None,
        asked: None,
        uses: None,
    };
    if operation.body.table().is_none() {
        request.regather();
    }
    Ok(request)
}

/// Reads a whole head: route, query, headers.
///
/// # Errors
/// The request is malformed, ambiguous, or means no operation.
pub fn understand(who: Arc<Identity>, method: &Method, target: &str, headers: &HeaderMap) -> Result<Request, Refusal> {
    let (path, query) = split_target(target)?;
    let route = catalogue::route(method, path)?;
    understand_head(who, method.clone(), route, query, headers)
}

#[cfg(test)]
mod testing;
