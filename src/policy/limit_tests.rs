use super::super::testing::{assert_verdicts, denial, problems, role};
use super::super::text::without_credentials;
use super::*;

/// The verdicts of `OPERATION: { query.NAME: VALUE }` under `may`.
fn assert_limit(limit: &str, lines: &[(&str, &str)]) {
    assert_verdicts(&format!("may:\n- {limit}"), lines);
}

#[test]
fn signals_are_the_same_in_every_spelling() {
    for word in ["USR1", "SIGUSR1", "usr1", "10"] {
        assert_limit(
            &format!("ContainerKill: {{ query.signal: [{word}] }}"),
            &[
                ("POST /containers/web/kill?signal=USR1", "allow"),
                ("POST /containers/web/kill?signal=SIGUSR1", "allow"),
                ("POST /containers/web/kill?signal=10", "allow"),
                ("POST /containers/web/kill?signal=KILL", "query.signal"),
                ("POST /containers/web/kill", "query.signal"),
                ("POST /containers/web/kill?signal=", "query.signal"),
            ],
        );
    }
}

#[test]
fn what_is_left_out_is_judged_as_docker_reads_it() {
    let lines = |expected| [("POST /containers/web/kill", expected)];
    assert_limit("ContainerKill: { query.signal: KILL }", &lines("allow"));
    assert_limit("ContainerKill: { query.signal: default }", &lines("allow"));
    assert_limit("ContainerKill: { query.signal: any }", &lines("allow"));
    assert_limit("ContainerKill: { query.signal: none }", &lines("query.signal"));
}

#[test]
fn default_is_also_what_it_stands_for() {
    assert_limit(
        "ContainerKill: { query.signal: [default, HUP] }",
        &[
            ("POST /containers/web/kill?signal=KILL", "allow"),
            ("POST /containers/web/kill?signal=HUP", "allow"),
            ("POST /containers/web/kill?signal=TERM", "query.signal"),
        ],
    );
}

#[test]
fn booleans_are_read_as_docker_reads_them() {
    assert_limit(
        "ContainerList: { query.all: no }",
        &[
            ("GET /containers/json", "allow"),
            ("GET /containers/json?all=0", "allow"),
            ("GET /containers/json?all=", "allow"),
            ("GET /containers/json?all=1", "query.all"),
            ("GET /containers/json?all=garbage", "query.all"),
        ],
    );
    assert_limit("ContainerList: { query.all: none }", &[("GET /containers/json", "allow")]);
    assert_limit("ContainerList: { query.all: true }", &[("GET /containers/json", "query.all")]);
    assert_limit("ContainerStats: { query.stream: false }", &[("GET /containers/web/stats", "query.stream")]);
}

#[test]
fn numbers_have_lists_and_ranges() {
    assert_limit(
        "ContainerStop: { query.t: [default, { min: 10, max: 60 }, -1] }",
        &[
            ("POST /containers/web/stop", "allow"),
            ("POST /containers/web/stop?t=10", "allow"),
            ("POST /containers/web/stop?t=60", "allow"),
            ("POST /containers/web/stop?t=-1", "allow"),
            ("POST /containers/web/stop?t=9", "query.t"),
            ("POST /containers/web/stop?t=61", "query.t"),
        ],
    );
    assert_limit("ContainerStop: { query.t: { max: 60 } }", &[("POST /containers/web/stop", "query.t")]);
    assert_limit("ContainerStop: { query.t: { min: 5 } }", &[("POST /containers/web/stop?t=5", "allow")]);
}

#[test]
fn text_has_globs_and_expressions() {
    let line = |tail: &str| format!("GET /containers/web/logs?tail={tail}");
    let cases = [
        ("100", "100", "allow"),
        ("100", "1000", "query.tail"),
        ("'1*'", "1000", "allow"),
        ("{ regex: '[0-9]{1,3}' }", "999", "allow"),
        ("{ regex: '[0-9]{1,3}' }", "all", "query.tail"),
        ("{ name: any }", "any", "allow"),
        ("{ name: any }", "x", "query.tail"),
    ];
    for (limit, tail, expected) in cases {
        assert_limit(&format!("ContainerLogs: {{ query.tail: {limit} }}"), &[(&line(tail), expected)]);
    }
}

#[test]
fn every_value_of_a_repeated_parameter_is_judged() {
    let limit = "ImageGetAll: { query.names: [a, b] }";
    let lines = [("GET /images/get?names=a&names=b", "allow"), ("GET /images/get?names=a&names=c", "query.names")];
    assert_limit(limit, &lines);
}

