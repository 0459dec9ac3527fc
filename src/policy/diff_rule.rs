//! Two grants of one operation, part by part.

use super::diff::Change;
use super::facet_limit::{Allowed, FacetLimit, left_out, unsaid};
use super::facet_said::said as said_value;
use super::limit::{QueryLimit, is_used, said_value as said_query};
use super::reach_request;
use super::rule::Rule;
use crate::catalogue::{FACETS, Facet, FacetKind, FacetRow, Op, Param, PartSet};
use crate::request::values::image;
use crate::request::{UseValue, Value};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// One part of a rule that differs.
pub(super) struct Part {
    pub(super) word: String,
    pub(super) change: Change,
    pub(super) gained: Vec<String>,
    pub(super) lost: Vec<String>,
    pub(super) old: String,
    pub(super) new: String,
}

/// The most values that one side lists.
const MOST: usize = 6;

/// What a rule is, but for where it stands: two with one mark decide alike.
pub(super) fn mark(rule: &Rule) -> String {
    let sorted = |mut words: Vec<String>| {
        words.sort();
        words.join(";")
    };
    let facets = sorted(rule.facets.iter().map(mark_of).collect());
    let query = sorted(rule.query.iter().map(|limit| format!("{}={:?}", limit.param.name, limit.allowed)).collect());
    let raw = sorted(rule.raw.iter().map(|limit| format!("{limit:?}")).collect());
    let require = sorted(rule.require.iter().map(|requirement| requirement.word.to_owned()).collect());
    let set = sorted(rule.set.iter().map(|setting| format!("{setting:?}")).collect());
    let of = format!("{:?}{:?}{:?}{:?}", rule.target, rule.about, rule.copy_of, rule.shows);
    format!("{:?} {} {of} {facets} {query} {raw} {require} {set} {:?}", rule.op, rule.unexamined, rule.hide)
}

/// The limit, whatever the order of its values.
fn mark_of(limit: &FacetLimit) -> String {
    let sorted = |list: &[super::facet_matcher::FacetMatcher]| {
        let mut words: Vec<String> = list.iter().map(|matcher| format!("{matcher:?}")).collect();
        words.sort();
        words.join(",")
    };
    let allowed = match &limit.allowed {
        Allowed::Any => "any".to_owned(),
        Allowed::LeftOut => "left out".to_owned(),
        Allowed::Except(list) => format!("except {}", sorted(list)),
        Allowed::List(list) => sorted(list),
    };
    format!("{}: {allowed}", limit.row.word)
}

/// The limits of a rule in a few words.
pub(super) fn said(rule: &Rule) -> String {
    let facets = rule.facets.iter().map(|limit| format!("{}: {}", limit.row.word, limit.said));
    let query = rule.query.iter().map(|limit| format!("query.{}: {}", limit.param.name, limit.said()));
    let raw = rule.raw.iter().map(|limit| limit.path.to_string());
    let target = Some(target(rule)).filter(|said| said != "any").map(|said| format!("target: {said}"));
    target.into_iter().chain(query).chain(facets).chain(raw).collect::<Vec<_>>().join(", ")
}

/// Everything in which they differ; they do differ.
pub(super) fn parts(old: &Rule, new: &Rule) -> Vec<Part> {
    let mut found = Vec::new();
    if old.unexamined != new.unexamined {
        let word = |rule: &Rule| if rule.unexamined { "unexamined" } else { "examined" };
        // what was not examined may have been anything
        return vec![plain("unexamined", Change::of(new.unexamined), word(old), word(new))];
    }
    found.extend(of_objects(old, new));
    found.extend(params(old, new).into_iter().filter_map(|param| query(param, old, new)));
    found.extend(FACETS.iter().filter(|row| row.fits(old.op)).filter_map(|row| facet(row, old, new)));
    found.extend(words(old, new));
    found.extend(hidden(old.hide, new.hide));
    if found.is_empty() {
        found.push(plain("limits", Change::Unclear, &said(old), &said(new)));
    }
    found
}

fn plain(word: &str, change: Change, old: &str, new: &str) -> Part {
    let (gained, lost) = (Vec::new(), Vec::new());
    Part { word: word.to_owned(), change, gained, lost, old: old.to_owned(), new: new.to_owned() }
}

/// A limit that is there narrows, and its absence widens.
fn by_presence(old: bool, new: bool) -> Change {
    match (old, new) {
        (false, true) => Change::Narrower,
        (true, false) => Change::Wider,
        _ => Change::Unclear,
    }
}

