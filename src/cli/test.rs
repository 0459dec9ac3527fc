//! `dockgate test`: a policy's own tests.

mod cover;
mod json;
mod junit;
mod suite;

use super::Exit;
use super::say::{say, show};
use super::sources::complain;
use std::fs;
use std::path::{Path, PathBuf};
use suite::{Count, Suite};

/// Run the tests that stand in a policy
///
/// The same engine decides as in the gate; no Docker is asked.
///
/// With --coverage each entry under `may` and `never` is taken out in turn, and
/// the tests run again. An entry that no test misses is named: nothing tests it,
/// or another entry does the same.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  dockgate test policies/reads.yaml
  dockgate test policies/*.yaml
  dockgate test --coverage --fail-under 100 policies/*.yaml
  dockgate test --junit report.xml policies/*.yaml
  dockgate test --json policies/reads.yaml | jq '.policies[].tests[] | select(.passed | not)'
Exit codes: 0 all passed, 1 failure, 3 bad policy, 4 a test failed, or too few entries are
tested for --fail-under.")]
pub(super) struct Test {
    /// Policies; each file is one, unless --together is given
    #[arg(required = true)]
    policy: Vec<PathBuf>,
    /// The files are parts of one policy
    #[arg(long)]
    together: bool,
    /// Name the entries that no test needs
    #[arg(long)]
    coverage: bool,
    /// Fail if the tests of a policy need less than this of its entries; implies --coverage
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    fail_under: Option<u8>,
    /// Write the results to this file as JUnit XML, too
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// As JSON
    #[arg(long)]
    json: bool,
}

impl Test {
    pub(super) fn run(self) -> Exit {
        let sets: Vec<Vec<PathBuf>> = match self.together {
            true => vec![self.policy.clone()],
            false => self.policy.iter().map(|path| vec![path.clone()]).collect(),
        };
        let suites: Vec<Suite> = sets.into_iter().map(|files| self.suite(files)).collect();
        let count = Count::of(&suites);
        match self.json {
            true => show(json::text(&suites)),
            false => say!("{} passed, {} failed", count.passed, count.failed),
        }
        if let Err(message) = self.junit.as_deref().map_or(Ok(()), |file| write(file, &junit::text(&suites))) {
            complain(&message);
            return Exit::Failure;
        }
        self.exit(&suites, &count)
    }

    /// Runs one policy's tests; what there is to see is shown before the next begins.
    fn suite(&self, files: Vec<PathBuf>) -> Suite {
        let suite = Suite::run(files, self.coverage || self.fail_under.is_some());
        if let Err(unusable) = &suite.ran {
            unusable.print();
        }
        if !self.json {
            show(suite.text());
        }
        suite
    }

    fn exit(&self, suites: &[Suite], count: &Count) -> Exit {
        let least = self.fail_under.unwrap_or(0);
        let short: Vec<String> = suites.iter().filter_map(|suite| suite.short_of(least)).collect();
        short.iter().for_each(|message| complain(message));
        match (count.bad, count.failed + short.len()) {
            (0, 0) => Exit::Fine,
            (0, _) => Exit::FailingTest,
            _ => Exit::BadPolicy,
        }
    }
}

fn write(file: &Path, text: &str) -> Result<(), String> {
    fs::write(file, text).map_err(|error| format!("cannot write `{}`: {error}", file.display()))
}
