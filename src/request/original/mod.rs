//! A container that a request is to be a copy of: what the daemon says of it, read as the request
//! that would make it, so that both are compared in the same words.

mod complete;
mod details;

pub use complete::Completed;
pub use details::{Details, Mounted};

use super::json::{self, Json};
use super::{About, Known, Object, Refusal, Request, Tree, Use, Uses};
use crate::catalogue::Facet;
use crate::catalogue::fields::CONTAINER_CREATE;
use std::fmt;

/// A container as a request could make it.
#[derive(Clone, PartialEq)]
pub struct Original {
    /// What is told of it as an object.
    pub object: Object,
    /// What it uses, facet by facet.
    pub uses: Uses,
    /// What of its mounts and devices no facet tells.
    pub details: Details,
    /// The ID of the image that it was made of.
    pub image_id: String,
    /// Whether its user is the image's own, so that a copy may leave it out.
    pub has_users_of_image: bool,
    body: Tree,
    /// The settings of its image, where somebody asked for them.
    image: Option<Tree>,
}

/// Facets whose values can name another container, by its ID where the daemon tells of it.
const BY_CONTAINER: &[Facet] = &[Facet::Ipc, Facet::NetworkMode, Facet::Pid];

/// How such a value begins.
const CONTAINER: &str = "container:";

impl Original {
    /// Reads what the daemon says of a container. It is read as if it were made by the version of
    /// the API, and under the name, that `copy` has.
    ///
    /// # Errors
    /// It cannot be understood.
    pub fn read(inspected: &[u8], copy: &Request) -> Result<Self, Refusal> {
        let json = json::read(inspected).map_err(|error| unreadable(&error.what))?;
        let (object, image_id) = (object(&json), text(&json, "Image").to_owned());
        let (volumes, places) = (unnamed_volumes(&json), places(&json));
        let mut original = Self::of(object, as_create(json), copy)?;
        original.image_id = image_id;
        volumes.into_iter().for_each(|volume| original.has_volume(volume));
        original.details.unnamed.extend(places);
        Ok(original)
    }

    /// Reads a container from the body of the request that would make it, as tests of policies write it.
    ///
    /// # Errors
    /// It cannot be understood.
    pub fn of_body(body: &[u8], copy: &Request) -> Result<Self, Refusal> {
        let json = json::read(body).map_err(|error| unreadable(&error.what))?;
        let (_, unknown) = Tree::read(json.clone(), &CONTAINER_CREATE.shape)?;
        if let Some(path) = unknown.first() {
            return Err(Refusal::malformed(format!("the original has the field `{path}`, which is not known here")));
        }
        let mut original = Self::of(Object::default(), json, copy)?;
        original.object.name = copy.name().unwrap_or_default().to_owned();
        original.object.image = original.body.get("Image").and_then(Tree::text).unwrap_or_default().to_owned();
        if let Some(Tree::Map(labels)) = original.body.get("Labels") {
            let label = |(key, value): &(String, Tree)| (key.clone(), value.text().unwrap_or_default().to_owned());
            original.object.labels = labels.iter().map(label).collect();
        }
        Ok(original)
    }

    fn of(object: Object, json: Json, copy: &Request) -> Result<Self, Refusal> {
        let (body, _) = Tree::read(json, &CONTAINER_CREATE.shape)?;
        let details = Details::of(&body);
        let uses = uses(copy, body.clone());
        Ok(Self { object, uses, details, image_id: String::new(), has_users_of_image: false, body, image: None })
    }

    /// A volume that it has under a name which nobody chose; those that were chosen stand in the body.
    fn has_volume(&mut self, volume: Mounted) {
        if !self.details.mounts.iter().any(|had| had.is_of(&volume)) {
            self.uses.push_text(Facet::Volumes, &volume.source);
            self.details.mounts.push(volume);
        }
    }

    /// The user that it runs as; empty for the image's own.
    pub fn user(&self) -> &str {
        self.body.get("User").and_then(Tree::text).unwrap_or_default()
    }

    /// Containers whose namespaces it shares, as the daemon names them.
    pub fn shares_with(&self) -> impl Iterator<Item = &str> {
        let shared = self.uses.iter().filter(|used| BY_CONTAINER.contains(&used.facet));
        shared.filter_map(|used| used.value.name().and_then(|mode| mode.strip_prefix(CONTAINER)))
    }

    /// Another name for a container whose namespaces it shares.
    pub fn shares_with_called(&mut self, container: &str, name: &str) {
        let is = |used: &&Use| used.value.name() == Some(&format!("{CONTAINER}{container}"));
        let facets: Vec<Facet> =
            self.uses.iter().filter(is).map(|used| used.facet).filter(|it| BY_CONTAINER.contains(it)).collect();
        facets.into_iter().for_each(|facet| self.uses.push_text(facet, &format!("{CONTAINER}{name}")));
    }

