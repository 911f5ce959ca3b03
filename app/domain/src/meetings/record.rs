//! The record of a meeting put right: a closing or a step of the agenda taken back, an opening that was late to be pressed,
//! hours corrected, a meeting entered after it took place. Rules on plain data, and the port. Knows no database and no clock.

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Timelike, Utc};
use serde::{Deserialize, Serialize};

use super::{AGENDA_AT_MOST, TEXT_AT_MOST};
use crate::access::Caller;
use crate::duration::{actual, opening};
use crate::error::{FieldProblem, Outcome, Problem, Refusal};
use crate::ids::{AgendaItemId, MeetingId};
use crate::period::Period;
use crate::text::Paragraphs;
use crate::time::{DateReading, Sitting, read_time};

/// A meeting may be sent out this long after its start: a secretary who fills in the form for a meeting that begins now
/// needs some minutes to do so.
pub const START_GRACE: TimeDelta = TimeDelta::minutes(15);

/// A closing asks once when less than one part in four of the planned time has passed: a discussion often ends an hour
/// early, but hardly ever after its first quarter.
const EARLY_PARTS: i64 = 4;
/// It asks as well when more than this is left.
const EARLY_LEFT: TimeDelta = TimeDelta::minutes(90);

/// Whether the record of a held meeting may still be changed. Signed figures are frozen together with the list of the
/// meetings behind them, so a meeting of a signed period stays as it is.
pub fn correctable(is_period_signed: bool) -> Result<(), Refusal> {
    if is_period_signed { Err(Refusal::PeriodSigned) } else { Ok(()) }
}

/// The planned end, when a closing comes so early that it is probably a mistake: before the last sitting was to begin, or
/// after less than a quarter of the planned time.
///
/// ```
/// use domain::meetings::closes_early;
/// use domain::time::Sitting;
/// let day = chrono::NaiveDate::from_ymd_opt(2026, 6, 16).unwrap();
/// let at = |h, m| chrono::NaiveTime::from_hms_opt(h, m, 0).unwrap();
/// let planned = [Sitting::new(day, at(8, 0), at(10, 0)).unwrap()];
/// let closed = |h, m| closes_early(&planned, day.and_time(at(8, 0)), day.and_time(at(h, m)));
/// assert!(closed(8, 29).is_some());
/// assert_eq!(closed(8, 30), None);
/// ```
pub fn closes_early(
    planned: &[Sitting],
    opened: NaiveDateTime,
    closed: NaiveDateTime,
) -> Option<NaiveDateTime> {
    let end = planned.iter().map(Sitting::end).max()?;
    let last_start = planned.iter().map(Sitting::start).max()?;
    if closed >= end {
        return None;
    }
    let length = |sittings: &[Sitting]| -> TimeDelta { sittings.iter().map(|s| s.end() - s.start()).sum() };
    let sat = length(&actual(planned, opened, closed));
    let is_short = sat * i32::try_from(EARLY_PARTS).unwrap_or(i32::MAX) < length(planned);
    (closed < last_start || is_short || end - closed > EARLY_LEFT).then_some(end)
}

/// Whether a meeting that begins with this sitting may still be sent out: until [`START_GRACE`] after its start. An
/// unexpected one until the planned end of that sitting: the chair calls it at 8, and the secretary enters it at 10 while
/// it is going on.
pub fn may_still_begin(first: &Sitting, is_unexpected: bool, now: NaiveDateTime) -> bool {
    now <= first.start() + START_GRACE || (is_unexpected && now < first.end())
}

/// The local time at which a meeting really began, when it is opened later than that: on a day of one of its sittings, as
/// [`opening`] allows, and not in the future.
pub fn began_before(
    planned: &[Sitting],
    began: NaiveDateTime,
    now: NaiveDateTime,
) -> Result<NaiveDateTime, Refusal> {
    let has_sitting = planned.iter().any(|sitting| sitting.date == began.date());
    if began <= now && has_sitting && opening(planned, began) == Some(began) {
        return Ok(began);
    }
    Err(Refusal::OpeningTime { sittings: planned.to_vec() })
}

/// The first day of which a held meeting may be entered afterwards: the first of the report year (NĐ 09) before the current
/// one, because the reduction compares these two years and no report asks for an older one.
///
/// ```
/// use domain::meetings::first_day_to_enter;
/// let first = |day: &str| first_day_to_enter(day.parse().unwrap()).to_string();
/// assert_eq!(first("2026-12-14"), "2024-12-15");
/// assert_eq!(first("2026-12-15"), "2025-12-15");
/// ```
pub fn first_day_to_enter(today: NaiveDate) -> NaiveDate {
    match Period::month_of(today) {
        Period::Month(year, _) => Period::Year(year - 1).window().from,
        _ => today,
    }
}

