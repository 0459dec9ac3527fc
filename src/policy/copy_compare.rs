//! A request held against the container that it is to be a copy of, facet by facet.

use super::copy_rule::{CopyRule, rule_of};
use super::facet_limit::{is_off, left_out, unsaid};
use super::facet_said::{deed, left_at_default};
use super::text::shown;
use crate::catalogue::{FACETS, Facet, FacetRow, LeftOut, Op, Unsaid};
use crate::request::original::Original;
use crate::request::values::image::{Reference, could_be_id};
use crate::request::{Request, Use, UseValue, Uses};

/// Options of which each one counts, and not the last.
const SEVERAL: &str = "label";

/// Labels by which Compose knows whether a container is of date, and which one it takes the place of.
const NOTES_OF_COMPOSE: &[&str] = &[
    "com.docker.compose.config-hash",
    "com.docker.compose.image",
    "com.docker.compose.replace",
    "com.docker.compose.version",
];

/// A copy and its original.
#[derive(Clone, Copy)]
pub(super) struct Comparison<'a> {
    pub(super) original: &'a Original,
    pub(super) request: &'a Request,
    /// What the policy itself has put into the copy.
    pub(super) exempt: &'a dyn Fn(&Use) -> bool,
}

/// A facet's word, and what completes "may not ...".
type Beyond = (&'static str, String);

impl Comparison<'_> {
    /// What of the request is more than the original has: of each facet one thing.
    pub(super) fn beyond(&self) -> Vec<Beyond> {
        let Some(uses) = &self.request.uses else {
            return vec![(super::copy::WORD, "make what nobody has read (copy_of)".to_owned())];
        };
        // what links lead to is no more than what they lead to for the original
        let judged: Uses = uses.iter().filter(|used| !self.request.is_led_to(used)).cloned().collect();
        let facets = FACETS.iter().filter(|row| row.fits(Op::ContainerCreate));
        let mut beyond: Vec<Beyond> =
            facets.filter_map(|row| self.facet(row, &judged).map(|sentence| (row.word, sentence))).collect();
        for (facet, sentence) in self.details() {
            if beyond.iter().all(|(word, _)| *word != facet.word()) {
                beyond.push((facet.word(), sentence));
            }
        }
        beyond
    }

    /// What of these uses the original does not have. What links lead to is no more than what they
    /// lead to for the original.
    pub(super) fn additions(&self, uses: &Uses) -> Uses {
        let had = |used: &Use| self.original.uses.of(used.facet).any(|had| covers(had, &used.value));
        uses.iter().filter(|used| !had(used) && !self.request.is_led_to(used)).cloned().collect()
    }

    fn facet(&self, row: &'static FacetRow, judged: &Uses) -> Option<String> {
        let (own, copy) = (values(row, &self.original.uses), values(row, judged));
        match rule_of(row.facet)? {
            CopyRule::Free => None,
            CopyRule::Ordinary => self.added(row, &own, &copy, |value| is_ordinary(row, value)),
            CopyRule::Within => {
                self.added(row, &own, &copy, |value| is_image_own(row, value) || self.is_note_of_compose(row, value))
            }
            CopyRule::Same => {
                let added = self.added(row, &own, &copy, |value| is_ordinary(row, value));
                added.or_else(|| self.lost(row, &own, &copy, |value| stands_for_default(row, value)))
            }
            CopyRule::Kept => self.lost(row, &own, &copy, |value| *value == UseValue::Flag(false)),
            CopyRule::Hardened => self.softer(row, &own, &copy),
            CopyRule::AtMost => self.more(row, &own, &copy),
            CopyRule::AtLeast => self.less(row, &own, &copy),
            CopyRule::User => self.user(row, &own, &copy),
            CopyRule::Repository => self.image(row, &own, &copy),
        }
    }

    /// The first value of the copy that the original does not have, but for what is `fine`.
    fn added(
        &self,
        row: &'static FacetRow,
        own: &[UseValue],
        copy: &[UseValue],
        fine: impl Fn(&UseValue) -> bool,
    ) -> Option<String> {
        let known = |value: &UseValue| *value == UseValue::Nothing || own.iter().any(|had| covers(had, value));
        let added = copy.iter().find(|value| !known(value) && !fine(value) && !self.is_exempt(row, value))?;
        Some(self.said(row, added, "which does not"))
    }

    /// Whether a value of the original is not there any more, but for what is `fine`.
    fn lost(
        &self,
        row: &'static FacetRow,
        own: &[UseValue],
        copy: &[UseValue],
        fine: impl Fn(&UseValue) -> bool,
    ) -> Option<String> {
        let kept = |had: &UseValue| {
            let whole = row.facet == Facet::CapDrop && copy.contains(&UseValue::text("ALL"));
            whole || copy.iter().any(|value| covers(had, value))
        };
        own.iter().any(|had| !fine(had) && !kept(had)).then(|| self.left_out(row))
    }

    fn softer(&self, row: &'static FacetRow, own: &[UseValue], copy: &[UseValue]) -> Option<String> {
        let added = self.added(row, own, copy, |value| is_ordinary(row, value));
        let repeats = || copy != own && copy.iter().enumerate().any(|(at, value)| is_repeated(value, copy.get(..at)));
        added.or_else(|| self.lost(row, own, copy, loosens)).or_else(|| repeats().then(|| self.left_out(row)))
    }

    /// Each amount is held against the largest of the original.
    fn more(&self, row: &'static FacetRow, own: &[UseValue], copy: &[UseValue]) -> Option<String> {
        let most = own.iter().map(amount).max()?;
        let beyond = copy.iter().find(|value| amount(value) > most && !self.is_exempt(row, value))?;
        Some(self.said(row, beyond, "which has less"))
    }

    fn less(&self, row: &'static FacetRow, own: &[UseValue], copy: &[UseValue]) -> Option<String> {
        let least = |values: &[UseValue]| {
            let number = |value: &UseValue| if let UseValue::Amount(Some(number)) = value { *number } else { 0 };
            values.iter().map(number).min().unwrap_or_default()
        };
        let value = UseValue::Amount(Some(least(copy)));
        (least(copy) < least(own)).then(|| self.said(row, &value, "which has more"))
    }

    fn user(&self, row: &'static FacetRow, own: &[UseValue], copy: &[UseValue]) -> Option<String> {
        let left_out = |value: &UseValue| *value == UseValue::Default && self.original.has_users_of_image;
        self.added(row, own, copy, left_out)
    }

    fn image(&self, row: &'static FacetRow, own: &[UseValue], copy: &[UseValue]) -> Option<String> {
        let other = copy.iter().find(|value| !own.contains(value) && !self.is_of_repository(value))?;
        Some(self.said(row, other, &format!("whose image is {}", shown(&self.original.object.image))))
    }

    fn is_exempt(&self, row: &FacetRow, value: &UseValue) -> bool {
        (self.exempt)(&Use { facet: row.facet, value: value.clone() })
    }

    /// What Compose notes of its own containers is another for each copy, and nobody else obeys it.
    fn is_note_of_compose(&self, row: &FacetRow, value: &UseValue) -> bool {
        let notes = |key: &str| NOTES_OF_COMPOSE.contains(&key) && self.original.object.project().is_some();
        row.facet == Facet::Labels && matches!(value, UseValue::Pair { key, .. } if notes(key))
    }

    /// A name that could be an ID may mean any image, but for the very ID of the original's.
    fn is_of_repository(&self, value: &UseValue) -> bool {
        let (UseValue::Image(name), own) = (value, self.original.object.image.as_str()) else { return false };
        if could_be_id(name) || could_be_id(own) {
            return !self.original.image_id.is_empty() && *name == self.original.image_id;
        }
        Reference::parse(name).normal_name() == Reference::parse(own).normal_name()
    }

    fn said(&self, row: &'static FacetRow, value: &UseValue, than: &str) -> String {
        let deed = if *value == UseValue::Default { left_at_default(row) } else { deed(row, value, false) };
        format!("{deed} ({}: copy of {}, {than})", row.word, shown(&self.original.object.name))
    }

    fn left_out(&self, row: &'static FacetRow) -> String {
        format!("leave out `{}` as its original has it {}", row.word, self.of())
    }

    pub(super) fn other(&self, row: &'static FacetRow) -> String {
        format!("have `{}` other than its original has it {}", row.word, self.of())
    }

    pub(super) fn of(&self) -> String {
        format!("(copy of {})", shown(&self.original.object.name))
    }
}

