//! Figures of years before the system, each with the document it stands in.

use std::collections::{HashMap, HashSet};

use domain::audit::Deed;
use domain::count::Base;
use domain::error::Problem;
use domain::ids::AgencyId;
use domain::imports::ImportKind;
use domain::text::Line;
use serde_json::json;

use super::cells::{choice, number, place_of, text};
use super::changes::{Area, Change};
use super::shown::Shown;
use super::table::Table;
use super::{FileSteps, Import};
use crate::agencies::places_by_code;
use crate::audit::{self, Entry};
use crate::db::{Source, Tx, q};
use crate::stop::Done;
use crate::stored;

/// Years that a figure can be of.
const YEARS: (i64, i64) = (1990, 2999);
/// More meetings than the whole country holds in a year.
const HELD_AT_MOST: i64 = 10_000_000;
/// Longest name of a document.
const SOURCE_AT_MOST: u32 = 300;

type Key = (AgencyId, i64, Base);

/// What a figure is, and the document it stands in.
type Figure = (i64, Line);

/// A file of figures.
pub(super) struct BaselineFile;

/// A figure to be written.
pub(super) struct NewFigure {
    key: Key,
    before: Option<Figure>,
    after: Figure,
}

impl FileSteps for BaselineFile {
    type Plan = Vec<NewFigure>;
    const DEED: Deed = Deed::ImportsBaseline;

    async fn prepare(&mut self, import: &mut Import<'_>, table: &Table<'_>) -> Done<Vec<NewFigure>> {
        let db = import.backend.db();
        let (places, mut stored) = (places_by_code(db).await?, stored_figures(db).await?);
        let (mut seen, mut plan) = (HashSet::new(), Vec::new());
        let mut lines = table.rows();
        while let Some(cells) = import.next_row(&mut lines)? {
            let place = place_of(import, &places, cells, ImportKind::Baseline)?;
            let year = number(import, cells, "year", YEARS.0, YEARS.1);
            let base = choice(import, cells, "base", Base::parse);
            let held = number(import, cells, "held", 0, HELD_AT_MOST);
            let source = text(import, cells, "source", SOURCE_AT_MOST);
            let (Some(place), Some(year), Some(base), Some(held), Some(source)) =
                (place, year, base, held, source)
            else {
                continue;
            };
            let (key, after) = ((place.id, year, base), (held, source));
            if !seen.insert(key) {
                import.bad.cell(cells, "agency", Problem::Repeated);
                continue;
            }
            let before = stored.remove(&key);
            match &before {
                Some(before) if *before == after => {
                    import.report.unchanged += 1;
                    continue;
                }
                Some(before) => import.changes(cells, before, &after),
                None => import.adds(cells),
            }
            plan.push(NewFigure { key, before, after });
        }
        import.report.rows = lines.count();
        Ok(plan)
    }

    fn is_concerned(_: &Vec<NewFigure>, change: &Change) -> bool {
        matches!(change.area, Area::Agencies | Area::Baseline | Area::Any)
    }

    async fn write(&mut self, import: &mut Import<'_>, plan: Vec<NewFigure>, tx: &mut Tx) -> Done<bool> {
        for figure in plan {
            write(import, tx, figure).await?;
        }
        Ok(true)
    }
}

impl Shown for Figure {
    fn cells(&self) -> Vec<(&'static str, String)> {
        let (held, source) = self;
        vec![("held", held.to_string()), ("source", source.to_string())]
    }
}

async fn stored_figures(on: impl Source) -> Done<HashMap<Key, Figure>> {
    let rows: Vec<(String, i64, String, i64, String)> =
        q("SELECT agency_id, year, base, held, source FROM baseline").all(on).await?;
    rows.into_iter()
        .map(|(agency, year, base, held, source)| {
            Ok(((stored::id(&agency)?, year, stored::code(&base, Base::parse)?), (held, Line::new(&source))))
        })
        .collect()
}

/// Every figure that is replaced leaves its old value in the trail.
async fn write(
    import: &Import<'_>,
    tx: &mut Tx,
    NewFigure { key: (agency, year, base), before, after: (held, source) }: NewFigure,
) -> Done<()> {
    q("INSERT INTO baseline (agency_id, year, base, held, source) VALUES ($1, $2, $3, $4, $5) \
       ON CONFLICT (agency_id, year, base) DO UPDATE SET held = excluded.held, source = excluded.source")
    .bind(agency)
    .bind(year)
    .bind(base.code())
    .bind(held)
    .bind(&source)
    .run(&mut *tx)
    .await?;
    let subject = format!("{year} {}", base.code());
    let mut entry = Entry::new(Deed::BaselineSet, &subject).of(agency);
    if let Some((held, source)) = before {
        entry = entry.before(&json!({ "held": held, "source": source }))?;
    }
    let entry = entry.after(&json!({ "held": held, "source": source }))?;
    audit::record(tx, import.backend, import.caller, entry).await
}
