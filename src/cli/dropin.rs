//! `dockgate serve` in the place of another proxy: by its variables alone.

use crate::import::{self, DropIn, Imported, Style, Variables};
use crate::policy::Source;
use crate::proxy::Denials;
use crate::proxy::config::{self, Config, ListenConfig, Place};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;

/// Where the originals listen.
const PORT: u16 = 2375;
/// Where they find Docker.
const DOCKER_SOCKET: &str = "/var/run/docker.sock";

/// Variables that the gate itself obeys.
const HONOURED: &[&str] = &["DISABLE_IPV6=", "LOG_LEVEL=", "SOCKET_PATH="];

/// HAProxy's levels, and those of the log here.
const LEVELS: &[(&str, &str)] = &[
    ("emerg", "error"),
    ("alert", "error"),
    ("crit", "error"),
    ("err", "error"),
    ("warning", "warn"),
    ("notice", "info"),
    ("info", "info"),
    ("debug", "debug"),
];

/// Another proxy, of which only the variables are there.
#[derive(Debug)]
pub(super) struct Stead {
    of: DropIn,
    certain: bool,
    variables: Variables,
    imported: Imported,
}

impl Stead {
    /// The proxy whose variables are set, if they are.
    ///
    /// # Errors
    /// They cannot be read as its.
    pub(super) fn found() -> Result<Option<Self>, String> {
        let chosen = std::env::var("DOCKGATE_DROPIN").ok();
        let mut variables = Variables::default();
        for (name, value) in std::env::vars_os() {
            let Some(name) = name.to_str().filter(|name| import::is_variable(name)) else { continue };
            let value = value.to_str().ok_or_else(|| format!("the variable `{name}` is not UTF-8"))?;
            variables.set(name, value)?;
        }
        let Some((of, certain)) = import::variant(&variables, chosen.as_deref())? else { return Ok(None) };
        let imported = match of {
            DropIn::Linuxserver => import::linuxserver(&variables, Style::Faithful)?,
            DropIn::Tecnativa => import::tecnativa(&variables, Style::Faithful)?,
        };
        Ok(Some(Self { of, certain, variables, imported }))
    }

    /// A gate that listens and asks as the original does, where its flags do not say otherwise.
    ///
    /// # Errors
    /// `SOCKET_PATH` is no path.
    pub(super) fn config(self, upstream: Option<PathBuf>, places: Vec<Place>) -> Result<Config, String> {
        let upstream = match upstream {
            Some(upstream) => upstream,
            None => config::upstream(self.variables.get("SOCKET_PATH").unwrap_or(DOCKER_SOCKET))?,
        };
        let places = if places.is_empty() { vec![self.place()] } else { places };
        let listen = |place| ListenConfig { place, policy: Vec::new(), denials: Denials::Full, host_path: None };
        let mut config = Config::new(upstream, places.into_iter().map(listen).collect());
        config.imported = Some(Source { name: self.of.word().into(), text: self.imported.policy });
        Ok(config)
    }

    /// Why a port without TLS is open: the variables are what somebody wrote.
    pub(super) fn because(&self) -> String {
        format!("it stands in the place of {}, which has no TLS: {}", self.of.title(), self.said())
    }

    fn place(&self) -> Place {
        let any: IpAddr = match self.of.disables_ipv6(&self.variables) {
            true => Ipv4Addr::UNSPECIFIED.into(),
            false => Ipv6Addr::UNSPECIFIED.into(),
        };
        Place::Tcp { address: SocketAddr::new(any, PORT), tls: None, because: Some(self.because()), hosts: Vec::new() }
    }

    /// The log's level by `LOG_LEVEL`.
    pub(super) fn log_level(&self) -> Option<&'static str> {
        let said = self.variables.get("LOG_LEVEL")?;
        LEVELS.iter().find(|(known, _)| *known == said).map(|(_, level)| *level)
    }

    /// All that is dangerous about it, in one line.
    pub(super) fn warning(&self, plaintext: bool) -> String {
        let wide = match self.imported.wide.as_slice() {
            [] => "do nothing that is known to be dangerous".to_owned(),
            wide => wide.join("; "),
        };
        let doubt = if self.certain { "" } else { " (it could be linuxserver's: DOCKGATE_DROPIN=linuxserver says so)" };
        let reach = if plaintext { "IN PLAINTEXT: whoever reaches the port" } else { "whoever opens its socket" };
        let own = |what: &str| HONOURED.iter().any(|name| what.starts_with(name));
        let unsaid = self.imported.unsaid.iter().map(|it| it.what.as_str()).filter(|what| !own(what));
        let unsaid: Vec<&str> = unsaid.collect();
        let left = if unsaid.is_empty() { String::new() } else { format!("; not taken over: {}", unsaid.join(", ")) };
        format!(
            "in the place of {}{doubt}, {reach} may {wide}{left}; \
             `dockgate import {} --faithful {} -o policy.yaml` writes this as a policy, and without --faithful a narrower one",
            self.of.title(),
            self.of.word(),
            self.said()
        )
    }

    fn said(&self) -> String {
        self.variables.said()
    }
}
