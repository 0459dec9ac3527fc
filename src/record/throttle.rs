//! Lines that others can cause at will: a few a second, and then the count of those left out.

use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

/// How many lines of one kind are written within a second.
const A_SECOND: u64 = 10;

/// One kind of line.
#[derive(Debug, Default)]
pub struct Throttle(Mutex<Counts>);

#[derive(Debug, Default)]
struct Counts {
    second: u64,
    written: u64,
    left_out: u64,
}

impl Throttle {
    /// Whether the line may be written now, and how many were left out before it.
    pub fn say(&self) -> Option<u64> {
        self.say_at(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs())
    }

    fn say_at(&self, now: u64) -> Option<u64> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.second != now {
            (counts.second, counts.written) = (now, 0);
        }
        if counts.written >= A_SECOND {
            counts.left_out += 1;
            return None;
        }
        counts.written += 1;
        Some(std::mem::take(&mut counts.left_out))
    }
}

#[cfg(test)]
mod tests {
    use super::{A_SECOND, Throttle};

    #[test]
    fn a_few_a_second_and_the_rest_is_counted() {
        let throttle = Throttle::default();
        assert!((0..A_SECOND).all(|_| throttle.say_at(5) == Some(0)));
        assert_eq!([throttle.say_at(5), throttle.say_at(5)], [None, None]);
        assert_eq!([throttle.say_at(6), throttle.say_at(6)], [Some(2), Some(0)]);
    }
}
