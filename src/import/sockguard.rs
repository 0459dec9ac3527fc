//! CodesWhat's sockguard: rules in their order, with globs over paths, and settings of what bodies may hold.

use super::bodies::Bodies;
use super::expression::{Expression, escaped};
use super::gate::Gate;
use super::grants::{Grants, grants};
use super::sockguard_body;
use super::write::{self, Draft};
use super::{Imported, MAX_SETTINGS, Style, Unsaid};
use crate::policy::document::{Content, Node, Reader, Report, open};
use crate::policy::{Problem, Source};

/// What is open where the file has no rules.
const DEFAULT: &[(&str, &str)] = &[("GET", "/_ping"), ("HEAD", "/_ping"), ("GET", "/version"), ("GET", "/events")];

/// Rules in their order; the first that fits decides.
#[derive(Clone, Debug, Default)]
struct Rules(Vec<Rule>);

#[derive(Clone, Debug)]
struct Rule {
    methods: Vec<String>,
    allow: bool,
    reason: String,
    written: String,
    paths: Expression,
}

impl Rule {
    fn is_of(&self, method: &str) -> bool {
        self.methods.iter().any(|known| known == "*" || known == method)
    }
}

impl Gate for Rules {
    fn allows(&self, method: &str, path: &str) -> Option<&str> {
        let path = without_version(path);
        let first = self.0.iter().find(|rule| rule.is_of(method) && rule.paths.is_match(path))?;
        first.allow.then_some(first.reason.as_str())
    }

    fn expressions(&self, method: &str) -> Vec<&str> {
        self.0.iter().filter(|rule| rule.allow && rule.is_of(method)).map(|rule| rule.written.as_str()).collect()
    }

    fn denials(&self, method: &str) -> Vec<&str> {
        self.0.iter().filter(|rule| !rule.allow && rule.is_of(method)).map(|rule| rule.written.as_str()).collect()
    }
}

/// A policy out of its configuration.
///
/// # Errors
/// It is no YAML, or its rules are none.
pub fn sockguard(source: &Source, style: Style) -> Result<Imported, Vec<Problem>> {
    let mut report = Report::new(source);
    let Some(root) = open(&mut report) else { return Err(report.problems) };
    let mut reader = Reader::new(report);
    let mut unsaid = Vec::new();
    let mut roles = vec![Draft {
        role: "sockguard".into(),
        who: "anyone".into(),
        client: Some("anyone".into()),
        grants: level(&mut reader, &root, style, &mut unsaid),
    }];
    elsewhere(&root, &mut unsaid);
    roles.extend(profiles(&mut reader, &root, style, &mut unsaid));
    if let [only] = roles.as_mut_slice() {
        only.client = None;
    } else if let Some(base) = roles.first_mut() {
        base.who = "others".into();
    }
    match reader.report.problems {
        problems if problems.is_empty() => Ok(write::policy("CodesWhat's sockguard", style, &roles, unsaid)),
        problems => Err(problems),
    }
}

/// What the file, or one profile of it, allows.
fn level(reader: &mut Reader<'_, '_>, node: &Node, style: Style, unsaid: &mut Vec<Unsaid>) -> Grants {
    let rules = rules(reader, node, unsaid);
    let judged = sockguard_body::limits(node, unsaid);
    grants(&rules, &Bodies::Judged(judged), style)
}

fn rules(reader: &mut Reader<'_, '_>, node: &Node, unsaid: &mut Vec<Unsaid>) -> Rules {
    let mut rules = Rules::default();
    let Some(pair) = node.get("rules") else {
        for (method, path) in DEFAULT {
            add(&mut rules, &[method], path, true, "a rule of the original's own", unsaid);
        }
        return rules;
    };
    let Content::List(items) = &pair.value.content else {
        reader.report.problem(pair.key.span, "`rules` is no list");
        return rules;
    };
    for item in items.iter().take(MAX_SETTINGS) {
        let matched = item.get("match").map(|pair| &pair.value);
        let text = |key: &str| matched.and_then(|node| node.get(key)).and_then(|pair| pair.value.text());
        let action = item.get("action").and_then(|pair| pair.value.text());
        let (Some(method), Some(path), Some(action)) = (text("method"), text("path"), action) else {
            reader.report.problem(item.span, "a rule needs `match: { method: ..., path: ... }` and `action`");
            continue;
        };
        let methods: Vec<&str> = method.split(',').map(str::trim).collect();
        add(&mut rules, &methods, path, action == "allow", &format!("{method} {path}"), unsaid);
    }
    rules
}

