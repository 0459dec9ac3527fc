//! Reading nodes of the tree by what the language expects of them.

use super::report::{Report, Span, meant};
use super::text::{listed, shown};
use super::tree::{Content, Node, Pair};

/// A file's report together with what its `$names` stand for.
pub(crate) struct Reader<'s, 't> {
    pub(crate) report: Report<'s>,
    lets: Vec<Let<'t>>,
    /// Whether `$name` is a text like any other.
    literal: bool,
}

struct Let<'t> {
    pair: &'t Pair,
    used: bool,
}

impl<'s, 't> Reader<'s, 't> {
    pub(crate) fn new(report: Report<'s>) -> Self {
        Self { report, lets: Vec::new(), literal: false }
    }

    /// Reads what a program has written, where nothing stands for anything else.
    pub(crate) fn literal(report: Report<'s>) -> Self {
        Self { report, lets: Vec::new(), literal: true }
    }

    /// Takes the values under `let`; one may not use another, so that order never matters.
    pub(crate) fn define(&mut self, pairs: &'t [Pair]) {
        for pair in pairs {
            if pair.value.content == Content::Null {
                self.report.problem(pair.key.span, format!("{} stands for nothing", shown(&pair.key.text)));
            }
            if let Some(node) = used_name(&pair.value) {
                self.report.problem(node.span, "a `let` cannot use another");
            } else {
                self.lets.push(Let { pair, used: false });
            }
        }
    }

