use super::super::compile::Mode;
use super::super::reader::tests::{messages, reader};
use super::super::testing;
use super::*;
use crate::catalogue::facet_named;
use crate::request::values::amount::NANO;
use crate::request::values::{bind::Bind, device, namespace, pair, port, security_opt, ulimit, user};

/// The limit `word: yaml`, or the problems with it.
fn compiled(word: &str, yaml: &str, mode: Mode) -> Result<FacetLimit, Vec<String>> {
    let row = facet_named(word).unwrap_or_else(|| panic!("{word}"));
    let (mut reader, root) = reader(&format!("let: {{ mine: [/a, /b] }}\n{word}: {yaml}\n"));
    let pair = root.get(word).unwrap();
    let written = reader.written(pair.key.span, &pair.value);
    let limit = written.and_then(|written| compile_facet::limit(&mut reader, pair.key.span, row, &written, mode));
    limit.ok_or_else(|| messages(&reader))
}

fn limit(word: &str, yaml: &str) -> FacetLimit {
    compiled(word, yaml, Mode::May).unwrap_or_else(|problems| panic!("{word}: {yaml} {problems:?}"))
}

fn never(word: &str, yaml: &str) -> FacetLimit {
    compiled(word, yaml, Mode::Never).unwrap_or_else(|problems| panic!("{word}: {yaml} {problems:?}"))
}

fn problem(word: &str, yaml: &str, mode: Mode) -> String {
    compiled(word, yaml, mode).map(|limit| limit.said.to_string()).unwrap_err().join(" | ")
}

fn uses_of(facet: Facet, values: &[UseValue]) -> Uses {
    let mut uses = Uses::default();
    values.iter().for_each(|value| uses.push(facet, value.clone()));
    uses
}

/// Asserts which values fit `word: yaml`.
fn assert_fits(word: &str, yaml: &str, cases: &[(UseValue, bool)]) {
    let limit = limit(word, yaml);
    for (value, expected) in cases {
        assert_eq!(limit.holds(value), *expected, "{word}: {yaml} {value:?}");
    }
}

/// Asserts which values `never` would find on `word: yaml`.
fn assert_touches(word: &str, yaml: &str, cases: &[(UseValue, bool)]) {
    let limit = never(word, yaml);
    for (value, expected) in cases {
        let uses = uses_of(limit.row.facet, std::slice::from_ref(value));
        let touched = limit.touched(&uses, Op::ContainerCreate);
        assert_eq!(touched.is_some(), *expected, "{word}: {yaml} {value:?} {touched:?}");
    }
}

fn text(text: &str) -> UseValue {
    UseValue::text(text)
}

fn path(path: &str) -> UseValue {
    UseValue::Path { path: path.into(), read_only: false }
}

fn image(name: &str) -> UseValue {
    UseValue::Image(name.into())
}

fn amount(number: i64) -> UseValue {
    UseValue::Amount(Some(number))
}

fn odd() -> UseValue {
    UseValue::Odd("?".into())
}

fn said_user(name: &str) -> UseValue {
    user::normal(name).map_or_else(odd, UseValue::Text)
}

fn option(name: &str) -> UseValue {
    security_opt::normal(name).map_or_else(odd, UseValue::Text)
}

fn bind(spec: &str) -> UseValue {
    let mut uses = Uses::default();
    Bind::gather(spec, &mut uses);
    uses.of(Facet::Binds).next().cloned().unwrap()
}

/// Everything that the table says is ordinary can be read.
#[test]
fn the_tables_defaults_can_be_read() {
    for row in FACETS {
        let limit = unsaid(row.facet);
        let words = match row.unsaid {
            Unsaid::Only(words) | Unsaid::Except(words) => words,
            _ => continue,
        };
        let list = match &limit.allowed {
            Allowed::LeftOut => unreachable!("no row says so"),
            Allowed::List(list) | Allowed::Except(list) => list,
            Allowed::Any => panic!("{}", row.word),
        };
        assert_eq!(list.len(), words.len(), "{}", row.word);
        assert!(!limit.said.is_empty());
    }
}

#[test]
fn what_is_left_out_is_ordinary() {
    for row in FACETS {
        for op in row.operations {
            let ordinary = unsaid(row.facet);
            assert_eq!(ordinary.objection(&Uses::default(), *op, |_| false), None, "{} {op:?}", row.word);
        }
    }
}

