//! Pieces of Markdown.

/// A table whose columns are as wide as their widest cell, so that its source can be read, too.
pub(super) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let head: Vec<String> = head.iter().map(|cell| (*cell).to_owned()).collect();
    let all = || std::iter::once(&head).chain(rows);
    let width =
        |column: usize| all().filter_map(|row: &Vec<String>| row.get(column)).map(|it| it.chars().count()).max();
    let widths: Vec<usize> = (0..head.len()).map(|column| width(column).unwrap_or(0).max(3)).collect();
    let line = |cells: &[String]| {
        let padded = cells.iter().zip(&widths).map(|(cell, width)| format!(" {cell:width$} |"));
        format!("|{}\n", padded.collect::<String>())
    };
    let rule: String = widths.iter().map(|width| format!(" {} |", "-".repeat(*width))).collect();
    line(&head) + &format!("|{rule}\n") + &rows.iter().map(|row| line(row)).collect::<String>()
}

/// A word as code.
pub(super) fn code(word: &str) -> String {
    format!("`{word}`")
}

/// Code inside a cell: a bar would end it.
pub(super) fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

/// A link to a section of a page that is called by its own word.
pub(super) fn link(word: &str, page: &str) -> String {
    format!("[`{word}`]({page}#{})", word.to_ascii_lowercase())
}

/// Links to sections, one after another; a dash for none.
pub(super) fn links<'w>(words: impl IntoIterator<Item = &'w str>, page: &str) -> String {
    listed(words.into_iter().map(|word| link(word, page)))
}

/// One after another; a dash for none.
pub(super) fn listed(words: impl IntoIterator<Item = String>) -> String {
    let words: Vec<String> = words.into_iter().collect();
    if words.is_empty() { "–".to_owned() } else { words.join(", ") }
}
