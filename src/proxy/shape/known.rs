//! Which objects of a kind the role sees, where an answer tells of them by ID alone: the daemon is
//! asked once for all of them.

use super::Broken;
use super::judge::seen;
use super::listed::each;
use super::text::Text;
use crate::catalogue::{Element, Op, Target};
use crate::policy::Sight;
use crate::proxy::limits::MAX_KNOWN;
use crate::proxy::upstream::Upstream;
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
    let mut found = HashSet::new();
    each(upstream, op, query, |section, bytes| {
        let object = seen(section.element, &Text::read(bytes)?).object;
        if sight.shows(&object) {
            if found.len() >= MAX_KNOWN {
                return Err(Broken::Large);
            }
            found.extend([object.id, object.name]);
        }
        Ok(())
    })
    .await?;
    Ok(found)
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
