//! What is looked at when somebody asks, rather than counted when it happens.

use super::labels::{Build, ByListener, Outcome};
use crate::record::audit;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};
use rustix::process::{Resource, getrlimit};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

type Float = Gauge<f64, AtomicU64>;

/// The state of the gate at one moment.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// Each listener, its open connections, and when its certificate ends (seconds since 1970).
    pub listeners: Vec<(Arc<str>, usize, Option<i64>)>,
    /// Bytes of bodies that are held for judging.
    pub buffered: usize,
    /// Whether the daemon answers.
    pub upstream_up: bool,
    /// The audit file, if there is one.
    pub audit: Option<audit::State>,
    /// Log lines that nobody read in time.
    pub log_lines_dropped: usize,
    /// How often rules were taken, beginning with 1.
    pub generation: u64,
    /// How often they were not, because something was wrong.
    pub reloads_failed: u64,
    /// Whether the last reload was taken.
    pub last_reload_taken: bool,
    /// When these rules were taken, in seconds since 1970.
    pub taken: f64,
    /// The fingerprint of the policies.
    pub policies: String,
}

#[derive(Debug, Default)]
pub(super) struct Gauges {
    connections: Family<ByListener, Gauge>,
    certificates: Family<ByListener, Gauge>,
    buffered: Gauge,
    up: Gauge,
    audit_waiting: Gauge,
    audit_lag: Float,
    audit_lost: Gauge,
    audit_failing: Gauge,
    log_dropped: Gauge,
    generation: Gauge,
    reloads: Family<Outcome, Gauge>,
    last_reload: Gauge,
    taken: Float,
    build: Family<Build, Gauge>,
    process: Process,
}

/// What the kernel says of this process, by the names that Prometheus recommends.
#[derive(Debug, Default)]
struct Process {
    descriptors: Gauge,
    most_descriptors: Gauge,
    memory: Gauge,
}

impl Gauges {
    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register("connections_open", "Open connections of clients", self.connections.clone());
        let help = "When the certificate of the listener ends, in seconds since 1970";
        registry.register("certificate_end_timestamp", help, self.certificates.clone());
        let help = "Bodies that are held for judging";
        registry.register_with_unit("bodies_held", help, Unit::Bytes, self.buffered.clone());
        registry.register("upstream_up", "Whether the daemon answers a ping", self.up.clone());
        self.register_records(registry);
        self.register_rules(registry);
    }

    fn register_records(&self, registry: &mut Registry) {
        let help = "Records that are not on file yet";
        registry.register_with_unit("audit_waiting", help, Unit::Bytes, self.audit_waiting.clone());
        let help = "How long the oldest record has waited that is not on file yet";
        registry.register_with_unit("audit_lag", help, Unit::Seconds, self.audit_lag.clone());
        registry.register("audit_lost_records", "Records that were lost, since the start", self.audit_lost.clone());
        registry.register("audit_failing", "Whether the audit file cannot be written", self.audit_failing.clone());
        let help = "Log lines that nobody read in time, since the start";
        registry.register("log_dropped_lines", help, self.log_dropped.clone());
    }

    fn register_rules(&self, registry: &mut Registry) {
        registry.register("reload_generation", "How often rules were taken", self.generation.clone());
        registry.register("reloads", "Rules that were taken, or not", self.reloads.clone());
        registry.register("reload_last_taken", "Whether the last reload was taken", self.last_reload.clone());
        let help = "When the rules were taken, in seconds since 1970";
        registry.register("reload_taken_timestamp", help, self.taken.clone());
        registry.register("build_info", "The version, and a fingerprint of the policies", self.build.clone());
        let help = "Descriptors that are open";
        registry.register("process_open_fds", help, self.process.descriptors.clone());
        let help = "Descriptors that may be open";
        registry.register("process_max_fds", help, self.process.most_descriptors.clone());
        let help = "Memory that is in use";
        registry.register_with_unit("process_resident_memory", help, Unit::Bytes, self.process.memory.clone());
    }

    pub(super) fn set(&self, seen: &Observed) {
        self.set_listeners(seen);
        self.buffered.set(whole(seen.buffered));
        self.up.set(seen.upstream_up.into());
        self.set_records(seen);
        self.set_rules(seen);
        self.process.set();
    }

    /// Listeners that are gone have no numbers any more.
    fn set_listeners(&self, seen: &Observed) {
        self.connections.clear();
        self.certificates.clear();
        for (listener, connections, ends) in &seen.listeners {
            let label = ByListener { listener: Arc::clone(listener) };
            self.connections.get_or_create(&label).set(whole(*connections));
            if let Some(ends) = ends {
                self.certificates.get_or_create(&label).set(*ends);
            }
        }
    }

    fn set_records(&self, seen: &Observed) {
        let audit = seen.audit.unwrap_or_default();
        self.audit_waiting.set(whole(audit.waiting));
        self.audit_lag.set(audit.lag.as_secs_f64());
        self.audit_lost.set(audit.lost.try_into().unwrap_or(i64::MAX));
        self.audit_failing.set(audit.failing.into());
        self.log_dropped.set(whole(seen.log_lines_dropped));
    }

    fn set_rules(&self, seen: &Observed) {
        let outcome = |outcome| self.reloads.get_or_create_owned(&Outcome { outcome });
        let count = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        self.generation.set(count(seen.generation));
        outcome("taken").set(count(seen.generation.saturating_sub(1)));
        outcome("failed").set(count(seen.reloads_failed));
        self.last_reload.set(seen.last_reload_taken.into());
        self.taken.set(seen.taken);
        self.build.clear();
        let build = Build { version: env!("CARGO_PKG_VERSION"), policies: seen.policies.clone() };
        self.build.get_or_create(&build).set(1);
    }
}

impl Process {
    fn set(&self) {
        let open = std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count);
        self.descriptors.set(whole(open));
        let most = getrlimit(Resource::Nofile).current.and_then(|most| most.try_into().ok());
        self.most_descriptors.set(most.unwrap_or(i64::MAX));
        self.memory.set(resident().unwrap_or_default());
    }
}

/// Resident memory in bytes, from `VmRSS` of proc_pid_status(5).
fn resident() -> Option<i64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: i64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    kib.checked_mul(1024)
}

fn whole(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
