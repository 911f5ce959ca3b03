//! The delay after failures: one, two, four seconds and so on, by user name at an address, by user name, by address and
//! for the first code. Knows no password.
//!
//! Failures are forgiven one by one, so guessing goes on for ever at that pace and no faster; these are the bounds:
//! - One user name from one address: one in five minutes, 24 × 12 = 288 a day after the first ten.
//! - One user name from all addresses together: 20 free, then the same 288 a day. A guess every five minutes is forgiven
//!   before the next, so it never holds the user name up elsewhere.
//! - One address, all user names together: 30 free, then one a minute, 24 × 60 = 1,440 a day after the first forty.
//! - Where somebody signed in lately, only their own failures there hold them up. So inside an office of `n` such people
//!   the bound is the first one for each, `n` × 288 a day.

use chrono::{DateTime, Duration, Utc};
use domain::error::Refusal;
use domain::ids::PersonId;

use crate::db::{Source, Tx, q};
use crate::stop::Done;
use crate::stored;

/// The longest wait, in seconds. A failure of a user name is forgiven after this time, so a longer wait would not slow a
/// persistent guesser further.
const WAIT_AT_MOST: u64 = 300;
/// Failures of one address without a delay. A whole office may share the address and sign in at eight.
const ADDRESS_FREE: i64 = 30;
/// Time after which one failure of an address is forgiven. An office of 30 people mistypes less often.
const ADDRESS_FORGIVES: Duration = Duration::minutes(1);
/// Failures of one user name over all addresses without a delay: more than a person mistypes in an hour.
const USER_FREE: i64 = 20;
/// Time after which one failure of a user name is forgiven.
const USER_FORGIVES: Duration = Duration::minutes(5);
/// Wrong passwords of a signed-in person without a delay, such as a slip when the password is changed.
const CHANGE_FREE: i64 = 2;
/// Wrong codes of the first administrator, over all addresses, that cost nothing, so that strangers from some
/// hundred addresses do not make the owner wait. The code has 59 bits; the delay only keeps the log and the
/// database quiet.
const FIRST_FREE: i64 = 1_000;
/// One of these failures is forgiven per second.
const FIRST_FORGIVES: Duration = Duration::seconds(1);
/// The trail reports at most this often that a subject has used up its free failures: four lines a day during
/// an attack.
const REPORTED_EVERY: Duration = Duration::hours(6);
/// An address stays familiar for this long after a sign-in, so that a holiday does not reset it.
const FAMILIAR_DAYS: i64 = 30;

/// Who fails.
#[derive(Clone, Debug)]
pub(super) struct Subject {
    key: String,
    free: i64,
    forgives: Duration,
    reported: Option<GuessedSubject>,
}

/// The kind of subject whose free failures are used up, as reported in the trail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GuessedSubject {
    /// One user name over all addresses.
    UserName,
    /// One address over all user names.
    Address,
}

impl Subject {
    fn quiet(key: String, free: i64, forgives: Duration) -> Self {
        Self { key, free, forgives, reported: None }
    }

    /// A user name, known or not, over all addresses.
    pub(super) fn user(user_name: &str) -> Self {
        let key = format!("user:{}", cut(user_name));
        Self { reported: Some(GuessedSubject::UserName), ..Self::quiet(key, USER_FREE, USER_FORGIVES) }
    }

    /// A user name at one client's address.
    pub(super) fn at(user_name: &str, address: &str) -> Self {
        Self::quiet(format!("{}{}", places_of(user_name), cut(address)), 0, USER_FORGIVES)
    }

    /// A client's address.
    pub(super) fn address(address: &str) -> Self {
        let key = format!("address:{}", cut(address));
        Self { reported: Some(GuessedSubject::Address), ..Self::quiet(key, ADDRESS_FREE, ADDRESS_FORGIVES) }
    }

    /// The old password, or the code, of a signed-in person.
    pub(super) fn change(user_name: &str) -> Self {
        Self::quiet(format!("change:{}", cut(user_name)), CHANGE_FREE, USER_FORGIVES)
    }

    /// The one-time code of the first administrator, tried from one client address.
    pub(super) fn first_code_at(address: &str) -> Self {
        Self::quiet(format!("{FIRST}{}", cut(address)), 0, USER_FORGIVES)
    }

    /// The same, over all addresses.
    pub(super) fn first_code() -> Self {
        Self::quiet(format!("{FIRST}all addresses"), FIRST_FREE, FIRST_FORGIVES)
    }
}

/// How the keys of the first administrator's code begin.
const FIRST: &str = "first:";

/// What is kept of a name or an address that somebody sends, however long.
fn cut(text: &str) -> String {
    text.chars().take(100).collect()
}

/// How the key of a user name at any address begins. No user name holds a space, but one may go on with an `@`: by that,
/// forgiving one would forgive another. Keys of before, which had it there, hold nobody up and go when they are forgiven.
fn places_of(user_name: &str) -> String {
    format!("at:{} ", cut(user_name))
}

/// Refuses while any of them has to wait.
pub(super) async fn check(mut on: impl Source, subjects: &[Subject], now: DateTime<Utc>) -> Done<()> {
    let mut seconds = 0;
    for subject in subjects {
        let row: Option<(i64, i64)> =
            q("SELECT forgiven_at, last_at FROM sign_in_failure WHERE subject = $1")
                .bind(&subject.key)
                .optional(&mut on)
                .await?;
        let Some((forgiven_at, last_at)) = row else { continue };
        let last = stored::instant(last_at)?;
        let failures = outstanding(stored::instant(forgiven_at)? - last, subject.forgives);
        let left = (last + Duration::seconds(wait_seconds(failures - subject.free)) - now).num_milliseconds();
        seconds = seconds.max(u64::try_from((left + 999) / 1000).unwrap_or(0));
    }
    if seconds > 0 { Err(Refusal::WaitBeforeSignIn { seconds }.into()) } else { Ok(()) }
}

