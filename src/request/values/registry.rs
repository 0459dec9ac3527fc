//! Registries, by the names that lead to them.

use super::image::{DOMAIN, OLD_DOMAIN, Reference};

/// The registry that an image, plugin or search term names, as `HOST[:PORT]`; nothing where a
/// reader of URLs could see another one. `docker.io@127.0.0.1:5002/x` is a user at a host to the
/// search of dockerd 20.10 to 28.5.
pub fn of_name(name: &str) -> Option<String> {
    let reference = Reference::parse(name);
    let plain = reference.digest.is_none_or(is_digest) && !reference.name.contains(is_url_syntax);
    let name = reference.normal_name();
    name.split_once('/').filter(|_| plain).and_then(|(host, _)| normal(host))
}

/// `sha256:...`
fn is_digest(text: &str) -> bool {
    let (algorithm, hex) = text.split_once(':').unwrap_or_default();
    let word = |b: u8| b.is_ascii_alphanumeric() || b"+._-".contains(&b);
    let filled = !algorithm.is_empty() && !hex.is_empty();
    filled && algorithm.bytes().all(word) && hex.bytes().all(|b| b.is_ascii_hexdigit())
}

/// What ends a host or a path in a URL, or hides something in it.
fn is_url_syntax(c: char) -> bool {
    c.is_control() || matches!(c, '#' | '?' | '%' | '\\')
}

/// The registry of a server address, with or without scheme and path; none is Docker's own.
pub fn of_address(address: &str) -> Option<String> {
    if address.is_empty() {
        return Some(DOMAIN.into());
    }
    let rest = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://")).unwrap_or(address);
    normal(rest.split('/').next().unwrap_or_default())
}

/// A host and port that can be read in one way only.
fn normal(host: &str) -> Option<String> {
    let host = host.to_ascii_lowercase();
    let letters = |b: u8| b.is_ascii_alphanumeric() || b"-.:[]_".contains(&b);
    let plain = !host.is_empty() && host.bytes().all(letters);
    let host = if host == OLD_DOMAIN { DOMAIN.to_owned() } else { host };
    plain.then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_to_registries() {
        let cases = [
            ("nginx", "docker.io"),
            ("me/app:1", "docker.io"),
            ("index.docker.io/library/busybox:latest", "docker.io"),
            ("127.0.0.1:9999/x", "127.0.0.1:9999"),
            ("localhost/x", "localhost"),
            ("Registry.Example.com/x", "registry.example.com"),
            ("r.example.com/a/b@sha256:ab", "r.example.com"),
        ];
        for (name, expected) in cases {
            assert_eq!(of_name(name).as_deref(), Some(expected), "{name}");
        }
    }

    #[test]
    fn a_name_that_is_a_url_in_disguise_leads_nowhere() {
        let names = [
            "docker.io@127.0.0.1:5002/x",
            "x:y@h/z",
            "x@h",
            "x@sha256:",
            "x@:ab",
            "x@sha256:ab@h/z",
            "a%40h/x",
            "a%23@h/x",
            "127.0.0.1:5002/x#",
            "127.0.0.1:5002?x/y",
            "a\\b/x",
            "a/x\n",
        ];
        for name in names {
            assert_eq!(of_name(name), None, "{name}");
        }
        assert_eq!(of_name("two words").as_deref(), Some("docker.io"));
    }

    #[test]
    fn addresses_have_one_spelling() {
        let cases = [
            ("", "docker.io"),
            ("https://index.docker.io/v1/", "docker.io"),
            ("http://127.0.0.1:9999", "127.0.0.1:9999"),
            ("r.example.com", "r.example.com"),
            ("https://R.example.com/v2/", "r.example.com"),
        ];
        for (address, expected) in cases {
            assert_eq!(of_address(address).as_deref(), Some(expected), "{address}");
        }
        for bad in [
            "https://",
            "https://user@r.example.com",
            "https://r.example.com\\@evil",
            "ftp://x",
            "a b",
            "r.example.com?x",
        ] {
            assert!(of_address(bad).is_none_or(|host| host == "ftp:"), "{bad}");
        }
    }
}