/// What is used of a facet; what is left out is what Docker takes then.
fn values(row: &FacetRow, uses: &Uses) -> Vec<UseValue> {
    let given: Vec<UseValue> = uses.of(row.facet).cloned().collect();
    let absent = given.is_empty().then(|| left_out(row, Op::ContainerCreate)).flatten();
    given.into_iter().chain(absent).collect()
}

/// Whether any container may have the value, unless said otherwise. Of a facet that is harmless in
/// itself, that says nothing here.
fn is_ordinary(row: &FacetRow, value: &UseValue) -> bool {
    is_off(row, value) || (row.unsaid != Unsaid::Any && unsaid(row.facet).holds(value))
}

/// Whether the value is left to the image. Docker's own network is no matter of images.
fn is_image_own(row: &FacetRow, value: &UseValue) -> bool {
    *value == UseValue::Default && row.facet != Facet::Networks
}

/// Whether what is left out comes to the same.
fn stands_for_default(row: &FacetRow, value: &UseValue) -> bool {
    row.left_out == LeftOut::Default && is_ordinary(row, value)
}

/// Whether who has one has the other, too.
fn covers(had: &UseValue, value: &UseValue) -> bool {
    match (had, value) {
        (UseValue::Path { path, read_only: false }, UseValue::Path { path: is, .. }) => path == is,
        (UseValue::Ulimit { name, soft, hard }, UseValue::Ulimit { name: is, soft: is_soft, hard: is_hard }) => {
            name == is && bound(*is_soft) <= bound(*soft) && bound(*is_hard) <= bound(*hard)
        }
        _ => had == value,
    }
}

/// What cannot be told is more than anything.
fn amount(value: &UseValue) -> i128 {
    match value {
        UseValue::Amount(amount) => bound(*amount),
        _ => i128::MAX,
    }
}

/// No limit is beyond every number.
fn bound(limit: Option<i64>) -> i128 {
    limit.map_or(i128::from(i64::MAX) + 1, i128::from)
}

/// Whether a security option takes protection away, so that nobody misses it.
fn loosens(value: &UseValue) -> bool {
    let text = value.name().unwrap_or_default();
    text.ends_with("=unconfined") || matches!(text, "label=disable" | "no-new-privileges=false")
}

/// Whether an option of which the last counts was given before.
fn is_repeated(value: &UseValue, before: Option<&[UseValue]>) -> bool {
    let key = |value: &UseValue| value.name().and_then(|text| text.split('=').next()).map(str::to_owned);
    key(value).as_deref() != Some(SEVERAL) && before.into_iter().flatten().any(|other| key(other) == key(value))
}
