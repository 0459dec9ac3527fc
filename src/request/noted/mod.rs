//! A request as it may be written down: what was asked, without what may be secret.
//!
//! Records of requests are kept, mailed and pasted. Values of variables, arguments of commands,
//! keys, tokens and the like are left out, each in its place, so that what is left is still a
//! request that can be read and judged; which facets suffer by it is told.

mod body;
mod query;

#[cfg(test)]
mod tests;

use super::tree::write;
use super::{Request, Tree};
use crate::catalogue::is_secret_key;

/// What stands in the place of what is left out.
pub const HIDDEN: &str = "<hidden>";

/// The same where Docker wants Base64.
const HIDDEN_BYTES: &str = "PGhpZGRlbj4=";

/// A request without what may be secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Noted {
    /// Method and target, as a policy's test has them: by the name that the client used.
    pub send: String,
    /// The body as JSON, in the one spelling; nothing where none was read. Fields that the tables
    /// do not know stand at its end, by their whole path and without their values.
    pub body: Option<String>,
    /// The facets and parameters of which something was left out, by their words.
    pub withheld: Vec<&'static str>,
}

impl Request {
    /// The request as it may be written down.
    pub fn noted(&self) -> Noted {
        let mut withheld = Vec::new();
        let send = self.line(&mut withheld);
        let body = self.body.as_ref().map(|tree| self.written(tree.clone(), &mut withheld));
        withheld.sort_unstable();
        withheld.dedup();
        Noted { send, body, withheld }
    }

    fn line(&self, withheld: &mut Vec<&'static str>) -> String {
        let mut route = self.route.clone();
        route.params.object = self.asked_for().map(Into::into);
        let path = route.canonical_path_as(route.version);
        let query = query::noted(&self.query, withheld).canonical(true);
        let joint = if query.is_empty() { "" } else { "?" };
        format!("{} {path}{joint}{query}", self.method)
    }

    fn written(&self, mut tree: Tree, withheld: &mut Vec<&'static str>) -> String {
        if let Some(table) = self.operation().body.table() {
            body::withhold(self.operation().op, table, &mut tree, withheld);
        }
        let mut text = tree.canonical();
        for path in &self.unknown {
            add_unknown(&mut text, path);
        }
        text
    }
}

/// A field that no table knows, at the end of the object: what counts of it is its name.
fn add_unknown(text: &mut String, path: &str) {
    if text.pop() != Some('}') {
        return;
    }
    if !text.ends_with('{') {
        text.push(',');
    }
    write::string(text, path);
    text.push(':');
    write::string(text, HIDDEN);
    text.push('}');
}

/// `KEY=VALUE` without the value.
fn pair(text: &str) -> String {
    text.split_once('=').map_or_else(|| text.to_owned(), |(key, _)| format!("{key}={HIDDEN}"))
}

/// `KEY=VALUE` without the value, if the key sounds like a secret.
fn secret_pair(text: &str) -> String {
    let secret = text.split_once('=').is_some_and(|(key, _)| is_secret_key(key));
    if secret { pair(text) } else { text.to_owned() }
}

/// A URL, or what begins like one, without who asks and without its query. A password may hold
/// whatever ends a host, so the last `@` counts; a digest behind it is no password.
fn url(text: &str) -> String {
    let (text, digest) = match text.rsplit_once('@') {
        Some((name, digest)) if digest.starts_with("sha256:") => (name, format!("@{digest}")),
        _ => (text, String::new()),
    };
    let scheme = text.find("://").map_or(0, |at| at + 3);
    let (scheme, rest) = text.split_at(scheme);
    let rest = rest.rsplit_once('@').map_or(rest.to_owned(), |(_, rest)| format!("{HIDDEN}@{rest}"));
    let rest = rest.split_once('?').map_or(rest.clone(), |(before, _)| format!("{before}?{HIDDEN}"));
    format!("{scheme}{rest}{digest}")
}
