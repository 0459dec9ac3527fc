use super::testing::{one_role, policy, problems, source, uid, verdict};
use super::*;

#[test]
fn parts_are_shared_and_never_granted_by_themselves() {
    let policy = policy(
        "version: 1\n\
         parts:\n  viewing: { may: [reads], never: [ContainerTop] }\n\
         roles:\n  a:\n    who: [{ uid: 1 }]\n    includes: [viewing]\n\
         \x20 b:\n    who: [{ uid: 2 }]\n    includes: [viewing]\n    may: [ContainerKill]\n\
         \x20 c:\n    who: [{ uid: 3 }]\n    may: [ContainerTop]\n",
    );
    let as_uid = |id, line| verdict(policy.role(&uid(id)).unwrap(), line);
    assert_eq!(as_uid(1, "GET /containers/json"), "allow");
    assert_eq!(as_uid(1, "POST /containers/web/kill"), "ContainerKill");
    assert_eq!(as_uid(2, "POST /containers/web/kill"), "allow");
    assert_eq!(as_uid(2, "GET /containers/web/top"), "never");
    assert_eq!(as_uid(3, "GET /containers/web/top"), "allow");
    assert_eq!(as_uid(3, "GET /containers/json"), "ContainerList");
}

#[test]
fn grants_of_parts_keep_their_place() {
    let text = "version: 1\nparts:\n  p:\n    may:\n      - ping\nroles:\n  a:\n    who: anyone\n    includes: [p]\n";
    let policy = policy(text);
    let Decision::Allow(allowed) = policy.roles()[0].decide(testing::request("GET /_ping")) else { panic!("allowed") };
    assert_eq!(allowed.by().to_string(), "p.yaml:5 parts.p.may[0].ping");
}

#[test]
fn never_of_a_file_is_for_the_roles_of_all() {
    let text = |name: &str, uid: u32, more: &str| {
        format!("version: 1\nroles:\n  {name}:\n    who: [{{ uid: {uid} }}]\n    may: [everything]\n{more}")
    };
    let sources = [
        Source { name: "a.yaml".into(), text: text("a", 1, "never: [ContainerKill]\n") },
        Source { name: "b.yaml".into(), text: text("b", 2, "") },
    ];
    let policy = Policy::load(&sources).unwrap();
    let kill = |id| verdict(policy.role(&uid(id)).unwrap(), "POST /containers/web/kill");
    assert_eq!((kill(1).as_str(), kill(2).as_str()), ("never", "never"));
}

#[test]
fn names_defined_by_let_stand_anywhere_values_do() {
    let policy = policy(
        "version: 1\n\
         let:\n  mine: [web, worker-*]\n  soon: { max: 60 }\n  admins: [{ uid: 1 }, { uid: 2 }]\n\
         \x20 mail: { name: mail }\n  limits: { query.t: 5 }\n\
         roles:\n  a:\n    who: $admins\n    may:\n\
         \x20     - ContainerStop: { target: { name: [$mine, x] }, query.t: $soon }\n\
         \x20     - ContainerKill: { target: $mail }\n\
         \x20     - ContainerRestart: $limits\n",
    );
    let verdict = |line| verdict(policy.role(&uid(2)).unwrap(), line);
    assert_eq!(verdict("POST /containers/worker-1/stop?t=60"), "allow");
    assert_eq!(verdict("POST /containers/x/stop?t=61"), "query.t");
    assert_eq!(verdict("POST /containers/y/stop?t=1"), "target");
    assert_eq!(verdict("POST /containers/mail/kill"), "allow");
    assert_eq!(verdict("POST /containers/mail/restart?t=5"), "allow");
}

#[test]
fn roles_of_several_files_are_one_policy() {
    let role = |name: &str, who: &str| format!("version: 1\nroles:\n  {name}: {{ who: {who}, may: [ping] }}\n");
    let load = |a: String, b: String| {
        let sources = [Source { name: "a.yaml".into(), text: a }, Source { name: "b.yaml".into(), text: b }];
        Policy::load(&sources).map_err(|found| found.iter().map(ToString::to_string).collect::<Vec<_>>())
    };
    assert_eq!(load(role("a", "[{ uid: 1 }]"), role("b", "others")).unwrap().roles().len(), 2);
    assert_eq!(
        load(role("a", "[{ uid: 1 }]"), role("a", "[{ uid: 2 }]")).unwrap_err(),
        ["b.yaml:3:3: there is another role `a`; the first stands in a.yaml, line 3"]
    );
    assert_eq!(
        load(role("a", "others"), role("b", "others")).unwrap_err(),
        ["b.yaml:3:8: only one role can be for `others`; the first stands in a.yaml, line 3"]
    );
}

