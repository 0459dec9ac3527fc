use super::super::testing::{assert_verdicts, denial, request, role, with_body};
use super::*;
use crate::catalogue::{OPERATIONS, Op};

const KILL: &str = "POST /v1.47/containers/web/kill";

#[test]
fn what_is_not_granted_is_denied() {
    assert_verdicts(
        "may: [ContainerList]",
        &[
            ("GET /v1.47/containers/json", "allow"),
            ("GET /containers/json?all=1", "allow"),
            (KILL, "ContainerKill"),
            ("GET /v1.47/images/json", "ImageList"),
        ],
    );
}

#[test]
fn operations_are_named_in_three_ways() {
    for entry in ["ContainerKill", "container-lifecycle", "POST /containers/{id}/kill", "POST /containers/{x}/kill"] {
        assert_verdicts(&format!("may:\n- {entry}"), &[(KILL, "allow"), ("GET /info", "SystemInfo")]);
    }
}

#[test]
fn never_wins_over_every_may() {
    let lines = [(KILL, "never"), ("POST /v1.47/containers/web/stop", "allow")];
    for may in ["everything", "container-lifecycle", "ContainerKill, ContainerStop, everything"] {
        assert_verdicts(&format!("may: [{may}]\nnever: [ContainerKill]"), &lines);
    }
}

#[test]
fn a_limit_of_never_forbids_only_what_touches_it() {
    let body = "may: [container-lifecycle]\nnever:\n- ContainerKill: { query.signal: [KILL, STOP] }";
    assert_verdicts(
        body,
        &[
            ("POST /v1.47/containers/web/kill?signal=HUP", "allow"),
            ("POST /v1.47/containers/web/kill?signal=9", "never"),
            ("POST /v1.47/containers/web/kill?signal=sigstop", "never"),
            (KILL, "never"),
        ],
    );
}

#[test]
fn of_several_limits_of_never_any_one_is_enough() {
    let body = "may: [everything]\nnever:\n- ContainerKill: { query.signal: KILL, target: { name: mail } }";
    assert_verdicts(
        body,
        &[
            ("POST /containers/web/kill?signal=HUP", "allow"),
            ("POST /containers/web/kill?signal=KILL", "never"),
            ("POST /containers/mail/kill?signal=HUP", "never"),
            ("POST /containers/cafe/kill?signal=HUP", "never"),
        ],
    );
}

#[test]
fn everything_by_name_reaches_every_operation_that_names_an_object() {
    let body = "may: [everything]\nnever:\n- everything: { target: { name: mail } }";
    assert_verdicts(
        body,
        &[
            ("GET /containers/json", "allow"),
            ("GET /containers/web/json", "allow"),
            ("GET /containers/mail/json", "never"),
            ("DELETE /containers/mail", "never"),
            ("POST /containers/mail/exec", "never"),
            ("GET /volumes/mail", "never"),
            ("GET /containers/3f4e/json", "never"),
            ("POST /exec/3f4e/start", "never"),
            ("GET /networks/q7", "never"),
            ("POST /containers/create", "allow"),
        ],
    );
}

#[test]
fn limits_of_one_grant_hold_together_and_powers_are_never_mixed() {
    let body = "may:\n\
                - ContainerKill: { query.signal: HUP, target: { name: web } }\n\
                - ContainerKill: { query.signal: KILL, target: { name: mail } }";
    assert_verdicts(
        body,
        &[
            ("POST /containers/web/kill?signal=HUP", "allow"),
            ("POST /containers/mail/kill?signal=KILL", "allow"),
            ("POST /containers/mail/kill", "allow"),
            ("POST /containers/web/kill?signal=KILL", "query.signal"),
            ("POST /containers/mail/kill?signal=HUP", "query.signal"),
            ("POST /containers/other/kill?signal=TERM", "target query.signal"),
        ],
    );
}

#[test]
fn a_limit_on_a_group_limits_whoever_has_the_parameter() {
    let body = "may:\n- container-lifecycle: { query.signal: TERM }";
    assert_verdicts(
        body,
        &[
            ("POST /containers/web/pause", "allow"),
            ("POST /containers/web/kill?signal=TERM", "allow"),
            ("POST /containers/web/kill", "query.signal"),
            ("POST /v1.47/containers/web/stop?signal=TERM", "allow"),
            ("POST /v1.47/containers/web/stop", "query.signal"),
        ],
    );
}

