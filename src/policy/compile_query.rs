//! `query.NAME: ...` compiled for one parameter.

use super::compile::Mode;
use super::limit::{Allowed, Matcher, QueryLimit, flag, int};
use super::path;
use super::pattern::Pattern;
use super::reader::Reader;
use super::report::Span;
use super::text::shown;
use super::written::{Form, Item, Written};
use crate::catalogue::{Kind, Param};
use crate::request::{signal_name, signal_names};

/// The limit, or nothing when its problems were reported.
pub(super) fn limit(
    reader: &mut Reader<'_, '_>,
    span: Span,
    param: &'static Param,
    written: &Written<'_>,
    mode: Mode,
) -> Option<QueryLimit> {
    let items = match written {
        Written::Any => return Some(QueryLimit::new(param, Allowed::Any)),
        Written::List(items) => items,
    };
    if items.is_empty() && mode == Mode::Never {
        reader.report.problem(span, "`none` under `never` forbids nothing");
        return None;
    }
    let matchers: Vec<Matcher> = items.iter().filter_map(|item| one(reader, param, item, mode)).collect();
    let complete = matchers.len() == items.len();
    complete.then(|| QueryLimit::new(param, Allowed::List(matchers)))
}

/// What is wrong with a value, and what may help.
pub(super) type Wrong = (String, Option<&'static str>);

fn one(reader: &mut Reader<'_, '_>, param: &Param, item: &Item<'_>, mode: Mode) -> Option<Matcher> {
    let found = match mode {
        Mode::Never => check_never(param, &item.form).and_then(|()| matcher(param, &item.form)),
        Mode::May => matcher(param, &item.form),
    };
    match found {
        Ok(matcher) => return Some(matcher),
        Err((message, Some(help))) => reader.report.problem_with_help(item.span, message, help),
        Err((message, None)) => reader.report.problem(item.span, message),
    }
    None
}

/// What is forbidden by its spelling is free in every other one, and most texts have several.
fn check_never(param: &Param, form: &Form<'_>) -> Result<(), Wrong> {
    if matches!(form, Form::Range(..)) {
        return Err(("a range cannot stand under `never`".into(), None));
    }
    if param.kind == Kind::Path && matches!(form, Form::Regex(regex) if !regex.contains('/')) {
        return Err(("no path fits this under `never`".into(), Some("paths are compared as `/etc/passwd`")));
    }
    if param.kind == Kind::Text && !param.one_spelling {
        let message =
            format!("{} can be spelled in several ways, so `never` cannot list its values", shown(param.name));
        return Err((message, Some("write `any` here, or list what may be instead, under `may`")));
    }
    Ok(())
}

fn matcher(param: &Param, form: &Form<'_>) -> Result<Matcher, Wrong> {
    let plainly = |message: String| (message, None);
    match (form, param.kind) {
        (Form::Default, _) => Ok(Matcher::Default),
        (form, Kind::Bool | Kind::Flag) => boolean(form).map_err(plainly),
        (form, Kind::Int) => number(form).map_err(plainly),
        (form, Kind::Signal) => signal(form),
        (form, Kind::Path) => path(form),
        (form, Kind::Text) => text(form),
        (_, Kind::Filters | Kind::Json) => {
            let name = shown(param.name);
            Err(plainly(format!("{name} cannot be limited to values yet: only `any`, `none` or `default`")))
        }
    }
}

pub(super) fn boolean(form: &Form<'_>) -> Result<Matcher, String> {
    match form {
        Form::Word(word) | Form::Exactly(word) => {
            flag(word).map(Matcher::Flag).ok_or_else(|| format!("{} is neither `true` nor `false`", shown(word)))
        }
        _ => Err("this parameter is `true` or `false`".into()),
    }
}

pub(super) fn number(form: &Form<'_>) -> Result<Matcher, String> {
    let read = |text: &str| int(text).ok_or_else(|| format!("{} is no whole number", shown(text)));
    match form {
        Form::Word(word) | Form::Exactly(word) => read(word).map(Matcher::Int),
        Form::Range(min, max) => {
            let (min, max) = (min.map(read).transpose()?, max.map(read).transpose()?);
            match (min, max) {
                (Some(min), Some(max)) if min > max => Err(format!("no number is at least {min} and at most {max}")),
                _ => Ok(Matcher::Range(min, max)),
            }
        }
        _ => Err("this parameter is a whole number".into()),
    }
}

fn signal(form: &Form<'_>) -> Result<Matcher, Wrong> {
    let pattern = match form {
        Form::Word(word) | Form::Exactly(word) => signal_name(word)
            .map(|name| Pattern::literal(&name))
            .ok_or_else(|| (format!("{} is no signal", shown(word)), None))?,
        Form::Regex(regex) => Pattern::regex(regex).map_err(|message| (message, None))?,
        _ => return Err(("this parameter is a signal".into(), None)),
    };
    if !signal_names().any(|name| pattern.fits(&name)) {
        return Err(("no signal fits this".into(), Some("signals are compared as `KILL`")));
    }
    Ok(Matcher::Text(pattern))
}

fn path(form: &Form<'_>) -> Result<Matcher, Wrong> {
    let normal = |text: &str| path::normal(text).ok_or_else(|| (format!("{} leads elsewhere", shown(text)), None));
    let pattern = match form {
        Form::Word(word) => Pattern::glob(&normal(word)?),
        Form::Exactly(word) => Ok(Pattern::literal(&normal(word)?)),
        Form::Regex(regex) => Pattern::regex(regex),
        _ => Err("this parameter is a path".into()),
    };
    pattern.map(Matcher::Path).map_err(|message| (message, None))
}

pub(super) fn text(form: &Form<'_>) -> Result<Matcher, Wrong> {
    let pattern = match form {
        Form::Word(word) => Pattern::glob(word),
        Form::Exactly(word) => Ok(Pattern::literal(word)),
        Form::Regex(regex) => Pattern::regex(regex),
        _ => {
            let help = "write words, patterns such as `a-*`, or `{ regex: \"[0-9]{1,3}\" }`";
            return Err(("this parameter is text, not a number".into(), Some(help)));
        }
    };
    pattern.map(Matcher::Text).map_err(|message| (message, None))
}