/// Whether a meeting of these sittings may be entered as held: it is over, not too long ago, and its period is not signed.
pub fn may_enter(sittings: &[Sitting], now: NaiveDateTime, is_period_signed: bool) -> Result<(), Refusal> {
    let from = first_day_to_enter(now.date());
    if sittings.iter().any(|sitting| sitting.end() > now) {
        return Err(Refusal::NotOverYet);
    }
    if sittings.iter().any(|sitting| sitting.date < from) {
        return Err(Refusal::TooLongAgo { from });
    }
    correctable(is_period_signed)
}

/// A local time as offices type it: `11:40`, `11h40, 16/6`, `19h hôm qua`, `24:00`. An hour alone is of `day`; a date
/// without its year is the latest such date. Nothing typed is `None`.
///
/// The time is what stands before or behind the date, so every place to part the two is tried.
pub fn parse_moment(text: &str, day: NaiveDate, today: NaiveDate) -> Result<Option<NaiveDateTime>, Problem> {
    let mut words: Vec<&str> = text.split([',', ' ', '\u{a0}']).filter(|word| !word.is_empty()).collect();
    if let [machine] = words[..]
        && let Some((date, time)) = machine.split_once('T')
        && !date.is_empty()
    {
        words = vec![date, time];
    }
    if words.is_empty() {
        return Ok(None);
    }
    if let Some(time) = read_time(&words.join(" ")) {
        return Ok(Some(time.on(day)));
    }
    let dates = DateReading::past(today);
    let mut problem = Problem::NotATime;
    for at in 1..words.len() {
        let (head, tail) = (words[..at].join(" "), words[at..].join(" "));
        for (time, date) in [(&head, &tail), (&tail, &head)] {
            let Some(time) = read_time(time) else { continue };
            match dates.read(date) {
                Ok(date) => return Ok(Some(time.on(date))),
                Err(Problem::NotADate) => {}
                Err(other) => problem = other,
            }
        }
    }
    Err(problem)
}

/// When a meeting that was held is said to have been, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CorrectionInput {
    /// When it was really opened.
    pub opened: String,
    /// When it was really closed.
    pub closed: String,
    /// Why it ran over, when it did.
    pub overrun_reason: String,
    /// Why the record is corrected.
    pub reason: String,
    /// The items of the agenda whose times are given.
    pub items: Vec<ItemTimesInput>,
}

/// The times of one item, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ItemTimesInput {
    /// Identifier.
    pub id: String,
    /// When its discussion began; empty for an item that was never begun.
    pub began: String,
    /// When it was done.
    pub done: String,
}

/// The times of one item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ItemTimes {
    /// The item.
    pub id: AgendaItemId,
    /// When its discussion began and when it was done; none when it was never begun.
    pub times: Option<(NaiveDateTime, NaiveDateTime)>,
}

/// The hours of a held meeting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    /// When it was really opened, local.
    pub opened: NaiveDateTime,
    /// When it was really closed, local.
    pub closed: NaiveDateTime,
    /// Why it ran over; empty when it did not.
    pub overrun_reason: String,
    /// Why the record is corrected.
    pub reason: String,
    /// The items named.
    pub items: Vec<ItemTimes>,
}

/// The hours as they are recorded, local, with their seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// When it was opened.
    pub opened: NaiveDateTime,
    /// When it was closed.
    pub closed: NaiveDateTime,
    /// The items that were begun.
    pub items: Vec<ItemTimes>,
}

