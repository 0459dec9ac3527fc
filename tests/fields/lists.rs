//! The committed lists of fields, held against the tables.

use dockgate::catalogue::fields::{Field, Shape};
use dockgate::catalogue::{OPERATIONS, Operation, operation_named};
use std::collections::HashSet;

/// Docker's own descriptions, and what dockerd reads beside them.
const LISTS: [&str; 2] = [include_str!("spec.txt"), include_str!("beyond.txt")];

/// Paths that Docker's descriptions have, and dockerd does not read as they say.
const MISTAKEN: &[(&str, &str)] = &[
    (".", "the body itself"),
    ("Data[]", "bytes are Base64 text; 1.25 to 1.30 called it a list"),
    ("HostConfig.PortBindings{}.HostIp", "a list of bindings; 1.25 to 1.30 left the list out"),
    ("HostConfig.PortBindings{}.HostPort", "a list of bindings; 1.25 to 1.30 left the list out"),
    ("IPAM.Config[]{}", "an object with fields; up to 1.40 a map"),
    ("IPAM.Options[]{}", "one map; up to 1.38 a list of them"),
    ("RemoteAddrs", "a list; up to 1.38 one text"),
    ("Volumes.additionalProperties", "a map, its notation mistaken for a field"),
    ("Init", "belongs to a create; dockerd reads none in an update"),
    ("Preferred[]{}", "an object with the map in a field"),
    ("Requisite[]{}", "an object with the map in a field"),
];

/// One line of a list.
struct Line {
    operation: &'static Operation,
    path: &'static str,
    kind: &'static str,
}

impl Line {
    fn is_mistaken(&self) -> bool {
        MISTAKEN.iter().any(|(path, _)| self.fits(path))
    }

    fn fits(&self, mistaken: &str) -> bool {
        self.path == mistaken || (mistaken.ends_with("[]{}") && self.path.ends_with(&format!(".{mistaken}")))
    }
}

fn lines() -> Vec<Line> {
    let mut operations = Vec::new();
    let mut found = Vec::new();
    for line in LISTS.iter().flat_map(|list| list.lines()) {
        if let Some(names) = line.strip_prefix("== ") {
            operations = names.split(' ').map(|name| operation_named(name).expect(name)).collect();
        } else if !line.is_empty() && !line.starts_with('#') {
            let (path, rest) = line.split_once(' ').unwrap();
            let kind = rest.split(' ').next().unwrap();
            found.extend(operations.iter().map(|operation| Line { operation, path, kind }));
        }
    }
    found
}

/// `A.B[].C{}` as `A`, `B`, `[]`, `C`, `{}`.
fn steps(path: &'static str) -> impl Iterator<Item = &'static str> {
    path.split('.').flat_map(|word| {
        let plain = word.find(['[', '{']).unwrap_or(word.len());
        let (name, marks) = word.split_at(plain);
        let marks = (0..marks.len() / 2).map(move |at| &marks[at * 2..at * 2 + 2]);
        std::iter::once(name).filter(|name| !name.is_empty()).chain(marks)
    })
}

fn find(table: &Field, path: &'static str) -> Option<Shape> {
    steps(path).try_fold(table.shape, |shape, step| match (shape, step) {
        (Shape::List(inner), "[]") | (Shape::Map(inner), "{}") => Some(*inner),
        (Shape::StrSlice, "[]") => Some(Shape::Text),
        (Shape::Object(tables), name) => {
            Field::all(tables).find(|field| field.name.eq_ignore_ascii_case(name)).map(|field| field.shape)
        }
        _ => None,
    })
}

fn is_kind(shape: Shape, kind: &str) -> bool {
    match shape {
        Shape::Flag => kind == "boolean",
        Shape::Int => kind == "integer",
        Shape::Float => kind == "number",
        Shape::Text | Shape::Base64 => kind == "string",
        Shape::StrSlice => kind == "array|string",
        Shape::List(_) => kind == "array",
        Shape::Map(_) | Shape::Object(_) => kind == "object",
    }
}

#[test]
fn every_field_that_docker_reads_has_a_row() {
    let missing: Vec<_> = lines().iter().filter(|line| !line.is_mistaken()).filter_map(missing).collect();
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

/// What is wrong with the row of this line.
fn missing(line: &Line) -> Option<String> {
    let (name, path) = (line.operation.name, line.path);
    let Some(table) = line.operation.body.table() else {
        return Some(format!("{name} has no table"));
    };
    match find(table, path) {
        None => Some(format!("no row for `{path}` of {name}")),
        Some(shape) if is_kind(shape, line.kind) => None,
        Some(shape) => Some(format!("`{path}` of {name} is {shape:?}, not {}", line.kind)),
    }
}

#[test]
fn every_row_is_a_field_that_docker_reads() {
    let mut known = HashSet::new();
    for line in lines().iter().filter(|line| !line.is_mistaken()) {
        let mut path = String::from(line.operation.name);
        for step in steps(line.path) {
            path = format!("{path}/{}", step.to_ascii_lowercase());
            known.insert(path.clone());
        }
    }
    for operation in OPERATIONS {
        let rows = operation.body.table().map(super::rows::below).unwrap_or_default();
        for row in rows {
            let path = format!("{}/{}", operation.name, row.steps.join("/").to_ascii_lowercase());
            assert!(known.contains(&path), "{path} is in no list");
        }
    }
}

#[test]
fn every_mistake_is_still_there() {
    let lines = lines();
    for (path, why) in MISTAKEN {
        assert!(lines.iter().any(|line| line.fits(path)), "`{path}` ({why}) is in no list");
    }
}

#[test]
fn every_operation_with_json_has_a_list() {
    let listed: HashSet<_> = lines().iter().map(|line| line.operation.name).collect();
    for operation in OPERATIONS.iter().filter(|operation| operation.body.table().is_some()) {
        assert!(listed.contains(operation.name), "{}", operation.name);
    }
}
