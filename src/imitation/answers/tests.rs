use std::collections::BTreeSet;
use std::fs;

use super::*;

/// Every recording, as the table and the constants beside it name them.
fn used() -> BTreeSet<&'static str> {
    let apart = [BAD_REQUEST, MOVED, TOO_NEW, TOO_OLD, PAGE_NOT_FOUND, HEAD_NOT_FOUND];
    let rows = TABLE.iter().map(|answer| answer.recorded.name);
    rows.chain(apart.map(|recorded| recorded.name)).collect()
}

#[test]
fn every_recording_is_used() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/imitation/recorded");
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let files: BTreeSet<String> = names.filter_map(|name| Some(name.strip_suffix(".http")?.to_owned())).collect();
    assert_eq!(files, used().into_iter().map(str::to_owned).collect());
}

#[test]
fn a_row_with_an_object_comes_before_the_row_for_any_name() {
    for (at, row) in TABLE.iter().enumerate() {
        let any = TABLE[..at].iter().find(|before| {
            before.method == row.method && before.path == row.path && before.object.is_none() && before.when.is_empty()
        });
        assert!(any.is_none(), "{} {} can never be {}", row.method, row.path, row.recorded.name);
    }
}

#[test]
fn every_recording_is_a_sound_answer() {
    for row in TABLE {
        let Recorded { name, .. } = row.recorded;
        assert!(row.recorded.head().starts_with(b"HTTP/1.1 "), "{name}");
        assert!((100..600).contains(&row.recorded.status()), "{name}");
        let stays = row.how == How::Whole && row.method != "HEAD" && !row.recorded.closes();
        assert!(!stays || is_framed(&row.recorded), "{name}");
    }
}

fn is_framed(recorded: &Recorded) -> bool {
    let head = String::from_utf8_lossy(recorded.head()).into_owned();
    let stated = format!("Content-Length: {}\r\n", recorded.body().len());
    head.contains(&stated) || recorded.body().is_empty() || recorded.body().ends_with(b"0\r\n\r\n")
}

#[test]
fn no_recording_names_the_machine_it_was_made_on() {
    for row in TABLE {
        let text = String::from_utf8_lossy(row.recorded.bytes).into_owned();
        for word in ["/root/", "/home/", "/tmp/", "registry-1.", "index.docker"] {
            assert!(!text.contains(word), "{} has `{word}`", row.recorded.name);
        }
    }
}
