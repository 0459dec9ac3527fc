use super::super::testing::{one_role, policy, warnings};

fn assert_warned(text: &str, expected: &[&str]) {
    let found = warnings(text);
    assert_eq!(found.len(), expected.len(), "{text}\n{found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.contains(expected), "{text}\n{found}");
    }
}

fn assert_role(body: &str, expected: &[&str]) {
    assert_warned(&one_role(body), expected);
}

#[test]
fn a_quiet_policy_has_no_warnings() {
    assert_role("may: [reads, ContainerStop: { target: { name: web } }]", &[]);
}

#[test]
fn power_over_the_host_is_named() {
    assert_role("may: [everything]", &["the role `ops` is root on the host"]);
    let expected =
        "the role `ops` may do what can lead to root on the host: SwarmJoin with `join_token` and `swarm_addresses`";
    assert_role("may: [SwarmJoin: { swarm_addresses: any, join_token: any }, ping]", &[expected]);
    let expected =
        "the role `ops` may do what can lead to root on the host where the way is open already: ContainerAttach";
    assert_role("may: [ContainerAttach: { query.stdin: any }, ImageLoad, ping]", &[expected]);
    assert_role("may: [ContainerAttach, ImageLoad, ping]", &[]);
    assert_role("may: [ContainerAttach, ping]\nnever: [ContainerAttach]", &["`never` forbids what the role `ops` may"]);
}

#[test]
fn creating_containers_is_power_where_a_facet_opens_the_host() {
    assert_role("may:\n- ContainerCreate: { image: a-b, binds: ['/srv/**'], ports: any, networks: any }", &[]);
    let host = "the role `ops` may do what can lead to root on the host: ";
    let cases = [
        ("binds: ['/**']", "ContainerCreate with `binds`"),
        ("binds: any, privileged: true", "ContainerCreate with `binds` and `privileged`"),
        ("binds: [/var/run/docker.sock]", "ContainerCreate with `binds`"),
        ("cap_add: [ALL]", "ContainerCreate with `cap_add`"),
        ("pid: host", "ContainerCreate with `pid`"),
    ];
    for (limit, expected) in cases {
        let create = format!("may:\n- ContainerCreate: {{ {limit} }}");
        assert_role(&format!("{create}\n- ContainerStart"), &[&format!("{host}{expected}")]);
        let started = host.replace("host:", "host where the way is open already:");
        assert_role(&create, &[&format!("{started}{expected}")]);
    }
}

#[test]
fn names_of_images_that_can_be_moved_are_named() {
    let create = "may:\n- ContainerCreate: { image: nginx }\n";
    let expected = "may give the names that its `image` allows to other images: ImageTag";
    assert_role(&format!("{create}- ImageTag"), &[expected]);
    assert_role(&format!("{create}- ImageTag: {{ tags: 'r.example.com/**' }}"), &[]);
    assert_role("may: [ContainerCreate, ImageTag]", &[]);
}

#[test]
fn anyone_is_worth_a_word() {
    let found = policy(&one_role("may: [ping]")).warnings();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].message, "the role `ops` is for anyone who can open the socket");
}

#[test]
fn limits_that_never_fit_are_named() {
    assert_role(
        "may: [ImageInspect: { target: { name: [nginx, cafe] } }]",
        &["a name under this `target` can never fit"],
    );
    assert_role("may: [VolumeInspect: { target: { name: cafe } }]", &[]);
    assert_role("may: [ServiceInspect: { target: { name: web } }]", &[]);
    assert_role("may: [ServiceInspect: { target: { name: [my-web, 'w*'] } }]", &[]);
    assert_role("may: [ping]\nnever: [ServiceInspect: { target: { name: web } }]", &[]);
    assert_role("may: [ContainerKill: { query.signal: none }]", &["no request can fit `query.signal: none`"]);
}

#[test]
fn names_as_containers_are_not_called_are_named() {
    let stop = |name: &str| format!("may: [ContainerStop: {{ target: {{ name: '{name}' }} }}]");
    let slash = "`/web` is compared without its slash; Docker takes both for the same container: write `web`";
    assert_role(&stop("/web"), &[slash]);
    assert_role(&stop("web:latest"), &["no container is called `web:latest`: containers have no tags"]);
    assert_role(&stop("web-*"), &[]);
    assert_role("may: [ImageHistory: { target: { name: 'web:latest' } }]", &[]);
    assert_role("may: [ping]\nnever: [everything: { target: { name: 'web:latest' } }]", &[]);
}