#[test]
fn any_holds_what_cannot_be_understood_and_nothing_else_does() {
    for row in FACETS {
        assert!(FacetLimit::any(row).holds(&odd()), "{}", row.word);
        assert!(FacetLimit::any(row).holds(&UseValue::All), "{}", row.word);
        if row.unsaid != Unsaid::Any {
            assert!(!unsaid(row.facet).holds(&odd()), "{}", row.word);
        }
    }
    assert!(!limit("binds", "/**").holds(&odd()));
    assert!(!limit("ports", "1-65535").holds(&UseValue::All));
}

#[test]
fn binds_are_paths() {
    let cases = [
        (bind("/srv/app:/x"), true),
        (bind("/srv/app/../../etc:/x"), false),
        (bind("/srv:/x"), false),
        (bind("/srv-evil/app:/x"), false),
        (bind("/:/h"), false),
        (bind("//cache//:/h:ro"), true),
        (bind("/cache:/h"), false),
        (bind("/cache/x:/h:ro"), false),
        (bind("/x:"), false),
    ];
    assert_fits("binds", "[/srv/**, { from: /cache, read_only: true }]", &cases);
    assert_fits("binds", "none", &[(path("/srv"), false)]);
    assert_fits("binds", "{ regex: '/(srv|opt)/[a-z]+' }", &[(path("/opt/a"), true), (path("/opt/a/b"), false)]);
    assert_fits("binds", "$mine", &[(path("/a"), true), (path("/b"), true), (path("/c"), false)]);
}

#[test]
fn under_never_a_path_is_also_what_is_above_and_inside() {
    let cases = [
        (path("/etc"), true),
        (path("/"), true),
        (path("/etc/ssh"), true),
        (path("/srv"), false),
        (path("/etcetera"), false),
        (bind("/etc:/x:ro"), true),
        (odd(), true),
    ];
    assert_touches("binds", "[/etc]", &cases);
    assert_touches("binds", "[/etc/**, /root/**]", &[(path("/root"), true), (path("/"), true), (path("/srv"), false)]);
    assert_touches("binds", "any", &[(path("/srv"), true)]);
}

#[test]
fn a_switch_that_is_off_is_no_use_of_a_danger() {
    assert_fits("privileged", "none", &[(UseValue::Flag(false), true), (UseValue::Flag(true), false)]);
    assert_fits("privileged", "true", &[(UseValue::Flag(false), true), (UseValue::Flag(true), true)]);
    assert_fits("privileged", "any", &[(UseValue::Flag(true), true)]);
    assert_fits("read_only", "true", &[(UseValue::Flag(false), false), (UseValue::Flag(true), true)]);
    for yaml in ["any", "true"] {
        assert_touches("privileged", yaml, &[(UseValue::Flag(true), true), (UseValue::Flag(false), false)]);
    }
    assert_touches("read_only", "false", &[(UseValue::Flag(false), true), (UseValue::Flag(true), false)]);
}

#[test]
fn capabilities_have_one_spelling_on_both_sides() {
    assert_fits("cap_add", "[sys_ptrace, CAP_NET_ADMIN]", &[(text("SYS_PTRACE"), true), (text("NET_ADMIN"), true)]);
    assert_fits("cap_add", "[SYS_PTRACE]", &[(text("SYS_ADMIN"), false), (text("ALL"), false)]);
    assert_fits("cap_add", "[all]", &[(text("SYS_ADMIN"), true), (text("ALL"), true)]);
    assert_fits("cap_add", "NET_*", &[(text("NET_RAW"), true), (text("SYS_TIME"), false)]);
    assert_touches("cap_add", "SYS_ADMIN", &[(text("ALL"), true), (text("SYS_ADMIN"), true), (text("CHOWN"), false)]);
}

#[test]
fn amounts_are_ranges_and_no_limit_is_more_than_any() {
    let mem = [(amount(4 << 30), true), (amount((4 << 30) + 1), false), (UseValue::Amount(None), false)];
    assert_fits("mem_limit", "{ max: 4GiB }", &mem);
    let least = [(amount(1), false), (amount(1 << 20), true), (UseValue::Amount(None), true)];
    assert_fits("mem_limit", "{ min: 1MiB }", &least);
    assert_fits(
        "cpus",
        "{ max: 1.5 }",
        &[(amount(NANO), true), (amount(2 * NANO), false), (UseValue::Amount(None), false)],
    );
    assert_fits("pids_limit", "{ min: 10, max: 20 }", &[(amount(9), false), (amount(10), true), (amount(21), false)]);
    assert_touches("mem_limit", "any", &[(amount(1), true)]);
}

