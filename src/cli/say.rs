//! Words on standard output. Whoever stops reading them, as `head` does, is no reason to fail.

use std::fmt;
use std::io::{self, Write};

/// Prints this as it is.
pub(super) fn show(text: impl fmt::Display) {
    let _ = write!(io::stdout().lock(), "{text}");
}

/// Prints a line.
macro_rules! say {
    ($($words:tt)*) => { $crate::cli::say::show(format_args!("{}\n", format_args!($($words)*))) };
}
pub(super) use say;
