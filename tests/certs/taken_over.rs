//! Authorities that somebody else has made.

use super::tool::Tool;
use std::fs;

const AUTHORITY: &str = "req -x509 -nodes -keyout ca-key.pem -out ca.pem -days 100 -subj /O=Firm/CN=ours";

fn with_authority(key: &str, usage: &str) -> Tool {
    let tool = Tool::new();
    tool.openssl(&format!("{AUTHORITY} -newkey {key} -addext keyUsage={usage}"));
    tool
}

#[test]
fn an_authority_of_another_kind_is_taken_over() {
    for key in ["rsa:2048", "ec -pkeyopt ec_paramgen_curve:P-384", "ed25519"] {
        let tool = with_authority(key, "critical,keyCertSign,cRLSign");
        assert!(!tool.fine("server localhost").contains("made an authority"));
        tool.fine("client alice");
        tool.fine("client bob");
        tool.fine("revoke bob");
        assert!(tool.verify(&tool.file("server/cert.pem"), "sslserver").ends_with(": OK\n"), "{key}");
        assert!(tool.verify(&tool.file("clients/alice/cert.pem"), "sslclient").ends_with(": OK\n"), "{key}");
        assert!(tool.verify(&tool.file("clients/bob/cert.pem"), "sslclient").contains("certificate revoked"), "{key}");
        assert!(tool.list().iter().all(|row| row["days_left"].as_i64().unwrap() <= 100));
    }
}

#[test]
fn one_that_may_not_sign_lists_makes_nothing() {
    let tool = with_authority("rsa:2048", "critical,keyCertSign");
    assert!(tool.fails("server localhost").contains("cRLSign"));
    assert!(!tool.file("server/cert.pem").exists());
}

#[test]
fn a_key_in_another_wrapping_comes_with_the_way_out() {
    let tool = with_authority("ec -pkeyopt ec_paramgen_curve:P-256", "critical,keyCertSign,cRLSign");
    fs::rename(tool.file("ca-key.pem"), tool.file("pkcs8.pem")).unwrap();
    tool.openssl("pkey -in pkcs8.pem -traditional -out ca-key.pem");
    assert!(tool.fails("server localhost").contains("openssl pkcs8 -topk8 -nocrypt"));
    tool.openssl("pkcs8 -topk8 -nocrypt -in ca-key.pem -out other.pem");
    fs::rename(tool.file("other.pem"), tool.file("ca-key.pem")).unwrap();
    tool.fine("server localhost");
}

fn sign_elsewhere(tool: &Tool, name: &str, subject: &str, days: u32) {
    fs::create_dir_all(tool.file(&format!("clients/{name}"))).unwrap();
    let key = format!("clients/{name}/key.pem");
    tool.openssl(&format!("req -newkey ed25519 -nodes -keyout {key} -out {name}.csr -subj {subject}"));
    let signed = format!("-CAcreateserial -days {days} -out clients/{name}/cert.pem");
    tool.openssl(&format!("x509 -req -in {name}.csr -CA ca.pem -CAkey ca-key.pem {signed}"));
}

#[test]
fn what_was_signed_elsewhere_can_be_revoked_after_it_was_renewed() {
    let tool = Tool::with_server();
    sign_elsewhere(&tool, "carol", "/CN=carol", 9);
    tool.fine("renew carol");
    assert_eq!(tool.states("carol"), ["valid", "replaced"]);
    tool.fine("revoke carol --old");
    assert_eq!(tool.states("carol"), ["valid", "revoked"]);
}

/// What its authority has signed elsewhere can be revoked, and is not renewed with less in it.
#[test]
fn a_certificate_that_says_more_is_not_renewed() {
    let tool = Tool::with_server();
    sign_elsewhere(&tool, "carol", "/OU=night/CN=carol", 9);
    assert!(tool.fails("renew carol").contains("says more of its holder"));
    assert_eq!(tool.states("carol"), ["valid"]);
    tool.fine("revoke carol");
    assert_eq!(tool.states("carol"), ["revoked"]);
}

#[test]
fn what_has_ended_is_due() {
    let tool = Tool::with_server();
    sign_elsewhere(&tool, "carol", "/CN=carol", 0);
    assert_eq!(tool.states("carol"), ["expired"]);
    let said = tool.fine("renew --all --due 30");
    assert!(said.contains("left server alone") && !said.contains("the old one counts"), "{said}");
    assert_eq!(tool.states("carol"), ["valid"]);
}