#[test]
fn filters_are_all_or_nothing() {
    let filtered = "GET /containers/json?filters=%7B%22label%22%3A%5B%22a%22%5D%7D";
    let empty = "GET /containers/json?filters=%7B%7D";
    for none in ["none", "default"] {
        let limit = format!("ContainerList: {{ query.filters: {none} }}");
        assert_limit(&limit, &[(filtered, "query.filters"), (empty, "allow"), ("GET /containers/json", "allow")]);
    }
    assert_limit("ContainerList: { query.filters: any }", &[(filtered, "allow")]);
}

#[test]
fn under_never_filters_without_values_are_none() {
    let line = |filters: &str| format!("POST /containers/prune?filters={filters}");
    let lines = ["%7B%7D", "%7B%22label%22%3A%5B%5D%7D", "%7B%22label%22%3A%7B%7D%7D"].map(line);
    for line in &lines {
        assert_verdicts("may: [everything]\nnever:\n- ContainerPrune: { query.filters: default }", &[(line, "never")]);
    }
    let body = "may: [everything]\nnever:\n- ContainerPrune: { query.filters: default }";
    assert_verdicts(body, &[(&line("%7B%22label%22%3A%5B%22a%22%5D%7D"), "allow")]);
    // daemons differ in what `dangling` without a value means
    assert_limit(
        "ImagePrune: { query.filters: none }",
        &[("POST /images/prune?filters=%7B%22dangling%22%3A%5B%5D%7D", "query.filters")],
    );
}

#[test]
fn under_never_any_means_whatever_is_used() {
    let body = |limit: &str| format!("may: [everything]\nnever:\n- {limit}");
    assert_verdicts(
        &body("ContainerList: { query.all: any }"),
        &[("GET /containers/json?all=1", "never"), ("GET /containers/json?all=0", "allow")],
    );
    assert_verdicts(
        &body("ContainerLogs: { query.since: any }"),
        &[("GET /containers/web/logs?since=5", "never"), ("GET /containers/web/logs", "allow")],
    );
    assert_verdicts(&body("ContainerKill: { query.signal: any }"), &[("POST /containers/web/kill", "never")]);
    assert_verdicts(
        &body("ContainerStop: { query.t: default }"),
        &[("POST /containers/web/stop", "never"), ("POST /containers/web/stop?t=5", "allow")],
    );
}

#[test]
fn under_never_words_of_one_spelling_may_be_listed() {
    assert_verdicts(
        "may: [everything]\nnever:\n- ContainerWait: { query.condition: removed }",
        &[
            ("POST /containers/web/wait?condition=removed", "never"),
            ("POST /containers/web/wait?condition=next-exit", "allow"),
        ],
    );
}

#[test]
fn sentences_say_what_was_asked_and_what_is_allowed() {
    let cases = [
        (
            "ContainerKill: { query.signal: [HUP, USR1] }",
            "POST /containers/web/kill",
            "leave `signal` at its default `KILL` (query.signal: only `HUP` or `USR1`)",
        ),
        (
            "ContainerStop: { query.t: { max: 60 } }",
            "POST /containers/web/stop",
            "leave out `t` (query.t: only at most 60)",
        ),
        (
            "ContainerStop: { query.t: { min: 1, max: 60 } }",
            "POST /containers/web/stop?t=0",
            "set `t` to `0` (query.t: only 1 to 60)",
        ),
        (
            "ContainerList: { query.all: false }",
            "GET /containers/json?all=1",
            "set `all` to `true` (query.all: only `false`)",
        ),
        (
            "ContainerList: { query.filters: none }",
            "GET /containers/json?filters=%7B%22label%22%3A%5B%22a%22%5D%7D",
            "set `filters` to filters by `label` (query.filters: none)",
        ),
        (
            "ContainerStop: { query.t: [default, 5] }",
            "POST /containers/web/stop?t=6",
            "set `t` to `6` (query.t: only the default or `5`)",
        ),
    ];
    for (limit, line, expected) in cases {
        let denial = denial(&role(&format!("may:\n- {limit}")), line);
        assert_eq!(denial.why[0].sentence, expected);
    }
}

