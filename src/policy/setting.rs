//! `set:` what a grant puts into a request before it is judged.
//!
//! Labels and `no_new_privileges` are always set, and `docker_socket` wherever the Docker socket is
//! asked for. All else fills in what the request leaves
//! out; what it says itself stays, and is judged as it is.

use super::compile::Mode;
use super::facet_said::said_pair;
use super::limit::{flag, int};
use super::own_socket;
use super::reader::Reader;
use super::require::REQUIREMENTS;
use super::text::{listed, shown};
use super::tree::{Content, Node, Pair};
use crate::catalogue::fields::Shape;
use crate::catalogue::{Facet, FacetRow, Op, facet_named};
use crate::request::tree::Entry;
use crate::request::values::{amount, pair, path, plain, user};
use crate::request::{HostSocket, Request, Tree, Use, UseValue, Uses};
use std::sync::Arc;

/// One value that is set.
#[derive(Clone, Debug)]
pub(super) struct Setting {
    word: &'static str,
    value: SetValue,
}

#[derive(Clone, Debug, PartialEq)]
enum SetValue {
    Amount(i64),
    Label(Box<str>, Box<str>),
    NoNewPrivileges,
    /// The socket that the caller came in by, in place of Docker's.
    OwnSocket,
    Text(Box<str>),
}

/// Where a word stands in the body of an operation, and the power that it is about.
struct Row {
    word: &'static str,
    facet: Facet,
    ops: &'static [Op],
    path: &'static [&'static str],
}

const CREATE: &[Op] = &[Op::ContainerCreate];
const SERVICE: &[Op] = &[Op::ServiceCreate, Op::ServiceUpdate];
/// Whatever makes something that has labels.
const LABELLED: &[Op] = &[
    Op::ConfigCreate,
    Op::ContainerCreate,
    Op::NetworkCreate,
    Op::SecretCreate,
    Op::ServiceCreate,
    Op::ServiceUpdate,
    Op::VolumeCreate,
];

const ROWS: &[Row] = &[
    Row { word: "labels", facet: Facet::Labels, ops: LABELLED, path: &["Labels"] },
    // and those of the containers that a service starts
    Row { word: "labels", facet: Facet::Labels, ops: SERVICE, path: &["TaskTemplate", "ContainerSpec", "Labels"] },
    Row { word: "no_new_privileges", facet: Facet::SecurityOpt, ops: CREATE, path: &["HostConfig", "SecurityOpt"] },
    Row { word: "cgroup_parent", facet: Facet::CgroupParent, ops: CREATE, path: &["HostConfig", "CgroupParent"] },
    Row { word: "mem_limit", facet: Facet::MemLimit, ops: CREATE, path: &["HostConfig", "Memory"] },
    Row { word: "pids_limit", facet: Facet::PidsLimit, ops: CREATE, path: &["HostConfig", "PidsLimit"] },
    Row { word: "cpus", facet: Facet::Cpus, ops: CREATE, path: &["HostConfig", "NanoCpus"] },
    Row { word: "docker_socket", facet: Facet::Binds, ops: CREATE, path: &["HostConfig", "Binds"] },
    Row { word: "network", facet: Facet::Networks, ops: CREATE, path: &["HostConfig", "NetworkMode"] },
    Row { word: "logging", facet: Facet::Logging, ops: CREATE, path: &["HostConfig", "LogConfig", "Type"] },
    Row { word: "user", facet: Facet::User, ops: &[Op::ContainerCreate, Op::ContainerExec], path: &["User"] },
];

/// Whether some word fits the operation.
pub(super) fn fits(word: &str, op: Op) -> bool {
    row(word, op).is_some()
}

/// The words that fit the operation.
pub(super) fn words_of(op: Op) -> impl Iterator<Item = (&'static str, &'static FacetRow)> {
    let mut before = "";
    ROWS.iter()
        .filter(move |row| row.ops.contains(&op))
        .filter(move |row| std::mem::replace(&mut before, row.word) != row.word)
        .map(|row| (row.word, row.facet.row()))
}

