//! `dockgate serve` with another proxy's variables, and nothing else.

use super::common::{Client, Daemon, get, post, wait};
use std::fs;
use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// A gate in another's place before an imitation.
struct Stead {
    child: Child,
    folder: TempDir,
    daemon: Daemon,
}

impl Stead {
    fn start(variables: &[(&str, &str)], flags: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let daemon = Daemon::start(&folder.path().join("docker.sock"));
        let log = fs::File::create(folder.path().join("log")).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_dockgate"));
        command.arg("serve").args(flags).current_dir(folder.path()).env_clear();
        command.env("SOCKET_PATH", folder.path().join("docker.sock")).envs(variables.iter().copied());
        let child = command.stdout(Stdio::from(log.try_clone().unwrap())).stderr(Stdio::from(log)).spawn().unwrap();
        let stead = Self { child, folder, daemon };
        wait("the gate listens", || stead.log().contains("\"listening\"").then_some(()));
        stead
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap()
    }

    fn file(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }
}

impl Drop for Stead {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn status(socket: &Path, ask: Vec<u8>) -> u16 {
    Client::unix(socket).send(ask).answer().status
}

#[test]
fn it_allows_what_the_variables_do_and_says_once_what_is_wide() {
    let variables = [("CONTAINERS", "1"), ("POST", "0"), ("INFO", "true"), ("LOG_LEVEL", "notice"), ("VERSION", "1")];
    let stead = Stead::start(&variables, &["--listen", "gate.sock"]);
    let socket = stead.file("gate.sock");
    assert_eq!(status(&socket, get("/v1.41/containers/json")), 200);
    assert_eq!(status(&socket, get("/_ping")), 200);
    assert_eq!(status(&socket, get("/v1.41/info")), 403);
    assert_eq!(status(&socket, post("/v1.41/containers/web/start")), 403);
    let log = stead.log();
    let loud: Vec<&str> = log.lines().filter(|line| line.contains("in the place of")).collect();
    let [loud] = loud[..] else { panic!("{log}") };
    for told in [
        "\"WARN\"",
        "Tecnativa's docker-socket-proxy (it could be linuxserver's: DOCKGATE_DROPIN=linuxserver says so)",
        "read every file of every container (ContainerArchive and ContainerExport)",
        "not taken over: INFO=true;",
        "dockgate import tecnativa --faithful ",
        "CONTAINERS=1",
        "-o policy.yaml",
    ] {
        assert!(loud.contains(told), "{told}\n{loud}");
    }
}

/// What the original does not read is not read here, byte for byte, and nothing else passes so.
#[test]
fn bodies_pass_as_they_are_where_the_original_reads_none() {
    let stead = Stead::start(&[("CONTAINERS", "1"), ("POST", "1")], &["--listen", "gate.sock"]);
    let body = r#"{"Image":"alpine", "HostConfig":{"Privileged":true}, "Tomorrow":[1]}"#;
    let send = |path: &str| {
        let head = format!("POST {path} HTTP/1.1\r\nhost: docker\r\ncontent-type: application/json\r\n");
        status(&stead.file("gate.sock"), format!("{head}content-length: {}\r\n\r\n{body}", body.len()).into_bytes())
    };
    assert_eq!(send("/v1.41/containers/create"), 201);
    assert_eq!(send("/v1.41/volumes/create"), 403);
    let received = stead.daemon.received();
    let [create] = received.as_slice() else { panic!("{received:?}") };
    assert_eq!(create.body, body.as_bytes());
}

#[test]
fn linuxservers_own_variables_make_it_linuxservers() {
    let stead =
        Stead::start(&[("ALLOW_START", "1"), ("ALLOW_LOGS", "1"), ("CONTAINERS", "1")], &["--listen", "gate.sock"]);
    let socket = stead.file("gate.sock");
    assert_ne!(status(&socket, post("/v1.41/containers/web/start")), 403);
    assert_eq!(status(&socket, post("/v1.41/containers/web/stop")), 403);
    assert_eq!(status(&socket, get("/v1.41/containers/web/top")), 403);
    assert!(stead.log().contains("in the place of linuxserver's docker-socket-proxy, whoever opens its socket may"));
}

/// The port is the original's, so it has to be free.
#[test]
fn it_listens_where_the_original_does() {
    if TcpStream::connect((Ipv4Addr::LOCALHOST, 2375)).is_ok() {
        eprintln!("port 2375 is taken: where the gate listens was not tried");
        return;
    }
    let stead = Stead::start(&[("DISABLE_IPV6", "yes"), ("EVENTS", "1")], &[]);
    let mut client = Client::tcp("127.0.0.1:2375");
    assert_eq!(client.send(get("/_ping")).answer().status, 200);
    let log = stead.log();
    assert!(log.contains("\"listener\":\"0.0.0.0:2375\""), "{log}");
    assert!(log.contains("IN PLAINTEXT: whoever reaches the port may"), "{log}");
}

#[test]
fn without_variables_there_is_nothing_to_serve_by() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dockgate"));
    let output = command.arg("serve").env_clear().env("VERSION", "1").output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("neither a policy nor a configuration"), "{said}");
}
