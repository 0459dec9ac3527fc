//! The table of facets in `policies/README.md` is that of the code.
//! `UPDATE_GOLDEN=1 cargo test --test facets` writes it anew.

use dockgate::catalogue::{FACETS, FacetRow};
use dockgate::reference::said::{about, kind, unsaid};
use std::fs;
use std::path::Path;

const BEGIN: &str = "<!-- facets: written by `UPDATE_GOLDEN=1 cargo test --test facets` -->\n";
const END: &str = "<!-- end of facets -->\n";

fn table() -> String {
    let head = "| word | what it limits, and what a denial says | values | unless said |\n| --- | --- | --- | --- |\n";
    let line = |row: &FacetRow| format!("| `{}` | {} | {} | {} |\n", row.word, about(row), kind(row), unsaid(row));
    FACETS.iter().map(line).fold(head.to_owned(), |table, line| table + &line)
}

#[test]
fn the_page_holds_the_table_of_the_code() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies/README.md");
    let page = fs::read_to_string(&file).expect("the page");
    let (before, rest) = page.split_once(BEGIN).expect("the beginning of the table");
    let (_, after) = rest.split_once(END).expect("the end of the table");
    let current = format!("{before}{BEGIN}{}{END}{after}", table());
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&file, &current).expect("a written page");
    } else {
        assert!(page == current, "run `UPDATE_GOLDEN=1 cargo test --test facets`");
    }
}
