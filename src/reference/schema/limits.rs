//! The limits of an entry: those that fit its operations, and no others.

use super::shapes::{LET, about, any_of, list, map, map_or_let, refer, refer_to};
use super::values::parameter;
use crate::catalogue::parts::SECRETS;
use crate::catalogue::{Answer, FACETS, Facet, GROUPS, OPERATIONS, Op, OpSet, PartSet, group_named, operation_named};
use crate::policy::language::{self, EVENT, LIMITS, OBJECT, UNEXAMINED};
use serde_json::{Map, Value, json};

/// Which list the entry stands in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    May,
    Never,
}

impl List {
    pub(super) fn word(self) -> &'static str {
        if self == Self::May { "may" } else { "never" }
    }
}

/// Definitions that entries refer to.
pub(super) fn definitions() -> Map<String, Value> {
    let mut all = Map::new();
    for (list, word, operations) in [List::May, List::Never].into_iter().flat_map(selections) {
        if let Some(schema) = limited(list, word, operations) {
            all.insert(format!("{}.{word}", list.word()), about(meaning(word), schema));
        }
    }
    for (word, schema) in shared() {
        all.insert(word.to_owned(), schema);
    }
    all
}

/// The limits that fit; one operation may be unexamined instead. Alternatives are a pattern, so that an
/// editor tells what is wrong with limits, and not that they are no other word.
fn limited(list: List, word: &str, operations: OpSet) -> Option<Value> {
    let mut limits = limits(list, operations);
    if list == List::May && operation_named(word).is_some() {
        let schema = limits.get_or_insert_with(|| json!({ "type": "string" }));
        let pattern = format!("({LET}|^{UNEXAMINED}$)");
        schema
            .as_object_mut()
            .into_iter()
            .for_each(|fields| drop(fields.insert("pattern".into(), pattern.as_str().into())));
    }
    limits
}

fn meaning(word: &str) -> &'static str {
    let operation = operation_named(word).map(|row| row.about);
    operation.or_else(|| Some(group_named(word)?.about)).unwrap_or("every operation that the limits fit")
}

/// Every word that can take limits, and its operations.
pub(super) fn selections(list: List) -> impl Iterator<Item = (List, &'static str, OpSet)> {
    let operations = OPERATIONS.iter().map(|row| (row.name, OpSet::from_iter([row.op])));
    let groups = GROUPS.iter().map(|group| (group.name, group.set()));
    let everything = (list == List::Never).then(|| ("everything", OpSet::all()));
    operations.chain(groups).chain(everything).map(move |(word, operations)| (list, word, operations))
}

/// The limits that fit; nothing if there are none.
pub(super) fn limits(list: List, operations: OpSet) -> Option<Value> {
    let mut fitting = Map::new();
    objects(list, operations, &mut fitting);
    if list == List::May {
        of_grants(operations, &mut fitting);
    }
    for row in FACETS.iter().filter(|row| operations.iter().any(|op| row.fits(op))) {
        let misplaced = |op: Op| op.operation().target.is_some() && !row.fits(op);
        if row.facet != Facet::Name || !operations.iter().any(misplaced) {
            fitting.insert(row.word.to_owned(), refer(&format!("facet.{}", row.word)));
        }
    }
    for param in operations.iter().flat_map(|op| op.operation().query) {
        fitting.entry(format!("query.{}", param.name)).or_insert_with(|| parameter(param));
    }
    let fields = fields(operations);
    let none = fitting.is_empty() && fields.is_none();
    (!none).then(|| {
        let mut schema = json!({
            "type": ["object", "string"], "pattern": LET, "minProperties": 1, "additionalProperties": false,
            "properties": fitting,
        });
        if let (Value::Object(schema), Some(fields)) = (&mut schema, fields) {
            schema.insert("patternProperties".into(), fields.into());
        }
        schema
    })
}

const FIELD: &str = "a field by Docker's own name: it narrows what facets allow";

/// Paths of fields by Docker's own names.
fn fields(operations: OpSet) -> Option<Map<String, Value>> {
    let mut names: Vec<&str> = operations.iter().flat_map(language::fields).collect();
    names.sort_unstable();
    names.dedup();
    let pattern = format!(r"^({})([.\[{{]|$)", names.join("|"));
    let limit = refer("field");
    (!names.is_empty()).then(|| Map::from_iter([(pattern, limit)]))
}

