//! Limits on facets: what a request may use of one power.

use super::compile_facet;
use super::facet_matcher::{FacetMatcher, could_be_any};
use super::facet_said::{deed, left_at_default, said_words};
use super::path_pattern::PathPattern;
use super::tenant::Tenant;
use crate::catalogue::{FACETS, Facet, FacetKind, FacetRow, LeftOut, Op, Unsaid};
use crate::request::{About, Reference, Request, Use, UseValue, Uses, of_use};
use std::sync::LazyLock;

/// A limit on one facet.
#[derive(Clone, Debug)]
pub(super) struct FacetLimit {
    pub(super) row: &'static FacetRow,
    pub(super) allowed: Allowed,
    /// How the limit reads: `` only `/srv/**` ``.
    pub(super) said: Box<str>,
}

#[derive(Clone, Debug)]
pub(super) enum Allowed {
    Any,
    /// What Docker takes where nobody says anything.
    LeftOut,
    /// Any value but those that fit one of these.
    Except(Box<[FacetMatcher]>),
    List(Box<[FacetMatcher]>),
}

/// What a privileged process has, all of it.
pub(super) const IN_PRIVILEGED: [Facet; 4] =
    [Facet::CapAdd, Facet::DeviceCgroupRules, Facet::Devices, Facet::SecurityOpt];

/// What is allowed of each facet that a grant does not name, by the order of the table.
static UNSAID: LazyLock<Vec<FacetLimit>> = LazyLock::new(|| FACETS.iter().map(FacetLimit::unsaid).collect());

impl FacetLimit {
    pub(super) fn any(row: &'static FacetRow) -> Self {
        Self { row, allowed: Allowed::Any, said: "any".into() }
    }

    /// Whether it goes by values, and not by whether there is one, or by its key alone.
    pub(super) fn reads_values(&self) -> bool {
        let (Allowed::Except(list) | Allowed::List(list)) = &self.allowed else { return false };
        list.iter().any(|matcher| !matches!(matcher, FacetMatcher::Pair { value: None, .. }))
    }

    /// Whether it limits nothing.
    pub(super) fn is_any(&self) -> bool {
        matches!(self.allowed, Allowed::Any)
    }

    /// Nothing of it.
    pub(super) fn none(row: &'static FacetRow) -> Self {
        Self { row, allowed: Allowed::List(Box::default()), said: "none, by `all_else`".into() }
    }

    /// What Docker takes by itself, and nothing that somebody chose.
    pub(super) fn left_out(row: &'static FacetRow) -> Self {
        Self { row, allowed: Allowed::LeftOut, said: "nothing but Docker's default, by `all_else`".into() }
    }

    /// Exactly these paths.
    pub(super) fn paths(row: &'static FacetRow, paths: &[String]) -> Self {
        let path = |path: &String| FacetMatcher::Path { path: PathPattern::literal(path), read_only: false };
        Self { row, allowed: Allowed::List(paths.iter().map(path).collect()), said: "".into() }
    }

    /// The first thing that the request does beyond the limit, but for what is `exempt`;
    /// completes "may not ...".
    pub(super) fn objection(&self, uses: &Uses, op: Op, exempt: impl Fn(&Use) -> bool) -> Option<String> {
        let left_out = left_out(self.row, op);
        let absent = uses.of(self.row.facet).next().is_none().then_some(left_out).flatten();
        let used = uses.iter().filter(|used| used.facet == self.row.facet && !exempt(used)).map(|used| &used.value);
        let beyond = used.chain(absent.as_ref()).find(|value| !self.holds(value))?;
        Some(self.objection_to(beyond))
    }

    /// What the request does of what is listed; completes "may not ...".
    pub(super) fn touched(&self, uses: &Uses, op: Op) -> Option<String> {
        if IN_PRIVILEGED.contains(&self.row.facet) && uses.of(Facet::Privileged).any(|on| *on == UseValue::Flag(true)) {
            return Some(format!(
                "{} (never: {})",
                deed(Facet::Privileged.row(), &UseValue::Flag(true), false),
                self.row.word
            ));
        }
        let left_out = left_out(self.row, op);
        let absent = uses.of(self.row.facet).next().is_none().then_some(left_out).flatten();
        let found = uses.of(self.row.facet).chain(absent.as_ref()).find(|value| self.may_hold(value))?;
        Some(format!("{} (never: {})", self.deed(found), self.row.word))
    }

