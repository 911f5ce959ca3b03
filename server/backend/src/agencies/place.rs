//! An agency as the place of people, rooms and meetings: what permission, search and the trail ask of it.

use domain::error::Failure;
use domain::ids::AgencyId;
use domain::text::Line;
use domain::time::Hours;

use super::{read_hours, read_path};
use crate::codes::Codes;
use crate::db::{BINDS_AT_MOST, Source, places, q};
use crate::stop::Done;
use crate::stored;

/// An agency that something belongs to.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) id: AgencyId,
    pub(crate) path: Vec<AgencyId>,
    pub(crate) short_name: String,
    pub(crate) hours: Hours,
    /// Its names, as people and meetings are found by them.
    pub(crate) words: String,
}

#[derive(sqlx::FromRow)]
struct Row {
    code: String,
    id: String,
    path: String,
    hours: String,
    short_name: String,
    name: String,
}

impl Row {
    fn read(self) -> Done<(String, Place)> {
        let place = Place {
            id: stored::id(&self.id)?,
            path: read_path(&self.path)?,
            hours: read_hours(&self.hours)?,
            words: format!("{} {} {}", self.short_name, self.name, self.code),
            short_name: self.short_name,
        };
        Ok((self.code, place))
    }
}

/// Agencies by their codes.
pub(crate) type Places = Codes<Place>;

const ROWS: &str = "SELECT code, id, path, hours, short_name, name FROM agency";

/// Every agency by its code.
pub(crate) async fn places_by_code(on: impl Source) -> Done<Places> {
    let rows: Vec<Row> = q(ROWS).all(on).await?;
    rows.into_iter().map(Row::read).collect()
}

/// One agency.
pub(crate) async fn place(on: impl Source, agency: AgencyId) -> Done<Place> {
    let row: Option<Row> = q(format!("{ROWS} WHERE id = $1")).bind(agency).optional(on).await?;
    Ok(row.ok_or(Failure::NotFound)?.read()?.1)
}

/// The agencies of these codes; a code that nobody has is left out.
pub(crate) async fn places_of(mut on: impl Source, codes: &[&str]) -> Done<Places> {
    let codes: Vec<Line> = codes.iter().map(|code| Line::new(code)).collect();
    let mut found = Places::default();
    for some in codes.chunks(BINDS_AT_MOST) {
        let sql = format!("{ROWS} WHERE code IN ({})", places(1, some.len()));
        for row in q(sql).bind_all(some).all::<Row>(&mut on).await? {
            let (code, place) = row.read()?;
            found.insert(code, place);
        }
    }
    Ok(found)
}
