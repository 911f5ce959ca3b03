//! Figures of years before the system, each with the document it stands in.

use std::collections::{HashMap, HashSet};

use domain::audit::Deed;
use domain::count::Base;
use domain::error::Problem;
use domain::ids::AgencyId;
use domain::imports::{ImportKind, ImportReport};
use serde_json::json;

use super::table::Table;
use super::{Import, choice, number, place_of, text};
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

pub(super) async fn run(mut import: Import<'_>, table: &Table<'_>) -> Done<ImportReport> {
    let mut ground = import.ground().await?;
    let places = places_by_code(&mut ground).await?;
    let stored = stored_figures(&mut ground).await?;
    let mut seen = HashSet::new();
    let mut rows = Vec::new();
    let mut lines = table.rows();
    while let Some(cells) = lines.next(&mut import.bad) {
        let place = place_of(&mut import, &places, cells, ImportKind::Baseline)?;
        let year = number(&mut import, cells, "year", YEARS.0, YEARS.1);
        let base = choice(&mut import, cells, "base", Base::parse);
        let held = number(&mut import, cells, "held", 0, HELD_AT_MOST);
        let source = text(&mut import, cells, "source", SOURCE_AT_MOST);
        let (Some(place), Some(year), Some(base), Some(held), Some(source)) =
            (place, year, base, held, source)
        else {
            continue;
        };
        let key = (place.id, year, base);
        if !seen.insert(key) {
            import.bad.cell(cells, "agency", Problem::Repeated);
            continue;
        }
        match stored.get(&key) {
            Some(there) if *there == (held, source.clone()) => import.report.unchanged += 1,
            Some(_) => import.report.changed += 1,
            None => import.report.added += 1,
        }
        rows.push((key, held, source));
    }
    import.report.rows = lines.count();
    if let Some(tx) = import.writing(&mut ground) {
        for (key, held, source) in rows {
            let there = stored.get(&key);
            if there != Some(&(held, source.clone())) {
                write(&import, tx, key, there, (held, source)).await?;
            }
        }
    }
    import.finish(ground, Deed::ImportsBaseline).await
}

async fn stored_figures(on: impl Source) -> Done<HashMap<Key, (i64, String)>> {
    let rows: Vec<(String, i64, String, i64, String)> =
        q("SELECT agency_id, year, base, held, source FROM baseline").all(on).await?;
    rows.into_iter()
        .map(|(agency, year, base, held, source)| {
            Ok(((stored::id(&agency)?, year, stored::code(&base, Base::parse)?), (held, source)))
        })
        .collect()
}

/// Every figure that is replaced leaves its old value in the trail.
async fn write(
    import: &Import<'_>,
    tx: &mut Tx,
    (agency, year, base): Key,
    there: Option<&(i64, String)>,
    (held, source): (i64, String),
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
    if let Some((held, source)) = there {
        entry = entry.before(&json!({ "held": held, "source": source }))?;
    }
    let entry = entry.after(&json!({ "held": held, "source": source }))?;
    audit::record(tx, import.backend, import.caller, entry).await
}
