//! Patterns over paths of the host.

use super::pattern::Pattern;
use crate::request::values::path::{clean, upwards};

/// A path, or a pattern with `*` and `**`.
#[derive(Clone, Debug)]
pub(super) struct PathPattern {
    pattern: Pattern,
    /// The parts between slashes; none for a regular expression.
    parts: Option<Box<[Part]>>,
}

/// What stands between two slashes.
#[derive(Clone, Debug)]
enum Part {
    /// `**`: any number of directories, as far as can be told.
    Deep,
    One(Pattern),
}

impl PathPattern {
    /// Reads a path that is written as the daemon would clean it.
    pub(super) fn glob(text: &str) -> Result<Self, String> {
        let pattern = Pattern::glob(text)?;
        let parts = text.split('/').filter(|part| !part.is_empty()).map(Part::read);
        Ok(Self { pattern, parts: Some(parts.collect::<Result<_, _>>()?) })
    }

    /// Exactly this path, whatever stands in it.
    pub(super) fn literal(path: &str) -> Self {
        let names = path.split('/').filter(|name| !name.is_empty());
        Self {
            pattern: Pattern::literal(path),
            parts: Some(names.map(|name| Part::One(Pattern::literal(name))).collect()),
        }
    }

    /// Reads a regular expression over whole paths.
    pub(super) fn regex(text: &str) -> Result<Self, String> {
        Ok(Self { pattern: Pattern::regex(text)?, parts: None })
    }

    /// Whether the path fits: itself, not what is below it.
    pub(super) fn fits(&self, path: &str) -> bool {
        self.pattern.fits(path)
    }

    /// A path that fits, where one can be made of what is written.
    pub(super) fn sample(&self) -> Option<String> {
        self.pattern.sample()
    }

    /// Whether the path shows something that fits: itself, what is above it, or inside it.
    pub(super) fn is_near(&self, path: &str) -> bool {
        upwards(path).any(|path| self.fits(path)) || self.could_be_below(path)
    }

    /// Whether something below the path could fit.
    fn could_be_below(&self, path: &str) -> bool {
        let Some(parts) = &self.parts else { return true };
        let mut names = path.split('/').filter(|name| !name.is_empty());
        for part in parts {
            match (part, names.next()) {
                (Part::Deep, _) | (Part::One(_), None) => return true,
                (Part::One(pattern), Some(name)) if pattern.fits(name) => {}
                (Part::One(_), Some(_)) => return false,
            }
        }
        names.next().is_none()
    }
}

impl Part {
    fn read(part: &str) -> Result<Self, String> {
        if part.contains("**") { Ok(Self::Deep) } else { Pattern::glob(part).map(Self::One) }
    }
}

/// The clean spelling of a path in a policy, if it is written otherwise.
pub(super) fn cleaner(text: &str) -> Option<String> {
    clean(text).filter(|clean| clean != text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(pattern: &str, path: &str) -> bool {
        PathPattern::glob(pattern).unwrap().fits(path)
    }

    fn is_near(pattern: &str, path: &str) -> bool {
        PathPattern::glob(pattern).unwrap().is_near(path)
    }

    #[test]
    fn a_path_is_exactly_that_path() {
        assert!(fits("/srv", "/srv"));
        assert!(!fits("/srv", "/srv/app"));
        assert!(!fits("/srv", "/srv-evil"));
        assert!(fits("/srv/*", "/srv/app"));
        assert!(!fits("/srv/*", "/srv/app/x"));
        assert!(fits("/srv/**", "/srv/app/x"));
        assert!(!fits("/srv/**", "/srv"));
        assert!(!fits("/srv/app*", "/srv/app/x"));
    }

    #[test]
    fn what_is_forbidden_is_neither_shown_from_above_nor_in_part() {
        let cases = [
            ("/etc", "/etc", true),
            ("/etc", "/", true),
            ("/etc", "/etc/ssh", true),
            ("/etc", "/etcetera", false),
            ("/etc/**", "/etc", true),
            ("/etc/**", "/", true),
            ("/etc/**", "/etc/ssh/x", true),
            ("/etc/**", "/srv", false),
            ("/home/*/.ssh", "/home", true),
            ("/home/*/.ssh", "/home/me", true),
            ("/home/*/.ssh", "/home/me/.ssh/id", true),
            ("/home/*/.ssh", "/home/me/work", false),
            ("/var/run/docker.sock", "/var/run", true),
            ("/var/run/docker.sock", "/var/lib", false),
            ("/**/docker.sock", "/var/run", true),
            ("/", "/srv", true),
        ];
        for (pattern, path, expected) in cases {
            assert_eq!(is_near(pattern, path), expected, "{pattern} {path}");
        }
    }

    #[test]
    fn an_expression_could_fit_anything_below() {
        let expression = PathPattern::regex("/srv/[a-z]+").unwrap();
        assert!(expression.fits("/srv/app") && !expression.fits("/srv/app/1"));
        assert!(expression.is_near("/var"));
    }

    #[test]
    fn paths_have_a_clean_spelling() {
        assert_eq!(cleaner("/srv/../etc/"), Some("/etc".into()));
        assert_eq!(cleaner("/srv/**"), None);
        assert_eq!(cleaner("srv"), None);
    }
}
