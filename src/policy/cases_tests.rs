use super::super::testing::{policy, problems};
use super::*;

fn run(roles: &str, case: &str) -> CaseResult {
    let case = case.replace('\n', "\n    ");
    let policy = policy(&format!("version: 1\nroles:\n{roles}tests:\n  - it: x\n    {case}\n"));
    policy.cases()[0].run(&policy)
}

const ONE: &str = "  ops:\n    who: [{ uid: 1001 }]\n    may:\n      - ContainerKill: { query.signal: HUP }\n";
const TWO: &str = "  ops:\n    who: [{ uid: 1001 }, { gid: 50 }, { cert: { dns: ops.example.com } }]\n    may: [ping]\n  rest:\n    who: others\n    may: [reads]\n";

fn came(result: CaseResult) -> String {
    result.failure.map_or("passed".into(), |failure| format!("{} / {}", failure.expected, failure.came))
}

#[test]
fn with_one_role_nobody_has_to_be_named() {
    assert!(run(ONE, "send: POST /containers/web/kill?signal=HUP\nexpect: allow").passed());
    assert!(run(ONE, "send: POST /containers/web/kill\nexpect: { deny: query.signal }").passed());
}

#[test]
fn a_failure_says_what_came_and_why() {
    let result = run(ONE, "send: POST /containers/web/kill?signal=HUP\nexpect: { deny: ContainerKill }");
    assert_eq!(result.place.to_string(), "p.yaml:8 tests[0]");
    assert_eq!(came(result), "deny: ContainerKill / allow, by p.yaml:6 roles.ops.may[0].ContainerKill");
    let result = run(ONE, "send: POST /containers/web/kill\nexpect: allow");
    let expected = "allow / deny: query.signal (dockgate: ops may not leave `signal` at its default `KILL` \
                    (query.signal: only `HUP`))";
    assert_eq!(came(result), expected);
}

#[test]
fn the_word_must_be_the_reason() {
    let result = run(ONE, "send: POST /containers/web/kill\nexpect: { deny: target }");
    assert!(came(result).starts_with("deny: target / deny: query.signal"));
}

#[test]
fn what_is_no_request_is_neither_allowed_nor_denied() {
    for expect in ["allow", "{ deny: ContainerList }"] {
        let result = run(ONE, &format!("send: GET /containers//json\nexpect: {expect}"));
        assert!(came(result).contains("refused with 400"), "{expect}");
    }
    let body = run(ONE, "send: GET /containers/json\nbody: { a: b }\nexpect: { deny: ContainerList }");
    assert!(came(body).contains("takes no body"));
}

#[test]
fn clients_are_described_by_facts() {
    let cases = [
        ("{ uid: 1001 }", "deny"),
        ("{ uid: 5 }", "allow"),
        ("{ uid: 5, gid: 50 }", "deny"),
        ("{ uid: 5, gid: [6, 50] }", "deny"),
        ("{ cert: { dns: ops.example.com } }", "deny"),
        ("{ address: 192.0.2.1 }", "allow"),
        ("anyone", "allow"),
    ];
    for (who, expected) in cases {
        let expect = if expected == "allow" { "allow" } else { "{ deny: ContainerList }" };
        let result = run(TWO, &format!("as: {who}\nsend: GET /containers/json\nexpect: {expect}"));
        assert!(result.passed(), "{who}: {}", came(result));
    }
}

#[test]
fn a_client_without_a_role_is_denied_for_who_it_is() {
    assert!(run(ONE, "as: { uid: 7 }\nsend: GET /_ping\nexpect: { deny: who }").passed());
}

#[test]
fn headers_reach_the_request() {
    let result =
        run(ONE, "headers: { Expect: 100-continue }\nsend: POST /containers/web/kill?signal=HUP\nexpect: allow");
    assert!(result.passed(), "{}", came(result));
}

