//! Ports with mutual TLS: the certificate is the identity, and without one there is no answer.

use crate::common::{Authority, Client, EVERYTHING, Gate, Holder, ask, dns, get, wait};
use dockgate::proxy::Tls;
use rcgen::{CertificateParams, DnType, SanType, date_time_ymd};
use rustls::version::{TLS12, TLS13};
use rustls::{HandshakeKind, SupportedProtocolVersion};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const BOTH: &[&SupportedProtocolVersion] = &[&TLS12, &TLS13];

fn uri(text: &str) -> SanType {
    SanType::URI(text.try_into().unwrap())
}

fn email(text: &str) -> SanType {
    SanType::Rfc822Name(text.try_into().unwrap())
}

type Change = fn(&mut CertificateParams);

/// Roles, what they look for, and a certificate that has it.
const FACTS: &[(&str, &str, Change)] = &[
    ("by-name", "common_name: \"*.ops.example.com\"", |p| {
        p.distinguished_name.push(DnType::CommonName, "anna.ops.example.com")
    }),
    ("by-organization", "organization: Example", |p| p.distinguished_name.push(DnType::OrganizationName, "Example")),
    ("by-dns", "dns: build.example.com", |p| p.subject_alt_names = vec![dns("Build.example.com")]),
    ("by-uri", "uri: \"spiffe://example.com/view/*\"", |p| {
        p.subject_alt_names = vec![uri("spiffe://example.com/view/7")]
    }),
    ("by-email", "email: anna@example.com", |p| p.subject_alt_names = vec![email("anna@example.com")]),
];

fn role(name: &str, fact: &str) -> String {
    format!("  {name}:\n    who: [{{ cert: {{ {fact} }} }}]\n    may: [ping]\n")
}

/// The role that a client is told it has.
fn role_of(gate: &Gate, authority: &Authority, holder: &Holder, version: &'static SupportedProtocolVersion) -> String {
    let mut client = Client::tls(&gate.address(1), authority.client(Some(holder), &[version]));
    let answer = client.send(get("/v1.45/info")).answer();
    assert_eq!(answer.status, 403);
    let message = answer.message();
    let role = message.strip_prefix("dockgate: ").and_then(|rest| rest.split(' ').next());
    role.unwrap_or_default().to_owned()
}

#[test]
fn the_certificate_decides_the_role() {
    let authority = Authority::new();
    let (by_hash, by_key) = (authority.sign(|_| {}), authority.sign(|_| {}));
    let mut policy = "version: 1\nroles:\n".to_owned();
    policy.extend(FACTS.iter().map(|(name, fact, _)| role(name, fact)));
    policy += &role("by-hash", &format!("sha256: {}", by_hash.sha256()));
    policy += &role("by-key", &format!("key_sha256: {}", by_key.key_sha256()));
    let gate = Gate::under(EVERYTHING).tcp(Some(authority.server()), &policy).start();
    for version in BOTH {
        for (name, _, change) in FACTS {
            assert_eq!(role_of(&gate, &authority, &authority.sign(change), version), *name);
        }
        assert_eq!(role_of(&gate, &authority, &by_hash, version), "by-hash");
        assert_eq!(role_of(&gate, &authority, &by_key, version), "by-key");
        let nobody = authority.sign(|p| p.distinguished_name.push(DnType::CommonName, "ops.example.com"));
        assert_eq!(role_of(&gate, &authority, &nobody, version), "the", "the policy has no role");
    }
    assert_eq!(gate.daemon().received(), []);
}

#[test]
fn strangers_get_no_answer() {
    let (authority, other) = (Authority::new(), Authority::new());
    let gate = Gate::under(EVERYTHING).tcp(Some(authority.server()), EVERYTHING).start();
    let stranger = other.sign(|p| p.distinguished_name.push(DnType::CommonName, "anna.ops.example.com"));
    for version in BOTH {
        for holder in [None, Some(&stranger)] {
            let mut client = Client::tls(&gate.address(1), authority.client(holder, &[version]));
            let _ = client.try_send(get("/v1.45/info"));
            assert!(client.try_answer().is_err());
        }
    }
    let mut plain = Client::tcp(&gate.address(1));
    plain.send(get("/v1.45/info")).half_close();
    assert!(!String::from_utf8_lossy(&plain.rest()).contains("HTTP/"), "TLS is not optional");
    assert_eq!(gate.daemon().received(), []);
}

