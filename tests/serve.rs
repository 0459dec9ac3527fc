//! `dockgate serve` as a process: what its files and signals change while it runs.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test may fail")]

#[path = "common/mod.rs"]
mod common;

use common::{Client, Daemon, Served, asked, asked_by, configuration, get, may};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::net::{UnixDatagram, UnixListener};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// What systemd would hear until it hears this.
fn heard(supervisor: &UnixDatagram, wanted: &str) -> String {
    let mut all = String::new();
    let mut buffer = [0; 4096];
    let began = Instant::now();
    while !all.contains(wanted) {
        assert!(began.elapsed() < Duration::from_secs(20), "{wanted} was not heard: {all}");
        let count = supervisor.recv(&mut buffer).unwrap_or_else(|error| panic!("{wanted}: {error}, after {all}"));
        all.push_str(std::str::from_utf8(&buffer[..count]).unwrap());
        all.push('\n');
    }
    all
}

#[test]
fn the_supervisor_hears_of_everything() {
    let folder = tempfile::tempdir().unwrap();
    let address = folder.path().join("notify");
    let supervisor = UnixDatagram::bind(&address).unwrap();
    supervisor.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let served = Served::start_with(&may("ping"), |command| {
        command.env("NOTIFY_SOCKET", &address).env("WATCHDOG_USEC", "600000");
    });
    let first = heard(&supervisor, "READY=1");
    assert!(first.contains("STATUS=generation 1, policies "), "{first}");
    heard(&supervisor, "WATCHDOG=1");
    served.hang_up();
    let second = heard(&supervisor, "STATUS=generation 2");
    assert!(second.contains("RELOADING=1\nMONOTONIC_USEC=") && second.contains("READY=1"), "{second}");
    fs::write(served.file("policy.yaml"), may("nonsense")).unwrap();
    served.hang_up();
    let failed = heard(&supervisor, "the last reload failed");
    assert!(failed.contains("READY=1"), "{failed}");
    drop(served);
    heard(&supervisor, "STOPPING=1");
}

#[test]
fn a_hang_up_takes_the_new_policy() {
    let served = Served::start(&may("ping"));
    assert_eq!(served.status("gate.sock", "/v1.45/info"), 403);
    fs::write(served.file("policy.yaml"), may("ping, SystemInfo")).unwrap();
    served.hang_up();
    let taken = served.until("rules taken", 2);
    let field = |line: &Value, name: &str| line[name].to_string();
    assert_eq!(field(&taken[1], "generation"), "2");
    assert_ne!(field(&taken[0], "policies"), field(&taken[1], "policies"));
    assert_eq!(served.status("gate.sock", "/v1.45/info"), 200);
}

#[test]
fn a_change_of_a_file_is_taken_and_a_broken_one_is_not() {
    let served = Served::start(&may("ping, SystemInfo"));
    fs::write(served.file("next.yaml"), may("ping, Sytem")).unwrap();
    fs::rename(served.file("next.yaml"), served.file("policy.yaml")).unwrap();
    served.until("the old rules stay", 1);
    assert_eq!(served.status("gate.sock", "/v1.45/info"), 200);
    fs::write(served.file("next.yaml"), may("ping")).unwrap();
    fs::rename(served.file("next.yaml"), served.file("policy.yaml")).unwrap();
    served.until("rules taken", 2);
    assert_eq!(served.status("gate.sock", "/v1.45/info"), 403);
}

#[test]
fn a_policy_whose_own_test_fails_is_not_taken() {
    let served = Served::start(&may("ping"));
    let failing = may("SystemInfo") + "tests:\n  - it: x\n    send: GET /info\n    expect: { deny: SystemInfo }\n";
    fs::write(served.file("policy.yaml"), failing).unwrap();
    served.hang_up();
    served.until("the old rules stay", 1);
    assert!(fs::read_to_string(served.file("log")).unwrap().contains("own test `x` failed"));
    assert_eq!(served.status("gate.sock", "/v1.45/info"), 403);
}

