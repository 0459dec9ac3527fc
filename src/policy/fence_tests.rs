use super::super::testing::{one_role, policy, with_body};
use super::super::{Decision, Role};
use super::*;
use crate::catalogue::OPERATIONS;
use crate::request::Known;

const LABEL: &str = "dockgate.tenant";
const CREATE: &str = "POST /v1.47/containers/create";

/// An object of a tenant, or of nobody.
fn object(name: &str, tenant: &str) -> Object {
    let labels = if tenant.is_empty() { Vec::new() } else { vec![(LABEL.to_owned(), tenant.to_owned())] };
    Object {
        id: format!("id-{name}"),
        name: name.to_owned(),
        labels: labels.into_iter().collect(),
        ..Object::default()
    }
}

/// What the daemon says of names like `a-web`: an object of the tenant `a`; `x-` is nobody's, `no-` is none.
fn told(name: &str) -> About {
    let name = name.strip_prefix("docker.io/library/").unwrap_or(name);
    let (tenant, rest) = name.split_once('-').unwrap_or(("x", name));
    match tenant {
        "no" => About::Absent,
        "x" => About::Found(Box::new(object(rest, ""))),
        tenant => About::Found(Box::new(object(name, tenant))),
    }
}

fn asked(line: &str, body: &str) -> Request {
    let mut request = with_body(line, body);
    let path = request.params().object.as_deref().map(told);
    let known: Known = request
        .references()
        .into_iter()
        .map(|found| {
            let about = told(&found.name);
            (found, about)
        })
        .collect();
    request.known = known;
    request.is_about(path.unwrap_or_default());
    request
}

fn tenant_a() -> Role {
    let body = "tenant: a\nshared: { use: { networks: [proxy], volumes: [cache] }, read: { containers: [log] } }\nmay: [everything]";
    policy(&one_role(body)).roles()[0].clone()
}

/// `allow`, `deny`, or `absent`.
fn verdict(role: &Role, line: &str, body: &str) -> &'static str {
    let request = asked(line, body);
    let hidden = role.hides(&request).is_some();
    match role.decide(request) {
        Decision::Allow(_) => "allow",
        Decision::Deny(denial) if hidden && denial.is_of_target() => "absent",
        Decision::Deny(_) => "deny",
    }
}

#[test]
fn what_is_in_the_path_is_its_own_or_absent() {
    let role = tenant_a();
    for row in OPERATIONS.iter().filter(|row| held(row.op) == Held::ByObject && row.target.is_some()) {
        // without a tag, a push or save is one of every tag
        let tag = if matches!(row.op, Op::ImagePush | Op::ImageGet) { ":1" } else { "" };
        let path = |name: &str| {
            row.path.replace("{id}", name).replace("{name}", &format!("{name}{tag}")).replace("{checkpoint}", "c")
        };
        let verb = row.verb.as_str();
        assert_eq!(verdict(&role, &format!("{verb} {}", path("a-x")), ""), "allow", "{}", row.name);
        assert_eq!(verdict(&role, &format!("{verb} {}", path("b-x")), ""), "absent", "{}", row.name);
        assert_eq!(verdict(&role, &format!("{verb} {}", path("no-x")), ""), "absent", "{}", row.name);
    }
}

#[test]
fn what_no_fence_holds_is_closed() {
    let role = tenant_a();
    for row in OPERATIONS.iter().filter(|row| tenant_a().tenant().unwrap().closes(row.op)) {
        let path = row.path.replace("{id}", "a-x").replace("{name}", "a-x");
        let verb = if row.verb.as_str() == "*" { "GET" } else { row.verb.as_str() };
        assert_eq!(verdict(&role, &format!("{verb} {path}"), ""), "deny", "{}", row.name);
    }
}