impl CorrectionInput {
    /// Reads the correction, or names every field that is wrong. The new hours must be on a day of the `planned` sittings;
    /// with `None`, any day is accepted, because the sittings move with the correction. A time that is typed in the minute in which it is recorded keeps its seconds.
    pub fn parse(
        &self,
        recorded: &Recorded,
        planned: Option<&[Sitting]>,
        now: NaiveDateTime,
    ) -> Result<Correction, Vec<FieldProblem>> {
        let mut problems = Vec::new();
        let today = now.date();
        let opened = hour(
            "opened",
            &self.opened,
            (recorded.opened.date(), today),
            Some(recorded.opened),
            &mut problems,
        );
        let day = opened.map_or(recorded.opened.date(), |opened| opened.date());
        let closed = hour("closed", &self.closed, (day, today), Some(recorded.closed), &mut problems);
        let mut put = |field: &str, problem| problems.push(FieldProblem::new(field, problem));
        if let Some(opened) = opened
            && planned.is_some_and(|planned| began_before(planned, opened, now.max(opened)).is_err())
        {
            put("opened", Problem::NotItsDay);
        }
        match (opened, closed) {
            (Some(opened), Some(closed)) if closed <= opened => put("closed", Problem::EndsBeforeStart),
            (_, Some(closed)) if closed > now => put("closed", Problem::NotYet),
            _ => {}
        }
        let reason = Paragraphs::parse_optional(&self.reason, TEXT_AT_MOST);
        match &reason {
            Ok(reason) if reason.is_empty() => put("reason", Problem::Missing),
            Ok(_) => {}
            Err(problem) => put("reason", problem.clone()),
        }
        let overrun_reason = Paragraphs::parse_optional(&self.overrun_reason, TEXT_AT_MOST);
        if let Err(problem) = &overrun_reason {
            put("overrun_reason", problem.clone());
        }
        if self.items.len() > AGENDA_AT_MOST as usize {
            put("items", Problem::TooMany(AGENDA_AT_MOST));
        }
        let items = match opened.zip(closed) {
            Some(hours) => self.parse_items(recorded, hours, today, &mut problems),
            None => Vec::new(),
        };
        match opened.zip(closed) {
            Some((opened, closed)) if problems.is_empty() => {
                let text = |text: Result<Paragraphs, Problem>| text.unwrap_or_default().into();
                Ok(Correction {
                    opened,
                    closed,
                    overrun_reason: text(overrun_reason),
                    reason: text(reason),
                    items,
                })
            }
            _ => Err(problems),
        }
    }

    fn parse_items(
        &self,
        recorded: &Recorded,
        hours: (NaiveDateTime, NaiveDateTime),
        today: NaiveDate,
        problems: &mut Vec<FieldProblem>,
    ) -> Vec<ItemTimes> {
        let mut items = Vec::new();
        for (at, item) in self.items.iter().take(AGENDA_AT_MOST as usize).enumerate() {
            let name = |field: &str| format!("items[{at}][{field}]");
            let Ok(id) = item.id.trim().parse::<AgendaItemId>() else {
                problems.push(FieldProblem::new(name("began"), Problem::Unknown));
                continue;
            };
            if item.began.trim().is_empty() && item.done.trim().is_empty() {
                items.push(ItemTimes { id, times: None });
                continue;
            }
            let known = recorded.items.iter().find(|known| known.id == id).and_then(|known| known.times);
            let opened = (hours.0.date(), today);
            let began = hour(&name("began"), &item.began, opened, known.map(|(began, _)| began), problems);
            let day = (began.map_or(hours.0.date(), |began| began.date()), today);
            let done = hour(&name("done"), &item.done, day, known.map(|(_, done)| done), problems);
            let Some((began, done)) = began.zip(done) else { continue };
            let (began, done) = (within(began, hours), within(done, hours));
            let mut put = |field: &str, problem| problems.push(FieldProblem::new(name(field), problem));
            match (began, done) {
                (None, _) => put("began", Problem::OutsideMeeting),
                (_, None) => put("done", Problem::OutsideMeeting),
                (Some(began), Some(done)) if done < began => put("done", Problem::EndsBeforeStart),
                (Some(began), Some(done)) => items.push(ItemTimes { id, times: Some((began, done)) }),
            }
        }
        let is_named =
            |known: &&ItemTimes| self.items.iter().any(|item| item.id.trim() == known.id.to_string());
        let others = recorded.items.iter().filter(|known| !is_named(known)).filter_map(|known| known.times);
        if others
            .into_iter()
            .any(|(began, done)| within(began, hours).is_none() || within(done, hours).is_none())
        {
            problems.push(FieldProblem::new("items", Problem::OutsideMeeting));
        }
        items
    }
}

/// A time of a field, which must be there.
fn hour(
    field: &str,
    text: &str,
    (day, today): (NaiveDate, NaiveDate),
    recorded: Option<NaiveDateTime>,
    problems: &mut Vec<FieldProblem>,
) -> Option<NaiveDateTime> {
    match parse_moment(text, day, today) {
        Ok(Some(typed)) => {
            Some(recorded.filter(|recorded| minute_of(*recorded) == minute_of(typed)).unwrap_or(typed))
        }
        Ok(None) => {
            problems.push(FieldProblem::new(field, Problem::Missing));
            None
        }
        Err(problem) => {
            problems.push(FieldProblem::new(field, problem));
            None
        }
    }
}

