//! `target: { name: ... }`: which object the path may name.

use super::image::ImagePattern;
use super::pattern::Pattern;
use crate::catalogue::Target;
use crate::request::Object;

/// The names that a limit lists, ready for one kind of object.
#[derive(Clone, Debug)]
pub(super) struct Names {
    kind: Target,
    list: List,
    /// How the limit reads: `` only `web-*` or `db` ``.
    said: Box<str>,
}

#[derive(Clone, Debug)]
enum List {
    Any,
    Plain(Vec<Pattern>),
    Images(Vec<ImagePattern>),
}

impl Names {
    pub(super) fn any(kind: Target) -> Self {
        Self { kind, list: List::Any, said: "any".into() }
    }

    /// Names of objects that are called by nothing but their name or ID.
    pub(super) fn plain(kind: Target, patterns: Vec<Pattern>, said: String) -> Self {
        Self { kind, list: List::Plain(patterns), said: said.into() }
    }

    /// Names with registry and tag.
    pub(super) fn images(kind: Target, patterns: Vec<ImagePattern>, said: String) -> Self {
        Self { kind, list: List::Images(patterns), said: said.into() }
    }

    /// Whether every object is listed.
    pub(super) fn is_any(&self) -> bool {
        matches!(self.list, List::Any)
    }

    pub(super) fn said(&self) -> &str {
        &self.said
    }

    /// Whether a plain name of the list fits, and yet means whatever has an ID that
    /// begins so as soon as nothing is called by it.
    pub(super) fn is_doubtful(&self) -> bool {
        let doubtful = |name: &str| could_be_any_id(self.kind, name) && !could_be_id(self.kind, name);
        matches!(&self.list, List::Plain(patterns) if patterns.iter().filter_map(Pattern::as_literal).any(doubtful))
    }

    /// Whether a plain name of the list could be an ID, and so never fits.
    pub(super) fn fits_nothing(&self) -> bool {
        let hopeless = |name: &str| could_be_id(self.kind, name) && !self.holds_id(name);
        match &self.list {
            List::Any => false,
            List::Plain(patterns) => patterns.iter().filter_map(Pattern::as_literal).any(hopeless),
            List::Images(patterns) => patterns.iter().filter_map(ImagePattern::as_written).any(hopeless),
        }
    }

    /// Whether the name surely means an object of the list.
    pub(super) fn fits(&self, name: &str) -> bool {
        let plain = bare(self.kind, name);
        match &self.list {
            List::Any => true,
            _ if could_be_id(self.kind, plain) => self.holds_id(plain),
            // a name wins over the beginning of an ID, but who wrote a pattern did not mean this one
            _ if could_be_any_id(self.kind, plain) => self.writes(plain),
            List::Plain(patterns) => patterns.iter().any(|pattern| pattern.fits(plain)),
            List::Images(patterns) => patterns.iter().any(|pattern| pattern.fits(plain)),
        }
    }

    /// Whether this object is on the list: by its own name, or by its whole ID.
    pub(super) fn fits_object(&self, object: &Object) -> bool {
        match &self.list {
            List::Any => true,
            List::Plain(patterns) => {
                object.names().any(|name| patterns.iter().any(|pattern| pattern.fits(name)))
                    || self.holds_id(&object.id)
            }
            List::Images(patterns) => object.names().any(|name| patterns.iter().any(|pattern| pattern.fits(name))),
        }
    }

    pub(super) fn kind(&self) -> Target {
        self.kind
    }

    /// Whether the name may mean an object of the list: an ID may be anything.
    pub(super) fn may_fit(&self, name: &str) -> bool {
        self.lists(name) || could_be_any_id(self.kind, bare(self.kind, name))
    }

    /// Whether the name itself is on the list, IDs aside.
    pub(super) fn lists(&self, name: &str) -> bool {
        let plain = bare(self.kind, name);
        match &self.list {
            List::Any => true,
            List::Plain(patterns) => patterns.iter().any(|pattern| pattern.fits(plain)),
            List::Images(patterns) => patterns.iter().any(|pattern| pattern.may_fit(plain)),
        }
    }

