//! `target: { name: ... }` compiled for one operation.

use super::about::{self, AboutLimit};
use super::compile::Mode;
use super::compile_view;
use super::image::ImagePattern;
use super::names::{Names, called, is_image_like, is_whole_id};
use super::pattern::Pattern;
use super::reader::Reader;
use super::select::Selection;
use super::text::{listed, shown};
use super::tree::Pair;
use super::view::Shown;
use super::written::{Form, Item, Written};
use crate::catalogue::{Op, Target};

/// The limit was reported and cannot be compiled.
#[derive(Debug)]
pub(super) struct Misfit;

/// The names for one operation; none where `everything` under `never` skips what names no object.
pub(super) fn names(
    reader: &mut Reader<'_, '_>,
    pair: &Pair,
    written: &Written<'_>,
    selection: Selection,
    mode: Mode,
    op: Op,
) -> Result<Option<Names>, Misfit> {
    let sweeping = matches!(selection, Selection::Everything);
    // of all operations those count, too, that name an object in their query
    let in_query = if sweeping { op.operation().object_in_query() } else { None };
    let kind = op.operation().target.or(in_query);
    match kind {
        None if sweeping => return Ok(None),
        None => return Err(nameless(reader, pair, selection, op)),
        Some(_) => {}
    }
    let Some(kind) = kind else { return Ok(None) };
    match written {
        Written::Any => Ok(Some(Names::any(kind))),
        Written::List(items) => {
            if kind == Target::Container && !sweeping {
                items.iter().for_each(|item| check_container(reader, item));
            }
            if is_image_like(kind) {
                check_expressions(reader, items, mode)?;
            }
            of_kind(reader, kind, items).map(Some)
        }
    }
}

