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
        (ONE, "send: GET /_ping\nexpect: allow\nfacts: {}", "`facts` is not known to this dockgate"),
        (
            ONE,
            "as: { uid: 1, address: 192.0.2.1 }\nsend: GET /_ping\nexpect: allow",
            "no client has all of these facts; users, groups and containers are known on Unix sockets alone, addresses and certificates on TCP alone",
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
