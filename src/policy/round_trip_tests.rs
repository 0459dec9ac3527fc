use super::super::testing::{role, with_body};
use super::super::{Decision, Role};
use crate::request::original::Original;
use crate::request::{About, Request, UseValue};
use std::sync::Arc;

const CREATE: &str = "POST /v1.45/containers/create?name=web";
const ORIGINAL: &str = r#"{"Image":"nginx:1","Env":["KEY=hush"],"Cmd":["serve","--key=hush"],"Labels":{"tier":"web","dockgate.tenant":"a"},"HostConfig":{"Binds":["/srv/hush:/srv"]}}"#;
const SHOWN: &str = r#"{"Image":"nginx:2","Labels":{"tier":"web"},"HostConfig":{"Binds":["/srv/hush:/srv"]}}"#;
const HIDES: &str = "may: [ContainerInspect: { hide: [env, command] }, ContainerCreate: { binds: any, labels: any }]";

fn asked(line: &str, body: &str) -> Request {
    let mut request = with_body(line, body);
    let mut original = Original::of_body(ORIGINAL.as_bytes(), &request).unwrap();
    original.object.name = "web".into();
    request.original = Some(Arc::new(original));
    request
}

/// What was put back, if something was.
fn completed(role: &Role, line: &str, body: &str) -> Option<String> {
    let whole = role.completed(asked(line, body));
    let said = whole.completed.as_ref().map(|completed| completed.said());
    assert_eq!(said.is_some(), whole.canonical_body().unwrap().contains("KEY=hush"));
    said
}

#[test]
fn what_was_hidden_comes_back() {
    let role = role(HIDES);
    assert_eq!(completed(&role, CREATE, SHOWN).unwrap(), "completed=env,command");
    let Decision::Allow(allowed) = role.decide(role.completed(asked(CREATE, SHOWN))) else { panic!() };
    assert_eq!(allowed.set(), ["completed=env,command"]);
    let hush = UseValue::Pair { key: "KEY".into(), value: Some("hush".into()) };
    assert!(allowed.request().uses.as_ref().unwrap().iter().any(|used| used.value == hush));
    assert!(!format!("{allowed:?}").contains("hush"), "{allowed:?}");
}

