//! `dockgate init`: a socket and a policy for each program that has Docker's own.

mod ask;
mod files;
mod found;

use super::Exit;
use super::say::{say, show};
use super::sources::{self, Bad, complain};
use super::table;
use crate::policy::{Policy, Source};
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
  dockgate init --yes --tool traefik --policy ci.yaml --folder gate
  dockgate presets
Exit codes: 0 fine, 1 failure.")]
pub(super) struct Init {
    /// The program or preset that gets a socket; may be given several times [default: those that run]
    #[arg(long = "tool", value_name = "NAME", value_parser = preset)]
    tools: Vec<&'static Preset>,
    /// A policy of your own, as `dockgate learn` writes one: it gets a socket by the name of its file
    #[arg(long = "policy", value_name = "FILE")]
    policies: Vec<PathBuf>,
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

/// A program, and the policy that it gets.
#[derive(Clone, Debug)]
struct Program {
    name: String,
    policy: String,
    about: String,
}

impl From<&Preset> for Program {
    fn from(preset: &Preset) -> Self {
        Self { name: preset.short().to_owned(), policy: preset.text.to_owned(), about: preset.about() }
    }
}

/// What is to be written.
#[derive(Debug)]
struct Plan {
    programs: Vec<Program>,
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
        let named = !self.tools.is_empty() || !self.policies.is_empty();
        let containers = if named { Vec::new() } else { self.look(&upstream)? };
        if !self.yes && !stdin().is_terminal() {
            return Err(failed(&"nobody can be asked here\n  help: give --yes, and --tool for each program"));
        }
        let found = proposed(&self.tools, &containers);
        let mut plan = if self.yes { self.plan(&found, upstream) } else { ask::plan(&self, &found, upstream)? };
        for file in &self.policies {
            plan.programs.push(own(file)?);
        }
        plan.programs.iter().try_for_each(|program| fits(program, plan.layout))?;
        if plan.programs.is_empty() {
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

    fn plan(&self, presets: &[&'static Preset], upstream: PathBuf) -> Plan {
        Plan {
            programs: presets.iter().map(|preset| Program::from(*preset)).collect(),
            folder: self.folder.clone().unwrap_or_else(|| "dockgate".into()),
            layout: self.run_by.unwrap_or_default(),
            sockets: self.sockets.clone().unwrap_or_else(|| "/run/dockgate".into()),
            upstream,
        }
    }
}

/// Whether the policy can hold where the gate will run; what is to be changed in it first is said.
fn fits(program: &Program, layout: Layout) -> Result<(), Bad> {
    let source = Source { name: program.name.as_str().into(), text: program.policy.clone() };
    let Ok(policy) = Policy::load(&[source]) else { return Ok(()) };
    let hands_on = program.policy.contains("docker_socket: own");
    if layout == Layout::Compose && (hands_on || policy.needs_containers()) {
        let why = "goes by what only the host knows: paths of sockets, and whose processes clients are";
        return Err(failed(&format!("`{}` {why}\n  help: run the gate on the host: --run-by systemd", program.name)));
    }
    let for_some = policy.roles().iter().any(|role| !role.is_for_anyone());
    if for_some {
        sources::warn(&format!(
            "policies/{}.yaml is for some clients alone: put your own into its `who`",
            program.name
        ));
    }
    Ok(())
}

/// A policy of somebody's own, which has to be one.
fn own(file: &std::path::Path) -> Result<Program, Bad> {
    let (_, mut sources) = sources::load(&[file.to_owned()])?;
    let policy = sources.pop().map(|source| source.text).unwrap_or_default();
    let name = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if name.is_empty() || !name.chars().all(plain) {
        return Err(failed(&format!(
            "`{}` names no socket\n  help: call the file by letters, digits and `-`",
            file.display()
        )));
    }
    let about = format!("A policy of your own, {}.", file.display());
    Ok(Program { name, policy, about })
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
