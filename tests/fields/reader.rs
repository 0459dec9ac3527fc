//! The JSON reader held against another one: what it takes, serde_json takes with the same value.

use dockgate::request::json::{self, Json};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;

/// The pieces that JSON is made of, whole and broken.
const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\"",
    "\"a\"",
    "\"A\"",
    "\"\\u0061\"",
    "\"a\":",
    "\"b\":",
    "null",
    "true",
    "false",
    "0",
    "-0",
    "1",
    "-1",
    "01",
    "1.0",
    "1e3",
    "1E-2",
    "1.",
    ".5",
    "9223372036854775808",
    "1e999",
    "NaN",
    " ",
    "\t",
    "\n",
    "\\",
    "\\u",
    "\\ud83d",
    "\\ude00",
    "\u{17f}",
    "\u{212a}",
    "\u{feff}",
    "\0",
    "//",
    "'",
];

/// Bytes that are JSON now and then.
fn soup() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        12 => select(PIECES).prop_map(|piece| piece.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 1..3),
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// JSON of any shape, its keys told apart by their place.
fn whole() -> impl Strategy<Value = Value> {
    let text = prop_oneof![any::<String>(), "[ -~]{0,8}"];
    let plain = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text.prop_map(Value::from),
    ];
    plain.prop_recursive(6, 40, 5, |inner| {
        let entries = prop::collection::btree_map(any::<String>(), inner.clone(), 0..5);
        prop_oneof![
            prop::collection::vec(inner, 0..5).prop_map(Value::from),
            entries.prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

/// Whether a number is one that serde_json can hold, too.
fn fits(text: &str) -> bool {
    text.parse::<f64>().is_ok_and(f64::is_finite)
}

fn holds_only_fitting_numbers(json: &Json) -> bool {
    match json {
        Json::Number(text) => fits(text),
        Json::Array(items) => items.iter().all(holds_only_fitting_numbers),
        Json::Object(fields) => fields.iter().all(|(_, value)| holds_only_fitting_numbers(value)),
        Json::Null | Json::Bool(_) | Json::String(_) => true,
    }
}

fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(on) => Value::Bool(*on),
        Json::Number(text) => serde_json::from_str(text).expect("a number"),
        Json::String(text) => Value::String(text.clone()),
        Json::Array(items) => items.iter().map(value).collect(),
        Json::Object(fields) => fields.iter().map(|(key, field)| (key.clone(), value(field))).collect(),
    }
}

/// What is taken means the same to serde_json, and so does the spelling that it is written in.
fn agree(bytes: &[u8]) {
    let Ok(read) = json::read(bytes) else { return };
    if !holds_only_fitting_numbers(&read) {
        return;
    }
    let other: Value = serde_json::from_slice(bytes).unwrap_or_else(|error| panic!("{read:?}: {error}"));
    assert_eq!(value(&read), other);
    let canonical = read.canonical();
    assert_eq!(serde_json::from_str::<Value>(&canonical).expect("JSON"), other, "{canonical}");
    assert_eq!(json::read(canonical.as_bytes()).as_ref(), Ok(&read), "{canonical}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_taken_of_any_bytes_means_the_same_to_another_reader(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        agree(&bytes);
    }

    #[test]
    fn what_is_taken_of_a_soup_means_the_same_to_another_reader(bytes in soup()) {
        agree(&bytes);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 800, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whole_documents_are_taken(whole in whole(), pretty in any::<bool>()) {
        let text = if pretty { serde_json::to_string_pretty(&whole) } else { serde_json::to_string(&whole) }.unwrap();
        let read = json::read(text.as_bytes()).unwrap_or_else(|error| panic!("{text}: {error:?}"));
        prop_assert_eq!(value(&read), serde_json::from_str::<Value>(&text).unwrap());
        agree(text.as_bytes());
    }

    #[test]
    fn cut_documents_are_refused(whole in whole(), at in any::<prop::sample::Index>()) {
        let text = serde_json::to_string(&serde_json::json!([whole])).unwrap();
        prop_assert!(json::read(&text.as_bytes()[..at.index(text.len())]).is_err());
    }
}
