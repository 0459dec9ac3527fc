//! What keeps a tenant inside its fence: for every operation, how it is held to what is its own.

use super::about::{by_name, named};
use super::denial::Why;
use super::names::is_whole_id;
use super::object::Object as Named;
use super::stamp;
use super::tenant::Tenant;
use super::text::shown;
use crate::catalogue::{Facet, Op, Risk, Target};
use crate::request::values::image;
use crate::request::{About, How, Object, Reference, Request, UseValue, Value};
use std::borrow::Cow;

/// How an operation is kept inside a fence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Held {
    /// By the object in its path, beside those in body and query.
    ByObject,
    /// By what it shows.
    ByView,
    /// By the label that what it makes carries, and by the names that this takes.
    ByLabel,
    /// By a filter of labels, so that it removes nothing else.
    ByFilter,
    /// It is about no object of anybody.
    Open,
    /// Not at all: it reaches objects that nothing tells apart, or the host.
    Closed,
}

/// How each operation is held. A new one does not compile without a decision.
pub(super) fn held(op: Op) -> Held {
    use Op::*;
    match op {
        SystemOptions | SystemPing | SystemPingHead | SystemVersion | SystemInfo | SystemAuth => Held::Open,
        // what a registry says
        DistributionInspect | ImageSearch => Held::Open,
        ConfigList | ContainerList | ImageList | NetworkList | SecretList | ServiceList => Held::ByView,
        SystemDataUsage | SystemEvents | TaskList | VolumeList => Held::ByView,
        ConfigCreate | ContainerCreate | ImageBuild | ImageCommit | ImageCreate => Held::ByLabel,
        NetworkCreate | SecretCreate | ServiceCreate | VolumeCreate => Held::ByLabel,
        ContainerPrune | ImagePrune | NetworkPrune | VolumePrune => Held::ByFilter,
        CheckpointCreate | CheckpointDelete | CheckpointList => Held::ByObject,
        ConfigDelete | ConfigInspect | ConfigUpdate => Held::ByObject,
        ContainerArchive | ContainerArchiveInfo | ContainerAttach | ContainerAttachWebsocket => Held::ByObject,
        ContainerChanges | ContainerDelete | ContainerExec | ContainerExport | ContainerInspect => Held::ByObject,
        ContainerKill | ContainerLogs | ContainerPause | ContainerRename | ContainerResize => Held::ByObject,
        ContainerRestart | ContainerStart | ContainerStats | ContainerStop | ContainerTop => Held::ByObject,
        ContainerUnpause | ContainerUpdate | ContainerWait | PutContainerArchive => Held::ByObject,
        ExecInspect | ExecResize | ExecStart => Held::ByObject,
        ImageAttestations | ImageDelete | ImageGet | ImageGetAll | ImageHistory | ImageInspect => Held::ByObject,
        ImagePush | ImageTag => Held::ByObject,
        NetworkConnect | NetworkDelete | NetworkDisconnect | NetworkInspect => Held::ByObject,
        SecretDelete | SecretInspect | SecretUpdate => Held::ByObject,
        ServiceDelete | ServiceInspect | ServiceLogs | ServiceUpdate => Held::ByObject,
        TaskInspect | TaskLogs => Held::ByObject,
        VolumeDelete | VolumeInspect | VolumeUpdate => Held::ByObject,
        // a build's cache and BuildKit's mounts belong to whoever comes, an archive moves any tag
        BuildCancel | BuildPrune | Grpc | Session | ImageLoad => Held::Closed,
        DebugPprof | DebugPprofIndex | DebugVars => Held::Closed,
        GetPluginPrivileges | PluginCreate | PluginDelete | PluginDisable | PluginEnable => Held::Closed,
        PluginInspect | PluginList | PluginPull | PluginPush | PluginSet | PluginUpgrade => Held::Closed,
        NodeDelete | NodeInspect | NodeList | NodeUpdate => Held::Closed,
        SwarmInit | SwarmInspect | SwarmJoin | SwarmLeave | SwarmUnlock | SwarmUnlockkey | SwarmUpdate => Held::Closed,
    }
}

/// Docker's own networks, which belong to nobody; a limit on `networks` says who joins them.
const PREDEFINED: &[&str] = &["bridge", "host", "none", "ingress", "docker_gwbridge"];