    /// Whether some objects are listed by what the daemon says of them.
    pub(super) fn is_of_objects(&self) -> bool {
        matches!(&self.allowed, Allowed::List(list) if list.iter().any(FacetMatcher::is_of_objects))
    }

    /// Whether the objects of one's own are listed.
    pub(super) fn says_own(&self) -> bool {
        matches!(&self.allowed, Allowed::List(list) if list.iter().any(|matcher| matches!(matcher, FacetMatcher::Own)))
    }

    /// Whether the object that a use names is listed.
    pub(super) fn lists_object(&self, request: &Request, used: &Use, tenant: Option<&Tenant>) -> bool {
        let Allowed::List(list) = &self.allowed else { return false };
        let Some(reference) = of_use(request.operation().op, used).filter(|_| self.is_of_objects()) else {
            return false;
        };
        let about = request.about_of(&reference);
        list.iter().any(|matcher| matcher.fits_object(&reference, about, tenant))
    }

    /// What of the objects that the request names a `never` lists, or may list.
    pub(super) fn touched_object(&self, request: &Request) -> Option<String> {
        let uses = request.uses.as_ref().filter(|_| self.is_of_objects())?;
        let used = uses.iter().filter(|used| used.facet == self.row.facet).find(|used| {
            let unasked = |found: Reference| *request.about_of(&found) == About::Unasked;
            self.lists_object(request, used, None) || of_use(request.operation().op, used).is_some_and(unasked)
        })?;
        Some(format!("{} (never: {})", self.deed(&used.value), self.row.word))
    }

    /// Values of the list, one for each that is a name, a path or an image: what `*` may be, is `x`.
    pub(super) fn samples(&self) -> Vec<String> {
        let Allowed::List(list) = &self.allowed else { return Vec::new() };
        list.iter().filter_map(FacetMatcher::sample).collect()
    }

    /// Values of the list and next to it.
    pub(super) fn listed_values(&self) -> Vec<UseValue> {
        let (Allowed::List(list) | Allowed::Except(list)) = &self.allowed else { return Vec::new() };
        list.iter().flat_map(FacetMatcher::values).collect()
    }

    /// Whether some value of the list stands for what no sample shows.
    pub(super) fn is_opaque(&self) -> bool {
        let (Allowed::List(list) | Allowed::Except(list)) = &self.allowed else { return false };
        list.iter().any(|matcher| matcher.values().is_empty())
    }

    /// Whether something that has a name can be on the list.
    pub(super) fn lists_names(&self) -> bool {
        let named = |matcher: &FacetMatcher| !matches!(matcher, FacetMatcher::Unnamed | FacetMatcher::Default);
        matches!(&self.allowed, Allowed::List(list) if list.iter().any(named))
    }

    /// Whether the value is within the limit.
    pub(super) fn holds(&self, value: &UseValue) -> bool {
        let fits = |list: &[FacetMatcher]| list.iter().any(|matcher| matcher.fits(self.row, value));
        match &self.allowed {
            Allowed::Any => true,
            _ if is_off(self.row, value) => true,
            Allowed::LeftOut => matches!(value, UseValue::Default | UseValue::Flag(false) | UseValue::Amount(None)),
            Allowed::Except(list) => {
                !matches!(value, UseValue::All | UseValue::Odd(_)) && !excepts(self.row, list, value)
            }
            Allowed::List(list) => fits(list) || (list.is_empty() && is_unused(self.row, value)),
        }
    }

    /// Whether the value may be on the list, or cannot be told.
    fn may_hold(&self, value: &UseValue) -> bool {
        match (&self.allowed, value) {
            _ if is_off(self.row, value) => false,
            (_, UseValue::All | UseValue::Odd(_)) => true,
            (Allowed::List(list), value) => list.iter().any(|matcher| matcher.may_fit(self.row, value)),
            (_, value) => !is_unused(self.row, value),
        }
    }

    /// Whether a name of the list could be an ID, and so never fits.
    pub(super) fn fits_nothing(&self) -> bool {
        let Allowed::List(list) = &self.allowed else { return false };
        list.iter().filter_map(FacetMatcher::as_literal).any(|name| could_be_any(self.row, name))
    }