#[test]
fn an_absent_limit_is_no_limit() {
    let limit = limit("mem_limit", "{ max: 4GiB }");
    let said = "use an unlimited amount of memory (mem_limit: at most 4GiB)";
    assert_eq!(limit.objection(&Uses::default(), Op::ContainerCreate, |_| false).as_deref(), Some(said));
    assert_eq!(limit.objection(&Uses::default(), Op::ContainerUpdate, |_| false), None, "an update leaves it as it is");
}

#[test]
fn a_connection_is_to_the_network_in_the_path() {
    let limit = limit("networks", "back");
    assert_eq!(limit.objection(&Uses::default(), Op::NetworkConnect, |_| false), None);
    assert!(limit.objection(&Uses::default(), Op::ContainerCreate, |_| false).is_some());
}

#[test]
fn an_absent_user_is_the_images_own() {
    let limit = limit("user", "1000");
    let said = "leave `user` at Docker's default (user: only `1000`)";
    assert_eq!(limit.objection(&Uses::default(), Op::ContainerCreate, |_| false).as_deref(), Some(said));
}

#[test]
fn users_have_one_spelling_on_both_sides() {
    let cases = [
        (said_user("1000"), true),
        (said_user("+1000"), true),
        (said_user("1000:1000"), false),
        (said_user("1001:5"), true),
        (said_user("0"), false),
        (UseValue::Default, false),
        (said_user(""), false),
    ];
    assert_fits("user", "['1000', '1001:*']", &cases);
    assert_fits("user", "root", &[(said_user("00"), true), (said_user("0:0"), false), (said_user("toor"), false)]);
    assert_fits("user", "[default, www]", &[(UseValue::Default, true), (said_user("www"), true)]);
}

#[test]
fn under_never_root_hides_behind_names_and_images() {
    let cases = [
        (said_user("+0"), true),
        (said_user("0:1000"), true),
        (said_user("toor"), true),
        (UseValue::Default, true),
        (said_user("1000"), false),
        (said_user("1000:1000"), false),
        (odd(), true),
    ];
    assert_touches("user", "root", &cases);
    let absent = never("user", "0").touched(&Uses::default(), Op::ContainerCreate);
    assert_eq!(absent.as_deref(), Some("leave `user` at Docker's default (never: user)"));
}

#[test]
fn images_are_names_and_never_ids() {
    let cases = [
        (image("nginx"), true),
        (image("index.docker.io/library/nginx:1"), true),
        (image("me/nginx"), false),
        (image("cafe"), false),
        (image("sha256:abc"), false),
        (image("registry.example.com/ci/a:1"), true),
    ];
    assert_fits("image", "[docker.io/library/*, registry.example.com/ci/**]", &cases);
    assert_fits(
        "image",
        "{ regex: 'docker\\.io/library/nginx:1\\..*' }",
        &[(image("nginx:1.2"), true), (image("nginx"), false)],
    );
    assert_touches(
        "image",
        "nginx",
        &[(image("cafe"), true), (image("docker.io/nginx:2"), true), (image("alpine"), false)],
    );
}

#[test]
fn names_that_could_be_ids_are_no_names() {
    assert_fits("volumes", "['data-*', anonymous]", &[(text("data-1"), true), (UseValue::Unnamed, true)]);
    assert_fits("volumes", "{ name: anonymous }", &[(text("anonymous"), true), (UseValue::Unnamed, false)]);
    assert_fits("volumes", "[cafe]", &[(text("cafe"), true)]);
    assert_fits("networks", "['*']", &[(text("back"), true), (text("cafe"), false), (UseValue::Default, false)]);
    assert_fits("volumes_from", "[web]", &[(text("web"), true), (text("3f4e"), false)]);
    let id = "ab".repeat(32);
    assert_fits("networks", &id, &[(text(&id), true), (text(&id[..12]), false)]);
    assert_touches("networks", "back", &[(text("back"), true), (text("cafe"), true), (text("front-1"), false)]);
}

