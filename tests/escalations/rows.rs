//! The rows, as their files write them.

use serde::Deserialize;
use serde_json::Value as Json;
use serde_yaml::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// One way, closed and left open.
///
/// In all texts `<web>` is the ID that a request of `before` kept as `web`, `<web:12>` its first 12
/// digits; `<registry>` and `<elsewhere>` are two ports of loopback that tell who connects.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Row {
    /// The field, parameter or operation.
    pub(crate) row: String,
    /// What the role may do: the tightest that still lets the twins through.
    pub(crate) may: Vec<Value>,
    /// Which feature will fence it better, and what stands in for it.
    #[allow(dead_code, reason = "for people")]
    pub(crate) later: Option<String>,
    /// Why no daemon is asked.
    pub(crate) offline: Option<String>,
    /// What the row needs, at the daemon itself.
    #[serde(default)]
    pub(crate) before: Vec<Step>,
    /// The danger, in each of its spellings.
    pub(crate) denied: Vec<Denied>,
    /// The twin.
    pub(crate) allowed: Vec<Allowed>,
    /// What takes away what `before` has made.
    #[serde(default)]
    pub(crate) after: Vec<String>,
}

/// A request that prepares something.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Step {
    pub(crate) send: String,
    pub(crate) body: Option<String>,
    /// The name that the ID in its answer gets.
    pub(crate) keep: Option<String>,
    /// Where the ID stands.
    pub(crate) at: Option<String>,
}

/// A request that must not get through.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Denied {
    pub(crate) send: Option<String>,
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Option<String>,
    /// Blanks in front of the body.
    #[serde(default)]
    pub(crate) padding: usize,
    /// All bytes of a connection, lines ended by CR and LF.
    pub(crate) raw: Option<String>,
    /// What the gate answers on that connection; what is below 400 comes from the daemon.
    #[serde(default)]
    pub(crate) answers: Vec<u16>,
    /// Whether a link of the host is followed, which only a gate that sees its files can.
    #[serde(default)]
    pub(crate) links: bool,
    /// A header that stays here, while the request goes on.
    pub(crate) hides: Option<String>,
    /// The word of the denial, or `refused`.
    pub(crate) word: Option<String>,
}

/// A request that must get through.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Allowed {
    pub(crate) send: String,
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Option<String>,
    /// The files of the archive that is its body.
    pub(crate) archive: Option<BTreeMap<String, String>>,
    /// The API version, `1.since`, from which a daemon knows what is asked.
    #[serde(default)]
    pub(crate) since: u16,
    /// It is named by an ID, which only a live daemon can tell the name of.
    #[serde(default)]
    pub(crate) by_id: bool,
    /// What the daemon answers, where it is no success.
    pub(crate) status: Option<u16>,
    /// The port that the daemon then connects to; whatever it answers.
    pub(crate) reaches: Option<String>,
    /// A request that shows the effect, at the daemon itself.
    pub(crate) look: Option<String>,
    /// JSON pointers into its answer, and what stands there.
    #[serde(default)]
    pub(crate) see: BTreeMap<String, Json>,
    /// A request that takes the effect away.
    pub(crate) clean: Option<String>,
}

/// The rows of one file.
pub(crate) fn rows(file: &str) -> Vec<Row> {
    let text = fs::read_to_string(folder().join(file).with_extension("yaml")).unwrap();
    serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// The folder of the rows.
pub(crate) fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/escalations"))
}

impl Row {
    /// The policy, before names mean something.
    pub(crate) fn policy(&self, tests: Vec<Value>) -> String {
        let role = map([("who", "anyone".into()), ("may", self.may.clone().into())]);
        let roles = map([("tester", role)]);
        let mut policy = vec![("version", Value::from(1)), ("roles", roles)];
        policy.extend((!tests.is_empty()).then(|| ("tests", tests.into())));
        serde_yaml::to_string(&map(policy)).unwrap()
    }

    /// Whether it needs ports that tell who connects.
    pub(crate) fn listens(&self) -> bool {
        let text = format!("{self:?}");
        ["<registry>", "<elsewhere>"].iter().any(|port| text.contains(port))
    }
}

impl Denied {
    /// What failures call it.
    pub(crate) fn said(&self) -> String {
        let line = self.send.as_deref().or(self.raw.as_deref()).unwrap_or_default();
        format!("{} {}", line.trim_end(), self.body.as_deref().unwrap_or_default())
    }

    /// Whether only its bytes show the danger.
    pub(crate) fn is_wire(&self) -> bool {
        self.raw.is_some() || self.hides.is_some() || self.padding > 0
    }

    /// Whether it must be refused, for it cannot be understood.
    pub(crate) fn is_refused(&self) -> bool {
        self.word.as_deref() == Some("refused")
    }

    /// The bytes of a connection.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        if let Some(raw) = &self.raw {
            return raw.replace('\n', "\r\n").into_bytes();
        }
        let body = self.body.as_ref().map(|body| (" ".repeat(self.padding) + body).into_bytes());
        request(self.send.as_deref().unwrap_or_default(), &self.headers, "application/json", body.as_deref())
    }
}

impl Allowed {
    /// What failures call it.
    pub(crate) fn said(&self) -> String {
        format!("{} {}", self.send, self.body.as_deref().unwrap_or_default())
    }

    /// The bytes of the request.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        match &self.archive {
            Some(files) => request(&self.send, &self.headers, "application/x-tar", Some(&archive(files))),
            None => request(&self.send, &self.headers, "application/json", self.body.as_deref().map(str::as_bytes)),
        }
    }
}

/// A request as clients send it.
fn request(send: &str, headers: &BTreeMap<String, String>, media: &str, body: Option<&[u8]>) -> Vec<u8> {
    let (method, target) = send.split_once(' ').expect("a method and a target");
    let mut ask = crate::common::ask(method, target);
    for (name, value) in headers {
        ask = ask.with(name, value);
    }
    if body.is_some() && !headers.contains_key("Content-Type") {
        ask = ask.with("Content-Type", media);
    }
    if let Some(body) = body {
        ask = ask.body(body);
    }
    ask.bytes()
}

/// A tar archive of small files; without files it is two empty blocks.
fn archive(files: &BTreeMap<String, String>) -> Vec<u8> {
    let mut bytes: Vec<u8> =
        files.iter().flat_map(|(name, content)| [entry(name, content), padded(content)].concat()).collect();
    bytes.extend([0; 1024]);
    bytes
}

/// The header of a file, as in POSIX.1-1988: name, mode, owner, group, size, time, sum, type.
fn entry(name: &str, content: &str) -> Vec<u8> {
    let mut header = vec![0; 512];
    let mut put = |at: usize, text: &str| header[at..at + text.len()].copy_from_slice(text.as_bytes());
    put(0, name);
    [(100, "0000644"), (108, "0000000"), (116, "0000000"), (136, "00000000000")]
        .iter()
        .for_each(|(at, text)| put(*at, text));
    put(124, &format!("{:011o}", content.len()));
    put(148, "        0");
    put(257, "ustar\x0000");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    header
}

fn padded(content: &str) -> Vec<u8> {
    let mut bytes = content.as_bytes().to_vec();
    bytes.resize(content.len().next_multiple_of(512), 0);
    bytes
}

/// A mapping in YAML.
pub(crate) fn map<'k>(entries: impl IntoIterator<Item = (&'k str, Value)>) -> Value {
    Value::Mapping(entries.into_iter().map(|(key, value)| (key.into(), value)).collect())
}
