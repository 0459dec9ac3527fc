//! Colours on a terminal. They repeat what the words say.

use std::io::{self, IsTerminal};

/// Paints, or leaves words as they are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Paint {
    on: bool,
}

impl Paint {
    /// For standard output: colours on a terminal, unless `NO_COLOR` is set.
    pub(super) fn of_output() -> Self {
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Self { on: wanted && io::stdout().is_terminal() }
    }

    /// Yes.
    pub(super) fn good(self, text: &str) -> String {
        self.with("1;32", text)
    }

    /// No.
    pub(super) fn bad(self, text: &str) -> String {
        self.with("1;31", text)
    }

    /// Perhaps.
    pub(super) fn odd(self, text: &str) -> String {
        self.with("1;33", text)
    }

    /// What leads the eye.
    pub(super) fn head(self, text: &str) -> String {
        self.with("1", text)
    }

    fn with(self, code: &str, text: &str) -> String {
        if self.on { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::Paint;

    #[test]
    fn words_stay_as_they_are_without_a_terminal() {
        assert_eq!(Paint { on: false }.bad("denied"), "denied");
        assert_eq!(Paint { on: true }.good("allowed"), "\u{1b}[1;32mallowed\u{1b}[0m");
    }
}
