//! Raw paths: limits on fields of a body by Docker's own names, for experts.
//!
//! A raw path narrows what a grant allows; it never opens what a facet closes.

use super::compile::Mode;
use super::compile_query::{boolean, number, text};
use super::limit::Matcher;
use super::reader::Reader;
use super::report::Span;
use super::text::{listed, shown};
use super::written::{Form, Item, Written};
use crate::catalogue::OPERATIONS;
use crate::catalogue::fields::{Field, Shape};
use crate::request::{Request, Tree, Value};

/// A limit on one field of a body.
#[derive(Clone, Debug)]
pub(super) struct RawLimit {
    /// The path as the policy writes it.
    pub(super) path: Box<str>,
    steps: Box<[Step]>,
    /// What may stand there; nothing for `any`.
    allowed: Option<Box<[Matcher]>>,
}

/// One step down a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Field(&'static str),
    /// Every item of a list, every value of a map.
    Each,
}

/// Whether the word could be the path of a field: it has a dot, or some body has a field of this name.
pub(super) fn is_field(word: &str) -> bool {
    word.contains('.') || OPERATIONS.iter().filter_map(|row| row.body.table()).any(|table| has(&table.shape, word))
}

fn has(shape: &Shape, name: &str) -> bool {
    match shape {
        Shape::Object(tables) => Field::all(tables).any(|field| field.name == name || has(&field.shape, name)),
        Shape::List(inner) | Shape::Map(inner) => has(inner, name),
        _ => false,
    }
}

/// The way to a value by a path like `HostConfig.Mounts[].Type`, and the value's shape.
/// Behind a list or map of values, `[]` and `{}` may be left out.
fn resolve(table: &'static Field, path: &str) -> Option<(Vec<Step>, &'static Shape)> {
    let mut shape = &table.shape;
    let mut steps = Vec::new();
    for name in path.split('.') {
        let plain = name.trim_end_matches(['[', ']', '{', '}']);
        let Shape::Object(tables) = shape else { return None };
        let field = Field::all(tables).find(|field| field.name == plain)?;
        steps.push(Step::Field(field.name));
        shape = each(&field.shape, &mut steps);
    }
    Some((steps, shape))
}

