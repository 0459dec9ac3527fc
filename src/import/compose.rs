//! The variables and the command of one service in a Compose file.

use super::MAX_SETTINGS;
use super::text::plain;
use super::variables::Variables;
use crate::policy::document::{Content, Node, Report, open};
use crate::policy::{Problem, Source};

/// What a service starts a proxy with.
#[derive(Clone, Debug, Default)]
pub struct Service {
    /// `environment`
    pub variables: Variables,
    /// `command`
    pub flags: Vec<String>,
}

/// Reads a service of a Compose file.
///
/// # Errors
/// It is no YAML that is read here, has no such service, or has values that Compose fills in.
pub fn compose(source: &Source, name: &str) -> Result<Service, Vec<Problem>> {
    let mut report = Report::new(source);
    let Some(root) = open(&mut report) else { return Err(report.problems) };
    let service = root.get("services").and_then(|pair| pair.value.get(name)).map(|pair| &pair.value);
    let Some(node) = service else {
        report.problem(root.span, format!("there is no service `{}`", plain(name)));
        return Err(report.problems);
    };
    let mut service = Service::default();
    let environment = node.get("environment").map(|pair| pairs(&mut report, &pair.value)).unwrap_or_default();
    for (key, value) in environment {
        if let Err(why) = service.variables.set(&key, &value) {
            report.problem(node.span, why);
        }
    }
    service.flags = node.get("command").map(|pair| words(&mut report, &pair.value)).unwrap_or_default();
    if report.problems.is_empty() { Ok(service) } else { Err(report.problems) }
}

/// `KEY: VALUE`, or `- KEY=VALUE`; a key without a value is the shell's.
fn pairs(report: &mut Report<'_>, node: &Node) -> Vec<(String, String)> {
    match &node.content {
        Content::Map(pairs) => {
            let text = |node: &Node| node.text().map(str::to_owned);
            let set =
                pairs.iter().filter_map(|pair| Some((pair.key.text.clone(), text(&pair.value)?, pair.value.span)));
            set.map(|(key, value, span)| (key, filled(report, span, &value))).collect()
        }
        Content::List(_) => {
            let words = words(report, node);
            words.iter().filter_map(|word| word.split_once('=')).map(|(k, v)| (k.to_owned(), v.to_owned())).collect()
        }
        _ => Vec::new(),
    }
}

/// A list of texts, or one text with spaces between its words.
fn words(report: &mut Report<'_>, node: &Node) -> Vec<String> {
    match &node.content {
        Content::List(items) => {
            let texts = items.iter().take(MAX_SETTINGS).filter_map(|item| Some((item.text()?, item.span)));
            texts.map(|(text, span)| filled(report, span, text)).collect()
        }
        Content::Scalar(text) if text.contains(['"', '\'', '\\']) => {
            let help = "write it as a list, a word in each entry";
            report.problem_with_help(node.span, "a command with quotes in one text is not taken apart here", help);
            Vec::new()
        }
        Content::Scalar(text) => text.split_whitespace().map(|word| filled(report, node.span, word)).collect(),
        _ => Vec::new(),
    }
}

/// As Compose hands it on: `$$` is `$`, and another `$` is a variable of the shell's.
fn filled(report: &mut Report<'_>, span: crate::policy::document::Span, text: &str) -> String {
    if text.replace("$$", "").contains('$') {
        let help = "write the value in its place, or `$$` for a `$`";
        report.problem_with_help(span, "Compose fills this in from outside of the file", help);
    }
    text.replace("$$", "$")
}
