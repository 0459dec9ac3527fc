//! Entries of `may` and `never` to rules.

use super::about::AboutLimit;
use super::all_else;
use super::compile_facet;
use super::compile_query;
use super::compile_target::{self, Misfit};
use super::compile_view::{self, Word};
use super::copy::{self, CopyLimit};
use super::facet_limit::FacetLimit;
use super::limit::QueryLimit;
use super::names::Names;
use super::place::Place;
use super::raw::{self, RawLimit};
use super::reader::Reader;
use super::report::meant;
use super::require::{self, Requirement};
use super::rule::Rule;
use super::select::{Selection, select};
use super::setting::{self, Setting};
use super::syntax::Entry;
use super::text::{listed, plain, shown};
use super::tree::Pair;
use super::unexamined;
use super::view::{Shown, Shows};
use super::vocabulary::LIMITS;
use super::written::Written;
use crate::catalogue::{FACETS, Facet, FacetRow, Op, OpSet, facet_named};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Which list an entry stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    May,
    Never,
}

/// The limits of one entry.
#[derive(Default)]
struct Limits<'t> {
    /// `target: { name: ... }`
    names: Option<(&'t Pair, Written<'t>)>,
    /// `target: { label: ... }`, `show: { label: ... }`
    about: Option<(&'t Pair, Box<[Shown]>)>,
    /// `copy_of: { label: ... }`
    copy_of: Option<(&'t Pair, CopyLimit)>,
    /// `all_else: none`
    all_else: Option<&'t Pair>,
    /// `hide: [env]`
    hide: Vec<Word<'t>>,
    /// `query.NAME: ...`
    query: Vec<(&'t Pair, &'t str, Written<'t>)>,
    /// `binds: ...`
    facets: Vec<(&'t Pair, &'static FacetRow, Written<'t>)>,
    /// `HostConfig.Init: ...`
    raw: Vec<(&'t Pair, Written<'t>)>,
    /// `require: [non_root]`
    require: Vec<(&'t Pair, &'static Requirement)>,
    /// `set: { user: "1000" }`
    set: Vec<(&'t Pair, Vec<Setting>)>,
}

/// An entry on its way to rules.
struct Job<'e, 't> {
    entry: &'e Entry<'t>,
    place: Place,
    selection: Selection,
    limits: Limits<'t>,
    mode: Mode,
}

/// Compiles an entry: one rule for each operation that it covers.
pub(super) fn compile<'t>(reader: &mut Reader<'_, 't>, entry: &Entry<'t>, mode: Mode) -> Vec<Rule> {
    let Some(selection) = select(reader, entry) else { return Vec::new() };
    if !may_be_granted(reader, entry, selection, mode) {
        return Vec::new();
    }
    if let Some(sound) = unexamined::asked(reader, entry, selection, mode) {
        return sound
            .map(|op| Rule::unexamined(op, reader.report.place(entry.span, &entry.path)))
            .into_iter()
            .collect();
    }
    let Some(limits) = limits(reader, entry, mode) else { return Vec::new() };
    let operations = selection.operations();
    compile_view::check_hide(reader, &limits.hide, selection, operations);
    for (pair, name, _) in &limits.query {
        compile_view::check_columns(reader, &limits.hide, pair, operations);
        check_parameter(reader, pair, name, selection, operations);
    }
    if let Some(pair) = limits.all_else {
        check_word(reader, pair, selection, operations, |op| FACETS.iter().any(|row| row.fits(op)), "use any facet");
        if limits.copy_of.is_some() {
            let help = "a copy may have what its original has; take `all_else` away";
            reader.report.problem_with_help(pair.key.span, "`all_else` and `copy_of` stand in one entry", help);
        }
    }
    if let Some((pair, _)) = &limits.copy_of {
        check_word(reader, pair, selection, operations, |op| op == Op::ContainerCreate, "be held to an original");
    }
    for (pair, row, _) in &limits.facets {
        check_facet(reader, pair, row, selection, operations);
    }
    for (pair, _) in &limits.raw {
        check_field(reader, pair, selection, operations);
    }
    for (pair, requirement) in &limits.require {
        let fits = |op| requirement.fits(op);
        check_word(reader, pair, selection, operations, fits, &format!("be held to {}", shown(requirement.word)));
    }
    for (pair, _) in &limits.set {
        let fits = |op| setting::fits(&pair.key.text, op);
        let what = format!("have {} set", shown(&pair.key.text));
        check_word(reader, pair, selection, operations, fits, &what);
    }
    let place = reader.report.place(entry.span, &entry.path);
    let job = Job { entry, place, selection, limits, mode };
    operations.iter().filter_map(|op| rule(reader, &job, op)).collect()
}

fn may_be_granted(reader: &mut Reader<'_, '_>, entry: &Entry<'_>, selection: Selection, mode: Mode) -> bool {
    if mode == Mode::Never {
        return true;
    }
    if matches!(selection, Selection::Everything) && entry.limits.is_some() {
        let help = "name operations or groups to limit them, or write exceptions under `never`";
        reader.report.problem_with_help(entry.span, "`everything` takes no limits under `may`", help);
        return false;
    }
    true
}

/// The rule for one operation; nothing if the entry says nothing about it, or has problems.
fn rule<'t>(reader: &mut Reader<'_, 't>, job: &Job<'_, 't>, op: Op) -> Option<Rule> {
    let Objects { target, about, shows } = objects(reader, job, op).ok()?;
    let mut query: Vec<QueryLimit> = Vec::new();
    for (pair, name, written) in &job.limits.query {
        if let Some(param) = op.operation().param(name) {
            query.push(compile_query::limit(reader, pair.key.span, param, written, job.mode)?);
        }
    }
    let mut facets = facets(reader, job, op)?;
    if job.limits.all_else.is_some() {
        facets.extend(all_else::limits(op, &facets));
    }
    let raw = raw_limits(reader, job, op)?;
    // an exception that says nothing about this operation must not forbid all of it
    let of_any = target.is_none() && about.is_none() && shows.is_none();
    let says_nothing = of_any && query.is_empty() && facets.is_empty() && raw.is_empty();
    if job.mode == Mode::Never && job.entry.limits.is_some() && says_nothing {
        return None;
    }
    let unexamined = matches!(job.selection, Selection::Everything);
    let place = job.place.clone();
    let require = job.limits.require.iter().map(|(_, requirement)| *requirement).filter(|it| it.fits(op)).collect();
    let fitting = job.limits.set.iter().filter(|(pair, _)| setting::fits(&pair.key.text, op));
    let set = fitting.flat_map(|(_, settings)| settings.iter().cloned()).collect();
    let copied = job.limits.copy_of.as_ref().filter(|_| op == Op::ContainerCreate);
    let copy_of = copied.map(|(_, limit)| limit.clone());
    let (query, facets, raw) = (query.into(), facets.into(), raw.into());
    let hide = compile_view::hidden(&job.limits.hide, op);
    Some(Rule { op, place, unexamined, target, about, copy_of, query, facets, raw, require, set, shows, hide })
}

/// The objects that an entry is about: one in the path, or those of a list.
#[derive(Default)]
struct Objects {
    target: Option<Names>,
    about: Option<AboutLimit>,
    shows: Option<Arc<Shows>>,
}

fn objects(reader: &mut Reader<'_, '_>, job: &Job<'_, '_>, op: Op) -> Result<Objects, Misfit> {
    let lists = compile_view::lists(op) && !matches!(job.selection, Selection::Everything);
    let mut found = Objects::default();
    if let Some((pair, written)) = &job.limits.names {
        compile_target::check_never(reader, pair, written, job.mode)?;
        match lists {
            true => found.shows = compile_view::by_names(reader, written, job.mode, op)?,
            false => found.target = compile_target::names(reader, pair, written, job.selection, job.mode, op)?,
        }
    }
    if let Some((pair, facts)) = &job.limits.about {
        match lists {
            true => found.shows = compile_view::by_facts(reader, pair, facts, op)?,
            false => found.about = Some(compile_target::about(reader, pair, facts, job.selection, op)?),
        }
    }
    Ok(found)
}

/// The limits on fields that the operation's body has.
fn raw_limits(reader: &mut Reader<'_, '_>, job: &Job<'_, '_>, op: Op) -> Option<Vec<RawLimit>> {
    let Some(table) = op.operation().body.table() else { return Some(Vec::new()) };
    let used = job.limits.raw.iter().filter(|(pair, _)| raw::fits(table, &pair.key.text));
    let limit = |(pair, written): &(&Pair, Written<'_>)| {
        raw::limit(reader, pair.key.span, table, &pair.key.text, written, job.mode)
    };
    let compiled: Vec<Option<RawLimit>> = used.map(limit).collect();
    compiled.into_iter().collect()
}

/// The limits on what a request for this operation can use.
fn facets<'t>(reader: &mut Reader<'_, 't>, job: &Job<'_, 't>, op: Op) -> Option<Vec<FacetLimit>> {
    let used = job.limits.facets.iter().filter(|(_, row, _)| row.fits(op));
    // every problem is reported before the first one ends this
    let compiled: Vec<Option<FacetLimit>> =
        used.map(|(pair, row, written)| compile_facet::limit(reader, pair.key.span, row, written, job.mode)).collect();
    compiled.into_iter().collect()
}

fn limits<'t>(reader: &mut Reader<'_, 't>, entry: &Entry<'t>, mode: Mode) -> Option<Limits<'t>> {
    let mut limits = Limits::default();
    let Some(node) = entry.limits else { return Some(limits) };
    let node = reader.resolve(node)?;
    let pairs = reader.map(entry.span, node, &format!("the limits of {}", shown(entry.word)));
    let mut sound = !pairs.is_empty();
    for pair in pairs {
        let word = pair.key.text.as_str();
        let read = match (word, word.strip_prefix("query.")) {
            ("require", _) => require::read(reader, pair, mode)
                .map(|found| limits.require.extend(found.into_iter().map(|requirement| (pair, requirement)))),
            ("set", _) => setting::read(reader, pair, mode).map(|found| limits.set = found),
            ("hide", _) => compile_view::hide(reader, pair, mode).map(|found| limits.hide = found),
            (unexamined::WORD, _) => unexamined::beside_limits(reader, pair, entry),
            ("show", _) if mode == Mode::Never => only_target(reader, pair),
            (all_else::WORD, _) => all_else::read(reader, pair, mode).map(|pair| limits.all_else = Some(pair)),
            (copy::WORD, _) => copy_of(reader, pair, mode).map(|found| limits.copy_of = Some((pair, found))),
            ("target" | "show", _) => target(reader, pair, &mut limits),
            (_, Some(name)) => {
                reader.written(pair.key.span, &pair.value).map(|written| limits.query.push((pair, name, written)))
            }
            (word, _) if facet_named(word).is_none() && raw::is_field(word) => {
                reader.written(pair.key.span, &pair.value).map(|written| limits.raw.push((pair, written)))
            }
            _ => facet(reader, pair).map(|found| limits.facets.push(found)),
        };
        sound &= read.is_some();
    }
    sound.then_some(limits)
}

