//! `hide`, `show`, and `target` on what lists objects, compiled.

use super::about::AboutLimit;
use super::compile::Mode;
use super::compile_target::{Misfit, check_expressions, collect, image, plain, said};
use super::names::{Names, called, is_image_like};
use super::reader::Reader;
use super::report::Span;
use super::select::Selection;
use super::text::{listed, shown};
use super::tree::{Content, Node, Pair};
use super::view::{Shown, Shows};
use super::vocabulary::{EVENT, OBJECT};
use super::who_read;
use super::written::Written;
use crate::catalogue::parts::{EVENT_ATTRIBUTES, PARTS, SECRETS};
use crate::catalogue::{Answer, Op, OpSet, PartSet, Target};
use std::sync::Arc;

/// A word of `hide`.
pub(super) type Word<'t> = (Span, &'t str, PartSet);

/// The words of `hide`.
pub(super) fn hide<'t>(reader: &mut Reader<'_, 't>, pair: &'t Pair, mode: Mode) -> Option<Vec<Word<'t>>> {
    if mode == Mode::Never {
        let help = "write it where the operation is granted";
        reader.report.problem_with_help(pair.key.span, "`hide` stands under `may` alone", help);
        return None;
    }
    let nodes = reader.items(&pair.value);
    if nodes.is_empty() || pair.value.content == Content::Null {
        reader.report.problem(pair.key.span, "`hide` hides nothing");
        return None;
    }
    let words: Vec<Option<Word<'t>>> = nodes.into_iter().map(|node| part(reader, node)).collect();
    words.into_iter().collect()
}

fn part<'t>(reader: &mut Reader<'_, 't>, node: &'t Node) -> Option<Word<'t>> {
    let word = reader.word(node.span, node, "a word of `hide`")?;
    let parts = PartSet::named(word);
    if parts.is_none() {
        let known = PARTS.iter().map(|(_, known, _)| *known).chain([SECRETS]);
        let words: Vec<String> = PARTS.iter().map(|(_, known, _)| shown(known)).collect();
        match super::report::meant(word, known) {
            Some(help) => {
                reader.report.problem_with_help(node.span, format!("no part is called {}", shown(word)), help)
            }
            None => reader.report.problem_with_help(
                node.span,
                format!("no part is called {}", shown(word)),
                format!("there is `secrets`, and {}", listed(&words, "and", PARTS.len())),
            ),
        }
    }
    parts.map(|parts| (node.span, word, parts))
}

