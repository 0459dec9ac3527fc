//! JSON → tree.

use super::Tree;
use crate::catalogue::fields::{Field, Shape};
use crate::request::Refusal;
use crate::request::body::{fold, is_zero};
use crate::request::json::Json;
use std::collections::HashSet;

/// Fields that the table does not have and that are not zero, by path (`HostConfig.Mounts[].Shiny`).
/// The last name is the client's own.
pub type Unknown = Vec<String>;

/// How many unknown fields are named. One is enough for a denial.
const MAX_UNKNOWN: usize = 16;

/// The part of a create that is about the host.
const HOST_CONFIG: &str = "HostConfig";

/// Reads a whole body.
pub(super) fn body(json: Json, shape: &Shape) -> Result<(Tree, Unknown), Refusal> {
    let mut reader = Reader { path: Vec::new(), unknown: Vec::new(), misplaced: Vec::new() };
    let tree = match (json, shape) {
        (Json::Null, Shape::List(_)) => Tree::Null,
        (json, shape) => reader.value(json, shape)?,
    };
    // of these, dockerd before 28 makes a `HostConfig` where there is none, which has other defaults
    if !has_host_config(&tree) {
        reader.unknown.append(&mut reader.misplaced);
    }
    Ok((tree, reader.unknown))
}

struct Reader {
    /// The names of the table on the way down, `[]` and `{}`: nothing of the client's.
    path: Vec<&'static str>,
    unknown: Unknown,
    /// Fields of the `HostConfig` at the top, with zero values.
    misplaced: Unknown,
}

fn has_host_config(tree: &Tree) -> bool {
    matches!(tree, Tree::Object(fields) if fields.iter().any(|(field, _)| field.name == HOST_CONFIG))
}

/// Whether the key is one of the `HostConfig` that these tables have.
fn is_of_host(tables: &'static [&'static [Field]], key: &str) -> bool {
    let host = Field::all(tables).find(|field| field.name == HOST_CONFIG);
    matches!(host.map(|field| &field.shape), Some(Shape::Object(inner)) if known(inner, key, 0).is_some())
}

impl Reader {
    fn value(&mut self, json: Json, shape: &Shape) -> Result<Tree, Refusal> {
        match (shape, json) {
            (Shape::Flag, Json::Bool(on)) => Ok(Tree::Flag(on)),
            (Shape::Int, Json::Number(text)) => self.int(&text),
            (Shape::Float, Json::Number(text)) => Ok(Tree::Float(text)),
            (Shape::Text, Json::String(text)) => Ok(Tree::Text(text)),
            (Shape::Base64, Json::String(text)) => self.base64(text),
            (Shape::StrSlice, Json::String(text)) => Ok(Tree::List(vec![Tree::Text(text)])),
            (Shape::StrSlice, Json::Array(items)) => self.list(items, &Shape::Text),
            (Shape::List(inner), Json::Array(items)) => self.list(items, inner),
            (Shape::Map(inner), Json::Object(given)) => self.map(given, inner),
            (Shape::Object(tables), Json::Object(given)) => self.object(given, tables),
            (shape, _) => self.refuse(&format!("is not {}", wanted(shape))),
        }
    }

    /// Go takes `1` for a whole number, but neither `1.0` nor `1e0`.
    fn int(&self, text: &str) -> Result<Tree, Refusal> {
        match text.parse() {
            Ok(number) if text != "-0" => Ok(Tree::Int(number)),
            _ => self.refuse("is not a whole number of 64 bits in its plain spelling"),
        }
    }

    /// Go takes the standard alphabet with padding, line breaks anywhere.
    fn base64(&self, text: String) -> Result<Tree, Refusal> {
        let data = text.trim_end_matches('=');
        let plain = data.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/'));
        let whole = text.len().is_multiple_of(4) && text.len() - data.len() <= 2;
        if plain && whole { Ok(Tree::Text(text)) } else { self.refuse("is not Base64 on one line") }
    }

    /// In Go a `null` in a list keeps what an earlier list had there.
    fn list(&mut self, items: Vec<Json>, inner: &Shape) -> Result<Tree, Refusal> {
        self.path.push("[]");
        if items.contains(&Json::Null) {
            return self.refuse("is `null`");
        }
        let items = items.into_iter().map(|item| self.value(item, inner)).collect::<Result<_, _>>()?;
        self.path.pop();
        Ok(Tree::List(items))
    }

