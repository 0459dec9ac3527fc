//! Grants and bans by what requests use.

use super::super::testing::{denied, one_role, problems, request, role};
use super::super::{Decision, Role};
use crate::catalogue::{Facet, Op};
use crate::request::values::bind::Bind;
use crate::request::{UseValue, Uses};

const CREATE: &str = "POST /v1.47/containers/create";
const BUILD: &str = "POST /v1.47/build";
const PULL: &str = "POST /v1.47/images/create";

fn text(text: &str) -> UseValue {
    UseValue::text(text)
}

fn uses(values: &[(Facet, UseValue)]) -> Uses {
    let mut uses = Uses::default();
    values.iter().for_each(|(facet, value)| uses.push(*facet, value.clone()));
    uses
}

fn binds(specs: &[&str]) -> Uses {
    let mut uses = Uses::default();
    specs.iter().for_each(|spec| Bind::gather(spec, &mut uses));
    uses
}

/// `allow`, or what the client would read.
fn verdict(role: &Role, line: &str, uses: Option<Uses>) -> String {
    let mut request = request(line);
    request.uses = uses;
    match role.decide(request) {
        Decision::Allow(_) => "allow".into(),
        Decision::Deny(denial) => denial.to_string(),
    }
}

#[test]
fn never_finds_a_power_behind_everything() {
    let role = role("may: [everything]\nnever:\n- ContainerCreate: { binds: [/etc/**], privileged: true }");
    let verdict = |uses| verdict(&role, CREATE, Some(uses));
    assert_eq!(verdict(binds(&["/srv:/x"])), "allow");
    assert_eq!(verdict(binds(&["/srv:/x", "/:/h"])), "dockgate: ops may not ever mount the host's `/` (never: binds)");
    assert!(verdict(binds(&["/srv/../etc/ssh:/x"])).contains("ever mount the host's `/etc/ssh`"));
    let privileged = uses(&[(Facet::Privileged, UseValue::Flag(true))]);
    assert_eq!(verdict(privileged), "dockgate: ops may not ever have full control of the host (never: privileged)");
    assert_eq!(verdict(uses(&[(Facet::Privileged, UseValue::Flag(false))])), "allow");
}

#[test]
fn what_was_not_gathered_is_not_allowed() {
    let never = role("may: [everything]\nnever:\n- ContainerCreate: { binds: [/etc/**] }");
    let said = "dockgate: ops may not ever create a container (ContainerCreate: its body was not read)";
    assert_eq!(verdict(&never, CREATE, None), said);
    assert_eq!(verdict(&never, "POST /volumes/create", None), "allow");
    for entry in ["ImageCreate: { image: nginx }", "ImageCreate", "ContainerCreate"] {
        let may = role(&format!("may:\n- {entry}"));
        let line = if entry == "ContainerCreate" { CREATE } else { PULL };
        assert!(verdict(&may, line, None).contains("its body was not read"), "{entry}");
    }
}

#[test]
fn an_exception_reaches_every_operation_that_can_use_the_power() {
    let role = role("may: [everything]\nnever:\n- everything: { binds: [/etc] }");
    let etc = binds(&["/etc:/x"]);
    for line in [CREATE, "POST /volumes/create", "POST /services/create"] {
        assert!(verdict(&role, line, Some(etc.clone())).contains("ever mount the host's `/etc`"), "{line}");
    }
    assert_eq!(verdict(&role, "POST /networks/create", None), "allow");
}

#[test]
fn dangers_are_denied_unless_they_are_named() {
    let role = role("may:\n- ImageBuild\n- ImageCreate");
    let build = |values: &[(Facet, UseValue)]| verdict(&role, BUILD, Some(uses(values)));
    assert_eq!(build(&[]), "allow");
    assert_eq!(build(&[(Facet::Networks, UseValue::Default), (Facet::Tags, UseValue::Image("x".into()))]), "allow");
    let host = [(Facet::NetworkMode, text("host")), (Facet::Networks, UseValue::Nothing)];
    assert_eq!(build(&host), "dockgate: ops may not use the network of `host` (network_mode: none unless said)");
    let twice = [(Facet::ExtraHosts, text("a:1")), (Facet::ExtraHosts, text("b:2"))];
    assert_eq!(build(&twice), "dockgate: ops may not add the host name `a:1` (extra_hosts: none unless said)");
    let both = build(&[(Facet::ExtraHosts, text("a:1")), (Facet::SecurityOpt, text("seccomp=unconfined"))]);
    assert!(both.contains(", nor set the security option `seccomp=unconfined`"), "{both}");
}

#[test]
fn a_limit_opens_what_it_names_and_nothing_else() {
    let role = role("may:\n- ImageBuild: { extra_hosts: ['db:*'], mem_limit: { max: 1GiB } }");
    let build = |values: &[(Facet, UseValue)]| verdict(&role, BUILD, Some(uses(values)));
    let memory = (Facet::MemLimit, UseValue::Amount(Some(1 << 30)));
    assert_eq!(build(std::slice::from_ref(&memory)), "allow");
    assert_eq!(build(&[memory.clone(), (Facet::ExtraHosts, text("db:1"))]), "allow");
    let said = "dockgate: ops may not use an unlimited amount of memory (mem_limit: at most 1GiB)";
    assert_eq!(build(&[]), said);
    let denied = build(&[memory, (Facet::ExtraHosts, text("web:1")), (Facet::Buildkit, UseValue::Flag(true))]);
    assert!(denied.contains("add the host name `web:1` (extra_hosts: only `db:*`)"), "{denied}");
    assert!(denied.contains("nor use BuildKit, which is judged as a whole or not at all"), "{denied}");
}