fn row(word: &str, op: Op) -> Option<&'static Row> {
    rows(word, op).next()
}

fn rows(word: &str, op: Op) -> impl Iterator<Item = &'static Row> {
    ROWS.iter().filter(move |row| row.word == word && row.ops.contains(&op))
}

/// Puts the settings into a request; each that changed it is told.
pub(super) fn apply(settings: &[Setting], request: &mut Request) -> Vec<String> {
    let (op, Some(table)) = (request.operation().op, request.operation().body.table()) else { return Vec::new() };
    let socket = Arc::clone(&request.who.socket);
    let body = request.body.get_or_insert_with(|| Tree::Object(Vec::new()));
    let changed: Vec<String> =
        settings.iter().filter(|setting| setting.put(op, &table.shape, body, &socket)).map(Setting::said).collect();
    request.regather();
    changed
}

impl Setting {
    fn put(&self, op: Op, table: &Shape, body: &mut Tree, socket: &HostSocket) -> bool {
        let Some(row) = row(self.word, op) else { return false };
        match &self.value {
            // Docker takes processors by number or by quota, not by both
            SetValue::Amount(_) if self.word == "cpus" && has_quota(body) => false,
            SetValue::OwnSocket => own_socket::put(body, socket),
            SetValue::Amount(amount) => body.fill(table, row.path, Tree::Int(*amount)),
            SetValue::Label(key, value) => {
                // each of them, whatever became of the one before
                let added = rows(self.word, op).filter(|row| body.add(table, row.path, Entry::Pair(key, value)));
                added.count() > 0
            }
            SetValue::NoNewPrivileges => body.add(table, row.path, Entry::Item("no-new-privileges=true")),
            SetValue::Text(text) => {
                if self.word == "network" {
                    leave_default(row, body, text);
                }
                body.fill(table, row.path, Tree::Text(text.to_string()))
            }
        }
    }

    /// The use that the policy itself has made, which no limit has to allow.
    pub(super) fn is(&self, used: &Use, request: &Request) -> bool {
        let mut own = Uses::default();
        match &self.value {
            SetValue::Amount(amount) => own.push(self.facet(), UseValue::Amount(Some(*amount))),
            SetValue::Label(key, value) => own.push(Facet::Labels, pair::entry(key, value)),
            SetValue::OwnSocket => return own_socket::is_bound(used, request),
            SetValue::NoNewPrivileges => own.push_text(Facet::SecurityOpt, "no-new-privileges=true"),
            SetValue::Text(text) if self.word == "network" => plain::gather_text(Facet::NetworkMode, text, &mut own),
            SetValue::Text(text) => plain::gather_text(self.facet(), text, &mut own),
        }
        own.iter().any(|own| own == used)
    }

    /// Why it cannot be put into the request, which needs it.
    pub(super) fn objection(&self, request: &Request) -> Option<String> {
        if self.value == SetValue::OwnSocket { own_socket::objection(request) } else { None }
    }

    fn facet(&self) -> Facet {
        ROWS.iter().find(|row| row.word == self.word).map_or(Facet::Labels, |row| row.facet)
    }

    /// How records tell it.
    pub(super) fn said(&self) -> String {
        match &self.value {
            SetValue::Amount(amount) if self.word == "mem_limit" => {
                format!("{}={}", self.word, amount::said_bytes(*amount))
            }
            SetValue::Amount(amount) if self.word == "cpus" => format!("{}={}", self.word, amount::said_cpus(*amount)),
            SetValue::OwnSocket => format!("{}=own", self.word),
            SetValue::Amount(amount) => format!("{}={amount}", self.word),
            SetValue::Label(key, value) => said_pair("labels", key, value),
            SetValue::NoNewPrivileges => format!("{}=true", self.word),
            SetValue::Text(text) => format!("{}={text}", self.word),
        }
    }
}

fn has_quota(body: &mut Tree) -> bool {
    let is_given = |name| matches!(body.find(&["HostConfig", name]), Some(Tree::Int(number)) if *number != 0);
    ["CpuQuota", "CpuPeriod"].into_iter().any(is_given)
}

