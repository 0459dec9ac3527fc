use super::super::testing::{policy, problems, uid, unix};
use super::super::{NoRole, Policy};
use super::*;
use crate::request::Object;
use std::sync::Arc;

fn two_roles(who: &str) -> Policy {
    policy(&format!(
        "version: 1\nroles:\n  a:\n    who: {who}\n    may: [ping]\n  rest:\n    who: others\n    may: [ping]\n"
    ))
}

fn is_a(who: &str, identity: &Identity) -> bool {
    two_roles(who).role(identity).unwrap().name().as_str() == "a"
}

fn tcp(address: &str, certificate: Option<Certificate>) -> Identity {
    unix(Peer::Tcp { address: address.parse().unwrap(), certificate: certificate.map(Arc::new) })
}

fn member(uid: u32, gid: u32, groups: &[u32]) -> Identity {
    let (user, group_names) = (Some("ann".into()), vec!["docker".into(), "ann".into()]);
    unix(Peer::Unix { uid, gid, pid: 1, groups: groups.to_vec(), user, group_names })
}

fn certificate() -> Certificate {
    Certificate {
        subject: "CN=web.ops.example.com".into(),
        common_names: vec!["web.ops.example.com".into()],
        organizations: vec!["Example".into()],
        dns: vec!["WEB.example.com".into()],
        uri: vec!["spiffe://example.com/view/web".into()],
        email: vec!["ann@example.com".into()],
        sha256: "ab".repeat(32),
        key_sha256: "cd".repeat(32),
        not_after: None,
    }
}

#[test]
fn facts_of_the_process_are_compared() {
    let cases = [
        ("[{ uid: 1001 }]", true),
        ("[{ uid: [7, 1001] }]", true),
        ("[{ uid: 7 }]", false),
        ("[{ gid: 50 }]", true),
        ("[{ gid: 999 }]", true),
        ("[{ gid: 998 }]", false),
        ("[{ user: ann }]", true),
        ("[{ user: bob }]", false),
        ("[{ group: docker }]", true),
        ("[{ group: [wheel, ann] }]", true),
        ("[{ group: wheel }]", false),
        ("[{ uid: 1001, gid: 999 }]", true),
        ("[{ uid: 1001, gid: 998 }]", false),
        ("[{ uid: 7 }, { gid: 999 }]", true),
        ("[{ address: 0.0.0.0/0 }]", false),
        ("[{ cert: { common_name: '**' } }]", false),
    ];
    for (who, expected) in cases {
        assert_eq!(is_a(who, &member(1001, 50, &[999])), expected, "{who}");
    }
}

#[test]
fn the_overflow_id_never_matches() {
    assert!(!is_a("[{ user: ann }]", &member(OVERFLOW_ID, 50, &[])));
    let facts = Facts { uid: Some(vec![OVERFLOW_ID]), ..Facts::default() };
    assert!(!facts.hold(&member(OVERFLOW_ID, OVERFLOW_ID, &[])));
    let facts = Facts { gid: Some(vec![OVERFLOW_ID]), ..Facts::default() };
    assert!(!facts.hold(&member(1, OVERFLOW_ID, &[OVERFLOW_ID])));
}

#[test]
fn addresses_are_compared_in_their_plain_form() {
    let cases = [
        ("[{ address: 10.1.2.3 }]", "10.1.2.3", true),
        ("[{ address: 10.0.0.0/8 }]", "10.1.2.3", true),
        ("[{ address: 10.0.0.0/8 }]", "::ffff:10.1.2.3", true),
        ("[{ address: '::ffff:10.1.2.3' }]", "10.1.2.3", true),
        ("[{ address: 10.0.0.0/8 }]", "11.0.0.1", false),
        ("[{ address: '2001:db8::/32' }]", "2001:db8::1", true),
        ("[{ address: [10.0.0.0/8, 192.0.2.1] }]", "192.0.2.1", true),
        ("[{ uid: 0 }]", "10.1.2.3", false),
    ];
    for (who, address, expected) in cases {
        assert_eq!(is_a(who, &tcp(address, None)), expected, "{who} {address}");
    }
}

#[test]
fn the_group_of_elsewhere_counts_under_no_name() {
    let docker = "[{ group: docker }]";
    assert!(!is_a(docker, &member(1001, OVERFLOW_ID, &[])));
    assert!(!is_a(docker, &member(1001, OVERFLOW_ID, &[OVERFLOW_ID])));
    assert!(is_a(docker, &member(1001, OVERFLOW_ID, &[999])));
    assert!(is_a(docker, &member(OVERFLOW_ID, 50, &[])));
}

