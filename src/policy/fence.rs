//! What keeps a tenant inside its fence: for every operation, how it is held to what is its own.

use super::about::{by_name, named};
use super::denial::Why;
use super::tenant::Tenant;
use super::text::shown;
use crate::catalogue::{Facet, Op, Risk, Target};
use crate::request::{About, How, Object, Reference, Request, UseValue};

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
        if held(op) == Held::Closed {
            let sentence = format!("{}, which no fence holds (tenant: {})", op.operation().about, self.label().1);
            return vec![self.why(sentence)];
        }
        let path = (held(op) == Held::ByObject).then(|| self.path_objection(request)).flatten();
        let known = request.known.iter().filter(|(reference, about)| !self.reaches(op, reference, about));
        let beyond = known.map(|(reference, about)| self.beyond(reference, about));
        let unasked = request.references().into_iter().filter(|found| self.is_unasked(request, found));
        let unknown = unasked.map(|found| self.beyond(&found, &About::Unasked));
        path.into_iter().chain(beyond).chain(unknown).chain(self.every_tag(request)).collect()
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
        self.owns(object) || (joined && self.may_use(kind, object)) || (joined && is_predefined(kind, object))
    }

    /// Whether the object is there at all, as far as the tenant can tell.
    pub(super) fn sees(&self, kind: Target, object: &Object) -> bool {
        let kind = if kind == Target::Exec { Target::Container } else { kind };
        if self.owns(object) || self.may_read(kind, object) || is_predefined(kind, object) {
            return true;
        }
        kind == Target::Image && self.shares_image(object)
    }

    /// Images are everybody's, but for those that a tenant made, for what builds leave behind
    /// without a name, and for those that the policy does not share.
    fn shares_image(&self, image: &Object) -> bool {
        let made = image.labels.get(self.label().0).is_some_and(|tenant| !tenant.is_empty());
        !made && !image.name.is_empty() && !self.says_what_is_used(Target::Image)
    }

    /// Whether the request may name the object for what it names it for.
    fn reaches(&self, op: Op, reference: &Reference, about: &About) -> bool {
        match (reference.how, about) {
            (_, About::Unasked) => false,
            (How::Used, About::Found(found)) => self.may_name(reference.kind, found),
            // the gate makes it first, and a swarm's nodes pull images
            (How::Used, About::Absent) => reference.kind == Target::Volume || op == Op::ServiceCreate,
            (How::Made | How::Pulled, About::Absent) => true,
            // what is nobody's is brought up to date, as its registry has it
            (How::Pulled, About::Found(found)) => self.sees(reference.kind, found),
            (How::Made, About::Found(found)) => self.owns(found),
        }
    }

    fn may_name(&self, kind: Target, object: &Object) -> bool {
        let own = self.owns(object) || self.may_use(kind, object) || is_predefined(kind, object);
        own || (kind == Target::Image && self.shares_image(object))
    }

    fn is_unasked(&self, request: &Request, reference: &Reference) -> bool {
        *request.known.of(reference.kind, &reference.name) == About::Unasked && self.asks_about(reference)
    }

    /// Whether the daemon has to say what this is.
    pub(super) fn asks_about(&self, reference: &Reference) -> bool {
        !is_predefined_name(reference.kind, &reference.name)
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

    /// A pull or push without a tag is about each that there is.
    fn every_tag(&self, request: &Request) -> Option<Why> {
        let uses = request.uses.as_ref()?;
        let name = uses.of(Facet::Image).find_map(|value| match value {
            UseValue::Repository(name) if request.operation().op != Op::DistributionInspect => Some(name),
            _ => None,
        })?;
        Some(self.why(format!("move every tag of {} (tenant: {})", shown(name), self.label().1)))
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

/// Whether the operation is more than a look at what is in its path. Tagging, saving and pushing
/// an image leave it as it is.
fn changes(op: Op) -> bool {
    op.operation().risk >= Risk::Write && !matches!(op, Op::ImageTag | Op::ImagePush)
}

fn is_predefined(kind: Target, object: &Object) -> bool {
    is_predefined_name(kind, &object.name)
}

/// Whether it is a network that every Docker has.
pub(super) fn is_predefined_name(kind: Target, name: &str) -> bool {
    kind == Target::Network && PREDEFINED.contains(&name)
}

/// What of the request's labels is not for it to set: those that tell tenants apart, unless it is
/// the tenant's own.
pub(super) fn forged(fences: &[Box<str>], tenant: Option<&Tenant>, request: &Request) -> Option<Why> {
    let uses = request.uses.as_ref().filter(|_| !fences.is_empty())?;
    let own = |key: &str, value: &Option<String>| tenant.is_some_and(|tenant| is_label(tenant, key, value.as_deref()));
    let key = uses.of(Facet::Labels).find_map(|value| match value {
        UseValue::Pair { key, value } if fences.iter().any(|fence| **fence == **key) && !own(key, value) => Some(key),
        UseValue::Odd(text) => Some(text),
        _ => None,
    })?;
    let sentence = format!("ever set the label {}, which tells tenants apart", shown(key));
    Some(Why { word: "labels".into(), sentence, place: None })
}

fn is_label(tenant: &Tenant, key: &str, value: Option<&str>) -> bool {
    tenant.label() == (key, value.unwrap_or_default())
}

/// Reports of `check`: an operation that a role may run, and its fence never lets pass.
pub(super) fn is_closed(op: Op) -> bool {
    held(op) == Held::Closed
}

#[cfg(test)]
#[path = "fence_tests.rs"]
mod tests;
