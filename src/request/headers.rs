//! The headers that travel to Docker: a list of names; everything else stays here.

use super::Refusal;
use crate::catalogue::{Body, Operation, Stream};
use http::header::{CONNECTION, CONTENT_TYPE, HOST, HeaderMap, HeaderName, HeaderValue, UPGRADE};
use std::fmt;

/// What dockerd and BuildKit read, by exact name.
const TRAVEL: &[&str] = &["accept", "content-type", "user-agent", "x-registry-auth", "x-registry-config"];

/// A BuildKit session tells its shared key, name and methods in headers, many of them repeated.
const TRAVEL_PREFIX: &str = "x-docker-expose-session-";

/// The handshake of RFC 6455.
const WEBSOCKET: &[&str] =
    &["sec-websocket-extensions", "sec-websocket-key", "sec-websocket-protocol", "sec-websocket-version"];

/// Headers of one hop (RFC 9110, section 7.6.1) and of the framing, which is made anew.
const ONE_HOP: &[&str] = &[
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// The headers that travel: Docker's own, rebuilt; the rest only under `everything`.
#[derive(Clone, Default)]
pub struct Headers {
    /// What Docker reads.
    pub known: HeaderMap,
    /// Other end-to-end headers.
    pub unknown: HeaderMap,
    /// The protocol that the client asked to switch to, in the daemon's spelling.
    pub upgrade: Option<HeaderValue>,
}

/// Names alone: values hold registry passwords and tokens.
impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.known.keys().chain(self.unknown.keys())).finish()
    }
}

impl Headers {
    /// Sorts the headers of a request to `operation`.
    ///
    /// # Errors
    /// A form or multipart body, which dockerd reads before the query; two content types.
    pub fn read(headers: &HeaderMap, operation: &Operation) -> Result<Self, Refusal> {
        refuse_forms(headers)?;
        let mut out = Self { upgrade: upgrade(headers, operation), ..Self::default() };
        for (name, value) in headers {
            if travels(name, operation) {
                out.known.append(name, value.clone());
            } else if !is_one_hop(name, headers) {
                out.unknown.append(name, value.clone());
            }
        }
        if operation.body == Body::None {
            out.known.remove(CONTENT_TYPE);
        }
        Ok(out)
    }
}

fn travels(name: &HeaderName, operation: &Operation) -> bool {
    let name = name.as_str();
    TRAVEL.contains(&name)
        || name.starts_with(TRAVEL_PREFIX)
        || (operation.stream == Stream::Websocket && WEBSOCKET.contains(&name))
}

/// Whether a header ends at this hop: by its name, or because `Connection` lists it.
pub fn is_one_hop(name: &HeaderName, headers: &HeaderMap) -> bool {
    ONE_HOP.contains(&name.as_str()) || headers.get_all(CONNECTION).iter().any(|value| lists(value, name.as_str()))
}

fn lists(value: &HeaderValue, word: &str) -> bool {
    value.to_str().is_ok_and(|list| list.split(',').any(|item| item.trim().eq_ignore_ascii_case(word)))
}

/// Upgrades mean something to three kinds of operations; elsewhere dockerd ignores them, and so do we.
/// A raw hijack takes any word, the other two only their own.
fn upgrade(headers: &HeaderMap, operation: &Operation) -> Option<HeaderValue> {
    let asked = headers.get(UPGRADE)?;
    let protocol = match operation.stream {
        Stream::Hijack => return Some(HeaderValue::from_static("tcp")),
        Stream::H2c => "h2c",
        Stream::Websocket => "websocket",
        _ => return None,
    };
    asked.as_bytes().eq_ignore_ascii_case(protocol.as_bytes()).then(|| HeaderValue::from_static(protocol))
}

/// dockerd reads form bodies into the same table as the query, and lets them win.
fn refuse_forms(headers: &HeaderMap) -> Result<(), Refusal> {
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let Some(first) = types.next() else {
        return Ok(());
    };
    if types.next().is_some() {
        return Err(Refusal::malformed("the request has two content types"));
    }
    let media = first.to_str().unwrap_or("multipart/").trim_start().to_ascii_lowercase();
    if media.starts_with("application/x-www-form-urlencoded") || media.starts_with("multipart/") {
        return Err(Refusal::malformed("a form body would override the query: send the parameters in the query"));
    }
    Ok(())
}

/// A request that a browser made on its own behalf carries one of these.
const BROWSER: &[&str] = &["origin", "sec-fetch-dest", "sec-fetch-mode", "sec-fetch-site", "sec-fetch-user"];

/// Refuses what a web page could have sent to a TCP port.
///
/// # Errors
/// `Origin` or `Sec-Fetch-*` is there; without TLS also when `Host` is a name
/// that a stranger's DNS could point here. Single-label names, addresses, and
/// the names in `hosts` are taken.
pub fn refuse_browsers(headers: &HeaderMap, tls: bool, hosts: &[String]) -> Result<(), Refusal> {
    if BROWSER.iter().any(|name| headers.contains_key(*name)) {
        return Err(Refusal::foreign("requests from browsers are not taken here (`Origin` or `Sec-Fetch-*` is set)"));
    }
    let host = headers.get(HOST).and_then(|h| h.to_str().ok()).unwrap_or_default();
    // Under TLS the client has verified our name itself, so rebinding has nothing to gain.
    if tls || is_local_host(host) || hosts.iter().any(|h| h.eq_ignore_ascii_case(bare(host))) {
        return Ok(());
    }
    Err(Refusal::foreign("the `Host` header names a foreign host: add it to the listener's `hosts` if it is yours"))
}

fn bare(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    }
}

fn is_local_host(host: &str) -> bool {
    let name = bare(host);
    let address = name.trim_start_matches('[').trim_end_matches(']');
    !name.contains('.') || name.ends_with(".localhost") || address.parse::<std::net::IpAddr>().is_ok()
}
