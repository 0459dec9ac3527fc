//! What is not done, and that it is said why.

use super::tool::Tool;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::fs::symlink;

/// Everything in the folder, by path.
fn all(tool: &Tool) -> Vec<(String, Vec<u8>)> {
    let files = ["ca.pem", "ca-key.pem", "crl.pem", "server/cert.pem", "server/key.pem", "server/crl.pem"];
    let clients = ["clients/alice/cert.pem", "clients/alice/key.pem"];
    files.into_iter().chain(clients).map(|name| (name.to_owned(), tool.bytes(name))).collect()
}

fn with_alice() -> Tool {
    let tool = Tool::with_server();
    tool.fine("client alice");
    tool
}

#[test]
fn what_is_there_is_not_overwritten() {
    let tool = with_alice();
    let before = all(&tool);
    let said = tool.fails("client alice");
    assert!(
        said.contains("alice has a certificate already") && said.contains("`dockgate certs renew alice`"),
        "{said}"
    );
    let said = tool.fails("server other.example.com");
    assert!(said.contains("renew server") && said.contains("--replace"), "{said}");
    assert_eq!(all(&tool), before);
    let said = tool.fine("server --replace other.example.com");
    assert!(!said.contains("made an authority"), "{said}");
    assert_eq!(tool.list()[1]["names"], serde_json::json!(["other.example.com"]));
    assert_eq!(tool.bytes("ca.pem"), before[0].1);
}

#[test]
fn bad_names_are_refused() {
    let tool = with_alice();
    let long = "a".repeat(65);
    for name in ["..", ".", "../evil", "a/b", "/etc", ".hidden", "server", "default", "a", "ä", "a\u{1b}[2J", &long] {
        let said = tool.fails(&format!("client -- {name}"));
        assert!(said.contains("invalid value") && !said.contains('\u{1b}'), "{said:?}");
        if name != "server" {
            assert!(tool.fails(&format!("revoke -- {name}")).contains("invalid value"));
        }
    }
    for host in ["tcp://gate", "gate:2376", "[::1]", "a..b", "-x.example"] {
        assert!(tool.fails(&format!("server --replace -- {host}")).contains("a host is a DNS name"), "{host}");
    }
    for days in ["0", "-1", "36501", "x"] {
        tool.fails(&format!("client bob --days={days}"));
    }
    assert!(!tool.file("clients/bob").exists());
}

#[test]
fn without_an_authority_there_is_nothing_to_do() {
    let tool = Tool::new();
    for line in ["client alice", "renew --all", "renew alice", "revoke alice", "list"] {
        let said = tool.fails(line);
        assert!(said.contains("there is no authority yet") && said.contains("dockgate certs server"), "{line}: {said}");
    }
    assert!(!tool.root().exists(), "a question makes no folder");
}

#[test]
fn an_authority_whose_key_is_elsewhere_signs_nothing() {
    let tool = with_alice();
    fs::rename(tool.file("ca-key.pem"), tool.root().with_file_name("away.pem")).unwrap();
    for line in ["client bob", "server --replace x.example", "renew alice", "revoke alice"] {
        let said = tool.fails(line);
        assert!(
            said.contains("ca-key.pem`: the authority's key is not here") && said.contains("kept elsewhere"),
            "{said}"
        );
    }
    assert!(!tool.file("ca-key.pem").exists(), "no other is made in its place");
    assert_eq!(tool.states("alice"), ["valid"], "a list takes no key");
}

