//! The calendar: sittings of a few weeks by agency, room or person, with the days that are off, worked or kept free.

use std::collections::HashMap;

use chrono::{Datelike, Days, NaiveDate, Weekday};
use domain::access::{Action, Caller, Scope};
use domain::calendar::DayKind;
use domain::meetings::{Calendar, CalendarFilter, Entry, RoomDay};
use domain::period::Window;
use domain::sight::Sight;
use domain::time::Sitting;

use super::booking::HOLDING;
use super::clashes::clashing;
use super::lines;
use super::narrow::{AgencyScope, Narrow};
use super::sight::at_least;
use super::store::minute;
use crate::agencies::subtree_pattern;
use crate::db::{Q, Source, places, q};
use crate::stop::Done;
use crate::{Backend, access, agencies, rooms, rules, stored};

/// Six weeks: a month with the days that fill its first and last week.
const DAYS_AT_MOST: u64 = 42;
/// More meetings than a person can make out in six weeks.
const MEETINGS_AT_MOST: i64 = 1000;
/// More rooms than a board can show side by side.
const ROOMS_AT_MOST: usize = 100;

/// A calendar window.
pub(super) async fn calendar(backend: &Backend, caller: &Caller, filter: CalendarFilter) -> Done<Calendar> {
    access::permit(caller, Action::ViewCalendar, Scope::Myself)?;
    let window = bounded(filter.window);
    let agency = filter.agency.unwrap_or(caller.agency.id);
    let mut db = backend.db().heavy_reader().await?;
    let settings = agencies::settings(&mut db, agency).await?;
    let rules = rules::all(&mut db).await?;
    let query = question(caller, &filter, window);
    let found = lines::fetch(&mut db, caller, &rules, query).await?;
    let clashing = clashing(&mut db, caller, window).await?;
    let mut entries: Vec<Entry> = Vec::new();
    for line in found {
        let shown = line.sittings.iter().filter(|sitting| window.contains(sitting.date));
        entries.extend(shown.map(|sitting| Entry {
            sitting: *sitting,
            clashes: clashing.contains(&(
                line.row.id.to_string(),
                sitting.date.to_string(),
                minute(sitting.from),
            )),
            meeting: line.row.clone(),
            rooms: line.rooms.clone(),
        }));
    }
    entries.sort_by_key(|entry| (entry.sitting, entry.meeting.id));
    let listed = |kind: DayKind| {
        let days = settings.calendar.days.range(window.from..=window.to);
        days.filter(move |(_, day)| day.0 == kind).map(|(date, day)| (*date, day.1.clone()))
    };
    let is_weekend = |date: &NaiveDate| matches!(date.weekday(), Weekday::Sat | Weekday::Sun);
    let days_off = listed(DayKind::Off).collect();
    let working_weekends = listed(DayKind::Work).map(|(date, _)| date).filter(is_weekend).collect();
    let blocked = window
        .from
        .iter_days()
        .take_while(|date| *date <= window.to)
        .filter(|date| settings.calendar.is_blocked(*date))
        .collect();
    let (rooms, has_more_rooms) = board(&mut db, caller, &filter, window).await?;
    Ok(Calendar {
        entries,
        days_off,
        working_weekends,
        blocked,
        hours: settings.hours,
        rooms,
        has_more_rooms,
        now: caller.now,
    })
}

fn bounded(window: Window) -> Window {
    let last = window.from.checked_add_days(Days::new(DAYS_AT_MOST - 1)).unwrap_or(window.to);
    Window { from: window.from, to: window.to.min(last) }
}

/// What was called off stays in the calendar, as such: people look for it where it was.
fn question(caller: &Caller, filter: &CalendarFilter, window: Window) -> Q {
    let mut query = lines::ask(caller);
    let mut all = vec![at_least(&mut query, caller, Sight::Title)];
    let (from, to) = (query.place(window.from), query.place(window.to));
    all.push(format!("m.id IN (SELECT s.meeting_id FROM sitting s WHERE s.date BETWEEN {from} AND {to})"));
    let agency = filter.agency.map(AgencyScope::HeldOrAttended);
    let narrow = Narrow { agency, room: filter.room, person: filter.person };
    all.extend(narrow.conditions(&mut query, caller));
    let limit = query.place(MEETINGS_AT_MOST);
    query.push(&all.join(" AND ")).push(&format!(" ORDER BY m.first_date, m.id LIMIT {limit}"));
    query
}

/// The room asked for; or those of the agency shown and below it; or those that the caller's meetings may use. And whether
/// there are more of them.
async fn board(
    on: &mut impl Source,
    caller: &Caller,
    filter: &CalendarFilter,
    window: Window,
) -> Done<(Vec<RoomDay>, bool)> {
    let mut query = q(rooms::ROWS);
    let chosen = if let Some(room) = filter.room {
        format!("r.id = {}", query.place(room))
    } else if let Some(agency) = filter.agency {
        format!("NOT r.is_withdrawn AND a.path LIKE {}", query.place(subtree_pattern(agency)))
    } else {
        format!("NOT r.is_withdrawn AND {}", rooms::usable(&mut query, caller, caller.agency.id))
    };
    let order = rooms::nearest_first(&mut query, filter.agency.unwrap_or(caller.agency.id));
    let limit = query.place(ROOMS_AT_MOST as i64 + 1);
    query.push(&chosen).push(&order).push(&format!(" LIMIT {limit}"));
    let mut rows: Vec<rooms::Row> = query.all(&mut *on).await?;
    let has_more = rows.len() > ROOMS_AT_MOST;
    rows.truncate(ROOMS_AT_MOST);
    let mut taken = bookings(&mut *on, &rows, window).await?;
    let days = rows.into_iter().map(|row| {
        let taken = taken.remove(&row.id).unwrap_or_default();
        Ok(RoomDay { room: rooms::read(row)?, taken })
    });
    Ok((days.collect::<Done<_>>()?, has_more))
}

/// Who holds which of the rooms when, of every agency: only rooms and times, no meeting.
async fn bookings(
    on: impl Source,
    rooms: &[rooms::Row],
    window: Window,
) -> Done<HashMap<String, Vec<Sitting>>> {
    if rooms.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(String, String, i64, i64)> = q(format!(
        "SELECT k.room_id, s.date, s.from_minute, s.to_minute FROM meeting_room k \
         JOIN meeting m ON m.id = k.meeting_id JOIN sitting s ON s.meeting_id = k.meeting_id \
         WHERE m.stage IN {HOLDING} AND s.date BETWEEN $1 AND $2 AND k.room_id IN ({}) \
         ORDER BY s.date, s.from_minute",
        places(3, rooms.len())
    ))
    .bind(window.from)
    .bind(window.to)
    .bind_all(rooms.iter().map(|room| room.id.clone()))
    .all(on)
    .await?;
    let mut taken: HashMap<String, Vec<Sitting>> = HashMap::new();
    for (room, date, from, to) in rows {
        taken.entry(room).or_default().push(stored::sitting(&date, from, to)?);
    }
    Ok(taken)
}
