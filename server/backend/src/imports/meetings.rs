//! Meetings from a file: what was held or called off, as it was, and what is yet to come. An over-long one of the past is
//! taken and counted as such; one yet to come keeps the law like any other. Meetings that are planned, opened or called
//! off here are never changed from a file.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Timelike, Utc};
use domain::access::Stage;
use domain::audit::Deed;
use domain::count::{Counterpart, Form, Side};
use domain::duration::sessions;
use domain::error::Problem;
use domain::ids::{AgencyId, MeetingId};
use domain::imports::{ImportKind, ImportReport};
use domain::meetings::TITLE_AT_MOST;
use domain::rules::{KindRule, rule_on};
use domain::time::{Sitting, Zone};
use serde_json::json;

use super::sittings::sittings;
use super::table::{Bad, Cells, Table};
use super::{Ground, Import, choice, insert_rows, number, place_of, text};
use crate::agencies::{Place, places_by_code};
use crate::audit::{self, Entry};
use crate::counted::{Counted, derived};
use crate::db::{Source, Tx, Value, places as db_places, q};
use crate::stop::Done;
use crate::{access, rules, search, stored};

/// More sites than there are agencies in the country's largest province.
const SITES_AT_MOST: i64 = 10_000;

/// New meetings written at once: the values of 2,000 take some megabytes.
const CHUNK: usize = 2_000;

/// Days of one agency whose meetings are loaded at once.
const DAYS_AT_ONCE: usize = 400;

/// What makes two rows speak of the same meeting: agency, title, begin of the first sitting.
type Key = (AgencyId, String, NaiveDateTime);

/// What a row says of its meeting.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Content {
    kind: String,
    form: Form,
    side: Side,
    counterpart: Counterpart,
    stage: Stage,
    sittings: Vec<Sitting>,
    is_connected: bool,
}

/// A meeting that is there already.
#[derive(Debug)]
struct There {
    id: MeetingId,
    content: Content,
    /// Why it is not for a file to change.
    ours: Option<Problem>,
    is_matched: bool,
}

/// What a row says, and which meeting it is about.
struct Read<'p> {
    place: &'p Place,
    key: Key,
    content: Content,
}

/// What is to be written of one row.
struct Write<'p> {
    place: &'p Place,
    title: String,
    content: Content,
}

/// Reads the file three times and never holds it as a whole. The first pass checks the cells of each row, the
/// second matches rows that equal a stored meeting, the third changes or adds meetings for the other rows.
pub(super) async fn run(mut import: Import<'_>, table: &Table<'_>) -> Done<ImportReport> {
    let db = import.backend.db();
    let (places, rules) = (places_by_code(db).await?, rules::all(db).await?);
    let CheckedRows { mut rows, days } = check(&mut import, table, &places, &rules)?;
    // Only a file without bad cells holds the database. What it was checked against may have changed
    // meanwhile, so it is loaded again.
    let mut ground = import.ground().await?;
    let (places, rules) = (places_by_code(&mut ground).await?, rules::all(&mut ground).await?);
    let mut there = stored_meetings(&mut ground, &days).await?;
    match_equal(&mut import, table, (&places, &rules), &mut rows, &mut there)?;
    write_others(&mut import, table, (&places, &rules), &rows, &mut there, &mut ground).await?;
    import.finish(ground, Deed::ImportsMeetings).await
}

/// The result of checking the file's rows.
struct CheckedRows {
    /// Whether each row still has to be processed.
    rows: Vec<bool>,
    /// The dates on which meetings of the rows begin, by agency.
    days: HashMap<AgencyId, BTreeSet<NaiveDate>>,
}

fn check(
    import: &mut Import<'_>,
    table: &Table<'_>,
    places: &HashMap<String, Place>,
    rules: &[KindRule],
) -> Done<CheckedRows> {
    let mut lines = table.rows();
    let mut checked = CheckedRows { rows: Vec::new(), days: HashMap::new() };
    while let Some(cells) = lines.next(&mut import.bad) {
        let read = read(import, cells, places, rules)?;
        checked.rows.push(read.is_some());
        let Some((agency, _, begin)) = read.map(|read| read.key) else { continue };
        checked.days.entry(agency).or_default().insert(begin.date());
    }
    import.report.rows = lines.count();
    Ok(checked)
}