/// A time within the meeting. Typed to the minute, it may lie some seconds outside: then it is the opening or the closing.
fn within(at: NaiveDateTime, (opened, closed): (NaiveDateTime, NaiveDateTime)) -> Option<NaiveDateTime> {
    if minute_of(at) < minute_of(opened) || minute_of(at) > minute_of(closed) {
        return None;
    }
    Some(at.clamp(opened, closed))
}

fn minute_of(at: NaiveDateTime) -> NaiveDateTime {
    at.with_second(0).and_then(|at| at.with_nanosecond(0)).unwrap_or(at)
}

/// That a held meeting was entered after it took place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnteredAfterwards {
    /// When.
    pub at: DateTime<Utc>,
    /// By whom.
    pub by: String,
}

/// The hours of a held meeting as its trail keeps them. A time is missing when the trail had no room for it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoursKept {
    /// When it was opened.
    pub opened: Option<DateTime<Utc>>,
    /// When it was closed.
    pub closed: Option<DateTime<Utc>>,
    /// Why it ran over.
    pub overrun_reason: String,
    /// The items of the agenda whose times differ, each with its hours.
    pub agenda: Vec<String>,
}

/// One correction of the hours of a held meeting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoursCorrected {
    /// When it was corrected.
    pub at: DateTime<Utc>,
    /// By whom.
    pub by: String,
    /// Why.
    pub reason: String,
    /// The hours before.
    pub before: HoursKept,
    /// The hours since then.
    pub after: HoursKept,
}

/// A closing that was taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reopened {
    /// When it was taken back.
    pub at: DateTime<Utc>,
    /// By whom.
    pub by: String,
    /// The closing; none when the trail had no room for it.
    pub closed: Option<DateTime<Utc>>,
}

/// What of a meeting's record may be taken back now, and how it came about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordState {
    /// Set when the meeting was entered after it took place.
    pub entered: Option<EnteredAfterwards>,
    /// The corrections of its hours, the newest first; only for those who may correct it or read its trail.
    pub corrections: Vec<HoursCorrected>,
    /// The closings that were taken back, the newest first; only for those who conduct it, may correct it or read its trail.
    pub reopened: Vec<Reopened>,
    /// Whether the draft is declared as held, so that publishing it enters it and invites nobody.
    pub is_to_enter: bool,
    /// Whether the caller may take back the last step of the agenda.
    pub may_undo_step: bool,
    /// Whether the caller may take back the closing.
    pub may_reopen: bool,
    /// Whether the caller may take back that the meeting was entered.
    pub may_back_to_draft: bool,
}

/// Putting the record of a meeting right. Refusals: `WrongState`, `PeriodSigned`, `OpeningTime`, `RoomTaken`, `ChairTaken`,
/// `OverrunReasonNeeded`, `ReasonNeeded`; `Invalid` names the fields.
#[async_trait]
pub trait MeetingRecord: Send + Sync {
    /// Opens a meeting that began earlier today, or on a day of one of its sittings, at the local time it really began.
    async fn open_since(&self, caller: &Caller, meeting: MeetingId, began: NaiveDateTime) -> Outcome<()>;
    /// Takes back the last step of the agenda: the item before is under discussion again, and both items have the times
    /// they had.
    async fn undo_step(&self, caller: &Caller, meeting: MeetingId) -> Outcome<()>;
    /// Takes back the closing: the meeting is under way again with everything it had, and is not counted as held until it
    /// is closed again. `RoomTaken` or `ChairTaken` when another meeting has taken them for the time that is left.
    async fn reopen(&self, caller: &Caller, meeting: MeetingId) -> Outcome<()>;
    /// Takes back that a meeting was entered after it took place, with a reason: it is a draft again with everything that
    /// was typed, its roll, its sites and its papers, and is not counted until it is entered again. Only for those who may
    /// compose for its agency, and while it could still be entered: `PeriodSigned`, `TooLongAgo`; `TooManyDrafts` as
    /// with any draft.
    async fn back_to_draft(&self, caller: &Caller, meeting: MeetingId, reason: &str) -> Outcome<()>;
    /// Corrects the hours of a held meeting and of the items of its agenda.
    async fn correct(&self, caller: &Caller, meeting: MeetingId, input: CorrectionInput) -> Outcome<()>;
}

#[cfg(test)]
mod tests;