    /// A hardware address that it had while it ran; the daemon forgets those of what is stopped.
    pub fn had_address(&mut self, address: &str) {
        self.uses.push_text(Facet::MacAddress, address);
    }
}

impl fmt::Debug for Original {
    /// Its name alone: environments hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Original").field(&self.object.name).finish()
    }
}

/// The hardware addresses that an inspected container has in its networks.
pub fn addresses(inspected: &[u8]) -> Vec<String> {
    let Ok(json) = json::read(inspected) else { return Vec::new() };
    let networks = field(&json, "NetworkSettings").and_then(|settings| field(settings, "Networks"));
    let Some(Json::Object(endpoints)) = networks else { return Vec::new() };
    let given = endpoints.iter().map(|(_, endpoint)| text(endpoint, "MacAddress"));
    given.filter(|address| !address.is_empty()).map(str::to_owned).collect()
}

/// What a request like `copy` uses that has this body.
fn uses(copy: &Request, body: Tree) -> Uses {
    let mut made = Request {
        who: copy.who.clone(),
        method: copy.method.clone(),
        route: copy.route.clone(),
        query: copy.query.clone(),
        headers: copy.headers.clone(),
        body: Some(body),
        unknown: Vec::new(),
        led_to: Vec::new(),
        about: About::Unasked,
        known: Known::default(),
        asked: None,
        original: None,
        completed: None,
        uses: None,
    };
    made.regather();
    made.uses.unwrap_or_default()
}

/// `Config`, with `HostConfig` and the networks beside it: the body of a create.
fn as_create(json: Json) -> Json {
    let Json::Object(fields) = json else { return Json::Null };
    let (mut create, mut beside) = (Vec::new(), Vec::new());
    for (name, value) in fields {
        match (name.as_str(), value) {
            ("Config", Json::Object(config)) => create = config,
            ("HostConfig", host) => beside.push((name, host)),
            ("NetworkSettings", settings) => beside.extend(networking(settings)),
            _ => {}
        }
    }
    create.extend(beside);
    Json::Object(create)
}

fn networking(settings: Json) -> Option<(String, Json)> {
    let Json::Object(fields) = settings else { return None };
    let (_, networks) = fields.into_iter().find(|(name, _)| name == "Networks")?;
    Some(("NetworkingConfig".into(), Json::Object(vec![("EndpointsConfig".into(), networks)])))
}

fn object(json: &Json) -> Object {
    let config = field(json, "Config").unwrap_or(&Json::Null);
    let name = text(json, "Name");
    let labels = match field(config, "Labels") {
        Some(Json::Object(labels)) => labels.iter().filter_map(label).collect(),
        _ => Default::default(),
    };
    Object {
        id: text(json, "Id").to_owned(),
        name: name.strip_prefix('/').unwrap_or(name).to_owned(),
        image: text(config, "Image").to_owned(),
        state: field(json, "State").map(|state| text(state, "Status")).unwrap_or_default().to_owned(),
        labels,
        ..Object::default()
    }
}

fn label((key, value): &(String, Json)) -> Option<(String, String)> {
    if let Json::String(value) = value { Some((key.clone(), value.clone())) } else { None }
}

/// Its volumes under names that nobody chose. A copy that keeps their data names them so.
fn unnamed_volumes(json: &Json) -> Vec<Mounted> {
    let Some(Json::Array(mounts)) = field(json, "Mounts") else { return Vec::new() };
    let unnamed = |mount: &&Json| text(mount, "Type") == "volume" && is_by_chance(text(mount, "Name"));
    let writable = |mount: &Json| field(mount, "RW") == Some(&Json::Bool(true));
    let told =
        |mount: &Json| Mounted::volume(text(mount, "Name").to_owned(), text(mount, "Destination"), writable(mount));
    mounts.iter().filter(unnamed).map(told).collect()
}

/// Where anything is mounted, of its image's own or of another container as well. File systems in
/// memory are compared by themselves.
fn places(json: &Json) -> Vec<String> {
    let Some(Json::Array(mounts)) = field(json, "Mounts") else { return Vec::new() };
    let lasting = mounts.iter().filter(|mount| text(mount, "Type") != "tmpfs");
    lasting.map(|mount| details::place(text(mount, "Destination"))).collect()
}

/// Names that Docker makes have 64 hex digits.
fn is_by_chance(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|b| b.is_ascii_hexdigit())
}

fn field<'j>(json: &'j Json, name: &str) -> Option<&'j Json> {
    let Json::Object(fields) = json else { return None };
    fields.iter().find(|(known, _)| known == name).map(|(_, value)| value)
}

fn text<'j>(json: &'j Json, name: &str) -> &'j str {
    if let Some(Json::String(text)) = field(json, name) { text } else { "" }
}

fn unreadable(what: &str) -> Refusal {
    Refusal { status: 502, message: format!("what the daemon says of the original cannot be read: {what}").into() }
}

#[cfg(test)]
mod tests;
