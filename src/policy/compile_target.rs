//! `target: { name: ... }` compiled for one operation.

use super::compile::Mode;
use super::image::ImagePattern;
use super::names::{Names, is_image_like, is_whole_id};
use super::pattern::Pattern;
use super::reader::Reader;
use super::select::Selection;
use super::text::{listed, shown};
use super::tree::Pair;
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
    let kind = op.operation().target;
    let sweeping = matches!(selection, Selection::Everything);
    match kind {
        None if sweeping => return Ok(None),
        None => return Err(nameless(reader, pair, selection, op)),
        Some(Target::Exec) if !sweeping => return Err(nameless(reader, pair, selection, op)),
        Some(_) => {}
    }
    let Some(kind) = kind else { return Ok(None) };
    match written {
        Written::Any => Ok(Some(Names::any(kind))),
        Written::List(items) => {
            check_never(reader, pair, items, mode)?;
            let said = said(items);
            let names = if is_image_like(kind) {
                Names::images(kind, collect(reader, items, image)?, said)
            } else {
                Names::plain(kind, collect(reader, items, plain)?, said)
            };
            Ok(Some(names))
        }
    }
}

fn nameless(reader: &mut Reader<'_, '_>, pair: &Pair, selection: Selection, op: Op) -> Misfit {
    let name = op.name();
    let why = match op.operation().target {
        Some(_) => format!("{name} names an exec by its ID, and execs have no names"),
        None => format!("{name} names no object in its path"),
    };
    let help = match selection {
        Selection::Group(group) => {
            format!("name the operations of `{}` one by one, and limit those that name one", group.name)
        }
        _ => "leave the limit out".to_owned(),
    };
    reader.report.problem_with_help(pair.key.span, why, help);
    Misfit
}

fn check_never(reader: &mut Reader<'_, '_>, pair: &Pair, items: &[Item<'_>], mode: Mode) -> Result<(), Misfit> {
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

fn collect<T>(
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

fn plain(form: &Form<'_>) -> Result<Pattern, String> {
    match form {
        // people write the slash that Docker's own answers show
        Form::Word(word) => Pattern::glob(word.strip_prefix('/').unwrap_or(word)),
        Form::Exactly(name) => Ok(Pattern::literal(name)),
        Form::Regex(regex) => Pattern::regex(regex),
        Form::Default | Form::From(..) | Form::Range(..) => Err(no_name(form)),
    }
}

fn image(form: &Form<'_>) -> Result<ImagePattern, String> {
    match form {
        Form::Word(name) | Form::Exactly(name) => ImagePattern::glob(name),
        Form::Regex(regex) => Pattern::regex(regex).map(ImagePattern::Whole),
        Form::Default | Form::From(..) | Form::Range(..) => Err(no_name(form)),
    }
}

fn no_name(form: &Form<'_>) -> String {
    match form {
        Form::Default => "`default` is a keyword; a thing that is really called so is `{ name: default }`".into(),
        Form::From(..) => "a path is no name".into(),
        _ => "a range is no name".into(),
    }
}

fn said(items: &[Item<'_>]) -> String {
    const MOST: usize = 6;
    let words = items.iter().map(|item| match item.form {
        Form::Word(word) | Form::Exactly(word) | Form::Regex(word) => shown(word),
        Form::Default | Form::From(..) | Form::Range(..) => String::new(),
    });
    match listed(&words.collect::<Vec<_>>(), "or", MOST) {
        none if none.is_empty() => "none".into(),
        some => format!("only {some}"),
    }
}
