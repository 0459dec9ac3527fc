//! What the daemon says of the object that a request names in its path, asked once before it is judged.

use super::question;
use super::upstream::Upstream;
use crate::catalogue::{Op, Target};
use crate::request::{About, Object, Refusal, Request};
use bytes::Bytes;
use http::StatusCode;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::rc::Rc;

/// A container as the daemon inspects it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Container {
    id: String,
    name: String,
    #[serde(default)]
    image: String,
    config: Config,
    pub(super) state: State,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Config {
    #[serde(default)]
    image: String,
    #[serde(default)]
    user: String,
    #[serde(default)]
    labels: Option<BTreeMap<String, String>>,
}

/// An image, of which only its user is looked at.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Image {
    config: Option<ImageConfig>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ImageConfig {
    #[serde(default)]
    user: String,
}

/// How a container fares.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct State {
    pub(super) running: bool,
    #[serde(default)]
    status: String,
    pub(super) pid: i32,
}

#[derive(Deserialize)]
struct Exec {
    #[serde(rename = "ContainerID")]
    container: String,
}

/// A network, or a volume, which has no ID.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Plain {
    #[serde(default)]
    id: String,
    name: String,
    #[serde(default)]
    labels: Option<BTreeMap<String, String>>,
}

impl From<Container> for Object {
    fn from(container: Container) -> Self {
        let Container { id, name, config, state, .. } = container;
        let name = name.strip_prefix('/').unwrap_or(&name).to_owned();
        Self { id, name, image: config.image, state: state.status, labels: config.labels.unwrap_or_default() }
    }
}

impl From<Plain> for Object {
    fn from(plain: Plain) -> Self {
        Self { id: plain.id, name: plain.name, labels: plain.labels.unwrap_or_default(), ..Self::default() }
    }
}

/// The container of this name or ID, as the daemon reads names; `None` if it has none.
///
/// # Errors
/// Why there is no answer that can be read, in words.
pub(super) async fn container(upstream: &Rc<Upstream>, name: &str) -> Result<Option<Container>, String> {
    inspect(upstream, Op::ContainerInspect, name.strip_prefix('/').unwrap_or(name)).await
}

/// A container as it was described, which may hold secrets: whole, and what is looked at before all else.
pub(super) struct Described {
    /// What the daemon said.
    pub(super) inspected: Bytes,
    /// The ID of its image.
    pub(super) image: String,
    /// Its user.
    pub(super) user: String,
}

/// The container of this name or ID with its whole description; `None` if the daemon has none.
///
/// # Errors
/// Why there is no answer that can be read, in words.
pub(super) async fn described(upstream: &Rc<Upstream>, name: &str) -> Result<Option<(Object, Described)>, String> {
    let name = name.strip_prefix('/').unwrap_or(name);
    let Some(inspected) = ask(upstream, Op::ContainerInspect, name).await? else { return Ok(None) };
    let container: Container = read(&inspected)?;
    let (image, user) = (container.image.clone(), container.config.user.clone());
    Ok(Some((container.into(), Described { inspected, image, user })))
}

/// The user that an image has; nothing if the daemon does not tell.
pub(super) async fn user_of_image(upstream: &Rc<Upstream>, id: &str) -> Option<String> {
    let image: Option<Image> = inspect(upstream, Op::ImageInspect, id).await.ok()?;
    image.and_then(|image| image.config).map(|config| config.user)
}

/// What the daemon says of the object in the path, and of a container its whole description.
///
/// # Errors
/// The daemon does not say, so that nothing can be judged.
pub(super) async fn about(upstream: &Rc<Upstream>, request: &Request) -> Result<(About, Option<Described>), Refusal> {
    let (Some(kind), Some(name)) = (request.operation().target, request.params().object.as_deref()) else {
        return Ok((About::Unasked, None));
    };
    let found = match kind {
        Target::Container => return whole(described(upstream, name).await),
        Target::Exec => match inspect::<Exec>(upstream, Op::ExecInspect, name).await {
            Ok(Some(exec)) => found(container(upstream, &exec.container).await),
            other => other.map(|_| None),
        },
        Target::Network => found(inspect::<Plain>(upstream, Op::NetworkInspect, name).await),
        Target::Volume => found(inspect::<Plain>(upstream, Op::VolumeInspect, name).await),
        _ => return Ok((About::Unasked, None)),
    };
    told(found).map(|about| (about, None))
}

fn whole(found: Result<Option<(Object, Described)>, String>) -> Result<(About, Option<Described>), Refusal> {
    let (object, described) = match found {
        Ok(found) => found.unzip(),
        Err(why) => return told(Err(why)).map(|about| (about, None)),
    };
    told(Ok(object)).map(|about| (about, described))
}

fn told(found: Result<Option<Object>, String>) -> Result<About, Refusal> {
    match found {
        Ok(Some(object)) => Ok(About::Found(Box::new(object))),
        Ok(None) => Ok(About::Absent),
        Err(why) => Err(Refusal { status: 502, message: why.into() }),
    }
}

fn found<T: Into<Object>>(inspected: Result<Option<T>, String>) -> Result<Option<Object>, String> {
    inspected.map(|found| found.map(Into::into))
}

async fn inspect<T: DeserializeOwned>(upstream: &Rc<Upstream>, op: Op, name: &str) -> Result<Option<T>, String> {
    ask(upstream, op, name).await?.map(|body| read(&body)).transpose()
}

/// How failed questions are told.
const ASKED: &str = "the daemon was asked what the request is about";

async fn ask(upstream: &Rc<Upstream>, op: Op, name: &str) -> Result<Option<Bytes>, String> {
    let (status, body) = question::inspect(upstream, op, name).await.map_err(|error| format!("{ASKED}: {error}"))?;
    match status {
        StatusCode::NOT_FOUND => Ok(None),
        StatusCode::OK => Ok(Some(body)),
        status => Err(format!("{ASKED}, and answered {status}")),
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    serde_json::from_slice(body).map_err(|error| format!("{ASKED}, and its answer cannot be read: {error}"))
}
