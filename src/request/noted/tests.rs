use super::super::testing::read;

fn noted(line: &str, body: &str) -> (String, String, Vec<&'static str>) {
    let noted = read(line, body).noted();
    (noted.send, noted.body.unwrap_or_default(), noted.withheld)
}

fn body(line: &str, given: &str) -> String {
    noted(line, given).1
}

#[test]
fn what_is_no_secret_is_kept() {
    let given =
        r#"{"Image":"nginx:1","User":"1000","Labels":{"team":"a"},"HostConfig":{"Binds":["/srv:/srv:ro"],"Memory":5}}"#;
    let (send, body, withheld) = noted("POST /v1.47/containers/create?name=web", given);
    assert_eq!(send, "POST /v1.47/containers/create?name=web");
    assert!(body.contains(r#""Binds":["/srv:/srv:ro"]"#) && body.contains(r#""team":"a""#), "{body}");
    assert!(withheld.is_empty(), "{withheld:?}");
}

/// Every place of a create where a secret can stand.
#[test]
fn secrets_of_a_container_are_left_out() {
    let given = r#"{"Image":"a","Env":["KEY=s3cret","PLAIN"],"Cmd":["--token","s3cret"],"Entrypoint":["/bin/run","s3cret"],
        "Healthcheck":{"Test":["CMD-SHELL","curl -u me:s3cret x"]},"Labels":{"app.token":"s3cret","team":"a"},
        "HostConfig":{"LogConfig":{"Type":"splunk","Config":{"splunk-token":"s3cret","max-size":"1m"}},
          "Mounts":[{"Type":"volume","Target":"/x","VolumeOptions":{"DriverConfig":{"Options":
            {"type":"cifs","device":"//nas/x","o":"addr=nas,username=me,password=s3cret","other":"s3cret"}}}}]}}"#;
    let (_, body, withheld) = noted("POST /v1.47/containers/create", given);
    assert!(!body.contains("s3cret"), "{body}");
    for kept in [
        r#""KEY=<hidden>","PLAIN""#,
        r#""Entrypoint":["/bin/run","<hidden>"]"#,
        r#"["CMD-SHELL","<hidden>"]"#,
        r#""app.token":"<hidden>","team":"a""#,
        r#""splunk-token":"<hidden>","max-size":"1m""#,
        r#""o":"addr=nas,username=<hidden>,password=<hidden>""#,
        r#""device":"//nas/x""#,
    ] {
        assert!(body.contains(kept), "{kept} in {body}");
    }
    assert_eq!(withheld, ["command", "entrypoint", "env", "healthcheck", "labels", "log_opts", "volume_opts"]);
}

#[test]
fn of_an_exec_the_program_is_kept() {
    let send = "POST /v1.47/containers/web/exec";
    assert_eq!(body(send, r#"{"Cmd":["pg_dump","-W","s3cret"]}"#), r#"{"Cmd":["pg_dump","<hidden>"]}"#);
    assert_eq!(body(send, r#"{"Cmd":["-s3cret"]}"#), r#"{"Cmd":["<hidden>"]}"#);
    assert_eq!(body(send, r#"{"Cmd":["FOO=s3cret x"]}"#), r#"{"Cmd":["<hidden>"]}"#);
}

#[test]
fn keys_and_tokens_of_a_swarm_are_left_out() {
    let join = body("POST /v1.47/swarm/join", r#"{"JoinToken":"SWMTKN-s3cret","RemoteAddrs":["a:2377"]}"#);
    assert_eq!(join, r#"{"RemoteAddrs":["a:2377"],"JoinToken":"<hidden>"}"#);
    assert_eq!(body("POST /v1.47/swarm/unlock", r#"{"UnlockKey":"s3cret"}"#), r#"{"UnlockKey":"<hidden>"}"#);
    let secret = body("POST /v1.47/secrets/create", r#"{"Name":"a","Data":"czNjcmV0"}"#);
    assert_eq!(secret, r#"{"Name":"a","Data":"PGhpZGRlbj4="}"#);
    let init = r#"{"Spec":{"CAConfig":{"SigningCAKey":"s3cret","ExternalCAs":[{"URL":"https://x","Options":{"a":"s3cret"}}]}}}"#;
    assert!(!body("POST /v1.47/swarm/init", init).contains("s3cret"));
    let auth = r#"{"username":"s3cret","password":"s3cret","serveraddress":"r.example"}"#;
    let auth = body("POST /v1.47/auth", auth);
    assert!(!auth.contains("s3cret") && auth.contains("r.example"), "{auth}");
}

#[test]
fn parameters_are_kept_without_what_they_hold() {
    let build =
        "POST /v1.47/build?buildargs=%7B%22KEY%22%3A%22s3cret%22%7D&remote=https://me:s3cret@x.example/a?k=s3cret&t=a";
    let (send, _, withheld) = noted(build, "");
    assert!(!send.contains("s3cret") && send.contains("x.example") && send.contains("t=a"), "{send}");
    assert_eq!(withheld, ["buildargs", "remote"]);
    let commit = "POST /v1.47/commit?container=web&changes=ENV%20A%3Ds3cret&changes=USER%201000&comment=s3cret";
    let (send, ..) = noted(commit, "{}");
    assert!(!send.contains("s3cret") && send.contains("USER%201000") && send.contains("ENV%20%3Chidden%3E"), "{send}");
    let (send, _, withheld) = noted("GET /v1.47/containers/json?backdoor=s3cret&all=1", "");
    assert_eq!(send, "GET /v1.47/containers/json?all=1&backdoor=%3Chidden%3E");
    assert!(withheld.is_empty());
}

#[test]
fn unknown_fields_are_kept_by_their_names() {
    let given = r#"{"Image":"a","HostConfig":{"Shiny":"s3cret"}}"#;
    assert_eq!(
        body("POST /v1.47/containers/create", given),
        r#"{"Image":"a","HostConfig":{},"HostConfig.Shiny":"<hidden>"}"#
    );
    assert_eq!(body("POST /v1.47/containers/create", r#"{"Shiny":1}"#), r#"{"Shiny":"<hidden>"}"#);
}

/// What is noted can be read again, and says the same of what was kept.
#[test]
fn what_is_noted_is_a_request() {
    let given = r#"{"Image":"a","Env":["A=b"],"Cmd":["x"],"HostConfig":{"Privileged":true}}"#;
    let (send, body, _) = noted("POST /v1.47/containers/create?name=web", given);
    let again = read(&send, &body);
    let word = |used: &crate::request::Use| used.facet.word();
    let before = read("POST /v1.47/containers/create?name=web", given);
    let uses =
        |request: &crate::request::Request| request.uses.iter().flat_map(|u| u.iter().map(word)).collect::<Vec<_>>();
    assert_eq!(uses(&again), uses(&before));
    let said = |noted: crate::request::Noted| (noted.send, noted.body);
    assert_eq!(said(again.noted()), said(before.noted()));
}
