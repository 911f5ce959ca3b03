//! The devices and addresses from which people have signed in, so that a sign-in from a new one is reported
//! to the account's owner. Stores a keyed hash (a mark) of each, never the address.

use chrono::{DateTime, Duration, Utc};
use domain::ids::PersonId;

use crate::db::{Tx, q};
use crate::keys;
use crate::stop::Done;

/// A device is known for 180 days after its last sign-in: longer than any leave.
const KNOWN_DAYS: i64 = 180;
/// Bytes of a mark: enough that two of a person's few devices never collide by chance.
const MARK_BYTES: usize = 16;

/// Where a sign-in comes from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Origin<'a> {
    /// Browser and system, shortened.
    pub(super) device: &'a str,
    /// The client's address.
    pub(super) address: &'a str,
    /// The key of marks.
    pub(super) key: &'a [u8],
}

/// Stores that a person signed in from here. Returns true if they had signed in before, but never from here.
pub(super) async fn is_new(
    tx: &mut Tx,
    person: PersonId,
    from: Origin<'_>,
    now: DateTime<Utc>,
) -> Done<bool> {
    q("DELETE FROM known_device WHERE person_id = $1 AND last_at <= $2")
        .bind(person)
        .bind(now - Duration::days(KNOWN_DAYS))
        .run(&mut *tx)
        .await?;
    let mark = keys::mark(from.key, &[from.device, from.address], MARK_BYTES);
    let known: Vec<(String,)> =
        q("SELECT mark FROM known_device WHERE person_id = $1").bind(person).all(&mut *tx).await?;
    q("INSERT INTO known_device (person_id, mark, last_at) VALUES ($1, $2, $3) \
       ON CONFLICT (person_id, mark) DO UPDATE SET last_at = $3")
    .bind(person)
    .bind(&mark)
    .bind(now)
    .run(tx)
    .await?;
    Ok(!known.is_empty() && known.iter().all(|(known,)| *known != mark))
}
