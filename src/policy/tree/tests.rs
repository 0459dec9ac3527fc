use super::super::Source;
use super::*;

fn read_text(text: &str) -> (Option<Node>, Vec<String>) {
    let source = Source { name: "p.yaml".into(), text: text.into() };
    let mut report = Report::new(&source);
    let tree = read(&mut report);
    let lines = report.problems.iter().map(|p| format!("{}:{}: {}", p.spot.line, p.spot.column, p.message));
    (tree, lines.collect())
}

fn problems(text: &str) -> Vec<String> {
    read_text(text).1
}

#[test]
fn nodes_know_their_places() {
    let text = "# ü\nwörd: [one, two]\n";
    let (tree, problems) = read_text(text);
    assert!(problems.is_empty());
    let tree = tree.unwrap();
    let pair = tree.get("wörd").unwrap();
    assert_eq!((pair.key.span.line, pair.key.span.column), (2, 1));
    let Content::List(items) = &pair.value.content else { panic!("a list") };
    let bytes = items[1].span.bytes;
    assert_eq!(&text[bytes.start..bytes.end], "two");
    assert_eq!(items[1].text(), Some("two"));
}

#[test]
fn scalars_keep_their_text_and_only_plain_nothing_is_null() {
    let (tree, _) = read_text("a: 007\nb: ''\nc:\nd: ~\ne: 'null'\nf: yes\n");
    let tree = tree.unwrap();
    let content = |key| tree.get(key).unwrap().value.content.clone();
    assert_eq!(content("a"), Content::Scalar("007".into()));
    assert_eq!(content("b"), Content::Scalar(String::new()));
    assert_eq!(content("c"), Content::Null);
    assert_eq!(content("d"), Content::Null);
    assert_eq!(content("e"), Content::Scalar("null".into()));
    assert_eq!(content("f"), Content::Scalar("yes".into()));
}

#[test]
fn equal_nodes_say_the_same() {
    let node = |text| read_text(text).0.unwrap();
    assert_eq!(node("{a: 1, b: [x]}"), node("b:\n- x\na: '1'\n"));
    assert_ne!(node("{a: 1}"), node("{a: 2}"));
    assert_ne!(node("[x, y]"), node("[y, x]"));
    assert_ne!(node("{a: 1}"), node("{a: 1, b: 2}"));
}

#[test]
fn what_yaml_has_beyond_trees_is_refused() {
    let cases = [
        ("a: &x 1\n", "1:4: YAML anchors are not read here"),
        ("a: !!str 1\n", "1:4: YAML tags are not read here"),
        ("a: {}\n<<: {b: 1}\n", "2:1: YAML merge keys are not read here"),
        ("a: 1\n---\nb: 1\n", "2:1: a second document starts here"),
        ("a: 1\na: 2\n", "2:1: the key `a` is written twice"),
        ("? [a]\n: 1\n", "1:3: a key must be a word, but this is a list"),
        ("'': 1\n", "1:1: a key must be a word, but this is ``"),
    ];
    for (text, expected) in cases {
        assert_eq!(problems(text), [expected], "{text}");
    }
}

#[test]
fn aliases_are_refused() {
    let found = problems("a: &x [1]\nb: *x\n");
    assert_eq!(found, ["1:4: YAML anchors are not read here", "2:4: YAML aliases are not read here"]);
}

#[test]
fn an_empty_text_is_a_problem() {
    for text in ["", "\n\n", "# nothing\n", "---\n"] {
        assert_eq!(problems(text), ["1:1: the file is empty"], "{text:?}");
    }
}

#[test]
fn text_that_is_not_yaml_is_a_problem_with_a_place() {
    for text in ["a: [", "a: b: c\n", "\"", "a:\n\t- b\n", "%", "a: 'x\n"] {
        let found = problems(text);
        assert_eq!(found.len(), 1, "{text:?}: {found:?}");
        assert!(found[0].contains("this is not YAML"), "{found:?}");
    }
}

#[test]
fn size_depth_and_number_are_bounded() {
    let long = format!("a: {}\n", "x".repeat(MAX_FILE));
    let deep = format!("a: {}{}\n", "[".repeat(MAX_DEPTH + 1), "]".repeat(MAX_DEPTH + 1));
    let many = format!("[{}]\n", "a,".repeat(MAX_NODES + 1));
    assert_eq!(problems(&long), ["1:1: the file is larger than 1024 KiB"]);
    assert!(problems(&deep)[0].contains("nested more than 32 deep"));
    assert!(problems(&many)[0].contains("more than 50000 words"));
}

#[test]
fn invisible_characters_are_refused_even_in_comments() {
    let cases = [
        ("a: b # \u{202e}x\n", "1:8: an invisible character stands here: U+202E"),
        ("\u{feff}a: b\n", "1:1: an invisible character stands here: U+FEFF"),
        ("a: b\nc: \u{200b}d\n", "2:4: an invisible character stands here: U+200B"),
    ];
    for (text, expected) in cases {
        assert_eq!(problems(text), [expected], "{text:?}");
    }
}

#[test]
fn escapes_and_foreign_letters_inside_scalars_are_found() {
    let inside = |text: &str| {
        let source = Source { name: "p.yaml".into(), text: text.into() };
        let mut report = Report::new(&source);
        let tree = read(&mut report).unwrap();
        super::super::hidden::look_inside(&mut report, &tree);
        report.problems.into_iter().map(|p| p.message).collect::<Vec<_>>()
    };
    assert_eq!(inside("a: \"x\\u202ey\"\n"), ["`x\\u{202e}y` holds an invisible character"]);
    assert_eq!(inside("- pіng\n"), ["`pіng` mixes letters of several scripts"]);
    assert_eq!(inside("rоles: x\n"), ["`rоles` mixes letters of several scripts"]);
    assert!(inside("it: pіng\n").is_empty(), "prose may be in any language");
    assert!(inside("a: größe\n").is_empty());
}
