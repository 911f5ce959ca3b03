//! The floor: who has it and asks for it, what it does to microphones, and how it comes back from whoever leaves or is lost.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use domain::error::{Failure, FieldProblem, Problem, Refusal};
use domain::ids::MeetingId;
use domain::live::{FLOOR_KEPT_SECONDS, REQUEST_KEPT_SECONDS, Seat, TURN_MINUTES_AT_MOST};

use tokio::time::timeout;

use super::direct::set;
use super::load;
use crate::Backend;
use crate::db::{Source, Tx, q};
use crate::stop::Done;
use crate::{scope, stored};

/// A meeting that is being changed is left for the next look after this.
const WAITS_FOR_A_MEETING: Duration = Duration::from_secs(1);

/// Who has the floor.
pub(super) async fn holder(on: impl Source, meeting: MeetingId) -> Done<Option<Seat>> {
    let row: Option<(Option<String>,)> =
        q("SELECT floor_seat FROM live_meeting WHERE meeting_id = $1").bind(meeting).optional(on).await?;
    row.and_then(|(floor,)| floor).as_deref().map(load::seat).transpose()
}

/// Gives a seat the floor, with a microphone that may be turned on, or takes it from whoever has it.
pub(super) async fn give(
    tx: &mut Tx,
    meeting: MeetingId,
    seat: Option<Seat>,
    now: DateTime<Utc>,
) -> Done<()> {
    silence_before(tx, meeting, seat).await?;
    let is_new = holder(&mut *tx, meeting).await? != seat;
    q("INSERT INTO live_meeting (meeting_id, floor_seat, floor_since) VALUES ($1, $2, $3) \
       ON CONFLICT (meeting_id) DO UPDATE SET floor_seat = excluded.floor_seat, \
         floor_since = CASE WHEN live_meeting.floor_seat = excluded.floor_seat THEN live_meeting.floor_since \
                            ELSE excluded.floor_since END")
    .bind(meeting)
    .bind(seat.map(|seat| seat.to_string()))
    .bind(seat.map(|_| now.timestamp_millis()))
    .run(&mut *tx)
    .await?;
    if is_new {
        q("UPDATE live_meeting SET floor_ends = CASE WHEN turn_minutes = 0 THEN NULL \
           ELSE floor_since + turn_minutes * 60000 END WHERE meeting_id = $1")
        .bind(meeting)
        .run(&mut *tx)
        .await?;
    }
    if let Some(seat) = seat {
        set(tx, meeting, seat, "is_muted", false).await?;
        take_request_back(tx, meeting, seat).await?;
    }
    Ok(())
}

/// Whoever has the floor keeps it for longer: from the end of the turn, or from now when that is past.
pub(super) async fn prolong(tx: &mut Tx, meeting: MeetingId, minutes: u32, now: DateTime<Utc>) -> Done<()> {
    in_range("minutes", minutes, 1)?;
    if holder(&mut *tx, meeting).await?.is_none() {
        return Err(Refusal::WrongState.into());
    }
    q("UPDATE live_meeting SET floor_ends = CASE WHEN floor_ends > $2 THEN floor_ends ELSE $2 END + $3 \
       WHERE meeting_id = $1")
    .bind(meeting)
    .bind(now)
    .bind(TimeDelta::minutes(minutes.into()).num_milliseconds())
    .run(tx)
    .await?;
    Ok(())
}

/// How long turns last from the next one on.
pub(super) async fn set_turn_minutes(tx: &mut Tx, meeting: MeetingId, minutes: u32) -> Done<()> {
    in_range("minutes", minutes, 0)?;
    q("INSERT INTO live_meeting (meeting_id, turn_minutes) VALUES ($1, $2) \
       ON CONFLICT (meeting_id) DO UPDATE SET turn_minutes = excluded.turn_minutes")
    .bind(meeting)
    .bind(minutes)
    .run(tx)
    .await?;
    Ok(())
}

