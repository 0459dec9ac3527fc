use super::super::testing::{one_role, policy, source};
use super::super::{Policy, Source, Told, Verdict};
use super::Explanation;
use crate::catalogue::Op;

fn told(text: &str) -> Told {
    Told::read(&Source { name: "r".into(), text: text.into() }).unwrap()
}

fn words(explained: &Explanation<'_>) -> Vec<Vec<String>> {
    explained.grants.iter().map(|near| near.why.iter().map(|why| why.word.clone()).collect()).collect()
}

fn create(body: &str) -> Told {
    told(&format!("send: POST /v1.47/containers/create\nbody: {body}"))
}

#[test]
fn grants_are_told_nearest_first_with_all_that_they_miss() {
    let may = "may:\n- ContainerCreate: { image: busybox, binds: /srv }\n- ContainerCreate: { image: alpine }";
    let policy = policy(&one_role(may));
    let explained = policy.explain(&create("{ Image: alpine, HostConfig: { Binds: [/:/h] } }"));
    assert_eq!(words(&explained), [vec!["binds"], vec!["image", "binds"]]);
    assert_eq!(explained.grants[0].place.line, 7);
    assert_eq!(explained.verdict.word(), "deny");
    assert_eq!(explained.next[0], ("docker run -d", vec![Op::ContainerStart]));
}

#[test]
fn uses_are_those_of_the_request_and_those_of_docker() {
    let policy = policy(&one_role("may: [ping]"));
    let explained = policy.explain(&create("{ Image: alpine, HostConfig: { Privileged: true } }"));
    let find = |word: &str| explained.uses.iter().find(|used| used.word == word).unwrap();
    let (privileged, memory) = (find("privileged"), find("mem_limit"));
    assert!(!privileged.by_default && !privileged.ordinary && privileged.value == "`true`");
    assert!(memory.by_default && memory.ordinary && memory.value == "an unlimited amount");
}

#[test]
fn secrets_are_told_of_nowhere() {
    let policy = policy(&one_role("may:\n- ContainerCreate: { image: alpine, env: [A] }"));
    let body = r#"{ Image: alpine, Env: [TOKEN=s3cret], Cmd: [sh, s3cret], Labels: { "x.password": s3cret } }"#;
    let explained = policy.explain(&create(body));
    assert!(!format!("{:?} {} {:?}", explained.uses, explained.send, explained.body).contains("s3cret"));
    assert!(!explained.verdict.why().concat().contains("s3cret"));
}

#[test]
fn what_never_and_a_fence_say_is_told_apart() {
    let text = "version: 1\nroles:\n  a:\n    who: anyone\n    tenant: { label: team=a }\n    may:\n      - container-reads\n    never:\n      - ContainerTop: { query.ps_args: any }\n";
    let Ok(policy) = Policy::load(&[source(text)]) else { panic!("{:?}", Policy::load(&[source(text)])) };
    let foreign = told("send: GET /containers/web/json\nabout: { name: web, label: [team=b] }");
    let explained = policy.explain(&foreign);
    assert!(explained.never.is_empty() && !explained.fence.is_empty());
    assert!(matches!(explained.verdict, Verdict::Deny { absent: true, .. }));
    assert_eq!(explained.facts[0].said, "name web, label team=b");
    let banned =
        policy.explain(&told("send: GET /containers/web/top?ps_args=aux\nabout: { name: web, label: [team=a] }"));
    assert_eq!(banned.never.len(), 1);
}

#[test]
fn what_the_policy_adds_and_hides_is_told() {
    let policy = policy(&one_role(
        "may:\n- ContainerCreate: { image: any, set: { mem_limit: 1GiB } }\n- ContainerInspect: { hide: [env] }",
    ));
    let explained = policy.explain(&create("{ Image: alpine }"));
    assert_eq!(explained.verdict.word(), "allow");
    assert_eq!(explained.set, ["mem_limit=1GiB"]);
    assert!(explained.body.unwrap().contains("1073741824"));
    assert_eq!(policy.explain(&told("send: GET /containers/web/json")).hidden, ["env"]);
}

#[test]
fn who_has_no_role_is_told_so() {
    let policy = policy(
        "version: 1\nroles:\n  a: { who: [{ uid: 1 }], may: [ping] }\n  b: { who: [{ gid: 2 }], may: [ping] }\n",
    );
    let as_nobody = policy.explain(&told("send: GET /_ping\nas: { uid: 5 }"));
    assert!(matches!(as_nobody.verdict, Verdict::NoRole(_)) && as_nobody.role.is_none());
    assert_eq!(as_nobody.client, "uid 5");
    let both = policy.explain(&told("send: GET /_ping\nas: { uid: 1, gid: 2 }"));
    assert!(both.verdict.why().concat().contains("`a` and `b`"));
    assert_eq!(policy.explain(&told("send: GET /_ping\nas: { uid: 1 }")).verdict.word(), "allow");
}
