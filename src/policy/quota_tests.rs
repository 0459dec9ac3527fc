use super::super::Decision;
use super::super::quota_demand::Demand;
use super::super::testing::{denied, one_role, policy, problems, request, role, with_body};
use super::*;

const CREATE: &str = "POST /v1.47/containers/create";
const UPDATE: &str = "POST /v1.47/containers/web/update";
const GIB: i64 = 1 << 30;

fn quotas(words: &str) -> Role {
    role(&format!("tenant: a\nquotas: {{ {words} }}\nmay: [ContainerCreate: {{ volumes: any, mem_limit: any }}]"))
}

/// The sentence that is denied with when there is this much, or nothing.
fn full(words: &str, there: Amounts, body: &str) -> Option<String> {
    let demand = Demand::of(&with_body(CREATE, body));
    quotas(words).deny_more(&there, &demand.at_most()).map(|denial| denial.to_string())
}

#[test]
fn every_quota_has_a_row_and_a_word() {
    for row in ROWS {
        assert_eq!(super::row(row.quota).word, row.word);
        assert!(std::ptr::eq(Quota::named(row.word).unwrap(), row));
    }
}

#[test]
fn the_last_place_is_given_and_no_more() {
    let there = |containers| Amounts { containers, ..Amounts::default() };
    assert_eq!(full("containers: 10", there(9), "{}"), None);
    let said = full("containers: 10", there(10), "{}").unwrap();
    assert_eq!(
        said,
        "dockgate: ops may not have more containers: 10 of 10 are there (quotas.containers); remove what is not needed"
    );
    assert!(full("containers: 10", there(11), "{}").is_some());
}

#[test]
fn memory_and_processors_are_promised_together() {
    let there = Amounts { mem_limit: 7 * GIB, cpus: 3_500_000_000, ..Amounts::default() };
    let body = |memory: i64| format!(r#"{{"HostConfig":{{"Memory":{memory},"NanoCpus":500000000}}}}"#);
    assert_eq!(full("mem_limit: 8GiB, cpus: 4", there, &body(GIB)), None);
    let said = full("mem_limit: 8GiB, cpus: 4", there, &body(GIB + 1)).unwrap();
    assert!(said.contains("have more memory promised: 7GiB of 8GiB is promised (quotas.mem_limit)"), "{said}");
    let all = Amounts { mem_limit: ALL, ..there };
    assert!(full("mem_limit: 8GiB", all, &body(GIB)).unwrap().contains("all of 8GiB is promised"));
}

#[test]
fn volumes_that_come_by_the_way_count() {
    let body = r#"{"Volumes":{"/a":{}},"HostConfig":{"Binds":["x:/x","x:/y","/srv:/s"],
        "Mounts":[{"Type":"volume","Source":"y","Target":"/z"},{"Type":"volume","Target":"/w"}]}}"#;
    let demand = Demand::of(&with_body(CREATE, body));
    assert_eq!((demand.amounts.volumes, demand.named.len(), demand.at_most().volumes), (2, 2, 4));
    let there = |volumes| Amounts { volumes, ..Amounts::default() };
    assert_eq!(full("volumes: 9", there(5), body), None);
    assert!(full("volumes: 9", there(6), body).is_some());
    assert_eq!(full("volumes: 9", there(20), "{}"), None, "it makes none");
}

