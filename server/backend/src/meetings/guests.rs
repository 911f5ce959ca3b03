//! Guests of a meeting in the database: read, and written so that those who stay keep their identifier and their presence.
//! Decides nothing.

use chrono::{DateTime, Utc};
use domain::attendance::Presence;
use domain::ids::{MeetingId, ParticipantId};
use domain::meetings::{Guest, GuestInput, GuestSort, PlannedGuest};

use super::store::insert;
use crate::Backend;
use crate::attendance::called_by_of;
use crate::db::{Source, Tx, q};
use crate::stop::Done;
use crate::stored;

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    number: i64,
    name: String,
    position: String,
    organisation: String,
    sort: String,
    presence: String,
    reason: String,
    called_by: String,
    added_at: Option<i64>,
}

async fn rows(on: impl Source, meeting: MeetingId) -> Done<Vec<Row>> {
    let rows =
        q("SELECT id, number, name, position, organisation, sort, presence, reason, called_by, added_at FROM guest \
                  WHERE meeting_id = $1 ORDER BY number, id")
        .bind(meeting)
        .all(on)
        .await?;
    Ok(rows)
}

/// The guests in their order.
pub(super) async fn load(on: impl Source, meeting: MeetingId) -> Done<Vec<Guest>> {
    rows(on, meeting).await?.into_iter().map(guest).collect()
}

fn guest(row: Row) -> Done<Guest> {
    Ok(Guest {
        id: stored::id(&row.id)?,
        name: row.name,
        position: row.position,
        organisation: row.organisation,
        sort: stored::code(&row.sort, GuestSort::parse)?,
        presence: stored::code(&row.presence, |code| Presence::parse(code, &row.reason))?,
        called_by: called_by_of(&row.called_by),
        added: stored::optional_instant(row.added_at)?,
    })
}

/// The stored guests as the form shows them.
pub(super) async fn typed(on: impl Source, meeting: MeetingId) -> Done<Vec<GuestInput>> {
    let typed = |row: Row| GuestInput {
        id: row.id,
        name: row.name,
        position: row.position,
        organisation: row.organisation,
        sort: row.sort,
    };
    Ok(rows(on, meeting).await?.into_iter().map(typed).collect())
}

/// Writes the guests that are listed. A listed guest is the stored one of the same identifier, else one that says the same.
pub(super) async fn store(
    tx: &mut Tx,
    backend: &Backend,
    now: DateTime<Utc>,
    meeting: MeetingId,
    guests: &[PlannedGuest],
) -> Done<()> {
    let mut left = rows(&mut *tx, meeting).await?;
    let mut matched: Vec<Option<Row>> =
        guests.iter().map(|guest| take(&mut left, |row| is(row, guest))).collect();
    for (guest, found) in guests.iter().zip(&mut matched).filter(|(_, found)| found.is_none()) {
        *found = take(&mut left, |row| says(row, guest));
    }
    for row in left {
        q("DELETE FROM guest WHERE id = $1").bind(row.id).run(&mut *tx).await?;
    }
    let mut added = Vec::new();
    for ((number, guest), found) in (0i64..).zip(guests).zip(matched) {
        let Some(row) = found else {
            let id = ParticipantId(backend.entropy().id(now));
            added.push(values(id, meeting, number, guest));
            continue;
        };
        if row.number != number || !says(&row, guest) {
            q("UPDATE guest SET number = $2, name = $3, position = $4, organisation = $5, sort = $6 WHERE id = $1")
                .bind(row.id)
                .bind(number)
                .bind(&guest.name)
                .bind(&guest.position)
                .bind(&guest.organisation)
                .bind(guest.sort.code())
                .run(&mut *tx)
                .await?;
        }
    }
    insert(tx, COLUMNS, added, "").await
}

const COLUMNS: &str = "guest (id, meeting_id, number, name, position, organisation, sort)";

fn values(id: ParticipantId, meeting: MeetingId, number: i64, guest: &PlannedGuest) -> Vec<crate::db::Value> {
    vec![
        id.into(),
        meeting.into(),
        number.into(),
        (&guest.name).into(),
        (&guest.position).into(),
        (&guest.organisation).into(),
        guest.sort.code().into(),
    ]
}

fn is(row: &Row, guest: &PlannedGuest) -> bool {
    guest.id.is_some_and(|id| id.to_string() == row.id)
}

fn says(row: &Row, guest: &PlannedGuest) -> bool {
    guest.name == row.name
        && guest.position == row.position
        && guest.organisation == row.organisation
        && guest.sort.code() == row.sort
}

fn take(rows: &mut Vec<Row>, is_it: impl Fn(&Row) -> bool) -> Option<Row> {
    rows.iter().position(is_it).map(|at| rows.remove(at))
}
