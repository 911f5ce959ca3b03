//! Who and what of a form is taken by other meetings, and what is free instead: one question per sort of thing, however
//! many delegates. Asks only about meetings that hold their rooms and people.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::Days;
use domain::access::{Caller, Part};
use domain::count::Form;
use domain::duration::{HalfDay, sessions, touched_by, whole};
use domain::ids::{MeetingId, PersonId, RoomId};
use domain::meetings::{
    Bookable, BusyOf, Conflict, Delegation, Holder, MeetingBrief, disclosure, keeps_chair, plans_for,
};
use domain::rooms::RoomRef;
use domain::sight::Sight;
use domain::slots::SEARCH_DAYS;
use domain::text::fold;
use domain::time::{Hours, Sitting};

use super::booking::{HOLDING, overlap};
use super::rows::{Known, Rows};
use super::sight;
use crate::db::{Q, Source, q};
use crate::stop::Done;
use crate::{rooms, stored};

/// Identifiers of one question; with the times they stay below the limit of values.
const ASKED_AT_ONCE: usize = 400;
/// So many conflicts are named, the sites and delegates of a province's conference: beyond, another time is the answer.
const NAMED_AT_MOST: usize = 300;
/// Free rooms offered: enough to choose from.
const ROOMS_OFFERED: i64 = 3;

/// Most different times that are looked at: more than people can hold in the weeks of a search.
const TIMES_AT_MOST: i64 = 20_000;
/// Taken rooms that are told: several times the rooms that the form lists.
const BUSY_ROOMS_AT_MOST: i64 = 300;

/// What a form asks for.
pub(super) struct Asked<'a> {
    pub(super) rows: &'a Rows,
    pub(super) known: &'a Known,
    /// The meeting that is being edited: its own bookings are no conflict.
    pub(super) own: Option<MeetingId>,
    pub(super) caller: &'a Caller,
    /// The hours that divide the day into half-days in what is told of strangers: the same for every agency.
    /// If an agency had hours of its own, its administrators could move the division until it reveals the
    /// exact minute.
    pub(super) hours: &'a Hours,
    /// The people on the form who are near the caller.
    pub(super) near: &'a HashSet<String>,
}

/// Which sittings of other meetings count.
enum Time<'a> {
    /// Those that take some of this time.
    At(&'a [Sitting]),
    /// Those within reach of a free slot.
    Around(&'a [Sitting]),
}

impl Time<'_> {
    fn condition(&self, query: &mut Q) -> String {
        match self {
            Time::At(sittings) => overlap(query, sittings),
            Time::Around(sittings) => {
                let dates = || sittings.iter().map(|sitting| sitting.date);
                let reach = Days::new(SEARCH_DAYS);
                let from = dates().min().and_then(|date| date.checked_sub_days(reach));
                let to = dates().max().and_then(|date| date.checked_add_days(reach));
                let (from, to) = (query.place(from), query.place(to));
                format!("s.date BETWEEN {from} AND {to}")
            }
        }
    }
}

/// Something taken: its identifier, whether it was the planner's to book, and the other meeting.
type Row = (String, bool, String, String, String, String, i64, i64);

struct Taken {
    of: String,
    is_planned: bool,
    with: MeetingBrief,
    /// What the caller may see of the other meeting.
    sight: Sight,
}

/// The tables that hold things, the column that names them, and whether they were the planner's to book.
const ROOMS: (&str, &str, &str) = ("meeting_room", "room_id", "TRUE");
const PEOPLE: (&str, &str, &str) = ("participant", "person_id", "k.is_planned");
const SITES: (&str, &str, &str) = ("site", "agency_id", "TRUE");

