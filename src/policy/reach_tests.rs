use super::super::Decision;
use super::super::testing::{one_role, policy, role};
use super::*;
use crate::catalogue::FACETS;
use crate::catalogue::chains::CHAINS;
use std::collections::BTreeSet;

/// A policy that opens what the chain needs, and nothing else.
fn opened(ready: &Ready, trial: &Trial) -> String {
    let mut may = String::new();
    for request in trial.steps.iter().flatten() {
        let row = request.operation();
        let mut limits: Vec<String> = words(request).iter().map(|word| format!("{word}: any")).collect();
        let params = row.query.iter().filter(|param| param.danger.is_some());
        limits.extend(params.map(|param| format!("query.{}: any", param.name)));
        may += &match limits.is_empty() {
            true => format!("- {}\n", row.name),
            false => format!("- {}: {{ {} }}\n", row.name, limits.join(", ")),
        };
    }
    assert!(!may.is_empty(), "{}", ready.chain.why);
    format!("may:\n{}", may.trim_end())
}

fn of(role: &Role, outcome: Outcome) -> Reach {
    role.reach().into_iter().find(|reach| reach.outcome == outcome).unwrap()
}

/// The operations of the shortest chain; empty if none is known.
fn shortest(body: &str, outcome: Outcome) -> Vec<&'static str> {
    let found = of(&role(body), outcome);
    found.shortest().map(|way| way.steps.iter().map(|step| step.op.name()).collect()).unwrap_or_default()
}

#[test]
fn every_step_of_the_table_is_a_request() {
    for ready in ready::all() {
        let by_policy = matches!(ready.chain.values, Values::Images | Values::ReadOnly);
        assert!(!ready.trials.is_empty() || by_policy, "{}", ready.chain.row);
        let values = if let Values::Texts(texts) = ready.chain.values { texts.len() } else { ready.trials.len() };
        assert_eq!(ready.trials.len(), values, "{}: {}", ready.chain.row, ready.chain.why);
        for trial in &ready.trials {
            for (requests, step) in trial.steps.iter().zip(ready.chain.steps) {
                let said = format!("{}: {:?} {}", ready.chain.row, trial.value, ready.chain.why);
                assert_eq!(requests.len(), step.ops.len(), "{said}");
                assert!(requests.iter().all(|request| request.unknown.is_empty()), "{said}");
            }
        }
    }
}

