//! Image names: one spelling for each image.

/// What dockerd adds to a name without a registry.
pub const DOMAIN: &str = "docker.io";
/// The older name of the same registry.
pub(super) const OLD_DOMAIN: &str = "index.docker.io";
/// What dockerd adds to a name without a tag.
pub const TAG: &str = "latest";

/// A name, taken apart as dockerd does it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference<'a> {
    /// Registry and path, as written.
    pub name: &'a str,
    /// Behind the `:`.
    pub tag: Option<&'a str>,
    /// Behind the `@`.
    pub digest: Option<&'a str>,
}

impl<'a> Reference<'a> {
    /// Takes a name apart; there is no text that is not taken for some name.
    pub fn parse(text: &'a str) -> Self {
        let (rest, digest) = text.split_once('@').map_or((text, None), |(rest, digest)| (rest, Some(digest)));
        let (name, tag) = match rest.rsplit_once(':') {
            // behind the last `:` of `localhost:5000/x` is no tag
            Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
            _ => (rest, None),
        };
        Self { name, tag, digest }
    }

    /// The whole in one spelling; a digest decides alone, as it does for dockerd.
    pub fn normal(&self) -> String {
        let name = self.normal_name();
        match self.digest {
            Some(digest) => format!("{name}@{digest}"),
            None => format!("{name}:{}", self.tag.unwrap_or(TAG)),
        }
    }

    /// Registry and path in one spelling: `nginx` is `docker.io/library/nginx`.
    pub fn normal_name(&self) -> String {
        normal_name(self.name)
    }
}

/// Whether the text could be the ID of an image, or the beginning of one.
pub fn could_be_id(text: &str) -> bool {
    let digits = text.strip_prefix("sha256:").unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit())
}

/// The name with another tag, in place of its own.
pub fn with_tag(text: &str, tag: &str) -> String {
    let Reference { name, digest, .. } = Reference::parse(text);
    let digest = digest.map(|digest| format!("@{digest}")).unwrap_or_default();
    format!("{name}:{tag}{digest}")
}

/// Registry and path in one spelling.
pub fn normal_name(name: &str) -> String {
    let (domain, path) = match name.split_once('/') {
        Some((OLD_DOMAIN, path)) => (DOMAIN, path),
        Some((first, path)) if is_domain(first) => (first, path),
        _ => (DOMAIN, name),
    };
    let library = if domain == DOMAIN && !path.contains('/') { "library/" } else { "" };
    format!("{domain}/{library}{path}")
}

fn is_domain(first: &str) -> bool {
    first == "localhost" || first.contains(['.', ':']) || first.contains(char::is_uppercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_image_has_one_spelling() {
        let cases = [
            ("nginx", "docker.io/library/nginx:latest"),
            ("nginx:1", "docker.io/library/nginx:1"),
            ("library/nginx", "docker.io/library/nginx:latest"),
            ("docker.io/nginx", "docker.io/library/nginx:latest"),
            ("index.docker.io/nginx", "docker.io/library/nginx:latest"),
            ("me/app:v1", "docker.io/me/app:v1"),
            ("localhost/app", "localhost/app:latest"),
            ("localhost:5000/app:v1", "localhost:5000/app:v1"),
            ("localhost:5000/app", "localhost:5000/app:latest"),
            ("r.example.com/a/b", "r.example.com/a/b:latest"),
            ("nginx@sha256:ab", "docker.io/library/nginx@sha256:ab"),
            ("nginx:1@sha256:ab", "docker.io/library/nginx@sha256:ab"),
        ];
        for (name, normal) in cases {
            assert_eq!(Reference::parse(name).normal(), normal, "{name}");
        }
    }

    #[test]
    fn ids_may_be_cut_short() {
        for id in ["cafe", "sha256:abc", "3F4", "sha256:3f4e5d"] {
            assert!(could_be_id(id), "{id}");
        }
        for name in ["", "nginx", "sha256:", "cafe:1", "me/cafe"] {
            assert!(!could_be_id(name), "{name}");
        }
    }
}
