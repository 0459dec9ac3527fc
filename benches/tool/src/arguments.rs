//! The command line: two verbs and four options.

use std::{path::PathBuf, str::FromStr};

use crate::load::{Plan, Workload};

pub const USAGE: &str = "\
usage: bench-tool upstream SOCK
       bench-tool load SOCK --path PATH [--connections N] [--requests N] [--bytes N]
PATH: ping, list, stop, stop-by-id, create, large-create, one-connection-per-request, download, upload";

pub enum Command {
    Upstream(PathBuf),
    Load(Plan),
}

impl Command {
    /// Reads the arguments that follow the program's name.
    pub fn parse(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let verb = words.next().ok_or("no command is given")?;
        let socket = PathBuf::from(words.next().ok_or("no socket is given")?);
        match verb.as_str() {
            "upstream" => Ok(Self::Upstream(socket)),
            "load" => plan(socket, words).map(Self::Load),
            other => Err(format!("unknown command `{other}`")),
        }
    }
}

fn plan(socket: PathBuf, mut words: impl Iterator<Item = String>) -> Result<Plan, String> {
    let mut plan = Plan { socket, connections: 1, requests: 1, workload: Workload::Ping, bytes: 0 };
    while let Some(option) = words.next() {
        let value = words.next().ok_or(format!("`{option}` needs a value"))?;
        match option.as_str() {
            "--connections" => plan.connections = number(&value)?,
            "--requests" => plan.requests = number(&value)?,
            "--bytes" => plan.bytes = number(&value)?,
            "--path" => plan.workload = workload(&value)?,
            other => return Err(format!("unknown option `{other}`")),
        }
    }
    Ok(plan)
}

fn number(text: &str) -> Result<usize, String> {
    usize::from_str(text).ok().filter(|number| *number > 0).ok_or(format!("`{text}` is not a positive number"))
}

fn workload(text: &str) -> Result<Workload, String> {
    Ok(match text {
        "ping" => Workload::Ping,
        "list" => Workload::List,
        "create" => Workload::Create,
        "large-create" => Workload::LargeCreate,
        "stop" => Workload::Stop,
        "stop-by-id" => Workload::StopById,
        "one-connection-per-request" => Workload::FreshConnection,
        "download" => Workload::Download,
        "upload" => Workload::Upload,
        other => return Err(format!("unknown path `{other}`")),
    })
}