#[test]
fn dockers_own_network_is_a_network() {
    assert_fits("networks", "[default]", &[(UseValue::Default, true), (UseValue::Nothing, true), (text("x-y"), false)]);
    assert_fits("networks", "[bridge]", &[(UseValue::Default, true)]);
    assert_fits("networks", "none", &[(UseValue::Default, false), (UseValue::Nothing, true)]);
    assert_fits("runtime", "none", &[(UseValue::Default, true), (text("runc"), false)]);
}

#[test]
fn namespaces_are_words_and_containers() {
    let used = |mode| {
        let mut uses = Uses::default();
        namespace::gather(Facet::Pid, mode, &mut uses);
        uses.of(Facet::Pid).next().cloned().unwrap()
    };
    let cases = [
        (used("container:web-1"), true),
        (used("container:cafe"), false),
        (used("container:db-1"), false),
        (used("host"), false),
        (used("HOST"), false),
        (used(""), false),
    ];
    assert_fits("pid", "['container:web-*']", &cases);
    assert_fits("pid", "[host, default]", &[(used("host"), true), (used(""), true)]);
    assert_fits("pid", "none", &[(used("host"), false), (used(""), true)]);
    assert_touches("pid", "host", &[(used("host"), true), (used(""), false), (used("HOST"), true)]);
    assert_touches("pid", "['container:db']", &[(used("container:db"), true), (used("container:cafe"), true)]);
}

#[test]
fn security_options_have_one_spelling_on_both_sides() {
    let cases = [
        (option("no-new-privileges"), true),
        (option("no-new-privileges:1"), true),
        (option("no-new-privileges=false"), false),
        (option("seccomp:unconfined"), false),
        (option("apparmor=mine"), true),
    ];
    assert_fits("security_opt", "[no-new-privileges, 'apparmor:mine']", &cases);
    assert_fits("security_opt", "['label=*']", &[(option("label:disable"), true), (option("disable"), true)]);
    let ordinary = unsaid(Facet::SecurityOpt);
    assert!(ordinary.holds(&option("no-new-privileges=T")) && !ordinary.holds(&option("seccomp=unconfined")));
    assert_touches(
        "security_opt",
        "['seccomp=*']",
        &[(option("seccomp:unconfined"), true), (option("label=x"), false)],
    );
}

#[test]
fn pairs_are_keys_with_or_without_values() {
    let cases = [
        (pair::pair("FOO=1"), true),
        (pair::pair("FOO"), true),
        (pair::pair("BAR=x"), true),
        (pair::pair("BAR=y"), false),
        (pair::pair("BAR"), false),
        (pair::pair("APP_X=1"), true),
        (pair::pair("LD_PRELOAD=x"), false),
        (pair::pair("EMPTY="), true),
        (pair::pair("EMPTY=x"), false),
    ];
    assert_fits("env", "[FOO, BAR=x, 'APP_*', 'EMPTY=']", &cases);
    assert_fits("env", "{ regex: 'A=[0-9]+' }", &[(pair::pair("A=1"), true), (pair::pair("A=x"), false)]);
    let slash = pair::sysctl("net/core/somaxconn", "1");
    assert_fits("sysctls", "[net.core.somaxconn]", &[(slash.clone(), true)]);
    assert_fits("sysctls", "[net/core/somaxconn=1]", &[(slash, true)]);
    assert_touches("env", "[A=1]", &[(pair::pair("A=1"), true), (pair::pair("A=2"), false), (pair::pair("A"), true)]);
}

#[test]
fn labels_that_other_tools_obey_have_to_be_named() {
    let ordinary = unsaid(Facet::Labels);
    assert!(ordinary.holds(&pair::entry("tier", "web")));
    for key in [
        "com.docker.compose.project",
        "traefik.enable",
        "ofelia.job-local.x.command",
        "dockgate.tenant",
        "Traefik.Enable",
    ] {
        assert!(!ordinary.holds(&pair::entry(key, "x")), "{key}");
    }
    assert!(limit("labels", "['com.docker.compose.**']").holds(&pair::entry("com.docker.compose.project", "x")));
}

