//! One value on the list of a facet's limit.

use super::image::ImagePattern;
use super::names::{could_be_any_id, could_be_id, is_whole_id};
use super::object_facts::ObjectFacts;
use super::path_pattern::PathPattern;
use super::pattern::Pattern;
use super::port_limit::PortLimit;
use super::tenant::Tenant;
use crate::catalogue::{Facet, FacetKind, FacetRow, Target};
use crate::request::values::capability;
use crate::request::values::image;
use crate::request::values::user::is_number;
use crate::request::{About, Reference, UseValue};

/// One value of a list.
#[derive(Clone, Debug)]
pub(super) enum FacetMatcher {
    /// An amount between two bounds; without an upper one, no limit fits, too.
    Amount(Option<i64>, Option<i64>),
    /// `default`: what Docker takes by itself.
    Default,
    Flag(bool),
    /// Objects by what the daemon says of them.
    Object(Box<ObjectFacts>),
    /// `own`: objects that carry the label of the role's tenant.
    Own,
    Image(ImagePattern),
    Pair {
        key: Pattern,
        value: Option<Pattern>,
    },
    /// A regular expression over `KEY=VALUE`.
    PairWhole(Pattern),
    Path {
        path: PathPattern,
        read_only: bool,
    },
    Port(PortLimit),
    Text(Pattern),
    Ulimit {
        name: Box<str>,
        soft: Option<i64>,
        hard: Option<i64>,
    },
    /// `anonymous`: without a name.
    Unnamed,
}

impl FacetMatcher {
    /// Whether the value surely fits.
    pub(super) fn fits(&self, row: &FacetRow, value: &UseValue) -> bool {
        match (self, value) {
            (Self::Amount(min, max), UseValue::Amount(amount)) => within(*min, *max, *amount),
            (Self::Default, UseValue::Default) | (Self::Unnamed, UseValue::Unnamed) => true,
            (Self::Flag(wanted), UseValue::Flag(is)) => wanted == is,
            (Self::Image(pattern), UseValue::Image(name)) => !image::could_be_id(name) && pattern.fits(name),
            (Self::Image(pattern), UseValue::Repository(name)) => pattern.fits_all_tags(name),
            (Self::Pair { key, value }, UseValue::Pair { key: is, value: given }) => {
                key.fits(is) && value.as_ref().is_none_or(|value| given.as_ref().is_some_and(|is| value.fits(is)))
            }
            (Self::PairWhole(pattern), UseValue::Pair { key, value }) => pattern.fits(&whole(key, value.as_deref())),
            (Self::Path { path, read_only }, UseValue::Path { path: is, read_only: reads }) => {
                path.fits(is) && (*reads || !read_only)
            }
            (Self::Port(limit), UseValue::Port(port)) => limit.holds(port),
            (Self::Text(pattern), UseValue::Text(text)) => text_fits(row, pattern, text),
            (Self::Ulimit { name, soft, hard }, UseValue::Ulimit { name: is, soft: low, hard: high }) => {
                **name == **is && at_most(*soft, *low) && at_most(*hard, *high)
            }
            _ => false,
        }
    }

    /// Whether it is about objects, of which the daemon has to be asked.
    pub(super) fn is_of_objects(&self) -> bool {
        matches!(self, Self::Object(_) | Self::Own)
    }

    /// Whether the object that a request names is one that is listed. A volume that is not there yet
    /// becomes the tenant's own.
    pub(super) fn fits_object(&self, reference: &Reference, about: &About, tenant: Option<&Tenant>) -> bool {
        match (self, about) {
            (Self::Object(facts), About::Found(found)) => facts.hold(found),
            (Self::Own, About::Found(found)) => tenant.is_some_and(|tenant| tenant.owns(found)),
            (Self::Own, About::Absent) => tenant.is_some() && reference.kind == Target::Volume,
            _ => false,
        }
    }

    /// A text that fits, where one can be made of what is written.
    pub(super) fn sample(&self) -> Option<String> {
        match self {
            Self::Image(pattern) => pattern.sample(),
            Self::Path { path, .. } => path.sample(),
            Self::Text(pattern) => pattern.sample(),
            _ => None,
        }
    }

    /// Values that fit, and some at its edge.
    pub(super) fn values(&self) -> Vec<UseValue> {
        let path =
            |path: String| [true, false].map(|read_only| UseValue::Path { path: path.clone(), read_only }).to_vec();
        let amount = |amount| UseValue::Amount(Some(amount));
        match self {
            Self::Amount(min, max) => min.iter().chain(max).copied().map(amount).collect(),
            Self::Default => vec![UseValue::Default],
            Self::Flag(flag) => vec![UseValue::Flag(*flag)],
            Self::Image(pattern) => pattern.sample().map(UseValue::Image).into_iter().collect(),
            Self::Pair { key, value } => {
                let value = value.as_ref().map_or(Some("x".to_owned()), Pattern::sample);
                key.sample().map(|key| UseValue::Pair { key, value }).into_iter().collect()
            }
            Self::Path { path: pattern, .. } => pattern.sample().map(path).unwrap_or_default(),
            Self::Text(pattern) => pattern.samples().into_iter().map(UseValue::Text).collect(),
            Self::Ulimit { name, soft, hard } => {
                vec![UseValue::Ulimit { name: name.to_string(), soft: *soft, hard: *hard }]
            }
            Self::Unnamed => vec![UseValue::Unnamed],
            Self::Object(_) | Self::Own | Self::PairWhole(_) | Self::Port(_) => Vec::new(),
        }
    }

