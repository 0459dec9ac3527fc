//! What the daemon says of the object that a request names in its path, asked once before it is judged.

use super::question;
use super::upstream::Upstream;
use crate::catalogue::{Op, Target};
use crate::request::{About, Object, Refusal, Request};
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
    config: Config,
    pub(super) state: State,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Config {
    #[serde(default)]
    image: String,
    #[serde(default)]
    labels: Option<BTreeMap<String, String>>,
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
        let Container { id, name, config, state } = container;
        let name = name.strip_prefix('/').unwrap_or(&name).to_owned();
        let labels = config.labels.unwrap_or_default();
        Self { id, name, image: config.image, state: state.status, labels, ..Self::default() }
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

/// What the daemon says of the object in the path.
///
/// # Errors
/// The daemon does not say, so that nothing can be judged.
pub(super) async fn about(upstream: &Rc<Upstream>, request: &Request) -> Result<About, Refusal> {
    let (Some(kind), Some(name)) = (request.operation().target, request.params().object.as_deref()) else {
        return Ok(About::Unasked);
    };
    let found = match kind {
        Target::Container => found(container(upstream, name).await),
        Target::Exec => match inspect::<Exec>(upstream, Op::ExecInspect, name).await {
            Ok(Some(exec)) => found(container(upstream, &exec.container).await),
            other => other.map(|_| None),
        },
        Target::Network => found(inspect::<Plain>(upstream, Op::NetworkInspect, name).await),
        Target::Volume => found(inspect::<Plain>(upstream, Op::VolumeInspect, name).await),
        _ => return Ok(About::Unasked),
    };
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
    let asked = "the daemon was asked what the request is about";
    let (status, body) = question::inspect(upstream, op, name).await.map_err(|error| format!("{asked}: {error}"))?;
    match status {
        StatusCode::NOT_FOUND => Ok(None),
        StatusCode::OK => serde_json::from_slice(&body)
            .map(Some)
            .map_err(|error| format!("{asked}, and its answer cannot be read: {error}")),
        status => Err(format!("{asked}, and answered {status}")),
    }
}
