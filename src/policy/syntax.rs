//! The shapes of a policy file, as written.

use super::reader::Reader;
use super::report::Span;
use super::text::{is_name, shown};
use super::tree::{Content, Node, Pair};
use super::vocabulary::{FILE, PART, ROLE};
use super::written::map_span;

/// The version of the language that this dockgate speaks.
pub const VERSION: &str = "1";

/// A policy file.
#[derive(Default)]
pub(super) struct File<'t> {
    pub(super) parts: Vec<Block<'t>>,
    pub(super) roles: Vec<Block<'t>>,
    pub(super) never: Vec<Entry<'t>>,
    pub(super) tests: &'t [Node],
}

/// A role or a part.
#[derive(Debug)]
pub(super) struct Block<'t> {
    pub(super) name: &'t str,
    pub(super) span: Span,
    pub(super) who: Option<&'t Pair>,
    /// `tenant:` of a role.
    pub(super) tenant: Option<&'t Pair>,
    /// `shared:` of a role with a tenant.
    pub(super) shared: Option<&'t Pair>,
    /// `quotas:` of a role.
    pub(super) quotas: Option<&'t Pair>,
    pub(super) includes: Vec<(&'t str, Span)>,
    pub(super) may: Vec<Entry<'t>>,
    pub(super) never: Vec<Entry<'t>>,
}

/// One entry under `may` or `never`.
#[derive(Clone, Debug)]
pub(super) struct Entry<'t> {
    pub(super) word: &'t str,
    pub(super) span: Span,
    pub(super) limits: Option<&'t Node>,
    /// The way to it through the document.
    pub(super) path: String,
}

/// Reads the top of a policy file.
pub(super) fn file<'t>(reader: &mut Reader<'_, 't>, root: &'t Node) -> File<'t> {
    let pairs = reader.fields(root.span, root, "the policy", FILE.all);
    let find = |key: &str| pairs.iter().find(|pair| pair.key.text == key);
    version(reader, pairs, find("version"));
    if let Some(pair) = find("let") {
        lets(reader, pair);
    }
    let mut file = File::default();
    if let Some(pair) = find("parts") {
        file.parts = blocks(reader, pair, "part", PART.all);
    }
    match find("roles") {
        Some(pair) => file.roles = blocks(reader, pair, "role", ROLE.all),
        None => missing(reader, pairs, "the policy has no `roles`", "`roles:` says who may do what"),
    }
    if let Some(pair) = find("never") {
        file.never = entries(reader, pair, "never");
    }
    if let Some(pair) = find("tests") {
        file.tests = reader.list(pair.key.span, &pair.value, "`tests`");
    }
    file
}

fn version(reader: &mut Reader<'_, '_>, pairs: &[Pair], pair: Option<&Pair>) {
    let Some(pair) = pair else {
        return missing(reader, pairs, "the policy has no `version`", "a policy starts with `version: 1`");
    };
    if pair.value.text() != Some(VERSION) {
        let help = format!("write `version: {VERSION}`");
        reader.report.problem_with_help(pair.key.span, "this dockgate speaks version 1 of the language alone", help);
    }
}

fn missing(reader: &mut Reader<'_, '_>, pairs: &[Pair], message: &str, help: &str) {
    if !pairs.is_empty() {
        reader.report.problem_with_help(map_span(Span::default(), pairs), message, help);
    }
}

fn lets<'t>(reader: &mut Reader<'_, 't>, pair: &'t Pair) {
    let pairs = reader.map(pair.key.span, &pair.value, "`let`");
    for pair in pairs {
        name(reader, pair, "let");
    }
    reader.define(pairs);
}

fn blocks<'t>(reader: &mut Reader<'_, 't>, pair: &'t Pair, what: &str, known: &[&str]) -> Vec<Block<'t>> {
    if matches!(&pair.value.content, Content::List(items) if !items.is_empty()) {
        let message = format!("`{what}s` must be a map from names to {what}s, but this is a list");
        let help = format!(
            "write `{what}s: {{ ops: {{ {}may: [reads] }} }}`",
            if what == "role" { "who: anyone, " } else { "" }
        );
        reader.report.problem_with_help(pair.key.span, message, help);
        return Vec::new();
    }
    let pairs = reader.map(pair.key.span, &pair.value, &format!("`{what}s`"));
    pairs.iter().map(|pair| block(reader, pair, what, known)).collect()
}

