//! The values of a limit as they are written, before they get a type.

use super::limit::flag;
use super::reader::Reader;
use super::report::Span;
use super::text::shown;
use super::tree::{Content, Node, Pair};
use super::vocabulary::VALUE;

/// What a limit allows, as written.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Written<'t> {
    Any,
    /// `none` is the empty list.
    List(Vec<Item<'t>>),
}

/// One value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Item<'t> {
    pub(super) span: Span,
    pub(super) form: Form<'t>,
}

/// The forms that a value can take.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Form<'t> {
    /// `default`: what Docker does when it is left out.
    Default,
    /// `{ name: own }`: exactly this, though the word is a keyword or has a `*`.
    Exactly(&'t str),
    /// `{ from: /srv, read_only: true }`: a path, perhaps to read only.
    From(&'t str, bool),
    /// `{ label: tier=web }`: what the daemon says of it.
    Object(&'t [Pair]),
    /// `own`: what carries the label of the role's tenant.
    Own,
    /// `{ min: 1, max: 5 }`
    Range(Option<&'t str>, Option<&'t str>),
    /// `{ regex: ... }`
    Regex(&'t str),
    /// A word or glob.
    Word(&'t str),
}

/// Words of the language that stand for no name.
const RESERVED: &[&str] = &["any", "anyone", "everything", "none"];

impl<'t> Reader<'_, 't> {
    /// The values of a limit whose key stands at `span`.
    pub(super) fn written(&mut self, span: Span, node: &'t Node) -> Option<Written<'t>> {
        let node = self.resolve(node)?;
        match &node.content {
            Content::Null => {
                let help = "write `any`, `none`, a value, or a list of values";
                self.report.problem_with_help(span, "the limit has no value", help);
                None
            }
            Content::Scalar(word) if word == "any" => Some(Written::Any),
            Content::Scalar(word) if word == "none" => Some(Written::List(Vec::new())),
            _ => {
                let nodes = self.items(node);
                // what was reported is left out, so that the rest is judged all the same
                let items: Vec<Item<'t>> = nodes.iter().filter_map(|node| self.item(node)).collect();
                (nodes.is_empty() || !items.is_empty()).then_some(Written::List(items))
            }
        }
    }

    fn item(&mut self, node: &'t Node) -> Option<Item<'t>> {
        let form = match &node.content {
            Content::Scalar(word) => self.word_form(node.span, word),
            Content::Map(pairs) => self.map_form(node.span, pairs),
            Content::Null | Content::List(_) => {
                self.report.problem(node.span, format!("a value must be a word or a map, but this is {}", node.kind()));
                None
            }
        };
        let span = if let Content::Map(pairs) = &node.content { map_span(node.span, pairs) } else { node.span };
        form.map(|form| Item { span, form })
    }

    fn word_form(&mut self, span: Span, word: &'t str) -> Option<Form<'t>> {
        match word {
            "default" => return Some(Form::Default),
            "own" => return Some(Form::Own),
            _ => {}
        }
        if !RESERVED.contains(&word) {
            return Some(Form::Word(word));
        }
        let (message, help) = match word {
            "any" | "none" => (format!("{} stands alone, not in a list", shown(word)), None),
            _ => (
                format!("{} is not known to this dockgate as a value", shown(word)),
                Some(format!("a thing that is really called so is `{{ name: {word} }}`")),
            ),
        };
        match help {
            Some(help) => self.report.problem_with_help(span, message, help),
            None => self.report.problem(span, message),
        }
        None
    }

    fn map_form(&mut self, span: Span, pairs: &'t [Pair]) -> Option<Form<'t>> {
        let keys: Vec<&str> = pairs.iter().map(|pair| pair.key.text.as_str()).collect();
        let value = |reader: &mut Self, key: &str| {
            let pair = pairs.iter().find(|pair| pair.key.text == key)?;
            reader.word(pair.key.span, &pair.value, &shown(key))
        };
        match keys.as_slice() {
            ["regex"] => value(self, "regex").map(Form::Regex),
            ["name"] => value(self, "name").map(Form::Exactly),
            ["from"] => value(self, "from").map(|from| Form::From(from, false)),
            ["from", "read_only"] | ["read_only", "from"] => {
                let (from, word) = (value(self, "from")?, value(self, "read_only")?);
                self.read_only(span, word).map(|read_only| Form::From(from, read_only))
            }
            ["min"] => value(self, "min").map(|min| Form::Range(Some(min), None)),
            ["max"] => value(self, "max").map(|max| Form::Range(None, Some(max))),
            ["min", "max"] | ["max", "min"] => {
                let (min, max) = (value(self, "min")?, value(self, "max")?);
                Some(Form::Range(Some(min), Some(max)))
            }
            facts if !facts.is_empty() && facts.iter().all(|key| OBJECT_KEYS.contains(key)) => {
                Some(Form::Object(pairs))
            }
            _ if self.knows_all(pairs) => {
                let help = "a value is a word, `{ regex: ... }`, `{ name: ... }`, `{ min: ..., max: ... }` \
                            or `{ from: ..., read_only: true }`";
                self.report.problem_with_help(map_span(span, pairs), "this map is no value", help);
                None
            }
            _ => None,
        }
    }

    /// Whether every key belongs to some value; one that does not is reported.
    fn knows_all(&mut self, pairs: &[Pair]) -> bool {
        let unknown = pairs.iter().find(|pair| !VALUE.all.contains(&pair.key.text.as_str()));
        if let Some(Pair { key, .. }) = unknown {
            let message = format!("{} is not known to this dockgate in a value", shown(&key.text));
            self.report.unknown(key.span, message, &key.text, VALUE.all.iter().copied());
        }
        unknown.is_none()
    }
}

/// The facts by which a value names objects; a `name` alone is a word as it stands.
pub(crate) const OBJECT_KEYS: &[&str] = &["label", "name", "project"];

impl Reader<'_, '_> {
    fn read_only(&mut self, span: Span, word: &str) -> Option<bool> {
        let read = flag(word);
        if read.is_none() {
            self.report.problem(span, format!("{} is neither `true` nor `false`", shown(word)));
        }
        read
    }
}

/// A map has no text of its own to underline, so its first key stands for it.
pub(super) fn map_span(span: Span, pairs: &[Pair]) -> Span {
    pairs.first().map_or(span, |pair| pair.key.span)
}

#[cfg(test)]
mod tests {
    use super::super::reader::tests::{messages, reader};
    use super::*;

    fn written(text: &str) -> (Option<Written<'static>>, Vec<String>) {
        let (mut reader, root) = reader(&format!("let: {{ l: [x, y] }}\na: {text}\n"));
        let pair = root.get("a").unwrap();
        let written = reader.written(pair.key.span, &pair.value);
        (written, messages(&reader))
    }

    fn forms(text: &str) -> Vec<Form<'static>> {
        match written(text) {
            (Some(Written::List(items)), problems) if problems.is_empty() => {
                items.into_iter().map(|item| item.form).collect()
            }
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn values_have_few_forms() {
        assert_eq!(written("any").0, Some(Written::Any));
        assert_eq!(forms("none"), []);
        assert_eq!(forms("[]"), []);
        assert_eq!(forms("x"), [Form::Word("x")]);
        assert_eq!(forms("[x, default, own]"), [Form::Word("x"), Form::Default, Form::Own]);
        assert!(matches!(forms("{ label: a=b }").as_slice(), [Form::Object([_])]));
        assert!(matches!(forms("[{ name: a, project: b }]").as_slice(), [Form::Object([_, _])]));
        assert_eq!(forms("{ regex: a+ }"), [Form::Regex("a+")]);
        assert_eq!(forms("[{ name: own }, b]"), [Form::Exactly("own"), Form::Word("b")]);
        assert_eq!(forms("{ from: /a }"), [Form::From("/a", false)]);
        assert_eq!(forms("{ read_only: true, from: /a }"), [Form::From("/a", true)]);
        assert_eq!(forms("{ max: 5 }"), [Form::Range(None, Some("5"))]);
        assert_eq!(forms("{ max: 5, min: 1 }"), [Form::Range(Some("1"), Some("5"))]);
        assert_eq!(forms("[a, $l]"), [Form::Word("a"), Form::Word("x"), Form::Word("y")]);
    }

    #[test]
    fn everything_else_is_a_problem() {
        let cases = [
            ("", "p.yaml:2:1: the limit has no value; write `any`, `none`, a value, or a list of values"),
            ("[any]", "p.yaml:2:5: `any` stands alone, not in a list"),
            (
                "everything",
                "p.yaml:2:4: `everything` is not known to this dockgate as a value; \
                 a thing that is really called so is `{ name: everything }`",
            ),
            ("[[x]]", "p.yaml:2:5: a value must be a word or a map, but this is a list"),
            ("{ form: x }", "p.yaml:2:6: `form` is not known to this dockgate in a value; did you mean `from`?"),
            (
                "{ max: 1, from: /x }",
                "p.yaml:2:6: this map is no value; a value is a word, `{ regex: ... }`, `{ name: ... }`, \
                 `{ min: ..., max: ... }` or `{ from: ..., read_only: true }`",
            ),
            ("{ regex: [x] }", "p.yaml:2:6: `regex` must be a single word, but this is a list"),
            ("$z", "p.yaml:2:4: no `let` is called `z`"),
        ];
        for (text, expected) in cases {
            let (written, problems) = written(text);
            assert_eq!((written, problems), (None, vec![expected.to_owned()]), "{text}");
        }
    }
}
