//! The log in systemd's journal, by its native protocol: one datagram a line, with fields that
//! `journalctl` can be asked for.

use std::fmt::{Debug, Write as _};
use std::io::{self, Write};
use std::os::unix::net::UnixDatagram;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_appender::non_blocking::NonBlocking;
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

/// Where journald reads, on every system that has it.
pub(super) const SOCKET: &str = "/run/systemd/journal/socket";

/// Bytes of a value that are kept, so that a line always fits into a datagram.
const MAX_VALUE: usize = 16 << 10;

/// Whether standard error is the journal, as systemd says in `$JOURNAL_STREAM`. It may have been
/// redirected since.
pub(super) fn is_stderr() -> bool {
    let said = std::env::var("JOURNAL_STREAM").ok();
    let stderr = rustix::fs::fstat(io::stderr()).ok();
    said.zip(stderr).is_some_and(|(said, is)| said == format!("{}:{}", is.st_dev, is.st_ino))
}

/// The way to the journal.
pub(super) struct Socket {
    socket: UnixDatagram,
    path: PathBuf,
    unsent: Arc<AtomicUsize>,
}

impl Socket {
    /// # Errors
    /// Nobody listens there.
    pub(super) fn open(path: &str) -> io::Result<Self> {
        UnixDatagram::unbound()?.connect(path)?;
        // not connected itself: it finds a journal that was started anew
        Ok(Self { socket: UnixDatagram::unbound()?, path: path.into(), unsent: Arc::default() })
    }

    /// Counts the lines that the journal did not take.
    pub(super) fn unsent(&self) -> Arc<AtomicUsize> {
        Arc::clone(&self.unsent)
    }
}

impl Write for Socket {
    /// Sends a line. It waits for a busy journal, and so belongs into a thread of its own.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let sent = self.socket.send_to(line, &self.path);
        if sent.as_ref().is_err_and(|error| error.kind() != io::ErrorKind::Interrupted) {
            self.unsent.fetch_add(1, Ordering::Relaxed);
        }
        sent
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Makes lines of the journal of what is logged.
pub(super) struct Journal(pub(super) NonBlocking);

impl<S: Subscriber> Layer<S> for Journal {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut line = Line::default();
        event.record(&mut line);
        // what finds no room is counted there
        let _ = self.0.clone().write_all(&line.datagram(*event.metadata().level()));
    }
}

/// A line: its words, and its fields twice, for reading and for asking.
#[derive(Default)]
struct Line {
    message: String,
    shown: String,
    fields: Vec<u8>,
}

impl Visit for Line {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field.name(), value, &format!("{value:?}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let value = format!("{value:?}");
        self.add(field.name(), &value, &value);
    }
}

impl Line {
    fn add(&mut self, name: &str, value: &str, shown: &str) {
        if name == "message" {
            self.message.push_str(value);
            return;
        }
        // Writing to a String does not fail.
        let _ = write!(self.shown, " {name}={}", cut(shown));
        put(&mut self.fields, &format!("DOCKGATE_{}", field_name(name)), value);
    }

    fn datagram(mut self, level: Level) -> Vec<u8> {
        self.message.push_str(&self.shown);
        let mut datagram = Vec::new();
        put(&mut datagram, "MESSAGE", &self.message);
        put(&mut datagram, "PRIORITY", priority(level));
        put(&mut datagram, "SYSLOG_IDENTIFIER", "dockgate");
        datagram.append(&mut self.fields);
        datagram
    }
}

/// A field as the journal reads it. With a length before it, no value can pretend to be another field.
fn put(datagram: &mut Vec<u8>, name: &str, value: &str) {
    let value = cut(value);
    datagram.extend(name.bytes());
    if value.contains('\n') {
        datagram.push(b'\n');
        datagram.extend((value.len() as u64).to_le_bytes());
    } else {
        datagram.push(b'=');
    }
    datagram.extend(value.bytes());
    datagram.push(b'\n');
}

/// Names of fields have capital letters, digits and underscores.
fn field_name(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect()
}

fn cut(value: &str) -> &str {
    let end = (0..=MAX_VALUE.min(value.len())).rev().find(|at| value.is_char_boundary(*at));
    end.and_then(|end| value.get(..end)).unwrap_or_default()
}

/// As syslog(3) counts them.
fn priority(level: Level) -> &'static str {
    match level {
        Level::ERROR => "3",
        Level::WARN => "4",
        Level::INFO => "6",
        Level::DEBUG | Level::TRACE => "7",
    }
}

#[cfg(test)]
mod tests {
    use super::{Line, MAX_VALUE, Socket, cut};
    use std::io::Write;
    use std::os::unix::net::UnixDatagram;
    use std::sync::atomic::Ordering;
    use tracing::Level;

    fn line(fields: &[(&str, &str)]) -> Vec<u8> {
        let mut line = Line::default();
        fields.iter().for_each(|(name, value)| line.add(name, value, value));
        line.datagram(Level::WARN)
    }

    #[test]
    fn a_line_has_fields() {
        let sent = line(&[("message", "denied"), ("operation", "ContainerCreate"), ("up.stream", "x")]);
        let wanted = "MESSAGE=denied operation=ContainerCreate up.stream=x\nPRIORITY=4\nSYSLOG_IDENTIFIER=dockgate\n\
                      DOCKGATE_OPERATION=ContainerCreate\nDOCKGATE_UP_STREAM=x\n";
        assert_eq!(String::from_utf8(sent).unwrap(), wanted);
    }

    #[test]
    fn no_value_is_taken_for_a_field() {
        let sent = line(&[("message", "m"), ("why", "a\nPRIORITY=0")]);
        let wanted = b"DOCKGATE_WHY\n\x0c\0\0\0\0\0\0\0a\nPRIORITY=0\n";
        assert!(sent.ends_with(wanted), "{}", String::from_utf8_lossy(&sent));
    }

    #[test]
    fn the_longest_line_fits_into_a_datagram() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("socket");
        let journal = UnixDatagram::bind(&path).unwrap();
        let mut socket = Socket::open(path.to_str().unwrap()).unwrap();
        let long = "ä".repeat(MAX_VALUE);
        let sent = line(&[("message", &long), ("why", &long), ("set", &long)]);
        socket.write_all(&sent).unwrap();
        let mut buffer = vec![0; 1 << 20];
        assert_eq!(journal.recv(&mut buffer).unwrap(), sent.len());
        assert!(cut(&long).len() <= MAX_VALUE);
    }

    #[test]
    fn a_journal_that_comes_again_is_found_and_lines_in_between_are_counted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("socket");
        assert!(Socket::open(path.to_str().unwrap()).is_err());
        let journal = UnixDatagram::bind(&path).unwrap();
        let mut socket = Socket::open(path.to_str().unwrap()).unwrap();
        drop(journal);
        assert!(socket.write_all(b"MESSAGE=lost\n").is_err());
        std::fs::remove_file(&path).unwrap();
        let _journal = UnixDatagram::bind(&path).unwrap();
        socket.write_all(b"MESSAGE=seen\n").unwrap();
        assert_eq!(socket.unsent().load(Ordering::Relaxed), 1);
    }
}
