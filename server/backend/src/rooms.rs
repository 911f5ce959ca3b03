//! Rooms over the database. Books none: that is for the meetings.

use std::collections::HashMap;

use async_trait::async_trait;
use domain::access::{Action, Caller, Scope};
use domain::agencies::AgencyRef;
use domain::audit::Deed;
use domain::error::{Failure, FieldProblem, Outcome, Problem, Refusal};
use domain::ids::{AgencyId, RoomId};
use domain::imports::{number, yes_or_no};
use domain::people::Page;
use domain::rooms::{
    ROOMS_OF_AGENCY_AT_MOST, ROOMS_OFFERED_AT_MOST, Room, RoomAfter, RoomChange, RoomInput, Rooms,
    RoomsOffered, RoomsWanted,
};
use domain::text::{Line, fold};
use serde_json::json;

use crate::access::{Within, permit};
use crate::agencies::{self, CODE_AT_MOST, NAME_AT_MOST, optional_text, subtree_pattern, text};
use crate::audit::{self, Entry};
use crate::db::{Q, Source, Tx, places, q};
use crate::meetings::HOLDING;
use crate::search::{Due, be_due};
use crate::stop::Done;
use crate::{Backend, stored, typed};

/// More seats than the largest hall of the country.
const CAPACITY_AT_MOST: u32 = 10_000;
/// Longest description of the equipment.
const EQUIPMENT_AT_MOST: u32 = 500;
/// Rooms on one page of the list.
const PER_PAGE: u32 = 50;
/// Chosen rooms that are offered in any case; a form holds fewer.
const CHOSEN_AT_MOST: usize = 50;

#[async_trait]
impl Rooms for Backend {
    async fn offer(&self, caller: &Caller, wanted: RoomsWanted) -> Outcome<RoomsOffered> {
        self.in_turn(caller, offer(self, caller, &wanted)).await
    }

    async fn list(&self, caller: &Caller, text: &str, page: u32) -> Outcome<Page<Room>> {
        self.in_turn(caller, list(self, caller, text, page.max(1))).await
    }

    async fn get(&self, caller: &Caller, room: RoomId) -> Outcome<Room> {
        self.outcome(get(self, caller, room).await)
    }

    async fn add(&self, caller: &Caller, input: RoomInput) -> Outcome<RoomId> {
        self.outcome(add(self, caller, input).await)
    }

    async fn change(&self, caller: &Caller, room: RoomId, input: RoomChange) -> Outcome<()> {
        self.outcome(change(self, caller, room, input).await)
    }

    async fn withdraw(&self, caller: &Caller, room: RoomId) -> Outcome<RoomAfter> {
        self.outcome(withdraw(self, caller, room).await)
    }

    async fn restore(&self, caller: &Caller, room: RoomId) -> Outcome<()> {
        self.outcome(restore(self, caller, room).await)
    }
}

/// A stored room with its agency.
#[derive(sqlx::FromRow)]
pub(crate) struct Row {
    pub(crate) id: String,
    code: String,
    name: String,
    capacity: i64,
    has_video: bool,
    equipment: String,
    is_withdrawn: bool,
    agency_id: String,
    agency_code: String,
    short_name: String,
    path: String,
}

/// The beginning of a question for rooms; a condition on `room r` and `agency a` and an order follow.
pub(crate) const ROWS: &str = "SELECT r.id, r.code, r.name, r.capacity, r.has_video, r.equipment, \
    r.is_withdrawn, r.agency_id, \
    a.code AS agency_code, a.short_name, a.path FROM room r JOIN agency a ON a.id = r.agency_id WHERE ";

/// The rooms that a meeting of an agency may use: of the agency itself, of those above and below it, and of those
/// whose meetings the caller composes. See `domain::meetings::may_hold_room`.
pub(crate) fn usable(query: &mut Q, caller: &Caller, holder: AgencyId) -> String {
    let composes = Within::of(caller, Action::ComposeMeeting).condition(query, "r.agency_id");
    format!("({} OR {composes})", on_line(query, holder))
}