/// The number of failures that are not forgiven yet, from the time until the last one is. A partly forgiven failure counts.
fn outstanding(left: Duration, forgives: Duration) -> i64 {
    let (left, each) = (left.num_milliseconds(), forgives.num_milliseconds());
    if left <= 0 { 0 } else { (left - 1) / each + 1 }
}

/// 1, 2, 4 … 300.
fn wait_seconds(failures: i64) -> i64 {
    let Ok(doublings) = u32::try_from(failures - 1) else { return 0 };
    let wait = 1u64.checked_shl(doublings).unwrap_or(WAIT_AT_MOST).min(WAIT_AT_MOST);
    i64::try_from(wait).unwrap_or(i64::MAX)
}

/// Counts a failure for each subject. Returns the subjects whose free failures are used up and that were not
/// reported lately, with their number of failures. Deletes rows with nothing left to forgive: their wait
/// ended before that.
pub(super) async fn failed(
    tx: &mut Tx,
    subjects: &[Subject],
    now: DateTime<Utc>,
) -> Done<Vec<(GuessedSubject, i64)>> {
    q("DELETE FROM sign_in_failure WHERE forgiven_at < $1").bind(now).run(&mut *tx).await?;
    let mut to_report = Vec::new();
    for subject in subjects {
        let each = subject.forgives.num_milliseconds();
        let (forgiven_at, reported_at): (i64, i64) = q(
            "INSERT INTO sign_in_failure (subject, failures, last_at, forgiven_at) VALUES ($1, 1, $2, $3) \
               ON CONFLICT (subject) DO UPDATE SET failures = sign_in_failure.failures + 1, last_at = $2, \
                 forgiven_at = sign_in_failure.forgiven_at + $4 RETURNING forgiven_at, reported_at",
        )
        .bind(&subject.key)
        .bind(now)
        .bind(now + subject.forgives)
        .bind(each)
        .one(&mut *tx)
        .await?;
        let failures = outstanding(stored::instant(forgiven_at)? - now, subject.forgives);
        let is_due = failures >= subject.free && now - stored::instant(reported_at)? >= REPORTED_EVERY;
        if let Some(reported) = subject.reported.filter(|_| is_due) {
            q("UPDATE sign_in_failure SET reported_at = $2 WHERE subject = $1")
                .bind(&subject.key)
                .bind(now)
                .run(&mut *tx)
                .await?;
            to_report.push((reported, failures));
        }
    }
    Ok(to_report)
}

/// Forgets the failures of each.
pub(super) async fn cleared(tx: &mut Tx, subjects: &[Subject]) -> Done<()> {
    for subject in subjects {
        q("DELETE FROM sign_in_failure WHERE subject = $1").bind(&subject.key).run(&mut *tx).await?;
    }
    Ok(())
}

/// Forgets all failures with the first administrator's code.
pub(super) async fn forgive_first_code(tx: &mut Tx) -> Done<()> {
    forgive_all(tx, FIRST.to_owned()).await
}

async fn forgive_all(tx: &mut Tx, beginning: String) -> Done<()> {
    q("DELETE FROM sign_in_failure WHERE SUBSTR(subject, 1, LENGTH(CAST($1 AS TEXT))) = $1")
        .bind(beginning)
        .run(tx)
        .await?;
    Ok(())
}

/// Forgets all failures of a user name, from every address.
pub(super) async fn forgive(tx: &mut Tx, user_name: &str) -> Done<()> {
    cleared(tx, &[Subject::user(user_name), Subject::change(user_name)]).await?;
    forgive_all(tx, places_of(user_name)).await
}

/// Whether the person of a user name signed in from this address lately.
pub(super) async fn is_familiar(
    on: impl Source,
    user_name: &str,
    address: &str,
    now: DateTime<Utc>,
) -> Done<bool> {
    let row: Option<(i64,)> =
        q("SELECT f.last_at FROM familiar_address f JOIN person p ON p.id = f.person_id \
         WHERE p.user_name = $1 AND f.address = $2 AND f.last_at > $3")
        .bind(user_name)
        .bind(cut(address))
        .bind(now - Duration::days(FAMILIAR_DAYS))
        .optional(on)
        .await?;
    Ok(row.is_some())
}

/// Keeps that somebody signed in from an address; what is no longer familiar to anybody goes.
pub(super) async fn signed_in(tx: &mut Tx, person: PersonId, address: &str, now: DateTime<Utc>) -> Done<()> {
    q("DELETE FROM familiar_address WHERE last_at <= $1")
        .bind(now - Duration::days(FAMILIAR_DAYS))
        .run(&mut *tx)
        .await?;
    q("INSERT INTO familiar_address (person_id, address, last_at) VALUES ($1, $2, $3) \
       ON CONFLICT (person_id, address) DO UPDATE SET last_at = $3")
    .bind(person)
    .bind(cut(address))
    .bind(now)
    .run(tx)
    .await?;
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

    #[test]
    fn failures_are_forgiven_one_by_one() {
        let left = |seconds| outstanding(Duration::seconds(seconds), Duration::minutes(5));
        assert_eq!([left(-1), left(0), left(1), left(300), left(301), left(1500)], [0, 0, 1, 1, 2, 5]);
    }
}