/// Parses a row. Returns none if a cell is wrong, and reports that cell.
fn read<'p>(
    import: &mut Import<'_>,
    cells: Cells<'_>,
    places: &'p HashMap<String, Place>,
    rules: &[KindRule],
) -> Done<Option<Read<'p>>> {
    let place = place_of(import, places, cells, ImportKind::Meetings)?;
    let title = text(import, cells, "title", TITLE_AT_MOST);
    let is_kind = |code: &str| rules.iter().any(|rule| rule.kind.code == code).then(|| code.to_owned());
    let kind = choice(import, cells, "kind", is_kind);
    let form = choice(import, cells, "form", Form::parse);
    let sittings = sittings(import, cells);
    let stage = choice(import, cells, "status", |code| {
        Stage::parse(code).filter(|stage| !matches!(stage, Stage::Draft | Stage::UnderWay))
    });
    let side = choice(import, cells, "role", Side::parse);
    let counterpart = choice(import, cells, "counterpart", Counterpart::parse);
    let sites = number(import, cells, "sites_connected", 0, SITES_AT_MOST);
    let (
        Some(place),
        Some(title),
        Some(kind),
        Some(form),
        Some(sittings),
        Some(stage),
        Some(side),
        Some(counterpart),
        Some(sites),
    ) = (place, title, kind, form, sittings, stage, side, counterpart, sites)
    else {
        return Ok(None);
    };
    let key = (place.id, title, sittings[0].start());
    let content = Content { kind, form, side, counterpart, stage, sittings, is_connected: sites > 0 };
    if let Some((column, problem)) = against_time_and_law(import, &content, rules, place) {
        import.bad.cell(cells, column, problem);
        return Ok(None);
    }
    Ok(Some(Read { place, key, content }))
}

/// What speaks against a meeting as a whole. What was held has ended; what is yet to be held here keeps its limit, for a
/// file is no way around the law. What others hold is theirs to answer for.
fn against_time_and_law(
    import: &Import<'_>,
    content: &Content,
    rules: &[KindRule],
    place: &Place,
) -> Option<(&'static str, Problem)> {
    let (first, last) = (content.sittings.first()?, content.sittings.iter().max_by_key(|s| s.end())?);
    match content.stage {
        Stage::Held if import.backend.zone().instant(last.end()) > import.caller.now => {
            Some(("status", Problem::InTheFuture))
        }
        Stage::Scheduled if content.side == Side::Organised => {
            let Some(rule) = rule_on(rules, &content.kind, first.date) else {
                return Some(("kind", Problem::NoRule));
            };
            let length = u32::try_from(sessions(&content.sittings, &place.hours).len()).unwrap_or(u32::MAX);
            let (limit, source) = (rule.limit_sessions, rule.source.clone());
            (length > limit).then_some(("sittings", Problem::OverLimit { sessions: length, limit, source }))
        }
        _ => None,
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    agency_id: String,
    title: String,
    kind: String,
    form: String,
    side: String,
    counterpart: String,
    stage: String,
    is_connected: bool,
    invited_at: Option<i64>,
    reason: String,
    people: i64,
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
        if was_led_here { Some(Problem::LedHere) } else { (self.people > 0).then_some(Problem::PlannedHere) }
    }
}

/// The stored meetings that a row of the file may mean: those of its agency that begin on its date. Never a span of
/// dates, for two rows would then load every meeting between them.
async fn stored_meetings(
    mut on: impl Source,
    days: &HashMap<AgencyId, BTreeSet<NaiveDate>>,
) -> Done<HashMap<Key, Vec<There>>> {
    let mut there = HashMap::new();
    for (agency, days) in days {
        let days: Vec<NaiveDate> = days.iter().copied().collect();
        for days in days.chunks(DAYS_AT_ONCE) {
            load_stored(&mut on, *agency, days, &mut there).await?;
        }
    }
    Ok(there)
}

