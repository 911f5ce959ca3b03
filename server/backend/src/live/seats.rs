//! Seats taken and left, and what that does to the roll: who is connected while the meeting is under way was there. A
//! mark is never taken back by leaving; it tells that somebody took part, and the connections tell how long.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use domain::access::{Action, Caller, Stage};
use domain::attendance::{CalledBy, Presence};
use domain::audit::Deed;
use domain::error::{Failure, Refusal};
use domain::ids::{AgencyId, ConnectionId, MeetingId, PageId, ParticipantId, PersonId};
use domain::live::{Arrival, Behind, Coming, SEATS_AT_MOST, Seat};
use serde_json::json;

use super::stays::{OpenOf, drop_open};
use super::{direct, load, permit_seat, rehearses};
use crate::attendance::{set_presence, set_presences};
use crate::audit::{self, Entry};
use crate::db::{Tx, q};
use crate::scope::MeetingScope;
use crate::stop::Done;
use crate::{Backend, access, agencies, counted, people, stored};

/// Connections that stand are marked more often than this, so that what a drop-out lasted is known to a few seconds.
const UNMARKED_AFTER: TimeDelta = TimeDelta::seconds(12);
/// Whoever has not been marked for so long at the opening has left: a database that stalled must not cost the seats of all.
const LEFT_AFTER: TimeDelta = TimeDelta::seconds(30);

pub(super) async fn sit(
    backend: &Backend,
    caller: &Caller,
    meeting: MeetingId,
    arrival: Arrival,
    (connection, former): (ConnectionId, Option<(ConnectionId, DateTime<Utc>)>),
) -> Done<()> {
    let Arrival { seat, page, how } = arrival;
    let mut tx = backend.begin_for(caller, meeting).await?;
    // One page after the other, on a server too; and what is read after it is as whoever came before has left it.
    let scope = MeetingScope::hold(&mut tx, caller, meeting).await?;
    let is_rehearsal = how == Coming::Rehearsing;
    if is_rehearsal {
        permit_rehearsal(&mut tx, caller, (meeting, &scope), seat).await?;
    } else {
        permit_seat(&mut tx, caller, (meeting, &scope), seat).await?;
    }
    refuse_removed(&mut tx, meeting, seat).await?;
    if how != Coming::Pressed {
        refuse_when_taken(&mut tx, (meeting, caller.now), seat, page).await?;
    }
    drop_open(&mut tx, OpenOf::Seat(meeting, seat)).await?;
    if let Some((former, gone)) = former {
        q("UPDATE seat_connection SET ended_at = CASE WHEN began_at > $2 THEN began_at ELSE $2 END \
           WHERE id = $1 AND meeting_id = $3 AND seat = $4 AND ended_at IS NULL")
        .bind(former)
        .bind(gone)
        .bind(meeting)
        .bind(seat.to_string())
        .run(&mut tx)
        .await?;
    }
    // The page before is here until now, unless nobody has marked it for longer than marks are apart.
    q("UPDATE seat_connection SET ended_at = CASE WHEN seen_at < $4 THEN COALESCE(silent_since, seen_at) ELSE $3 END \
       WHERE meeting_id = $1 AND seat = $2 AND ended_at IS NULL")
    .bind(meeting)
    .bind(seat.to_string())
    .bind(caller.now)
    .bind(caller.now - UNMARKED_AFTER)
    .run(&mut tx)
    .await?;
    refuse_when_full(&mut tx, meeting).await?;
    q("INSERT INTO seat_connection (id, meeting_id, seat, person_id, began_at, seen_at, is_rehearsal, page) \
       VALUES ($1, $2, $3, $4, $5, $5, $6, $7)")
    .bind(connection)
    .bind(meeting)
    .bind(seat.to_string())
    .bind(access::person(caller))
    .bind(caller.now)
    .bind(is_rehearsal)
    .bind(page)
    .run(&mut tx)
    .await?;
    tx.changes(meeting);
    Ok(tx.commit().await?)
}

