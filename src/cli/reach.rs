//! `dockgate reach`: what a role can get at in the worst case.

use super::say::show;
use super::sources::{self, Bad, complain};
use super::{Exit, table};
use crate::catalogue::chains::{CHAINS, Given, OUTCOMES, Outcome};
use crate::policy::{Policy, Reach, Role, Way};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Show what a role can get at in the worst case, and by which calls
///
/// Root on the host, any file of the host, what is another's, data out through the daemon, a life
/// after a reboot, an exhausted host: for each either no chain of operations that is known, or the
/// shortest that the policy lets through, with the lines that allow it.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
OUTCOME is one of
  host-root       become root on the host
  read-files      read any file of the host
  escape-tenant   get at what is another's
  send-out        send data out through the daemon
  survive-reboot  survive a reboot
  exhaust-host    exhaust the host
Examples:
  dockgate reach policy.yaml
  dockgate reach policy.yaml ci
  dockgate reach policies/*.yaml --fail-on host-root,read-files --alone
Exit codes: 0 fine, 1 failure, 2 a chain to an outcome of --fail-on, 3 bad policy.")]
pub(super) struct ShowReach {
    /// Policies, each file is one unless --together is given; at the end perhaps the name of a role
    #[arg(required = true)]
    policy: Vec<PathBuf>,
    /// The files are parts of one policy
    #[arg(long)]
    together: bool,
    /// Nothing of others is on this Docker: leave out chains through what somebody else has made
    #[arg(long)]
    alone: bool,
    /// Exit with 2 where a role has a chain to one of these
    #[arg(long, value_name = "OUTCOME", value_delimiter = ',', value_parser = outcome)]
    fail_on: Vec<Outcome>,
    /// As JSON
    #[arg(long)]
    json: bool,
}

fn outcome(word: &str) -> Result<Outcome, String> {
    let all = || OUTCOMES.map(Outcome::word).join(", ");
    Outcome::named(word).ok_or_else(|| format!("an outcome is one of {}", all()))
}

impl ShowReach {
    pub(super) fn run(mut self) -> Exit {
        let role = self.take_role();
        let found = match self.read(role.as_deref()) {
            Ok(found) => found,
            Err(Bad(exit)) => return exit,
        };
        if let (Some(name), []) = (&role, found.as_slice()) {
            complain(&format!("no role is called `{}`", crate::record::visible(name)));
            return Exit::Failure;
        }
        show(if self.json { json(&found) } else { plain(&found) });
        let bad = |reach: &Reach| self.fail_on.contains(&reach.outcome) && !reach.chains.is_empty();
        if found.iter().flat_map(|role| &role.reach).any(bad) { Exit::Denied } else { Exit::Fine }
    }

    /// The last word, where it is the name of a role and not that of a file.
    fn take_role(&mut self) -> Option<String> {
        let is_role = |path: &Path| path.extension().is_none() && path.components().count() == 1 && !path.exists();
        let last = self.policy.pop_if(|path| is_role(path));
        match (last, self.policy.is_empty()) {
            (Some(last), true) => {
                self.policy.push(last);
                None
            }
            (last, _) => last.map(|path| path.to_string_lossy().into_owned()),
        }
    }

    fn read(&self, name: Option<&str>) -> Result<Vec<Found>, Bad> {
        let sets: Vec<&[PathBuf]> = match self.together {
            true => vec![&self.policy],
            false => self.policy.iter().map(std::slice::from_ref).collect(),
        };
        let mut found = Vec::new();
        for files in sets {
            let (policy, _) = sources::load(files)?;
            let shown = files.iter().map(|file| file.display().to_string()).collect::<Vec<_>>().join(" + ");
            found.extend(self.of(&policy, &shown, name));
        }
        Ok(found)
    }

    fn of(&self, policy: &Policy, shown: &str, name: Option<&str>) -> Vec<Found> {
        let named = |role: &&Role| name.is_none_or(|name| role.name().as_str() == name);
        let found = |role: &Role| Found {
            policy: shown.to_owned(),
            role: role.name().to_string(),
            reach: role.reach().into_iter().map(|reach| self.kept(reach)).collect(),
        };
        policy.roles().iter().filter(named).map(found).collect()
    }

    fn kept(&self, mut reach: Reach) -> Reach {
        reach.chains.retain(|way| !self.alone || !matches!(way.given, Given::Object(_)));
        reach
    }
}

/// What a role of a policy can get at.
struct Found {
    policy: String,
    role: String,
    reach: Vec<Reach>,
}

fn plain(found: &[Found]) -> String {
    let mut out = String::new();
    for role in found {
        let rows: Vec<Vec<String>> = role.reach.iter().flat_map(rows).collect();
        out.push_str(&format!("{}: role {}\n", role.policy, role.role));
        out.extend(table::aligned(&rows).lines().map(|line| format!("  {line}\n")));
        out.push('\n');
    }
    let count = CHAINS.iter().map(|chains| chains.len()).sum::<usize>();
    out + &format!(
        "No known chain: none of the {count} that dockgate knows, each of which its tests show to be stopped.\n\
         It takes for granted that Docker and the kernel do what they say, and that what one step makes\n\
         can be called as the next one needs it.\n"
    )
}

fn rows(reach: &Reach) -> Vec<Vec<String>> {
    let mut lines = reach.shortest().map_or_else(|| vec!["no known chain".to_owned()], |way| lines(reach, way));
    let unbound = reach.unbound();
    if !unbound.is_empty() {
        lines.push(format!("no bound on {}", unbound.join(", ")));
    }
    let first = |index| if index == 0 { reach.outcome.word().to_owned() } else { String::new() };
    lines.into_iter().enumerate().map(|(index, line)| vec![first(index), line]).collect()
}

/// The chain, why it gets there, and what allows it.
fn lines(reach: &Reach, way: &Way) -> Vec<String> {
    if way.chain.outcome != reach.outcome {
        return vec![format!("whoever is root on the host can {}", reach.outcome.deed())];
    }
    let mut lines = vec![way.steps_in_words().join(" → ")];
    lines.push(way.chain.why.to_owned());
    lines.extend(given(way).map(|given| format!("if {given}")));
    let mut places: Vec<String> = way.steps.iter().map(|step| step.by.to_string()).collect();
    places.dedup();
    lines.extend(places.into_iter().map(|place| format!("by {place}")));
    lines
}

fn given(way: &Way) -> Option<&'static str> {
    match way.given {
        Given::Nothing => None,
        Given::Object(what) | Given::Host(what) => Some(what),
    }
}

#[derive(Serialize)]
struct RoleRow {
    policy: String,
    role: String,
    reach: Vec<ReachRow>,
}

#[derive(Serialize)]
struct ReachRow {
    outcome: &'static str,
    /// Nothing where no chain is known.
    chain: Option<ChainRow>,
    /// What has no bound, where the host can be exhausted.
    unbound: Vec<&'static str>,
}

#[derive(Serialize)]
struct ChainRow {
    steps: Vec<StepRow>,
    value: Option<String>,
    /// What has to be so already.
    given: Option<&'static str>,
    why: &'static str,
    /// The outcome that this one follows from.
    through: Option<&'static str>,
}

#[derive(Serialize)]
struct StepRow {
    operation: &'static str,
    uses: Vec<&'static str>,
    by: String,
}

fn json(found: &[Found]) -> String {
    let reach = |reach: &Reach| ReachRow {
        outcome: reach.outcome.word(),
        chain: reach.shortest().map(|way| chain_row(reach, way)),
        unbound: reach.unbound(),
    };
    let row = |found: &Found| RoleRow {
        policy: found.policy.clone(),
        role: found.role.clone(),
        reach: found.reach.iter().map(reach).collect(),
    };
    serde_json::to_string_pretty(&found.iter().map(row).collect::<Vec<_>>()).unwrap_or_default() + "\n"
}

fn chain_row(reach: &Reach, way: &Way) -> ChainRow {
    let through = (way.chain.outcome != reach.outcome).then(|| way.chain.outcome.word());
    let step = |step: &crate::policy::Taken| StepRow {
        operation: step.op.name(),
        uses: step.uses.clone(),
        by: step.by.to_string(),
    };
    let steps = way.steps.iter().map(step).collect();
    ChainRow { steps, value: way.value.clone(), given: given(way), why: way.chain.why, through }
}
