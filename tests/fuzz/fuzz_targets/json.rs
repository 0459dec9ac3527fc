//! What the reader takes, serde_json takes, and what is written of it reads the same.
#![no_main]

use dockgate::request::json::{self, Json};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

/// The value as serde_json has it; nothing where a number is too large for it.
fn value(json: &Json) -> Option<Value> {
    Some(match json {
        Json::Null => Value::Null,
        Json::Bool(on) => Value::Bool(*on),
        Json::Number(text) => serde_json::from_str(text).ok()?,
        Json::String(text) => Value::String(text.clone()),
        Json::Array(items) => Value::Array(items.iter().map(value).collect::<Option<_>>()?),
        Json::Object(fields) => {
            let entries = fields.iter().map(|(key, field)| Some((key.clone(), value(field)?)));
            Value::Object(entries.collect::<Option<_>>()?)
        }
    })
}

fuzz_target!(|data: &[u8]| {
    let Ok(read) = json::read(data) else { return };
    assert_eq!(json::read(read.canonical().as_bytes()).as_ref(), Ok(&read));
    if let Some(value) = value(&read) {
        assert_eq!(serde_json::from_slice::<Value>(data).expect("JSON"), value);
    }
});
