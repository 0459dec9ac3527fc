//! cetusguard: lines of methods and an expression over paths.

use super::bodies::Bodies;
use super::cetusguard_words::word;
use super::expression::MAX_EXPRESSION;
use super::grants::grants;
use super::text::plain;
use super::wollomatic::Lists;
use super::write::{self, Draft};
use super::{Imported, MAX_SETTINGS, Style, Unsaid};

/// Rules that are there unless they are switched off.
const BUILTIN: &str = "GET,HEAD %API_PREFIX_PING%\nGET %API_PREFIX_VERSION%\nGET %API_PREFIX_INFO%";

/// Files of rules.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'r> {
    /// The rules of each file, and its name.
    pub files: &'r [(String, String)],
    /// Whether the rules that come with it count.
    pub builtin: bool,
}

/// A policy out of rules.
///
/// # Errors
/// A line that is no rule, at which it would not start; too many of them.
pub fn cetusguard(rules: &Rules<'_>, style: Style) -> Result<Imported, String> {
    let (mut lists, mut unsaid) = (Lists::default(), Vec::new());
    if rules.builtin {
        add(&mut lists, "built in", BUILTIN, &mut unsaid)?;
    }
    for (name, text) in rules.files {
        add(&mut lists, name, text, &mut unsaid)?;
    }
    let grants = grants(&lists, &Bodies::Unread, style);
    let role = Draft { role: "cetusguard".into(), who: "anyone".into(), client: None, grants };
    Ok(write::policy("cetusguard", style, &[role], unsaid))
}

fn add(lists: &mut Lists, file: &str, text: &str, unsaid: &mut Vec<Unsaid>) -> Result<(), String> {
    for (index, line) in text.lines().enumerate() {
        let line = line.trim_matches(['\t', ' ']);
        if line.is_empty() || line.starts_with('!') {
            continue;
        }
        if index >= MAX_SETTINGS {
            return Err(format!("{} has more than {MAX_SETTINGS} lines", plain(file)));
        }
        let place = format!("{}:{}", plain(file), index + 1);
        rule(lists, &place, line, unsaid).map_err(|why| format!("{place}: {why}"))?;
    }
    Ok(())
}

fn rule(lists: &mut Lists, place: &str, line: &str, unsaid: &mut Vec<Unsaid>) -> Result<(), String> {
    let split = line.split_once([' ', '\t']);
    let is_method = |method: &str| !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_uppercase());
    let (methods, pattern) = split.ok_or("a rule is methods and an expression: `GET,HEAD %API_PREFIX_PING%`")?;
    let methods: Vec<&str> = methods.split(',').collect();
    if !methods.iter().all(|method| is_method(method)) {
        return Err("methods are capital letters with commas between".to_owned());
    }
    let reason = format!("{place}: {line}");
    match expanded(pattern.trim_matches(['\t', ' '])) {
        Ok(expression) if expression.contains("/libpod") => {
            unsaid.push(Unsaid::new(reason, "Podman's own API is not known here; nothing of it is granted"));
        }
        Ok(expression) => lists.add(&methods, &reason, without_query(&expression), unsaid),
        Err(why) => unsaid.push(Unsaid::new(reason, why)),
    }
    Ok(())
}

/// Without the part that older rules have for queries, of which the original sees none.
fn without_query(expression: &str) -> &str {
    expression.strip_suffix(r"(\?.*)?").or_else(|| expression.strip_suffix(r"(?:\?.*)?")).unwrap_or(expression)
}

/// The expression with its words replaced. What is between two `%` and no word stays.
fn expanded(pattern: &str) -> Result<String, String> {
    let mut done = String::new();
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('%') {
        done.push_str(before);
        match after.split_once('%').and_then(|(name, rest)| Some((word(name)?, rest))) {
            Some((expression, behind)) => {
                done.push_str(&expression);
                rest = behind;
            }
            None => {
                done.push('%');
                rest = after;
            }
        }
        if done.len() > MAX_EXPRESSION {
            return Err(format!("the expression is longer than {MAX_EXPRESSION} bytes"));
        }
    }
    Ok(done + rest)
}