/// About which objects the rules are.
fn of_objects(old: &Rule, new: &Rule) -> Vec<Part> {
    let differs = |mark: fn(&Rule) -> String| mark(old) != mark(new);
    let mut found = Vec::new();
    if differs(|rule| format!("{:?}{:?}", rule.target, rule.about)) {
        let limits = |rule: &Rule| rule.target.is_some() || rule.about.is_some();
        found.push(plain("target", by_presence(limits(old), limits(new)), &target(old), &target(new)));
    }
    if differs(|rule| format!("{:?}", rule.shows)) {
        let change = by_presence(old.shows.is_some(), new.shows.is_some());
        let shows = |rule: &Rule| rule.shows.as_ref().map_or("all", |_| "some, by `target` or `show`").to_owned();
        found.push(plain("show", change, &shows(old), &shows(new)));
    }
    if differs(|rule| format!("{:?}", rule.copy_of)) {
        let copies = |rule: &Rule| rule.copy_of.as_ref().map_or("no copy", |_| "a copy").to_owned();
        found.push(plain("copy_of", Change::Unclear, &copies(old), &copies(new)));
    }
    found
}

fn target(rule: &Rule) -> String {
    let about = rule.about.as_ref().map(super::about::AboutLimit::said);
    let named = rule.target.as_ref().map(|names| names.said().to_owned());
    named.or(about).unwrap_or_else(|| "any".to_owned())
}

fn params(old: &Rule, new: &Rule) -> Vec<&'static Param> {
    let mut found: Vec<&'static Param> = Vec::new();
    for limit in old.query.iter().chain(&new.query) {
        if found.iter().all(|param| param.name != limit.param.name) {
            found.push(limit.param);
        }
    }
    found
}

fn query(param: &'static Param, old: &Rule, new: &Rule) -> Option<Part> {
    let limit = |rule: &Rule| rule.query.iter().find(|limit| limit.param.name == param.name).cloned();
    let (before, after) = (limit(old), limit(new));
    let mark = |limit: &Option<QueryLimit>| format!("{:?}", limit.as_ref().map(|limit| &limit.allowed));
    if mark(&before) == mark(&after) {
        return None;
    }
    let free = |value: &Value| param.danger.is_none() || !is_used(value);
    let lets =
        |limit: &Option<QueryLimit>, value: &Value| limit.as_ref().map_or_else(|| free(value), |it| it.admits(value));
    let samples: Vec<Value> = [&before, &after].into_iter().flatten().flat_map(QueryLimit::samples).collect();
    let told = |from: &Option<QueryLimit>, to: &Option<QueryLimit>| {
        said_once(
            samples
                .iter()
                .filter(|value| lets(to, value) && !lets(from, value))
                .map(|value| said_query(param.kind, value)),
        )
    };
    let (gained, lost) = (told(&before, &after), told(&after, &before));
    let said = |limit: &Option<QueryLimit>| limit.as_ref().map_or("not limited".to_owned(), QueryLimit::said);
    let opaque = [&before, &after].into_iter().flatten().any(QueryLimit::is_opaque);
    let change = match (param.danger, by_presence(before.is_some(), after.is_some())) {
        (None, change @ (Change::Wider | Change::Narrower)) => change,
        _ => direction(&gained, &lost, opaque),
    };
    Some(Part { word: format!("query.{}", param.name), change, gained, lost, old: said(&before), new: said(&after) })
}

/// What values tell. Where a limit is about what no value shows, none of them is the whole of it.
fn direction(gained: &[String], lost: &[String], opaque: bool) -> Change {
    match (gained.is_empty(), lost.is_empty()) {
        (false, false) => Change::Both,
        (false, true) if !opaque => Change::Wider,
        (true, false) if !opaque => Change::Narrower,
        _ => Change::Unclear,
    }
}

fn facet(row: &'static FacetRow, old: &Rule, new: &Rule) -> Option<Part> {
    let (before, after) = (limit_of(row.facet, old), limit_of(row.facet, new));
    if mark_of(&before) == mark_of(&after) && named(row.facet, old) == named(row.facet, new) {
        return None;
    }
    let values = samples(row, old.op, &before, &after);
    let told = |from: &FacetLimit, to: &FacetLimit| {
        let differ = values.iter().filter(|value| to.holds(value) && !from.holds(value));
        let words = said_once(differ.map(|value| said_value(row, value, is_written(value))));
        // what cannot even be read is not written to either
        let also_read =
            |word: &String| word.strip_suffix(WRITING).is_some_and(|word| words.iter().any(|it| it == word));
        words.iter().filter(|word| !also_read(word)).cloned().collect::<Vec<String>>()
    };
    let (gained, lost) = (told(&before, &after), told(&after, &before));
    let change = direction(&gained, &lost, before.is_opaque() || after.is_opaque());
    let words = |limit: &FacetLimit| limit.said.to_string();
    (mark_of(&before) != mark_of(&after) || change != Change::Unclear).then(|| Part {
        word: row.word.to_owned(),
        change,
        gained,
        lost,
        old: words(&before),
        new: words(&after),
    })
}

