//! Golden tests of the command line: each file in `tests/cli/` holds commands
//! and all that they print. `UPDATE_GOLDEN=1` writes them anew, to be read in
//! the diff.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Runs `dockgate ...` in the folder of the tests, where the policies of the cases lie.
fn run(line: &str) -> String {
    let words = line.split_whitespace().skip(1);
    let output = Command::new(env!("CARGO_BIN_EXE_dockgate"))
        .args(words)
        .current_dir(folder())
        .env("COLUMNS", "100")
        .env_remove("DOCKER_HOST")
        .env_remove("DOCKGATE_LOG")
        .env_remove("DOCKGATE_CERTS")
        .output()
        .unwrap();
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    let told = format!("$ {line}\n{out}{err}[exit {}]\n", output.status.code().unwrap());
    told.replace(env!("CARGO_MANIFEST_DIR"), "/home/me/dockgate")
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli")
}

fn commands(golden: &str) -> impl Iterator<Item = &str> {
    golden.lines().filter_map(|line| line.strip_prefix("$ "))
}

#[test]
fn every_command_prints_what_it_printed() {
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    let mut files: Vec<_> = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|ending| ending == "txt"));
    files.sort();
    assert!(!files.is_empty());
    for file in files {
        let golden = fs::read_to_string(&file).unwrap();
        let now: Vec<String> = commands(&golden).map(run).collect();
        let now = now.join("\n");
        if update {
            fs::write(&file, now).unwrap();
        } else {
            assert_eq!(now, golden, "{}: UPDATE_GOLDEN=1 writes it anew", file.display());
        }
    }
}
