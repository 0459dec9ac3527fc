//! Other proxies' settings to a policy, and what could not be said in it. Pure: no IO, no clock.
//!
//! Each original is read by a file of its own into a [`Gate`], which decides about a method and a path
//! as the original does. `covers` asks it about every operation of the catalogue, `grants` turns the
//! answers into entries of `may`, and `write` makes a commented policy of them, with tests whose
//! verdicts are the original's.

mod bodies;
mod cetusguard;
mod cetusguard_words;
mod compose;
mod covers;
mod expression;
mod gate;
mod grants;
mod linuxserver;
mod names;
mod prefixes;
mod samples;
mod sockguard;
mod sockguard_body;
mod tecnativa;
mod text;
mod variables;
mod wollomatic;
mod wollomatic_settings;
mod write;

pub use cetusguard::{Rules, cetusguard};
pub use compose::{Service, compose};
pub use linuxserver::linuxserver;
pub use sockguard::sockguard;
pub use tecnativa::tecnativa;
pub use variables::{DropIn, Variables, is_variable, variant};
pub use wollomatic::{Settings, wollomatic};

/// The most lines, variables or flags that are read of one original.
pub const MAX_SETTINGS: usize = 4096;

/// How an original is taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// All that the original allows, bodies unread where it reads none.
    Faithful,
    /// The same operations with what their names say and no more; reads of files, logs and whole
    /// images only where the original was asked for them by name. Never more than the original.
    Tighten,
}

/// A policy out of an original's settings.
#[derive(Clone, Debug)]
pub struct Imported {
    /// The policy, with its comments and tests.
    pub policy: String,
    /// What is allowed and dangerous, in sentences.
    pub wide: Vec<String>,
    /// What could not be said in the policy, or stands elsewhere.
    pub unsaid: Vec<Unsaid>,
}

/// Something of the original that the policy does not say.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unsaid {
    /// What it is, as the original has it.
    pub what: String,
    /// Why, and what holds instead.
    pub why: String,
}

impl Unsaid {
    fn new(what: impl Into<String>, why: impl Into<String>) -> Self {
        Self { what: text::plain(&what.into()), why: why.into() }
    }
}