    /// The names under `let` that nothing uses.
    pub(crate) fn unused(&self) -> Vec<&'t Pair> {
        self.lets.iter().filter(|known| !known.used).map(|known| known.pair).collect()
    }

    /// The node itself, or what its `$name` stands for.
    pub(crate) fn resolve(&mut self, node: &'t Node) -> Option<&'t Node> {
        let name = node.text().filter(|_| !self.literal).and_then(|text| text.strip_prefix('$'));
        let Some(name) = name else { return Some(node) };
        if let Some(known) = self.lets.iter_mut().find(|known| known.pair.key.text == name) {
            known.used = true;
            return Some(&known.pair.value);
        }
        let known = self.lets.iter().map(|known| known.pair.key.text.as_str());
        self.report.unknown(node.span, format!("no `let` is called {}", shown(name)), name, known);
        None
    }

    /// The items of a list, a single value as a list of one; lists behind `$names` are spliced in.
    pub(crate) fn items(&mut self, node: &'t Node) -> Vec<&'t Node> {
        let Some(node) = self.resolve(node) else { return Vec::new() };
        let Content::List(items) = &node.content else { return vec![node] };
        let mut all = Vec::new();
        for item in items {
            match self.resolve(item).map(|found| (found, &found.content)) {
                // a list that is spliced in, not one that was written inside a list
                Some((found, Content::List(inner))) if !std::ptr::eq(found, item) => all.extend(inner),
                Some((found, _)) => all.push(found),
                None => {}
            }
        }
        all
    }

    /// The entries of a map whose keys are all known; unknown ones are reported.
    pub(crate) fn fields(&mut self, span: Span, node: &'t Node, what: &str, known: &[&str]) -> &'t [Pair] {
        let pairs = self.map(span, node, what);
        for pair in pairs.iter().filter(|pair| !known.contains(&pair.key.text.as_str())) {
            self.unknown_word(pair, known);
        }
        pairs
    }

    /// The entries of a map; anything else is reported.
    pub(crate) fn map(&mut self, span: Span, node: &'t Node, what: &str) -> &'t [Pair] {
        match &node.content {
            Content::Map(pairs) if !pairs.is_empty() => return pairs,
            Content::Map(_) | Content::Null => self.report.problem(span, format!("{what} is empty")),
            _ => self.report.problem(span, format!("{what} must be a map, but this is {}", node.kind())),
        }
        &[]
    }

    /// The items of a list that was written as one.
    pub(crate) fn list(&mut self, span: Span, node: &'t Node, what: &str) -> &'t [Node] {
        let help = "write each entry on a line of its own, with `- ` before it";
        match &node.content {
            Content::List(items) if !items.is_empty() => return items,
            Content::List(_) | Content::Null => self.report.problem(span, format!("{what} is empty")),
            _ => {
                let message = format!("{what} must be a list, but this is {}", node.kind());
                self.report.problem_with_help(span, message, help);
            }
        }
        &[]
    }

    /// A single word or number.
    pub(crate) fn word(&mut self, span: Span, node: &'t Node, what: &str) -> Option<&'t str> {
        let node = self.resolve(node)?;
        let text = node.text();
        if text.is_none() {
            self.report.problem(span, format!("{what} must be a single word, but this is {}", node.kind()));
        }
        text
    }

    pub(crate) fn unknown_word(&mut self, pair: &Pair, known: &[&str]) {
        let word = &pair.key.text;
        let message = format!("{} is not known to this dockgate", shown(word));
        match meant(word, known.iter().copied()).or_else(|| all(known)) {
            Some(help) => self.report.problem_with_help(pair.key.span, message, help),
            None => self.report.problem(pair.key.span, message),
        }
    }
}

/// Where no word comes near, and there are few: all of them.
fn all(known: &[&str]) -> Option<String> {
    const FEW: usize = 11;
    let words: Vec<String> = known.iter().map(|word| shown(word)).collect();
    (words.len() <= FEW).then(|| format!("there is {}", listed(&words, "and", FEW)))
}

fn used_name(node: &Node) -> Option<&Node> {
    match &node.content {
        Content::Null => None,
        Content::Scalar(text) => text.starts_with('$').then_some(node),
        Content::List(items) => items.iter().find_map(used_name),
        Content::Map(pairs) => pairs.iter().find_map(|pair| used_name(&pair.value)),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::super::{Source, tree};
    use super::*;

    /// A reader with the text's `let`, and the root of its tree.
    pub(in super::super) fn reader(text: &str) -> (Reader<'static, 'static>, &'static Node) {
        let source: &Source = Box::leak(Box::new(Source { name: "p.yaml".into(), text: text.into() }));
        let mut report = Report::new(source);
        let root: &Node = Box::leak(Box::new(tree::read(&mut report).expect("a tree")));
        let mut reader = Reader::new(report);
        if let Some(Pair { value: Node { content: Content::Map(pairs), .. }, .. }) = root.get("let") {
            reader.define(pairs);
        }
        (reader, root)
    }

    pub(in super::super) fn messages(reader: &Reader<'_, '_>) -> Vec<String> {
        reader.report.problems.iter().map(ToString::to_string).collect()
    }

    fn items(text: &str) -> (Vec<String>, Vec<String>) {
        let (mut reader, root) = reader(text);
        let items = reader.items(&root.get("a").unwrap().value);
        let texts = items.iter().map(|node| node.text().unwrap_or(node.kind()).to_owned()).collect();
        (texts, messages(&reader))
    }

    #[test]
    fn names_stand_for_their_values_and_lists_are_spliced() {
        let lets = "let: { one: x, two: [y, z] }\n";
        let cases = [("[b, $one]", "b x"), ("$two", "y z"), ("[b, $two, c]", "b y z c"), ("b", "b"), ("[]", "")];
        for (value, expected) in cases {
            let (texts, problems) = items(&format!("{lets}a: {value}\n"));
            assert_eq!((texts.join(" ").as_str(), problems), (expected, vec![]), "{value}");
        }
    }

    #[test]
    fn lists_inside_lists_stay_what_they_are() {
        assert_eq!(items("a: [[b]]\n").0, ["a list"]);
    }

    #[test]
    fn unknown_and_nested_names_are_problems() {
        let (texts, problems) = items("let: { hosts: x }\na: [$host, b]\n");
        assert_eq!(texts, ["b"]);
        assert_eq!(problems, ["p.yaml:2:5: no `let` is called `host`; did you mean `hosts`?"]);
        let (reader, _) = reader("let: { x: a, y: [$x], z: }\na: b\n");
        let expected = ["p.yaml:1:18: a `let` cannot use another", "p.yaml:1:23: `z` stands for nothing"];
        assert_eq!(messages(&reader), expected);
    }

    #[test]
    fn what_is_used_is_remembered() {
        let (mut reader, root) = reader("let: { x: 1, y: 2 }\na: $x\n");
        reader.resolve(&root.get("a").unwrap().value);
        let unused: Vec<_> = reader.unused().iter().map(|pair| pair.key.text.as_str()).collect();
        assert_eq!(unused, ["y"]);
    }

    #[test]
    fn shapes_are_held_to() {
        let (mut reader, root) = reader("m: x\nl: x\nem: {}\nel: []\nw: [x]\nn:\n");
        let span = Span { line: 7, column: 1, ..Span::default() };
        let node = |key| &root.get(key).unwrap().value;
        reader.map(span, node("m"), "`m`");
        reader.list(span, node("l"), "`l`");
        reader.map(span, node("em"), "`em`");
        reader.list(span, node("el"), "`el`");
        reader.word(span, node("w"), "`w`");
        reader.list(span, node("n"), "`n`");
        let expected = [
            "p.yaml:7:1: `m` must be a map, but this is a single word",
            "p.yaml:7:1: `l` must be a list, but this is a single word; \
             write each entry on a line of its own, with `- ` before it",
            "p.yaml:7:1: `em` is empty",
            "p.yaml:7:1: `el` is empty",
            "p.yaml:7:1: `w` must be a single word, but this is a list",
            "p.yaml:7:1: `n` is empty",
        ];
        assert_eq!(messages(&reader), expected);
    }

    #[test]
    fn unknown_keys_come_with_the_nearest_known_one() {
        let (mut reader, root) = reader("roels: 1\ntenant: x\nroles: 2\n");
        reader.fields(Span::default(), root, "the policy", &["roles", "parts"]);
        let expected = [
            "p.yaml:1:1: `roels` is not known to this dockgate; did you mean `roles`?",
            "p.yaml:2:1: `tenant` is not known to this dockgate; there is `roles` and `parts`",
        ];
        assert_eq!(messages(&reader), expected);
    }
}
