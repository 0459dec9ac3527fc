//! The containers that tenants make. Docker would make volumes that are not there yet by the way,
//! without a label, so the gate makes them first. Volumes have no IDs, and names of images change
//! hands: once the container is there, the gate looks at what it came to be. Nobody of the tenant
//! reaches it before (`settled`).

use super::apart::id_of;
use super::objects;
use super::question;
use super::upstream::Upstream;
use crate::catalogue::{Facet, Op, Target};
use crate::policy::{Allowed, Tenant};
use crate::record::visible;
use crate::request::{About, How, Request, Tree, UseValue, Uses, values::bind::Bind};
use serde::Deserialize;
use serde_json::{Value, json};
use std::rc::Rc;

/// Makes the volumes that a container binds by name, and that are not there yet.
///
/// # Errors
/// The status and sentence for the client where one cannot be made: Docker's own could tell of what
/// the client was not shown.
pub(super) async fn make(upstream: &Rc<Upstream>, permit: &Allowed) -> Result<(), (u16, String)> {
    let Some(tenant) = permit.tenant() else { return Ok(()) };
    for body in missing(permit.request(), tenant) {
        match question::make_volume(upstream, &body).await {
            Ok(status) if status.is_success() => {}
            Ok(status) if status.is_client_error() => {
                return Err((status.as_u16(), "dockgate: Docker refuses to make a volume of this name".to_owned()));
            }
            _ => return Err((502, "dockgate: a volume cannot be made".to_owned())),
        }
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

/// What a tenant's container must turn out to be.
pub(super) struct Expected {
    /// The IDs of its image, as it was judged.
    images: Vec<String>,
    /// The volumes that it mounts by their names.
    mounted: Vec<String>,
    /// The name that it was asked to have.
    name: Option<String>,
    tenant: Tenant,
}

/// A container that was made, as far as it is looked at.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Made {
    image: String,
    #[serde(default)]
    mounts: Option<Vec<Mount>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Mount {
    r#type: String,
    #[serde(default)]
    name: String,
}

/// A name that Docker chose. Docker keeps a volume from being removed for who mounts it by its name,
/// and looks it up again for who took it over from another container (dockerd 20.10, 26.1 and 28.5).
fn is_unnamed(volume: &str) -> bool {
    volume.len() == 64 && volume.bytes().all(|b| b.is_ascii_hexdigit())
}

impl Expected {
    /// Of a container that a tenant makes.
    pub(super) fn by(permit: &Allowed) -> Option<Self> {
        let (request, tenant) = (permit.request(), permit.tenant()?);
        let images = request.known.iter().filter_map(|(found, about)| match about {
            About::Found(image) if found.kind == Target::Image && found.how == How::Used => Some(image.id.clone()),
            _ => None,
        });
        let used = request.known.iter().filter(|(found, _)| found.kind == Target::Volume && found.how == How::Used);
        let mounted = used.map(|(found, _)| found.name.clone());
        let name = request.name().map(str::to_owned);
        let makes = request.operation().op == Op::ContainerCreate;
        makes.then(|| Self { images: images.collect(), mounted: mounted.collect(), name, tenant: tenant.clone() })
    }

    /// Takes the container away again if it is not what was judged.
    ///
    /// # Errors
    /// The status and sentence for the client, which gets no container then.
    pub(super) async fn check(&self, upstream: &Rc<Upstream>, answer: &[u8]) -> Result<(), (u16, String)> {
        let id = id_of(answer);
        let why = match &id {
            Ok(id) => self.objection(upstream, id).await,
            Err(why) => Some(why.clone()),
        };
        let Some(why) = why else { return Ok(()) };
        let deleted = match id {
            Ok(id) => question::delete_container(upstream, &id).await,
            Err(why) => Err(why),
        };
        match deleted {
            Ok(()) => Err((409, format!("dockgate: {why}; the container was not kept"))),
            Err(deletion) => {
                tracing::error!(%why, %deletion, "a container is not what was judged, and cannot be deleted");
                Err((502, format!("dockgate: {why}, and the container cannot be deleted")))
            }
        }
    }

    /// Takes away what nobody can look at, since the daemon did not tell its ID.
    pub(super) async fn take_away(&self, upstream: &Rc<Upstream>) {
        let Some(name) = &self.name else {
            return tracing::error!("a container was made, and nobody knows whether it is what was judged");
        };
        if let Err(why) = question::delete_container(upstream, name).await {
            tracing::error!(%why, "a container that nobody could look at cannot be deleted");
        }
    }

    /// Why the container is not what was judged: names may have changed hands since the daemon was asked.
    async fn objection(&self, upstream: &Rc<Upstream>, id: &str) -> Option<String> {
        let made = match objects::inspect::<Made>(upstream, Op::ContainerInspect, id).await {
            Ok(Some(made)) => made,
            Ok(None) => return Some("the container is gone already".to_owned()),
            Err(why) => return Some(why),
        };
        if !self.images.is_empty() && !self.images.contains(&made.image) {
            return Some("the image was made anew meanwhile".to_owned());
        }
        for mount in made.mounts.iter().flatten().filter(|mount| mount.r#type == "volume") {
            match objects::of(upstream, Target::Volume, &mount.name).await {
                Ok(About::Found(volume)) if self.tenant.may_mount(&volume) => {}
                _ => return Some("a volume was made anew meanwhile".to_owned()),
            }
            if !is_unnamed(&mount.name) && !self.mounted.contains(&mount.name) {
                return Some(format!("it takes over the volume {}: mount it by its name", visible(&mount.name)));
            }
        }
        None
    }
}
