//! Uses of facets in words: what stands behind "may not ...".

use super::text::{listed, plain, shown, without_credentials};
use super::tree::Pair;
use super::written::{Form, Item};
use crate::catalogue::{Facet, FacetKind, FacetRow};
use crate::request::UseValue;
use crate::request::values::amount::{said_bytes, said_cpus};
use crate::request::values::port::Published;

/// The most values that one list shows.
const MOST: usize = 6;

/// `` mount the host's `/etc` ``; `almost` says that only a detail is wrong.
pub(super) fn deed(row: &FacetRow, value: &UseValue, almost: bool) -> String {
    row.sentence.replace("{}", &said(row, value, almost))
}

/// What a request does that leaves out what it had to say.
pub(super) fn left_at_default(row: &FacetRow) -> String {
    format!("leave `{}` at Docker's default", row.word)
}

/// The list of a limit: `` only `/srv/**` or `/opt` to read ``, `at most 4GiB`.
pub(super) fn said_items(row: &FacetRow, items: &[Item<'_>]) -> String {
    let range = |min: &Option<&str>, max: &Option<&str>| match (min, max) {
        (Some(min), Some(max)) => format!("{min} to {max}"),
        (Some(min), None) => format!("at least {min}"),
        (None, Some(max)) => format!("at most {max}"),
        (None, None) => "any amount".to_owned(),
    };
    let words = items.iter().map(|item| match &item.form {
        Form::Default => "Docker's default".to_owned(),
        Form::Own => "`own`".to_owned(),
        Form::Object(facts) => said_facts(facts),
        Form::From(path, true) => format!("{} to read", shown(path)),
        Form::Exactly(word) | Form::From(word, false) | Form::Regex(word) | Form::Word(word) => shown(word),
        Form::Range(min, max) => range(min, max),
    });
    let only = if matches!(row.kind, FacetKind::Count | FacetKind::Cpus | FacetKind::Size) { "" } else { "only " };
    match listed(&words.collect::<Vec<_>>(), "or", MOST) {
        none if none.is_empty() => "none".into(),
        some => format!("{only}{some}"),
    }
}

/// `` those with label `tier=web` ``
fn said_facts(facts: &[Pair]) -> String {
    let fact = |pair: &Pair| format!("{} {}", pair.key.text, pair.value.text().map_or("...".to_owned(), shown));
    format!("those with {}", facts.iter().map(fact).collect::<Vec<_>>().join(", "))
}

/// An entry that a policy sets: `labels.team=ci`.
pub(super) fn said_pair(word: &str, key: &str, value: &str) -> String {
    format!("{word}.{}={}", plain(key), plain(value))
}

/// `` only `private` or `rprivate` ``
pub(super) fn said_words(words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|word| shown(word)).collect();
    format!("only {}", listed(&words, "or", MOST))
}

/// A value in words; `almost` says that only a detail is wrong.
pub(super) fn said(row: &FacetRow, value: &UseValue, almost: bool) -> String {
    match value {
        UseValue::All => "whatever there is".into(),
        UseValue::Amount(amount) => said_amount(row.kind, *amount),
        UseValue::Default => "Docker's default".into(),
        UseValue::Flag(flag) => format!("`{flag}`"),
        UseValue::Image(name) => shown(name),
        UseValue::Nothing => "nothing".into(),
        UseValue::Odd(text) => format!("{}, which cannot be understood", said_text(row, text)),
        // values may be secrets
        UseValue::Pair { key, .. } if almost => format!("{} to this value", shown(key)),
        UseValue::Pair { key, .. } => shown(key),
        UseValue::Path { path, .. } if almost => format!("{} for writing", shown(path)),
        UseValue::Path { path, .. } => shown(path),
        UseValue::Port(port) => said_port(port),
        UseValue::Repository(name) => format!("{} with all its tags", shown(name)),
        UseValue::Text(text) => said_text(row, text),
        UseValue::Ulimit { name, soft, hard } => format!("`{}={}:{}`", plain(name), bound(*soft), bound(*hard)),
        UseValue::Unnamed => "without a name".into(),
    }
}

fn said_amount(kind: FacetKind, amount: Option<i64>) -> String {
    match (kind, amount) {
        (FacetKind::Size, None) => "an unlimited amount".into(),
        (_, None) => "unlimited".into(),
        (FacetKind::Size, Some(bytes)) => said_bytes(bytes),
        (FacetKind::Cpus, Some(nano)) => said_cpus(nano),
        (_, Some(number)) => number.to_string(),
    }
}

fn said_port(port: &Published) -> String {
    let every = if port.address.is_none() { " on every address" } else { "" };
    format!("the port `{port}`{every}")
}

/// A text without what may be secret in it: arguments, values, credentials of a URL.
fn said_text(row: &FacetRow, text: &str) -> String {
    match row.facet {
        Facet::Changes | Facet::OnBuild => said_command(text),
        Facet::PluginSettings | Facet::PluginSpec => shown(text.split('=').next().unwrap_or_default()),
        // nobody asks for it by this name where it comes with the version
        Facet::BindOptions if text == "read_only_non_recursive" => {
            format!("{}, as read-only binds before API 1.44 do", shown(text))
        }
        _ if row.kind == FacetKind::Command => said_command(text),
        _ => shown(&without_credentials(text)),
    }
}

/// The program alone: what follows may be secret.
fn said_command(command: &str) -> String {
    let command = command.trim_start();
    // a variable in front of a program in a shell
    if let Some((name, _)) = command.split_once('=').filter(|(name, _)| !name.contains(char::is_whitespace)) {
        return format!("{} with what follows", shown(&format!("{name}=")));
    }
    match command.split_once(char::is_whitespace) {
        Some((program, _)) => format!("{} with its arguments", shown(program)),
        None => shown(command),
    }
}

fn bound(number: Option<i64>) -> i64 {
    number.unwrap_or(-1)
}