#[test]
fn certificates_are_compared_name_by_name() {
    let (ab, cd) = ("ab:".repeat(32), "CD".repeat(32));
    let cases = [
        ("common_name: web.ops.example.com", true),
        ("common_name: '*.ops.example.com'", true),
        ("common_name: '*.dev.example.com'", false),
        ("common_name: { regex: 'web[.].*' }", true),
        ("dns: web.EXAMPLE.com", true),
        ("uri: 'spiffe://example.com/view/*'", true),
        ("uri: 'spiffe://example.com/*'", false),
        ("uri: 'spiffe://example.com/**'", true),
        ("email: ann@example.com", true),
        ("email: Ann@example.com", false),
        ("organization: [Other, Example]", true),
        (&format!("sha256: '{}'", ab.trim_end_matches(':')), true),
        (&format!("key_sha256: {cd}"), true),
        (&format!("sha256: {cd}"), false),
        ("organization: Example, dns: other", false),
    ];
    for (facts, expected) in cases {
        let who = format!("[{{ cert: {{ {facts} }} }}]");
        assert_eq!(is_a(&who, &tcp("192.0.2.1", Some(certificate()))), expected, "{who}");
        assert!(!is_a(&who, &tcp("192.0.2.1", None)), "{who} without a certificate");
    }
}

#[test]
fn names_are_those_of_the_certificate_and_no_others() {
    let nameless = Certificate { sha256: "ab".repeat(32), ..Certificate::default() };
    for fact in ["common_name: '**'", "dns: '**'", "uri: '**'", "email: '**'", "organization: '**'"] {
        assert!(!is_a(&format!("[{{ cert: {{ {fact} }} }}]"), &tcp("192.0.2.1", Some(nameless.clone()))), "{fact}");
    }
}

#[test]
fn a_client_has_exactly_one_role_or_none() {
    let text = |who: &str| format!("    who: {who}\n    may: [ping]\n");
    let policy = policy(&format!(
        "version: 1\nroles:\n  a:\n{}  b:\n{}  c:\n{}",
        text("[{ uid: [1, 2] }]"),
        text("[{ uid: [2, 3] }]"),
        text("[{ uid: 2 }]")
    ));
    assert_eq!(policy.role(&uid(1)).unwrap().name().as_str(), "a");
    assert_eq!(policy.role(&uid(3)).unwrap().name().as_str(), "b");
    let nobody = policy.role(&uid(9)).unwrap_err();
    assert_eq!(nobody, NoRole::Nobody);
    assert_eq!(nobody.to_string(), "dockgate: the policy has no role for this client");
    let several = policy.role(&uid(2)).unwrap_err();
    let expected = "dockgate: the policy has several roles for this client, `a`, `b` and `c`: it must have exactly one";
    assert_eq!(several.to_string(), expected);
}

#[test]
fn groups_are_looked_up_only_where_they_count() {
    assert!(!two_roles("[{ uid: 1 }]").needs_groups());
    assert!(!two_roles("[{ cert: { dns: x } }, { address: 192.0.2.1 }]").needs_groups());
    for who in ["[{ gid: 1 }]", "[{ uid: 1 }, { user: ann }]", "[{ group: docker }]"] {
        assert!(two_roles(who).needs_groups(), "{who}");
    }
}

#[test]
fn what_can_be_for_nobody_is_a_problem() {
    let cases = [
        ("", "`who` must say for whom the role is; write `anyone`, `others`, or a list such as `[{ uid: 1001 }]`"),
        ("[]", "`who` must say for whom the role is; write `anyone`, `others`, or a list such as `[{ uid: 1001 }]`"),
        (
            "everyone",
            "`everyone` is no word for whom a role is; write `anyone`, `others`, or a list such as `[{ uid: 1001 }]`",
        ),
        ("[{}]", "an entry of `who` is empty"),
        (
            "[anyone]",
            "an entry of `who` is a fact with its value, but `anyone` is a word alone; \
             without a list it is a word of the language: write `who: anyone`",
        ),
        ("['1001']", "an entry of `who` is a fact with its value, but `1001` is a word alone; write `{ uid: 1001 }`"),
        (
            "[ann]",
            "an entry of `who` is a fact with its value, but `ann` is a word alone; \
             write `{ user: ann }`, or another of the facts",
        ),
        ("[{ uid: [] }]", "`uid` is empty"),
        ("[{ uid: ann }]", "`ann` is no number of a user or group; names of users and groups are `user:` and `group:`"),
        (
            "[{ uid: 0x10 }]",
            "`0x10` is no number of a user or group; names of users and groups are `user:` and `group:`",
        ),
        ("[{ uid: -1 }]", "`-1` is no number of a user or group; names of users and groups are `user:` and `group:`"),
        (
            "[{ gid: 65534 }]",
            "65534 stands for users and groups from elsewhere and never matches; give the client a user of its own",
        ),
        (
            "[{ user: nobody }]",
            "`nobody` stands for whoever has no name of their own and never matches; give the client a user of its own",
        ),
        ("[{ user: '' }]", "an empty word fits nobody"),
        ("[{ address: 10.0.0.300 }]", "`10.0.0.300` is neither an IP address nor a range such as `10.0.0.0/8`"),
        (
            "[{ address: 10.1.0.0/8 }]",
            "`10.1.0.0/8` does not begin at the beginning of its range; did you mean `10.0.0.0/8`?",
        ),
        ("[{ cert: { sha256: abc } }]", "`abc` is no SHA-256: 64 hex digits"),
        ("[{ cert: {} }]", "`cert` is empty"),
        (
            "[{ cert: { cn: x } }]",
            "`cn` is not known to this dockgate; there is `common_name`, `dns`, `uri`, `email`, `organization`, `sha256` and \
             `key_sha256`",
        ),
        ("[{ uids: 1 }]", "`uids` is not known to this dockgate; did you mean `uid`?"),
        ("[{ cert: { dns: { regex: '[' } } }]", "this is no regular expression: unclosed character class"),
    ];
    for (who, expected) in cases {
        let found = problems(&format!("version: 1\nroles:\n  a:\n    who: {who}\n    may: [ping]\n"));
        assert_eq!(found.len(), 1, "{who} {found:?}");
        assert!(found[0].ends_with(&format!(": {expected}")), "{who} {found:?}");
    }
}

