//! Request ids: short enough to be read out, unique enough to be found again.

use serde::{Serialize, Serializer};
use std::fmt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Names one request in answers, log and audit.
///
/// Microseconds since 1970 at the start of the process, counted up by one per
/// request: unique within a process, and across restarts unless a process
/// serves more than a million requests per second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestId(u64);

impl RequestId {
    /// The next id.
    pub fn next() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        static START: OnceLock<u64> = OnceLock::new();
        let start = START.get_or_init(|| {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            u64::try_from(since.as_micros()).unwrap_or_default()
        });
        Self(start.wrapping_add(COUNT.fetch_add(1, Ordering::Relaxed)))
    }
}

impl fmt::Display for RequestId {
    /// Base 32 without letters that look like digits, lowest digit last.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
        let digit = |place: u32| DIGITS.get(usize::from((self.0 >> (5 * place)) as u8 & 31)).copied().unwrap_or(b'0');
        (0..11).rev().try_for_each(|place| write!(f, "{}", char::from(digit(place))))
    }
}

impl Serialize for RequestId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::RequestId;

    #[test]
    fn ids_differ_and_keep_their_length() {
        let (a, b) = (RequestId::next(), RequestId::next());
        assert_ne!(a, b);
        assert_eq!(a.to_string().len(), 11);
        assert_eq!(RequestId(31).to_string(), "0000000000z");
        assert_eq!(RequestId(32).to_string(), "00000000010");
    }
}
