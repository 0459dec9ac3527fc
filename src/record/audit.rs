//! The audit file: JSON lines, appended by a thread of its own, never dropped in silence.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How many bytes of decisions may wait for the disk. *Ended* lines may go
/// beyond it, one for each request that is under way.
pub const AUDIT_QUEUE: usize = 4 << 20;

/// Lines that come within this time are written together.
const BATCH: Duration = Duration::from_millis(2);

/// How long to wait after a failed write before the next try.
const RETRY: Duration = Duration::from_secs(1);

/// What a decision does when the audit file cannot take it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WhenFull {
    /// It becomes a denial.
    #[default]
    Deny,
    /// It stands; the lost line is counted, and the count is written later.
    Count,
}

/// A decision that the audit file could not take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unwritable;

/// The audit file; clones share it.
#[derive(Clone, Debug)]
pub struct Audit {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    queue: Mutex<Queue>,
    wake: Condvar,
    when_full: WhenFull,
}

/// How the audit file fares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// Bytes that wait to be written.
    pub waiting: usize,
    /// How long the oldest of them has waited.
    pub lag: Duration,
    /// Lines that were lost since the start.
    pub lost: u64,
    /// Whether the last write failed.
    pub failing: bool,
}

#[derive(Debug, Default)]
struct Queue {
    lines: Vec<u8>,
    /// Bytes that are being written.
    writing: usize,
    /// Since when something has waited that is not on file.
    since: Option<Instant>,
    lost: u64,
    lost_in_all: u64,
    parked: bool,
    broken: bool,
    reopen: bool,
    closed: bool,
}

impl Queue {
    fn lose(&mut self) {
        self.lost += 1;
        self.lost_in_all += 1;
    }
}

/// Ends the writer after it has written all.
#[derive(Debug)]
pub struct Writer {
    audit: Audit,
    thread: Option<JoinHandle<()>>,
}

impl Audit {
    /// Opens the file for appending (made with mode 0640) and starts the writer.
    ///
    /// # Errors
    /// The file cannot be opened, or no thread can be started.
    pub fn open(path: &Path, when_full: WhenFull) -> io::Result<(Self, Writer)> {
        let file = append(path)?;
        let shared = Arc::new(Shared { queue: Mutex::default(), wake: Condvar::new(), when_full });
        let audit = Self { shared };
        let (writer, path) = (audit.clone(), path.to_owned());
        let thread = std::thread::Builder::new().name("audit".into()).spawn(move || writer.run(file, &path))?;
        Ok((audit.clone(), Writer { audit, thread: Some(thread) }))
    }

    /// Queues the line of a decision; false if it was lost and counted instead.
    pub(super) fn decided(&self, line: impl FnOnce(&mut Vec<u8>)) -> Result<bool, Unwritable> {
        let mut queue = self.queue();
        if queue.broken || queue.lines.len() > AUDIT_QUEUE {
            return self.full(&mut queue);
        }
        self.push(&mut queue, line);
        Ok(true)
    }

    fn full(&self, queue: &mut Queue) -> Result<bool, Unwritable> {
        queue.lose();
        match self.shared.when_full {
            WhenFull::Deny => Err(Unwritable),
            WhenFull::Count => Ok(false),
        }
    }

    /// Queues the line of an end; its room was reserved by the limit on connections.
    pub(super) fn ended(&self, line: impl FnOnce(&mut Vec<u8>)) {
        let mut queue = self.queue();
        if queue.lines.len() > 2 * AUDIT_QUEUE {
            queue.lose();
        } else {
            self.push(&mut queue, line);
        }
    }

    fn push(&self, queue: &mut Queue, line: impl FnOnce(&mut Vec<u8>)) {
        line(&mut queue.lines);
        queue.since.get_or_insert_with(Instant::now);
        if std::mem::take(&mut queue.parked) {
            self.shared.wake.notify_one();
        }
    }

    /// How it fares.
    pub fn state(&self) -> State {
        let queue = self.queue();
        State {
            waiting: queue.lines.len() + queue.writing,
            lag: queue.since.map(|since| since.elapsed()).unwrap_or_default(),
            lost: queue.lost_in_all,
            failing: queue.broken,
        }
    }

    /// Opens the file anew before the next line, after logrotate moved it.
    pub fn reopen(&self) {
        let mut queue = self.queue();
        queue.reopen = true;
        queue.parked = false;
        self.shared.wake.notify_one();
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.shared.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self, mut file: File, path: &Path) {
        while let Some(work) = self.wait() {
            if work.reopen {
                reopen(&mut file, path);
            }
            self.write_all(&mut file, path, work.lines);
        }
    }

