//! What an explanation proposes for each danger allows just it, or says why nothing can.

use crate::rows::{Denied, rows};
use dockgate::learn::{Change, change};
use dockgate::policy::{Policy, Source, Told, Verdict};
use serde_json::{Map, Value, json};

const FILES: &[&str] = &["create", "container_ops", "images", "volumes", "networks", "plugins", "swarm", "system"];

fn told(denied: &Denied) -> Option<Told> {
    let mut request = Map::new();
    request.insert("send".into(), denied.send.clone()?.into());
    request.extend(denied.body.as_ref().map(|body| ("body".to_owned(), Value::from(body.as_str()))));
    request.extend((!denied.headers.is_empty()).then(|| ("headers".to_owned(), json!(denied.headers))));
    Told::read(&Source { name: "row".into(), text: Value::from(request).to_string() }).ok()
}

#[test]
fn the_proposal_allows_the_request_or_there_is_none() {
    let (mut proposed, mut none) = (0, 0);
    for row in FILES.iter().flat_map(|file| rows(file)) {
        let source = Source { name: "row.yaml".into(), text: row.policy(Vec::new()) };
        let Ok(policy) = Policy::load(std::slice::from_ref(&source)) else { continue };
        // what only a gate sees, and names that only a daemon gives, are no matter of a policy alone
        let is_told = |denied: &&Denied| !denied.is_wire() && !denied.links && !denied.said().contains('<');
        let requests = row.denied.iter().filter(is_told);
        for (denied, told) in requests.filter_map(|denied| Some((denied, told(denied)?))) {
            let explained = policy.explain(&told);
            assert!(!matches!(explained.verdict, Verdict::Allow(_)), "{}", denied.said());
            match change(std::slice::from_ref(&source), &told, &explained).expect("a denial has a change, or a reason")
            {
                Change::Nothing(why) => {
                    assert!(why.iter().all(|why| !why.is_empty()) && !why.is_empty(), "{}", denied.said());
                    none += 1;
                }
                Change::Entry(addition) => {
                    let text = addition.text.expect("rows are lists");
                    let widened = Policy::load(&[Source { name: "widened.yaml".into(), text }]).unwrap();
                    assert_eq!(widened.judge(&told).verdict.word(), "allow", "{}", denied.said());
                    assert_eq!(policy.judge(&told).verdict.word(), "deny", "{}", denied.said());
                    proposed += 1;
                }
            }
        }
    }
    assert!(proposed > 100 && none > 20, "{proposed} proposals, {none} that cannot be");
}

/// What comes of one request under one policy.
fn change_of(text: &str, request: &Value) -> Change {
    let sources = [Source { name: "p.yaml".into(), text: text.into() }];
    let policy = Policy::load(&sources).unwrap();
    let told = Told::read(&Source { name: "r".into(), text: request.to_string() }).unwrap();
    change(&sources, &told, &policy.explain(&told)).unwrap()
}

/// Why no entry is proposed.
fn refused(text: &str, request: &Value) -> String {
    match change_of(text, request) {
        Change::Nothing(why) => why.join("; "),
        Change::Entry(addition) => panic!("{:?} is proposed", addition.lines),
    }
}

fn create(host: &Value) -> Value {
    json!({ "send": "POST /v1.47/containers/create", "body": { "Image": "a", "HostConfig": host } })
}

#[test]
fn nothing_is_proposed_against_never() {
    let text = "version: 1\nroles:\n  r:\n    who: anyone\n    may:\n      - ContainerCreate: { image: any }\nnever:\n  - everything: { binds: [/etc] }\n";
    let bind = |path: &str| create(&json!({ "Binds": [path] }));
    assert!(refused(text, &bind("/:/h")).contains("never: binds"));
    let Change::Entry(addition) = change_of(text, &bind("/srv:/h")) else { panic!("no entry for /srv") };
    let (_, word, value) = addition.limit.expect("one facet is missing");
    assert_eq!((word.as_str(), value.as_str()), ("binds", "/srv"));
}

#[test]
fn nothing_is_proposed_against_a_fence_or_a_quota() {
    let text = "version: 1\nroles:\n  r:\n    who: anyone\n    tenant: { label: team=a }\n    quotas: { mem_limit: 1GiB }\n    may:\n      - ContainerCreate: { image: any }\n      - container-reads\n";
    let stop = |team: &str| json!({ "send": "POST /containers/web/stop", "about": { "name": "web", "label": [team] } });
    assert!(refused(text, &stop("team=b")).contains("touch"));
    assert!(matches!(change_of(text, &stop("team=a")), Change::Entry(_)));
    assert!(refused(text, &create(&json!({ "Memory": 2u64 << 30 }))).contains("quotas.mem_limit"));
}
