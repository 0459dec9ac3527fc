//! The rules as HAProxy itself decides them, where it is installed: the same requests to a real one, with
//! a configuration of the same shape, and to the imported policy.

use super::common::wait;
use super::{allows_from, policy, variables};
use dockgate::import::{Imported, Style, Variables, linuxserver, tecnativa};
use std::fmt::Write as _;
use std::fs;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const V: &str = r"^(/v[\d\.]+)?";
const ID: &str = "[a-zA-Z0-9_.-]+";
const SECTIONS: &[&str] = &[
    "auth",
    "build",
    "commit",
    "configs",
    "containers",
    "distribution",
    "events",
    "exec",
    "grpc",
    "images",
    "info",
    "networks",
    "nodes",
    "ping",
    "plugins",
    "secrets",
    "services",
    "session",
    "swarm",
    "system",
    "tasks",
    "version",
    "volumes",
];

const REQUESTS: &[&str] = &[
    "GET /_ping",
    "HEAD /_ping",
    "GET /v1.41/version",
    "GET /info",
    "GET /v1.41/events",
    "GET /v1.41/containers/json",
    "GET /containers/web/json",
    "GET /containers/web/logs",
    "GET /containers/web/changes",
    "GET /containers/web/top",
    "GET /containers/web/export",
    "GET /containers/web/archive?path=/etc",
    "HEAD /containers/web/archive?path=/etc",
    "PUT /containers/web/archive?path=/etc",
    "GET /containers/web/attach/ws",
    "POST /containers/web/start",
    "POST /v1.41/containers/web/stop",
    "POST /containers/web/restart",
    "POST /containers/web/kill",
    "POST /containers/web/pause",
    "POST /containers/web/unpause",
    "POST /containers/web/wait",
    "POST /containers/create",
    "DELETE /containers/web",
    "POST /containers/web/exec",
    "POST /exec/3f4e5d6c7b8a/start",
    "GET /exec/3f4e5d6c7b8a/json",
    "GET /images/json",
    "DELETE /images/alpine",
    "POST /images/create?fromImage=alpine",
    "POST /build",
    "GET /secrets",
    "GET /services/web/logs",
    "GET /swarm/unlockkey",
    "GET /system/df",
    "GET /volumes",
    "POST /networks/create",
];

const SETTINGS: &[&str] = &[
    "",
    "CONTAINERS=1",
    "CONTAINERS=1 POST=1",
    "CONTAINERS=true POST=1",
    "INFO=2 IMAGES=-1 VOLUMES=1abc NETWORKS=+1 SECRETS=00",
    "ALLOW_START=1 ALLOW_STOP=1 ALLOW_RESTARTS=1",
    "ALLOW_RESTARTS=1 POST=1",
    "EXEC=1 POST=1 SYSTEM=1 SWARM=1",
    "EVENTS=0 PING=0 VERSION=off",
    "CONTAINERS=1 ALLOW_LOGS=1 ALLOW_PAUSE=1 SERVICES=1",
    "CONTAINERS=1 POST=1 ALLOW_ARCHIVE=1 ALLOW_TOP=yes",
];

/// A HAProxy that answers 200 to what it lets through.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn sections() -> String {
    SECTIONS.iter().fold(String::new(), |mut all, name| {
        let path = if *name == "ping" { "_ping" } else { name };
        let variable = name.to_uppercase();
        writeln!(all, "  http-request allow if {{ path,url_dec -m reg -i {V}/{path} }} {{ env({variable}) -m bool }}")
            .unwrap();
        all
    })
}

fn verbs(prefix: &str, all: &[(&str, &str)]) -> String {
    all.iter().fold(String::new(), |mut told, (variable, verb)| {
        writeln!(
            told,
            "  http-request allow if {{ path,url_dec -m reg -i {prefix}/{ID}/{verb} }} {{ env({variable}) -m bool }}"
        )
        .unwrap();
        told
    })
}

