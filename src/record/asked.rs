//! What was asked, in a form that can be judged again: the words in which a policy's tests tell a
//! request, as JSON. What may be secret is left out of it.

use crate::catalogue::is_secret_key;
use crate::request::HIDDEN;
use crate::request::{About, Certificate, Identity, Object, Peer, Request};
use serde_json::{Map, Value, json};

/// A longer body is not recorded: one decision must not crowd out others.
pub const MAX_ASKED: usize = 64 << 10;

/// A request as a record holds it.
pub type Asked = Map<String, Value>;

/// The request, who sends it, and what the daemon said of what it names.
pub fn asked(request: &Request) -> Asked {
    let noted = request.noted();
    let mut all = Map::new();
    let mut put = |key: &str, value: Value| drop(all.insert(key.to_owned(), value));
    put("as", sender(&request.who));
    put("send", noted.send.into());
    let mut withheld = noted.withheld;
    match noted.body {
        Some(body) if body.len() > MAX_ASKED => withheld.push("body"),
        Some(body) => put("body", serde_json::from_str(&body).unwrap_or_default()),
        None => {}
    }
    if let Some(about) = about(&request.about) {
        put("about", about);
    }
    let facts = facts(request);
    if !facts.is_empty() {
        put("facts", facts.into());
    }
    if !withheld.is_empty() {
        put("withheld", withheld.into());
    }
    all
}

/// Who asks, by the facts that `who` knows.
fn sender(who: &Identity) -> Value {
    let mut facts = match &who.peer {
        Peer::Unix { uid, gid, groups, user, group_names, .. } => some(&[
            ("uid", json!(uid)),
            ("gid", std::iter::once(gid).chain(groups).copied().collect()),
            ("user", json!(user)),
            ("group", json!(group_names)),
        ]),
        Peer::Tcp { address, certificate } => {
            some(&[("address", json!(address)), ("cert", certificate.as_deref().map(names).into())])
        }
    };
    if let Some(container) = &who.container {
        facts.insert("container".to_owned(), object(container, false));
    }
    facts.into()
}

fn names(certificate: &Certificate) -> Value {
    some(&[
        ("common_name", json!(certificate.common_names)),
        ("organization", json!(certificate.organizations)),
        ("dns", json!(certificate.dns)),
        ("uri", json!(certificate.uri)),
        ("email", json!(certificate.email)),
        ("sha256", json!(certificate.sha256)),
        ("key_sha256", json!(certificate.key_sha256)),
    ])
    .into()
}

/// What was asked about the object in the path.
fn about(about: &About) -> Option<Value> {
    match about {
        About::Unasked => None,
        About::Absent => Some("absent".into()),
        About::Found(found) => Some(object(found, true)),
    }
}

/// `facts: { networks: { back: { label: [team=a] } } }`
fn facts(request: &Request) -> Map<String, Value> {
    let mut kinds: Map<String, Value> = Map::new();
    for (reference, known) in request.known.iter() {
        let objects = kinds.entry(format!("{}s", reference.kind.word())).or_insert_with(|| json!({}));
        if let (Some(objects), Some(about)) = (objects.as_object_mut(), about(known)) {
            objects.insert(reference.name.clone(), about);
        }
    }
    kinds
}

/// The facts of one object; of who asks, the state is none.
fn object(object: &Object, with_state: bool) -> Value {
    let label = |(key, value): (&String, &String)| match is_secret_key(key) {
        true => format!("{key}={HIDDEN}"),
        false => format!("{key}={value}"),
    };
    let names: Vec<&str> = object.names().filter(|name| !name.is_empty()).collect();
    let state = if with_state { object.state.as_str() } else { "" };
    some(&[
        ("id", json!(object.id)),
        ("name", json!(names)),
        ("image", json!(object.image)),
        ("label", object.labels.iter().map(label).collect()),
        ("state", json!(state)),
    ])
    .into()
}