/// What is said to be reached is: each step is a request that the role may send.
#[test]
fn every_chain_of_the_table_is_found_where_it_is_open_and_is_allowed() {
    let mut wrong = Vec::new();
    for ready in ready::all().iter().filter(|ready| !ready.trials.is_empty()) {
        let trial = ready.trials.last().unwrap();
        let text = opened(ready, trial);
        let role = role(&text);
        let found = role.tried(ready.chain, trial);
        let Some(way) = found else {
            wrong.push(format!("not found: {:?}\n{text}", ready.chain));
            continue;
        };
        assert!(role.way(ready).is_some());
        for step in way.steps {
            if let Decision::Deny(denial) = role.decide(step.request) {
                wrong.push(format!("denied: {denial}\n{text}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_chain_is_known_of_a_role_that_may_next_to_nothing() {
    for body in ["may: [ping]", "may:\n- ContainerStop: { target: { name: web } }"] {
        assert!(role(body).reach().iter().all(|reach| reach.chains.is_empty()), "{body}");
    }
}

/// Every row says which denials of `tests/escalations` it is about.
#[test]
fn every_chain_has_its_row() {
    let rows: BTreeSet<&str> = include_str!("../../tests/escalations/rows.txt").lines().collect();
    for chain in CHAINS.iter().copied().flatten() {
        assert!(rows.contains(chain.row), "{}", chain.row);
        assert!(!chain.why.is_empty() && !chain.why.ends_with('.'), "{}", chain.why);
        assert_eq!(chain.outcome == Outcome::ExhaustHost, !chain.unbound.is_empty(), "{}", chain.why);
    }
}

#[test]
fn every_dangerous_facet_opens_a_way() {
    let used: BTreeSet<Facet> = ready::all()
        .iter()
        .flat_map(|ready| &ready.trials)
        .flat_map(|trial| trial.steps.iter().flatten())
        .flat_map(|request| request.uses.iter().flat_map(|uses| uses.iter().map(|used| used.facet)).collect::<Vec<_>>())
        .collect();
    let closed = FACETS.iter().filter(|row| row.unsaid != crate::catalogue::Unsaid::Any).map(|row| row.facet);
    let lost: Vec<Facet> = closed.filter(|facet| !used.contains(facet)).collect();
    assert_eq!(lost, []);
}

#[test]
fn a_container_does_nothing_until_it_is_started() {
    let create = "may:\n- ContainerCreate: { privileged: any }";
    assert_eq!(shortest(create, Outcome::HostRoot), ["ContainerCreate"]);
    assert_eq!(of(&role(create), Outcome::HostRoot).shortest().unwrap().given, STARTED);
    let started = format!("{create}\n- ContainerStart");
    assert_eq!(shortest(&started, Outcome::HostRoot), ["ContainerCreate", "ContainerStart"]);
    let restarted = format!("{create}\n- ContainerRestart");
    assert_eq!(shortest(&restarted, Outcome::HostRoot), ["ContainerCreate", "ContainerRestart"]);
}

#[test]
fn several_calls_make_a_chain() {
    let run = "\n- ContainerCreate: { volumes: any }\n- ContainerStart";
    let volume = format!("may:\n- VolumeCreate: {{ volume_opts: any, binds: any }}{run}");
    assert_eq!(shortest(&volume, Outcome::HostRoot), ["VolumeCreate", "ContainerCreate", "ContainerStart"]);
    assert_eq!(shortest(&format!("may:\n- VolumeCreate{run}"), Outcome::HostRoot), [""; 0]);
    let exec = "may: [ContainerExec, exec-session]";
    assert_eq!(shortest(exec, Outcome::HostRoot), ["ContainerExec", "ExecStart"]);
    assert!(of(&role(exec), Outcome::HostRoot).is_by_others());
    let tag = "may:\n- ImageTag: { tags: 'ci/*' }\n- ContainerCreate: { image: ci/app }\n- ContainerStart";
    let found = of(&role(tag), Outcome::EscapeTenant);
    let chain = found.chains.iter().find(|way| way.steps.len() == 3).unwrap();
    assert_eq!(chain.value.as_deref(), Some("docker.io/ci/app"));
    assert_eq!(chain.steps[0].op, Op::ImageTag);
}

/// What one makes oneself is called as the policy wants it.
#[test]
fn names_of_ones_own_are_chosen() {
    let may = |volumes: &str| {
        format!(
            "may:\n- VolumeCreate: {{ name: 'job-*', volume_opts: any, binds: any }}\n- ContainerCreate: {{ name: 'job-*', volumes: {volumes} }}\n- ContainerStart"
        )
    };
    assert_eq!(shortest(&may("'job-*'"), Outcome::HostRoot), ["VolumeCreate", "ContainerCreate", "ContainerStart"]);
    assert_eq!(shortest(&may("anonymous"), Outcome::HostRoot), [""; 0]);
}

#[test]
fn paths_are_as_bad_as_what_is_there() {
    let role_of = |binds: &str| format!("may:\n- ContainerCreate: {{ binds: {binds} }}\n- ContainerStart");
    let root = |binds: &str| !shortest(&role_of(binds), Outcome::HostRoot).is_empty();
    let files = |binds: &str| !shortest(&role_of(binds), Outcome::ReadFiles).is_empty();
    for binds in
        ["/", "/etc/cron.d/x", "/root/.ssh", "/var/lib/docker", "/home/*/.ssh/**", "any", "'/**'", "/etc/**", "/usr"]
    {
        assert!(root(binds), "{binds}");
    }
    for binds in ["/srv/app", "/srv/**", "/etc/app/**", "[/home/ci/src, /var/www]", "/etc/localtime", "/sys/class"] {
        assert!(!root(binds) && !files(binds), "{binds}");
    }
    let read = |path: &str| format!("{{ from: {path}, read_only: true }}");
    for path in ["/etc/ssh", "/root", "/var/lib/docker/x", "/etc"] {
        assert!(!root(&read(path)) && files(&read(path)), "{path}");
    }
    assert!(root(&read("/run/docker.sock")) && root(&read("/var/run")) && root(&read("/")));
    assert!(!files(&read("/etc/cron.d")) && !root(&read("/etc/cron.d")));
}

#[test]
fn what_is_below_a_folder_is_written_to_where_it_was_to_be_read() {
    let may =
        |binds: &str| format!("may:\n- ContainerCreate: {{ binds: {binds}, bind_options: any }}\n- ContainerStart");
    let chain = |body: &str| {
        let found = of(&role(body), Outcome::HostRoot).chains;
        found.iter().any(|way| way.chain.values == Values::ReadOnly)
    };
    assert!(chain(&may("{ from: /srv, read_only: true }")) && !chain(&may("/srv")));
}

#[test]
fn one_grant_has_to_allow_all_of_a_step() {
    let apart = "may:\n- ContainerCreate: { logging: any }\n- ContainerCreate: { log_opts: any }\n- ContainerStart";
    assert_eq!(shortest(apart, Outcome::SendOut), [""; 0]);
    let together = "may:\n- ContainerCreate: { logging: any, log_opts: any }\n- ContainerStart";
    assert_eq!(shortest(together, Outcome::SendOut), ["ContainerCreate", "ContainerStart"]);
}

#[test]
fn never_is_the_end_of_a_chain() {
    let may = "may:\n- ContainerCreate: { privileged: any, binds: any }\n- ContainerStart";
    let never = |never: &str| shortest(&format!("{may}\nnever:\n- {never}"), Outcome::HostRoot).len();
    assert_eq!(never("ContainerStart"), 1, "somebody else may start it");
    assert_eq!(never("ContainerCreate: { privileged: any }"), 2);
    assert_eq!(never("ContainerCreate: { privileged: any, binds: any }"), 0);
    assert_eq!(never("ContainerCreate: { user: default }"), 2, "another user is chosen");
}

#[test]
fn everything_reaches_everything() {
    let all = role("may: [everything]").reach();
    assert!(all.iter().all(|reach| reach.shortest().is_some_and(|way| way.given == Given::Nothing)));
}

#[test]
fn a_fence_holds() {
    let may = "may: [container-lifecycle, container-output, ContainerExec, exec-session, container-files, ContainerDelete, ContainerPrune, container-reads, ImageTag, ImageCreate, VolumeCreate]";
    let fenced = role(&format!("tenant: a\n{may}"));
    for outcome in [Outcome::HostRoot, Outcome::ReadFiles, Outcome::EscapeTenant] {
        assert!(of(&fenced, outcome).chains.is_empty(), "{:?}", of(&fenced, outcome));
        assert!(!of(&role(may), outcome).chains.is_empty());
    }
    let powerful = "tenant: a\nmay:\n- ContainerCreate: { privileged: any }\n- ContainerStart";
    assert_eq!(shortest(powerful, Outcome::HostRoot), ["ContainerCreate", "ContainerStart"]);
    assert_eq!(shortest(powerful, Outcome::EscapeTenant), ["ContainerCreate", "ContainerStart"], "as root");
}

/// What a tenant makes is its own, and so goes wherever the policy lets it go.
#[test]
fn a_fence_does_not_keep_data_in() {
    for (may, out) in [
        ("ImagePush: { image: any }", true),
        ("ImagePush: { image: 'registry.example.com/**' }", false),
        ("ImagePush", true),
        ("ContainerLogs", false),
    ] {
        assert_eq!(!shortest(&format!("tenant: a\nmay:\n- {may}"), Outcome::SendOut).is_empty(), out, "{may}");
    }
    assert_eq!(
        shortest("may:\n- ImagePush: { target: { name: 'registry.example.com/**' } }", Outcome::SendOut),
        [""; 0]
    );
}

#[test]
fn what_is_not_bounded_is_named() {
    let unbound = |body: &str| of(&role(body), Outcome::ExhaustHost).unbound();
    let create = |limits: &str, quotas: &str| {
        format!("tenant: a\n{quotas}may:\n- ContainerCreate: {{ {limits} }}\n- ContainerStart")
    };
    let all = ["memory", "processes", "processors", "disk", "file systems in memory", "ulimits"];
    assert_eq!(unbound(&create("image: any", "")), all);
    let limits = "mem_limit: { max: 1GiB }, pids_limit: { max: 100 }, cpus: { max: 1 }, ulimits: none, tmpfs_size: { max: 1MiB }";
    assert_eq!(unbound(&create(limits, "")), ["memory", "processes", "processors", "disk"]);
    assert_eq!(unbound(&create(limits, "quotas: { containers: 9 }\n")), ["disk"]);
    let files = format!("{limits}, require: [read_only], volumes: none");
    assert_eq!(unbound(&create(&files, "quotas: { containers: 9 }\n")), [""; 0]);
    assert_eq!(
        unbound(&create("ulimits: none, tmpfs_size: { max: 1MiB }", "quotas: { mem_limit: 1GiB }\n")),
        ["processes", "processors", "disk"]
    );
}

#[test]
fn a_copy_has_no_power_of_its_own() {
    let body = "may:\n- ContainerCreate: { copy_of: any }\n- ContainerStart: { target: { name: web } }";
    assert!(role(body).reach().iter().all(|reach| reach.chains.is_empty()));
}

#[test]
fn files_of_the_gate_are_kept() {
    let text = one_role("may:\n- ContainerCreate: { binds: /run/docker.sock }\n- ContainerStart");
    let reaches = |policy: &super::super::Policy| !of(&policy.roles()[0], Outcome::HostRoot).chains.is_empty();
    assert!(reaches(&policy(&text)));
    assert!(!reaches(&policy(&text).guarding(&["/run/docker.sock".to_owned()])));
}
