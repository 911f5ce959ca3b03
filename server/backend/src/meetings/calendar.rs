//! The calendar: sittings of a few weeks by agency, room or person, with the days that are off, worked or kept free.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::{Datelike, Days, NaiveDate, Weekday};
use domain::access::{Action, Caller, Scope};
use domain::calendar::DayKind;
use domain::meetings::{Calendar, CalendarFilter, Entry, RoomDay};
use domain::period::Window;
use domain::rules::KindRule;
use domain::sight::Sight;
use domain::time::Sitting;

use super::booking::HOLDING;
use super::clashes::clashing;
use super::lines::{self, Line};
use super::narrow::{AgencyScope, Narrow};
use super::sight::at_least;
use crate::agencies::subtree_pattern;
use crate::db::{BINDS_AT_MOST, Source, places, q};
use crate::stop::Done;
use crate::stored::minute_of;
use crate::{Backend, access, agencies, rooms, rules, stored};

/// Six weeks: a month with the days that fill its first and last week.
const DAYS_AT_MOST: u64 = 42;
/// More sittings than a person can make out. Each day of the window has its share, so that a full day never makes
/// another look free.
const SITTINGS_AT_MOST: i64 = 1000;
/// What each day may have however many days are shown.
const SITTINGS_A_DAY: i64 = 40;
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
    let (shown, left_out) = chosen(&mut db, caller, &filter, window).await?;
    let clashing = clashing(&mut db, caller, window).await?;
    let mut entries: Vec<Entry> = Vec::new();
    for line in lines_of(&mut db, caller, &rules, &shown).await? {
        for sitting in line.sittings {
            let key = (line.row.id.to_string(), sitting.date.to_string(), minute_of(sitting.from));
            if shown.contains(&key) {
                let clashes = clashing.contains(&key);
                let (meeting, rooms) = (line.row.clone(), line.rooms.clone());
                entries.push(Entry { sitting, meeting, rooms, clashes });
            }
        }
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
        left_out,
        days_off,
        years_not_entered: settings.calendar.years_not_entered(window.from, window.to),
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

/// A sitting: meeting, date, first minute.
type Key = (String, String, i64);

/// The first sittings of each day, and the days with more of them. What was called off stays in the calendar, as such:
/// people look for it where it was.
async fn chosen(
    on: &mut impl Source,
    caller: &Caller,
    filter: &CalendarFilter,
    window: Window,
) -> Done<(HashSet<Key>, Vec<(NaiveDate, u32)>)> {
    let days = (window.to - window.from).num_days() + 1;
    let a_day = (SITTINGS_AT_MOST / days.max(1)).max(SITTINGS_A_DAY);
    let mut query = q("");
    let (from, to) = (query.place(window.from), query.place(window.to));
    let mut all = vec![format!("s.date BETWEEN {from} AND {to}"), at_least(&mut query, caller, Sight::Title)];
    let agency = filter.agency.map(AgencyScope::HeldOrAttended);
    let narrow = Narrow { agency, room: filter.room, person: filter.person };
    all.extend(narrow.conditions(&mut query, caller));
    let (all, a_day) = (all.join(" AND "), query.place(a_day));
    query.push(&format!(
        "SELECT d.meeting_id, d.date, d.from_minute, d.of_day FROM ( \
            SELECT s.meeting_id, s.date, s.from_minute, COUNT(*) OVER (PARTITION BY s.date) AS of_day, \
              ROW_NUMBER() OVER (PARTITION BY s.date ORDER BY s.from_minute, s.meeting_id, s.position) AS place \
            FROM sitting s JOIN meeting m ON m.id = s.meeting_id WHERE {all}) d \
         WHERE d.place <= {a_day} ORDER BY d.date"
    ));
    let rows: Vec<(String, String, i64, i64)> = query.all(on).await?;
    let (mut shown, mut left_out) = (HashSet::with_capacity(rows.len()), Vec::new());
    for of_day in rows.chunk_by(|(_, one, ..), (_, other, ..)| one == other) {
        let (_, date, _, count) = &of_day[0];
        let rest = stored::number(*count)?.saturating_sub(of_day.len() as u32);
        if rest > 0 {
            left_out.push((stored::date(date)?, rest));
        }
        shown.extend(of_day.iter().map(|(meeting, date, from, _)| (meeting.clone(), date.clone(), *from)));
    }
    Ok((shown, left_out))
}

/// The meetings of these sittings.
async fn lines_of(
    on: &mut impl Source,
    caller: &Caller,
    rules: &[KindRule],
    shown: &HashSet<Key>,
) -> Done<Vec<Line>> {
    let meetings: BTreeSet<&str> = shown.iter().map(|(meeting, ..)| meeting.as_str()).collect();
    let meetings: Vec<&str> = meetings.into_iter().collect();
    let mut found = Vec::with_capacity(meetings.len());
    for some in meetings.chunks(BINDS_AT_MOST) {
        let mut query = lines::ask(caller);
        let sight = at_least(&mut query, caller, Sight::Title);
        let some: Vec<String> = some.iter().map(|meeting| query.place(*meeting)).collect();
        query.push(&format!("{sight} AND m.id IN ({})", some.join(", ")));
        found.extend(lines::fetch(&mut *on, caller, rules, query).await?);
    }
    Ok(found)
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