/// The rooms of an agency, of those above it and of those below it.
pub(crate) fn on_line(query: &mut Q, agency: AgencyId) -> String {
    let (id, below) = (query.place(agency), query.place(subtree_pattern(agency)));
    format!("(a.path LIKE {below} OR (SELECT path FROM agency WHERE id = {id}) LIKE '%/' || a.id || '/%')")
}

/// The order of rooms by nearness: the agency's own, then those of the agencies above it, the nearest first, then those
/// below it, then all others.
pub(crate) fn nearest_first(query: &mut Q, agency: AgencyId) -> String {
    let (id, below) = (query.place(agency), query.place(subtree_pattern(agency)));
    let above = format!("(SELECT path FROM agency WHERE id = {id}) LIKE '%/' || a.id || '/%'");
    format!(
        " ORDER BY CASE WHEN a.id = {id} THEN 0 WHEN {above} THEN 1 WHEN a.path LIKE {below} THEN 2 ELSE 3 END, \
         CASE WHEN {above} THEN -a.depth ELSE a.depth END, a.code, r.code"
    )
}

/// The same, after the rooms in which the words of a text stand as whole words and in their order: `số 2` is not `số 12`.
fn named_first(query: &mut Q, text: &str, agency: AgencyId) -> String {
    let words = typed::words(text);
    let order = nearest_first(query, agency);
    if words.is_empty() {
        return order;
    }
    let named = query.place(format!("% {} %", words.join(" ")));
    let named = format!(" ORDER BY CASE WHEN ' ' || r.folded || ' ' LIKE {named} THEN 0 ELSE 1 END, ");
    order.replacen(" ORDER BY ", &named, 1)
}

/// Every word of the text is part of the room's name, code or equipment, or of its agency's names.
fn words(query: &mut Q, text: &str) -> String {
    typed::every_word(query, text, |word| format!("(r.folded LIKE {word} OR a.folded LIKE {word})"))
}

async fn offer(backend: &Backend, caller: &Caller, wanted: &RoomsWanted) -> Done<RoomsOffered> {
    permit(caller, Action::ViewRooms, Scope::Myself)?;
    let mut query = q(ROWS);
    let mut all = vec!["NOT r.is_withdrawn".to_owned(), words(&mut query, &wanted.text)];
    all.extend(wanted.holder.map(|holder| usable(&mut query, caller, holder)));
    query.push(&all.join(" AND "));
    let order = named_first(&mut query, &wanted.text, wanted.holder.unwrap_or(caller.agency.id));
    let limit = query.place(ROOMS_OFFERED_AT_MOST as i64 + 1);
    query.push(&order).push(&format!(" LIMIT {limit}"));
    let mut rows: Vec<Row> = query.all(backend.db()).await?;
    let has_more = rows.len() > ROOMS_OFFERED_AT_MOST;
    rows.truncate(ROOMS_OFFERED_AT_MOST);
    let is_missing = |room: &&RoomId| rows.iter().all(|row| row.id != room.to_string());
    let missing: Vec<RoomId> =
        wanted.chosen.iter().filter(is_missing).take(CHOSEN_AT_MOST).copied().collect();
    if !missing.is_empty() {
        let chosen =
            q(format!("{ROWS} r.id IN ({}) ORDER BY a.depth, a.code, r.code", places(1, missing.len())));
        rows.extend(chosen.bind_all(missing).all::<Row>(backend.db()).await?);
    }
    Ok(RoomsOffered { rooms: rows.into_iter().map(read).collect::<Done<_>>()?, has_more })
}

