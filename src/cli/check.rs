//! `dockgate check`: every problem and every warning, before anything is served.

use super::say::say;
use super::serve::pass_own_tests;
use super::sources::{self, Bad, plural};
use super::{Exit, plan};
use std::path::PathBuf;

/// Look for problems in policies and configuration
///
/// Every problem is reported at once, with its line. Warnings name what works
/// but may not be meant: roles that are root on the host, roles that overlap,
/// sockets that everyone can open. The tests that stand in a policy run, too.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  dockgate check policies/*.yaml
  dockgate check --config /etc/dockgate/dockgate.yaml
Exit codes: 0 fine (also with warnings), 1 failure, 3 bad policy or configuration,
4 failing policy test.")]
pub(super) struct Check {
    /// Policies; each file is one, unless --together is given
    #[arg(required_unless_present = "config", conflicts_with = "config")]
    policy: Vec<PathBuf>,
    /// The files are parts of one policy
    #[arg(long)]
    together: bool,
    /// A configuration with the policies that it names
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl Check {
    pub(super) fn run(self) -> Exit {
        if let Some(config) = &self.config {
            return plan::check(config);
        }
        let all = if self.together {
            one(&self.policy)
        } else {
            self.policy.iter().map(|file| one(std::slice::from_ref(file))).fold(Ok(()), worse)
        };
        all.map_or_else(|Bad(exit)| exit, |()| Exit::Fine)
    }
}

/// A policy that cannot be read is worse than one that fails its tests.
fn worse(first: Result<(), Bad>, second: Result<(), Bad>) -> Result<(), Bad> {
    match (first, second) {
        (Err(Bad(Exit::FailingTest)), Err(other)) => Err(other),
        (first, second) => first.and(second),
    }
}

/// Looks at one policy.
fn one(files: &[PathBuf]) -> Result<(), Bad> {
    let (policy, sources) = sources::load(files)?;
    let warnings = policy.warnings();
    sources::print_warnings(&warnings, &sources);
    pass_own_tests(&policy)?;
    for role in policy.roles() {
        say!("role {}: {}", role.name(), role.reach_in_words());
    }
    let names: Vec<_> = files.iter().map(|file| file.display().to_string()).collect();
    let (roles, tests, found) = (policy.roles().len(), policy.cases().len(), warnings.len());
    say!(
        "{}: fine: {roles} role{}, {tests} test{}, {found} warning{}",
        names.join(" + "),
        plural(roles),
        plural(tests),
        plural(found)
    );
    Ok(())
}
