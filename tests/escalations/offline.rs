//! The rows without a daemon: as the tests of a policy, and on the wire before an imitation.

use crate::common::{Gate, policy};
use crate::names::Names;
use crate::rows::{Allowed, Denied, Row, folder, map, rows};
use dockgate::policy::{CaseResult, Policy};
use serde_yaml::Value;
use std::collections::BTreeSet;
use std::fs;

pub(crate) const FILES: &[&str] =
    &["create", "container_ops", "images", "volumes", "networks", "plugins", "swarm", "system", "transport"];

/// How a refusal begins in the words of a policy's tests.
const REFUSED: &str = "refused with 4";

#[test]
fn no_row_is_lost() {
    let listed = fs::read_to_string(folder().join("rows.txt")).unwrap();
    let listed: Vec<String> = listed.lines().map(str::to_owned).collect();
    let of = |file: &&str| rows(file).into_iter().map(move |row| format!("{file}: {}", row.row)).collect::<Vec<_>>();
    let written: Vec<String> = FILES.iter().flat_map(of).collect();
    assert_eq!(written, listed);
    assert_eq!(listed.iter().collect::<BTreeSet<_>>().len(), listed.len());
}

#[test]
fn every_file_is_read() {
    let files = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let yaml = files.filter(|path| path.extension().is_some_and(|kind| kind == "yaml"));
    let names: BTreeSet<String> = yaml.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect();
    assert_eq!(names, FILES.iter().map(|name| (*name).to_owned()).collect());
}

#[test]
fn a_danger_has_a_twin() {
    for row in FILES.iter().flat_map(|file| rows(file)) {
        assert!(!row.denied.is_empty() && !row.allowed.is_empty(), "{}", row.row);
        for denied in &row.denied {
            assert_eq!(denied.is_wire(), denied.word.is_none(), "{}: {}", row.row, denied.said());
        }
        for allowed in &row.allowed {
            assert_eq!(allowed.look.is_some(), !allowed.see.is_empty(), "{}: {}", row.row, allowed.said());
        }
    }
}

#[test]
fn dangers_are_denied_and_twins_allowed() {
    let wrong: Vec<String> = FILES.iter().flat_map(|file| rows(file)).flat_map(|row| judged(&row)).collect();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn dangers_on_the_wire_do_not_arrive() {
    for row in FILES.iter().flat_map(|file| rows(file)) {
        let wire: Vec<&Denied> = row.denied.iter().filter(|denied| denied.is_wire()).collect();
        if !wire.is_empty() {
            let gate = Gate::open(&invented(&row).fill(&row.policy(Vec::new())));
            let names = invented(&row);
            wire.into_iter().for_each(|denied| assert_lost(&gate, &row, &names.fill_danger(denied)));
        }
    }
}

/// Dangers on the wire are about `esc-own`; what else there is may arrive.
fn assert_lost(gate: &Gate, row: &Row, denied: &Denied) {
    gate.daemon().clear();
    let answers = answers(gate, denied);
    let received = gate.daemon().received();
    let said = format!("{}: {}: {received:#?}", row.row, denied.said());
    match &denied.hides {
        Some(name) => assert!(!received.is_empty() && !received.iter().any(|one| has(&one.head, name)), "{said}"),
        None => {
            assert_eq!(answers, denied.answers, "{said}");
            assert!(!received.iter().any(|one| one.target.contains("esc-own")), "{said}");
        }
    }
}

/// Whether a head has a header of this name, in any case.
fn has(head: &[u8], name: &str) -> bool {
    String::from_utf8_lossy(head).to_ascii_lowercase().contains(&format!("\n{}", name.to_ascii_lowercase()))
}

/// The statuses of all answers on a connection.
pub(crate) fn answers(gate: &Gate, denied: &Denied) -> Vec<u16> {
    let mut client = gate.connect();
    // the gate may answer and close before it has read all
    let _ = client.try_send(denied.bytes());
    let _ = client.try_half_close();
    std::iter::from_fn(|| client.try_answer().ok()).map(|answer| answer.status).collect()
}

/// Everything that comes out otherwise than the row says.
fn judged(row: &Row) -> Vec<String> {
    let denied: Vec<&Denied> = row.denied.iter().filter(|denied| !denied.is_wire() && !denied.links).collect();
    let allowed: Vec<&Allowed> = row.allowed.iter().filter(|allowed| !allowed.by_id).collect();
    let tests = denied.iter().copied().map(denial).chain(allowed.iter().copied().map(permission)).collect();
    let policy = policy(&invented(row).fill(&row.policy(tests)));
    let results = run(&policy);
    assert_eq!(results.len(), denied.len() + allowed.len(), "{}", row.row);
    let refused = denied.iter().map(|denied| denied.is_refused()).chain(allowed.iter().map(|_| false));
    let wrong = results.iter().zip(refused).filter_map(|(result, refused)| wrong(result, refused));
    wrong.map(|what| format!("- {}: {what}", row.row)).collect()
}

fn run(policy: &Policy) -> Vec<CaseResult> {
    policy.cases().iter().map(|case| case.run(policy)).collect()
}

fn wrong(result: &CaseResult, refused: bool) -> Option<String> {
    let came = result.failure.as_ref().map_or("as expected", |failure| &failure.came);
    let expected = result.failure.as_ref().map_or("", |failure| &failure.expected);
    let right = if refused { came.starts_with(REFUSED) } else { result.passed() };
    let expected = if refused { "refused" } else { expected };
    (!right).then(|| format!("{}\n    expected {expected}, came {came}", result.it))
}

/// A test that the request is denied; of one that must be refused, the failure says so.
fn denial(denied: &Denied) -> Value {
    let word = denied.word.clone().unwrap_or_default();
    let expect = if denied.is_refused() { "allow".into() } else { map([("deny", word.into())]) };
    test(denied.said(), denied.send.as_deref().unwrap_or_default(), &denied.headers, denied.body.as_deref(), expect)
}

fn permission(allowed: &Allowed) -> Value {
    // an archive is not looked into, and no text
    test(allowed.said(), &allowed.send, &allowed.headers, allowed.body.as_deref(), "allow".into())
}

fn test(
    it: String,
    send: &str,
    headers: &std::collections::BTreeMap<String, String>,
    body: Option<&str>,
    expect: Value,
) -> Value {
    let mut fields = vec![("it", it.into()), ("send", send.into()), ("expect", expect)];
    if !headers.is_empty() {
        fields.push(("headers", serde_yaml::to_value(headers).unwrap()));
    }
    fields.extend(body.map(|body| ("body", body.into())));
    map(fields)
}

/// Names that stand for what no daemon has made.
pub(crate) fn invented(row: &Row) -> Names {
    let mut names = Names::default();
    for (name, at) in row.before.iter().filter_map(|step| Some((step.keep.as_deref()?, step.at.as_deref()))) {
        // a version is a number
        if at.is_some_and(|at| at.ends_with("/Index")) { names.keep(name, "11") } else { names.invent(name) }
    }
    names.keep("registry", "127.0.0.1:5001");
    names.keep("elsewhere", "127.0.0.1:5002");
    names
}