pub(super) async fn carried(
    backend: &Backend,
    caller: &Caller,
    meeting: MeetingId,
    seat: Seat,
    connection: ConnectionId,
) -> Done<()> {
    let mut tx = backend.begin_for(caller, meeting).await?;
    // Before or after the opening, never beside it: one of the two marks the seat.
    let scope = MeetingScope::hold(&mut tx, caller, meeting).await?;
    scope.permit(caller, Action::ViewMeeting)?;
    let is_new = q("UPDATE seat_connection SET carried_at = $4 \
         WHERE id = $1 AND meeting_id = $2 AND seat = $3 AND ended_at IS NULL AND carried_at IS NULL")
    .bind(connection)
    .bind(meeting)
    .bind(seat.to_string())
    .bind(caller.now)
    .run(&mut tx)
    .await?;
    if is_new == 0 {
        return Ok(());
    }
    if scope.stage == Stage::UnderWay {
        permit_seat(&mut tx, caller, (meeting, &scope), seat).await?;
        mark_seated(&mut tx, backend, caller, (meeting, &scope), seat).await?;
    }
    tx.changes(meeting);
    Ok(tx.commit().await?)
}

/// One's own seat may be tried by oneself, every seat by whoever directs; before the opening alone.
async fn permit_rehearsal(
    tx: &mut Tx,
    caller: &Caller,
    (meeting, scope): (MeetingId, &MeetingScope),
    seat: Seat,
) -> Done<()> {
    scope.permit(caller, Action::ViewMeeting)?;
    if scope.stage != Stage::Scheduled {
        return Err(scope.refusal().into());
    }
    if rehearses(caller, scope) {
        return direct::name(tx, meeting, seat).await.map(drop);
    }
    permit_seat(tx, caller, (meeting, scope), seat).await
}

/// Refuses a seat that somebody has in earnest from another page that is still heard.
async fn refuse_when_taken(
    tx: &mut Tx,
    (meeting, now): (MeetingId, DateTime<Utc>),
    seat: Seat,
    page: PageId,
) -> Done<()> {
    let other: Option<(String,)> = q("SELECT id FROM seat_connection WHERE meeting_id = $1 AND seat = $2 \
         AND ended_at IS NULL AND seen_at >= $3 AND page <> $4 AND NOT is_rehearsal LIMIT 1")
    .bind(meeting)
    .bind(seat.to_string())
    .bind(now - UNMARKED_AFTER)
    .bind(page)
    .optional(tx)
    .await?;
    if other.is_some() { Err(Refusal::SeatTaken.into()) } else { Ok(()) }
}

pub(super) async fn refuse_removed(tx: &mut Tx, meeting: MeetingId, seat: Seat) -> Done<()> {
    let removed: Option<(bool,)> =
        q("SELECT is_removed FROM live_seat WHERE meeting_id = $1 AND seat = $2 AND is_removed")
            .bind(meeting)
            .bind(seat.to_string())
            .optional(tx)
            .await?;
    if removed.is_some() { Err(Refusal::SentOut.into()) } else { Ok(()) }
}

async fn refuse_when_full(tx: &mut Tx, meeting: MeetingId) -> Done<()> {
    let (seated,): (i64,) = q("SELECT CAST(COUNT(DISTINCT seat) AS BIGINT) FROM seat_connection \
                               WHERE meeting_id = $1 AND ended_at IS NULL")
    .bind(meeting)
    .one(tx)
    .await?;
    let is_full = seated >= i64::from(SEATS_AT_MOST);
    if is_full { Err(Refusal::MeetingFull { at_most: SEATS_AT_MOST }.into()) } else { Ok(()) }
}

