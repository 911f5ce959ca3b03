//! How much one agency may store: meetings of a year, people, agencies below it. The counts look no further than the
//! limit. Meetings and people are counted after writing, in a turn that one transaction has at a time, so that two at once
//! cannot both pass; agencies are counted while the tree is locked. Knows no permission.

use std::collections::{BTreeSet, HashMap};

use chrono::Datelike;
use domain::agencies::{AGENCIES_BELOW_AT_MOST, AGENCY_LEVELS_AT_MOST};
use domain::error::{Failure, FieldProblem, Problem, Refusal};
use domain::ids::AgencyId;
use domain::meetings::MEETINGS_A_YEAR_AT_MOST;
use domain::people::PEOPLE_OF_AGENCY_AT_MOST;

use crate::db::{BINDS_AT_MOST, Source, Tx, q};
use crate::stop::Done;
use crate::stored;

/// The key of PostgreSQL's lock for what is counted after writing. A transaction takes it last: afterwards it locks no row
/// that another one may hold while it waits for its turn, so neither waits for the other.
const COUNTING: i64 = 50_228;
/// The key of PostgreSQL's lock for the tree of agencies, taken before anything else.
const TREE: i64 = 50_229;

/// An agency and a calendar year.
pub(crate) type AgencyYear = (AgencyId, i32);

/// Waits until no other transaction is between its count and its commit. The embedded database has only one writer
/// anyway.
pub(crate) async fn wait_for_turn(tx: &mut Tx) -> Done<()> {
    lock(tx, COUNTING).await
}

/// Waits until nobody else adds or moves agencies.
pub(crate) async fn lock_tree(tx: &mut Tx) -> Done<()> {
    lock(tx, TREE).await
}

async fn lock(tx: &mut Tx, key: i64) -> Done<()> {
    if tx.is_postgres() {
        let _: (bool,) = q("SELECT pg_advisory_xact_lock($1) IS NOT NULL").bind(key).one(tx).await?;
    }
    Ok(())
}

/// The columns of `pair` are an agency and the first and the last day of a year. The index `meeting_count` holds all that
/// is asked.
const OF_YEAR: &str = "SELECT 1 FROM meeting m WHERE m.agency_id = pair.column1 \
    AND m.first_date BETWEEN pair.column2 AND pair.column3 AND m.stage <> 'draft'";

/// Meetings of agencies that begin in a year, drafts left out: at most one more than there may be.
pub(crate) async fn meetings_of_years(
    on: &mut impl Source,
    pairs: &BTreeSet<AgencyYear>,
) -> Done<HashMap<AgencyYear, u32>> {
    let pairs: Vec<AgencyYear> = pairs.iter().copied().collect();
    let mut counts = HashMap::with_capacity(pairs.len());
    for some in pairs.chunks(BINDS_AT_MOST / 3) {
        let mut query = q("");
        let groups: Vec<String> = some
            .iter()
            .map(|(agency, year)| {
                let agency = query.place(*agency);
                let (first, last) =
                    (query.place(format!("{year:04}-01-01")), query.place(format!("{year:04}-12-31")));
                format!("({agency}, {first}, {last})")
            })
            .collect();
        let limit = query.place(i64::from(MEETINGS_A_YEAR_AT_MOST) + 1);
        query.push(&format!(
            "SELECT pair.column1, pair.column2, \
             (SELECT CAST(COUNT(*) AS BIGINT) FROM ({OF_YEAR} LIMIT {limit}) AS counted) \
             FROM (VALUES {}) AS pair",
            groups.join(", ")
        ));
        for (agency, first, count) in query.all::<(String, String, i64)>(&mut *on).await? {
            let year = stored::date(&first)?.year();
            counts.insert((stored::id(&agency)?, year), stored::number(count)?);
        }
    }
    Ok(counts)
}

/// Whether the agencies have no more meetings in these years than they may have. Asked after they were written.
pub(crate) async fn keep_years(tx: &mut Tx, pairs: &BTreeSet<AgencyYear>) -> Done<bool> {
    wait_for_turn(tx).await?;
    let counts = meetings_of_years(tx, pairs).await?;
    Ok(counts.values().all(|count| *count <= MEETINGS_A_YEAR_AT_MOST))
}

/// Refuses one meeting too many of a year. Asked after it was written.
pub(crate) async fn refuse_full_year(tx: &mut Tx, (agency, year): AgencyYear) -> Done<()> {
    if keep_years(tx, &BTreeSet::from([(agency, year)])).await? {
        return Ok(());
    }
    Err(Refusal::YearFull { year, at_most: MEETINGS_A_YEAR_AT_MOST }.into())
}

