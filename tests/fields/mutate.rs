//! Bodies changed so that two readers could read them in two ways, and some so that nobody could.

use super::generate::Random;

/// JSON in pieces. Keys and plain values keep their spelling, and a key may come twice.
#[derive(Clone, Debug)]
enum Node {
    Plain(Vec<u8>),
    List(Vec<Node>),
    Object(Vec<Entry>),
}

type Entry = (Vec<u8>, Node);

/// What is done to a body: its name, how often it is drawn, and how.
type Mutation = (&'static str, usize, fn(&mut Mutator) -> Option<()>);

/// The first ones change the spelling alone, the others what somebody reads.
const MUTATIONS: &[Mutation] = &[
    ("as it is", 16, |_| Some(())),
    ("blanks", 14, |mutator| mutator.blanks()),
    ("escapes", 20, |mutator| mutator.escapes()),
    ("another order", 12, |mutator| mutator.reorder()),
    ("null for a field", 16, |mutator| mutator.null_field()),
    ("nothing under an unknown key", 12, |mutator| mutator.nothing()),
    ("a key twice", 10, |mutator| mutator.twice()),
    ("a key twice, in another case", 10, |mutator| mutator.twice_in_another_case()),
    ("another type", 10, |mutator| mutator.another_type()),
    ("null anywhere", 6, |mutator| mutator.null()),
    ("null in a list", 6, |mutator| mutator.null_in_list()),
    ("a part of the host's at the top", 6, |mutator| mutator.hoist()),
    ("a part in a part", 5, |mutator| mutator.nest()),
    ("data behind", 6, |mutator| mutator.behind()),
    ("odd bytes", 6, |mutator| mutator.odd_bytes()),
];

/// What stands where something else belongs.
const OTHERS: &[&str] = &[
    "null",
    "true",
    "\"true\"",
    "0",
    "1",
    "\"1\"",
    "1.0",
    "1e3",
    "-0",
    "9223372036854775808",
    "\"\"",
    "\"x\"",
    "[]",
    "[null]",
    "[\"/:/r\"]",
    "[null,\"/:/r\"]",
    "{}",
    "{\"a\":null}",
    "{\"Privileged\":true}",
    "{\"HostConfig\":{\"Privileged\":true}}",
];

const NOTHINGS: &[&str] = &["null", "false", "0", "\"\"", "[]", "{}"];

const BEHIND: &[&str] = &[
    "{}",
    "]",
    "}",
    "}{\"HostConfig\":{\"Privileged\":true}}",
    "]{\"HostConfig\":{\"Privileged\":true}}",
    " {\"HostConfig\":{\"Privileged\":true}}",
    "\0",
    "null",
    "\n//",
    ",",
    "\u{feff}",
];

const BLANKS: &[&str] = &["", "", " ", "\t", "\r\n", "   ", "\n\n"];

/// What belongs into no text: half a letter, half a pair, a control character, an overlong slash.
const ODD_BYTES: &[&[u8]] =
    &[b"\xff", b"\\ud800", b"\\udc00x", b"\x01", b"\xc0\xaf", b"\\u0000", b"\xed\xa0\x80", b"\\x"];

/// One body on its way.
pub(crate) struct Mutator<'r> {
    random: &'r mut Random,
    root: Node,
    blanks: bool,
    behind: &'static str,
}

/// A body made of a plain one, and what was done to it.
pub(crate) fn mutate(plain: &str, random: &mut Random) -> (Vec<u8>, &'static str) {
    let root = Reader { text: plain.as_bytes(), at: 0 }.value();
    let mut mutator = Mutator { random, root, blanks: false, behind: "" };
    let mut done = mutator.once();
    if mutator.random.once_in(6) {
        done = mutator.once();
    }
    (mutator.written(), done)
}

