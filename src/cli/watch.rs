//! What a gate does beside its work: it hears signals and questions, and looks at its files.

use super::serve::Sides;
use super::served::Served;
use super::supervisor;
use crate::control::{MAX_ORDERS, Order};
use crate::proxy::{self, Pong, Running};
use crate::record::log;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::Mutex;
use tokio::sync::mpsc;
use tokio::time::{Interval, MissedTickBehavior};

/// How often files are looked at. A change is taken at the second look that sees it.
const LOOK: Duration = Duration::from_secs(2);

/// How long a thread may take to say that it is alive.
const PULSE: Duration = Duration::from_secs(5);

/// How long the daemon's answer to a ping counts.
const FRESH: Duration = Duration::from_secs(1);

/// A gate, and what it serves by.
pub(super) struct Watch {
    pub(super) running: Running,
    pub(super) served: Served,
    pub(super) log: log::Writer,
    /// What the daemon said last, and one who asks it: questions come in any number.
    pub(super) pinged: Arc<Pinged>,
}

/// The daemon's last answer to a ping.
#[derive(Debug, Default)]
pub(super) struct Pinged(Mutex<Option<(Instant, Result<Pong, String>)>>);

impl Pinged {
    /// Asks the daemon whether it is there, unless that is known.
    async fn ask(&self, upstream: &Path) -> Result<Pong, String> {
        let mut last = self.0.lock().await;
        if let Some((_, said)) = last.as_ref().filter(|(when, _)| when.elapsed() < FRESH) {
            return said.clone();
        }
        let said = proxy::ping(upstream).await;
        *last = Some((Instant::now(), said.clone()));
        said
    }
}

/// What hears signals, from before anybody can connect: one that comes early must not end the gate
/// in the middle of something.
pub(super) struct Ears {
    runtime: Runtime,
    /// SIGTERM, SIGINT and SIGHUP.
    signals: [Signal; 3],
}

impl Ears {
    /// Hears from now on.
    ///
    /// # Errors
    /// Signals cannot be registered.
    pub(super) fn open() -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let within = runtime.enter();
        let (terminate, interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        let signals = [terminate, interrupt, signal(SignalKind::hangup())?];
        drop(within);
        Ok(Self { runtime, signals })
    }
}

impl Watch {
    /// Waits for SIGTERM or SIGINT, then lets requests under way end.
    pub(super) fn until_ended(mut self, ears: Ears, sides: Sides) {
        let Ears { runtime, signals } = ears;
        runtime.block_on(self.watch(signals, sides));
        supervisor::stopping();
        tracing::info!("ending: requests under way may finish");
        self.running.stop();
        if self.log.dropped() > 0 {
            let lines = self.log.dropped();
            tracing::warn!(lines, "log lines were dropped, because nobody read them in time");
        }
    }

    /// SIGHUP, orders, and files that have changed are a reason to take the rules anew; SIGHUP and
    /// orders open the audit file anew as well.
    async fn watch(&mut self, signals: [Signal; 3], sides: Sides) {
        let [mut terminate, mut interrupt, mut hangup] = signals;
        let mut look = tokio::time::interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut watchdog = supervisor::watchdog().map(tokio::time::interval);
        let (orders, mut ordered) = mpsc::channel(MAX_ORDERS);
        for side in [sides.status, sides.metrics].into_iter().flatten() {
            tokio::spawn(side.serve(orders.clone()));
        }
        loop {
            tokio::select! {
                _ = terminate.recv() => return,
                _ = interrupt.recv() => return,
                _ = hangup.recv() => drop(self.reload()),
                () = bark(&mut watchdog) => self.show_life(),
                Some(order) = ordered.recv() => self.obey(order),
                _ = look.tick() => if self.served.is_stale() {
                    tracing::info!("a file has changed, or could not be taken before");
                    drop(self.served.reload(&mut self.running));
                },
            }
        }
    }

    fn reload(&mut self) -> Result<String, String> {
        let taken = self.served.reload(&mut self.running);
        tracing::info!("opening the audit file anew");
        self.running.reopen();
        taken
    }

    /// The supervisor hears that the gate is alive only if all of it is.
    fn show_life(&self) {
        let alive = self.running.is_alive(PULSE);
        tokio::spawn(async {
            if alive.await {
                supervisor::alive();
            } else {
                tracing::error!("a thread of the gate does not answer");
            }
        });
    }

    /// Answers at once what can be; the daemon is asked meanwhile. Who asked may be gone by then.
    fn obey(&mut self, order: Order) {
        let (upstream, pinged) = (self.served.upstream().to_owned(), Arc::clone(&self.pinged));
        match order {
            Order::Reload(answer) => drop(answer.send(self.reload())),
            Order::Health(answer) => {
                let alive = self.running.is_alive(PULSE);
                tokio::spawn(async move {
                    let (alive, pong) = tokio::join!(alive, pinged.ask(&upstream));
                    answer.send(health(alive, &pong))
                });
            }
            Order::Status(answer) => {
                let (alive, status) = (self.running.is_alive(PULSE), self.status());
                tokio::spawn(async move {
                    let (alive, pong) = tokio::join!(alive, pinged.ask(&upstream));
                    answer.send(status.with(alive, pong).to_json())
                });
            }
            Order::Metrics(answer) => {
                let (metrics, mut observed) = (self.running.metrics(), self.running.observed());
                self.served.observe(&mut observed);
                observed.log_lines_dropped = self.log.dropped();
                tokio::spawn(async move {
                    observed.upstream_up = pinged.ask(&upstream).await.is_ok();
                    answer.send(metrics.write(&observed))
                });
            }
        }
    }

    fn status(&self) -> crate::control::Status {
        let mut status = self.served.describe(&self.running.observed());
        status.log_lines_dropped = self.log.dropped();
        status
    }
}

/// Ready whenever the supervisor has to hear of the gate.
async fn bark(watchdog: &mut Option<Interval>) {
    match watchdog {
        Some(interval) => drop(interval.tick().await),
        None => std::future::pending().await,
    }
}

fn health(alive: bool, pong: &Result<Pong, String>) -> Result<String, String> {
    match pong {
        _ if !alive => Err("a thread of the gate does not answer\n".to_owned()),
        Ok(_) => Ok("the gate is up, and the daemon answers\n".to_owned()),
        Err(error) => Err(format!("the gate is up, but the daemon does not answer: {error}\n")),
    }
}
