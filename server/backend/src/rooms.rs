//! Rooms over the database. Knows no booking: that is for the meetings.

use async_trait::async_trait;
use domain::access::{Action, Caller, Scope};
use domain::agencies::AgencyRef;
use domain::audit::Deed;
use domain::error::{Failure, FieldProblem, Outcome, Problem, Refusal};
use domain::ids::{AgencyId, RoomId};
use domain::rooms::{Room, RoomChange, RoomInput, Rooms};
use domain::text::fold;
use serde_json::json;

use crate::access::{Within, permit};
use crate::agencies::{self, CODE_AT_MOST, NAME_AT_MOST, text};
use crate::audit::{self, Entry};
use crate::db::{Source, Tx, q};
use crate::stop::Done;
use crate::{Backend, search, stored};

/// More seats than the largest hall of the country.
const CAPACITY_AT_MOST: u32 = 10_000;
/// Longest description of the equipment.
const EQUIPMENT_AT_MOST: usize = 500;

#[async_trait]
impl Rooms for Backend {
    async fn list(&self, caller: &Caller, agency: Option<AgencyId>) -> Outcome<Vec<Room>> {
        self.outcome(list(self, caller, agency).await)
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
    agency_id: String,
    agency_code: String,
    short_name: String,
    path: String,
}

/// The beginning of a question for rooms; a condition on `room r` and `agency a` and an order follow.
pub(crate) const ROWS: &str = "SELECT r.id, r.code, r.name, r.capacity, r.has_video, r.equipment, r.agency_id, \
    a.code AS agency_code, a.short_name, a.path FROM room r JOIN agency a ON a.id = r.agency_id WHERE ";

async fn list(backend: &Backend, caller: &Caller, agency: Option<AgencyId>) -> Done<Vec<Room>> {
    permit(caller, Action::ViewRooms, Scope::Myself)?;
    let within = agency.map_or(Within::Everywhere, |agency| Within::Subtrees(vec![agency]));
    let mut query = q(ROWS);
    let chosen = within.condition(&mut query, "r.agency_id");
    query.push(&chosen).push(" ORDER BY a.depth, a.code, r.code");
    let rows: Vec<Row> = query.all(backend.db()).await?;
    let mut rooms = Vec::with_capacity(rows.len());
    // The program itself belongs to no agency.
    let own = agencies::path(backend.db(), caller.agency.id).await.unwrap_or_default();
    for row in rows {
        // Nearest first: the own agency's, then the one above's, and so on; all others after them.
        let id: AgencyId = stored::id(&row.agency_id)?;
        let distance = own.iter().rev().position(|above| *above == id).unwrap_or(usize::MAX);
        let is_below = agencies::read_path(&row.path)?.contains(&caller.agency.id);
        rooms.push(((distance, !is_below), read(row)?));
    }
    rooms.sort_by_key(|(nearness, _)| *nearness);
    Ok(rooms.into_iter().map(|(_, room)| room).collect())
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
    let mut tx = backend.db().begin().await?;
    // Whoever changes the same room waits here.
    q("UPDATE room SET name = name WHERE id = $1").bind(room).run(&mut tx).await?;
    let Room { code, name, agency, capacity, has_video, equipment, .. } =
        managed(&mut tx, caller, room).await?;
    let before = ParsedRoom { code, name, capacity, has_video, equipment };
    let RoomChange { name, capacity, video, equipment } = input;
    let input =
        RoomInput { code: before.code.clone(), name, agency: agency.code, capacity, video, equipment };
    let after = parse(&input).map_err(Failure::Invalid)?;
    if before != after {
        write_change(&mut tx, backend, caller, (room, agency.id), &before, &after).await?;
    }
    Ok(tx.commit().await?)
}

async fn add(backend: &Backend, caller: &Caller, input: RoomInput) -> Done<RoomId> {
    if Within::of(caller, Action::ManageRooms) == Within::Subtrees(Vec::new()) {
        return Err(Failure::Forbidden.into());
    }
    let parsed = parse(&input).map_err(Failure::Invalid)?;
    let mut tx = backend.db().begin().await?;
    let Some((agency, path)) = agencies::by_code(&mut tx, &input.agency).await? else {
        let problem = if input.agency.trim().is_empty() { Problem::Missing } else { Problem::Unknown };
        return Err(Failure::Invalid(vec![FieldProblem::new("agency", problem)]).into());
    };
    permit(caller, Action::ManageRooms, Scope::Agency(&path))?;
    let there: Option<(String,)> =
        q("SELECT id FROM room WHERE code = $1").bind(&parsed.code).optional(&mut tx).await?;
    if there.is_some() {
        return Err(Refusal::AlreadyThere { name: parsed.code }.into());
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
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) capacity: u32,
    pub(crate) has_video: bool,
    pub(crate) equipment: String,
}

impl ParsedRoom {
    /// What it is found by.
    pub(crate) fn folded(&self) -> String {
        fold(&format!("{} {}", self.name, self.code))
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
    let capacity = input.capacity.trim().parse().ok().filter(|seats| *seats <= CAPACITY_AT_MOST);
    if capacity.is_none() {
        let range = Problem::NotInRange(0, i64::from(CAPACITY_AT_MOST));
        let problem = if input.capacity.trim().is_empty() { Problem::Missing } else { range };
        problems.push(FieldProblem::new("capacity", problem));
    }
    let has_video = match input.video.trim().to_lowercase().as_str() {
        "yes" | "on" | "true" | "1" => Some(true),
        "no" | "" | "false" | "0" => Some(false),
        _ => None,
    };
    if has_video.is_none() {
        problems.push(FieldProblem::new("video", Problem::Unknown));
    }
    let equipment = input.equipment.trim().to_owned();
    if equipment.chars().count() > EQUIPMENT_AT_MOST {
        problems.push(FieldProblem::new("equipment", Problem::TooLong(EQUIPMENT_AT_MOST as u32)));
    }
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
    search::refresh_room(tx, id).await?;
    let entry = Entry::new(Deed::RoomsChange, &after.name).of(agency);
    let entry = entry.before(&before.shown())?.after(&after.shown())?;
    audit::record(tx, backend, caller, entry).await
}
