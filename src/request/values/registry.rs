//! Registries, by the names that lead to them.

use super::image::{DOMAIN, OLD_DOMAIN, Reference};

/// The registry that an image, plugin or search term names, as `HOST[:PORT]`.
pub fn of_name(name: &str) -> Option<String> {
    let name = Reference::parse(name).normal_name();
    name.split_once('/').and_then(|(host, _)| normal(host))
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