#[test]
fn labels_under_never_are_met_in_any_case() {
    assert_touches(
        "labels",
        "['traefik.**', a=1]",
        &[(pair::entry("Traefik.Enable", "x"), true), (pair::entry("A", "1"), true), (pair::entry("A", "2"), false)],
    );
}

#[test]
fn privileged_is_all_that_is_in_it() {
    let role = testing::role(
        "may: [everything]\nnever:\n- everything: { cap_add: SYS_ADMIN, sysctls: net.ipv4.ip_forward, binds: /etc }",
    );
    let verdict = |config: &str| {
        testing::denied(&role, "POST /v1.47/containers/create", &format!(r#"{{"HostConfig":{{{config}}}}}"#))
    };
    assert_eq!(verdict(r#""Privileged":true"#), "never");
    assert_eq!(verdict(r#""Privileged":false,"Binds":["/proc:/x","/srv:/y"]"#), "");
    assert_eq!(verdict(r#""Binds":["/proc/self/root/etc:/x"]"#), "never");
    assert_eq!(verdict(r#""Sysctls":{"net..ipv4/ip_forward.":"1"}"#), "never");
}

#[test]
fn ports_are_of_the_host() {
    let used = |address, host| port::binding("80/tcp", address, host);
    let cases = [
        (used("127.0.0.1", "8080"), true),
        (used("", "8080"), false),
        (used("", "9000-9005"), true),
        (used("", ""), false),
    ];
    assert_fits("ports", "['127.0.0.1:8080', 9000-9010]", &cases);
    assert_fits("ports", "random", &[(used("", ""), true), (used("", "80"), false)]);
    assert_touches("ports", "22", &[(used("127.0.0.1", "20-25"), true), (used("", ""), true), (used("", "80"), false)]);
    assert_touches("ports", "22", &[(UseValue::All, true)]);
}

#[test]
fn devices_are_paths_or_cdi_names() {
    let cases = [
        (device::device("/dev/snd/pcm", "rwm"), true),
        (device::device("/dev/kmsg", "r"), true),
        (device::device("/dev/kmsg", ""), false),
        (device::device("/dev", "r"), false),
        (device::device("vendor.example/gpu=0", ""), true),
    ];
    assert_fits("devices", "[/dev/snd/*, { from: /dev/kmsg, read_only: true }, 'vendor.example/gpu=*']", &cases);
    assert_touches(
        "devices",
        "[/dev/sda]",
        &[(device::device("/dev", "r"), true), (device::device("/dev/fuse", ""), false)],
    );
}

#[test]
fn ulimits_are_bounds() {
    let cases = [
        (ulimit::ulimit("nofile", 1024, 2048), true),
        (ulimit::ulimit("nofile", 1024, 4096), false),
        (ulimit::ulimit("nofile", -1, -1), false),
        (ulimit::ulimit("core", -1, -1), true),
        (ulimit::ulimit("nproc", 1, 1), false),
    ];
    assert_fits("ulimits", "['nofile=1024:2048', core]", &cases);
}

#[test]
fn objections_say_what_is_wrong() {
    let said = |word: &str, yaml: &str, value: UseValue| limit(word, yaml).objection_to(&value);
    let cases = [
        (said("binds", "/srv/**", path("/etc")), "mount the host's `/etc` (binds: only `/srv/**`)"),
        (
            said("binds", "{ from: /srv, read_only: true }", path("/srv")),
            "mount the host's `/srv` for writing (binds: only `/srv` to read)",
        ),
        (said("cap_add", "[CHOWN, KILL]", text("BPF")), "add the capability `BPF` (cap_add: only `CHOWN` or `KILL`)"),
        (said("cpus", "{ max: 2 }", UseValue::Amount(None)), "use unlimited processors (cpus: at most 2)"),
        (said("mem_limit", "{ max: 4GiB }", amount(8 << 30)), "use 8GiB of memory (mem_limit: at most 4GiB)"),
        (
            said("ports", "'127.0.0.1:80'", port::binding("80", "", "80")),
            "publish the port `80` on every address (ports: only `127.0.0.1:80`)",
        ),
        (
            said("env", "[A=1]", pair::pair("A=secret")),
            "set the environment variable `A` to this value (env: only `A=1`)",
        ),
        (said("env", "[A=1]", pair::pair("B=secret")), "set the environment variable `B` (env: only `A=1`)"),
        (said("command", "ls", text("sh -c secret")), "run the command `sh` with its arguments (command: only `ls`)"),
        (said("volumes", "data", UseValue::Unnamed), "mount the volume without a name (volumes: only `data`)"),
        (said("pid", "none", text("host")), "see the processes of `host` (pid: none)"),
        (
            said("binds", "/srv", UseValue::Odd("x:".into())),
            "mount the host's `x:`, which cannot be understood (binds: only `/srv`)",
        ),
        (
            said("ulimits", "core", ulimit::ulimit("nofile", 5, -1)),
            "set the ulimit `nofile=5:-1` (ulimits: only `core`)",
        ),
        (unsaid(Facet::Binds).objection_to(&path("/")), "mount the host's `/` (binds: none unless said)"),
        (
            unsaid(Facet::NetworkDriver).objection_to(&text("macvlan")),
            "use the network driver `macvlan` (network_driver: only `default` or `bridge` unless said)",
        ),
    ];
    for (sentence, expected) in cases {
        assert_eq!(sentence, expected);
    }
}

#[test]
fn values_that_mean_nothing_are_problems() {
    let cases = [
        ("mem_limit", "{ max: 4096 }", "`4096` has no unit; write `4096MiB`, `4096GiB`, or `4096B` for bytes"),
        ("mem_limit", "{ max: 4g }", "`4g` is no size; write `512MiB` or `1.5GiB`"),
        ("mem_limit", "4GiB", "`mem_limit` is limited by a range; write `mem_limit: { max: 4GiB }`"),
        ("mem_limit", "none", "no request can fit `mem_limit: none`"),
        ("mem_limit", "{ min: 2GiB, max: 1GiB }", "no amount is as large and as small as this"),
        ("mem_limit", "default", "`mem_limit` has no default to be named"),
        ("cpus", "{ max: two }", "`two` is no number of processors; write `2` or `0.5`"),
        ("pids_limit", "{ max: many }", "`many` is no whole number"),
        ("binds", "srv", "`srv` is no path of the host; begin it with a `/`"),
        ("binds", "/srv/", "`/srv/` is not how requests are judged, so it would never fit; write `/srv`"),
        ("binds", "/srv/../etc", "write `/etc`"),
        ("binds", "{ max: 5 }", "`binds` takes no range"),
        ("binds", "{ from: /srv, read_only: maybe }", "`maybe` is neither `true` nor `false`"),
        ("image", "{ from: nginx }", "`image` are no paths"),
        ("privileged", "maybe", "`maybe` is neither `true` nor `false`"),
        ("privileged", "{ regex: t.* }", "`privileged` takes no regular expression"),
        ("cap_add", "SYS_ADMINN", "no capability is called `SYS_ADMINN`; did you mean `SYS_ADMIN`?"),
        ("pid", "hots", "`pid` has no mode `hots`; write `host` or `container:NAME`"),
        ("uts", "'container:x'", "`uts` has no mode `container:x`; write `host`"),
        ("ports", "http", "`http` is no port"),
        ("security_opt", "unconfined", "`unconfined` is no security option of Docker"),
        ("registries", "https://r.example.com/v2/", "is no host of a registry; write `r.example.com`"),
        ("ulimits", "nofile=x", "`nofile=x` is no ulimit"),
        ("user", "'-1'", "`-1` is no user or group"),
        ("user", "own", "`user` names no objects of one's own"),
        ("env", "'=x'", "an empty pattern fits nothing"),
        ("command", "{ regex: '(' }", "this is no regular expression"),
    ];
    for (word, yaml, expected) in cases {
        let said = problem(word, yaml, Mode::May);
        assert!(said.contains(expected), "{word}: {yaml} {said}");
    }
}

#[test]
fn some_values_have_no_place_under_never() {
    let cases = [
        ("mem_limit", "{ max: 4GiB }", "a range cannot stand under `never`"),
        ("binds", "none", "`none` under `never` forbids nothing"),
        ("binds", "{ from: /etc, read_only: true }", "`read_only` cannot stand under `never`"),
        ("binds", "{ regex: /etc.* }", "a regular expression over paths cannot stand under `never`"),
    ];
    for (word, yaml, expected) in cases {
        let said = problem(word, yaml, Mode::Never);
        assert!(said.contains(expected), "{word}: {yaml} {said}");
    }
}
