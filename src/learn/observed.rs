//! What the requests for one operation used.

use super::values::Values;
use crate::catalogue::{FACETS, Facet, Op, Param};
use crate::policy::left_out;
use crate::request::{About, Object, Request, Tree, UseValue, Value};
use std::collections::{BTreeMap, BTreeSet};

/// The requests of one client for one operation.
#[derive(Debug)]
pub(super) struct Observed {
    pub(super) op: Op,
    pub(super) count: u64,
    /// Facets and parameters of which something was left out in the records.
    pub(super) withheld: BTreeSet<String>,
    /// Every parameter of the operation; nothing where a request left it out.
    pub(super) query: Vec<(&'static Param, Values<Option<Value>>)>,
    pub(super) facets: BTreeMap<Facet, Values<UseValue>>,
    /// What the paths named.
    pub(super) objects: Objects,
    /// The first request, for a test.
    pub(super) first: Sample,
}

/// The objects that requests were about.
#[derive(Debug, Default)]
pub(super) struct Objects {
    /// Those that the daemon told of.
    pub(super) found: Values<Object>,
    /// Names of those that nothing was told of.
    pub(super) named: Values<String>,
}

/// A request as a test of the policy tells it.
#[derive(Clone, Debug)]
pub(super) struct Sample {
    pub(super) send: String,
    pub(super) body: Option<String>,
    pub(super) about: Option<Object>,
}

/// The request without fields that say nothing, which clients send in great number.
fn plain(request: &Request) -> Request {
    let mut plain = request.clone();
    if let Some(body) = &mut plain.body {
        prune(body);
    }
    plain
}

/// Takes out what is empty, `false` or 0. A list may be empty in place of another.
fn prune(tree: &mut Tree) {
    let says = |value: &Tree| match value {
        Tree::Flag(on) => *on,
        Tree::Int(number) => *number != 0,
        Tree::List(_) | Tree::Float(_) => true,
        other => !other.is_empty(),
    };
    match tree {
        Tree::Object(fields) => {
            fields.iter_mut().for_each(|(_, value)| prune(value));
            fields.retain(|(field, value)| says(value) && !is_idle(field.name, value));
        }
        Tree::List(items) => items.iter_mut().for_each(prune),
        Tree::Map(entries) => entries.iter_mut().for_each(|(_, value)| prune(value)),
        Tree::Null | Tree::Flag(_) | Tree::Int(_) | Tree::Float(_) | Tree::Text(_) => {}
    }
}

/// An empty list that stands for nothing, as almost all do.
fn is_idle(name: &str, value: &Tree) -> bool {
    value.is_empty() && !matches!(name, "MaskedPaths" | "ReadonlyPaths")
}

impl Observed {
    pub(super) fn first(request: &Request, withheld: &[String]) -> Self {
        let row = request.operation();
        let query = row.query.iter().map(|param| (param, Values::default())).collect();
        let noted = plain(request).noted();
        let about = if let About::Found(found) = &request.about { Some((**found).clone()) } else { None };
        let mut first = Self {
            op: row.op,
            count: 0,
            withheld: BTreeSet::new(),
            query,
            facets: BTreeMap::new(),
            objects: Objects::default(),
            first: Sample { send: noted.send, body: noted.body, about },
        };
        first.take(request, withheld);
        first
    }

    pub(super) fn take(&mut self, request: &Request, withheld: &[String]) {
        self.count += 1;
        self.withheld.extend(withheld.iter().cloned());
        for (param, values) in &mut self.query {
            let mut given = request.query.all(param.name).peekable();
            if given.peek().is_none() {
                values.add(None);
            }
            given.for_each(|value| values.add(Some(value.clone())));
        }
        self.uses(request);
        self.object(request);
    }

    /// What it uses, and what Docker takes where it says nothing.
    fn uses(&mut self, request: &Request) {
        let Some(uses) = &request.uses else { return };
        for used in uses.iter().filter(|used| used.value != UseValue::Nothing) {
            self.facets.entry(used.facet).or_default().add(used.value.clone());
        }
        for row in FACETS.iter().filter(|row| row.fits(self.op) && uses.of(row.facet).next().is_none()) {
            if let Some(value) = left_out(row, self.op) {
                self.facets.entry(row.facet).or_default().add(value);
            }
        }
    }

    fn object(&mut self, request: &Request) {
        match (&request.about, request.asked_for()) {
            (About::Found(found), _) => self.objects.found.add((**found).clone()),
            (_, Some(name)) => self.objects.named.add(name.to_owned()),
            (_, None) => {}
        }
    }
}
