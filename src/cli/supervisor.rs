//! What the supervisor of the service is told: systemd, by sd_notify(3); nothing where there is none.

use sd_notify::NotifyState;
use std::time::Duration;

/// All listeners are open, and these rules hold.
pub(super) fn ready(status: &str) {
    tell(&[NotifyState::Ready, NotifyState::Status(status)]);
}

/// Rules are read anew; [`ready`] says that it is over, however it went.
pub(super) fn reloading() {
    if let Ok(now) = NotifyState::monotonic_usec_now() {
        tell(&[NotifyState::Reloading, now]);
    }
}

/// No more connections are taken.
pub(super) fn stopping() {
    tell(&[NotifyState::Stopping, NotifyState::Status("requests under way may finish")]);
}

/// The gate is alive.
pub(super) fn alive() {
    tell(&[NotifyState::Watchdog]);
}

/// How often the supervisor has to hear that the gate is alive: twice in the time that it waits
/// (sd_watchdog_enabled(3)).
pub(super) fn watchdog() -> Option<Duration> {
    sd_notify::watchdog_enabled().map(|wait| wait / 2)
}

fn tell(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::warn!(%error, "the supervisor cannot be told");
    }
}
