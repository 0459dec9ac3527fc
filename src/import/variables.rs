//! Environment variables as HAProxy's configuration reads them.

use super::MAX_SETTINGS;
use super::prefixes::is_section;

/// Variables by name; of one that is set twice, the last counts.
#[derive(Clone, Debug, Default)]
pub struct Variables(Vec<(String, String)>);

/// Whose variables they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DropIn {
    /// linuxserver's docker-socket-proxy.
    Linuxserver,
    /// Tecnativa's docker-socket-proxy.
    Tecnativa,
}

impl DropIn {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Linuxserver => "linuxserver",
            Self::Tecnativa => "tecnativa",
        }
    }

    /// The project's name, for sentences.
    pub fn title(self) -> &'static str {
        match self {
            Self::Linuxserver => "linuxserver's docker-socket-proxy",
            Self::Tecnativa => "Tecnativa's docker-socket-proxy",
        }
    }

    /// Whether its `DISABLE_IPV6` says so.
    pub fn disables_ipv6(self, variables: &Variables) -> bool {
        let said = variables.get("DISABLE_IPV6").unwrap_or_default();
        match self {
            Self::Linuxserver => said == "1",
            Self::Tecnativa => ["1", "true", "yes"].iter().any(|word| said.eq_ignore_ascii_case(word)),
        }
    }
}

/// Variables that are set for such a proxy and hardly for anything else.
const TELLING: &[&str] = &[
    "ALLOW_RESTARTS",
    "ALLOW_START",
    "ALLOW_STOP",
    "CONTAINERS",
    "DISTRIBUTION",
    "EVENTS",
    "IMAGES",
    "NETWORKS",
    "NODES",
    "PING",
    "PLUGINS",
    "POST",
    "SERVICES",
    "SOCKET_PATH",
    "SWARM",
    "TASKS",
    "VOLUMES",
];

/// Variables that linuxserver's alone knows, beside those that begin with `LIBPOD_`.
const LINUXSERVER: &[&str] =
    &["ALLOW_ARCHIVE", "ALLOW_CHANGES", "ALLOW_EXPORT", "ALLOW_LOGS", "ALLOW_PAUSE", "ALLOW_TOP", "ALLOW_UNPAUSE"];

/// Variables about the proxy itself.
const PROXY: &[&str] = &["DISABLE_IPV6", "LOG_LEVEL", "SOCKET_PATH"];

/// Whether one of the proxies knows the variable.
pub fn is_variable(name: &str) -> bool {
    let known = [TELLING, LINUXSERVER, PROXY].iter().any(|table| table.contains(&name));
    known || is_section(name) || name.starts_with("LIBPOD_")
}

/// Whose variables these are, and whether that is certain; nothing if they are nobody's. `chosen` decides.
///
/// # Errors
/// What was chosen is neither of them.
pub fn variant(variables: &Variables, chosen: Option<&str>) -> Result<Option<(DropIn, bool)>, String> {
    let is = |table: &[&str], name: &String| table.contains(&name.as_str());
    let own = |name: &String| is(LINUXSERVER, name) || name.starts_with("LIBPOD_");
    match chosen {
        Some("linuxserver") => Ok(Some((DropIn::Linuxserver, true))),
        Some("tecnativa") => Ok(Some((DropIn::Tecnativa, true))),
        Some(_) => Err("DOCKGATE_DROPIN is `tecnativa` or `linuxserver`".to_owned()),
        None if variables.names().any(own) => Ok(Some((DropIn::Linuxserver, true))),
        None if variables.names().any(|name| is(TELLING, name)) => Ok(Some((DropIn::Tecnativa, false))),
        None => Ok(None),
    }
}

impl Variables {
    /// Reads `KEY=VALUE` lines, as `docker run --env-file` does: `#` begins a comment, a key alone is
    /// not set, quotes are part of the value.
    ///
    /// # Errors
    /// There are too many.
    pub fn from_lines(text: &str) -> Result<Self, String> {
        let mut variables = Self::default();
        for line in text.lines().map(str::trim_start).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            if let Some((key, value)) = line.split_once('=') {
                variables.set(key, value)?;
            }
        }
        Ok(variables)
    }

    /// Sets one.
    ///
    /// # Errors
    /// There are too many.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        if self.0.len() >= MAX_SETTINGS {
            return Err(format!("there are more than {MAX_SETTINGS} variables"));
        }
        self.0.retain(|(known, _)| known != name);
        self.0.push((name.to_owned(), value.to_owned()));
        Ok(())
    }

    /// Sets those of another list as well.
    ///
    /// # Errors
    /// There are too many.
    pub fn extend(&mut self, other: &Self) -> Result<(), String> {
        other.iter().try_for_each(|(name, value)| self.set(name, value))
    }

    /// The value of one that is set.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// `CONTAINERS=1 POST=0`, as a command line takes it.
    pub fn said(&self) -> String {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:".contains(c);
        let one = |(name, value): (&str, &str)| match value.chars().all(plain) {
            true => format!("{name}={value}"),
            false => format!("{name}='{}'", super::text::plain(value).replace('\'', "?")),
        };
        self.iter().map(one).collect::<Vec<_>>().join(" ")
    }

    fn names(&self) -> impl Iterator<Item = &String> {
        self.0.iter().map(|(name, _)| name)
    }

    /// Whether HAProxy's `env(NAME) -m bool` holds: what the text begins with is a number, and not 0.
    /// `true`, `yes` and `on` are no numbers.
    pub(super) fn is_on(&self, name: &str, default: bool) -> bool {
        self.get(name).map_or(default, is_true)
    }
}

fn is_true(value: &str) -> bool {
    let digits = value.strip_prefix(['-', '+']).unwrap_or(value);
    let number = digits.bytes().take_while(u8::is_ascii_digit);
    number.into_iter().any(|digit| digit != b'0')
}

/// Whether somebody may think that the value is on, which it is not.
pub(super) fn seems_on(value: &str) -> bool {
    let words = ["true", "yes", "on", "enable", "enabled", "allow", "\"1\"", "'1'"];
    words.iter().any(|word| value.trim().eq_ignore_ascii_case(word))
}