#[test]
fn an_image_names_its_registry() {
    let used = |image: &str, host: &str| {
        Some(uses(&[(Facet::Image, UseValue::Image(image.into())), (Facet::Registries, text(host))]))
    };
    let plain = role("may: [ImageCreate]");
    assert_eq!(verdict(&plain, PULL, used("nginx", "docker.io")), "allow");
    let said = "dockgate: ops may not have the daemon talk to the registry `127.0.0.1:9` \
                (registries: only `docker.io` unless said)";
    assert_eq!(verdict(&plain, PULL, used("127.0.0.1:9/x", "127.0.0.1:9")), said);
    let limited = role("may:\n- ImageCreate: { image: 'r.example.com/**' }");
    assert_eq!(verdict(&limited, PULL, used("r.example.com/a", "r.example.com")), "allow");
    assert!(verdict(&limited, PULL, used("nginx", "docker.io")).contains("use the image `nginx`"));
    let both = role("may:\n- ImageCreate: { image: any, registries: docker.io }");
    assert!(verdict(&both, PULL, used("r.example.com/a", "r.example.com")).contains("registries: only `docker.io`"));
}

#[test]
fn each_grant_has_to_allow_the_whole_request() {
    let role = role("may:\n- ImageBuild: { extra_hosts: any }\n- ImageBuild: { buildkit: true }");
    let build = |values: &[(Facet, UseValue)]| verdict(&role, BUILD, Some(uses(values)));
    let (hosts, kit) = ((Facet::ExtraHosts, text("a:1")), (Facet::Buildkit, UseValue::Flag(true)));
    assert_eq!(build(std::slice::from_ref(&hosts)), "allow");
    assert_eq!(build(std::slice::from_ref(&kit)), "allow");
    assert_ne!(build(&[hosts, kit]), "allow");
}

#[test]
fn a_role_tells_where_requests_have_to_be_read() {
    let some = role("may: [everything]\nnever:\n- ContainerCreate: { privileged: true }\n- ContainerKill");
    assert!(!some.unexamined(Op::ContainerCreate));
    assert!(some.unexamined(Op::VolumeCreate) && !some.unexamined(Op::ContainerKill));
    assert!(!role("may: [ImageBuild]").unexamined(Op::ImageBuild));
}

#[test]
fn limits_that_limit_nothing_are_problems() {
    let cases = [
        (
            "ContainerList: { binds: [/srv] }",
            "ContainerList cannot use `binds`; it is a limit on ContainerCreate, ServiceCreate, ServiceUpdate and VolumeCreate",
        ),
        ("image-reads: { privileged: any }", "no operation of `image-reads` can use `privileged`"),
        ("ImageBuild: { extra_host: any }", "`extra_host` is not known to this dockgate; did you mean `extra_hosts`?"),
        ("ImageBuild: { mem_limit: { max: 1024 } }", "`1024` has no unit"),
        ("ImageBuild: { mem_limit: }", "the limit has no value"),
        ("ImageCreate: { image: $x }", "no `let` is called `x`"),
    ];
    for (entry, expected) in cases {
        let found = problems(&one_role(&format!("may:\n- {entry}")));
        assert_eq!(found.len(), 1, "{entry} {found:?}");
        assert!(found[0].contains(expected), "{entry} {found:?}");
    }
}

#[test]
fn a_group_is_limited_where_it_can_use_the_power() {
    let role = role("may:\n- image-build: { extra_hosts: none }");
    let hosts = uses(&[(Facet::ExtraHosts, text("a:1"))]);
    assert!(verdict(&role, BUILD, Some(hosts)).contains("extra_hosts: none"));
    assert_eq!(verdict(&role, "POST /build/prune", Some(Uses::default())), "allow");
}

#[test]
fn connecting_is_about_the_network_in_the_path() {
    let connect = |limits: &str, network: &str, body: &str| {
        let role = role(&format!("may:\n- NetworkConnect{limits}"));
        denied(&role, &format!("POST /v1.47/networks/{network}/connect"), body)
    };
    let plain = r#"{"Container":"web"}"#;
    let elsewhere = r#"{"Container":"web","EndpointConfig":{"NetworkID":"lan"}}"#;
    assert_eq!(connect("", "ci-net", plain), "");
    assert_eq!(connect("", "ci-net", elsewhere), "networks", "what the body names wins for Docker");
    assert_eq!(connect(": { networks: [ci-net] }", "ci-net", plain), "");
    assert_eq!(connect(": { networks: [ci-net] }", "lan", plain), "networks");
    assert_eq!(connect(": { networks: [ci-net] }", "ci-net", elsewhere), "networks");
}
