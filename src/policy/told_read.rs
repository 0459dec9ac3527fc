//! A request, read from the text that tells it.

use super::Source;
use super::case_body;
use super::facts;
use super::problem::Problem;
use super::reader::Reader;
use super::report::Report;
use super::text::shown;
use super::told::{As, LISTENER, Told, stranger};
use super::tree::{self, Content, Node, Pair};
use super::vocabulary::{CERT, CLIENT, CONTAINER, OBJECT, TOLD};
use super::who::{OVERFLOW_ID, plain_address};
use super::who_read::number;
use crate::catalogue::fields::CONTAINER_CREATE;
use crate::catalogue::route;
use crate::request::{About, Certificate, Identity, Object, Peer};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

/// Reads a request as the audit records it: JSON, of which YAML is the larger language.
///
/// # Errors
/// Everything that is wrong with it.
pub(super) fn read(source: &Source) -> Result<Told, Vec<Problem>> {
    let mut report = Report::new(source);
    let Some(root) = tree::read(&mut report) else { return Err(report.problems) };
    let mut reader = Reader::literal(report);
    let known: Vec<&str> = TOLD.all.iter().chain(&["withheld"]).copied().collect();
    let pairs = reader.fields(root.span, &root, "a request", &known);
    let told = told(&mut reader, pairs);
    if told.is_none() && reader.report.problems.is_empty() {
        reader.report.problem(root.span, "the request has no `send`");
    }
    let withheld = pairs.iter().find(|pair| pair.key.text == "withheld");
    let withheld = withheld.map(|pair| reader.items(&pair.value)).unwrap_or_default();
    let withheld = withheld.into_iter().filter_map(Node::text).map(str::to_owned).collect();
    match told {
        Some(told) if reader.report.problems.is_empty() => Ok(Told { withheld, ..told }),
        _ => Err(reader.report.problems),
    }
}

/// The number of a user or group of whom only the name is told: one that nobody has.
const NAMED_ID: u32 = u32::MAX - 1;

/// Reads what tells a request; nothing if it does not say what is sent, or has problems.
pub(super) fn told<'t>(reader: &mut Reader<'_, 't>, pairs: &'t [Pair]) -> Option<Told> {
    let find = |key: &str| pairs.iter().find(|pair| pair.key.text == key);
    let send = find("send").and_then(|pair| send_line(reader, pair));
    let who = find("as").map_or(Some(As::OnlyRole), |pair| sender(reader, pair));
    let headers = find("headers").map_or(Some(HeaderMap::new()), |pair| headers(reader, pair));
    let (method, target) = send?;
    let path = target.split('?').next().unwrap_or_default();
    let table = route(&method, path).ok().and_then(|route| route.operation.body.table());
    let original = find("original").and_then(|pair| original(reader, pair));
    let body = find("body").map(|pair| case_body::text(&pair.value, table));
    let about = find("about").map_or(About::Unasked, |pair| about(reader, pair));
    let facts = find("facts").map(|pair| facts::read(reader, pair)).unwrap_or_default();
    Some(Told { who: who?, method, target, headers: headers?, body, about, facts, original, withheld: Vec::new() })
}

fn send_line<'t>(reader: &mut Reader<'_, 't>, pair: &'t Pair) -> Option<(Method, String)> {
    let text = reader.word(pair.key.span, &pair.value, "`send`")?;
    let split = text.split_once(' ').filter(|(_, target)| target.starts_with('/') && !target.contains(' '));
    let read = split.and_then(|(method, target)| Some((Method::from_bytes(method.as_bytes()).ok()?, target)));
    if read.is_none() {
        let help = "write a method and a path: `GET /v1.47/containers/json?all=true`";
        reader.report.problem_with_help(pair.value.span, format!("{} is no request", shown(text)), help);
    }
    read.map(|(method, target)| (method, target.to_owned()))
}

fn sender<'t>(reader: &mut Reader<'_, 't>, pair: &'t Pair) -> Option<As> {
    let node = reader.resolve(&pair.value)?;
    if node.text() == Some("anyone") {
        return Some(As::Client(Box::new(stranger())));
    }
    let pairs = reader.fields(pair.key.span, node, "`as`", CLIENT.all);
    let has = |keys: &[&str]| pairs.iter().any(|pair| keys.contains(&pair.key.text.as_str()));
    let (unix, tcp) = (has(&["uid", "gid", "user", "group"]), has(&["address", "cert"]));
    if unix && tcp {
        let help = "users and groups are known on Unix sockets alone, addresses and certificates on TCP alone";
        reader.report.problem_with_help(pair.key.span, "no client has all of these facts", help);
        return None;
    }
    let peer = if tcp { tcp_peer(reader, pairs) } else { unix_peer(reader, pairs) };
    let mut client = Identity::new(LISTENER.into(), peer);
    let inside = pairs.iter().find(|pair| pair.key.text == "container");
    client.container = inside.map(|pair| Arc::new(object(reader, pair, "`container`", CONTAINER.all)));
    (unix || tcp || inside.is_some()).then(|| As::Client(Box::new(client)))
}

