use super::*;
use crate::request::{Identity, Peer, UseValue, understand};
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, Method};
use std::sync::Arc;

/// A create of this body, for a container called `web`.
pub(super) fn create(body: &str) -> Request {
    let peer = Peer::Unix { uid: 1, gid: 1, pid: 1, groups: Vec::new(), user: None, group_names: Vec::new() };
    let who = Arc::new(Identity::new("test".into(), peer));
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let head = understand(who, &Method::POST, "/v1.45/containers/create?name=web", &headers);
    head.and_then(|head| head.with_body(body.as_bytes())).unwrap()
}

pub(super) fn original(body: &str) -> Original {
    Original::of_body(body.as_bytes(), &create("{}")).unwrap()
}

/// What the daemon says of a container, shortened.
const INSPECTED: &str = r#"{
  "Id": "4f", "Name": "/web", "Image": "sha256:ab", "State": {"Status": "running"},
  "Mounts": [
    {"Type": "volume", "Name": "data", "RW": false},
    {"Type": "volume", "Name": "df1fa6a2bfa1bee134103f811f201cc4d1977c3e537e4f129cedc097926e7b63", "Destination": "/a/", "RW": true}
  ],
  "Config": {"Hostname": "4f", "User": "1000", "Env": ["A=1"], "Image": "nginx:1", "Labels": {"tier": "web"}},
  "HostConfig": {"Binds": ["data:/d:ro", "/srv:/srv:ro"], "PidMode": "container:77", "VolumesFrom": ["db:ro"], "MaskedPaths": ["/proc/acpi"], "NetworkMode": "back"},
  "NetworkSettings": {"Bridge": "", "Networks": {"back": {"NetworkID": "n1", "MacAddress": "02:42:ac:11:00:02", "GwPriority": 0}}}
}"#;

fn inspected() -> Original {
    Original::read(INSPECTED.as_bytes(), &create("{}")).unwrap()
}

#[test]
fn what_the_daemon_says_is_read_as_the_request_that_would_make_it() {
    let original = inspected();
    let object = &original.object;
    assert_eq!((&*object.id, &*object.name, &*object.image, &*object.state), ("4f", "web", "nginx:1", "running"));
    assert_eq!(object.labels.get("tier").map(String::as_str), Some("web"));
    let texts = |facet| original.uses.of(facet).filter_map(UseValue::name).collect::<Vec<_>>();
    assert_eq!(texts(Facet::Networks), ["back", "back", "n1"]);
    assert_eq!(texts(Facet::MacAddress), ["02:42:ac:11:00:02"]);
    assert_eq!(texts(Facet::Pid), ["container:77"]);
    assert_eq!((original.user(), &*original.image_id), ("1000", "sha256:ab"));
}

#[test]
fn mounts_are_told_with_what_may_be_done_to_them() {
    let mounts = inspected().details.mounts;
    let told: Vec<_> = mounts.iter().map(|it| (it.source.get(..2).unwrap(), it.target.as_str(), it.writable)).collect();
    assert_eq!(told, [("da", "/d", false), ("/s", "/srv", false), ("db", "", false), ("df", "/a", true)]);
    let reads = Mounted::volume("data".into(), "/d", false);
    let writes = Mounted { writable: true, ..reads.clone() };
    let part = Mounted { subpath: "a".into(), ..reads.clone() };
    let elsewhere = Mounted::volume("data".into(), "/etc/../x/", false);
    assert!(writes.covers(&reads) && !reads.covers(&writes) && !part.covers(&reads) && !reads.covers(&elsewhere));
    assert_eq!(elsewhere.target, "/x");
}

#[test]
fn whatever_is_mounted_has_a_place() {
    let taken =
        r#"{"Type": "bind", "Source": "/of/another", "Destination": "/b"}, {"Type": "tmpfs", "Destination": "/t"},"#;
    let inspected = INSPECTED.replace(r#""Mounts": ["#, &format!(r#""Mounts": [{taken}"#));
    let details = Original::read(inspected.as_bytes(), &create("{}")).unwrap().details;
    let found = ["/a", "/b", "/d", "/srv", "/t", "/", "/etc"].map(|place| details.has_mount_at(place));
    assert_eq!(found, [true, true, true, true, false, false, false]);
    let body = r#"{"Volumes":{"/v/":{}},"HostConfig":{"Binds":["/b","n:/n"],"Mounts":[{"Type":"volume","Target":"/m"},{"Type":"tmpfs","Target":"/t"}]}}"#;
    assert_eq!(original(body).details.unnamed, ["/b", "/m", "/v"]);
}

#[test]
fn what_a_test_misspells_is_told() {
    let refusal = Original::of_body(br#"{"HostConfg":{"Privileged":true}}"#, &create("{}")).unwrap_err();
    assert!(refusal.message.contains("`HostConfg`"), "{}", refusal.message);
}

#[test]
fn ports_lead_from_the_host_to_the_container() {
    let ports = original(r#"{"HostConfig":{"PortBindings":{"80":[{"HostPort":"8080"}],"53/udp":[]}}}"#).details.ports;
    assert_eq!(ports, [["80/tcp", "", "8080"]]);
}

#[test]
fn who_shares_namespaces_has_a_name_as_well() {
    let mut original = inspected();
    assert_eq!(original.shares_with().collect::<Vec<_>>(), ["77"]);
    original.shares_with_called("77", "vpn");
    assert!(original.uses.of(Facet::Pid).any(|value| *value == UseValue::text("container:vpn")));
}

#[test]
fn addresses_are_those_of_its_networks() {
    assert_eq!(addresses(INSPECTED.as_bytes()), ["02:42:ac:11:00:02"]);
    assert!(addresses(b"{}").is_empty() && addresses(b"x").is_empty());
}

#[test]
fn secrets_are_not_shown() {
    assert_eq!(format!("{:?}", inspected()), r#"Original("web")"#);
}
