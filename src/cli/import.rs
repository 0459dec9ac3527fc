//! `dockgate import`: another proxy's settings as a policy.

use super::Exit;
use super::say::show;
use super::serve::pass_own_tests;
use super::sources::{self, Bad, complain};
use crate::import::{self, Imported, Rules, Service, Settings, Style, Variables};
use crate::policy::{Problem, Source};
use clap::Subcommand;
use std::path::{Path, PathBuf};

/// Make a policy out of another proxy's settings
///
/// What the policy cannot say is listed on standard error and in the policy's first lines, and nothing
/// of it is granted. Every policy comes with tests. docs/import.md says what is taken over how.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  dockgate import tecnativa CONTAINERS=1 POST=0 -o policy.yaml
  dockgate import tecnativa --compose compose.yaml --service socket-proxy
  dockgate import linuxserver --faithful --env-file proxy.env
  dockgate import wollomatic -- '-allowGET=/v1\\..{1,2}/(version|containers/.*|events.*)'
  dockgate import wollomatic --label 'socket-proxy.allow.get=/v1\\.4./containers/json'
  dockgate import cetusguard rules.list
  dockgate import sockguard sockguard.yaml
Exit codes: 0 fine (also where something could not be said), 1 failure, 3 settings that the original
would not take either.")]
pub(super) struct Import {
    #[command(subcommand)]
    original: Original,
}

#[derive(Debug, Subcommand)]
enum Original {
    /// Tecnativa's docker-socket-proxy, by its variables
    Tecnativa(Environment),
    /// linuxserver's docker-socket-proxy, by its variables
    Linuxserver(Environment),
    /// wollomatic's socket-proxy, by its flags, variables and labels
    Wollomatic(Wollomatic),
    /// cetusguard, by its files of rules
    Cetusguard(Cetusguard),
    /// CodesWhat's sockguard, by its configuration
    Sockguard(Sockguard),
}

#[derive(Debug, clap::Args)]
struct How {
    /// Allow all that the original allows, with bodies unread where it reads none
    #[arg(long, conflicts_with = "tighten")]
    faithful: bool,
    /// Allow the same operations with what their names say and no more, and reads of files, logs and images only
    /// where they are asked for by name; never more than the original [default]
    #[arg(long)]
    tighten: bool,
    /// Write the policy to this file
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// What a proxy is started with, by files.
#[derive(Debug, clap::Args)]
struct Started {
    /// Read variables from this file, a KEY=VALUE on each line
    #[arg(long, value_name = "FILE")]
    env_file: Vec<PathBuf>,
    /// Read variables and flags from a service of this Compose file
    #[arg(long, value_name = "FILE", requires = "service")]
    compose: Option<PathBuf>,
    /// The service of the Compose file that is the proxy
    #[arg(long, value_name = "NAME", requires = "compose")]
    service: Option<String>,
}

#[derive(Debug, clap::Args)]
struct Environment {
    #[command(flatten)]
    how: How,
    #[command(flatten)]
    started: Started,
    /// Variables; they count more than those of files
    #[arg(value_name = "KEY=VALUE")]
    variables: Vec<String>,
}

#[derive(Debug, clap::Args)]
struct Wollomatic {
    #[command(flatten)]
    how: How,
    #[command(flatten)]
    started: Started,
    /// A label of a container that uses the proxy: all of them make a role for that container
    #[arg(long, value_name = "KEY=VALUE")]
    label: Vec<String>,
    /// The proxy's own flags, behind `--`
    #[arg(value_name = "FLAG", last = true)]
    flags: Vec<String>,
}

#[derive(Debug, clap::Args)]
struct Cetusguard {
    #[command(flatten)]
    how: How,
    /// Leave out the rules that come with cetusguard
    #[arg(long)]
    no_builtin_rules: bool,
    /// Files of rules
    #[arg(value_name = "RULES_FILE", required = true)]
    rules: Vec<PathBuf>,
}

#[derive(Debug, clap::Args)]
struct Sockguard {
    #[command(flatten)]
    how: How,
    /// The configuration
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

impl Import {
    pub(super) fn run(self) -> Exit {
        match self.import() {
            Ok(()) => Exit::Fine,
            Err(Bad(exit)) => exit,
        }
    }