#[test]
fn dangerous_parameters_are_none_unless_named() {
    let typing = "POST /v1.47/containers/web/attach?stream=1&stdin=1";
    let reading = "POST /v1.47/containers/web/attach?stream=1&stdout=1&stdin=0";
    assert_verdicts("may: [container-output]", &[(typing, "query.stdin"), (reading, "allow")]);
    assert_verdicts("may: [ContainerAttach: { query.stdin: any }]", &[(typing, "allow"), (reading, "allow")]);
    assert_verdicts("may: [ContainerAttach: { query.stdin: none }]", &[(typing, "query.stdin"), (reading, "allow")]);
    assert_verdicts("may: [everything]", &[(typing, "allow")]);
}

#[test]
fn what_a_version_implies_counts_as_asked_for() {
    let lines = |expected| [("GET /v1.41/containers/web/attach/ws?stdin=0", expected)];
    assert_verdicts("may: [ContainerAttachWebsocket]", &lines("query.stdin"));
    assert_verdicts("may: [ContainerAttachWebsocket: { query.stdin: any }]", &lines("allow"));
    assert_verdicts("may: [ContainerAttachWebsocket]", &[("GET /v1.47/containers/web/attach/ws", "allow")]);
}

#[test]
fn unknown_parameters_pass_under_everything_alone() {
    let line = "GET /containers/json?surprise=1";
    assert_verdicts("may: [ContainerList]", &[(line, "query.surprise"), ("GET /containers/json?surprise=", "allow")]);
    assert_verdicts("may: [everything]", &[(line, "allow")]);
}

fn said(role: &Role, line: &str, body: &str) -> String {
    match role.decide(with_body(line, body)) {
        Decision::Allow(_) => "allow".into(),
        Decision::Deny(denial) => denial.to_string(),
    }
}