#[test]
fn what_bodies_name_is_its_own_shared_or_absent() {
    let host = |host: &str| format!(r#"{{"Image":"x-busybox","HostConfig":{host}}}"#);
    let cases = [
        (host(r#"{"NetworkMode":"container:a-1"}"#), "allow"),
        (host(r#"{"NetworkMode":"container:b-1"}"#), "absent"),
        (host(r#"{"PidMode":"container:no-1"}"#), "absent"),
        (host(r#"{"VolumesFrom":["b-1"]}"#), "absent"),
        (host(r#"{"Links":["a-1:x","b-1:y"]}"#), "absent"),
        (host(r#"{"Links":["x-log:x"]}"#), "deny"),
        (host(r#"{"Binds":["a-v:/v"]}"#), "allow"),
        (host(r#"{"Binds":["no-v:/v"]}"#), "allow"),
        (host(r#"{"Binds":["x-cache:/v"]}"#), "allow"),
        (host(r#"{"Binds":["x-other:/v"]}"#), "absent"),
        (host(r#"{"Binds":["b-v:/v"]}"#), "absent"),
        (host(r#"{"NetworkMode":"a-n"}"#), "allow"),
        (host(r#"{"NetworkMode":"x-proxy"}"#), "allow"),
        (host(r#"{"NetworkMode":"b-n"}"#), "absent"),
        (host(r#"{"NetworkMode":"no-n"}"#), "absent"),
        (host(r#"{"NetworkMode":"default"}"#), "allow"),
        (r#"{"Image":"b-image"}"#.to_owned(), "absent"),
        (r#"{"Image":"a-image"}"#.to_owned(), "allow"),
        (r#"{"Image":"no-image"}"#.to_owned(), "absent"),
        (r#"{"Image":"x-i","NetworkingConfig":{"EndpointsConfig":{"a-n":{"NetworkID":"b-n"}}}}"#.to_owned(), "absent"),
    ];
    for (body, expected) in cases {
        assert_eq!(verdict(&tenant_a(), CREATE, &body), expected, "{body}");
    }
}

#[test]
fn names_and_tags_are_not_taken_from_others() {
    let cases = [
        ("POST /volumes/create", r#"{"Name":"no-v"}"#, "allow"),
        ("POST /volumes/create", r#"{"Name":"a-v"}"#, "allow"),
        ("POST /volumes/create", r#"{"Name":"b-v"}"#, "deny"),
        ("POST /volumes/create", r#"{"Name":"x-v"}"#, "deny"),
        ("POST /networks/create", r#"{"Name":"b-n"}"#, "deny"),
        ("POST /images/x-alpine/tag?repo=no-r", "", "deny"),
        ("POST /images/a-app/tag?repo=no-r", "", "allow"),
        ("POST /images/a-app/tag?repo=x-alpine", "", "deny"),
        ("GET /images/a-app/get", "", "deny"),
        ("GET /images/a-app:1/get", "", "allow"),
        ("GET /images/get?names=a-app", "", "deny"),
        ("POST /images/a-app/push", "", "deny"),
        ("GET /tasks?filters=%7B%22service%22%3A%5B%22b-s%22%5D%7D", "", "absent"),
        ("GET /tasks?filters=%7B%22node%22%3A%5B%22x-n%22%5D%7D", "", "absent"),
        ("POST /services/create", r#"{"Name":"s","TaskTemplate":{"ContainerSpec":{"Image":"x-i"}}}"#, "deny"),
        (
            "POST /services/create",
            r#"{"Name":"s","TaskTemplate":{"ContainerSpec":{"Image":"x-i@sha256:aa"}}}"#,
            "allow",
        ),
        (
            "POST /services/create",
            r#"{"Name":"s","TaskTemplate":{"ContainerSpec":{"Image":"no-i@sha256:aa"}}}"#,
            "allow",
        ),
        (
            "POST /services/create",
            r#"{"Name":"s","TaskTemplate":{"ContainerSpec":{"Image":"x-i@sha256:aa","Mounts":[{"Type":"volume","Source":"a-v","Target":"/v"}]}}}"#,
            "deny",
        ),
        ("POST /commit?container=a-1&repo=no-r", "", "allow"),
        ("POST /commit?container=b-1&repo=no-r", "", "absent"),
        ("POST /images/create?fromImage=x-alpine&tag=3", "", "allow"),
        ("POST /images/create?fromImage=b-app&tag=3", "", "deny"),
        ("POST /images/create?fromImage=no-app", "", "deny"),
        ("POST /images/create?fromSrc=-&repo=x-alpine", "", "deny"),
        ("POST /images/create?fromSrc=-&repo=no-mine", "", "deny"),
        ("POST /images/create?fromSrc=-", "", "allow"),
        ("POST /networks/create", r#"{"Name":"docker_gwbridge"}"#, "deny"),
        ("GET /images/get?names=x-one:1&names=b-two:1", "", "absent"),
        ("GET /images/get?names=x-one:1", "", "allow"),
        ("DELETE /images/x-alpine", "", "deny"),
        ("GET /images/x-alpine/json", "", "allow"),
        ("POST /networks/x-proxy/connect", r#"{"Container":"a-1"}"#, "allow"),
        ("POST /networks/x-proxy/connect", r#"{"Container":"b-1"}"#, "absent"),
        ("DELETE /networks/x-proxy", "", "deny"),
        ("DELETE /volumes/x-cache", "", "deny"),
        ("GET /containers/x-log/json", "", "allow"),
        ("POST /containers/x-log/stop", "", "deny"),
        ("POST /containers/x-other/stop", "", "absent"),
    ];
    for (line, body, expected) in cases {
        assert_eq!(verdict(&tenant_a(), line, body), expected, "{line} {body}");
    }
}

#[test]
fn what_was_not_asked_about_is_denied() {
    let request = with_body(CREATE, r#"{"Image":"busybox"}"#);
    let Decision::Deny(denial) = tenant_a().decide(request) else { panic!() };
    assert!(denial.to_string().contains("of which nothing is known"), "{denial}");
}

#[test]
fn nobody_sets_the_label_that_tells_tenants_apart() {
    let text = "version: 1\nroles:\n  a:\n    who: [{ uid: 1 }]\n    tenant: a\n    may: [everything]\n  ops:\n    who: others\n    may: [everything]\n";
    let policy = policy(text);
    let [a, ops] = policy.roles() else { panic!() };
    for (label, of_a, of_ops) in [("a", "allow", "deny"), ("b", "deny", "deny"), ("", "deny", "allow")] {
        let body = format!(r#"{{"Image":"x-i","Labels":{{"{LABEL}":"{label}"}}}}"#);
        assert_eq!((verdict(a, CREATE, &body), verdict(ops, CREATE, &body)), (of_a, of_ops), "{label}");
    }
    let ways = [
        ("POST /volumes/create", r#"{"Name":"no-v","Labels":{"dockgate.tenant":"a"}}"#),
        ("POST /commit?container=x-1&changes=LABEL%20dockgate.tenant%3Da", ""),
        ("POST /commit?container=x-1&changes=LABEL%20%22dockgate.tenant%22%3Da", ""),
        ("POST /build?labels=%7B%22dockgate.tenant%22%3A%22a%22%7D", ""),
        ("POST /images/create?fromSrc=-&repo=no-r&changes=LABEL%20dockgate.tenant%3Da", ""),
        (
            "POST /services/create",
            r#"{"Name":"s","TaskTemplate":{"ContainerSpec":{"Labels":{"dockgate.tenant":"a"}}}}"#,
        ),
    ];
    for (line, body) in ways {
        assert_eq!(verdict(ops, line, body), "deny", "{line} {body}");
    }
    assert_eq!(verdict(ops, CREATE, r#"{"Labels":{"other":"a"}}"#), "allow");
    let id = "ab".repeat(32);
    assert_eq!(verdict(ops, &format!("{CREATE}?name={id}"), "{}"), "deny");
    assert_eq!(verdict(ops, &format!("POST /containers/x-1/rename?name={id}"), ""), "deny");
    assert_eq!(verdict(ops, &format!("{CREATE}?name={}", &id[1..]), "{}"), "deny");
    assert_eq!(verdict(ops, &format!("{CREATE}?name=cafe"), "{}"), "allow");
}

#[test]
fn own_is_what_carries_the_label_and_what_will() {
    let role = policy(&one_role(
        "tenant: a\nshared: { use: { networks: [proxy] } }\nmay:\n- ContainerCreate: { image: any, networks: [own, proxy], volumes: own, pid: [default, own], links: own }\n- ContainerStop: { target: own }",
    ));
    let role = &role.roles()[0];
    let host = |host: &str| format!(r#"{{"Image":"x-busybox","HostConfig":{host}}}"#);
    let cases = [
        (r#"{"NetworkMode":"a-n"}"#, "allow"),
        (r#"{"NetworkMode":"proxy"}"#, "allow"),
        (r#"{"NetworkMode":"default"}"#, "deny"),
        (r#"{"NetworkMode":"a-n","Binds":["a-v:/v"]}"#, "allow"),
        (r#"{"NetworkMode":"a-n","Binds":["no-v:/v"]}"#, "allow"),
        (r#"{"NetworkMode":"a-n","Binds":["b-v:/v"]}"#, "absent"),
        (r#"{"NetworkMode":"a-n","PidMode":"container:a-1"}"#, "allow"),
        (r#"{"NetworkMode":"a-n","IpcMode":"container:a-1"}"#, "deny"),
        (r#"{"NetworkMode":"a-n","Links":["a-1:x"]}"#, "allow"),
        (r#"{"NetworkMode":"a-n","Links":["b-1:x"]}"#, "absent"),
    ];
    for (body, expected) in cases {
        assert_eq!(verdict(role, CREATE, &host(body)), expected, "{body}");
    }
    assert_eq!(verdict(role, "POST /containers/a-1/stop", ""), "allow");
    assert_eq!(verdict(role, "POST /containers/b-1/stop", ""), "absent");
}

#[test]
fn values_name_objects_by_their_labels() {
    let role = policy(&one_role(
        "may:\n- NetworkConnect: { container: { label: dockgate.tenant=a } }\nnever:\n- NetworkConnect: { container: { label: dockgate.tenant=b } }",
    ));
    let role = &role.roles()[0];
    let connect = |name: &str| format!(r#"{{"Container":"{name}"}}"#);
    for (name, expected) in [("a-1", "allow"), ("b-1", "deny"), ("x-1", "deny"), ("no-1", "deny")] {
        assert_eq!(verdict(role, "POST /networks/n-1/connect", &connect(name)), expected, "{name}");
    }
    let joins = policy(&one_role("may:\n- NetworkConnect: { networks: { label: dockgate.tenant=a } }"));
    for (network, expected) in [("a-n", "allow"), ("b-n", "deny")] {
        let line = format!("POST /networks/{network}/connect");
        assert_eq!(verdict(&joins.roles()[0], &line, &connect("x-1")), expected, "{network}");
    }
    let body = connect("a-1");
    let known = asked("POST /networks/n-1/connect", &body);
    assert_eq!(role.references(&known).len(), 1);
    assert_eq!(super::super::testing::role("may: [NetworkConnect]").references(&known).len(), 0);
    let unasked = with_body("POST /networks/n-1/connect", &body);
    assert!(matches!(role.decide(unasked), Decision::Deny(_)));
}

#[test]
fn own_means_nothing_without_a_tenant_or_an_object() {
    use super::super::testing::problems;
    let cases = [
        ("may:\n- ContainerCreate: { volumes: own }", "the role `ops` says `own`, and has no `tenant`"),
        ("may:\n- ContainerStop: { target: own }", "the role `ops` says `own`, and has no `tenant`"),
        ("tenant: a\nmay:\n- ContainerCreate: { user: own }", "`user` names no objects of one's own"),
        (
            "tenant: a\nmay:\n- ContainerCreate: { user: { label: x } }",
            "`user` names no objects that could have labels",
        ),
        ("tenant: a\nmay: [ping]\nnever:\n- ContainerCreate: { volumes: own }", "`own` cannot stand under `never`"),
        ("tenant: a\nmay:\n- ContainerStop: { target: { name: own } }", "`own` is no name"),
    ];
    for (body, expected) in cases {
        let found = problems(&one_role(body));
        assert!(found.len() == 1 && found[0].contains(expected), "{body} {found:?}");
    }
}

#[test]
fn several_instructions_in_one_change_are_no_way_around() {
    for change in ["CMD%20a%0ALABEL%20dockgate.tenant%3Db", "LABEL%20dockgate.tenant%3Db%20%5C", "CMD%20echo%20%5C"] {
        for line in [
            format!("POST /commit?container=a-1&repo=no-x&changes={change}"),
            format!("POST /images/create?fromSrc=-&changes={change}"),
        ] {
            assert_eq!(verdict(&tenant_a(), &line, ""), "deny", "{line}");
        }
    }
    let body = "may: [ImageCommit]\nnever:\n- ImageCommit: { labels: [evil], onbuild: any }";
    let role = super::super::testing::role(body);
    assert_eq!(verdict(&role, "POST /commit?container=x&changes=CMD%20a%0ALABEL%20evil%3D1", ""), "deny");
    assert_eq!(verdict(&role, "POST /commit?container=x&changes=CMD%20a", ""), "allow");
}
