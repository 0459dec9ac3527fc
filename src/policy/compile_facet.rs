//! Values of facets, as policies write them, by the kind of the facet.

use super::compile::Mode;
use super::facet_limit::{Allowed, FacetLimit};
use super::facet_matcher::FacetMatcher;
use super::facet_said::said_items;
use super::image::ImagePattern;
use super::limit::{flag, int};
use super::path_pattern::{PathPattern, cleaner};
use super::pattern::Pattern;
use super::port_limit::PortLimit;
use super::reader::Reader;
use super::report::{Span, meant};
use super::text::{listed, shown};
use super::tree::Pair;
use super::who_read;
use super::written::{Form, Item, Written};
use crate::catalogue::{Facet, FacetKind, FacetRow, LeftOut};
use crate::request::values::{amount, capability, namespace, pair, registry, security_opt, ulimit, user};

/// Why a value means nothing here, and what would help.
#[derive(Debug)]
pub(super) struct Misfit {
    message: String,
    help: Option<String>,
}

impl From<String> for Misfit {
    fn from(message: String) -> Self {
        Self { message, help: None }
    }
}

impl Misfit {
    fn helped(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: Some(help.into()) }
    }
}

type Compiled = Result<FacetMatcher, Misfit>;

/// The limit, or nothing when its problems were reported.
pub(super) fn limit<'t>(
    reader: &mut Reader<'_, 't>,
    span: Span,
    row: &'static FacetRow,
    written: &Written<'t>,
    mode: Mode,
) -> Option<FacetLimit> {
    let items = match written {
        Written::Any => return Some(FacetLimit::any(row)),
        Written::List(items) => items,
    };
    if items.is_empty() && !none_means_something(reader, span, row, mode) {
        return None;
    }
    let compile = |item: &Item<'t>| match item.form {
        Form::Object(facts) => object(reader, item.span, row, facts),
        _ => report(reader, item.span, one(row, &item.form, mode)),
    };
    let matchers: Vec<FacetMatcher> = items.iter().filter_map(compile).collect();
    let complete = matchers.len() == items.len();
    complete.then(|| FacetLimit { row, allowed: Allowed::List(matchers.into()), said: said_items(row, items).into() })
}

/// Objects by what the daemon says of them.
fn object<'t>(reader: &mut Reader<'_, 't>, span: Span, row: &FacetRow, facts: &'t [Pair]) -> Option<FacetMatcher> {
    if !names_objects(row) {
        let message = format!("{} names no objects that could have labels", shown(row.word));
        reader.report.problem(span, message);
        return None;
    }
    let before = reader.report.problems.len();
    let facts = who_read::object(reader, facts);
    (reader.report.problems.len() == before).then(|| FacetMatcher::Object(Box::new(facts)))
}

/// Whether values of the facet are names of objects that the daemon can be asked about.
pub(super) fn names_objects(row: &FacetRow) -> bool {
    let namespace = row.kind == FacetKind::Namespace && namespace::joins_containers(row.facet);
    namespace || row.facet.target().is_some()
}

fn report(reader: &mut Reader<'_, '_>, span: Span, compiled: Compiled) -> Option<FacetMatcher> {
    let misfit = match compiled {
        Ok(matcher) => return Some(matcher),
        Err(misfit) => misfit,
    };
    match misfit.help {
        Some(help) => reader.report.problem_with_help(span, misfit.message, help),
        None => reader.report.problem(span, misfit.message),
    }
    None
}

fn none_means_something(reader: &mut Reader<'_, '_>, span: Span, row: &FacetRow, mode: Mode) -> bool {
    if mode == Mode::Never {
        reader.report.problem(span, "`none` under `never` forbids nothing");
        return false;
    }
    if row.left_out == LeftOut::Unlimited {
        let message = format!("no request can fit `{}: none`, for what is left out has no limit", row.word);
        reader.report.problem_with_help(span, message, format!("write `{}: {{ max: ... }}`", row.word));
        return false;
    }
    true
}