fn tecnativas() -> String {
    let writes = [("ALLOW_RESTARTS", "((stop)|(restart)|(kill))"), ("ALLOW_START", "start"), ("ALLOW_STOP", "stop")];
    let methods = "  http-request deny unless METH_GET || { env(POST) -m bool }\n";
    methods.to_owned() + &verbs(&format!("{V}/containers"), &writes) + &sections()
}

fn linuxservers() -> String {
    let container = format!("{V}(/libpod)?/(containers|pods)");
    let reads = ["archive", "change", "export", "logs", "top"].iter().fold(String::new(), |mut told, path| {
        let variable =
            if *path == "change" { "ALLOW_CHANGES".to_owned() } else { format!("ALLOW_{}", path.to_uppercase()) };
        writeln!(
            told,
            "  http-request deny if {{ path,url_dec -m reg -i {container}/{ID}/{path} }} !{{ env({variable}) -m bool }}"
        )
        .unwrap();
        told
    });
    let writes = [
        ("ALLOW_RESTARTS", "((stop)|(restart)|(kill))"),
        ("ALLOW_START", "start"),
        ("ALLOW_STOP", "stop"),
        ("ALLOW_PAUSE", "pause"),
        ("ALLOW_UNPAUSE", "unpause"),
    ];
    let methods = "  http-request deny unless METH_GET || { env(POST) -m bool }\n";
    reads + &verbs(&container, &writes) + methods + &sections()
}

fn start(folder: &Path, rules: &str, settings: &Variables, words: &str) -> Running {
    let socket = folder.join("haproxy.sock");
    let _ = fs::remove_file(&socket);
    let configuration = format!(
        "defaults\n  mode http\n  timeout client 10s\n  timeout server 10s\n  timeout connect 10s\n\
         frontend f\n  bind unix@{}\n{rules}  http-request deny\n  default_backend b\n\
         backend b\n  http-request return status 200\n",
        socket.display()
    );
    let file = folder.join("haproxy.cfg");
    fs::write(&file, configuration).unwrap();
    let mut command = Command::new("haproxy");
    command.arg("-db").arg("-f").arg(&file).env_clear().stdout(Stdio::null()).stderr(Stdio::null());
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    for name in ["EVENTS", "PING", "VERSION"] {
        command.env(name, "1");
    }
    for name in words.split_whitespace().filter_map(|word| word.split_once('=')).map(|(name, _)| name) {
        command.env(name, settings.get(name).unwrap());
    }
    let running = Running(command.spawn().unwrap());
    wait("HAProxy listens", || UnixStream::connect(&socket).ok().map(drop));
    running
}

fn lets(folder: &Path, request: &str) -> bool {
    let mut stream = UnixStream::connect(folder.join("haproxy.sock")).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    write!(stream, "{request} HTTP/1.1\r\nhost: docker\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    match answer.split(' ').nth(1) {
        Some("200") => true,
        Some("403") => false,
        _ => panic!("{request}: {answer}"),
    }
}

fn compare(rules: &str, import: fn(&Variables, Style) -> Result<Imported, String>) {
    if Command::new("haproxy").arg("-v").stdout(Stdio::null()).stderr(Stdio::null()).status().is_err() {
        eprintln!("there is no haproxy here: nothing was compared");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for words in SETTINGS {
        let settings = variables(words);
        let imported = policy(&import(&settings, Style::Faithful).unwrap());
        let _running = start(folder.path(), rules, &settings, words);
        for request in REQUESTS {
            let body = if request.starts_with("POST") { format!("{request} {{}}") } else { (*request).to_owned() };
            assert_eq!(allows_from(&imported, "", &body), lets(folder.path(), request), "{words}: {request}");
        }
    }
}

#[test]
fn tecnativas_rules_decide_as_haproxy_does() {
    compare(&tecnativas(), tecnativa);
}

#[test]
fn linuxservers_rules_decide_as_haproxy_does() {
    compare(&linuxservers(), linuxserver);
}