#[test]
fn no_sentence_tells_a_secret() {
    let build = "POST /build?buildargs=%7B%22TOKEN%22%3A%22s3cret%22%7D";
    let remote = "POST /build?remote=https%3A%2F%2Fuser%3As3cret%2F%40x%40example.com%2Fx";
    let cases = [
        (build, "may:\n- ImageBuild: { query.buildargs: none }", "set `buildargs` to a value of its own"),
        (build, "may: [everything]\nnever:\n- ImageBuild: { query.buildargs: any }", "set `buildargs` to a value"),
        (remote, "may:\n- ImageBuild: { query.remote: none }", "set `remote` to `https://…@example.com/x`"),
        (remote, "may:\n- ImageBuild: { query.remote: 'https://a:s3cret@b/' }", "only `https://…@b/`"),
        (remote, "may: [everything]\nnever:\n- ImageBuild: { query.remote: any }", "to `https://…@example.com/x`"),
    ];
    for (line, body, expected) in cases {
        let denial = denial(&role(body), line);
        assert!(denial.to_string().contains(expected), "{body}: {denial}");
        assert!(!format!("{denial} {:?}", denial.why).contains("s3cret"), "{body}: {denial:?}");
    }
}

#[test]
fn only_the_credentials_are_cut() {
    let cases = [
        ("https://user:pw@host/x", "https://…@host/x"),
        ("https://host/x", "https://host/x"),
        ("git@host:x", "git@host:x"),
        ("ENV A=ssh://t@h B=http://u:p@h", "ENV A=ssh://…@h B=http://…@h"),
    ];
    for (text, expected) in cases {
        assert_eq!(without_credentials(text), expected);
    }
}

#[test]
fn values_of_the_wrong_kind_are_problems() {
    let cases = [
        ("ContainerKill: { query.signal: HUPP }", "`HUPP` is no signal"),
        (
            "ContainerKill: { query.signal: { regex: 'SIGKILL|9' } }",
            "no signal fits this; signals are compared as `KILL`",
        ),
        ("ContainerKill: { query.signal: { max: 5 } }", "this parameter is a signal"),
        ("ContainerList: { query.all: maybe }", "`maybe` is neither `true` nor `false`"),
        ("ContainerList: { query.all: { regex: x } }", "this parameter is `true` or `false`"),
        ("ContainerStop: { query.t: 10s }", "`10s` is no whole number"),
        ("ContainerStop: { query.t: 010 }", "`010` is no whole number"),
        ("ContainerStop: { query.t: { min: 5, max: 1 } }", "no number is at least 5 and at most 1"),
        (
            "ContainerLogs: { query.tail: { max: 5 } }",
            "this parameter is text, not a number; \
             write words, patterns such as `a-*`, or `{ regex: \"[0-9]{1,3}\" }`",
        ),
        ("ContainerLogs: { query.tail: { regex: '[' } }", "this is no regular expression: unclosed character class"),
        (
            "ContainerList: { query.filters: [x] }",
            "`filters` cannot be limited to values yet: only `any`, `none` or `default`",
        ),
    ];
    for (limit, expected) in cases {
        let found = problems(&super::super::testing::one_role(&format!("may:\n- {limit}")));
        assert_eq!(found.len(), 1, "{limit} {found:?}");
        assert!(found[0].ends_with(expected), "{limit} {found:?}");
    }
}

#[test]
fn under_never_ranges_and_nothing_are_problems() {
    let cases = [
        ("ContainerStop: { query.t: { max: 5 } }", "a range cannot stand under `never`"),
        ("ContainerStop: { query.t: none }", "`none` under `never` forbids nothing"),
        (
            "ImageCreate: { query.fromImage: 'evil/*' }",
            "`fromImage` can be spelled in several ways, so `never` cannot list its values; \
             write `any` here, or list what may be instead, under `may`",
        ),
        (
            "ContainerLogs: { query.until: { regex: '1.*' } }",
            "`until` can be spelled in several ways, so `never` cannot list its values; \
             write `any` here, or list what may be instead, under `may`",
        ),
        (
            "ContainerLogs: { query.tail: default }",
            "`tail` can be spelled in several ways, so `never` cannot list its values; \
             write `any` here, or list what may be instead, under `may`",
        ),
        ("ContainerStop: { target: { name: [] } }", "`none` under `never` forbids nothing"),
    ];
    for (limit, expected) in cases {
        let found = problems(&super::super::testing::one_role(&format!("may: [everything]\nnever:\n- {limit}")));
        assert_eq!(found.len(), 1, "{limit} {found:?}");
        assert!(found[0].ends_with(expected), "{limit} {found:?}");
    }
}

#[test]
fn numbers_and_booleans_are_written_plainly() {
    assert_eq!((int("5"), int("-5"), int("0"), int("-0")), (Some(5), Some(-5), Some(0), Some(0)));
    assert_eq!((int("+5"), int("05"), int(""), int("-"), int("1_000")), (None, None, None, None, None));
    assert_eq!((flag("Yes"), flag("no"), flag("on"), flag("1")), (Some(true), Some(false), None, None));
}
