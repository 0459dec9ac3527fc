//! A request → what it uses: every value of its body and query under the word of its power.
//!
//! The tables say what a field means; `readers` has a function for every value
//! that means more than its text, `query` the parameters, and `implied` what
//! Docker takes where a request says nothing.

mod build;
mod implied;
mod query;
mod readers;

#[cfg(test)]
mod tests;

pub use query::{IN_PATH, facets_of};

use super::values::mount::is_template;
use super::values::{plain, restart};
use super::{Request, Tree, UseValue, Uses};
use crate::catalogue::fields::{Field, Gather, Means, Shape};
use crate::catalogue::{Facet, FacetKind, Op};

/// Everything that the request uses.
pub(super) fn gather(request: &Request) -> Uses {
    let op = request.operation().op;
    let mut uses = Uses::default();
    if let (Some(table), Some(body)) = (request.operation().body.table(), &request.body) {
        Walk { op, uses: &mut uses }.field(table, body, &[]);
    }
    query::gather(request, &mut uses);
    implied::gather(request, &mut uses);
    uses
}

/// The fields of one object, as a body gives them.
type Fields = [(&'static Field, Tree)];

/// The way through a body.
struct Walk<'u> {
    op: Op,
    uses: &'u mut Uses,
}

impl Walk<'_> {
    /// One field, with those beside it.
    fn field(&mut self, field: &'static Field, value: &Tree, beside: &Fields) {
        match field.means {
            Means::Is(facet) => self.is(facet, value, beside),
            Means::Given(facet) => self.given(facet, value),
            Means::Keys(facet) => self.keys(facet, value),
            Means::Gather(gather) if is_first(gather, field, beside) => {
                readers::read(gather, self.op, field, value, beside, self.uses);
            }
            Means::Inner => self.inner(value),
            Means::Gather(_) | Means::Part | Means::Harmless(_) => {}
        }
    }

    fn inner(&mut self, value: &Tree) {
        match value {
            Tree::Object(fields) => fields.iter().for_each(|(field, value)| self.field(field, value, fields)),
            Tree::List(items) => items.iter().for_each(|item| self.inner(item)),
            Tree::Map(entries) => entries.iter().for_each(|(_, value)| self.inner(value)),
            Tree::Null | Tree::Flag(_) | Tree::Int(_) | Tree::Float(_) | Tree::Text(_) => {}
        }
    }

    fn is(&mut self, facet: Facet, value: &Tree, beside: &Fields) {
        match value {
            Tree::Flag(on) => self.uses.push(facet, UseValue::Flag(*on)),
            Tree::Int(number) => plain::gather_number(self.op, facet, *number, self.uses),
            Tree::Text(text) if facet == Facet::Restart => {
                let retries = int(beside, "MaximumRetryCount");
                self.uses.push_text(facet, &restart::normal(text, retries));
            }
            Tree::Text(text) if self.is_filled_in(facet, text) => self.uses.push(facet, UseValue::Odd(text.clone())),
            // the docker CLI sends an empty `NetworkID` with each endpoint
            Tree::Text(text) if facet == Facet::Networks && text.is_empty() => {}
            Tree::Text(text) => plain::gather_text(facet, text, self.uses),
            Tree::List(items) if facet == Facet::Healthcheck => readers::health_check(items, self.uses),
            Tree::List(items) if facet.row().kind == FacetKind::Command => self.command(facet, items),
            Tree::List(items) => items.iter().for_each(|item| self.is(facet, item, &[])),
            Tree::Map(entries) => entries.iter().for_each(|(key, value)| self.entry(facet, key, value)),
            Tree::Float(_) | Tree::Object(_) => self.uses.push(facet, UseValue::All),
            Tree::Null => {}
        }
    }

    /// Whether Swarm makes something else of the text, on the node.
    fn is_filled_in(&self, facet: Facet, text: &str) -> bool {
        let service = matches!(self.op, Op::ServiceCreate | Op::ServiceUpdate);
        service && matches!(facet, Facet::Env | Facet::Hostname) && is_template(text)
    }

    /// An empty list is the image's own command.
    fn command(&mut self, facet: Facet, items: &[Tree]) {
        if !items.is_empty() {
            self.uses.push(facet, plain::command(&texts(items)));
        }
    }

    fn entry(&mut self, facet: Facet, key: &str, value: &Tree) {
        match value {
            Tree::Text(text) if facet.row().kind == FacetKind::Pair => {
                self.uses.push(facet, plain::entry(facet, key, text));
            }
            value => self.is(facet, value, &[]),
        }
    }

    /// An empty text or map says nothing; an empty list does, for it takes the place of Docker's own.
    fn given(&mut self, facet: Facet, value: &Tree) {
        let says = match value {
            Tree::Null => false,
            Tree::Flag(on) => *on,
            Tree::Int(number) => *number != 0,
            Tree::Text(text) => !text.is_empty(),
            Tree::Map(entries) => !entries.is_empty(),
            Tree::Float(_) | Tree::List(_) | Tree::Object(_) => true,
        };
        if says {
            let flag = facet.row().kind == FacetKind::Flag;
            self.uses.push(facet, if flag { UseValue::Flag(true) } else { UseValue::All });
        }
    }

    fn keys(&mut self, facet: Facet, value: &Tree) {
        let Tree::Map(entries) = value else { return };
        for (key, value) in entries {
            plain::gather_text(facet, key, self.uses);
            self.inner(value);
        }
    }
}

