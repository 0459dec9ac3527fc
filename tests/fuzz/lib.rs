//! What the targets share: operations with bodies, and requests for them.

use dockgate::catalogue::{OPERATIONS, Operation, Verb};
use dockgate::request::{Identity, Peer, Request, understand};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Method};
use std::sync::{Arc, LazyLock};

/// Every operation with a JSON body.
pub static WITH_BODY: LazyLock<Vec<&'static Operation>> =
    LazyLock::new(|| OPERATIONS.iter().filter(|operation| operation.body.table().is_some()).collect());

/// The first byte picks an operation, the rest is the body.
pub fn split(data: &[u8]) -> Option<(usize, &[u8])> {
    let (first, body) = data.split_first()?;
    Some((usize::from(*first) % WITH_BODY.len(), body))
}

/// The understood head of a request on objects that are called `x`.
pub fn head(operation: &Operation) -> Request {
    let peer = Peer::Unix { uid: 1, gid: 1, pid: 1, groups: Vec::new(), user: None, group_names: Vec::new() };
    let who = Arc::new(Identity::new("fuzz".into(), peer));
    let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
    let method = if operation.verb == Verb::Put { Method::PUT } else { Method::POST };
    let part = |part: &str| if part.starts_with('{') { "x".to_owned() } else { part.to_owned() };
    let target = operation.path.split('/').map(part).collect::<Vec<_>>().join("/");
    understand(who, &method, &target, &headers).expect("a head")
}
