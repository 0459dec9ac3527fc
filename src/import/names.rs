//! Names of objects out of expressions over paths: `/containers/(web|db)/restart` is about `web` and `db`.

use super::expression::Expression;
use super::samples::VERSIONS;
use crate::catalogue::{Operation, Target};

/// The most alternatives that one expression is taken apart into.
const MOST: usize = 64;

/// The names that a part of an expression stands for.
#[derive(Clone, Debug)]
pub(super) struct Name {
    written: String,
    fits: Expression,
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.written == other.written
    }
}

impl Eq for Name {}

impl Name {
    fn new(written: &str) -> Option<Self> {
        Some(Self { written: written.to_owned(), fits: Expression::whole(written).ok()? })
    }

    pub(super) fn fits(&self, name: &str) -> bool {
        self.fits.is_match(name)
    }

    /// The expression.
    pub(super) fn written(&self) -> &str {
        &self.written
    }

    /// A name that it stands for.
    pub(super) fn example(&self) -> String {
        self.written.replace("[^/]*", "x").replace('\\', "")
    }

    /// The one name that it stands for, if it is one.
    pub(super) fn as_literal(&self) -> Option<&str> {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_:/@".contains(c);
        self.written.chars().all(plain).then_some(&self.written)
    }

    /// Whether a policy's target can say it: an exec has no name, and an expression over images
    /// sees their full names there.
    pub(super) fn can_be_said(&self, kind: Target) -> bool {
        match kind {
            Target::Exec | Target::Task => false,
            Target::Image | Target::Plugin => self.as_literal().is_some(),
            _ => true,
        }
    }
}

/// The names of the row's object in expressions, where each stands in a segment of its own.
pub(super) fn in_expressions(row: &Operation, expressions: &[&str]) -> Vec<Name> {
    let mut found: Vec<Name> = Vec::new();
    if row.target.is_none() {
        return found;
    }
    for alternative in expressions.iter().flat_map(|expression| alternatives(expression)) {
        let name = in_segments(row, &segments(&alternative)).and_then(|name| Name::new(&name));
        found.extend(name.filter(|name| !found.contains(name)));
    }
    found
}

/// Whether the expression writes the row's last word, and so means the operation by name.
pub(super) fn ends_with(row: &Operation, expression: &str) -> bool {
    let last = row.path.rsplit('/').find(|segment| !segment.starts_with('{')).unwrap_or_default();
    alternatives(expression).iter().any(|one| segments(one).iter().any(|segment| segment == last))
}

/// The part of the alternative that stands where the row has its first name.
fn in_segments(row: &Operation, written: &[String]) -> Option<String> {
    let row: Vec<&str> = row.path.split('/').skip(1).collect();
    let is_version = |segment: &String| {
        let fits = Expression::whole(segment).ok();
        fits.is_some_and(|fits| VERSIONS.iter().any(|version| fits.is_match(version.trim_start_matches('/'))))
    };
    let below = written.split_first().filter(|(first, _)| is_version(first)).map(|(_, rest)| rest);
    aligned(&row, written).or_else(|| aligned(&row, below?))
}

fn aligned(row: &[&str], written: &[String]) -> Option<String> {
    let open = written.last().is_some_and(|last| last.ends_with(".*") || last.ends_with(".+"));
    if written.len() > row.len() || written.len() < row.len() && !open {
        return None;
    }
    let mut name = None;
    for (segment, expression) in row.iter().zip(written) {
        if segment.starts_with('{') {
            name = name.or(Some(expression.clone()));
        } else if !Expression::whole(expression).is_ok_and(|it| it.is_match(segment)) {
            return None;
        }
    }
    name
}

/// The expression without groups that hold a slash: each of their alternatives in its turn. Nothing
/// if there are too many, or if its two ends are not of one alternative.
fn alternatives(expression: &str) -> Vec<String> {
    let mut done = Vec::new();
    let mut todo = vec![expression.to_owned()];
    while let Some(next) = todo.pop() {
        if done.len() + todo.len() > MOST || split(&next, '|').len() > 1 {
            return Vec::new();
        }
        match opened(&next) {
            Some(several) => todo.extend(several),
            None => done.push(next),
        }
    }
    done
}

/// The first group that holds a slash, opened; nothing if there is none, or it cannot be.
fn opened(expression: &str) -> Option<Vec<String>> {
    let group = groups(expression).into_iter().find(|group| {
        let rest = expression.get(group.end..).unwrap_or_default();
        group.inner(expression).contains('/') && !rest.starts_with(['*', '+', '{'])
    })?;
    let (before, rest) = (expression.get(..group.start)?, expression.get(group.end..)?);
    let (rest, optional) = rest.strip_prefix('?').map_or((rest, false), |rest| (rest, true));
    let inner = group.inner(expression);
    let inner = inner.strip_prefix("?:").unwrap_or(inner);
    let mut several: Vec<String> = split(inner, '|').iter().map(|one| format!("{before}{one}{rest}")).collect();
    several.extend(optional.then(|| format!("{before}{rest}")));
    (!inner.starts_with('?')).then_some(several)
}

/// A group: its brackets and what is between them.
struct Group {
    start: usize,
    end: usize,
}

impl Group {
    fn inner<'e>(&self, expression: &'e str) -> &'e str {
        expression.get(self.start + 1..self.end - 1).unwrap_or_default()
    }
}

/// The groups that stand in no other.
fn groups(expression: &str) -> Vec<Group> {
    let mut found = Vec::new();
    let (mut depth, mut start) = (0_usize, 0);
    for (at, character) in structure(expression) {
        match character {
            '(' => {
                if depth == 0 {
                    start = at;
                }
                depth += 1;
            }
            ')' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    found.push(Group { start, end: at + 1 });
                }
            }
            _ => {}
        }
    }
    found
}

/// Cut where the character stands outside of groups and classes.
fn split(expression: &str, separator: char) -> Vec<&str> {
    let (mut depth, mut from, mut pieces) = (0_usize, 0, Vec::new());
    for (at, character) in structure(expression) {
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            it if it == separator && depth == 0 => {
                pieces.extend(expression.get(from..at));
                from = at + 1;
            }
            _ => {}
        }
    }
    pieces.extend(expression.get(from..));
    pieces
}

/// The segments of a path that the expression describes.
fn segments(expression: &str) -> Vec<String> {
    split(expression, '/').into_iter().skip(1).map(unescaped).collect()
}

/// `nginx\.conf` as it is; a lone `\-` or `\_` means the character.
fn unescaped(segment: &str) -> String {
    segment.replace(r"\-", "-").replace(r"\_", "_")
}

/// The characters that are neither escaped nor inside a class.
fn structure(expression: &str) -> impl Iterator<Item = (usize, char)> {
    let (mut escape, mut class) = (false, false);
    expression.char_indices().filter(move |(_, character)| {
        let plain = !escape && !class && *character != '\\';
        match character {
            _ if escape => escape = false,
            '\\' => escape = true,
            '[' => class = true,
            ']' => class = false,
            _ => {}
        }
        plain
    })
}
