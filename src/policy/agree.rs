//! A second reading by another YAML parser: what two readers understand
//! differently could mean something other than it looks like.

use super::report::Report;
use super::tree::{Content, Node, Pair};
use serde_yaml::{Mapping, Value};

/// Reports where a second reader does not find the same tree.
pub(super) fn check(report: &mut Report<'_>, root: &Node) {
    let differing = match serde_yaml::from_str::<Value>(&report.source.text) {
        Ok(value) => difference(root, &value),
        Err(_) => Some(root),
    };
    if let Some(node) = differing {
        let help = "write it more plainly: quotes around odd words, no tricks with indentation";
        report.problem_with_help(node.span, "two YAML readers do not understand this in the same way", help);
    }
}

/// The innermost node that the other reader sees differently.
fn difference<'t>(node: &'t Node, other: &Value) -> Option<&'t Node> {
    match (&node.content, other) {
        (Content::Null, Value::Null) => None,
        (Content::Scalar(text), _) => (!same_scalar(text, other)).then_some(node),
        (Content::List(items), Value::Sequence(others)) if items.len() == others.len() => {
            items.iter().zip(others).find_map(|(item, other)| difference(item, other))
        }
        (Content::Map(pairs), Value::Mapping(others)) if pairs.len() == others.len() => {
            differing_pair(node, pairs, others)
        }
        _ => Some(node),
    }
}

fn differing_pair<'t>(node: &'t Node, pairs: &'t [Pair], others: &Mapping) -> Option<&'t Node> {
    pairs.iter().zip(others).find_map(|(pair, (key, value))| {
        if same_scalar(&pair.key.text, key) { difference(&pair.value, value) } else { Some(node) }
    })
}

/// The other reader gives types to plain scalars: the text read alone must give the same.
fn same_scalar(text: &str, other: &Value) -> bool {
    match other {
        Value::String(string) => string == text,
        Value::Bool(_) | Value::Number(_) => serde_yaml::from_str::<Value>(text).is_ok_and(|alone| alone == *other),
        Value::Null | Value::Sequence(_) | Value::Mapping(_) | Value::Tagged(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::Source;
    use super::super::tree;
    use super::*;

    fn problems(text: &str) -> Vec<String> {
        let source = Source { name: "p.yaml".into(), text: text.into() };
        let mut report = Report::new(&source);
        if let Some(root) = tree::read(&mut report) {
            check(&mut report, &root);
        }
        report.problems.iter().map(|p| p.message.clone()).collect()
    }

    #[test]
    fn ordinary_policies_read_the_same_twice() {
        let texts = [
            "version: 1\nroles:\n  a:\n    who: [{ uid: 1001 }]\n    may: [ping]\n",
            "a: \"x\\ty\"\nb: 'it''s'\nc: |\n  one\n  two\nd: >-\n  folded\n  text\n",
            "a: true\nb: on\nc: 0x10\nd: 1.5\ne: ~\nf:\ng: .nan\nh: 007\n1: one\ntrue: yes\n",
            "- GET /containers/{id}/json\n- [a, b]\n- {a: b, c: [d]}\n",
        ];
        for text in texts {
            assert_eq!(problems(text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn a_tree_that_another_reader_would_not_see_is_found() {
        let source = Source { name: "p.yaml".into(), text: "a: [x]\n".into() };
        let mut report = Report::new(&source);
        let root = tree::read(&mut report).expect("a tree");
        let cases = ["a: [x]", "a: x", "a: [y]", "b: [x]", "a: [x, x]", "[a]", "a:", "{a: [x], b: c}"];
        let differs = cases.map(|text| difference(&root, &serde_yaml::from_str(text).unwrap()).is_some());
        assert_eq!(differs, [false, true, true, true, true, true, true, true]);
    }
}
