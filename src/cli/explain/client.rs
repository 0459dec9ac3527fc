//! What a command line of docker asks: the real client runs against a socket that writes down, behind
//! which an imitation answers. Nothing reaches a real daemon.

use super::request::Asked;
use crate::imitation::{Exchange, Imitation};
use std::io::{self, Read};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// How long the client may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// How often it is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// How much of what it complains about is kept.
const MOST_SAID: u64 = 4096;

/// What would lead the client elsewhere.
const ELSEWHERE: &[&str] =
    &["BUILDKIT_HOST", "BUILDX_BUILDER", "DOCKER_CERT_PATH", "DOCKER_CONTEXT", "DOCKER_TLS", "DOCKER_TLS_VERIFY"];

/// What came of it.
pub(super) struct Ran {
    /// What it asked, in order.
    pub(super) asked: Vec<Asked>,
    /// What it complained about.
    pub(super) said: String,
    /// How it ended; nothing if it was stopped.
    pub(super) status: Option<ExitStatus>,
}

/// Runs the client and writes down what it asks.
pub(super) fn run(words: &[String]) -> Result<Ran, String> {
    let (program, rest) = words.split_first().ok_or("a command line begins with a program")?;
    stays_here(program, rest)?;
    let room = Room::new()?;
    let fail = |error: io::Error| format!("the socket that writes down cannot start: {error}");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().map_err(fail)?;
    let imitation = runtime.block_on(Imitation::start(&room.folder.join("docker.sock"))).map_err(fail)?;
    let mut command = Command::new(program);
    command.args(rest).env("DOCKER_HOST", format!("unix://{}", imitation.path().display()));
    command.env("DOCKER_CONFIG", room.folder.join("config"));
    for name in ELSEWHERE {
        command.env_remove(name);
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| format!("cannot run `{program}`: {error}"))?;
    let said = listen(&mut child);
    let status = wait(&mut child).map_err(|error| format!("`{program}` cannot be waited for: {error}"))?;
    let asked = imitation.received().iter().map(asked).collect();
    // who holds its standard error still is not waited for
    let said = if status.is_some() { said.join().unwrap_or_default() } else { String::new() };
    Ok(Ran { asked, said, status })
}

/// Commands of docker that have a `-c` of their own, which names no context.
const OWN_C: &[&str] = &["build", "commit", "create", "run", "update"];

/// Options before the command, and behind the name of a plugin, can name another daemon.
fn stays_here(program: &str, rest: &[String]) -> Result<(), String> {
    let name = Path::new(program).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let first = rest.first().map(String::as_str).unwrap_or_default();
    let leads_away = |word: &String| {
        let name = word.split('=').next().unwrap_or_default();
        let context = name == "-c" && !OWN_C.contains(&first);
        context || matches!(name, "--host" | "--context" | "--builder" | "--config") || word.starts_with("-H")
    };
    let away = match name.as_str() {
        "docker" => first.starts_with('-') || rest.get(1).is_some_and(leads_away),
        "docker-compose" => rest.iter().any(leads_away),
        _ => false,
    };
    if away {
        let help = "options before it could lead to a real daemon";
        return Err(format!("write the command first, as in `docker run ...`: {help}"));
    }
    Ok(())
}

/// Nothing if it had to be stopped.
fn wait(child: &mut Child) -> io::Result<Option<ExitStatus>> {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= end {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(LOOK);
    }
}

fn listen(child: &mut Child) -> JoinHandle<String> {
    let from = child.stderr.take();
    thread::spawn(move || {
        let mut kept = Vec::new();
        if let Some(mut from) = from {
            let _ = from.by_ref().take(MOST_SAID).read_to_end(&mut kept);
            let _ = io::copy(&mut from, &mut io::sink());
        }
        String::from_utf8_lossy(&kept).into_owned()
    })
}

fn asked(exchange: &Exchange) -> Asked {
    // of all that clients send, this alone matters to what is read
    let kept = ["content-type", "x-registry-config", "x-registry-auth"];
    let is_kept = |(name, _): &&(String, String)| kept.contains(&name.to_ascii_lowercase().as_str());
    // an archive is not read, here as in the gate
    let is_json = exchange.header("content-type").is_none_or(|media| media.contains("json"));
    let body = if is_json { String::from_utf8_lossy(&exchange.body).into_owned() } else { String::new() };
    Asked {
        method: exchange.method.clone(),
        target: exchange.target.clone(),
        headers: exchange.headers.iter().filter(is_kept).cloned().collect(),
        body: (!body.is_empty()).then_some(body),
    }
}

/// A folder of our own, which nobody else can enter, for socket and configuration.
struct Room {
    folder: PathBuf,
}

impl Room {
    fn new() -> Result<Self, String> {
        let folder = std::env::temp_dir().join(format!("dockgate-explain-{}", std::process::id()));
        let make = |path: &Path| std::fs::DirBuilder::new().mode(0o700).create(path);
        let made = make(&folder).and_then(|()| make(&folder.join("config")));
        made.map_err(|error| format!("cannot make the folder `{}`: {error}", folder.display()))?;
        Ok(Self { folder })
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

#[cfg(test)]
mod tests {
    use super::stays_here;

    fn stays(line: &str) -> bool {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        stays_here(&words[0], &words[1..]).is_ok()
    }

    #[test]
    fn a_command_line_leads_to_no_real_daemon() {
        for line in
            ["docker -H tcp://x ps", "docker --context=x ps", "docker compose -H x up", "docker buildx --builder x ls"]
        {
            assert!(!stays(line), "{line}");
        }
        for line in ["docker run -c 5 x", "docker run alpine curl -H a:b", "docker-compose up", "docker ps"] {
            assert!(stays(line), "{line}");
        }
    }
}
