//! A daemon newer than the catalogue: clients are told of no version above the
//! ceiling, so that they do not ask for what cannot be judged.

use super::body::Answer;
use super::handle::Call;
use super::limits::MAX_VERSION_ANSWER;
use super::upstream::Lease;
use crate::catalogue::{ApiVersion, CEILING, Op, Operation};
use bytes::Bytes;
use http::Response;
use http::header::{CONTENT_LENGTH, HeaderMap, HeaderValue};
use http::response::Parts;
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use serde_json::Value;

/// Lowers the versions that an answer names.
pub(super) async fn clamp(
    mut head: Parts,
    body: Incoming,
    mut lease: Lease,
    operation: &Operation,
    call: Call,
) -> Response<Answer> {
    clamp_header(&mut head.headers);
    if operation.op != Op::SystemVersion || !head.status.is_success() {
        return call.stream(head, body, lease);
    }
    let Ok(whole) = Limited::new(body, MAX_VERSION_ANSWER).collect().await else {
        return call.failed("the Docker daemon's version cannot be read");
    };
    lease.complete(true);
    let lowered = clamp_body(&whole.to_bytes());
    head.headers.remove(CONTENT_LENGTH);
    Response::from_parts(head, Answer::full(lowered, call.exchange, call.open))
}

/// Lowers the version that every answer names.
pub(super) fn clamp_header(headers: &mut HeaderMap) {
    let newer = headers.get("api-version").and_then(|v| v.to_str().ok()).is_some_and(is_newer);
    if newer && let Ok(ceiling) = HeaderValue::from_str(&CEILING.to_string()) {
        headers.insert("api-version", ceiling);
    }
}

fn is_newer(version: &str) -> bool {
    ApiVersion::parse(version).is_some_and(|version| version > CEILING)
}

/// `ApiVersion` stands at the top and once in the details of the engine.
fn clamp_body(body: &Bytes) -> Bytes {
    let Ok(mut version) = serde_json::from_slice::<Value>(body) else {
        return body.clone();
    };
    lower(&mut version);
    serde_json::to_vec(&version).map_or_else(|_| body.clone(), Bytes::from)
}

fn lower(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (key, field) in fields {
                let version = matches!(key.as_str(), "ApiVersion" | "MinAPIVersion");
                if version && field.as_str().is_some_and(is_newer) {
                    *field = Value::String(CEILING.to_string());
                }
                lower(field);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(lower),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::clamp_body;
    use bytes::Bytes;

    #[test]
    fn versions_above_the_ceiling_are_lowered_wherever_they_stand() {
        let body = r#"{"ApiVersion":"1.99","MinAPIVersion":"1.44","Components":[{"Details":{"ApiVersion":"1.99"}}]}"#;
        let lowered = clamp_body(&Bytes::from(body));
        let expected =
            r#"{"ApiVersion":"1.56","MinAPIVersion":"1.44","Components":[{"Details":{"ApiVersion":"1.56"}}]}"#;
        assert_eq!(lowered, expected);
    }
}
