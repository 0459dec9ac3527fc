//! Method and path to operation, in the daemon's own order.

use super::path::Decoded;
use super::shape::{Names, Shape};
use super::{ApiVersion, CEILING, FLOOR, OPERATIONS, Operation, Verb};
use http::Method;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::fmt::{self, Write};
use std::ops::Range;

/// What stands unescaped in a path: RFC 3986's `pchar`, but for `;`, and `/`.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b'=')
    .remove(b':')
    .remove(b'@')
    .remove(b'/');

/// The values of a path's parameters, decoded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Params {
    /// The object that the path names: `{id}` or `{name}`.
    pub object: Option<Box<str>>,
    /// A second name, as in `/containers/{id}/checkpoints/{checkpoint}`.
    pub second: Option<Box<str>>,
}

/// Where a path leads.
#[derive(Clone, Debug)]
pub struct Route {
    /// The version prefix, if there was one.
    pub version: Option<ApiVersion>,
    /// The operation.
    pub operation: &'static Operation,
    /// The names in the path.
    pub params: Params,
}

/// Why a path leads nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RouteError {
    /// The path is not in the one spelling that is taken: what is odd about it.
    NotCanonical(&'static str),
    /// Older than the floor.
    TooOld(ApiVersion),
    /// Newer than the ceiling.
    TooNew(ApiVersion),
    /// No operation has this method and path.
    Unknown,
}

/// Finds the operation that dockerd would run, or says why there is none.
///
/// `path` is the path of the request target as it came, without the query.
///
/// # Errors
/// A path that dockerd would redirect, or that has a second spelling; a version
/// out of range; a method and path that mean nothing.
pub fn route(method: &Method, path: &str) -> Result<Route, RouteError> {
    let path = Decoded::read(path)?;
    let (version, start) = version(&path.text)?;
    let rest = path.text.get(start..).unwrap_or_default();
    let Some((operation, names)) = find(method, version, rest) else {
        return Err(nowhere(rest));
    };
    let fixed = |at: &usize| !at.checked_sub(start).is_some_and(|at| names.hold(at));
    if path.escaped.iter().any(fixed) {
        return Err(RouteError::NotCanonical("it has a percent escape outside of a name"));
    }
    Ok(Route { version, operation, params: Params::cut(rest, names) })
}

/// The version prefix and where the rest begins, at its slash.
fn version(path: &str) -> Result<(Option<ApiVersion>, usize), RouteError> {
    let segment = path.split('/').nth(1).unwrap_or_default();
    let number = segment.strip_prefix('v').unwrap_or_default();
    // Exactly what dockerd would take for a version.
    if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return Ok((None, 0));
    }
    let Some(version) = ApiVersion::parse(number) else {
        return Err(RouteError::NotCanonical("its version is not written as `/vMAJOR.MINOR`"));
    };
    match version {
        old if old < FLOOR => Err(RouteError::TooOld(old)),
        new if new > CEILING => Err(RouteError::TooNew(new)),
        _ => Ok((Some(version), segment.len() + 1)),
    }
}

/// The first row that fits, as dockerd picks it.
fn find(method: &Method, version: Option<ApiVersion>, path: &str) -> Option<(&'static Operation, Names)> {
    let asked = Verb::of(method)?;
    if !path.starts_with('/') {
        return None;
    }
    // Below a version prefix the debug routes are registered for GET alone.
    let any = version.is_none() || asked == Verb::Get;
    let fits = |verb| verb == asked || any && verb == Verb::Any;
    OPERATIONS.iter().filter(|row| fits(row.verb)).find_map(|row| {
        // A name never ends with a slash, whatever dockerd might find under it.
        let whole = matches!(row.shape, Shape::Fixed | Shape::Any) || !path.ends_with('/');
        let names = whole.then(|| row.shape.names(row.path, path))??;
        Some((row, names))
    })
}

fn nowhere(path: &str) -> RouteError {
    if path.len() > 1 && path.ends_with('/') {
        RouteError::NotCanonical("it ends with `/`")
    } else {
        RouteError::Unknown
    }
}

impl Params {
    fn cut(path: &str, names: Names) -> Self {
        let cut = |range: Range<usize>| path.get(range).map(Box::from);
        Self { object: names.first.and_then(cut), second: names.second.and_then(cut) }
    }
}

impl Route {
    /// The path that is forwarded: one spelling for each meaning.
    pub fn canonical_path(&self) -> String {
        self.write(self.version)
    }

    /// The path that is forwarded to a daemon which is to be spoken to in another version.
    pub fn canonical_path_as(&self, version: Option<ApiVersion>) -> String {
        // Daemons before API 1.48 have the debug routes without a prefix only.
        if self.operation.verb == Verb::Any {
            return self.canonical_path();
        }
        self.write(version)
    }

    fn write(&self, version: Option<ApiVersion>) -> String {
        let mut path = String::with_capacity(96);
        if let Some(version) = version {
            // Writing to a String does not fail.
            let _ = write!(path, "/v{version}");
        }
        let (first, second) = (encoded(&self.params.object), encoded(&self.params.second));
        match self.operation.shape {
            // The answer is the same whatever the path: nothing of the client's need travel.
            Shape::Any => path.push_str("/_ping"),
            Shape::Fixed => path.push_str(self.operation.path),
            Shape::One { before, after, .. } => {
                let _ = write!(path, "{before}{first}{after}");
            }
            Shape::Two { before, between } => {
                let _ = write!(path, "{before}{first}{between}{second}");
            }
        }
        path
    }
}

fn encoded(name: &Option<Box<str>>) -> impl fmt::Display + '_ {
    utf8_percent_encode(name.as_deref().unwrap_or_default(), ESCAPED)
}

impl fmt::Display for RouteError {
    /// Docker's own sentences where Docker has one: its clients look for them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotCanonical(why) => write!(f, "the path is not in its plain spelling: {why}"),
            Self::TooOld(version) => write!(
                f,
                "client version {version} is too old. Minimum supported API version is {FLOOR}, please upgrade your client to a newer version"
            ),
            Self::TooNew(version) => {
                write!(f, "client version {version} is too new. Maximum supported API version is {CEILING}")
            }
            Self::Unknown => f.write_str("page not found"),
        }
    }
}

impl std::error::Error for RouteError {}

#[cfg(test)]
mod tests;
