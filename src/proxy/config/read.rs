//! The configuration file: every problem at once, each with its place.

use super::values::{duration, inherited, size, tcp};
use super::words::{INHERITED, Key, LIMITS, TCP, TLS, TOP, UNIX, words};
use super::{
    Config, ListenConfig, Place, default_upstream, denials, host_path, metrics, mode, status, upstream, when_full,
};
use crate::confine::Confine;
use crate::policy::document::{Content, Node, Pair, Reader, Report, Span, open};
use crate::policy::{Problem, Source};
use crate::proxy::{Denials, HostFiles, Limits, TlsFiles, UnixSocket};
use std::path::{Path, PathBuf};

/// Reads a configuration; relative paths are relative to `base`.
///
/// # Errors
/// Every problem of the file, in order.
pub fn read(source: &Source, base: &Path) -> Result<Config, Vec<Problem>> {
    let mut report = Report::new(source);
    let Some(root) = open(&mut report) else {
        return Err(report.problems);
    };
    let mut file = File { reader: Reader::new(report), base };
    let config = file.config(&root);
    match config {
        Some(config) if file.reader.report.problems.is_empty() => Ok(config),
        _ => {
            let mut problems = file.reader.report.problems;
            problems.sort_by_key(|problem| (problem.spot.line, problem.spot.column));
            Err(problems)
        }
    }
}

struct File<'s, 't> {
    reader: Reader<'s, 't>,
    base: &'s Path,
}

/// The fields of one map of the file.
#[derive(Clone, Copy)]
struct Fields<'t>(&'t [Pair]);

impl<'t> Fields<'t> {
    fn get(self, key: &str) -> Option<&'t Pair> {
        self.0.iter().find(|pair| pair.key.text == key)
    }
}

