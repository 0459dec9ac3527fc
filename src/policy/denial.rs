//! Why a request is not allowed, in words for whoever sent it.

use super::place::{Place, RoleName};
use crate::catalogue::{Operation, facet_named, operation_named};
use std::fmt;

/// A decision without the body that it is about.
const UNREAD: &str = "its body was not read";

/// A policy's no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denial {
    /// The role of the client.
    pub role: RoleName,
    /// Every reason of the grant that came nearest, or of what is never allowed.
    pub why: Vec<Why>,
    /// The grant that came nearest, or the `never` that decided.
    pub nearest: Option<Place>,
}

/// One reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why {
    /// What tests and records call it: an operation, `query.signal`, `target`, `never`.
    pub word: String,
    /// Completes "may not ...".
    pub sentence: String,
    /// Where the policy says so.
    pub place: Option<Place>,
}

impl Denial {
    /// What kind of reason came first, in one of few words, none of which the client has chosen:
    /// `operation`, `never`, `target`, `tenant`, `copy_of`, a facet, `query`, `quota` or `field`.
    pub fn kind(&self) -> &'static str {
        let word = self.why.first().map_or("", |why| why.word.as_str());
        match word {
            "never" => "never",
            "target" => "target",
            "tenant" => "tenant",
            "copy_of" => "copy_of",
            word if word.starts_with("query.") => "query",
            word if word.starts_with("quotas.") => "quota",
            word if operation_named(word).is_some() => "operation",
            word => facet_named(word).map_or("field", |row| row.word),
        }
    }

    /// Whether it is about an object that no grant is for.
    pub fn is_of_target(&self) -> bool {
        self.why.iter().any(|why| matches!(why.word.as_str(), "target" | "tenant"))
    }

    /// The sentence for clients that are to learn nothing of the policy.
    pub fn short() -> &'static str {
        "dockgate: not allowed by policy"
    }
}

impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "dockgate: {} may not ", self.role)?;
        for (count, why) in self.why.iter().enumerate() {
            let joint = if count == 0 { "" } else { ", nor " };
            write!(f, "{joint}{}", why.sentence)?;
        }
        Ok(())
    }
}

impl Why {
    /// No grant covers the operation.
    pub(super) fn operation(operation: &Operation) -> Self {
        let sentence = format!("{} ({})", operation.about, operation.name);
        Self { word: operation.name.into(), sentence, place: None }
    }

    /// The request was not read whole, so that no limit on what it uses can be seen to hold.
    pub(super) fn unread(operation: &Operation, place: &Place) -> Self {
        let sentence = format!("{} ({}: {UNREAD})", operation.about, operation.name);
        Self { word: operation.name.into(), sentence, place: Some(place.clone()) }
    }

    /// As [`Why::unread`], under `never`.
    pub(super) fn never_unread(operation: &Operation, place: &Place) -> Self {
        Self::touched(&format!("{} ({}: {UNREAD})", operation.about, operation.name), place)
    }

    /// `never` names the operation.
    pub(super) fn never(operation: &Operation, place: &Place) -> Self {
        Self::touched(&format!("{} (never: {})", operation.about, operation.name), place)
    }

    /// The request touches something that `never` lists.
    pub(super) fn touched(deed: &str, place: &Place) -> Self {
        let sentence = format!("ever {deed}");
        Self { word: "never".into(), sentence, place: Some(place.clone()) }
    }

    /// A limit of a grant that does not fit.
    pub(super) fn limit(word: String, sentence: String, place: &Place) -> Self {
        Self { word, sentence, place: Some(place.clone()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(sentence: &str) -> Why {
        Why { word: "x".into(), sentence: sentence.into(), place: None }
    }

    #[test]
    fn the_client_reads_one_sentence_with_every_reason() {
        let why =
            vec![why("set `signal` to `KILL` (query.signal: only `HUP`)"), why("touch `db` (target: only `web`)")];
        let mut denial = Denial { role: RoleName::new("ops"), why, nearest: None };
        let expected = "dockgate: ops may not set `signal` to `KILL` (query.signal: only `HUP`), \
                        nor touch `db` (target: only `web`)";
        assert_eq!(denial.to_string(), expected);
        denial.why.truncate(1);
        assert!(!denial.to_string().contains("nor"));
        assert_eq!(Denial::short(), "dockgate: not allowed by policy");
    }
}
