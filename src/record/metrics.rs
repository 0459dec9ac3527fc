//! Numbers for whoever watches the gate, in the OpenMetrics format. What is said of requests is made
//! from the same records as the log and the audit.

mod labels;
mod observed;

pub use observed::Observed;

use super::{End, Record, Verdict};
use labels::{ByOperation, Direction, Request};
use prometheus_client::encoding::text;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
pub use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Different sets of labels that requests may have; what comes beyond them is counted under `other`.
pub const MAX_SERIES: usize = 4096;

/// Upper bounds of the time that an answer takes, in seconds.
const ANSWER: [f64; 12] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0];

/// Upper bounds of the time that a decision takes, in seconds.
const DECISION: [f64; 10] = [0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.005, 0.025, 0.1];

/// All that is counted, and how it is written.
pub struct Metrics {
    registry: Registry,
    requests: Family<Request, Counter>,
    /// Sets of labels that requests have had.
    series: AtomicUsize,
    decisions: Histogram,
    answers: Family<ByOperation, Histogram, fn() -> Histogram>,
    bytes: Family<Direction, Counter>,
    /// Bytes to the daemon.
    pub up: Counter,
    /// Bytes to clients.
    pub down: Counter,
    /// Requests under way, streams among them.
    pub requests_open: Gauge,
    /// Requests under way that may never end by themselves.
    pub streams_open: Gauge,
    /// Connections to the daemon that carry a request.
    pub upstream_busy: Gauge,
    /// Connections to the daemon that wait for the next request.
    pub upstream_idle: Gauge,
    /// Connections to the daemon that were made.
    pub upstream_connects: Counter,
    /// Requests that got no whole answer of the daemon.
    pub upstream_failures: Counter,
    /// TLS handshakes that failed.
    pub handshakes_failed: Counter,
    /// Connections that were turned away because there were too many.
    pub turned_away: Counter,
    observed: observed::Gauges,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl Default for Metrics {
    fn default() -> Self {
        let answers: fn() -> Histogram = || Histogram::new(ANSWER);
        let bytes = Family::<Direction, Counter>::default();
        let of = |direction| bytes.get_or_create_owned(&Direction { direction });
        let metrics = Self {
            registry: Registry::with_prefix("dockgate"),
            requests: Family::default(),
            series: AtomicUsize::new(0),
            decisions: Histogram::new(DECISION),
            answers: Family::new_with_constructor(answers),
            up: of("up"),
            down: of("down"),
            bytes,
            requests_open: Gauge::default(),
            streams_open: Gauge::default(),
            upstream_busy: Gauge::default(),
            upstream_idle: Gauge::default(),
            upstream_connects: Counter::default(),
            upstream_failures: Counter::default(),
            handshakes_failed: Counter::default(),
            turned_away: Counter::default(),
            observed: observed::Gauges::default(),
        };
        metrics.registered()
    }
}

impl Metrics {
    fn registered(mut self) -> Self {
        let mut registry = Registry::with_prefix("dockgate");
        self.register_requests(&mut registry);
        self.register_upstream(&mut registry);
        self.observed.register(&mut registry);
        self.registry = registry;
        self
    }

    fn register_requests(&self, registry: &mut Registry) {
        registry.register("requests", "Requests, by what was decided and why", self.requests.clone());
        registry.register("requests_open", "Requests under way, streams among them", self.requests_open.clone());
        registry.register("streams_open", "Requests under way without an end of their own", self.streams_open.clone());
        let help = "From the head of a request to the decision, bodies that were read included";
        registry.register_with_unit("decision", help, Unit::Seconds, self.decisions.clone());
        let help = "From the head of a request to the head of the answer";
        registry.register_with_unit("answer", help, Unit::Seconds, self.answers.clone());
        let help = "Bodies and streams, up to the daemon and down to clients";
        registry.register_with_unit("moved", help, Unit::Bytes, self.bytes.clone());
        registry.register("handshakes_failed", "TLS handshakes that failed", self.handshakes_failed.clone());
        let help = "Connections and handshakes that were turned away because there were too many";
        registry.register("turned_away", help, self.turned_away.clone());
    }

    fn register_upstream(&self, registry: &mut Registry) {
        let help = "Connections to the daemon that carry a request";
        registry.register("upstream_busy", help, self.upstream_busy.clone());
        let help = "Connections to the daemon that wait for the next request";
        registry.register("upstream_idle", help, self.upstream_idle.clone());
        let help = "Connections to the daemon that were made";
        registry.register("upstream_connects", help, self.upstream_connects.clone());
        let help = "Requests that got no whole answer of the daemon";
        registry.register("upstream_failures", help, self.upstream_failures.clone());
    }

    /// Counts a decision.
    pub(super) fn decided(&self, record: &Record, verdict: Verdict) {
        self.decisions.observe(record.took.as_secs_f64());
        let request = Request::of(record, verdict);
        if let Some(count) = self.requests.get(&request) {
            count.inc();
            return;
        }
        let has_room = self.series.fetch_add(1, Ordering::Relaxed) < MAX_SERIES;
        let request = if has_room { request } else { request.other() };
        self.requests.get_or_create(&request).inc();
    }

    /// Counts the end of a request that was forwarded.
    pub(super) fn ended(&self, end: &End) {
        if let (Some(operation), Some(answered)) = (end.operation, end.answered) {
            self.answers.get_or_create(&ByOperation { operation }).observe(answered.as_secs_f64());
        }
    }

    /// Everything in the OpenMetrics text format, with what was observed just now.
    pub fn write(&self, observed: &Observed) -> String {
        self.observed.set(observed);
        let mut out = String::new();
        // Writing to a String does not fail.
        let _ = text::encode(&mut out, &self.registry);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_SERIES, Metrics, Observed};
    use crate::record::{Record, RequestId, Verdict};
    use crate::request::{Identity, Peer};
    use std::sync::Arc;
    use std::time::{Duration, SystemTime};

    fn record(role: &str) -> Record {
        let peer = Peer::Tcp { address: [127, 0, 0, 1].into(), certificate: None };
        Record {
            id: RequestId::next(),
            time: SystemTime::now(),
            took: Duration::from_micros(30),
            who: Arc::new(Identity::new("a.sock".into(), peer)),
            role: Some(role.into()),
            method: "GET".into(),
            operation: Some("SystemInfo"),
            object: Some("of-the-client".into()),
            image: None,
            verdict: Verdict::Deny,
            reason: Some("operation"),
            why: Vec::new(),
            place: None,
            set: Vec::new(),
            asked: None,
        }
    }

    #[test]
    fn a_decision_is_counted_by_what_is_bounded() {
        let metrics = Metrics::default();
        metrics.decided(&record("viewer"), Verdict::Deny);
        let text = metrics.write(&Observed::default());
        let line = r#"dockgate_requests_total{listener="a.sock",role="viewer",operation="SystemInfo",verdict="deny",reason="operation"} 1"#;
        assert!(text.contains(line), "{text}");
        assert!(!text.contains("of-the-client"), "names that clients choose are no labels");
        assert!(text.ends_with("# EOF\n"));
    }

    #[test]
    fn labels_are_bounded() {
        let metrics = Metrics::default();
        for number in 0..MAX_SERIES + 10 {
            metrics.decided(&record(&number.to_string()), Verdict::Deny);
        }
        let text = metrics.write(&Observed::default());
        assert!(text.lines().filter(|line| line.starts_with("dockgate_requests_total")).count() <= MAX_SERIES + 1);
        assert!(text.contains(r#"operation="other",verdict="deny",reason="other"} 10"#), "{text}");
    }
}