fn add(rules: &mut Rules, methods: &[&str], path: &str, allow: bool, reason: &str, unsaid: &mut Vec<Unsaid>) {
    let written = glob(path);
    match Expression::whole(&written) {
        Ok(paths) => {
            let methods = methods.iter().map(|method| method.to_ascii_uppercase()).collect();
            rules.0.push(Rule { methods, allow, reason: reason.to_owned(), written, paths });
        }
        Err(why) => unsaid.push(Unsaid::new(reason, why)),
    }
    if without_version(path) != path {
        unsaid
            .push(Unsaid::new(reason, "the original takes versions off before it compares, so this rule fits nothing"));
    }
}

/// `*` is a part of a segment; `/**` is nothing or anything below.
fn glob(path: &str) -> String {
    let deep: Vec<String> = path
        .split("/**")
        .map(|piece| {
            let across: Vec<String> = piece.split("**").map(stars).collect();
            across.join("(?s:.*)")
        })
        .collect();
    deep.join("(/(?s:.*))?")
}

fn stars(piece: &str) -> String {
    piece.split('*').map(escaped).collect::<Vec<_>>().join("[^/]*")
}

/// Without `/v1`, `/v1.41` or `/v1.41.0` before it.
fn without_version(path: &str) -> &str {
    let Some((version, rest)) = path.strip_prefix("/v").and_then(|path| path.split_once('/')) else { return path };
    let parts: Vec<&str> = version.split('.').collect();
    let number = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_version = parts.len() <= 3 && parts.iter().all(number);
    if is_version { path.get(path.len() - rest.len() - 1..).unwrap_or(path) } else { path }
}

/// Profiles that users of this machine have.
fn profiles(reader: &mut Reader<'_, '_>, root: &Node, style: Style, unsaid: &mut Vec<Unsaid>) -> Vec<Draft> {
    let Some(clients) = root.get("clients").map(|pair| &pair.value) else { return Vec::new() };
    let mut roles = Vec::new();
    for profile in items(clients, "profiles") {
        let Some(name) = profile.get("name").and_then(|pair| pair.value.text()) else { continue };
        let uids: Vec<String> = items(clients, "unix_peer_profiles")
            .filter(|peer| peer.get("profile").and_then(|pair| pair.value.text()) == Some(name))
            .flat_map(|peer| items(peer, "uids"))
            .filter_map(|uid| uid.text().filter(|uid| uid.parse::<u32>().is_ok()).map(str::to_owned))
            .collect();
        let Some(first) = uids.first() else {
            let why =
                "only users of this machine (`unix_peer_profiles`, `uids`) are taken over as clients of a profile";
            unsaid.push(Unsaid::new(format!("clients.profiles: {name}"), why));
            continue;
        };
        let client = Some(format!("{{ uid: {first} }}"));
        let role = format!("profile-{}", role_name(name));
        let who = format!("[{{ uid: [{}] }}]", uids.join(", "));
        roles.push(Draft { role, who, client, grants: level(reader, profile, style, unsaid) });
    }
    roles
}

fn items<'n>(node: &'n Node, key: &str) -> impl Iterator<Item = &'n Node> {
    let list = node.get(key).map(|pair| &pair.value.content);
    let items = if let Some(Content::List(items)) = list { items.as_slice() } else { &[] };
    items.iter().take(MAX_SETTINGS)
}

fn role_name(name: &str) -> String {
    let fit = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    name.chars().take(48).map(fit).collect()
}

/// Settings that are no matter of a policy, or of this one.
fn elsewhere(root: &Node, unsaid: &mut Vec<Unsaid>) {
    let Content::Map(pairs) = &root.content else { return };
    for pair in pairs {
        let why = match pair.key.text.as_str() {
            "rules"
            | "request_body"
            | "response"
            | "insecure_allow_body_blind_writes"
            | "insecure_allow_read_exfiltration" => continue,
            "upstream" | "listen" | "listeners" | "log" | "health" | "metrics" | "admin" | "reload" => {
                "said to the gate, in its configuration and by its flags"
            }
            "clients" => "who is who: profiles of users of this machine are roles below; the rest is not taken over",
            _ => "not taken over",
        };
        unsaid.push(Unsaid::new(pair.key.text.as_str(), why));
    }
}
