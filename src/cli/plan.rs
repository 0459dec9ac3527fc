//! From flags or a configuration file to a whole gate, or every reason why not.

use super::Exit;
use super::dropin::Stead;
use super::endpoint::endpoints;
use super::say::say;
use super::serve::pass_own_tests;
use super::sources::{self, Bad, complain};
use crate::confine::Confine;
use crate::policy::Policy;
use crate::proxy::config::{self, Config, ListenConfig, Place, SidePlace};
use crate::proxy::{Endpoint, HostFiles, Inherited, ListenerPlan, Plan, TlsFiles, UnixSocket};
use crate::record::audit::{Audit, WhenFull};
use crate::request::values::path::clean;
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

const BAD: Bad = Bad(Exit::BadPolicy);

/// What is missing where nothing says what to do.
const NEITHER: &str =
    "there is neither a policy nor a configuration\n  help: give --policy FILE and --listen ADDRESS, or --config FILE";

/// Bytes of a hash that are shown.
const FINGERPRINT: usize = 6;

/// What a gate is made from, and made anew from at a reload.
#[derive(Debug, clap::Args)]
pub(super) struct Origin {
    /// Read listeners and policies from this file
    #[arg(long, value_name = "FILE", conflicts_with_all = ["policy", "listen"])]
    config: Option<PathBuf>,
    #[command(flatten)]
    flags: Flags,
    #[command(flatten)]
    sides: Sides,
}

/// What holds with a configuration file and without; a flag counts more than the file.
#[derive(Clone, Debug, clap::Args)]
struct Sides {
    /// Append every decision to this file, as JSON lines
    #[arg(long, value_name = "FILE")]
    audit: Option<PathBuf>,
    /// Record requests as well, without what may be secret, for `explain`, `replay` and `learn`
    #[arg(long)]
    audit_requests: bool,
    /// Tell `dockgate status`, `health` and `reload` how the gate fares: /PATH or @NAME
    #[arg(long, value_name = "SOCKET", env = "DOCKGATE_STATUS", value_parser = config::status)]
    status: Option<SidePlace>,
    /// Tell numbers in the OpenMetrics format at /metrics: HOST:PORT or /PATH
    #[arg(long, value_name = "ADDRESS", env = "DOCKGATE_METRICS", value_parser = config::metrics)]
    metrics: Option<SidePlace>,
    /// Give up, for good, what serving does not need: auto as far as the kernel can, require or not start, off
    #[arg(long, value_name = "HOW", env = "DOCKGATE_CONFINE", value_parser = Confine::read)]
    confine: Option<Confine>,
}

impl Sides {
    fn over(&self, mut config: Config) -> Config {
        config.audit = self.audit.clone().or(config.audit);
        config.audit_requests |= self.audit_requests;
        config.status = self.status.clone().or(config.status);
        config.metrics = self.metrics.clone().or(config.metrics);
        config.confine = self.confine.unwrap_or(config.confine);
        config
    }
}

/// The part of a gate that a reload replaces.
pub(super) struct Judges {
    /// The listeners, with their policies and certificates.
    pub(super) listeners: Vec<ListenerPlan>,
    /// The fingerprint of all policies, which tells one generation from another.
    pub(super) fingerprint: String,
    /// What they were read from.
    pub(super) files: Vec<PathBuf>,
}

impl Origin {
    /// Reads the configuration; every problem is printed.
    ///
    /// # Errors
    /// There was one.
    pub(super) fn config(&self) -> Result<Config, Bad> {
        let config = match &self.config {
            Some(path) => read(path),
            None => self.flags.config().map_err(|message| {
                complain(&message);
                BAD
            }),
        };
        config.map(|config| self.sides.over(config))
    }
}

/// The flags that stand for a configuration file.
#[derive(Clone, Debug, clap::Args)]
struct Flags {
    /// The policy; several files are parts of one policy
    #[arg(long, value_name = "FILE", requires = "listen")]
    policy: Vec<PathBuf>,
    /// Where to listen: PATH, unix://PATH, tcp://HOST:PORT or, handed over by systemd, fd://NAME
    #[arg(long, value_name = "ADDRESS")]
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
    /// Certificates that were revoked; with one list, each authority of a client needs one
    #[arg(long, value_name = "FILE", requires = "tlscacert")]
    tlscrl: Vec<PathBuf>,
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
    fn config(&self) -> Result<Config, String> {
        let upstream = self.upstream.as_deref().map(config::upstream).transpose()?;
        let mut config = match self.policy.as_slice() {
            [] => {
                let stead = Stead::found()?.ok_or(NEITHER)?;
                let places = self.places(Some(stead.because()))?;
                stead.config(upstream, places)?
            }
            policy => {
                let place =
                    |place| ListenConfig { place, policy: policy.to_vec(), denials: self.denials, host_path: None };
                let listen = self.places(None)?.into_iter().map(place).collect();
                Config::new(upstream.map_or_else(config::default_upstream, Ok)?, listen)
            }
        };
        config.listen.iter_mut().for_each(|listen| listen.denials = self.denials);
        config.audit_full = self.audit_full;
        config.host_files = self.host_files;
        config.threads = self.threads.map_or(config.threads, usize::from);
        Ok(config)
    }

