//! The command line: verbs, one file each.

mod ask;
mod certs;
mod check;
mod completions;
mod confined;
mod demo;
mod diff;
mod dropin;
mod endpoint;
mod exit;
mod explain;
mod import;
mod init;
mod learn;
mod man;
mod operations;
mod paint;
mod plan;
mod reach;
mod records;
mod replay;
mod say;
mod schema;
mod serve;
mod served;
mod sources;
mod supervisor;
mod table;
mod test;
mod watch;

pub use exit::Exit;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// A filtering authorization proxy in front of the Docker socket.
///
/// It understands every request against Docker's own API, holds it against a
/// policy, forwards what is allowed and nothing else, and says what it stopped.
#[derive(Debug, Parser)]
#[command(name = "dockgate", version, max_term_width = 100, after_help = exit::HELP)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Serve(Box<serve::Serve>),
    Status(ask::ShowStatus),
    Health(ask::Health),
    Reload(ask::Reload),
    Check(check::Check),
    Test(test::Test),
    Explain(Box<explain::Explain>),
    Replay(replay::Replay),
    Init(init::Init),
    Presets(init::Presets),
    Learn(Box<learn::Learn>),
    Reach(reach::ShowReach),
    Diff(diff::Compare),
    Operations(operations::List),
    Import(Box<import::Import>),
    Schema(schema::Schema),
    Certs(certs::Certs),
    Demo(demo::Demo),
    Completions(completions::Completions),
    Man(man::Man),
}

/// Runs the command line; the exit codes are those of [`Exit`].
pub fn run() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return exit::usage(&error),
    };
    let exit = match arguments.verb {
        Verb::Serve(serve) => serve.run(),
        Verb::Status(status) => status.run(),
        Verb::Health(health) => health.run(),
        Verb::Reload(reload) => reload.run(),
        Verb::Check(check) => check.run(),
        Verb::Test(test) => test.run(),
        Verb::Explain(explain) => explain.run(),
        Verb::Replay(replay) => replay.run(),
        Verb::Init(init) => init.run(),
        Verb::Presets(presets) => presets.run(),
        Verb::Learn(learn) => learn.run(),
        Verb::Reach(reach) => reach.run(),
        Verb::Diff(diff) => diff.run(),
        Verb::Operations(list) => list.run(),
        Verb::Import(import) => import.run(),
        Verb::Schema(schema) => schema.run(),
        Verb::Certs(certs) => certs.run(),
        Verb::Demo(demo) => demo.run(),
        Verb::Completions(completions) => completions.run(),
        Verb::Man(man) => man.run(),
    };
    exit.into()
}
