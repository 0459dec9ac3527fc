//! Where in a request the uses of a facet are: fields of the body, parameters, the name in the path.

use crate::catalogue::fields::{Field, Means, Shape};
use crate::catalogue::{Facet, FacetRow, Op};
use crate::request::{IN_PATH, facets_of};

/// The places in requests for an operation that can be uses of the facet.
pub(super) fn of(row: &FacetRow, op: Op) -> Vec<String> {
    let fields = fields(op).into_iter().filter(|(_, facets)| facets.contains(&row.facet)).map(|(path, _)| path);
    let named = op.operation().query.iter().map(|param| param.name).chain([IN_PATH]);
    let named = named.filter(|name| facets_of(op, name).contains(&row.facet)).map(called);
    fields.chain(named).collect()
}

fn called(name: &str) -> String {
    if name == IN_PATH { "the name in the path".to_owned() } else { format!("`?{name}=`") }
}

/// Every field of the operation's body that is a use of something, by its path.
fn fields(op: Op) -> Vec<(String, Vec<Facet>)> {
    let mut found = Vec::new();
    if let Some(table) = op.operation().body.table() {
        walk(table, "", &mut found);
    }
    found
}

fn walk(field: &Field, path: &str, found: &mut Vec<(String, Vec<Facet>)>) {
    let facets: &[Facet] = match &field.means {
        Means::Is(facet) | Means::Given(facet) | Means::Keys(facet) => std::slice::from_ref(facet),
        Means::Gather(gather) => gather.facets(),
        Means::Inner => return inside(&field.shape, path, found),
        Means::Part | Means::Harmless(_) => return,
    };
    let path = if path.is_empty() { "the body".to_owned() } else { format!("`{path}`") };
    found.push((path, facets.to_vec()));
}

fn inside(shape: &Shape, path: &str, found: &mut Vec<(String, Vec<Facet>)>) {
    match shape {
        Shape::Object(tables) => Field::all(tables).for_each(|field| {
            let dot = if path.is_empty() { "" } else { "." };
            walk(field, &format!("{path}{dot}{}", field.name), found);
        }),
        Shape::List(inner) => inside(inner, &format!("{path}[]"), found),
        Shape::Map(inner) => inside(inner, &format!("{path}{{}}"), found),
        _ => {}
    }
}
