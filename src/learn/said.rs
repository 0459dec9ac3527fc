//! Values of requests, as policies write them.

use crate::catalogue::{Facet, FacetKind, FacetRow};
use crate::policy::quoted;
use crate::request::values::amount::{said_bytes, said_cpus};
use crate::request::values::image::{self, Reference};
use crate::request::{HIDDEN, UseValue};

/// Words of the language that stand for no thing of that name.
const RESERVED: &[&str] = &["any", "anyone", "default", "everything", "none", "own", "anonymous", "random"];

/// The value on a list of the facet; nothing where the language has no way to say it.
pub(super) fn item(row: &FacetRow, value: &UseValue) -> Option<String> {
    Some(match value {
        UseValue::Default => "default".to_owned(),
        UseValue::Flag(flag) => flag.to_string(),
        UseValue::Image(name) | UseValue::Repository(name) => quoted(&repository(name)?),
        UseValue::Pair { key, value } => pair(row, key, value.as_deref()),
        UseValue::Path { path, read_only: false } => quoted(path),
        UseValue::Path { path, read_only: true } => format!("{{ from: {}, read_only: true }}", quoted(path)),
        UseValue::Port(port) => quoted(&port.to_string()),
        UseValue::Text(text) => self::text(row, text)?,
        UseValue::Ulimit { name, soft, hard } => quoted(&format!("{name}={}:{}", bound(*soft), bound(*hard))),
        UseValue::Unnamed => "anonymous".to_owned(),
        UseValue::All | UseValue::Amount(_) | UseValue::Nothing | UseValue::Odd(_) => return None,
    })
}

/// Whether a policy would take the value for a pattern, and has no way to say that it is none.
pub(super) fn would_be_a_pattern(row: &FacetRow, value: &UseValue) -> bool {
    let literal = matches!(row.kind, FacetKind::Name | FacetKind::Text | FacetKind::Command);
    let starred = match value {
        // nor for something that a `let` stands for
        UseValue::Pair { key, .. } => key.contains('*') || key.starts_with('$'),
        UseValue::Path { path, .. } => path.contains('*'),
        other => other.name().is_some_and(|name| name.contains('*')),
    };
    starred && !literal
}

/// An amount with its unit.
pub(super) fn amount(kind: FacetKind, amount: i64) -> String {
    match kind {
        FacetKind::Size => said_bytes(amount),
        FacetKind::Cpus => quoted(&said_cpus(amount)),
        _ => amount.to_string(),
    }
}

/// A name as a value of a limit: one that looks like a word or pattern of the language says that it is a name.
pub(super) fn name(name: &str) -> String {
    if RESERVED.contains(&name) || name.contains('*') || name.starts_with('$') {
        return format!("{{ name: {} }}", quoted(name));
    }
    quoted(name)
}

/// The image without its tag, which is any then; by a digest or an ID it has no name that lasts.
fn repository(name: &str) -> Option<String> {
    let reference = Reference::parse(name);
    let lasts = !image::could_be_id(name) && !reference.name.is_empty();
    lasts.then(|| familiar(&reference.normal_name()))
}

/// `nginx` in place of `docker.io/library/nginx`
fn familiar(name: &str) -> String {
    let short = name.strip_prefix("docker.io/").unwrap_or(name);
    let short = short.strip_prefix("library/").unwrap_or(short);
    // the first word of some names would be read as a registry
    if image::normal_name(short) == name { short.to_owned() } else { name.to_owned() }
}

/// Of a variable its name, of a label or option what it says as well.
fn pair(row: &FacetRow, key: &str, value: Option<&str>) -> String {
    match value {
        Some(value) if row.facet != Facet::Env && value != HIDDEN && !value.contains('*') => {
            quoted(&format!("{key}={value}"))
        }
        _ => quoted(key),
    }
}

/// Of a command of which the arguments were not kept, its program; nothing where that was not kept either.
fn text(row: &FacetRow, text: &str) -> Option<String> {
    match text.strip_suffix(HIDDEN) {
        Some(program) if row.kind == FacetKind::Command && !program.trim().is_empty() && !program.contains(HIDDEN) => {
            Some(quoted(&format!("{} **", program.trim_end())))
        }
        Some(_) => None,
        None if matches!(row.kind, FacetKind::Name | FacetKind::Text | FacetKind::Command) => Some(name(text)),
        None => Some(quoted(text)),
    }
}

fn bound(number: Option<i64>) -> i64 {
    number.unwrap_or(-1)
}
