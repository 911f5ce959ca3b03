//! How many meetings an agency has on each day of a file, so that no day holds more than it may.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use domain::error::Problem;
use domain::ids::AgencyId;
use domain::meetings::MEETINGS_A_DAY_AT_MOST;

use super::Content;
use super::known::DAYS_AT_ONCE;
use crate::db::{Source, places, q};
use crate::meetings::TAKES_ITS_DAYS;
use crate::stop::Done;
use crate::stored;

/// Agencies of a file that a statement names. The meetings of more are told apart when they are read.
const AGENCIES_AT_MOST: usize = 100;

/// Meetings that each agency holds on each day that a row of the file names: those stored, and then those of the file.
pub(super) struct MeetingDays(HashMap<(AgencyId, NaiveDate), u32>);

impl MeetingDays {
    /// Counts the stored meetings that the agencies of the rows hold on the days of the rows.
    pub(super) async fn load<'r>(
        on: &mut impl Source,
        rows: impl Iterator<Item = (AgencyId, &'r Content)>,
    ) -> Done<MeetingDays> {
        let (mut agencies, mut days) = (BTreeSet::new(), BTreeSet::new());
        for (agency, content) in rows {
            agencies.insert(agency);
            days.extend(content.taken_days());
        }
        let days: Vec<NaiveDate> = days.into_iter().collect();
        let mut counts = HashMap::new();
        for days in days.chunks(DAYS_AT_ONCE) {
            let agency = if agencies.len() > AGENCIES_AT_MOST {
                String::new()
            } else {
                format!(" AND m.agency_id IN ({})", places(days.len() + 1, agencies.len()))
            };
            // In this order: it looks at each sitting of the days once. The meetings of an agency, each compared with each
            // day, are far more.
            let mut query = q(format!(
                "SELECT m.agency_id, s.date, CAST(COUNT(DISTINCT m.id) AS BIGINT) FROM sitting s CROSS JOIN meeting m \
                 WHERE m.id = s.meeting_id AND s.date IN ({}) AND {TAKES_ITS_DAYS}{agency} \
                 GROUP BY m.agency_id, s.date",
                places(1, days.len())
            ))
            .bind_all(days.iter().copied());
            if !agency.is_empty() {
                query = query.bind_all(agencies.iter().copied());
            }
            let rows: Vec<(String, String, i64)> = query.all(&mut *on).await?;
            for (agency, day, count) in rows {
                let agency = stored::id(&agency)?;
                if agencies.contains(&agency) {
                    counts.insert((agency, stored::date(&day)?), stored::number(count)?);
                }
            }
        }
        Ok(MeetingDays(counts))
    }

    /// Adds a meeting of the file. `before` is the stored meeting that it changes. A day that the
    /// meeting is on already stays allowed.
    ///
    /// # Errors
    /// When one of its other days is full. Nothing is added then.
    pub(super) fn add(
        &mut self,
        agency: AgencyId,
        before: Option<&Content>,
        after: &Content,
    ) -> Result<(), Problem> {
        let (before, after) = (before.map(Content::taken_days).unwrap_or_default(), after.taken_days());
        let at_most = MEETINGS_A_DAY_AT_MOST;
        let count = |date: &NaiveDate| self.0.get(&(agency, *date)).copied().unwrap_or_default();
        if let Some(date) = after.difference(&before).find(|date| count(date) >= at_most) {
            return Err(Problem::DayFull { date: *date, at_most });
        }
        for date in after.difference(&before) {
            *self.0.entry((agency, *date)).or_default() += 1;
        }
        for date in before.difference(&after) {
            if let Some(count) = self.0.get_mut(&(agency, *date)) {
                *count = count.saturating_sub(1);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use chrono::Days;
    use domain::access::Stage;
    use domain::count::{Counterpart, Form, Side};
    use domain::time::Sitting;
    use uuid::Uuid;

    use super::*;
    use crate::probe::{CountedReader, store_agencies};
    use crate::{Backend, BackendConfig, SeededEntropy};

    /// Stored meetings. Each begins on a day of its own, and has its second sitting decades later.
    const MEETINGS: u64 = 3_000;
    /// Steps of the embedded database for each sitting on a day of the file: some 50 are needed. When each day is
    /// looked for in each meeting it is 10,000.
    const STEPS_A_SITTING: u64 = 200;

    async fn store(backend: &Backend, agency: AgencyId) {
        let numbered = format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {MEETINGS}) INSERT INTO"
        );
        let (first, last) =
            ("date('1950-01-01', '+' || i || ' days')", "date('2050-01-01', '+' || i || ' days')");
        let sitting = "sitting (meeting_id, position, date, from_minute, to_minute)";
        let mut tx = backend.db().begin().await.unwrap();
        for rows in [
            format!(
                "meeting (id, rev, agency_id, title, kind, form, side, counterpart, is_unexpected, place, stage, \
                 created_at, scope, first_date, last_date) SELECT 'm-' || i, 1, '{agency}', 'Họp', 'working', \
                 'online', 'organised', 'internal', FALSE, '', 'held', 0, 'work', {first}, {last} FROM n"
            ),
            format!("{sitting} SELECT 'm-' || i, 0, {first}, 480, 540 FROM n"),
            format!("{sitting} SELECT 'm-' || i, 1, {last}, 480, 540 FROM n"),
        ] {
            q(format!("{numbered} {rows}")).run(&mut tx).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    #[tokio::test]
    async fn the_work_grows_with_the_sittings_on_the_days_and_not_with_the_meetings_on_each_day() {
        let folder = tempfile::tempdir().unwrap();
        let config = BackendConfig::embedded(folder.path());
        let backend = Backend::open(config, Box::new(SeededEntropy::new(7))).await.unwrap();
        let (own, other) = (AgencyId(Uuid::from_u128(1)), AgencyId(Uuid::from_u128(2)));
        store_agencies(&backend, &[(own, "SNV"), (other, "STC")]).await;
        store(&backend, own).await;
        // A file of two agencies, with one meeting each on every day on which a stored one begins.
        let begin: NaiveDate = "1950-01-01".parse().unwrap();
        let time = |text: &str| text.parse().unwrap();
        let contents: Vec<Content> = (1..=MEETINGS)
            .map(|day| Content {
                kind: "working".into(),
                form: Form::Online,
                side: Side::Organised,
                counterpart: Counterpart::Internal,
                stage: Stage::Held,
                sittings: vec![
                    Sitting::new(begin + Days::new(day), time("14:00:00"), time("15:00:00")).unwrap(),
                ],
                is_connected: false,
            })
            .collect();
        let rows = contents.iter().flat_map(|content| [(own, content), (other, content)]);
        let mut counted = CountedReader::of(&backend).await;
        let days = MeetingDays::load(&mut counted.reader, rows).await.unwrap();
        assert_eq!(days.0.len() as u64, MEETINGS, "of the other agency none is stored");
        assert!(days.0.iter().all(|((agency, _), count)| *agency == own && *count == 1));
        let taken = counted.steps();
        assert!(taken < MEETINGS * STEPS_A_SITTING, "{taken} steps");
        drop(counted);
        backend.db().close().await;
    }
}