/// The catalogue's own words; nothing if one of them cannot be read.
pub(super) fn words(row: &'static FacetRow, words: &[&str]) -> Option<Box<[FacetMatcher]>> {
    let form = |word| if word == "default" { Form::Default } else { Form::Word(word) };
    words.iter().map(|word| one(row, &form(word), Mode::May).ok()).collect()
}

fn one(row: &FacetRow, form: &Form<'_>, mode: Mode) -> Compiled {
    match (form, row.kind) {
        (Form::Range(..), _) if mode == Mode::Never => Err("a range cannot stand under `never`".to_owned().into()),
        (Form::From(_, true), _) if mode == Mode::Never => {
            let help = "write the path alone; it is then forbidden in every way";
            Err(Misfit::helped("`read_only` cannot stand under `never`", help))
        }
        (Form::Own, _) => own(row, mode),
        (Form::Object(_), _) => Err(format!("{} takes no objects", shown(row.word)).into()),
        (Form::Default, _) => default(row),
        (Form::Range(min, max), kind) => range(row, kind, *min, *max),
        (_, FacetKind::Count | FacetKind::Cpus | FacetKind::Size) => Err(no_range(row)),
        (form, FacetKind::Device | FacetKind::HostPath) => path(row, form, mode),
        (Form::From(..), _) => Err(format!("{} are no paths", shown(row.word)).into()),
        (form, FacetKind::Pair) => pair(row, form),
        (Form::Regex(regex), FacetKind::Image) => Ok(FacetMatcher::Image(ImagePattern::Whole(Pattern::regex(regex)?))),
        (Form::Regex(_), FacetKind::Flag | FacetKind::Port | FacetKind::Ulimit) => {
            Err(format!("{} takes no regular expression", shown(row.word)).into())
        }
        (Form::Regex(regex), _) => Ok(FacetMatcher::Text(Pattern::regex(regex)?)),
        (Form::Exactly(word), FacetKind::Name | FacetKind::Text | FacetKind::Command) => {
            Ok(FacetMatcher::Text(Pattern::literal(word)))
        }
        (Form::Word(text) | Form::Exactly(text), _) => word(row, text),
    }
}

fn own(row: &FacetRow, mode: Mode) -> Compiled {
    if mode == Mode::Never {
        let help = "the label of a tenant under `never`: write `{ label: dockgate.tenant=NAME }`";
        return Err(Misfit::helped("`own` cannot stand under `never`, which holds for roles of several tenants", help));
    }
    if names_objects(row) {
        return Ok(FacetMatcher::Own);
    }
    let help = "a thing that is really called so is `{ name: own }`";
    Err(Misfit::helped(format!("{} names no objects of one's own", shown(row.word)), help))
}

fn default(row: &FacetRow) -> Compiled {
    if row.left_out == LeftOut::Default {
        return Ok(FacetMatcher::Default);
    }
    let help = "leave the word out, or write `any` or `none`";
    Err(Misfit::helped(format!("{} has no default to be named", shown(row.word)), help))
}

fn word(row: &FacetRow, text: &str) -> Compiled {
    match row.kind {
        FacetKind::Capability => capability(text),
        FacetKind::Flag => match flag(text) {
            Some(flag) => Ok(FacetMatcher::Flag(flag)),
            None => Err(format!("{} is neither `true` nor `false`", shown(text)).into()),
        },
        FacetKind::Image => Ok(FacetMatcher::Image(ImagePattern::glob(text)?)),
        FacetKind::Name if row.facet == Facet::Volumes && text.contains([':', '/']) => {
            let help =
                "write the name alone, as in `data`; where it is mounted is free. Folders of the host are `binds`";
            Err(Misfit::helped(format!("{} is no name of a volume", shown(text)), help))
        }
        FacetKind::Name => name(row, text),
        FacetKind::Namespace => namespace(row, text),
        FacetKind::Port => Ok(FacetMatcher::Port(PortLimit::read(text)?)),
        FacetKind::Registry => registry(text),
        FacetKind::SecurityOpt => normal(text, security_opt::normal(text), "no security option of Docker"),
        FacetKind::Ulimit => ulimit(text),
        FacetKind::User => normal(text, user::normal(text), "no user or group"),
        _ => Ok(FacetMatcher::Text(Pattern::glob(text)?)),
    }
}