/// The docker CLI names Docker's own network where nobody chose one, as the mode and as an endpoint.
fn leave_default(row: &Row, body: &mut Tree, network: &str) {
    let chosen = body.text_at(row.path).is_some_and(|mode| !matches!(mode, "" | "default"));
    if !chosen {
        body.clear(row.path);
        body.rename(&["NetworkingConfig", "EndpointsConfig"], "default", network);
    }
}

/// Reads the map, or nothing when its problems were reported.
pub(super) fn read<'t>(
    reader: &mut Reader<'_, 't>,
    pair: &'t Pair,
    mode: Mode,
) -> Option<Vec<(&'t Pair, Vec<Setting>)>> {
    if mode == Mode::Never {
        let help = "write it under `may`: it says what is put into a request";
        reader.report.problem_with_help(pair.key.span, "`set` cannot stand under `never`", help);
        return None;
    }
    let mut words: Vec<&str> = ROWS.iter().map(|row| row.word).collect();
    words.dedup();
    if let Content::Map(pairs) = &pair.value.content {
        let facets = pairs.iter().filter(|pair| facet_named(&pair.key.text).is_some());
        if facets.filter(|pair| is_unsettable(reader, pair, &words)).count() > 0 {
            return None;
        }
    }
    let pairs = reader.fields(pair.key.span, &pair.value, "`set`", &words);
    let all: Vec<_> = pairs.iter().filter_map(|pair| Some((pair, settings(reader, pair)?))).collect();
    (!pairs.is_empty() && all.len() == pairs.len()).then_some(all)
}

/// Whether the word is a facet that cannot be set, which is reported.
fn is_unsettable(reader: &mut Reader<'_, '_>, pair: &Pair, words: &[&str]) -> bool {
    let word = pair.key.text.as_str();
    let unsettable = !words.contains(&word);
    if unsettable {
        let known = words.iter().map(|word| shown(word)).collect::<Vec<_>>();
        let demand = if is_required(word) { format!("; `require: [{word}]` demands it") } else { String::new() };
        let help = format!("`set` knows {}{demand}", listed(&known, "and", known.len()));
        reader.report.problem_with_help(pair.key.span, format!("{} cannot be set", shown(word)), help);
    }
    unsettable
}

fn is_required(word: &str) -> bool {
    REQUIREMENTS.iter().any(|requirement| requirement.word == word)
}

fn settings<'t>(reader: &mut Reader<'_, 't>, pair: &'t Pair) -> Option<Vec<Setting>> {
    let word = ROWS.iter().find(|row| row.word == pair.key.text)?.word;
    if word == "labels" {
        let entries = reader.map(pair.key.span, &pair.value, "`labels`");
        let label = |entry: &'t Pair| {
            let value = reader.word(entry.key.span, &entry.value, "a label")?;
            Some(Setting { word, value: SetValue::Label(entry.key.text.as_str().into(), value.into()) })
        };
        let labels: Vec<Setting> = entries.iter().filter_map(label).collect();
        return (!entries.is_empty() && labels.len() == entries.len()).then_some(labels);
    }
    let node = reader.resolve(&pair.value)?;
    let text = reader.word(pair.key.span, node, &shown(word))?;
    let value = value(word, text);
    if value.is_none() {
        complain(reader, node, word, text);
    }
    value.map(|value| vec![Setting { word, value }])
}

fn value(word: &str, text: &str) -> Option<SetValue> {
    let plainly = || Some(SetValue::Text(text.into())).filter(|_| !text.is_empty() && !text.contains('*'));
    match word {
        "mem_limit" => amount::bytes(text).filter(|bytes| *bytes > 0).map(SetValue::Amount),
        "cpus" => amount::cpus(text).filter(|nano| *nano > 0).map(SetValue::Amount),
        "docker_socket" => (text == "own").then_some(SetValue::OwnSocket),
        "pids_limit" => int(text).filter(|number| *number > 0).map(SetValue::Amount),
        "no_new_privileges" => flag(text).filter(|on| *on).map(|_| SetValue::NoNewPrivileges),
        "user" => user::normal(text).map(|user| SetValue::Text(user.into())),
        "cgroup_parent" => path::straight(text).and_then(|_| plainly()),
        _ => plainly(),
    }
}

