//! What a request uses, facet by facet: the only thing that limits look at.

use super::values::port::Published;
use crate::catalogue::Facet;

/// One use of one facet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// The power.
    pub facet: Facet,
    /// What of it.
    pub value: UseValue,
}

/// What is used of a facet, in one spelling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UseValue {
    /// All there is, as when every port is published.
    All,
    /// Bytes, a count, or billionths of a processor; nothing is without limit.
    Amount(Option<i64>),
    /// What Docker takes by itself.
    Default,
    /// `true` or `false`.
    Flag(bool),
    /// The name of an image, as it was given.
    Image(String),
    /// A limit of the processes, `None` where there is none.
    Ulimit {
        /// `nofile`
        name: String,
        /// What processes begin with.
        soft: Option<i64>,
        /// What they can raise it to.
        hard: Option<i64>,
    },
    /// The request says that it uses nothing of it.
    Nothing,
    /// What could not be understood: it fits nothing but `any`.
    Odd(String),
    /// A key, perhaps with a value.
    Pair {
        /// Before the `=`.
        key: String,
        /// Behind it.
        value: Option<String>,
    },
    /// A path of the host, clean.
    Path {
        /// The path.
        path: String,
        /// Whether it can only be read.
        read_only: bool,
    },
    /// Ports of the host.
    Port(Published),
    /// Every image of a repository, as when a pull names no tag.
    Repository(String),
    /// Text, in the one spelling of its kind.
    Text(String),
    /// A thing without a name, as a volume can be.
    Unnamed,
}

/// How many uses one request may have, as many as values of JSON: a text of options can hold one in
/// two bytes.
pub const MAX_USES: usize = 100_000;

/// Everything that a request uses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Uses(Vec<Use>);

impl Uses {
    /// Adds a use. Beyond [`MAX_USES`] none is kept, and the request is refused.
    pub fn push(&mut self, facet: Facet, value: UseValue) {
        if self.0.len() <= MAX_USES {
            self.0.push(Use { facet, value });
        }
    }

    /// Whether there are more than can be judged.
    pub fn are_too_many(&self) -> bool {
        self.0.len() > MAX_USES
    }

    /// Drops what Docker does not look at.
    pub fn forget(&mut self, is_dropped: impl Fn(&Use) -> bool) {
        self.0.retain(|used| !is_dropped(used));
    }

    /// Adds text, or what could not be understood of `given`.
    pub fn push_read(&mut self, facet: Facet, read: Option<String>, given: &str) {
        self.push(facet, read.map_or_else(|| UseValue::Odd(given.to_owned()), UseValue::Text));
    }

    /// Adds text as it is.
    pub fn push_text(&mut self, facet: Facet, text: &str) {
        self.push(facet, UseValue::Text(text.to_owned()));
    }

    /// Every use, in the order of the request.
    pub fn iter(&self) -> impl Iterator<Item = &Use> {
        self.0.iter()
    }

    /// What is used of one facet.
    pub fn of(&self, facet: Facet) -> impl Iterator<Item = &UseValue> {
        self.iter().filter(move |used| used.facet == facet).map(|used| &used.value)
    }
}

impl FromIterator<Use> for Uses {
    fn from_iter<I: IntoIterator<Item = Use>>(uses: I) -> Self {
        Self(uses.into_iter().collect())
    }
}

impl UseValue {
    /// The name that it is, of an object or image.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Image(name) | Self::Odd(name) | Self::Repository(name) | Self::Text(name) => Some(name),
            _ => None,
        }
    }

    /// Text as a value.
    pub fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uses_are_found_by_their_facet() {
        let mut uses = Uses::default();
        uses.push_text(Facet::Pid, "host");
        uses.push_read(Facet::CapAdd, Some("SYS_ADMIN".into()), "sys_admin");
        uses.push_read(Facet::CapAdd, None, "?");
        let caps: Vec<_> = uses.of(Facet::CapAdd).collect();
        assert_eq!(caps, [&UseValue::text("SYS_ADMIN"), &UseValue::Odd("?".into())]);
        assert_eq!(uses.of(Facet::Binds).count(), 0);
        assert_eq!(uses.iter().count(), 3);
    }
}