/// A meeting begins: whoever waits at a seat with picture and sound is there, and a rehearsal that still runs is over.
pub(crate) async fn mark_all_seated(
    tx: &mut Tx,
    backend: &Backend,
    caller: &Caller,
    meeting: MeetingId,
) -> Done<()> {
    drop_open(tx, OpenOf::Rehearsals(meeting)).await?;
    // Left by a program that was killed, and not come back to.
    drop_open(tx, OpenOf::Unmarked(meeting, caller.now - LEFT_AFTER)).await?;
    q("UPDATE seat_connection SET ended_at = COALESCE(silent_since, seen_at) \
       WHERE meeting_id = $1 AND ended_at IS NULL AND seen_at < $2")
    .bind(meeting)
    .bind(caller.now - LEFT_AFTER)
    .run(&mut *tx)
    .await?;
    // Dark at this moment: they are marked when something goes over them again.
    q("UPDATE seat_connection SET carried_at = NULL \
       WHERE meeting_id = $1 AND ended_at IS NULL AND silent_since IS NOT NULL")
    .bind(meeting)
    .run(&mut *tx)
    .await?;
    let waiting: Vec<(String,)> = q("SELECT DISTINCT seat FROM seat_connection \
         WHERE meeting_id = $1 AND ended_at IS NULL AND carried_at IS NOT NULL ORDER BY seat")
    .bind(meeting)
    .all(&mut *tx)
    .await?;
    if waiting.is_empty() {
        return Ok(());
    }
    let scope = MeetingScope::load(&mut *tx, caller, meeting).await?;
    for (seat,) in waiting {
        mark_seated(tx, backend, caller, (meeting, &scope), load::seat(&seat)?).await?;
    }
    Ok(())
}

async fn mark_seated(
    tx: &mut Tx,
    backend: &Backend,
    caller: &Caller,
    (meeting, scope): (MeetingId, &MeetingScope),
    seat: Seat,
) -> Done<()> {
    match seat {
        Seat::Hall => Ok(()),
        Seat::Site(agency) => mark_site(tx, backend, caller, (meeting, scope), agency).await,
        Seat::Person(person) => mark_person(tx, backend, caller, (meeting, scope), person).await,
    }
}

async fn mark_site(
    tx: &mut Tx,
    backend: &Backend,
    caller: &Caller,
    (meeting, scope): (MeetingId, &MeetingScope),
    site: AgencyId,
) -> Done<()> {
    let marked = q("UPDATE site SET is_connected = TRUE \
                    WHERE meeting_id = $1 AND agency_id = $2 AND NOT is_connected")
    .bind(meeting)
    .bind(site)
    .run(&mut *tx)
    .await?;
    if marked == 0 {
        return Ok(());
    }
    counted::keep_connection(tx, meeting).await?;
    let (name,): (String,) =
        q("SELECT short_name FROM agency WHERE id = $1").bind(site).one(&mut *tx).await?;
    let entry = Entry::new(Deed::AttendanceJoin, &scope.title)
        .of(scope.agency)
        .about(meeting)
        .before(&json!({ "site": name, "connected": false }))?
        .after(&json!({ "site": name, "connected": true }))?;
    audit::record(tx, backend, caller, entry).await
}

/// Whoever was marked as in the room stays there, though they follow on a tablet too.
async fn mark_person(
    tx: &mut Tx,
    backend: &Backend,
    caller: &Caller,
    (meeting, scope): (MeetingId, &MeetingScope),
    person: PersonId,
) -> Done<()> {
    let missing: Option<(String, String, String)> = q("SELECT p.id, h.name, p.presence FROM participant p \
         JOIN person h ON h.id = p.person_id \
         WHERE p.meeting_id = $1 AND p.person_id = $2 AND p.presence IN ('not_called', 'absent')")
    .bind(meeting)
    .bind(person)
    .optional(&mut *tx)
    .await?;
    let Some((participant, name, before)) = missing else { return Ok(()) };
    set_presence(tx, caller, stored::id(&participant)?, &Presence::Online, CalledBy::Joining).await?;
    let entry = Entry::new(Deed::AttendanceJoin, &scope.title)
        .of(scope.agency)
        .about(meeting)
        .before(&json!({ "delegate": name, "presence": before }))?
        .after(&json!({ "delegate": name, "presence": "online" }))?;
    audit::record(tx, backend, caller, entry).await
}