async fn list(backend: &Backend, caller: &Caller, text: &str, page: u32) -> Done<Page<Room>> {
    permit(caller, Action::ViewRooms, Scope::Myself)?;
    let mut counting =
        q("SELECT CAST(COUNT(*) AS BIGINT) FROM room r JOIN agency a ON a.id = r.agency_id WHERE ");
    let chosen = words(&mut counting, text);
    counting.push(&chosen);
    let (total,): (i64,) = counting.one(backend.db()).await?;
    let mut query = q(ROWS);
    let chosen = words(&mut query, text);
    query.push(&chosen);
    let order = named_first(&mut query, text, caller.agency.id);
    let (limit, offset) =
        (query.place(i64::from(PER_PAGE)), query.place(i64::from(page - 1) * i64::from(PER_PAGE)));
    query.push(&order).push(&format!(" LIMIT {limit} OFFSET {offset}"));
    let rows: Vec<Row> = query.all(backend.db()).await?;
    Ok(Page {
        rows: rows.into_iter().map(read).collect::<Done<_>>()?,
        total,
        has_more: false,
        page,
        per_page: PER_PAGE,
    })
}

/// A stored room as pages see it.
pub(crate) fn read(row: Row) -> Done<Room> {
    Ok(Room {
        id: stored::id(&row.id)?,
        code: row.code,
        name: row.name,
        agency: AgencyRef {
            id: stored::id(&row.agency_id)?,
            code: row.agency_code,
            short_name: row.short_name,
        },
        capacity: stored::number(row.capacity)?,
        has_video: row.has_video,
        equipment: row.equipment,
        is_withdrawn: row.is_withdrawn,
    })
}

/// A room that the caller may change.
async fn managed(on: impl Source, caller: &Caller, room: RoomId) -> Done<Room> {
    let row: Option<Row> = q(format!("{ROWS} r.id = $1")).bind(room).optional(on).await?;
    let row = row.ok_or(Failure::NotFound)?;
    permit(caller, Action::ManageRooms, Scope::Agency(&agencies::read_path(&row.path)?))?;
    read(row)
}

async fn get(backend: &Backend, caller: &Caller, room: RoomId) -> Done<Room> {
    managed(backend.db(), caller, room).await
}

async fn change(backend: &Backend, caller: &Caller, room: RoomId, input: RoomChange) -> Done<()> {
    let mut tx = backend.begin_by(caller).await?;
    lock(&mut tx, room).await?;
    let Room { code, name, agency, capacity, has_video, equipment, .. } =
        managed(&mut tx, caller, room).await?;
    let before = ParsedRoom {
        code: Line::new(&code),
        name: Line::new(&name),
        capacity,
        has_video,
        equipment: Line::new(&equipment),
    };
    let RoomChange { name, capacity, video, equipment } = input;
    let input =
        RoomInput { code: before.code.to_string(), name, agency: agency.code, capacity, video, equipment };
    let after = parse(&input).map_err(Failure::Invalid)?;
    if before != after {
        write_change(&mut tx, backend, caller, (room, agency.id), &before, &after).await?;
    }
    Ok(tx.commit().await?)
}

/// Whoever changes or books the same room waits here.
async fn lock(tx: &mut Tx, room: RoomId) -> Done<()> {
    q("UPDATE room SET rev = rev + 1 WHERE id = $1").bind(room).run(tx).await?;
    Ok(())
}

