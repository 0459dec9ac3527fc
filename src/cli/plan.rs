//! From flags or a configuration file to a whole gate, or every reason why not.

use super::Exit;
use super::serve::pass_own_tests;
use super::sources::{self, Bad, complain};
use crate::policy::Policy;
use crate::proxy::config::{self, Config, ListenConfig, Place};
use crate::proxy::{Endpoint, HostFiles, ListenerPlan, Plan, TlsFiles, UnixSocket, server_config};
use crate::record::audit::{Audit, WhenFull};
use crate::request::values::path::clean;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const BAD: Bad = Bad(Exit::BadPolicy);

/// The flags that stand for a configuration file.
#[derive(Debug, clap::Args)]
pub(super) struct Flags {
    /// The policy; several files are parts of one policy
    #[arg(long, value_name = "FILE", required_unless_present = "config")]
    policy: Vec<PathBuf>,
    /// Where to listen: PATH, unix://PATH or tcp://HOST:PORT
    #[arg(long, value_name = "ADDRESS", required_unless_present = "config")]
    listen: Vec<String>,
    /// The real socket: PATH or unix://PATH [default: $DOCKER_HOST if it is a Unix socket, else /var/run/docker.sock]
    #[arg(long, value_name = "ADDRESS", conflicts_with = "config")]
    upstream: Option<String>,
    /// The authorities that client certificates must come from
    #[arg(long, value_name = "FILE", requires_all = ["tlscert", "tlskey"])]
    tlscacert: Option<PathBuf>,
    /// The server's certificate
    #[arg(long, value_name = "FILE", requires_all = ["tlscacert", "tlskey"])]
    tlscert: Option<PathBuf>,
    /// The server's key
    #[arg(long, value_name = "FILE", requires_all = ["tlscacert", "tlscert"])]
    tlskey: Option<PathBuf>,
    /// Take TCP without TLS beyond loopback, for this reason
    #[arg(long, value_name = "REASON")]
    plaintext_because: Option<String>,
    /// The mode of Unix sockets
    #[arg(long, value_name = "MODE", default_value = "0660", value_parser = config::mode)]
    socket_mode: u32,
    /// The owner of Unix sockets, by name or number
    #[arg(long, value_name = "USER")]
    socket_owner: Option<String>,
    /// The group of Unix sockets, by name or number
    #[arg(long, value_name = "GROUP")]
    socket_group: Option<String>,
    /// Append every decision to this file, as JSON lines
    #[arg(long, value_name = "FILE")]
    audit: Option<PathBuf>,
    /// What happens to a request that cannot be recorded: deny or count
    #[arg(long, value_name = "CHOICE", default_value = "deny", value_parser = config::when_full)]
    audit_full: WhenFull,
    /// How much of a denial clients see: full or short
    #[arg(long, value_name = "HOW", default_value = "full", value_parser = config::denials)]
    denials: crate::proxy::Denials,
    /// Whether the gate sees the files that Docker mounts, so that links can be followed: auto, seen or hidden
    #[arg(long, value_name = "HOW", default_value = "auto", value_parser = HostFiles::read)]
    host_files: HostFiles,
    /// Threads that serve connections [default: one a core, at most 4]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: Option<u16>,
}

impl Flags {
    /// A whole gate from the flags.
    pub(super) fn plan(self) -> Result<Plan, Bad> {
        let config = self.config().map_err(|message| {
            complain(&message);
            BAD
        })?;
        build(config)
    }

    fn config(self) -> Result<Config, String> {
        let upstream = match self.upstream {
            Some(address) => config::upstream(&address)?,
            None => config::default_upstream()?,
        };
        let tls = match (self.tlscert, self.tlskey, self.tlscacert) {
            (Some(certificate), Some(key), Some(client_ca)) => Some(TlsFiles { certificate, key, client_ca }),
            _ => None,
        };
        let unix = |path| UnixSocket {
            path,
            mode: self.socket_mode,
            owner: self.socket_owner.clone(),
            group: self.socket_group.clone(),
        };
        let place = |address: &str| config::place(address, &unix, tls.clone(), self.plaintext_because.clone());
        let places: Result<Vec<Place>, String> = self.listen.iter().map(|address| place(address)).collect();
        let listen = places?
            .into_iter()
            .map(|place| ListenConfig { place, policy: self.policy.clone(), denials: self.denials })
            .collect();
        let mut config = Config::new(upstream, listen);
        config.audit = self.audit;
        config.audit_full = self.audit_full;
        config.host_files = self.host_files;
        config.threads = self.threads.map_or(config.threads, usize::from);
        Ok(config)
    }
}

/// A whole gate from a configuration file.
pub(super) fn from_file(path: &Path) -> Result<Plan, Bad> {
    build(read(path)?)
}

