//! What `<web>` and `<web:12>` in a row stand for.

use crate::rows::{Allowed, Denied};
use serde_json::Value;
use std::collections::BTreeMap;

/// The names that requests of a row have kept.
#[derive(Debug, Default)]
pub(crate) struct Names(BTreeMap<String, String>);

impl Names {
    /// Keeps a value under a name.
    pub(crate) fn keep(&mut self, name: &str, value: &str) {
        self.0.insert(name.to_owned(), value.to_owned());
    }

    /// An ID that no daemon gave: 64 digits, made of the name.
    pub(crate) fn invent(&mut self, name: &str) {
        let digits: String = name.bytes().map(|byte| format!("{byte:02x}")).collect();
        self.keep(name, &digits.repeat(64)[..64]);
    }

    /// The text with every name replaced.
    pub(crate) fn fill(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (name, value)| {
            let short = value.get(..12).unwrap_or(value);
            text.replace(&format!("<{name}>"), value).replace(&format!("<{name}:12>"), short)
        })
    }

    fn fill_some(&self, text: Option<&String>) -> Option<String> {
        text.map(|text| self.fill(text))
    }

    fn fill_value(&self, value: &Value) -> Value {
        value.as_str().map_or_else(|| value.clone(), |text| self.fill(text).into())
    }

    /// The request with every name replaced.
    pub(crate) fn fill_danger(&self, denied: &Denied) -> Denied {
        let fill = |text: &Option<String>| self.fill_some(text.as_ref());
        Denied { send: fill(&denied.send), body: fill(&denied.body), raw: fill(&denied.raw), ..denied.clone() }
    }

    /// The twin with every name replaced.
    pub(crate) fn fill_twin(&self, allowed: &Allowed) -> Allowed {
        let fill = |text: &Option<String>| self.fill_some(text.as_ref());
        Allowed {
            send: self.fill(&allowed.send),
            body: fill(&allowed.body),
            look: fill(&allowed.look),
            see: allowed.see.iter().map(|(at, value)| (self.fill(at), self.fill_value(value))).collect(),
            clean: fill(&allowed.clean),
            ..allowed.clone()
        }
    }
}
