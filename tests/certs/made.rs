//! What is made: files, their rights, their names, their times.

use super::tool::Tool;
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;

const KEYS: &[&str] = &["ca-key.pem", "server/key.pem", "clients/alice/key.pem"];
const OPEN: &[&str] =
    &["ca.pem", "crl.pem", "server/cert.pem", "server/ca.pem", "server/crl.pem", "clients/alice/cert.pem"];
const PRIVATE: &[&str] = &["server", "clients", "clients/alice", "issued"];

#[test]
fn keys_are_for_their_owner_alone() {
    let tool = Tool::with_server();
    tool.fine("client alice");
    for renewed in [false, true] {
        if renewed {
            tool.fine("renew --all");
        }
        KEYS.iter().for_each(|key| assert_eq!(tool.mode(key), 0o600, "{key}"));
        OPEN.iter().for_each(|file| assert_eq!(tool.mode(file), 0o644, "{file}"));
        PRIVATE.iter().for_each(|folder| assert_eq!(tool.mode(folder), 0o700, "{folder}"));
    }
    assert_eq!(tool.bytes("ca.pem"), tool.bytes("clients/alice/ca.pem"));
    assert_eq!(tool.bytes("crl.pem"), tool.bytes("server/crl.pem"));
}

/// A key that was given to the gate's group stays readable for it.
#[test]
fn a_renewed_key_keeps_the_rights_that_it_was_given() {
    let tool = Tool::with_server();
    let set = |name: &str, mode| fs::set_permissions(tool.file(name), fs::Permissions::from_mode(mode)).unwrap();
    for (given, kept) in [(0o640, 0o640), (0o400, 0o400), (0o666, 0o640)] {
        set("server/key.pem", given);
        tool.fine("renew server");
        assert_eq!(tool.mode("server/key.pem"), kept);
    }
}

#[test]
fn the_authority_and_what_it_signs_stand_before_openssl() {
    let tool = Tool::with_server();
    tool.fine("client alice --organization ops");
    let (server, client) = (tool.file("server/cert.pem"), tool.file("clients/alice/cert.pem"));
    assert!(tool.verify(&server, "sslserver").ends_with(": OK\n"));
    assert!(tool.verify(&client, "sslclient").ends_with(": OK\n"));
    assert!(!tool.verify(&server, "sslclient").contains(": OK"), "a gate's certificate is no client's");
    assert!(!tool.verify(&client, "sslserver").contains(": OK"), "a client's certificate is no gate's");
    tool.fine("revoke alice --reason key-compromise");
    assert!(tool.verify(&client, "sslclient").contains("certificate revoked"));
    assert!(tool.verify(&server, "sslserver").ends_with(": OK\n"));
}

