//! Text on its way into a policy.

/// The text as YAML has to have it: plain where that is read as this text, in quotes elsewhere.
pub fn quoted(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            c if c.is_control() || super::text::is_invisible(c) => out.push_str(&escaped(c)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Whether no reader of YAML takes it for anything but text.
fn is_plain(text: &str) -> bool {
    const WORDS: &[&str] = &["null", "true", "false", "yes", "no", "on", "off", "y", "n"];
    let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '/' | '_' | '+' | '=' | ':');
    let first = |c: char| c.is_ascii_alphabetic() || c == '/';
    text.starts_with(first)
        && text.chars().all(inner)
        && !text.ends_with(':')
        && !WORDS.contains(&text.to_ascii_lowercase().as_str())
}

fn escaped(character: char) -> String {
    match u32::from(character) {
        code @ 0..=0xff => format!("\\x{code:02x}"),
        code @ 0x100..=0xffff => format!("\\u{code:04x}"),
        code => format!("\\U{code:08x}"),
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn what_would_be_read_as_something_else_is_quoted() {
        for plain in ["web", "/srv/app", "nginx:1.27", "traefik.enable=true", "a-b_c"] {
            assert_eq!(quoted(plain), plain);
        }
        for (text, written) in [
            ("", "\"\""),
            ("1.5", "\"1.5\""),
            ("No", "\"No\""),
            ("a: b", "\"a: b\""),
            ("a:", "\"a:\""),
            ("web-*", "\"web-*\""),
            ("$x", "\"$x\""),
            ("say \"hi\"\\", "\"say \\\"hi\\\"\\\\\""),
            ("a\nb\u{202e}\u{1f600}", "\"a\\x0ab\\u202e\u{1f600}\""),
        ] {
            assert_eq!(quoted(text), written);
        }
    }
}
