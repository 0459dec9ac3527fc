//! What the daemon says of the objects that a request names, asked once before it is judged.

mod shapes;

use super::question;
use super::upstream::Upstream;
use crate::catalogue::{Op, Target};
use crate::request::{About, Known, MAX_REFERENCES, Object, Reference, Refusal, Request};
use bytes::Bytes;
use http::StatusCode;
use serde::de::DeserializeOwned;
use shapes::{Exec, Image, Node, Plain, Plugin, Service, Specified, Task};
use std::rc::Rc;
use std::time::Instant;

pub(super) use shapes::Container;

/// What was asked: an object, none, or why there is no answer that can be read, in words.
type Answer<T> = Result<Option<T>, String>;

/// The container of this name or ID, as the daemon reads names; `None` if it has none.
///
/// # Errors
/// Why there is no answer that can be read, in words.
pub(super) async fn container(upstream: &Rc<Upstream>, name: &str) -> Answer<Container> {
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
    let Some(inspected) = raw(upstream, Op::ContainerInspect, name).await? else { return Ok(None) };
    let container: Container = read(&inspected)?;
    let (image, user) = container.image_and_user();
    Ok(Some((container.into(), Described { inspected, image, user })))
}

/// The description of an image; nothing if the daemon does not tell.
pub(super) async fn image(upstream: &Rc<Upstream>, id: &str) -> Option<Bytes> {
    raw(upstream, Op::ImageInspect, id).await.ok()?
}

/// The user that an image has; nothing if the daemon does not tell.
pub(super) async fn user_of_image(upstream: &Rc<Upstream>, id: &str) -> Option<String> {
    let image: Option<Image> = inspect(upstream, Op::ImageInspect, id).await.ok()?;
    image.and_then(Image::user)
}

/// What the daemon says of the object in the path, and of a container its whole description.
///
/// # Errors
/// The daemon does not say, so that nothing can be judged.
pub(super) async fn about(upstream: &Rc<Upstream>, request: &Request) -> Result<(About, Option<Described>), Refusal> {
    let (Some(kind), Some(name)) = (request.operation().target, request.object()) else {
        return Ok((About::Unasked, None));
    };
    let name = &*name;
    let told = match kind {
        Target::Container => whole(described(upstream, name).await)?,
        _ => (of(upstream, kind, name).await?, None),
    };
    if let About::Found(object) = &told.0 {
        upstream.facts.keep(kind, name, object, Instant::now());
    }
    Ok(told)
}

/// What it said of the object in the path a moment ago.
pub(super) fn known_already(upstream: &Rc<Upstream>, request: &Request) -> Option<About> {
    let (kind, name) = (request.operation().target?, request.params().object.as_deref()?);
    upstream.facts.of(kind, name, Instant::now()).map(|object| About::Found(Box::new(object)))
}

fn whole(found: Answer<(Object, Described)>) -> Result<(About, Option<Described>), Refusal> {
    let (object, described) = match found {
        Ok(found) => found.unzip(),
        Err(why) => return told(Err(why)).map(|about| (about, None)),
    };
    told(Ok(object)).map(|about| (about, described))
}

/// What the daemon says of the objects in body and query.
///
/// # Errors
/// There are more than can be asked about, or the daemon does not say.
pub(super) async fn known(upstream: &Rc<Upstream>, named: Vec<Reference>) -> Result<Known, Refusal> {
    if named.len() > MAX_REFERENCES {
        let message = format!("the request names more than {MAX_REFERENCES} objects");
        return Err(Refusal { status: 413, message: message.into() });
    }
    let mut known = Vec::with_capacity(named.len());
    for reference in named {
        let about = of(upstream, reference.kind, &reference.name).await?;
        known.push((reference, about));
    }
    Ok(known.into_iter().collect())
}

/// What the daemon says of one object.
///
/// # Errors
/// The daemon does not say.
pub(super) async fn of(upstream: &Rc<Upstream>, kind: Target, name: &str) -> Result<About, Refusal> {
    told(ask(upstream, kind, name).await)
}

fn told(found: Answer<Object>) -> Result<About, Refusal> {
    match found {
        Ok(Some(object)) => Ok(About::Found(Box::new(object))),
        Ok(None) => Ok(About::Absent),
        Err(why) => Err(Refusal { status: 502, message: why.into() }),
    }
}

async fn ask(upstream: &Rc<Upstream>, kind: Target, name: &str) -> Answer<Object> {
    match kind {
        Target::Config => object(inspect::<Specified>(upstream, Op::ConfigInspect, name).await),
        Target::Container => object(container(upstream, name).await),
        Target::Exec => match inspect::<Exec>(upstream, Op::ExecInspect, name).await? {
            Some(exec) => object(container(upstream, &exec.container).await),
            None => Ok(None),
        },
        Target::Image => object(inspect::<Image>(upstream, Op::ImageInspect, name).await),
        Target::Network => object(inspect::<Plain>(upstream, Op::NetworkInspect, name).await),
        Target::Node => object(inspect::<Node>(upstream, Op::NodeInspect, name).await),
        Target::Plugin => object(inspect::<Plugin>(upstream, Op::PluginInspect, name).await),
        Target::Secret => object(inspect::<Specified>(upstream, Op::SecretInspect, name).await),
        Target::Service => object(inspect::<Service>(upstream, Op::ServiceInspect, name).await),
        Target::Task => task(upstream, name).await,
        Target::Volume => object(inspect::<Plain>(upstream, Op::VolumeInspect, name).await),
    }
}

/// A task has the labels of its service, whose it is.
async fn task(upstream: &Rc<Upstream>, name: &str) -> Answer<Object> {
    let Some(task) = inspect::<Task>(upstream, Op::TaskInspect, name).await? else { return Ok(None) };
    let service = inspect::<Service>(upstream, Op::ServiceInspect, &task.service_id).await?;
    Ok(Some(task.of(service)))
}

fn object<T: Into<Object>>(inspected: Answer<T>) -> Answer<Object> {
    inspected.map(|found| found.map(Into::into))
}

/// What the daemon says of an object; `None` if there is none of this name.
///
/// # Errors
/// Why there is no answer that can be read, in words.
pub(super) async fn inspect<T: DeserializeOwned>(upstream: &Rc<Upstream>, op: Op, name: &str) -> Answer<T> {
    raw(upstream, op, name).await?.map(|body| read(&body)).transpose()
}

/// How failed questions are told.
const ASKED: &str = "the daemon was asked what the request is about";

async fn raw(upstream: &Rc<Upstream>, op: Op, name: &str) -> Answer<Bytes> {
    let (status, body) = question::inspect(upstream, op, name).await.map_err(|error| format!("{ASKED}: {error}"))?;
    match status {
        StatusCode::OK => Ok(Some(body)),
        status if is_none(op, status) => Ok(None),
        status => Err(format!("{ASKED}, and answered {status}")),
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    // the error itself may quote what was said
    let unread =
        |error: serde_json::Error| format!("{ASKED}, and its answer cannot be read (column {})", error.column());
    serde_json::from_slice(body).map_err(unread)
}

/// Whether the daemon has no such object. A name that no image can have is none, too.
fn is_none(op: Op, status: StatusCode) -> bool {
    match status {
        StatusCode::NOT_FOUND => true,
        // the beginning of several IDs means none of them
        StatusCode::BAD_REQUEST => !matches!(op, Op::VolumeInspect | Op::PluginInspect),
        status => question::lacks_swarm(op, status),
    }
}
