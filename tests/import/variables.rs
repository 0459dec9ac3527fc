//! Tecnativa's and linuxserver's variables.

use super::{assert_verdicts, policy, unsaid, variables};
use dockgate::import::{DropIn, Style, linuxserver, tecnativa, variant};

#[test]
fn tecnativas_defaults_show_the_version_and_no_containers() {
    assert_verdicts(
        &tecnativa(&variables(""), Style::Faithful).unwrap(),
        "+ GET /v1.27/version
         + GET /version
         + GET /_ping
         + HEAD /_ping
         + GET /v1.41/events
         - GET /v1.27/containers/json
         - GET /info
         - GET /v1.41/secrets
         - POST /v1.41/auth {}",
    );
}

/// A prefix is all below it, whatever it reads out.
#[test]
fn tecnativas_containers_are_all_below_them_to_read() {
    let imported = tecnativa(&variables("CONTAINERS=1 POST=0"), Style::Faithful).unwrap();
    assert_verdicts(
        &imported,
        "+ GET /v1.41/containers/json?all=1
         + GET /containers/web/json
         + GET /containers/web/logs?stdout=1
         + GET /containers/web/archive?path=/etc/shadow
         + HEAD /containers/web/archive?path=/etc
         + GET /containers/web/export
         + GET /containers/web/attach/ws?stdin=1
         + GET /containers/web/top?ps_args=aux
         - POST /containers/web/start
         - POST /containers/create {}
         - PUT /containers/web/archive?path=/
         - GET /images/json
         - GET /exec/3f4e5d6c7b8a/json",
    );
    for told in ["ContainerArchive and ContainerExport", "ContainerAttachWebsocket", "ContainerLogs"] {
        assert!(imported.wide.iter().any(|wide| wide.contains(told)), "{told}: {:?}", imported.wide);
    }
}

