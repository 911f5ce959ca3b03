//! Meetings from a file: what was held or called off, as it was, and what is yet to come. An over-long one of the past is
//! taken and counted as such; one yet to come keeps the law like any other. Meetings that are planned, opened or called
//! off here are never changed from a file. No day and no year of an agency gets more meetings than it may have.

mod days;
mod known;
mod plan;

use std::collections::{BTreeSet, HashMap};

use chrono::{Datelike, NaiveDate, NaiveDateTime};
use domain::access::Stage;
use domain::audit::Deed;
use domain::count::{Counterpart, Form, Side};
use domain::duration::sessions;
use domain::error::Problem;
use domain::ids::AgencyId;
use domain::imports::ImportKind;
use domain::meetings::{MEETINGS_A_YEAR_AT_MOST, TITLE_AT_MOST, takes_its_days};
use domain::rules::{KindRule, rule_on};
use domain::text::{Line, fold, same_key};
use domain::time::Sitting;
use serde_json::json;

use self::days::MeetingDays;
use self::known::KnownMeeting;
use self::plan::Plan;
use super::cells::{choice, number, place_of, text};
use super::changes::{Area, Change};
use super::shown::{Shown, yes_no};
use super::sittings::sittings;
use super::table::{Cells, Row, Table};
use super::{FileSteps, Import};
use crate::agencies::{Place, Places, places_by_code};
use crate::bounds::{self, AgencyYear};
use crate::db::Tx;
use crate::rules;
use crate::stop::Done;

/// More sites than there are agencies in the country's largest province.
const SITES_AT_MOST: i64 = 10_000;

/// What makes two rows speak of the same meeting: agency, title as people see it ([`same_key`]), begin of the first
/// sitting.
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

impl Content {
    /// The days of which it takes one of the meetings that its agency may hold.
    fn taken_days(&self) -> BTreeSet<NaiveDate> {
        if !takes_its_days(self.side, self.stage) {
            return BTreeSet::new();
        }
        self.sittings.iter().map(|sitting| sitting.date).collect()
    }
}

/// What a row says, and which meeting it is about.
struct MeetingRow<'p> {
    row: Row,
    place: &'p Place,
    title: Line,
    key: Key,
    content: Content,
}

impl MeetingRow<'_> {
    /// The agency and the year that the meeting is counted in.
    fn year(&self) -> AgencyYear {
        (self.key.0, self.key.2.year())
    }
}

/// A file of meetings.
pub(super) struct MeetingFile;

impl FileSteps for MeetingFile {
    type Plan = Plan;
    const DEED: Deed = Deed::ImportsMeetings;

    async fn prepare(&mut self, import: &mut Import<'_>, table: &Table<'_>) -> Done<Plan> {
        let db = import.backend.db();
        let (places, rules) = (places_by_code(db).await?, rules::all(db).await?);
        let mut rows = Vec::new();
        let mut lines = table.rows();
        while let Some(cells) = import.next_row(&mut lines)? {
            rows.extend(read(import, cells, &places, &rules)?);
        }
        import.report.rows = lines.count();
        // What takes too long is ended: each load has a reader of its own.
        let mut known = known::load(&mut db.import_reader().await?, &rows).await?;
        let rows = match_equal(import, rows, &mut known);
        let of_rows = rows.iter().map(|row| (row.key.0, &row.content));
        let mut days = MeetingDays::load(&mut db.import_reader().await?, of_rows).await?;
        let years = rows.iter().map(MeetingRow::year).collect();
        let mut years = bounds::meetings_of_years(&mut db.import_reader().await?, &years).await?;
        let mut plan = Plan::default();
        for row in rows {
            import.still_asked()?;
            let free = known.get_mut(&row.key).and_then(|all| all.iter_mut().find(|k| !k.is_matched));
            if let Some(KnownMeeting { ours: Some(problem), .. }) = &free {
                import.bad.cell(row.row.cells(table), "title", problem.clone());
                continue;
            }
            let in_year = years.entry(row.year()).or_default();
            if free.is_none() && *in_year >= MEETINGS_A_YEAR_AT_MOST {
                let (year, at_most) = (row.year().1, MEETINGS_A_YEAR_AT_MOST);
                import.bad.cell(row.row.cells(table), "sittings", Problem::YearFull { year, at_most });
                continue;
            }
            let before = free.as_deref().map(|meeting| &meeting.content);
            if let Err(problem) = days.add(row.place.id, before, &row.content) {
                import.bad.cell(row.row.cells(table), "sittings", problem);
                continue;
            }
            import.doubt_letters(row.row.cells(table));
            match free {
                Some(meeting) => {
                    meeting.is_matched = true;
                    import.report.changed += 1;
                    import.list_change(row.row.cells(table), &meeting.content, &row.content);
                    plan.change(import, &rules, meeting, row);
                }
                None => {
                    import.report.added += 1;
                    *in_year += 1;
                    plan.add(import, &rules, row);
                }
            }
        }
        import.unlisted = plan.unlisted();
        Ok(plan)
    }