impl Tenant {
    /// Everything that keeps the request outside of the fence.
    pub(super) fn objections(&self, request: &Request) -> Vec<Why> {
        let op = request.operation().op;
        if self.closes(op) {
            return vec![self.why(self.said_closed(op))];
        }
        let path = (held(op) == Held::ByObject).then(|| self.path_objection(request)).flatten();
        let known = request.known.iter().filter(|(reference, about)| !self.reaches(op, reference, about));
        let beyond = known.map(|(reference, about)| self.beyond(reference, about));
        let unasked = request.references().into_iter().filter(|found| self.is_unasked(request, found));
        let unknown = unasked.map(|found| self.beyond(&found, &About::Unasked));
        let others = [self.every_tag(request), self.named_again(request), self.slow_tag(request)];
        path.into_iter().chain(beyond).chain(unknown).chain(others.into_iter().flatten()).collect()
    }

    fn said_closed(&self, op: Op) -> String {
        let (deed, tenant) = (op.operation().about, self.label().1);
        match op {
            Op::ImageBuild => format!(
                "{deed}, which can begin from any on the host (tenant: {tenant}; `shared: {{ use: {{ images: any }} }}` opens it)"
            ),
            _ => format!("{deed}, which no fence holds (tenant: {tenant})"),
        }
    }

    /// A build can begin from any image: it is open to those who may use each of them.
    pub(super) fn closes(&self, op: Op) -> bool {
        held(op) == Held::Closed || (op == Op::ImageBuild && !self.shares_every_image())
    }

    /// Swarm looks names up again at every start of a task, when they may be another's.
    fn named_again(&self, request: &Request) -> Option<Why> {
        if !matches!(request.operation().op, Op::ServiceCreate | Op::ServiceUpdate) {
            return None;
        }
        let is_again = |found: &Reference| match found.kind {
            Target::Volume => true,
            Target::Image => !self.shares_every_image() && image::Reference::parse(&found.name).digest.is_none(),
            _ => false,
        };
        let found = request.references().into_iter().find(is_again)?;
        let object = by_name(found.kind, &found.name);
        let help = if found.kind == Target::Image { "by a name without a digest" } else { "by its name" };
        Some(
            self.why(format!("use {object} {help} in a service, which looks it up again (tenant: {})", self.label().1)),
        )
    }

    /// An import takes as long as the client likes, and somebody else may have the name by then.
    fn slow_tag(&self, request: &Request) -> Option<Why> {
        let uses = request.uses.as_ref().filter(|_| request.operation().op == Op::ImageCreate)?;
        let name = uses.of(Facet::Tags).find_map(UseValue::name)?;
        let tenant = self.label().1;
        Some(
            self.why(format!(
                "import under the name {} (tenant: {tenant}; import without one, and tag it)",
                shown(name)
            )),
        )
    }

    fn why(&self, sentence: String) -> Why {
        Why { word: "tenant".into(), sentence, place: None }
    }

    fn path_objection(&self, request: &Request) -> Option<Why> {
        let row = request.operation();
        let kind = row.target?;
        let reached = match &request.about {
            About::Found(found) if changes(row.op) => self.may_change(row.op, kind, found),
            About::Found(found) => self.sees(kind, found),
            About::Absent | About::Unasked => false,
        };
        let said = || format!("touch {}, which is not its own (tenant: {})", named(request), self.label().1);
        (!reached).then(|| self.why(said()))
    }

    fn may_change(&self, op: Op, kind: Target, object: &Object) -> bool {
        let joined = matches!(op, Op::NetworkConnect | Op::NetworkDisconnect);
        self.owns(object) || (joined && self.may_use(kind, object)) || (joined && self.is_predefined(kind, object))
    }

    /// Whether the object is there at all, as far as the tenant can tell.
    pub(super) fn sees(&self, kind: Target, object: &Object) -> bool {
        let kind = if kind == Target::Exec { Target::Container } else { kind };
        if self.owns(object) || self.may_read(kind, object) || self.is_predefined(kind, object) {
            return true;
        }
        kind == Target::Image && self.shares_image(object)
    }

    /// Whether it is one of Docker's own networks, and not a tenant's of that name.
    fn is_predefined(&self, kind: Target, object: &Object) -> bool {
        is_dockers_own(kind, &object.name) && !self.is_a_tenants(object)
    }

    fn is_a_tenants(&self, object: &Object) -> bool {
        object.labels.get(self.label().0).is_some_and(|tenant| !tenant.is_empty())
    }

