//! A request target as the daemon reads it: decoded once, its version taken off, its query split.

/// Where a target leads.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A bad escape or no path at all.
    Bad,
    /// The path is not in its clean form; the daemon answers with a redirect.
    Moved,
    /// A path without its version.
    Path(String),
    /// The version is newer than the daemon.
    TooNew,
    /// The version is older than any that the daemon speaks.
    TooOld,
}

/// The oldest API version that the daemon speaks.
const FLOOR: &str = "1.24";

/// Reads a target's path, for a daemon whose API version is `ceiling`.
pub(super) fn place(target: &str, ceiling: &str) -> Place {
    let (path, _) = split(target);
    let Some(path) = decode(path, false) else {
        return Place::Bad;
    };
    if !path.starts_with('/') {
        return Place::Bad;
    }
    if !is_clean(&path) {
        return Place::Moved;
    }
    match versioned(&path) {
        None => Place::Path(path),
        Some((version, _)) if numbers(version) > numbers(ceiling) => Place::TooNew,
        Some((version, _)) if numbers(version) < numbers(FLOOR) => Place::TooOld,
        Some((_, rest)) => Place::Path(rest.to_owned()),
    }
}

/// The decoded pairs of a target's query; a pair that cannot be decoded is left out.
pub(super) fn query(target: &str) -> Vec<(String, String)> {
    let (_, query) = split(target);
    query.split('&').filter(|pair| !pair.is_empty()).filter_map(pair).collect()
}

fn pair(text: &str) -> Option<(String, String)> {
    let (key, value) = text.split_once('=').unwrap_or((text, ""));
    Some((decode(key, true)?, decode(value, true)?))
}

/// Path and query of a target in origin form or absolute form.
fn split(target: &str) -> (&str, &str) {
    let origin = match target.split_once("://") {
        Some((scheme, rest)) if !scheme.contains('/') => {
            rest.find('/').and_then(|at| rest.get(at..)).unwrap_or_default()
        }
        _ => target,
    };
    origin.split_once('?').unwrap_or((origin, ""))
}

fn is_clean(path: &str) -> bool {
    let inner = path.strip_suffix('/').unwrap_or(path);
    inner.is_empty() || inner.split('/').skip(1).all(|part| !matches!(part, "" | "." | ".."))
}

fn versioned(path: &str) -> Option<(&str, &str)> {
    let tail = path.strip_prefix("/v")?;
    let (version, rest) = tail.split_at_checked(tail.find('/')?)?;
    let plain = version.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    (plain && !version.is_empty()).then_some((version, rest))
}

fn numbers(version: &str) -> Vec<u64> {
    let parts = version.split('.').map(|part| part.parse().unwrap_or_default());
    let mut numbers: Vec<u64> = parts.collect();
    while numbers.last() == Some(&0) {
        numbers.pop();
    }
    numbers
}

fn decode(text: &str, form: bool) -> Option<String> {
    let mut bytes = text.bytes();
    let mut out = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'%' => digit(bytes.next()?)? << 4 | digit(bytes.next()?)?,
            b'+' if form => b' ',
            other => other,
        });
    }
    String::from_utf8(out).ok()
}

fn digit(byte: u8) -> Option<u8> {
    let value = char::from(byte).to_digit(16)?;
    u8::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> Place {
        Place::Path(text.to_owned())
    }

    #[test]
    fn versions_are_compared_number_by_number() {
        for fine in ["/v1.45/info", "/v1.24/info", "/v01.45/info", "/v1.45./info", "/v1.45.0/info", "/info"] {
            assert_eq!(place(fine, "1.45"), path("/info"), "{fine}");
        }
        assert_eq!(place("/v1.46/info", "1.45"), Place::TooNew);
        assert_eq!(place("/v1.45.1/info", "1.45"), Place::TooNew);
        assert_eq!(place("/v1.23/info", "1.45"), Place::TooOld);
        assert_eq!(place("/v1.46/info", "1.51"), path("/info"));
        assert_eq!(place("/v/info", "1.45"), path("/v/info"));
        assert_eq!(place("/volumes/a", "1.45"), path("/volumes/a"));
    }

    #[test]
    fn a_path_is_decoded_once() {
        assert_eq!(place("/%69nfo", "1.45"), path("/info"));
        assert_eq!(place("/images/a%2Fb/json", "1.45"), path("/images/a/b/json"));
        assert_eq!(place("/%2569nfo", "1.45"), path("/%69nfo"));
        assert_eq!(place("/a+b", "1.45"), path("/a+b"));
    }

    #[test]
    fn absolute_form_is_routed_by_its_path() {
        assert_eq!(place("http://x:1/v1.45/info?a=b", "1.45"), path("/info"));
        assert_eq!(query("http://x/info?a=b"), [("a".into(), "b".into())]);
    }

    #[test]
    fn unclean_paths_move_and_bad_ones_are_refused() {
        for moved in ["//info", "/a/../info", "/a/./b", "/a%2F%2Fb", "/%2e%2e/b"] {
            assert_eq!(place(moved, "1.45"), Place::Moved, "{moved}");
        }
        for bad in ["/%", "/%zz", "/%c3", "*", "info"] {
            assert_eq!(place(bad, "1.45"), Place::Bad, "{bad}");
        }
        assert_eq!(place("/networks/", "1.45"), path("/networks/"));
    }

    #[test]
    fn a_query_is_split_and_decoded() {
        let pairs = query("/x?all=1&n%61me=a+b&flag&&bad=%");
        let expected = [("all", "1"), ("name", "a b"), ("flag", "")];
        assert_eq!(pairs, expected.map(|(key, value)| (key.to_owned(), value.to_owned())));
    }
}