#[test]
fn what_can_never_fit_is_no_matter_of_waiting() {
    let create = |words: &str, body: &str| denied(&quotas(words), CREATE, body);
    assert_eq!(create("mem_limit: 1GiB", "{}"), "quotas.mem_limit");
    assert_eq!(create("mem_limit: 1GiB", r#"{"HostConfig":{"Memory":1073741824}}"#), "");
    assert_eq!(create("mem_limit: 1GiB", r#"{"HostConfig":{"Memory":1073741825}}"#), "quotas.mem_limit");
    assert_eq!(create("cpus: 2", r#"{"HostConfig":{"CpuQuota":-1,"CpuPeriod":100000}}"#), "quotas.cpus");
    assert_eq!(create("containers: 1", "{}"), "");
    let filled = role(
        "tenant: a\nquotas: { mem_limit: 1GiB, cpus: 1 }\nmay: [ContainerCreate: { set: { mem_limit: 1GiB, cpus: 0.5 } }]",
    );
    assert_eq!(denied(&filled, CREATE, "{}"), "");
    let Decision::Deny(denial) = quotas("mem_limit: 1GiB").decide(with_body(CREATE, "{}")) else { panic!() };
    assert!(denial.to_string().contains("without a limit on its memory"), "{denial}");
    assert_eq!(denial.kind(), "quota");
}

#[test]
fn an_update_asks_for_what_it_names() {
    let of = |body: &str| Demand::of(&with_body(UPDATE, body)).amounts;
    assert_eq!(of(r#"{"Memory":5,"RestartPolicy":{}}"#), Amounts { mem_limit: 5, ..Amounts::default() });
    assert_eq!(of(r#"{"Memory":0}"#), Amounts::default());
    assert_eq!(of(r#"{"Memory":-1}"#).mem_limit, ALL);
    assert_eq!(of(r#"{"NanoCpus":7}"#).cpus, 7);
}

#[test]
fn a_volume_has_a_name_or_none() {
    let of = |body: &str| Demand::of(&with_body("POST /v1.47/volumes/create", body));
    assert_eq!((of("{}").amounts.volumes, of("{}").named.len()), (1, 0));
    let named = of(r#"{"Name":"x"}"#);
    assert_eq!((named.amounts.volumes, named.named.len()), (0, 1));
}

#[test]
fn places_are_taken_by_what_goes_on() {
    let role = role("quotas: { execs: 1, streams: 2, builds: 3 }\nmay: [ping]");
    let taken = |line: &str| -> Vec<i64> {
        let request = request(line);
        role.quotas().unwrap().places(request.operation()).map(|(_, most)| most).collect()
    };
    assert_eq!(taken("POST /v1.47/exec/x/start"), [1, 2]);
    assert_eq!(taken("GET /v1.47/events"), [2]);
    assert_eq!(taken("POST /session"), [2, 3]);
    assert_eq!(taken("POST /v1.47/build"), [3]);
    assert_eq!(taken("GET /v1.47/info"), [0; 0]);
    let denial = role.deny_place(Quota::Execs, 1).unwrap().to_string();
    assert!(denial.contains("run more execs at once: 1 of 1 run (quotas.execs)"), "{denial}");
}

#[test]
fn what_is_counted_is_read_even_under_everything() {
    let role = role("tenant: a\nquotas: { containers: 1 }\nmay: [everything]");
    assert!(!role.unexamined(Op::ContainerCreate));
    let quotas = role.quotas().unwrap();
    assert!(quotas.counts(Op::ContainerCreate) && !quotas.counts(Op::ContainerUpdate));
}

#[test]
fn what_is_no_quota_is_a_problem() {
    let cases = [
        ("quotas: { containers: 1 }\nmay: [ping]", "counted by the label of a tenant"),
        ("tenant: a\nquotas: { containers: 0 }\nmay: [ping]", "`containers` cannot be `0`"),
        ("tenant: a\nquotas: { mem_limit: 8 }\nmay: [ping]", "write a size with a unit"),
        ("tenant: a\nquotas: { cpus: many }\nmay: [ping]", "write a number of processors"),
        ("quotas: { exec: 1 }\nmay: [ping]", "did you mean `execs`"),
        ("quotas: { requests_per_second: -5 }\nmay: [ping]", "write a whole number"),
        ("quotas: {}\nmay: [ping]", "`quotas` is empty"),
    ];
    for (body, expected) in cases {
        let found = problems(&one_role(body));
        assert!(found.len() == 1 && found[0].contains(expected), "{body} {found:?}");
    }
}

#[test]
fn the_policys_own_tests_say_what_is_there() {
    let test = |usage: &str, expect: &str| {
        let role = one_role("tenant: a\nquotas: { containers: 10, execs: 1 }\nmay: [ContainerCreate, ExecStart]");
        let text = format!(
            "{role}tests:\n- it: x\n  send: POST /v1.47/containers/create\n  usage: {{ {usage} }}\n  expect: {expect}\n"
        );
        let policy = policy(&text);
        policy.cases()[0].run(&policy).passed()
    };
    assert!(test("containers: 10", "{ deny: quotas.containers }"));
    assert!(!test("containers: 9", "{ deny: quotas.containers }"));
    assert!(test("containers: 0, execs: 1", "allow"));
}
