//! `dockgate import`: another proxy's settings as a policy.

use super::Exit;
use super::say::show;
use super::serve::pass_own_tests;
use super::sources::{self, Bad, complain};
use crate::import::{self, Imported, Rules, Settings, Style, Variables};
use crate::policy::Source;
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

#[derive(Debug, clap::Args)]
struct Environment {
    #[command(flatten)]
    how: How,
    /// Read variables from this file, a KEY=VALUE on each line
    #[arg(long, value_name = "FILE")]
    env_file: Vec<PathBuf>,
    /// Variables; they count more than those of files
    #[arg(value_name = "KEY=VALUE")]
    variables: Vec<String>,
}

#[derive(Debug, clap::Args)]
struct Wollomatic {
    #[command(flatten)]
    how: How,
    /// Read variables from this file, a KEY=VALUE on each line
    #[arg(long, value_name = "FILE")]
    env_file: Vec<PathBuf>,
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

impl Environment {
    fn all(&self) -> Result<Variables, Bad> {
        let mut all = variables(&self.env_file)?;
        for written in &self.variables {
            let (name, value) = pair(written)?;
            all.set(&name, &value).map_err(refused)?;
        }
        Ok(all)
    }
}

impl Wollomatic {
    fn import(&self) -> Result<Imported, Bad> {
        let variables = variables(&self.env_file)?;
        let labels = self.label.iter().map(|label| pair(label)).collect::<Result<Vec<_>, Bad>>()?;
        let settings = Settings { flags: &self.flags, variables: &variables, labels: &labels };
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
        import::sockguard(source, self.how.style()).map_err(|problems| {
            sources::print_problems(&problems, &sources);
            Bad(Exit::BadPolicy)
        })
    }
}

fn variables(files: &[PathBuf]) -> Result<Variables, Bad> {
    let mut all = Variables::default();
    for source in texts(files)? {
        Variables::from_lines(&source.text).and_then(|more| all.extend(&more)).map_err(refused)?;
    }
    Ok(all)
}

fn texts(files: &[PathBuf]) -> Result<Vec<Source>, Bad> {
    sources::read(files).map_err(refused)
}

fn pair(written: &str) -> Result<(String, String), Bad> {
    let split = written.split_once('=').map(|(key, value)| (key.to_owned(), value.to_owned()));
    split.ok_or_else(|| refused("write KEY=VALUE".to_owned()))
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
