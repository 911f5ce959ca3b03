//! Rooms from a file: a code that is there already is changed.

use std::collections::HashSet;

use domain::access::{Action, Scope};
use domain::audit::Deed;
use domain::error::Problem;
use domain::ids::{AgencyId, RoomId};
use domain::imports::ImportKind;
use domain::rooms::{ROOMS_OF_AGENCY_AT_MOST, RoomInput};
use domain::text::{Line, same_key};

use super::cells::{line, place_of};
use super::changes::{Area, Change};
use super::likeness::Likeness;
use super::shown::{Shown, yes_no};
use super::table::{Cells, Table};
use super::{FileSteps, Import};
use crate::access::permit;
use crate::agencies::{Places, places_by_code, read_path};
use crate::audit::{self, Entry};
use crate::codes::Codes;
use crate::db::{Source, Tx, q};
use crate::rooms::{self, ParsedRoom};
use crate::stop::Done;
use crate::stored;

pub(super) struct There {
    id: RoomId,
    agency: AgencyId,
    path: Vec<AgencyId>,
    room: ParsedRoom,
}

/// A file of rooms.
pub(super) struct RoomFile;

/// A room with its agency.
impl Shown for (&Places, AgencyId, &ParsedRoom) {
    fn cells(&self) -> Vec<(&'static str, String)> {
        let (places, agency, room) = self;
        let of = places.all().find(|place| place.id == *agency);
        vec![
            ("name", room.name.to_string()),
            ("agency", of.map(|place| place.short_name.clone()).unwrap_or_default()),
            ("capacity", room.capacity.to_string()),
            ("video", yes_no(room.has_video)),
            ("equipment", room.equipment.to_string()),
        ]
    }
}

/// A room to be written.
pub(super) struct NewRoom {
    agency: AgencyId,
    before: Option<There>,
    after: ParsedRoom,
}

impl FileSteps for RoomFile {
    type Plan = Vec<NewRoom>;
    const DEED: Deed = Deed::ImportsRooms;

    async fn prepare(&mut self, import: &mut Import<'_>, table: &Table<'_>) -> Done<Vec<NewRoom>> {
        let db = import.backend.db();
        let (places, mut there) = (places_by_code(db).await?, stored_rooms(db).await?);
        let mut counts = rooms::counts(db).await?;
        let (mut seen, mut plan, mut likeness) = (HashSet::new(), Vec::new(), Likeness::default());
        there.all().for_each(|there| likeness.insert(Some(there.agency), &there.room.code, &there.room.name));
        let mut lines = table.rows();
        while let Some(cells) = import.next_row(&mut lines)? {
            let place = place_of(import, &places, cells, ImportKind::Rooms)?;
            let mut after = match rooms::parse(&input(cells)) {
                Ok(parsed) => parsed,
                Err(problems) => {
                    import.bad.fields(cells, problems);
                    continue;
                }
            };
            if !seen.insert(same_key(&after.code)) {
                import.bad.cell(cells, "code", Problem::Repeated);
                continue;
            }
            let Some(place) = place else { continue };
            let before = there.remove(&after.code);
            if let Some(before) = &before {
                after.code.clone_from(&before.room.code);
                if before.room == after && before.agency == place.id {
                    import.report.unchanged += 1;
                    continue;
                }
                let permitted = permit(import.caller, Action::ManageRooms, Scope::Agency(&before.path));
                if !import.allowed(cells, "code", permitted)? {
                    continue;
                }
            }
            let moves_from = before.as_ref().map(|before| before.agency);
            if moves_from != Some(place.id) {
                let there = counts.entry(place.id).or_default();
                if *there >= ROOMS_OF_AGENCY_AT_MOST {
                    import.bad.cell(cells, "agency", Problem::TooMany(ROOMS_OF_AGENCY_AT_MOST));
                    continue;
                }
                *there += 1;
                if let Some(left) = moves_from.and_then(|agency| counts.get_mut(&agency)) {
                    *left = left.saturating_sub(1);
                }
            }
            match before {
                Some(ref before) => {
                    import.changes(
                        cells,
                        &(&places, before.agency, &before.room),
                        &(&places, place.id, &after),
                    );
                }
                None => {
                    likeness.look_at_new(import, (cells, "code"), Some(place.id), &after.code, &after.name);
                    import.adds(cells);
                }
            }
            plan.push(NewRoom { agency: place.id, before, after });
        }
        import.report.rows = lines.count();
        Ok(plan)
    }

    fn is_concerned(_: &Vec<NewRoom>, change: &Change) -> bool {
        matches!(change.area, Area::Agencies | Area::Rooms | Area::Any)
    }

    async fn write(&mut self, import: &mut Import<'_>, plan: Vec<NewRoom>, tx: &mut Tx) -> Done<bool> {
        for room in plan {
            write(import, tx, room).await?;
        }
        Ok(true)
    }
}

fn input(cells: Cells<'_>) -> RoomInput {
    let cell = |column| line(cells, column).into();
    RoomInput {
        code: cell("code"),
        name: cell("name"),
        agency: cell("agency"),
        capacity: cell("capacity"),
        video: cell("video"),
        equipment: cell("equipment"),
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    agency_id: String,
    path: String,
    code: String,
    name: String,
    capacity: i64,
    has_video: bool,
    equipment: String,
}

async fn stored_rooms(on: impl Source) -> Done<Codes<There>> {
    let rows: Vec<Row> =
        q("SELECT r.id, r.agency_id, a.path, r.code, r.name, r.capacity, r.has_video, r.equipment \
         FROM room r JOIN agency a ON a.id = r.agency_id")
        .all(on)
        .await?;
    rows.into_iter()
        .map(|row| {
            let there = There {
                id: stored::id(&row.id)?,
                agency: stored::id(&row.agency_id)?,
                path: read_path(&row.path)?,
                room: ParsedRoom {
                    code: Line::new(&row.code),
                    name: Line::new(&row.name),
                    capacity: stored::number(row.capacity)?,
                    has_video: row.has_video,
                    equipment: Line::new(&row.equipment),
                },
            };
            Ok((row.code, there))
        })
        .collect()
}

async fn write(import: &Import<'_>, tx: &mut Tx, room: NewRoom) -> Done<()> {
    let NewRoom { agency, before, after } = room;
    let Some(before) = before else {
        let id = RoomId(import.backend.entropy().id(import.caller.now));
        rooms::insert(tx, id, agency, &after).await?;
        let entry = Entry::new(Deed::RoomsAdd, &after.name).of(agency).after(&after.shown())?;
        return audit::record(tx, import.backend, import.caller, entry).await;
    };
    rooms::write_change(tx, import.backend, import.caller, (before.id, agency), &before.room, &after).await
}
