//! `dockgate completions`: what a shell needs to complete the rest.

use super::sources::complain;
use super::{Arguments, Exit};
use clap::CommandFactory;
use clap_complete::Shell;
use std::io::{self, Write};

/// Write completions for a shell
///
/// To standard output; where they belong is the shell's matter.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  dockgate completions bash >/etc/bash_completion.d/dockgate
  dockgate completions zsh >/usr/local/share/zsh/site-functions/_dockgate
  dockgate completions fish >~/.config/fish/completions/dockgate.fish
  dockgate completions powershell >>$PROFILE
Exit codes: 0 fine, 1 failure.")]
pub(super) struct Completions {
    /// Whose they are to be
    shell: Shell,
}

impl Completions {
    pub(super) fn run(self) -> Exit {
        match io::stdout().write_all(&self.script()) {
            Ok(()) => Exit::Fine,
            Err(error) => {
                complain(&format!("standard output cannot be written: {error}"));
                Exit::Failure
            }
        }
    }

    /// Into memory first: the generator panics where it cannot write.
    fn script(&self) -> Vec<u8> {
        let mut out = Vec::new();
        clap_complete::generate(self.shell, &mut Arguments::command(), "dockgate", &mut out);
        out
    }
}
