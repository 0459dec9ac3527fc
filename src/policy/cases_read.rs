//! `tests`, read.

use super::cases::{Case, Expect, Usage};
use super::compile::Mode;
use super::compile_view;
use super::quota::{self, Quota};
use super::quota_read;
use super::raw;
use super::reader::Reader;
use super::report::Span;
use super::require::REQUIREMENTS;
use super::text::shown;
use super::told_read;
use super::tree::{Content, Node, Pair};
use super::vocabulary::{CASE, DENIALS, EXPECT, TOLD};
use crate::catalogue::{FACETS, OPERATIONS, PartSet, facet_named, operation_named};
use std::sync::Arc;

/// Reads one test; its place in the list is `index`.
pub(super) fn case<'t>(reader: &mut Reader<'_, 't>, node: &'t Node, index: usize) -> Option<(Case, Span)> {
    let keys: Vec<&str> = CASE.all.iter().chain(TOLD.all).copied().collect();
    let pairs = reader.fields(node.span, node, "a test", &keys);
    let first = pairs.first()?.key.span;
    for key in ["it", "send", "expect"] {
        if !pairs.iter().any(|pair| pair.key.text == key) {
            reader.report.problem(first, format!("the test has no `{key}`"));
        }
    }
    let find = |key: &str| pairs.iter().find(|pair| pair.key.text == key);
    let it: Option<Arc<str>> =
        find("it").and_then(|pair| reader.word(pair.key.span, &pair.value, "`it`")).map(Into::into);
    let expect = find("expect").and_then(|pair| expected(reader, pair));
    let usage = find("usage").map(|pair| usage(reader, pair)).unwrap_or_default();
    let told = told_read::told(reader, pairs);
    let place = reader.report.place(first, &format!("tests[{index}]"));
    let (it, told, expect) = (it?, told?, expect?);
    Some((Case { it, place, told, usage, expect }, first))
}

fn expected<'t>(reader: &mut Reader<'_, 't>, pair: &'t Pair) -> Option<Expect> {
    let help = "write `allow`, `absent`, `{ deny: WORD }` or `{ hides: [WORD] }`";
    match &pair.value.content {
        Content::Scalar(word) if word == "allow" => Some(Expect::Allow),
        Content::Scalar(word) if word == "absent" => Some(Expect::Absent),
        Content::Map(_) => {
            let fields = reader.fields(pair.key.span, &pair.value, "`expect`", EXPECT.all);
            if let Some(field) = fields.iter().find(|field| field.key.text == "hides") {
                let words = compile_view::hide(reader, field, Mode::May)?;
                let all = words.iter().fold(PartSet::default(), |all, (_, _, parts)| all.union(*parts));
                return Some(Expect::Hides(all));
            }
            let field = fields.iter().find(|field| field.key.text == "deny")?;
            let word = reader.word(field.key.span, &field.value, "`deny`")?;
            denied_word(reader, field.value.span, word).then(|| Expect::Deny(word.to_owned()))
        }
        Content::Scalar(word) => {
            reader.report.problem_with_help(pair.value.span, format!("{} cannot be expected", shown(word)), help);
            None
        }
        Content::List(_) | Content::Null => {
            reader.report.problem_with_help(pair.key.span, "`expect` says nothing", help);
            None
        }
    }
}

/// Whether some denial could carry the word.
fn denied_word(reader: &mut Reader<'_, '_>, span: Span, word: &str) -> bool {
    let named = operation_named(word).is_some() || facet_named(word).is_some();
    // a field that is not known is denied by its own name, which can be any
    let required = word.strip_prefix("require.").unwrap_or(word);
    let required = REQUIREMENTS.iter().any(|requirement| requirement.word == required);
    let quota = word.strip_prefix("quotas.").is_some_and(|word| Quota::named(word).is_some());
    let known =
        quota || DENIALS.all.contains(&word) || required || named || word.starts_with("query.") || raw::is_field(word);
    if !known {
        let rows = OPERATIONS.iter().map(|row| row.name).chain(FACETS.iter().map(|row| row.word));
        let required = REQUIREMENTS.iter().map(|requirement| requirement.word);
        let words = rows.chain(DENIALS.all.iter().copied()).chain(required);
        reader.report.unknown(span, format!("no denial is called {}", shown(word)), word, words);
    }
    known
}

/// How much is there: `usage: { containers: 10 }`.
fn usage<'t>(reader: &mut Reader<'_, 't>, pair: &'t Pair) -> Usage {
    let words: Vec<&str> = quota::ROWS.iter().map(|row| row.word).collect();
    let fields = reader.fields(pair.key.span, &pair.value, "`usage`", &words);
    Usage(fields.iter().filter_map(|field| quota_read::limit(reader, field, 0)).collect())
}