fn in_range(field: &str, minutes: u32, least: u32) -> Done<()> {
    if (least..=TURN_MINUTES_AT_MOST).contains(&minutes) {
        return Ok(());
    }
    let problem = Problem::NotInRange(least.into(), TURN_MINUTES_AT_MOST.into());
    Err(Failure::Invalid(vec![FieldProblem::new(field, problem)]).into())
}

/// Whoever leaves has neither the floor nor a request any more.
pub(super) async fn give_back(tx: &mut Tx, meeting: MeetingId, seat: Seat) -> Done<()> {
    take_request_back(tx, meeting, seat).await?;
    take(tx, meeting, seat).await
}

/// Takes the floor from a seat, if that has it.
pub(super) async fn take(tx: &mut Tx, meeting: MeetingId, seat: Seat) -> Done<()> {
    if holder(&mut *tx, meeting).await? == Some(seat) {
        silence_before(tx, meeting, None).await?;
        q("UPDATE live_meeting SET floor_seat = NULL, floor_since = NULL, floor_ends = NULL WHERE meeting_id = $1")
            .bind(meeting)
            .run(tx)
            .await?;
    }
    Ok(())
}

async fn take_request_back(tx: &mut Tx, meeting: MeetingId, seat: Seat) -> Done<()> {
    q("UPDATE live_seat SET asked_at = NULL WHERE meeting_id = $1 AND seat = $2")
        .bind(meeting)
        .bind(seat.to_string())
        .run(tx)
        .await?;
    Ok(())
}

/// Turns all microphones off but those that are never silenced with all: the hall's, the chair's own, that of whoever has the
/// floor, and that of the seat from which it is decided.
pub(super) async fn silence_all(tx: &mut Tx, meeting: MeetingId, from: Option<Seat>) -> Done<()> {
    let spared = [chair(&mut *tx, meeting).await?, holder(&mut *tx, meeting).await?, from];
    let mut query = q("INSERT INTO live_seat (meeting_id, seat, is_muted) SELECT $1, s.seat, TRUE FROM ( \
            SELECT 'site:' || agency_id AS seat FROM site WHERE meeting_id = $1 \
            UNION SELECT 'person:' || person_id FROM participant WHERE meeting_id = $1 AND person_id IS NOT NULL \
        ) s WHERE s.seat NOT IN (")
    .bind(meeting);
    let spared: Vec<String> =
        spared.into_iter().flatten().map(|seat| query.place(seat.to_string())).collect();
    // The hall is in neither list.
    let spared = if spared.is_empty() { "'hall'".into() } else { spared.join(", ") };
    query.push(&format!(
        "{spared}) ON CONFLICT (meeting_id, seat) DO UPDATE SET is_muted = TRUE WHERE NOT live_seat.is_muted"
    ));
    query.run(tx).await?;
    Ok(())
}

/// Whoever loses the floor is silent again, where all were turned off.
async fn silence_before(tx: &mut Tx, meeting: MeetingId, next: Option<Seat>) -> Done<()> {
    let all: Option<(bool,)> = q("SELECT is_all_muted FROM live_meeting WHERE meeting_id = $1")
        .bind(meeting)
        .optional(&mut *tx)
        .await?;
    let spared = [Some(Seat::Hall), chair(&mut *tx, meeting).await?, next];
    let before = holder(&mut *tx, meeting).await?.filter(|before| !spared.contains(&Some(*before)));
    match before.filter(|_| all == Some((true,))) {
        Some(before) => set(tx, meeting, before, "is_muted", true).await,
        None => Ok(()),
    }
}

/// The chair's own seat.
async fn chair(on: impl Source, meeting: MeetingId) -> Done<Option<Seat>> {
    let row: (Option<String>,) =
        q("SELECT MIN(person_id) FROM participant WHERE meeting_id = $1 AND part = 'chair'")
            .bind(meeting)
            .one(on)
            .await?;
    Ok(stored::optional_id(row.0.as_deref())?.map(Seat::Person))
}

