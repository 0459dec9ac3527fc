//! What people see when a policy cannot be loaded: `tests/problems/NAME.yaml`
//! drawn as `NAME.txt`. `UPDATE_GOLDEN=1 cargo test --test problems` writes them anew.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

use dockgate::policy::{Policy, Source};
use std::fs;
use std::path::{Path, PathBuf};

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/problems");
    let entries = fs::read_dir(folder).expect("the folder of problems");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    files.sort();
    files
}

/// Problems, or the warnings of a policy that has none.
fn draw(path: &Path) -> String {
    let name = path.file_name().expect("a name").to_string_lossy();
    let sources = [Source { name: name.into(), text: fs::read_to_string(path).expect("a policy") }];
    let drawn: Vec<String> = match Policy::load(&sources) {
        Ok(policy) => policy.warnings().iter().map(|warning| warning.render(&sources, false)).collect(),
        Err(problems) => problems.iter().map(|problem| problem.render(&sources, false)).collect(),
    };
    drawn.join("\n\n") + "\n"
}

#[test]
fn problems_are_drawn_as_recorded() {
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    let files = files();
    assert!(files.len() >= 10, "{files:?}");
    for file in files {
        let (golden, drawn) = (file.with_extension("txt"), draw(&file));
        if update {
            fs::write(&golden, &drawn).expect("a written file");
        }
        let expected = fs::read_to_string(&golden).unwrap_or_default();
        assert_eq!(drawn, expected, "{}", file.display());
    }
}