impl Mutator<'_> {
    /// Does one thing; another, if the body has no place for it.
    fn once(&mut self) -> &'static str {
        loop {
            let all: usize = MUTATIONS.iter().map(|(_, weight, _)| weight).sum();
            let mut drawn = self.random.below(all);
            let found = MUTATIONS.iter().find(|(_, weight, _)| {
                let here = drawn < *weight;
                drawn = drawn.wrapping_sub(*weight);
                here
            });
            let (name, _, change) = found.expect("a mutation");
            if change(self).is_some() {
                return name;
            }
        }
    }

    /// A node of a kind, any of them.
    fn any(&mut self, wanted: fn(&Node) -> bool) -> Option<&mut Node> {
        let all = count(&self.root, wanted);
        let mut n = self.random.below(all.max(1));
        nth(&mut self.root, wanted, &mut n)
    }

    fn any_object(&mut self) -> Option<&mut Vec<Entry>> {
        match self.any(|node| matches!(node, Node::Object(entries) if !entries.is_empty())) {
            Some(Node::Object(entries)) => Some(entries),
            _ => None,
        }
    }

    fn blanks(&mut self) -> Option<()> {
        self.blanks = true;
        Some(())
    }

    /// A letter of a key or a text, written as its number; a slash as `\/`.
    fn escapes(&mut self) -> Option<()> {
        let (which, at) = (self.random.below(3), self.random.below(64));
        if which < 2 {
            let entries = self.any_object()?;
            let count = entries.len();
            return escape(&mut entries[at % count].0, at);
        }
        match self.any(|node| matches!(node, Node::Plain(text) if text.len() > 2 && text[0] == b'"'))? {
            Node::Plain(text) => escape(text, at),
            _ => None,
        }
    }

    fn reorder(&mut self) -> Option<()> {
        let by = self.random.below(64);
        let entries = self.any_object()?;
        let by = by % entries.len();
        entries.rotate_left(by);
        Some(())
    }

    fn null_field(&mut self) -> Option<()> {
        let at = self.random.below(64);
        let entries = self.any_object()?;
        let at = at % entries.len();
        let without_it = entries[at].0.eq_ignore_ascii_case(b"\"Image\"");
        (!without_it).then(|| entries[at].1 = plain("null"))
    }

    fn nothing(&mut self) -> Option<()> {
        let (value, key) = (self.random.pick(NOTHINGS), self.random.pick(&["\"Unheard\"", "\"Of\\u0020it\"", "\"ſ\""]));
        // in a map every key is one of the client's
        let host = self.host()?;
        host.push((key.into(), plain(value)));
        Some(())
    }

    fn twice(&mut self) -> Option<()> {
        self.again(|key| key)
    }

    fn twice_in_another_case(&mut self) -> Option<()> {
        self.again(|key| {
            let swap = |b: u8| if b.is_ascii_lowercase() { b.to_ascii_uppercase() } else { b.to_ascii_lowercase() };
            if key.contains(&b'\\') { key } else { key.into_iter().map(swap).collect() }
        })
    }

    /// A key once more, with its value, another, or nothing.
    fn again(&mut self, key: fn(Vec<u8>) -> Vec<u8>) -> Option<()> {
        let (at, to, how) = (self.random.below(64), self.random.below(64), self.random.below(3));
        let other = self.random.pick(OTHERS);
        let entries = self.any_object()?;
        let (known, value) = entries[at % entries.len()].clone();
        let value = match (how, &value) {
            (0, _) => value,
            (1, Node::List(_)) => plain("[]"),
            (1, Node::Object(_)) => plain("{}"),
            (1, Node::Plain(_)) => plain("null"),
            _ => plain(other),
        };
        let to = to % (entries.len() + 1);
        entries.insert(to, (key(known), value));
        Some(())
    }

    fn another_type(&mut self) -> Option<()> {
        let other = self.random.pick(OTHERS);
        *self.any(|_| true)? = plain(other);
        Some(())
    }

    fn null(&mut self) -> Option<()> {
        *self.any(|_| true)? = plain("null");
        Some(())
    }

    fn null_in_list(&mut self) -> Option<()> {
        let at = self.random.below(64);
        let Node::List(items) = self.any(|node| matches!(node, Node::List(_)))? else { return None };
        let at = at % (items.len() + 1);
        items.insert(at, plain("null"));
        Some(())
    }

    fn host(&mut self) -> Option<&mut Vec<Entry>> {
        let Node::Object(entries) = &mut self.root else { return None };
        let host = entries.iter_mut().find(|(key, _)| key.eq_ignore_ascii_case(b"\"HostConfig\""))?;
        if let Node::Object(entries) = &mut host.1 { Some(entries) } else { None }
    }

    /// Fields of the host's at the top, where an older dockerd reads them; with or without the rest.
    fn hoist(&mut self) -> Option<()> {
        let (alone, count) = (self.random.once_in(2), 1 + self.random.below(3));
        let host = self.host()?;
        let taken = host.split_off(host.len().saturating_sub(count));
        let Node::Object(entries) = &mut self.root else { return None };
        if alone {
            entries.retain(|(key, _)| !key.eq_ignore_ascii_case(b"\"HostConfig\""));
        }
        entries.extend(taken);
        Some(())
    }

    /// A body in a body, host's parts in themselves, or under a name that Docker's own code has.
    fn nest(&mut self) -> Option<()> {
        let all = self.root.clone();
        match self.random.below(3) {
            0 => self.root = Node::Object(vec![(b"\"Config\"".into(), all)]),
            1 => {
                let host = self.host()?;
                let inner = Node::Object(host.clone());
                host.push((b"\"HostConfig\"".into(), inner));
            }
            _ => {
                let host = self.host()?;
                let inner = Node::Object(std::mem::take(host));
                host.push((b"\"Resources\"".into(), inner));
            }
        }
        Some(())
    }

    fn behind(&mut self) -> Option<()> {
        self.behind = self.random.pick(BEHIND);
        Some(())
    }

    /// In a text or a key.
    fn odd_bytes(&mut self) -> Option<()> {
        let (odd, key) = (self.random.pick(ODD_BYTES), self.random.once_in(2));
        let text = if key {
            let at = self.random.below(64);
            let entries = self.any_object()?;
            let count = entries.len();
            &mut entries[at % count].0
        } else {
            match self.any(|node| matches!(node, Node::Plain(text) if text.starts_with(b"\"")))? {
                Node::Plain(text) => text,
                _ => return None,
            }
        };
        let end = text.len() - 1;
        text.splice(end..end, odd.iter().copied());
        Some(())
    }

    fn written(mut self) -> Vec<u8> {
        let root = std::mem::replace(&mut self.root, plain("null"));
        let mut out = Vec::new();
        self.write(&root, &mut out);
        self.blank(&mut out);
        out.extend(self.behind.as_bytes());
        out
    }

    fn blank(&mut self, out: &mut Vec<u8>) {
        if self.blanks {
            out.extend(self.random.pick(BLANKS).as_bytes());
        }
    }

    fn write(&mut self, node: &Node, out: &mut Vec<u8>) {
        self.blank(out);
        match node {
            Node::Plain(text) => out.extend(text),
            Node::List(items) => {
                out.push(b'[');
                for (at, item) in items.iter().enumerate() {
                    out.extend((at > 0).then_some(b','));
                    self.write(item, out);
                    self.blank(out);
                }
                out.push(b']');
            }
            Node::Object(entries) => {
                out.push(b'{');
                for (at, (key, value)) in entries.iter().enumerate() {
                    out.extend((at > 0).then_some(b','));
                    self.blank(out);
                    out.extend(key);
                    self.blank(out);
                    out.push(b':');
                    self.write(value, out);
                    self.blank(out);
                }
                out.push(b'}');
            }
        }
    }
}

