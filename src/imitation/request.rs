//! One request, as far as the choice of an answer depends on it.

use super::head::Head;
use super::names::{Kind, known};
use super::recorded::find;
use super::target::query;

/// What is asked of the daemon.
pub(super) struct Request<'a> {
    pub(super) head: &'a Head,
    /// The decoded path without its version.
    pub(super) path: &'a str,
    /// The beginning of the body.
    pub(super) body: &'a [u8],
}

/// What must hold for an answer to be the right one.
#[derive(Clone, Copy, Debug)]
pub(super) enum When {
    /// The body has this text in it, spaces apart: clients write JSON with and without them.
    Body(&'static str),
    /// This query parameter has this value.
    Exactly(&'static str, &'static str),
    /// This header lists this word.
    Header(&'static str, &'static str),
    /// The body names an image that was not recorded.
    NoImage,
    /// This query parameter is not there.
    Lacks(&'static str),
    /// The body is not said to be JSON.
    NotJson,
    /// The object that the path names is one of these.
    One(&'static [&'static str]),
    /// This query parameter has this text in its value.
    Query(&'static str, &'static str),
    /// Docker reads this query parameter as true.
    True(&'static str),
}

impl Request<'_> {
    /// Whether this holds, for the object that the path names.
    pub(super) fn is(&self, when: When, object: &str) -> bool {
        match when {
            When::Body(text) => find(&spaceless(self.body), &spaceless(text.as_bytes())).is_some(),
            When::Exactly(key, value) => self.query(key).as_deref() == Some(value),
            When::Header(name, word) => self.head.asks(name, word),
            When::NoImage => self.image().is_none_or(|image| known(Kind::Image, &image).is_none()),
            When::Lacks(key) => self.query(key).is_none(),
            When::NotJson => !self.head.asks("content-type", "application/json"),
            When::One(names) => names.contains(&object),
            When::Query(key, text) => self.query(key).is_some_and(|value| value.contains(text)),
            When::True(key) => self.query(key).is_some_and(|value| is_true(&value)),
        }
    }

    fn query(&self, key: &str) -> Option<String> {
        let mut pairs = query(&self.head.target).into_iter();
        pairs.find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// The first `"Image": "..."` of the body.
    fn image(&self) -> Option<String> {
        let text = String::from_utf8_lossy(self.body);
        let (_, after) = text.split_once("\"Image\"")?;
        let value = after.trim_start().strip_prefix(':')?.trim_start();
        value.strip_prefix('"')?.split('"').next().map(str::to_owned)
    }
}

fn spaceless(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().copied().filter(|byte| *byte != b' ').collect()
}

fn is_true(value: &str) -> bool {
    let value = value.trim().to_lowercase();
    !matches!(value.as_str(), "" | "0" | "no" | "false" | "none")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(when: When, target: &str, header: &str, body: &str) -> bool {
        let text = format!("POST {target} HTTP/1.1\r\nHost: d\r\nX: x\r\n{header}\r\n");
        let request = Request { head: &Head::parse(text.as_bytes()).unwrap(), path: "/", body: body.as_bytes() };
        request.is(when, "web")
    }

    #[test]
    fn a_query_parameter_is_read_as_docker_reads_it() {
        for (target, expected) in
            [("/?all=1", true), ("/?all=off", true), ("/?all=False", false), ("/?all", false), ("/", false)]
        {
            assert_eq!(holds(When::True("all"), target, "", ""), expected, "{target}");
        }
        assert!(holds(When::Query("filters", "team=shop"), "/?filters=%7Bteam%3Dshop", "", ""));
        assert!(holds(When::Lacks("path"), "/?paths=1", "", ""));
    }

    #[test]
    fn the_image_of_a_body_is_looked_up() {
        assert!(!holds(When::NoImage, "/", "", r#"{"Image" : "busybox:latest"}"#));
        assert!(holds(When::NoImage, "/", "", r#"{"Image":"missing"}"#));
        assert!(holds(When::NoImage, "/", "", "{}"));
    }

    #[test]
    fn headers_and_object_names_decide_too() {
        assert!(holds(When::Header("upgrade", "tcp"), "/", "Upgrade: TCP\r\n", ""));
        assert!(holds(When::NotJson, "/", "Content-Type: text/plain\r\n", ""));
        assert!(!holds(When::NotJson, "/", "Content-Type: application/json\r\n", ""));
        assert!(holds(When::One(&["web"]), "/", "", ""));
        assert!(holds(When::Body("FRUM"), "/", "", "xx FRUM y"));
        assert!(holds(When::Body("\"Detach\":true"), "/", "", "{\"Detach\": true}"));
    }
}