impl<'t> File<'_, 't> {
    fn config(&mut self, root: &'t Node) -> Option<Config> {
        let fields = self.fields(root.span, root, "the configuration", TOP);
        let listen = fields.get("listen").map(|pair| self.listeners(pair)).unwrap_or_default();
        if fields.get("listen").is_none() && !fields.0.is_empty() {
            let help = "`listen:` says where clients connect and which policy they meet";
            self.reader.report.problem_with_help(root.span, "the configuration has no `listen`", help);
        }
        let upstream = match fields.get("upstream") {
            Some(pair) => self.value(pair, upstream),
            None => default_upstream().map_err(|message| self.reader.report.problem(root.span, message)).ok(),
        };
        // The rest is read even without an upstream, so that all problems are told.
        let mut config = Config::new(upstream.clone().unwrap_or_default(), listen);
        config.audit = fields.get("audit").and_then(|pair| self.path(pair));
        self.set(fields, "audit_full", when_full, &mut config.audit_full);
        self.set(fields, "audit_requests", yes_or_no, &mut config.audit_requests);
        self.set(fields, "threads", count, &mut config.threads);
        self.set(fields, "host_files", HostFiles::read, &mut config.host_files);
        config.status = fields.get("status").and_then(|pair| self.value(pair, status));
        config.metrics = fields.get("metrics").and_then(|pair| self.value(pair, metrics));
        self.set(fields, "confine", Confine::read, &mut config.confine);
        if let Some(pair) = fields.get("limits") {
            self.limits(pair, &mut config.limits);
        }
        upstream.map(|_| config)
    }

    fn fields(&mut self, span: Span, node: &'t Node, what: &str, known: &[Key]) -> Fields<'t> {
        Fields(self.reader.fields(span, node, what, &words(known)))
    }

    fn listeners(&mut self, pair: &'t Pair) -> Vec<ListenConfig> {
        let items = self.reader.list(pair.key.span, &pair.value, "`listen`");
        items.iter().filter_map(|item| self.listener(item)).collect()
    }

    fn listener(&mut self, node: &'t Node) -> Option<ListenConfig> {
        let (unix, inherited) = (node.get("socket").is_some(), node.get("inherited").is_some());
        let known = match (unix, inherited) {
            (true, _) => UNIX,
            (_, true) => INHERITED,
            _ => TCP,
        };
        let fields = self.fields(node.span, node, "a listener", known);
        let policy = fields.get("policy").map(|pair| self.paths(pair)).unwrap_or_default();
        if policy.is_empty() {
            self.missing(node.span, "policy", "`policy: FILE` says who may do what there");
        }
        let mut told = Denials::default();
        self.set(fields, "denials", denials, &mut told);
        let host_path = fields.get("host_path").and_then(|pair| self.value(pair, host_path));
        let place = if unix { self.unix(fields) } else { self.tcp(node.span, fields) };
        Some(ListenConfig { place: place?, policy, denials: told, host_path })
    }

    fn unix(&mut self, fields: Fields<'t>) -> Option<Place> {
        let path = fields.get("socket").and_then(|pair| self.path(pair))?;
        let mut bits = 0o660;
        self.set(fields, "mode", mode, &mut bits);
        let owner = self.word(fields, "owner");
        let group = self.word(fields, "group");
        Some(Place::Unix(UnixSocket { path, mode: bits, owner, group }))
    }

    fn tcp(&mut self, span: Span, fields: Fields<'t>) -> Option<Place> {
        let inherits = fields.get("inherited");
        let Some(pair) = fields.get("address").or(inherits) else {
            self.missing(span, "socket", "a listener has `socket: PATH`, `address: HOST:PORT` or `inherited: NAME`");
            return None;
        };
        let tls = fields.get("tls").map(|pair| self.tls(pair));
        let because = self.reason(fields);
        let hosts = fields.get("hosts").map(|pair| self.words(pair)).unwrap_or_default();
        let tls = match tls {
            Some(None) => return None,
            Some(files) => files,
            None => None,
        };
        let read = if inherits.is_some() { inherited } else { tcp };
        self.value(pair, |text| read(text, tls, because, hosts))
    }

    /// `plaintext: true` counts only with its reason.
    fn reason(&mut self, fields: Fields<'t>) -> Option<String> {
        let because = self.word(fields, "because");
        let plain = fields.get("plaintext")?;
        let yes = self.value(plain, yes_or_no)?;
        if yes && because.is_none() {
            let help = "write the reason in `because:`, for whoever reads this next";
            self.reader.report.problem_with_help(plain.key.span, "`plaintext` stands without a reason", help);
        }
        because.filter(|_| yes)
    }

    fn tls(&mut self, pair: &'t Pair) -> Option<TlsFiles> {
        let fields = self.fields(pair.key.span, &pair.value, "`tls`", TLS);
        let mut file = |key: &str| match fields.get(key) {
            Some(pair) => self.path(pair),
            None => {
                self.missing(pair.key.span, key, "`tls:` wants `certificate`, `key` and `client_ca`");
                None
            }
        };
        let (certificate, key, client_ca) = (file("certificate"), file("key"), file("client_ca"));
        let crl = fields.get("crl").map(|pair| self.paths(pair)).unwrap_or_default();
        if let Some(pair) = fields.get("crl").filter(|_| crl.is_empty()) {
            let help = "leave it out if nothing is ever revoked";
            self.reader.report.problem_with_help(pair.key.span, "`crl` names no list", help);
        }
        Some(TlsFiles { certificate: certificate?, key: key?, client_ca: client_ca?, crl })
    }

    fn limits(&mut self, pair: &'t Pair, limits: &mut Limits) {
        let fields = self.fields(pair.key.span, &pair.value, "`limits`", LIMITS);
        self.set(fields, "connections", count, &mut limits.connections);
        self.set(fields, "connections_in_all", count, &mut limits.connections_in_all);
        self.set(fields, "header_timeout", duration, &mut limits.header_timeout);
        self.set(fields, "idle_timeout", duration, &mut limits.idle_timeout);
        self.set(fields, "handshake_timeout", duration, &mut limits.handshake_timeout);
        self.set(fields, "handshakes", count, &mut limits.handshakes);
        self.set(fields, "buffered_bodies", size, &mut limits.buffered_bodies);
        self.set(fields, "shutdown_grace", duration, &mut limits.shutdown_grace);
    }

    fn missing(&mut self, span: Span, word: &str, help: &str) {
        self.reader.report.problem_with_help(span, format!("`{word}` is missing"), help);
    }

    /// A single word as `read` takes it.
    fn value<T>(&mut self, pair: &'t Pair, read: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        let what = format!("`{}`", pair.key.text);
        let text = self.reader.word(pair.value.span, &pair.value, &what)?;
        read(text).map_err(|message| self.reader.report.problem(pair.value.span, message)).ok()
    }

    fn set<T>(&mut self, fields: Fields<'t>, key: &str, read: impl FnOnce(&str) -> Result<T, String>, to: &mut T) {
        if let Some(value) = fields.get(key).and_then(|pair| self.value(pair, read)) {
            *to = value;
        }
    }

    fn word(&mut self, fields: Fields<'t>, key: &str) -> Option<String> {
        let pair = fields.get(key)?;
        self.value(pair, |text| Ok(text.to_owned()))
    }

    fn words(&mut self, pair: &'t Pair) -> Vec<String> {
        let what = format!("`{}`", pair.key.text);
        let items = match &pair.value.content {
            Content::List(items) => items.as_slice(),
            _ => std::slice::from_ref(&pair.value),
        };
        items.iter().filter_map(|item| self.reader.word(item.span, item, &what)).map(str::to_owned).collect()
    }

    fn path(&mut self, pair: &'t Pair) -> Option<PathBuf> {
        let text = self.value(pair, |text| Ok(text.to_owned()))?;
        Some(self.base.join(text))
    }

    fn paths(&mut self, pair: &'t Pair) -> Vec<PathBuf> {
        self.words(pair).into_iter().map(|text| self.base.join(text)).collect()
    }
}

