//! Objects of the daemon, as it tells of them.

use std::collections::BTreeMap;

/// What the daemon says of an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Object {
    /// Its ID: 64 hex digits, or Swarm's; a volume has none.
    pub id: String,
    /// Its name, without the slash before a container's.
    pub name: String,
    /// Further names: of an image all others.
    pub also: Vec<String>,
    /// The image of a container, as it was asked for when the container was made.
    pub image: String,
    /// Whether a container runs, and the like: `running`, `exited`.
    pub state: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
}

impl Object {
    /// All its names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.name).chain(&self.also).map(String::as_str)
    }

    /// The project of Compose that it belongs to.
    pub fn project(&self) -> Option<&str> {
        self.labels.get("com.docker.compose.project").map(String::as_str)
    }

    /// The service of that project.
    pub fn service(&self) -> Option<&str> {
        self.labels.get("com.docker.compose.service").map(String::as_str)
    }
}

/// What is known of the object that a request names in its path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum About {
    /// The daemon was not asked.
    #[default]
    Unasked,
    /// The daemon has none.
    Absent,
    /// The daemon has this one; of an exec, the container that it runs in.
    Found(Box<Object>),
}