#[test]
fn streams_run_under_tls_and_end_by_halves() {
    let authority = Authority::new();
    let gate = Gate::under(EVERYTHING).tcp(Some(authority.server()), EVERYTHING).start();
    let holder = authority.sign(|_| {});
    for version in BOTH {
        let mut client = Client::tls(&gate.address(1), authority.client(Some(&holder), &[version]));
        let attach = ask("POST", "/v1.45/containers/cat/attach?stream=1&stdin=1&stdout=1").upgrade("tcp");
        client.send([attach.bytes().as_slice(), b"hello"].concat()).half_close();
        assert!(client.head().starts_with("HTTP/1.1 101"));
        assert_eq!(client.exactly(13)[8..], *b"hello");
        assert_eq!(client.rest(), b"");
    }
}

#[test]
fn a_client_of_tls_that_is_gone_is_gone_for_the_daemon() {
    let authority = Authority::new();
    let gate = Gate::under(EVERYTHING).tcp(Some(authority.server()), EVERYTHING).start();
    let holder = authority.sign(|_| {});
    let attach = ask("POST", "/v1.45/containers/web/attach?stream=1&stdout=1").upgrade("tcp").bytes();
    for request in [get("/v1.45/events"), attach] {
        gate.daemon().clear();
        let mut client = Client::tls(&gate.address(1), authority.client(Some(&holder), BOTH));
        client.send(&request).head();
        drop(client);
        gate.daemon().only_until("the client's end", |exchange| exchange.gone);
    }
}

/// The second in which we are, and this many more.
fn seconds_from_now(seconds: u64) -> Duration {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Duration::from_secs(now.as_secs() + seconds)
}

#[test]
fn a_certificate_that_expires_ends_the_rights_of_an_open_connection() {
    let authority = Authority::new();
    let gate = Gate::under(EVERYTHING).tcp(Some(authority.server()), EVERYTHING).start();
    let end = seconds_from_now(3);
    let holder = authority.sign(|p| p.not_after = date_time_ymd(1970, 1, 1) + end);
    let mut clients = BOTH.iter().map(|version| {
        let mut client = Client::tls(&gate.address(1), authority.client(Some(&holder), &[version]));
        assert_eq!(client.send(get("/v1.45/_ping")).answer().status, 200);
        client
    });
    let mut clients = [clients.next().unwrap(), clients.next().unwrap()];
    let left = (UNIX_EPOCH + end + Duration::from_millis(1200)).duration_since(SystemTime::now()).unwrap();
    thread::sleep(left);
    gate.daemon().clear();
    for client in &mut clients {
        let answer = client.send(get("/v1.45/_ping")).answer();
        assert_eq!((answer.status, answer.header("connection")), (403, Some("close")));
        assert!(answer.message().contains("expired"), "{}", answer.text());
    }
    assert_eq!(gate.daemon().received(), []);
}

#[test]
fn no_session_is_resumed() {
    let authority = Authority::new();
    let gate = Gate::under(EVERYTHING).tcp(Some(authority.server()), EVERYTHING).start();
    let holder = authority.sign(|_| {});
    for version in BOTH {
        let config = authority.client(Some(&holder), &[version]);
        for _ in 0..3 {
            let mut client = Client::tls(&gate.address(1), config.clone());
            assert_eq!(client.send(get("/v1.45/_ping")).answer().status, 200);
            assert_eq!(client.handshake(), Some(HandshakeKind::Full), "{version:?}");
        }
    }
}

/// The year in which lists of revoked certificates end that are good.
const LATER: i32 = 2090;

fn take(gate: &mut Gate, tls: Arc<Tls>) {
    let plans = vec![gate.planned("gate.sock", EVERYTHING), gate.planned_tcp(Some(tls), EVERYTHING)];
    gate.reload(plans).unwrap();
}