#[test]
fn no_file_is_a_problem() {
    assert_eq!(Policy::load(&[]).unwrap_err().len(), 1);
}

#[test]
fn every_problem_is_reported_at_once() {
    let text = "version: 2\nroels: 1\nroles:\n  a:\n    may: [pong, ContainerKill: { query.signl: HUP }]\n  b b:\n    who: x\n    may: []\n";
    let found = problems(text);
    let lines: Vec<&str> = found.iter().map(|line| line.split(": ").next().unwrap()).collect();
    let expected = [
        "p.yaml:1:1",
        "p.yaml:2:1",
        "p.yaml:4:3",
        "p.yaml:5:11",
        "p.yaml:5:34",
        "p.yaml:6:3",
        "p.yaml:7:10",
        "p.yaml:8:5",
    ];
    assert_eq!(lines, expected, "{found:#?}");
}

#[test]
fn problems_of_several_files_come_in_the_order_of_the_files() {
    let mut sources = [source("version: 1\n"), source("version: 1\n")];
    sources[0].name = "z.yaml".into();
    sources[1].name = "a.yaml".into();
    let found = Policy::load(&sources).unwrap_err();
    assert_eq!(found.iter().map(|problem| &*problem.spot.file).collect::<Vec<_>>(), ["z.yaml", "a.yaml"]);
}

#[test]
fn words_of_later_versions_are_never_ignored() {
    let later = ["observe_until: 2030-01-01", "require: x", "hide: [secrets]"];
    for word in later {
        let found = problems(&one_role(&format!("may: [ping]\n{word}")));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("is not known to this dockgate"), "{found:?}");
    }
}

#[test]
fn entries_that_mean_nothing_are_problems() {
    let cases = [
        ("ContainerLst", "no operation or group is called `ContainerLst`; did you mean `ContainerList`?"),
        ("container-read", "no operation or group is called `container-read`; did you mean `container-reads`?"),
        ("Container*", "there are no wildcards over operations"),
        ("GET /containers/{id}/jsn", "no operation has the method and path `GET /containers/{id}/jsn`"),
        ("GET /v1.47/info", "no operation has the method and path `GET /v1.47/info`"),
        ("[ping]", "an entry is an operation or a group, but this is a list"),
        ("{ ping: , reads: }", "an entry holds one operation or group"),
        ("ContainerList: x", "the limits of `ContainerList` must be a map, but this is a single word"),
        ("ContainerList:", "`ContainerList` has no limits behind its colon"),
        ("ContainerList: {}", "`ContainerList` has no limits behind its colon"),
        ("everything: { target: { name: x } }", "`everything` takes no limits under `may`"),
        ("ContainerKill: { query.signl: HUP }", "ContainerKill has no query parameter `signl`; did you mean `signal`?"),
        ("image-reads: { query.signal: HUP }", "no operation of `image-reads` has a query parameter `signal`"),
        ("SystemInfo: { target: { name: web } }", "SystemInfo names no object in its path; leave the limit out"),
        (
            "system-reads: { target: { name: web } }",
            "SystemInfo names no object in its path; name the operations of `system-reads` one by one",
        ),
        ("DistributionInspect: { target: { label: x } }", "DistributionInspect is about what a registry has"),
        ("VolumeInspect: { target: { state: running } }", "VolumeInspect is about a volume, which has no state"),
        ("SystemInfo: { target: { label: x } }", "SystemInfo names no object in its path"),
        ("ContainerStop: { target: { label: '=x' } }", "`=x` is no label"),
        ("ContainerStop: { target: {} }", "`target` is empty"),
        (
            "ContainerStop: { target: web }",
            "`target` does not say what about the object; write `target: { name: ... }`",
        ),
        (
            "ContainerStop: { target: { name: default } }",
            "`default` is a keyword; a thing that is really called so is `{ name: default }`",
        ),
        ("ContainerStop: { target: { name: { max: 1 } } }", "a range is no name"),
        ("ContainerStop: { target: { name: $mine } }", "no `let` is called `mine`"),
    ];
    for (entry, expected) in cases {
        let found = problems(&one_role(&format!("may:\n- {entry}")));
        assert_eq!(found.len(), 1, "{entry} {found:?}");
        assert!(found[0].contains(&format!(": {expected}")), "{entry} {found:?}");
    }
}

#[test]
fn an_id_under_never_would_leave_the_name_free() {
    let id = "ab".repeat(32);
    let found =
        problems(&one_role(&format!("may: [everything]\nnever:\n- ContainerStop: {{ target: {{ name: {id} }} }}")));
    assert!(found[0].contains("an ID under `never` would leave the object's name free"), "{found:?}");
}

