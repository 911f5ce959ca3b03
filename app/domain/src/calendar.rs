//! Working days: weekends and holidays off, swapped working Saturdays on, and an agency's own blocked days.
//! The days off are data (a row each, with its name), entered year by year. What a year is like that is not entered yet is
//! not known, and never taken for ordinary.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use chrono::{Datelike, Days, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

use crate::access::Caller;
use crate::error::{FieldProblem, Outcome, Problem};
use crate::text::Line;
use crate::time::DateReading;

/// What a listed date is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayKind {
    /// A holiday, or a day off in exchange for another.
    Off,
    /// A weekend day that is worked in exchange for a day off.
    Work,
}

impl DayKind {
    /// Both kinds.
    pub const ALL: [DayKind; 2] = [Self::Off, Self::Work];

    /// The code in the database, in files and in forms.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Work => "work",
        }
    }

    /// Reads a code.
    pub fn parse(code: &str) -> Option<DayKind> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// The official calendar of days off and swapped working days.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkCalendar {
    /// Listed dates with their name, as published.
    pub days: BTreeMap<NaiveDate, (DayKind, String)>,
    /// The years whose days off are entered in full.
    pub years: BTreeSet<i32>,
    /// Days of the month on which the agency holds no meetings (the 25th: tiếp công dân).
    pub blocked_days_of_month: Vec<u32>,
}

/// The longest stretch without a working day is Tết with its weekends and a swapped day, some ten days; a month is beyond any.
const DAYS_LOOKED_AHEAD: usize = 31;

/// Invitations go out at least so many working days before (QĐ 45/2018/QĐ-TTg).
pub const INVITATION_NOTICE_DAYS: u32 = 3;

impl WorkCalendar {
    /// Whether the days off of this date's year are entered, so that what is said of it holds.
    pub fn is_entered(&self, date: NaiveDate) -> bool {
        self.years.contains(&date.year())
    }

    /// The years from one date to another whose days off are not entered.
    pub fn years_not_entered(&self, from: NaiveDate, to: NaiveDate) -> Vec<i32> {
        (from.year()..=to.year()).filter(|year| !self.years.contains(year)).collect()
    }

    /// Whether offices work on this date, as far as it is known: in a year that is not entered, every weekday counts as
    /// worked, so ask [`is_entered`](Self::is_entered) beside it.
    pub fn is_working(&self, date: NaiveDate) -> bool {
        match self.days.get(&date) {
            Some((kind, _)) => *kind == DayKind::Work,
            None => !matches!(date.weekday(), Weekday::Sat | Weekday::Sun),
        }
    }

    /// The name of a day off, when the calendar lists one.
    pub fn day_off(&self, date: NaiveDate) -> Option<&str> {
        self.days.get(&date).filter(|(kind, _)| *kind == DayKind::Off).map(|(_, name)| name.as_str())
    }

    /// Whether the agency keeps this date free of meetings.
    pub fn is_blocked(&self, date: NaiveDate) -> bool {
        self.blocked_days_of_month.contains(&date.day())
    }

    /// The date that lies so many working days before another.
    pub fn working_days_before(&self, date: NaiveDate, count: u32) -> NaiveDate {
        let (mut day, mut left) = (date, count);
        while left > 0 {
            let Some(before) = day.checked_sub_days(Days::new(1)) else { break };
            day = before;
            left -= u32::from(self.is_working(day));
        }
        day
    }

    /// The next date after this one that is a known working day without being kept free; in a year that is not entered, the
    /// next weekday.
    pub fn next_working_day(&self, date: NaiveDate) -> Option<NaiveDate> {
        date.iter_days()
            .skip(1)
            .take(DAYS_LOOKED_AHEAD)
            .find(|day| self.is_working(*day) && !self.is_blocked(*day))
    }