/// What says something.
fn some(facts: &[(&str, Value)]) -> Map<String, Value> {
    let empty = |value: &Value| match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    };
    facts.iter().filter(|(_, value)| !empty(value)).map(|(key, value)| ((*key).to_owned(), value.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Source, Told};
    use crate::request::understand;
    use http::{HeaderMap, Method};
    use std::sync::Arc;

    fn request(who: Identity) -> Request {
        understand(Arc::new(who), &Method::GET, "/v1.47/containers/web/json?size=1", &HeaderMap::new()).unwrap()
    }

    fn root() -> Identity {
        let groups = vec![7];
        let peer = Peer::Unix { uid: 0, gid: 5, pid: 9, groups, user: Some("root".into()), group_names: vec![] };
        Identity::new("l".into(), peer)
    }

    #[test]
    fn who_asks_and_what_is_there_is_told_as_tests_tell_it() {
        let labels = [("team", "a"), ("api.token", "s3cret")].map(|(k, v)| (k.to_owned(), v.to_owned())).into();
        let web = Object { id: "ab".into(), name: "web".into(), state: "running".into(), labels, ..Object::default() };
        let mut request = request(Identity { container: Some(Arc::new(web.clone())), ..root() });
        request.is_about(About::Found(Box::new(web)));
        let container = json!({ "id": "ab", "name": ["web"], "label": ["api.token=<hidden>", "team=a"] });
        let about =
            json!({ "id": "ab", "name": ["web"], "label": ["api.token=<hidden>", "team=a"], "state": "running" });
        let expected = json!({
            "as": { "uid": 0, "gid": [5, 7], "user": "root", "container": container },
            "send": "GET /v1.47/containers/web/json?size=1",
            "about": about,
        });
        assert_eq!(Value::from(asked(&request)), expected);
    }

    /// What is recorded can be read again, and says the same.
    #[test]
    fn what_is_recorded_is_a_request() {
        let labels = [("team".to_owned(), "$a: \u{7}b".to_owned())].into();
        let web =
            Object { id: "f".repeat(64), name: "web".into(), also: vec!["x".into()], labels, ..Object::default() };
        let body = r#"{"Image":"$nginx","Env":["A=b"],"Cmd":["a\\"],"HostConfig":{"NetworkMode":"back","Memory":5,"Shiny":true}}"#;
        let json = HeaderMap::from_iter([(http::header::CONTENT_TYPE, "application/json".parse().unwrap())]);
        let create = understand(Arc::new(root()), &Method::POST, "/v1.47/containers/create?name=web", &json).unwrap();
        let mut create = create.with_body(body.as_bytes()).unwrap();
        create.known = create.references().into_iter().map(|it| (it, About::Found(Box::new(web.clone())))).collect();
        let mut inspect = request(Identity { container: Some(Arc::new(web.clone())), ..root() });
        inspect.is_about(About::Found(Box::new(web)));
        for request in [create, inspect] {
            let recorded = Value::from(asked(&request)).to_string();
            let told = Told::read(&Source { name: "audit.jsonl".into(), text: recorded.clone() }).unwrap();
            let again = told.whole().unwrap();
            let mut again = asked(&again);
            if let Some(withheld) = serde_json::from_str::<Value>(&recorded).unwrap().get("withheld") {
                again.insert("withheld".into(), withheld.clone());
            }
            assert_eq!(Value::from(again).to_string(), recorded);
        }
    }

    #[test]
    fn who_asks_over_tcp_is_known_by_its_certificate() {
        let certificate =
            Certificate { common_names: vec!["ops".into()], sha256: "ff".into(), ..Certificate::default() };
        let peer = Peer::Tcp { address: [10, 0, 0, 1].into(), certificate: Some(Arc::new(certificate)) };
        let asked = asked(&request(Identity::new("l".into(), peer)));
        assert_eq!(asked["as"], json!({ "address": "10.0.0.1", "cert": { "common_name": ["ops"], "sha256": "ff" } }));
        assert!(!asked.contains_key("about") && !asked.contains_key("facts"));
    }
}
