//! The stored meetings that a file may mean. Reads, and changes nothing.

use std::collections::{HashMap, HashSet};

use domain::access::Stage;
use domain::count::{Counterpart, Form, Side};
use domain::error::Problem;
use domain::ids::{AgencyId, MeetingId};
use domain::text::same_key;
use domain::time::Sitting;

use super::{Content, Key, MeetingRow};
use crate::db::{BINDS_AT_MOST, Source, places, q};
use crate::stop::Done;
use crate::stored;

/// Days whose meetings are loaded at once.
pub(super) const DAYS_AT_ONCE: usize = 400;

/// A meeting that is there already.
#[derive(Debug)]
pub(super) struct KnownMeeting {
    pub(super) id: MeetingId,
    pub(super) rev: i64,
    pub(super) content: Content,
    /// Why it is not for a file to change.
    pub(super) ours: Option<Problem>,
    pub(super) is_matched: bool,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    rev: i64,
    title: String,
    kind: String,
    form: String,
    side: String,
    counterpart: String,
    stage: String,
    is_connected: bool,
    invited_at: Option<i64>,
    reason: String,
    is_planned: bool,
}

impl Row {
    /// What keeps a file from changing it. A file leaves no trace of having invited anybody to what it says was held or
    /// called off, and gives no reason; the steps taken here do.
    fn ours(&self, stage: Stage) -> Option<Problem> {
        let was_led_here = match stage {
            Stage::UnderWay => true,
            Stage::Held | Stage::Cancelled | Stage::Postponed => {
                self.invited_at.is_some() || !self.reason.is_empty()
            }
            Stage::Draft | Stage::Scheduled => false,
        };
        if was_led_here { Some(Problem::LedHere) } else { self.is_planned.then_some(Problem::PlannedHere) }
    }
}

/// The keys of the titles on each date, as it is stored.
type Titles<'r> = HashMap<String, HashSet<&'r str>>;

/// The stored meetings that a row of the file may mean: those of its agency that begin on its date under its title.
/// Never a span of dates, for two rows would then load every meeting between them.
pub(super) async fn load(
    on: &mut impl Source,
    rows: &[MeetingRow<'_>],
) -> Done<HashMap<Key, Vec<KnownMeeting>>> {
    let mut wanted: HashMap<AgencyId, Titles<'_>> = HashMap::new();
    for MeetingRow { key: (agency, title, begin), .. } in rows {
        let titles = wanted.entry(*agency).or_default();
        titles.entry(begin.date().to_string()).or_default().insert(title);
    }
    let mut known = HashMap::new();
    for (agency, titles) in wanted {
        let mut days: Vec<&str> = titles.keys().map(String::as_str).collect();
        days.sort_unstable();
        for days in days.chunks(DAYS_AT_ONCE) {
            load_days(&mut *on, agency, days, &titles, &mut known).await?;
        }
    }
    Ok(known)
}

async fn load_days(
    on: &mut impl Source,
    agency: AgencyId,
    days: &[&str],
    titles: &Titles<'_>,
    known: &mut HashMap<Key, Vec<KnownMeeting>>,
) -> Done<()> {
    // Most meetings of a full day have another title: of those nothing else is read.
    let all: Vec<(String, String, String)> = q(format!(
        "SELECT m.id, m.first_date, m.title \
         FROM meeting m WHERE m.agency_id = $1 AND m.first_date IN ({}) AND m.stage <> 'draft'",
        places(2, days.len())
    ))
    .bind(agency)
    .bind_all(days.iter().copied())
    .all(&mut *on)
    .await?;
    let mut meant = Vec::new();
    for (id, first_date, title) in all {
        let of_day = titles.get(&first_date);
        if of_day.is_some_and(|of_day| of_day.contains(same_key(&title).as_str())) {
            meant.push(id);
        }
    }
    for some in meant.chunks(BINDS_AT_MOST) {
        let mut rows: Vec<Row> = q(format!(
            "SELECT m.id, m.rev, m.title, m.kind, m.form, m.side, m.counterpart, m.stage, m.is_connected, \
             m.invited_at, m.reason, EXISTS (SELECT 1 FROM participant p WHERE p.meeting_id = m.id) AS is_planned \
             FROM meeting m WHERE m.id IN ({})",
            places(1, some.len())
        ))
        .bind_all(some)
        .all(&mut *on)
        .await?;
        let mut sittings = load_sittings(&mut *on, &rows).await?;
        for row in &mut rows {
            let mut sittings = sittings.remove(&row.id).unwrap_or_default();
            sittings.sort();
            let Some(first) = sittings.first() else { continue };
            let (id, stage) = (stored::id(&row.id)?, stored::code(&row.stage, Stage::parse)?);
            let key = (agency, same_key(&row.title), first.start());
            let content = Content {
                kind: std::mem::take(&mut row.kind),
                form: stored::code(&row.form, Form::parse)?,
                side: stored::code(&row.side, Side::parse)?,
                counterpart: stored::code(&row.counterpart, Counterpart::parse)?,
                stage,
                sittings,
                is_connected: row.is_connected,
            };
            let meeting =
                KnownMeeting { id, rev: row.rev, content, ours: row.ours(stage), is_matched: false };
            known.entry(key).or_default().push(meeting);
        }
    }
    Ok(())
}

async fn load_sittings(on: impl Source, meetings: &[Row]) -> Done<HashMap<String, Vec<Sitting>>> {
    let held: Vec<(String, String, i64, i64)> = q(format!(
        "SELECT meeting_id, date, from_minute, to_minute FROM sitting WHERE meeting_id IN ({})",
        places(1, meetings.len())
    ))
    .bind_all(meetings.iter().map(|row| &row.id))
    .all(on)
    .await?;
    let mut sittings: HashMap<String, Vec<Sitting>> = HashMap::with_capacity(meetings.len());
    for (meeting, date, from, to) in held {
        sittings.entry(meeting).or_default().push(stored::sitting(&date, from, to)?);
    }
    Ok(sittings)
}
