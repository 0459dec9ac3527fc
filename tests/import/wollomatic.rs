//! wollomatic's flags, variables and labels.

use super::{allows_from, assert_verdicts, policy, unsaid, variables};
use dockgate::import::{Imported, Settings, Style, Variables, wollomatic};

fn import(flags: &[&str], env: &str, labels: &[(&str, &str)], style: Style) -> Imported {
    let flags: Vec<String> = flags.iter().map(|flag| (*flag).to_owned()).collect();
    let labels: Vec<(String, String)> = labels.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect();
    let variables = variables(env);
    wollomatic(&Settings { flags: &flags, variables: &variables, labels: &labels }, style).unwrap()
}

fn faithful(flags: &[&str]) -> Imported {
    let socket = ["-proxysocketendpoint=/tmp/filtered.sock"];
    import(&[&socket, flags].concat(), "", &[], Style::Faithful)
}

const TRAEFIK: &str = r"-allowGET=/v1\..{1,2}/(version|containers/.*|events.*)";

#[test]
fn the_documented_list_for_traefik() {
    let imported = faithful(&[TRAEFIK]);
    assert_verdicts(
        &imported,
        "+ GET /v1.24/version
         + GET /v1.47/containers/json
         + GET /v1.47/containers/web/json
         + GET /v1.47/containers/web/archive?path=/etc
         + GET /v1.47/events?since=1
         - HEAD /_ping
         - GET /v1.47/images/json
         - POST /v1.47/containers/web/start
         - GET /v1.47/info",
    );
    assert!(unsaid(&imported, "versions of the API").contains("ContainerList"));
    assert_verdicts(
        &import(&["-proxysocketendpoint=/x", TRAEFIK], "", &[], Style::Tighten),
        "+ GET /v1.47/containers/json\n- GET /v1.47/containers/web/archive?path=/etc\n- GET /v1.47/containers/web/logs",
    );
}

#[test]
fn the_same_flag_several_times() {
    assert_verdicts(
        &faithful(&["-allowGET=/version", "--allowGET", "/_ping", "-allowHEAD=.*"]),
        "+ GET /version\n+ GET /_ping\n+ HEAD /_ping\n+ HEAD /containers/web/archive?path=/\n- GET /info",
    );
}

#[test]
fn all_of_a_method_is_all_of_it_and_unread() {
    assert_verdicts(
        &faithful(&["-allowPOST=.*"]),
        "+ POST /containers/create {\"HostConfig\":{\"Privileged\":true}}
         + POST /build?remote=http://x&version=2
         - GET /containers/json
         - PUT /containers/web/archive?path=/",
    );
}

/// A flag for a method drops the variables of that method, and of no other.
#[test]
fn flags_take_the_place_of_variables() {
    let env = "SP_ALLOW_GET=/info SP_ALLOW_HEAD=/_ping SP_ALLOW_HEAD_2=/x SP_PROXYSOCKETENDPOINT=/x";
    let imported = import(&["-allowGET=/version"], env, &[], Style::Faithful);
    assert_verdicts(&imported, "+ GET /version\n- GET /info\n+ HEAD /_ping");
    assert!(unsaid(&imported, "SP_ALLOW_GET=/info").contains("drops"));
    assert_verdicts(&import(&[], env, &[], Style::Faithful), "+ GET /info\n- GET /version");
}

/// `^a|b$` is what begins with `a` or ends with `b`.
#[test]
fn a_lone_bar_has_one_anchor_on_each_side() {
    assert_verdicts(
        &faithful(&["-allowGET=/_ping|/version"]),
        "+ GET /_ping\n+ GET /version\n+ GET /v1.41/version\n- GET /info",
    );
    assert_verdicts(
        &faithful(&["-allowGET=/containers|/nothing"]),
        "+ GET /containers/json\n+ GET /containers/web/logs\n- GET /v1.41/images/json",
    );
}

#[test]
fn names_in_expressions_become_targets() {
    let imported = faithful(&[r"-allowPOST=/v1\.\d+/containers/(web|db-[0-9]+)/(re)?start"]);
    let expected = r#"- ContainerRestart: { target: { name: { regex: "(web|db-[0-9]+)" } } }"#;
    assert!(imported.policy.contains(&expected.replace('\\', "")), "{}", imported.policy);
    assert_verdicts(
        &imported,
        "+ POST /v1.47/containers/web/restart
         + POST /v1.47/containers/db-12/start
         - POST /v1.47/containers/db-x/start
         - POST /v1.47/containers/web-2/restart
         - POST /v1.47/containers/web/stop",
    );
    assert_verdicts(
        &faithful(&["-allowPOST=(/v1.47)?/containers/web.*"]),
        "+ POST /containers/web-1/exec {\"Privileged\":true}\n- POST /containers/db/exec {}\n- POST /containers/create {}",
    );
}

/// A class that takes every ID takes every object.
#[test]
fn whoever_may_say_any_id_may_mean_any_object() {
    let imported = faithful(&["-allowGET=/containers/[a-f0-9]+/json"]);
    assert_verdicts(&imported, "+ GET /containers/web/json\n- GET /containers/json");
    assert!(unsaid(&imported, "any object").contains("ContainerInspect"));
}

