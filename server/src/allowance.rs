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
    /// How long it takes until one more is allowed.
    pub every: Duration,
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
        self.try_take(now).is_ok()
    }

    /// Takes one. If none is left, gives the time until there is one.
    ///
    /// With one every 180 s, and the last one taken 50 s after one was earned, the next one comes in 130 s.
    pub fn try_take(&mut self, now: Instant) -> Result<(), Duration> {
        self.earn(now);
        let Some(left) = self.left.checked_sub(1) else {
            return Err(self.rate.every.saturating_sub(now.saturating_duration_since(self.since)));
        };
        self.left = left;
        Ok(())
    }

    /// Gives back one that was taken.
    fn give_back(&mut self) {
        self.left = self.left.saturating_add(1).min(self.rate.at_once);
    }

    fn earn(&mut self, now: Instant) {
        let waited = now.saturating_duration_since(self.since);
        let earned = waited.as_nanos() / self.rate.every.as_nanos().max(1);
        let earned = u32::try_from(earned).unwrap_or(u32::MAX);
        self.left = self.left.saturating_add(earned).min(self.rate.at_once);
        // What is more than all is not saved up.
        self.since = match self.left == self.rate.at_once {
            true => now,
            false => self.since + self.rate.every * earned,
        };
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
        self.try_take(key, now).is_ok()
    }

    /// Takes one of a sender's. If none is left, gives the time until there is one.
    pub fn try_take(&self, key: K, now: Instant) -> Result<(), Duration> {
        let mut by_key = self.by_key.lock().unwrap_or_else(PoisonError::into_inner);
        if by_key.len() >= REMEMBERED_AT_MOST {
            by_key.retain(|_, allowance| !allowance.is_full(now));
        }
        by_key.entry(key).or_insert_with(|| Allowance::full(self.rate, now)).try_take(now)
    }

    /// Gives back one that a sender took and did not use.
    pub fn give_back(&self, key: &K) {
        let mut by_key = self.by_key.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(allowance) = by_key.get_mut(key) {
            allowance.give_back();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate { at_once: 5, every: Duration::from_secs(1) };

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
    fn who_has_none_left_is_told_how_long_to_wait_and_what_is_given_back_can_be_taken() {
        let start = Instant::now();
        let after = |seconds| start + Duration::from_secs(seconds);
        let slow = Allowances::new(Rate { at_once: 2, every: Duration::from_secs(180) });
        assert_eq!([slow.try_take(0, start), slow.try_take(0, after(10))], [Ok(()), Ok(())]);
        assert_eq!(slow.try_take(0, after(50)), Err(Duration::from_secs(130)));
        slow.give_back(&0);
        assert_eq!(slow.try_take(0, after(50)), Ok(()));
        assert_eq!(slow.try_take(0, after(179)), Err(Duration::from_secs(1)));
        assert_eq!(slow.try_take(0, after(180)), Ok(()));
        assert_eq!(slow.try_take(0, after(181)), Err(Duration::from_secs(179)));
        let never = Allowances::new(Rate { at_once: 1, every: Duration::MAX });
        assert!(never.takes(0, start) && !never.takes(0, after(1_000_000)));
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
