//! Writing a meeting's rows: what stays keeps its identifier, its presence and its connection; only differences are
//! written. Called within the transaction of a use case that has decided already.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use domain::access::Part;
use domain::ids::{AgencyId, MeetingId, ParticipantId};
use domain::meetings::Delegation;

use super::guests;
use super::rows::{Known, Rows};
use crate::Backend;
use crate::counted::{self, Counted};
use crate::db::{Tx, Value, places, q};
use crate::scope::part_code;
use crate::stop::Done;
use crate::stored::minute_of;

/// Rows of one statement: with at most ten values each they stay below the limit of values.
const ROWS_AT_ONCE: usize = 50;

/// Writes everything but the state. `seen_change` is what new participants need not be told of.
pub(super) async fn store(
    tx: &mut Tx,
    backend: &Backend,
    now: DateTime<Utc>,
    meeting: MeetingId,
    (rows, known): (&Rows, &Known),
    counted: &Counted,
    seen_change: i64,
) -> Done<()> {
    q("UPDATE meeting SET agency_id = $2, title = $3, kind = $4, form = $5, side = $6, counterpart = $7, \
       is_unexpected = $8, place = $9, scope = $10, first_date = $11, last_date = $12, month_civil = $13, \
       month_report = $14 WHERE id = $1")
    .bind(meeting)
    .bind(rows.agency)
    .bind(&rows.title)
    .bind(&rows.kind)
    .bind(rows.form.map_or("", |form| form.code()))
    .bind(rows.side.code())
    .bind(rows.counterpart.code())
    .bind(rows.is_unexpected)
    .bind(&rows.place)
    .bind(counted.scope.code())
    .bind(counted.first_date)
    .bind(counted.last_date)
    .bind(counted.month_civil)
    .bind(counted.month_report)
    .run(&mut *tx)
    .await?;
    sittings(tx, meeting, rows).await?;
    rooms(tx, meeting, rows).await?;
    sites(tx, meeting, rows).await?;
    counted::keep_connection(tx, meeting).await?;
    participants(tx, backend, now, meeting, (rows, known), seen_change).await?;
    guests::store(tx, backend, now, meeting, &rows.guests).await?;
    agenda(tx, meeting, rows).await
}

/// Inserts rows of values, many at a time.
pub(super) async fn insert(tx: &mut Tx, into: &str, rows: Vec<Vec<Value>>, then: &str) -> Done<()> {
    for chunk in rows.chunks(ROWS_AT_ONCE) {
        let mut from = 1;
        let mut groups = Vec::with_capacity(chunk.len());
        for row in chunk {
            groups.push(format!("({})", places(from, row.len())));
            from += row.len();
        }
        q(format!("INSERT INTO {into} VALUES {} {then}", groups.join(", ")))
            .bind_all(chunk.iter().flatten().cloned())
            .run(&mut *tx)
            .await?;
    }
    Ok(())
}

async fn sittings(tx: &mut Tx, meeting: MeetingId, rows: &Rows) -> Done<()> {
    q("DELETE FROM sitting WHERE meeting_id = $1").bind(meeting).run(&mut *tx).await?;
    let values = (0i64..).zip(&rows.sittings).map(|(position, s)| {
        vec![meeting.into(), position.into(), s.date.into(), minute_of(s.from).into(), minute_of(s.to).into()]
    });
    insert(tx, "sitting (meeting_id, position, date, from_minute, to_minute)", values.collect(), "").await
}

async fn rooms(tx: &mut Tx, meeting: MeetingId, rows: &Rows) -> Done<()> {
    q("DELETE FROM meeting_room WHERE meeting_id = $1").bind(meeting).run(&mut *tx).await?;
    let values = (0i64..)
        .zip(&rows.rooms)
        .map(|(position, room)| vec![meeting.into(), (*room).into(), position.into()]);
    insert(tx, "meeting_room (meeting_id, room_id, position)", values.collect(), "").await
}

async fn sites(tx: &mut Tx, meeting: MeetingId, rows: &Rows) -> Done<()> {
    let mut removal = q("DELETE FROM site WHERE meeting_id = $1").bind(meeting);
    if !rows.sites.is_empty() {
        let kept: Vec<String> = rows.sites.iter().map(|site| removal.place(*site)).collect();
        removal.push(&format!(" AND agency_id NOT IN ({})", kept.join(", ")));
    }
    removal.run(&mut *tx).await?;
    let values = (0i64..)
        .zip(&rows.sites)
        .map(|(position, site)| vec![meeting.into(), (*site).into(), position.into(), false.into()]);
    let then = "ON CONFLICT (meeting_id, agency_id) DO UPDATE SET position = excluded.position";
    insert(tx, "site (meeting_id, agency_id, position, is_connected)", values.collect(), then).await
}

/// A participant as stored: identifier, part, person, agency, place in the order.
type Stored = (String, String, Option<String>, String, i64);

