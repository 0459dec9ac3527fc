use super::super::testing::{denial, problems, request, role, verdict};
use super::super::{Decision, Role};
use super::*;
use std::collections::BTreeMap;

const LIST: &str = "GET /v1.45/containers/json";
const EVENTS: &str = "GET /v1.45/events";

fn view(role: &Role, line: &str) -> Option<View> {
    match role.decide(request(line)) {
        Decision::Allow(allowed) => allowed.view().cloned(),
        Decision::Deny(denial) => panic!("{line}: {denial:?}"),
    }
}

fn container(name: &str, labels: &[(&str, &str)]) -> Seen {
    let labels: BTreeMap<String, String> = labels.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect();
    let object = Object { name: name.into(), id: "ab".repeat(32), labels, ..Object::default() };
    Seen { kind: Some(Target::Container), object, event: None }
}

fn event(kind: Option<Target>, word: &str, action: &str, name: &str) -> Seen {
    let labels = matches!(kind, Some(Target::Container | Target::Image));
    let event = Happened { kind: word.into(), action: action.into(), labels };
    Seen { kind, event: Some(event), ..container(name, &[]) }
}

fn words(view: &View, seen: &Seen) -> Option<String> {
    view.of(seen).map(|parts| parts.words().collect::<Vec<_>>().join(" "))
}

#[test]
fn without_words_there_is_no_view() {
    for may in
        ["may: [container-reads]", "may: [everything]", "may: [container-reads: { hide: [env] }, container-reads]"]
    {
        assert!(view(&role(may), LIST).is_none(), "{may}");
    }
    // each operation of a group takes what fits it
    let role = role("may: [container-reads: { hide: [env] }]");
    assert!(view(&role, LIST).is_none());
    assert!(view(&role, "GET /v1.45/containers/web/stats").is_none());
    assert!(view(&role, "GET /v1.45/containers/web/json").is_some());
}

#[test]
fn secrets_are_what_fits_the_answer() {
    let role = role("may: [reads: { hide: [secrets] }]");
    let cases = [
        (LIST, "command secret_labels driver_options"),
        ("GET /v1.45/containers/web/json", "env command health_checks secret_labels log_options driver_options"),
        ("GET /v1.45/containers/web/top", "command"),
        ("GET /v1.45/images/web/history", "env command health_checks labels secret_labels history"),
        (EVENTS, "command health_checks secret_labels"),
    ];
    for (line, expected) in cases {
        assert_eq!(words(&view(&role, line).unwrap(), &container("web", &[])).as_deref(), Some(expected), "{line}");
    }
    assert!(view(&role, "GET /v1.45/info").is_none());
}

#[test]
fn an_object_appears_if_one_grant_shows_it_and_a_part_is_hidden_if_all_of_them_hide_it() {
    let role = role(
        "may: [ContainerList: { target: { label: a }, hide: [command, mounts] }, \
         ContainerList: { target: { label: b }, hide: [command, labels] }]",
    );
    let view = view(&role, LIST).unwrap();
    let cases = [
        (&[("a", "")][..], Some("command mounts")),
        (&[("b", "")], Some("command labels")),
        (&[("a", ""), ("b", "")], Some("command")),
        (&[("c", "")], None),
    ];
    for (labels, expected) in cases {
        assert_eq!(words(&view, &container("x", labels)).as_deref(), expected, "{labels:?}");
    }
}

#[test]
fn a_grant_whose_other_limits_do_not_hold_shows_nothing() {
    let role = role("may: [ContainerList: { hide: [command] }, ContainerList: { query.size: [true] }]");
    assert!(view(&role, LIST).is_some());
    assert!(view(&role, "GET /v1.45/containers/json?size=true").is_none());
}

#[test]
fn what_is_never_touched_on_a_list_does_not_appear() {
    let role = role("may: [everything]\nnever: [ContainerList: { target: { name: db } }]");
    assert_eq!(verdict(&role, LIST), "allow");
    let view = view(&role, LIST).unwrap();
    assert_eq!(words(&view, &container("db", &[])), None);
    assert_eq!(words(&view, &container("web", &[])).as_deref(), Some(""));
}

#[test]
fn names_on_lists_are_names() {
    let role =
        role("may: [container-reads: { target: { name: [\"web-*\", cafe] } }, ImageList: { show: { name: nginx } }]");
    let containers = view(&role, LIST).unwrap();
    for (name, shown) in [("web-1", true), ("cafe", true), ("db", false)] {
        assert_eq!(containers.of(&container(name, &[])).is_some(), shown, "{name}");
    }
    let images = view(&role, "GET /v1.45/images/json").unwrap();
    let image = |names: [&str; 2]| {
        let object = Object { name: names[0].into(), also: vec![names[1].into()], ..Object::default() };
        Seen { kind: Some(Target::Image), object, event: None }
    };
    assert!(images.of(&image(["other:1", "nginx:2"])).is_some());
    assert!(images.of(&image(["other:1", "other:2"])).is_none());
}