#[test]
fn the_list_says_whose_and_until_when() {
    let tool = Tool::new();
    tool.fine("server Gate.example.com 192.0.2.10 2001:db8::1 --days 30");
    tool.fine("client alice --organization ops --days 7");
    let list = tool.list();
    let kinds: Vec<_> = list.iter().map(|row| row["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["authority", "server", "client"]);
    assert_eq!(list[1]["names"], serde_json::json!(["gate.example.com", "192.0.2.10", "2001:db8::1"]));
    assert_eq!((list[2]["common_name"].as_str(), list[2]["organization"].as_str()), (Some("alice"), Some("ops")));
    let days: Vec<_> = list.iter().map(|row| row["days_left"].as_i64().unwrap()).collect();
    assert!(days[0] >= 3649 && (29..=30).contains(&days[1]) && (6..=7).contains(&days[2]), "{days:?}");
    assert!(list.iter().all(|row| row["state"] == "valid" && row["sha256"].as_str().unwrap().len() == 64));
    let serials: BTreeSet<_> = list.iter().map(|row| row["serial"].as_str().unwrap()).collect();
    assert!(serials.len() == 3 && serials.iter().all(|serial| serial.len() >= 32), "{serials:?}");
    assert!(tool.fine("list").contains("alice      client     O=ops"));
}

#[test]
fn nothing_outlives_the_authority() {
    let tool = Tool::with_server();
    let said = tool.fine("client alice --days 36500");
    assert!(said.contains("it ends with the authority"), "{said}");
    let list = tool.list();
    assert_eq!(list[0]["ends"], list[2]["ends"]);
}

#[test]
fn what_is_renewed_keeps_its_names_and_its_length() {
    let tool = Tool::with_server();
    tool.fine("client alice --organization ops --days 30");
    let (key, before) = (tool.bytes("clients/alice/key.pem"), tool.list());
    let said = tool.fine("renew alice");
    assert!(said.contains("the old one counts until"), "{said}");
    let after = tool.list();
    assert_ne!(tool.bytes("clients/alice/key.pem"), key);
    for same in ["common_name", "organization", "names", "state"] {
        assert_eq!(before[2][same], after[2][same]);
    }
    assert!((29..=30).contains(&after[2]["days_left"].as_i64().unwrap()));
    assert_ne!(before[2]["serial"], after[2]["serial"]);
    assert_eq!(tool.states("alice"), ["valid", "replaced"]);
    tool.fine("renew alice --days 90 --revoke-old");
    assert_eq!(tool.states("alice"), ["valid", "revoked", "revoked"]);
    tool.fine("renew server --days 90");
    assert_eq!(tool.list()[1]["names"], before[1]["names"]);
}

#[test]
fn only_what_is_due_is_renewed() {
    let tool = Tool::with_server();
    tool.fine("client alice --days 7");
    tool.fine("client carol --days 7");
    tool.fine("revoke carol");
    let said = tool.fine("renew --all --due 30");
    assert!(said.contains("left server alone: it ends in 36"), "{said}");
    assert!(
        said.contains("left carol alone: it is revoked") && said.contains("made a certificate for alice"),
        "{said}"
    );
    assert_eq!(tool.states("carol"), ["revoked"]);
    tool.fine("renew carol");
    assert_eq!(tool.states("carol"), ["valid", "revoked"]);
}

/// Whoever has had two certificates loses both.
#[test]
fn revoking_takes_back_what_was_replaced_as_well() {
    let tool = Tool::with_server();
    tool.fine("client alice");
    tool.fine("client alice2");
    tool.fine("renew alice");
    tool.fine("revoke alice --old");
    assert_eq!(tool.states("alice"), ["valid", "revoked"]);
    tool.fine("renew alice");
    assert!(tool.fine("revoke alice").contains("revoked 2 certificates of alice"));
    assert_eq!(tool.states("alice"), ["revoked"; 3]);
    assert!(tool.fine("revoke alice").contains("nothing of alice that is not revoked"));
    assert_eq!(tool.states("alice2"), ["valid"]);
}

#[test]
fn the_list_of_revoked_ones_is_made_from_what_is_on_disk() {
    let tool = Tool::with_server();
    tool.fine("client alice");
    tool.fine("client carol");
    tool.fine("revoke alice");
    fs::remove_dir_all(tool.file("clients/alice")).unwrap();
    fs::write(tool.file("crl.pem"), "").unwrap();
    let alice = fs::read_dir(tool.file("revoked")).unwrap().next().unwrap().unwrap().path();
    tool.fine("revoke carol");
    assert!(tool.verify(&alice, "sslclient").contains("certificate revoked"));
    assert!(tool.verify(&tool.file("clients/carol/cert.pem"), "sslclient").contains("certificate revoked"));
}

#[test]
fn what_was_cut_short_is_finished_by_the_next_run() {
    let tool = Tool::with_server();
    tool.fine("client alice");
    let old = tool.bytes("clients/alice/cert.pem");
    tool.fine("renew alice");
    // As if the run had ended between the two moves.
    fs::rename(tool.file("clients/alice/cert.pem"), tool.file("clients/alice/.cert.pem.new")).unwrap();
    fs::write(tool.file("clients/alice/cert.pem"), old).unwrap();
    assert_eq!(tool.states("alice"), ["valid", "replaced"]);
    assert!(tool.fine("renew alice --due 1").contains("left alice alone"));
    let text = |name: &str| tool.file(&format!("clients/alice/{name}")).display().to_string();
    let openssl = |args: &[&str]| std::process::Command::new("openssl").args(args).output().unwrap().stdout;
    let of_certificate = openssl(&["x509", "-noout", "-pubkey", "-in", &text("cert.pem")]);
    assert_eq!(of_certificate, openssl(&["pkey", "-pubout", "-in", &text("key.pem")]));
    assert!(!of_certificate.is_empty());
}

#[test]
fn what_is_printed_fits_together() {
    let tool = Tool::new();
    let root = tool.root().display().to_string();
    let said = tool.fine("server gate.example.com 192.0.2.10");
    for line in ["made an authority", "- address: 0.0.0.0:2376", &format!("client_ca: {root}/server/ca.pem")] {
        assert!(said.contains(line), "{line}: {said}");
    }
    let said = tool.fine("client alice");
    let context = format!(
        "docker context create alice --docker host=tcp://gate.example.com:2376,ca={root}/clients/alice/ca.pem,"
    );
    assert!(said.contains(&context) && said.contains("who: [{ cert: { common_name: \"alice\" } }]"), "{said}");
    assert!(!tool.fine("server --replace [::1]".replace(['[', ']'], "").as_str()).contains("made an authority"));
    assert!(tool.fine("client bob").contains("host=tcp://[::1]:2376,"));
}