fn facet<'t>(reader: &mut Reader<'_, 't>, pair: &'t Pair) -> Option<(&'t Pair, &'static FacetRow, Written<'t>)> {
    let Some(row) = facet_named(&pair.key.text) else {
        let known: Vec<&str> = LIMITS.all.iter().copied().chain(FACETS.iter().map(|row| row.word)).collect();
        reader.unknown_word(pair, &known);
        return None;
    };
    reader.written(pair.key.span, &pair.value).map(|written| (pair, row, written))
}

/// `name` is what something is called that is made; what there is already is a target.
fn misplaced_name(reader: &mut Reader<'_, '_>, pair: &Pair) {
    let name = pair.value.text().map_or("...".to_owned(), plain);
    let help = format!("write `target: {{ name: {name} }}`");
    reader.report.problem_with_help(pair.key.span, "`name` stands under `target`", help);
}

/// A limit on what no operation can use would limit nothing.
fn check_facet(reader: &mut Reader<'_, '_>, pair: &Pair, row: &FacetRow, selection: Selection, operations: OpSet) {
    const MOST: usize = 4;
    let unnamed = |op: Op| op.operation().target.is_some() && !row.fits(op);
    if row.facet == Facet::Name && operations.iter().any(unnamed) {
        return misplaced_name(reader, pair);
    }
    if operations.iter().any(|op| row.fits(op)) {
        return;
    }
    let who = match selection {
        Selection::Operation(row) => row.name.to_owned(),
        Selection::Group(group) => format!("no operation of `{}`", group.name),
        Selection::Everything => "no operation".to_owned(),
    };
    let cannot = if matches!(selection, Selection::Operation(_)) { "cannot use" } else { "can use" };
    let users: Vec<String> = row.operations.iter().map(|op| op.name().to_owned()).collect();
    let help = format!("it is a limit on {}", listed(&users, "and", MOST));
    reader.report.problem_with_help(pair.key.span, format!("{who} {cannot} `{}`", row.word), help);
}

