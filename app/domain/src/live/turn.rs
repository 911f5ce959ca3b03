//! A turn to speak: since when somebody has the floor, and how long they may keep it. No rule sets its length; the chair does.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Minutes of a turn until the chair says otherwise.
pub const TURN_MINUTES: u32 = 7;
/// The longest turn, in minutes.
pub const TURN_MINUTES_AT_MOST: u32 = 60;
/// From here on a turn is nearly over, in seconds.
pub const TURN_ENDS_SOON_SECONDS: i64 = 60;

/// The turn of whoever has the floor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// Since when they have it.
    pub since: DateTime<Utc>,
    /// Until when; `None` where the chair set no length.
    pub ends: Option<DateTime<Utc>>,
}

impl Turn {
    /// Seconds that are left, those that have begun counted whole; below nought they are over it.
    ///
    /// ```
    /// # use chrono::DateTime; use domain::live::Turn;
    /// let at = |second: i64| DateTime::from_timestamp(1_780_000_000 + second, 0).unwrap();
    /// let turn = Turn { since: at(0), ends: Some(at(420)) };
    /// assert_eq!(turn.left(at(100)), Some(320));
    /// assert_eq!(turn.left(at(440)), Some(-20));
    /// assert_eq!(Turn { ends: None, ..turn }.left(at(100)), None);
    /// ```
    pub fn left(&self, now: DateTime<Utc>) -> Option<i64> {
        let left = (self.ends? - now).num_milliseconds();
        Some(if left >= 0 { (left + 999) / 1_000 } else { left / 1_000 })
    }

    /// Which part of it is over, from 0 to 100; `None` where it has no length.
    pub fn spent_percent(&self, now: DateTime<Utc>) -> Option<i64> {
        let whole = (self.ends? - self.since).num_seconds().max(1);
        Some(((now - self.since).num_seconds() * 100 / whole).clamp(0, 100))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_is_spent_from_its_beginning_to_its_end_and_no_further() {
        let at = |second: i64| DateTime::from_timestamp(1_780_000_000 + second, 0).unwrap();
        let turn = Turn { since: at(0), ends: Some(at(200)) };
        assert_eq!(
            [-5, 0, 100, 200, 900].map(|second| turn.spent_percent(at(second)).unwrap()),
            [0, 0, 50, 100, 100]
        );
        assert_eq!(
            Turn { ends: Some(at(0)), ..turn }.spent_percent(at(1)),
            Some(100),
            "of no length it is over"
        );
        let half = DateTime::from_timestamp_millis(1_780_000_000_500).unwrap();
        assert_eq!(turn.left(half), Some(200), "the second that has begun counts");
    }
}