/// Takes the floor from seats whose connection was lost more than [`FLOOR_KEPT_SECONDS`] ago, and cancels requests of seats whose
/// connection was lost more than [`REQUEST_KEPT_SECONDS`] ago. A seat that was not connected since it got the floor or asked for it
/// keeps it: a delegate in the hall, for example.
pub(super) async fn give_back_lost(backend: &Backend, now: DateTime<Utc>) -> Done<u32> {
    let floors = lost(
        backend.db(),
        "SELECT l.meeting_id, l.floor_seat FROM live_meeting l JOIN meeting m ON m.id = l.meeting_id \
         WHERE l.floor_since IS NOT NULL AND l.floor_seat IS NOT NULL",
        ("l.floor_seat", "l.floor_since"),
        now - TimeDelta::seconds(FLOOR_KEPT_SECONDS),
    );
    let requests = lost(
        backend.db(),
        "SELECT l.meeting_id, l.seat FROM live_seat l JOIN meeting m ON m.id = l.meeting_id \
         WHERE l.asked_at IS NOT NULL",
        ("l.seat", "l.asked_at"),
        now - TimeDelta::seconds(REQUEST_KEPT_SECONDS),
    );
    let (floors, requests) = (floors.await?, requests.await?);
    let given = floors.len() + requests.len();
    let all =
        floors.into_iter().map(|lost| (lost, true)).chain(requests.into_iter().map(|lost| (lost, false)));
    // One meeting that does not answer keeps no other one waiting: it comes again with the next look.
    let mut failed = None;
    for ((meeting, seat), is_floor) in all {
        let (meeting, seat) = (stored::id(&meeting)?, load::seat(&seat)?);
        let one = take_lost(backend, meeting, seat, is_floor);
        if let Ok(Err(stop)) = timeout(WAITS_FOR_A_MEETING, one).await {
            failed = failed.or(Some(stop));
        }
    }
    if let Some(stop) = failed {
        return Err(stop);
    }
    Ok(u32::try_from(given).unwrap_or(u32::MAX))
}

async fn take_lost(backend: &Backend, meeting: MeetingId, seat: Seat, is_floor: bool) -> Done<()> {
    let mut tx = backend.begin_in(meeting).await?;
    scope::hold(&mut tx, meeting).await?;
    // Somebody may have sat down again meanwhile.
    if !is_connected(&mut tx, meeting, seat).await? {
        if is_floor {
            take(&mut tx, meeting, seat).await?;
        } else {
            take_request_back(&mut tx, meeting, seat).await?;
        }
        tx.changes(meeting);
    }
    Ok(tx.commit().await?)
}

/// Of the seats that `what` selects, those whose last connection ended before `until` and after they got the floor or asked for it.
/// Only of meetings that are on.
async fn lost(
    on: impl Source,
    what: &str,
    (seat, since): (&str, &str),
    until: DateTime<Utc>,
) -> Done<Vec<(String, String)>> {
    let connection =
        format!("SELECT 1 FROM seat_connection c WHERE c.meeting_id = l.meeting_id AND c.seat = {seat}");
    let rows = q(format!(
        "{what} AND m.stage IN ('scheduled', 'under_way') \
         AND NOT EXISTS ({connection} AND (c.ended_at IS NULL OR c.ended_at > $1)) \
         AND EXISTS ({connection} AND c.ended_at >= {since})"
    ))
    .bind(until)
    .all(on)
    .await?;
    Ok(rows)
}

async fn is_connected(on: impl Source, meeting: MeetingId, seat: Seat) -> Done<bool> {
    let open: Option<(String,)> =
        q("SELECT id FROM seat_connection WHERE meeting_id = $1 AND seat = $2 AND ended_at IS NULL LIMIT 1")
            .bind(meeting)
            .bind(seat.to_string())
            .optional(on)
            .await?;
    Ok(open.is_some())
}