fn complain(reader: &mut Reader<'_, '_>, node: &Node, word: &str, text: &str) {
    let help = match word {
        "mem_limit" => "write a size with a unit: `512MiB`",
        "pids_limit" => "write a number above 0",
        "cpus" => "write a number of processors: `2`, `0.5`",
        "docker_socket" => "it can only be `own`: the socket that the client came in by",
        "no_new_privileges" => "it can only be `true`",
        "user" => "write a number or name: `1000`, `1000:1000`",
        "cgroup_parent" => "write a path without `..`, or a slice of systemd",
        _ => "write one name",
    };
    reader.report.problem_with_help(node.span, format!("{} cannot be set to {}", shown(word), shown(text)), help);
}

#[cfg(test)]
mod tests {
    use super::super::Decision;
    use super::super::testing::{denied, one_role, problems, role, with_body};

    const CREATE: &str = "POST /v1.47/containers/create";

    /// The body that is forwarded, and what is told of the changes.
    fn forwarded(entry: &str, body: &str) -> (String, Vec<String>) {
        match role(&format!("may:\n- {entry}")).decide(with_body(CREATE, body)) {
            Decision::Allow(permit) => (permit.request().canonical_body().unwrap(), permit.set().to_vec()),
            Decision::Deny(denial) => (denial.to_string(), Vec::new()),
        }
    }

