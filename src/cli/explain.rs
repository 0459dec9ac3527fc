//! `dockgate explain`: a decision, told step by step.

mod client;
mod http_file;
mod json;
mod page;
mod record;
mod request;

use super::Exit;
use super::paint::Paint;
use super::say::{say, show};
use super::sources::{self, Bad, complain};
use crate::learn::{Change, change};
use crate::policy::{Explanation, Policy, Source, Told, Verdict};
use page::Page;
use request::{Asked, Beside, data};
use std::fs::File;
use std::path::PathBuf;

/// Tell step by step how a policy comes to its decision about a request
///
/// The request is given in the words of curl, as a command line of docker behind
/// `--`, as the id of a record in the audit, or in a `.http` file. No Docker is
/// asked: what it would say of what the request names is told by --about and
/// --facts. A command line of docker is really run, but against a socket that
/// writes down what is asked and answers as Docker was recorded.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  dockgate explain --policy ci.yaml POST /v1.47/containers/create -d '{\"Image\": \"alpine\"}'
  dockgate explain --policy ci.yaml --as 'uid: 1001' -- docker run -v /:/host alpine
  dockgate explain --policy ci.yaml --about '{ name: web }' POST /containers/web/kill?signal=KILL
  dockgate explain --policy ci.yaml --http requests.http --all
  dockgate explain --policy ci.yaml --audit /var/log/dockgate/audit.jsonl 1k0v3zzec49
Exit codes: 0 allowed, 1 failure, 2 denied or refused, 3 bad policy.")]
pub(super) struct Explain {
    /// The policy; several files are parts of one
    #[arg(long, value_name = "FILE", required_unless_present = "audit")]
    policy: Vec<PathBuf>,
    /// `METHOD /PATH`, a URL as for curl (its host does not matter), or the id of a record
    #[arg(value_name = "REQUEST", num_args = 0..=3)]
    words: Vec<String>,
    /// The method
    #[arg(short = 'X', long = "request", value_name = "METHOD")]
    method: Option<String>,
    /// A header, as `Name: value`
    #[arg(short = 'H', long = "header", value_name = "HEADER")]
    headers: Vec<String>,
    /// The body, which is JSON; `@FILE` reads it, `@-` from standard input
    #[arg(short, long, value_name = "BODY")]
    data: Option<String>,
    /// Taken so that curl's command lines can be pasted; no socket is opened
    #[arg(long, value_name = "PATH")]
    unix_socket: Option<PathBuf>,
    /// Who sends it, as in a policy's tests: 'uid: 1001' [default: whom a policy with one role is for]
    #[arg(long = "as", value_name = "YAML")]
    who: Option<String>,
    /// What Docker says of the object in the path, as in a policy's tests: '{ name: web }', 'absent'
    #[arg(long, value_name = "YAML")]
    about: Option<String>,
    /// What Docker says of other objects: 'networks: { back: { label: [team=a] } }'
    #[arg(long, value_name = "YAML")]
    facts: Option<String>,
    /// A file of requests, each behind a line that begins with `###`
    #[arg(long, value_name = "FILE", conflicts_with_all = ["words", "data", "headers", "audit", "command"])]
    http: Option<PathBuf>,
    /// The audit that holds the record
    #[arg(long, value_name = "FILE", conflicts_with = "command")]
    audit: Option<PathBuf>,
    /// Of several requests, tell of all in full and not of the first that is denied
    #[arg(long)]
    all: bool,
    /// For programs
    #[arg(long)]
    json: bool,
    /// A command line of docker, or of another client that goes by DOCKER_HOST
    #[arg(last = true, value_name = "COMMAND", conflicts_with_all = ["words", "data", "headers"])]
    command: Vec<String>,
}

/// Requests, each with what it is called, if it is.
type Titled = Vec<(String, Told)>;

impl Explain {
    pub(super) fn run(self) -> Exit {
        self.explained().unwrap_or_else(|Bad(exit)| exit)
    }

    fn explained(&self) -> Result<Exit, Bad> {
        if let Some(audit) = &self.audit {
            return record::explained(self, audit);
        }
        let (policy, sources) = sources::load(&self.policy)?;
        let titled = self.requests()?;
        Ok(self.tell(&policy, &sources, &titled))
    }

    fn requests(&self) -> Result<Titled, Bad> {
        if !self.command.is_empty() {
            return self.of_client();
        }
        if let Some(path) = &self.http {
            let name = path.display().to_string();
            let file = File::open(path).map_err(|error| failed(&format!("cannot read `{name}`: {error}")))?;
            let text = request::read(file, &name).map_err(|error| failed(&error))?;
            let found = http_file::read(&text).map_err(|error| failed(&format!("`{name}`: {error}")))?;
            return found.into_iter().map(|(title, asked)| Ok((title, self.told(&asked)?))).collect();
        }
        let body = self.data.as_deref().map(data).transpose().map_err(|error| failed(&error))?;
        let asked = Asked::of_words(&self.words, self.method.as_deref(), body);
        let asked = asked.and_then(|asked| asked.with_headers(&self.headers)).map_err(|error| failed(&error))?;
        Ok(vec![(String::new(), self.told(&asked)?)])
    }

    fn of_client(&self) -> Result<Titled, Bad> {
        let ran = client::run(&self.command).map_err(|error| failed(&error))?;
        if ran.asked.is_empty() {
            let ended = ran
                .status
                .map_or("was stopped, as it took too long".to_owned(), |status| format!("ended with {status}"));
            return Err(failed(&format!("the command asked nothing and {ended}\n{}", ran.said.trim_end())));
        }
        if ran.status.is_none() {
            sources::warn("the command was stopped, as it took too long: it could have asked more");
        }
        ran.asked.iter().map(|asked| Ok((String::new(), self.told(asked)?))).collect()
    }

    fn beside(&self) -> Beside<'_> {
        Beside { who: self.who.as_deref(), about: self.about.as_deref(), facts: self.facts.as_deref() }
    }

    fn told(&self, asked: &Asked) -> Result<Told, Bad> {
        let source = asked.source(&self.beside());
        Told::read(&source).map_err(|problems| {
            sources::print_problems(&problems, &[source]);
            Bad(Exit::Failure)
        })
    }

    /// Tells of one request in full; of several, what is denied first, and of the others in a line.
    fn tell(&self, policy: &Policy, sources: &[Source], titled: &Titled) -> Exit {
        let paint = Paint::of_output();
        let all: Vec<(&str, &Told, Explanation<'_>)> =
            titled.iter().map(|(title, told)| (title.as_str(), told, policy.explain(told))).collect();
        let denied = all.iter().position(|(_, _, told)| !matches!(told.verdict, Verdict::Allow(_)));
        let mut objects = Vec::new();
        for (number, (title, told, explained)) in all.iter().enumerate() {
            let full = self.all || all.len() == 1 || denied == Some(number);
            let change: Option<Change> = if full { change(sources, told, explained) } else { None };
            let page = Page { title, explained, change: change.as_ref(), paint };
            match (self.json, full) {
                (true, _) => objects.push(json::object(&page)),
                (false, true) => show(page.text()),
                (false, false) => say!("{}", page.line()),
            }
        }
        if self.json {
            objects.iter().for_each(|object| say!("{object}"));
        }
        if denied.is_some() { Exit::Denied } else { Exit::Fine }
    }
}

fn failed(why: &dyn std::fmt::Display) -> Bad {
    complain(&why.to_string());
    Bad(Exit::Failure)
}