    fn places(&self, because: Option<String>) -> Result<Vec<Place>, String> {
        let tls = match (self.tlscert.clone(), self.tlskey.clone(), self.tlscacert.clone()) {
            (Some(certificate), Some(key), Some(client_ca)) => {
                Some(TlsFiles { certificate, key, client_ca, crl: self.tlscrl.clone() })
            }
            _ => None,
        };
        let unix = |path| UnixSocket {
            path,
            mode: self.socket_mode,
            owner: self.socket_owner.clone(),
            group: self.socket_group.clone(),
        };
        let because = self.plaintext_because.clone().or(because);
        let place = |address: &String| config::place(address, &unix, tls.clone(), because.clone());
        self.listen.iter().map(place).collect()
    }
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

/// Opens the audit file and puts the rest beside it; a failure is printed.
///
/// # Errors
/// The audit file cannot be opened.
pub(super) fn gate(config: &Config, listeners: Vec<ListenerPlan>, host_files: HostFiles) -> Result<Plan, Bad> {
    let audit = match &config.audit {
        Some(path) => Some(Audit::open(path, config.audit_full).map_err(|error| {
            complain(&format!("cannot open the audit file `{}`: {error}", path.display()));
            BAD
        })?),
        None => None,
    };
    let Config { upstream, limits, threads, audit_requests, .. } = config.clone();
    Ok(Plan { upstream, listeners, audit, limits, threads, host_files, audit_requests })
}

/// Loads policies and keys and runs the policies' own tests; every failure is printed.
///
/// # Errors
/// There was one.
pub(super) fn judges(config: &Config, inherited: Option<&Inherited>) -> Result<Judges, Bad> {
    let mut listeners = Vec::new();
    let handed = inherited.map(Inherited::paths).unwrap_or_default();
    let mut bad = (loops(config, &handed) | is_twice(config)).then_some(BAD);
    let mut hash = Sha256::new();
    let policies = policies(config, &own_files(config, &handed), &mut hash).unwrap_or_else(|first| {
        bad = bad.or(Some(first));
        HashMap::new()
    });
    for listen in &config.listen {
        match (policies.get(listen.policy.as_slice()), endpoints(&listen.place, inherited)) {
            (Some(policy), Ok(endpoints)) => {
                if policy.needs_containers() && endpoints.iter().any(Endpoint::is_tcp) {
                    sources::note(&forgeable(listen));
                }
                let socket = Arc::new(config.host_socket(listen));
                let plan = |endpoint| ListenerPlan {
                    endpoint,
                    policy: Arc::clone(policy),
                    denials: listen.denials,
                    socket: Arc::clone(&socket),
                };
                listeners.extend(endpoints.into_iter().map(plan));
            }
            (_, Err(first)) => bad = bad.or(Some(first)),
            (None, Ok(_)) => {}
        }
    }
    if let Some(bad) = bad {
        return Err(bad);
    }
    let fingerprint = hash.finalize().iter().take(FINGERPRINT).map(|byte| format!("{byte:02x}")).collect();
    Ok(Judges { listeners, fingerprint, files: files(config) })
}

/// On TCP a container is known by an address alone.
fn forgeable(listen: &ListenConfig) -> String {
    let place = place(&listen.place).unwrap_or_else(|| "a TCP port".to_owned());
    format!(
        "`{place}` knows containers by their addresses, which whoever is on their networks can take: give \
         each client a Unix socket of its own, or let it show a certificate as well (`who: [{{ container: ..., cert: ... }}]`)"
    )
}

/// Everything that a gate is made from: a change of one of them is a reason to read all anew.
fn files(config: &Config) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = config.file.iter().cloned().collect();
    for listen in &config.listen {
        files.extend(listen.policy.iter().cloned());
        files.extend(listen.place.read_files().into_iter().map(Path::to_owned));
    }
    files.sort();
    files.dedup();
    files
}

/// A gate whose upstream is its own socket would wait for itself.
fn loops(config: &Config, handed: &[PathBuf]) -> bool {
    let upstream = real(&config.upstream);
    let sides = [&config.status, &config.metrics].into_iter().flatten().filter_map(SidePlace::path);
    let listeners = config.listen.iter().filter_map(|listen| listen.place.path()).chain(handed);
    let own = listeners.map(PathBuf::as_path).chain(sides).map(real).any(|path| path == upstream);
    if own {
        complain(&format!("`{}` is both the upstream and a socket of the gate's own", config.upstream.display()));
    }
    own
}

