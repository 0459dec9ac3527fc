//! `dockgate schema`: what editors complete and check with.

use super::Exit;
use super::say::show;
use crate::reference::schema;

/// Print a JSON Schema, with which editors complete and check
///
/// It knows every word and where it can stand, with a line about each. `dockgate
/// check` reads on, and finds more.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  dockgate schema policy > dockgate-policy.json
  dockgate schema configuration > dockgate-configuration.json
A first line in a policy that points an editor to it:
  # yaml-language-server: $schema=dockgate-policy.json
Exit codes: 0 fine, 1 failure.")]
pub(super) struct Schema {
    /// Of what
    of: Of,
}

/// What there is a schema of.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Of {
    /// Who may do what
    Policy,
    /// Where to listen, and which policy holds there
    Configuration,
}

impl Schema {
    pub(super) fn run(&self) -> Exit {
        let schema = match self.of {
            Of::Policy => schema::policy(),
            Of::Configuration => schema::configuration(),
        };
        // a `Value` can always be written
        show(serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n");
        Exit::Fine
    }
}
