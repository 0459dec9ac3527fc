//! Names that were judged, as the IDs that they stood for: whatever is renamed, removed or made anew
//! meanwhile, it is these objects that Docker gets.
//!
//! Containers are called by their IDs. A network keeps its name, since clients look for it in what
//! they inspect, and its ID goes beside it, which wins when a container is made and whenever it
//! starts (dockerd 20.10, 26.1 and 28.5). Volumes have none, images mean something else by theirs.

use super::reference::Known;
use super::{Request, Tree, Value};
use crate::catalogue::fields::{CONTAINER_CREATE, Field, Gather, Means, Shape};
use crate::catalogue::{Facet, Op, Target};

impl Request {
    /// The body with IDs in the place of names; nothing where it stays as it is.
    pub(super) fn pinned_body(&self) -> Option<Tree> {
        let (table, body) = (self.operation().body.table()?, self.body.as_ref()?);
        if self.known.is_empty() {
            return None;
        }
        let mut body = body.clone();
        let pins = Pins(&self.known);
        pins.field(table, &mut body);
        if self.operation().op == Op::ContainerCreate {
            pins.first_network(&mut body);
        }
        Some(body)
    }

    /// The query that is forwarded, with IDs in the place of names.
    pub fn canonical_query(&self, with_unknown: bool) -> String {
        if self.known.is_empty() || !matches!(self.operation().op, Op::ImageCommit | Op::ImageBuild) {
            return self.query.canonical(with_unknown);
        }
        let mut query = self.query.clone();
        for (param, value) in &mut query.known {
            match (param.name, value) {
                ("container", Value::Text(name)) => Pins(&self.known).container(name),
                ("networkmode", Value::Text(mode)) => Pins(&self.known).mode(mode),
                _ => {}
            }
        }
        query.canonical(with_unknown)
    }
}

struct Pins<'k>(&'k Known);

impl Pins<'_> {
    fn field(&self, field: &Field, value: &mut Tree) {
        match field.means {
            Means::Keys(Facet::Networks) => self.endpoints(value),
            Means::Is(Facet::Container) => self.text(value, Self::container),
            Means::Is(Facet::CgroupOf | Facet::Ipc | Facet::Pid) => self.text(value, Self::container_mode),
            Means::Gather(Gather::Links) => self.items(value, Self::link),
            Means::Gather(Gather::VolumesFrom) => self.items(value, Self::before_colon),
            // a service has no endpoints beside its networks
            Means::Gather(Gather::NetworkMode) if field.name == "Target" => self.text(value, Self::mode),
            Means::Gather(Gather::NetworkMode) => self.text(value, Self::container_mode),
            Means::Inner => self.inner(value),
            _ => {}
        }
    }

    fn inner(&self, value: &mut Tree) {
        match value {
            Tree::Object(fields) => fields.iter_mut().for_each(|(field, value)| self.field(field, value)),
            Tree::List(items) => items.iter_mut().for_each(|item| self.inner(item)),
            Tree::Map(entries) => entries.iter_mut().for_each(|(_, value)| self.inner(value)),
            Tree::Null | Tree::Flag(_) | Tree::Int(_) | Tree::Float(_) | Tree::Text(_) => {}
        }
    }

    fn text(&self, value: &mut Tree, pin: fn(&Self, &mut String)) {
        if let Tree::Text(text) = value {
            pin(self, text);
        }
    }

    fn items(&self, value: &mut Tree, pin: fn(&Self, &mut String)) {
        if let Tree::List(items) = value {
            items.iter_mut().for_each(|item| self.text(item, pin));
        }
    }

    fn id_of(&self, name: &str) -> Option<&str> {
        self.0.id(Target::Container, name.strip_prefix('/').unwrap_or(name))
    }

    fn container(&self, name: &mut String) {
        if let Some(id) = self.id_of(name) {
            *name = id.to_owned();
        }
    }

    fn container_mode(&self, mode: &mut String) {
        if let Some(id) = mode.strip_prefix("container:").and_then(|name| self.id_of(name)) {
            *mode = format!("container:{id}");
        }
    }

    /// `container:NAME`, or a network.
    fn mode(&self, mode: &mut String) {
        self.container_mode(mode);
        if let Some(id) = self.0.id(Target::Network, mode) {
            *mode = id.to_owned();
        }
    }

    /// `NAME:ro`
    fn before_colon(&self, spec: &mut String) {
        let (name, rest) = spec.split_once(':').map_or((spec.as_str(), None), |(name, rest)| (name, Some(rest)));
        if let Some(id) = self.id_of(name) {
            *spec = rest.map_or_else(|| id.to_owned(), |rest| format!("{id}:{rest}"));
        }
    }

    /// `NAME:ALIAS`; without one, the name is the alias, and an ID would be none.
    fn link(&self, link: &mut String) {
        if !link.contains(':') {
            *link = format!("{link}:{}", link.strip_prefix('/').unwrap_or(link));
        }
        self.before_colon(link);
    }

    /// Each endpoint says by its ID which network it is in.
    fn endpoints(&self, value: &mut Tree) {
        let Tree::Map(entries) = value else { return };
        for (name, endpoint) in entries {
            if let Some(id) = self.0.id(Target::Network, name) {
                pin_endpoint(endpoint, id);
            }
            self.inner(endpoint);
        }
    }

    /// The network of `NetworkMode` has no ID of its own, so its endpoint says it.
    fn first_network(&self, body: &mut Tree) {
        let mode = body.get("HostConfig").and_then(|host| host.get("NetworkMode")).and_then(Tree::text);
        let Some(mode) = mode.map(str::to_owned) else { return };
        let Some(id) = self.0.id(Target::Network, &mode) else { return };
        let path = ["NetworkingConfig", "EndpointsConfig"];
        if let Some(entries) = body.map_at(&CONTAINER_CREATE.shape, &path)
            && !entries.iter().any(|(name, _)| *name == mode)
        {
            let mut endpoint = Tree::Object(Vec::new());
            pin_endpoint(&mut endpoint, id);
            entries.push((mode, endpoint));
        }
    }
}

