//! What a file of meetings writes, worked out before the database's lock is taken: under the lock the values are only
//! handed over, many rows with one statement.

use std::collections::{BTreeSet, HashSet};

use chrono::{DateTime, Utc};
use domain::access::Stage;
use domain::audit::Deed;
use domain::ids::{AgencyId, MeetingId};
use domain::rules::KindRule;
use domain::text::Line;
use domain::time::{Sitting, Zone};

use super::super::{Import, insert_rows};
use super::known::KnownMeeting;
use super::{Content, MeetingRow};
use crate::agencies::Place;
use crate::audit::{self, Entry};
use crate::bounds::{self, AgencyYear};
use crate::counted::{Counted, derived};
use crate::db::{BINDS_AT_MOST, Tx, Value, places, q};
use crate::stop::Done;
use crate::stored::minute_of;
use crate::{access, search};

/// Changed meetings that leave a line each in the trail, with what was before and after. A file that changes more is
/// known by its hash, and its line says how many are left out. 200 lines take 500 KB at most.
const LISTED_AT_MOST: usize = 200;

/// Values of a new meeting.
const NEW: usize = 24;
/// Values of a changed meeting.
const CHANGED: usize = 18;
/// Values of a sitting.
const SITTING: usize = 5;

/// What a file of meetings writes.
#[derive(Default)]
pub(in crate::imports) struct Plan {
    /// The agencies of the rows.
    agencies: HashSet<AgencyId>,
    /// The agencies and years that get more meetings.
    grown: BTreeSet<AgencyYear>,
    added: Vec<MeetingId>,
    /// The columns of each new meeting.
    new: Vec<Value>,
    changed: Vec<MeetingId>,
    /// The columns of each changed meeting, with its revision as it was read.
    updates: Vec<Value>,
    /// Changed meetings whose sittings are replaced.
    moved: Vec<MeetingId>,
    /// New sittings, of added and of changed meetings.
    sittings: Vec<Value>,
    listed: Vec<ListedChange>,
}

/// A change that leaves a line in the trail.
struct ListedChange {
    meeting: MeetingId,
    agency: AgencyId,
    title: Line,
    before: Content,
    after: Content,
}

impl Plan {
    /// Whether the file names an agency.
    pub(super) fn is_of(&self, agency: AgencyId) -> bool {
        self.agencies.contains(&agency)
    }

    /// Changed meetings without a line in the trail.
    pub(super) fn unlisted(&self) -> u64 {
        (self.changed.len() - self.listed.len()) as u64
    }

    /// Adds a new meeting.
    pub(super) fn add(&mut self, import: &Import<'_>, rules: &[KindRule], row: MeetingRow<'_>) {
        let (now, zone) = (import.caller.now, import.backend.zone());
        self.grown.insert(row.year());
        let MeetingRow { place, title, key: (agency, ..), content, .. } = row;
        let id = MeetingId(import.backend.entropy().id(now));
        self.agencies.insert(agency);
        self.added.push(id);
        self.new.extend([
            id.into(),
            1i64.into(),
            agency.into(),
            title.into(),
            false.into(),
            "".into(),
            access::person(import.caller).into(),
            now.into(),
        ]);
        self.new.extend(values(&content, &counted(&content, rules, place), instants(&content, zone, now)));
        sitting_values(&mut self.sittings, id, &content.sittings);
    }

    /// Changes a meeting that came from a file before and now reads otherwise.
    pub(super) fn change(
        &mut self,
        import: &Import<'_>,
        rules: &[KindRule],
        meeting: &KnownMeeting,
        row: MeetingRow<'_>,
    ) {
        let (now, zone) = (import.caller.now, import.backend.zone());
        let MeetingRow { place, title, key: (agency, ..), content, .. } = row;
        let id = meeting.id;
        self.agencies.insert(agency);
        self.changed.push(id);
        self.updates.extend([id.into(), meeting.rev.into()]);
        self.updates.extend(values(
            &content,
            &counted(&content, rules, place),
            instants(&content, zone, now),
        ));
        if content.sittings != meeting.content.sittings {
            self.moved.push(id);
            sitting_values(&mut self.sittings, id, &content.sittings);
        }
        if self.listed.len() < LISTED_AT_MOST {
            let before = meeting.content.clone();
            self.listed.push(ListedChange { meeting: id, agency, title, before, after: content });
        }
    }