/// The first that are taken, by their time, as many as are named at most, and how many more there are. Only these are read:
/// a province's delegates may be taken more often than memory holds.
async fn taken(
    on: &mut impl Source,
    asked: &Asked<'_>,
    (table, column, is_planned): (&str, &str, &str),
    ids: &[String],
) -> Done<(Vec<Taken>, usize)> {
    let time = Time::At(&asked.rows.sittings);
    let (mut rows, mut all) = (Vec::new(), 0);
    for chunk in ids.chunks(ASKED_AT_ONCE) {
        // In this order, which the embedded database keeps: the meetings of some people are few among all those of a day.
        let mut query = q(format!(
            "SELECT k.{column}, {is_planned}, m.id, m.title, a.short_name, s.date, s.from_minute, s.to_minute \
             FROM {table} k CROSS JOIN meeting m CROSS JOIN agency a CROSS JOIN sitting s \
             WHERE m.id = k.meeting_id AND a.id = m.agency_id AND s.meeting_id = m.id \
               AND m.stage IN {HOLDING} AND k.{column} IN ("
        ));
        held_by(&mut query, asked, chunk, &time);
        query.push(&format!(" ORDER BY s.date, s.from_minute, m.id LIMIT {NAMED_AT_MOST}"));
        let first = query.all::<Row>(&mut *on).await?;
        all += match first.len() < NAMED_AT_MOST {
            true => first.len(),
            false => counted(&mut *on, asked, (table, column), chunk, &time).await?,
        };
        rows.extend(first);
    }
    rows.sort_by(|a, b| (&a.5, a.6, &a.2).cmp(&(&b.5, b.6, &b.2)));
    rows.truncate(NAMED_AT_MOST);
    let more = all - rows.len();
    let meetings = rows.iter().map(|row| row.2.clone()).collect();
    let sights = sight::of_meetings(&mut *on, asked.caller, meetings).await?;
    let read = |(of, is_planned, id, title, agency, date, from, to): Row| {
        let sitting = stored::sitting(&date, from, to)?;
        let sight = sights.get(&id).copied().unwrap_or_default();
        let with = MeetingBrief { id: stored::id(&id)?, title, agency, sitting };
        Ok(Taken { of, is_planned, with, sight })
    };
    Ok((rows.into_iter().map(read).collect::<Done<_>>()?, more))
}

/// How often any of them is taken.
async fn counted(
    on: &mut impl Source,
    asked: &Asked<'_>,
    (table, column): (&str, &str),
    ids: &[String],
    time: &Time<'_>,
) -> Done<usize> {
    let mut query = q(format!(
        "SELECT CAST(COUNT(*) AS BIGINT) FROM {table} k CROSS JOIN meeting m CROSS JOIN sitting s \
         WHERE m.id = k.meeting_id AND s.meeting_id = m.id AND m.stage IN {HOLDING} AND k.{column} IN ("
    ));
    held_by(&mut query, asked, ids, time);
    let (count,): (i64,) = query.one(on).await?;
    Ok(usize::try_from(count).unwrap_or_default())
}

impl Asked<'_> {
    fn rooms(&self) -> Vec<String> {
        self.rows.rooms.iter().map(ToString::to_string).collect()
    }

    fn people(&self) -> Vec<String> {
        self.rows.persons().iter().map(ToString::to_string).collect()
    }

    fn sites(&self) -> Vec<String> {
        self.rows.sites.iter().map(ToString::to_string).collect()
    }

    /// The chair on the form, if they are not near the caller.
    fn far_chair(&self) -> Option<PersonId> {
        self.rows.chair().filter(|chair| !self.near.contains(&chair.to_string()))
    }

    /// Whether publishing would be refused because the chair is listed in the other meeting.
    fn keeps_chair(&self, taken: &Taken) -> bool {
        let chair = self.rows.chair().and_then(|chair| self.known.people.get(&chair));
        chair.is_some_and(|chair| {
            let is_planned = plans_for(self.caller, &chair.path, self.rows.agency);
            keeps_chair(is_planned, taken.is_planned)
        })
    }
}

