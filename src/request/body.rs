//! Bodies that are judged: JSON by table, rebuilt in Docker's own spelling.

use super::json::{self, Json};
use super::tree::Unknown;
use super::{Refusal, Tree};
use crate::catalogue::fields::Field;

/// How large a JSON body may be. The largest that Docker takes is a config of
/// 1,000 KiB, which is a third longer as Base64.
pub const MAX_JSON_BODY: usize = 4 << 20;

/// How many bytes a client may send as the empty body of an operation that
/// takes none: `{}`, `null` or an empty line, which dockerode and others do.
pub const MAX_EMPTY_BODY: usize = 16;

/// Reads a JSON body by the table of its operation; nothing where it says nothing.
///
/// # Errors
/// It is no JSON that can be read in one way only, or has values of other types than Docker's.
pub(super) fn read(bytes: &[u8], table: &Field) -> Result<Option<(Tree, Unknown)>, Refusal> {
    // to dockerd `null` is an empty body: optional for a commit, refused for all else
    if matches!(bytes.trim_ascii(), b"" | b"null") {
        return Ok(None);
    }
    let json = json::read(bytes).map_err(|error| {
        Refusal::malformed(format!("the body is not plain JSON: {} (at byte {})", error.what, error.at))
    })?;
    Tree::read(json, &table.shape).map(Some)
}

/// Whether a `Content-Type` is the one that dockerd demands of JSON; a character set may be named.
pub(super) fn is_json(media: &str) -> bool {
    let (kind, rest) = media.split_once(';').unwrap_or((media, ""));
    let charset = |text: &str| text.eq_ignore_ascii_case("charset=utf-8");
    kind.trim().eq_ignore_ascii_case("application/json") && (rest.is_empty() || charset(rest.trim()))
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
    use super::*;

    #[test]
    fn one_type_of_bodies_is_json() {
        for media in ["application/json", "APPLICATION/JSON", "application/json; charset=UTF-8"] {
            assert!(is_json(media), "{media}");
        }
        for media in ["", "text/json", "application/jsonx", "application/json;x", "application/json, text/plain"] {
            assert!(!is_json(media), "{media}");
        }
    }

    #[test]
    fn keys_fold_as_in_go() {
        assert_eq!(fold("Con\u{17f}oleSize"), "consolesize");
        assert_eq!(fold("\u{212a}ey"), "key");
        assert_eq!(fold("\u{130}"), "\u{130}");
    }
}