pub(super) async fn delegates_of(
    backend: &Backend,
    caller: &Caller,
    meeting: MeetingId,
    site: AgencyId,
) -> Done<Vec<Behind>> {
    let mut db = backend.db();
    let scope = MeetingScope::load(db, caller, meeting).await?;
    permit_seat(&mut db, caller, (meeting, &scope), Seat::Site(site)).await?;
    type Row = (String, String, String, String, String);
    let rows: Vec<Row> = q(format!(
        "SELECT p.id, {}, h.position, p.presence, p.called_by \
         FROM participant p JOIN agency a ON a.id = p.agency_id JOIN person h ON h.id = p.person_id \
         JOIN agency ha ON ha.id = h.agency_id \
         WHERE p.meeting_id = $1 AND a.path LIKE $2 ORDER BY h.name_key, p.id",
        people::distinct_name("h", "ha")
    ))
    .bind(meeting)
    .bind(agencies::subtree_pattern(site))
    .all(db)
    .await?;
    // Why somebody is absent is the secretary's to know.
    let one = |(id, name, position, presence, called_by): Row| {
        Ok(Behind {
            participant: stored::id(&id)?,
            name,
            position,
            presence: stored::code(&presence, |code| Presence::parse(code, ""))?,
            is_by_site: called_by == "site",
        })
    };
    rows.into_iter().map(one).collect()
}

/// The site says who of the listed sits before its camera. Whom it takes off again was marked by it, and by nobody else.
pub(super) async fn behind(
    backend: &Backend,
    caller: &Caller,
    meeting: MeetingId,
    site: AgencyId,
    present: Vec<ParticipantId>,
) -> Done<()> {
    let mut tx = backend.begin_for(caller, meeting).await?;
    let scope = MeetingScope::hold(&mut tx, caller, meeting).await?;
    permit_seat(&mut tx, caller, (meeting, &scope), Seat::Site(site)).await?;
    if scope.stage != Stage::UnderWay {
        return Err(scope.refusal().into());
    }
    let listed: Vec<(String, String, String, String)> = q(format!(
        "SELECT p.id, {}, p.presence, p.called_by \
         FROM participant p JOIN agency a ON a.id = p.agency_id JOIN person h ON h.id = p.person_id \
         JOIN agency ha ON ha.id = h.agency_id \
         WHERE p.meeting_id = $1 AND a.path LIKE $2 ORDER BY h.name_key, p.id",
        people::distinct_name("h", "ha")
    ))
    .bind(meeting)
    .bind(agencies::subtree_pattern(site))
    .all(&mut tx)
    .await?;
    let present: HashSet<ParticipantId> = present.into_iter().collect();
    let mut changed = Vec::new();
    let mut known = 0;
    for (id, name, presence, called_by) in listed {
        let id: ParticipantId = stored::id(&id)?;
        let is_here = present.contains(&id);
        known += usize::from(is_here);
        let next = match (is_here, presence.as_str(), called_by.as_str()) {
            // What the secretary entered, with its reason, is the secretary's to change.
            (true, "absent", "hand") => continue,
            (true, "not_called" | "absent", _) => Presence::Online,
            (false, "online", "site") => Presence::NotCalled,
            _ => continue,
        };
        changed.push((id, next, name));
    }
    if known < present.len() {
        return Err(Failure::NotFound.into());
    }
    if changed.is_empty() {
        return Ok(());
    }
    for presence in [Presence::Online, Presence::NotCalled] {
        let these = changed.iter().filter(|(_, next, _)| *next == presence).map(|(id, ..)| *id).collect();
        set_presences(&mut tx, caller, these, &presence, CalledBy::Site).await?;
    }
    let told: Vec<_> =
        changed.iter().map(|(_, next, name)| json!({ "delegate": name, "presence": next.code() })).collect();
    let entry =
        Entry::new(Deed::AttendanceBehind, &scope.title).of(scope.agency).about(meeting).after(&told)?;
    audit::record(&mut tx, backend, caller, entry).await?;
    Ok(tx.commit().await?)
}
