//! Names from outside, made fit to be shown.

use std::fmt::Write;

/// The longest stretch of a foreign name that is shown, in characters.
pub const SHOWN: usize = 80;

/// The name in backticks: control and invisible characters escaped, cut at [`SHOWN`].
pub(super) fn shown(name: &str) -> String {
    let mut text = String::from("`");
    push_plain(&mut text, name);
    text.push('`');
    text
}

/// As [`shown`], without the backticks.
pub(super) fn plain(name: &str) -> String {
    let mut text = String::new();
    push_plain(&mut text, name);
    text
}

fn push_plain(text: &mut String, name: &str) {
    let mut characters = name.chars();
    for character in characters.by_ref().take(SHOWN) {
        push_escaped(text, character);
    }
    if characters.next().is_some() {
        text.push('…');
    }
}

fn push_escaped(text: &mut String, character: char) {
    match character {
        '"' | '\'' => text.push(character),
        '`' => text.push_str("\\u{60}"),
        other => {
            // writing to a string cannot fail
            let _ = write!(text, "{}", other.escape_debug());
        }
    }
}

/// The text with the user information of its URLs cut: `https://…@host/x`.
pub(super) fn without_credentials(text: &str) -> String {
    text.split_inclusive(char::is_whitespace).map(cut_credentials).collect()
}

/// Up to the last `@`, for a password may hold anything that ends a host; and what stands behind a `?`.
fn cut_credentials(word: &str) -> String {
    if let Some((url, _)) = word.split_once('?').filter(|(url, _)| url.contains("://")) {
        return format!("{}?…", cut_credentials(url));
    }
    let cut = word.split_once("://").and_then(|(scheme, rest)| Some((scheme, rest.rsplit_once('@')?.1)));
    cut.map_or_else(|| word.to_owned(), |(scheme, rest)| format!("{scheme}://…@{rest}"))
}

/// `a`, `a or b`, `a, b or c`: cut short after `most` items.
pub(super) fn listed(items: &[String], word: &str, most: usize) -> String {
    let (head, last) = match items {
        [] => return String::new(),
        [one] => return one.clone(),
        _ if items.len() > most => {
            let head = items.iter().take(most).cloned().collect::<Vec<_>>();
            return format!("{} {word} {} more", head.join(", "), items.len() - most);
        }
        [head @ .., last] => (head, last),
    };
    format!("{} {word} {last}", head.join(", "))
}

/// Whether a reader cannot see the character, or it turns the text around it.
pub(super) fn is_invisible(character: char) -> bool {
    let control = character.is_control() && !matches!(character, '\n' | '\r' | '\t');
    control || INVISIBLE.iter().any(|(from, to)| (*from..=*to).contains(&character))
}

/// Unicode's format characters, odd spaces and fillers.
const INVISIBLE: &[(char, char)] = &[
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{2000}', '\u{200f}'),
    ('\u{2028}', '\u{202f}'),
    ('\u{205f}', '\u{206f}'),
    ('\u{3000}', '\u{3000}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff0}', '\u{fffb}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0000}', '\u{e0fff}'),
];

/// Whether one word of the text mixes Latin letters with those of another script,
/// as a word does that only looks like another.
pub(super) fn mixes_scripts(text: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric()).any(|word| {
        word.contains(|c: char| c.is_ascii_alphabetic()) && word.contains(|c: char| c.is_alphabetic() && !is_latin(c))
    })
}

fn is_latin(letter: char) -> bool {
    letter <= '\u{24f}' || ('\u{1e00}'..='\u{1eff}').contains(&letter)
}

/// Whether the text can be the name of a role, a part or a `let`.
pub(super) fn is_name(text: &str) -> bool {
    const LONGEST: usize = 64;
    let letters = |c: u8| c.is_ascii_alphanumeric() || c == b'-' || c == b'_';
    text.len() <= LONGEST && text.bytes().next().is_some_and(|c| c.is_ascii_alphanumeric()) && text.bytes().all(letters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_names_cannot_forge_anything() {
        let cases = [
            ("web", "`web`"),
            ("a\nb", "`a\\nb`"),
            ("\u{1b}[31m", "`\\u{1b}[31m`"),
            ("\u{202e}gpj", "`\\u{202e}gpj`"),
            ("a`b", "`a\\u{60}b`"),
            ("it's \"x\"", "`it's \"x\"`"),
            ("jürgen", "`jürgen`"),
        ];
        for (name, expected) in cases {
            assert_eq!(shown(name), expected);
        }
    }

    #[test]
    fn long_names_are_cut() {
        let text = plain(&"x".repeat(SHOWN + 1));
        assert_eq!(text.chars().count(), SHOWN + 1);
        assert!(text.ends_with('…'));
        assert_eq!(plain(&"x".repeat(SHOWN)).len(), SHOWN);
    }

    #[test]
    fn lists_read_as_people_write_them() {
        let items = |n: usize| (0..n).map(|i| i.to_string()).collect::<Vec<_>>();
        assert_eq!(listed(&items(0), "or", 3), "");
        assert_eq!(listed(&items(1), "or", 3), "0");
        assert_eq!(listed(&items(2), "or", 3), "0 or 1");
        assert_eq!(listed(&items(3), "and", 3), "0, 1 and 2");
        assert_eq!(listed(&items(5), "and", 3), "0, 1, 2 and 2 more");
    }

    #[test]
    fn what_cannot_be_seen_is_found() {
        for hidden in ['\u{200b}', '\u{202e}', '\u{feff}', '\u{0}', '\u{85}', '\u{e0041}'] {
            assert!(is_invisible(hidden), "{hidden:?}");
        }
        for plain in ['a', ' ', '\n', '\t', 'ü', '字', '…'] {
            assert!(!is_invisible(plain), "{plain:?}");
        }
    }

    #[test]
    fn words_that_only_look_alike_are_found() {
        assert!(mixes_scripts("pіng"), "a Ukrainian i");
        assert!(mixes_scripts("may ΑllowAll"), "a Greek capital alpha");
        assert!(!mixes_scripts("größe déjà"));
        assert!(!mixes_scripts("может ContainerList"));
    }

    #[test]
    fn names_are_plain_words() {
        for good in ["ci-runner", "a", "A_1", "9p"] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", "-a", "a b", "a.b", "ü", &"x".repeat(65)] {
            assert!(!is_name(bad), "{bad}");
        }
    }
}