    /// Writes everything. False if a changed meeting is no longer as it was read, or if a year has become too full
    /// meanwhile.
    pub(super) async fn write(self, import: &Import<'_>, tx: &mut Tx) -> Done<bool> {
        if update(tx, self.updates).await? != self.changed.len() as u64 {
            return Ok(false);
        }
        for some in self.moved.chunks(BINDS_AT_MOST) {
            q(format!("DELETE FROM sitting WHERE meeting_id IN ({})", places(1, some.len())))
                .bind_all(some.iter().copied())
                .run(&mut *tx)
                .await?;
        }
        let into = format!(
            "meeting (id, rev, agency_id, title, is_unexpected, place, created_by, created_at, {COLUMNS})"
        );
        insert_rows(tx, &into, NEW, self.new).await?;
        let into = "sitting (meeting_id, position, date, from_minute, to_minute)";
        insert_rows(tx, into, SITTING, self.sittings).await?;
        search::refresh_all(tx, &self.added).await?;
        for meeting in self.changed {
            tx.changes(meeting);
        }
        for ListedChange { meeting, agency, title, before, after } in &self.listed {
            let entry = Entry::new(Deed::MeetingsImportChange, title).of(*agency).about(*meeting);
            let entry = entry.before(&before.shown())?.after(&after.shown())?;
            audit::record(tx, import.backend, import.caller, entry).await?;
        }
        bounds::keep_years(tx, &self.grown).await
    }
}

/// Writes the columns of changed meetings whose revision is as it was read. Gives how many these are.
async fn update(tx: &mut Tx, values: Vec<Value>) -> Done<u64> {
    let at_once = BINDS_AT_MOST / CHANGED;
    let columns: Vec<String> =
        (3..).zip(COLUMNS.split(", ")).map(|(n, column)| format!("{column} = v.column{n}")).collect();
    let mut values = values.into_iter().peekable();
    let mut updated = 0;
    while values.peek().is_some() {
        let chunk: Vec<Value> = values.by_ref().take(at_once * CHANGED).collect();
        let rows: Vec<String> = (0..chunk.len() / CHANGED)
            .map(|row| format!("({})", places(row * CHANGED + 1, CHANGED)))
            .collect();
        updated += q(format!(
            "UPDATE meeting SET rev = rev + 1, {} FROM (VALUES {}) AS v \
             WHERE meeting.id = v.column1 AND meeting.rev = v.column2",
            columns.join(", "),
            rows.join(", ")
        ))
        .bind_all(chunk)
        .run(&mut *tx)
        .await?;
    }
    Ok(updated)
}

/// The instants that a state keeps: when invited, opened, closed and called off.
fn instants(content: &Content, zone: Zone, now: DateTime<Utc>) -> [Option<i64>; 4] {
    let millis = |instant: DateTime<Utc>| Some(instant.timestamp_millis());
    let (first, last) = (content.sittings.first(), content.sittings.last());
    let opened = first.and_then(|sitting| millis(zone.instant(sitting.start())));
    let closed = last.and_then(|sitting| millis(zone.instant(sitting.end())));
    match content.stage {
        Stage::Held => [None, opened, closed, None],
        Stage::Scheduled => [millis(now), None, None, None],
        Stage::Cancelled | Stage::Postponed => [None, None, None, millis(now)],
        Stage::Draft | Stage::UnderWay => [None; 4],
    }
}

fn counted(content: &Content, rules: &[KindRule], place: &Place) -> Counted {
    let went: &[Sitting] = if content.stage == Stage::Held { &content.sittings } else { &[] };
    let sites = u32::from(content.is_connected);
    derived(&content.sittings, went, sites, &content.kind, rules, &place.hours)
}

/// The columns that both a new and a changed meeting write, in this order.
fn values(
    content: &Content,
    counted: &Counted,
    [invited, opened, closed, called_off]: [Option<i64>; 4],
) -> [Value; 16] {
    [
        content.kind.as_str().into(),
        content.form.code().into(),
        content.side.code().into(),
        content.counterpart.code().into(),
        content.stage.code().into(),
        invited.into(),
        opened.into(),
        closed.into(),
        called_off.into(),
        counted.scope.code().into(),
        counted.first_date.into(),
        counted.last_date.into(),
        counted.month_civil.into(),
        counted.month_report.into(),
        counted.is_connected.into(),
        counted.has_exceeded.into(),
    ]
}

const COLUMNS: &str = "kind, form, side, counterpart, stage, invited_at, opened_at, closed_at, called_off_at, scope, \
    first_date, last_date, month_civil, month_report, is_connected, has_exceeded";

fn sitting_values(values: &mut Vec<Value>, meeting: MeetingId, sittings: &[Sitting]) {
    for (position, s) in (0i64..).zip(sittings) {
        values.extend([
            meeting.into(),
            position.into(),
            s.date.into(),
            minute_of(s.from).into(),
            minute_of(s.to).into(),
        ]);
    }
}