async fn withdraw(backend: &Backend, caller: &Caller, room: RoomId) -> Done<RoomAfter> {
    let mut tx = backend.begin_by(caller).await?;
    lock(&mut tx, room).await?;
    let before = managed(&mut tx, caller, room).await?;
    let today = backend.zone().date(caller.now);
    let (until,): (Option<String>,) = q(format!(
        "SELECT MAX(m.last_date) FROM meeting_room k JOIN meeting m ON m.id = k.meeting_id \
         WHERE k.room_id = $1 AND (m.stage = 'under_way' OR (m.stage IN {HOLDING} AND m.last_date >= $2))"
    ))
    .bind(room)
    .bind(today)
    .one(&mut tx)
    .await?;
    if let Some(until) = until {
        return Err(Refusal::RoomInUse { until: stored::date(&until)? }.into());
    }
    let used: Option<(String,)> = q("SELECT meeting_id FROM meeting_room WHERE room_id = $1 LIMIT 1")
        .bind(room)
        .optional(&mut tx)
        .await?;
    if before.is_withdrawn && used.is_some() {
        return Ok(RoomAfter::Withdrawn);
    }
    let after = match used {
        Some(_) => {
            q("UPDATE room SET is_withdrawn = TRUE WHERE id = $1").bind(room).run(&mut tx).await?;
            RoomAfter::Withdrawn
        }
        None => {
            q("DELETE FROM room WHERE id = $1").bind(room).run(&mut tx).await?;
            RoomAfter::Removed
        }
    };
    let entry = Entry::new(Deed::RoomsWithdraw, &before.name).of(before.agency.id);
    let shown = json!({ "code": before.code, "is_removed": after == RoomAfter::Removed });
    audit::record(&mut tx, backend, caller, entry.after(&shown)?).await?;
    tx.commit().await?;
    Ok(after)
}

async fn restore(backend: &Backend, caller: &Caller, room: RoomId) -> Done<()> {
    let mut tx = backend.begin_by(caller).await?;
    lock(&mut tx, room).await?;
    let before = managed(&mut tx, caller, room).await?;
    if before.is_withdrawn {
        q("UPDATE room SET is_withdrawn = FALSE WHERE id = $1").bind(room).run(&mut tx).await?;
        let entry = Entry::new(Deed::RoomsRestore, &before.name).of(before.agency.id);
        audit::record(&mut tx, backend, caller, entry).await?;
    }
    Ok(tx.commit().await?)
}

/// How many rooms each agency has; those without any are missing.
pub(crate) async fn counts(on: impl Source) -> Done<HashMap<AgencyId, u32>> {
    let rows: Vec<(String, i64)> =
        q("SELECT agency_id, CAST(COUNT(*) AS BIGINT) FROM room GROUP BY agency_id").all(on).await?;
    rows.into_iter().map(|(agency, rooms)| Ok((stored::id(&agency)?, stored::number(rooms)?))).collect()
}

async fn add(backend: &Backend, caller: &Caller, input: RoomInput) -> Done<RoomId> {
    if Within::of(caller, Action::ManageRooms) == Within::Subtrees(Vec::new()) {
        return Err(Failure::Forbidden.into());
    }
    let parsed = parse(&input).map_err(Failure::Invalid)?;
    let mut tx = backend.begin_by(caller).await?;
    let Some((agency, path)) = agencies::by_code(&mut tx, &input.agency).await? else {
        let problem = if input.agency.trim().is_empty() { Problem::Missing } else { Problem::Unknown };
        return Err(Failure::Invalid(vec![FieldProblem::new("agency", problem)]).into());
    };
    permit(caller, Action::ManageRooms, Scope::Agency(&path))?;
    let there: Option<(String,)> =
        q("SELECT id FROM room WHERE code = $1").bind(&parsed.code).optional(&mut tx).await?;
    if there.is_some() {
        return Err(Refusal::AlreadyThere { name: parsed.code.into() }.into());
    }
    // Whoever adds another room of the agency waits here.
    q("UPDATE agency SET name = name WHERE id = $1").bind(agency).run(&mut tx).await?;
    let (rooms,): (i64,) =
        q("SELECT CAST(COUNT(*) AS BIGINT) FROM room WHERE agency_id = $1").bind(agency).one(&mut tx).await?;
    if rooms >= i64::from(ROOMS_OF_AGENCY_AT_MOST) {
        let problem = Problem::TooMany(ROOMS_OF_AGENCY_AT_MOST);
        return Err(Failure::Invalid(vec![FieldProblem::new("agency", problem)]).into());
    }
    let id = RoomId(backend.entropy().id(caller.now));
    insert(&mut tx, id, agency, &parsed).await?;
    let entry = Entry::new(Deed::RoomsAdd, &parsed.name).of(agency).after(&input)?;
    audit::record(&mut tx, backend, caller, entry).await?;
    tx.commit().await?;
    Ok(id)
}