#[test]
fn a_revoked_certificate_opens_nothing_and_its_twin_does() {
    let authority = Authority::new();
    let (lost, kept) = (authority.sign(|_| {}), authority.sign(|_| {}));
    let server = authority.server_with(Some(authority.revoke(&[&lost], LATER)));
    let gate = Gate::under(EVERYTHING).tcp(Some(server), EVERYTHING).start();
    for version in BOTH {
        let mut client = Client::tls(&gate.address(1), authority.client(Some(&lost), &[version]));
        let _ = client.try_send(get("/v1.45/info"));
        assert!(client.try_answer().is_err());
        assert_eq!(gate.daemon().received(), []);
        let mut client = Client::tls(&gate.address(1), authority.client(Some(&kept), &[version]));
        assert_eq!(client.send(get("/v1.45/info")).answer().status, 200);
        gate.daemon().clear();
    }
}

#[test]
fn a_list_that_has_ended_or_is_from_elsewhere_lets_nobody_in() {
    let (authority, other) = (Authority::new(), Authority::new());
    let holder = authority.sign(|_| {});
    for list in [authority.revoke(&[], 2026), other.revoke(&[], LATER)] {
        let gate = Gate::under(EVERYTHING).tcp(Some(authority.server_with(Some(list))), EVERYTHING).start();
        let mut client = Client::tls(&gate.address(1), authority.client(Some(&holder), BOTH));
        let _ = client.try_send(get("/v1.45/info"));
        assert!(client.try_answer().is_err());
        assert_eq!(gate.daemon().received(), []);
    }
}

#[test]
fn a_list_that_ends_later_ends_streams_too() {
    let authority = Authority::new();
    let holder = authority.sign(|_| {});
    let end = seconds_from_now(3);
    let server = authority
        .server_with(Some(authority.revoke_with(&[], |list| list.next_update = date_time_ymd(1970, 1, 1) + end)));
    let gate = Gate::under(EVERYTHING)
        .limits(|limits| limits.verify_every = Duration::from_millis(500))
        .tcp(Some(server), EVERYTHING)
        .start();
    let connect = || Client::tls(&gate.address(1), authority.client(Some(&holder), BOTH));
    let (mut events, mut idle) = (connect(), connect());
    events.send(get("/v1.45/events")).head();
    assert_eq!(idle.send(get("/_ping")).answer().status, 200);
    events.until_cut();
    assert!(SystemTime::now() >= UNIX_EPOCH + end, "not before its end");
    assert_eq!(idle.send(get("/v1.45/info")).answer().status, 403);
}

/// The verifier looks at one list of an authority, and it must not be the older one.
#[test]
fn two_lists_of_one_authority_are_refused() {
    let authority = Authority::new();
    let (old, new) = (authority.revoke(&[], LATER), authority.revoke(&[&authority.sign(|_| {})], LATER));
    let error = authority.server_from(Some(old + &new), |_| ()).unwrap_err();
    assert!(error.to_string().contains("second list"), "{error}");
    assert!(authority.server_from(Some(new), |_| ()).is_ok());
}

#[test]
fn nothing_of_a_key_is_in_an_error() {
    let authority = Authority::new();
    for change in [|key: String| key.replace('\n', ""), |key: String| key.replace("-----END", "---END")] {
        let mut text = String::new();
        let error = authority.server_from(None, |files| {
            text = std::fs::read_to_string(&files.key).unwrap();
            std::fs::write(&files.key, change(text.clone())).unwrap();
        });
        let error = error.unwrap_err().to_string();
        let secret = text.lines().nth(1).unwrap();
        let bytes = format!("{:?}", &secret.as_bytes()[..4]);
        let bytes = bytes.trim_matches(['[', ']']);
        assert!(error.contains("key.pem") && !error.contains(bytes) && !error.contains(&secret[..8]), "{error}");
    }
}

