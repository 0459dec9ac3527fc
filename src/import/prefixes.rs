//! What Tecnativa's and linuxserver's proxies have in common: rules in their order, mostly by prefix.

use super::expression::Expression;
use super::gate::Gate;
use super::variables::{Variables, seems_on};
use super::{MAX_SETTINGS, Unsaid};
use crate::catalogue::Op;

/// A variable, and the path that it opens below the version.
pub(super) const SECTIONS: &[(&str, &str)] = &[
    ("AUTH", "auth"),
    ("BUILD", "build"),
    ("COMMIT", "commit"),
    ("CONFIGS", "configs"),
    ("CONTAINERS", "containers"),
    ("DISTRIBUTION", "distribution"),
    ("EVENTS", "events"),
    ("EXEC", "exec"),
    ("GRPC", "grpc"),
    ("IMAGES", "images"),
    ("INFO", "info"),
    ("NETWORKS", "networks"),
    ("NODES", "nodes"),
    ("PING", "_ping"),
    ("PLUGINS", "plugins"),
    ("SECRETS", "secrets"),
    ("SERVICES", "services"),
    ("SESSION", "session"),
    ("SWARM", "swarm"),
    ("SYSTEM", "system"),
    ("TASKS", "tasks"),
    ("VERSION", "version"),
    ("VOLUMES", "volumes"),
];

/// Sections that are open unless said otherwise.
const OPEN: &[&str] = &["EVENTS", "PING", "VERSION"];

/// Any version, which may be left out.
pub(super) const VERSION: &str = r"^(/v[\d\.]+)?";
/// The name or ID of a container.
pub(super) const ID: &str = "[a-zA-Z0-9_.-]+";

/// One rule; the first that applies decides, and behind the last all is denied.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// Methods that are no reads.
    DenyWrites,
    /// Paths that no setting has opened.
    Deny(Expression),
    /// Paths that this setting opens.
    Allow(String, Expression),
}

/// Rules in their order.
#[derive(Clone, Debug, Default)]
pub(super) struct Ordered {
    pub(super) steps: Vec<Step>,
    /// Operations that a setting of their own asks for.
    pub(super) asked: Vec<Op>,
}

impl Gate for Ordered {
    fn allows(&self, method: &str, path: &str) -> Option<&str> {
        for step in &self.steps {
            match step {
                // HAProxy's METH_GET is HEAD, too
                Step::DenyWrites if !matches!(method, "GET" | "HEAD") => return None,
                Step::Deny(paths) if paths.is_match(path) => return None,
                Step::Allow(reason, paths) if paths.is_match(path) => return Some(reason),
                _ => {}
            }
        }
        None
    }

    fn asks_for(&self, op: Op) -> bool {
        self.asked.contains(&op)
    }
}

impl Ordered {
    /// Opens paths if the variable is on.
    pub(super) fn allow(&mut self, variables: &Variables, name: &str, paths: &str) -> Result<(), String> {
        if variables.is_on(name, OPEN.contains(&name)) {
            let expression = Expression::caseless(paths)?;
            self.steps.push(Step::Allow(said(variables, name), expression));
        }
        Ok(())
    }

    /// The sections that both have.
    pub(super) fn sections(&mut self, variables: &Variables) -> Result<(), String> {
        SECTIONS.iter().try_for_each(|(name, path)| self.allow(variables, name, &format!("{VERSION}/{path}")))
    }
}

/// `CONTAINERS=1`, or that it is so by default.
pub(super) fn said(variables: &Variables, name: &str) -> String {
    variables.get(name).map_or_else(|| format!("{name}=1, the default"), |value| format!("{name}={value}"))
}

/// Variables that mean something else than they seem to, or nothing.
pub(super) fn unsaid(variables: &Variables, known: impl Fn(&str) -> bool) -> Vec<Unsaid> {
    let mut found = Vec::new();
    for (name, value) in variables.iter().take(MAX_SETTINGS) {
        let what = format!("{name}={value}");
        match name {
            "SOCKET_PATH" => found.push(Unsaid::new(what, "say it to the gate: `dockgate serve --upstream PATH`")),
            "LOG_LEVEL" => found.push(Unsaid::new(what, "say it to the gate: `dockgate serve --log-level LEVEL`")),
            "DISABLE_IPV6" => found.push(Unsaid::new(what, "where to listen is said to the gate: `--listen`")),
            _ if name.starts_with("LIBPOD_") => {
                found.push(Unsaid::new(what, "Podman's own API is not known here; nothing of it is granted"));
            }
            _ if !known(name) => found.push(Unsaid::new(what, "the original does not know this variable")),
            _ if seems_on(value) => {
                found.push(Unsaid::new(what, "HAProxy reads a number, and this is none: it is off, as with 0"));
            }
            _ => {}
        }
    }
    found
}

/// Whether the variable is one of the sections, or `POST`.
pub(super) fn is_section(name: &str) -> bool {
    name == "POST" || SECTIONS.iter().any(|(known, _)| *known == name)
}
