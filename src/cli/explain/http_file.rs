//! Requests in a `.http` file: behind lines of `###`, a request line, headers, an empty line and a body.

use super::request::Asked;

/// How many requests of one file are read.
const MOST: usize = 1000;

/// The requests of the text, each with its title.
pub(super) fn read(text: &str) -> Result<Vec<(String, Asked)>, String> {
    // what stands before the first `###` is a request as well, if it is one
    let text = text.replace("\r\n", "\n");
    let mut found = Vec::new();
    for (number, part) in format!("\n{text}").split("\n###").enumerate() {
        let (title, rest) = if number == 0 { ("", part) } else { part.split_once('\n').unwrap_or((part, "")) };
        if let Some(asked) = request(rest)? {
            found.push((title.trim().to_owned(), asked));
        }
        if found.len() > MOST {
            return Err(format!("the file holds more than {MOST} requests"));
        }
    }
    if found.is_empty() { Err("the file holds no request".to_owned()) } else { Ok(found) }
}

/// Comments before the request line begin with `#` or `//`.
fn request(text: &str) -> Result<Option<Asked>, String> {
    let is_note = |line: &&str| line.trim().is_empty() || line.starts_with('#') || line.starts_with("//");
    let skipped: usize = text.split_inclusive('\n').take_while(is_note).map(str::len).sum();
    let text = text.get(skipped..).unwrap_or_default();
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let mut lines = head.lines();
    let Some(first) = lines.next() else { return Ok(None) };
    let line = first.rsplit_once(" HTTP/").map_or(first, |(line, _)| line);
    let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
    let headers: Vec<String> = lines.filter(|line| !is_note(line)).map(str::to_owned).collect();
    let body = body.trim_end();
    let body = (!body.is_empty()).then(|| body.to_owned());
    let asked = Asked::of_words(&words, None, body).map_err(|_| format!("`{first}` is no request line"))?;
    asked.with_headers(&headers).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_stand_behind_their_titles() {
        let text = "# notes\n\n### one\n# may: x\nGET http://docker/info HTTP/1.1\nHost: docker\n\n### two\nPOST /auth\nX-A: b\n\n{\n\n}\n";
        let found = read(text).unwrap();
        let titles: Vec<&str> = found.iter().map(|(title, _)| title.as_str()).collect();
        assert_eq!(titles, ["one", "two"]);
        assert_eq!(found[0].1.target, "/info");
        assert_eq!(found[1].1.body.as_deref(), Some("{\n\n}"));
        assert_eq!(found[1].1.headers, [("X-A".to_owned(), "b".to_owned())]);
        assert!(read("# nothing\n").is_err());
        assert!(read("### x\nnonsense in words\n").is_err());
    }
}
