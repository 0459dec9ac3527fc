//! What must hold of the tables themselves.

use dockgate::catalogue::{
    Body, GROUPS, Kind, OPERATIONS, Op, OpSet, Operation, Risk, Stream, Verb, group_named, operation_at,
    operation_named, route,
};
use http::Method;
use std::collections::HashSet;

/// Operations that no group holds: a policy always names them, or says `everything`.
const ALONE: &[Op] = &[
    Op::CheckpointCreate,
    Op::CheckpointDelete,
    Op::CheckpointList,
    Op::ContainerCreate,
    Op::ContainerDelete,
    Op::ContainerExec,
    Op::ContainerPrune,
    Op::ContainerRename,
    Op::ContainerUpdate,
    Op::DebugPprof,
    Op::DebugPprofIndex,
    Op::DebugVars,
    Op::DistributionInspect,
    Op::GetPluginPrivileges,
    Op::ImageAttestations,
    Op::ImageCommit,
    Op::ImageCreate,
    Op::ImageDelete,
    Op::ImageGet,
    Op::ImageGetAll,
    Op::ImageLoad,
    Op::ImagePrune,
    Op::ImagePush,
    Op::ImageSearch,
    Op::ImageTag,
    Op::PluginPush,
    Op::SystemAuth,
    Op::SystemOptions,
];

fn set(groups: &[&str]) -> OpSet {
    let sets = groups.iter().map(|name| group_named(name).unwrap().set());
    sets.fold(OpSet::new(), OpSet::union)
}

#[test]
fn an_op_is_the_index_of_its_row() {
    for (index, row) in OPERATIONS.iter().enumerate() {
        assert_eq!(row.op as usize, index, "{}", row.name);
        assert_eq!(row.op.operation().name, row.name);
        assert_eq!(operation_named(row.name).map(|row| row.op), Some(row.op));
    }
}

#[test]
fn every_operation_of_docker_has_a_row() {
    let mut known = OpSet::new();
    for line in include_str!("operations.txt").lines().filter(|line| !line.starts_with('#')) {
        let mut words = line.split(' ');
        let (name, method, path) = (words.next().unwrap(), words.next().unwrap(), words.next().unwrap());
        let row = operation_named(name).unwrap_or_else(|| panic!("no row for {line}"));
        assert_eq!((row.verb.as_str(), row.path), (method, path), "{name}");
        for param in words {
            assert!(row.param(param).is_some(), "{name} has no query parameter {param}");
        }
        known.insert(row.op);
    }
    assert_eq!(known, OpSet::all(), "rows that Docker does not have");
}

#[test]
fn query_parameters_are_sorted_and_unique() {
    for row in OPERATIONS {
        let names: Vec<String> = row.query.iter().map(|param| param.name.to_lowercase()).collect();
        assert!(names.is_sorted_by(|a, b| a < b), "{}: {names:?}", row.name);
    }
}

#[test]
fn defaults_can_be_read() {
    for param in OPERATIONS.iter().flat_map(|row| row.query) {
        let constants = param.default.iter().chain(&param.before);
        for value in constants {
            match param.kind {
                Kind::Flag | Kind::Bool => assert!(["true", "false"].contains(value), "{param:?}"),
                Kind::Int => assert!(value.parse::<i64>().is_ok(), "{param:?}"),
                Kind::Text | Kind::Path | Kind::Signal => assert!(!value.is_empty()),
                Kind::Filters | Kind::Json => panic!("{param:?} has a default"),
            }
        }
        assert!(param.before.is_none() || param.since.is_some(), "{param:?}");
    }
}

#[test]
fn a_websocket_types_whatever_an_old_request_says() {
    let row = Op::ContainerAttachWebsocket.operation();
    let version = |path| route(&Method::GET, path).unwrap().version;
    let forced = |path| row.param("stdin").unwrap().forced(version(path));
    assert_eq!(forced("/v1.41/containers/web/attach/ws"), Some("true"));
    assert_eq!(forced("/containers/web/attach/ws"), Some("true"));
    assert_eq!(forced("/v1.42/containers/web/attach/ws"), None);
}

#[test]
fn rows_are_consistent() {
    for row in OPERATIONS {
        let named = row.path.contains('{') && row.op != Op::SystemOptions && row.op != Op::DebugPprof;
        assert_eq!(row.target.is_some(), named, "{}: target", row.name);
        assert!(!named || row.object_in_query().is_none(), "{}: two places for one object", row.name);
        let carries = matches!(row.verb, Verb::Post | Verb::Put);
        assert!(carries || row.body == Body::None, "{}: body", row.name);
        let uploads = matches!(row.stream, Stream::Request | Stream::Both);
        assert_eq!(row.body == Body::Tar, uploads, "{}: stream", row.name);
        let about = row.about.trim_end_matches('.');
        assert!(about == row.about && about.starts_with(char::is_lowercase), "{}: about", row.name);
    }
}