/// By its name alone an object is known from the path; for everything else, the daemon is asked.
fn target<'t>(reader: &mut Reader<'_, 't>, pair: &'t Pair, limits: &mut Limits<'t>) -> Option<()> {
    let node = reader.resolve(&pair.value)?;
    let word = &pair.key.text;
    if node.text().is_some_and(|text| text != "own") {
        let help = format!("write `{word}: {{ name: ... }}`, or another of the facts");
        let message = format!("`{word}` does not say what about the object");
        reader.report.problem_with_help(pair.key.span, message, help);
        return None;
    }
    if limits.names.is_some() || limits.about.is_some() {
        let help = "`target` also says what lists and events show; write all facts there";
        reader.report.problem_with_help(pair.key.span, "`target` and `show` stand in one entry", help);
        return None;
    }
    if let Some(name) = node.only("name") {
        limits.names = Some((name, reader.written(name.key.span, &name.value)?));
        return Some(());
    }
    limits.about = Some((pair, compile_view::facts(reader, pair, node)?));
    Some(())
}

/// What never appears is a target.
fn only_target(reader: &mut Reader<'_, '_>, pair: &Pair) -> Option<()> {
    let help = "write `target`: on a list it says what never appears";
    reader.report.problem_with_help(pair.key.span, "`show` stands under `may` alone", help);
    None
}

