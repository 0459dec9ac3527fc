//! Which objects of a kind the role sees, where an answer tells of them by ID alone: the daemon is
//! asked once for all of them.

use super::Broken;
use super::cut::{Cutter, Judge};
use super::judge::seen;
use super::text::Text;
use crate::catalogue::answers::Section;
use crate::catalogue::{Answer, Element, Op, Target};
use crate::policy::Sight;
use crate::proxy::limits::MAX_KNOWN;
use crate::proxy::question;
use crate::proxy::upstream::Upstream;
use http_body_util::BodyExt;
use std::collections::HashSet;
use std::rc::Rc;

/// The IDs and names of what the role sees, of kinds of which it does not see all.
#[derive(Debug, Default)]
pub(super) struct Known(Vec<(Target, HashSet<String>)>);

/// Asks for the objects that these show.
///
/// # Errors
/// Why the daemon does not say, in words.
pub(super) async fn of(upstream: &Rc<Upstream>, sights: &[Sight]) -> Result<Known, String> {
    let mut known = Known::default();
    for sight in sights {
        known.0.push((sight.kind(), shown(upstream, sight).await?));
    }
    Ok(known)
}

async fn shown(upstream: &Rc<Upstream>, sight: &Sight) -> Result<HashSet<String>, String> {
    let (op, query) = match sight.kind() {
        Target::Container => (Op::ContainerList, "?all=1"),
        Target::Service => (Op::ServiceList, ""),
        other => return Err(format!("objects of the kind {other:?} cannot be asked for")),
    };
    let asking = async {
        let Some((mut body, mut lease)) = question::list(upstream, op, query).await? else {
            return Ok(HashSet::new());
        };
        let sections = Answer::of(op).map_or(&[][..], |answer| answer.sections);
        let (mut cutter, mut census) = (Cutter::new(sections), Census { sight, found: HashSet::new() });
        let mut out = Vec::new();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| error.to_string())?;
            let bytes = frame.data_ref().map_or(&[][..], |data| data);
            cutter.feed(bytes, &mut out, &mut census).map_err(|broken| broken.to_string())?;
            out.clear();
        }
        lease.complete(cutter.may_end());
        if cutter.may_end() { Ok(census.found) } else { Err(Broken::Ended.to_string()) }
    };
    let patience = question::LIST_PATIENCE;
    tokio::time::timeout(patience, asking)
        .await
        .map_err(|_| format!("no list within {} seconds", patience.as_secs()))?
}

/// Counts who is seen.
struct Census<'s> {
    sight: &'s Sight,
    found: HashSet<String>,
}

impl Judge for Census<'_> {
    fn judge(&mut self, section: &'static Section, bytes: &[u8], _: &mut Vec<u8>) -> Result<bool, Broken> {
        let object = seen(section.element, &Text::read(bytes)?).object;
        if self.sight.shows(&object) {
            if self.found.len() >= MAX_KNOWN {
                return Err(Broken::Large);
            }
            self.found.extend([object.id, object.name]);
        }
        Ok(false)
    }
}

impl Known {
    /// Whether what the element as a whole belongs to is seen.
    pub(super) fn holds(&self, element: &Element, text: &Text<'_>) -> bool {
        element.others.iter().filter(|other| other.whole).all(|other| {
            let seen = |known: &HashSet<String>| text.texts(other.at).iter().any(|id| known.contains(id));
            self.of(other.kind).is_none_or(seen)
        })
    }

    /// Leaves out entries of what is not seen.
    pub(super) fn cut(&self, element: &Element, text: &mut Text<'_>) {
        for other in element.others.iter().filter(|other| !other.whole) {
            if let Some(known) = self.of(other.kind) {
                text.keep(other.at, |key| known.contains(key));
            }
        }
    }

    #[cfg(test)]
    pub(super) fn set<const N: usize>(&mut self, kind: Target, ids: [&str; N]) {
        self.0.push((kind, ids.map(str::to_owned).into()));
    }

    fn of(&self, kind: Target) -> Option<&HashSet<String>> {
        self.0.iter().find(|(known, _)| *known == kind).map(|(_, ids)| ids)
    }
}
