//! `dockgate man`: a page for each verb, out of the same source as `--help`.

mod page;
mod sections;

use super::sources::complain;
use super::{Arguments, Exit};
use clap::{Command, CommandFactory};
use std::path::{Path, PathBuf};
use std::{fs, io};

/// Write the manual: one page for dockgate and one for each verb
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  dockgate man --dir /usr/local/share/man/man1
  dockgate man --dir . && man ./dockgate.1
Exit codes: 0 fine, 1 failure.")]
pub(super) struct Man {
    /// The folder for dockgate.1, dockgate-serve.1 and so on; it is made if it is missing
    #[arg(long, value_name = "FOLDER")]
    dir: PathBuf,
}

impl Man {
    pub(super) fn run(self) -> Exit {
        match self.write() {
            Ok(count) => {
                println!("{count} pages in {}", self.dir.display());
                Exit::Fine
            }
            Err(error) => {
                complain(&format!("pages cannot be written to `{}`: {error}", self.dir.display()));
                Exit::Failure
            }
        }
    }

    fn write(&self) -> io::Result<usize> {
        fs::create_dir_all(&self.dir)?;
        let mut whole = Arguments::command().disable_help_subcommand(true);
        whole.build();
        write_below(&whole, None, &self.dir)
    }
}

/// Writes the page of a verb and those of the verbs within it; says how many.
fn write_below(verb: &Command, parent: Option<&str>, dir: &Path) -> io::Result<usize> {
    let name = page::name(verb);
    fs::write(dir.join(format!("{name}.1")), page::render(verb, parent)?)?;
    let inner = verb.get_subcommands().map(|inner| write_below(inner, Some(name), dir));
    inner.sum::<io::Result<usize>>().map(|count| count + 1)
}
