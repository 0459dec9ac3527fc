use super::facets_of;
use crate::catalogue::fields::{Gather, Shape};
use crate::catalogue::{Facet, Kind, OPERATIONS, Op, Param};
use crate::request::{Identity, Peer, Request, UseValue, understand};
use http::Method;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use std::collections::BTreeSet;
use std::sync::Arc;

fn request(line: &str, body: &str) -> Request {
    let peer = Peer::Unix { uid: 1, gid: 1, pid: 1, groups: Vec::new(), user: None, group_names: Vec::new() };
    let who = Arc::new(Identity::new("test".into(), peer));
    let (method, target) = line.split_once(' ').unwrap();
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let request = understand(who, &Method::from_bytes(method.as_bytes()).unwrap(), target, &headers).unwrap();
    request.with_body(body.as_bytes()).unwrap_or_else(|refusal| panic!("{body}: {refusal}"))
}

/// `word value` of every use but those of every create.
fn uses(line: &str, body: &str) -> Vec<String> {
    let uses = request(line, body).uses.unwrap();
    let said = |value: &UseValue| match value {
        UseValue::Text(text) | UseValue::Image(text) => text.clone(),
        UseValue::Path { path, read_only } => format!("{path}{}", if *read_only { " ro" } else { "" }),
        UseValue::Pair { key, value } => format!("{key}={}", value.as_deref().unwrap_or("?")),
        UseValue::Port(port) => port.to_string(),
        UseValue::Amount(amount) => amount.map_or("unlimited".into(), |amount| amount.to_string()),
        other => format!("{other:?}"),
    };
    uses.iter().map(|used| format!("{} {}", used.facet.word(), said(&used.value))).collect()
}

/// Parameters that facets are about.
const PARAMETERS: usize = 47;

const CREATE: &str = "POST /v1.45/containers/create";

/// The uses of a `HostConfig` without the network and the image that every container has.
fn host(config: &str) -> Vec<String> {
    host_of(CREATE, config)
}

fn host_of(line: &str, config: &str) -> Vec<String> {
    let all = uses(line, &format!("{{\"Image\":\"a\",\"HostConfig\":{{\"NetworkMode\":\"none\",{config}}}}}"));
    all.into_iter().filter(|used| used != "networks Nothing" && used != "image a").collect()
}