/// Everything that is taken at the wanted time and that the caller may be told, and how much more there is than is named.
/// What blocks comes first; then one meeting after the other, with its rooms, people and sites by their names.
pub(super) async fn all(on: &mut impl Source, asked: &Asked<'_>) -> Done<(Vec<Conflict>, usize)> {
    if asked.rows.sittings.is_empty() {
        return Ok((Vec::new(), 0));
    }
    let mut conflicts = Vec::new();
    let (rooms, mut more) = taken(&mut *on, asked, ROOMS, &asked.rooms()).await?;
    for taken in rooms {
        let name = asked.known.rooms.get(&stored::id(&taken.of)?).map(|room| room.name.clone());
        let of = BusyOf::Room(name.unwrap_or_default());
        conflicts.extend(told(asked, taken, Bookable::Room, &of, true));
    }
    more += people(&mut *on, asked, &mut conflicts).await?;
    let (sites, more_sites) = taken(&mut *on, asked, SITES, &asked.sites()).await?;
    more += more_sites;
    let names = site_names(on, &sites).await?;
    for taken in sites {
        let of = BusyOf::Site(names.get(&taken.of).cloned().unwrap_or_default());
        conflicts.extend(told(asked, taken, Bookable::Site, &of, false));
    }
    conflicts.sort_by_cached_key(|conflict| (!conflict.blocks, order(&conflict.with), sorted(&conflict.of)));
    more += conflicts.len().saturating_sub(NAMED_AT_MOST);
    conflicts.truncate(NAMED_AT_MOST);
    Ok((conflicts, more))
}

/// Meetings by their time, then those of whom only the time is told.
fn order(holder: &Holder) -> (bool, Option<(Sitting, MeetingId)>) {
    match holder {
        Holder::Meeting(meeting) => (false, Some((meeting.sitting, meeting.id))),
        Holder::Hours(_) | Holder::HalfDay(_) => (true, None),
    }
}

/// Rooms, then people by their parts, then sites, and each by name.
fn sorted(of: &BusyOf) -> (u8, String) {
    let (rank, name) = match of {
        BusyOf::Room(name) => (0, name),
        BusyOf::Chair(name) => (1, name),
        BusyOf::Secretary(name) => (2, name),
        BusyOf::Delegate(name) => (3, name),
        BusyOf::Site(name) => (4, name),
    };
    (rank, fold(name))
}

/// What the caller may know of a conflict.
fn told(
    asked: &Asked<'_>,
    taken: Taken,
    booked: Bookable,
    of: &BusyOf,
    blocks: bool,
) -> impl Iterator<Item = Conflict> {
    let Taken { of: id, with, sight, .. } = taken;
    let holders = Holder::of(with, disclosure(sight, booked), asked.hours);
    holders.into_iter().map(move |with| Conflict { of: of.clone(), id: id.clone(), with, blocks })
}

