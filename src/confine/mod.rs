//! What the kernel keeps the gate from, should somebody get into it: it gives up what it will not
//! need before it reads the first byte of a client.
//!
//! What is given up holds for the calling thread and for those that it starts, so this is for the
//! time when there is only one.

mod calls;
mod capabilities;
mod files;
mod room;

pub use room::Room;

use std::fmt;

/// Whether the gate confines itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Confine {
    /// As far as this kernel can.
    #[default]
    Auto,
    /// Not at all.
    Off,
    /// In every way, or it does not start.
    Require,
}

impl Confine {
    /// Reads `auto`, `off` or `require`.
    ///
    /// # Errors
    /// Another word.
    pub fn read(word: &str) -> Result<Self, String> {
        match word {
            "auto" => Ok(Self::Auto),
            "off" => Ok(Self::Off),
            "require" => Ok(Self::Require),
            _ => Err("choose auto, off or require".to_owned()),
        }
    }
}

/// One way of confining, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its name, as the kernel's manual has it.
    pub name: &'static str,
    /// What holds now, or why it does not.
    pub holds: Result<String, String>,
    /// Whether that is all that it can be.
    pub whole: bool,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.holds {
            Ok(what) => write!(f, "{}: {what}", self.name),
            Err(why) => write!(f, "{}: not in force: {why}", self.name),
        }
    }
}

/// Gives up everything but this room, for good.
pub fn enter(room: &Room) -> Vec<Part> {
    // The order matters: the last one forbids what the others need.
    let mut parts = vec![Part { name: "capabilities", holds: capabilities::drop_most(room), whole: true }];
    let (holds, whole) = files::restrict(room).map_or_else(|why| (Err(why), false), |(what, whole)| (Ok(what), whole));
    parts.push(Part { name: "Landlock", holds, whole });
    parts.push(Part { name: "seccomp", holds: calls::filter(), whole: true });
    parts
}
