use super::*;
use crate::catalogue::Op;
use proptest::prelude::*;

type Found = (Option<ApiVersion>, Op, Option<String>, Option<String>);

fn found(method: &str, path: &str) -> Result<Found, RouteError> {
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    let Route { version, operation, params } = route(&method, path)?;
    let text = |name: Option<Box<str>>| name.map(String::from);
    Ok((version, operation.op, text(params.object), text(params.second)))
}

fn v(minor: u16) -> Option<ApiVersion> {
    Some(ApiVersion { major: 1, minor })
}

/// `METHOD path` leads to an operation and a name (empty for none).
const LEADS: &[(&str, Op, &str)] = &[
    ("GET /_ping", Op::SystemPing, ""),
    ("HEAD /_ping", Op::SystemPingHead, ""),
    ("GET /containers/json", Op::ContainerList, ""),
    ("POST /containers/create", Op::ContainerCreate, ""),
    ("GET /containers/web/json", Op::ContainerInspect, "web"),
    ("HEAD /containers/web/archive", Op::ContainerArchiveInfo, "web"),
    ("GET /containers/web/archive", Op::ContainerArchive, "web"),
    ("PUT /containers/web/archive", Op::PutContainerArchive, "web"),
    ("GET /containers/web/attach/ws", Op::ContainerAttachWebsocket, "web"),
    // The suffix counts, from the right, per method.
    ("GET /containers/a/logs/json", Op::ContainerInspect, "a/logs"),
    ("GET /containers/t0/attach/ws/json", Op::ContainerInspect, "t0/attach/ws"),
    ("GET /containers/exec/json", Op::ContainerInspect, "exec"),
    ("GET /containers/json/json", Op::ContainerInspect, "json"),
    ("GET /images/x/json/history", Op::ImageHistory, "x/json"),
    ("GET /images/json/json", Op::ImageInspect, "json"),
    ("GET /images/x/attestations", Op::ImageAttestations, "x"),
    // A literal of one method is a name to another.
    ("DELETE /volumes/create", Op::VolumeDelete, "create"),
    ("DELETE /images/json", Op::ImageDelete, "json"),
    ("DELETE /containers/json", Op::ContainerDelete, "json"),
    ("DELETE /containers/prune", Op::ContainerDelete, "prune"),
    ("GET /networks/create", Op::NetworkInspect, "create"),
    ("GET /services/create", Op::ServiceInspect, "create"),
    // Greedy names hold slashes, written or escaped; the others do not.
    ("GET /images/registry.example:5000/team/app:1/json", Op::ImageInspect, "registry.example:5000/team/app:1"),
    ("GET /images/docker.io%2Flibrary%2Fbusybox/json", Op::ImageInspect, "docker.io/library/busybox"),
    ("GET /images/busybox%3Alatest/json", Op::ImageInspect, "busybox:latest"),
    ("GET /networks/a/b", Op::NetworkInspect, "a/b"),
    ("GET /distribution/a/b/json", Op::DistributionInspect, "a/b"),
    ("DELETE /containers/a/b/checkpoints/c", Op::ContainerDelete, "a/b/checkpoints/c"),
    ("DELETE /containers/a/checkpoints/b/c", Op::ContainerDelete, "a/checkpoints/b/c"),
    ("DELETE /containers/a/checkpoints/checkpoints/c", Op::ContainerDelete, "a/checkpoints/checkpoints/c"),
    ("GET /plugins/a/b/json", Op::PluginInspect, "a/b"),
    ("GET /services/s1/logs", Op::ServiceLogs, "s1"),
    // Decoded once: what remains of an escape is data.
    ("GET /containers/a%2563/json", Op::ContainerInspect, "a%63"),
    ("GET /containers/a%3Fb%23c/json", Op::ContainerInspect, "a?b#c"),
    ("GET /volumes/a%20b", Op::VolumeInspect, "a b"),
    ("GET /volumes/a;x=y", Op::VolumeInspect, "a;x=y"),
    ("GET /volumes/caf\u{e9}", Op::VolumeInspect, "caf\u{e9}"),
    ("GET /volumes/caf%C3%A9", Op::VolumeInspect, "caf\u{e9}"),
    ("GET /volumes/...", Op::VolumeInspect, "..."),
    ("GET /swarm", Op::SwarmInspect, ""),
    ("GET /swarm/unlockkey", Op::SwarmUnlockkey, ""),
    ("POST /grpc", Op::Grpc, ""),
    ("POST /session", Op::Session, ""),
    ("POST /build/cancel", Op::BuildCancel, ""),
    ("OPTIONS /", Op::SystemOptions, ""),
    ("OPTIONS /containers/web/json", Op::SystemOptions, ""),
    ("OPTIONS /no/such/thing/", Op::SystemOptions, ""),
    ("GET /debug/vars", Op::DebugVars, ""),
    ("POST /debug/vars", Op::DebugVars, ""),
    ("GET /debug/pprof/", Op::DebugPprofIndex, ""),
    ("DELETE /debug/pprof/heap", Op::DebugPprof, "heap"),
];

