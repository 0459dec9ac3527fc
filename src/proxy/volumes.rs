//! Volumes of a container that a tenant makes. Docker would make those that are not there yet by the
//! way, without a label, so the gate makes them first. Volumes have no IDs: once the container is
//! there, and nobody can remove them any more, the gate looks again at whose they are.

use super::apart::id_of;
use super::objects;
use super::question;
use super::upstream::Upstream;
use crate::catalogue::{Facet, Op, Target};
use crate::policy::{Allowed, Tenant};
use crate::request::{About, How, Request, Tree, UseValue, Uses, values::bind::Bind};
use serde_json::{Value, json};
use std::rc::Rc;

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

    /// Takes the container away again if its volumes are not those that were judged.
    ///
    /// # Errors
    /// The status and sentence for the client, which gets no container then.
    pub(super) async fn check(&self, upstream: &Rc<Upstream>, answer: &[u8]) -> Result<(), (u16, String)> {
        if self.are_unchanged(upstream).await {
            return Ok(());
        }
        let deleted = match id_of(answer) {
            Ok(id) => question::delete_container(upstream, &id).await,
            Err(why) => Err(why),
        };
        match deleted {
            Ok(()) => Err((409, "dockgate: a volume was made anew meanwhile; the container was not kept".to_owned())),
            Err(why) => {
                tracing::error!(%why, "a container mounts what is another's, and cannot be deleted");
                Err((502, "dockgate: a volume was made anew meanwhile, and the container cannot be deleted".to_owned()))
            }
        }
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