#[test]
fn what_would_never_be_read_to_its_end_is_refused() {
    let authority = Authority::new();
    for path in ["/dev/zero", "/tmp"] {
        let error = authority.server_from(None, |files| files.crl = vec![path.into()]).unwrap_err();
        assert!(error.to_string().contains("no file"), "{error}");
    }
}

#[test]
fn a_certificate_that_is_revoked_later_loses_its_connections_and_streams() {
    let authority = Authority::new();
    let (lost, kept) = (authority.sign(|_| {}), authority.sign(|_| {}));
    let mut gate = Gate::under(EVERYTHING).audited().tcp(Some(authority.server()), EVERYTHING).start();
    let connect = |holder| Client::tls(&gate.address(1), authority.client(Some(holder), BOTH));
    let (mut idle, mut events, mut other) = (connect(&lost), connect(&lost), connect(&kept));
    assert_eq!(idle.send(get("/_ping")).answer().status, 200);
    events.send(get("/v1.45/events")).head();
    other.send(get("/v1.45/events")).head();
    take(&mut gate, authority.server_with(Some(authority.revoke(&[&lost], LATER))));
    events.until_cut();
    gate.daemon().clear();
    let answer = idle.send(get("/v1.45/info")).answer();
    assert_eq!(answer.status, 403);
    assert!(answer.message().contains("revoked"), "{}", answer.text());
    assert_eq!(gate.daemon().received(), []);
    let ended = gate.records("ended", 2);
    assert_eq!(ended.iter().filter(|end| end["end"] == "revoked").count(), 1, "the other goes on: {ended:#?}");
}

#[test]
fn clients_of_an_authority_that_is_taken_away_are_strangers_at_once() {
    let (before, after) = (Authority::new(), Authority::new());
    let holder = before.sign(|_| {});
    let mut gate = Gate::under(EVERYTHING).tcp(Some(before.server()), EVERYTHING).start();
    let mut client = Client::tls(&gate.address(1), before.client(Some(&holder), BOTH));
    assert_eq!(client.send(get("/_ping")).answer().status, 200);
    take(&mut gate, after.server());
    let answer = client.send(get("/_ping")).answer();
    assert_eq!(answer.status, 403);
    assert!(answer.message().contains("not trusted any more"), "{}", answer.text());
}

#[test]
fn a_stream_ends_with_the_certificate_that_opened_it() {
    let authority = Authority::new();
    let gate = Gate::under(EVERYTHING).audited().tcp(Some(authority.server()), EVERYTHING).start();
    let end = seconds_from_now(3);
    let holder = authority.sign(|p| p.not_after = date_time_ymd(1970, 1, 1) + end);
    let mut client = Client::tls(&gate.address(1), authority.client(Some(&holder), BOTH));
    client.send(get("/v1.45/events")).head();
    client.until_cut();
    assert_eq!(gate.records("ended", 1)[0]["end"], "revoked");
    assert!(SystemTime::now() > UNIX_EPOCH + end);
}

/// Whoever only begins handshakes keeps nobody from requests that others have open, and frees the
/// place when it goes.
#[test]
fn handshakes_that_are_only_begun_are_bounded() {
    let authority = Authority::new();
    let gate = Gate::under(EVERYTHING)
        .limits(|limits| limits.handshakes = 5)
        .tcp(Some(authority.server()), EVERYTHING)
        .start();
    let holder = authority.sign(|_| {});
    let connect = || Client::tls(&gate.address(1), authority.client(Some(&holder), BOTH));
    let mut open = connect();
    assert_eq!(open.send(get("/_ping")).answer().status, 200);
    let works = || {
        let mut client = connect();
        client.try_send(get("/_ping")).is_ok() && client.try_answer().is_ok_and(|answer| answer.status == 200)
    };
    let begun: Vec<Client> = (0..5).map(|_| Client::tcp(&gate.address(1))).collect();
    let mut begun = begun;
    begun.iter_mut().for_each(|client| drop(client.try_send("\x16")));
    wait("no more handshakes", || (!works()).then_some(()));
    assert_eq!(open.send(get("/_ping")).answer().status, 200);
    drop(begun);
    wait("room for a handshake", || works().then_some(()));
}
