//! Paths, cleaned as Go's `path.Clean` does it.

/// The longest path of Linux (`PATH_MAX`, with its NUL).
const MAX_PATH: usize = 4096;

/// An absolute path without `.`, `..`, doubled or trailing slashes; nothing for a relative one, nor
/// for one that no kernel takes.
pub fn clean(path: &str) -> Option<String> {
    if !path.starts_with('/') || path.contains('\0') || path.len() >= MAX_PATH {
        return None;
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            // above the root is the root
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    Some(format!("/{}", parts.join("/")))
}

/// A path without `..` and oddities, absolute or below something else; nothing for one that walks.
pub fn straight(path: &str) -> Option<String> {
    if path.starts_with('/') {
        return clean(path);
    }
    let below = clean(&format!("/{path}"))?;
    let plain = below.strip_prefix('/')?;
    (plain == path && !path.is_empty()).then(|| path.to_owned())
}

/// The path and every directory above it, the root last.
pub fn upwards(path: &str) -> impl Iterator<Item = &str> {
    let slashes = path.rmatch_indices('/').map(|(at, _)| if at == 0 { "/" } else { path.get(..at).unwrap_or("/") });
    std::iter::once(path).chain(slashes.filter(move |above| *above != path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_have_one_spelling() {
        let cases = [
            ("/", "/"),
            ("//", "/"),
            ("/..", "/"),
            ("/../../etc", "/etc"),
            ("/srv/app/../../etc", "/etc"),
            ("//etc//", "/etc"),
            ("/etc/./ssh/.", "/etc/ssh"),
            ("/etc/...", "/etc/..."),
            ("/etc/ ", "/etc/ "),
            ("/a/b/..", "/a"),
        ];
        for (path, expected) in cases {
            assert_eq!(clean(path).as_deref(), Some(expected), "{path}");
        }
    }

    #[test]
    fn relative_paths_and_nul_are_no_paths() {
        assert_eq!(clean(&"/a".repeat(2048)), None);
        for path in ["", "etc", "./etc", "../etc", "~", "/etc\0/x", "C:\\x"] {
            assert_eq!(clean(path), None, "{path}");
        }
    }

    #[test]
    fn a_path_below_something_does_not_walk() {
        assert_eq!(straight("a/b").as_deref(), Some("a/b"));
        assert_eq!(straight("system.slice").as_deref(), Some("system.slice"));
        assert_eq!(straight("/ci/../x").as_deref(), Some("/x"));
        for path in ["", "..", "a/../b", "a//b", "a/", "./a", "a/.."] {
            assert_eq!(straight(path), None, "{path}");
        }
    }

    #[test]
    fn a_path_has_directories_above_it() {
        let above = |path| upwards(path).collect::<Vec<_>>();
        assert_eq!(above("/a/b/c"), ["/a/b/c", "/a/b", "/a", "/"]);
        assert_eq!(above("/a"), ["/a", "/"]);
        assert_eq!(above("/"), ["/"]);
    }
}