    /// Waits for lines; `None` once all is written and the file is closed.
    fn wait(&self) -> Option<Work> {
        let mut queue = self.queue();
        while queue.lines.is_empty() && !queue.reopen && !queue.closed {
            queue.parked = true;
            queue = self.shared.wake.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
        if queue.lines.is_empty() && queue.closed {
            return None;
        }
        if !queue.closed {
            drop(queue);
            std::thread::sleep(BATCH);
            queue = self.queue();
        }
        queue.writing = queue.lines.len();
        Some(Work { lines: std::mem::take(&mut queue.lines), reopen: std::mem::take(&mut queue.reopen) })
    }

    /// Writes until all is on file; a full disk is tried again, what is waiting is kept.
    fn write_all(&self, file: &mut File, path: &Path, lines: Vec<u8>) {
        let mut rest = lines.as_slice();
        while !rest.is_empty() {
            match file.write(rest) {
                Ok(written) => rest = rest.get(written..).unwrap_or_default(),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    if !self.failed(path, &error) {
                        let count = rest.iter().filter(|byte| **byte == b'\n').count();
                        tracing::error!(file = %path.display(), count, "records are lost: the gate ends and they cannot be written");
                        return;
                    }
                    reopen(file, path);
                }
            }
        }
        self.recovered();
    }

    /// Notes a failed write and waits; false once the gate is closing.
    fn failed(&self, path: &Path, error: &io::Error) -> bool {
        let mut queue = self.queue();
        if !std::mem::replace(&mut queue.broken, true) {
            tracing::error!(file = %path.display(), %error, "the audit file cannot be written");
        }
        let closed = queue.closed;
        drop(queue);
        std::thread::sleep(RETRY);
        !closed
    }

    fn recovered(&self) {
        let mut queue = self.queue();
        queue.writing = 0;
        queue.since = (!queue.lines.is_empty()).then(Instant::now);
        if std::mem::take(&mut queue.broken) {
            tracing::warn!("the audit file can be written again");
        }
        let lost = std::mem::take(&mut queue.lost);
        if lost > 0 {
            let line = format!("{{\"record\":\"lost\",\"count\":{lost}}}\n");
            queue.lines.extend_from_slice(line.as_bytes());
        }
    }
}

struct Work {
    lines: Vec<u8>,
    reopen: bool,
}

impl Drop for Writer {
    fn drop(&mut self) {
        let mut queue = self.audit.queue();
        queue.closed = true;
        drop(queue);
        self.audit.shared.wake.notify_one();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn append(path: &Path) -> io::Result<File> {
    OpenOptions::new().append(true).create(true).mode(0o640).open(path)
}

fn reopen(file: &mut File, path: &Path) {
    match append(path) {
        Ok(new) => *file = new,
        Err(error) => {
            tracing::error!(file = %path.display(), %error, "the audit file cannot be opened anew; the old one stays");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Audit, WhenFull};
    use std::path::Path;

    #[test]
    fn lines_are_on_file_when_the_writer_has_ended() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("audit.jsonl");
        let (audit, writer) = Audit::open(&path, WhenFull::Deny).unwrap();
        for n in 0..100 {
            audit.decided(|out| out.extend_from_slice(format!("{n}\n").as_bytes())).unwrap();
        }
        audit.ended(|out| out.extend_from_slice(b"end\n"));
        drop(writer);
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text.lines().count(), 101);
        assert!(text.ends_with("99\nend\n"));
    }

    #[test]
    fn after_a_reopen_lines_go_to_the_new_file() {
        let dir = tempfile::tempdir().unwrap();
        let (path, old) = (dir.path().join("a"), dir.path().join("b"));
        let (audit, writer) = Audit::open(&path, WhenFull::Deny).unwrap();
        std::fs::rename(&path, &old).unwrap();
        audit.reopen();
        audit.decided(|out| out.extend_from_slice(b"new\n")).unwrap();
        drop(writer);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "new\n");
    }

    /// `/dev/full` fails every write with "no space left on device".
    #[test]
    fn a_full_disk_denies_or_counts() {
        for (when_full, denies) in [(WhenFull::Deny, true), (WhenFull::Count, false)] {
            let (audit, writer) = Audit::open(Path::new("/dev/full"), when_full).unwrap();
            audit.decided(|out| out.extend_from_slice(b"one\n")).unwrap();
            std::thread::sleep(std::time::Duration::from_millis(200));
            assert_eq!(audit.decided(|out| out.extend_from_slice(b"two\n")).is_err(), denies);
            drop(writer);
        }
    }
}
