//! A gate and clients with what was made.

use super::common::{Client, Daemon, get, wait};
use super::tool::Tool;
use rustix::process::{Pid, Signal, kill_process};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};
use std::fs;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

const POLICY: &str = "version: 1
roles:
  alice:
    who: [{ cert: { common_name: \"alice\" } }]
    may: [ping]
  ops:
    who: [{ cert: { organization: ops } }]
    may: [ping, SystemInfo]
  maker:
    who: [{ cert: { common_name: \"maker\" } }]
    may: [ping, ContainerCreate: { image: any, binds: any }]
";

/// A gate of its own process, with the server's certificate of a folder.
struct Served {
    tool: Tool,
    child: Child,
    port: u16,
    _daemon: Daemon,
}

impl Served {
    fn start(tool: Tool) -> Self {
        let file = |name: &str| tool.root().with_file_name(name);
        let daemon = Daemon::start(&file("docker.sock"));
        let port = free_port();
        fs::write(file("policy.yaml"), POLICY).unwrap();
        fs::write(file("dockgate.yaml"), configuration(&tool, port)).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_dockgate"));
        command.arg("serve").arg("--config").arg(file("dockgate.yaml")).stdin(Stdio::null());
        command.stdout(fs::File::create(file("out")).unwrap()).stderr(fs::File::create(file("log")).unwrap());
        let served = Self { child: command.spawn().unwrap(), tool, port, _daemon: daemon };
        wait("the gate listens", || served.log().contains("listening").then_some(()));
        served
    }

    fn log(&self) -> String {
        let read = |name: &str| fs::read_to_string(self.tool.root().with_file_name(name)).unwrap();
        read("log") + &read("out")
    }

    /// The status that a client gets with its folder of now, or nothing where it is not let in.
    fn status(&self, client: &str, target: &str) -> Option<u16> {
        self.status_with(config(&self.tool, &format!("clients/{client}")), target)
    }

    fn status_with(&self, config: ClientConfig, target: &str) -> Option<u16> {
        let mut client = Client::tls(&format!("127.0.0.1:{}", self.port), config);
        client.try_send(get(target)).ok()?;
        client.try_answer().ok().map(|answer| answer.status)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
        let _ = self.child.wait();
    }
}

/// What was printed for it, with a port and a policy that are there.
fn configuration(tool: &Tool, port: u16) -> String {
    let said = tool.fine("server --replace localhost");
    let (_, listen) = said.split_once("listen:\n").unwrap();
    let (listen, _) = listen.split_once("policy: policies/reads.yaml\n").unwrap();
    let listen = listen.replace("0.0.0.0:2376", &format!("127.0.0.1:{port}"));
    format!("upstream: {}\nlisten:\n{listen}policy: policy.yaml\n", tool.root().with_file_name("docker.sock").display())
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A client that trusts the authority of its folder, and shows who it is.
fn config(tool: &Tool, folder: &str) -> ClientConfig {
    let file = |name: &str| tool.file(&format!("{folder}/{name}"));
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(file("ca.pem")).unwrap()).unwrap();
    let chain = vec![CertificateDer::from_pem_file(file("cert.pem")).unwrap()];
    let key = PrivateKeyDer::from_pem_file(file("key.pem")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    builder.with_root_certificates(roots).with_client_auth_cert(chain, key).unwrap()
}

#[test]
fn whom_it_was_made_for_is_let_in_and_known() {
    let tool = Tool::with_server();
    tool.fine("client alice");
    tool.fine("client bob --organization ops");
    let served = Served::start(tool);
    assert_eq!(served.status("alice", "/v1.45/_ping"), Some(200));
    assert_eq!(served.status("alice", "/v1.45/info"), Some(403));
    assert_eq!(served.status("bob", "/v1.45/info"), Some(200));
    let stranger = Tool::with_server();
    stranger.fine("client alice");
    fs::copy(served.tool.file("ca.pem"), stranger.file("clients/alice/ca.pem")).unwrap();
    assert_eq!(served.status_with(config(&stranger, "clients/alice"), "/_ping"), None);
    assert_eq!(served.status_with(config(&served.tool, "server"), "/_ping"), None, "the gate is no client");
}

/// With the authority on the gate's own host, its key and the clients' keys are mounted for nobody.
#[test]
fn the_keys_above_the_gate_s_own_are_mounted_for_nobody() {
    let tool = Tool::with_server();
    tool.fine("client maker");
    let served = Served::start(tool);
    let create = |source: &str| {
        let source = served.tool.root().join(source).display().to_string();
        let body =
            serde_json::json!({ "Image": "tiny", "HostConfig": { "Binds": [format!("{source}:/there")] } }).to_string();
        let head = format!(
            "POST /v1.45/containers/create HTTP/1.1\r\nHost: docker\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let mut client = Client::tls(&format!("127.0.0.1:{}", served.port), config(&served.tool, "clients/maker"));
        client.send(head + &body).answer().status
    };
    for source in ["ca-key.pem", "clients", "clients/maker/key.pem", "server/key.pem", "server", "", ".."] {
        assert_eq!(create(source), 403, "{source}");
    }
    assert_eq!(create("../elsewhere"), 201);
}

/// The gate sees the new files by itself.
#[test]
fn what_is_revoked_is_let_in_no_more_and_what_is_renewed_is() {
    let tool = Tool::with_server();
    tool.fine("client alice");
    let served = Served::start(tool);
    let old = config(&served.tool, "clients/alice");
    assert_eq!(served.status("alice", "/_ping"), Some(200));
    served.tool.fine("renew alice");
    assert_eq!(served.status("alice", "/_ping"), Some(200));
    assert_eq!(served.status_with(old.clone(), "/_ping"), Some(200), "it counts until it ends");
    served.tool.fine("revoke alice");
    wait("the list holds", || served.status("alice", "/_ping").is_none().then_some(()));
    assert_eq!(served.status_with(old.clone(), "/_ping"), None);
    served.tool.fine("renew alice");
    assert_eq!(served.status("alice", "/_ping"), Some(200));
    assert_eq!(served.status_with(old, "/_ping"), None);
}

#[test]
fn a_gate_that_runs_takes_its_renewed_certificate() {
    let tool = Tool::with_server();
    tool.fine("client alice");
    let served = Served::start(tool);
    served.tool.fine("renew server");
    wait("new rules", || (served.log().matches("rules taken").count() >= 2).then_some(()));
    assert_eq!(served.status("alice", "/_ping"), Some(200));
    assert!(!served.log().contains("ERROR"), "{}", served.log());
}
