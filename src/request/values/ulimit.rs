//! Limits of processes.

use super::super::UseValue;

/// A limit as an object: -1 is none.
pub fn ulimit(name: &str, soft: i64, hard: i64) -> UseValue {
    let bound = |number: i64| (number >= 0).then_some(number);
    UseValue::Ulimit { name: name.to_owned(), soft: bound(soft), hard: bound(hard) }
}

/// Reads `nofile=1024` or `nofile=1024:2048`, where -1 is no limit.
pub fn read(text: &str) -> Option<(&str, i64, i64)> {
    let (name, bounds) = text.split_once('=')?;
    let (soft, hard) = bounds.split_once(':').unwrap_or((bounds, bounds));
    let number = |text: &str| text.parse::<i64>().ok().filter(|number| *number >= -1);
    let named = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase());
    Some((name, number(soft)?, number(hard)?)).filter(|_| named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn less_than_nothing_is_no_limit() {
        let expected = UseValue::Ulimit { name: "nofile".into(), soft: Some(1024), hard: None };
        assert_eq!(ulimit("nofile", 1024, -1), expected);
    }

    #[test]
    fn limits_are_read_as_the_command_line_has_them() {
        assert_eq!(read("nofile=1024"), Some(("nofile", 1024, 1024)));
        assert_eq!(read("nofile=1024:2048"), Some(("nofile", 1024, 2048)));
        assert_eq!(read("core=-1"), Some(("core", -1, -1)));
        for bad in ["", "nofile", "nofile=", "nofile=x", "=1", "nofile=1:2:3", "nofile=-2", "NOFILE=1"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
