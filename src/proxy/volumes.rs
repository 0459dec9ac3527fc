//! Volumes of a container that a tenant makes. Docker would make those that are not there yet by the
//! way, without a label, so the gate makes them first. Volumes have no IDs: once the container is
//! there, and nobody can remove them any more, the gate looks again at whose they are.

use super::body::Answer;
use super::handle::Call;
use super::objects;
use super::question;
use super::refuse::Reply;
use super::upstream::{Lease, Upstream};
use crate::catalogue::{Facet, Op, Target};
use crate::policy::{Allowed, Tenant};
use crate::request::{About, How, Request, Tree, UseValue, Uses, values::bind::Bind};
use http::Response;
use http::response::Parts;
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use serde::Deserialize;
use serde_json::{Value, json};
use std::rc::Rc;

/// The largest answer to a create: an ID and warnings.
const MAX_MADE: usize = 64 << 10;

/// Makes the volumes that a container binds by name, and that are not there yet.
///
/// # Errors
/// Why one cannot be made, in words.
pub(super) async fn make(upstream: &Rc<Upstream>, permit: &Allowed) -> Result<(), String> {
    let Some(tenant) = permit.tenant() else { return Ok(()) };
    for body in missing(permit.request(), tenant) {
        question::make_volume(upstream, &body).await.map_err(|why| format!("a volume cannot be made: {why}"))?;
    }
    Ok(())
}

/// What has to be made. A mount says itself which labels its volume gets.
fn missing(request: &Request, tenant: &Tenant) -> Vec<Value> {
    let Some(host) = request.body.as_ref().and_then(|body| body.get("HostConfig")) else { return Vec::new() };
    let mut uses = Uses::default();
    let binds = host.get("Binds").map(Tree::items).unwrap_or_default();
    binds.iter().filter_map(Tree::text).for_each(|spec| Bind::gather(spec, &mut uses));
    let driver = host.get("VolumeDriver").and_then(Tree::text).unwrap_or_default();
    let (key, value) = tenant.label();
    let names = uses.of(Facet::Volumes).filter_map(UseValue::name);
    let absent = names.filter(|name| *request.known.of(Target::Volume, name) == About::Absent);
    absent.map(|name| json!({ "Name": name, "Driver": driver, "Labels": { key: value } })).collect()
}

/// What a container mounts, as it was judged.
pub(super) struct Mounted {
    volumes: Vec<(String, About)>,
    tenant: Tenant,
}

/// What Docker says of a container that it has made.
#[derive(Deserialize)]
struct Made {
    #[serde(rename = "Id")]
    id: String,
}

impl Mounted {
    /// The volumes of a container that a tenant makes; nothing if there are none.
    pub(super) fn by(permit: &Allowed) -> Option<Self> {
        let (request, tenant) = (permit.request(), permit.tenant()?);
        if request.operation().op != Op::ContainerCreate {
            return None;
        }
        let used = request.known.iter().filter(|(found, _)| found.kind == Target::Volume && found.how == How::Used);
        let volumes: Vec<_> = used.map(|(found, about)| (found.name.clone(), about.clone())).collect();
        (!volumes.is_empty()).then(|| Self { volumes, tenant: tenant.clone() })
    }

    /// Passes the answer on if the volumes still are those that were judged, and takes the container
    /// away if they are not.
    pub(super) async fn check(
        &self,
        upstream: &Rc<Upstream>,
        head: Parts,
        body: Incoming,
        mut lease: Lease,
        call: Call,
    ) -> Response<Answer> {
        let Ok(whole) = Limited::new(body, MAX_MADE).collect().await else {
            return call.failed("the Docker daemon broke off the answer to a create");
        };
        lease.complete(true);
        let bytes = whole.to_bytes();
        if self.are_unchanged(upstream).await {
            return Response::from_parts(head, Answer::full(bytes, call.exchange, call.open));
        }
        let made = serde_json::from_slice::<Made>(&bytes).map_err(|error| error.to_string());
        let deleted = match made {
            Ok(made) => question::delete_container(upstream, &made.id).await,
            Err(why) => Err(why),
        };
        if let Err(why) = deleted {
            return call.failed(&format!("a container mounts what is another's, and cannot be deleted: {why}"));
        }
        let message = "dockgate: a volume was made anew meanwhile; the container was not kept".to_owned();
        call.answer(Reply { status: 409, message })
    }

    async fn are_unchanged(&self, upstream: &Rc<Upstream>) -> bool {
        for (name, before) in &self.volumes {
            match objects::of(upstream, Target::Volume, name).await {
                Ok(now) if self.is_unchanged(before, &now) => {}
                _ => return false,
            }
        }
        true
    }

    fn is_unchanged(&self, before: &About, now: &About) -> bool {
        match (before, now) {
            (About::Found(before), About::Found(now)) => before == now,
            (_, About::Found(now)) => self.tenant.owns(now),
            _ => false,
        }
    }
}