#[test]
fn events_are_shown_by_what_they_tell() {
    let web = role("may: [SystemEvents: { show: { label: tier=web } }]");
    let view_of = |role: &Role| view(role, EVENTS).unwrap();
    let mut labelled = event(Some(Target::Container), "container", "start", "web");
    assert!(view_of(&web).of(&labelled).is_none());
    labelled.object.labels.insert("tier".into(), "web".into());
    assert!(view_of(&web).of(&labelled).is_some());
    // of these nothing is known
    assert!(view_of(&web).of(&event(Some(Target::Network), "network", "connect", "web")).is_none());
    assert!(view_of(&web).of(&event(None, "builder", "prune", "")).is_none());
    let typed = view_of(&role("may: [SystemEvents: { show: { type: container, action: [start, die] } }]"));
    assert!(typed.of(&event(Some(Target::Container), "container", "start", "x")).is_some());
    assert!(typed.of(&event(Some(Target::Container), "container", "stop", "x")).is_none());
    assert!(typed.of(&event(Some(Target::Network), "network", "start", "x")).is_none());
}

#[test]
fn under_never_an_event_that_may_be_meant_is_not_shown() {
    let role = role("may: [SystemEvents]\nnever: [SystemEvents: { target: { label: secret } }]");
    let view = view(&role, EVENTS).unwrap();
    assert!(view.of(&event(Some(Target::Network), "network", "connect", "x")).is_none());
    assert!(view.of(&event(Some(Target::Container), "container", "start", "x")).is_some());
    assert!(view.of(&event(None, "builder", "prune", "")).is_some());
}

#[test]
fn what_a_role_sees_of_other_objects() {
    let sees = |may: &str| role(may).sight(Target::Container);
    assert!(sees("may: [network-reads]").is_none());
    assert!(sees("may: [container-reads, network-reads]").is_none());
    let some = sees("may: [container-reads: { target: { label: tier=web } }, network-reads]").unwrap();
    assert!(some.shows(&container("x", &[("tier", "web")]).object));
    assert!(!some.shows(&container("x", &[]).object));
    let not_db = sees("may: [ContainerList, network-reads]\nnever: [ContainerList: { target: { name: db } }]").unwrap();
    assert!(not_db.shows(&container("web", &[]).object) && !not_db.shows(&container("db", &[]).object));
    let role = role("may: [ContainerList: { target: { name: web } }, NetworkInspect]");
    let view = view(&role, "GET /v1.45/networks/x").unwrap();
    assert_eq!(view.others().iter().map(Sight::kind).collect::<Vec<_>>(), [Target::Container]);
}

#[test]
fn a_show_on_an_inspect_is_its_target() {
    let role = role("may: [ContainerInspect: { show: { name: web } }]");
    assert_eq!(verdict(&role, "GET /v1.45/containers/web/json"), "allow");
    assert!(denial(&role, "GET /v1.45/containers/db/json").is_of_target());
}

#[test]
fn what_hides_or_shows_nothing_is_a_problem() {
    let cases = [
        (
            "may: [ContainerStart: { hide: [env] }]",
            "the answer of ContainerStart has no `env`; nothing can be hidden there",
        ),
        ("may: [ContainerTop: { hide: [env] }]", "the answer of ContainerTop has no `env`; there is `command`"),
        (
            "may: [container-lifecycle: { hide: [secrets] }]",
            "no answer of `container-lifecycle` has `secrets`; nothing can be hidden there",
        ),
        ("may: [ContainerList: { hide: [envs] }]", "no part is called `envs`; did you mean `env`?"),
        ("may: [ContainerList: { hide: [] }]", "`hide` hides nothing"),
        (
            "may: [ping]\nnever: [ContainerList: { hide: [labels] }]",
            "`hide` stands under `may` alone; write it where the operation is granted",
        ),
        (
            "may: [ping]\nnever: [ContainerList: { show: { name: x } }]",
            "`show` stands under `may` alone; write `target`: on a list it says what never appears",
        ),
        (
            "may: [ContainerList: { show: { name: x }, target: { name: x } }]",
            "`target` and `show` stand in one entry; `target` also says what lists and events show; write all facts there",
        ),
        (
            "may: [ContainerList: { show: { type: container } }]",
            "ContainerList tells of no `type` or `action`; these are facts of SystemEvents",
        ),
        (
            "may: [SystemEvents: { show: { state: running } }]",
            "events do not tell the `state` of an object; leave SystemEvents out of this entry, and grant it in one of its own",
        ),
        (
            "may: [SystemEvents: { show: { label: name=x } }]",
            "in events the label `name` cannot be told from an attribute of that name; choose another label, such as `com.example.role`",
        ),
        ("may: [SystemInfo: { show: { name: x } }]", "SystemInfo names no object in its path; leave the limit out"),
        (
            "may: [NetworkList: { show: { image: x } }]",
            "NetworkList is about a network, which has no image; it is known by `name`, `id`, `label` and `project`",
        ),
        (
            "may: [container-reads: { hide: [command], query.ps_args: any }]",
            "arguments for `ps` can put commands into any column, so they are not hidden; grant ContainerTop with `query.ps_args` in an entry of its own, without `hide`",
        ),
    ];
    for (body, expected) in cases {
        let found = problems(&super::super::testing::one_role(body));
        let said: Vec<&str> = found.iter().filter_map(|line| line.splitn(4, ':').nth(3)).map(str::trim).collect();
        assert_eq!(said, [expected], "{body}");
    }
}