#[test]
fn an_ordinary_container_is_allowed_and_nothing_of_the_host() {
    let role = role("may:\n- ContainerCreate: { image: 'alpine' }");
    let create = |body: &str| said(&role, "POST /v1.47/containers/create", body);
    assert_eq!(create(r#"{"Image":"alpine","Cmd":["true"],"HostConfig":{"NetworkMode":"default"}}"#), "allow");
    let privileged = create(r#"{"image":"alpine","hostconfig":{"privileged":true}}"#);
    assert_eq!(privileged, "dockgate: ops may not have full control of the host (privileged: none unless said)");
    let several = create(r#"{"Image":"nginx","HostConfig":{"Binds":["/:/h"],"PidMode":"host"}}"#);
    let expected = "dockgate: ops may not use the image `nginx` (image: only `alpine`), \
                    nor mount the host's `/` (binds: none unless said), \
                    nor see the processes of `host` (pid: only `default` unless said)";
    assert_eq!(several, expected);
}

#[test]
fn fields_that_nobody_knows_are_denied_by_name() {
    let role = role("may: [ContainerCreate]");
    let create = |body: &str| said(&role, "POST /v1.47/containers/create", body);
    assert_eq!(create(r#"{"Image":"a","HostConfig":{"Shiny":null,"Dull":[]}}"#), "allow");
    let strange = create(r#"{"Image":"a","HostConfig":{"Shiny":1}}"#);
    assert_eq!(strange, "dockgate: ops may not use the field `HostConfig.Shiny`, which is not known here");
    assert!(create(r#"{"Image":"a","Privileged":true}"#).contains("the field `Privileged`"));
}

#[test]
fn bodies_are_not_read_under_everything_unless_never_looks_into_them() {
    let create = "POST /v1.47/networks/create";
    let free = role("may: [everything]");
    assert!(free.unexamined(Op::NetworkCreate));
    let looked = role("may: [everything]\nnever:\n- NetworkCreate: { network_driver: macvlan }");
    assert!(!looked.unexamined(Op::NetworkCreate) && looked.unexamined(Op::ContainerCreate));
    assert_eq!(said(&looked, create, r#"{"Name":"n","Driver":"bridge"}"#), "allow");
    assert!(said(&looked, create, r#"{"Name":"n","driver":"macvlan"}"#).contains("never: network_driver"));
    assert!(said(&looked, create, r#"{"Name":"n","Shiny":1}"#).contains("the field `Shiny`"));
}

#[test]
fn names_in_the_path_are_limited() {
    let body = "may:\n- ContainerStop: { target: { name: [web, worker-*, { regex: '[a-z]+-[0-9]' }] } }";
    assert_verdicts(
        body,
        &[
            ("POST /containers/web/stop", "allow"),
            ("POST /containers/worker-x/stop", "allow"),
            ("POST /containers/mail-1/stop", "allow"),
            ("POST /containers/mail-12/stop", "target"),
            ("POST /containers/mail/stop", "target"),
            ("POST /containers/cafe/stop", "target"),
        ],
    );
}

#[test]
fn images_are_named_in_one_spelling() {
    let body = "may:\n- ImageInspect: { target: { name: [nginx, 'registry.example.com/ci/**:v*'] } }";
    assert_verdicts(
        body,
        &[
            ("GET /images/nginx/json", "allow"),
            ("GET /images/docker.io/library/nginx:1.27/json", "allow"),
            ("GET /images/registry.example.com/ci/a/b:v1/json", "allow"),
            ("GET /images/registry.example.com/ci/a/b/json", "target"),
            ("GET /images/evil/nginx/json", "target"),
            ("GET /images/sha256:3f4e/json", "target"),
        ],
    );
}

#[test]
fn empty_lists_and_none_allow_nothing() {
    for none in ["none", "[]"] {
        let body = format!("may:\n- ContainerStop: {{ target: {{ name: {none} }} }}");
        assert_verdicts(&body, &[("POST /containers/web/stop", "target")]);
    }
    assert_verdicts("may:\n- ContainerStop: { target: { name: any } }", &[("POST /containers/cafe/stop", "allow")]);
}

#[test]
fn a_permit_knows_what_allowed_it() {
    let role = role("may: [ping, ContainerList, everything]");
    let Decision::Allow(allowed) = role.decide(request("GET /containers/json")) else { panic!("allowed") };
    assert_eq!(allowed.by().to_string(), "p.yaml:5 roles.ops.may[2].everything");
    assert!(allowed.unexamined(), "`everything` is asked first, wherever it stands");
    assert_eq!(allowed.request().operation().op, Op::ContainerList);
}

#[test]
fn a_denial_lists_every_reason_of_the_nearest_grant() {
    let role = role("may:\n- ContainerKill: { query.signal: HUP, target: { name: web } }\n- ping");
    let denial = denial(&role, "POST /containers/mail/kill?signal=TERM&x=1");
    let expected = "dockgate: ops may not touch the container `mail` (target: only `web`), \
                    nor set `signal` to `TERM` (query.signal: only `HUP`), \
                    nor use the parameter `x`, which is not known here (query.x)";
    assert_eq!(denial.to_string(), expected);
    assert_eq!(denial.nearest.unwrap().to_string(), "p.yaml:6 roles.ops.may[0].ContainerKill");
    assert_eq!(denial.why.len(), 3);
}

#[test]
fn a_denial_without_any_grant_says_what_the_operation_does() {
    let denial = denial(&role("may: [ping]"), KILL);
    assert_eq!(denial.to_string(), "dockgate: ops may not send a signal to a container (ContainerKill)");
    assert_eq!(denial.nearest, None);
}

#[test]
fn a_denial_by_never_names_the_never() {
    let role = role("may: [everything]\nnever: [image-build]");
    let denial = denial(&role, "POST /build");
    assert_eq!(denial.to_string(), "dockgate: ops may not ever build an image (never: ImageBuild)");
    assert_eq!(denial.nearest.unwrap().to_string(), "p.yaml:6 roles.ops.never[0].image-build");
}

#[test]
fn names_of_clients_cannot_forge_a_denial() {
    let role = role("may:\n- ContainerStop: { target: { name: web } }");
    let denial = denial(&role, "POST /containers/a%E2%80%AEb%60c/stop?k%0Aey=1").to_string();
    assert!(denial.contains("`a\\u{202e}b\\u{60}c`"), "{denial}");
    assert!(denial.contains("(query.k\\ney)"), "{denial}");
    assert!(!denial.contains('\n'));
}

#[test]
fn a_name_like_an_id_is_said_to_be_one() {
    let role = role("may:\n- ContainerStop: { target: { name: web } }");
    let denial = denial(&role, "POST /containers/cafe/stop").to_string();
    assert!(denial.contains("the container `cafe`, which could be the ID of another"), "{denial}");
}

#[test]
fn may_ever_agrees_with_the_decision() {
    let role = role("may: [reads, network-writes, ContainerKill]\nnever: [ContainerTop]");
    for row in OPERATIONS {
        let granted =
            row.name == "ContainerKill" || row.op.groups().any(|g| ["reads", "network-writes"].contains(&g.name));
        let expected = granted && row.op != Op::ContainerTop;
        assert_eq!(role.may_ever(row.op), expected, "{}", row.name);
        assert!(!role.unexamined(row.op));
    }
    assert_eq!(role.deny_operation(Op::ContainerTop).why[0].word, "never");
    assert_eq!(role.deny_operation(Op::ImageBuild).why[0].word, "ImageBuild");
}

#[test]
fn everything_covers_every_operation_but_the_forbidden() {
    let role = role("may: [everything]\nnever: [ContainerTop, ContainerKill: { query.signal: KILL }]");
    for row in OPERATIONS {
        let expected = row.op != Op::ContainerTop;
        assert_eq!((role.may_ever(row.op), role.unexamined(row.op)), (expected, expected), "{}", row.name);
    }
}
