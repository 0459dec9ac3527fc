use super::Learner;
use crate::policy::{Policy, Source, Told};

fn told(request: &str) -> Told {
    Told::read(&Source { name: "audit".into(), text: request.to_owned() }).unwrap()
}

fn learned(requests: &[&str]) -> (String, Vec<String>) {
    let mut learner = Learner::default();
    requests.iter().for_each(|request| assert!(learner.take(&told(request)), "{request}"));
    let learned = learner.learned();
    (learned.text, learned.notes)
}

fn allows(policy: &str, request: &str) -> bool {
    let policy = Policy::load(&[Source { name: "learned".into(), text: policy.to_owned() }]).unwrap();
    super::denied(&told(request), &policy).is_none()
}

/// Whoever is watched could ask for a `*`, so that the policy lets more through than was asked.
#[test]
fn what_was_asked_becomes_no_pattern() {
    let create = |body: &str| format!(r#"{{"send":"POST /v1.47/containers/create","body":{body}}}"#);
    let cases = [
        (
            r#"{"Image":"a","HostConfig":{"Binds":["/srv/*:/x"]}}"#,
            r#"{"Image":"a","HostConfig":{"Binds":["/srv/etc:/x"]}}"#,
        ),
        (r#"{"Image":"a","HostConfig":{"CapAdd":["*"]}}"#, r#"{"Image":"a","HostConfig":{"CapAdd":["SYS_ADMIN"]}}"#),
        (r#"{"Image":"a","Labels":{"traefik.*":"x"}}"#, r#"{"Image":"a","Labels":{"traefik.enable":"x"}}"#),
        (
            r#"{"Image":"a","HostConfig":{"Sysctls":{"*":"1"}}}"#,
            r#"{"Image":"a","HostConfig":{"Sysctls":{"kernel.x":"1"}}}"#,
        ),
        (
            r#"{"Image":"a","HostConfig":{"SecurityOpt":["seccomp=*"]}}"#,
            r#"{"Image":"a","HostConfig":{"SecurityOpt":["seccomp=unconfined"]}}"#,
        ),
        (r#"{"Image":"a*"}"#, r#"{"Image":"ab"}"#),
        (r#"{"Image":"a","HostConfig":{"NetworkMode":"*"}}"#, r#"{"Image":"a","HostConfig":{"NetworkMode":"host"}}"#),
    ];
    for (asked, other) in cases {
        let (policy, _) = learned(&[&create(asked)]);
        assert!(!allows(&policy, &create(other)), "{other} by\n{policy}");
    }
}

/// Names and labels are text: no entry, comment or test comes of them.
#[test]
fn what_was_asked_becomes_no_yaml() {
    let evil = r#"x\n      - everything # {{}} \" ' : $y"#;
    let request = format!(
        r#"{{"send":"POST /v1.47/containers/x/stop","about":{{"name":"{evil}","id":"{}","label":["{evil}=1"]}}}}"#,
        "ab".repeat(32)
    );
    let (policy, _) = learned(&[&request]);
    assert!(!allows(&policy, r#"{"send":"GET /v1.47/info"}"#), "{policy}");
    assert!(allows(&policy, &request), "{policy}");
}

#[test]
fn a_command_that_was_not_recorded_is_any() {
    let request = r#"{"send":"POST /v1.47/containers/create","body":{"Image":"a","Cmd":["<hidden>","<hidden>"]},"withheld":["command"]}"#;
    let (policy, _) = learned(&[request]);
    assert!(!policy.contains("command: \"<"), "{policy}");
    assert!(allows(&policy, r#"{"send":"POST /v1.47/containers/create","body":{"Image":"a","Cmd":["sleep","1"]}}"#));
}
