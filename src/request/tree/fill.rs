//! Values that are put into a body where it says nothing.

use super::Tree;
use crate::catalogue::fields::{Field, Shape};

/// The fields of an object, and the tables that they are from.
type Fields = Vec<(&'static Field, Tree)>;
type Tables = &'static [&'static [Field]];

impl Tree {
    /// Puts a value at the end of a path, if nothing stands there that Docker would see; the
    /// objects on the way are made. False if something stands there, or the table has no such path.
    pub fn fill(&mut self, table: &Shape, path: &[&str], value: Self) -> bool {
        let Some((last, parents)) = path.split_last() else { return false };
        let Some((fields, tables)) = self.descend(table, parents) else { return false };
        let Some(field) = Field::all(tables).find(|field| field.name == *last) else { return false };
        match fields.iter_mut().find(|(known, _)| known.name == *last) {
            Some((_, known)) if known.is_zero() => *known = value,
            Some(_) => return false,
            None => insert(fields, tables, field, value),
        }
        true
    }

    /// Puts a value at the end of a path, if nothing stands there, or an empty list or map.
    pub fn put_where_empty(&mut self, table: &Shape, path: &[&str], value: Self) -> bool {
        match self.find(path) {
            Some(known) if known.is_empty() => {
                *known = value;
                true
            }
            _ => self.fill(table, path, value),
        }
    }

    /// Puts an entry into the map, or an item into the list, at the end of a path; an entry
    /// takes the place of one with its key. False if it stood there already, an item at the end.
    pub fn add(&mut self, table: &Shape, path: &[&str], entry: Entry<'_>) -> bool {
        let empty = if matches!(entry, Entry::Item(_)) { Self::List(Vec::new()) } else { Self::Map(Vec::new()) };
        self.fill(table, path, empty);
        match (self.find(path), entry) {
            (Some(Self::Map(entries)), Entry::Pair(key, text)) => put(entries, key, text),
            (Some(Self::List(items)), Entry::Item(text)) => {
                let item = Self::Text(text.to_owned());
                // of several that say the same thing the last one counts
                let new = items.last() != Some(&item);
                items.extend(new.then_some(item));
                new
            }
            _ => false,
        }
    }

    /// Puts a value into the field of this object, whatever stands there.
    pub fn put(&mut self, table: &Shape, name: &str, value: Self) {
        let Some((fields, tables)) = self.descend(table, &[]) else { return };
        let Some(field) = Field::all(tables).find(|field| field.name == name) else { return };
        match fields.iter_mut().find(|(known, _)| known.name == name) {
            Some((_, known)) => *known = value,
            None => insert(fields, tables, field, value),
        }
    }

    /// The entries of the map at the end of a path, which is made where there is none.
    pub fn map_at(&mut self, table: &Shape, path: &[&str]) -> Option<&mut Vec<(String, Self)>> {
        self.fill(table, path, Self::Map(Vec::new()));
        match self.find(path) {
            Some(Self::Map(entries)) => Some(entries),
            _ => None,
        }
    }

    /// Does something to each item of the list at the end of a path.
    pub fn each_at(&mut self, table: &Shape, path: &[&str], then: &mut dyn FnMut(&mut Self, &Shape)) {
        let Some((name, parents)) = path.split_last().filter(|_| self.find(path).is_some()) else { return };
        let Some((fields, tables)) = self.descend(table, parents) else { return };
        let Some(Shape::List(shape)) = Field::all(tables).find(|field| field.name == *name).map(|field| &field.shape)
        else {
            return;
        };
        if let Some((_, Self::List(items))) = fields.iter_mut().find(|(known, _)| known.name == *name) {
            items.iter_mut().for_each(|item| then(item, shape));
        }
    }

    /// The text at the end of a path.
    pub fn text_at(&mut self, path: &[&str]) -> Option<&str> {
        self.find(path).and_then(|tree| tree.text())
    }

    /// Puts another text into a field that is given; false if it is not.
    pub fn put_text(&mut self, name: &str, text: &str) -> bool {
        let found = self.find(&[name]);
        found.map(|tree| *tree = Self::Text(text.to_owned())).is_some()
    }

    /// Empties the text at the end of a path.
    pub fn clear(&mut self, path: &[&str]) {
        if let Some(tree) = self.find(path) {
            *tree = Self::Text(String::new());
        }
    }

    /// Gives the entry of the map at the end of a path another key, unless that is taken.
    pub fn rename(&mut self, path: &[&str], from: &str, to: &str) {
        let Some(Self::Map(entries)) = self.find(path) else { return };
        if entries.iter().any(|(key, _)| key == to) {
            return;
        }
        if let Some((key, _)) = entries.iter_mut().find(|(key, _)| key == from) {
            to.clone_into(key);
        }
    }

