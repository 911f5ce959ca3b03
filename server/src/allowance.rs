//! How often somebody may do something: a handful at once, and then at a steady rate. Knows not what is done.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Senders whose allowance is remembered. Of more, those who have all of theirs again are forgotten.
const REMEMBERED_AT_MOST: usize = 4096;

/// How often something may be done.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    /// How many times at once.
    pub at_once: u32,
    /// How many more per second.
    pub per_second: u32,
}

/// What is left of what one sender may do.
#[derive(Clone, Copy, Debug)]
pub struct Allowance {
    rate: Rate,
    left: u32,
    since: Instant,
}

impl Allowance {
    /// All that may be done at once.
    pub fn full(rate: Rate, now: Instant) -> Allowance {
        Allowance { rate, left: rate.at_once, since: now }
    }

    /// Whether one more is allowed.
    pub fn takes(&mut self, now: Instant) -> bool {
        self.earn(now);
        self.left.checked_sub(1).map(|left| self.left = left).is_some()
    }

    fn earn(&mut self, now: Instant) {
        let seconds = now.saturating_duration_since(self.since).as_secs();
        self.since += Duration::from_secs(seconds);
        let earned = u32::try_from(seconds).unwrap_or(u32::MAX).saturating_mul(self.rate.per_second);
        self.left = self.left.saturating_add(earned).min(self.rate.at_once);
    }

    fn is_full(&mut self, now: Instant) -> bool {
        self.earn(now);
        self.left == self.rate.at_once
    }
}

/// The allowances of many senders.
#[derive(Debug)]
pub struct Allowances<K> {
    rate: Rate,
    by_key: Mutex<HashMap<K, Allowance>>,
}

impl<K: Eq + Hash> Allowances<K> {
    /// All senders have the same rate.
    pub fn new(rate: Rate) -> Allowances<K> {
        Allowances { rate, by_key: Mutex::default() }
    }

    /// Whether a sender may do one more.
    pub fn takes(&self, key: K, now: Instant) -> bool {
        let mut by_key = self.by_key.lock().unwrap_or_else(PoisonError::into_inner);
        if by_key.len() >= REMEMBERED_AT_MOST {
            by_key.retain(|_, allowance| !allowance.is_full(now));
        }
        by_key.entry(key).or_insert_with(|| Allowance::full(self.rate, now)).takes(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate { at_once: 5, per_second: 1 };

    #[test]
    fn a_handful_is_allowed_at_once_and_then_one_a_second() {
        let start = Instant::now();
        let mut allowance = Allowance::full(RATE, start);
        for _ in 0..RATE.at_once {
            assert!(allowance.takes(start));
        }
        assert!(!allowance.takes(start));
        assert!(allowance.takes(start + Duration::from_secs(1)));
        assert!(!allowance.takes(start + Duration::from_millis(1900)));
        assert!(allowance.takes(start + Duration::from_secs(2)));
        for _ in 0..RATE.at_once {
            assert!(allowance.takes(start + Duration::from_secs(3600)));
        }
        assert!(!allowance.takes(start + Duration::from_secs(3600)));
    }

    #[test]
    fn one_sender_uses_up_nothing_of_another_and_is_forgotten_in_time() {
        let start = Instant::now();
        let allowances = Allowances::new(RATE);
        for _ in 0..RATE.at_once {
            assert!(allowances.takes(0, start));
        }
        assert!(!allowances.takes(0, start) && allowances.takes(1, start));
        let later = start + Duration::from_secs(5);
        for key in 2..REMEMBERED_AT_MOST {
            assert!(allowances.takes(key, start));
        }
        assert!(allowances.takes(REMEMBERED_AT_MOST, later));
        assert_eq!(allowances.by_key.lock().unwrap().len(), 1, "the others have all of theirs again");
    }
}