#[test]
fn what_cannot_be_read_or_said_is_listed_with_its_setting() {
    let imported = faithful(&[
        "-allowGET=/containers/(?!db).*",
        r"-allowGET=/exec/3f.*/json",
        "-allowGET=/images/[a-f]*/history",
        "-allowHEAD=/_ping",
    ]);
    assert!(unsaid(&imported, "(?!db)").contains("look-around"));
    assert!(unsaid(&imported, "/exec/3f").contains("not granted"));
    assert_verdicts(
        &imported,
        "+ HEAD /_ping\n- GET /containers/json\n- GET /exec/3f4e5d6c7b8a/json\n- GET /images/fa/history",
    );
    let many: Vec<String> = (0..70).map(|n| format!("x/{n}")).collect();
    let many = format!("-allowGET=/containers/({})/json", many.join("|"));
    assert!(unsaid(&faithful(&[&many, "-allowGET=/libpod/pods"]), "GET /libpod/pods").contains("nothing is granted"));
    assert!(unsaid(&faithful(&[&many]), "GET /containers/(x/0").contains("nothing is granted"));
    let bomb = format!("-allowGET=/{}", "(a{1000}){1000}");
    assert!(unsaid(&faithful(&[&bomb]), "a{1000}").contains("too large"));
}

#[test]
fn binds_come_from_below_the_folders_alone() {
    let flags = ["-allowPOST=.*", "-allowbindmountfrom=/home,/var/log"];
    let create = |host: &str| format!("POST /v1.41/containers/create {{\"HostConfig\":{{{host}}}}}");
    let mount = r#""Mounts":[{"Type":"bind","Source":"/etc","Target":"/x"}]"#;
    let lines = [
        format!("+ {}", create(r#""Binds":["/home/user/data:/x"],"Privileged":true"#)),
        format!("+ {}", create(r#""Binds":["/var/log:/x:ro","named:/y"]"#)),
        format!("- {}", create(r#""Binds":["/var/logs:/x"]"#)),
        format!("- {}", create(r#""Binds":["/home/../etc:/x"]"#)),
        format!("- {}", create(mount)),
        format!("- {}", create(r#""VolumesFrom":["web"]"#)),
        r#"- POST /v1.41/volumes/create {"DriverOpts":{"type":"none","o":"bind","device":"/etc"}}"#.to_owned(),
        r#"+ POST /v1.41/volumes/create {"DriverOpts":{"type":"none","o":"bind","device":"/home/x"}}"#.to_owned(),
        r#"+ POST /v1.41/networks/create {"Name":"x","Driver":"macvlan","Tomorrow":1}"#.to_owned(),
    ];
    assert_verdicts(&faithful(&flags), &lines.join("\n"));
    let all = faithful(&["-allowPOST=.*", "-allowbindmountfrom=/"]);
    assert_verdicts(&all, &format!("+ {}", create(mount)));
}

#[test]
fn clients_come_from_where_they_may() {
    let local = policy(&import(&["-allowGET=/info"], "", &[], Style::Faithful));
    assert!(allows_from(&local, "127.0.0.1", "GET /info"));
    assert!(!allows_from(&local, "127.0.0.2", "GET /info"));
    let wide = policy(&import(&["-allowGET=/info", "-allowfrom=10.0.0.0/8,192.0.2.7"], "", &[], Style::Faithful));
    for (address, expected) in [("10.9.8.7", true), ("192.0.2.7", true), ("192.0.2.8", false), ("127.0.0.1", false)] {
        assert_eq!(allows_from(&wide, address, "GET /info"), expected, "{address}");
    }
    let named = import(&["-allowGET=/info", "-allowfrom=traefik"], "", &[], Style::Faithful);
    assert!(unsaid(&named, "-allowfrom=traefik").contains("this service of Compose"));
    assert!(!allows_from(&policy(&named), "10.9.8.7", "GET /info"));
}

/// A container with labels has what they say, and nothing of the lists.
#[test]
fn labels_are_a_role_of_their_own() {
    let labels = [("socket-proxy.allow.get", "/info"), ("socket-proxy.allow.head.1", "/_ping"), ("other", "x")];
    let imported = import(&["-allowGET=/version"], "", &labels, Style::Faithful);
    let policy = policy(&imported);
    let names: Vec<String> = policy.roles().iter().map(|role| role.name().to_string()).collect();
    assert_eq!(names, ["clients", "labelled"]);
    assert!(imported.policy.contains(r#"who: [{ container: { label: "socket-proxy.allow.get=/info" } }]"#));
    let own = imported.policy.split("labelled:").nth(1).unwrap();
    assert!(own.contains("- SystemInfo") && !own.contains("- SystemVersion\n"), "{}", imported.policy);
    assert!(unsaid(&imported, "other=x").contains("no label of the original"));
}

#[test]
fn what_the_original_refuses_is_refused() {
    let refused = |flags: &[&str]| {
        let flags: Vec<String> = flags.iter().map(|flag| (*flag).to_owned()).collect();
        let settings = Settings { flags: &flags, variables: &Variables::default(), labels: &[] };
        wollomatic(&settings, Style::Faithful).unwrap_err()
    };
    assert!(refused(&["-allowGTE=/x"]).contains("no flag `-allowGTE=/x`"));
    assert!(refused(&["-allowGET"]).contains("no value"));
    assert!(refused(&["x"]).contains("`x` is no flag"));
    assert!(refused(&["-allowbindmountfrom=srv"]).contains("does not begin with `/`"));
}