#[test]
fn tests_that_say_too_little_or_too_much_are_problems() {
    let cases = [
        (ONE, "send: GET /_ping", "the test has no `expect`"),
        (ONE, "expect: allow", "the test has no `send`"),
        (
            ONE,
            "send: GET\nexpect: allow",
            "`GET` is no request; write a method and a path: `GET /v1.47/containers/json?all=true`",
        ),
        (
            ONE,
            "send: GET /_ping\nexpect: { deny: ContainerKil }",
            "no denial is called `ContainerKil`; did you mean `ContainerKill`?",
        ),
        (
            ONE,
            "send: GET /_ping\nexpect:",
            "`expect` says nothing; write `allow`, `absent`, `{ deny: WORD }` or `{ hides: [WORD] }`",
        ),
        (
            ONE,
            "send: GET /_ping\nexpect: allow\nfact: {}",
            "`fact` is not known to this dockgate; did you mean `facts`?",
        ),
        (ONE, "send: GET /_ping\nexpect: allow\nfacts: {}", "`facts` is empty"),
        (
            ONE,
            "as: { uid: 1, address: 192.0.2.1 }\nsend: GET /_ping\nexpect: allow",
            "no client has all of these facts; users and groups are known on Unix sockets alone, addresses and certificates on TCP alone",
        ),
        (ONE, "as: { uid: [1, 2] }\nsend: GET /_ping\nexpect: allow", "a client has one `uid`"),
        (ONE, "as: { uid: x }\nsend: GET /_ping\nexpect: allow", "`uid` must be a number here"),
        (ONE, "headers: { 'a b': c }\nsend: GET /_ping\nexpect: allow", "`a b` is no header"),
        (
            TWO,
            "send: GET /_ping\nexpect: allow",
            "the policy has several roles, so the test must say who asks; add `as: { uid: 1001 }`, or `as: anyone`",
        ),
    ];
    for (roles, case, expected) in cases {
        let case = case.replace('\n', "\n    ");
        let found = problems(&format!("version: 1\nroles:\n{roles}tests:\n  - it: x\n    {case}\n"));
        assert_eq!(found.len(), 1, "{case} {found:?}");
        assert!(found[0].ends_with(&format!(": {expected}")), "{case} {found:?}");
    }
}

#[test]
fn a_test_can_say_what_an_answer_hides() {
    const HIDING: &str = "  ops:\n    who: [{ uid: 1001 }]\n    may: [container-reads: { hide: [secrets] }]\n";
    let send = |path: &str, words: &str| came(run(HIDING, &format!("send: GET /{path}\nexpect: {{ hides: {words} }}")));
    assert_eq!(send("containers/web/json", "[env, command]"), "passed");
    assert_eq!(send("containers/json", "[secrets]"), "passed");
    let place = "allow, by p.yaml:5 roles.ops.may[0].container-reads";
    let hides = "hides: command, secret_labels, driver_options";
    assert_eq!(send("containers/json", "[labels]"), format!("hides: labels / {place}, {hides}"));
    assert_eq!(send("containers/web/stats", "[env]"), format!("hides: env / {place}"));
    assert!(send("images/json", "[env]").starts_with("hides: env / deny: ImageList"));
    let text =
        format!("version: 1\nroles:\n{HIDING}tests:\n- it: x\n  send: GET /_ping\n  expect: {{ hides: [envs] }}\n");
    assert!(problems(&text)[0].contains("no part is called `envs`"));
}

const TENANT: &str = "  a:\n    who: anyone\n    tenant: a\n    may:\n      - container-lifecycle\n      - ContainerCreate: { networks: [default, own, { label: shared }], volumes: own }\n      - NetworkInspect\n      - ImageInspect\n      - ImageTag\n      - ServiceInspect\n";

fn told(facts: &str, send: &str, expect: &str) -> String {
    came(run(TENANT, &format!("facts: {facts}\nsend: {send}\nexpect: {expect}")))
}

#[test]
fn facts_say_what_is_in_the_path() {
    let facts = "{ containers: { web: { label: [dockgate.tenant=a] }, db: { label: [dockgate.tenant=b] }, vault: absent, free: {} } }";
    let cases = [("web", "allow"), ("db", "absent"), ("vault", "absent"), ("free", "absent"), ("x", "absent")];
    for (name, expect) in cases {
        assert_eq!(told(facts, &format!("POST /containers/{name}/stop"), expect), "passed", "{name}");
    }
    let services = "{ services: { web: { label: [dockgate.tenant=a], image: nginx } } }";
    assert_eq!(told(services, "GET /services/web", "allow"), "passed");
    assert_eq!(told(services, "GET /networks/bridge", "allow"), "passed");
    assert_eq!(told(services, "GET /networks/web", "absent"), "passed");
}

#[test]
fn about_wins_over_facts() {
    let case = "about: absent\nfacts: { containers: { web: { label: [dockgate.tenant=a] } } }\nsend: POST /containers/web/stop\nexpect: absent";
    assert!(run(TENANT, case).passed());
}

#[test]
fn a_fact_may_be_about_an_id_and_tell_the_name() {
    let role = "  ops:\n    who: anyone\n    may: [ContainerStop: { target: { name: web } }]\n";
    let stop =
        |facts: &str| came(run(role, &format!("facts: {facts}\nsend: POST /containers/3f4e/stop\nexpect: allow")));
    assert_eq!(stop("{ containers: { 3f4e: { name: web } } }"), "passed");
    assert!(stop("{ containers: { 3f4e: { name: db } } }").contains("touch the container `db`"));
    assert!(stop("{ containers: { web: {} } }").contains("could be the ID of another"));
}

