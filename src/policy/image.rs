//! Patterns over image names.

use super::pattern::Pattern;
use crate::request::values::image::{Reference, TAG, normal_name};

/// A pattern over images.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum ImagePattern {
    /// Name, and tag or digest where they are written.
    Parts { name: Pattern, tag: Option<Pattern>, digest: Option<Box<str>> },
    /// A regular expression over the whole normal spelling.
    Whole(Pattern),
}

impl ImagePattern {
    /// Reads `registry.example.com/ci/**`, `nginx`, `nginx:1.*`, `nginx@sha256:...`.
    pub(super) fn glob(text: &str) -> Result<Self, String> {
        let reference = Reference::parse(text);
        Ok(Self::Parts {
            name: Pattern::glob(&normal_pattern(reference.name))?,
            tag: reference.tag.map(Pattern::glob).transpose()?,
            digest: reference.digest.map(Into::into),
        })
    }

    /// Exactly this, whatever stands in it.
    pub(super) fn literal(text: &str) -> Self {
        let reference = Reference::parse(text);
        Self::Parts {
            name: Pattern::literal(&normal_name(reference.name)),
            tag: reference.tag.map(Pattern::literal),
            digest: reference.digest.map(Into::into),
        }
    }

    /// The name as it is written, if it is that and nothing more.
    pub(super) fn as_written(&self) -> Option<&str> {
        let Self::Parts { name, tag: None, digest: None } = self else { return None };
        let text = name.as_literal()?;
        Some(text.strip_prefix("docker.io/library/").unwrap_or(text))
    }

    /// A name that fits, where a tag decides what it is.
    pub(super) fn sample(&self) -> Option<String> {
        let Self::Parts { name, tag, digest: None } = self else { return None };
        let tag = tag.as_ref().and_then(Pattern::sample).map_or_else(String::new, |tag| format!(":{tag}"));
        Some(format!("{}{tag}", name.sample()?))
    }

    /// Whether the image that the name means surely fits.
    pub(super) fn fits(&self, text: &str) -> bool {
        let image = Reference::parse(text);
        let (name, tag, digest) = match self {
            Self::Whole(pattern) => return pattern.fits(&image.normal()),
            Self::Parts { name, tag, digest } => (name, tag, digest),
        };
        let rest = match (image.digest, digest) {
            (Some(is), Some(wanted)) => tag.is_none() && *is == **wanted,
            (Some(_), None) => tag.is_none(),
            (None, Some(_)) => false,
            (None, None) => tag.as_ref().is_none_or(|tag| tag.fits(image.tag.unwrap_or(TAG))),
        };
        rest && name.fits(&normal_name(image.name))
    }

    /// Whether the name may mean an image that fits: a digest can stand for any tag.
    pub(super) fn may_fit(&self, text: &str) -> bool {
        let image = Reference::parse(text);
        match self {
            Self::Whole(pattern) => pattern.fits(&image.normal()) || image.digest.is_some(),
            Self::Parts { name, digest, .. } if image.digest.is_some() || digest.is_some() => {
                name.fits(&normal_name(image.name))
            }
            Self::Parts { .. } => self.fits(text),
        }
    }

    /// Whether every tag that the repository has surely fits.
    pub(super) fn fits_all_tags(&self, repository: &str) -> bool {
        match self {
            Self::Parts { name, tag: None, digest: None } => name.fits(&normal_name(repository)),
            Self::Parts { .. } | Self::Whole(_) => false,
        }
    }

    /// Whether some tag that the repository may have fits.
    pub(super) fn may_fit_some_tag(&self, repository: &str) -> bool {
        match self {
            Self::Parts { name, .. } => name.fits(&normal_name(repository)),
            Self::Whole(_) => true,
        }
    }
}

/// Whether the name says which image of its repository is meant.
pub(super) fn is_one_image(text: &str) -> bool {
    let reference = Reference::parse(text);
    reference.tag.is_some() || reference.digest.is_some()
}

/// A pattern that begins with `**` may stand for the registry too.
fn normal_pattern(name: &str) -> String {
    let first = name.split('/').next().unwrap_or_default();
    if first.contains("**") { name.to_owned() } else { normal_name(name) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_and_names_meet_in_the_normal_spelling() {
        let cases = [
            ("nginx", "docker.io/library/nginx:1.27", true),
            ("nginx", "me/nginx", false),
            ("nginx:1.*", "nginx:1.27", true),
            ("nginx:1.*", "nginx", false),
            ("nginx:latest", "nginx", true),
            ("docker.io/library/*", "alpine", true),
            ("docker.io/library/*", "me/alpine", false),
            ("registry.example.com/ci/**", "registry.example.com/ci/a/b:3", true),
            ("registry.example.com/ci/**", "registry.example.com.evil.org/ci/a", false),
            ("**", "r.example.com/a/b@sha256:ab", true),
            ("**/nginx", "nginx", true),
            ("*", "alpine", true),
            ("*", "me/alpine", false),
            ("nginx", "nginx@sha256:ab", true),
            ("nginx:1", "nginx@sha256:ab", false),
            ("nginx:1", "nginx:1@sha256:ab", false),
            ("nginx@sha256:ab", "nginx@sha256:ab", true),
            ("nginx@sha256:ab", "nginx:1@sha256:ab", true),
            ("nginx@sha256:ab", "nginx", false),
        ];
        for (pattern, name, expected) in cases {
            assert_eq!(ImagePattern::glob(pattern).unwrap().fits(name), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn a_digest_may_be_any_tag() {
        let may_fit = |pattern, name| ImagePattern::glob(pattern).unwrap().may_fit(name);
        assert!(may_fit("nginx:1", "nginx@sha256:ab"));
        assert!(may_fit("nginx@sha256:ab", "nginx:1"));
        assert!(!may_fit("nginx:1", "nginx:2"));
        assert!(!may_fit("nginx:1", "alpine@sha256:ab"));
    }

    #[test]
    fn what_is_literal_has_no_stars() {
        let literal = ImagePattern::literal("**");
        assert!(!literal.fits("nginx") && !literal.may_fit("me/nginx"));
        assert!(ImagePattern::literal("nginx:1").fits("docker.io/library/nginx:1"));
    }

    #[test]
    fn expressions_see_the_whole_normal_spelling() {
        let whole = ImagePattern::Whole(Pattern::regex("docker\\.io/library/nginx:1\\..*").unwrap());
        assert!(whole.fits("nginx:1.27"));
        assert!(!whole.fits("nginx"));
        assert!(whole.may_fit("nginx@sha256:ab"));
    }
}