#[test]
fn every_spelling_of_a_host_path_is_a_bind() {
    assert_eq!(host(r#""binds":["/srv/../etc:/x:ro"]"#), ["binds /etc ro"]);
    assert_eq!(host(r#""Mounts":[{"Type":"bind","Source":"/","Target":"/h"}]"#), ["mount_types bind", "binds /"]);
    let volume = r#""Mounts":[{"Type":"volume","Source":"v","VolumeOptions":{"Labels":{"a":"b"},"DriverConfig":{"Options":{"device":"/","o":"bind"}}}}]"#;
    let expected =
        ["mount_types volume", "volumes v", "volume_opts device=/", "volume_opts o=bind", "binds /", "labels a=b"];
    assert_eq!(host(volume), expected);
    let created = uses("POST /v1.45/volumes/create", r#"{"DriverOpts":{"o":"bind","device":"/root"}}"#);
    assert_eq!(created, ["volume_opts o=bind", "volume_opts device=/root", "binds /root"]);
}

#[test]
fn powers_are_found_by_value() {
    let cases = [
        (r#""Privileged":true"#, vec!["privileged Flag(true)"]),
        (r#""CapAdd":"sys_admin""#, vec!["cap_add SYS_ADMIN"]),
        (r#""Capabilities":["CAP_BPF"]"#, vec!["cap_add BPF"]),
        (r#""MaskedPaths":[]"#, vec!["masked_paths Flag(true)"]),
        (r#""MaskedPaths":null"#, vec![]),
        (r#""PidMode":"host""#, vec!["pid host"]),
        (r#""SecurityOpt":["seccomp:unconfined"]"#, vec!["security_opt seccomp=unconfined"]),
        (r#""Devices":[{"PathOnHost":"/dev/sda"}]"#, vec!["devices /dev/sda"]),
        (r#""DeviceRequests":[{"Count":-1,"Capabilities":[["gpu"]]}]"#, vec!["device_requests gpu"]),
        (r#""DeviceRequests":[{"Driver":"cdi","DeviceIDs":["a/b=c"]}]"#, vec!["device_requests cdi:a/b=c"]),
        (r#""VolumesFrom":["/db:ro"]"#, vec!["volumes_from db"]),
        (r#""Links":["db:data"]"#, vec!["links db"]),
        (r#""PublishAllPorts":true"#, vec!["ports All"]),
        (r#""PublishAllPorts":false"#, vec![]),
        (r#""PortBindings":{"80/tcp":[{"HostPort":"8080"}],"81/tcp":[]}"#, vec!["ports 8080"]),
        (r#""Memory":5"#, vec!["mem_limit 5", "memswap_limit 10"]),
        (r#""Memory":5,"MemorySwap":-1"#, vec!["mem_limit 5", "memswap_limit unlimited"]),
        (r#""CpuQuota":50000"#, vec!["cpus 500000000"]),
        (
            r#""Ulimits":[{"Name":"nofile","Hard":-1}]"#,
            vec![r#"ulimits Ulimit { name: "nofile", soft: Some(0), hard: None }"#],
        ),
        (r#""RestartPolicy":{"Name":"on-failure","MaximumRetryCount":3}"#, vec!["restart on-failure:3"]),
        (
            r#""LogConfig":{"Type":"gelf","Config":{"gelf-address":"udp://x"}}"#,
            vec!["logging gelf", "log_opts gelf-address=udp://x"],
        ),
        (r#""Tmpfs":{"/run":"size=1k"}"#, vec!["tmpfs /run", "tmpfs_size 1024"]),
        (r#""Sysctls":{"net/x":"1"}"#, vec!["sysctls net.x=1"]),
        (r#""BlkioDeviceReadBps":[{"Path":"/dev/sda","Rate":7}]"#, vec!["blkio_config /dev/sda:7"]),
    ];
    for (config, expected) in cases {
        assert_eq!(host(config), expected, "{config}");
    }
}

#[test]
fn networks_are_named_in_several_places() {
    let networks =
        |body: &str| uses(CREATE, body).into_iter().filter(|used| used.starts_with("network")).collect::<Vec<_>>();
    assert_eq!(networks("{}"), ["networks Default"]);
    assert_eq!(
        networks(r#"{"NetworkingConfig":{"EndpointsConfig":{"a":{"NetworkID":"b"}}}}"#),
        ["networks a", "networks b", "networks Default"]
    );
    // as the docker CLI sends it with --network-alias
    let alias =
        r#"{"HostConfig":{"NetworkMode":"lan"},"NetworkingConfig":{"EndpointsConfig":{"lan":{"NetworkID":""}}}}"#;
    assert_eq!(networks(alias), ["networks lan", "networks lan"]);
    assert_eq!(networks(r#"{"HostConfig":{"NetworkMode":"host"}}"#), ["network_mode host", "networks Nothing"]);
    let both = r#"{"HostConfig":{"NetworkMode":"none"},"NetworkingConfig":{"EndpointsConfig":{"lan":{}}}}"#;
    assert_eq!(networks(both), ["networks Nothing", "networks lan"]);
}

#[test]
fn old_versions_of_the_api_share_more() {
    let old = |version: &str| host_of(&format!("POST /v{version}/containers/create"), r#""Init":null"#);
    assert_eq!(old("1.39"), ["ipc shareable", "cgroup host"]);
    assert_eq!(old("1.40"), ["cgroup host"]);
    assert_eq!(old("1.41"), [""; 0]);
}

#[test]
fn old_versions_of_the_api_leave_what_is_mounted_below_a_read_only_bind_writable() {
    let option = "bind_options read_only_non_recursive";
    let binds = [
        r#""Binds":["/srv:/srv:ro"]"#,
        r#""Mounts":[{"Type":"bind","Source":"/srv","Target":"/srv","ReadOnly":true}]"#,
    ];
    for bind in binds {
        let says = |line: &str| host_of(line, bind).contains(&option.to_owned());
        assert!(says("POST /v1.43/containers/create") && says("POST /containers/create"), "{bind}");
        assert!(!says("POST /v1.44/containers/create"), "{bind}");
    }
    let others = [r#""Binds":["/srv:/srv"]"#, r#""Binds":["data:/srv:ro"]"#];
    for bind in others {
        assert!(!host_of("POST /v1.43/containers/create", bind).contains(&option.to_owned()), "{bind}");
    }
}

#[test]
fn a_service_of_an_old_version_is_not_hardened() {
    let spec = r#""CapabilityDrop":["ALL"],"Ulimits":[{"Name":"nofile"}],"Privileges":{"NoNewPrivileges":true}"#;
    let body = format!(
        r#"{{"TaskTemplate":{{"ContainerSpec":{{"Image":"127.0.0.1:5000/a",{spec}}},"Resources":{{"Limits":{{"Pids":5}}}}}}}}"#
    );
    let words = |line: &str| {
        let words: Vec<String> =
            uses(line, &body).iter().map(|used| used.split(' ').next().unwrap().to_owned()).collect();
        ["cap_drop", "ulimits", "security_opt", "pids_limit"].map(|word| words.contains(&word.to_owned()))
    };
    assert_eq!(words("POST /v1.44/services/create"), [true; 4]);
    assert_eq!(words("POST /v1.43/services/create"), [true, true, false, true]);
    assert_eq!(words("POST /v1.40/services/create"), [false; 4]);
    assert_eq!(words("POST /services/create"), [false; 4]);
    assert!(uses("POST /v1.44/services/create", &body).contains(&"registries 127.0.0.1:5000".to_owned()));
}

#[test]
fn no_text_holds_more_uses_than_can_be_judged() {
    let layers = "/:".repeat(crate::request::MAX_USES);
    let body = format!(r#"{{"DriverOpts":{{"o":"lowerdir={layers}"}}}}"#);
    let peer = Peer::Unix { uid: 1, gid: 1, pid: 1, groups: Vec::new(), user: None, group_names: Vec::new() };
    let who = Arc::new(Identity::new("test".into(), peer));
    let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
    let head = understand(who, &Method::POST, "/v1.45/volumes/create", &headers).unwrap();
    assert_eq!(head.with_body(body.as_bytes()).unwrap_err().status, 413);
}

/// Swarm fills templates in on the node.
#[test]
fn what_a_template_becomes_cannot_be_told() {
    let mounts = [
        r#"{"Type":"bind","Source":"/srv/{{\"../etc\"}}","Target":"/x"}"#,
        r#"{"Type":"volume","Source":"{{\"prod\"}}","Target":"/x"}"#,
        r#"{"Type":"volume","Source":"v","Target":"/{{.Node.ID}}"}"#,
        r#"{"Type":"volume","Target":"/x","VolumeOptions":{"Labels":{"a":"{{1}}"}}}"#,
        r#"{"Type":"volume","Target":"/x","VolumeOptions":{"DriverConfig":{"Options":{"o":"{{\"bind\"}}"}}}}"#,
    ];
    let service = |spec: &str| {
        let body = format!(r#"{{"TaskTemplate":{{"ContainerSpec":{{{spec}}}}}}}"#);
        request("POST /v1.45/services/create", &body).uses.unwrap()
    };
    let odd = |uses: &crate::request::Uses, facet| uses.of(facet).any(|value| matches!(value, UseValue::Odd(_)));
    for mount in mounts {
        let uses = service(&format!(r#""Mounts":[{mount}]"#));
        assert!(odd(&uses, Facet::Binds) && odd(&uses, Facet::Volumes), "{mount}: {uses:?}");
    }
    assert!(odd(&service(r#""Hostname":"ci-{{.Node.ID}}""#), Facet::Hostname));
    assert!(odd(&service(r#""Env":["A={{.Node.ID}}"]"#), Facet::Env));
    let plain = r#"{"Image":"a","Env":["FORMAT={{json .}}"],"Hostname":"{{x}}"}"#;
    let uses = request(CREATE, plain).uses.unwrap();
    assert!(!odd(&uses, Facet::Env) && !odd(&uses, Facet::Hostname));
}

#[test]
fn no_image_is_said_so() {
    let says = |body: &str| uses(CREATE, body).contains(&"image Default".to_owned());
    assert!(says(r#"{"Cmd":["sh"]}"#) && says(r#"{"Image":""}"#) && !says(r#"{"Image":"a"}"#));
}

#[test]
fn an_update_says_what_it_changes() {
    let update = |body: &str| uses("POST /v1.45/containers/web/update", body);
    assert_eq!(update(r#"{"Memory":0,"NanoCpus":0}"#), [""; 0]);
    assert_eq!(update(r#"{"Memory":5,"MemorySwap":7}"#), ["mem_limit 5", "memswap_limit 7"]);
    assert_eq!(update(r#"{"CpuPeriod":1000}"#), ["cpus unlimited"]);
    assert_eq!(update(r#"{"CpuQuota":5000,"CpuPeriod":1000}"#), ["cpus 5000000000"]);
    assert_eq!(update(r#"{"PidsLimit":0}"#), ["pids_limit unlimited"]);
}

#[test]
fn queries_and_paths_are_used_too() {
    let cases = [
        ("POST /v1.45/images/create?fromImage=nginx&tag=1", vec!["image nginx:1", "registries docker.io"]),
        ("POST /v1.45/images/create?fromImage=nginx", vec![r#"image Repository("nginx")"#, "registries docker.io"]),
        ("POST /v1.45/images/create?fromImage=nginx:1&tag=2", vec!["image nginx:2", "registries docker.io"]),
        ("POST /v1.45/images/create?fromImage=h:5/x&tag=sha256:ab", vec!["image h:5/x@sha256:ab", "registries h:5"]),
        (
            "POST /v1.45/images/create?fromSrc=-&repo=busybox&tag=1",
            vec!["remote_source -", "tags docker.io/library/busybox:1"],
        ),
        ("POST /v1.45/images/h:5/x/push?tag=1", vec!["image h:5/x:1", "registries h:5"]),
        ("POST /v1.45/images/x/tag?repo=cafe", vec!["tags docker.io/library/cafe:latest"]),
        (
            "POST /v1.45/commit?container=db&repo=x&changes=USER%20root",
            vec!["commit_of db", "changes USER root", r#"user Odd("root")"#, "tags docker.io/library/x:latest"],
        ),
        ("GET /v1.45/images/search?term=127.0.0.1:9/x", vec!["registries 127.0.0.1:9"]),
        (
            "GET /v1.45/distribution/127.0.0.1:9/x/json",
            vec![r#"image Repository("127.0.0.1:9/x")"#, "registries 127.0.0.1:9"],
        ),
        (
            "POST /v1.45/build?t=x&networkmode=host",
            vec!["network_mode host", "networks Nothing", "tags docker.io/library/x:latest"],
        ),
        (
            "POST /v1.45/build?version=2&remote=http%3A%2F%2Fx",
            vec!["remote_source http://x", "buildkit Flag(true)", "networks Default"],
        ),
        (
            "POST /v1.45/build?buildargs=%7B%22A%22%3A%22b%22%2C%22C%22%3Anull%7D",
            vec!["networks Default", "build_args A=b", "build_args C=?"],
        ),
        ("POST /v1.45/build?outputs=%5B%7B%22Type%22%3A%22local%22%7D%5D", vec!["networks Default", "outputs local"]),
        ("POST /v1.45/containers/a/start?checkpoint-dir=/x/", vec!["checkpoint_dir /x"]),
        ("POST /v1.45/containers/a/rename?name=/web", vec!["name web"]),
        ("POST /v1.45/containers/a/rename?name=/cafe", vec![r#"name Odd("cafe")"#]),
        ("POST /v1.45/images/create?fromImage=a@sha256:b&tag=1", vec!["image a@sha256:b", "registries docker.io"]),
        (
            "POST /v1.45/images/create?fromImage=a@sha256:b&tag=sha256:c",
            vec!["image a@sha256:c", "registries docker.io"],
        ),
        ("POST /v1.45/networks/ci-net/connect", vec!["networks ci-net"]),
        ("POST /v1.45/plugins/pull?remote=x/y", vec!["registries docker.io"]),
    ];
    for (line, expected) in cases {
        assert_eq!(uses(line, ""), expected, "{line}");
    }
    assert_eq!(uses("POST /v1.45/auth", "{}"), ["registries docker.io"]);
    assert_eq!(uses("POST /v1.45/auth", r#"{"serveraddress":"http://127.0.0.1:9"}"#), ["registries 127.0.0.1:9"]);
}

#[test]
fn services_have_the_same_powers() {
    let service = |spec: &str| {
        uses("POST /v1.45/services/create", &format!("{{\"TaskTemplate\":{{\"ContainerSpec\":{{{spec}}}}}}}"))
    };
    assert_eq!(service(r#""Mounts":[{"Type":"bind","Source":"/etc"}]"#), ["mount_types bind", "binds /etc"]);
    let privileges = r#""Privileges":{"Seccomp":{"Mode":"unconfined"},"AppArmor":{"Mode":"disabled"},"NoNewPrivileges":true,"CredentialSpec":{"File":"x"}}"#;
    let expected = [
        "credential_spec file=x",
        "security_opt seccomp=unconfined",
        "security_opt apparmor=unconfined",
        "security_opt no-new-privileges=true",
    ];
    assert_eq!(service(privileges), expected);
    let modes = uses(
        "POST /v1.45/services/create",
        r#"{"Mode":{"Replicated":{"Replicas":3}},"EndpointSpec":{"Ports":[{"TargetPort":80,"PublishedPort":8080,"PublishMode":"host"}]}}"#,
    );
    assert_eq!(modes, ["service_mode replicated", "replicas 3", "publish_mode host", "ports 8080"]);
}

#[test]
fn commands_are_whole() {
    let command = uses("POST /v1.45/containers/web/exec", r#"{"Cmd":["sh","-c","a b"],"Privileged":true,"User":"+0"}"#);
    assert_eq!(command, ["user 0", "privileged Flag(true)", "command sh -c 'a b'"]);
    let checks = |test: &str| uses(CREATE, &format!("{{\"Healthcheck\":{{\"Test\":{test}}}}}"));
    assert!(checks(r#"["CMD","a","b c"]"#).contains(&"healthcheck a 'b c'".to_owned()));
    assert!(checks(r#"["CMD-SHELL","a || b"]"#).contains(&"healthcheck a || b".to_owned()));
    assert!(checks(r#"["NONE"]"#).contains(&"healthcheck Nothing".to_owned()));
}

#[test]
fn bodies_come_as_json_or_not_at_all() {
    let who = |media: &'static str, body: &str| {
        let peer = Peer::Tcp { address: [127, 0, 0, 1].into(), certificate: None };
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(media));
        let who = Arc::new(Identity::new("test".into(), peer));
        understand(who, &Method::POST, "/v1.45/containers/create", &headers).unwrap().with_body(body.as_bytes())
    };
    assert!(who("application/json", "{}").is_ok());
    assert!(who("text/plain", "{}").is_err());
    assert!(who("text/plain", "").is_ok_and(|request| request.body.is_none() && request.uses.is_some()));
    assert!(who("application/json", "{} {}").is_err());
    let strange = who("application/json", r#"{"Privileged":true,"HostConfig":{"Shiny":1,"Dull":0}}"#).unwrap();
    assert_eq!(strange.unknown, ["Privileged", "HostConfig.Shiny"]);
    assert_eq!(strange.canonical_body().unwrap(), r#"{"HostConfig":{}}"#);
    assert!(strange.uses.unwrap().of(Facet::Privileged).next().is_none());
}

/// What the pages tell of parameters is what is gathered of them.
#[test]
fn parameters_are_uses_of_what_the_table_says() {
    let sample = |param: &Param| match param.name {
        "buildargs" | "labels" => "%7B%22a%22:%22b%22%7D",
        "cachefrom" => "%5B%22a%22%5D",
        "changes" => "LABEL+a=b",
        "dir" | "checkpoint-dir" => "/x",
        "outputs" => "%5B%7B%22Type%22:%22local%22%7D%5D",
        "ulimits" => "%5B%7B%22Name%22:%22nofile%22,%22Soft%22:1,%22Hard%22:1%7D%5D",
        "version" => "2",
        _ => match param.kind {
            Kind::Bool | Kind::Flag | Kind::Signal => "1",
            Kind::Int => "4096",
            Kind::Filters | Kind::Json => "%7B%7D",
            Kind::Path | Kind::Text => "a",
        },
    };
    let besides = |op: Op, name: &str| match (op, name) {
        (Op::ImageCreate, "tag") => "fromImage=a&",
        (Op::ImageCommit | Op::ImageTag, "tag") => "repo=a&",
        _ => "",
    };
    let mut seen = 0;
    for row in OPERATIONS.iter().filter(|row| !row.is_versionless()) {
        for param in row.query {
            let told = facets_of(row.op, param.name);
            let path = row.path.replace("{id}", "x").replace("{name}", "x").replace("{checkpoint}", "x");
            let body = match row.body.table().map(|table| &table.shape) {
                Some(Shape::List(_)) => "[]",
                Some(_) => "{}",
                None => "",
            };
            let facets = |query: &str| {
                let uses = request(&format!("{} /v1.47{path}?{query}", row.verb.as_str()), body).uses.unwrap();
                uses.iter().map(|used| used.facet).collect::<BTreeSet<Facet>>()
            };
            let before = facets(besides(row.op, param.name));
            let after = facets(&format!("{}{}={}", besides(row.op, param.name), param.name, sample(param)));
            let (name, new) = (format!("{} {}", row.name, param.name), after.difference(&before));
            assert!(new.clone().all(|facet| told.contains(facet)), "{name}: {after:?}");
            assert!(told.is_empty() || told.iter().any(|facet| after.contains(facet)), "{name}: {told:?} {after:?}");
            seen += usize::from(!told.is_empty());
        }
    }
    assert_eq!(seen, PARAMETERS);
}

/// What a value that is read by hand can be a use of, and nothing else.
#[test]
fn values_are_uses_of_what_their_reader_says() {
    let samples = [
        (Gather::AnonymousVolumes, r#"{"Volumes":{"/x":{}}}"#),
        (Gather::Binds, r#"{"HostConfig":{"Binds":["/a:/b:ro,z","v:/c"]}}"#),
        (Gather::Blkio, r#"{"HostConfig":{"BlkioDeviceReadBps":[{"Path":"/dev/a","Rate":1}]}}"#),
        (Gather::Cpus, r#"{"HostConfig":{"NanoCpus":5}}"#),
        (Gather::DeviceRequests, r#"{"HostConfig":{"DeviceRequests":[{"Driver":"a","Count":1}]}}"#),
        (Gather::Devices, r#"{"HostConfig":{"Devices":[{"PathOnHost":"/dev/a"}]}}"#),
        (Gather::Links, r#"{"HostConfig":{"Links":["a:b"]}}"#),
        (
            Gather::Mounts,
            r#"{"HostConfig":{"Mounts":[{"Type":"bind","Source":"/a","Target":"/b","BindOptions":{"Propagation":"shared"}},{"Type":"volume","Source":"v","Target":"/c","VolumeOptions":{"Subpath":"s","Labels":{"a":"b"},"DriverConfig":{"Name":"d","Options":{"o":"bind","device":"/x"}}}},{"Type":"tmpfs","Target":"/t","TmpfsOptions":{"SizeBytes":5,"Options":[["exec"]]}},{"Type":"image","Source":"i","Target":"/i"},{"Type":"cluster","Source":"v","Target":"/c"}]}}"#,
        ),
        (Gather::NetworkMode, r#"{"HostConfig":{"NetworkMode":"container:a"}}"#),
        (Gather::PortBindings, r#"{"HostConfig":{"PortBindings":{"80/tcp":[{"HostPort":"80"}]}}}"#),
        (Gather::PublishAll, r#"{"HostConfig":{"PublishAllPorts":true}}"#),
        (Gather::Tmpfs, r#"{"HostConfig":{"Tmpfs":{"/x":"size=1m,exec"}}}"#),
        (Gather::Ulimits, r#"{"HostConfig":{"Ulimits":[{"Name":"a","Soft":1,"Hard":1}]}}"#),
        (Gather::VolumesFrom, r#"{"HostConfig":{"VolumesFrom":["a"]}}"#),
    ];
    let facets = |body: &str| {
        let uses = request(CREATE, body).uses.unwrap();
        uses.iter().map(|used| used.facet).collect::<BTreeSet<Facet>>()
    };
    let always = facets("{}");
    for (gather, body) in samples {
        let told = gather.facets();
        let found = facets(body);
        assert!(found.iter().all(|facet| always.contains(facet) || told.contains(facet)), "{gather:?} {found:?}");
        assert!(told.iter().any(|facet| found.contains(facet)), "{gather:?}");
        let missing: Vec<_> = told.iter().filter(|facet| !found.contains(facet)).collect();
        assert!(missing.len() <= 1, "{gather:?} {missing:?}");
    }
}