fn read(path: &Path) -> Result<Config, Bad> {
    let sources = sources::read(&[path.to_owned()]).map_err(|message| {
        complain(&message);
        BAD
    })?;
    let base = path.parent().unwrap_or(Path::new("."));
    let Some(source) = sources.first() else { return Err(BAD) };
    let config = config::read(source, base).map_err(|problems| {
        sources::print_problems(&problems, &sources);
        BAD
    })?;
    Ok(Config { file: Some(path.to_owned()), ..config })
}

/// Loads policies and keys and opens the audit file; every failure is printed.
fn build(config: Config) -> Result<Plan, Bad> {
    let listeners = listeners(&config)?;
    for warning in config.warnings() {
        tracing::warn!("{warning}");
    }
    let audit = match &config.audit {
        Some(path) => Some(Audit::open(path, config.audit_full).map_err(|error| {
            complain(&format!("cannot open the audit file `{}`: {error}", path.display()));
            BAD
        })?),
        None => None,
    };
    let Config { upstream, limits, threads, host_files, .. } = config;
    Ok(Plan { upstream, listeners, audit, limits, threads, host_files })
}

fn listeners(config: &Config) -> Result<Vec<ListenerPlan>, Bad> {
    let mut policies: HashMap<&[PathBuf], Arc<Policy>> = HashMap::new();
    let mut plans = Vec::new();
    let mut bad = loops(config).then_some(BAD);
    let own = own_files(config);
    for listen in &config.listen {
        let known = policies.get(listen.policy.as_slice()).cloned();
        let policy = known.map(Ok).unwrap_or_else(|| policy(&listen.policy, &own));
        match (policy, endpoint(&listen.place)) {
            (Ok(policy), Ok(endpoint)) => {
                policies.insert(&listen.policy, Arc::clone(&policy));
                plans.push(ListenerPlan { endpoint, policy, denials: listen.denials });
            }
            (Err(first), _) | (_, Err(first)) => bad = bad.or(Some(first)),
        }
    }
    bad.map_or(Ok(plans), Err)
}

/// A gate whose upstream is its own socket would wait for itself.
fn loops(config: &Config) -> bool {
    let upstream = real(&config.upstream);
    let own = config.listen.iter().filter_map(|listen| listen.place.path()).any(|path| real(path) == upstream);
    if own {
        complain(&format!("`{}` is both the upstream and a listener", config.upstream.display()));
    }
    own
}

/// The path without links; of one that does not exist, its folder's.
fn real(path: &Path) -> PathBuf {
    let folder = |path: &Path| Some(path.parent()?.canonicalize().ok()?.join(path.file_name()?));
    path.canonicalize().ok().or_else(|| folder(path)).unwrap_or_else(|| path.to_owned())
}

/// What the gate keeps to itself: sockets, policies, keys and logs, and the way past it, each as
/// it is written and as it is without links.
fn own_files(config: &Config) -> Vec<String> {
    let mut files: Vec<&Path> = config.file.iter().chain(&config.audit).map(PathBuf::as_path).collect();
    files.push(&config.upstream);
    for listen in &config.listen {
        files.extend(listen.place.files());
        files.extend(listen.policy.iter().map(PathBuf::as_path));
    }
    let absolute = files.iter().filter_map(|file| std::path::absolute(file).ok());
    let both = absolute.chain(files.iter().map(|file| real(file)));
    let mut paths: Vec<String> = both.filter_map(|path| clean(path.to_str()?)).collect();
    paths.sort();
    paths.dedup();
    paths
}

fn policy(files: &[PathBuf], own: &[String]) -> Result<Arc<Policy>, Bad> {
    let (policy, _) = sources::load(files)?;
    for warning in policy.warnings() {
        sources::note(&warning);
    }
    pass_own_tests(&policy)?;
    Ok(Arc::new(policy.guarding(own)))
}

fn endpoint(place: &Place) -> Result<Endpoint, Bad> {
    match place {
        Place::Unix(socket) => Ok(Endpoint::Unix(socket.clone())),
        Place::Tcp { address, tls, hosts, .. } => tcp(*address, tls.as_ref(), hosts),
    }
}

fn tcp(address: SocketAddr, tls: Option<&TlsFiles>, hosts: &[String]) -> Result<Endpoint, Bad> {
    let tls = tls.map(server_config).transpose().map_err(|error| {
        complain(&error.to_string());
        BAD
    })?;
    Ok(Endpoint::Tcp { address, tls, hosts: hosts.to_vec() })
}

/// Looks at a configuration as `serve` would, and opens nothing.
pub(super) fn check(path: &Path) -> Exit {
    match read(path).and_then(|config| Ok((listeners(&config)?, config))) {
        Ok((plans, config)) => {
            config.warnings().iter().for_each(|warning| sources::warn(warning));
            let (count, upstream) = (plans.len(), config.upstream.display());
            println!("{}: fine: {count} listener{}, upstream {upstream}", path.display(), sources::plural(count));
            Exit::Fine
        }
        Err(Bad(exit)) => exit,
    }
}
