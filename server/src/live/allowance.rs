//! How much one page may say, so that nobody floods the others with what they press.

use std::time::Duration;

use domain::live::wire::MESSAGES_AT_ONCE;
use tokio::time::Instant;

/// How much a page may say: one message a second, and a handful at once.
pub(super) struct Allowance {
    messages: u32,
    since: Instant,
}

impl Allowance {
    /// As much as may be said in one breath.
    pub(super) fn full(now: Instant) -> Allowance {
        Allowance { messages: MESSAGES_AT_ONCE, since: now }
    }

    /// Whether one more is allowed.
    pub(super) fn takes(&mut self, now: Instant) -> bool {
        let seconds = (now - self.since).as_secs();
        self.since += Duration::from_secs(seconds);
        let earned = u32::try_from(seconds).unwrap_or(u32::MAX);
        self.messages = self.messages.saturating_add(earned).min(MESSAGES_AT_ONCE);
        self.messages.checked_sub(1).map(|left| self.messages = left).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_presses_everything_is_heard_and_who_floods_is_not() {
        let start = Instant::now();
        let mut allowance = Allowance::full(start);
        for _ in 0..MESSAGES_AT_ONCE {
            assert!(allowance.takes(start));
        }
        assert!(!allowance.takes(start));
        assert!(allowance.takes(start + Duration::from_secs(1)));
        assert!(!allowance.takes(start + Duration::from_millis(1900)));
        assert!(allowance.takes(start + Duration::from_secs(2)));
        for _ in 0..MESSAGES_AT_ONCE {
            assert!(allowance.takes(start + Duration::from_secs(3600)));
        }
        assert!(!allowance.takes(start + Duration::from_secs(3600)));
    }
}