#[test]
fn listeners_of_the_configuration_come_and_go() {
    let served = Served::start(&may("ping"));
    fs::write(served.file("dockgate.yaml"), configuration(&served.folder, "other.sock")).unwrap();
    served.hang_up();
    served.until("rules taken", 2);
    assert_eq!(served.status("other.sock", "/_ping"), 200);
    assert!(!served.file("gate.sock").exists());
}

/// What a question on the command line is answered: the exit code, and all that was printed.
/// A gate that can be asked.
fn with_status(policy: &str) -> Served {
    Served::start_with(policy, |command| {
        command.env("DOCKGATE_METRICS", "127.0.0.1:0");
    })
}

#[test]
fn a_gate_says_how_it_fares() {
    let served = with_status(&may("ping"));
    assert_eq!(asked(&served, &["health"]), (0, "the gate is up, and the daemon answers\n".to_owned()));
    let (code, text) = asked(&served, &["status", "--json"]);
    let status: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((code, &status["alive"], &status["generation"]), (0, &Value::from(true), &Value::from(1)));
    assert_eq!(status["listeners"][0]["name"], served.file("gate.sock").to_str().unwrap());
    assert!(status["upstream"]["ms"].is_number(), "{status}");
    let (code, text) = asked(&served, &["status"]);
    assert!(code == 0 && text.contains("up: ") && text.contains("gate.sock: 0 open connections"), "{text}");
}

#[test]
fn a_gate_without_its_daemon_is_not_well() {
    let mut served = with_status(&may("ping"));
    served.daemon.take().unwrap().stop();
    let (code, text) = asked(&served, &["health"]);
    assert!(code == 1 && text.contains("the daemon does not answer"), "{text}");
    let (code, text) = asked(&served, &["status"]);
    assert!(code == 0 && text.contains("does not answer"), "{text}");
}

#[test]
fn a_reload_says_what_came_of_it() {
    let served = with_status(&may("ping"));
    fs::write(served.file("policy.yaml"), may("ping, SystemInfo")).unwrap();
    let (code, text) = asked(&served, &["reload"]);
    assert!(code == 0 && text.starts_with("rules taken: generation 2"), "{text}");
    assert_eq!(served.status("gate.sock", "/v1.45/info"), 200);
    fs::write(served.file("policy.yaml"), may("nonsense")).unwrap();
    let (code, text) = asked(&served, &["reload"]);
    assert!(code == 3 && text.contains("policy.yaml:") && text.contains("nothing was changed: generation 2"), "{text}");
    assert_eq!(served.status("gate.sock", "/v1.45/info"), 200);
    let (_, text) = asked(&served, &["status"]);
    assert!(text.contains("last reload") && text.contains("failed"), "{text}");
}

#[test]
fn where_no_gate_is_the_way_out_is_told() {
    let served = Served::start(&may("ping"));
    fs::remove_file(served.file("status.sock")).unwrap();
    for verb in ["health", "status", "reload"] {
        let (code, text) = asked(&served, &[verb]);
        assert!(code == 1 && text.contains("no gate answers") && text.contains("help:"), "{text}");
    }
}

#[test]
fn another_user_gets_no_answer() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;
    if !rustix::process::geteuid().is_root() {
        println!("SKIP another_user_gets_no_answer: it takes root to be somebody else");
        return;
    }
    let served = with_status(&may("ping"));
    // the socket's own mode must not be all that keeps them out
    fs::set_permissions(served.file("status.sock"), fs::Permissions::from_mode(0o666)).unwrap();
    fs::set_permissions(served.folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let binary = served.file("dockgate");
    fs::copy(env!("CARGO_BIN_EXE_dockgate"), &binary).unwrap();
    let mut command = Command::new(binary);
    command.uid(65534).gid(65534).current_dir("/");
    let (code, text) = asked_by(command, &served, &["reload"]);
    assert!(code == 1 && text.contains("no gate answers"), "{text}");
    served.until("no answer", 1);
    assert_eq!(asked(&served, &["health"]).0, 0);
}