    /// Why the value is beyond the limit.
    pub(super) fn objection_to(&self, value: &UseValue) -> String {
        format!("{} ({}: {})", self.deed(value), self.row.word, self.said)
    }

    fn deed(&self, value: &UseValue) -> String {
        if let UseValue::Text(name) = value
            && could_be_any(self.row, name)
        {
            return format!("{}, which could be the ID of another", deed(self.row, value, false));
        }
        if *value == UseValue::Default { left_at_default(self.row) } else { deed(self.row, value, self.almost(value)) }
    }

    /// Whether the value would fit but for a detail: a path that is written to, another value of a key.
    fn almost(&self, value: &UseValue) -> bool {
        let Allowed::List(list) = &self.allowed else { return false };
        list.iter().any(|matcher| match (matcher, value) {
            (FacetMatcher::Path { path, .. }, UseValue::Path { path: is, .. }) => path.fits(is),
            (FacetMatcher::Pair { key, .. }, UseValue::Pair { key: is, .. }) => key.fits(is),
            _ => false,
        })
    }

    fn unsaid(row: &'static FacetRow) -> Self {
        let list = |words: &[&str]| compile_facet::words(row, words).unwrap_or_default();
        let only = |words: &[&str]| format!("{} unless said", said_words(words));
        let (allowed, said) = match row.unsaid {
            Unsaid::Any => (Allowed::Any, "any".to_owned()),
            Unsaid::None => (Allowed::List(Box::default()), "none unless said".to_owned()),
            Unsaid::Only(words) => (Allowed::List(list(words)), only(words)),
            // a list that cannot be read excepts everything
            Unsaid::Except(words) => match compile_facet::words(row, words) {
                Some(list) => (Allowed::Except(list), "other programs obey it, so it has to be named".to_owned()),
                None => (Allowed::List(Box::default()), "none".to_owned()),
            },
            Unsaid::AtLeast(least) => {
                let range = FacetMatcher::Amount(Some(least), None);
                (Allowed::List([range].into()), format!("at least {least} unless said"))
            }
        };
        Self { row, allowed, said: said.into() }
    }
}

/// Whether the value is one of the exceptions. Keys count whatever their case, as they do for
/// programs that obey labels: Traefik reads `Traefik.Enable`.
fn excepts(row: &FacetRow, list: &[FacetMatcher], value: &UseValue) -> bool {
    let lower = match value {
        UseValue::Pair { key, value } => UseValue::Pair { key: key.to_lowercase(), value: value.clone() },
        value => value.clone(),
    };
    list.iter().any(|matcher| matcher.fits(row, &lower))
}

/// What is allowed of a facet that a grant does not name.
#[expect(clippy::indexing_slicing, reason = "a `Facet` is the index of its row")]
pub(super) fn unsaid(facet: Facet) -> &'static FacetLimit {
    &UNSAID[facet as usize]
}

/// What a request means that does not mention the facet. An update leaves it as it
/// is, and a container is connected to the network in the path.
pub fn left_out(row: &FacetRow, op: Op) -> Option<UseValue> {
    match row.left_out {
        _ if matches!(op, Op::ContainerUpdate | Op::NetworkConnect) => None,
        LeftOut::Unused => None,
        LeftOut::Default => Some(UseValue::Default),
        LeftOut::False => Some(UseValue::Flag(false)),
        LeftOut::Unlimited => Some(UseValue::Amount(None)),
    }
}

/// Whether the request says that it makes no use of the facet.
pub(super) fn is_off(row: &FacetRow, value: &UseValue) -> bool {
    let danger = row.kind == FacetKind::Flag && row.unsaid == Unsaid::None;
    *value == UseValue::Nothing || (danger && *value == UseValue::Flag(false))
}

/// Whether `none` allows the value: whatever nobody chose. Docker's own network is one all the same.
fn is_unused(row: &FacetRow, value: &UseValue) -> bool {
    match value {
        UseValue::Default => row.facet != Facet::Networks,
        UseValue::Flag(flag) => !flag,
        value => is_off(row, value),
    }
}

#[cfg(test)]
#[path = "facet_limit_tests.rs"]
mod tests;