    #[test]
    fn what_is_left_out_is_set_and_told() {
        let entry = "ContainerCreate: { mem_limit: { max: 1GiB }, set: { mem_limit: 512MiB, user: '1000', cgroup_parent: /ci } }";
        let (body, told) = forwarded(entry, r#"{"Image":"a","User":"","HostConfig":{"Memory":0}}"#);
        assert_eq!(body, r#"{"User":"1000","Image":"a","HostConfig":{"Memory":536870912,"CgroupParent":"/ci"}}"#);
        assert_eq!(told, ["mem_limit=512MiB", "user=1000", "cgroup_parent=/ci"]);
        let (body, told) = forwarded(entry, r#"{"User":"7","HostConfig":{"Memory":5000000}}"#);
        assert_eq!(body, r#"{"User":"7","HostConfig":{"Memory":5000000,"CgroupParent":"/ci"}}"#);
        assert_eq!(told, ["cgroup_parent=/ci"]);
        assert!(forwarded(entry, r#"{"HostConfig":{"Memory":5000000000}}"#).0.contains("(mem_limit: at most 1GiB)"));
        assert!(forwarded(entry, r#"{"HostConfig":{"CgroupParent":"/x"}}"#).0.contains("move into the cgroup `/x`"));
    }

    #[test]
    fn labels_and_no_new_privileges_are_always_set() {
        let entry = "ContainerCreate: { set: { labels: { dockgate.team: ci }, no_new_privileges: true } }";
        let (body, told) = forwarded(entry, "{}");
        let expected = r#"{"Labels":{"dockgate.team":"ci"},"HostConfig":{"SecurityOpt":["no-new-privileges=true"]}}"#;
        assert_eq!(body, expected);
        assert_eq!(told, ["labels.dockgate.team=ci", "no_new_privileges=true"]);
        assert_eq!(forwarded(entry, r#"{"Labels":{"dockgate.team":"root"}}"#).0, expected);
        let off = r#"{"HostConfig":{"SecurityOpt":["no-new-privileges=false"]}}"#;
        assert!(forwarded(entry, off).0.contains("set the security option `no-new-privileges=false`"));
        let free = "ContainerCreate: { security_opt: any, set: { no_new_privileges: true } }";
        let both = r#"{"HostConfig":{"SecurityOpt":["no-new-privileges=true","no-new-privileges=false"]}}"#;
        assert!(forwarded(free, both).0.ends_with(r#","no-new-privileges=true"]}}"#), "{:?}", forwarded(free, both));
    }

    #[test]
    fn the_containers_of_a_service_get_its_labels() {
        let role = role("may:\n- ServiceCreate: { set: { labels: { team: ci } } }");
        let body = r#"{"Name":"s","TaskTemplate":{"ContainerSpec":{"Image":"a","Labels":{"team":"x"}}}}"#;
        let Decision::Allow(permit) = role.decide(with_body("POST /v1.47/services/create", body)) else { panic!() };
        let canonical = permit.request().canonical_body().unwrap();
        assert_eq!(canonical.matches(r#""Labels":{"team":"ci"}"#).count(), 2, "{canonical}");
        assert!(!canonical.contains('x'), "{canonical}");
    }

    #[test]
    fn a_network_takes_the_place_of_dockers_own() {
        let entry = "ContainerCreate: { set: { network: ci-net } }";
        for body in ["{}", r#"{"HostConfig":{"NetworkMode":"default"}}"#, r#"{"HostConfig":{"NetworkMode":""}}"#] {
            assert_eq!(forwarded(entry, body).0, r#"{"HostConfig":{"NetworkMode":"ci-net"}}"#);
        }
        assert!(forwarded(entry, r#"{"HostConfig":{"NetworkMode":"host"}}"#).0.contains("use the network of `host`"));
    }

    /// The docker CLI 26 sends the endpoint, too.
    #[test]
    fn a_network_takes_the_place_of_the_endpoint_at_dockers_own() {
        let entry = "ContainerCreate: { networks: ci-net, set: { network: ci-net } }";
        let body = |mode: &str, name: &str| {
            let endpoint = "{}";
            format!(
                r#"{{"HostConfig":{{"NetworkMode":"{mode}"}},"NetworkingConfig":{{"EndpointsConfig":{{"{name}":{endpoint}}}}}}}"#
            )
        };
        assert_eq!(forwarded(entry, &body("default", "default")).0, body("ci-net", "ci-net"));
        assert!(forwarded(entry, &body("bridge", "bridge")).0.contains("leave `networks` at Docker's default"));
        assert!(forwarded(entry, &body("default", "lan")).0.contains("join the network `lan`"));
    }

    #[test]
    fn never_sees_what_was_set() {
        let role =
            role("may:\n- ContainerCreate: { set: { network: lan } }\nnever:\n- ContainerCreate: { networks: lan }");
        assert_eq!(denied(&role, CREATE, "{}"), "never");
    }

    #[test]
    fn each_grant_sets_its_own() {
        let role = "may:\n- ContainerCreate: { image: alpine, set: { user: '1' } }\n- ContainerCreate: { image: nginx, set: { user: '2' } }";
        let Decision::Allow(permit) =
            super::super::testing::role(role).decide(with_body(CREATE, r#"{"Image":"nginx"}"#))
        else {
            panic!()
        };
        assert_eq!(permit.request().canonical_body().unwrap(), r#"{"User":"2","Image":"nginx"}"#);
    }

    #[test]
    fn what_cannot_be_set_is_a_problem() {
        let cases = [
            (
                "may:\n- ContainerCreate: { set: { mem_limit: 512 } }",
                "`mem_limit` cannot be set to `512`; write a size with a unit",
            ),
            ("may:\n- ContainerCreate: { set: { docker_socket: any } }", "it can only be `own`"),
            ("may:\n- ContainerCreate: { set: { cpus: x } }", "write a number of processors"),
            ("may:\n- ContainerCreate: { set: { memlimit: 1MiB } }", "did you mean `mem_limit`"),
            ("may:\n- NetworkCreate: { set: { user: x } }", "NetworkCreate cannot have `user` set"),
            ("may:\n- ContainerCreate: { set: { no_new_privileges: false } }", "it can only be `true`"),
            ("may: [ping]\nnever:\n- ContainerCreate: { set: { user: x } }", "`set` cannot stand under `never`"),
        ];
        for (body, expected) in cases {
            let found = problems(&one_role(body));
            assert_eq!(found.len(), 1, "{body} {found:?}");
            assert!(found[0].contains(expected), "{body} {found:?}");
        }
    }
}
