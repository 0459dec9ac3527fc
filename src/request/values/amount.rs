//! Amounts: bytes with units, processors, and what Docker takes for no limit.

use super::super::UseValue;

/// Billionths in one processor.
pub const NANO: i64 = 1_000_000_000;
/// The period that the kernel's scheduler has when none is given, in microseconds.
const PERIOD: i64 = 100_000;

/// Units of bytes; the first of each size is how sizes are shown.
const UNITS: &[(&str, i64)] = &[
    ("TiB", 1 << 40),
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("TB", 1_000_000_000_000),
    ("GB", 1_000_000_000),
    ("MB", 1_000_000),
    ("kB", 1_000),
    ("KB", 1_000),
    ("B", 1),
];

/// The units that sizes are written with.
pub fn units() -> impl Iterator<Item = &'static str> {
    UNITS.iter().map(|(unit, _)| *unit)
}

/// Reads `512MiB`, `1.5GiB`; a number alone is no size.
pub fn bytes(text: &str) -> Option<i64> {
    let at = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, unit) = text.split_at_checked(at)?;
    let (_, scale) = UNITS.iter().find(|(name, _)| *name == unit.trim_start())?;
    scaled(number, *scale)
}

/// Reads `2`, `0.5` as billionths of a processor.
pub fn cpus(text: &str) -> Option<i64> {
    scaled(text, NANO)
}

/// A decimal number times the scale; nothing if that is no whole number.
fn scaled(number: &str, scale: i64) -> Option<i64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |text: &str| !text.is_empty() && text.len() <= 18 && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(fraction) {
        return None;
    }
    let parts = 10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let piece = fraction.parse::<i128>().ok()?.checked_mul(i128::from(scale))?;
    let whole = whole.parse::<i128>().ok()?.checked_mul(i128::from(scale))?;
    (piece % parts == 0).then(|| i64::try_from(whole + piece / parts).ok()).flatten()
}

/// Bytes in the largest unit that divides them.
pub fn said_bytes(bytes: i64) -> String {
    let fits = |(_, scale): &&(&str, i64)| bytes != 0 && bytes % scale == 0;
    let (unit, scale) = UNITS.iter().find(fits).copied().unwrap_or(("B", 1));
    format!("{}{unit}", bytes / scale)
}

/// Billionths as processors.
pub fn said_cpus(nano: i64) -> String {
    let text = format!("{}.{:09}", nano / NANO, (nano % NANO).abs());
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Where 0 and less is no limit: memory, processes.
pub fn positive(number: i64) -> UseValue {
    UseValue::Amount((number > 0).then_some(number))
}

/// Memory and swap together: left out it is twice the memory, and -1 no limit.
pub fn memory_and_swap(memory: i64, both: i64) -> UseValue {
    match both {
        0 if memory > 0 => UseValue::Amount(memory.checked_mul(2)),
        both => positive(both),
    }
}

/// Processors, by number or by quota of a period.
pub fn processors(nano: i64, quota: i64, period: i64) -> UseValue {
    if nano > 0 {
        return UseValue::Amount(Some(nano));
    }
    let period = if period > 0 { period } else { PERIOD };
    let nanos = i128::from(quota) * i128::from(NANO) / i128::from(period);
    UseValue::Amount(i64::try_from(nanos).ok().filter(|_| quota > 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        let cases = [
            ("4GiB", 4 << 30),
            ("512MiB", 512 << 20),
            ("1.5GiB", 3 << 29),
            ("64 KiB", 64 << 10),
            ("1GB", 1_000_000_000),
            ("10kB", 10_000),
            ("10KB", 10_000),
            ("7B", 7),
            ("0B", 0),
        ];
        for (text, expected) in cases {
            assert_eq!(bytes(text), Some(expected), "{text}");
        }
        for bad in
            ["", "4", "GiB", "4gib", "4G", "4m", "-1GiB", "1.GiB", ".5GiB", "0.1B", "1e3B", "99999999TiB", "4GiB "]
        {
            assert_eq!(bytes(bad), None, "{bad}");
        }
    }

    #[test]
    fn processors_have_fractions() {
        assert_eq!(cpus("2"), Some(2 * NANO));
        assert_eq!(cpus("0.5"), Some(NANO / 2));
        for bad in ["", "-1", "1.", "two", "0.0000000001", "1,5"] {
            assert_eq!(cpus(bad), None, "{bad}");
        }
    }

    #[test]
    fn amounts_are_shown_as_people_write_them() {
        let bytes = [(4 << 30, "4GiB"), (1536 << 20, "1536MiB"), (1_000_000_000, "1GB"), (1025, "1025B"), (0, "0B")];
        for (number, expected) in bytes {
            assert_eq!(said_bytes(number), expected);
        }
        for (nano, expected) in [(2 * NANO, "2"), (NANO / 2, "0.5"), (1, "0.000000001"), (10 * NANO, "10")] {
            assert_eq!(said_cpus(nano), expected);
        }
    }

    #[test]
    fn no_limit_has_many_spellings() {
        let none = UseValue::Amount(None);
        let some = |n| UseValue::Amount(Some(n));
        assert_eq!([positive(0), positive(-1), positive(i64::MIN)], [none.clone(), none.clone(), none.clone()]);
        assert_eq!(positive(7), some(7));
        assert_eq!(memory_and_swap(0, 0), none);
        assert_eq!(memory_and_swap(7, 0), some(14));
        assert_eq!(memory_and_swap(7, -1), none);
        assert_eq!(memory_and_swap(i64::MAX, 0), none);
        assert_eq!(memory_and_swap(7, 9), some(9));
        assert_eq!(processors(0, 0, 0), none);
        assert_eq!(processors(NANO, 5, 5), some(NANO));
        assert_eq!(processors(0, 50_000, 0), some(NANO / 2));
        assert_eq!(processors(0, 50_000, 25_000), some(2 * NANO));
        assert_eq!(processors(0, -1, 25_000), none);
        assert_eq!(processors(0, i64::MAX, 1), none);
    }
}
