//! wollomatic's flags and variables, read as Go's flag package and the proxy read them.

use super::variables::Variables;
use super::{MAX_SETTINGS, Unsaid};

/// Methods that have lists of their own.
pub(super) const METHODS: &[&str] = &["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "TRACE", "OPTIONS"];

/// A flag's name, its variable, whether it needs no value, and where it belongs here.
struct Row {
    flag: &'static str,
    variable: &'static str,
    alone: bool,
    elsewhere: &'static str,
}

const fn row(flag: &'static str, variable: &'static str, alone: bool, elsewhere: &'static str) -> Row {
    Row { flag, variable, alone, elsewhere }
}

const ROWS: &[Row] = &[
    row("allowfrom", "SP_ALLOWFROM", false, ""),
    row("allowbindmountfrom", "SP_ALLOWBINDMOUNTFROM", false, ""),
    row("dockerlabelprefix", "SP_DOCKERLABELPREFIX", false, ""),
    row("proxysocketendpoint", "SP_PROXYSOCKETENDPOINT", false, ""),
    row("proxycontainername", "SP_PROXYCONTAINERNAME", false, ""),
    row("allowhealthcheck", "SP_ALLOWHEALTHCHECK", true, "the gate has `dockgate health` and `--status`"),
    row("listenip", "SP_LISTENIP", false, "where to listen is said to the gate: `--listen tcp://IP:PORT`"),
    row("proxyport", "SP_PROXYPORT", false, "where to listen is said to the gate: `--listen tcp://IP:PORT`"),
    row("logjson", "SP_LOGJSON", true, "say it to the gate: `--log-format json`"),
    row("loglevel", "SP_LOGLEVEL", false, "say it to the gate: `--log-level LEVEL`"),
    row(
        "shutdowngracetime",
        "SP_SHUTDOWNGRACETIME",
        false,
        "the gate lets requests end, for as long as its `limits` say",
    ),
    row("socketpath", "SP_SOCKETPATH", false, "say it to the gate: `--upstream PATH`"),
    row("stoponwatchdog", "SP_STOPONWATCHDOG", true, "the gate stays, and finds Docker's socket again by itself"),
    row("watchdoginterval", "SP_WATCHDOGINTERVAL", false, "the gate stays, and finds Docker's socket again by itself"),
    row(
        "proxysocketendpointfilemode",
        "SP_PROXYSOCKETENDPOINTFILEMODE",
        false,
        "say it to the gate: `--socket-mode MODE`",
    ),
];

/// What was set.
#[derive(Clone, Debug, Default)]
pub(super) struct Parsed {
    /// Method, how it was written, and the expression.
    pub(super) lists: Vec<(String, String, String)>,
    values: Vec<(&'static str, String)>,
    pub(super) unsaid: Vec<Unsaid>,
}

impl Parsed {
    /// Reads flags, and the variables that they leave.
    ///
    /// # Errors
    /// What the proxy would refuse to start with.
    pub(super) fn read(flags: &[String], variables: &Variables) -> Result<Self, String> {
        let mut parsed = Self::default();
        parsed.flags(flags)?;
        parsed.variables(variables);
        Ok(parsed)
    }

    /// The value of a flag or of its variable; an empty one is none.
    pub(super) fn value(&self, flag: &str) -> Option<&str> {
        let found = self.values.iter().rev().find(|(known, _)| *known == flag);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    fn flags(&mut self, flags: &[String]) -> Result<(), String> {
        let mut rest = flags.iter();
        while let Some(flag) = rest.next() {
            let Some(name) = flag.strip_prefix("--").or_else(|| flag.strip_prefix('-')).filter(|name| !name.is_empty())
            else {
                return Err(format!("`{}` is no flag of wollomatic's socket-proxy", super::text::plain(flag)));
            };
            let (name, value) = name.split_once('=').map_or((name, None), |(name, value)| (name, Some(value)));
            self.flag(flag, name, value, &mut rest)?;
        }
        Ok(())
    }

    fn flag<'f>(
        &mut self,
        written: &str,
        name: &str,
        value: Option<&'f str>,
        rest: &mut impl Iterator<Item = &'f String>,
    ) -> Result<(), String> {
        let missing = || format!("the flag `{}` has no value", super::text::plain(written));
        if let Some(method) = name.strip_prefix("allow").filter(|method| METHODS.contains(method)) {
            let value = value.or_else(|| rest.next().map(String::as_str)).ok_or_else(missing)?;
            return self.list(method, format!("-{name}={value}"), value);
        }
        let Some(row) = ROWS.iter().find(|row| row.flag == name) else {
            return Err(format!("wollomatic's socket-proxy has no flag `{}`", super::text::plain(written)));
        };
        let value = match (value, row.alone) {
            (Some(value), _) => value,
            (None, true) => "true",
            (None, false) => rest.next().map(String::as_str).ok_or_else(missing)?,
        };
        self.set(row, format!("-{name}={value}"), value);
        Ok(())
    }

    fn list(&mut self, method: &str, written: String, value: &str) -> Result<(), String> {
        if self.lists.len() >= MAX_SETTINGS {
            return Err(format!("there are more than {MAX_SETTINGS} expressions"));
        }
        self.lists.push((method.to_owned(), written, value.to_owned()));
        Ok(())
    }

    fn set(&mut self, row: &Row, written: String, value: &str) {
        if row.elsewhere.is_empty() {
            self.values.push((row.flag, value.to_owned()));
        } else {
            self.unsaid.push(Unsaid::new(written, row.elsewhere));
        }
    }

    fn variables(&mut self, variables: &Variables) {
        let flagged: Vec<String> = self.lists.iter().map(|(method, ..)| method.clone()).collect();
        for (name, value) in variables.iter().filter(|(_, value)| !value.is_empty()) {
            let written = format!("{name}={value}");
            let row = ROWS.iter().find(|row| row.variable == name);
            let method = METHODS.iter().find(|method| is_list(name, method));
            match (row, method) {
                (Some(row), _) if self.value(row.flag).is_none() => self.set(row, written, value),
                (None, Some(method)) if flagged.iter().any(|flag| flag == method) => {
                    let why = "a flag is given for this method, so the original drops its variables";
                    self.unsaid.push(Unsaid::new(written, why));
                }
                (None, Some(method)) => self.lists.push(((*method).to_owned(), written, value.to_owned())),
                (None, None) if name.starts_with("SP_") => {
                    self.unsaid.push(Unsaid::new(written, "the original does not know this variable"));
                }
                _ => {}
            }
        }
    }
}

/// `SP_ALLOW_GET`, `SP_ALLOW_GET_2`
fn is_list(name: &str, method: &str) -> bool {
    let rest = name.strip_prefix("SP_ALLOW_").and_then(|rest| rest.strip_prefix(method));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
}