fn block<'t>(reader: &mut Reader<'_, 't>, pair: &'t Pair, what: &str, known: &[&str]) -> Block<'t> {
    name(reader, pair, what);
    let title = format!("the {what} {}", shown(&pair.key.text));
    let fields = reader.fields(pair.key.span, &pair.value, &title, known);
    let find = |key: &str| fields.iter().find(|field| field.key.text == key);
    let path = |key: &str| format!("{what}s.{}.{key}", pair.key.text);
    let mut list = |key: &str| find(key).map(|field| entries(reader, field, &path(key))).unwrap_or_default();
    let (may, never) = (list("may"), list("never"));
    let includes = find("includes").map(|field| words(reader, field)).unwrap_or_default();
    let nothing = find("may").is_none() && find("includes").is_none();
    if nothing && !fields.is_empty() && (what == "role" || find("never").is_none()) {
        let help = "`may:` lists what it may do";
        reader.report.problem_with_help(pair.key.span, format!("{title} may do nothing"), help);
    }
    let (who, tenant, shared, quotas) = (find("who"), find("tenant"), find("shared"), find("quotas"));
    Block { name: &pair.key.text, span: pair.key.span, who, tenant, shared, quotas, includes, may, never }
}

fn name(reader: &mut Reader<'_, '_>, pair: &Pair, what: &str) {
    if !is_name(&pair.key.text) {
        let message = format!("{} cannot be the name of a {what}", shown(&pair.key.text));
        let help = "names are up to 64 letters a-z, digits, `-` and `_`, and begin with a letter or digit";
        reader.report.problem_with_help(pair.key.span, message, help);
    }
}

fn words<'t>(reader: &mut Reader<'_, 't>, pair: &'t Pair) -> Vec<(&'t str, Span)> {
    let what = shown(&pair.key.text);
    let nodes = reader.list(pair.key.span, &pair.value, &what);
    nodes.iter().filter_map(|node| reader.word(node.span, node, "an entry").map(|text| (text, node.span))).collect()
}

fn entries<'t>(reader: &mut Reader<'_, 't>, pair: &'t Pair, path: &str) -> Vec<Entry<'t>> {
    let nodes = reader.list(pair.key.span, &pair.value, &shown(&pair.key.text));
    let read = |(index, node)| entry(reader, node, &format!("{path}[{index}]"));
    nodes.iter().enumerate().filter_map(read).collect()
}

fn entry<'t>(reader: &mut Reader<'_, 't>, node: &'t Node, path: &str) -> Option<Entry<'t>> {
    match &node.content {
        Content::Scalar(word) => Some(Entry { word, span: node.span, limits: None, path: format!("{path}.{word}") }),
        Content::Map(pairs) => limited_entry(reader, node.span, pairs, path),
        Content::Null | Content::List(_) => {
            let message = format!("an entry is an operation or a group, but this is {}", node.kind());
            reader.report.problem(node.span, message);
            None
        }
    }
}

fn limited_entry<'t>(reader: &mut Reader<'_, 't>, span: Span, pairs: &'t [Pair], path: &str) -> Option<Entry<'t>> {
    let [pair] = pairs else {
        let help = "write each operation with a `- ` of its own, its limits indented below it";
        reader.report.problem_with_help(map_span(span, pairs), "an entry holds one operation or group", help);
        return None;
    };
    let word = &pair.key.text;
    let empty = |content: &Content| matches!(content, Content::Null) || *content == Content::Map(Vec::new());
    if empty(&pair.value.content) {
        let help = format!("without limits it is written `- {word}`");
        reader.report.problem_with_help(pair.key.span, format!("{} has no limits behind its colon", shown(word)), help);
        return None;
    }
    Some(Entry { word, span: pair.key.span, limits: Some(&pair.value), path: format!("{path}.{word}") })
}