#[test]
fn facts_say_what_a_body_names() {
    let create = |facts: &str, body: &str, expect: &str| {
        came(run(TENANT, &format!("facts: {facts}\nsend: POST /containers/create\nbody: {body}\nexpect: {expect}")))
    };
    let facts = "{ networks: { front: { label: [shared] }, back: { label: [dockgate.tenant=a] }, other: {} }, \
                 volumes: { data: { label: [dockgate.tenant=b] } }, images: { 'me/own:2': { label: [dockgate.tenant=b] } } }";
    let cases = [
        ("{ Image: alpine }", "allow"),
        ("{ Image: alpine, HostConfig: { NetworkMode: back } }", "allow"),
        ("{ Image: alpine, HostConfig: { NetworkMode: other } }", "absent"),
        ("{ Image: alpine, HostConfig: { NetworkMode: nowhere } }", "absent"),
        ("{ Image: alpine, HostConfig: { Binds: ['data:/x'] } }", "absent"),
        ("{ Image: alpine, HostConfig: { Binds: ['fresh:/x'] } }", "allow"),
        ("{ Image: 'docker.io/me/own:2' }", "absent"),
        ("{ Image: 'me/own:3' }", "allow"),
    ];
    for (body, expect) in cases {
        assert_eq!(create(facts, body, expect), "passed", "{body}");
    }
}

#[test]
fn a_name_that_is_taken_may_be_free_in_a_test() {
    let tag = |facts: &str, expect: &str| told(facts, "POST /images/mine/tag?repo=app&tag=1", expect);
    let mine = "mine: { label: [dockgate.tenant=a] }";
    assert_eq!(tag(&format!("{{ images: {{ {mine} }} }}"), "allow"), "passed");
    assert_eq!(tag(&format!("{{ images: {{ {mine}, 'app:1': {{}} }} }}"), "{ deny: tenant }"), "passed");
}

#[test]
fn only_a_pull_may_move_a_tag_of_nobodys() {
    let role = "  a:\n    who: anyone\n    tenant: a\n    may: [everything]\n";
    let facts = "facts: { images: { alpine: {} }, containers: { web: { label: [dockgate.tenant=a] } } }";
    let made = |line: &str, expect: &str| came(run(role, &format!("{facts}\nsend: {line}\nexpect: {expect}")));
    assert_eq!(made("POST /images/create?fromImage=alpine&tag=latest", "allow"), "passed");
    for line in [
        "POST /images/create?fromSrc=-&repo=alpine&tag=latest",
        "POST /images/create?fromSrc=-&repo=alpine",
        "POST /commit?container=web&repo=alpine",
        "POST /build?t=alpine",
        "POST /images/busybox/tag?repo=alpine",
    ] {
        assert_eq!(made(line, "{ deny: tenant }"), "passed", "{line}");
    }
}

#[test]
fn facets_without_a_tenant_go_by_facts_too() {
    let role = "  ops:\n    who: anyone\n    may: [ContainerCreate: { networks: [{ label: team=a }] }]\n";
    let create = |label: &str| {
        let facts = format!("{{ networks: {{ front: {{ label: {label} }} }} }}");
        let body = "body: { Image: alpine, HostConfig: { NetworkMode: front } }";
        came(run(role, &format!("facts: {facts}\nsend: POST /containers/create\n{body}\nexpect: allow")))
    };
    assert_eq!(create("team=a"), "passed");
    assert!(create("team=b").contains("deny: networks"), "{}", create("team=b"));
}

#[test]
fn facts_that_say_nothing_or_too_much_are_problems() {
    let cases = [
        ("{ container: { web: {} } }", "did you mean `containers`?"),
        ("{ containers: { web: { labels: a } } }", "did you mean `label`?"),
        ("{ networks: { web: { state: running } } }", "a network has no `state`"),
        ("{ containers: { web: } }", "nothing is said of `web`"),
        ("{ containers: { web: here } }", "nothing is said of `web`; write `absent`, or"),
        ("{ images: { alpine: {}, 'alpine:latest': absent } }", "`alpine:latest` is told of twice"),
        ("[web]", "`facts` must be a map"),
    ];
    for (facts, expected) in cases {
        let case = format!("facts: {facts}\n    send: GET /_ping\n    expect: allow");
        let found = problems(&format!("version: 1\nroles:\n{ONE}tests:\n  - it: x\n    {case}\n"));
        assert!(found.iter().any(|line| line.contains(expected)), "{facts} {found:?}");
    }
}

#[test]
fn the_listener_of_tests_can_be_handed_on() {
    let create = |setting: &str, expect: &str| {
        let role = format!("  ops:\n    who: anyone\n    may: [ContainerCreate: {{ {setting} }}]\n");
        let body = "body: { Image: alpine, HostConfig: { Binds: ['/var/run/docker.sock:/var/run/docker.sock'] } }";
        came(run(&role, &format!("send: POST /containers/create\n{body}\nexpect: {expect}")))
    };
    assert_eq!(create("set: { docker_socket: own }", "allow"), "passed");
    assert_eq!(create("image: any", "{ deny: binds }"), "passed");
}