/// Goes into lists and maps until something else comes.
fn each(shape: &'static Shape, steps: &mut Vec<Step>) -> &'static Shape {
    match shape {
        Shape::List(inner) | Shape::Map(inner) => {
            steps.push(Step::Each);
            each(inner, steps)
        }
        Shape::StrSlice => {
            steps.push(Step::Each);
            &Shape::Text
        }
        other => other,
    }
}

/// Whether the body of this table has the path, with a value at its end.
pub(super) fn fits(table: &'static Field, path: &str) -> bool {
    resolve(table, path).is_some_and(|(_, shape)| !matches!(shape, Shape::Object(_)))
}

/// The fields of a table that begin like the path, for whoever mistyped it.
pub(super) fn near(table: &'static Field, path: &str) -> Vec<String> {
    let (parent, before) = path.rsplit_once('.').map_or(("", ""), |(parent, _)| (parent, "."));
    let shape = if parent.is_empty() { Some(&table.shape) } else { resolve(table, parent).map(|(_, shape)| shape) };
    let Some(Shape::Object(tables)) = shape else { return Vec::new() };
    Field::all(tables).map(|field| format!("{parent}{before}{}", field.name)).collect()
}

/// The limit, or nothing when its problems were reported.
pub(super) fn limit(
    reader: &mut Reader<'_, '_>,
    span: Span,
    table: &'static Field,
    path: &str,
    written: &Written<'_>,
    mode: Mode,
) -> Option<RawLimit> {
    let (steps, shape) = resolve(table, path)?;
    let limit = |allowed| RawLimit { path: path.into(), steps: steps.into(), allowed };
    let Written::List(items) = written else { return Some(limit(None)) };
    if items.is_empty() && mode == Mode::Never {
        reader.report.problem(span, "`none` under `never` forbids nothing");
        return None;
    }
    let matchers: Vec<Matcher> = items.iter().filter_map(|item| one(reader, shape, path, item, mode)).collect();
    (matchers.len() == items.len()).then(|| limit(Some(matchers.into())))
}

fn one(reader: &mut Reader<'_, '_>, shape: &Shape, path: &str, item: &Item<'_>, mode: Mode) -> Option<Matcher> {
    let plain = |message: String| (message, None);
    let found = match (&item.form, shape) {
        (Form::Range(..), _) if mode == Mode::Never => Err(plain("a range cannot stand under `never`".into())),
        (Form::Default, _) => Ok(Matcher::Default),
        (form, Shape::Flag) => boolean(form).map_err(plain),
        (form, Shape::Int) => number(form).map_err(plain),
        (_, Shape::Text) if mode == Mode::Never => Err(many_spellings(path)),
        (form, Shape::Text) => text(form),
        _ => Err(plain(format!("{} takes `any` or `none` alone", shown(path)))),
    };
    match found {
        Ok(matcher) => return Some(matcher),
        Err((message, Some(help))) => reader.report.problem_with_help(item.span, message, help),
        Err((message, None)) => reader.report.problem(item.span, message),
    }
    None
}

fn many_spellings(path: &str) -> (String, Option<&'static str>) {
    let message = format!("{} can be spelled in several ways, so `never` cannot list its values", shown(path));
    (message, Some("name the facet instead, or write `any`"))
}

impl RawLimit {
    /// The limit in words.
    pub(super) fn said(&self) -> String {
        let list = self.allowed.as_deref().map(|list| list.iter().map(Matcher::said).collect::<Vec<_>>());
        let said = list.map(|list| listed(&list, "or", 6));
        format!("{}: {}", self.path, said.unwrap_or_else(|| "any".into()))
    }

    /// What the request does beyond the limit; completes "may not ...".
    pub(super) fn objection(&self, request: &Request) -> Option<String> {
        let list = self.allowed.as_ref()?;
        let found = self.values(request);
        let beyond = found.iter().find(|value| !holds(list, value.as_ref()))?;
        let deed = if beyond.is_none() { "leave out" } else { "set" };
        let said: Vec<String> = list.iter().map(Matcher::said).collect();
        let only = if said.is_empty() { "none".into() } else { format!("only {}", listed(&said, "or", 6)) };
        let path = shown(&self.path);
        let end = if beyond.is_none() { String::new() } else { " to this value".to_owned() };
        Some(format!("{deed} {path}{end} ({}: {only})", self.path))
    }

    /// What the request does of what is listed; completes "may not ...".
    pub(super) fn touched(&self, request: &Request) -> Option<String> {
        let listed = |value: &Option<Value>| match &self.allowed {
            None => value.is_some(),
            Some(list) => holds(list, value.as_ref()),
        };
        let touched = self.values(request).iter().any(listed);
        touched.then(|| format!("set {} like this (never: {})", shown(&self.path), self.path))
    }

    /// Whether the request says anything there.
    pub(super) fn is_said(&self, request: &Request) -> bool {
        self.values(request).iter().any(Option::is_some)
    }

    /// Every value at the end of the path; nothing where Docker would find its zero value.
    fn values(&self, request: &Request) -> Vec<Option<Value>> {
        let mut found = Vec::new();
        walk(request.body.as_ref(), &self.steps, &mut found);
        found
    }
}

fn walk(tree: Option<&Tree>, steps: &[Step], found: &mut Vec<Option<Value>>) {
    match (steps, tree) {
        ([], tree) => found.push(tree.and_then(value)),
        ([Step::Field(name), rest @ ..], tree) => walk(tree.and_then(|tree| tree.get(name)), rest, found),
        // an item is there, whatever its value
        ([Step::Each], Some(Tree::List(items))) => found.extend(items.iter().map(|item| Some(there(item)))),
        ([Step::Each], Some(Tree::Map(entries))) => found.extend(entries.iter().map(|(_, item)| Some(there(item)))),
        ([Step::Each, rest @ ..], Some(Tree::List(items))) => {
            items.iter().for_each(|item| walk(Some(item), rest, found));
        }
        ([Step::Each, rest @ ..], Some(Tree::Map(entries))) => {
            entries.iter().for_each(|(_, item)| walk(Some(item), rest, found));
        }
        ([Step::Each, ..], _) => {}
    }
}

/// The value of an item, zero or not.
fn there(tree: &Tree) -> Value {
    let zero = || if matches!(tree, Tree::Int(_)) { Value::Int(0) } else { Value::Text(String::new()) };
    value(tree).unwrap_or_else(|| if matches!(tree, Tree::Flag(_)) { Value::Flag(false) } else { zero() })
}

/// A value that is not Go's zero value.
fn value(tree: &Tree) -> Option<Value> {
    match tree {
        Tree::Flag(on) => on.then_some(Value::Flag(true)),
        Tree::Int(number) => (*number != 0).then_some(Value::Int(*number)),
        Tree::Text(text) => (!text.is_empty()).then(|| Value::Text(text.clone())),
        Tree::Float(text) => Some(Value::Text(text.clone())),
        Tree::Null => None,
        Tree::List(_) | Tree::Map(_) | Tree::Object(_) => Some(Value::Flag(true)),
    }
}

/// Whether the value is on the list; the zero value is `default`, and `false` and `0` where they are meant.
fn holds(list: &[Matcher], value: Option<&Value>) -> bool {
    match value {
        Some(value) => list.iter().any(|matcher| matcher.fits(value)),
        None => {
            let zeros = [Value::Flag(false), Value::Int(0), Value::Text(String::new())];
            let meant =
                |matcher: &Matcher| matches!(matcher, Matcher::Default) || zeros.iter().any(|z| matcher.fits(z));
            list.is_empty() || list.iter().any(meant)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{denied, one_role, problems, role};

    const CREATE: &str = "POST /v1.47/containers/create";

    #[test]
    fn a_raw_path_narrows_a_grant() {
        let cases = [
            ("HostConfig.Init: false", r#"{"HostConfig":{"Init":false}}"#, ""),
            ("HostConfig.Init: false", "{}", ""),
            ("HostConfig.Init: false", r#"{"hostconfig":{"init":true}}"#, "HostConfig.Init"),
            ("HostConfig.Init: true", "{}", "HostConfig.Init"),
            ("Tty: false", r#"{"Tty":true}"#, "Tty"),
            (
                "HostConfig.LogConfig.Type: [json-file]",
                r#"{"HostConfig":{"LogConfig":{"Type":"local"}}}"#,
                "HostConfig.LogConfig.Type",
            ),
            ("HostConfig.LogConfig.Type: [json-file]", "{}", "HostConfig.LogConfig.Type"),
            ("HostConfig.LogConfig.Type: [json-file, default]", "{}", ""),
            ("'HostConfig.CapDrop[]': [ALL]", r#"{"HostConfig":{"CapDrop":["ALL"]}}"#, ""),
            ("HostConfig.CapDrop: [ALL]", r#"{"HostConfig":{"CapDrop":["ALL","X"]}}"#, "HostConfig.CapDrop"),
            ("HostConfig.ShmSize: { max: 5 }", r#"{"HostConfig":{"ShmSize":6}}"#, "HostConfig.ShmSize"),
            ("HostConfig.ShmSize: { max: 5 }", r#"{"HostConfig":{"ShmSize":5}}"#, ""),
            ("Labels: none", r#"{"Labels":{"a":"b"}}"#, "Labels"),
            ("Labels: none", r#"{"Labels":{"a":""}}"#, "Labels"),
            ("Labels: none", r#"{"Labels":{}}"#, ""),
            ("HostConfig.Tmpfs: none", r#"{"HostConfig":{"Tmpfs":{"/x":""}}}"#, "HostConfig.Tmpfs"),
            ("HostConfig.ContainerIDFile: any", r#"{"HostConfig":{"ContainerIDFile":"x"}}"#, ""),
        ];
        for (limit, body, word) in cases {
            let role = role(&format!("may:\n- ContainerCreate: {{ {limit} }}"));
            assert_eq!(denied(&role, CREATE, body), word, "{limit} {body}");
        }
    }

    #[test]
    fn a_raw_path_opens_nothing() {
        let role = role("may:\n- ContainerCreate: { HostConfig.Privileged: true }");
        assert_eq!(denied(&role, CREATE, r#"{"HostConfig":{"Privileged":true}}"#), "privileged");
    }

    #[test]
    fn never_takes_raw_paths_with_one_spelling() {
        let role = role("may: [everything]\nnever:\n- everything: { Tty: true, HostConfig.ContainerIDFile: any }");
        assert_eq!(denied(&role, CREATE, r#"{"tty":true}"#), "never");
        assert_eq!(denied(&role, CREATE, r#"{"HostConfig":{"ContainerIDFile":"x"}}"#), "never");
        assert_eq!(denied(&role, CREATE, r#"{"Tty":false,"HostConfig":{"ContainerIDFile":""}}"#), "");
    }

    #[test]
    fn paths_that_no_body_has_are_problems() {
        let cases = [
            ("may:\n- ContainerCreate: { HostConfig.Privilegd: true }", "did you mean `HostConfig.Privileged`"),
            (
                "may:\n- ContainerList: { HostConfig.Privileged: true }",
                "ContainerList has no field `HostConfig.Privileged`",
            ),
            (
                "may:\n- ContainerCreate: { HostConfig.LogConfig: x }",
                "ContainerCreate has no field `HostConfig.LogConfig`",
            ),
            ("may:\n- ContainerCreate: { HostConfig.Init: 5 }", "`5` is neither `true` nor `false`"),
            ("may: [everything]\nnever:\n- ContainerCreate: { HostConfig.LogConfig.Type: gelf }", "several ways"),
        ];
        for (body, expected) in cases {
            let found = problems(&one_role(body));
            assert_eq!(found.len(), 1, "{body} {found:?}");
            assert!(found[0].contains(expected), "{body} {found:?}");
        }
    }
}