#[test]
fn tecnativas_post_is_every_method_of_what_is_open() {
    assert_verdicts(
        &tecnativa(&variables("CONTAINERS=1 POST=1"), Style::Faithful).unwrap(),
        "+ POST /v1.41/containers/create {\"HostConfig\":{\"Privileged\":true,\"Binds\":[\"/:/host\"]}}
         + POST /v1.41/containers/create {\"FieldOfTomorrow\":{}}
         + DELETE /containers/web?force=1
         + PUT /containers/web/archive?path=/
         + POST /containers/web/exec {\"Privileged\":true}
         - POST /exec/3f4e5d6c7b8a/start {}
         - POST /v1.41/volumes/create {}
         - DELETE /images/alpine",
    );
}

/// Preparing an exec is below `/containers`; `EXEC` is `/exec` alone.
#[test]
fn tecnativas_exec_runs_only_what_is_prepared() {
    assert_verdicts(
        &tecnativa(&variables("EXEC=1 POST=1"), Style::Faithful).unwrap(),
        "+ POST /exec/3f4e5d6c7b8a/start {}
         + GET /exec/3f4e5d6c7b8a/json
         - POST /containers/web/exec {\"Cmd\":[\"sh\"]}",
    );
}

#[test]
fn tecnativas_single_writes_do_nothing_without_post() {
    let imported = tecnativa(&variables("ALLOW_START=1 ALLOW_RESTARTS=1"), Style::Faithful).unwrap();
    assert_verdicts(&imported, "- POST /containers/web/start\n- POST /containers/web/kill");
    assert!(unsaid(&imported, "ALLOW_START=1").contains("without POST=1"));
    assert_verdicts(
        &tecnativa(&variables("ALLOW_START=1 ALLOW_RESTARTS=1 POST=1"), Style::Faithful).unwrap(),
        "+ POST /containers/web/start
         + POST /v1.41/containers/web/stop
         + POST /containers/web/restart?t=3
         + POST /containers/web/kill
         - POST /containers/web/pause
         - POST /containers/create {}
         - GET /containers/json",
    );
}

/// HAProxy casts the text to a number.
#[test]
fn truth_is_a_number_that_is_not_zero() {
    for on in ["1", "2", "-1", "1abc", "01"] {
        assert_verdicts(&tecnativa(&variables(&format!("INFO={on}")), Style::Faithful).unwrap(), "+ GET /info");
    }
    for off in ["0", "", "true", "yes", "on", "abc1", "00"] {
        let imported = tecnativa(&variables(&format!("INFO={off}")), Style::Faithful).unwrap();
        assert_verdicts(&imported, "- GET /info");
    }
    let imported = tecnativa(&variables("INFO=true"), Style::Faithful).unwrap();
    assert!(unsaid(&imported, "INFO=true").contains("it is off"));
    assert_verdicts(
        &tecnativa(&variables("EVENTS=0 PING=false"), Style::Faithful).unwrap(),
        "- GET /events\n- GET /_ping",
    );
}

#[test]
fn tightened_containers_are_what_their_names_say() {
    let imported = tecnativa(&variables("CONTAINERS=1 POST=1 EXEC=1"), Style::Tighten).unwrap();
    assert_verdicts(
        &imported,
        "+ GET /containers/json
         + GET /containers/web/json
         + GET /containers/web/top
         - GET /containers/web/top?ps_args=aux
         - GET /containers/web/logs
         - GET /containers/web/archive?path=/etc
         - GET /containers/web/export
         - GET /containers/web/attach/ws
         + POST /containers/create {\"Image\":\"alpine\"}
         - POST /containers/create {\"HostConfig\":{\"Binds\":[\"/:/host\"]}}
         - POST /containers/create {\"FieldOfTomorrow\":{\"a\":1}}
         - POST /containers/web/exec {\"Privileged\":true}",
    );
    assert!(unsaid(&imported, "left out").contains("ContainerArchive"));
    assert!(!imported.policy.contains("unexamined"), "{}", imported.policy);
}

#[test]
fn linuxservers_single_writes_work_without_post() {
    assert_verdicts(
        &linuxserver(&variables("ALLOW_START=1 ALLOW_STOP=1 ALLOW_PAUSE=1"), Style::Faithful).unwrap(),
        "+ POST /v1.41/containers/web/start
         + POST /containers/web/stop
         + POST /containers/web/pause
         - POST /containers/web/unpause
         - POST /containers/web/restart
         - POST /containers/web/kill
         - GET /containers/json
         - POST /containers/create {}",
    );
}

/// Five reads are closed below an open section, for every method; a variable opens them again and no more.
#[test]
fn linuxservers_reads_have_variables_of_their_own() {
    assert_verdicts(
        &linuxserver(&variables("CONTAINERS=1 POST=1"), Style::Faithful).unwrap(),
        "+ GET /containers/web/json
         + POST /containers/web/exec {}
         - GET /containers/web/archive?path=/
         - PUT /containers/web/archive?path=/
         - GET /containers/web/changes
         - GET /containers/web/export
         - GET /containers/web/logs
         - GET /containers/web/top
         + GET /containers/web/attach/ws",
    );
    let logs = linuxserver(&variables("CONTAINERS=1 ALLOW_LOGS=1 ALLOW_ARCHIVE=1"), Style::Tighten).unwrap();
    assert_verdicts(
        &logs,
        "+ GET /containers/web/logs
         + GET /containers/web/archive?path=/
         - PUT /containers/web/archive?path=/
         - GET /containers/web/export",
    );
    assert_verdicts(&linuxserver(&variables("ALLOW_LOGS=1"), Style::Faithful).unwrap(), "- GET /containers/web/logs");
}

#[test]
fn linuxservers_logs_of_services_are_no_containers() {
    assert_verdicts(
        &linuxserver(&variables("SERVICES=1 TASKS=1"), Style::Faithful).unwrap(),
        "+ GET /services/web/logs\n+ GET /tasks/9ac0ejm4uoyrqw7x2z5b8d1fg/logs\n- POST /services/create {}",
    );
}

#[test]
fn what_cannot_be_said_is_listed() {
    let imported =
        linuxserver(&variables("LIBPOD_PODS=1 SOCKET_PATH=/x ALLOW_WAIT=1 LOG_LEVEL=debug"), Style::Faithful).unwrap();
    assert!(unsaid(&imported, "LIBPOD_PODS=1").contains("nothing of it is granted"));
    assert!(unsaid(&imported, "SOCKET_PATH=/x").contains("--upstream"));
    assert!(unsaid(&imported, "ALLOW_WAIT=1").contains("does not know"));
    for it in &imported.unsaid {
        assert!(imported.policy.contains(&format!("# - {}: ", it.what)), "{it:?}\n{}", imported.policy);
    }
}

/// A value is somebody's text: it ends no comment and is no YAML.
#[test]
fn hostile_values_stay_in_their_comments() {
    let mut hostile = variables("CONTAINERS=1");
    hostile.set("INFO", "1\nroles: { root: { who: anyone, may: [everything] } }\u{202e}\u{1b}[2J").unwrap();
    let imported = tecnativa(&hostile, Style::Faithful).unwrap();
    let policy = policy(&imported);
    assert_eq!(policy.roles().len(), 1);
    assert!(imported.policy.is_ascii(), "{}", imported.policy);
}

#[test]
fn nothing_open_is_nothing_allowed() {
    let imported = tecnativa(&variables("EVENTS=0 PING=0 VERSION=0"), Style::Faithful).unwrap();
    assert_verdicts(&imported, "- GET /_ping\n- GET /version\n- GET /events");
}

#[test]
fn whose_variables_they_are() {
    let of = |words: &str, chosen| variant(&variables(words), chosen).unwrap();
    assert_eq!(of("CONTAINERS=1", None), Some((DropIn::Tecnativa, false)));
    assert_eq!(of("CONTAINERS=1 ALLOW_LOGS=1", None), Some((DropIn::Linuxserver, true)));
    assert_eq!(of("LIBPOD_PING=1", None), Some((DropIn::Linuxserver, true)));
    assert_eq!(of("CONTAINERS=1", Some("linuxserver")), Some((DropIn::Linuxserver, true)));
    assert_eq!(of("", Some("tecnativa")), Some((DropIn::Tecnativa, true)));
    // what other programs have as well says nothing
    assert_eq!(of("VERSION=1 BUILD=7 LOG_LEVEL=debug", None), None);
    assert!(variant(&variables(""), Some("podman")).is_err());
    assert!(DropIn::Tecnativa.disables_ipv6(&variables("DISABLE_IPV6=True")));
    assert!(!DropIn::Linuxserver.disables_ipv6(&variables("DISABLE_IPV6=true")));
    assert!(DropIn::Linuxserver.disables_ipv6(&variables("DISABLE_IPV6=1")));
}