#[test]
fn what_the_daemon_is_asked_about_has_its_true_name() {
    assert_role("may: [ContainerLogs: { target: { name: web } }]", &[]);
    assert_role("may: [ContainerStop: { target: { name: [web, cafe] } }]", &[]);
}

#[test]
fn repetitions_are_named() {
    let twice = "may:\n- ping\n- ContainerStop: { query.t: 5, target: { name: web } }\n- ContainerStop: { target: { name: web }, query.t: 5 }";
    assert_role(twice, &["`ContainerStop` is listed twice with the same limits; remove it here or on line 7"]);
    assert_role("may: [ping, ping]", &["`ping` is listed twice"]);
    assert_role("may:\n- ContainerStop: { query.t: 5 }\n- ContainerStop: { query.t: 6 }", &[]);
}

#[test]
fn unused_words_are_named() {
    let text = format!("{}let: {{ x: [a] }}\nparts:\n  p: {{ may: [ping] }}\n", one_role("may: [reads]"));
    assert_warned(&text, &["nothing uses the let `x`", "nothing uses the part `p`"]);
}

#[test]
fn overlaps_are_named() {
    let roles = |a: &str, b: &str| {
        format!("version: 1\nroles:\n  a:\n    who: {a}\n    may: [ping]\n  b:\n    who: {b}\n    may: [ping]\n")
    };
    let expected = "some clients are both `a` and `b`, and will be refused";
    assert_warned(&roles("[{ uid: 1 }]", "[{ uid: [1, 2] }]"), &[expected]);
    assert_warned(&roles("anyone", "[{ uid: 1 }]"), &[expected]);
    assert_warned(&roles("[{ uid: 1 }]", "[{ uid: 2 }]"), &[]);
    assert_warned(&roles("[{ uid: 1 }]", "others"), &[]);
}

#[test]
fn entries_that_nobody_can_be_are_named() {
    let text = "version: 1\nroles:\n  a:\n    who: [{ uid: 1, address: 192.0.2.1 }]\n    may: [ping]\n";
    assert_warned(text, &["no client can ever have all facts of this entry"]);
}

fn with_maker(trusting: &str, maker: &str) -> Vec<String> {
    let text = format!(
        "version: 1\nroles:\n  web:\n    who: [{{ container: {trusting} }}]\n    may: [ping]\n  maker:\n    who: [{{ uid: 7 }}]\n    may: [{maker}]\n"
    );
    warnings(&text).into_iter().filter(|warning| warning.contains("is for containers by")).collect()
}

#[test]
fn marks_that_another_role_may_give_are_told_of() {
    for (trusting, maker, mark) in [
        ("{ label: role=web }", "ContainerCreate: { image: any }", "`label`"),
        ("{ project: shop }", "ContainerCreate: { image: any, labels: any }", "`project`"),
        ("{ name: web }", "ContainerCreate: { image: any }", "`name`"),
        ("{ image: web }", "ContainerCreate: { image: any }", "`image`"),
    ] {
        let found = with_maker(trusting, maker);
        assert!(found.iter().any(|warning| warning.contains(mark)), "{trusting}: {found:?}");
    }
    for (trusting, maker) in [
        ("{ label: role=web }", "ContainerCreate: { image: any, labels: [other] }"),
        ("{ name: web }", "ContainerCreate: { image: any, name: 'job-*' }"),
        ("{ image: web }", "ContainerCreate: { image: other }"),
        ("{ label: role=web }", "ContainerList"),
        (&format!("{{ id: {}, label: role=web }}", "ab".repeat(32)), "ContainerCreate: { image: any }"),
    ] {
        assert_eq!(with_maker(trusting, maker), Vec::<String>::new(), "{trusting} {maker}");
    }
}

#[test]
fn ways_around_a_fence_are_named() {
    let told = |body: &str| {
        let of_host = |line: &String| line.contains("root on the host") || line.contains("out of the host");
        warnings(&one_role(body)).into_iter().filter(|line| !of_host(line)).collect::<Vec<_>>()
    };
    let found = told("tenant: a\nshared: { use: { images: any } }\nmay: [ImageBuild, ContainerCreate, BuildPrune]");
    assert_eq!(found.len(), 3, "{found:?}");
    for (line, expected) in
        found.iter().zip(["`BuildPrune` will always be denied", "may build images: from any", "default bridge"])
    {
        assert!(line.contains(expected), "{line}");
    }
    let closed = told("tenant: a\nmay: [ImageBuild]");
    assert!(closed.len() == 1 && closed[0].contains("`ImageBuild` will always be denied"), "{closed:?}");
    assert_eq!(told("tenant: a\nmay: [ping, ContainerCreate: { networks: own }]"), Vec::<String>::new());
}