    /// Whether every tag of the repository surely is on the list.
    pub(super) fn fits_all_tags(&self, repository: &str) -> bool {
        match &self.list {
            List::Any => true,
            List::Plain(_) => false,
            List::Images(_) if could_be_id(self.kind, repository) => false,
            List::Images(patterns) => patterns.iter().any(|pattern| pattern.fits_all_tags(repository)),
        }
    }

    /// Whether some tag of the repository may be on the list.
    pub(super) fn lists_some_tag(&self, repository: &str) -> bool {
        match &self.list {
            List::Any => true,
            List::Plain(_) => false,
            List::Images(patterns) => patterns.iter().any(|pattern| pattern.may_fit_some_tag(repository)),
        }
    }

    /// Whether a name that does not fit would, could it not be the ID of another.
    pub(super) fn doubts(&self, name: &str) -> bool {
        let plain = bare(self.kind, name);
        could_be_id(self.kind, plain) || (could_be_any_id(self.kind, plain) && self.lists(name))
    }

    /// A whole ID can mean nothing else; it fits where it is written out.
    fn holds_id(&self, name: &str) -> bool {
        is_whole_id(name) && self.writes(name)
    }

    /// Whether the name stands on the list letter by letter.
    fn writes(&self, name: &str) -> bool {
        let written = |pattern: &Pattern| pattern.as_literal() == Some(name);
        matches!(&self.list, List::Plain(patterns) if patterns.iter().any(written))
    }
}

/// dockerd takes `/web` for `web`.
fn bare(kind: Target, name: &str) -> &str {
    if kind == Target::Container { name.strip_prefix('/').unwrap_or(name) } else { name }
}

/// Whether objects of the kind are called by image names.
pub(super) fn is_image_like(kind: Target) -> bool {
    matches!(kind, Target::Image | Target::Plugin)
}

/// A whole ID of a container, network or image.
pub(super) fn is_whole_id(name: &str) -> bool {
    name.len() == 64 && is_hex(name)
}

/// Whether the name could also be the beginning of an ID, and so mean any object.
pub(super) fn could_be_id(kind: Target, name: &str) -> bool {
    match kind {
        Target::Exec => true,
        // local volumes have no IDs
        Target::Volume => false,
        // behind a slash stands what an old `--link` calls another container
        Target::Container => name.contains('/') || is_hex(name),
        Target::Image => is_hex(name.strip_prefix("sha256:").unwrap_or(name)),
        _ => is_hex(name) || is_swarm_id(name),
    }
}

/// As [`could_be_id`], but sure to miss none: Swarm's IDs begin with any letters.
pub(super) fn could_be_any_id(kind: Target, name: &str) -> bool {
    match kind {
        Target::Container | Target::Exec | Target::Image | Target::Plugin => could_be_id(kind, name),
        // cluster volumes have Swarm's IDs, and only whole ones are looked up
        Target::Volume => is_swarm_id(name),
        Target::Config | Target::Network | Target::Node | Target::Secret | Target::Service | Target::Task => {
            is_hex(name) || is_base36(name)
        }
    }
}

fn is_swarm_id(name: &str) -> bool {
    name.len() == 25 && is_base36(name)
}

fn is_base36(name: &str) -> bool {
    name.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase())
}

fn is_hex(name: &str) -> bool {
    name.bytes().all(|b| b.is_ascii_hexdigit())
}