#[test]
fn paths_lead_to_operations() {
    for (line, op, name) in LEADS {
        let (method, path) = line.split_once(' ').unwrap();
        let name = (!name.is_empty()).then(|| (*name).to_owned());
        assert_eq!(found(method, path), Ok((None, *op, name.clone(), None)), "{line}");
        let versioned = if method != "GET" && path.starts_with("/debug") {
            Err(RouteError::Unknown)
        } else {
            Ok((v(45), *op, name, None))
        };
        assert_eq!(found(method, &format!("/v1.45{path}")), versioned, "/v1.45, {line}");
    }
}

#[test]
fn a_checkpoint_has_two_names() {
    let names = (Some("a".to_owned()), Some("b%c".to_owned()));
    assert_eq!(
        found("DELETE", "/v1.44/containers/a/checkpoints/b%25c"),
        Ok((v(44), Op::CheckpointDelete, names.0, names.1))
    );
}

const UNKNOWN: &[&str] = &[
    "GET /",
    "GET /v1.45",
    "GET /v1.45/v1.45/containers/json",
    "GET /V1.41/containers/json",
    "GET /v/containers/json",
    "GET /Containers/json",
    "GET /containers/JSON",
    "GET /containers",
    "GET /containers/web",
    "GET /containers/json%3Fall=1",
    "GET /containers/json;x=y",
    "GET /containers/json#frag",
    "HEAD /containers/json",
    "POST /containers/json",
    "POST /containers/web/copy",
    "get /containers/json",
    "PATCH /containers/web/update",
    "CONNECT /containers/json",
    "FOO /debug/vars",
    "GET /services/a/b",
    "GET /services/a%2Fb",
    "GET /tasks/a/b/logs",
    "GET /debug/pprof/a/b",
    "GET /extension/anything",
    "DELETE /images",
];

#[test]
fn other_paths_lead_nowhere() {
    for line in UNKNOWN {
        let (method, path) = line.split_once(' ').unwrap();
        assert_eq!(found(method, path), Err(RouteError::Unknown), "{line}");
    }
}

const ODD: &[(&str, &str)] = &[
    ("", "start with `/`"),
    ("*", "start with `/`"),
    ("containers/json", "start with `/`"),
    ("http://x/containers/json", "start with `/`"),
    ("//containers/json", "empty segment"),
    ("/containers//json", "empty segment"),
    ("/containers/%2Fweb/json", "empty segment"),
    ("/volumes/a%2F%2Fb", "empty segment"),
    ("/./containers/json", "segment"),
    ("/containers/../json", "segment"),
    ("/containers/%2e%2e/json", "segment"),
    ("/images/a%2F..%2Fb/json", "segment"),
    ("/volumes/..", "segment"),
    ("/containers/json/", "ends with `/`"),
    ("/volumes/", "ends with `/`"),
    ("/networks/", "ends with `/`"),
    ("/volumes/a%2F", "ends with `/`"),
    ("/v1.45/", "nowhere"),
    ("/containers/a%/json", "bad percent"),
    ("/containers/a%zz/json", "bad percent"),
    ("/containers/a%2", "bad percent"),
    ("/containers/a%+1/json", "bad percent"),
    ("/containers/a%00/json", "control character"),
    ("/containers/a%0A/json", "control character"),
    ("/containers/a%7F/json", "control character"),
    ("/containers/a\r/json", "control character"),
    ("/containers/%FF/json", "not UTF-8"),
    ("/containers/%C0%AF/json", "not UTF-8"),
    ("/%63ontainers/json", "outside of a name"),
    ("/containers%2Fjson", "outside of a name"),
    ("/containers/web%2Fjson", "outside of a name"),
    ("/containers/web/jso%6E", "outside of a name"),
    ("/v1%2e45/containers/json", "outside of a name"),
    ("/%76%31.45/containers/json", "outside of a name"),
    ("/v1.45%2Fcontainers/json", "outside of a name"),
    ("/v1.45/containers%2Fweb/json", "outside of a name"),
    ("/v1/containers/json", "/vMAJOR.MINOR"),
    ("/v./containers/json", "/vMAJOR.MINOR"),
    ("/v1./containers/json", "/vMAJOR.MINOR"),
    ("/v01.45/containers/json", "/vMAJOR.MINOR"),
    ("/v1.045/containers/json", "/vMAJOR.MINOR"),
    ("/v1.45./containers/json", "/vMAJOR.MINOR"),
    ("/v1.45.0.0/containers/json", "/vMAJOR.MINOR"),
    ("/v1..45/containers/json", "/vMAJOR.MINOR"),
    ("/v.1.45/containers/json", "/vMAJOR.MINOR"),
    ("/v99/containers/json", "/vMAJOR.MINOR"),
    ("/v1.99999/containers/json", "/vMAJOR.MINOR"),
];

