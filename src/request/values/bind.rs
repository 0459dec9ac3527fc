//! `SOURCE:TARGET[:OPTIONS]`, as dockerd splits it on Linux.

use super::super::{UseValue, Uses};
use super::path;
use crate::catalogue::Facet;

/// A bind, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bind {
    /// What is mounted.
    pub source: Source,
    /// Where, in the container.
    pub target: String,
    /// Whether it can only be read.
    pub read_only: bool,
    /// Every option but `ro` and `rw`.
    pub options: Vec<String>,
}

/// What a mount shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A path of the host, clean.
    Path(String),
    /// A volume by its name.
    Volume(String),
    /// A volume that gets a name by chance.
    Unnamed,
}

/// The options that dockerd knows; of each kind, one may be given.
const OPTIONS: &[&[&str]] = &[
    &["ro", "rw"],
    &["z", "Z"],
    &["nocopy"],
    &["consistent", "cached", "delegated"],
    &["private", "rprivate", "slave", "rslave", "shared", "rshared"],
];

impl Bind {
    /// Reads a bind; nothing where dockerd would refuse it.
    pub fn read(spec: &str) -> Option<Self> {
        let parts: Vec<&str> = spec.split(':').collect();
        let (source, target, mode) = match parts.as_slice() {
            [target] => (None, *target, ""),
            // `/data:ro` is a mistake to dockerd, not a volume at `ro`
            [source, target] if !is_mode(target) => (Some(*source), *target, ""),
            [source, target, mode] => (Some(*source), *target, *mode),
            _ => return None,
        };
        if source == Some("") || !is_mode(mode) {
            return None;
        }
        let source = source.map_or(Some(Source::Unnamed), Source::read)?;
        let options = mode.split(',').filter(|option| !matches!(*option, "" | "ro" | "rw")).map(str::to_owned);
        let read_only = mode.split(',').any(|option| option == "ro");
        Some(Self { source, target: path::clean(target)?, read_only, options: options.collect() })
    }

    /// Adds what the spec uses.
    pub fn gather(spec: &str, uses: &mut Uses) {
        match Self::read(spec) {
            Some(bind) => bind.push(uses),
            None => uses.push(Facet::Binds, UseValue::Odd(spec.to_owned())),
        }
    }

    fn push(self, uses: &mut Uses) {
        self.source.push(self.read_only, uses);
        for option in &self.options {
            uses.push_text(Facet::BindOptions, option);
        }
    }
}

impl Source {
    fn read(source: &str) -> Option<Self> {
        if source.starts_with('/') {
            return path::clean(source).map(Self::Path);
        }
        Some(Self::Volume(source.to_owned()))
    }

    /// Adds the use of what is mounted.
    pub fn push(self, read_only: bool, uses: &mut Uses) {
        match self {
            Self::Path(path) => uses.push(Facet::Binds, UseValue::Path { path, read_only }),
            Self::Volume(name) => uses.push(Facet::Volumes, UseValue::Text(name)),
            Self::Unnamed => uses.push(Facet::Volumes, UseValue::Unnamed),
        }
    }
}

/// Whether dockerd takes the text for options; the empty one is.
fn is_mode(mode: &str) -> bool {
    let mut free: Vec<&[&str]> = OPTIONS.to_vec();
    let mut take = |option: &str| {
        let found = free.iter().position(|kind| kind.contains(&option));
        found.map(|at| free.remove(at)).is_some()
    };
    mode.is_empty() || mode.split(',').all(&mut take)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(spec: &str) -> Option<(Source, String, bool, Vec<String>)> {
        Bind::read(spec).map(|bind| (bind.source, bind.target, bind.read_only, bind.options))
    }

    fn path(path: &str) -> Source {
        Source::Path(path.into())
    }

    #[test]
    fn sources_are_cleaned_as_the_daemon_cleans_them() {
        let cases = [
            ("/:/h", "/"),
            ("/srv/app/../../etc:/x", "/etc"),
            ("//etc:/x", "/etc"),
            ("/etc/:/x/", "/etc"),
            ("/srv/./app:/x:", "/srv/app"),
        ];
        for (spec, source) in cases {
            assert_eq!(Bind::read(spec).map(|bind| bind.source), Some(path(source)), "{spec}");
        }
        assert_eq!(read("/srv/app-evil:/x"), Some((path("/srv/app-evil"), "/x".into(), false, vec![])));
    }

    #[test]
    fn names_are_volumes_and_a_target_alone_has_none() {
        let source = |spec| Bind::read(spec).map(|bind| bind.source);
        assert_eq!(source("data:/x"), Some(Source::Volume("data".into())));
        assert_eq!(source("etc/x:/x"), Some(Source::Volume("etc/x".into())));
        assert_eq!(source("../etc:/x"), Some(Source::Volume("../etc".into())));
        assert_eq!(source("/h"), Some(Source::Unnamed));
    }

    #[test]
    fn options_are_told_apart() {
        let options = |spec| Bind::read(spec).map(|bind| (bind.read_only, bind.options.join(" ")));
        assert_eq!(options("/x:/y:ro"), Some((true, String::new())));
        assert_eq!(options("/x:/y:rw"), Some((false, String::new())));
        assert_eq!(options("/x:/y:rshared"), Some((false, "rshared".into())));
        assert_eq!(options("/x:/y:ro,z,rslave"), Some((true, "z rslave".into())));
        assert_eq!(options("data:/y:nocopy"), Some((false, "nocopy".into())));
    }

    #[test]
    fn what_the_daemon_refuses_is_no_bind() {
        let bad = [
            "",
            ":",
            ":/x",
            "/x:",
            "/x:ro",
            "/x:/y:RO",
            "/x:/y:ro,rw",
            "/x:/y:z,Z",
            "/x:/y:ro,",
            "/x:/y:slave,shared",
            "/x:/y:ro:z",
            "/x:y",
            "x",
            "C:\\x:D:\\y",
            "/x:/y\0",
            "/x:/y: ro",
        ];
        for spec in bad {
            assert_eq!(Bind::read(spec), None, "{spec}");
        }
    }

    #[test]
    fn uses_name_the_power() {
        let mut uses = Uses::default();
        for spec in ["/etc/:/e:ro,Z", "data:/d", "/anonymous", "/x:"] {
            Bind::gather(spec, &mut uses);
        }
        let binds: Vec<_> = uses.of(Facet::Binds).cloned().collect();
        let etc = UseValue::Path { path: "/etc".into(), read_only: true };
        assert_eq!(binds, [etc, UseValue::Odd("/x:".into())]);
        let volumes: Vec<_> = uses.of(Facet::Volumes).cloned().collect();
        assert_eq!(volumes, [UseValue::text("data"), UseValue::Unnamed]);
        assert_eq!(uses.of(Facet::BindOptions).collect::<Vec<_>>(), [&UseValue::text("Z")]);
    }
}