/// A room as typed, every field read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ParsedRoom {
    pub(crate) code: Line,
    pub(crate) name: Line,
    pub(crate) capacity: u32,
    pub(crate) has_video: bool,
    pub(crate) equipment: Line,
}

impl ParsedRoom {
    /// What it is found by.
    pub(crate) fn folded(&self) -> String {
        fold(&format!("{} {} {}", self.name, self.code, self.equipment))
    }

    /// What the trail shows.
    pub(crate) fn shown(&self) -> serde_json::Value {
        json!({
            "name": self.name, "capacity": self.capacity, "has_video": self.has_video, "equipment": self.equipment,
        })
    }
}

/// Reads the fields; the agency is for the caller to look up.
pub(crate) fn parse(input: &RoomInput) -> Result<ParsedRoom, Vec<FieldProblem>> {
    let mut problems = Vec::new();
    let code = text(&mut problems, "code", &input.code, CODE_AT_MOST);
    let name = text(&mut problems, "name", &input.name, NAME_AT_MOST);
    let seats = |number: i64| u32::try_from(number).ok().filter(|seats| *seats <= CAPACITY_AT_MOST);
    let typed = number(&input.capacity);
    let capacity = typed.ok().and_then(seats);
    if capacity.is_none() {
        let problem = match typed {
            Err(Some(meant)) if seats(meant).is_some() => Problem::WriteNumber(meant),
            _ if input.capacity.trim().is_empty() => Problem::Missing,
            _ => Problem::NotInRange(0, i64::from(CAPACITY_AT_MOST)),
        };
        problems.push(FieldProblem::new("capacity", problem));
    }
    let has_video = yes_or_no(&input.video);
    if has_video.is_none() {
        problems.push(FieldProblem::new("video", Problem::Unknown));
    }
    let equipment = optional_text(&mut problems, "equipment", &input.equipment, EQUIPMENT_AT_MOST);
    match (capacity, has_video) {
        (Some(capacity), Some(has_video)) if problems.is_empty() => {
            Ok(ParsedRoom { code, name, capacity, has_video, equipment })
        }
        _ => Err(problems),
    }
}

/// Stores a new room.
pub(crate) async fn insert(tx: &mut Tx, id: RoomId, agency: AgencyId, room: &ParsedRoom) -> Done<()> {
    q("INSERT INTO room (id, code, name, agency_id, capacity, has_video, equipment, folded) \
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
    .bind(id)
    .bind(&room.code)
    .bind(&room.name)
    .bind(agency)
    .bind(room.capacity)
    .bind(room.has_video)
    .bind(&room.equipment)
    .bind(room.folded())
    .run(tx)
    .await?;
    Ok(())
}

/// Stores what has changed of a room of an agency, what its meetings are found by, and the line of it.
pub(crate) async fn write_change(
    tx: &mut Tx,
    backend: &Backend,
    caller: &Caller,
    (id, agency): (RoomId, AgencyId),
    before: &ParsedRoom,
    after: &ParsedRoom,
) -> Done<()> {
    q("UPDATE room SET name = $2, agency_id = $3, capacity = $4, has_video = $5, equipment = $6, folded = $7 \
       WHERE id = $1")
    .bind(id)
    .bind(&after.name)
    .bind(agency)
    .bind(after.capacity)
    .bind(after.has_video)
    .bind(&after.equipment)
    .bind(after.folded())
    .run(&mut *tx)
    .await?;
    if before.name != after.name {
        be_due(tx, Due::MeetingsInRoom(id)).await?;
    }
    let entry = Entry::new(Deed::RoomsChange, &after.name).of(agency);
    let entry = entry.before(&before.shown())?.after(&after.shown())?;
    audit::record(tx, backend, caller, entry).await
}
