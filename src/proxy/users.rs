//! Names of users and groups, from the files of this machine's root.

use std::fs::File;
use std::io::{self, Read};

/// The largest `passwd` or `group` file that is read.
const MAX_FILE: u64 = 4 << 20;

/// The name of a user id in `/etc/passwd`.
///
/// # Errors
/// The file cannot be read.
pub(super) fn user_name(uid: u32) -> io::Result<Option<String>> {
    Ok(entries("/etc/passwd")?.into_iter().find(|e| e.id == uid).map(|e| e.name))
}

/// The id of a user name.
pub(super) fn user_id(name: &str) -> Option<u32> {
    entries("/etc/passwd").ok()?.into_iter().find(|e| e.name == name).map(|e| e.id)
}

/// The names of group ids in `/etc/group`.
///
/// # Errors
/// The file cannot be read.
pub(super) fn group_names(ids: &[u32]) -> io::Result<Vec<String>> {
    Ok(entries("/etc/group")?.into_iter().filter(|e| ids.contains(&e.id)).map(|e| e.name).collect())
}

/// The id of a group name.
pub(super) fn group_id(name: &str) -> Option<u32> {
    entries("/etc/group").ok()?.into_iter().find(|e| e.name == name).map(|e| e.id)
}

struct Entry {
    name: String,
    id: u32,
}

fn entries(file: &str) -> io::Result<Vec<Entry>> {
    let mut text = String::new();
    let read = File::open(file)?.take(MAX_FILE + 1).read_to_string(&mut text)?;
    if read as u64 > MAX_FILE {
        return Err(io::Error::other(format!("`{file}` is larger than {MAX_FILE} bytes")));
    }
    Ok(text.lines().filter_map(entry).collect())
}

/// `name:x:ID:...` in both files.
fn entry(line: &str) -> Option<Entry> {
    let mut fields = line.split(':');
    let name = fields.next()?.to_owned();
    let id = fields.nth(1)?.parse().ok()?;
    Some(Entry { name, id })
}

#[cfg(test)]
mod tests {
    use super::{entry, group_id, user_id, user_name};

    #[test]
    fn lines_are_read_by_name_and_number() {
        let root = entry("root:x:0:0:root:/root:/bin/sh").map(|e| (e.name, e.id));
        assert_eq!(root, Some(("root".to_owned(), 0)));
        assert!(entry("").is_none());
        assert!(entry("+::::::").is_none());
    }

    #[test]
    fn root_is_known_everywhere() {
        assert_eq!(user_name(0).unwrap().as_deref(), Some("root"));
        assert_eq!((user_id("root"), group_id("root")), (Some(0), Some(0)));
    }
}
