//! Bodies that are judged: JSON by table, rebuilt in Docker's own spelling.

use super::Refusal;
use super::json::{self, Json};

/// How large a body that is read before it is forwarded may be.
pub const MAX_JUDGED_BODY: usize = 1 << 20;

/// How many bytes a client may send as the empty body of an operation that
/// takes none: `{}`, `null` or an empty line, which dockerode and others do.
pub const MAX_EMPTY_BODY: usize = 16;

/// The body of `POST /exec/{id}/start`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExecStart {
    /// Answer at once and leave the process running.
    pub detach: bool,
    /// The stream is a terminal.
    pub tty: bool,
    /// Height and width of the terminal (API 1.42).
    pub console_size: Option<[u16; 2]>,
}

impl ExecStart {
    /// Reads the body as dockerd does, but every key only once and no unknown one.
    ///
    /// # Errors
    /// Anything but the three known fields with values of their types.
    pub fn read(bytes: &[u8]) -> Result<Self, Refusal> {
        let mut body = Self::default();
        let mut seen = Vec::new();
        for (key, value) in fields(bytes)? {
            let folded = fold(&key);
            if seen.contains(&folded) {
                return Err(Refusal::malformed("the body has a key twice, in different case"));
            }
            body.set(&folded, &value)?;
            seen.push(folded);
        }
        Ok(body)
    }

    fn set(&mut self, key: &str, value: &Json) -> Result<(), Refusal> {
        match (key, value) {
            ("detach", Json::Bool(on)) => self.detach = *on,
            ("tty", Json::Bool(on)) => self.tty = *on,
            ("consolesize", Json::Array(items)) => self.console_size = Some(console_size(items)?),
            ("detach" | "tty" | "consolesize", Json::Null) => {}
            (_, value) if is_zero(value) => {}
            _ => {
                return Err(Refusal::malformed(
                    "the body has a field that an exec start does not take, or of another type",
                ));
            }
        }
        Ok(())
    }

    /// The one spelling that is forwarded.
    pub fn canonical(&self) -> String {
        let size = self.console_size.map(|[h, w]| format!(",\"ConsoleSize\":[{h},{w}]")).unwrap_or_default();
        format!("{{\"Detach\":{},\"Tty\":{}{size}}}", self.detach, self.tty)
    }
}

/// The fields of a body that is one JSON object.
fn fields(bytes: &[u8]) -> Result<Vec<(String, Json)>, Refusal> {
    match json::read(bytes) {
        Ok(Json::Object(fields)) => Ok(fields),
        Ok(_) => Err(Refusal::malformed("the body is not a JSON object")),
        Err(error) => {
            Err(Refusal::malformed(format!("the body is not plain JSON: {} (at byte {})", error.what, error.at)))
        }
    }
}

fn console_size(items: &[Json]) -> Result<[u16; 2], Refusal> {
    let number = |item: &Json| if let Json::Number(text) = item { text.parse().ok() } else { None };
    match items {
        [height, width] => number(height).zip(number(width)).map(|(h, w)| [h, w]),
        _ => None,
    }
    .ok_or_else(|| Refusal::malformed("`ConsoleSize` is not a list of two numbers"))
}

/// Go matches keys by simple case folding: `ſ` is `s`, the Kelvin sign is `k`.
pub fn fold(key: &str) -> String {
    key.chars()
        .map(|c| match c {
            '\u{17f}' => 's',
            '\u{212a}' => 'k',
            c => c.to_ascii_lowercase(),
        })
        .collect()
}

/// Clients send the zero values of fields that they do not use.
pub(super) fn is_zero(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::Bool(on) => !on,
        Json::Number(text) => text == "0",
        Json::String(text) => text.is_empty(),
        Json::Array(items) => items.is_empty(),
        Json::Object(fields) => fields.is_empty(),
    }
}

/// Whether a body says nothing, as some clients send with every POST.
pub fn says_nothing(bytes: &[u8]) -> bool {
    matches!(bytes.trim_ascii(), b"" | b"{}" | b"null")
}

#[cfg(test)]
mod tests {
    use super::ExecStart;

    #[test]
    fn an_exec_start_is_rebuilt_in_one_spelling() {
        let body = ExecStart::read(br#"{"detach":false,"TTY":true,"ConsoleSize":[24,80],"x":null}"#);
        assert_eq!(body.unwrap().canonical(), r#"{"Detach":false,"Tty":true,"ConsoleSize":[24,80]}"#);
        assert_eq!(ExecStart::read(b"{}").unwrap().canonical(), r#"{"Detach":false,"Tty":false}"#);
    }

    #[test]
    fn what_is_not_an_exec_start_is_refused() {
        let bad: &[&[u8]] = &[
            b"",
            b"[]",
            b"{\"Detach\":1}",
            b"{\"Detach\":\"true\"}",
            b"{\"Detach\":true,\"detach\":false}",
            b"{\"Privileged\":true}",
            b"{\"ConsoleSize\":[1]}",
            b"{\"ConsoleSize\":[1,-2]}",
            b"{} x",
        ];
        for body in bad {
            assert!(ExecStart::read(body).is_err(), "{}", String::from_utf8_lossy(body));
        }
    }

    #[test]
    fn keys_fold_as_in_go() {
        assert_eq!(super::fold("Con\u{17f}oleSize"), "consolesize");
        assert_eq!(super::fold("\u{212a}ey"), "key");
        assert_eq!(super::fold("\u{130}"), "\u{130}");
    }
}