fn in_container(change: impl Fn(&mut Object)) -> Identity {
    let labels = [("com.example.role", "runner"), ("com.docker.compose.project", "shop"), ("empty", "")];
    let mut container = Object {
        also: Vec::new(),
        id: "ab".repeat(32),
        name: "shop-web-1".into(),
        image: "registry.example.com/shop/web:2".into(),
        state: "running".into(),
        labels: labels.map(|(key, value)| (key.into(), value.into())).into(),
    };
    change(&mut container);
    let mut who = uid(0);
    who.container = Some(Arc::new(container));
    who
}

#[test]
fn containers_are_compared_by_what_the_daemon_says() {
    let id = "ab".repeat(32);
    let cases = [
        ("{ label: com.example.role=runner }", true),
        ("{ label: com.example.role }", true),
        ("{ label: 'com.example.role=run*' }", true),
        ("{ label: com.example.role=other }", false),
        ("{ label: com.example.role= }", false),
        ("{ label: empty= }", true),
        ("{ label: com.example }", false),
        ("{ label: [a=b, com.example.role=runner] }", true),
        ("{ name: 'shop-*' }", true),
        ("{ name: shop }", false),
        ("{ image: 'registry.example.com/shop/*' }", true),
        ("{ image: 'shop/*' }", false),
        ("{ project: shop }", true),
        ("{ project: web }", false),
        ("{ service: web }", false),
        ("{ project: shop, name: other }", false),
        (&format!("{{ id: {id} }}"), true),
    ];
    for (who, expected) in cases {
        assert_eq!(is_a(&format!("[{{ container: {who} }}]"), &in_container(|_| ())), expected, "{who}");
    }
    assert!(is_a("[{ container: { project: shop }, uid: 0 }]", &in_container(|_| ())));
    assert!(!is_a("[{ container: { project: shop }, uid: 7 }]", &in_container(|_| ())));
}

#[test]
fn who_is_in_no_container_fits_no_fact_of_one() {
    for who in ["{ label: com.example.role }", "{ name: '**' }", "{ project: '**' }"] {
        assert!(!is_a(&format!("[{{ container: {who} }}]"), &uid(0)), "{who}");
    }
}

#[test]
fn containers_are_looked_up_only_where_they_count() {
    assert!(two_roles("[{ container: { name: a } }]").needs_containers());
    assert!(!two_roles("[{ uid: 1 }]").needs_containers());
}

#[test]
fn what_says_nothing_of_a_container_is_a_problem() {
    for (who, word) in [
        ("{}", "nothing of the container"),
        ("{ id: abc }", "no ID"),
        ("{ label: '=x' }", "no label"),
        ("{ label: 'a*=x' }", "no label"),
        ("{ labels: a }", "labels"),
        ("web", "single word"),
    ] {
        let text = format!("version: 1\nroles:\n  a:\n    who: [{{ container: {who} }}]\n    may: [ping]\n");
        let found = problems(&text);
        assert!(found.iter().any(|problem| problem.contains(word)), "{who}: {found:?}");
    }
}

#[test]
fn tests_of_a_policy_can_be_sent_from_a_container() {
    let text = "version: 1\nroles:\n  web:\n    who: [{ container: { label: role=web, project: shop } }]\n    may: [ping]\n  rest:\n    who: others\n    may: [SystemInfo]\ntests:\n  - { it: a, as: { container: { label: [role=web, x=y], project: shop } }, send: GET /_ping, expect: allow }\n  - { it: b, as: { container: { label: role=web } }, send: GET /_ping, expect: { deny: SystemPing } }\n";
    let policy = policy(text);
    assert!(policy.cases().iter().all(|case| case.run(&policy).passed()));
}

#[test]
fn containers_are_known_on_tcp_as_well() {
    let mut who = tcp("10.0.0.2", Some(certificate()));
    who.container = in_container(|_| ()).container;
    for (entry, expected) in [
        ("{ container: { project: shop } }", true),
        ("{ container: { project: shop }, address: 10.0.0.0/8 }", true),
        ("{ container: { project: shop }, cert: { organization: Example } }", true),
        ("{ container: { project: shop }, cert: { organization: Other } }", false),
        ("{ container: { project: other }, address: 10.0.0.0/8 }", false),
        ("{ container: { project: shop }, uid: 0 }", false),
    ] {
        assert_eq!(is_a(&format!("[{entry}]"), &who), expected, "{entry}");
    }
}
