//! What the process says when it ends.

use std::process::ExitCode;

/// The exit codes, as documented in `--help`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0: fine.
    Fine,
    /// 1: something failed.
    Failure,
    /// 2: what was asked about is denied, or comes out otherwise than it did.
    Denied,
    /// 3: the policy or the configuration is bad.
    BadPolicy,
    /// 4: a policy test failed.
    FailingTest,
}

/// The last lines of `--help`.
pub(super) const HELP: &str = "Exit codes: 0 fine, 1 failure, 2 denied or changed, 3 bad policy or configuration,
4 failing policy test.";

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Fine => 0,
            Exit::Failure => 1,
            Exit::Denied => 2,
            Exit::BadPolicy => 3,
            Exit::FailingTest => 4,
        })
    }
}

/// Help and version are fine; anything else on the command line is a failure.
pub(super) fn usage(error: &clap::Error) -> ExitCode {
    // A closed terminal is no reason to fail.
    let _ = error.print();
    if error.use_stderr() { Exit::Failure.into() } else { Exit::Fine.into() }
}
