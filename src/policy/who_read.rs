//! `who` and `as`, read.

use super::object_facts::{LabelFact, ObjectFacts};
use super::pattern::Pattern;
use super::reader::Reader;
use super::report::Span;
use super::text::{plain, shown};
use super::tree::{Content, Node, Pair};
use super::vocabulary::{CERT, CLIENT, CONTAINER};
use super::who::{CertFacts, Facts, OVERFLOW_ID, Who, plain_address};
use super::written::map_span;
use ipnet::IpNet;
use std::net::IpAddr;

/// Hex digits of a SHA-256, and of an ID.
const DIGITS: usize = 64;

/// Reads for whom a role is.
pub(super) fn who<'t>(reader: &mut Reader<'_, 't>, pair: &'t Pair) -> Option<Who> {
    let span = pair.key.span;
    let node = reader.resolve(&pair.value)?;
    let help = "write `anyone`, `others`, or a list such as `[{ uid: 1001 }]`";
    match &node.content {
        Content::Scalar(word) if word == "anyone" => Some(Who::Anyone),
        Content::Scalar(word) if word == "others" => Some(Who::Others),
        Content::List(items) if !items.is_empty() => {
            let nodes = reader.items(node);
            let entries: Vec<Option<Facts>> = nodes.iter().map(|node| facts(reader, node)).collect();
            entries.into_iter().collect::<Option<_>>().map(Who::Entries)
        }
        Content::Scalar(word) => {
            let message = format!("{} is no word for whom a role is", shown(word));
            reader.report.problem_with_help(node.span, message, help);
            None
        }
        Content::Map(_) | Content::List(_) | Content::Null => {
            reader.report.problem_with_help(span, "`who` must say for whom the role is", help);
            None
        }
    }
}

fn facts<'t>(reader: &mut Reader<'_, 't>, node: &'t Node) -> Option<Facts> {
    if let Some(word) = node.text() {
        let message = format!("an entry of `who` is a fact with its value, but {} is a word alone", shown(word));
        reader.report.problem_with_help(node.span, message, fact(word));
        return None;
    }
    let pairs = reader.fields(node.span, node, "an entry of `who`", CLIENT.all);
    let before = reader.report.problems.len();
    let mut facts = Facts::default();
    for pair in pairs {
        match pair.key.text.as_str() {
            "uid" => facts.uid = Some(values(reader, pair, id)),
            "gid" => facts.gid = Some(values(reader, pair, id)),
            "user" => facts.user = Some(values(reader, pair, name)),
            "group" => facts.group = Some(values(reader, pair, name)),
            "address" => facts.address = Some(values(reader, pair, network)),
            "cert" => facts.cert = Some(certificate(reader, pair)),
            "container" => facts.container = Some(container(reader, pair)),
            _ => {}
        }
    }
    check_together(reader, node.span, pairs, &facts);
    (!pairs.is_empty() && reader.report.problems.len() == before).then_some(facts)
}

/// What somebody may have meant who wrote a word where a fact belongs.
fn fact(word: &str) -> String {
    match word {
        "anyone" | "others" => format!("without a list it is a word of the language: write `who: {word}`"),
        number if self::number(number).is_some() => format!("write `{{ uid: {number} }}`"),
        name => format!("write `{{ user: {} }}`, or another of the facts", plain(name)),
    }
}

/// All facts of an entry must hold, and no client has both credentials and an address.
fn check_together(reader: &mut Reader<'_, '_>, span: Span, pairs: &[Pair], facts: &Facts) {
    if facts.is_about_unix() && facts.is_about_tcp() {
        let help = "users and groups are known on Unix sockets alone, addresses and certificates on TCP alone: write \
                    two entries";
        reader.report.warn(map_span(span, pairs), "no client can ever have all facts of this entry", help);
    }
}

