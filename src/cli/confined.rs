//! The gate in its own confinement, from its configuration to what is told of it.

use super::Exit;
use super::plan::Judges;
use super::sources::{Bad, complain};
use crate::confine::{self, Confine, Part, Room};
use crate::proxy::config::Config;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

/// What this process has given up, for good.
#[derive(Debug, Default)]
pub(super) struct Confined {
    room: Room,
    parts: Vec<Part>,
}

impl Confined {
    /// Gives up what this configuration does not need. The calling thread has to be the only one.
    ///
    /// # Errors
    /// All of it is required, and the kernel cannot do all.
    pub(super) fn enter(config: &Config, judges: &Judges) -> Result<Self, Bad> {
        if config.confine == Confine::Off {
            return Ok(Self::default());
        }
        let room = room(config, judges).abstract_sockets(supervisor_is_abstract());
        let parts = confine::enter(&room);
        let missing: Vec<_> =
            parts.iter().filter(|part| part.holds.is_err() || !part.whole).map(ToString::to_string).collect();
        if config.confine == Confine::Require && !missing.is_empty() {
            complain(&format!(
                "the gate cannot confine itself: {}\n  help: `confine: auto` takes what this kernel has",
                missing.join("; ")
            ));
            return Err(Bad(Exit::Failure));
        }
        Ok(Self { room, parts })
    }

    /// Whether a new configuration can be served from within.
    ///
    /// # Errors
    /// It needs a folder that was given up; this was printed.
    pub(super) fn hold(&self, config: &Config, judges: &Judges) -> Result<(), Bad> {
        let room = room(config, judges);
        let lacking = if self.holds_files() { self.room.lacks(&room) } else { None };
        let Some(lacking) = lacking else { return Ok(()) };
        complain(&format!(
            "{lacking} was given up at the start, because nothing needed it then\n  help: restart the gate to have it again"
        ));
        Err(Bad(Exit::BadPolicy))
    }

    fn holds_files(&self) -> bool {
        self.parts.iter().any(|part| part.name == "Landlock" && part.holds.is_ok())
    }

    /// Writes it to the log.
    pub(super) fn tell(&self) {
        if self.parts.is_empty() {
            tracing::warn!("the gate does not confine itself, as it was told (`confine: off`)");
        }
        for Part { name, holds, .. } in &self.parts {
            match holds {
                Ok(what) => tracing::info!(by = name, holds = what, "confined"),
                Err(why) => tracing::warn!(by = name, %why, "not confined"),
            }
        }
    }

    /// In sentences.
    pub(super) fn sentences(&self) -> Vec<String> {
        if self.parts.is_empty() {
            return vec!["off".to_owned()];
        }
        self.parts.iter().map(ToString::to_string).collect()
    }
}

fn room(config: &Config, judges: &Judges) -> Room {
    let named = judges.listeners.iter().any(|listener| listener.policy.needs_names());
    config.room().names(named || config.names_owners())
}

/// Whether systemd hears on a socket without a file, as it does for services of containers.
fn supervisor_is_abstract() -> bool {
    std::env::var_os("NOTIFY_SOCKET").as_deref().map(OsStr::as_bytes).is_some_and(|name| name.starts_with(b"@"))
}
