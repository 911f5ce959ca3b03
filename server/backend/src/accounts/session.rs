//! Sessions: 256 random bits for the browser, their SHA-256 for the database; an idle end and an absolute one.

use chrono::{DateTime, Duration, Utc};
use domain::access::{Caller, Grant, Role};
use domain::accounts::{OwnSession, SignedIn};
use domain::agencies::AgencyRef;
use domain::error::Failure;
use domain::ids::{PersonId, SessionId};
use sha2::{Digest, Sha256};

use crate::db::{Source, Tx, q};
use crate::stop::Done;
use crate::{Backend, agencies, stored};

/// A device that is to stay signed in does so for so many times as long as any other, unused and at most.
const KEPT_TIMES: i32 = 10;
/// But never longer: a tablet that nobody took back is signed out within a season.
const KEPT_DAYS_AT_MOST: i64 = 90;
/// `used_at` is written at most this often: a write for every request would cost more than the request.
const MARK_EVERY_SECONDS: i64 = 60;
/// Longest description of a browser that is kept.
const DEVICE_AT_MOST: usize = 120;

/// A session that waits for the code of the second factor ends after this time: enough to find the phone and
/// to type a recovery code.
const WAITING_AT_MOST: Duration = Duration::minutes(10);

/// Most sessions of one person, so that the table does not grow with what a script does. Nobody has as many
/// browsers; the ones unused for the longest time end first.
pub(super) const SESSIONS_AT_MOST: i64 = 50;

/// How a session begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct SessionStart<'a> {
    /// Whether the device stays signed in.
    pub(super) keep: bool,
    /// Description of the browser.
    pub(super) device: &'a str,
    /// Whether the code of the second factor must still be entered.
    pub(super) awaits_code: bool,
}

/// Begins a session and gives its token.
pub(super) async fn begin(
    tx: &mut Tx,
    backend: &Backend,
    person: PersonId,
    begun: SessionStart<'_>,
    now: DateTime<Utc>,
) -> Done<SignedIn> {
    let SessionStart { keep, device, awaits_code } = begun;
    q("DELETE FROM session WHERE ends_at <= $1 OR used_at + idle_ms <= $1").bind(now).run(&mut *tx).await?;
    let token = hex::encode(backend.entropy().array::<32>());
    let config = &backend.0.config;
    let lasting = |time: Duration| match (awaits_code, keep) {
        (true, _) => time.min(WAITING_AT_MOST),
        (false, true) => kept(time),
        (false, false) => time,
    };
    let idle = lasting(Duration::minutes(config.session_idle_minutes));
    let whole = lasting(Duration::hours(config.session_hours));
    q("INSERT INTO session (id, person_id, token_hash, device, began_at, used_at, idle_ms, ends_at, awaits_code, \
       is_kept) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)")
    .bind(SessionId(backend.entropy().id(now)))
    .bind(person)
    .bind(token_hash(&token))
    .bind(device.chars().take(DEVICE_AT_MOST).collect::<String>())
    .bind(now)
    .bind(now)
    .bind(idle.num_milliseconds())
    .bind(now + whole)
    .bind(awaits_code)
    .bind(keep)
    .run(&mut *tx)
    .await?;
    // Whoever knows only the password ends no session that the code was entered for.
    q("DELETE FROM session WHERE person_id = $1 AND awaits_code = $2 AND id NOT IN \
       (SELECT id FROM session WHERE person_id = $1 AND awaits_code = $2 ORDER BY used_at DESC, id DESC LIMIT $3)")
    .bind(person)
    .bind(awaits_code)
    .bind(SESSIONS_AT_MOST)
    .run(&mut *tx)
    .await?;
    let lasts = keep && !awaits_code;
    Ok(SignedIn { token, max_age_seconds: lasts.then(|| whole.num_seconds()) })
}

/// How long a session's time is on a device that is to stay signed in.
fn kept(time: Duration) -> Duration {
    (time * KEPT_TIMES).min(Duration::days(KEPT_DAYS_AT_MOST))
}

/// The hash under which a token is stored. One hash is enough: there is nothing to guess in 256 random bits.
pub(super) fn token_hash(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}

#[derive(sqlx::FromRow)]
struct Row {
    session: String,
    used_at: i64,
    awaits_code: bool,
    must_change: bool,
    confirmed_at: Option<i64>,
    person: String,
    name: String,
    position: String,
    agency: String,
    code: String,
    short_name: String,
    path: String,
    role: Option<String>,
    granted_in: Option<String>,
}

/// One row for every role, at least one: person, agency and roles in one question.
const CALLER: &str = "SELECT s.id AS session, s.used_at, s.awaits_code, p.must_change, f.confirmed_at, \
    p.id AS person, p.name, p.position, a.id AS agency, a.code, a.short_name, a.path, g.role, \
    g.agency_id AS granted_in \
    FROM session s JOIN person p ON p.id = s.person_id JOIN agency a ON a.id = p.agency_id \
    LEFT JOIN second_factor f ON f.person_id = p.id LEFT JOIN role_grant g ON g.person_id = p.id \
    WHERE s.token_hash = $1 AND s.ends_at > $2 AND s.used_at + s.idle_ms > $2 AND p.is_active";

