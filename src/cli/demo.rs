//! `dockgate demo`
use super::Exit;
/// Show
#[derive(Debug, clap::Args)]
pub(super) struct Demo {}
impl Demo {
    pub(super) fn run(self) -> Exit {
        Exit::Fine
    }
}