    /// The text, if it has to be this very one.
    pub(super) fn as_literal(&self) -> Option<&str> {
        if let Self::Text(pattern) = self { pattern.as_literal() } else { None }
    }

    /// Whether the value may be what is listed, or hold it.
    pub(super) fn may_fit(&self, row: &FacetRow, value: &UseValue) -> bool {
        match (self, value) {
            (Self::Image(pattern), UseValue::Image(name)) => image::could_be_id(name) || pattern.may_fit(name),
            (Self::Image(pattern), UseValue::Repository(name)) => pattern.may_fit_some_tag(name),
            (Self::Path { path, .. }, UseValue::Path { path: is, .. }) => path.is_near(is) || leads_anywhere(is),
            (Self::Port(limit), UseValue::Port(port)) => limit.meets(port),
            (Self::Text(pattern), value) if row.kind == FacetKind::User => user_may_fit(pattern, value),
            (Self::Text(pattern), UseValue::Text(text)) => text_may_fit(row, pattern, text),
            (Self::Ulimit { name, .. }, UseValue::Ulimit { name: is, .. }) => **name == **is,
            // who obeys labels may read them in any case
            (Self::Pair { key, value }, UseValue::Pair { key: is, value: Some(given) })
                if row.facet == Facet::Labels =>
            {
                let named = key.fits(is) || key.fits(&is.to_lowercase());
                named && value.as_ref().is_none_or(|value| value.fits(given))
            }
            // a variable without a value takes one that is not seen here
            (Self::Pair { key, .. }, UseValue::Pair { key: is, value: None }) => key.fits(is),
            _ => self.fits(row, value),
        }
    }
}

/// Links of the kernel's own, on every host: `/proc/self/root/etc` is `/etc`.
fn leads_anywhere(path: &str) -> bool {
    path.starts_with("/proc/") || path.starts_with("/dev/fd/")
}

fn within(min: Option<i64>, max: Option<i64>, amount: Option<i64>) -> bool {
    match amount {
        Some(amount) => min.is_none_or(|min| min <= amount) && max.is_none_or(|max| amount <= max),
        None => max.is_none(),
    }
}

/// Whether an amount is no more than a bound; nothing is without limit.
fn at_most(bound: Option<i64>, amount: Option<i64>) -> bool {
    bound.is_none_or(|bound| amount.is_some_and(|amount| amount <= bound))
}

fn whole(key: &str, value: Option<&str>) -> String {
    value.map_or_else(|| key.to_owned(), |value| format!("{key}={value}"))
}

/// A name that could also be an ID is no name.
fn text_fits(row: &FacetRow, pattern: &Pattern, text: &str) -> bool {
    let written = || is_whole_id(text) && pattern.as_literal() == Some(text);
    match named(row, text) {
        Some((kind, name)) if could_be_id(kind, name) => written(),
        _ => pattern.fits(text),
    }
}

/// Whether the text names an object, and could as well be the ID of another.
pub(super) fn could_be_any(row: &FacetRow, text: &str) -> bool {
    named(row, text).is_some_and(|(kind, name)| could_be_id(kind, name) && !is_whole_id(name))
}

fn text_may_fit(row: &FacetRow, pattern: &Pattern, text: &str) -> bool {
    let all = row.kind == FacetKind::Capability && text == capability::ALL;
    let id = || named(row, text).is_some_and(|(kind, name)| could_be_any_id(kind, name));
    all || pattern.fits(text) || id()
}

/// The object that a text names, if it names one.
fn named<'v>(row: &FacetRow, text: &'v str) -> Option<(Target, &'v str)> {
    match row.kind {
        FacetKind::Namespace => text.strip_prefix("container:").map(|name| (Target::Container, name)),
        _ => row.facet.target().map(|kind| (kind, text)),
    }
}

/// Under `never` a name may have any number, and the image's own user may be anyone.
fn user_may_fit(pattern: &Pattern, value: &UseValue) -> bool {
    let UseValue::Text(text) = value else { return *value == UseValue::Default };
    let (user, group) = text.split_once(':').map_or((text.as_str(), None), |(user, group)| (user, Some(group)));
    let unsure = |part: &str| !is_number(part);
    // without a group, the image says which one
    pattern.fits(text) || pattern.fits(user) || unsure(user) || group.is_some_and(unsure)
}
