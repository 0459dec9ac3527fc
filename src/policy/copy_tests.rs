use super::super::testing::{one_role, problems, role, with_body};
use super::super::{Decision, Role};
use crate::request::{Original, Request};
use std::sync::Arc;

const CREATE: &str = "POST /v1.45/containers/create?name=web";
const COPIES: &str = "may:\n- ContainerCreate: { copy_of: any }";

/// A request for a copy of a container that `original` would make.
fn copy(original: &str, body: &str) -> Request {
    let mut request = with_body(CREATE, body);
    request.original = Some(Arc::new(Original::of_body(original.as_bytes(), &request).unwrap()));
    request
}

/// The words of the denial; empty if it is allowed.
fn denied(role: &Role, request: Request) -> String {
    match role.decide(request) {
        Decision::Allow(_) => String::new(),
        Decision::Deny(denial) => denial.why.iter().map(|why| why.word.as_str()).collect::<Vec<_>>().join(" "),
    }
}

/// The same of a part of a `HostConfig`, for original and copy.
fn on_host(original: &str, copied: &str) -> String {
    let body = |host: &str| format!(r#"{{"Image":"nginx:1","HostConfig":{{{host}}}}}"#);
    denied(&role(COPIES), copy(&body(original), &body(copied)))
}

/// The same of what stands beside it.
fn beside(original: &str, copied: &str) -> String {
    let body = |part: &str| format!(r#"{{"Image":"nginx:1"{part}}}"#);
    denied(&role(COPIES), copy(&body(original), &body(copied)))
}

#[test]
fn what_the_original_has_the_copy_may_have() {
    let parts = [
        r#""Privileged":true"#,
        r#""Binds":["/etc:/etc","data:/d"]"#,
        r#""CapAdd":["SYS_ADMIN"],"CapDrop":["ALL"],"SecurityOpt":["seccomp=unconfined","no-new-privileges"]"#,
        r#""Devices":[{"PathOnHost":"/dev/fuse"}],"DeviceRequests":[{"Driver":"nvidia","Count":1}]"#,
        r#""PidMode":"host","IpcMode":"host","NetworkMode":"host","UTSMode":"host","UsernsMode":"host""#,
        r#""NetworkMode":"back","Links":["db:db"],"Dns":["192.0.2.1"],"ExtraHosts":["a:192.0.2.2"]"#,
        r#""PortBindings":{"80/tcp":[{"HostIp":"127.0.0.1","HostPort":"80"}]},"PublishAllPorts":true"#,
        r#""VolumesFrom":["db:ro"],"Mounts":[{"Type":"volume","Source":"v","Target":"/v","VolumeOptions":{"Subpath":"a"}}]"#,
        r#""Memory":1000,"NanoCpus":1,"PidsLimit":5,"OomScoreAdj":-5,"Ulimits":[{"Name":"nofile","Soft":1,"Hard":2}]"#,
        r#""Runtime":"runsc","CgroupParent":"x","Sysctls":{"net.a":"1"},"LogConfig":{"Type":"syslog","Config":{"syslog-address":"udp://192.0.2.3"}}"#,
        r#""MaskedPaths":[],"ReadonlyPaths":["/a"],"ReadonlyRootfs":true,"Tmpfs":{"/t":"exec,size=1m"}"#,
    ];
    for part in parts {
        assert_eq!(on_host(part, part), "", "{part}");
    }
}

/// Facet, original, a copy that has less or the same, and the nearest that has more.
const HOST: &[(&str, &str, &str, &str)] = &[
    ("privileged", "", r#""Privileged":false"#, r#""Privileged":true"#),
    ("binds", r#""Binds":["/srv:/s"]"#, r#""Binds":["/srv:/s:ro"]"#, r#""Binds":["/srv/a:/s"]"#),
    ("binds", r#""Binds":["/srv:/s:ro"]"#, r#""Binds":["//srv:/s/:ro"]"#, r#""Binds":["/srv:/s"]"#),
    (
        "volumes",
        r#""Binds":["data:/d:ro"]"#,
        r#""Mounts":[{"Type":"volume","Source":"data","Target":"/d","ReadOnly":true}]"#,
        r#""Binds":["data:/d"]"#,
    ),
    ("volumes", r#""Binds":["data:/d"]"#, r#""Binds":["/d"]"#, r#""Binds":["other:/d"]"#),
    ("volumes", r#""Binds":["/a"]"#, r#""Binds":["/a/"]"#, r#""Binds":["/a","/etc"]"#),
    (
        "volumes",
        r#""Binds":["/a"]"#,
        r#""Mounts":[{"Type":"volume","Target":"/b/../a","ReadOnly":true}]"#,
        r#""Mounts":[{"Type":"volume","Target":"/etc","VolumeOptions":{"NoCopy":true}}]"#,
    ),
    (
        "volumes",
        r#""Binds":["/srv:/s"],"Tmpfs":{"/t":""}"#,
        r#""Mounts":[{"Type":"volume","Target":"/s"}]"#,
        r#""Mounts":[{"Type":"volume","Target":"/t"}]"#,
    ),
    (
        "volumes",
        r#""Mounts":[{"Type":"volume","Source":"v","Target":"/v","VolumeOptions":{"Subpath":"a"}}]"#,
        "",
        r#""Mounts":[{"Type":"volume","Source":"v","Target":"/v"}]"#,
    ),
    ("volumes_from", r#""VolumesFrom":["db:ro"]"#, r#""VolumesFrom":["/db:ro"]"#, r#""VolumesFrom":["db"]"#),
    (
        "binds",
        r#""Binds":["/srv:/s"]"#,
        r#""Mounts":[{"Type":"bind","Source":"/srv","Target":"/s"}]"#,
        r#""Binds":["/srv:/bin"]"#,
    ),
    (
        "ports",
        r#""PortBindings":{"80/tcp":[{"HostPort":"80"}]}"#,
        r#""PortBindings":{"80":[{"HostPort":"80"}]}"#,
        r#""PortBindings":{"9000/tcp":[{"HostPort":"80"}]}"#,
    ),
    ("cap_add", r#""CapAdd":["NET_ADMIN"]"#, "", r#""CapAdd":["SYS_ADMIN"]"#),
    ("cap_drop", r#""CapDrop":["CHOWN"]"#, r#""CapDrop":["ALL"]"#, r#""CapDrop":["KILL"]"#),
    ("cap_drop", r#""CapDrop":["ALL"]"#, r#""CapDrop":["CAP_CHOWN","all"]"#, ""),
    ("security_opt", "", r#""SecurityOpt":["no-new-privileges"]"#, r#""SecurityOpt":["apparmor=unconfined"]"#),
    (
        "security_opt",
        r#""SecurityOpt":["label=disable"]"#,
        "",
        r#""SecurityOpt":["label=disable","seccomp=unconfined"]"#,
    ),
    ("security_opt", r#""SecurityOpt":["no-new-privileges"]"#, r#""SecurityOpt":["no-new-privileges:true"]"#, ""),
    (
        "security_opt",
        r#""SecurityOpt":["no-new-privileges=false","no-new-privileges"]"#,
        r#""SecurityOpt":["no-new-privileges"]"#,
        r#""SecurityOpt":["no-new-privileges","no-new-privileges=false"]"#,
    ),
    ("read_only", r#""ReadonlyRootfs":true"#, r#""ReadonlyRootfs":true"#, r#""ReadonlyRootfs":false"#),
    ("pid", r#""PidMode":"host""#, "", r#""PidMode":"container:db""#),
    ("network_mode", r#""NetworkMode":"back""#, r#""NetworkMode":"none""#, r#""NetworkMode":"host""#),
    ("networks", r#""NetworkMode":"back""#, r#""NetworkMode":"back""#, ""),
    ("networks", r#""NetworkMode":"none""#, r#""NetworkMode":"none""#, ""),
    ("runtime", r#""Runtime":"runc""#, "", r#""Runtime":"nvidia""#),
    ("runtime", r#""Runtime":"runsc""#, r#""Runtime":"runsc""#, ""),
    ("cgroup_parent", r#""CgroupParent":"small""#, r#""CgroupParent":"small""#, ""),
    (
        "ports",
        r#""PortBindings":{"80/tcp":[{"HostIp":"127.0.0.1","HostPort":"80"}]}"#,
        r#""PortBindings":{"80/tcp":[]}"#,
        r#""PortBindings":{"80/tcp":[{"HostPort":"80"}]}"#,
    ),
    (
        "mem_limit",
        r#""Memory":1000,"MemorySwap":-1"#,
        r#""Memory":999,"MemorySwap":-1"#,
        r#""Memory":1001,"MemorySwap":-1"#,
    ),
    ("mem_limit memswap_limit", r#""Memory":1000"#, r#""Memory":1000"#, ""),
    ("memswap_limit", r#""Memory":1000"#, r#""Memory":1000,"MemorySwap":1000"#, r#""Memory":1000,"MemorySwap":-1"#),
    ("cpus", r#""NanoCpus":1000000000"#, r#""CpuQuota":100000"#, r#""CpuQuota":100001"#),
    ("pids_limit", r#""PidsLimit":5"#, r#""PidsLimit":5"#, r#""PidsLimit":0"#),
    ("shm_size", r#""ShmSize":5"#, "", r#""ShmSize":6"#),
    ("oom_score_adj", r#""OomScoreAdj":5"#, r#""OomScoreAdj":6"#, ""),
    (
        "ulimits",
        r#""Ulimits":[{"Name":"nofile","Soft":5,"Hard":5}]"#,
        r#""Ulimits":[{"Name":"nofile","Soft":4,"Hard":5}]"#,
        r#""Ulimits":[{"Name":"nofile","Soft":5,"Hard":-1}]"#,
    ),
    (
        "ulimits",
        r#""Ulimits":[{"Name":"nofile","Soft":5,"Hard":5}]"#,
        r#""Ulimits":[{"Name":"nofile","Soft":5,"Hard":5}]"#,
        "",
    ),
    ("masked_paths", r#""MaskedPaths":["/proc/acpi"]"#, "", r#""MaskedPaths":[]"#),
    ("masked_paths", r#""MaskedPaths":["/proc/mine"]"#, r#""MaskedPaths":["/proc/mine","/x"]"#, ""),
    ("masked_paths", r#""Privileged":true"#, r#""Privileged":true"#, r#""MaskedPaths":["/x"],"CapAdd":[]"#),
    (
        "device_requests",
        r#""DeviceRequests":[{"Driver":"nvidia","Count":1}]"#,
        "",
        r#""DeviceRequests":[{"Driver":"nvidia","Count":-1}]"#,
    ),
    (
        "devices",
        r#""Devices":[{"PathOnHost":"/dev/a","CgroupPermissions":"r"}]"#,
        "",
        r#""Devices":[{"PathOnHost":"/dev/a"}]"#,
    ),
    (
        "log_opts",
        r#""LogConfig":{"Type":"json-file","Config":{"max-size":"1m"}}"#,
        r#""LogConfig":{"Type":"json-file","Config":{"max-size":"1m"}}"#,
        "",
    ),
    ("logging", r#""LogConfig":{"Type":"syslog"}"#, r#""LogConfig":{"Type":"syslog"}"#, ""),
    ("tmpfs_size", r#""Tmpfs":{"/t":"size=1m"}"#, r#""Tmpfs":{"/t":"size=1k"}"#, r#""Tmpfs":{"/t":""}"#),
    ("tmpfs", r#""Tmpfs":{"/t":""}"#, "", r#""Tmpfs":{"/u":""}"#),
    ("storage_opt", r#""StorageOpt":{"size":"1G"}"#, r#""StorageOpt":{"size":"1G"}"#, ""),
];

#[test]
fn a_copy_has_no_more_of_its_host() {
    for (word, original, less, more) in HOST {
        assert_eq!(on_host(original, less), "", "{word}: {original} {less}");
        assert_eq!(on_host(original, more), *word, "{word}: {original} {more}");
    }
}

#[test]
fn a_copy_runs_what_its_original_runs_or_its_image() {
    let cases = [
        ("command", r#","Cmd":["run"]"#, "", r#","Cmd":["sh"]"#),
        ("entrypoint", r#","Entrypoint":["run"]"#, "", r#","Entrypoint":["sh"]"#),
        ("env", r#","Env":["A=1","B=2"]"#, r#","Env":["B=2"]"#, r#","Env":["A=2"]"#),
        ("healthcheck", "", r#","Healthcheck":{"Test":["NONE"]}"#, r#","Healthcheck":{"Test":["CMD-SHELL","x"]}"#),
        ("user", r#","User":"1000""#, r#","User":"+1000""#, ""),
        ("user", r#","User":"1000""#, r#","User":"1000""#, r#","User":"0""#),
        ("labels", r#","Labels":{"a":"b","c":"d"}"#, r#","Labels":{"a":"b"}"#, r#","Labels":{"a":"c"}"#),
        ("network_disabled", r#","NetworkDisabled":true"#, r#","NetworkDisabled":true"#, ""),
        ("working_dir", r#","WorkingDir":"/a""#, "", r#","WorkingDir":"/b""#),
        ("volumes", r#","Volumes":{"/a":{}}"#, r#","Volumes":{"/a/":{}}"#, r#","Volumes":{"/a":{},"/bin":{}}"#),
    ];
    for (word, original, less, more) in cases {
        assert_eq!(beside(original, less), "", "{word}: {original} {less}");
        assert_eq!(beside(original, more), word, "{word}: {original} {more}");
    }
    assert_eq!(beside("", r#","Hostname":"other","StopSignal":"INT""#), "", "what is no power may be another");
}

#[test]
fn what_is_exposed_is_published_with_all() {
    let all = r#","ExposedPorts":{"80/tcp":{}},"HostConfig":{"PublishAllPorts":true}"#;
    assert_eq!(beside(all, all), "");
    assert_eq!(beside(all, &all.replace("80", "90")), "expose");
    assert_eq!(beside("", r#","ExposedPorts":{"90/tcp":{}}"#), "", "by itself it is no power");
}

#[test]
fn compose_keeps_its_own_notes() {
    let shop = r#","Labels":{"com.docker.compose.project":"shop","com.docker.compose.image":"sha256:a"}"#;
    let anew = shop.replace(r#":a"}"#, r#":b","com.docker.compose.replace":"4f"}"#).replace("sha256:a", "sha256:b");
    assert_eq!(beside(shop, &anew), "");
    assert_eq!(beside(shop, &anew.replace("shop", "other")), "labels");
    assert_eq!(beside("", r#","Labels":{"com.docker.compose.image":"sha256:b"}"#), "labels");
}

#[test]
fn a_user_of_the_image_may_be_left_to_it() {
    let mut request = copy(r#"{"Image":"nginx:1","User":"1000"}"#, r#"{"Image":"nginx:2"}"#);
    let mut original = request.original.as_deref().unwrap().clone();
    original.has_users_of_image = true;
    request.original = Some(Arc::new(original));
    assert_eq!(denied(&role(COPIES), request), "");
}

#[test]
fn the_image_is_of_the_same_repository() {
    let cases = [
        ("nginx:1", "nginx:2", ""),
        ("nginx", "docker.io/library/nginx@sha256:ab", ""),
        ("nginx:1", "me/nginx:1", "image"),
        ("nginx:1", "r.example.com/nginx:1", "image"),
        ("nginx:1", "cafe", "image"),
        ("cafe:1", "cafe", "image"),
        ("cafe", "cafe", ""),
        ("nginx:1", "sha256:abc", "image"),
        ("sha256:abc", "nginx:1", "image"),
        ("sha256:abc", "sha256:abc", ""),
    ];
    for (original, image, expected) in cases {
        let body = |image: &str| format!(r#"{{"Image":"{image}"}}"#);
        assert_eq!(denied(&role(COPIES), copy(&body(original), &body(image))), expected, "{original} {image}");
    }
}

#[test]
fn what_is_no_copy_is_denied() {
    let request = with_body(CREATE, r#"{"Image":"nginx"}"#);
    let Decision::Deny(denial) = role(COPIES).decide(request) else { panic!() };
    let expected = "dockgate: ops may not make what is no copy of an existing container (copy_of: none is called `web`, \
                    nor was such a one removed by this role a moment ago; remove the original through this gate)";
    assert_eq!(denial.to_string(), expected);
    assert_eq!(denial.kind(), "copy_of");
}

#[test]
fn the_original_has_to_be_one_that_the_grant_is_for() {
    let role = role("may:\n- ContainerCreate: { copy_of: [{ label: a=b, image: 'nginx:*' }, { name: other }] }");
    let body = r#"{"Image":"nginx:1","Labels":{"a":"b"}}"#;
    assert_eq!(denied(&role, copy(body, body)), "");
    let plain = r#"{"Image":"nginx:1"}"#;
    assert_eq!(denied(&role, copy(plain, plain)), "copy_of");
    assert_eq!(denied(&role, copy(plain, body)), "copy_of", "the copy's own labels do not count");
}

#[test]
fn other_limits_hold_in_addition() {
    let role = role("may:\n- ContainerCreate: { copy_of: any, image: nginx, privileged: none, require: [mem_limit] }");
    let small = r#"{"Image":"nginx:1","HostConfig":{"Memory":5}}"#;
    assert_eq!(denied(&role, copy(small, small)), "");
    let large = r#"{"Image":"httpd:1","HostConfig":{"Privileged":true}}"#;
    assert_eq!(denied(&role, copy(large, large)), "image privileged require.mem_limit");
}

#[test]
fn powers_are_not_mixed_from_two_grants() {
    let role = role("may:\n- ContainerCreate: { copy_of: any }\n- ContainerCreate: { binds: [/srv] }");
    let plain = r#"{"Image":"nginx:1"}"#;
    let bind = r#"{"Image":"nginx:1","HostConfig":{"Binds":["/srv:/s"]}}"#;
    let both = r#"{"Image":"nginx:1","HostConfig":{"Binds":["/srv:/s"],"CapAdd":["KILL"]}}"#;
    let kill = r#"{"Image":"nginx:1","HostConfig":{"CapAdd":["KILL"]}}"#;
    assert_eq!(denied(&role, copy(plain, bind)), "");
    assert_eq!(denied(&role, copy(kill, kill)), "");
    assert_ne!(denied(&role, copy(kill, both)), "");
}

#[test]
fn what_a_policy_sets_is_no_power_of_the_client() {
    let role = role("may:\n- ContainerCreate: { copy_of: any, set: { labels: { team: a } } }");
    let body = r#"{"Image":"nginx:1"}"#;
    assert_eq!(denied(&role, copy(body, body)), "");
}

#[test]
fn what_a_policy_limits_is_no_limit_left_out() {
    let role = role("may:\n- ContainerCreate: { copy_of: any, set: { mem_limit: 512MiB, pids_limit: 5 } }");
    let large = r#"{"Image":"nginx:1","HostConfig":{"Memory":1073741824,"PidsLimit":9}}"#;
    assert_eq!(denied(&role, copy(large, r#"{"Image":"nginx:1"}"#)), "");
    let more = r#"{"Image":"nginx:1","HostConfig":{"Memory":2147483648,"PidsLimit":9}}"#;
    assert_eq!(denied(&role, copy(large, more)), "mem_limit memswap_limit");
}

#[test]
fn what_a_link_leads_to_is_mounted_nowhere_else() {
    use crate::catalogue::Facet;
    use crate::request::{Use, UseValue};
    let real = || Use { facet: Facet::Binds, value: UseValue::Path { path: "/real".into(), read_only: false } };
    let body = |binds: &str| format!(r#"{{"Image":"a","HostConfig":{{"Binds":[{binds}]}}}}"#);
    let mut same = copy(&body(r#""/link:/l""#), &body(r#""/link:/l""#));
    same.led_to(vec![(real(), real())]);
    assert_eq!(denied(&role(COPIES), same), "");
    let mut other = copy(&body(r#""/link:/l""#), &body(r#""/link:/l","/real:/bin""#));
    other.led_to(vec![(real(), real())]);
    assert_eq!(denied(&role(COPIES), other), "binds");
}

#[test]
fn values_of_the_environment_are_not_told() {
    let request = copy(r#"{"Image":"a","Env":["KEY=one"]}"#, r#"{"Image":"a","Env":["KEY=two"]}"#);
    let Decision::Deny(denial) = role(COPIES).decide(request) else { panic!() };
    let expected = "dockgate: ops may not set the environment variable `KEY` (env: copy of `web`, which does not)";
    assert_eq!(denial.to_string(), expected);
}

#[test]
fn it_is_asked_for_where_a_grant_needs_it() {
    use crate::catalogue::Op;
    let copies = role("may: [ContainerDelete, { ContainerCreate: { copy_of: any } }]");
    assert!(copies.asks_for_original(Op::ContainerCreate) && copies.remembers(Op::ContainerDelete));
    assert!(!copies.remembers(Op::ContainerStart));
    let plain = role("may: [ContainerDelete, ContainerCreate]");
    assert!(!plain.asks_for_original(Op::ContainerCreate) && !plain.remembers(Op::ContainerDelete));
}

#[test]
fn what_cannot_be_a_copy_is_a_problem() {
    let cases = [
        ("may:\n- ContainerCreate: { copy_of: web }", "`copy_of` does not say what about the original"),
        ("may:\n- ContainerCreate: { copy_of: { nam: web } }", "did you mean `name`"),
        ("may:\n- ContainerCreate: { copy_of: {} }", "`copy_of` is empty"),
        ("may:\n- ContainerStart: { copy_of: any }", "ContainerStart cannot be held to an original"),
        ("may: [ping]\nnever:\n- ContainerCreate: { copy_of: any }", "`copy_of` cannot stand under `never`"),
    ];
    for (body, expected) in cases {
        let found = problems(&one_role(body));
        assert!(!found.is_empty() && found[0].contains(expected), "{body} {found:?}");
    }
}
