//! The parameters of a build that carry JSON, or that mean something together.

use super::query::{int, tag, text};
use super::readers::process_limit;
use super::{by_shape, fields_of};
use crate::catalogue::Facet;
use crate::catalogue::fields::{BUILD_OUTPUTS, Shape, ULIMITS};
use crate::request::json::{self, Json};
use crate::request::values::pair::{entry, pair};
use crate::request::values::{amount, plain};
use crate::request::{Query, Tree, UseValue, Uses, Value};

/// Adds what a build uses.
pub(super) fn gather(query: &Query, uses: &mut Uses) {
    for name in query.all("t").filter_map(as_text) {
        uses.push(Facet::Tags, tag(name));
    }
    let (quota, period) = (int(query, "cpuquota"), int(query, "cpuperiod"));
    if (quota, period) != (0, 0) {
        uses.push(Facet::Cpus, amount::processors(0, quota, period));
    }
    let (memory, both) = (int(query, "memory"), int(query, "memswap"));
    if (memory, both) != (0, 0) {
        uses.push(Facet::MemswapLimit, amount::memory_and_swap(memory, both));
    }
    if text(query, "version") == "2" {
        uses.push(Facet::Buildkit, UseValue::Flag(true));
    }
    if query.get("networkmode").is_none() {
        plain::gather_text(Facet::NetworkMode, "", uses);
    }
    entries(Facet::BuildArgs, text(query, "buildargs"), uses);
    entries(Facet::Labels, text(query, "labels"), uses);
    list(Facet::CacheFrom, text(query, "cachefrom"), &Shape::List(&Shape::Text), uses);
    list(Facet::Ulimits, text(query, "ulimits"), &ULIMITS.shape, uses);
    list(Facet::Outputs, text(query, "outputs"), &BUILD_OUTPUTS.shape, uses);
}

fn as_text(value: &Value) -> Option<&str> {
    if let Value::Text(text) = value { Some(text) } else { None }
}

/// A JSON object of texts; an argument without a value takes the client's, which is not seen here.
fn entries(facet: Facet, given: &str, uses: &mut Uses) {
    // Go programs write `null` for no map
    if matches!(given, "" | "null") {
        return;
    }
    let Ok(Json::Object(fields)) = json::read(given.as_bytes()) else {
        return uses.push(facet, UseValue::Odd("JSON".to_owned()));
    };
    for (key, value) in fields {
        uses.push(
            facet,
            match value {
                Json::String(value) => entry(&key, &value),
                Json::Null => pair(&key),
                _ => UseValue::Odd(key),
            },
        );
    }
}

/// A JSON list of this shape.
fn list(facet: Facet, given: &str, shape: &Shape, uses: &mut Uses) {
    if given.is_empty() || given == "null" {
        return;
    }
    match by_shape(given, shape) {
        Some(tree) => tree.items().iter().for_each(|item| one(facet, item, uses)),
        None => uses.push(facet, UseValue::Odd("JSON".to_owned())),
    }
}

fn one(facet: Facet, item: &Tree, uses: &mut Uses) {
    match (facet, item) {
        (_, Tree::Text(name)) => plain::gather_text(facet, name, uses),
        (Facet::Ulimits, limit) => uses.push(facet, process_limit(fields_of(limit))),
        (_, output) => uses.push_text(facet, super::text(fields_of(output), "Type")),
    }
}
