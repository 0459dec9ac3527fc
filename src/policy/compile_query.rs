//! `query.NAME: ...` compiled for one parameter.

use super::compile::Mode;
use super::limit::{Allowed, Matcher, QueryLimit, flag, int};
use super::pattern::Pattern;
use super::reader::Reader;
use super::report::Span;
use super::text::shown;
use super::written::{Form, Item, Written};
use crate::catalogue::{Kind, Param};
use crate::request::signal_name;

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

fn one(reader: &mut Reader<'_, '_>, param: &Param, item: &Item<'_>, mode: Mode) -> Option<Matcher> {
    let found = match (&item.form, param.kind) {
        (Form::Default, _) => Ok(Matcher::Default),
        (Form::Range(..), _) if mode == Mode::Never => Err("a range cannot stand under `never`".into()),
        (form, Kind::Bool | Kind::Flag) => boolean(form),
        (form, Kind::Int) => number(form),
        (form, Kind::Signal) => signal(form),
        (form, Kind::Text) => text(form),
        (_, Kind::Filters | Kind::Json) => {
            Err(format!("{} cannot be limited to values yet: only `any`, `none` or `default`", shown(param.name)))
        }
    };
    found.map_err(|message| reader.report.problem(item.span, message)).ok()
}

fn boolean(form: &Form<'_>) -> Result<Matcher, String> {
    match form {
        Form::Word(word) | Form::Exactly(word) => {
            flag(word).map(Matcher::Flag).ok_or_else(|| format!("{} is neither `true` nor `false`", shown(word)))
        }
        _ => Err("this parameter is `true` or `false`".into()),
    }
}

fn number(form: &Form<'_>) -> Result<Matcher, String> {
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

fn signal(form: &Form<'_>) -> Result<Matcher, String> {
    match form {
        Form::Word(word) | Form::Exactly(word) => signal_name(word)
            .map(|name| Matcher::Text(Pattern::literal(&name)))
            .ok_or_else(|| format!("{} is no signal", shown(word))),
        Form::Regex(regex) => Pattern::regex(regex).map(Matcher::Text),
        _ => Err("this parameter is a signal".into()),
    }
}

fn text(form: &Form<'_>) -> Result<Matcher, String> {
    match form {
        Form::Word(word) => Pattern::glob(word).map(Matcher::Text),
        Form::Exactly(word) => Ok(Matcher::Text(Pattern::literal(word))),
        Form::Regex(regex) => Pattern::regex(regex).map(Matcher::Text),
        _ => Err("this parameter is text, not a number".into()),
    }
}
