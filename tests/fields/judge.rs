//! Bodies as the gate takes them: by the way that every request goes, up to the decision.

use dockgate::request::{Identity, Peer, Refusal, Request, Uses, understand};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Method};
use std::sync::Arc;

/// What the gate makes of a body.
#[allow(dead_code, reason = "the texts are told where a test fails")]
#[derive(Debug)]
pub(crate) enum Verdict {
    /// It is not read, so it is not forwarded; the reason.
    Refused(String),
    /// It has fields without a row, which every policy denies; their paths.
    Unknown(Vec<String>),
    /// It is judged by what it uses, and goes on in one spelling.
    Forwarded { body: String, uses: Uses },
}

/// A `POST` of JSON, its head understood.
pub(crate) fn post(target: &str) -> Request {
    head(&Method::POST, target)
}

/// The understood head of a request with JSON.
pub(crate) fn head(method: &Method, target: &str) -> Request {
    typed(method, target, &["application/json"]).unwrap_or_else(|refusal| panic!("{target}: {refusal}"))
}

/// A head with these content types, if it can be understood.
pub(crate) fn typed(method: &Method, target: &str, types: &[&str]) -> Result<Request, Refusal> {
    let peer = Peer::Unix { uid: 1, gid: 1, pid: 1, groups: Vec::new(), user: None, group_names: Vec::new() };
    let who = Arc::new(Identity::new("test".into(), peer));
    let mut headers = HeaderMap::new();
    for media in types {
        headers.append(CONTENT_TYPE, HeaderValue::from_str(media).expect("a type"));
    }
    understand(who, method, target, &headers)
}

/// The verdict over a body that is posted to a target.
pub(crate) fn judge(target: &str, body: &[u8]) -> Verdict {
    match post(target).with_body(body) {
        Err(refusal) => Verdict::Refused(refusal.message.into_owned()),
        Ok(request) if !request.unknown.is_empty() => Verdict::Unknown(request.unknown),
        Ok(request) => Verdict::Forwarded {
            body: request.canonical_body().unwrap_or_default(),
            uses: request.uses.expect("the uses of a request that was read"),
        },
    }
}