    fn import(self) -> Result<(), Bad> {
        let (imported, how) = match self.original {
            Original::Tecnativa(of) => (import::tecnativa(&of.all()?, of.how.style()).map_err(refused)?, of.how),
            Original::Linuxserver(of) => (import::linuxserver(&of.all()?, of.how.style()).map_err(refused)?, of.how),
            Original::Wollomatic(of) => (of.import()?, of.how),
            Original::Cetusguard(of) => (of.import()?, of.how),
            Original::Sockguard(of) => (of.import()?, of.how),
        };
        tell(&imported);
        let name = how.output.as_deref().map_or("policy.yaml".into(), Path::to_string_lossy);
        loaded(&name, &imported)?;
        write(how.output.as_deref(), &imported.policy)
    }
}

impl How {
    fn style(&self) -> Style {
        if self.faithful { Style::Faithful } else { Style::Tighten }
    }
}

impl Started {
    /// What a service has in a Compose file counts more than the files of variables, as in Compose.
    fn read(&self) -> Result<Service, Bad> {
        let mut service = Service::default();
        for source in texts(&self.env_file)? {
            Variables::from_lines(&source.text).and_then(|more| service.variables.extend(&more)).map_err(refused)?;
        }
        if let Some((file, name)) = self.compose.as_ref().zip(self.service.as_deref()) {
            let sources = texts(std::slice::from_ref(file))?;
            for source in &sources {
                let found = import::compose(source, name).map_err(|problems| problematic(&problems, &sources))?;
                service.variables.extend(&found.variables).map_err(refused)?;
                service.flags.extend(found.flags);
            }
        }
        Ok(service)
    }
}

impl Environment {
    fn all(&self) -> Result<Variables, Bad> {
        let mut all = self.started.read()?.variables;
        for written in &self.variables {
            let (name, value) = pair(written)?;
            all.set(&name, &value).map_err(refused)?;
        }
        Ok(all)
    }
}

impl Wollomatic {
    fn import(&self) -> Result<Imported, Bad> {
        let service = self.started.read()?;
        let flags = [service.flags.as_slice(), &self.flags].concat();
        let labels = self.label.iter().map(|label| pair(label)).collect::<Result<Vec<_>, Bad>>()?;
        let settings = Settings { flags: &flags, variables: &service.variables, labels: &labels };
        import::wollomatic(&settings, self.how.style()).map_err(refused)
    }
}

impl Cetusguard {
    fn import(&self) -> Result<Imported, Bad> {
        let files: Vec<(String, String)> =
            texts(&self.rules)?.into_iter().map(|source| (source.name.to_string(), source.text)).collect();
        let rules = Rules { files: &files, builtin: !self.no_builtin_rules };
        import::cetusguard(&rules, self.how.style()).map_err(refused)
    }
}

impl Sockguard {
    fn import(&self) -> Result<Imported, Bad> {
        let sources = texts(std::slice::from_ref(&self.file))?;
        let Some(source) = sources.first() else { return Err(Bad(Exit::Failure)) };
        import::sockguard(source, self.how.style()).map_err(|problems| problematic(&problems, &sources))
    }
}

fn texts(files: &[PathBuf]) -> Result<Vec<Source>, Bad> {
    sources::read(files).map_err(refused)
}

fn pair(written: &str) -> Result<(String, String), Bad> {
    let split = written.split_once('=').map(|(key, value)| (key.to_owned(), value.to_owned()));
    split.ok_or_else(|| refused("write KEY=VALUE".to_owned()))
}

fn problematic(problems: &[Problem], sources: &[Source]) -> Bad {
    sources::print_problems(problems, sources);
    Bad(Exit::BadPolicy)
}

fn refused(why: String) -> Bad {
    complain(&why);
    Bad(Exit::BadPolicy)
}

/// What is wide, and what could not be said.
fn tell(imported: &Imported) {
    imported.wide.iter().for_each(|wide| sources::warn(&format!("its clients may {wide}")));
    imported.unsaid.iter().for_each(|it| sources::warn(&format!("not said: {}: {}", it.what, it.why)));
}

/// Reads the policy as the gate would; one that does not hold is not given to anybody.
///
/// # Errors
/// It cannot be read, or fails its own tests; why was printed.
fn loaded(name: &str, imported: &Imported) -> Result<(), Bad> {
    let source = Source { name: name.into(), text: imported.policy.clone() };
    let (policy, _) = sources::load_texts(vec![source]).map_err(|_| Bad(Exit::Failure))?;
    pass_own_tests(&policy)
}

fn write(output: Option<&Path>, policy: &str) -> Result<(), Bad> {
    let Some(path) = output else {
        show(policy);
        return Ok(());
    };
    std::fs::write(path, policy).map_err(|error| {
        complain(&format!("cannot write `{}`: {error}", path.display()));
        Bad(Exit::Failure)
    })
}
