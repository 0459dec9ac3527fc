//! A request in the words of curl, as the text that tells it.

use crate::policy::{MAX_FILE, Source};
use serde_json::{Map, Value};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// What is told beside the request: who sends it, what the daemon would say.
#[derive(Clone, Debug, Default)]
pub(super) struct Beside<'a> {
    pub(super) who: Option<&'a str>,
    pub(super) about: Option<&'a str>,
    pub(super) facts: Option<&'a str>,
}

/// A request as it is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) method: String,
    pub(super) target: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Option<String>,
}

impl Asked {
    /// From a command line: `POST /containers/create`, or a URL and `-X`.
    pub(super) fn of_words(words: &[String], method: Option<&str>, body: Option<String>) -> Result<Self, String> {
        let words: Vec<&str> = words.iter().map(String::as_str).filter(|word| *word != "curl").collect();
        let (first, url) = match words.as_slice() {
            [url] => (None, *url),
            [method, url] => (Some(*method), *url),
            _ => return Err("a request is a method and a path, as in `POST /v1.47/containers/create`".to_owned()),
        };
        let usual = if body.is_some() { "POST" } else { "GET" };
        let method = method.or(first).unwrap_or(usual).to_owned();
        let (target, headers) = (path_of(url).to_owned(), Vec::new());
        Ok(Self { method, target, headers, body })
    }

    /// With headers as curl has them: `Name: value`.
    pub(super) fn with_headers(mut self, lines: &[String]) -> Result<Self, String> {
        for line in lines {
            let (name, value) =
                line.split_once(':').ok_or_else(|| format!("`{line}` is no header: write `Name: value`"))?;
            self.headers.push((name.trim().to_owned(), value.trim().to_owned()));
        }
        Ok(self)
    }

    /// The text that tells it, with what is told beside.
    pub(super) fn source(&self, beside: &Beside<'_>) -> Source {
        let mut known = Map::new();
        known.insert("send".to_owned(), format!("{} {}", self.method, self.target).into());
        let headers: Map<String, Value> =
            self.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.as_str().into())).collect();
        if !headers.is_empty() {
            known.insert("headers".to_owned(), headers.into());
        }
        if let Some(body) = &self.body {
            known.insert("body".to_owned(), body.as_str().into());
        }
        // JSON is YAML, value by value
        let mut text: String = known.iter().map(|(key, value)| format!("{key}: {value}\n")).collect();
        for (key, yaml) in [("as", beside.who), ("about", beside.about), ("facts", beside.facts)] {
            text.extend(yaml.map(|yaml| format!("{key}:\n  {}\n", yaml.trim().replace('\n', "\n  "))));
        }
        Source { name: "the request".into(), text }
    }
}

/// What curl's `--data` means: text, or `@FILE`.
pub(super) fn data(text: &str) -> Result<String, String> {
    match text.strip_prefix('@') {
        Some("-") => read(std::io::stdin().lock(), "standard input"),
        Some(path) => {
            let file = File::open(Path::new(path)).map_err(|error| format!("cannot read `{path}`: {error}"))?;
            read(file, path)
        }
        None => Ok(text.to_owned()),
    }
}

/// A text that is no longer than one that tells a request may be.
pub(super) fn read(from: impl Read, name: &str) -> Result<String, String> {
    let mut text = String::new();
    let mut bounded = from.take(MAX_FILE as u64 + 1);
    bounded.read_to_string(&mut text).map_err(|error| format!("cannot read `{name}`: {error}"))?;
    if text.len() > MAX_FILE {
        return Err(format!("`{name}` is longer than {MAX_FILE} bytes"));
    }
    Ok(text)
}

/// The path and query of a URL, whatever its host.
fn path_of(url: &str) -> &str {
    if url.starts_with('/') {
        return url;
    }
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.strip_prefix("http:").unwrap_or(rest);
    rest.find('/').and_then(|start| rest.get(start..)).unwrap_or(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(words: &[&str], method: Option<&str>, body: Option<&str>) -> String {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let asked = Asked::of_words(&words, method, body.map(str::to_owned)).unwrap();
        format!("{} {}", asked.method, asked.target)
    }

    #[test]
    fn a_request_is_written_as_for_curl() {
        assert_eq!(asked(&["GET", "/info"], None, None), "GET /info");
        assert_eq!(asked(&["/info"], None, None), "GET /info");
        assert_eq!(asked(&["http://localhost/v1.47/info?a=/b"], None, None), "GET /v1.47/info?a=/b");
        // a URL in the query makes no URL of a path
        assert_eq!(asked(&["/v1.47/build?remote=http://x/y"], None, None), "GET /v1.47/build?remote=http://x/y");
        assert_eq!(asked(&["localhost/info"], Some("HEAD"), None), "HEAD /info");
        assert_eq!(asked(&["curl", "http:/v1.47/auth"], None, Some("{}")), "POST /v1.47/auth");
        assert!(Asked::of_words(&["a", "b", "c"].map(str::to_owned), None, None).is_err());
    }

    #[test]
    fn what_is_told_beside_may_stand_in_one_line_or_several() {
        let asked = Asked { method: "GET".into(), target: "/info".into(), ..Asked::default() };
        let beside = Beside { who: Some("uid: 1\ngid: 2"), about: Some("{ name: web }"), facts: None };
        let text = asked.source(&beside).text;
        assert_eq!(text, "send: \"GET /info\"\nas:\n  uid: 1\n  gid: 2\nabout:\n  { name: web }\n");
    }
}