/// Several fields of one object can share a reader, which is called once, for the first of them
/// that is given. Readers of one field alone are called for each.
fn is_first(gather: Gather, field: &Field, beside: &Fields) -> bool {
    let shared = matches!(gather, Gather::Cpus | Gather::MemorySwap);
    let first = beside.iter().find(|(other, _)| other.means == Means::Gather(gather));
    !shared || first.is_none_or(|(first, _)| std::ptr::eq(*first, field))
}

/// The field of this name.
fn get<'t>(fields: &'t Fields, name: &str) -> Option<&'t Tree> {
    fields.iter().find(|(field, _)| field.name == name).map(|(_, value)| value)
}

/// The number of this name; 0 where there is none, as in Go.
fn int(fields: &Fields, name: &str) -> i64 {
    if let Some(Tree::Int(number)) = get(fields, name) { *number } else { 0 }
}

/// The text of this name; empty where there is none, as in Go.
fn text<'t>(fields: &'t Fields, name: &str) -> &'t str {
    get(fields, name).and_then(Tree::text).unwrap_or_default()
}

/// Whether the flag of this name is set.
fn flag(fields: &Fields, name: &str) -> bool {
    get(fields, name) == Some(&Tree::Flag(true))
}

/// The fields of the object of this name; none where there is none.
fn object<'t>(fields: &'t Fields, name: &str) -> &'t Fields {
    get(fields, name).map_or(&[], fields_of)
}

fn fields_of(tree: &Tree) -> &Fields {
    if let Tree::Object(fields) = tree { fields } else { &[] }
}

/// The texts of a list.
fn texts(items: &[Tree]) -> Vec<&str> {
    items.iter().filter_map(Tree::text).collect()
}

/// The entries of a map of texts.
fn pairs(tree: Option<&Tree>) -> Vec<(&str, &str)> {
    let Some(Tree::Map(entries)) = tree else { return Vec::new() };
    entries.iter().map(|(key, value)| (key.as_str(), value.text().unwrap_or_default())).collect()
}

/// JSON by a shape, for parameters that carry JSON.
fn by_shape(text: &str, shape: &Shape) -> Option<Tree> {
    let json = super::json::read(text.as_bytes()).ok()?;
    Tree::read(json, shape).ok().filter(|(_, unknown)| unknown.is_empty()).map(|(tree, _)| tree)
}