fn line(word: &str) -> &'static str {
    LIMITS.rows().find(|(known, _)| *known == word).map_or("", |(_, line)| line)
}

/// `target`, and `show`, which is the same.
fn objects(list: List, operations: OpSet, fitting: &mut Map<String, Value>) {
    let swept = operations == OpSet::all();
    if swept || operations.iter().all(language::takes_target) {
        fitting.insert("target".into(), refer("target"));
        if list == List::May {
            fitting.insert("show".into(), refer("show"));
        }
    }
}

/// What is said of grants alone.
fn of_grants(operations: OpSet, fitting: &mut Map<String, Value>) {
    let parts = operations.iter().filter_map(Answer::of).fold(PartSet::default(), |all, it| all.union(it.parts()));
    if !parts.is_empty() {
        let secrets = (!parts.intersection(PartSet::SECRETS).is_empty()).then_some(SECRETS);
        fitting.insert("hide".into(), about(line("hide"), words(secrets.into_iter().chain(parts.words()))));
    }
    if operations.contains(Op::ContainerCreate) {
        fitting.insert("copy_of".into(), refer("copy_of"));
    }
    if FACETS.iter().any(|row| operations.iter().any(|op| row.fits(op))) {
        fitting.insert("all_else".into(), refer("all_else"));
    }
    let required = || operations.iter().flat_map(language::requirements).map(|(word, _)| word);
    if required().next().is_some() {
        fitting.insert("require".into(), about(line("require"), words(required())));
    }
    let settings = operations.iter().flat_map(language::settings);
    let settings: Vec<_> = settings.map(|(word, row)| (word, refer_to(&setting(word), row.about))).collect();
    if !settings.is_empty() {
        fitting.insert("set".into(), about(line("set"), map(settings)));
    }
}

/// One of the words, or a list of them.
fn words(words: impl Iterator<Item = &'static str>) -> Value {
    let mut known: Vec<&str> = Vec::new();
    words.for_each(|word| {
        if !known.contains(&word) {
            known.push(word)
        }
    });
    let one = any_of(vec![json!({ "enum": known }), refer("let")]);
    any_of(vec![one.clone(), list(one)])
}

fn setting(word: &str) -> String {
    format!("set.{word}")
}

/// Definitions that several limits share.
fn shared() -> Vec<(String, Value)> {
    let facts = || OBJECT.rows().map(|(word, line)| (word, refer_to("texts", line)));
    let events = || EVENT.rows().map(|(word, line)| (word, refer_to("texts", line)));
    let own = || json!({ "const": "own" });
    let one_or_more = |one: &str| any_of(vec![own(), refer(one), list(any_of(vec![own(), refer(one)]))]);
    let mut all = vec![
        ("one.map".to_owned(), map(facts())),
        ("one.object".to_owned(), map_or_let(facts())),
        ("one.shown".to_owned(), map_or_let(facts().chain(events()))),
        ("target".to_owned(), about(line("target"), one_or_more("one.object"))),
        ("show".to_owned(), about(line("show"), one_or_more("one.shown"))),
        (
            "copy_of".to_owned(),
            about(
                line("copy_of"),
                any_of(vec![
                    json!({ "const": "any" }),
                    refer("one.object"),
                    list(refer("one.object")),
                    json!({ "const": "own" }),
                ]),
            ),
        ),
        ("all_else".to_owned(), about(line("all_else"), any_of(vec![json!({ "const": "none" }), refer("let")]))),
        ("field".to_owned(), about(FIELD, any_of(vec![refer("texts"), refer("integers")]))),
    ];
    all.extend(language::settings(Op::ContainerCreate).map(|(word, _)| (setting(word), set(word))));
    all
}

/// A value that is put in.
fn set(word: &str) -> Value {
    match word {
        "labels" => json!({ "type": "object", "minProperties": 1, "additionalProperties": refer("scalar") }),
        "no_new_privileges" => any_of(vec![json!({ "const": true }), refer("flag"), refer("let")]),
        "docker_socket" => any_of(vec![json!({ "const": "own" }), refer("let")]),
        "mem_limit" => refer("size"),
        "cpus" => refer("cpus"),
        "pids_limit" => refer("count"),
        _ => refer("scalar"),
    }
}
