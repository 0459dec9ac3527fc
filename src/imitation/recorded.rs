//! One recorded answer, as the bytes that a real daemon sent.

/// A recording under `recorded/`, by the name of its file.
#[derive(Clone, Copy)]
pub(super) struct Recorded {
    pub(super) name: &'static str,
    pub(super) bytes: &'static [u8],
}

impl Recorded {
    /// The status line and the headers, up to and with the blank line.
    pub(super) fn head(&self) -> &'static [u8] {
        self.bytes.get(..self.head_length()).unwrap_or_default()
    }

    /// What follows the head, in the framing in which it came.
    pub(super) fn body(&self) -> &'static [u8] {
        self.bytes.get(self.head_length()..).unwrap_or_default()
    }

    /// The status of the answer.
    pub(super) fn status(&self) -> u16 {
        let code = self.bytes.get(9..12).unwrap_or_default();
        std::str::from_utf8(code).ok().and_then(|code| code.parse().ok()).unwrap_or_default()
    }

    /// Whether the end of the connection is the end of the answer.
    pub(super) fn closes(&self) -> bool {
        let bare = matches!(self.status(), 204 | 304);
        let framed = self.says(b"\r\nContent-Length:") || self.says(b"\r\nTransfer-Encoding:");
        self.says(b"\r\nConnection: close") || !(bare || framed)
    }

    /// Whether the connection stops being HTTP with this answer.
    pub(super) fn hijacks(&self) -> bool {
        self.status() == 101 || self.says(b"application/vnd.docker.raw-stream")
    }

    fn head_length(&self) -> usize {
        find(self.bytes, b"\r\n\r\n").map_or(self.bytes.len(), |at| at + 4)
    }

    fn says(&self, what: &[u8]) -> bool {
        find(self.head(), what).is_some()
    }
}

/// Where `what` first occurs in `bytes`.
pub(super) fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

/// `bytes` with every `old` replaced by `new`, and a stated Content-Length kept true.
pub(super) fn replace(recorded: &Recorded, old: &str, new: &str) -> Vec<u8> {
    let body = substitute(recorded.body(), old, new);
    let stated = format!("Content-Length: {}\r\n", recorded.body().len());
    let length = format!("Content-Length: {}\r\n", body.len());
    let mut bytes = substitute(recorded.head(), old, new);
    if !body.is_empty() {
        bytes = substitute(&bytes, &stated, &length);
    }
    bytes.extend_from_slice(&body);
    bytes
}

fn substitute(mut bytes: &[u8], old: &str, new: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    while let Some((before, after)) = split_at_match(bytes, old.as_bytes()) {
        out.extend_from_slice(before);
        out.extend_from_slice(new.as_bytes());
        bytes = after;
    }
    out.extend_from_slice(bytes);
    out
}

fn split_at_match<'a>(bytes: &'a [u8], what: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = find(bytes, what)?;
    Some((bytes.get(..at)?, bytes.get(at + what.len()..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recorded(text: &'static str) -> Recorded {
        Recorded { name: "test", bytes: text.as_bytes() }
    }

    #[test]
    fn head_and_body_are_split_at_the_blank_line() {
        let answer = recorded("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK");
        assert_eq!(answer.head(), b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
        assert_eq!(answer.body(), b"OK");
        assert_eq!(answer.status(), 200);
    }

    #[test]
    fn an_answer_without_framing_closes() {
        assert!(recorded("HTTP/1.1 400 Bad\r\n\r\nno").closes());
        assert!(recorded("HTTP/1.1 101 UPGRADED\r\nUpgrade: tcp\r\n\r\n").closes());
        assert!(!recorded("HTTP/1.1 204 No Content\r\n\r\n").closes());
        assert!(!recorded("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").closes());
    }

    #[test]
    fn a_replacement_of_another_length_keeps_the_content_length_true() {
        let answer = recorded("HTTP/1.1 200 OK\r\nApi: 1.45\r\nContent-Length: 8\r\n\r\n1.45 1.4");
        assert_eq!(
            replace(&answer, "1.45", "1.100"),
            b"HTTP/1.1 200 OK\r\nApi: 1.100\r\nContent-Length: 9\r\n\r\n1.100 1.4"
        );
    }
}
