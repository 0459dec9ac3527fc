//! Lines that others can cause at will: at most one a second, with the count of those left out.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// One kind of line.
#[derive(Debug, Default)]
pub struct Throttle {
    second: AtomicU64,
    left_out: AtomicU64,
}

impl Throttle {
    /// Whether the line may be written now, and how many were left out before it.
    pub fn say(&self) -> Option<u64> {
        self.say_at(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs())
    }

    fn say_at(&self, now: u64) -> Option<u64> {
        if self.second.swap(now, Ordering::Relaxed) == now {
            self.left_out.fetch_add(1, Ordering::Relaxed);
            return None;
        }
        Some(self.left_out.swap(0, Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::Throttle;

    #[test]
    fn one_a_second_and_the_rest_is_counted() {
        let throttle = Throttle::default();
        let said: Vec<_> = [5, 5, 5, 6, 8].into_iter().map(|second| throttle.say_at(second)).collect();
        assert_eq!(said, [Some(0), None, None, Some(2), Some(0)]);
    }
}