async fn load_stored(
    on: &mut impl Source,
    agency: AgencyId,
    days: &[NaiveDate],
    there: &mut HashMap<Key, Vec<There>>,
) -> Done<()> {
    let asked = format!("m.agency_id = $1 AND m.first_date IN ({})", db_places(2, days.len()));
    let held: Vec<(String, String, i64, i64)> = q(format!(
        "SELECT s.meeting_id, s.date, s.from_minute, s.to_minute FROM sitting s \
         JOIN meeting m ON m.id = s.meeting_id WHERE {asked}"
    ))
    .bind(agency)
    .bind_all(days.iter().copied())
    .all(&mut *on)
    .await?;
    let mut sittings: HashMap<String, Vec<Sitting>> = HashMap::with_capacity(held.len());
    for (meeting, date, from, to) in held {
        let (date, from, to) = (stored::date(&date)?, stored::minute(from)?, stored::minute(to)?);
        sittings.entry(meeting).or_default().push(Sitting { date, from, to });
    }
    let stored_rows: Vec<Row> = q(format!(
        "SELECT m.id, m.agency_id, m.title, m.kind, m.form, m.side, m.counterpart, m.stage, m.is_connected, \
         m.invited_at, m.reason, (SELECT CAST(COUNT(*) AS BIGINT) FROM participant p WHERE p.meeting_id = m.id) AS people \
         FROM meeting m WHERE {asked} AND m.stage <> 'draft'"
    ))
    .bind(agency)
    .bind_all(days.iter().copied())
    .all(on)
    .await?;
    for row in stored_rows {
        let mut sittings = sittings.remove(&row.id).unwrap_or_default();
        sittings.sort();
        let Some(first) = sittings.first() else { continue };
        let (id, stage) = (stored::id(&row.id)?, stored::code(&row.stage, Stage::parse)?);
        let ours = row.ours(stage);
        let key = (stored::id(&row.agency_id)?, row.title, first.start());
        let content = Content {
            kind: row.kind,
            form: stored::code(&row.form, Form::parse)?,
            side: stored::code(&row.side, Side::parse)?,
            counterpart: stored::code(&row.counterpart, Counterpart::parse)?,
            stage,
            sittings,
            is_connected: row.is_connected,
        };
        there.entry(key).or_default().push(There { id, content, ours, is_matched: false });
    }
    Ok(())
}

/// Matches rows that equal a stored meeting before all others, so that two meetings with the same title at
/// the same time each find their own row. One row is one meeting: two equal rows are two meetings, because
/// two groups of an office may meet under one title at the same time.
fn match_equal(
    import: &mut Import<'_>,
    table: &Table<'_>,
    (places, rules): (&HashMap<String, Place>, &[KindRule]),
    rows: &mut [bool],
    there: &mut HashMap<Key, Vec<There>>,
) -> Done<()> {
    let mut lines = table.rows();
    for is_left in rows {
        let Some(cells) = lines.next(&mut Bad::default()) else { break };
        if !*is_left {
            continue;
        }
        let Some(row) = read(import, cells, places, rules)? else { continue };
        let all = there.get_mut(&row.key);
        let same = all.and_then(|all| all.iter_mut().find(|t| !t.is_matched && t.content == row.content));
        if let Some(same) = same {
            (same.is_matched, *is_left) = (true, false);
            import.report.unchanged += 1;
        }
    }
    Ok(())
}