#[test]
fn numbers_are_told_on_a_port_of_their_own_and_nothing_else_is() {
    let served = with_status(&may("ping"));
    assert_eq!(served.status("gate.sock", "/v1.45/info"), 403);
    assert_eq!(served.status("gate.sock", "/_ping"), 200);
    assert_eq!(served.status("gate.sock", "/metrics"), 404, "never on a listener");
    let line = &served.until("\"metrics\"", 1)[0];
    let address = line["address"].as_str().unwrap();
    let answer = |method: &str, path: &str| {
        let request = format!("{method} {path} HTTP/1.1\r\nHost: gate\r\n\r\n");
        Client::tcp(address).send(request).answer()
    };
    let text = answer("GET", "/metrics").text();
    let count = |operation: &str, verdict: &str, reason: &str| {
        let labels = format!("operation=\"{operation}\",verdict=\"{verdict}\",reason=\"{reason}\"}} 1\n");
        assert!(text.contains(&labels), "{labels} in {text}");
    };
    count("SystemInfo", "deny", "operation");
    count("SystemPing", "allow", "none");
    count("none", "refuse", "unknown");
    assert!(text.contains("dockgate_upstream_up 1\n") && text.ends_with("# EOF\n"), "{text}");
    for (method, path) in [("GET", "/status"), ("GET", "/health"), ("POST", "/reload"), ("POST", "/metrics")] {
        assert_eq!(answer(method, path).status, 404, "{method} {path}");
    }
}

/// A line of proc(5)'s `status` of every thread of a process.
fn of_threads(pid: u32, name: &str) -> Vec<String> {
    let status = |entry: fs::DirEntry| fs::read_to_string(entry.path().join("status")).unwrap();
    let line =
        |status: String| status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':').map(str::to_owned));
    let threads = fs::read_dir(format!("/proc/{pid}/task")).unwrap();
    threads.map(|entry| line(status(entry.unwrap())).unwrap().trim().to_owned()).collect()
}

fn confinement(served: &Served) -> Value {
    let (_, status) = asked(served, &["status", "--json"]);
    serde_json::from_str::<Value>(&status).unwrap()["confinement"].clone()
}

#[test]
fn every_thread_of_a_gate_is_confined() {
    let served = Served::start_with(&may("ping"), |command| {
        command.env("DOCKGATE_CONFINE", "require");
    });
    let pid = served.child.id();
    let threads = of_threads(pid, "Seccomp").len();
    assert!(threads >= 3, "{threads} threads");
    assert!(of_threads(pid, "Seccomp").iter().all(|mode| mode == "2"));
    assert!(of_threads(pid, "NoNewPrivs").iter().all(|set| set == "1"));
    assert!(of_threads(pid, "CapEff").iter().all(|set| u64::from_str_radix(set, 16).unwrap() & !0x40f == 0));
    let parts = confinement(&served);
    let named = |name: &str| parts.as_array().unwrap().iter().any(|part| part.as_str().unwrap().starts_with(name));
    assert!(["capabilities: ", "Landlock: reads below ", "seccomp: "].into_iter().all(named), "{parts}");
    assert_eq!(served.status("gate.sock", "/_ping"), 200);
}

#[test]
fn a_gate_can_be_told_not_to_confine_itself() {
    let served = Served::start_with(&may("ping"), |command| {
        command.env("DOCKGATE_CONFINE", "off");
    });
    assert!(of_threads(served.child.id(), "Seccomp").iter().all(|mode| mode == "0"));
    assert_eq!(confinement(&served), serde_json::json!(["off"]));
    served.until("does not confine itself", 1);
}

