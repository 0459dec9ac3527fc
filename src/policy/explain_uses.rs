//! What a request uses, and what is asked of the daemon for it, in words.

use super::explain::Fact;
use super::facet_limit::{left_out, unsaid};
use super::facet_said::said;
use super::role::Role;
use super::text::{plain, shown};
use crate::catalogue::{FACETS, Facet, Op, is_secret_key};
use crate::request::{About, HIDDEN, Object, Request, UseValue};

/// How many uses are told of: who uses more is seen by these already.
const MOST_USES: usize = 200;

/// How many labels of an object are told.
const MOST_LABELS: usize = 16;

/// One use of a facet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Used {
    /// The facet's word.
    pub word: &'static str,
    /// The value, without what may be secret.
    pub value: String,
    /// Whether Docker takes it where the request says nothing.
    pub by_default: bool,
    /// Whether a grant lets it pass that does not name the facet.
    pub ordinary: bool,
}

/// What the request uses, and what Docker takes where it says nothing: facet by facet.
pub(super) fn uses(request: &Request) -> Vec<Used> {
    let op = request.operation().op;
    let Some(uses) = &request.uses else { return Vec::new() };
    let mut all = Vec::new();
    for row in FACETS {
        let given = uses.of(row.facet).map(|value| used(row.facet, value, *value == UseValue::Default));
        all.extend(given.take(MOST_USES.saturating_sub(all.len())));
        let absent = left_out(row, op).filter(|_| row.fits(op) && uses.of(row.facet).next().is_none());
        all.extend(absent.map(|value| used(row.facet, &value, true)));
    }
    all
}

fn used(facet: Facet, value: &UseValue, by_default: bool) -> Used {
    let row = facet.row();
    Used { word: row.word, value: said(row, value, false), by_default, ordinary: unsaid(facet).holds(value) }
}

impl Role {
    /// What the daemon is asked for this role before it decides, and what was told of it.
    pub(super) fn asked(&self, request: &Request) -> Vec<Fact> {
        let op = request.operation().op;
        let mut all = Vec::new();
        if let Some(kind) = op.operation().target.filter(|_| self.asks_about(op)) {
            let of = format!("{} {}", kind.word(), shown(request.asked_for().unwrap_or_default()));
            all.push(Fact { of, said: told(&request.about) });
        }
        for reference in self.references(request) {
            let of = format!("{} {}", reference.kind.word(), shown(&reference.name));
            all.push(Fact { of, said: told(request.about_of(&reference)) });
        }
        if self.grants_of(op).iter().any(|rule| rule.copy_of.is_some()) {
            let said = if request.original.is_some() { "told" } else { NOTHING };
            all.push(Fact { of: "the container that would be copied".to_owned(), said: said.to_owned() });
        }
        if op == Op::ContainerCreate || op == Op::VolumeCreate || op == Op::ContainerUpdate {
            let counted = self.quotas().filter(|quotas| quotas.counts(op));
            let said = "not counted here: there may be no room".to_owned();
            all.extend(counted.map(|_| Fact { of: "how much of the quotas is used".to_owned(), said }));
        }
        all
    }
}

const NOTHING: &str = "nothing is told";

fn told(about: &About) -> String {
    match about {
        About::Unasked => NOTHING.to_owned(),
        About::Absent => "not there".to_owned(),
        About::Found(found) => said_object(found),
    }
}

fn said_object(object: &Object) -> String {
    let names: Vec<String> = object.names().filter(|name| !name.is_empty()).map(plain).collect();
    let mut facts = Vec::new();
    let mut fact = |word: &str, value: &str| {
        if !value.is_empty() {
            facts.push(format!("{word} {value}"));
        }
    };
    fact("name", &names.join(", "));
    fact("id", &plain(object.id.get(..12).unwrap_or(&object.id)));
    fact("image", &plain(&object.image));
    fact("state", &plain(&object.state));
    for (key, value) in object.labels.iter().take(MOST_LABELS) {
        let value = if is_secret_key(key) { HIDDEN } else { value };
        fact("label", &plain(&format!("{key}={value}")));
    }
    if facts.is_empty() { "there".to_owned() } else { facts.join(", ") }
}