/// Text in the one spelling that requests have, too; patterns are taken as they are.
fn normal(text: &str, normal: Option<String>, what: &str) -> Compiled {
    match normal {
        _ if text.contains('*') => Ok(FacetMatcher::Text(Pattern::glob(text)?)),
        Some(normal) => Ok(FacetMatcher::Text(Pattern::literal(&normal))),
        None => Err(format!("{} is {what}", shown(text)).into()),
    }
}

fn capability(text: &str) -> Compiled {
    let name = capability::normal(text);
    if name == capability::ALL {
        return Ok(FacetMatcher::Text(Pattern::glob("**")?));
    }
    if name.contains('*') || capability::CAPABILITIES.contains(&name.as_str()) {
        return Ok(FacetMatcher::Text(Pattern::glob(&name)?));
    }
    let help = meant(&name, capability::CAPABILITIES.iter().copied());
    Err(Misfit { message: format!("no capability is called {}", shown(text)), help })
}

fn name(row: &FacetRow, text: &str) -> Compiled {
    Ok(match (row.facet, text) {
        (Facet::Volumes, "anonymous") => FacetMatcher::Unnamed,
        (Facet::Networks, "bridge") => FacetMatcher::Default,
        _ => FacetMatcher::Text(Pattern::glob(text.strip_prefix('/').unwrap_or(text))?),
    })
}

fn namespace(row: &FacetRow, text: &str) -> Compiled {
    let known = namespace::words(row.facet);
    let joins = namespace::joins_containers(row.facet);
    if known.contains(&text) || (joins && text.starts_with("container:")) {
        return Ok(FacetMatcher::Text(Pattern::glob(text)?));
    }
    let mut help: Vec<String> = known.iter().map(|word| shown(word)).collect();
    help.extend(joins.then(|| "`container:NAME`".to_owned()));
    let message = format!("{} has no mode {}", shown(row.word), shown(text));
    Err(Misfit::helped(message, format!("write {}", listed(&help, "or", help.len()))))
}

fn registry(text: &str) -> Compiled {
    let host = text.trim_end_matches('/');
    if host.contains('/') {
        let help = registry::of_address(text).map(|host| format!("write {}", shown(&host)));
        return Err(Misfit { message: format!("{} is no host of a registry", shown(text)), help });
    }
    normal(host, registry::of_address(host), "no host of a registry")
}

fn ulimit(text: &str) -> Compiled {
    let unlimited = format!("{text}=-1");
    let read = ulimit::read(text).or_else(|| ulimit::read(&unlimited));
    let Some((name, soft, hard)) = read else {
        let help = "write `nofile=1024`, `nofile=1024:2048` or `nofile`";
        return Err(Misfit::helped(format!("{} is no ulimit", shown(text)), help));
    };
    let bound = |number: i64| (number >= 0).then_some(number);
    Ok(FacetMatcher::Ulimit { name: name.into(), soft: bound(soft), hard: bound(hard) })
}

