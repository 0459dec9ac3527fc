//! Users and groups: `NAME|NUMBER[:NAME|NUMBER]`.

/// The user in one spelling: `+0`, `00` and `root` are `0`. Nothing for one that cannot be.
///
/// An empty text is no user; its meaning is the image's.
pub fn normal(text: &str) -> Option<String> {
    let (user, group) = text.split_once(':').map_or((text, None), |(user, group)| (user, Some(group)));
    // `:0` is the image's user with another group, which nothing here can tell
    let user = part(user)?;
    match group {
        Some(group) => Some(format!("{user}:{}", part(group)?)),
        None => Some(user),
    }
}

/// Whether the text is a number, so that it stands for itself whatever an image says.
pub fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn part(text: &str) -> Option<String> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if is_number(digits) {
        return go_number(text).map(|number| number.to_string());
    }
    let plain = !text.is_empty() && !text.contains(|c: char| c == ':' || c.is_whitespace() || c.is_control());
    match text {
        "root" => Some("0".into()),
        text => plain.then(|| text.to_owned()),
    }
}

/// Go's `strconv.Atoi`, within what a kernel takes for an ID.
fn go_number(text: &str) -> Option<i32> {
    text.parse::<i64>().ok().and_then(|number| i32::try_from(number).ok()).filter(|number| *number >= 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn root_has_many_spellings() {
        for text in ["0", "00", "+0", "-0", "root"] {
            assert_eq!(normal(text).as_deref(), Some("0"), "{text}");
        }
        for text in ["0:0", "root:root", "+0:00", "root:0"] {
            assert_eq!(normal(text).as_deref(), Some("0:0"), "{text}");
        }
    }

    #[test]
    fn others_stay_who_they_are() {
        let cases =
            [("1000", "1000"), ("01000", "1000"), ("1000:root", "1000:0"), ("node", "node"), ("node:www", "node:www")];
        for (text, expected) in cases {
            assert_eq!(normal(text).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(normal("Root").as_deref(), Some("Root"), "names are case-sensitive");
    }

    #[test]
    fn what_nobody_is_called_is_odd() {
        for text in ["", ":0", "0:", "-1", "2147483648", "99999999999999999999", "a:b:c", "a b", "root\n"] {
            assert_eq!(normal(text), None, "{text}");
        }
    }
}
