//! What the tests of requests share.

use super::{Identity, Peer, Request, understand};
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, Method};
use std::sync::Arc;

/// A request read whole: `POST /containers/create` with its body.
pub(super) fn read(line: &str, body: &str) -> Request {
    let (method, target) = line.split_once(' ').expect("a method and a target");
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let peer = Peer::Unix { uid: 1, gid: 1, pid: 1, groups: Vec::new(), user: None, group_names: Vec::new() };
    let who = Arc::new(Identity::new("test".into(), peer));
    let method = Method::from_bytes(method.as_bytes()).expect("a method");
    let read = understand(who, &method, target, &headers).and_then(|head| head.with_body(body.as_bytes()));
    read.unwrap_or_else(|refusal| panic!("{line}: {refusal:?}"))
}