fn plain(text: &str) -> Node {
    Node::Plain(text.into())
}

fn count(node: &Node, wanted: fn(&Node) -> bool) -> usize {
    let inside: usize = match node {
        Node::Plain(_) => 0,
        Node::List(items) => items.iter().map(|item| count(item, wanted)).sum(),
        Node::Object(entries) => entries.iter().map(|(_, value)| count(value, wanted)).sum(),
    };
    inside + usize::from(wanted(node))
}

fn nth<'n>(node: &'n mut Node, wanted: fn(&Node) -> bool, n: &mut usize) -> Option<&'n mut Node> {
    if wanted(node) {
        if *n == 0 {
            return Some(node);
        }
        *n -= 1;
    }
    match node {
        Node::Plain(_) => None,
        Node::List(items) => items.iter_mut().find_map(|item| nth(item, wanted, n)),
        Node::Object(entries) => entries.iter_mut().find_map(|(_, value)| nth(value, wanted, n)),
    }
}

/// One letter of a quoted text as an escape.
fn escape(text: &mut Vec<u8>, at: usize) -> Option<()> {
    if text.len() < 3 || text.contains(&b'\\') {
        return None;
    }
    let at = 1 + at % (text.len() - 2);
    let letter = text[at];
    if !letter.is_ascii() {
        return None;
    }
    let escaped = if letter == b'/' { "\\/".to_owned() } else { format!("\\u{letter:04x}") };
    text.splice(at..=at, escaped.into_bytes());
    Some(())
}

/// Reads what the generator writes, which is plain.
struct Reader<'a> {
    text: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn peek(&mut self) -> u8 {
        while self.text[self.at].is_ascii_whitespace() {
            self.at += 1;
        }
        self.text[self.at]
    }

    fn value(&mut self) -> Node {
        match self.peek() {
            b'{' => Node::Object(self.items(b'}', |reader| {
                let key = reader.string();
                assert_eq!(reader.peek(), b':');
                reader.at += 1;
                (key, reader.value())
            })),
            b'[' => Node::List(self.items(b']', Self::value)),
            b'"' => Node::Plain(self.string()),
            _ => {
                let ends = |b: &u8| b",]}".contains(b) || b.is_ascii_whitespace();
                let length = self.text[self.at..].iter().position(ends).unwrap_or(self.text.len() - self.at);
                self.at += length;
                Node::Plain(self.text[self.at - length..self.at].to_vec())
            }
        }
    }

    fn items<T>(&mut self, end: u8, item: fn(&mut Self) -> T) -> Vec<T> {
        let mut items = Vec::new();
        self.at += 1;
        while self.peek() != end {
            items.push(item(self));
            self.at += usize::from(self.peek() == b',');
        }
        self.at += 1;
        items
    }

    fn string(&mut self) -> Vec<u8> {
        self.peek();
        let from = self.at;
        self.at += 1;
        while self.text[self.at] != b'"' {
            self.at += if self.text[self.at] == b'\\' { 2 } else { 1 };
        }
        self.at += 1;
        self.text[from..self.at].to_vec()
    }
}