fn path(row: &FacetRow, form: &Form<'_>, mode: Mode) -> Compiled {
    let (text, read_only) = match form {
        Form::Regex(_) if mode == Mode::Never => {
            let help = "write a path, `*` for one directory, `**` for any number";
            return Err(Misfit::helped("a regular expression over paths cannot stand under `never`", help));
        }
        Form::Regex(regex) => return Ok(FacetMatcher::Path { path: PathPattern::regex(regex)?, read_only: false }),
        Form::From(text, read_only) => (*text, *read_only),
        Form::Word(text) | Form::Exactly(text) => (*text, false),
        _ => return Err(format!("{} takes paths", shown(row.word)).into()),
    };
    let device = row.kind == FacetKind::Device && text.contains('=');
    if !text.starts_with('/') && !device {
        return Err(Misfit::helped(format!("{} is no path of the host", shown(text)), "begin it with a `/`"));
    }
    if let Some((path, rest)) = text.split_once(':').filter(|_| row.kind == FacetKind::HostPath && mode != Mode::Never)
    {
        let message = format!("{} is how Docker writes a whole bind; a limit is a path of the host", shown(text));
        let read_only = format!("{{ from: {path}, read_only: true }}");
        let path = if rest.split([':', ',']).any(|option| option == "ro") { read_only } else { path.to_owned() };
        return Err(Misfit::helped(message, format!("write {}", shown(&path))));
    }
    if let Some(clean) = cleaner(text) {
        let message = format!("{} is not how requests are judged, so it would never fit", shown(text));
        return Err(Misfit::helped(message, format!("write {}", shown(&clean))));
    }
    Ok(FacetMatcher::Path { path: PathPattern::glob(text)?, read_only })
}

fn pair(row: &FacetRow, form: &Form<'_>) -> Compiled {
    let (text, exact) = match form {
        Form::Regex(regex) => return Ok(FacetMatcher::PairWhole(Pattern::regex(regex)?)),
        Form::Exactly(text) => (*text, true),
        Form::Word(text) => (*text, false),
        _ => return Err(format!("{} takes `KEY` or `KEY=VALUE`", shown(row.word)).into()),
    };
    // an empty value can be meant, an empty key cannot
    let pattern = |text: &str| if exact { Ok(Pattern::literal(text)) } else { Pattern::glob(text) };
    let value_pattern = |text: &str| if text.is_empty() { Ok(Pattern::literal(text)) } else { pattern(text) };
    let (key, value) = text.split_once('=').map_or((text, None), |(key, value)| (key, Some(value)));
    let key = if row.facet == Facet::Sysctls { pair::sysctl_key(key) } else { key.to_owned() };
    Ok(FacetMatcher::Pair { key: pattern(&key)?, value: value.map(value_pattern).transpose()? })
}

fn range(row: &FacetRow, kind: FacetKind, min: Option<&str>, max: Option<&str>) -> Compiled {
    let read: fn(&str) -> Option<i64> = match kind {
        FacetKind::Count => int,
        FacetKind::Cpus => amount::cpus,
        FacetKind::Size => amount::bytes,
        _ => return Err(format!("{} takes no range", shown(row.word)).into()),
    };
    let number = |text: &str| read(text).ok_or_else(|| no_number(kind, text));
    let (min, max) = (min.map(number).transpose()?, max.map(number).transpose()?);
    match (min, max) {
        (Some(min), Some(max)) if min > max => Err("no amount is as large and as small as this".to_owned().into()),
        _ => Ok(FacetMatcher::Amount(min, max)),
    }
}

fn no_number(kind: FacetKind, text: &str) -> Misfit {
    match kind {
        FacetKind::Size if int(text).is_some() => {
            let help = format!("write `{text}MiB`, `{text}GiB`, or `{text}B` for bytes");
            Misfit::helped(format!("{} has no unit", shown(text)), help)
        }
        FacetKind::Size => Misfit::helped(format!("{} is no size", shown(text)), "write `512MiB` or `1.5GiB`"),
        FacetKind::Cpus => Misfit::helped(format!("{} is no number of processors", shown(text)), "write `2` or `0.5`"),
        _ => format!("{} is no whole number", shown(text)).into(),
    }
}

/// `mem_limit: 4GiB` would mean exactly that much, which is hardly ever meant.
fn no_range(row: &FacetRow) -> Misfit {
    let example = match row.kind {
        FacetKind::Size => "4GiB",
        FacetKind::Cpus => "1.5",
        _ => "100",
    };
    let help = format!("write `{}: {{ max: {example} }}`, or `{{ min: ..., max: ... }}`", row.word);
    Misfit::helped(format!("{} is limited by a range", shown(row.word)), help)
}
