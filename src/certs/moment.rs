//! Moments, to the second, as certificates have them.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const DAY: u64 = 24 * 3600;

/// How far a clock may be behind and still take what was made just now.
const SKEW: u64 = 3600;

/// The last second of the year 9999, with which certificates mean "never".
const LAST: u64 = 253_402_300_799;

/// Seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(u64);

impl Moment {
    /// This one.
    pub fn now() -> Self {
        Self(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs().min(LAST))
    }

    /// From a timestamp; what lies outside of 1970 to 9999 is moved to its edge.
    pub(super) fn at(timestamp: i64) -> Self {
        Self(u64::try_from(timestamp).unwrap_or(0).min(LAST))
    }

    /// As [`fmt::Display`] writes it.
    pub(super) fn read(text: &str) -> Option<Self> {
        let time = humantime::parse_rfc3339(text).ok()?;
        Some(Self(time.duration_since(UNIX_EPOCH).ok()?.as_secs().min(LAST)))
    }

    /// So many days later.
    pub(super) fn after_days(self, days: u32) -> Self {
        Self(self.0.saturating_add(u64::from(days) * DAY).min(LAST))
    }

    /// A little earlier, for clocks that are behind.
    pub(super) fn with_skew(self) -> Self {
        Self(self.0.saturating_sub(SKEW))
    }

    /// Whole days from here to there; below zero if that has passed.
    pub fn days_until(self, other: Self) -> i64 {
        let (here, there) = (self.0.cast_signed(), other.0.cast_signed());
        (there - here).div_euclid(DAY.cast_signed())
    }

    /// What is added to 1970.
    pub(super) fn since_1970(self) -> Duration {
        Duration::from_secs(self.0)
    }

    /// The day alone.
    pub fn day(self) -> String {
        self.to_string().chars().take_while(|c| *c != 'T').collect()
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        humantime::format_rfc3339_seconds(UNIX_EPOCH + self.since_1970()).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::Moment;

    #[test]
    fn what_is_written_is_read() {
        let now = Moment::now();
        assert_eq!(Moment::read(&now.to_string()), Some(now));
        assert_eq!(Moment::at(i64::MAX).to_string(), "9999-12-31T23:59:59Z");
        assert_eq!(Moment::at(-1).day(), "1970-01-01");
    }

    #[test]
    fn days_are_whole_ones() {
        let now = Moment::now();
        assert_eq!(now.days_until(now.after_days(30)), 30);
        assert_eq!(now.with_skew().days_until(now.after_days(30)), 30);
        assert_eq!(now.days_until(now.with_skew()), -1);
    }
}
