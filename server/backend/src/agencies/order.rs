//! Where agencies stand in the order of the tree, without reading the whole tree. Knows no people.

use std::collections::HashMap;

use domain::agencies::Level;
use domain::ids::AgencyId;

use super::read_path;
use crate::db::{BINDS_AT_MOST, Source, places, q};
use crate::stop::Done;
use crate::stored;

/// Level and code of an agency and of every agency above it, root first: these sort as the tree is shown.
pub(crate) type PlaceInTree = Vec<(Level, String)>;

/// The places of agencies; unknown ones are left out.
pub(crate) async fn places_in_tree(
    mut on: impl Source,
    agencies: impl IntoIterator<Item = AgencyId>,
) -> Done<HashMap<AgencyId, PlaceInTree>> {
    let mut wanted: Vec<AgencyId> = agencies.into_iter().collect();
    wanted.sort();
    wanted.dedup();
    let mut paths = Vec::with_capacity(wanted.len());
    for chunk in wanted.chunks(BINDS_AT_MOST) {
        let sql = format!("SELECT path FROM agency WHERE id IN ({})", places(1, chunk.len()));
        let rows: Vec<(String,)> = q(sql).bind_all(chunk.iter().copied()).all(&mut on).await?;
        for (path,) in rows {
            paths.push(read_path(&path)?);
        }
    }
    let mut on_paths: Vec<AgencyId> = paths.iter().flatten().copied().collect();
    on_paths.sort();
    on_paths.dedup();
    let mut known = HashMap::with_capacity(on_paths.len());
    for chunk in on_paths.chunks(BINDS_AT_MOST) {
        let sql = format!("SELECT id, level, code FROM agency WHERE id IN ({})", places(1, chunk.len()));
        let rows: Vec<(String, String, String)> = q(sql).bind_all(chunk.iter().copied()).all(&mut on).await?;
        for (id, level, code) in rows {
            known.insert(stored::id::<AgencyId>(&id)?, (stored::code(&level, Level::parse)?, code));
        }
    }
    let place = |path: Vec<AgencyId>| {
        let place = path.iter().filter_map(|agency| known.get(agency).cloned()).collect();
        path.last().map(|agency| (*agency, place))
    };
    Ok(paths.into_iter().filter_map(place).collect())
}