    /// A meeting of an agency that the file does not name is none of its meetings.
    fn is_concerned(plan: &Plan, change: &Change) -> bool {
        match change.area {
            Area::Agencies | Area::Rules | Area::Any => true,
            Area::Meetings => change.agency.is_none_or(|agency| plan.is_of(agency)),
            Area::Baseline | Area::People | Area::Rooms | Area::WorkDays => false,
        }
    }

    async fn write(&mut self, import: &mut Import<'_>, plan: Plan, tx: &mut Tx) -> Done<bool> {
        plan.write(import, tx).await
    }
}

/// Takes out the rows that equal a stored meeting. They are matched before all others, so that two meetings with the
/// same title at the same time each find their own row. One row is one meeting: two equal rows are two meetings,
/// because two groups of an office may meet under one title at the same time.
fn match_equal<'p>(
    import: &mut Import<'_>,
    rows: Vec<MeetingRow<'p>>,
    known: &mut HashMap<Key, Vec<KnownMeeting>>,
) -> Vec<MeetingRow<'p>> {
    let is_other = |row: &MeetingRow<'_>| {
        let all = known.get_mut(&row.key);
        let equal = all.and_then(|all| all.iter_mut().find(|k| !k.is_matched && k.content == row.content));
        equal.map(|equal| equal.is_matched = true).is_none()
    };
    let count = rows.len();
    let others: Vec<_> = rows.into_iter().filter(is_other).collect();
    import.report.unchanged = (count - others.len()) as u64;
    others
}

/// The code of the kind that a cell names, by its code or by its name if no other kind has the same. A kind has a rule for each
/// period.
fn kind_of(rules: &[KindRule], typed: &str) -> Option<String> {
    let kinds = || rules.iter().map(|rule| &rule.kind);
    if let Some(kind) = kinds().find(|kind| kind.code == typed) {
        return Some(kind.code.clone());
    }
    let name = Line::parse(typed, TITLE_AT_MOST).ok().map(|name| fold(&name))?;
    let mut named = kinds().filter(|kind| fold(&kind.name_vi) == name || fold(&kind.name_en) == name);
    let code = named.next().map(|kind| &kind.code)?;
    named.all(|kind| kind.code == *code).then(|| code.clone())
}

/// Parses a row. Returns none if a cell is wrong, and reports that cell.
fn read<'p>(
    import: &mut Import<'_>,
    cells: Cells<'_>,
    places: &'p Places,
    rules: &[KindRule],
) -> Done<Option<MeetingRow<'p>>> {
    let place = place_of(import, places, cells, ImportKind::Meetings)?;
    let title = text(import, cells, "title", TITLE_AT_MOST);
    let kind = choice(import, cells, "kind", |typed| kind_of(rules, typed));
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
    let key = (place.id, same_key(&title), sittings[0].start());
    let content = Content { kind, form, side, counterpart, stage, sittings, is_connected: sites > 0 };
    if let Some((column, problem)) = against_time_and_law(import, &content, rules, place) {
        import.bad.cell(cells, column, problem);
        return Ok(None);
    }
    Ok(Some(MeetingRow { row: cells.keep(), place, title, key, content }))
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

impl Shown for Content {
    fn cells(&self) -> Vec<(&'static str, String)> {
        let sitting =
            |s: &Sitting| format!("{} {}–{}", s.date.format("%d/%m/%Y"), s.from.format("%H:%M"), s.to);
        vec![
            ("kind", self.kind.clone()),
            ("form", self.form.code().to_owned()),
            ("sittings", self.sittings.iter().map(sitting).collect::<Vec<_>>().join("; ")),
            ("status", self.stage.code().to_owned()),
            ("role", self.side.code().to_owned()),
            ("counterpart", self.counterpart.code().to_owned()),
            ("sites_connected", yes_no(self.is_connected)),
        ]
    }
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