/// People who are busy, and how many more there are. For people near the caller the hours are told. For a chair who is not
/// near, the half-day is told, wherever in it the wanted time lies, so that moving the time on the form reveals no
/// more. Of other strangers nothing is told.
async fn people(on: &mut impl Source, asked: &Asked<'_>, conflicts: &mut Vec<Conflict>) -> Done<usize> {
    let near: Vec<String> = asked.people().into_iter().filter(|id| asked.near.contains(id)).collect();
    let chair = asked.rows.chair();
    // By itself, so that no crowd of delegates keeps what blocks from being found.
    let (chairing, others): (Vec<String>, Vec<String>) =
        near.into_iter().partition(|id| chair.is_some_and(|chair| chair.to_string() == *id));
    let mut more = 0;
    for people in [chairing, others] {
        let (busy, not_read) = taken(&mut *on, asked, PEOPLE, &people).await?;
        more += not_read;
        for taken in busy {
            let person = stored::id(&taken.of)?;
            let name = asked.known.person_name(person);
            let part = asked.rows.people.iter().find(|(_, d)| *d == Delegation::Person(person));
            let is_chair = chair == Some(person);
            let (of, blocks) = match part.map(|(part, _)| *part) {
                Some(Part::Chair) => (BusyOf::Chair(name), asked.keeps_chair(&taken)),
                Some(Part::Secretary) => (BusyOf::Secretary(name), false),
                _ => (BusyOf::Delegate(name), false),
            };
            conflicts.extend(told(asked, taken, Bookable::Person { is_near: true, is_chair }, &of, blocks));
        }
    }
    let Some(chair) = asked.far_chair() else { return Ok(more) };
    let halves = sessions(&asked.rows.sittings, asked.hours);
    let wide: Vec<Sitting> = halves.iter().map(|half| whole(*half, asked.hours)).collect();
    let taken = times(on, asked, PEOPLE, &[chair.to_string()], &Time::At(&wide)).await?;
    // Neither a second meeting in a busy half-day nor a half-day beside the wanted one is told.
    let touched: BTreeSet<HalfDay> =
        taken.iter().flat_map(|sitting| touched_by(sitting, asked.hours)).collect();
    conflicts.extend(touched.into_iter().filter(|half| halves.contains(half)).map(|half| Conflict {
        of: BusyOf::Chair(asked.known.person_name(chair)),
        id: chair.to_string(),
        with: Holder::HalfDay(half),
        blocks: false,
    }));
    Ok(more)
}

async fn site_names(on: &mut impl Source, sites: &[Taken]) -> Done<HashMap<String, String>> {
    let ids = sites.iter().map(|site| stored::id(&site.of)).collect::<Done<Vec<_>>>()?;
    let refs = crate::agencies::refs(on, ids).await?;
    Ok(refs.into_iter().map(|(id, agency)| (id.to_string(), agency.short_name)).collect())
}

/// Whether a room is taken.
pub(super) fn is_of_room(conflict: &Conflict) -> bool {
    matches!(conflict.of, BusyOf::Room(_))
}

/// All times within reach at which a room or person on the form is taken, as far as the caller may be told:
/// free times must not reveal what the conflicts do not.
pub(super) async fn busy_around(on: &mut impl Source, asked: &Asked<'_>) -> Done<Vec<Sitting>> {
    let time = Time::Around(&asked.rows.sittings);
    let mut busy = Vec::new();
    let near: Vec<String> = asked.people().into_iter().filter(|id| asked.near.contains(id)).collect();
    for (table, ids) in [(ROOMS, asked.rooms()), (PEOPLE, near), (SITES, asked.sites())] {
        busy.extend(times(&mut *on, asked, table, &ids, &time).await?);
    }
    if let Some(chair) = asked.far_chair() {
        let taken = times(on, asked, PEOPLE, &[chair.to_string()], &time).await?;
        let halves = taken.iter().flat_map(|sitting| touched_by(sitting, asked.hours));
        busy.extend(halves.map(|half| whole(half, asked.hours)));
    }
    busy.sort();
    busy.dedup();
    Ok(busy)
}

/// Goes on after `IN (`: these people, rooms or sites, at this time, in other meetings than the one that is asked about.
fn held_by(query: &mut Q, asked: &Asked<'_>, ids: &[String], time: &Time<'_>) {
    let listed: Vec<String> = ids.iter().map(|id| query.place(id)).collect();
    query.push(&listed.join(", ")).push(") AND (");
    let time = time.condition(query);
    query.push(&time).push(")");
    if let Some(own) = asked.own {
        let own = query.place(own);
        query.push(&format!(" AND m.id <> {own}"));
    }
}