#[test]
fn a_reload_cannot_take_what_was_given_up() {
    let served = Served::start(&may("ping"));
    let elsewhere = tempfile::tempdir().unwrap();
    let before = fs::read_to_string(served.file("dockgate.yaml")).unwrap();
    let socket = elsewhere.path().join("other.sock");
    let policy = served.file("policy.yaml");
    let more = format!("  - {{ socket: {}, policy: {} }}\n", socket.display(), policy.display());
    fs::write(served.file("dockgate.yaml"), before.clone() + &more).unwrap();
    let (code, why) = asked(&served, &["reload"]);
    assert_eq!(code, 3, "{why}");
    assert!(why.contains("was given up at the start") && why.contains("restart"), "{why}");
    assert!(!socket.exists());
    fs::write(served.file("dockgate.yaml"), before + &more.replace(socket.to_str().unwrap(), "more.sock")).unwrap();
    assert_eq!(asked(&served, &["reload"]).0, 0);
    assert_eq!(served.status("more.sock", "/_ping"), 200);
}

/// A gate whose standard input and output are sockets that were handed over, as systemd does it.
fn handed_over(folder: &TempDir, configuration: &str, names: &str, sockets: [Stdio; 2]) -> Child {
    let file = |name: &str| folder.path().join(name);
    fs::write(file("dockgate.yaml"), configuration).unwrap();
    fs::write(file("policy.yaml"), may("ping")).unwrap();
    fs::write(file("out"), "").unwrap();
    let [first, second] = sockets;
    let run = format!(
        "exec 3<&0 4<&1 </dev/null >/dev/null; LISTEN_PID=$$ LISTEN_FDS=2 LISTEN_FDNAMES={names} exec {} serve --log-format json --config {}",
        env!("CARGO_BIN_EXE_dockgate"),
        file("dockgate.yaml").display()
    );
    let log = fs::File::create(file("log")).unwrap();
    Command::new("sh").args(["-c", &run]).stdin(first).stdout(second).stderr(log).spawn().unwrap()
}

fn bound(path: &std::path::Path) -> Stdio {
    Stdio::from(std::os::fd::OwnedFd::from(UnixListener::bind(path).unwrap()))
}

#[test]
fn sockets_are_inherited_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    let daemon = Daemon::start(&file("docker.sock"));
    let port = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = port.local_addr().unwrap();
    let upstream = file("docker.sock").display().to_string();
    let both = format!(
        "upstream: {upstream}\nlisten:\n  - {{ inherited: web, policy: policy.yaml }}\n  - {{ inherited: port, policy: policy.yaml }}\n"
    );
    let sockets = [bound(&file("a.sock")), Stdio::from(std::os::fd::OwnedFd::from(port))];
    let child = handed_over(&folder, &both, "web:port", sockets);
    let served = Served { child, folder, daemon: Some(daemon) };
    served.until("listening", 2);
    assert_eq!(served.status("a.sock", "/_ping"), 200);
    assert_eq!(Client::tcp(&address.to_string()).send(get("/_ping")).answer().status, 200);
    // closed by one reload, open again after the next
    let one = both.replace("  - { inherited: web, policy: policy.yaml }\n", "");
    fs::write(served.file("dockgate.yaml"), one).unwrap();
    served.hang_up();
    served.until("rules taken", 2);
    served.until("no listener is for it", 1);
    fs::write(served.file("dockgate.yaml"), both).unwrap();
    served.hang_up();
    served.until("rules taken", 3);
    assert_eq!(served.status("a.sock", "/_ping"), 200);
    // the socket is the supervisor's, and stays when the gate goes
    kill_process(Pid::from_child(&served.child), Signal::TERM).unwrap();
    served.until("ending", 1);
    assert!(served.file("a.sock").exists());
}