fn unix_peer<'t>(reader: &mut Reader<'_, 't>, pairs: &'t [Pair]) -> Peer {
    let mut ids = |key: &str| -> Vec<u32> { values(reader, pairs, key, "a number", number) };
    let (uids, gids) = (ids("uid"), ids("gid"));
    let mut names = |key: &str| -> Vec<String> { values(reader, pairs, key, "a name", |text| Some(text.to_owned())) };
    let (users, group_names) = (names("user"), names("group"));
    let mut groups = gids.into_iter();
    // of somebody from elsewhere no name would be known
    let unsaid = if users.is_empty() && group_names.is_empty() { OVERFLOW_ID } else { NAMED_ID };
    Peer::Unix {
        uid: uids.first().copied().unwrap_or(unsaid),
        gid: groups.next().unwrap_or(unsaid),
        pid: 0,
        groups: groups.collect(),
        user: users.into_iter().next(),
        group_names,
    }
}

fn tcp_peer<'t>(reader: &mut Reader<'_, 't>, pairs: &'t [Pair]) -> Peer {
    let addresses: Vec<IpAddr> = values(reader, pairs, "address", "an IP address", |text| text.parse().ok());
    let address = addresses.first().copied().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), plain_address);
    let cert = pairs.iter().find(|pair| pair.key.text == "cert");
    Peer::Tcp { address, certificate: cert.map(|pair| Arc::new(certificate(reader, pair))) }
}

fn certificate<'t>(reader: &mut Reader<'_, 't>, pair: &'t Pair) -> Certificate {
    let Some(node) = reader.resolve(&pair.value) else { return Certificate::default() };
    let fields = reader.fields(pair.key.span, node, "`cert`", CERT.all);
    let mut names = |key: &str| -> Vec<String> { values(reader, fields, key, "a name", |text| Some(text.to_owned())) };
    let hash = |names: Vec<String>| names.concat().replace(':', "").to_ascii_lowercase();
    Certificate {
        subject: String::new(),
        common_names: names("common_name"),
        organizations: names("organization"),
        dns: names("dns"),
        uri: names("uri"),
        email: names("email"),
        sha256: hash(names("sha256")),
        key_sha256: hash(names("key_sha256")),
        not_after: None,
    }
}

/// What the daemon would say: `absent`, or facts with single values.
fn about<'t>(reader: &mut Reader<'_, 't>, pair: &'t Pair) -> About {
    match reader.resolve(&pair.value).and_then(Node::text) {
        Some("absent") => About::Absent,
        _ => About::Found(Box::new(object(reader, pair, "`about`", OBJECT.all))),
    }
}

/// The container that is copied, as the body of the request that would make it.
fn original<'t>(reader: &mut Reader<'_, 't>, pair: &'t Pair) -> Option<String> {
    let node = reader.resolve(&pair.value)?;
    if !matches!(node.content, Content::Map(_)) {
        let help = "write what would make it: `{ image: nginx:1, hostconfig: { privileged: true } }`";
        reader.report.problem_with_help(pair.key.span, "`original` does not say what is copied", help);
        return None;
    }
    Some(case_body::text(node, Some(&CONTAINER_CREATE)))
}

/// The facts of one object, with single values.
pub(super) fn object<'t>(reader: &mut Reader<'_, 't>, pair: &'t Pair, what: &str, known: &[&str]) -> Object {
    let Some(node) = reader.resolve(&pair.value) else { return Object::default() };
    let fields = reader.fields(pair.key.span, node, what, known);
    let mut words = |key: &str| -> Vec<String> { values(reader, fields, key, "a word", |text| Some(text.to_owned())) };
    // an image has several
    let mut names = words("name");
    let labels = words("label").into_iter().map(|label| match label.split_once('=') {
        Some((key, value)) => (key.to_owned(), value.to_owned()),
        None => (label, String::new()),
    });
    let labels = labels.collect();
    let compose = [("project", "com.docker.compose.project"), ("service", "com.docker.compose.service")];
    let compose = compose.map(|(word, label)| words(word).pop().map(|value| (label.to_owned(), value)));
    let mut container = Object {
        also: names.split_off(names.len().min(1)),
        id: words("id").concat(),
        name: names.concat(),
        image: words("image").concat(),
        state: words("state").concat(),
        labels,
    };
    container.labels.extend(compose.into_iter().flatten());
    container
}

/// The values of a fact: of a user there is one, of groups there may be several.
fn values<'t, T>(
    reader: &mut Reader<'_, 't>,
    pairs: &'t [Pair],
    key: &str,
    what: &str,
    read: impl Fn(&str) -> Option<T>,
) -> Vec<T> {
    let Some(pair) = pairs.iter().find(|pair| pair.key.text == key) else { return Vec::new() };
    let nodes = reader.items(&pair.value);
    if nodes.len() > 1 && matches!(key, "uid" | "user" | "address") {
        reader.report.problem(pair.key.span, format!("a client has one `{key}`"));
    }
    let mut found = Vec::new();
    for node in nodes {
        match node.text().and_then(&read) {
            Some(value) => found.push(value),
            None => reader.report.problem(pair.key.span, format!("`{key}` must be {what} here")),
        }
    }
    found
}

fn headers<'t>(reader: &mut Reader<'_, 't>, pair: &'t Pair) -> Option<HeaderMap> {
    let mut map = HeaderMap::new();
    let pairs = reader.map(pair.key.span, &pair.value, "`headers`");
    for field in pairs {
        let value = reader.word(field.key.span, &field.value, "a header")?;
        let (name, value) = (HeaderName::try_from(&field.key.text), HeaderValue::try_from(value));
        let (Ok(name), Ok(value)) = (name, value) else {
            reader.report.problem(field.key.span, format!("{} is no header", shown(&field.key.text)));
            return None;
        };
        map.append(name, value);
    }
    Some(map)
}