/// Whether the agencies have no more people than they may have. Asked after they were written.
pub(crate) async fn keep_people(tx: &mut Tx, agencies: &BTreeSet<AgencyId>) -> Done<bool> {
    wait_for_turn(tx).await?;
    for agency in agencies {
        let (people,): (i64,) = q("SELECT CAST(COUNT(*) AS BIGINT) FROM \
             (SELECT 1 FROM person WHERE agency_id = $1 LIMIT $2) AS counted")
        .bind(*agency)
        .bind(i64::from(PEOPLE_OF_AGENCY_AT_MOST) + 1)
        .one(&mut *tx)
        .await?;
        if people > i64::from(PEOPLE_OF_AGENCY_AT_MOST) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Refuses one person too many of an agency. Asked after the person was written.
pub(crate) async fn refuse_full_agency(tx: &mut Tx, agency: AgencyId) -> Done<()> {
    if keep_people(tx, &BTreeSet::from([agency])).await? {
        return Ok(());
    }
    let problem = Problem::PeopleFull { at_most: PEOPLE_OF_AGENCY_AT_MOST };
    Err(Failure::Invalid(vec![FieldProblem::new("agency", problem)]).into())
}

/// Refuses another agency below a path, root first, when it would be too deep or one too many. The caller has locked the
/// tree.
pub(crate) async fn refuse_below(on: impl Source, above: &[AgencyId]) -> Done<()> {
    let wrong = |problem| Failure::Invalid(vec![FieldProblem::new("parent", problem)]);
    if above.len() >= AGENCY_LEVELS_AT_MOST as usize {
        return Err(wrong(Problem::TooDeep { at_most: AGENCY_LEVELS_AT_MOST }).into());
    }
    // All others that it is below of are below this one.
    let Some(branch) = above.get(1) else { return Ok(()) };
    let (below,): (i64,) = q("WITH RECURSIVE below (id) AS (SELECT id FROM agency WHERE parent_id = $1 \
         UNION ALL SELECT a.id FROM below b JOIN agency a ON a.parent_id = b.id) \
         SELECT CAST(COUNT(*) AS BIGINT) FROM (SELECT 1 FROM below LIMIT $2) AS counted")
    .bind(*branch)
    .bind(i64::from(AGENCIES_BELOW_AT_MOST))
    .one(on)
    .await?;
    if below < i64::from(AGENCIES_BELOW_AT_MOST) {
        return Ok(());
    }
    Err(wrong(Problem::BelowFull { at_most: AGENCIES_BELOW_AT_MOST }).into())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::probe::{CountedReader, store_agencies};
    use crate::{Backend, BackendConfig, SeededEntropy};

    #[tokio::test]
    async fn a_count_looks_no_further_than_the_limit_and_at_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let config = BackendConfig::embedded(folder.path());
        let backend = Backend::open(config, Box::new(SeededEntropy::new(7))).await.unwrap();
        let (own, other) = (AgencyId(Uuid::from_u128(1)), AgencyId(Uuid::from_u128(2)));
        store_agencies(&backend, &[(own, "SNV"), (other, "STC")]).await;
        let steps = async || {
            let mut counted = CountedReader::of(&backend).await;
            let years = BTreeSet::from([(own, 2026), (other, 2026)]);
            let counts = meetings_of_years(&mut counted.reader, &years).await.unwrap();
            (counts[&(own, 2026)], counts[&(other, 2026)], counted.steps())
        };
        let store = async |agency: AgencyId, name: &str, year: i32, count: u32| {
            let mut tx = backend.db().begin().await.unwrap();
            q(format!(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) INSERT INTO meeting \
                 (id, rev, agency_id, title, kind, form, side, counterpart, is_unexpected, place, stage, created_at, \
                 scope, first_date, last_date) SELECT '{name}-' || i, 1, '{agency}', 'Họp', 'working', 'online', \
                 'organised', 'internal', FALSE, '', 'held', 0, 'work', '{year}-06-16', '{year}-06-16' FROM n"
            ))
            .run(&mut tx)
            .await
            .unwrap();
            tx.commit().await.unwrap();
        };
        store(own, "a", 2026, 2 * MEETINGS_A_YEAR_AT_MOST).await;
        let (full, empty, before) = steps().await;
        assert_eq!((full, empty), (MEETINGS_A_YEAR_AT_MOST + 1, 0));
        // Ten times as many, of the same year and of others, cost nothing more.
        store(own, "b", 2026, 20 * MEETINGS_A_YEAR_AT_MOST).await;
        store(other, "c", 2025, 20 * MEETINGS_A_YEAR_AT_MOST).await;
        let (full, empty, after) = steps().await;
        assert_eq!((full, empty), (MEETINGS_A_YEAR_AT_MOST + 1, 0));
        assert!(after <= before + 1_000, "{before} steps, then {after}");
        backend.db().close().await;
    }
}