/// What the answer of the operation has of these parts.
pub(super) fn hidden(words: &[Word<'_>], op: Op) -> PartSet {
    let all = words.iter().fold(PartSet::default(), |all, (_, _, parts)| all.union(*parts));
    Answer::of(op).map_or(PartSet::default(), |answer| answer.parts().intersection(all))
}

/// A word that hides nothing of any answer would only look safe.
pub(super) fn check_hide(reader: &mut Reader<'_, '_>, words: &[Word<'_>], selection: Selection, operations: OpSet) {
    for (span, word, _) in words.iter().filter(|word| operations.iter().all(|op| hidden(&[**word], op).is_empty())) {
        let message = match selection {
            Selection::Operation(row) => format!("the answer of {} has no {}", row.name, shown(word)),
            Selection::Group(group) => format!("no answer of `{}` has {}", group.name, shown(word)),
            Selection::Everything => format!("no answer has {}", shown(word)),
        };
        let parts = operations.iter().filter_map(Answer::of).fold(PartSet::default(), |all, it| all.union(it.parts()));
        let words: Vec<String> = parts.words().map(shown).collect();
        let help = match listed(&words, "and", PARTS.len()) {
            none if none.is_empty() => "nothing can be hidden there".to_owned(),
            some => format!("there is {some}"),
        };
        reader.report.problem_with_help(*span, message, help);
    }
}

/// Arguments for `ps` put what they like into any column.
pub(super) fn check_columns(reader: &mut Reader<'_, '_>, words: &[Word<'_>], pair: &Pair, operations: OpSet) {
    let hides = operations.contains(Op::ContainerTop) && !hidden(words, Op::ContainerTop).is_empty();
    if hides && pair.key.text == "query.ps_args" {
        let message = "arguments for `ps` can put commands into any column, so they are not hidden";
        let help = "grant ContainerTop with `query.ps_args` in an entry of its own, without `hide`";
        reader.report.problem_with_help(pair.key.span, message, help);
    }
}

/// The facts of `target` or `show`: of a list, those of any entry.
pub(super) fn facts<'t>(reader: &mut Reader<'_, 't>, pair: &'t Pair, node: &'t Node) -> Option<Box<[Shown]>> {
    let before = reader.report.problems.len();
    let word = pair.key.text.as_str();
    let events: &[&str] = if word == "show" { EVENT.all } else { &[] };
    let known = [OBJECT.all, events].concat();
    let entries = match &node.content {
        Content::List(_) => reader.items(node),
        _ => vec![node],
    };
    let facts = entries.iter().map(|entry| {
        if entry.text() == Some("own") {
            return Shown { own: true, ..Shown::default() };
        }
        let fields = reader.fields(pair.key.span, entry, &format!("`{word}`"), &known);
        if fields.is_empty() && reader.report.problems.len() == before {
            reader.report.problem(pair.key.span, format!("`{word}` does not say what about the object"));
        }
        let mut facts = Shown { object: who_read::object(reader, fields), ..Shown::default() };
        (facts.kinds, facts.actions) = who_read::event(reader, fields);
        facts
    });
    let facts: Box<[_]> = facts.collect();
    (!facts.is_empty() && reader.report.problems.len() == before).then_some(facts)
}

/// As a limit on what a path names.
pub(super) fn of_objects(facts: &[Shown]) -> AboutLimit {
    let own = facts.iter().any(|facts| facts.own);
    let facts = facts.iter().filter(|facts| !facts.own).map(|facts| facts.object.clone()).collect();
    AboutLimit { facts, own }
}

/// Whether the operation lists objects, so that `target` says which.
pub(super) fn lists(op: Op) -> bool {
    Answer::of(op).is_some_and(|answer| answer.kinds().next().is_some())
}

/// What an answer shows, by names.
pub(super) fn by_names(
    reader: &mut Reader<'_, '_>,
    written: &Written<'_>,
    mode: Mode,
    op: Op,
) -> Result<Option<Arc<Shows>>, Misfit> {
    let Some(answer) = Answer::of(op) else { return Ok(None) };
    let mut names: Vec<Names> = Vec::new();
    for kind in answer.kinds().filter(|kind| *kind != Target::Exec) {
        if names.iter().all(|known| known.kind() != kind) {
            names.push(of_kind(reader, written, mode, kind)?);
        }
    }
    Ok(Some(Arc::new(Shows::Names(names.into()))))
}

fn of_kind(reader: &mut Reader<'_, '_>, written: &Written<'_>, mode: Mode, kind: Target) -> Result<Names, Misfit> {
    let Written::List(items) = written else { return Ok(Names::any(kind)) };
    let said = said(items);
    Ok(match is_image_like(kind) {
        true => {
            check_expressions(reader, items, mode)?;
            Names::images(kind, collect(reader, items, image)?, said)
        }
        false => Names::plain(kind, collect(reader, items, plain)?, said),
    })
}

/// What an answer shows, by facts.
pub(super) fn by_facts(
    reader: &mut Reader<'_, '_>,
    pair: &Pair,
    facts: &[Shown],
    op: Op,
) -> Result<Option<Arc<Shows>>, Misfit> {
    let Some(answer) = Answer::of(op) else { return Ok(None) };
    let problem =
        unknown_kind(answer, facts).or_else(|| unknown_event(answer, facts)).or_else(|| of_one_kind(answer, facts));
    if let Some((message, help)) = problem {
        reader.report.problem_with_help(pair.key.span, message, help);
        return Err(Misfit);
    }
    Ok(Some(Arc::new(Shows::Facts(facts.into()))))
}

/// `type` and `action` where nothing happens.
fn unknown_kind(answer: &Answer, facts: &[Shown]) -> Option<(String, String)> {
    let wrong = !answer.is_of_events() && facts.iter().any(|facts| facts.kinds.is_some() || facts.actions.is_some());
    let message = || format!("{} tells of no `type` or `action`", answer.op.name());
    wrong.then(|| (message(), "these are facts of SystemEvents".to_owned()))
}

/// What events do not tell, or mix with what they tell.
fn unknown_event(answer: &Answer, facts: &[Shown]) -> Option<(String, String)> {
    if !answer.is_of_events() {
        return None;
    }
    if facts.iter().any(|facts| facts.object.state.is_some()) {
        let help = "leave SystemEvents out of this entry, and grant it in one of its own".to_owned();
        return Some(("events do not tell the `state` of an object".to_owned(), help));
    }
    let labels = facts.iter().flat_map(|facts| facts.object.label.iter().flatten());
    let mixed = labels.map(|label| label.key.as_str()).find(|key| EVENT_ATTRIBUTES.contains(key))?;
    let message = format!("in events the label {} cannot be told from an attribute of that name", shown(mixed));
    Some((message, "choose another label, such as `com.example.role`".to_owned()))
}

/// What objects of the one kind that an answer lists do not have.
fn of_one_kind(answer: &Answer, facts: &[Shown]) -> Option<(String, String)> {
    let kind = answer.kinds().next().filter(|_| answer.kinds().count() == 1)?;
    if kind == Target::Image && facts.iter().any(|facts| facts.object.name.is_some()) {
        let message = format!("{} knows images by `name` alone, or by `label` and `id`", answer.op.name());
        return Some((message, "write `{ name: ... }` without other facts".to_owned()));
    }
    let fact = of_objects(facts).misfit(kind)?;
    let message = format!("{} is about a {}, which has no {fact}", answer.op.name(), called(kind));
    Some((message, "it is known by `name`, `id`, `label` and `project`".to_owned()))
}
