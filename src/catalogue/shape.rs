//! How the path of a row matches, cut once at compile time.

use std::ops::Range;

/// The fixed parts of a path, around its names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Every path, as `OPTIONS` is registered.
    Any,
    /// No name at all.
    Fixed,
    /// One name; a greedy one may hold slashes.
    One { before: &'static str, after: &'static str, greedy: bool },
    /// Two names, neither of them greedy.
    Two { before: &'static str, between: &'static str },
}

/// Where the names stand in a path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Names {
    pub(super) first: Option<Range<usize>>,
    pub(super) second: Option<Range<usize>>,
}

impl Names {
    /// Whether the byte at this place belongs to a name.
    pub(super) fn hold(&self, at: usize) -> bool {
        let mut ranges = self.first.iter().chain(&self.second);
        ranges.any(|range| range.contains(&at))
    }
}

impl Shape {
    /// Cuts `/containers/{id}/json` at its names.
    pub(super) const fn of(path: &'static str, greedy: bool) -> Self {
        let Some((before, rest)) = cut(path, b'{') else {
            return Self::Fixed;
        };
        if before.len() == 1 {
            return Self::Any;
        }
        let after = match cut(rest, b'}') {
            Some((_, after)) => after,
            None => "",
        };
        match cut(after, b'{') {
            Some((between, _)) => Self::Two { before, between },
            None => Self::One { before, after, greedy },
        }
    }

    /// Where `path` has its names, if it has this shape; `own` is the row's path.
    pub(super) fn names(self, own: &str, path: &str) -> Option<Names> {
        match self {
            Self::Any => Some(Names::default()),
            Self::Fixed => (own == path).then(Names::default),
            Self::One { before, after, greedy } => one(path, before, after, greedy),
            Self::Two { before, between } => two(path, before, between),
        }
    }
}

fn one(path: &str, before: &str, after: &str, greedy: bool) -> Option<Names> {
    let name = path.strip_prefix(before)?.strip_suffix(after)?;
    let plain = greedy || !name.contains('/');
    (plain && !name.is_empty()).then(|| Names { first: Some(before.len()..before.len() + name.len()), second: None })
}

fn two(path: &str, before: &str, between: &str) -> Option<Names> {
    let (first, second) = path.strip_prefix(before)?.split_once(between)?;
    let plain = |name: &str| !name.is_empty() && !name.contains('/');
    (plain(first) && plain(second)).then(|| Names {
        first: Some(before.len()..before.len() + first.len()),
        second: Some(path.len() - second.len()..path.len()),
    })
}

/// `str::split_once`, at compile time.
const fn cut(text: &'static str, at: u8) -> Option<(&'static str, &'static str)> {
    let mut rest = text.as_bytes();
    let mut before = 0;
    while let [first, tail @ ..] = rest {
        if *first == at {
            let (left, right) = text.split_at(before);
            return Some((left, right.split_at(1).1));
        }
        rest = tail;
        before += 1;
    }
    None
}
