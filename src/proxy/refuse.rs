//! Answers of our own, in Docker's error shape, so that every client prints them.

use crate::catalogue::{Op, Target};
use crate::policy::Denial;
use crate::record::RequestId;
use crate::request::Refusal;
use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use http::{Response, StatusCode};

use super::upstream::UpstreamError;
use std::path::Path;

/// How much of a denial a client sees; the log always has all of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Denials {
    /// Role, reasons, and the line of the policy.
    #[default]
    Full,
    /// That it was denied, and the request's id.
    Short,
}

/// An answer of our own.
#[derive(Debug)]
pub(super) struct Reply {
    /// The HTTP status.
    pub(super) status: u16,
    /// The sentence behind `message`.
    pub(super) message: String,
    /// After how many seconds it makes sense to ask again, where that is known.
    pub(super) retry_after: Option<u64>,
}

impl Reply {
    /// An answer that is no matter of time.
    pub(super) fn new(status: u16, message: String) -> Self {
        Self { status, message, retry_after: None }
    }

    /// 429, as a denial that is over when there is room again.
    pub(super) fn exhausted(denial: &Denial, retry_after: u64, denials: Denials, id: RequestId) -> Self {
        Self { status: 429, retry_after: Some(retry_after), ..Self::denied(denial, denials, id) }
    }

    /// 403, with as much of the reason as the listener tells.
    pub(super) fn denied(denial: &Denial, denials: Denials, id: RequestId) -> Self {
        let message = match denials {
            Denials::Full => match &denial.nearest {
                Some(place) => format!("{denial} [{id}]\n  see {place}"),
                None => format!("{denial} [{id}]"),
            },
            Denials::Short => format!("{} [{id}]", Denial::short()),
        };
        Self::new(403, message)
    }

    /// 404 in Docker's words, the same whether the object is not there or not for this client; 400
    /// where a container is made with it, since clients then take 404 for an image to be pulled
    /// (dockerd 20.10, 26.1 and 28.5).
    pub(super) fn missing(op: Option<Op>, kind: Target, name: &str, id: RequestId) -> Self {
        let message = match kind {
            Target::Container => format!("No such container: {name} [{id}]"),
            Target::Exec => format!("No such exec instance: {name} [{id}]"),
            Target::Image => format!("No such image: {name} [{id}]"),
            Target::Volume => format!("get {name}: no such volume [{id}]"),
            Target::Plugin => format!("plugin \"{name}\" not found [{id}]"),
            Target::Config | Target::Network | Target::Node | Target::Secret | Target::Service | Target::Task => {
                format!("{} {name} not found [{id}]", kind.word())
            }
        };
        let of_a_container = op == Some(Op::ContainerCreate) && kind != Target::Image;
        Self::new(if of_a_container { 400 } else { 404 }, message)
    }

    /// Docker says no to what was completed, and could tell what of it is hidden.
    pub(super) fn kept_back(status: u16) -> Self {
        let message = match status {
            404 => "No such image, or another object that it needs is not there",
            409 => "Conflict. The name is already in use",
            _ => "Docker does not make the container anew; why could tell what is hidden of the old one",
        };
        Self::new(status, format!("dockgate: {message}"))
    }

    /// The caller has no role, or more than one.
    pub(super) fn stranger(why: &str, denials: Denials, id: RequestId) -> Self {
        let message = match denials {
            Denials::Full => format!("dockgate: {why} [{id}]"),
            Denials::Short => format!("dockgate: not allowed by policy [{id}]"),
        };
        Self::new(403, message)
    }

    /// 400, 404, 413: not understood. The two sentences on versions and
    /// `page not found` are Docker's own, since clients look for them.
    pub(super) fn refused(refusal: &Refusal, id: RequestId) -> Self {
        let own = refusal.message.starts_with("client version ") || refusal.message == "page not found";
        let message = if own { refusal.message.to_string() } else { format!("dockgate: {refusal} [{id}]") };
        Self::new(refusal.status, message)
    }

    /// 503 without a connection, 502 without an answer, 400 where the client's own body failed.
    pub(super) fn unreachable(error: &UpstreamError, path: &Path, id: RequestId) -> Self {
        let socket = path.display();
        match error {
            UpstreamError::Connect(error) => {
                let message = format!(
                    "dockgate: cannot connect to the Docker daemon at {socket}: {error}. Is it running? [{id}]"
                );
                Self::new(503, message)
            }
            UpstreamError::Target => Self::new(414, format!("dockgate: the request's target is too long [{id}]")),
            UpstreamError::Exchange(error) if error.is_user() => {
                let message =
                    format!("dockgate: the request's body broke off or is not framed as HTTP/1.1 asks [{id}]");
                Self::new(400, message)
            }
            UpstreamError::Exchange(error) => {
                let message = format!("dockgate: the Docker daemon at {socket} gave no whole answer: {error} [{id}]");
                Self::new(502, message)
            }
        }
    }

    /// 503: a decision that cannot be recorded is a denial.
    pub(super) fn unrecorded(id: RequestId) -> Self {
        let message = format!("dockgate: the audit file cannot be written, so nothing is forwarded [{id}]");
        Self::new(503, message)
    }

    /// The body: `{"message": ...}`.
    pub(super) fn body(&self) -> Bytes {
        let message = serde_json::to_string(&self.message).unwrap_or_default();
        Bytes::from(format!("{{\"message\":{message}}}\n"))
    }

    /// The head; `close` where the request's body is left unread.
    pub(super) fn head(&self, close: bool) -> Response<()> {
        let mut response = Response::new(());
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::FORBIDDEN);
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        if close {
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}

/// What a client reads that sent a head which is no HTTP/1.1.
pub(super) fn unreadable_head(status: u16) -> Vec<u8> {
    let (reason, message) = match status {
        431 => ("Request Header Fields Too Large", "the request's head is too large"),
        414 => ("URI Too Long", "the request's target is too long"),
        _ => ("Bad Request", "the request's head is not plain HTTP/1.1"),
    };
    let body = format!("{{\"message\":\"dockgate: {message}\"}}\n");
    format!(
        "HTTP/1.1 {status} {reason}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// What an HTTP/2 client reads: empty settings, then a GOAWAY that says why
/// (RFC 9113, sections 6.5 and 6.8; error HTTP_1_1_REQUIRED).
pub(super) fn goaway() -> Vec<u8> {
    const SETTINGS: [u8; 9] = [0, 0, 0, 4, 0, 0, 0, 0, 0];
    const HTTP_1_1_REQUIRED: [u8; 4] = [0, 0, 0, 0xd];
    const REASON: &[u8] =
        b"dockgate: HTTP/2 without an upgrade is not spoken here; use HTTP/1.1 (for builds: /grpc and /session)";
    let length = 8 + u8::try_from(REASON.len()).unwrap_or_default();
    let mut out = SETTINGS.to_vec();
    out.extend_from_slice(&[0, 0, length, 7, 0, 0, 0, 0, 0]);
    out.extend_from_slice(&[0, 0, 0, 0]);
    out.extend_from_slice(&HTTP_1_1_REQUIRED);
    out.extend_from_slice(REASON);
    out
}