fn certificate<'t>(reader: &mut Reader<'_, 't>, pair: &'t Pair) -> CertFacts {
    let mut facts = CertFacts::default();
    let Some(node) = reader.resolve(&pair.value) else { return facts };
    for field in reader.fields(pair.key.span, node, "`cert`", CERT.all) {
        match field.key.text.as_str() {
            "common_name" => facts.common_name = Some(values(reader, field, pattern)),
            "dns" => facts.dns = Some(values(reader, field, dns)),
            "email" => facts.email = Some(values(reader, field, pattern)),
            "key_sha256" => facts.key_sha256 = Some(values(reader, field, fingerprint)),
            "organization" => facts.organization = Some(values(reader, field, pattern)),
            "sha256" => facts.sha256 = Some(values(reader, field, fingerprint)),
            "uri" => facts.uri = Some(values(reader, field, pattern)),
            _ => {}
        }
    }
    facts
}

fn container<'t>(reader: &mut Reader<'_, 't>, pair: &'t Pair) -> ObjectFacts {
    let Some(node) = reader.resolve(&pair.value) else { return ObjectFacts::default() };
    let fields = reader.fields(pair.key.span, node, "`container`", CONTAINER.all);
    if fields.is_empty() {
        let help = format!("name one of {}", CONTAINER.all.join(", "));
        reader.report.problem_with_help(pair.key.span, "`container` says nothing of the container", help);
    }
    object(reader, fields)
}

/// The facts of an object.
pub(super) fn object<'t>(reader: &mut Reader<'_, 't>, fields: &'t [Pair]) -> ObjectFacts {
    let mut facts = ObjectFacts::default();
    for field in fields {
        match field.key.text.as_str() {
            "id" => facts.id = Some(values(reader, field, container_id)),
            "image" => facts.image = Some(values(reader, field, pattern)),
            "label" => facts.label = Some(values(reader, field, label)),
            "name" => facts.name = Some(values(reader, field, pattern)),
            "project" => facts.project = Some(values(reader, field, pattern)),
            "service" => facts.service = Some(values(reader, field, pattern)),
            "state" => facts.state = Some(values(reader, field, pattern)),
            _ => {}
        }
    }
    facts
}

/// The facts of an event: of which type it is, and what happened.
pub(super) fn event<'t>(
    reader: &mut Reader<'_, 't>,
    fields: &'t [Pair],
) -> (Option<Vec<Pattern>>, Option<Vec<Pattern>>) {
    let mut of = |word: &str| {
        let field = fields.iter().find(|field| field.key.text == word)?;
        Some(values(reader, field, pattern))
    };
    (of("type"), of("action"))
}

/// All of an ID: its beginning could be another's, too.
fn container_id(node: &Node) -> Reading<Pattern> {
    let text = word(node)?;
    if text.len() != DIGITS || !text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
        let help = "`docker inspect --format '{{.Id}}' NAME` prints all of it; `name:` is the name".to_owned();
        return Err((format!("{} is no ID of a container: {DIGITS} lower-case hex digits", shown(text)), Some(help)));
    }
    Ok(Pattern::literal(text))
}

/// `KEY`, which has to be there, or `KEY=VALUE`.
fn label(node: &Node) -> Reading<LabelFact> {
    let text = word(node)?;
    let (key, value) = text.split_once('=').map_or((text, None), |(key, value)| (key, Some(value)));
    if key.is_empty() || key.contains('*') {
        let help =
            "write `label: com.example.role=runner`, or the key alone; only the value may be a pattern".to_owned();
        return Err((format!("{} is no label", shown(text)), Some(help)));
    }
    let empty = |value: &str| if value.is_empty() { Ok(Pattern::literal("")) } else { Pattern::glob(value) };
    let value = value.map(empty).transpose().map_err(|message| (message, None))?;
    Ok(LabelFact { key: key.to_owned(), value })
}

