//! What names have in common, so that a few patterns stand for many of them.

/// How many names are listed one by one.
pub(super) const MOST: usize = 8;

/// The shortest beginning that says something.
const SHORTEST: usize = 3;

/// The names themselves, if they are few; else the beginning that all of them have, up to a place
/// where words end; nothing if there is none.
pub(super) fn names(names: &[&str], more: bool) -> Option<Vec<String>> {
    let starred = names.iter().any(|name| name.contains('*'));
    if names.len() <= MOST && !more {
        return Some(names.iter().map(|name| (*name).to_owned()).collect());
    }
    beginning(names, &['-', '_', '.', '/']).filter(|_| !starred).map(|start| vec![format!("{start}*")])
}

/// The paths themselves, if they are few; else the folder that holds all of them, unless that is so
/// near to the root that it would hold the host.
pub(super) fn paths(paths: &[&str], more: bool) -> Option<Vec<String>> {
    if paths.len() <= MOST && !more {
        return Some(paths.iter().map(|path| (*path).to_owned()).collect());
    }
    let folder = beginning(paths, &['/'])?;
    (folder.matches('/').count() > 2).then(|| vec![format!("{folder}**")])
}

/// The longest common beginning that ends with one of `ends`.
fn beginning<'a>(names: &[&'a str], ends: &[char]) -> Option<&'a str> {
    let (first, rest) = names.split_first()?;
    let common = rest.iter().fold(*first, |common, name| shared(common, name));
    let end = common.rfind(ends)?;
    common.get(..=end).filter(|start| start.len() > SHORTEST)
}

fn shared<'a>(a: &'a str, b: &str) -> &'a str {
    let same = a.char_indices().zip(b.chars()).find(|((_, x), y)| x != y).map(|((at, _), _)| at);
    let end = same.unwrap_or(a.len().min(b.len()));
    a.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn many(pattern: &str) -> Vec<String> {
        (0..20).map(|number| pattern.replace('#', &number.to_string())).collect()
    }

    fn found(all: &[String], of: fn(&[&str], bool) -> Option<Vec<String>>) -> Option<Vec<String>> {
        of(&all.iter().map(String::as_str).collect::<Vec<_>>(), false)
    }

    #[test]
    fn many_names_become_their_beginning() {
        assert_eq!(found(&many("shop-web-#"), names), Some(vec!["shop-web-*".to_owned()]));
        assert_eq!(found(&many("#-web"), names), None);
        assert_eq!(found(&many("a-#"), names), None);
        assert_eq!(names(&["b", "a"], false), Some(vec!["b".to_owned(), "a".to_owned()]));
        assert_eq!(names(&["b", "a"], true), None);
    }

    #[test]
    fn many_paths_become_their_folder_unless_it_is_a_large_one() {
        assert_eq!(found(&many("/srv/ci/job-#/src"), paths), Some(vec!["/srv/ci/**".to_owned()]));
        assert_eq!(found(&many("/srv/#"), paths), None);
        assert_eq!(found(&many("/#"), paths), None);
    }
}
