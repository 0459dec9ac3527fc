//! Random bodies out of the tables, in random spelling: one seed, one body.

use dockgate::catalogue::fields::{Field, Shape};

/// Numbers that a seed decides.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    /// Once in `n` times.
    pub(crate) fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

/// Makes bodies.
pub(crate) struct Bodies<'a> {
    pub(crate) random: Random,
    /// JSON by path, for fields whose values have to make sense.
    pub(crate) values: &'a [(&'a str, &'a [&'a str])],
    /// Fields without which nothing is made; they need values.
    pub(crate) always: &'a [&'a str],
    /// One in so many of the other fields is given.
    pub(crate) others: usize,
}

/// What Go reads as nothing, under names that it does not know.
const STRANGE: &[&str] = &[
    r#""X-Unknown":null"#,
    r#""Privilege":false"#,
    r#""unknown":0"#,
    r#""Un\u212anown":"""#,
    r#""Zz":[]"#,
    r#""Zz":{}"#,
];

impl Bodies<'_> {
    /// A body of this table.
    pub(crate) fn body(&mut self, table: &Field) -> String {
        self.value(&table.shape, "")
    }

    fn value(&mut self, shape: &Shape, path: &str) -> String {
        if let Some((_, values)) = self.values.iter().find(|(known, _)| *known == path) {
            return self.random.pick(values).to_owned();
        }
        match shape {
            Shape::Flag => self.random.pick(&["true", "false"]).to_owned(),
            Shape::Int => self.random.pick(&["0", "1", "-1", "1073741824"]).to_owned(),
            Shape::Float => self.random.pick(&["0", "0.5", "1e-1"]).to_owned(),
            Shape::Text => self.random.pick(&[r#""""#, r#""x""#, r#""a=b""#, r#""\u0041\/é\"""#]).to_owned(),
            Shape::Base64 => self.random.pick(&[r#""""#, r#""aGk=""#]).to_owned(),
            Shape::StrSlice if self.random.once_in(3) => self.value(&Shape::Text, ""),
            Shape::StrSlice => self.list(&Shape::Text, path),
            Shape::List(inner) => self.list(inner, path),
            Shape::Map(inner) => self.map(inner, path),
            Shape::Object(tables) => self.object(tables, path),
        }
    }

    fn list(&mut self, inner: &Shape, path: &str) -> String {
        let below = format!("{path}[]");
        let items: Vec<_> = (0..self.random.below(3)).map(|_| self.value(inner, &below)).collect();
        format!("[{}]", items.join(","))
    }

    fn map(&mut self, inner: &Shape, path: &str) -> String {
        let below = format!("{path}{{}}");
        let mut keys = vec!["a", "A", "com.example/\u{17f}"];
        keys.truncate(self.random.below(4));
        let entries = keys.iter().map(|key| format!("\"{key}\":{}", self.nullable(inner, &below)));
        format!("{{{}}}", entries.collect::<Vec<_>>().join(","))
    }

    fn nullable(&mut self, shape: &Shape, path: &str) -> String {
        if self.random.once_in(12) { "null".into() } else { self.value(shape, path) }
    }

    fn object(&mut self, tables: &'static [&'static [Field]], path: &str) -> String {
        let mut entries = Vec::new();
        for field in Field::all(tables) {
            let below = if path.is_empty() { field.name.to_owned() } else { format!("{path}.{}", field.name) };
            if self.is_given(&below) {
                let sure = self.always.contains(&below.as_str());
                let value = if sure { self.value(&field.shape, &below) } else { self.nullable(&field.shape, &below) };
                entries.push(format!("{}:{}{value}", self.spelled(field.name), self.space()));
            }
        }
        if self.random.once_in(4) {
            let strange = self.random.pick(STRANGE);
            let taken = Field::all(tables).any(|field| strange.to_lowercase().contains(&field.name.to_lowercase()));
            entries.extend((!taken).then(|| strange.to_owned()));
        }
        for at in (1..entries.len()).rev() {
            entries.swap(at, self.random.below(at + 1));
        }
        format!("{{{}{}}}", self.space(), entries.join(","))
    }

    /// Fields with values come often, the way to them oftener, the rest seldom.
    fn is_given(&mut self, path: &str) -> bool {
        let mut ways = self.values.iter().filter_map(|(known, _)| known.strip_prefix(path));
        match ways.find(|rest| !rest.starts_with(char::is_alphanumeric)) {
            Some(_) if self.always.contains(&path) => true,
            Some("" | "[]" | "{}") => self.random.once_in(4),
            Some(_) => !self.random.once_in(3),
            None => self.random.once_in(self.others),
        }
    }

    fn space(&mut self) -> &'static str {
        self.random.pick(&["", "", " ", "\t\r\n "])
    }

    /// The name in any case, with Go's two folds of foreign letters, plain or escaped.
    fn spelled(&mut self, name: &str) -> String {
        let plain = self.random.once_in(2);
        let letter = |c: char| match self.random.below(if plain { 1 } else { 6 }) {
            1 => c.to_ascii_uppercase().to_string(),
            2 => c.to_ascii_lowercase().to_string(),
            3 if c.eq_ignore_ascii_case(&'s') => "\u{17f}".into(),
            3 if c.eq_ignore_ascii_case(&'k') => "\\u212a".into(),
            4 => format!("\\u{:04x}", u32::from(c)),
            _ => c.to_string(),
        };
        format!("\"{}\"", name.chars().map(letter).collect::<String>())
    }
}
