use super::super::Decision;
use super::super::testing::{policy, with_body};
use crate::request::{About, Known, Object};

const POLICY: &str = "version: 1\nroles:\n  a:\n    who: [{ uid: 1 }]\n    tenant: a\n    shared: { use: { images: any } }\n    may: [everything]\n  ops:\n    who: others\n    may: [everything]\n";

/// The target and body that are forwarded for the role with this index.
fn forwarded(role: usize, line: &str, body: &str) -> String {
    let mut request = with_body(line, body);
    let own = || Object { labels: [("dockgate.tenant".to_owned(), "a".to_owned())].into(), ..Object::default() };
    let known: Known = request.references().into_iter().map(|found| (found, About::Found(Box::new(own())))).collect();
    request.known = known;
    if request.operation().target.is_some() {
        request.is_about(About::Found(Box::new(own())));
    }
    match policy(POLICY).roles()[role].decide(request) {
        Decision::Allow(permit) => {
            let (query, body) = (permit.request().canonical_query(false), permit.request().canonical_body());
            [query, body.unwrap_or_default()].join(" ").trim().to_owned()
        }
        Decision::Deny(denial) => denial.to_string(),
    }
}

#[test]
fn what_a_tenant_makes_carries_its_label() {
    let label = r#""Labels":{"dockgate.tenant":"a"}"#;
    let cases = [
        ("POST /containers/create", "{}", format!("{{{label}}}")),
        ("POST /networks/create", r#"{"Name":"n"}"#, format!(r#"{{"Name":"n",{label}}}"#)),
        ("POST /volumes/create", "{}", format!("{{{label}}}")),
        ("POST /commit?container=c", "", format!("container=c {{{label}}}")),
        ("POST /secrets/create", r#"{"Name":"s","Data":"eA=="}"#, format!(r#"{{"Name":"s",{label},"Data":"eA=="}}"#)),
    ];
    for (line, body, expected) in cases {
        assert_eq!(forwarded(0, line, body), expected, "{line}");
    }
    let service = forwarded(0, "POST /services/s/update?version=1", r#"{"Name":"s"}"#);
    assert_eq!(service.matches(label).count(), 2, "{service}");
    let other = forwarded(0, "POST /containers/create", r#"{"Labels":{"x":"y"}}"#);
    assert_eq!(other, r#"{"Labels":{"x":"y","dockgate.tenant":"a"}}"#);
}

#[test]
fn volumes_of_mounts_carry_it_too() {
    let body =
        r#"{"HostConfig":{"Mounts":[{"Type":"volume","Source":"v","Target":"/v"},{"Type":"tmpfs","Target":"/t"}]}}"#;
    let found = forwarded(0, "POST /v1.47/containers/create", body);
    assert!(
        found.contains(r#""Source":"v","VolumeOptions":{"Labels":{"dockgate.tenant":"a"}}"#)
            || found.contains(r#""VolumeOptions":{"Labels":{"dockgate.tenant":"a"}}"#),
        "{found}"
    );
    assert_eq!(found.matches("dockgate.tenant").count(), 2, "{found}");
}

#[test]
fn builds_imports_and_prunes_say_it_in_their_query() {
    let cases = [
        ("POST /build?t=x", "t=x&nocache=1&labels=%7B%22dockgate.tenant%22%3A%22a%22%7D"),
        (
            "POST /build?labels=%7B%22x%22%3A%22y%22%7D&cachefrom=%5B%5D",
            "nocache=1&labels=%7B%22x%22%3A%22y%22%2C%22dockgate.tenant%22%3A%22a%22%7D",
        ),
        ("POST /build?labels=null", "nocache=1&labels=%7B%22dockgate.tenant%22%3A%22a%22%7D"),
        ("POST /images/create?fromSrc=-", "fromSrc=-&changes=LABEL%20dockgate.tenant%3Da"),
        ("POST /images/create?fromImage=r&tag=1", "fromImage=r&tag=1"),
        ("POST /containers/prune", "filters=%7B%22label%22%3A%7B%22dockgate.tenant%3Da%22%3Atrue%7D%7D"),
        (
            "POST /volumes/prune?filters=%7B%22label%22%3A%5B%22x%22%5D%7D",
            "filters=%7B%22label%22%3A%7B%22dockgate.tenant%3Da%22%3Atrue%2C%22x%22%3Atrue%7D%7D",
        ),
    ];
    for (line, expected) in cases {
        assert_eq!(forwarded(0, line, ""), expected, "{line}");
    }
}

#[test]
fn whoever_changes_a_tenants_service_leaves_it_its_own() {
    let label = r#""Labels":{"dockgate.tenant":"a"}"#;
    for body in [r#"{"Name":"s"}"#, r#"{"Name":"s","Labels":{"dockgate.tenant":"a"}}"#] {
        let service = forwarded(1, "POST /services/s/update?version=1", body);
        assert_eq!(service.matches(label).count(), 2, "{service}");
    }
    let secret = forwarded(1, "POST /secrets/s/update?version=1", r#"{"Name":"s"}"#);
    assert!(secret.contains(label), "{secret}");
    let taken = forwarded(1, "POST /secrets/s/update?version=1", r#"{"Name":"s","Labels":{"dockgate.tenant":"b"}}"#);
    assert!(taken.contains("tells tenants apart"), "{taken}");
}

#[test]
fn what_is_nobodys_inherits_no_tenant_from_an_image() {
    assert_eq!(forwarded(1, "POST /containers/create", "{}"), r#"{"Labels":{"dockgate.tenant":""}}"#);
    assert_eq!(forwarded(1, "POST /build", ""), "nocache=1&labels=%7B%22dockgate.tenant%22%3A%22%22%7D");
    assert_eq!(forwarded(1, "POST /volumes/create", "{}"), "{}");
    assert_eq!(forwarded(1, "POST /containers/prune", ""), "");
}

#[test]
fn what_carries_the_label_is_allowed_when_it_is_judged_again() {
    let labelled = "version: 1\nroles:\n  a:\n    who: anyone\n    tenant: a\n    may:\n      - ContainerCreate: { labels: [team] }\n      - NetworkCreate: { labels: [team] }\n";
    let policy = policy(labelled);
    let role = &policy.roles()[0];
    for (line, body) in
        [("POST /containers/create", r#"{"Labels":{"team":"x"}}"#), ("POST /networks/create", r#"{"Name":"n"}"#)]
    {
        let mut request = with_body(line, body);
        request.known = request.references().into_iter().map(|found| (found, About::Absent)).collect();
        let Decision::Allow(permit) = role.decide(request) else { panic!("{line} is denied") };
        assert!(matches!(role.decide(permit.request().clone()), Decision::Allow(_)), "{line}");
    }
}