    fn map(&mut self, given: Vec<(String, Json)>, inner: &Shape) -> Result<Tree, Refusal> {
        self.path.push("{}");
        let entry = |(key, json)| self.map_value(json, inner).map(|value| (key, value));
        let entries = given.into_iter().map(entry).collect::<Result<_, _>>()?;
        self.path.pop();
        Ok(Tree::Map(entries))
    }

    /// A key with `null` is a key all the same, with Go's zero value: a nil
    /// list or pointer is told from an empty one, other zeros are not.
    fn map_value(&mut self, json: Json, inner: &Shape) -> Result<Tree, Refusal> {
        match (json, inner) {
            (Json::Null, Shape::Text) => Ok(Tree::Text(String::new())),
            (Json::Null, _) => Ok(Tree::Null),
            (json, inner) => self.value(json, inner),
        }
    }

    fn object(&mut self, given: Vec<(String, Json)>, tables: &'static [&'static [Field]]) -> Result<Tree, Refusal> {
        let mut seen = Seen::default();
        let mut found = Vec::with_capacity(given.len());
        for (key, json) in given {
            let known = known(tables, &key, seen.last);
            match known {
                Some((at, field)) => found.extend(self.field(field, json)?.map(|value| (at, field, value))),
                None => self.strange(tables, &key, &json),
            }
            if !seen.is_new(known.map(|(at, _)| at), &key) {
                return self.refuse("has a key twice, in different case");
            }
        }
        found.sort_by_key(|(at, _, _)| *at);
        Ok(Tree::Object(found.into_iter().map(|(_, field, value)| (field, value)).collect()))
    }

    fn field(&mut self, field: &'static Field, json: Json) -> Result<Option<Tree>, Refusal> {
        if json == Json::Null {
            return Ok(None);
        }
        self.path.push(field.name);
        let value = self.value(json, &field.shape)?;
        self.path.pop();
        Ok(Some(value))
    }

    /// Clients send the zero values of fields that they do not use.
    fn strange(&mut self, tables: &'static [&'static [Field]], key: &str, json: &Json) {
        if !is_zero(json) {
            if self.unknown.len() < MAX_UNKNOWN {
                self.unknown.push(self.below(key));
            }
        } else if self.path.is_empty()
            && *json != Json::Null
            && self.misplaced.len() < MAX_UNKNOWN
            && is_of_host(tables, key)
        {
            self.misplaced.push(key.to_owned());
        }
    }

    /// The path of a key of the client's.
    fn below(&self, key: &str) -> String {
        match self.written() {
            top if top.is_empty() => key.to_owned(),
            path => format!("{path}.{key}"),
        }
    }

    fn refuse<T>(&self, what: &str) -> Result<T, Refusal> {
        Err(Refusal::malformed(match self.written() {
            path if path.is_empty() => format!("the body {what}"),
            path => format!("`{path}` of the body {what}"),
        }))
    }

    /// The path so far, as Docker's lists of fields write it.
    fn written(&self) -> String {
        let mut path = String::new();
        for step in &self.path {
            if !path.is_empty() && !matches!(*step, "[]" | "{}") {
                path.push('.');
            }
            path.push_str(step);
        }
        path
    }
}

/// The keys of an object so far: fields by their places, others by their folded names.
#[derive(Default)]
struct Seen {
    places: Vec<usize>,
    others: HashSet<String>,
    last: usize,
}

impl Seen {
    fn is_new(&mut self, place: Option<usize>, key: &str) -> bool {
        let Some(at) = place else { return self.others.insert(fold(key)) };
        self.last = at;
        let new = !self.places.contains(&at);
        self.places.push(at);
        new
    }
}

/// The field that Go would fill. Clients send the names as they are, and often in the table's
/// order, so the field behind the last one is looked at first.
fn known(tables: &'static [&'static [Field]], key: &str, last: usize) -> Option<(usize, &'static Field)> {
    let fields = || Field::all(tables).enumerate();
    let next = fields().skip(last).take(4).find(|(_, field)| field.name == key);
    let exactly = || fields().find(|(_, field)| field.name == key);
    let folded = || {
        let folded = fold(key);
        fields().find(|(_, field)| field.name.eq_ignore_ascii_case(&folded))
    };
    next.or_else(exactly).or_else(folded)
}

fn wanted(shape: &Shape) -> &'static str {
    match shape {
        Shape::Flag => "`true` or `false`",
        Shape::Int => "a whole number",
        Shape::Float => "a number",
        Shape::Text => "a text",
        Shape::Base64 => "a text of Base64",
        Shape::StrSlice => "a list of texts or a text",
        Shape::List(_) => "a list",
        Shape::Map(_) | Shape::Object(_) => "a JSON object",
    }
}