fn named(facet: Facet, rule: &Rule) -> bool {
    rule.facets.iter().any(|limit| limit.row.facet == facet)
}

fn limit_of(facet: Facet, rule: &Rule) -> Cow<'_, FacetLimit> {
    let own = rule.facets.iter().find(|limit| limit.row.facet == facet);
    match own {
        Some(limit) => Cow::Borrowed(limit),
        // what another limit says enough about
        None if rule.covers(facet) => Cow::Owned(FacetLimit::any(facet.row())),
        None => Cow::Borrowed(unsaid(facet)),
    }
}

/// Values that may tell two limits apart: what the limits list and what is next to it, what is left
/// out, and what the known chains use.
fn samples(row: &'static FacetRow, op: Op, old: &FacetLimit, new: &FacetLimit) -> Vec<UseValue> {
    let mut found: Vec<UseValue> = [old, new].into_iter().flat_map(|limit| limit.listed_values()).collect();
    found.extend(reach_request::used_of(row.facet).iter().cloned());
    found.extend(left_out(row, op));
    found.extend(match row.kind {
        FacetKind::Flag => vec![UseValue::Flag(true), UseValue::Flag(false)],
        FacetKind::Count | FacetKind::Cpus | FacetKind::Size => vec![UseValue::Amount(None)],
        FacetKind::Image => vec![UseValue::Image(image::Reference::parse("another.example/another").normal())],
        FacetKind::Pair => vec![UseValue::Pair { key: "another".into(), value: Some("x".into()) }],
        FacetKind::HostPath => vec![UseValue::Path { path: "/another".into(), read_only: true }],
        _ => vec![UseValue::text("another"), UseValue::Default],
    });
    found
}

/// How [`said_value`] ends for a path that is written to.
const WRITING: &str = " for writing";

fn is_written(value: &UseValue) -> bool {
    matches!(value, UseValue::Path { read_only: false, .. })
}

fn said_once(values: impl Iterator<Item = String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    values.filter(|value| seen.insert(value.clone())).take(MOST).collect()
}

/// What has to be there, what is put in, and fields by their own names.
fn words(old: &Rule, new: &Rule) -> Vec<Part> {
    let list = |rule: &Rule| rule.require.iter().map(|it| it.word.to_owned()).collect::<BTreeSet<String>>();
    let raw = |rule: &Rule| rule.raw.iter().map(|limit| limit.said()).collect::<BTreeSet<String>>();
    let set = |rule: &Rule| rule.set.iter().map(super::setting::Setting::said).collect::<BTreeSet<String>>();
    let mut found: Vec<Part> = [("require", list(old), list(new)), ("fields", raw(old), raw(new))]
        .into_iter()
        .filter_map(|(word, old, new)| demands(word, &old, &new))
        .collect();
    let (before, after) = (set(old), set(new));
    found.extend((before != after).then(|| plain("set", Change::Unclear, &joined(&before), &joined(&after))));
    found
}

/// Each that is gone widens, and each that has come narrows.
fn demands(word: &str, old: &BTreeSet<String>, new: &BTreeSet<String>) -> Option<Part> {
    let (gone, come) = (old.difference(new).count(), new.difference(old).count());
    let change = match (gone, come) {
        (0, 0) => return None,
        (0, _) => Change::Narrower,
        (_, 0) => Change::Wider,
        _ => Change::Both,
    };
    Some(plain(word, change, &joined(old), &joined(new)))
}

fn joined(words: &BTreeSet<String>) -> String {
    if words.is_empty() { "nothing".into() } else { words.iter().cloned().collect::<Vec<_>>().join(", ") }
}

fn hidden(old: PartSet, new: PartSet) -> Option<Part> {
    let list = |parts: PartSet| parts.words().map(str::to_owned).collect::<BTreeSet<String>>();
    demands("hide", &list(old), &list(new))
}