#[test]
fn only_for_a_copy_of_what_has_the_name() {
    let role = role(HIDES);
    for (line, body) in [
        ("POST /v1.45/containers/create", SHOWN.to_owned()),
        ("POST /v1.45/containers/create?name=db", SHOWN.to_owned()),
        ("POST /v1.45/containers/create?name=0123456789ab_web", SHOWN.to_owned()),
        (CREATE, SHOWN.replace("nginx", "httpd")),
        (CREATE, SHOWN.replace("nginx:2", "example.com/nginx:2")),
        (CREATE, SHOWN.replacen('{', r#"{"Cmd":["env"],"#, 1)),
        (CREATE, SHOWN.replacen('{', r#"{"Entrypoint":["sh","-c","env"],"#, 1)),
        (CREATE, SHOWN.replacen('{', r#"{"Healthcheck":{"Test":["CMD","env"]},"#, 1)),
        (CREATE, SHOWN.replace("/srv/hush", "/evil")),
        (CREATE, SHOWN.replace("/srv\"]", "/usr/sbin\"]")),
    ] {
        assert_eq!(completed(&role, line, &body), None, "{line} {body}");
    }
}

#[test]
fn only_what_every_grant_that_shows_it_hides() {
    let with = |may: &str| role(&format!("may: [{may}, ContainerCreate: {{ binds: any, labels: any }}]"));
    let cases = [
        ("ContainerInspect", None),
        ("ContainerList: { hide: [labels] }", None),
        ("ContainerInspect: { hide: [env] }, ContainerInspect: { hide: [env, command] }", Some("completed=env")),
        ("ContainerInspect: { hide: [env] }, ContainerInspect", None),
        ("ContainerInspect: { hide: [env], target: { label: tier=web } }", Some("completed=env")),
        ("ContainerInspect: { hide: [env], target: { label: tier=db } }", None),
        ("ContainerInspect: { hide: [env] }, ContainerInspect: { target: { name: db } }", Some("completed=env")),
    ];
    for (may, expected) in cases {
        assert_eq!(completed(&with(may), CREATE, SHOWN).as_deref(), expected, "{may}");
    }
    let banned = role(&format!("{HIDES}\nnever: [ContainerInspect: {{ target: {{ name: web }} }}]"));
    assert_eq!(completed(&banned, CREATE, SHOWN), None);
}

#[test]
fn a_tenant_gets_back_what_is_its_own() {
    let shown = SHOWN.replace(r#""tier":"web""#, r#""tier":"web","dockgate.tenant":"a""#);
    for (tenant, expected) in [("a", Some("completed=env,command")), ("b", None)] {
        let role = role(&format!("tenant: {tenant}\nshared: {{ read: {{ containers: any }} }}\n{HIDES}"));
        assert_eq!(completed(&role, CREATE, &shown).as_deref(), expected, "{tenant}");
    }
}

#[test]
fn the_whole_is_judged_and_the_denial_tells_nothing_new() {
    let hides = "may: [ContainerInspect: { hide: [env, command] }, ContainerCreate: ";
    for limits in ["{ binds: any, labels: any, env: [A] }", "{ binds: any, labels: any, command: x }"] {
        let role = role(&format!("{hides}{limits}]"));
        let Decision::Deny(denial) = role.decide(role.completed(asked(CREATE, SHOWN))) else { panic!("{limits}") };
        let told = format!("{denial} {denial:?}");
        assert!(!told.contains("hush") && told.contains("what was hidden of it: env, command"), "{told}");
    }
    // what the client has said itself is told in its own words
    let role = role("may: [ContainerInspect: { hide: [env, command] }, ContainerCreate: { labels: any }]");
    let Decision::Deny(denial) = role.decide(role.completed(asked(CREATE, SHOWN))) else { panic!() };
    assert!(denial.to_string().contains("mount the host's `/srv/hush`"), "{denial}");
    // a `never` sees it, too
    let role = super::super::testing::role(&format!("{HIDES}\nnever: [ContainerCreate: {{ env: KEY }}]"));
    let Decision::Deny(denial) = role.decide(role.completed(asked(CREATE, SHOWN))) else { panic!() };
    assert!(denial.why[0].word == "never" && !denial.to_string().contains("hush"), "{denial}");
}

#[test]
fn binds_that_come_back_need_a_grant_or_copy_of() {
    let shown = r#"{"Image":"nginx:2","Cmd":["serve","--key=hush"],"Env":["KEY=hush"],"Labels":{"tier":"web"}}"#;
    for (limits, allowed) in
        [("{ labels: any }", false), ("{ labels: any, binds: [/srv/hush] }", true), ("{ copy_of: any }", true)]
    {
        let role = role(&format!("may: [ContainerInspect: {{ hide: [mounts] }}, ContainerCreate: {limits}]"));
        let whole = role.completed(asked(CREATE, shown));
        assert_eq!(whole.completed.as_ref().unwrap().said(), "completed=mounts");
        match role.decide(whole) {
            Decision::Allow(_) => assert!(allowed, "{limits}"),
            Decision::Deny(denial) => assert!(!allowed && !denial.to_string().contains("hush"), "{limits} {denial}"),
        }
    }
}

#[test]
fn what_comes_back_is_no_name_for_the_client() {
    let role = role("tenant: a\nmay: [ContainerInspect: { hide: [mounts] }, ContainerCreate: { copy_of: any }]");
    let request = |body: &str| {
        let mut request = with_body(CREATE, body);
        let original = r#"{"Image":"nginx:1","Labels":{"dockgate.tenant":"a"},"HostConfig":{"Binds":["hush:/d"]}}"#;
        request.original = Some(Arc::new(Original::of_body(original.as_bytes(), &request).unwrap()));
        let mut whole = role.completed(request);
        let another = |reference| (reference, About::Found(Box::default()));
        whole.known = role.references(&whole).into_iter().map(another).collect();
        whole
    };
    let left_out = request(r#"{"Image":"nginx:2"}"#);
    assert!(left_out.completed.is_some() && role.hides(&left_out).is_none_or(|(_, name)| name != "hush"));
    let Decision::Deny(denial) = role.decide(left_out) else { panic!() };
    assert!(!denial.to_string().contains("hush"), "{denial}");
    let given = request(r#"{"Image":"nginx:2","HostConfig":{"Binds":["hush:/d"]}}"#);
    assert!(given.completed.is_none() && role.decide(given).is_denied_with("hush"));
}

impl Decision {
    fn is_denied_with(&self, word: &str) -> bool {
        matches!(self, Self::Deny(denial) if denial.to_string().contains(word))
    }
}
