use super::super::testing::{policy, role};
use super::super::{Decision, Denial, Role};
use crate::catalogue::{Op, route};
use crate::request::{About, Identity, Object, Peer, Request, understand_head};
use http::{HeaderMap, Method};
use std::sync::Arc;

const ID: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

fn web() -> Object {
    let labels = [("tier", "web"), ("com.docker.compose.project", "shop"), ("com.docker.compose.service", "front")];
    Object {
        also: Vec::new(),
        id: ID.into(),
        name: "shop-front-1".into(),
        image: "nginx:1".into(),
        state: "running".into(),
        labels: labels.map(|(key, value)| (key.into(), value.into())).into(),
    }
}

fn request(line: &str, about: About) -> Request {
    let (method, path) = line.split_once(' ').unwrap();
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    let peer = Peer::Unix { uid: 1, gid: 1, pid: 1, groups: Vec::new(), user: None, group_names: Vec::new() };
    let who = Arc::new(Identity::new("test".into(), peer));
    let mut request =
        understand_head(who, method.clone(), route(&method, path).unwrap(), "", &HeaderMap::new()).unwrap();
    if request.uses.is_none() {
        request = request.with_body(b"").unwrap();
    }
    request.is_about(about);
    request
}

fn found(object: Object) -> About {
    About::Found(Box::new(object))
}

fn denial(role: &Role, request: Request) -> Option<Denial> {
    match role.decide(request) {
        Decision::Allow(_) => None,
        Decision::Deny(denial) => Some(denial),
    }
}

#[test]
fn a_target_is_what_the_daemon_says_it_is() {
    for (target, expected) in [
        ("{ label: tier=web }", true),
        ("{ label: tier }", true),
        ("{ label: 'tier=w*' }", true),
        ("{ label: tier=db }", false),
        ("{ project: shop }", true),
        ("{ project: shop, service: front }", true),
        ("{ project: shop, service: db }", false),
        ("{ image: 'nginx:*' }", true),
        ("{ image: redis }", false),
        ("{ state: running }", true),
        ("{ state: [exited, created] }", false),
        ("{ name: 'shop-*' }", true),
        ("{ name: web }", false),
        ("{ name: 'shop-*', label: tier=db }", false),
        ("[{ label: tier=db }, { name: 'shop-*' }]", true),
        ("[{ label: tier=db }, { name: web }]", false),
    ] {
        let role = role(&format!("may:\n- ContainerStop: {{ target: {target} }}"));
        assert!(role.asks_about(Op::ContainerStop), "{target}");
        for name in ["shop-front-1", "0123456789ab", "cafe"] {
            let stop = request(&format!("POST /containers/{name}/stop"), found(web()));
            let denial = denial(&role, stop);
            assert_eq!(denial.is_none(), expected, "{target} {name}: {denial:?}");
        }
    }
}

#[test]
fn what_was_judged_is_what_is_named_from_then_on() {
    let role = role("may:\n- ContainerStop: { target: { label: tier=web } }");
    let Decision::Allow(allowed) = role.decide(request("POST /containers/web/stop", found(web()))) else { panic!() };
    assert_eq!(allowed.request().params().object.as_deref(), Some(ID));
    let volume = request("DELETE /volumes/data", found(Object { name: "data".into(), ..Object::default() }));
    assert_eq!(volume.params().object.as_deref(), Some("data"));
}

#[test]
fn without_an_answer_nothing_by_its_facts_is_allowed_and_all_of_never_is_forbidden() {
    let may = role("may:\n- ContainerStop: { target: { label: tier=web } }");
    assert!(denial(&may, request("POST /containers/web/stop", About::Unasked)).is_some());
    assert!(denial(&may, request("POST /containers/web/stop", About::Absent)).is_some());
    let never = role("may: [ContainerStop]\nnever:\n- ContainerStop: { target: { label: tier=web } }");
    assert!(denial(&never, request("POST /containers/web/stop", About::Unasked)).is_some());
    assert!(denial(&never, request("POST /containers/web/stop", found(web()))).is_some());
    assert!(denial(&never, request("POST /containers/web/stop", found(Object::default()))).is_none());
    assert!(denial(&never, request("POST /containers/web/stop", About::Absent)).is_none());
}

#[test]
fn never_by_name_is_exact_once_the_daemon_was_asked() {
    let role = role("may: [ContainerStop]\nnever:\n- ContainerStop: { target: { name: vault } }");
    assert!(role.asks_about(Op::ContainerStop));
    let vault = Object { id: ID.into(), name: "vault".into(), ..Object::default() };
    assert!(denial(&role, request("POST /containers/0123456789ab/stop", found(vault))).is_some());
    assert!(denial(&role, request("POST /containers/0123456789ab/stop", found(web()))).is_none());
    assert!(denial(&role, request("POST /containers/0123456789ab/stop", About::Unasked)).is_some());
}

#[test]
fn an_exec_is_a_matter_of_its_container() {
    let role = role("may:\n- ExecStart: { target: { name: 'shop-*' } }\n- ExecInspect: { target: { label: tier=db } }");
    assert!(denial(&role, request("POST /exec/abc/start", found(web()))).is_none());
    let other = denial(&role, request("GET /exec/abc/json", found(web()))).unwrap();
    assert!(other.to_string().contains("an exec of the container `shop-front-1`"), "{other}");
    assert!(denial(&role, request("POST /exec/abc/start", About::Unasked)).is_some());
}

#[test]
fn what_nothing_shows_is_hidden_and_what_is_shown_is_denied() {
    let stop = "- ContainerStop: { target: { label: tier=db } }";
    for (more, hidden) in [
        ("", true),
        ("- ContainerInspect: { target: { label: tier=db } }", true),
        ("- ContainerInspect: { target: { project: shop } }", false),
        ("- ContainerInspect", false),
        ("- ContainerList", false),
        ("- ContainerLogs", true),
    ] {
        let role = role(&format!("may:\n{stop}\n{more}"));
        let request = request("POST /containers/web/stop", found(web()));
        assert_eq!(role.hides(&request).is_some(), hidden, "{more}");
    }
    let role = role("may:\n- ContainerList\n- ContainerStop: { target: { label: x } }");
    assert!(role.hides(&request("POST /containers/web/stop", About::Absent)).is_some());
}

#[test]
fn operations_without_such_a_limit_ask_nothing() {
    let role = role(
        "may:\n- ContainerStart\n- ContainerStop: { target: { label: tier=web } }\n- ImageInspect: { target: { name: nginx } }",
    );
    for op in [Op::ContainerStart, Op::ImageInspect, Op::ContainerList] {
        assert!(!role.asks_about(op), "{op:?}");
    }
}

#[test]
fn tests_of_a_policy_say_what_the_daemon_would() {
    let text = "version: 1\nroles:\n  ops:\n    who: anyone\n    may:\n    - ContainerStop: { target: { label: tier=web } }\ntests:\n\
        - { it: a, send: POST /containers/x/stop, about: { label: tier=web }, expect: allow }\n\
        - { it: b, send: POST /containers/x/stop, about: { label: tier=db }, expect: absent }\n\
        - { it: c, send: POST /containers/x/stop, about: absent, expect: absent }\n\
        - { it: d, send: POST /containers/x/stop, expect: { deny: target } }\n";
    let policy = policy(text);
    for case in policy.cases() {
        let result = case.run(&policy);
        assert!(result.passed(), "{}: {:?}", result.it, result.failure);
    }
}
