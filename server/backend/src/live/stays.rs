//! How stays at a seat go on and end: marks that they last, interruptions, and leaving. Of a stay that ended only what the
//! roll and the record of the lines read is kept.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use domain::ids::{ConnectionId, MeetingId};
use domain::live::{Leaving, Seat};

use super::{floor, load};
use crate::Backend;
use crate::db::{BINDS_AT_MOST, Tx, places, q};
use crate::stop::Done;
use crate::{scope, stored};

/// Which connections that have not ended.
pub(super) enum OpenOf {
    One(ConnectionId),
    Seat(MeetingId, Seat),
    /// Rehearsals of a meeting.
    Rehearsals(MeetingId),
    /// Those of a meeting that nobody has marked since.
    Unmarked(MeetingId, DateTime<Utc>),
    /// The same in all meetings.
    AllUnmarked(DateTime<Utc>),
}

/// Deletes those of these connections that have left no trace to keep: a rehearsal, or a stay in which neither picture nor
/// sound came. The roll and the record of the lines read only stays in earnest with picture or sound, and a delegate may
/// sit down a thousand times. Call it before the others are ended.
pub(super) async fn drop_open(tx: &mut Tx, of: OpenOf) -> Done<u64> {
    const USELESS: &str =
        "DELETE FROM seat_connection WHERE ended_at IS NULL AND (carried_at IS NULL OR is_rehearsal)";
    let query = match of {
        OpenOf::One(connection) => q(format!("{USELESS} AND id = $1")).bind(connection),
        OpenOf::Seat(meeting, seat) => {
            q(format!("{USELESS} AND meeting_id = $1 AND seat = $2")).bind(meeting).bind(seat.to_string())
        }
        OpenOf::Rehearsals(meeting) => {
            q(format!("{USELESS} AND meeting_id = $1 AND is_rehearsal")).bind(meeting)
        }
        OpenOf::Unmarked(meeting, since) => {
            q(format!("{USELESS} AND meeting_id = $1 AND seen_at < $2")).bind(meeting).bind(since)
        }
        OpenOf::AllUnmarked(since) => q(format!("{USELESS} AND seen_at < $1")).bind(since),
    };
    Ok(query.run(tx).await?)
}

pub(super) async fn standing_by(
    backend: &Backend,
    connections: &[(ConnectionId, Option<DateTime<Utc>>)],
    now: DateTime<Utc>,
) -> Done<Vec<ConnectionId>> {
    let mut gone = Vec::new();
    for some in connections.chunks(BINDS_AT_MOST - 1) {
        let list = places(2, some.len());
        let mut tx = backend.db().begin().await?;
        let ids = || some.iter().map(|(id, _)| *id);
        q(format!(
            "UPDATE seat_connection SET seen_at = $1, silent_since = NULL WHERE ended_at IS NULL AND id IN ({list})"
        ))
        .bind(now)
        .bind_all(ids())
        .run(&mut tx)
        .await?;
        for (id, silent) in some.iter().filter_map(|(id, silent)| Some((id, (*silent)?))) {
            q("UPDATE seat_connection SET silent_since = $2 WHERE id = $1 AND ended_at IS NULL")
                .bind(*id)
                .bind(silent)
                .run(&mut tx)
                .await?;
        }
        // One that ended may have no row any more.
        let list = places(1, some.len());
        let rows: Vec<(String,)> =
            q(format!("SELECT id FROM seat_connection WHERE ended_at IS NULL AND id IN ({list})"))
                .bind_all(ids())
                .all(&mut tx)
                .await?;
        tx.commit().await?;
        let open = rows.iter().map(|(id,)| stored::id(id)).collect::<Done<HashSet<ConnectionId>>>()?;
        gone.extend(ids().filter(|id| !open.contains(id)));
    }
    Ok(gone)
}

pub(super) async fn rise(
    backend: &Backend,
    connection: ConnectionId,
    now: DateTime<Utc>,
    why: Leaving,
) -> Done<()> {
    let row: Option<(String, String)> =
        q("SELECT meeting_id, seat FROM seat_connection WHERE id = $1 AND ended_at IS NULL")
            .bind(connection)
            .optional(backend.db())
            .await?;
    let Some((meeting, seat)) = row else { return Ok(()) };
    let (meeting, seat) = (stored::id(&meeting)?, load::seat(&seat)?);
    let mut tx = backend.begin_in(meeting).await?;
    if why == Leaving::Meant {
        // Before anything is written: decisions of the meeting are made one after the other.
        scope::hold(&mut tx, meeting).await?;
        floor::give_back(&mut tx, meeting, seat).await?;
    }
    drop_open(&mut tx, OpenOf::One(connection)).await?;
    q("UPDATE seat_connection SET ended_at = $2, seen_at = $2, was_left = $3 WHERE id = $1 AND ended_at IS NULL")
        .bind(connection)
        .bind(now)
        .bind(why == Leaving::Meant)
        .run(&mut tx)
        .await?;
    tx.changes(meeting);
    Ok(tx.commit().await?)
}

/// What was before becomes a connection of its own, which ended.
pub(super) async fn interrupted(
    backend: &Backend,
    connection: ConnectionId,
    since: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Done<()> {
    let mut tx = backend.db().begin().await?;
    let stands: Option<(String,)> = q("SELECT meeting_id FROM seat_connection \
         WHERE id = $1 AND ended_at IS NULL AND carried_at < $2 AND NOT is_rehearsal")
    .bind(connection)
    .bind(since)
    .optional(&mut tx)
    .await?;
    let Some((meeting,)) = stands else { return Ok(()) };
    q("INSERT INTO seat_connection \
       (id, meeting_id, seat, person_id, began_at, seen_at, ended_at, is_rehearsal, page, carried_at) \
       SELECT $2, meeting_id, seat, person_id, began_at, $3, $3, is_rehearsal, page, carried_at \
       FROM seat_connection WHERE id = $1")
    .bind(connection)
    .bind(ConnectionId(backend.entropy().id(until)))
    .bind(since)
    .run(&mut tx)
    .await?;
    q("UPDATE seat_connection SET began_at = $2, seen_at = $2, carried_at = $2, silent_since = NULL WHERE id = $1")
        .bind(connection)
        .bind(until)
        .run(&mut tx)
        .await?;
    tx.changes(stored::id(&meeting)?);
    Ok(tx.commit().await?)
}

pub(super) async fn end_lost(backend: &Backend, unmarked_since: DateTime<Utc>) -> Done<u32> {
    let mut tx = backend.db().begin().await?;
    let rows: Vec<(String,)> = q("SELECT DISTINCT meeting_id FROM seat_connection \
                                  WHERE ended_at IS NULL AND seen_at < $1")
    .bind(unmarked_since)
    .all(&mut tx)
    .await?;
    let mut ended = drop_open(&mut tx, OpenOf::AllUnmarked(unmarked_since)).await?;
    ended += q("UPDATE seat_connection SET ended_at = COALESCE(silent_since, seen_at) \
         WHERE ended_at IS NULL AND seen_at < $1")
    .bind(unmarked_since)
    .run(&mut tx)
    .await?;
    for (meeting,) in rows {
        tx.changes(stored::id(&meeting)?);
    }
    tx.commit().await?;
    Ok(u32::try_from(ended).unwrap_or(u32::MAX))
}
