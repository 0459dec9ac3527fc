//! The log for people: one line where something was stopped or failed.

use super::journal::{self, Journal, Socket};
use super::{End, How, Record, RequestId, Verdict, visible};
use crate::request::{Identity, Peer};
use std::fmt;
use std::io::{IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tracing_appender::non_blocking::{ErrorCounter, NonBlocking, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// How the log is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// Text on a terminal, systemd's journal where standard error is that, JSON otherwise.
    #[default]
    Auto,
    /// Lines of systemd's journal with fields; JSON where there is none.
    Journal,
    /// One JSON object a line.
    Json,
    /// For reading.
    Text,
}

/// Log lines that may wait for a slow reader; more are dropped, and counted.
const MAX_LINES: usize = 4096;

/// Keeps the log's writer; dropping it writes what is left.
#[derive(Debug)]
pub struct Writer {
    _guard: WorkerGuard,
    dropped: ErrorCounter,
    unsent: Arc<AtomicUsize>,
}

impl Writer {
    /// How many lines were dropped because nobody read them.
    pub fn dropped(&self) -> usize {
        self.dropped.dropped_lines().saturating_add(self.unsent.load(Ordering::Relaxed))
    }
}

/// Starts the log on standard error or in the journal, written by a thread of its own.
///
/// `level` is a level or a list of directives as `tracing` knows them.
///
/// # Errors
/// The directives cannot be read.
pub fn start(level: &str, format: Format) -> Result<Writer, String> {
    let filter = EnvFilter::try_new(level).map_err(|e| format!("log level `{}`: {e}", visible(level)))?;
    let wanted = format == Format::Journal || (format == Format::Auto && journal::is_stderr());
    match wanted.then(|| Socket::open(journal::SOCKET)) {
        Some(Ok(socket)) => to_journal(filter, socket),
        _ => to_stderr(filter, format),
    }
}

fn to_journal(filter: EnvFilter, socket: Socket) -> Result<Writer, String> {
    let unsent = socket.unsent();
    let (lines, guard) = in_a_thread(socket);
    let dropped = lines.error_counter();
    tracing_subscriber::registry().with(filter).with(Journal(lines)).try_init().map_err(|e| e.to_string())?;
    Ok(Writer { _guard: guard, dropped, unsent })
}

fn to_stderr(filter: EnvFilter, format: Format) -> Result<Writer, String> {
    let terminal = std::io::stderr().is_terminal();
    let (lines, guard) = in_a_thread(std::io::stderr());
    let dropped = lines.error_counter();
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(lines).with_target(false);
    let text = format == Format::Text || (format == Format::Auto && terminal);
    let done = if text {
        builder.with_ansi(terminal).try_init()
    } else {
        builder.json().flatten_event(true).with_current_span(false).try_init()
    };
    done.map_err(|e| e.to_string())?;
    Ok(Writer { _guard: guard, dropped, unsent: Arc::default() })
}

fn in_a_thread(writer: impl Write + Send + 'static) -> (NonBlocking, WorkerGuard) {
    NonBlockingBuilder::default().buffered_lines_limit(MAX_LINES).lossy(true).finish(writer)
}

/// The caller in a few words.
struct Caller<'a>(&'a Identity);

impl fmt::Display for Caller<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(container) = &self.0.container {
            write!(f, "container {}, ", visible(&container.name))?;
        }
        match &self.0.peer {
            Peer::Unix { uid, pid, user: Some(user), .. } => write!(f, "{}({uid}) pid {pid}", visible(user)),
            Peer::Unix { uid, pid, .. } => write!(f, "uid {uid} pid {pid}"),
            Peer::Tcp { address, certificate: Some(c) } => write!(f, "{} at {address}", visible(&c.subject)),
            Peer::Tcp { address, certificate: None } => write!(f, "{address}"),
        }
    }
}

/// An allowed request that goes nowhere because it cannot be recorded.
pub(super) fn unrecorded(record: &Record) {
    let mut failed = record.clone();
    failed.verdict = Verdict::Fail;
    failed.why = vec!["the audit file cannot be written".to_owned()];
    decided(&failed);
}

/// One line for a decision; what was allowed is told at level `debug`, unless the policy changed it.
pub(super) fn decided(record: &Record) {
    macro_rules! line {
        ($level:ident, $word:literal) => {
            tracing::$level!(
                id = %record.id,
                listener = %record.who.listener,
                who = %Caller(&record.who),
                role = record.role.as_deref(),
                operation = record.operation,
                method = %visible(&record.method),
                object = record.object.as_deref().map(visible),
                image = record.image.as_deref().map(visible),
                why = (!record.why.is_empty()).then(|| record.why.join("; ")),
                policy = record.place.as_deref(),
                set = (!record.set.is_empty()).then(|| record.set.join("; ")),
                $word
            )
        };
    }
    match record.verdict {
        // a request that goes on as another is never a silent matter
        Verdict::Allow if !record.set.is_empty() => line!(info, "allowed"),
        Verdict::Allow => line!(debug, "allowed"),
        Verdict::Deny => line!(warn, "denied"),
        Verdict::Refuse => line!(warn, "refused"),
        Verdict::Fail => line!(error, "failed"),
    }
}

/// One line for the end of a request, at level `debug` unless the daemon failed.
pub(super) fn ended(id: RequestId, end: &End) {
    let ms = u64::try_from(end.took.as_millis()).unwrap_or(u64::MAX);
    match end.how {
        // Where no head came back, the failure has its own line.
        How::DaemonGone if !matches!(end.status, 502 | 503) => {
            tracing::warn!(%id, status = end.status, ms, up = end.up, down = end.down, "the daemon ended the exchange early");
        }
        how => tracing::debug!(%id, status = end.status, ms, up = end.up, down = end.down, ?how, "ended"),
    }
}
