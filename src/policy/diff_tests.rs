use super::super::testing::{one_role, policy};
use super::*;

fn between(old: &str, new: &str) -> Vec<Difference> {
    diff(&policy(&one_role(old)), &policy(&one_role(new)))
}

/// `+ ContainerCreate binds +/etc`, without what `reach` says.
fn told(old: &str, new: &str) -> Vec<String> {
    let line = |difference: &Difference| {
        let sign = match difference.change {
            Change::Wider => "+",
            Change::Narrower => "-",
            Change::Both => "±",
            Change::Unclear => "~",
        };
        let ops: Vec<&str> = difference.ops.iter().map(|op| op.name()).collect();
        let values = difference.gained.iter().map(|value| format!("+{value}"));
        let values: Vec<String> = values.chain(difference.lost.iter().map(|value| format!("-{value}"))).collect();
        [sign.to_owned(), ops.join(","), difference.part.clone(), values.join(" ")]
            .join(" ")
            .replace("  ", " ")
            .trim()
            .to_owned()
    };
    between(old, new).iter().filter(|difference| difference.part != "reach").map(line).collect()
}

fn assert_told(entry: &str, other: &str, expected: &[&str]) {
    let may = |entry: &str| format!("may:\n- {entry}");
    assert_eq!(told(&may(entry), &may(other)), expected, "{entry}\n{other}");
}

#[test]
fn nothing_differs_from_itself_in_another_order() {
    let old = "may: [ping, ContainerKill: { query.signal: [HUP, KILL] }, ContainerCreate: { image: [a, b], binds: [/x, /y] }]";
    let new = "may: [ContainerCreate: { binds: [/y, /x], image: [b, a] }, ping, ContainerKill: { query.signal: [HUP, KILL] }]";
    assert_eq!(told(old, old), [""; 0]);
    assert_eq!(told(old, new), [""; 0]);
}

#[test]
fn operations_come_and_go() {
    assert_eq!(
        told("may: [ping]", "may: [SystemPing, ContainerList]"),
        ["- SystemPingHead,SystemVersion", "+ ContainerList"].map(str::to_owned).into_iter().rev().collect::<Vec<_>>()
    );
    assert_eq!(told("may: [ContainerList]", "may: [ContainerList]\nnever: [ContainerList]"), ["- ContainerList"]);
}

#[test]
fn limits_are_told_by_values() {
    assert_told(
        "ContainerCreate: { binds: /srv }",
        "ContainerCreate: { binds: [/srv, /etc] }",
        &["+ ContainerCreate binds +`/etc`"],
    );
    assert_told(
        "ContainerCreate: { binds: /srv }",
        "ContainerCreate: { binds: { from: /srv, read_only: true } }",
        &["- ContainerCreate binds -`/srv` for writing"],
    );
    assert_told(
        "ContainerCreate: { mem_limit: { max: 1GiB } }",
        "ContainerCreate: { mem_limit: { max: 2GiB } }",
        &["+ ContainerCreate mem_limit +2GiB"],
    );
    assert_told("ContainerCreate", "ContainerCreate: { privileged: true }", &["+ ContainerCreate privileged +`true`"]);
    assert_told(
        "ContainerCreate: { image: a }",
        "ContainerCreate: { image: b }",
        &["± ContainerCreate image +`docker.io/library/b` -`docker.io/library/a`"],
    );
    assert_told(
        "ContainerKill: { query.signal: HUP }",
        "ContainerKill: { query.signal: [HUP, USR1] }",
        &["+ ContainerKill query.signal +`USR1`"],
    );
    assert_told("ContainerAttach", "ContainerAttach: { query.stdin: any }", &["+ ContainerAttach query.stdin +`true`"]);
}

#[test]
fn what_no_value_shows_is_shown_as_it_is() {
    assert_told(
        "ContainerCreate: { ports: '80' }",
        "ContainerCreate: { ports: '81' }",
        &["~ ContainerCreate ports -the port `80` on every address"],
    );
    assert_told(
        "ContainerStop: { target: { name: web } }",
        "ContainerStop: { target: { name: db } }",
        &["~ ContainerStop target"],
    );
    assert_told("ContainerStop", "ContainerStop: { target: { label: x=y } }", &["- ContainerStop target"]);
    assert_told(
        "ContainerCreate: { set: { user: '1' } }",
        "ContainerCreate: { set: { user: '2' } }",
        &["~ ContainerCreate set"],
    );
}

#[test]
fn demands_and_what_is_hidden_are_told() {
    assert_told("ContainerCreate", "ContainerCreate: { require: [non_root] }", &["- ContainerCreate require"]);
    assert_told(
        "ContainerInspect: { hide: [env, command] }",
        "ContainerInspect: { hide: [env] }",
        &["+ ContainerInspect hide"],
    );
    assert_told("ContainerCreate: { Tty: false }", "ContainerCreate", &["+ ContainerCreate fields"]);
}

#[test]
fn what_never_may_be_is_told() {
    let may = "may: [ContainerKill]";
    let never = format!("{may}\nnever:\n- ContainerKill: {{ query.signal: [KILL] }}");
    assert_eq!(told(may, &never), ["- ContainerKill never"]);
    assert_eq!(told(&never, may), ["+ ContainerKill never"]);
}

#[test]
fn roles_and_what_they_are_as_a_whole_are_told() {
    let of =
        |who: &str, name: &str| policy(&format!("version: 1\nroles:\n  {name}:\n    who: {who}\n    may: [ping]\n"));
    let parts = |old, new| diff(&old, &new).into_iter().map(|it| (it.role, it.part, it.change)).collect::<Vec<_>>();
    let (a, b) = (Some("a".to_owned()), Some("b".to_owned()));
    assert_eq!(parts(of("anyone", "a"), of("[{ uid: 1 }]", "a")), [(a.clone(), "who".to_owned(), Change::Unclear)]);
    assert_eq!(
        parts(of("anyone", "a"), of("anyone", "b")),
        [(b, "role".to_owned(), Change::Wider), (a, "role".to_owned(), Change::Narrower)]
    );
    let fenced = "tenant: a\nquotas: { containers: 1, streams: 2 }\nmay: [ping]";
    let expected = ["~ labels of tenants", "- tenant", "- quotas.containers", "- quotas.streams"];
    assert_eq!(told("may: [ping]", fenced), expected);
    assert_eq!(told(fenced, &fenced.replace("containers: 1", "containers: 3")), ["+ quotas.containers"]);
}

#[test]
fn what_can_be_reached_is_told() {
    let found = between(
        "may:\n- ContainerCreate\n- ContainerStart",
        "may:\n- ContainerCreate: { privileged: any }\n- ContainerStart",
    );
    let reach = found.iter().find(|difference| difference.part == "reach").unwrap();
    assert_eq!(reach.change, Change::Wider);
    assert!(reach.new.said.contains("become root on the host"));
}