    /// By how many working days an invitation sent on `sent` for a meeting on `first` is late; 0 when in time.
    ///
    /// The day of sending and the day of the meeting do not count: for a meeting on Friday, Tuesday gives
    /// Tuesday, Wednesday and Thursday as notice.
    pub fn invitation_late_by(&self, sent: NaiveDate, first: NaiveDate) -> u32 {
        let latest = self.working_days_before(first, INVITATION_NOTICE_DAYS);
        let (mut day, mut late) = (latest, 0);
        while day < sent && late < INVITATION_NOTICE_DAYS {
            let Some(next) = day.checked_add_days(Days::new(1)) else { break };
            late += u32::from(self.is_working(day));
            day = next;
        }
        late
    }
}

/// The longest name of a day off, as the notices write them.
pub const DAY_NAME_AT_MOST: u32 = 120;

/// A listed date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkDay {
    /// The date.
    pub date: NaiveDate,
    /// What it is.
    pub kind: DayKind,
    /// Its name, as published.
    pub name: String,
}

/// What is entered of a year.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkYear {
    /// The year.
    pub year: i32,
    /// Whether it is entered in full.
    pub is_entered: bool,
    /// Its listed dates, in order.
    pub days: Vec<WorkDay>,
}

/// A listed date as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WorkDayInput {
    /// The date, as [`DateReading::read`] reads it.
    pub date: String,
    /// Code of what it is.
    pub kind: String,
    /// Its name.
    pub name: String,
}

impl WorkDayInput {
    /// The day, or every field that is wrong. Only a weekend day can be worked in exchange for another.
    pub fn parse(&self, dates: &DateReading) -> Result<WorkDay, Vec<FieldProblem>> {
        let mut problems = Vec::new();
        let mut put = |field: &str, problem| problems.push(FieldProblem::new(field, problem));
        let missing_or =
            |text: &str, problem| if text.trim().is_empty() { Problem::Missing } else { problem };
        let date =
            dates.read(&self.date).map_err(|problem| put("date", missing_or(&self.date, problem))).ok();
        let kind = DayKind::parse(self.kind.trim());
        if kind.is_none() {
            put("kind", missing_or(&self.kind, Problem::Unknown));
        }
        let is_weekend = |date: NaiveDate| matches!(date.weekday(), Weekday::Sat | Weekday::Sun);
        if kind == Some(DayKind::Work) && date.is_some_and(|date| !is_weekend(date)) {
            put("date", Problem::WorkedAnyway);
        }
        let name = Line::parse(&self.name, DAY_NAME_AT_MOST).map_err(|problem| put("name", problem)).ok();
        match (date, kind, name) {
            (Some(date), Some(kind), Some(name)) if problems.is_empty() => {
                Ok(WorkDay { date, kind, name: name.into() })
            }
            _ => Err(problems),
        }
    }
}

/// The days off and the worked weekends, one list for the whole system. Everybody may see them; the system's administrator
/// enters them.
#[async_trait]
pub trait WorkDays: Send + Sync {
    /// What is entered of a year; `NotFound` for a year that no field takes.
    async fn year(&self, caller: &Caller, year: i32) -> Outcome<WorkYear>;
    /// The years of which anything is entered, and those entered in full, in order.
    async fn years(&self, caller: &Caller) -> Outcome<Vec<(i32, bool)>>;
    /// Enters what kind of day a date is, or replaces what was entered for it.
    async fn set(&self, caller: &Caller, input: WorkDayInput) -> Outcome<NaiveDate>;
    /// Takes a date off the list.
    async fn remove(&self, caller: &Caller, date: NaiveDate) -> Outcome<()>;
    /// Says whether a year is entered in full.
    async fn declare(&self, caller: &Caller, year: i32, is_entered: bool) -> Outcome<()>;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn calendar() -> WorkCalendar {
        let mut calendar = WorkCalendar {
            blocked_days_of_month: vec![25],
            years: BTreeSet::from([2026]),
            ..WorkCalendar::default()
        };
        calendar.days.insert(d("2026-08-22"), (DayKind::Work, "Làm bù".into()));
        calendar.days.insert(d("2026-08-31"), (DayKind::Off, "Nghỉ".into()));
        calendar.days.insert(d("2026-09-01"), (DayKind::Off, "Quốc khánh".into()));
        calendar.days.insert(d("2026-09-02"), (DayKind::Off, "Quốc khánh".into()));
        calendar
    }

