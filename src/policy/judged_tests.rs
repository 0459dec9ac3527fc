use super::super::testing::{one_role, policy};
use super::super::{Source, Told};

fn judged(body: &str, request: &str) -> (&'static str, Vec<String>) {
    let policy = policy(&one_role(body));
    let told = Told::read(&Source { name: "r".into(), text: request.into() }).unwrap();
    let judged = policy.judge(&told);
    (judged.verdict.word(), judged.hangs_on)
}

const RECORDED: &str = r#"{"send":"POST /v1.47/containers/create",
    "body":{"Image":"alpine","Env":["A=<hidden>"]},"withheld":["env"]}"#;

#[test]
fn a_verdict_that_hangs_on_what_was_withheld_is_none() {
    let env = vec!["what was withheld of `env`".to_owned()];
    assert_eq!(judged("may:\n- ContainerCreate: { image: alpine, env: [A] }", RECORDED), ("allow", vec![]));
    assert_eq!(judged("may:\n- ContainerCreate: { image: alpine, env: [\"A=1\"] }", RECORDED), ("deny", env.clone()));
    let never = "may:\n- ContainerCreate: { image: alpine, env: [A] }\nnever:\n- ContainerCreate: { env: [\"A=1\"] }";
    assert_eq!(judged(never, RECORDED), ("allow", env.clone()));
    // a value that only looks like what stands in its place
    let regex = "may:\n- ContainerCreate: { image: alpine, env: [{ regex: \"A=<.*>\" }] }";
    assert_eq!(judged(regex, RECORDED), ("allow", env));
    assert_eq!(judged("may:\n- ContainerCreate: { image: busybox, env: [A] }", RECORDED), ("deny", vec![]));
}

#[test]
fn what_docker_was_not_asked_is_not_known() {
    let kill = r#"{"send":"POST /containers/web/kill"}"#;
    let labelled = "may:\n- ContainerKill: { target: { label: a=b } }";
    assert_eq!(judged(labelled, kill), ("deny", vec!["what the daemon says of the container `web`".to_owned()]));
    let told = r#"{"send":"POST /containers/web/kill","about":{"name":["web"],"label":["a=b"]}}"#;
    assert_eq!(judged(labelled, told), ("allow", vec![]));
    assert_eq!(judged("may: [ping]", kill), ("deny", vec![]));
}

#[test]
fn a_body_that_was_not_kept_decides_nothing() {
    let large = r#"{"send":"POST /v1.47/containers/create","withheld":["body"]}"#;
    let (_, hangs) = judged("may:\n- ContainerCreate: { image: any }", large);
    assert_eq!(hangs, ["the body, which was not recorded"]);
}