fn count(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|n| (1..=1_000_000).contains(n));
    number.ok_or_else(|| "write a whole number from 1 to 1000000".to_owned())
}

fn yes_or_no(text: &str) -> Result<bool, String> {
    match text {
        "true" | "yes" | "on" => Ok(true),
        "false" | "no" | "off" => Ok(false),
        _ => Err("write true or false".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Config, read};
    use crate::policy::Source;
    use crate::proxy::config::Place;
    use std::path::Path;

    fn load(text: &str) -> Result<Config, Vec<String>> {
        let source = Source { name: "dockgate.yaml".into(), text: text.into() };
        read(&source, Path::new("/etc/dockgate")).map_err(|found| found.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_whole_configuration_is_read() {
        let config = load(
            "upstream: /run/docker.sock\n\
             listen:\n\
             - { socket: /run/a.sock, mode: \"0600\", group: traefik, policy: a.yaml, denials: short }\n\
             - { address: '0.0.0.0:2376', tls: { certificate: c.pem, key: k.pem, client_ca: ca.pem }, policy: [a.yaml, b.yaml] }\n\
             - { address: '0.0.0.0:2375', plaintext: true, because: only one network, hosts: gate.example.com, policy: a.yaml }\n\
             audit: /var/log/audit.jsonl\naudit_full: count\nthreads: 3\n\
             limits: { connections: 10, header_timeout: 5s, buffered_bodies: 1MiB }\n",
        )
        .unwrap();
        assert_eq!(config.listen.len(), 3);
        assert_eq!((config.threads, config.limits.connections, config.limits.buffered_bodies), (3, 10, 1 << 20));
        let tls = matches!(&config.listen[1].place, Place::Tcp { tls: Some(files), .. } if files.key == Path::new("/etc/dockgate/k.pem"));
        assert!(tls);
        assert_eq!(config.listen[1].policy[1], Path::new("/etc/dockgate/b.yaml"));
    }

    #[test]
    fn every_problem_is_told_at_once_with_its_place() {
        let problems = load(
            "upstream: tcp://1.2.3.4:2375\n\
             lisen: []\n\
             listen:\n\
             - { socket: /run/a.sock, mode: 0999 }\n\
             - { address: '0.0.0.0:2375', policy: a.yaml }\n\
             - { address: '0.0.0.0:2375', plaintext: true, policy: a.yaml }\n\
             - { policy: a.yaml }\n\
             limits: { header_timeout: 5 }\n",
        )
        .unwrap_err();
        let found = |place: &str, word: &str| problems.iter().any(|p| p.starts_with(place) && p.contains(word));
        let expected = [
            ("dockgate.yaml:1:", "not a Unix socket"),
            ("dockgate.yaml:2:", "`lisen`"),
            ("dockgate.yaml:4:", "octal"),
            ("dockgate.yaml:4:", "`policy` is missing"),
            ("dockgate.yaml:5:", "without TLS"),
            ("dockgate.yaml:6:", "without a reason"),
            ("dockgate.yaml:7:", "`socket` is missing"),
            ("dockgate.yaml:8:", "unit"),
        ];
        for (place, word) in expected {
            assert!(found(place, word), "{place} {word} in {problems:#?}");
        }
    }
}
