//! CodesWhat's sockguard.

use super::{assert_verdicts, policy, unsaid};
use dockgate::import::{Imported, Style, sockguard};
use dockgate::policy::Source;

fn import(text: &str) -> Imported {
    let source = Source { name: "sockguard.yaml".into(), text: text.into() };
    sockguard(&source, Style::Faithful).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

/// Rules in the order in which they are written: `allow METHOD PATH`.
fn rules(lines: &[&str]) -> String {
    let rule = |line: &&str| {
        let [action, method, path] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
        format!("  - match: {{ method: \"{method}\", path: \"{path}\" }}\n    action: {action}\n")
    };
    format!("rules:\n{}", lines.iter().map(rule).collect::<String>())
}

#[test]
fn the_default_is_the_pings_the_version_and_events() {
    let text =
        rules(&["allow GET /_ping", "allow HEAD /_ping", "allow GET /version", "allow GET /events", "deny * /**"]);
    let expected =
        "+ GET /_ping\n+ HEAD /_ping\n+ GET /v1.41/version\n+ GET /events\n- GET /info\n- GET /containers/json";
    assert_verdicts(&import(&text), expected);
    assert_verdicts(&import("log: { level: info }\n"), expected);
}

#[test]
fn globs_and_the_first_rule_that_fits() {
    let text = rules(&[
        "deny GET /containers/*/archive",
        "deny * /containers/*/exec",
        "allow GET /containers/**",
        "allow POST /containers/*/start",
        "allow DELETE /containers/*",
        "allow GET /networks/**",
        "allow GET,HEAD /_ping",
        "deny * /**",
        "allow GET /info",
    ]);
    assert_verdicts(
        &import(&text),
        "+ GET /v1.41/containers/json
         + GET /containers/web/json
         + GET /containers/web/logs
         - GET /containers/web/archive?path=/
         + POST /containers/web/start
         - POST /containers/web/stop
         - POST /containers/web/exec {}
         + DELETE /containers/web
         + GET /networks
         + GET /networks/front
         + HEAD /_ping
         - GET /info",
    );
}

/// A name that is denied before makes of all the others no target.
#[test]
fn what_is_denied_by_name_is_not_granted_with_the_rest() {
    let imported = import(&rules(&[
        "deny * /containers/vault/**",
        "deny GET /networks/back-*",
        "allow GET /containers/**",
        "allow GET /networks/**",
    ]));
    assert_verdicts(
        &imported,
        "+ GET /containers/json\n- GET /containers/vault/json\n- GET /containers/web/json\n+ GET /networks\n- GET /networks/back-1",
    );
    assert!(unsaid(&imported, "GET /containers/**").contains("not granted"));
}

#[test]
fn bodies_are_judged_by_their_settings() {
    let text = "request_body:
  container_create:
    allowed_bind_mounts: [/srv/app]
    allow_host_network: true
    allow_host_pid: false
    allowed_capabilities: [NET_ADMIN]
    require_no_new_privileges: true
    allowed_seccomp_profiles: [x]
  image_pull: { allow_all_registries: true }
"
    .to_owned()
        + &rules(&["allow POST /containers/create", "allow POST /images/create"]);
    let imported = import(&text);
    let create = |host: &str| {
        format!(r#"POST /v1.41/containers/create {{"HostConfig":{{"SecurityOpt":["no-new-privileges"]{host}}}}}"#)
    };
    let lines = [
        format!("+ {}", create("")),
        format!("+ {}", create(r#","Binds":["/srv/app/data:/x"],"NetworkMode":"host","CapAdd":["NET_ADMIN"]"#)),
        format!("- {}", create(r#","Binds":["/srv/apps:/x"]"#)),
        format!("- {}", create(r#","PidMode":"host""#)),
        format!("- {}", create(r#","Privileged":true"#)),
        format!("- {}", create(r#","CapAdd":["SYS_ADMIN"]"#)),
        r#"- POST /v1.41/containers/create {"HostConfig":{}}"#.to_owned(),
        "+ POST /v1.41/images/create?fromImage=registry.example.com/a&tag=1".to_owned(),
        "- POST /v1.41/images/create?fromSrc=http://x".to_owned(),
    ];
    let policy_text = &imported.policy;
    assert!(unsaid(&imported, "allowed_seccomp_profiles").contains("no word"), "{policy_text}");
    let own_tests_aside =
        Imported { policy: policy_text.split("tests:").next().unwrap().to_owned(), ..imported.clone() };
    assert_verdicts(&own_tests_aside, &lines.join("\n"));
    policy(&imported);
}

#[test]
fn answers_are_without_what_is_redacted() {
    let text = rules(&["allow GET /containers/*/json"]);
    assert!(import(&text).policy.contains("- ContainerInspect: { hide: [env, host_paths, addresses] }"));
    let text = format!("response:\n  redact_container_env: false\n  redact_mount_paths: false\n{text}");
    assert!(import(&text).policy.contains("- ContainerInspect: { hide: [addresses] }"));
}

#[test]
fn profiles_of_users_are_roles() {
    let text = "clients:
  unix_peer_profiles:
    - { profile: ops, uids: [1001] }
  profiles:
    - name: ops
      rules:
        - { match: { method: GET, path: /info }, action: allow }
    - name: far
      rules: []
"
    .to_owned()
        + &rules(&["allow GET /_ping"]);
    let imported = import(&text);
    let policy = policy(&imported);
    let names: Vec<String> = policy.roles().iter().map(|role| role.name().to_string()).collect();
    assert_eq!(names, ["sockguard", "profile-ops"]);
    assert!(unsaid(&imported, "clients.profiles: far").contains("users of this machine"));
    assert_verdicts(&imported, "+ GET /_ping\n- GET /info");
}

#[test]
fn a_rule_that_is_none_is_a_problem_with_its_place() {
    let source = Source { name: "s.yaml".into(), text: "rules:\n  - action: allow\n".into() };
    let problems = sockguard(&source, Style::Faithful).unwrap_err();
    assert!(problems[0].to_string().starts_with("s.yaml:2:"), "{problems:?}");
}
