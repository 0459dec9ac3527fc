//! An answer, read by the book and no further.

use serde_json::Value;
use std::io::{self, Read};

/// One answer as it came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The head's text, blank line included.
    pub(crate) head: String,
    /// The body without its framing.
    pub(crate) body: Vec<u8>,
    /// Trailers of a chunked body.
    pub(crate) trailers: Vec<String>,
    /// The body ended as its framing says, not by a closed connection.
    pub(crate) whole: bool,
}

impl Answer {
    /// The first header of this name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut fields = self.head.lines().skip(1).filter_map(|line| line.split_once(':'));
        fields.find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// What stands behind `message`, where the body has Docker's error shape.
    pub(crate) fn message(&self) -> String {
        let value: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        value["message"].as_str().unwrap_or_default().to_owned()
    }
}

/// Reads bytes ahead and gives them out by lines and lengths.
pub(crate) struct Reader<R> {
    pub(crate) source: R,
    pub(crate) held: Vec<u8>,
}

impl<R: Read> Reader<R> {
    /// The next answer; `bodiless` for one to a `HEAD`.
    pub(crate) fn answer(&mut self, bodiless: bool) -> io::Result<Answer> {
        let head = self.head()?;
        let mut answer = Answer { status: status(&head), head, whole: true, ..Answer::default() };
        if bodiless || matches!(answer.status, 100..=199 | 204 | 304) {
            return Ok(answer);
        }
        if answer.header("transfer-encoding") == Some("chunked") {
            self.chunks(&mut answer)?;
        } else if let Some(length) = answer.header("content-length") {
            let length = length.parse().expect("a length");
            answer.body = self.exactly(length)?;
            answer.whole = answer.body.len() == length;
        } else {
            answer.body = self.rest()?;
        }
        Ok(answer)
    }

    /// The next head, up to and with its blank line.
    pub(crate) fn head(&mut self) -> io::Result<String> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            head.push_str(&self.line()?);
        }
        Ok(head)
    }

    /// What comes until the end, or until the connection breaks.
    pub(crate) fn rest(&mut self) -> io::Result<Vec<u8>> {
        while self.fill()? > 0 {}
        Ok(std::mem::take(&mut self.held))
    }

    /// So many bytes, or fewer if the end comes first.
    pub(crate) fn exactly(&mut self, length: usize) -> io::Result<Vec<u8>> {
        while self.held.len() < length && self.fill()? > 0 {}
        let length = length.min(self.held.len());
        Ok(self.held.drain(..length).collect())
    }

    fn chunks(&mut self, answer: &mut Answer) -> io::Result<()> {
        while let Some(size) = self.chunk_size()? {
            if size == 0 {
                return self.trailers(answer);
            }
            answer.body.extend(self.exactly(size)?);
            if self.line()? != "\r\n" {
                break;
            }
        }
        answer.whole = false;
        Ok(())
    }

    fn chunk_size(&mut self) -> io::Result<Option<usize>> {
        Ok(usize::from_str_radix(self.line()?.trim_end(), 16).ok())
    }

    fn trailers(&mut self, answer: &mut Answer) -> io::Result<()> {
        loop {
            let line = self.line()?;
            match line.trim_end() {
                "" => return Ok(()),
                trailer => answer.trailers.push(trailer.to_owned()),
            }
        }
    }

    /// The next line with its end; less at the end of all.
    fn line(&mut self) -> io::Result<String> {
        let mut seen = 0;
        loop {
            if let Some(at) = self.held[seen..].iter().position(|byte| *byte == b'\n') {
                let line = self.held.drain(..=seen + at).collect();
                return String::from_utf8(line).map_err(io::Error::other);
            }
            seen = self.held.len();
            if self.fill()? == 0 {
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, format!("after {:?}", self.held)));
            }
        }
    }

    fn fill(&mut self) -> io::Result<usize> {
        let mut buffer = [0; 64 << 10];
        match self.source.read(&mut buffer) {
            Ok(read) => {
                self.held.extend_from_slice(&buffer[..read]);
                Ok(read)
            }
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => Ok(0),
            Err(error) => Err(error),
        }
    }
}

fn status(head: &str) -> u16 {
    head.split(' ').nth(1).and_then(|word| word.parse().ok()).expect("a status line")
}