/// The values of one fact; a list without any could hold for nobody.
fn values<'t, T>(
    reader: &mut Reader<'_, 't>,
    pair: &'t Pair,
    read: impl Fn(&Node) -> Result<T, (String, Option<String>)>,
) -> Vec<T> {
    let nodes = reader.items(&pair.value);
    if matches!(&pair.value.content, Content::List(items) if items.is_empty()) {
        reader.report.problem(pair.key.span, format!("{} is empty", shown(&pair.key.text)));
    }
    let mut found = Vec::with_capacity(nodes.len());
    for node in nodes {
        let span = match &node.content {
            Content::Scalar(_) => node.span,
            Content::Map(pairs) => map_span(pair.key.span, pairs),
            Content::Null | Content::List(_) => pair.key.span,
        };
        match read(node) {
            Ok(value) => found.push(value),
            Err((message, Some(help))) => reader.report.problem_with_help(span, message, help),
            Err((message, None)) => reader.report.problem(span, message),
        }
    }
    found
}

type Reading<T> = Result<T, (String, Option<String>)>;

fn word(node: &Node) -> Reading<&str> {
    match node.text() {
        Some("") => Err(("an empty word fits nobody".into(), None)),
        Some(text) => Ok(text),
        None => Err((format!("this must be a single word, but it is {}", node.kind()), None)),
    }
}

fn id(node: &Node) -> Reading<u32> {
    let text = word(node)?;
    let id = number(text).ok_or_else(|| {
        let help = "names of users and groups are `user:` and `group:`";
        (format!("{} is no number of a user or group", shown(text)), Some(help.to_owned()))
    })?;
    if id == OVERFLOW_ID {
        let message = format!("{OVERFLOW_ID} stands for users and groups from elsewhere and never matches");
        return Err((message, Some("give the client a user of its own".into())));
    }
    Ok(id)
}

/// A number as it is usually written: nothing that could be octal.
pub(super) fn number(text: &str) -> Option<u32> {
    let plain = text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if plain { text.parse().ok() } else { None }
}

fn name(node: &Node) -> Reading<String> {
    match word(node)? {
        // the names that systems give to the overflow id
        name @ ("nobody" | "nogroup") => {
            let message = format!("{} stands for whoever has no name of their own and never matches", shown(name));
            Err((message, Some("give the client a user of its own".into())))
        }
        name => Ok(name.to_owned()),
    }
}

fn network(node: &Node) -> Reading<IpNet> {
    let text = word(node)?;
    let bad = || (format!("{} is neither an IP address nor a range such as `10.0.0.0/8`", shown(text)), None);
    if let Ok(address) = text.parse::<IpAddr>() {
        return Ok(IpNet::from(plain_address(address)));
    }
    let network: IpNet = text.parse().map_err(|_| bad())?;
    if network.trunc() != network {
        let help = format!("did you mean `{}`?", network.trunc());
        return Err((format!("{} does not begin at the beginning of its range", shown(text)), Some(help)));
    }
    Ok(network)
}

fn pattern(node: &Node) -> Reading<Pattern> {
    match regex(node) {
        Some(text) => Pattern::regex(text),
        None => Pattern::glob(word(node)?),
    }
    .map_err(|message| (message, None))
}

/// DNS names are the same in any case.
fn dns(node: &Node) -> Reading<Pattern> {
    match regex(node) {
        Some(text) => Pattern::regex(text),
        None => Pattern::glob(&word(node)?.to_ascii_lowercase()),
    }
    .map_err(|message| (message, None))
}

fn regex(node: &Node) -> Option<&str> {
    match &node.content {
        Content::Map(pairs) if pairs.len() == 1 => node.get("regex")?.value.text(),
        _ => None,
    }
}

/// SHA-256 as tools print it: hex, with or without colons.
fn fingerprint(node: &Node) -> Reading<Pattern> {
    let text = word(node)?;
    let plain = text.replace(':', "").to_ascii_lowercase();
    if plain.len() != DIGITS || !plain.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err((format!("{} is no SHA-256: 64 hex digits", shown(text)), None));
    }
    Ok(Pattern::literal(&plain))
}