    /// Images are everybody's, but for those that a tenant made, for what builds leave behind
    /// without a name, and for those that the policy does not share.
    fn shares_image(&self, image: &Object) -> bool {
        !self.is_a_tenants(image) && !image.name.is_empty() && !self.says_what_is_used(Target::Image)
    }

    /// Whether a container may mount the volume: its own, one that is shared, or one that Docker made
    /// by the way and whose name nobody chose.
    pub fn may_mount(&self, volume: &Object) -> bool {
        let unnamed = is_whole_id(&volume.name) && !self.is_a_tenants(volume);
        self.owns(volume) || self.may_use(Target::Volume, volume) || unnamed
    }

    /// Whether the request may name the object for what it names it for.
    fn reaches(&self, op: Op, reference: &Reference, about: &About) -> bool {
        match (reference.how, about) {
            (_, About::Unasked) => false,
            (How::Used, About::Found(found)) => self.may_name(reference.kind, found),
            // the gate makes a container's volumes first, and a swarm's nodes pull images by their digests
            (How::Used, About::Absent) => match reference.kind {
                Target::Volume => op == Op::ContainerCreate,
                Target::Image => matches!(op, Op::ServiceCreate | Op::ServiceUpdate),
                _ => false,
            },
            (How::Made, About::Absent) => !is_dockers_own(reference.kind, &reference.name),
            (How::Made, About::Found(found)) => self.owns(found),
            (How::Pulled, About::Absent) => true,
            // the registry may bring an image up to date that is nobody's
            (How::Pulled, About::Found(found)) => {
                self.owns(found) || (self.sees(reference.kind, found) && !self.is_a_tenants(found))
            }
        }
    }

    fn may_name(&self, kind: Target, object: &Object) -> bool {
        let own = self.owns(object) || self.may_use(kind, object) || self.is_predefined(kind, object);
        own || (kind == Target::Image && self.shares_image(object))
    }

    fn is_unasked(&self, request: &Request, reference: &Reference) -> bool {
        *request.known.of(reference.kind, &reference.name) == About::Unasked && self.asks_about(reference)
    }

    /// Whether the daemon has to say what this is.
    pub(super) fn asks_about(&self, reference: &Reference) -> bool {
        reference.how != How::Used || !is_dockers_own(reference.kind, &reference.name)
    }

    fn beyond(&self, reference: &Reference, about: &About) -> Why {
        let object = by_name(reference.kind, &reference.name);
        let tenant = self.label().1;
        self.why(match (reference.how, about) {
            (_, About::Unasked) => format!("name {object}, of which nothing is known (tenant: {tenant})"),
            (How::Made | How::Pulled, _) => {
                format!("take the name of {object}, which is not its own (tenant: {tenant})")
            }
            (How::Used, _) => format!("use {object}, which is not its own (tenant: {tenant})"),
        })
    }

    /// A pull, push or save without a tag is about each that there is, whosever it is.
    fn every_tag(&self, request: &Request) -> Option<Why> {
        let uses = request.uses.as_ref()?;
        let moved = uses.of(Facet::Image).find_map(|value| match value {
            UseValue::Repository(name) if request.operation().op != Op::DistributionInspect => Some(name.clone()),
            _ => None,
        });
        let name = moved.or_else(|| every_tag_saved(request))?;
        Some(self.why(format!("take every tag of {} at once (tenant: {}; name one)", shown(&name), self.label().1)))
    }
}

impl Tenant {
    /// Whether an object that a request names looks to it as if it were not there.
    pub(super) fn hides(&self, request: &Request) -> Option<(Target, String)> {
        let hidden = |(reference, about): &&(Reference, About)| match (reference.how, about) {
            (How::Used, About::Found(found)) => !self.sees(reference.kind, found),
            (How::Used, About::Absent) => !self.reaches(request.operation().op, reference, about),
            _ => false,
        };
        request.known.iter().find(hidden).map(|(reference, _)| (reference.kind, reference.name.clone()))
    }
}

/// Whether the operation is more than a look at what is in its path. Pushing an image leaves it as
/// it is; a tag on it is there for all who see it.
fn changes(op: Op) -> bool {
    op.operation().risk >= Risk::Write && op != Op::ImagePush
}

