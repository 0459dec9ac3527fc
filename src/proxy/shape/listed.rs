//! Lists that the gate itself asks for, one element at a time.

use super::Broken;
use super::cut::{Cutter, Judge};
use crate::catalogue::answers::Section;
use crate::catalogue::{Answer, Op};
use crate::proxy::question;
use crate::proxy::upstream::Upstream;
use http_body_util::BodyExt;
use std::rc::Rc;

/// Shows each element of the list that the daemon gives by this operation.
///
/// # Errors
/// Why there is no whole list, in words.
pub(in crate::proxy) async fn each(
    upstream: &Rc<Upstream>,
    op: Op,
    query: &str,
    look: impl FnMut(&'static Section, &[u8]) -> Result<(), Broken>,
) -> Result<(), String> {
    let patience = question::LIST_PATIENCE;
    let asked = tokio::time::timeout(patience, read(upstream, op, query, look)).await;
    asked.map_err(|_| format!("no list within {} seconds", patience.as_secs()))?
}

async fn read(
    upstream: &Rc<Upstream>,
    op: Op,
    query: &str,
    look: impl FnMut(&'static Section, &[u8]) -> Result<(), Broken>,
) -> Result<(), String> {
    let Some((mut body, mut lease)) = question::list(upstream, op, query).await? else { return Ok(()) };
    let sections = Answer::of(op).map_or(&[][..], |answer| answer.sections);
    let (mut cutter, mut look, mut out) = (Cutter::new(sections), Looking(look), Vec::new());
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| error.to_string())?;
        let bytes = frame.data_ref().map_or(&[][..], |data| data);
        cutter.feed(bytes, &mut out, &mut look).map_err(|broken| broken.to_string())?;
        out.clear();
    }
    lease.complete(cutter.may_end());
    if cutter.may_end() { Ok(()) } else { Err(Broken::Ended.to_string()) }
}

/// Nothing is kept of an element that was looked at.
struct Looking<F>(F);

impl<F: FnMut(&'static Section, &[u8]) -> Result<(), Broken>> Judge for Looking<F> {
    fn judge(&mut self, section: &'static Section, bytes: &[u8], _: &mut Vec<u8>) -> Result<bool, Broken> {
        (self.0)(section, bytes).map(|()| false)
    }
}