/// Names of objects of a kind.
pub(super) fn of_kind(reader: &mut Reader<'_, '_>, kind: Target, items: &[Item<'_>]) -> Result<Names, Misfit> {
    let said = said(items);
    Ok(if is_image_like(kind) {
        Names::images(kind, collect(reader, items, image)?, said)
    } else {
        Names::plain(kind, collect(reader, items, plain)?, said)
    })
}

/// The facts of a target for one operation, if the daemon can be asked about what it names.
pub(super) fn about(
    reader: &mut Reader<'_, '_>,
    pair: &Pair,
    facts: &[Shown],
    selection: Selection,
    op: Op,
) -> Result<AboutLimit, Misfit> {
    let limit = compile_view::of_objects(facts);
    let name = op.name();
    let (message, help) = match op.operation().target {
        _ if matches!(selection, Selection::Everything) => (
            "under `everything` a target is known by its name alone".to_owned(),
            "write `target: { name: ... }`, or forbid operations and groups one by one".to_owned(),
        ),
        None => return Err(nameless(reader, pair, selection, op)),
        Some(_) if !about::fits(op) => (
            format!("{name} is about what a registry has, which is known by its name alone"),
            "write `target: { name: ... }`".to_owned(),
        ),
        Some(_) if facts.iter().any(|facts| facts.kinds.is_some() || facts.actions.is_some()) => {
            (format!("{name} tells of no `type` or `action`"), "these are facts of SystemEvents".to_owned())
        }
        Some(kind) => match limit.misfit(kind) {
            None => return Ok(limit),
            Some(fact) => (
                format!("{name} is about a {}, which has no {fact}", called(kind)),
                "it is known by `name`, `id`, `label` and `project`".to_owned(),
            ),
        },
    };
    reader.report.problem_with_help(pair.key.span, message, help);
    Err(Misfit)
}

fn nameless(reader: &mut Reader<'_, '_>, pair: &Pair, selection: Selection, op: Op) -> Misfit {
    let name = op.name();
    let why = format!("{name} names no object in its path");
    let help = match selection {
        Selection::Group(group) => {
            format!("name the operations of `{}` one by one, and limit those that name one", group.name)
        }
        _ => "leave the limit out".to_owned(),
    };
    reader.report.problem_with_help(pair.key.span, why, help);
    Misfit
}

/// What under `never` would forbid less than it looks like.
pub(super) fn check_never(
    reader: &mut Reader<'_, '_>,
    pair: &Pair,
    written: &Written<'_>,
    mode: Mode,
) -> Result<(), Misfit> {
    let Written::List(items) = written else { return Ok(()) };
    if mode == Mode::May {
        return Ok(());
    }
    if items.is_empty() {
        reader.report.problem(pair.key.span, "`none` under `never` forbids nothing");
        return Err(Misfit);
    }
    let id = |item: &&Item<'_>| matches!(item.form, Form::Word(word) | Form::Exactly(word) if is_whole_id(word));
    let Some(item) = items.iter().find(id) else { return Ok(()) };
    let help = "write the object's name; its ID is then forbidden too";
    reader.report.problem_with_help(item.span, "an ID under `never` would leave the object's name free", help);
    Err(Misfit)
}

/// Every full name of an image has a slash, so an expression without one leaves all of them free.
pub(super) fn check_expressions(reader: &mut Reader<'_, '_>, items: &[Item<'_>], mode: Mode) -> Result<(), Misfit> {
    let short = |item: &&Item<'_>| matches!(item.form, Form::Regex(regex) if !regex.contains('/'));
    let Some(item) = items.iter().find(|item| mode == Mode::Never && short(item)) else { return Ok(()) };
    let help = "images are compared as `docker.io/library/nginx:latest`";
    reader.report.problem_with_help(item.span, "no image fits this under `never`", help);
    Err(Misfit)
}

/// Names as containers are not called.
fn check_container(reader: &mut Reader<'_, '_>, item: &Item<'_>) {
    let (Form::Word(word) | Form::Exactly(word)) = item.form else { return };
    let plain = without_slash(word);
    if word.contains(':') {
        let message = format!("no container is called {}: containers have no tags", shown(word));
        reader.report.warn(item.span, message, "write the container's own name; its image is not looked at");
    } else if plain != word {
        let help = format!("Docker takes both for the same container: write {}", shown(plain));
        reader.report.warn(item.span, format!("{} is compared without its slash", shown(word)), help);
    }
}

pub(super) fn collect<T>(
    reader: &mut Reader<'_, '_>,
    items: &[Item<'_>],
    compile: impl Fn(&Form<'_>) -> Result<T, String>,
) -> Result<Vec<T>, Misfit> {
    let mut patterns = Vec::with_capacity(items.len());
    for item in items {
        match compile(&item.form) {
            Ok(pattern) => patterns.push(pattern),
            Err(message) => reader.report.problem(item.span, message),
        }
    }
    if patterns.len() == items.len() { Ok(patterns) } else { Err(Misfit) }
}

pub(super) fn plain(form: &Form<'_>) -> Result<Pattern, String> {
    match form {
        Form::Word(word) => Pattern::glob(without_slash(word)),
        Form::Exactly(name) => Ok(Pattern::literal(without_slash(name))),
        Form::Regex(regex) => Pattern::regex(regex),
        _ => Err(no_name(form)),
    }
}

/// People write the slash that Docker's own answers show.
fn without_slash(name: &str) -> &str {
    name.strip_prefix('/').unwrap_or(name)
}

pub(super) fn image(form: &Form<'_>) -> Result<ImagePattern, String> {
    match form {
        Form::Word(name) => ImagePattern::glob(name),
        Form::Exactly(name) => Ok(ImagePattern::literal(name)),
        Form::Regex(regex) => Pattern::regex(regex).map(ImagePattern::Whole),
        _ => Err(no_name(form)),
    }
}

fn no_name(form: &Form<'_>) -> String {
    match form {
        Form::Default => "`default` is a keyword; a thing that is really called so is `{ name: default }`".into(),
        Form::From(..) => "a path is no name".into(),
        Form::Own => "`own` is no name; a thing that is really called so is `{ name: own }`".into(),
        Form::Object(_) => "these facts are no name".into(),
        _ => "a range is no name".into(),
    }
}

pub(super) fn said(items: &[Item<'_>]) -> String {
    const MOST: usize = 6;
    let words = items.iter().map(|item| match item.form {
        Form::Word(word) | Form::Exactly(word) | Form::Regex(word) => shown(word),
        _ => String::new(),
    });
    match listed(&words.collect::<Vec<_>>(), "or", MOST) {
        none if none.is_empty() => "none".into(),
        some => format!("only {some}"),
    }
}