/// The repository that a save takes with all its tags.
pub(super) fn every_tag_saved(request: &Request) -> Option<String> {
    let every = |named: &Named<'_>, about: &About| named.is_every_tag(about);
    let path = || Named::in_path(request).is_some_and(|named| every(&named, &request.about));
    let about = |name: &str| request.known.of(Target::Image, name);
    let query = |value: &Value| matches!(value, Value::Text(name) if every(&Named::image(request, name), about(name)));
    let names = || request.query.all("names").find(|value| query(value)).map(Value::canonical);
    match request.operation().op {
        Op::ImageGet if path() => request.object().map(Cow::into_owned),
        Op::ImageGetAll => names(),
        _ => None,
    }
}

/// Whether it is a network that every Docker has.
pub(super) fn is_dockers_own(kind: Target, name: &str) -> bool {
    kind == Target::Network && PREDEFINED.contains(&name)
}

/// What of the request's labels is not for it to set: those that tell tenants apart, unless it is
/// the tenant's own.
pub(super) fn forged(fences: &[Box<str>], tenant: Option<&Tenant>, request: &Request) -> Option<Why> {
    let uses = request.uses.as_ref().filter(|_| !fences.is_empty())?;
    let own = |key: &str, value: &Option<String>| {
        let given = value.as_deref().unwrap_or_default();
        let emptied = tenant.is_none() && given.is_empty() && stamp::inherits(request.operation().op);
        emptied || tenant.is_some_and(|tenant| tenant.label() == (key, given)) || kept(request, key) == Some(given)
    };
    let key = uses.of(Facet::Labels).find_map(|value| match value {
        UseValue::Pair { key, value } if fences.iter().any(|fence| **fence == **key) && !own(key, value) => Some(key),
        UseValue::Odd(text) => Some(text),
        _ => None,
    })?;
    let sentence = format!("ever set the label {}, which tells tenants apart", shown(key));
    Some(Why { word: "labels".into(), sentence, place: None })
}

/// The labels of one request, as Docker will write them: whatever is listed among others has to be read.
const MAX_LABELS: usize = 64 << 10;

/// More labels than lists can bear that others are shown.
pub(super) fn too_many_labels(fences: &[Box<str>], request: &Request) -> Option<Why> {
    let uses = request.uses.as_ref().filter(|_| !fences.is_empty())?;
    let size: usize = uses.of(Facet::Labels).map(written).sum();
    let sentence = format!("ever set labels of more than {} KiB", MAX_LABELS >> 10);
    (size > MAX_LABELS).then(|| Why { word: "labels".into(), sentence, place: None })
}

/// Go writes some bytes as six.
fn written(label: &UseValue) -> usize {
    let size = |text: &str| text.bytes().map(|b| if b.is_ascii_alphanumeric() { 1 } else { 6 }).sum::<usize>();
    match label {
        UseValue::Pair { key, value } => size(key) + value.as_deref().map_or(0, size),
        other => other.name().map_or(0, size),
    }
}

/// As docker shows IDs, or longer.
fn is_like_an_id(name: &str) -> bool {
    const SHORT: usize = 12;
    name.len() >= SHORT && name.bytes().all(|b| b.is_ascii_hexdigit())
}

/// A container that is called like an ID is reached by whoever knows the one that had it.
pub(super) fn named_like_an_id(fences: &[Box<str>], request: &Request) -> Option<Why> {
    let makes = matches!(request.operation().op, Op::ContainerCreate | Op::ContainerRename);
    let uses = request.uses.as_ref().filter(|_| makes && !fences.is_empty())?;
    let name = uses.of(Facet::Name).filter_map(UseValue::name).find(|name| is_like_an_id(name))?;
    let sentence = format!("ever call a container {}, which could be an ID", shown(name));
    Some(Why { word: "name".into(), sentence, place: None })
}

/// Operations that give an object its labels anew: those that tell tenants apart stay as they are.
const RELABELS: &[Op] = &[Op::ConfigUpdate, Op::SecretUpdate, Op::ServiceUpdate];

/// Whether the operation would take a tenant's label away.
pub(super) fn relabels(op: Op) -> bool {
    RELABELS.contains(&op)
}

/// What the label says of the object that is changed.
pub(super) fn kept<'r>(request: &'r Request, key: &str) -> Option<&'r str> {
    match &request.about {
        About::Found(found) if relabels(request.operation().op) => found.labels.get(key).map(String::as_str),
        _ => None,
    }
}

#[cfg(test)]
#[path = "fence_tests.rs"]
mod tests;