    /// Whether Docker sees nothing here.
    fn is_zero(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Flag(on) => !on,
            Self::Int(number) => *number == 0,
            Self::Text(text) => text.is_empty(),
            Self::Float(_) | Self::List(_) | Self::Map(_) | Self::Object(_) => false,
        }
    }

    /// The object at the end of a path; those on the way are made.
    fn descend(&mut self, table: &Shape, path: &[&str]) -> Option<(&mut Fields, Tables)> {
        let Shape::Object(tables) = table else { return None };
        let Some((name, rest)) = path.split_first() else {
            let Self::Object(fields) = self else { return None };
            return Some((fields, *tables));
        };
        let field = Field::all(tables).find(|field| field.name == *name)?;
        let Self::Object(fields) = self else { return None };
        if !fields.iter().any(|(known, _)| known.name == *name) {
            insert(fields, tables, field, Self::Object(Vec::new()));
        }
        let (_, inner) = fields.iter_mut().find(|(known, _)| known.name == *name)?;
        inner.descend(&field.shape, rest)
    }

    /// What stands at the end of a path.
    pub fn find(&mut self, path: &[&str]) -> Option<&mut Self> {
        let Some((name, rest)) = path.split_first() else { return Some(self) };
        let Self::Object(fields) = self else { return None };
        fields.iter_mut().find(|(known, _)| known.name == *name)?.1.find(rest)
    }
}

/// What [`Tree::add`] adds.
#[derive(Clone, Copy, Debug)]
pub enum Entry<'a> {
    /// A key with its value.
    Pair(&'a str, &'a str),
    /// An item of a list.
    Item(&'a str),
}

/// Fields stand in the table's order.
fn insert(fields: &mut Fields, tables: Tables, field: &'static Field, value: Tree) {
    let place = |wanted: &Field| Field::all(tables).position(|field| std::ptr::eq(field, wanted));
    let at = fields.partition_point(|(known, _)| place(known) < place(field));
    fields.insert(at, (field, value));
}

fn put(entries: &mut Vec<(String, Tree)>, key: &str, text: &str) -> bool {
    let value = Tree::Text(text.to_owned());
    match entries.iter_mut().find(|(known, _)| known == key) {
        Some((_, known)) if *known == value => false,
        Some((_, known)) => {
            *known = value;
            true
        }
        None => {
            entries.push((key.to_owned(), value));
            true
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::fields::CONTAINER_CREATE;
    use crate::request::json;

    fn tree(body: &str) -> Tree {
        Tree::read(json::read(body.as_bytes()).unwrap(), &CONTAINER_CREATE.shape).unwrap().0
    }

    #[test]
    fn what_is_left_out_is_filled_in() {
        let fill = |body: &str, path: &[&str]| {
            let mut tree = tree(body);
            let filled = tree.fill(&CONTAINER_CREATE.shape, path, Tree::Int(5));
            (filled, tree.canonical())
        };
        let memory = ["HostConfig", "Memory"];
        assert_eq!(fill("{}", &memory), (true, r#"{"HostConfig":{"Memory":5}}"#.into()));
        let between = r#"{"Image":"a","HostConfig":{"Binds":[],"Memory":0,"NanoCpus":1}}"#;
        let filled = r#"{"Image":"a","HostConfig":{"Binds":[],"Memory":5,"NanoCpus":1}}"#;
        assert_eq!(fill(between, &memory), (true, filled.into()));
        assert_eq!(fill(r#"{"HostConfig":{"Memory":7}}"#, &memory), (false, r#"{"HostConfig":{"Memory":7}}"#.into()));
        assert_eq!(fill("{}", &["Nowhere"]), (false, "{}".into()));
    }

    #[test]
    fn entries_are_added() {
        let mut tree = tree(r#"{"Labels":{"a":"b"}}"#);
        let mut add = |path: &[&str], entry| tree.add(&CONTAINER_CREATE.shape, path, entry);
        assert!(add(&["Labels"], Entry::Pair("a", "c")) && add(&["Labels"], Entry::Pair("x", "y")));
        assert!(!add(&["Labels"], Entry::Pair("x", "y")), "it is there already");
        assert!(add(&["HostConfig", "SecurityOpt"], Entry::Item("z")));
        assert_eq!(tree.canonical(), r#"{"Labels":{"a":"c","x":"y"},"HostConfig":{"SecurityOpt":["z"]}}"#);
    }
}
