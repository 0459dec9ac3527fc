//! `dockgate test`: a policy's own tests.

use super::say::{say, show};
use super::sources::{self, outcome, plural};
use super::{Exit, table};
use std::path::PathBuf;

/// Run the tests that stand in a policy
///
/// The same engine decides as in the gate; no Docker is asked.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  dockgate test policies/reads.yaml
  dockgate test policies/*.yaml
Exit codes: 0 all passed, 1 failure, 3 bad policy, 4 a test failed.")]
pub(super) struct Test {
    /// Policies; each file is one, unless --together is given
    #[arg(required = true)]
    policy: Vec<PathBuf>,
    /// The files are parts of one policy
    #[arg(long)]
    together: bool,
}

impl Test {
    pub(super) fn run(self) -> Exit {
        let sets: Vec<Vec<PathBuf>> =
            if self.together { vec![self.policy] } else { self.policy.into_iter().map(|path| vec![path]).collect() };
        let mut count = Count::default();
        for files in &sets {
            count.run(files);
        }
        say!("{} passed, {} failed", count.passed, count.failed);
        count.exit()
    }
}

#[derive(Default)]
struct Count {
    passed: usize,
    failed: usize,
    bad: usize,
}

impl Count {
    fn run(&mut self, files: &[PathBuf]) {
        let Ok((policy, _)) = sources::load(files) else {
            self.bad += 1;
            return;
        };
        let mut rows = Vec::new();
        for case in policy.cases() {
            let result = case.run(&policy);
            let word = if result.passed() { "ok" } else { "FAILED" };
            self.passed += usize::from(result.passed());
            self.failed += usize::from(!result.passed());
            rows.push(vec![word.to_owned(), result.it.to_string(), outcome(&result)]);
        }
        for file in files {
            say!("{}: {} test{}", file.display(), rows.len(), plural(rows.len()));
        }
        show(table::aligned(&rows));
    }

    fn exit(&self) -> Exit {
        match (self.bad, self.failed) {
            (0, 0) => Exit::Fine,
            (0, _) => Exit::FailingTest,
            _ => Exit::BadPolicy,
        }
    }
}
