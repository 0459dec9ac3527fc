//! Objects as the daemon inspects them, as far as they are judged (API 1.24 to 1.56).

use crate::request::Object;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Go writes `null` for a map without entries.
type Labels = Option<BTreeMap<String, String>>;

/// A container as the daemon inspects it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::proxy) struct Container {
    id: String,
    name: String,
    /// The ID of its image.
    #[serde(default)]
    image: String,
    config: Config,
    pub(in crate::proxy) state: State,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase")]
struct Config {
    #[serde(default)]
    image: String,
    #[serde(default)]
    user: String,
    #[serde(default)]
    labels: Labels,
}

/// How a container fares.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::proxy) struct State {
    pub(in crate::proxy) running: bool,
    #[serde(default)]
    status: String,
    pub(in crate::proxy) pid: i32,
}

/// An exec, by its container.
#[derive(Deserialize)]
pub(super) struct Exec {
    #[serde(rename = "ContainerID")]
    pub(super) container: String,
}

/// A network, or a volume, which has no ID.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Plain {
    #[serde(default)]
    id: String,
    name: String,
    #[serde(default)]
    labels: Labels,
}

/// An image; one that was imported may have no settings.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Image {
    id: String,
    #[serde(default)]
    repo_tags: Option<Vec<String>>,
    #[serde(default)]
    repo_digests: Option<Vec<String>>,
    #[serde(default)]
    config: Option<Config>,
}

/// A secret or config.
#[derive(Deserialize)]
pub(super) struct Specified {
    #[serde(rename = "ID")]
    id: String,
    #[serde(rename = "Spec")]
    spec: Spec,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase")]
struct Spec {
    #[serde(default)]
    name: String,
    #[serde(default)]
    labels: Labels,
}

/// A service with what its tasks run.
#[derive(Deserialize)]
pub(super) struct Service {
    #[serde(rename = "ID")]
    id: String,
    #[serde(rename = "Spec")]
    spec: ServiceSpec,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ServiceSpec {
    #[serde(flatten)]
    spec: Spec,
    #[serde(default)]
    task_template: TaskTemplate,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase")]
struct TaskTemplate {
    #[serde(default)]
    container_spec: Option<Config>,
}

/// A task of a service.
#[derive(Deserialize)]
pub(super) struct Task {
    #[serde(rename = "ID")]
    id: String,
    #[serde(rename = "ServiceID", default)]
    pub(super) service_id: String,
    #[serde(rename = "Status", default)]
    status: Status,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase")]
struct Status {
    #[serde(default)]
    state: String,
}

/// A node of a swarm.
#[derive(Deserialize)]
pub(super) struct Node {
    #[serde(rename = "ID")]
    id: String,
    #[serde(rename = "Spec", default)]
    spec: Spec,
    #[serde(rename = "Description", default)]
    description: Description,
    #[serde(rename = "Status", default)]
    status: Status,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase")]
struct Description {
    #[serde(default)]
    hostname: String,
}

/// A plugin, which has no labels.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Plugin {
    id: String,
    name: String,
}

impl Container {
    /// The ID of its image, and its user.
    pub(super) fn image_and_user(&self) -> (String, String) {
        (self.image.clone(), self.config.user.clone())
    }
}

impl Image {
    /// The user that the image has, if it has settings.
    pub(super) fn user(self) -> Option<String> {
        self.config.map(|config| config.user)
    }
}

impl From<Container> for Object {
    fn from(container: Container) -> Self {
        let Container { id, name, config, state, .. } = container;
        let name = name.strip_prefix('/').unwrap_or(&name).to_owned();
        let (image, labels) = (config.image, config.labels.unwrap_or_default());
        Self { id, name, image, state: state.status, labels, ..Self::default() }
    }
}

impl From<Plain> for Object {
    fn from(plain: Plain) -> Self {
        Self { id: plain.id, name: plain.name, labels: plain.labels.unwrap_or_default(), ..Self::default() }
    }
}

impl From<Image> for Object {
    fn from(image: Image) -> Self {
        let tags = image.repo_tags.into_iter().chain(image.repo_digests).flatten();
        // what has no name is listed so by older daemons
        let mut names = tags.filter(|tag| !tag.contains("<none>"));
        let labels = image.config.and_then(|config| config.labels).unwrap_or_default();
        Self { id: image.id, name: names.next().unwrap_or_default(), also: names.collect(), labels, ..Self::default() }
    }
}

impl From<Specified> for Object {
    fn from(found: Specified) -> Self {
        Self { id: found.id, name: found.spec.name, labels: found.spec.labels.unwrap_or_default(), ..Self::default() }
    }
}

impl From<Service> for Object {
    fn from(service: Service) -> Self {
        let ServiceSpec { spec, task_template } = service.spec;
        let image = task_template.container_spec.map(|config| config.image).unwrap_or_default();
        Self { id: service.id, name: spec.name, image, labels: spec.labels.unwrap_or_default(), ..Self::default() }
    }
}

impl Task {
    /// The task of that service, if it has one.
    pub(super) fn of(self, service: Option<Service>) -> Object {
        let service = service.map(Object::from).unwrap_or_default();
        Object { id: self.id, state: self.status.state, ..service }
    }
}

impl From<Node> for Object {
    fn from(node: Node) -> Self {
        let name = if node.spec.name.is_empty() { node.description.hostname } else { node.spec.name };
        let labels = node.spec.labels.unwrap_or_default();
        Self { id: node.id, name, state: node.status.state, labels, ..Self::default() }
    }
}

impl From<Plugin> for Object {
    fn from(plugin: Plugin) -> Self {
        Self { id: plugin.id, name: plugin.name, ..Self::default() }
    }
}