/// The holder of a token, and what is needed to record its use.
#[derive(Clone, Debug)]
pub(super) struct Holder {
    pub(super) caller: Caller,
    /// Whether this use must be recorded.
    pub(super) is_to_be_marked: bool,
    pub(super) awaits_code: bool,
    pub(super) must_change: bool,
    pub(super) has_second_factor: bool,
}

/// Finds the holder of a token.
pub(super) async fn find(on: impl Source, token: &str, now: DateTime<Utc>) -> Done<Holder> {
    if token.len() != 64 {
        return Err(Failure::SignedOut.into());
    }
    let rows: Vec<Row> = q(CALLER).bind(token_hash(token)).bind(now).all(on).await?;
    let mut grants = Vec::with_capacity(rows.len());
    for row in &rows {
        if let (Some(role), Some(agency)) = (&row.role, &row.granted_in) {
            grants.push(Grant { role: stored::code(role, Role::parse)?, agency: stored::id(agency)? });
        }
    }
    let row = rows.into_iter().next().ok_or(Failure::SignedOut)?;
    let is_to_be_marked = is_to_be_marked(stored::instant(row.used_at)?, now);
    let (awaits_code, must_change) = (row.awaits_code, row.must_change);
    let has_second_factor = row.confirmed_at.is_some();
    let agency = AgencyRef { id: stored::id(&row.agency)?, code: row.code, short_name: row.short_name };
    let caller = Caller {
        person: stored::id(&row.person)?,
        name: row.name,
        position: row.position,
        agency,
        line: agencies::read_path(&row.path)?,
        grants,
        session: stored::id(&row.session)?,
        now,
    };
    Ok(Holder { caller, is_to_be_marked, awaits_code, must_change, has_second_factor })
}

/// Records that the caller's session is in use, if that was not done for a minute. For a request that a page
/// makes by itself and that counts as use all the same, such as the display of a hall.
pub(crate) async fn note_use(backend: &Backend, caller: &Caller) -> Done<()> {
    let used: Option<(i64,)> =
        q("SELECT used_at FROM session WHERE id = $1").bind(caller.session).optional(backend.db()).await?;
    match used {
        Some((used,)) if is_to_be_marked(stored::instant(used)?, caller.now) => {
            mark_used(backend, caller).await
        }
        _ => Ok(()),
    }
}

fn is_to_be_marked(used: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now - used >= Duration::seconds(MARK_EVERY_SECONDS)
}

/// Writes down that a session was used; the next request does when the database is taken.
pub(super) async fn mark_used(backend: &Backend, caller: &Caller) -> Done<()> {
    let Some(mut tx) = backend.db().begin_in_passing().await? else { return Ok(()) };
    q("UPDATE session SET used_at = $1 WHERE id = $2 AND used_at < $1")
        .bind(caller.now)
        .bind(caller.session)
        .run(&mut tx)
        .await?;
    Ok(tx.commit().await?)
}

/// A person's sessions that are still good, newest use first.
pub(super) async fn of_caller(on: impl Source, caller: &Caller) -> Done<Vec<OwnSession>> {
    let rows: Vec<(String, String, i64, i64)> = q("SELECT id, device, began_at, used_at FROM session \
         WHERE person_id = $1 AND ends_at > $2 AND used_at + idle_ms > $2 AND NOT awaits_code ORDER BY used_at DESC, id DESC")
    .bind(caller.person)
    .bind(caller.now)
    .all(on)
    .await?;
    rows.into_iter()
        .map(|(id, device, began, used)| {
            let id = stored::id(&id)?;
            let is_this = id == caller.session;
            Ok(OwnSession {
                id,
                device,
                began: stored::instant(began)?,
                used: stored::instant(used)?,
                is_this,
            })
        })
        .collect()
}

/// Ends a person's sessions, except one. Also deletes a second factor that was begun and not confirmed,
/// because anyone who had one of these sessions may know its secret.
pub(crate) async fn end_all(tx: &mut Tx, person: PersonId, but: Option<SessionId>) -> Done<u64> {
    q("DELETE FROM second_factor WHERE person_id = $1 AND confirmed_at IS NULL")
        .bind(person)
        .run(&mut *tx)
        .await?;
    let mut query = q("DELETE FROM session WHERE person_id = $1").bind(person);
    if let Some(kept) = but {
        let kept = query.place(kept);
        query.push(&format!(" AND id <> {kept}"));
    }
    Ok(query.run(tx).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kept_device_has_ten_times_as_long_and_a_season_at_most() {
        assert_eq!(kept(Duration::hours(8)), Duration::hours(80));
        assert_eq!(kept(Duration::hours(24)), Duration::days(10));
        assert_eq!(kept(Duration::hours(720)), Duration::days(90));
    }
}
