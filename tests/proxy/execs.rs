//! Execs belong to who made them.

use crate::common::{Answer, Client, EVERYTHING, Gate, ask, may};

const MAY: &str = "ContainerInspect, ContainerExec, exec-session";

/// Two roles of two listeners, the second under these rules.
fn stage(first: &str, second: &str) -> Gate {
    Gate::under(first).tcp(None, second).start()
}

/// Has an exec made, and says which.
fn made(answer: &Answer) -> String {
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.text().split('"').nth(3).unwrap().to_owned()
}

fn making() -> Vec<u8> {
    ask("POST", "/v1.45/containers/web/exec").with("Content-Type", "application/json").body(r#"{"Cmd":["id"]}"#).bytes()
}

/// Everything that can be done about it, and whether its end is an answer.
fn about(exec: &str) -> [Vec<u8>; 3] {
    let start = ask("POST", &format!("/v1.45/exec/{exec}/start")).with("Content-Type", "application/json");
    [
        start.body(r#"{"Detach":true}"#).bytes(),
        ask("POST", &format!("/v1.45/exec/{exec}/resize?h=1&w=1")).bytes(),
        ask("GET", &format!("/v1.45/exec/{exec}/json")).bytes(),
    ]
}

/// In the gate's own words, and not in those of the imitation.
fn is_absent(answer: &Answer, exec: &str) -> bool {
    answer.status == 404 && answer.message().starts_with(&format!("No such exec instance: {exec} ["))
}

/// Which of start, resize and inspect find nothing, for the first role and the second.
fn absent(gate: &Gate, exec: &str) -> [Vec<bool>; 2] {
    let first = about(exec).iter().map(|it| is_absent(&gate.ask(it), exec)).collect();
    let second = |it: &Vec<u8>| is_absent(&Client::tcp(&gate.address(1)).send(it).answer(), exec);
    [first, about(exec).iter().map(second).collect()]
}

#[test]
fn another_role_does_not_find_it() {
    let gate = stage(&may(MAY), &may(MAY));
    let exec = made(&gate.ask(making()));
    assert_eq!(absent(&gate, &exec), [vec![false; 3], vec![true; 3]]);
    let asked = gate.daemon().received().iter().filter(|it| it.target.contains(&format!("/exec/{exec}"))).count();
    assert_eq!(asked, 3, "what is another's never reaches the daemon");
}

#[test]
fn one_that_nobody_has_made_here_is_found_as_ever() {
    let gate = stage(&may(MAY), &may(MAY));
    let exec = "fa2b3760ab680c189e3ce16a04c7aff72197e67200ccc641a2e8ae3cf31f11a9";
    assert_eq!(absent(&gate, exec), [vec![false; 3], vec![false; 3]]);
}

#[test]
fn everything_has_them_all() {
    let gate = stage(&may(MAY), EVERYTHING);
    let exec = made(&gate.ask(making()));
    assert_eq!(absent(&gate, &exec), [vec![false; 3], vec![false; 3]]);
    let gate = stage(EVERYTHING, &may(MAY));
    let exec = made(&gate.ask(making()));
    assert_eq!(absent(&gate, &exec), [vec![false; 3], vec![true; 3]], "those of root as well");
}

/// A role of a tenant that has the recorded container, by another name.
fn tenant(role: &str) -> String {
    may(MAY).replace("tester:", &format!("{role}:\n    tenant: {{ label: com.example.team=shop }}"))
}

#[test]
fn a_tenant_is_one_owner_and_starts_what_it_has_made_alone() {
    let gate = stage(&tenant("one"), &tenant("two"));
    let exec = "fa2b3760ab680c189e3ce16a04c7aff72197e67200ccc641a2e8ae3cf31f11a9";
    let unknown = vec![true, true, false];
    assert_eq!(absent(&gate, exec), [unknown.clone(), unknown]);
    assert_eq!(made(&gate.ask(making())), exec);
    assert_eq!(absent(&gate, exec), [vec![false; 3], vec![false; 3]]);
    let gate = stage(&may(MAY), &tenant("two"));
    let exec = made(&gate.ask(making()));
    assert_eq!(absent(&gate, &exec), [vec![false; 3], vec![true; 3]]);
}
