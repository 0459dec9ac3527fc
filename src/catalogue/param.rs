//! Query parameters and how dockerd reads their values.

/// One query parameter of an operation.
#[derive(Debug, PartialEq, Eq)]
pub struct Param {
    /// The name; case-sensitive.
    pub name: &'static str,
    /// How dockerd reads the value.
    pub kind: Kind,
    /// Whether it may come several times (`names`, `t` of a build).
    pub many: bool,
    /// The value that Docker takes when the parameter is absent, where it is a constant.
    pub default: Option<&'static str>,
    /// Why the parameter is `none` unless a policy names it: "may not ...".
    pub danger: Option<&'static str>,
}

/// How dockerd reads a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// False for empty, `0`, `no`, `false`, `none` (trimmed, any case); else true.
    Flag,
    /// A whole number, as Go's `strconv.Atoi` reads it.
    Int,
    /// Text without further structure for the daemon's router.
    Text,
    /// A signal: name with or without `SIG`, any case, or number.
    Signal,
    /// `filters`: a JSON object of lists, or of objects of booleans.
    Filters,
    /// JSON that is not judged here.
    Json,
}

const fn param(name: &'static str, kind: Kind) -> Param {
    Param { name, kind, many: false, default: None, danger: None }
}

/// A boolean that is false when absent.
pub(super) const fn flag(name: &'static str) -> Param {
    param(name, Kind::Flag).or("false")
}

/// A whole number.
pub(super) const fn int(name: &'static str) -> Param {
    param(name, Kind::Int)
}

/// Free text.
pub(super) const fn text(name: &'static str) -> Param {
    param(name, Kind::Text)
}

/// A signal.
pub(super) const fn signal(name: &'static str) -> Param {
    param(name, Kind::Signal)
}

/// The `filters` object.
pub(super) const fn filters() -> Param {
    param("filters", Kind::Filters)
}

/// JSON that is not judged here.
pub(super) const fn json(name: &'static str) -> Param {
    param(name, Kind::Json)
}

impl Param {
    /// The value that Docker takes when it is absent.
    pub(super) const fn or(mut self, default: &'static str) -> Self {
        self.default = Some(default);
        self
    }

    /// May come several times.
    pub(super) const fn many(mut self) -> Self {
        self.many = true;
        self
    }

    /// Dangerous: `none` unless a policy names it. The words complete "may not ...".
    pub(super) const fn danger(mut self, sentence: &'static str) -> Self {
        self.danger = Some(sentence);
        self
    }
}
