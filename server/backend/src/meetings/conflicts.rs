//! Who and what of a form is taken by other meetings, and what is free instead: one question per sort of thing, however
//! many delegates. Asks only about meetings that hold their rooms and people.

use std::collections::HashMap;

use chrono::Days;
use domain::access::Part;
use domain::count::Form;
use domain::ids::MeetingId;
use domain::meetings::{BusyOf, Conflict, Delegation, MeetingBrief};
use domain::rooms::RoomRef;
use domain::slots::SEARCH_DAYS;
use domain::time::Sitting;

use super::booking::{HOLDING, overlap};
use super::rows::{Known, Rows};
use crate::agencies::subtree_pattern;
use crate::db::{Q, Source, q};
use crate::stop::Done;
use crate::stored;

/// Identifiers of one question; with the times they stay below the limit of values.
const ASKED_AT_ONCE: usize = 400;
/// So many conflicts are shown: beyond, another time is the answer.
const SHOWN_AT_MOST: usize = 50;
/// Free rooms offered: enough to choose from.
const ROOMS_OFFERED: i64 = 3;

/// What a form asks for.
pub(super) struct Asked<'a> {
    pub(super) rows: &'a Rows,
    pub(super) known: &'a Known,
    /// The meeting that is being edited: its own bookings are no conflict.
    pub(super) own: Option<MeetingId>,
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

/// Something taken: by whose identifier, and by which meeting.
type Row = (String, String, String, String, String, i64, i64);

struct Taken {
    of: String,
    with: MeetingBrief,
}

/// The tables that hold things, and the column that names them.
const ROOMS: (&str, &str) = ("meeting_room", "room_id");
const PEOPLE: (&str, &str) = ("participant", "person_id");
const SITES: (&str, &str) = ("site", "agency_id");

async fn taken(
    on: &mut impl Source,
    (table, column): (&str, &str),
    ids: &[String],
    own: Option<MeetingId>,
    time: &Time<'_>,
) -> Done<Vec<Taken>> {
    let mut found = Vec::new();
    for chunk in ids.chunks(ASKED_AT_ONCE) {
        let mut query = q(format!(
            "SELECT k.{column}, m.id, m.title, a.short_name, s.date, s.from_minute, s.to_minute FROM {table} k \
             JOIN meeting m ON m.id = k.meeting_id JOIN agency a ON a.id = m.agency_id \
             JOIN sitting s ON s.meeting_id = m.id WHERE m.stage IN {HOLDING} AND k.{column} IN ("
        ));
        let listed: Vec<String> = chunk.iter().map(|id| query.place(id)).collect();
        query.push(&listed.join(", ")).push(") AND (");
        let time = time.condition(&mut query);
        query.push(&time).push(")");
        if let Some(own) = own {
            let own = query.place(own);
            query.push(&format!(" AND m.id <> {own}"));
        }
        query.push(" ORDER BY s.date, s.from_minute, m.id");
        for (of, id, title, agency, date, from, to) in query.all::<Row>(&mut *on).await? {
            let sitting = stored::sitting(&date, from, to)?;
            found.push(Taken { of, with: MeetingBrief { id: stored::id(&id)?, title, agency, sitting } });
        }
    }
    Ok(found)
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
}

/// Everything that is taken at the wanted time, what blocks first.
pub(super) async fn all(on: &mut impl Source, asked: &Asked<'_>) -> Done<Vec<Conflict>> {
    if asked.rows.sittings.is_empty() {
        return Ok(Vec::new());
    }
    let time = Time::At(&asked.rows.sittings);
    let mut conflicts = Vec::new();
    for Taken { of, with } in taken(&mut *on, ROOMS, &asked.rooms(), asked.own, &time).await? {
        let name = asked.known.rooms.get(&stored::id(&of)?).map(|room| room.0.clone()).unwrap_or_default();
        conflicts.push(Conflict { of: BusyOf::Room(name), id: of, with, blocks: true });
    }
    for Taken { of, with } in taken(&mut *on, PEOPLE, &asked.people(), asked.own, &time).await? {
        let person = stored::id(&of)?;
        let name = asked.known.person_name(person);
        let part = asked.rows.people.iter().find(|(_, d)| *d == Delegation::Person(person));
        let (busy, blocks) = match part.map(|(part, _)| *part) {
            Some(Part::Chair) => (BusyOf::Chair(name), true),
            Some(Part::Secretary) => (BusyOf::Secretary(name), false),
            _ => (BusyOf::Delegate(name), false),
        };
        conflicts.push(Conflict { of: busy, id: of, with, blocks });
    }
    let sites = taken(&mut *on, SITES, &asked.sites(), asked.own, &time).await?;
    let names = site_names(on, &sites).await?;
    for Taken { of, with } in sites {
        let name = names.get(&of).cloned().unwrap_or_default();
        conflicts.push(Conflict { of: BusyOf::Site(name), id: of, with, blocks: false });
    }
    conflicts.sort_by_key(|conflict| !conflict.blocks);
    conflicts.truncate(SHOWN_AT_MOST);
    Ok(conflicts)
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

/// All times within reach at which something or somebody of the form is taken.
pub(super) async fn busy_around(on: &mut impl Source, asked: &Asked<'_>) -> Done<Vec<Sitting>> {
    let time = Time::Around(&asked.rows.sittings);
    let mut busy = Vec::new();
    for (table, ids) in [(ROOMS, asked.rooms()), (PEOPLE, asked.people()), (SITES, asked.sites())] {
        let taken = taken(&mut *on, table, &ids, asked.own, &time).await?;
        busy.extend(taken.into_iter().map(|taken| taken.with.sitting));
    }
    busy.sort();
    busy.dedup();
    Ok(busy)
}

/// Rooms of the agency's own line that are free at the wanted time and seat everybody; its own first, then the smallest.
pub(super) async fn free_rooms(on: impl Source, asked: &Asked<'_>) -> Done<Vec<RoomRef>> {
    let rows = asked.rows;
    let seats = if rows.form == Some(Form::Online) { 0 } else { rows.delegates() };
    let mut query =
        q("SELECT r.id, r.name FROM room r JOIN agency a ON a.id = r.agency_id WHERE r.capacity >= ");
    let (seats, own) = (query.place(seats), query.place(rows.agency));
    let below = query.place(subtree_pattern(rows.agency));
    query.push(&format!(
        "{seats} AND (a.path LIKE {below} \
            OR (SELECT path FROM agency WHERE id = {own}) LIKE '%/' || a.id || '/%') AND r.id NOT IN ("
    ));
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