#[test]
fn an_authority_that_is_not_whole_is_said_to_be() {
    let tool = with_alice();
    let other = Tool::with_server();
    let (key, certificate) = (tool.bytes("ca-key.pem"), tool.bytes("ca.pem"));
    let cases: &[(&str, Vec<u8>, &str)] = &[
        ("ca-key.pem", other.bytes("ca-key.pem"), "the key does not belong to `ca.pem`"),
        ("ca-key.pem", b"nothing".to_vec(), "no private key"),
        ("ca-key.pem", certificate.clone(), "no private key"),
        ("ca.pem", b"nothing".to_vec(), "it is not PEM"),
        ("ca.pem", key.clone(), "there is no certificate in it"),
        ("ca.pem", tool.bytes("clients/alice/cert.pem"), "not the certificate of an authority"),
    ];
    for (file, bytes, what) in cases {
        fs::write(tool.file(file), bytes).unwrap();
        let said = tool.fails("client bob");
        assert!(said.contains(file) && said.contains(what), "{what}: {said}");
        assert_eq!(said.lines().filter(|line| line.starts_with("error: ")).count(), 1, "{said}");
        fs::write(tool.file("ca-key.pem"), &key).unwrap();
        fs::write(tool.file("ca.pem"), &certificate).unwrap();
    }
    tool.fine("client bob");
    fs::remove_file(tool.file("ca.pem")).unwrap();
    assert!(tool.fails("server --replace x.example").contains("ca.pem"));
}

#[test]
fn what_another_authority_signed_is_neither_renewed_nor_revoked() {
    let (tool, other) = (with_alice(), with_alice());
    fs::copy(other.file("clients/alice/cert.pem"), tool.file("clients/alice/cert.pem")).unwrap();
    assert!(tool.fails("renew alice").contains("no client's certificate of this authority"));
    assert_eq!(tool.states("alice"), ["foreign", "replaced"]);
    fs::copy(tool.file("server/cert.pem"), tool.file("clients/alice/cert.pem")).unwrap();
    assert!(tool.fails("renew alice").contains("no client's certificate of this authority"));
}

#[test]
fn one_that_cannot_be_renewed_keeps_no_other_from_it() {
    let tool = with_alice();
    fs::write(tool.file("clients/alice/cert.pem"), "nothing").unwrap();
    tool.fine("client bob");
    let output = tool.run("renew --all");
    assert_eq!(output.status.code(), Some(1));
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(out.contains("made a certificate for server") && out.contains("made a certificate for bob"), "{out}");
    assert!(err.contains("clients/alice/cert.pem`: it is not PEM"), "{err}");
    assert!(tool.fails("list").contains("clients/alice/cert.pem"), "and the list says so");
}

#[test]
fn nothing_is_written_through_links() {
    let tool = with_alice();
    let target = tool.root().with_file_name("target");
    fs::write(&target, "mine").unwrap();
    fs::remove_file(tool.file("server/key.pem")).unwrap();
    symlink(&target, tool.file("server/key.pem")).unwrap();
    symlink(&target, tool.file("server/.cert.pem.new")).unwrap();
    symlink(&target, tool.file("server/.key.pem.new")).unwrap();
    tool.fine("renew server");
    assert_eq!(fs::read_to_string(&target).unwrap(), "mine");
    assert_eq!(tool.mode("server/key.pem"), 0o600);
}

#[test]
fn a_place_that_cannot_be_written_is_named() {
    let tool = with_alice();
    fs::write(tool.root().with_file_name("file"), "").unwrap();
    let said = tool.fails("server x.example --dir /proc/nowhere");
    assert!(said.contains("`/proc/nowhere`: cannot make the folder"), "{said}");
    let inside = tool.root().with_file_name("file").join("tls").display().to_string();
    assert!(tool.fails(&format!("server x.example --dir {inside}")).contains("cannot make the folder"));
    fs::remove_dir_all(tool.file("clients")).unwrap();
    fs::write(tool.file("clients"), "").unwrap();
    assert!(tool.fails("client bob").contains("clients"));
}

#[test]
fn two_runs_at_once_do_not_meet() {
    let tool = with_alice();
    let lock = tool.root().join(".lock");
    assert_eq!(fs::metadata(&lock).unwrap().permissions().mode() & 0o777, 0o600, "nobody else can take it");
    let held = fs::File::open(lock).unwrap();
    rustix::fs::flock(&held, rustix::fs::FlockOperation::LockExclusive).unwrap();
    assert!(tool.fails("renew alice").contains("another `dockgate certs` is at work"));
    tool.fine("list");
    drop(held);
    tool.fine("renew alice");
}
