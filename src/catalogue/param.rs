//! Query parameters and how dockerd reads their values.

use super::{ApiVersion, FLOOR, Target};

/// One query parameter of an operation.
#[derive(Debug, PartialEq, Eq)]
pub struct Param {
    /// The name; case-sensitive.
    pub name: &'static str,
    /// How dockerd reads the value.
    pub kind: Kind,
    /// Whether it may come several times (`names`, `t` of a build).
    pub many: bool,
    /// Whether each value has one spelling only: the daemon compares the text with fixed words.
    pub one_spelling: bool,
    /// The kind of object that the value names, as a path does elsewhere.
    pub object: Option<Target>,
    /// The value that Docker takes when the parameter is absent, where it is a constant.
    pub default: Option<&'static str>,
    /// Why the parameter is `none` unless a policy names it: "may not ...".
    /// A value equal to the default is no use of it.
    pub danger: Option<&'static str>,
    /// The API version from which dockerd reads it; older ones ignore it.
    pub since: Option<ApiVersion>,
    /// What older versions take whatever the request says, where that is not the default.
    pub before: Option<&'static str>,
}

/// How dockerd reads a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// False for empty, `0`, `no`, `false`, `none` (trimmed, any case); else true.
    Flag,
    /// `1 t T true TRUE True` or `0 f F false FALSE False`; Docker refuses all else.
    Bool,
    /// A whole number, as Go's `strconv.Atoi` reads it.
    Int,
    /// Text without further structure for the daemon's router.
    Text,
    /// A path on the daemon's side, which has many spellings.
    Path,
    /// A signal: name with or without `SIG`, any case, or number.
    Signal,
    /// `filters`: a JSON object of lists, or of objects of booleans.
    Filters,
    /// JSON.
    Json,
}

const fn param(name: &'static str, kind: Kind) -> Param {
    Param {
        name,
        kind,
        many: false,
        one_spelling: false,
        object: None,
        default: None,
        danger: None,
        since: None,
        before: None,
    }
}

/// A boolean that is false when absent.
pub(super) const fn flag(name: &'static str) -> Param {
    param(name, Kind::Flag).or("false")
}

/// A boolean that Docker reads strictly.
pub(super) const fn boolean(name: &'static str) -> Param {
    param(name, Kind::Bool)
}

/// A whole number.
pub(super) const fn int(name: &'static str) -> Param {
    param(name, Kind::Int)
}

/// Free text.
pub(super) const fn text(name: &'static str) -> Param {
    param(name, Kind::Text)
}

/// A path.
pub(super) const fn path(name: &'static str) -> Param {
    param(name, Kind::Path)
}

/// A signal.
pub(super) const fn signal(name: &'static str) -> Param {
    param(name, Kind::Signal)
}

/// The `filters` object.
pub(super) const fn filters() -> Param {
    param("filters", Kind::Filters)
}

/// JSON.
pub(super) const fn json(name: &'static str) -> Param {
    param(name, Kind::Json)
}

impl Param {
    /// Whether a daemon may take no notice of the parameter in this API version.
    ///
    /// A request without a version speaks the daemon's own, which may be old.
    pub fn is_ignored(&self, version: Option<ApiVersion>) -> bool {
        self.since.is_some_and(|since| version.map_or(since > FLOOR, |version| version < since))
    }

    /// A value that counts in this API version whatever the request says, and
    /// so has to be allowed beside the one that the request gives.
    pub fn forced(&self, version: Option<ApiVersion>) -> Option<&'static str> {
        if self.is_ignored(version) { self.before.or(self.default) } else { None }
    }

    /// The value that Docker takes when it is absent.
    pub(super) const fn or(mut self, default: &'static str) -> Self {
        self.default = Some(default);
        self
    }

    /// Names an object that the request uses.
    pub(super) const fn names(mut self, kind: Target) -> Self {
        self.object = Some(kind);
        self
    }

    /// May come several times.
    pub(super) const fn many(mut self) -> Self {
        self.many = true;
        self
    }

    /// One of the daemon's fixed words, which it reads in one spelling only.
    pub(super) const fn word(mut self) -> Self {
        self.one_spelling = true;
        self
    }

    /// Dangerous: `none` unless a policy names it. The words complete "may not ...".
    pub(super) const fn danger(mut self, sentence: &'static str) -> Self {
        self.danger = Some(sentence);
        self
    }

    /// Read from API 1.`minor` on.
    pub(super) const fn since(mut self, minor: u16) -> Self {
        self.since = Some(ApiVersion { major: 1, minor });
        self
    }

    /// What versions before [`Self::since`] take instead.
    pub(super) const fn before(mut self, value: &'static str) -> Self {
        self.before = Some(value);
        self
    }
}