async fn participants(
    tx: &mut Tx,
    backend: &Backend,
    now: DateTime<Utc>,
    meeting: MeetingId,
    (rows, known): (&Rows, &Known),
    seen_change: i64,
) -> Done<()> {
    let stored: Vec<Stored> =
        q("SELECT id, part, person_id, agency_id, position FROM participant WHERE meeting_id = $1 ORDER BY position, id")
            .bind(meeting)
            .all(&mut *tx)
            .await?;
    let (matched, mut gone) = match_stored(stored, rows);
    // An agency whose own seat is taken by those it has named meanwhile keeps them while it is listed.
    let invited: HashSet<String> = rows
        .people
        .iter()
        .filter(|(_, delegation)| !matched.contains_key(delegation))
        .filter_map(|(_, d)| if let Delegation::Agency(a) = d { Some(a.to_string()) } else { None })
        .collect();
    let named: HashSet<String> = gone
        .iter()
        .filter(|s| s.1 == part_code(Part::Delegate) && s.2.is_some() && invited.contains(&s.3))
        .map(|s| s.3.clone())
        .collect();
    gone.retain(|s| !named.contains(&s.3) || s.2.is_none() || s.1 != part_code(Part::Delegate));
    for chunk in gone.chunks(ROWS_AT_ONCE) {
        q(format!("DELETE FROM participant WHERE id IN ({})", places(1, chunk.len())))
            .bind_all(chunk.iter().map(|(id, ..)| id))
            .run(&mut *tx)
            .await?;
    }
    let (mut added, mut moved) = (Vec::new(), Vec::new());
    for (position, (part, delegation)) in (0i64..).zip(&rows.people) {
        if let Some((id, was, _, _, at)) = matched.get(delegation) {
            if was != part_code(*part) || *at != position {
                moved.push(vec![id.as_str().into(), part_code(*part).into(), position.into()]);
            }
            continue;
        }
        let (person, agency): (Option<_>, AgencyId) = match delegation {
            Delegation::Person(person) => match known.people.get(person) {
                Some(known) => (Some(*person), known.agency),
                None => continue,
            },
            Delegation::Agency(agency) if named.contains(&agency.to_string()) => continue,
            Delegation::Agency(agency) => (None, *agency),
        };
        let id = ParticipantId(backend.entropy().id(now));
        added.push(vec![
            id.into(),
            meeting.into(),
            part_code(*part).into(),
            person.into(),
            agency.into(),
            position.into(),
            seen_change.into(),
            false.into(),
        ]);
    }
    move_to(tx, moved).await?;
    let into = "participant (id, meeting_id, part, person_id, agency_id, position, seen_change, has_opened)";
    insert(tx, into, added, "").await
}

/// Gives participants, by their identifiers, a part and a place in the order.
async fn move_to(tx: &mut Tx, moved: Vec<Vec<Value>>) -> Done<()> {
    for chunk in moved.chunks(ROWS_AT_ONCE) {
        let rows = (0..chunk.len()).map(|row| format!("({})", places(row * 3 + 1, 3)));
        let rows: Vec<String> = rows.collect();
        q(format!(
            "WITH moved (id, part, position) AS (VALUES {}) UPDATE participant \
             SET part = moved.part, position = moved.position FROM moved WHERE participant.id = moved.id",
            rows.join(", ")
        ))
        .bind_all(chunk.iter().flatten().cloned())
        .run(&mut *tx)
        .await?;
    }
    Ok(())
}

/// Who of those stored stays, by what they are listed as, and who does not.
fn match_stored(stored: Vec<Stored>, rows: &Rows) -> (HashMap<Delegation, Stored>, Vec<Stored>) {
    let listed: HashSet<Delegation> = rows.people.iter().map(|(_, delegation)| *delegation).collect();
    let (mut matched, mut gone) = (HashMap::new(), Vec::new());
    for row in stored {
        let delegation = match &row.2 {
            Some(person) => person.parse().ok().map(Delegation::Person),
            None => row.3.parse().ok().map(Delegation::Agency),
        };
        match delegation {
            Some(d) if listed.contains(&d) && !matched.contains_key(&d) => {
                matched.insert(d, row);
            }
            _ => gone.push(row),
        }
    }
    (matched, gone)
}

/// Every item has its identifier by now. An item that holds a paper stays whatever is listed.
async fn agenda(tx: &mut Tx, meeting: MeetingId, rows: &Rows) -> Done<()> {
    let stored: Vec<(String, bool)> = q("SELECT i.id, EXISTS (SELECT 1 FROM paper p WHERE p.item_id = i.id \
         AND p.withdrawn_at IS NULL) AS holds_paper FROM agenda_item i WHERE i.meeting_id = $1")
    .bind(meeting)
    .all(&mut *tx)
    .await?;
    let listed: HashSet<String> = rows.agenda.iter().filter_map(|i| i.id).map(|id| id.to_string()).collect();
    for (id, _) in stored.iter().filter(|(id, holds_paper)| !holds_paper && !listed.contains(id)) {
        // Papers that were withdrawn leave with their item; the trail remembers them.
        q("DELETE FROM paper_reading WHERE paper_id IN (SELECT id FROM paper WHERE item_id = $1)")
            .bind(id)
            .run(&mut *tx)
            .await?;
        q("UPDATE live_meeting SET paper_id = NULL WHERE paper_id IN (SELECT id FROM paper WHERE item_id = $1)")
            .bind(id)
            .run(&mut *tx)
            .await?;
        q("DELETE FROM paper WHERE item_id = $1").bind(id).run(&mut *tx).await?;
        q("DELETE FROM agenda_item WHERE id = $1").bind(id).run(&mut *tx).await?;
    }
    for (position, item) in (0i64..).zip(&rows.agenda) {
        let Some(id) = item.id else { continue };
        let text = id.to_string();
        let sql = if stored.iter().any(|(stored, _)| *stored == text) {
            "UPDATE agenda_item SET position = $3, title = $4, minutes = $5, presenter = $6, is_discussion = $7 \
             WHERE id = $1 AND meeting_id = $2"
        } else {
            "INSERT INTO agenda_item (id, meeting_id, position, title, minutes, presenter, is_discussion) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)"
        };
        q(sql)
            .bind(id)
            .bind(meeting)
            .bind(position)
            .bind(&item.title)
            .bind(item.minutes)
            .bind(&item.presenter)
            .bind(item.is_discussion)
            .run(&mut *tx)
            .await?;
    }
    Ok(())
}
