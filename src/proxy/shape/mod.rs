//! A view applied to an answer as it streams by: what is not shown is left out, one element at a time.

mod cut;
mod judge;
mod known;
mod listed;
mod read;
mod shaped;
mod text;

pub(super) use listed::each;
pub(super) use shaped::Shaped;

use super::body::Answer;
use super::handle::Call;
use super::refuse::Reply;
use super::upstream::{Lease, Upstream};
use crate::catalogue;
use crate::policy::View;
use crate::record::How;
use cut::Cutter;
use http::Response;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use http::response::Parts;
use hyper::body::Incoming;
use judge::Viewer;
use std::fmt;
use std::rc::Rc;

/// Why an answer cannot be shown.
#[derive(Debug)]
pub(super) enum Broken {
    /// It is not what the catalogue says of it.
    Shape,
    /// An element is larger, or nested deeper, than what is held.
    Large,
    /// It ended in the middle.
    Ended,
    /// The daemon broke off.
    Daemon(hyper::Error),
    /// What it tells of is nothing that the role sees.
    Hidden,
    /// Something that has to be known is not.
    Unknown(String),
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the Docker daemon's answer cannot be shown in part: ")?;
        match self {
            Self::Shape => f.write_str("it is not JSON of the expected shape"),
            Self::Large => f.write_str("an element of it is too large"),
            Self::Ended => f.write_str("it ended in the middle"),
            Self::Daemon(error) => write!(f, "{error}"),
            Self::Hidden => f.write_str("the object is not shown"),
            Self::Unknown(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for Broken {}

/// What of an answer is shown.
pub(super) struct Shaping {
    pub(super) view: View,
    /// What the request's path names.
    pub(super) object: String,
}

/// The answer, as far as it is shown. Until its first byte is known to be sound, a failure still is an
/// answer of our own; after that the connection breaks off.
pub(super) async fn respond(
    upstream: &Rc<Upstream>,
    head: Parts,
    body: Incoming,
    lease: Lease,
    shaping: Shaping,
    call: Call,
) -> Response<Answer> {
    let Shaping { view, object } = shaping;
    let mut head = head;
    head.headers.remove(CONTENT_LENGTH);
    let encoded = head.headers.contains_key(CONTENT_ENCODING);
    let answer = catalogue::Answer::of(view.op()).filter(|_| !encoded);
    let Some(answer) = answer else { return failed(call, &Broken::Shape) };
    let known = match known::of(upstream, view.others()).await {
        Ok(known) => known,
        Err(why) => return failed(call, &Broken::Unknown(why)),
    };
    let mut shaped = Shaped::new(body, Cutter::new(answer.sections), Viewer { view, known }, call.exchange.id);
    // of events the head comes at once, whenever the first of them does
    if !answer.is_of_events()
        && let Err(broken) = shaped.begin().await
    {
        return if matches!(broken, Broken::Hidden) { missing(call, answer, &object) } else { failed(call, &broken) };
    }
    Response::from_parts(head, Answer::shaped(shaped, lease, call.exchange, call.open))
}

/// It looks as if the object were not there.
fn missing(call: Call, answer: &catalogue::Answer, object: &str) -> Response<Answer> {
    call.exchange.finish(How::Complete);
    let kind = answer.op.operation().target.unwrap_or(catalogue::Target::Container);
    let reply = Reply::missing(Some(answer.op), kind, object, call.exchange.id);
    call.answer(reply)
}

fn failed(call: Call, broken: &Broken) -> Response<Answer> {
    call.failed(&broken.to_string())
}
