use super::super::testing::{one_role, policy};
use super::*;

fn tried(text: &str) -> Vec<(String, Outcome, String)> {
    let tried = policy(text).coverage().unwrap();
    let unsent = |tried: &Tried| tried.unsent.iter().map(Op::name).collect::<Vec<_>>().join(" ");
    tried.into_iter().map(|it| (it.place.path.to_string(), it.outcome.clone(), unsent(&it))).collect()
}

fn outcomes(text: &str) -> Vec<(String, Outcome)> {
    tried(text).into_iter().map(|(path, outcome, _)| (path, outcome)).collect()
}

const LIST: &str = "{ it: a, send: GET /containers/json, expect: allow }";

#[test]
fn an_entry_is_needed_if_a_test_fails_without_it() {
    let text = one_role("may: [ContainerList, ImageList]") + &format!("tests: [{LIST}]\n");
    let found = outcomes(&text);
    assert_eq!(found[0], ("roles.ops.may[0].ContainerList".into(), Outcome::Needed));
    assert_eq!(found[1], ("roles.ops.may[1].ImageList".into(), Outcome::Unsent));
}

#[test]
fn of_two_entries_that_allow_the_same_neither_is_needed() {
    let text = one_role("may: [ContainerList, container-reads]") + &format!("tests: [{LIST}]\n");
    let found = policy(&text).coverage().unwrap();
    let [first, second] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(first.outcome, Outcome::Replaced(second.place.clone()));
    // the other never came to allow anything
    assert_eq!(second.outcome, Outcome::Idle);
}

#[test]
fn a_denial_needs_no_grant_and_a_never_is_needed_by_one() {
    let body = "may: [container-lifecycle]\nnever:\n- ContainerKill\n- ContainerStop: { target: { name: db } }";
    let tests = "tests:\n- { it: a, send: POST /containers/web/kill, expect: { deny: never } }\n\
                 - { it: b, send: POST /containers/web/stop, expect: allow }\n";
    let found = tried(&(one_role(body) + tests));
    assert_eq!(found[0].1, Outcome::Needed);
    let not_sent = "ContainerPause ContainerResize ContainerRestart ContainerStart ContainerUnpause ContainerWait";
    let mut unsent: Vec<&str> = found[0].2.split(' ').collect();
    unsent.sort_unstable();
    assert_eq!(unsent.join(" "), not_sent);
    assert_eq!(found[1], ("roles.ops.never[0].ContainerKill".into(), Outcome::Needed, String::new()));
    assert_eq!(found[2].1, Outcome::Idle, "no test names what is forbidden");
}

#[test]
fn a_part_is_one_entry_for_all_roles_that_include_it() {
    let text = "version: 1\nparts: { p: { may: [ContainerList] } }\n\
                roles:\n  a: { who: [{ uid: 1 }], includes: [p] }\n  b: { who: [{ uid: 2 }], includes: [p] }\n\
                never: [{ ContainerList: { query.all: true } }]\n\
                tests:\n- { it: a, as: { uid: 2 }, send: GET /containers/json, expect: allow }\n\
                - { it: b, as: { uid: 1 }, send: GET /containers/json?all=1, expect: { deny: never } }\n";
    let found = outcomes(text);
    let expected = ["parts.p.may[0].ContainerList", "never[0].ContainerList"];
    assert_eq!(found.iter().map(|(path, _)| path.as_str()).collect::<Vec<_>>(), expected);
    assert!(found.iter().all(|(_, outcome)| *outcome == Outcome::Needed), "{found:?}");
}

#[test]
fn a_test_of_another_role_sends_nothing_in_this_one() {
    let text = "version: 1\nroles:\n  a: { who: [{ uid: 1 }], may: [ContainerList] }\n  \
                b: { who: [{ uid: 2 }], may: [ContainerList] }\n\
                tests:\n- { it: a, as: { uid: 2 }, send: GET /containers/json, expect: allow }\n";
    let found = outcomes(text);
    assert_eq!((&found[0].1, &found[1].1), (&Outcome::Unsent, &Outcome::Needed));
}

#[test]
fn a_tenant_with_quotas_stays_one() {
    let body = "tenant: a\nquotas: { containers: 2 }\nmay: [ContainerCreate, ContainerList]";
    let tests = "tests:\n- it: a\n  send: POST /containers/create\n  body: { Image: a }\n  usage: { containers: 2 }\n  \
                 expect: { deny: quotas.containers }\n\
                 - it: b\n  send: POST /containers/db/stop\n  facts: { containers: { db: {} } }\n  \
                 expect: { deny: ContainerStop }\n";
    let found = outcomes(&(one_role(body) + tests));
    assert_eq!((&found[0].1, &found[1].1), (&Outcome::Needed, &Outcome::Unsent));
}

#[test]
fn failing_tests_need_nothing() {
    let text = one_role("may: [ContainerList]") + "tests: [{ it: a, send: GET /containers/json, expect: absent }]\n";
    assert_eq!(outcomes(&text)[0].1, Outcome::Unsent);
}

#[test]
fn what_would_take_too_long_is_not_tried() {
    let entries = "- everything\n".repeat(200);
    let entries = entries.trim_end();
    let text = one_role(&format!("may:\n{entries}")) + &format!("tests: [{LIST}]\n");
    assert!(policy(&text).coverage().is_none());
}
