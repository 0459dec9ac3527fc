//! A second opinion on request heads: strict where HTTP libraries are lenient.

/// How the length of a request's body is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    /// Chunks, then trailers.
    Chunked,
    /// So many bytes.
    Length(u64),
}

/// A request head that left nothing to be guessed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) method: String,
    pub(super) target: String,
    pub(super) persistent: bool,
    pub(super) headers: Vec<(String, String)>,
    pub(super) framing: Framing,
}

impl Head {
    /// Reads the bytes of a head, blank line included; `None` where anything is out of order.
    pub(super) fn parse(raw: &[u8]) -> Option<Head> {
        let text = std::str::from_utf8(raw).ok()?.strip_suffix("\r\n\r\n")?;
        let mut lines = text.split("\r\n");
        let (method, target, latest) = request_line(lines.next()?)?;
        let headers = lines.map(field).collect::<Option<Vec<_>>>()?;
        if latest && values(&headers, "host").count() != 1 {
            return None;
        }
        Some(Head {
            method,
            target,
            persistent: latest && !asks(&headers, "connection", "close"),
            framing: framing(&headers, latest)?,
            headers,
        })
    }

    /// Whether a header field of this name lists this word.
    pub(super) fn asks(&self, name: &str, word: &str) -> bool {
        asks(&self.headers, name, word)
    }
}

fn request_line(line: &str) -> Option<(String, String, bool)> {
    let parts: Vec<&str> = line.split(' ').collect();
    let [method, target, version] = parts.as_slice() else {
        return None;
    };
    let latest = match *version {
        "HTTP/1.1" => true,
        "HTTP/1.0" => false,
        _ => return None,
    };
    let sound = is_token(method) && !target.is_empty() && target.bytes().all(|b| b.is_ascii_graphic());
    sound.then(|| (method.to_string(), target.to_string(), latest))
}

/// One `name: value` line; a continuation line or a blank before the colon is no token.
pub(super) fn field(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once(':')?;
    let value = value.trim_matches([' ', '\t']);
    let clean = value.chars().all(|c| c == '\t' || !c.is_control());
    (is_token(name) && clean).then(|| (name.to_owned(), value.to_owned()))
}

fn framing(headers: &[(String, String)], latest: bool) -> Option<Framing> {
    let mut lengths = values(headers, "content-length");
    let mut codings = values(headers, "transfer-encoding");
    match (lengths.next(), codings.next()) {
        (None, None) => Some(Framing::Length(0)),
        (Some(length), None) if lengths.next().is_none() => digits(length).map(Framing::Length),
        (None, Some(coding)) => {
            let sound = latest && codings.next().is_none() && coding.eq_ignore_ascii_case("chunked");
            sound.then_some(Framing::Chunked)
        }
        _ => None,
    }
}

fn digits(text: &str) -> Option<u64> {
    let plain = text.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

fn values<'a>(headers: &'a [(String, String)], name: &'a str) -> impl Iterator<Item = &'a str> {
    let named = headers.iter().filter(move |(field, _)| field.eq_ignore_ascii_case(name));
    named.map(|(_, value)| value.as_str())
}

fn asks(headers: &[(String, String)], name: &str, word: &str) -> bool {
    let mut words = values(headers, name).flat_map(|value| value.split(','));
    words.any(|said| said.trim().eq_ignore_ascii_case(word))
}

fn is_token(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    !text.is_empty() && text.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Option<Head> {
        Head::parse(text.as_bytes())
    }

    fn framed(headers: &str) -> Option<Framing> {
        parse(&format!("POST / HTTP/1.1\r\nHost: d\r\n{headers}\r\n")).map(|head| head.framing)
    }

    #[test]
    fn a_plain_head_is_read() {
        let head = parse("GET /_ping?x=1 HTTP/1.1\r\nHost: \r\nAccept:  a, b \r\n\r\n").unwrap();
        assert_eq!((head.method.as_str(), head.target.as_str()), ("GET", "/_ping?x=1"));
        assert_eq!(head.headers[1], ("Accept".into(), "a, b".into()));
        assert!(head.persistent && head.asks("accept", "B"));
    }

    #[test]
    fn framing_is_told_in_one_way_or_not_at_all() {
        assert_eq!(framed(""), Some(Framing::Length(0)));
        assert_eq!(framed("Content-Length: 12\r\n"), Some(Framing::Length(12)));
        assert_eq!(framed("transfer-encoding: Chunked\r\n"), Some(Framing::Chunked));
        for bad in [
            "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
            "Content-Length: 1\r\nContent-Length: 1\r\n",
            "Content-Length: +1\r\n",
            "Content-Length: 1, 1\r\n",
            "Content-Length: 99999999999999999999\r\n",
            "Transfer-Encoding: identity\r\n",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        ] {
            assert_eq!(framed(bad), None, "{bad}");
        }
    }

    #[test]
    fn an_older_version_closes_and_cannot_be_chunked() {
        assert!(!parse("GET / HTTP/1.0\r\n\r\n").unwrap().persistent);
        assert_eq!(parse("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), None);
    }

    #[test]
    fn oddities_are_refused() {
        for bad in [
            "GET  / HTTP/1.1\r\nHost: d\r\n\r\n",
            "GET / HTTP/1.2\r\nHost: d\r\n\r\n",
            "GET /\u{e9} HTTP/1.1\r\nHost: d\r\n\r\n",
            "G(T / HTTP/1.1\r\nHost: d\r\n\r\n",
            "GET / HTTP/1.1\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: d\r\nHost: d\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: d\r\n folded\r\n\r\n",
            "GET / HTTP/1.1\r\nHost : d\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: d\r\nno colon\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: d\nX: y\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: d\rX: y\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: d\0\r\n\r\n",
            "PRI * HTTP/2.0\r\n\r\n",
        ] {
            assert_eq!(parse(bad), None, "{bad:?}");
        }
    }
}