    #[test]
    fn swapped_saturday_is_worked_and_swapped_monday_is_off() {
        let calendar = calendar();
        assert!(calendar.is_working(d("2026-08-22")));
        assert!(!calendar.is_working(d("2026-08-29")));
        assert!(!calendar.is_working(d("2026-08-31")));
        assert_eq!(calendar.day_off(d("2026-09-02")), Some("Quốc khánh"));
        assert!(calendar.is_blocked(d("2026-06-25")));
    }

    #[test]
    fn a_year_that_is_not_entered_is_not_known() {
        let calendar = calendar();
        assert!(calendar.is_entered(d("2026-12-31")) && !calendar.is_entered(d("2027-01-01")));
        assert_eq!(calendar.years_not_entered(d("2026-12-28"), d("2026-12-31")), [0; 0]);
        assert_eq!(calendar.years_not_entered(d("2025-12-28"), d("2028-01-02")), [2025, 2027, 2028]);
    }

    #[test]
    fn the_next_working_day_skips_weekends_holidays_and_days_kept_free() {
        let next = |day| calendar().next_working_day(d(day)).unwrap().to_string();
        assert_eq!(next("2026-06-19"), "2026-06-22", "a Friday");
        assert_eq!(next("2026-08-21"), "2026-08-22", "before a worked Saturday");
        assert_eq!(next("2026-08-28"), "2026-09-03", "before the national day");
        assert_eq!(next("2026-06-24"), "2026-06-26", "before the 25th");
    }

    #[test]
    fn a_listed_day_has_a_date_a_kind_and_a_name() {
        let parse = |date: &str, kind: &str, name: &str| {
            let input = WorkDayInput { date: date.into(), kind: kind.into(), name: name.into() };
            let problems = |problems: Vec<FieldProblem>| -> Vec<(String, Problem)> {
                problems.into_iter().map(|p| (p.field, p.problem)).collect()
            };
            input.parse(&DateReading::coming(d("2026-11-29"))).map_err(problems)
        };
        assert_eq!(parse("1/1/2028", "off", " Tết  Dương lịch ").unwrap().name, "Tết Dương lịch");
        assert_eq!(parse("8/1/2028", "work", "Làm bù").unwrap().kind, DayKind::Work);
        let wrong = |field: &str, problem| Err(vec![(field.to_owned(), problem)]);
        assert_eq!(parse("7/1/2028", "work", "Làm bù"), wrong("date", Problem::WorkedAnyway));
        assert_eq!(parse("1/1/2028", "holiday", "Tết"), wrong("kind", Problem::Unknown));
        assert_eq!(parse("1/1/2028", "off", " "), wrong("name", Problem::Missing));
        assert_eq!(parse("", "off", "Tết"), wrong("date", Problem::Missing));
        assert!(
            matches!(parse("31/4/2028", "off", "x"), Err(p) if matches!(p[0].1, Problem::NoSuchDay { .. }))
        );
    }

    #[test]
    fn notice_is_counted_over_weekends_and_holidays() {
        let calendar = calendar();
        assert_eq!(calendar.working_days_before(d("2026-09-04"), 3), d("2026-08-27"));
        assert_eq!(calendar.invitation_late_by(d("2026-08-27"), d("2026-09-04")), 0);
        assert_eq!(calendar.invitation_late_by(d("2026-08-28"), d("2026-09-04")), 1);
        assert_eq!(calendar.invitation_late_by(d("2026-09-03"), d("2026-09-04")), 2);
        assert_eq!(calendar.invitation_late_by(d("2026-09-04"), d("2026-09-04")), 3);
    }
}