/// Of two listeners at one place nobody could say whose policy holds.
fn is_twice(config: &Config) -> bool {
    let sides = [&config.status, &config.metrics].into_iter().flatten().filter_map(SidePlace::path);
    let sides = sides.map(|path| real(path).display().to_string());
    let places = config.listen.iter().filter_map(|listen| place(&listen.place)).chain(sides);
    let mut seen = HashSet::new();
    let twice: Vec<String> = places.filter(|place| !seen.insert(place.clone())).collect();
    twice.iter().for_each(|place| {
        complain(&format!(
            "`{place}` is listened on twice\n  help: each place has one policy; files of one policy are a list"
        ))
    });
    !twice.is_empty()
}

/// What tells a place from others; every port 0 is another one.
fn place(place: &Place) -> Option<String> {
    match place {
        Place::Unix(socket) => Some(real(&socket.path).display().to_string()),
        Place::Tcp { address, .. } => (address.port() != 0).then(|| address.to_string()),
        Place::Inherited { name, .. } => Some(format!("inherited: {name}")),
    }
}

/// The path without links; of one that does not exist, its folder's.
fn real(path: &Path) -> PathBuf {
    let folder = |path: &Path| Some(path.parent()?.canonicalize().ok()?.join(path.file_name()?));
    path.canonicalize().ok().or_else(|| folder(path)).unwrap_or_else(|| path.to_owned())
}

/// What the gate keeps to itself: sockets, policies, keys and logs, and the way past it, each as
/// it is written and as it is without links.
fn own_files(config: &Config, handed: &[PathBuf]) -> Vec<String> {
    let mut files: Vec<&Path> = config.file.iter().chain(&config.audit).chain(handed).map(PathBuf::as_path).collect();
    files.push(&config.upstream);
    files.extend([&config.status, &config.metrics].into_iter().flatten().filter_map(SidePlace::path));
    let authorities: Vec<PathBuf> = config.listen.iter().flat_map(|listen| authority(&listen.place)).collect();
    files.extend(authorities.iter().map(PathBuf::as_path));
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

/// What `dockgate certs` keeps above the gate's own certificates, should it be on this host: whoever
/// mounts it can be any client.
fn authority(place: &Place) -> Vec<PathBuf> {
    let above = |file: &Path| Some(file.parent()?.parent()?.to_owned());
    let folders = place.read_files().into_iter().filter_map(above);
    folders
        .flat_map(|folder| ["ca-key.pem", "clients"].map(|name| folder.join(name)))
        .filter(|path| path.exists())
        .collect()
}

/// The policies of all listeners by their files. What tells tenants apart in one of them is nobody's
/// to set in any.
fn policies<'c>(
    config: &'c Config,
    own: &[String],
    hash: &mut Sha256,
) -> Result<HashMap<&'c [PathBuf], Arc<Policy>>, Bad> {
    let mut all: HashMap<&[PathBuf], Policy> = HashMap::new();
    let mut bad = None;
    for files in config.listen.iter().map(|listen| listen.policy.as_slice()) {
        if !all.contains_key(files) {
            match policy(config, files, own, hash) {
                Ok(policy) => drop(all.insert(files, policy)),
                Err(first) => bad = bad.or(Some(first)),
            }
        }
    }
    let fences: Vec<String> = all.values().flat_map(Policy::fences).map(str::to_owned).collect();
    let fenced = all.into_iter().map(|(files, policy)| (files, Arc::new(policy.fenced(&fences))));
    bad.map_or_else(|| Ok(fenced.collect()), Err)
}

fn policy(config: &Config, files: &[PathBuf], own: &[String], hash: &mut Sha256) -> Result<Policy, Bad> {
    let imported = config.imported.as_ref().filter(|_| files.is_empty());
    let (policy, sources) = match imported {
        Some(source) => sources::load_texts(vec![source.clone()])?,
        None => sources::load(files)?,
    };
    sources.iter().for_each(|source| hash.update(&source.text));
    // what is imported as it starts is told once, with all that is wide
    for warning in policy.warnings().iter().filter(|_| imported.is_none()) {
        sources::note(warning);
    }
    pass_own_tests(&policy)?;
    Ok(policy.guarding(own))
}

/// Looks at a configuration as `serve` would, and opens nothing.
pub(super) fn check(path: &Path) -> Exit {
    match read(path).and_then(|config| judges(&config, None).map(|_| config)) {
        Ok(config) => {
            config.warnings().iter().for_each(|warning| sources::warn(warning));
            let (count, upstream) = (config.listen.len(), config.upstream.display());
            say!("{}: fine: {count} listener{}, upstream {upstream}", path.display(), sources::plural(count));
            Exit::Fine
        }
        Err(Bad(exit)) => exit,
    }
}
