//! The delay after failures, by user name, by address and for the first code: one, two, four seconds and so on.
//! Knows no password.

use chrono::{DateTime, Duration, Utc};
use domain::error::Refusal;

use crate::db::{Source, Tx, q};
use crate::stop::Done;
use crate::stored;

/// The longest wait, in seconds: long enough to make guessing hopeless, short enough not to lock anybody out.
const WAIT_AT_MOST: u64 = 300;
/// Failures of one address that cost nothing: a whole office may stand behind it.
const ADDRESS_FREE: i64 = 10;
/// After a day without failures everything is forgiven, and the row is dropped.
const FORGIVEN_AFTER_HOURS: i64 = 24;

/// Who fails.
#[derive(Clone, Debug)]
pub(super) struct Subject {
    key: String,
    free: i64,
}

impl Subject {
    /// A user name, known or not.
    pub(super) fn user(user_name: &str) -> Self {
        Self { key: format!("user:{}", user_name.chars().take(100).collect::<String>()), free: 0 }
    }

    /// A client's address.
    pub(super) fn address(address: &str) -> Self {
        Self { key: format!("address:{}", address.chars().take(100).collect::<String>()), free: ADDRESS_FREE }
    }

    /// The one-time code of the first administrator.
    pub(super) fn first_code() -> Self {
        Self { key: "first:code".into(), free: 0 }
    }
}

/// Refuses while any of them has to wait.
pub(super) async fn check(mut on: impl Source, subjects: &[Subject], now: DateTime<Utc>) -> Done<()> {
    let mut seconds = 0;
    for subject in subjects {
        let row: Option<(i64, i64)> = q("SELECT failures, last_at FROM sign_in_failure WHERE subject = $1")
            .bind(&subject.key)
            .optional(&mut on)
            .await?;
        let Some((failures, last_at)) = row else { continue };
        let until = stored::instant(last_at)? + Duration::seconds(wait_seconds(failures - subject.free));
        let left = (until - now).num_milliseconds();
        seconds = seconds.max(u64::try_from((left + 999) / 1000).unwrap_or(0));
    }
    if seconds > 0 { Err(Refusal::WaitBeforeSignIn { seconds }.into()) } else { Ok(()) }
}

/// 1, 2, 4 … 300.
fn wait_seconds(failures: i64) -> i64 {
    let Ok(doublings) = u32::try_from(failures - 1) else { return 0 };
    let wait = 1u64.checked_shl(doublings).unwrap_or(WAIT_AT_MOST).min(WAIT_AT_MOST);
    i64::try_from(wait).unwrap_or(i64::MAX)
}

/// Counts a failure for each.
pub(super) async fn failed(tx: &mut Tx, subjects: &[Subject], now: DateTime<Utc>) -> Done<()> {
    let forgiven = now - Duration::hours(FORGIVEN_AFTER_HOURS);
    q("DELETE FROM sign_in_failure WHERE last_at < $1").bind(forgiven).run(&mut *tx).await?;
    for subject in subjects {
        q("INSERT INTO sign_in_failure (subject, failures, last_at) VALUES ($1, 1, $2) \
           ON CONFLICT (subject) DO UPDATE SET failures = sign_in_failure.failures + 1, last_at = $2")
        .bind(&subject.key)
        .bind(now)
        .run(&mut *tx)
        .await?;
    }
    Ok(())
}

/// Forgets the failures of each.
pub(super) async fn cleared(tx: &mut Tx, subjects: &[Subject]) -> Done<()> {
    for subject in subjects {
        q("DELETE FROM sign_in_failure WHERE subject = $1").bind(&subject.key).run(&mut *tx).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_five_minutes() {
        let waits: Vec<i64> = (0..12).map(wait_seconds).collect();
        assert_eq!(waits, [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
        assert_eq!(wait_seconds(100), 300);
        assert_eq!(wait_seconds(-5), 0);
    }
}
