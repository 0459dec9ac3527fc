//! `dockgate init`: a socket and a policy for each program that has Docker's own.

mod ask;
mod files;
mod found;

use super::Exit;
use super::say::{say, show};
use super::sources::{Bad, complain};
use super::table;
use crate::presets::{PRESETS, Preset, preset_named, tiers};
use crate::proxy::config;
use files::Layout;
use found::Container;
use std::io::{IsTerminal, stdin};
use std::path::PathBuf;

/// Propose a socket and a policy for each program that uses Docker, and write them
///
/// Looks at the containers that run for programs that a preset is for, and for
/// others that have Docker's own socket; asks which of them are to get one of
/// their own, and writes configuration, policies, and what Compose or systemd
/// needs. Nothing is changed but the folder that it writes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  dockgate init
  dockgate init --yes --folder /etc/dockgate --run-by systemd
  dockgate init --yes --tool traefik --tool dozzle --folder gate --run-by compose
  dockgate presets
Exit codes: 0 fine, 1 failure.")]
pub(super) struct Init {
    /// The program or preset that gets a socket; may be given several times [default: those that run]
    #[arg(long = "tool", value_name = "NAME", value_parser = preset)]
    tools: Vec<&'static Preset>,
    /// Where to write [default: dockgate]
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// What will run the gate: compose or systemd [default: compose]
    #[arg(long, value_name = "WHAT")]
    run_by: Option<Layout>,
    /// Where sockets go [default: /run/dockgate]
    #[arg(long, value_name = "FOLDER")]
    sockets: Option<PathBuf>,
    /// The real socket [default: $DOCKER_HOST if it is a Unix socket, else /var/run/docker.sock]
    #[arg(long, value_name = "ADDRESS", value_parser = config::upstream)]
    upstream: Option<PathBuf>,
    /// Ask nothing: take what runs, and the defaults
    #[arg(long, short)]
    yes: bool,
}

/// What is to be written.
#[derive(Debug)]
struct Plan {
    presets: Vec<&'static Preset>,
    folder: PathBuf,
    layout: Layout,
    sockets: PathBuf,
    upstream: PathBuf,
}

fn preset(name: &str) -> Result<&'static Preset, String> {
    preset_named(name).ok_or_else(|| "no preset is called so; `dockgate presets` lists them".to_owned())
}

impl Init {
    pub(super) fn run(self) -> Exit {
        match self.init() {
            Ok(()) => Exit::Fine,
            Err(Bad(exit)) => exit,
        }
    }

    fn init(self) -> Result<(), Bad> {
        let upstream = match &self.upstream {
            Some(path) => path.clone(),
            None => config::default_upstream().map_err(|message| failed(&message))?,
        };
        let containers = if self.tools.is_empty() { self.look(&upstream)? } else { Vec::new() };
        if !self.yes && !stdin().is_terminal() {
            return Err(failed(&"nobody can be asked here\n  help: give --yes, and --tool for each program"));
        }
        let found = proposed(&self.tools, &containers);
        let plan = if self.yes { self.plan(found, upstream)? } else { ask::plan(&self, &found, upstream)? };
        if plan.presets.is_empty() {
            return Err(failed(
                &"there is nothing to write a policy for\n  help: name programs by --tool, or learn a policy: dockgate learn",
            ));
        }
        let written = files::write(&plan).map_err(|error| failed(&error))?;
        show(table::aligned(&written));
        say!("\n{}", files::next(&plan));
        Ok(())
    }

    fn look(&self, upstream: &std::path::Path) -> Result<Vec<Container>, Bad> {
        let containers = found::running(upstream)
            .map_err(|error| failed(&format!("{error}\n  help: start Docker, or name programs by --tool")))?;
        show(table::aligned(&rows(&containers)));
        Ok(containers)
    }

    fn plan(&self, presets: Vec<&'static Preset>, upstream: PathBuf) -> Result<Plan, Bad> {
        Ok(Plan {
            presets,
            folder: self.folder.clone().unwrap_or_else(|| "dockgate".into()),
            layout: self.run_by.unwrap_or_default(),
            sockets: self.sockets.clone().unwrap_or_else(|| "/run/dockgate".into()),
            upstream,
        })
    }
}

/// Each preset once: what was asked for, or what runs.
fn proposed(tools: &[&'static Preset], containers: &[Container]) -> Vec<&'static Preset> {
    let running = containers.iter().filter_map(|container| container.preset);
    let mut all: Vec<&'static Preset> = Vec::new();
    for preset in tools.iter().copied().chain(running) {
        if !all.iter().any(|known| known.name == preset.name) {
            all.push(preset);
        }
    }
    all
}

fn rows(containers: &[Container]) -> Vec<Vec<String>> {
    let mut rows = vec![["CONTAINER", "IMAGE", "DOCKER'S SOCKET", "PRESET"].map(str::to_owned).to_vec()];
    for container in containers.iter().filter(|container| container.concerns()) {
        let preset = match (container.preset, container.has_socket) {
            (Some(preset), _) => named(preset),
            (None, _) => "none: dockgate learn writes one".to_owned(),
        };
        let socket = if container.has_socket { "mounted" } else { "no" };
        rows.push(vec![container.name.clone(), container.image.clone(), socket.to_owned(), preset]);
    }
    if rows.len() == 1 {
        rows.push(vec!["none that uses Docker".to_owned()]);
    }
    rows
}

/// The preset, and the wider ones for the same program.
fn named(preset: &Preset) -> String {
    let wider: Vec<&str> = tiers(preset).iter().skip(1).map(|tier| tier.short()).collect();
    match wider.is_empty() {
        true => preset.short().to_owned(),
        false => format!("{} (wider: {})", preset.short(), wider.join(", ")),
    }
}

fn failed(why: &dyn std::fmt::Display) -> Bad {
    complain(&why.to_string());
    Bad(Exit::Failure)
}

/// Show the policies that come with dockgate
///
/// Each is a whole policy with tests, to be taken as it is or changed.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  dockgate presets
  dockgate presets traefik > traefik.yaml
Exit codes: 0 fine, 1 a name is unknown.")]
pub(super) struct Presets {
    /// The preset to print; all are listed if none is named
    #[arg(value_parser = preset)]
    name: Option<&'static Preset>,
}

impl Presets {
    pub(super) fn run(self) -> Exit {
        match self.name {
            Some(preset) => show(preset.text),
            None => {
                let row = |preset: &Preset| vec![preset.short().to_owned(), preset.about()];
                show(table::aligned(&PRESETS.iter().map(row).collect::<Vec<_>>()));
            }
        }
        Exit::Fine
    }
}
