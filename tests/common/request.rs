//! Requests, spelled out.

/// A request under construction; it is sent as the bytes that [`Ask::bytes`] tells.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    line: String,
    fields: String,
    body: Vec<u8>,
}

/// Begins a request.
pub(crate) fn ask(method: &str, target: &str) -> Ask {
    Ask { line: format!("{method} {target} HTTP/1.1\r\n"), fields: "Host: docker\r\n".into(), body: Vec::new() }
}

/// A whole `GET`.
pub(crate) fn get(target: &str) -> Vec<u8> {
    ask("GET", target).bytes()
}

/// A whole `HEAD`.
pub(crate) fn head(target: &str) -> Vec<u8> {
    ask("HEAD", target).bytes()
}

/// A whole `POST` without a body.
pub(crate) fn post(target: &str) -> Vec<u8> {
    ask("POST", target).bytes()
}

/// A `PUT` with this body.
pub(crate) fn put(target: &str, body: &[u8]) -> Vec<u8> {
    ask("PUT", target).body(body).bytes()
}

impl Ask {
    /// Adds a header.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.push_str(&format!("{name}: {value}\r\n"));
        self
    }

    /// Asks to switch to this protocol.
    pub(crate) fn upgrade(self, protocol: &str) -> Self {
        self.with("Connection", "Upgrade").with("Upgrade", protocol)
    }

    /// Adds a body and its length.
    pub(crate) fn body(self, body: impl AsRef<[u8]>) -> Self {
        let body = body.as_ref();
        let length = body.len().to_string();
        Self { body: body.to_vec(), ..self.with("Content-Length", &length) }
    }

    /// Adds a body in chunks of these.
    pub(crate) fn chunks(self, pieces: &[&[u8]]) -> Self {
        let mut body = Vec::new();
        for piece in pieces {
            body.extend(format!("{:x}\r\n", piece.len()).into_bytes());
            body.extend_from_slice(piece);
            body.extend(b"\r\n");
        }
        body.extend(b"0\r\n\r\n");
        Self { body, ..self.with("Transfer-Encoding", "chunked") }
    }

    /// The request as it is sent.
    pub(crate) fn bytes(self) -> Vec<u8> {
        [self.line.as_bytes(), self.fields.as_bytes(), b"\r\n", &self.body].concat()
    }
}