/// `any`, or what the original has to be.
fn copy_of<'t>(reader: &mut Reader<'_, 't>, pair: &'t Pair, mode: Mode) -> Option<CopyLimit> {
    let help = "write `any`, or what the original has to be: `{ label: ... }`, `{ name: ... }`";
    if mode == Mode::Never {
        let help = "write it under `may`: it says what a new container has to be";
        reader.report.problem_with_help(pair.key.span, "`copy_of` cannot stand under `never`", help);
        return None;
    }
    let node = reader.resolve(&pair.value)?;
    match node.text() {
        Some("any") => Some(CopyLimit::Any),
        Some(word) if word != "own" => {
            reader.report.problem_with_help(pair.key.span, "`copy_of` does not say what about the original", help);
            None
        }
        _ => compile_view::facts(reader, pair, node).map(|facts| CopyLimit::Of(compile_view::of_objects(&facts))),
    }
}

/// Something that is required of, or set in, what cannot have it.
fn check_word(
    reader: &mut Reader<'_, '_>,
    pair: &Pair,
    selection: Selection,
    operations: OpSet,
    fits: impl Fn(Op) -> bool,
    what: &str,
) {
    if operations.iter().any(fits) {
        return;
    }
    let message = match selection {
        Selection::Operation(row) => format!("{} cannot {what}", row.name),
        Selection::Group(group) => format!("no operation of `{}` can {what}", group.name),
        Selection::Everything => format!("no operation can {what}"),
    };
    reader.report.problem(pair.key.span, message);
}

/// A limit on a field that no body has would limit nothing.
fn check_field(reader: &mut Reader<'_, '_>, pair: &Pair, selection: Selection, operations: OpSet) {
    let path = pair.key.text.as_str();
    let tables: Vec<_> = operations.iter().filter_map(|op| op.operation().body.table()).collect();
    if tables.iter().any(|table| raw::fits(table, path)) {
        return;
    }
    let message = match selection {
        Selection::Operation(row) => format!("{} has no field {} with a value", row.name, shown(path)),
        Selection::Group(group) => format!("no operation of `{}` has a field {} with a value", group.name, shown(path)),
        Selection::Everything => format!("no operation has a field {} with a value", shown(path)),
    };
    let known: Vec<String> = tables.iter().flat_map(|table| raw::near(table, path)).collect();
    match meant(path, known.iter().map(String::as_str)) {
        Some(help) => reader.report.problem_with_help(pair.key.span, message, help),
        None => reader.report.problem(pair.key.span, message),
    }
}

/// A limit on a parameter that no operation has would limit nothing.
fn check_parameter(reader: &mut Reader<'_, '_>, pair: &Pair, name: &str, selection: Selection, operations: OpSet) {
    let params: BTreeSet<&str> =
        operations.iter().flat_map(|op| op.operation().query).map(|param| param.name).collect();
    if params.contains(name) {
        return;
    }
    let message = match selection {
        Selection::Operation(row) => format!("{} has no query parameter {}", row.name, shown(name)),
        Selection::Group(group) => format!("no operation of `{}` has a query parameter {}", group.name, shown(name)),
        Selection::Everything => format!("no operation has a query parameter {}", shown(name)),
    };
    let help = meant(name, params.iter().copied()).unwrap_or_else(|| parameters(selection, &params));
    reader.report.problem_with_help(pair.key.span, message, help);
}

/// What could be limited instead.
fn parameters(selection: Selection, params: &BTreeSet<&str>) -> String {
    const MOST: usize = 12;
    if matches!(selection, Selection::Everything) {
        return "`dockgate operations --json` lists the parameters of each operation".into();
    }
    let names: Vec<String> = params.iter().map(|name| shown(&format!("query.{name}"))).collect();
    match listed(&names, "and", MOST) {
        none if none.is_empty() => "it has no parameters to limit".into(),
        some => format!("there is {some}"),
    }
}