#[test]
fn under_never_expressions_that_no_image_fits_are_problems() {
    let found = |entry: &str| problems(&one_role(&format!("may: [everything]\nnever:\n- {entry}")));
    let short = "{ target: { name: { regex: 'nginx:.*' } } }";
    let long = "{ target: { name: { regex: '.*/nginx:.*' } } }";
    let expected = "no image fits this under `never`; images are compared as `docker.io/library/nginx:latest`";
    assert!(found(&format!("ImagePush: {short}"))[0].ends_with(expected));
    assert!(found(&format!("everything: {short}"))[0].ends_with(expected));
    assert_eq!(found(&format!("ImagePush: {long}")), Vec::<String>::new());
    let may = problems(&one_role(&format!("may:\n- ImagePush: {short}")));
    assert_eq!(may, Vec::<String>::new(), "nothing is allowed by it, which does no harm");
}

#[test]
fn blocks_that_are_empty_or_misshapen_are_problems() {
    let cases = [
        ("version: 1\n", "the policy has no `roles`"),
        ("roles:\n  a: { who: anyone, may: [ping] }\n", "the policy has no `version`"),
        ("version: one\nroles:\n  a: { who: anyone, may: [ping] }\n", "this dockgate speaks version 1"),
        ("version: 1\nroles:\n", "`roles` is empty"),
        ("version: 1\nroles: []\n", "`roles` must be a map, but this is a list"),
        ("version: 1\nroles:\n  a:\n", "the role `a` is empty"),
        ("version: 1\nroles:\n  a: { who: anyone }\n", "the role `a` may do nothing"),
        ("version: 1\nroles:\n  a: { may: [ping] }\n", "the role `a` does not say for whom it is"),
        ("version: 1\nroles:\n  a: { who: anyone, may: ping }\n", "`may` must be a list, but this is a single word"),
        ("version: 1\nroles:\n  a: { who: anyone, may: }\n", "`may` is empty"),
        ("version: 1\nroles:\n  a.b: { who: anyone, may: [ping] }\n", "`a.b` cannot be the name of a role"),
        ("version: 1\nroles:\n  a: { who: anyone, includes: [b] }\n", "no part is called `b`"),
        (
            "version: 1\nparts:\n  p: { may: [ping], includes: [p] }\nroles:\n  a: { who: anyone, includes: [p] }\n",
            "a part cannot include another",
        ),
        (
            "version: 1\nparts:\n  p: { who: anyone, may: [ping] }\nroles:\n  a: { who: anyone, includes: [p] }\n",
            "`who` is not known to this dockgate",
        ),
        ("- x\n", "the policy must be a map, but this is a list"),
        ("x\n", "the policy must be a map, but this is a single word"),
    ];
    for (text, expected) in cases {
        let found = problems(text);
        let without_who = found.iter().filter(|line| !line.contains("for whom it is") || expected.contains("for whom"));
        let found: Vec<_> = without_who.collect();
        assert_eq!(found.len(), 1, "{text} {found:?}");
        assert!(found[0].contains(expected), "{text} {found:?}");
    }
}

#[test]
fn a_policy_cannot_eat_all_memory() {
    let sweeping = "      - everything\n".repeat(10_000);
    let found = problems(&format!("version: 1\nroles:\n  a:\n    who: anyone\n    may:\n{sweeping}"));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("come to more than 200000 rules"), "{found:?}");
    let part = "version: 1\nparts:\n  p: { may: [everything] }\nroles:\n  a:\n    who: anyone\n    includes: [";
    let found = problems(&format!("{part}{}]\n", "p, ".repeat(10_000)));
    assert_eq!(found.len(), 1, "{found:?}");
    let roles: String = (0..400).map(|n| format!("  r{n}: {{ who: [{{ uid: {n} }}], may: [ping] }}\n")).collect();
    let sources = ["a", "b"].map(|name| Source {
        name: name.into(),
        text: format!(
            "version: 1\nroles:\n{}never: [{}]\n",
            roles.replace("  r", &format!("  {name}")),
            "everything, ".repeat(2)
        ),
    });
    let found: Vec<String> = Policy::load(&sources).err().unwrap_or_default().iter().map(ToString::to_string).collect();
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("comes to more than 200000 rules"), "{found:?}");
}

#[test]
fn large_files_are_read_in_a_moment() {
    let keys: String = (0..20_000).map(|key| format!("  k{key}: x\n")).collect();
    let started = std::time::Instant::now();
    assert!(!problems(&format!("version: 1\nlet:\n{keys}")).is_empty());
    assert!(!problems(&"- ".repeat(MAX_FILE / 2)).is_empty());
    assert!(!problems(&"[".repeat(MAX_FILE)).is_empty());
    assert!(!problems(&"a: ".repeat(MAX_FILE / 3)).is_empty());
    assert!(started.elapsed() < std::time::Duration::from_secs(20), "{:?}", started.elapsed());
}