/// The kind as it is called in sentences.
pub(super) fn called(kind: Target) -> &'static str {
    kind.word()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "3f4e5d6c7b8a9f0e1d2c3b4a5f6e7d8c9b0a1f2e3d4c5b6a7f8e9d0c1b2a3f4e";

    fn names(kind: Target, patterns: &[&str]) -> Names {
        if is_image_like(kind) {
            let patterns = patterns.iter().map(|p| ImagePattern::glob(p).unwrap()).collect();
            return Names::images(kind, patterns, String::new());
        }
        let patterns = patterns.iter().map(|p| Pattern::glob(p).unwrap()).collect();
        Names::plain(kind, patterns, String::new())
    }

    #[test]
    fn a_name_fits_only_where_it_can_mean_nothing_else() {
        let cases = [
            (Target::Container, "web-*", "web-1", true),
            (Target::Container, "web-*", "/web-1", true),
            (Target::Container, "web-*", "//web-1", false),
            (Target::Container, "**", "other/web", false),
            (Target::Container, "*", "cafe", false),
            (Target::Container, "cafe", "cafe", false),
            (Target::Container, ID, ID, true),
            (Target::Container, "*", ID, false),
            (Target::Container, "*", "WEB", true),
            (Target::Volume, "cafe", "cafe", true),
            (Target::Volume, "*", "x7k2p9q8r6s5t4u3v2w1y0z9a", false),
            (Target::Network, "front", "front", true),
            (Target::Network, "*", "bade", false),
            (Target::Service, "web", "web", true),
            (Target::Service, "*", "x7k2p9q8r6s5t4u3v2w1y0z9a", false),
            (Target::Service, "w*", "wx", false),
            (Target::Service, "w*", "w-x", true),
            (Target::Service, "w*", "Wx", false),
            (Target::Service, "web", "mail", false),
            (Target::Config, "**", "wx", false),
            (Target::Network, "fr*", "front", false),
            (Target::Network, "fr*", "front_1", true),
            (Target::Node, "n*", "n1", false),
            (Target::Secret, "w*", "wx", false),
            (Target::Task, "w*", "web.1.x", true),
            (Target::Task, "w*", "wx", false),
            (Target::Image, "nginx", "docker.io/nginx:1", true),
            (Target::Image, "**", "sha256:3f4e", false),
            (Target::Image, "**", "3f4e", false),
            (Target::Plugin, "vieux/sshfs", "docker.io/vieux/sshfs:latest", true),
            (Target::Exec, "*", "web", false),
        ];
        for (kind, pattern, name, expected) in cases {
            assert_eq!(names(kind, &[pattern]).fits(name), expected, "{kind:?} {pattern} {name}");
        }
    }

    #[test]
    fn a_plain_word_is_doubtful_where_ids_have_any_letters() {
        let cases = [
            (Target::Service, "web", true),
            (Target::Network, "front", true),
            (Target::Service, "my-web", false),
            (Target::Service, "w*", false),
            (Target::Container, "web", false),
            (Target::Volume, "web", false),
            (Target::Image, "web", false),
        ];
        for (kind, pattern, expected) in cases {
            assert_eq!(names(kind, &[pattern]).is_doubtful(), expected, "{kind:?} {pattern}");
        }
    }

    #[test]
    fn under_never_everything_that_could_be_meant_counts() {
        let cases = [
            (Target::Container, "db", "db", true),
            (Target::Container, "db", "/db", true),
            (Target::Container, "db", "web", false),
            (Target::Container, "db", "cafe", true),
            (Target::Container, "db", "web/alias", true),
            (Target::Network, "back", "q7", true),
            (Target::Network, "back", "front-1", false),
            (Target::Image, "nginx:1", "nginx@sha256:ab", true),
            (Target::Image, "nginx:1", "sha256:ab", true),
            (Target::Image, "nginx:1", "nginx:2", false),
            (Target::Volume, "data", "cafe", false),
            (Target::Volume, "data", "x7k2p9q8r6s5t4u3v2w1y0z9a", true),
            (Target::Exec, "db", "cafe", true),
        ];
        for (kind, pattern, name, expected) in cases {
            assert_eq!(names(kind, &[pattern]).may_fit(name), expected, "{kind:?} {pattern} {name}");
        }
    }

    #[test]
    fn any_holds_ids_too_and_an_empty_list_nothing() {
        assert!(Names::any(Target::Container).fits("cafe"));
        assert!(Names::any(Target::Exec).may_fit("cafe"));
        assert!(!names(Target::Container, &[]).fits("web"));
        assert!(!names(Target::Volume, &[]).may_fit("web"));
    }
}