fn pin_endpoint(endpoint: &mut Tree, id: &str) {
    if *endpoint == Tree::Null {
        *endpoint = Tree::Object(Vec::new());
    }
    let Some(shape) = endpoint_shape() else { return };
    endpoint.put(shape, "NetworkID", Tree::Text(id.to_owned()));
}

/// The shape of an endpoint, as the table of a create has it.
fn endpoint_shape() -> Option<&'static Shape> {
    let inner = |shape: &'static Shape, name: &str| match shape {
        Shape::Object(tables) => Field::all(tables).find(|field| field.name == name).map(|field| &field.shape),
        _ => None,
    };
    match inner(inner(&CONTAINER_CREATE.shape, "NetworkingConfig")?, "EndpointsConfig")? {
        Shape::Map(shape) => Some(shape),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::read;
    use super::super::{About, Object, Reference};
    use super::*;

    /// The request, as if each name were that of an object whose ID is `ID-NAME`.
    fn known(line: &str, body: &str) -> Request {
        let mut request = read(line, body);
        let known = request.references().into_iter().map(|reference: Reference| {
            let id = if reference.kind == Target::Volume { String::new() } else { format!("ID-{}", reference.name) };
            let object = Object { id, name: reference.name.clone(), ..Object::default() };
            (reference, About::Found(Box::new(object)))
        });
        request.known = known.collect();
        request
    }

    fn pinned(line: &str, body: &str) -> String {
        known(line, body).canonical_body().unwrap_or_default()
    }

    const CREATE: &str = "POST /v1.47/containers/create";

    #[test]
    fn containers_are_called_by_their_ids() {
        let cases = [
            (r#"{"NetworkMode":"container:/a"}"#, r#"{"NetworkMode":"container:ID-a"}"#),
            (r#"{"PidMode":"container:a"}"#, r#"{"PidMode":"container:ID-a"}"#),
            (r#"{"IpcMode":"shareable"}"#, r#"{"IpcMode":"shareable"}"#),
            (r#"{"VolumesFrom":["a:ro","b"]}"#, r#"{"VolumesFrom":["ID-a:ro","ID-b"]}"#),
            (r#"{"Links":["a:db","/b"]}"#, r#"{"Links":["ID-a:db","ID-b:b"]}"#),
            (r#"{"Binds":["v:/x"]}"#, r#"{"Binds":["v:/x"]}"#),
        ];
        for (host, expected) in cases {
            let (body, expected) = (format!(r#"{{"HostConfig":{host}}}"#), format!(r#"{{"HostConfig":{expected}}}"#));
            assert_eq!(pinned(CREATE, &body), expected);
        }
        assert_eq!(pinned("POST /networks/n/connect", r#"{"Container":"web"}"#), r#"{"Container":"ID-web"}"#);
    }

    #[test]
    fn networks_keep_their_names_beside_their_ids() {
        let alone = r#"{"HostConfig":{"NetworkMode":"n"}}"#;
        let endpoint = r#"{"HostConfig":{"NetworkMode":"n"},"NetworkingConfig":{"EndpointsConfig":{"n":{}}}}"#;
        let expected =
            r#"{"HostConfig":{"NetworkMode":"n"},"NetworkingConfig":{"EndpointsConfig":{"n":{"NetworkID":"ID-n"}}}}"#;
        assert_eq!(pinned(CREATE, alone), expected);
        assert_eq!(pinned(CREATE, endpoint), expected);
        assert_eq!(pinned(CREATE, &endpoint.replace("{}", "null")), expected);
        for usual in ["default", "bridge", "none", "host", ""] {
            let body = format!(r#"{{"HostConfig":{{"NetworkMode":"{usual}"}}}}"#);
            assert_eq!(pinned(CREATE, &body), body);
        }
    }

    #[test]
    fn an_id_in_the_request_cannot_stand_beside_another_name() {
        let body = r#"{"NetworkingConfig":{"EndpointsConfig":{"n":{"NetworkID":"other"}}}}"#;
        assert!(pinned(CREATE, body).contains(r#""NetworkID":"ID-n""#), "{}", pinned(CREATE, body));
    }

    #[test]
    fn services_and_commits_are_pinned_too() {
        let body = r#"{"Name":"s","TaskTemplate":{"Networks":[{"Target":"n"}]}}"#;
        let expected = r#"{"Name":"s","TaskTemplate":{"Networks":[{"Target":"ID-n"}]}}"#;
        assert_eq!(pinned("POST /v1.47/services/create", body), expected);
        let commit = known("POST /commit?container=web&repo=r", "");
        assert_eq!(commit.canonical_query(false), "container=ID-web&repo=r");
        let build = known("POST /build?networkmode=container%3Aweb", "");
        assert_eq!(build.canonical_query(false), "networkmode=container%3AID-web");
    }
}
