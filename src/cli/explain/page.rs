//! An explanation for people.

use crate::catalogue::Op;
use crate::cli::paint::Paint;
use crate::cli::table;
use crate::learn::{Addition, Change};
use crate::policy::{Explanation, Near, Used, Verdict, Why};
use serde_json::Value;
use std::collections::BTreeMap;

/// Where what is said begins, behind the word that says what it is.
const COLUMN: usize = 10;

/// How much of a body is shown.
const BODY: usize = 2000;

/// How many values of one facet stand on its line.
const VALUES: usize = 8;

/// One request, explained.
pub(super) struct Page<'a> {
    pub(super) title: &'a str,
    pub(super) explained: &'a Explanation<'a>,
    pub(super) change: Option<&'a Change>,
    pub(super) paint: Paint,
}

impl Page<'_> {
    /// In one line.
    pub(super) fn line(&self) -> String {
        let operation = self.explained.operation.map_or("", |operation| operation.name);
        format!("{:8} {}  {operation}", self.verdict(), self.explained.send)
    }

    /// In full.
    pub(super) fn text(&self) -> String {
        let it = self.explained;
        let mut text = String::new();
        if !self.title.is_empty() {
            text += &format!("{}\n", self.paint.head(self.title));
        }
        text += &format!("{}\n", self.paint.head(&it.send));
        if let Some(body) = it.body.as_deref().and_then(telling) {
            text += &format!("{}\n", cut(&body));
        }
        text.push('\n');
        text += &self.section("asks", it.operation.map(|row| format!("{} ({})", row.name, row.about)));
        text += &self.section("from", [it.client.clone()]);
        text += &self.section("role", it.role.map(|role| role.name().to_string()));
        text += &self.section("uses", self.uses());
        text += &self.section("Docker", it.facts.iter().map(|fact| format!("{}: {}", fact.of, fact.said)));
        text += &self.section("never", it.never.iter().map(said));
        text += &self.section("fence", it.fence.iter().map(said));
        text += &self.section("grants", self.grants());
        text += &self.section("sets", it.set.iter().cloned());
        text += &self.section("hides", it.hidden.iter().cloned());
        text += &self.section("verdict", self.verdict_lines());
        let unsure = it.hangs_on.iter().map(|what| format!("{} {what}", self.paint.odd("it hangs on")));
        text += &self.section("unsure", unsure);
        text += &self.section("change", self.change());
        text + &self.section("next", self.next())
    }

    fn section(&self, word: &str, lines: impl IntoIterator<Item = String>) -> String {
        let mut head = word;
        let mut text = String::new();
        for line in lines.into_iter().flat_map(|lines| lines.lines().map(str::to_owned).collect::<Vec<_>>()) {
            let padded = format!("{head:COLUMN$}");
            let padded = if head.is_empty() { padded } else { self.paint.head(&padded) };
            text += format!("{padded}{line}").trim_end();
            text.push('\n');
            head = "";
        }
        text
    }

    fn verdict(&self) -> String {
        match self.explained.verdict {
            Verdict::Allow(_) => self.paint.good("allowed "),
            Verdict::Deny { .. } | Verdict::NoRole(_) => self.paint.bad("denied  "),
            Verdict::Refuse(_) => self.paint.bad("refused "),
        }
        .trim_end()
        .to_owned()
    }

    /// A line for each facet; of those that a grant need not name, how many there are.
    fn uses(&self) -> Vec<String> {
        let mut by_word: BTreeMap<&str, Vec<&Used>> = BTreeMap::new();
        let telling = |used: &&Used| !(used.by_default && used.ordinary);
        self.explained.uses.iter().filter(telling).for_each(|used| by_word.entry(used.word).or_default().push(used));
        let rows: Vec<Vec<String>> = by_word
            .iter()
            .map(|(word, uses)| {
                let named = if uses.iter().all(|used| used.ordinary) { "" } else { "has to be granted by name" };
                vec![(*word).to_owned(), values(uses), named.to_owned()]
            })
            .collect();
        let silent = self.explained.uses.iter().filter(|used| used.by_default && used.ordinary).count();
        let mut lines: Vec<String> = table::aligned(&rows).lines().map(str::to_owned).collect();
        if silent > 0 {
            lines.push(format!("Docker's defaults for {silent} other{}", crate::cli::sources::plural(silent)));
        }
        lines
    }

    fn grants(&self) -> Vec<String> {
        let it = self.explained;
        if it.grants.is_empty() && it.role.is_some() && it.operation.is_some() {
            return vec!["none is for this operation".to_owned()];
        }
        let mut lines: Vec<String> = it.grants.iter().flat_map(|near| self.grant(near)).collect();
        if it.more_grants > 0 {
            lines.push(format!("and {} more that are further away", it.more_grants));
        }
        lines
    }

    fn grant(&self, near: &Near) -> Vec<String> {
        let whole = if near.why.is_empty() { self.paint.good("fits") } else { self.paint.bad("does not fit") };
        let mut lines = vec![format!("{} {whole}", near.place)];
        lines.extend(near.why.iter().map(|why| format!("  may not {}", why.sentence)));
        lines
    }

    fn verdict_lines(&self) -> Vec<String> {
        let mut lines = vec![self.verdict()];
        match &self.explained.verdict {
            Verdict::Allow(allowed) if self.explained.unexamined => {
                lines.push(format!("by {}, which reads nothing of it", allowed.by()));
            }
            Verdict::Allow(allowed) => lines.push(format!("by {}", allowed.by())),
            Verdict::Deny { denial, absent } => {
                lines.push(denial.to_string());
                lines.extend(denial.nearest.as_ref().map(|place| format!("see {place}")));
                lines.extend(absent.then(|| "the client reads that the object is not there".to_owned()));
            }
            Verdict::NoRole(none) => lines.push(none.to_string()),
            Verdict::Refuse(refusal) => lines.push(format!("with {}: {refusal}", refusal.status)),
        }
        lines
    }

    fn change(&self) -> Vec<String> {
        match self.change {
            None => Vec::new(),
            Some(Change::Nothing(why)) => std::iter::once("no entry can allow it:".to_owned())
                .chain(why.iter().map(|why| format!("  {why}")))
                .collect(),
            Some(Change::Entry(addition)) => added(addition),
        }
    }

    fn next(&self) -> Vec<String> {
        let names = |ops: &[Op]| ops.iter().map(|op| op.name()).collect::<Vec<_>>().join(", ");
        let all = self.explained.next.iter();
        all.map(|(command, ops)| format!("`{command}` also asks {}, which the role may never do", names(ops))).collect()
    }
}