#[test]
fn odd_spellings_are_refused() {
    for (path, why) in ODD {
        match found("GET", path) {
            Err(RouteError::NotCanonical(reason)) if reason.contains(why) => {}
            Err(RouteError::Unknown) if *why == "nowhere" => {}
            other => panic!("{path}: {other:?} instead of {why}"),
        }
    }
}

#[test]
fn versions_have_a_floor_and_a_ceiling() {
    let at = |major, minor| ApiVersion { major, minor };
    let list = |version: &str| found("GET", &format!("/v{version}/containers/json"));
    assert_eq!(list("1.23"), Err(RouteError::TooOld(at(1, 23))));
    assert_eq!(list("0.99"), Err(RouteError::TooOld(at(0, 99))));
    assert_eq!(list("1.9"), Err(RouteError::TooOld(at(1, 9))));
    assert!(list("1.24").is_ok() && list("1.56").is_ok());
    assert_eq!(list("1.57"), Err(RouteError::TooNew(at(1, 57))));
    assert_eq!(list("2.0"), Err(RouteError::TooNew(at(2, 0))));
}

#[test]
fn the_canonical_path_has_one_spelling() {
    let canonical = |method: Method, path| route(&method, path).unwrap().canonical_path();
    let image = "/v1.45/images/docker.io/library/busybox:latest/json";
    assert_eq!(canonical(Method::GET, "/v1.45/images/docker.io%2Flibrary%2fbusybox%3Alatest/json"), image);
    assert_eq!(canonical(Method::GET, image), image);
    assert_eq!(canonical(Method::GET, "/volumes/a;b c%25%C3%A9"), "/volumes/a%3Bb%20c%25%C3%A9");
    assert_eq!(canonical(Method::DELETE, "/containers/a/checkpoints/%62"), "/containers/a/checkpoints/b");
    assert_eq!(canonical(Method::OPTIONS, "/v1.45/any/thing"), "/v1.45/_ping");
}

#[test]
fn the_canonical_path_can_speak_another_version() {
    let list = route(&Method::GET, "/containers/json").unwrap();
    assert_eq!(list.canonical_path_as(v(41)), "/v1.41/containers/json");
    let debug = route(&Method::GET, "/debug/vars").unwrap();
    assert_eq!(debug.canonical_path_as(v(41)), "/debug/vars");
}

fn method() -> impl Strategy<Value = Method> {
    let methods = [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS];
    prop::sample::select(methods.to_vec())
}

/// Paths made of the words that routes are made of, and of what breaks them.
fn path() -> impl Strategy<Value = String> {
    let words = "/|/|/|/|v1.45|v1.|containers|images|volumes|networks|services|exec|checkpoints|json|history|get|attach|ws\
        |create|a|b|.|..|%2F|%2f|%25|%63|%00|%|;|:|@|+|\u{e9}|%C3%A9|%FF| |?|#|debug|pprof";
    let words: Vec<&str> = words.split('|').collect();
    let word = prop::sample::select(words);
    prop::collection::vec(word, 0..14).prop_map(|words| format!("/{}", words.concat()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn routing_is_total(method in method(), path in any::<String>()) {
        let _ = route(&method, &path);
    }

    #[test]
    fn the_canonical_path_leads_to_the_same_place(method in method(), path in path()) {
        if let Ok(first) = route(&method, &path) {
            let canonical = first.canonical_path();
            let again = route(&method, &canonical).unwrap();
            prop_assert_eq!(first.operation.op, again.operation.op);
            prop_assert_eq!(first.version, again.version);
            prop_assert_eq!(&first.params, &again.params);
            prop_assert_eq!(again.canonical_path(), canonical);
        }
    }
}
