//! `copy_of`: what is made is to be a container that is or was there, with no more power than it had.

use super::about::AboutLimit;
use super::copy_compare::Comparison;
use super::denial::Why;
use super::place::Place;
use super::tenant::Tenant;
use super::text::shown;
use crate::request::original::Original;
use crate::request::{Request, Use};

/// The word of policies and of denials.
pub(super) const WORD: &str = "copy_of";

/// Containers that may be recreated.
#[derive(Clone, Debug)]
pub(super) enum CopyLimit {
    /// Whichever there is.
    Any,
    /// Those that fit one of these.
    Of(AboutLimit),
}

impl CopyLimit {
    /// Everything by which the request is no copy, or has more power than its original, but for what
    /// is `exempt`.
    pub(super) fn objections(
        &self,
        request: &Request,
        exempt: impl Fn(&Use) -> bool,
        tenant: Option<&Tenant>,
        place: &Place,
        why: &mut Vec<Why>,
    ) {
        let Some(original) = request.original.as_deref() else {
            return why.push(Why::limit(WORD.into(), absent(request.name()), place));
        };
        if let Some(sentence) = self.misfit(original, tenant) {
            return why.push(Why::limit(WORD.into(), sentence, place));
        }
        let beyond = Comparison { original, request, exempt: &exempt }.beyond();
        why.extend(beyond.into_iter().map(|(word, sentence)| Why::limit(word.into(), sentence, place)));
    }

    fn misfit(&self, original: &Original, tenant: Option<&Tenant>) -> Option<String> {
        let Self::Of(about) = self else { return None };
        let name = shown(&original.object.name);
        (!about.holds(&original.object, tenant))
            .then(|| format!("make a copy of {name} ({WORD}: only {})", about.said()))
    }
}

/// It says what has to be done, for whoever reads it may have removed the original elsewhere.
fn absent(name: Option<&str>) -> String {
    let who = name.filter(|name| !name.is_empty()).map_or_else(
        || "the request names none, by the name that the copy is to have".to_owned(),
        |name| format!("none is called {}, nor was such a one removed by this role a moment ago", shown(name)),
    );
    format!("make what is no copy of an existing container ({WORD}: {who}; remove the original through this gate)")
}

#[cfg(test)]
#[path = "copy_tests.rs"]
mod tests;
