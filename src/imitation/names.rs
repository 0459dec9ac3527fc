//! The objects of the recorded scene, by name and id.

/// What kind of object a path names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Container,
    Exec,
    Image,
    Network,
    Volume,
}

/// The shortest piece of an id that stands for it.
const PREFIX: usize = 4;

/// Lines of kind, name and id, written by the recorder.
static NAMES: &str = include_str!("recorded/names.txt");

/// The name of the recorded object that `text` means: its name, its id or the beginning of its id.
pub(super) fn known(kind: Kind, text: &str) -> Option<&'static str> {
    let mut objects = NAMES.lines().filter_map(object);
    let found = objects.find(|(of, name, id)| *of == word(kind) && means(text, name, id));
    found.map(|(_, name, _)| name.trim_end_matches(":latest"))
}

fn object(line: &'static str) -> Option<(&'static str, &'static str, &'static str)> {
    let mut words = line.split(' ');
    Some((words.next()?, words.next()?, words.next()?))
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Container => "container",
        Kind::Exec => "exec",
        Kind::Image => "image",
        Kind::Network => "network",
        Kind::Volume => "volume",
    }
}

fn means(text: &str, name: &str, id: &str) -> bool {
    let digest = id.trim_start_matches("sha256:");
    let short = text.trim_start_matches("sha256:");
    let begins = short.len() >= PREFIX && digest.starts_with(short);
    text == name || text == name.trim_end_matches(":latest") || begins
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(name: &str) -> &'static str {
        let mut objects = NAMES.lines().filter_map(object);
        objects.find(|(_, of, _)| *of == name).unwrap().2
    }

    #[test]
    fn an_object_is_known_by_name_id_and_beginning_of_id() {
        let whole = id("web");
        assert_eq!(known(Kind::Container, "web"), Some("web"));
        assert_eq!(known(Kind::Container, whole), Some("web"));
        assert_eq!(known(Kind::Container, &whole[..12]), Some("web"));
        assert_eq!(known(Kind::Container, &whole[..3]), None);
        assert_eq!(known(Kind::Network, "web"), None);
        assert_eq!(known(Kind::Volume, "data"), Some("data"));
    }

    #[test]
    fn an_image_is_known_with_and_without_tag_and_algorithm() {
        let digest = id("busybox:latest");
        for text in ["busybox", "busybox:latest", digest, &digest[7..20]] {
            assert_eq!(known(Kind::Image, text), Some("busybox"), "{text}");
        }
        assert_eq!(known(Kind::Image, "busybox:1"), None);
    }
}