fn said(why: &Why) -> String {
    let place = why.place.as_ref().map(|place| format!(" [{place}]")).unwrap_or_default();
    format!("may not {}{place}", why.sentence)
}

fn values(uses: &[&Used]) -> String {
    let value = |used: &&Used| match used.by_default {
        true if used.value != "Docker's default" => format!("{} (Docker's default)", used.value),
        _ => used.value.clone(),
    };
    let mut text = uses.iter().take(VALUES).map(value).collect::<Vec<_>>().join(", ");
    if uses.len() > VALUES {
        text += &format!(" and {} more", uses.len() - VALUES);
    }
    text
}

/// The body without what says nothing: clients send every field that they know.
fn telling(body: &str) -> Option<String> {
    let mut value: Value = serde_json::from_str(body).ok()?;
    prune(&mut value);
    (!is_silent(&value)).then(|| value.to_string())
}

fn prune(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.values_mut().for_each(prune);
            fields.retain(|_, value| !is_silent(value));
        }
        Value::Array(items) => items.iter_mut().for_each(prune),
        _ => {}
    }
}

fn is_silent(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Number(number) => number.as_i64() == Some(0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(true) => false,
    }
}

fn cut(body: &str) -> String {
    match body.char_indices().nth(BODY) {
        Some((at, _)) => format!("{}… ({} bytes)", body.get(..at).unwrap_or_default(), body.len()),
        None => body.to_owned(),
    }
}

fn added(addition: &Addition) -> Vec<String> {
    let role = &addition.role;
    let mut lines = vec![match &addition.after {
        Some((file, line)) => format!("in `may` of the role {role}, behind {file}:{line}:"),
        None => format!("in `may` of the role {role}, written with an entry on each line (not tried):"),
    }];
    lines.extend(addition.lines.iter().cloned());
    if let Some((place, word, value)) = &addition.limit {
        lines.push(format!("or at {place}, where `{word}` would have to hold {value} as well"));
    }
    lines.extend(addition.notes.iter().map(|note| format!("look at this: {note}")));
    lines
}