/// When any of them is taken, each time once: whoever looks for a free time needs to know of no meeting.
async fn times(
    on: &mut impl Source,
    asked: &Asked<'_>,
    (table, column, _): (&str, &str, &str),
    ids: &[String],
    time: &Time<'_>,
) -> Done<Vec<Sitting>> {
    let mut times = Vec::new();
    for chunk in ids.chunks(ASKED_AT_ONCE) {
        let mut query = q(format!(
            "SELECT DISTINCT s.date, s.from_minute, s.to_minute \
             FROM {table} k CROSS JOIN meeting m CROSS JOIN sitting s \
             WHERE m.id = k.meeting_id AND s.meeting_id = m.id AND m.stage IN {HOLDING} AND k.{column} IN ("
        ));
        held_by(&mut query, asked, chunk, time);
        query.push(&format!(" ORDER BY s.date, s.from_minute, s.to_minute LIMIT {TIMES_AT_MOST}"));
        let rows: Vec<(String, i64, i64)> = query.all(&mut *on).await?;
        for (date, from, to) in rows {
            times.push(stored::sitting(&date, from, to)?);
        }
    }
    Ok(times)
}

/// Rooms that the meeting may use and that other meetings hold at the wanted time. That a room is taken is on the board of
/// rooms too; by whom is not told here.
pub(super) async fn busy_rooms(on: impl Source, asked: &Asked<'_>) -> Done<Vec<RoomId>> {
    let rows = asked.rows;
    let mut query = q("SELECT DISTINCT r.id FROM meeting_room k JOIN room r ON r.id = k.room_id \
         JOIN agency a ON a.id = r.agency_id JOIN meeting m ON m.id = k.meeting_id \
         JOIN sitting s ON s.meeting_id = m.id WHERE NOT r.is_withdrawn AND ");
    let usable = rooms::usable(&mut query, asked.caller, rows.agency);
    let time = overlap(&mut query, &rows.sittings);
    query.push(&format!("{usable} AND m.stage IN {HOLDING} AND ({time})"));
    if let Some(meeting) = asked.own {
        let meeting = query.place(meeting);
        query.push(&format!(" AND m.id <> {meeting}"));
    }
    let limit = query.place(BUSY_ROOMS_AT_MOST);
    query.push(&format!(" LIMIT {limit}"));
    let found: Vec<(String,)> = query.all(on).await?;
    found.into_iter().map(|(id,)| stored::id(&id)).collect()
}

/// Rooms of the agency's own line that are free at the wanted time and seat everybody; its own first, then the smallest.
pub(super) async fn free_rooms(on: impl Source, asked: &Asked<'_>) -> Done<Vec<RoomRef>> {
    let rows = asked.rows;
    let seats = if rows.form == Some(Form::Online) { 0 } else { rows.delegates_and_guests() };
    let mut query =
        q("SELECT r.id, r.name FROM room r JOIN agency a ON a.id = r.agency_id WHERE r.capacity >= ");
    let (seats, own) = (query.place(seats), query.place(rows.agency));
    let on_line = rooms::on_line(&mut query, rows.agency);
    query.push(&format!("{seats} AND NOT r.is_withdrawn AND {on_line} AND r.id NOT IN ("));
    let chosen: Vec<String> = rows.rooms.iter().map(|room| query.place(*room)).collect();
    query.push(&chosen.join(", ")).push(&format!(
        ") AND NOT EXISTS (SELECT 1 FROM meeting_room k JOIN meeting m ON m.id = k.meeting_id \
             JOIN sitting s ON s.meeting_id = m.id \
             WHERE k.room_id = r.id AND m.stage IN {HOLDING} AND ("
    ));
    let time = overlap(&mut query, &rows.sittings);
    query.push(&time).push(")");
    if let Some(meeting) = asked.own {
        let meeting = query.place(meeting);
        query.push(&format!(" AND m.id <> {meeting}"));
    }
    let limit = query.place(ROOMS_OFFERED);
    query.push(&format!(
        ") ORDER BY CASE WHEN r.agency_id = {own} THEN 0 ELSE 1 END, a.depth DESC, r.capacity, r.code LIMIT {limit}"
    ));
    let found: Vec<(String, String)> = query.all(on).await?;
    found.into_iter().map(|(id, name)| Ok(RoomRef { id: stored::id(&id)?, name })).collect()
}
