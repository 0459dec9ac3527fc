use super::super::Decision;
use super::super::testing::{denied, one_role, policy, problems, role, verdict, warnings, with_body};
use crate::catalogue::Op;

const CREATE: &str = "POST /v1.47/containers/create";
const ROOT: &str = r#"{"HostConfig":{"Privileged":true,"Binds":["/:/host"]},"Tomorrow":1}"#;

fn passes_unread(may: &str, line: &str, body: &str) -> Option<bool> {
    match role(may).decide(with_body(line, body)) {
        Decision::Allow(permit) => Some(permit.unexamined()),
        Decision::Deny(_) => None,
    }
}

#[test]
fn the_body_of_the_operation_passes_unread() {
    let may = "may: [{ ContainerCreate: unexamined }]";
    assert_eq!(passes_unread(may, CREATE, ROOT), Some(true));
    assert!(role(may).unexamined(Op::ContainerCreate));
}

#[test]
fn no_other_operation_does() {
    let may = "may: [{ ContainerCreate: unexamined }, ContainerUpdate, VolumeCreate]";
    let volume = r#"{"Name":"x","DriverOpts":{"type":"none","o":"bind","device":"/"}}"#;
    assert!(!role(may).unexamined(Op::ContainerUpdate));
    assert!(denied(&role(may), "POST /v1.47/volumes/create", volume).contains("binds"));
    assert_eq!(denied(&role(may), "POST /v1.47/services/create", "{}"), "ServiceCreate");
    let strict = passes_unread(may, "POST /v1.47/volumes/create", r#"{"Name":"x"}"#);
    assert_eq!(strict, Some(false));
}

#[test]
fn a_never_that_looks_into_the_body_has_it_read() {
    let role = role("may: [{ ContainerCreate: unexamined }]\nnever: [{ ContainerCreate: { binds: [/etc] } }]");
    assert!(!role.unexamined(Op::ContainerCreate));
    assert_eq!(denied(&role, CREATE, r#"{"HostConfig":{"Binds":["/:/host"]}}"#), "never");
    assert_eq!(denied(&role, CREATE, r#"{"HostConfig":{"Privileged":true}}"#), "");
    // what nobody can look into does not pass
    assert_eq!(denied(&role, CREATE, r#"{"Tomorrow":1}"#), "Tomorrow");
}

#[test]
fn a_never_about_another_operation_does_not() {
    let role = role("may: [{ ContainerCreate: unexamined }]\nnever: [{ VolumeCreate: { binds: [/etc] } }]");
    assert!(role.unexamined(Op::ContainerCreate));
}

#[test]
fn dangerous_parameters_pass_as_well() {
    let typing = "POST /v1.47/containers/web/attach?stdin=1";
    assert_eq!(verdict(&role("may: [{ ContainerAttach: unexamined }]"), typing), "allow");
    assert_eq!(verdict(&role("may: [ContainerAttach]"), typing), "query.stdin");
}

#[test]
fn a_grant_with_limits_beside_it_changes_nothing() {
    let both = "may: [{ ContainerCreate: { image: alpine } }, { ContainerCreate: unexamined }]";
    assert_eq!(passes_unread(both, CREATE, ROOT), Some(true));
}

#[test]
fn what_cannot_be_unexamined_is_a_problem() {
    let cases = [
        ("may: [{ reads: unexamined }]", "`reads` cannot be `unexamined`"),
        ("may: [{ everything: unexamined }]", "`everything` takes no limits"),
        ("may: [ping]\nnever: [{ ContainerCreate: unexamined }]", "cannot stand under `never`"),
        ("may: [{ ContainerCreate: { unexamined: true, binds: [/srv] } }]", "`unexamined` stands alone"),
        ("may: [{ ContainerCreate: unexamine }]", "must be a map"),
    ];
    for (body, expected) in cases {
        let found = problems(&one_role(body));
        assert_eq!(found.len(), 1, "{body} {found:?}");
        assert!(found[0].contains(expected), "{body} {found:?}");
    }
}

#[test]
fn every_check_says_what_it_is() {
    let told = warnings(&one_role("may: [ping, { ContainerCreate: unexamined }, { ImageTag: unexamined }]"));
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("is root on the host: it may ContainerCreate and ImageTag, unexamined"), "{told:?}");
    let told = warnings(&one_role("may: [{ ImageTag: unexamined }]"));
    assert!(told[0].contains("may ImageTag, unexamined"), "{told:?}");
    assert!(!told[0].contains("root"), "{told:?}");
    let told = warnings(&one_role("may: [everything]"));
    assert!(told[0].contains("is root on the host: it may `everything`, unexamined"), "{told:?}");
}

#[test]
fn a_policy_of_its_own_tests_sees_it() {
    let text = one_role("may: [{ ContainerCreate: unexamined }]")
        + "tests:\n- { it: runs anything, send: POST /v1.47/containers/create, \
           body: { HostConfig: { Privileged: true } }, expect: allow }\n";
    let policy = policy(&text);
    assert!(policy.cases().iter().all(|case| case.run(&policy).passed()));
}
