//! `bench-tool`: what stands on either side of a proxy while it is measured.

mod answers;
mod arguments;
mod load;
mod upstream;
mod wire;

use std::{
    io::{self, Write},
    process::ExitCode,
};

use arguments::Command;

fn main() -> ExitCode {
    match Command::parse(std::env::args().skip(1)) {
        Ok(command) => finish(run(command)),
        Err(problem) => {
            eprintln!("bench-tool: {problem}\n{}", arguments::USAGE);
            ExitCode::from(2)
        }
    }
}

fn finish(outcome: io::Result<()>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench-tool: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    match command {
        Command::Upstream(socket) => runtime.block_on(upstream::serve(&socket)),
        Command::Load(plan) => writeln!(io::stdout(), "{}", runtime.block_on(load::run(plan))),
    }
}