/// Counts what each remaining row changes or adds, and writes the rows in chunks.
async fn write_others(
    import: &mut Import<'_>,
    table: &Table<'_>,
    (places, rules): (&HashMap<String, Place>, &[KindRule]),
    rows: &[bool],
    there: &mut HashMap<Key, Vec<There>>,
    ground: &mut Ground,
) -> Done<()> {
    let mut lines = table.rows();
    let mut added = Vec::new();
    for is_left in rows {
        let Some(cells) = lines.next(&mut Bad::default()) else { break };
        if !*is_left {
            continue;
        }
        let Some(Read { place, key, content }) = read(import, cells, places, rules)? else { continue };
        let free = there.get_mut(&key).and_then(|all| all.iter_mut().find(|t| !t.is_matched));
        match free {
            Some(There { ours: Some(problem), .. }) => import.bad.cell(cells, "title", problem.clone()),
            Some(meeting) => {
                meeting.is_matched = true;
                import.report.changed += 1;
                let before = (meeting.id, &meeting.content);
                if let Some(tx) = import.writing(ground) {
                    change(import, tx, rules, before, Write { place, title: key.1, content }).await?;
                }
            }
            None => {
                import.report.added += 1;
                added.push(Write { place, title: key.1, content });
            }
        }
        if added.len() == CHUNK {
            add(import, import.writing(ground), rules, &mut added).await?;
        }
    }
    add(import, import.writing(ground), rules, &mut added).await?;
    match import.writing(ground) {
        Some(tx) if import.report.added > 0 => search::fill(tx).await,
        _ => Ok(()),
    }
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

fn minute(time: NaiveTime) -> i64 {
    i64::from(time.num_seconds_from_midnight() / 60)
}

fn sitting_values(values: &mut Vec<Value>, meeting: MeetingId, sittings: &[Sitting]) {
    for (position, s) in (0i64..).zip(sittings) {
        values.extend([
            meeting.into(),
            position.into(),
            s.date.into(),
            minute(s.from).into(),
            minute(s.to).into(),
        ]);
    }
}

/// Writes the new meetings, unless this is a dry run, and clears the list.
async fn add(
    import: &Import<'_>,
    tx: Option<&mut Tx>,
    rules: &[KindRule],
    writes: &mut Vec<Write<'_>>,
) -> Done<()> {
    let (now, zone) = (import.caller.now, import.backend.zone());
    let created_by = access::person(import.caller);
    let chunk = std::mem::take(writes);
    let Some(tx) = tx else { return Ok(()) };
    let (mut meetings, mut sittings) = (Vec::new(), Vec::new());
    for Write { place, title, content } in chunk {
        let id = MeetingId(import.backend.entropy().id(now));
        let counted = counted(&content, rules, place);
        meetings.extend([
            id.into(),
            1i64.into(),
            place.id.into(),
            title.into(),
            false.into(),
            "".into(),
            created_by.into(),
            now.into(),
        ]);
        meetings.extend(values(&content, &counted, instants(&content, zone, now)));
        sitting_values(&mut sittings, id, &content.sittings);
    }
    let into = format!(
        "meeting (id, rev, agency_id, title, is_unexpected, place, created_by, created_at, {COLUMNS})"
    );
    insert_rows(tx, &into, 24, meetings).await?;
    insert_rows(tx, "sitting (meeting_id, position, date, from_minute, to_minute)", 5, sittings).await
}

/// Writes a meeting that came from a file before and now reads otherwise; the trail keeps both.
async fn change(
    import: &Import<'_>,
    tx: &mut Tx,
    rules: &[KindRule],
    (id, before): (MeetingId, &Content),
    write: Write<'_>,
) -> Done<()> {
    let Write { place, title, content } = write;
    let counted = counted(&content, rules, place);
    let instants = instants(&content, import.backend.zone(), import.caller.now);
    let mut update = q("UPDATE meeting SET rev = rev + 1");
    for (column, value) in COLUMNS.split(", ").zip(values(&content, &counted, instants)) {
        let place = update.place(value);
        update.push(&format!(", {column} = {place}"));
    }
    let own = update.place(id);
    update.push(&format!(" WHERE id = {own}"));
    update.run(&mut *tx).await?;
    q("DELETE FROM sitting WHERE meeting_id = $1").bind(id).run(&mut *tx).await?;
    let mut sittings = Vec::new();
    sitting_values(&mut sittings, id, &content.sittings);
    insert_rows(tx, "sitting (meeting_id, position, date, from_minute, to_minute)", 5, sittings).await?;
    let entry = Entry::new(Deed::MeetingsImportChange, &title).of(place.id).about(id);
    let entry = entry.before(&before.shown())?.after(&content.shown())?;
    audit::record(tx, import.backend, import.caller, entry).await
}

impl Content {
    /// As the trail keeps it, under the names that its page has words for.
    fn shown(&self) -> serde_json::Value {
        json!({
            "kind": self.kind, "form": self.form.code(), "side": self.side.code(),
            "counterpart": self.counterpart.code(), "state": self.stage.code(), "sittings": self.sittings,
            "sites": self.is_connected,
        })
    }
}