#[test]
fn what_is_handed_over_has_to_fit() {
    for (listen, names, word) in [
        ("inherited: other, policy: policy.yaml", "web:web", "only web was handed over"),
        (
            "inherited: web, policy: policy.yaml, tls: { certificate: c.pem, key: k.pem, client_ca: ca.pem }",
            "web:web",
            "ca.pem",
        ),
        ("inherited: 'a:b', policy: policy.yaml", "web:web", "not the name of an inherited socket"),
        ("inherited: web, mode: '0600', policy: policy.yaml", "web:web", "`mode`"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let sockets = [bound(&folder.path().join("a.sock")), bound(&folder.path().join("b.sock"))];
        let text = format!("upstream: /nowhere/docker.sock\nlisten:\n  - {{ {listen} }}\n");
        let mut child = handed_over(&folder, &text, names, sockets);
        assert_eq!(child.wait().unwrap().code(), Some(3), "{listen}");
        let log = fs::read_to_string(folder.path().join("log")).unwrap();
        assert!(log.contains(word), "{word} in {log}");
    }
}

#[test]
fn a_port_beyond_loopback_is_not_inherited_without_tls() {
    let folder = tempfile::tempdir().unwrap();
    let port = TcpListener::bind("0.0.0.0:0").unwrap();
    let sockets = [bound(&folder.path().join("a.sock")), Stdio::from(std::os::fd::OwnedFd::from(port))];
    let text = "upstream: /nowhere/docker.sock\nlisten:\n  - { inherited: port, policy: policy.yaml }\n";
    let mut child = handed_over(&folder, text, "web:port", sockets);
    assert_eq!(child.wait().unwrap().code(), Some(3));
    let log = fs::read_to_string(folder.path().join("log")).unwrap();
    assert!(log.contains("without TLS"), "{log}");
}

fn skipped(test: &str) -> bool {
    let root = rustix::process::geteuid().is_root();
    if !root {
        println!("SKIP {test}: it takes root to have another /run");
    }
    !root
}

/// A gate for which this folder is `/run/systemd/journal`; its log is a file that it takes for the journal's stream.
fn beside_a_journal(folder: TempDir, stream: &str) -> Served {
    let file = |name: &str| folder.path().join(name);
    let daemon = Daemon::start(&file("docker.sock"));
    fs::write(file("dockgate.yaml"), configuration(&folder, "gate.sock")).unwrap();
    fs::write(file("policy.yaml"), may("ping")).unwrap();
    fs::write(file("out"), "").unwrap();
    let run = format!(
        "mount -t tmpfs none /run && mkdir /run/systemd && ln -s {0} /run/systemd/journal && \
         JOURNAL_STREAM={stream} exec {1} serve --config {0}/dockgate.yaml",
        folder.path().display(),
        env!("CARGO_BIN_EXE_dockgate")
    );
    let log = fs::File::create(file("log")).unwrap();
    let mut command = Command::new("unshare");
    let child = command.args(["--mount", "sh", "-c", &run]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
    Served { child: child.spawn().unwrap(), folder, daemon: Some(daemon) }
}

/// How systemd would name this file if it were the journal's stream.
fn as_a_stream(file: &std::path::Path) -> String {
    use std::os::unix::fs::MetadataExt;
    let log = fs::File::create(file).unwrap().metadata().unwrap();
    format!("{}:{}", log.dev(), log.ino())
}

#[test]
fn the_journal_gets_lines_with_fields() {
    if skipped("the_journal_gets_lines_with_fields") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let journal = UnixDatagram::bind(folder.path().join("socket")).unwrap();
    journal.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let stream = as_a_stream(&folder.path().join("log"));
    let served = beside_a_journal(folder, &stream);
    let first = heard(&journal, "listening");
    assert!(first.contains("PRIORITY=6\nSYSLOG_IDENTIFIER=dockgate\n"), "{first}");
    heard(&journal, "rules taken");
    assert_eq!(served.status("gate.sock", "/v1.45/info"), 403);
    let denied = heard(&journal, "DOCKGATE_OPERATION=SystemInfo\n");
    assert!(denied.contains("MESSAGE=denied id=") && denied.contains("PRIORITY=4\n"), "{denied}");
    assert_eq!(fs::read_to_string(served.file("log")).unwrap(), "", "nothing is told twice");
}

#[test]
fn a_journal_that_stands_still_stops_nothing() {
    if skipped("a_journal_that_stands_still_stops_nothing") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let journal = UnixDatagram::bind(folder.path().join("socket")).unwrap();
    journal.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let stream = as_a_stream(&folder.path().join("log"));
    let mut served = beside_a_journal(folder, &stream);
    heard(&journal, "rules taken");
    // more than a kernel keeps for a reader, and more than the gate does
    let mut client = Client::unix(&served.file("gate.sock"));
    for _ in 0..5000 {
        client.send(get("/v1.45/info"));
        assert_eq!(client.answer().status, 403);
    }
    let numbers = Client::unix(&served.file("status.sock")).send(get("/metrics")).answer().text();
    assert!(!numbers.contains("dockgate_log_dropped_lines 0\n"), "{numbers}");
    let began = Instant::now();
    kill_process(Pid::from_child(&served.child), Signal::TERM).unwrap();
    served.child.wait().unwrap();
    assert!(began.elapsed() < Duration::from_secs(10), "it waits for the journal");
}

#[test]
fn a_log_that_is_no_journal_or_has_none_is_json() {
    if skipped("a_log_that_is_no_journal_or_has_none_is_json") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let _journal = UnixDatagram::bind(folder.path().join("socket")).unwrap();
    beside_a_journal(folder, "1:2").until("listening", 1);
    let folder = tempfile::tempdir().unwrap();
    let stream = as_a_stream(&folder.path().join("log"));
    beside_a_journal(folder, &stream).until("listening", 1);
}

/// The most that a gate may take for ten thousand containers of which it shows a part: the list is
/// forty MiB.
const SHOWN_IN: u64 = 12 << 10;

/// The peak of a process's memory, in KiB.
fn peak(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Answers one request with a list of containers, every second one of the shop.
fn list_containers(listener: &UnixListener, count: usize) {
    let (mut stream, _) = listener.accept().unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        head.extend(byte);
    }
    let mut stream = std::io::BufWriter::new(stream);
    stream
        .write_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
        .unwrap();
    let filling = "x".repeat(4 << 10);
    for number in 0..count {
        let (open, close) = (if number == 0 { "[" } else { "," }, if number + 1 == count { "]" } else { "" });
        let team = if number.is_multiple_of(2) { "shop" } else { "tools" };
        let text = format!(
            "{open}{{\"Id\":\"{number:064x}\",\"Names\":[\"/c{number}\"],\"Command\":\"{filling}\",\"Labels\":{{\"team\":\"{team}\"}}}}{close}"
        );
        stream.write_all(format!("{:x}\r\n{text}\r\n", text.len()).as_bytes()).unwrap();
    }
    stream.write_all(b"0\r\n\r\n").unwrap();
}

#[test]
fn ten_thousand_containers_are_shown_in_part_without_being_held() {
    let folder = tempfile::tempdir().unwrap();
    let listener = UnixListener::bind(folder.path().join("docker.sock")).unwrap();
    let policy = may("ContainerList: { target: { label: team=shop }, hide: [command] }");
    let mut served = Served::start_in(folder, &policy, |_| ());
    let before = peak(served.child.id());
    let answering = thread::spawn(move || list_containers(&listener, 10_000));
    let answer = Client::unix(&served.file("gate.sock")).send(get("/v1.45/containers/json")).answer();
    answering.join().unwrap();
    let list: Vec<Value> = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(list.len(), 5_000);
    let grown = peak(served.child.id()) - before;
    assert!(grown < SHOWN_IN, "{grown} KiB for a list of forty MiB");
    let _ = served.child.kill();
    let _ = served.child.wait();
}
