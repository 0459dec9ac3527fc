//! Where an entry can be added to a role, in its text.

use super::Source;
use super::report::Report;
use super::tree::{self, Content, Node};

/// The last line of the role's `may`, counted from 1, and how far its entries are indented; nothing
/// if they do not each begin a line of their own.
pub fn may_end(source: &Source, role: &str) -> Option<(usize, usize)> {
    let root = tree::read(&mut Report::new(source))?;
    let may = &root.get("roles")?.value.get(role)?.value.get("may")?.value;
    let Content::List(items) = &may.content else { return None };
    let start = items.first()?.span.bytes.start;
    let before = source.text.get(..start)?;
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let dash = before.get(line_start..)?;
    let indent = dash.len() - dash.trim_start().len();
    let is_block = dash.trim() == "-";
    let end = items.iter().map(last_byte).max()?;
    let line = source.text.get(..end)?.lines().count();
    is_block.then_some((line, indent))
}

/// The last byte of the node and of all that is in it.
fn last_byte(node: &Node) -> usize {
    let inner = match &node.content {
        Content::List(items) => items.iter().map(last_byte).max(),
        Content::Map(pairs) => pairs.iter().map(|pair| last_byte(&pair.value).max(pair.key.span.bytes.end)).max(),
        Content::Null | Content::Scalar(_) => None,
    };
    // the span of a block reaches to what follows it
    inner.unwrap_or(node.span.bytes.end)
}

#[cfg(test)]
mod tests {
    use super::super::testing::source;
    use super::may_end;

    #[test]
    fn entries_are_added_behind_the_last() {
        let text = "version: 1\nroles:\n  r:\n    who: anyone\n    may:\n      - ping\n      - ContainerKill:\n          query.signal: [HUP]   # why\n\n# rest\n";
        assert_eq!(may_end(&source(text), "r"), Some((8, 6)));
        assert_eq!(may_end(&source(text), "other"), None);
        let flow = "version: 1\nroles: { r: { who: anyone, may: [ping] } }\n";
        assert_eq!(may_end(&source(flow), "r"), None);
        let tight = "version: 1\nroles:\n  r:\n    may:\n    - ping\n    who: anyone\n";
        assert_eq!(may_end(&source(tight), "r"), Some((5, 4)));
    }
}
