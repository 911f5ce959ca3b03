//! How many meetings an agency has on each day of a file, so that no day holds more than it may.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use domain::error::Problem;
use domain::ids::AgencyId;
use domain::meetings::MEETINGS_A_DAY_AT_MOST;
use domain::time::Sitting;

use super::MeetingRow;
use super::known::DAYS_AT_ONCE;
use crate::db::{Db, places, q};
use crate::stop::Done;
use crate::stored;

/// Meetings of each agency on each day that a row of the file names: those stored, and then those of the file.
pub(super) struct MeetingDays(HashMap<(AgencyId, NaiveDate), u32>);

impl MeetingDays {
    /// Counts the stored meetings, called-off ones too, on the days of the file. Drafts are left out.
    pub(super) async fn load(db: &Db, rows: &[MeetingRow<'_>]) -> Done<MeetingDays> {
        let mut wanted: HashMap<AgencyId, BTreeSet<NaiveDate>> = HashMap::new();
        for MeetingRow { key: (agency, ..), content, .. } in rows {
            wanted.entry(*agency).or_default().extend(dates(&content.sittings));
        }
        let mut counts = HashMap::new();
        for (agency, days) in wanted {
            let days: Vec<NaiveDate> = days.into_iter().collect();
            for days in days.chunks(DAYS_AT_ONCE) {
                let (Some(first), Some(last)) = (days.first(), days.last()) else { continue };
                // In this order: the meetings of one agency are fewer than those of all agencies on many days.
                let rows: Vec<(String, i64)> = q(format!(
                    "SELECT s.date, CAST(COUNT(DISTINCT m.id) AS BIGINT) FROM meeting m CROSS JOIN sitting s \
                     WHERE s.meeting_id = m.id AND m.agency_id = $1 AND m.stage <> 'draft' AND m.last_date >= $2 \
                     AND m.first_date <= $3 AND s.date IN ({}) GROUP BY s.date",
                    places(4, days.len())
                ))
                .bind(agency)
                .bind(*first)
                .bind(*last)
                .bind_all(days.iter().copied())
                .all(db)
                .await?;
                for (day, count) in rows {
                    counts.insert((agency, stored::date(&day)?), stored::number(count)?);
                }
            }
        }
        Ok(MeetingDays(counts))
    }

    /// Adds a meeting of the file. `before` are the sittings of the stored meeting that it changes. A day that the
    /// meeting is on already stays allowed.
    ///
    /// # Errors
    /// When one of its other days is full. Nothing is added then.
    pub(super) fn add(
        &mut self,
        agency: AgencyId,
        before: &[Sitting],
        after: &[Sitting],
    ) -> Result<(), Problem> {
        let (before, after) = (dates(before), dates(after));
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

fn dates(sittings: &[Sitting]) -> BTreeSet<NaiveDate> {
    sittings.iter().map(|sitting| sitting.date).collect()
}
