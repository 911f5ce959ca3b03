//! Rooms from a file: a code that is there already is changed.

use std::collections::{HashMap, HashSet};

use domain::access::{Action, Scope};
use domain::audit::Deed;
use domain::error::Problem;
use domain::ids::{AgencyId, RoomId};
use domain::imports::{ImportKind, ImportReport};
use domain::rooms::RoomInput;

use super::table::{Cells, Table};
use super::{Import, place_of};
use crate::access::permit;
use crate::agencies::{places_by_code, read_path};
use crate::audit::{self, Entry};
use crate::db::{Source, Tx, q};
use crate::rooms::{self, ParsedRoom};
use crate::stop::Done;
use crate::stored;

struct There {
    id: RoomId,
    agency: AgencyId,
    path: Vec<AgencyId>,
    room: ParsedRoom,
}

pub(super) async fn run(mut import: Import<'_>, table: &Table<'_>) -> Done<ImportReport> {
    let mut ground = import.ground().await?;
    let places = places_by_code(&mut ground).await?;
    let there = stored_rooms(&mut ground).await?;
    let mut seen = HashSet::new();
    let mut rows = Vec::new();
    let mut lines = table.rows();
    while let Some(cells) = lines.next(&mut import.bad) {
        let place = place_of(&mut import, &places, cells, ImportKind::Rooms)?;
        let parsed = match rooms::parse(&input(cells)) {
            Ok(parsed) => parsed,
            Err(problems) => {
                import.bad.fields(cells, problems);
                continue;
            }
        };
        if !seen.insert(parsed.code.clone()) {
            import.bad.cell(cells, "code", Problem::Repeated);
            continue;
        }
        let Some(place) = place else { continue };
        match there.get(&parsed.code) {
            Some(before) if before.room == parsed && before.agency == place.id => {
                import.report.unchanged += 1
            }
            Some(before) => {
                let permitted = permit(import.caller, Action::ManageRooms, Scope::Agency(&before.path));
                if import.allowed(cells, "code", permitted)? {
                    import.report.changed += 1;
                    rows.push((place.id, parsed));
                }
            }
            None => {
                import.report.added += 1;
                rows.push((place.id, parsed));
            }
        }
    }
    import.report.rows = lines.count();
    if let Some(tx) = import.writing(&mut ground) {
        for (agency, parsed) in rows {
            write(&import, tx, there.get(&parsed.code), agency, &parsed).await?;
        }
    }
    import.finish(ground, Deed::ImportsRooms).await
}

fn input(cells: Cells<'_>) -> RoomInput {
    let cell = |column| cells.get(column).to_owned();
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

async fn stored_rooms(on: impl Source) -> Done<HashMap<String, There>> {
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
                    code: row.code.clone(),
                    name: row.name,
                    capacity: stored::number(row.capacity)?,
                    has_video: row.has_video,
                    equipment: row.equipment,
                },
            };
            Ok((row.code, there))
        })
        .collect()
}

async fn write(
    import: &Import<'_>,
    tx: &mut Tx,
    there: Option<&There>,
    agency: AgencyId,
    room: &ParsedRoom,
) -> Done<()> {
    let Some(before) = there else {
        let id = RoomId(import.backend.entropy().id(import.caller.now));
        rooms::insert(tx, id, agency, room).await?;
        let entry = Entry::new(Deed::RoomsAdd, &room.name).of(agency).after(&room.shown())?;
        return audit::record(tx, import.backend, import.caller, entry).await;
    };
    rooms::write_change(tx, import.backend, import.caller, (before.id, agency), &before.room, room).await
}
