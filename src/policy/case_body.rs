//! The body of a test, as YAML: read by the table of its operation, so that `60` is a
//! text where Docker wants a text.

use super::tree::{Content, Node};
use crate::catalogue::fields::{Field, Shape};
use crate::request::body::fold;
use crate::request::json::Json;

/// The JSON that the test sends; a text is taken as it is.
pub(super) fn text(node: &Node, table: Option<&'static Field>) -> String {
    match &node.content {
        Content::Scalar(text) => text.clone(),
        _ => json(node, table.map(|table| &table.shape)).canonical(),
    }
}

fn json(node: &Node, shape: Option<&Shape>) -> Json {
    match &node.content {
        Content::Null => Json::Null,
        Content::Scalar(text) => scalar(text, shape),
        Content::List(items) => Json::Array(items.iter().map(|item| json(item, item_of(shape))).collect()),
        Content::Map(pairs) => {
            let field = |key: &str, value: &Node| (key.to_owned(), json(value, field_of(shape, key)));
            Json::Object(pairs.iter().map(|pair| field(&pair.key.text, &pair.value)).collect())
        }
    }
}

fn scalar(text: &str, shape: Option<&Shape>) -> Json {
    let plain = !matches!(shape, Some(Shape::Text | Shape::Base64 | Shape::StrSlice));
    match text {
        "true" | "false" if plain => Json::Bool(text == "true"),
        _ if plain && is_number(text) => Json::Number(text.to_owned()),
        _ => Json::String(text.to_owned()),
    }
}

fn is_number(text: &str) -> bool {
    matches!(crate::request::json::read(text.as_bytes()), Ok(Json::Number(_)))
}

fn item_of(shape: Option<&Shape>) -> Option<&Shape> {
    match shape {
        Some(Shape::List(inner)) => Some(inner),
        Some(Shape::StrSlice) => Some(&Shape::Text),
        _ => None,
    }
}

fn field_of(shape: Option<&Shape>, key: &str) -> Option<&'static Shape> {
    match shape {
        Some(Shape::Map(inner)) => Some(inner),
        Some(Shape::Object(tables)) => {
            Field::all(tables).find(|field| field.name.eq_ignore_ascii_case(&fold(key))).map(|field| &field.shape)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::source;
    use super::super::{report::Report, tree};
    use super::text;
    use crate::catalogue::fields::CONTAINER_CREATE;

    fn sent(yaml: &str) -> String {
        let source = source(yaml);
        let root = tree::read(&mut Report::new(&source)).unwrap();
        text(&root.get("body").unwrap().value, Some(&CONTAINER_CREATE))
    }

    #[test]
    fn values_have_the_types_of_the_table() {
        let yaml = "body: { image: 7, tty: true, cmd: [sleep, 60], env: [A=1], hostconfig: { memory: 5, Shiny: 1 } }";
        let json = r#"{"image":"7","tty":true,"cmd":["sleep","60"],"env":["A=1"],"hostconfig":{"memory":5,"Shiny":1}}"#;
        assert_eq!(sent(yaml), json);
        assert_eq!(
            sent("body: { hostconfig: ~, labels: { a: true }, cmd: 5 }"),
            r#"{"hostconfig":null,"labels":{"a":"true"},"cmd":"5"}"#
        );
    }

    #[test]
    fn a_text_is_sent_as_it_is() {
        assert_eq!(sent(r#"body: '{"Image":"a","image":"b"}'"#), r#"{"Image":"a","image":"b"}"#);
    }
}
