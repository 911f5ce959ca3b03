//! Local days and instants. An office works in days and hours of its own zone; the database keeps UTC.
//! Knows no clock: "now" always comes from the caller.

use std::ops::RangeInclusive;

use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use serde::{Deserialize, Serialize};

use crate::error::Problem;

mod day_time;
mod read_date;
mod read_time;

pub use day_time::DayTime;
pub use read_date::{DateReading, Toward, read_ends};
pub use read_time::read_time;

/// A fixed offset from UTC in minutes. Viet Nam has one zone without summer time, so an offset says it all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Zone {
    /// Minutes east of UTC.
    pub offset_minutes: i32,
}

impl Zone {
    /// Indochina Time, UTC+7.
    pub const VIETNAM: Zone = Zone { offset_minutes: 7 * 60 };

    /// The local wall-clock reading of an instant; at the ends of time, the end.
    pub fn local(self, instant: DateTime<Utc>) -> NaiveDateTime {
        let east = Duration::minutes(i64::from(self.offset_minutes));
        instant.naive_utc().checked_add_signed(east).unwrap_or(NaiveDateTime::MAX)
    }

    /// The local date of an instant.
    pub fn date(self, instant: DateTime<Utc>) -> NaiveDate {
        self.local(instant).date()
    }

    /// The instant at which a local clock shows this reading; at the ends of time, the end.
    pub fn instant(self, local: NaiveDateTime) -> DateTime<Utc> {
        let east = Duration::minutes(i64::from(self.offset_minutes));
        local.checked_sub_signed(east).unwrap_or(NaiveDateTime::MIN).and_utc()
    }
}

/// Years in which a date that somebody types can lie. Outside them it is a slip of the hand, such as a year of two
/// digits or of five, and would sort wrongly where dates are kept as text.
pub const YEARS: RangeInclusive<i32> = 1990..=2999;

/// Reads a whole date as files and addresses write it: `2026-06-16`, `16/6/2026`, `16-6-2026`, `16.6.2026`; its year is one
/// of [`YEARS`]. What people type into a field is read by [`DateReading::read`].
pub fn parse_date(text: &str) -> Option<NaiveDate> {
    let mut parts = text.trim().split(['/', '-', '.']).map(|part| part.trim());
    let [first, month, last] = [parts.next()?, parts.next()?, parts.next()?];
    let is_plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if parts.next().is_some() || ![first, month, last].into_iter().all(is_plain) {
        return None;
    }
    let (year, day) = if first.len() == 4 { (first, last) } else { (last, first) };
    let year = year.parse().ok().filter(|year| YEARS.contains(year))?;
    NaiveDate::from_ymd_opt(year, month.parse().ok()?, day.parse().ok()?)
}

/// One stretch of a meeting on one local date, half-open: `07:30–12:30` ends as 12:30 begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Sitting {
    /// Local date.
    pub date: NaiveDate,
    /// Local start, included.
    pub from: NaiveTime,
    /// Local end, excluded; later than `from`. 24:00 is the end of `date`.
    pub to: DayTime,
}

/// Nobody meets before this hour, so an evening that ends before it ends on the next date.
const NIGHT_ENDS: u32 = 6 * 60;

impl Sitting {
    /// A sitting, if it ends after it begins.
    pub fn new(date: NaiveDate, from: NaiveTime, to: impl Into<DayTime>) -> Option<Self> {
        let to = to.into();
        (from < to).then_some(Self { date, from, to })
    }

    /// The same, or what is wrong with its end.
    pub fn checked(date: NaiveDate, from: NaiveTime, to: DayTime) -> Result<Self, Problem> {
        let wrong = match to.minute() {
            0 => Problem::EndsAtMidnight,
            minute if from >= Hours::EVENING && minute < NIGHT_ENDS => Problem::PastMidnight,
            _ => Problem::EndsBeforeStart,
        };
        Self::new(date, from, to).ok_or(wrong)
    }

    /// The sitting from one moment to another of the same date, or to its end.
    pub fn between(start: NaiveDateTime, end: NaiveDateTime) -> Option<Self> {
        let date = start.date();
        let to = if end == DayTime::End.on(date) { DayTime::End } else { end.time().into() };
        Self::new(date, start.time(), to).filter(|sitting| sitting.end() == end)
    }

    /// Local start.
    pub fn start(&self) -> NaiveDateTime {
        self.date.and_time(self.from)
    }

    /// Local end, excluded.
    pub fn end(&self) -> NaiveDateTime {
        self.to.on(self.date)
    }

    /// Whether both take some of the same time. Touching ends do not.
    pub fn overlaps(&self, other: &Sitting) -> bool {
        self.date == other.date && self.from < other.to && other.from < self.to
    }

    /// Length in minutes.
    pub fn minutes(&self) -> i64 {
        (self.end() - self.start()).num_minutes()
    }
}

/// The working hours of an agency: what an office day is, and where it is cut into sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    /// Start of the morning.
    pub morning_from: NaiveTime,
    /// End of the morning, start of the midday break.
    pub morning_to: NaiveTime,
    /// End of the midday break.
    pub afternoon_from: NaiveTime,
    /// End of the office day.
    pub afternoon_to: NaiveTime,
}

/// `hh:mm` as a time of day; both are constants below, so it cannot fail.
const fn hm(hour: u32, minute: u32) -> NaiveTime {
    match NaiveTime::from_hms_opt(hour, minute, 0) {
        Some(time) => time,
        None => NaiveTime::MIN,
    }
}

impl Default for Hours {
    /// 07:30–11:30 and 13:30–17:00.
    fn default() -> Self {
        Self {
            morning_from: hm(7, 30),
            morning_to: hm(11, 30),
            afternoon_from: hm(13, 30),
            afternoon_to: hm(17, 0),
        }
    }
}

impl Hours {
    /// Where the evening begins for every agency.
    pub const EVENING: NaiveTime = hm(18, 0);

    /// The middle of the midday break: 12:30 by default.
    pub fn noon_cut(&self) -> NaiveTime {
        self.morning_to + (self.afternoon_from - self.morning_to) / 2
    }

    /// The field of the first time that does not follow the one before it, or takes from the evening.
    pub fn out_of_order(&self) -> Option<&'static str> {
        [
            ("morning_to", self.morning_from < self.morning_to),
            ("afternoon_from", self.morning_to <= self.afternoon_from),
            ("afternoon_to", self.afternoon_from < self.afternoon_to && self.afternoon_to <= Self::EVENING),
        ]
        .into_iter()
        .find_map(|(field, follows)| (!follows).then_some(field))
    }
}

#[cfg(test)]
mod tests;