/// The row's path with something in place of its names.
fn example(row: &Operation) -> String {
    let pieces = row.path.split('/').map(|piece| if piece.starts_with('{') { "dockgate-none" } else { piece });
    pieces.collect::<Vec<_>>().join("/")
}

#[test]
fn every_row_is_reached_by_its_own_path() {
    for row in OPERATIONS {
        let written = format!("{} {}", row.verb.as_str(), row.path.replace("{id}", "{whatever}"));
        assert_eq!(operation_at(&written).map(|row| row.op), Some(row.op), "{written}");
        let method = if row.verb == Verb::Any { "GET" } else { row.verb.as_str() };
        let found = route(&method.parse().unwrap(), &example(row)).unwrap();
        assert_eq!(found.operation.op, row.op, "{}", row.name);
    }
}

#[test]
fn written_operations_mean_exactly_one_row() {
    for (text, name) in [
        ("GET /containers/{id}/json", Some("ContainerInspect")),
        ("GET /containers/{x}/json", Some("ContainerInspect")),
        ("GET /containers/json", Some("ContainerList")),
        ("POST /debug/vars", Some("DebugVars")),
        ("GET /containers/web/json", None),
        ("get /containers/json", None),
        ("GET /v1.45/containers/json", None),
        ("GET /containers/json/", None),
        ("GET  /containers/json", None),
        ("/containers/json", None),
        ("", None),
    ] {
        assert_eq!(operation_at(text).map(|row| row.name), name, "{text}");
    }
}

#[test]
fn groups_hold_each_operation_once() {
    let mut names = HashSet::new();
    for group in GROUPS {
        assert!(names.insert(group.name), "{} is there twice", group.name);
        assert_eq!(group.set().len(), group.operations.len(), "{}", group.name);
        assert!(!group.operations.is_empty() && !group.about.ends_with('.'), "{}", group.name);
    }
}

#[test]
fn every_operation_is_in_a_group_or_alone() {
    let alone: OpSet = ALONE.iter().copied().collect();
    let grouped: OpSet = GROUPS.iter().flat_map(|group| group.set().iter()).collect();
    assert!(alone.intersection(grouped).is_empty());
    let lost = OpSet::all().difference(alone.union(grouped));
    assert!(lost.is_empty(), "{:?}", lost.iter().collect::<Vec<_>>());
}

#[test]
fn reads_only_read() {
    let reads = GROUPS.iter().filter(|group| group.name == "reads" || group.name.ends_with("-reads"));
    for row in reads.flat_map(|group| group.operations).map(|op| op.operation()) {
        assert!(matches!(row.verb, Verb::Get | Verb::Head) && row.risk <= Risk::Reveal, "{}", row.name);
    }
    let parts = [
        "ping",
        "system-reads",
        "container-reads",
        "image-reads",
        "network-reads",
        "volume-reads",
        "plugin-reads",
        "service-reads",
        "node-reads",
        "task-reads",
    ];
    assert_eq!(set(&["reads"]), set(&parts));
}

#[test]
fn swarm_mode_is_all_of_swarm() {
    let parts = [
        "swarm-reads",
        "swarm-writes",
        "node-reads",
        "node-writes",
        "service-reads",
        "service-writes",
        "task-reads",
        "secret-reads",
        "secret-writes",
        "config-reads",
        "config-writes",
    ];
    let mut all = set(&parts);
    all.extend([Op::SwarmUnlockkey, Op::ServiceLogs, Op::TaskLogs]);
    assert_eq!(set(&["swarm-mode"]), all);
    let roots = ["/swarm", "/nodes", "/services", "/tasks", "/secrets", "/configs"];
    let of_swarm = OPERATIONS.iter().filter(|row| roots.iter().any(|root| row.path.starts_with(root)));
    assert_eq!(all, of_swarm.map(|row| row.op).collect());
}

#[test]
fn sets_are_sets() {
    let mut set = OpSet::new();
    assert!(set.is_empty() && !set.contains(Op::SystemPing));
    set.insert(Op::SystemPing);
    set.insert(Op::Grpc);
    set.insert(Op::SystemPing);
    assert_eq!(set.len(), 2);
    assert_eq!(set.iter().collect::<Vec<_>>(), [Op::SystemPing, Op::Grpc]);
    assert_eq!(OpSet::all().len(), OPERATIONS.len());
    assert_eq!(OpSet::all().difference(set).len(), OPERATIONS.len() - 2);
}
