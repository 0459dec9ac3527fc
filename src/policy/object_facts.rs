//! What a policy says about an object: the container of a client, or what a request is about.

use super::pattern::Pattern;
use crate::request::Object;

/// Facts of an object: all that are written must hold, and of each list one value.
#[derive(Clone, Debug, Default)]
pub(super) struct ObjectFacts {
    pub(super) id: Option<Vec<Pattern>>,
    pub(super) image: Option<Vec<Pattern>>,
    pub(super) label: Option<Vec<LabelFact>>,
    pub(super) name: Option<Vec<Pattern>>,
    pub(super) project: Option<Vec<Pattern>>,
    pub(super) service: Option<Vec<Pattern>>,
    pub(super) state: Option<Vec<Pattern>>,
}

/// A label that is there, and what it says if that counts.
#[derive(Clone, Debug)]
pub(super) struct LabelFact {
    pub(super) key: String,
    pub(super) value: Option<Pattern>,
}

impl ObjectFacts {
    /// Whether the object is one that they are about.
    pub(super) fn hold(&self, object: &Object) -> bool {
        holds(&self.id, |wanted| wanted.fits(&object.id))
            && holds(&self.image, |wanted| wanted.fits(&object.image))
            && holds(&self.label, |wanted| wanted.holds(object))
            && holds(&self.name, |wanted| object.names().any(|name| wanted.fits(name)))
            && holds(&self.project, |wanted| object.project().is_some_and(|project| wanted.fits(project)))
            && holds(&self.service, |wanted| object.service().is_some_and(|service| wanted.fits(service)))
            && holds(&self.state, |wanted| wanted.fits(&object.state))
    }

    /// Whether they stay as they are for as long as a container lives.
    pub(super) fn are_lasting(&self) -> bool {
        self.name.is_none() && self.state.is_none()
    }

    /// Whether nothing is said.
    pub(super) fn is_empty(&self) -> bool {
        self.said().is_empty()
    }

    /// Whether the object may be one of them, where its labels are not told.
    pub(super) fn may_hold(&self, object: &Object) -> bool {
        let known = Self { label: None, project: None, service: None, ..self.clone() };
        self.hold(object) || known.hold(object)
    }

    /// How they read: `` label `tier=web`, name `web-*` ``.
    pub(super) fn said(&self) -> String {
        let texts = |patterns: &Option<Vec<Pattern>>| patterns.iter().flatten().map(Pattern::to_string).collect();
        let labels = self.label.iter().flatten().map(LabelFact::said).collect();
        let all: [(&str, Vec<String>); 7] = [
            ("id", texts(&self.id)),
            ("image", texts(&self.image)),
            ("label", labels),
            ("name", texts(&self.name)),
            ("project", texts(&self.project)),
            ("service", texts(&self.service)),
            ("state", texts(&self.state)),
        ];
        let said = all.iter().filter(|(_, values)| !values.is_empty());
        said.map(|(word, values)| format!("{word} `{}`", values.join("` or `"))).collect::<Vec<_>>().join(", ")
    }
}

impl LabelFact {
    fn holds(&self, object: &Object) -> bool {
        let says = |value: &String| self.value.as_ref().is_none_or(|wanted| wanted.fits(value));
        object.labels.get(&self.key).is_some_and(says)
    }

    fn said(&self) -> String {
        self.value.as_ref().map_or_else(|| self.key.clone(), |value| format!("{}={value}", self.key))
    }
}

/// A fact that is not written holds; else one of its values must.
pub(super) fn holds<T>(fact: &Option<Vec<T>>, is: impl Fn(&T) -> bool) -> bool {
    fact.as_ref().is_none_or(|values| values.iter().any(is))
}
