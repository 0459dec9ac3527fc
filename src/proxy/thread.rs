//! Threads that serve connections, each with a runtime of its own.

use super::Gate;
use super::worker::{self, Job, Workers};
use crate::record::Sinks;
use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;
use tokio::sync::{mpsc, watch};

/// What all threads are told.
#[derive(Clone, Debug)]
pub(super) struct Orders {
    /// Nothing new; what is under way may end.
    pub(super) draining: watch::Receiver<bool>,
    /// Rules have changed.
    pub(super) reloads: watch::Receiver<()>,
}

/// What one thread is given.
pub(super) struct Thread {
    pub(super) gate: Arc<Gate>,
    pub(super) sinks: Sinks,
    pub(super) queue: mpsc::UnboundedReceiver<Job>,
    pub(super) workers: Workers,
    pub(super) orders: Orders,
}

/// Starts one thread a queue, and waits until each has a runtime.
///
/// # Errors
/// The system gives no thread or no runtime.
pub(super) fn start(
    queues: Vec<mpsc::UnboundedReceiver<Job>>,
    make: impl Fn(mpsc::UnboundedReceiver<Job>) -> Thread,
) -> io::Result<Vec<JoinHandle<()>>> {
    let count = queues.len();
    let (report, reports) = std::sync::mpsc::channel();
    let mut threads = Vec::with_capacity(count);
    for (number, queue) in queues.into_iter().enumerate() {
        let (thread, report) = (make(queue), report.clone());
        let builder = std::thread::Builder::new().name(format!("gate-{number}"));
        threads.push(builder.spawn(move || thread.run(report))?);
    }
    drop(report);
    reports.iter().take(count).collect::<io::Result<()>>()?;
    Ok(threads)
}

impl Thread {
    /// Reports whether it could start, then serves.
    fn run(self, report: std::sync::mpsc::Sender<io::Result<()>>) {
        let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => return drop(report.send(Err(error))),
        };
        let _ = report.send(Ok(()));
        drop(report);
        runtime.block_on(tokio::task::LocalSet::new().run_until(worker::run(self)));
        // a file system that hangs holds nothing up
        runtime.shutdown_background();
    }
}
