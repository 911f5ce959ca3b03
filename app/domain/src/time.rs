//! Local days and instants. An office works in days and hours of its own zone; the database keeps UTC.
//! Knows no clock: "now" always comes from the caller.

use std::ops::RangeInclusive;

use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use serde::{Deserialize, Serialize};

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

/// Reads a date as offices type it: `2026-06-16`, `16/6/2026`, `16-6-2026`, `16.6.2026`; its year is one of [`YEARS`].
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
    /// Local end, excluded; later than `from`.
    pub to: NaiveTime,
}

impl Sitting {
    /// A sitting, if it ends after it begins.
    pub fn new(date: NaiveDate, from: NaiveTime, to: NaiveTime) -> Option<Self> {
        (from < to).then_some(Self { date, from, to })
    }

    /// Local start.
    pub fn start(&self) -> NaiveDateTime {
        self.date.and_time(self.from)
    }

    /// Local end, excluded.
    pub fn end(&self) -> NaiveDateTime {
        self.date.and_time(self.to)
    }

    /// Whether both take some of the same time. Touching ends do not.
    pub fn overlaps(&self, other: &Sitting) -> bool {
        self.date == other.date && self.from < other.to && other.from < self.to
    }

    /// Length in minutes.
    pub fn minutes(&self) -> i64 {
        (self.to - self.from).num_minutes()
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
mod tests {
    use chrono::Datelike;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_date_has_a_year_that_an_office_could_mean() {
        let table = [
            ("2026-06-16", Some("2026-06-16")),
            (" 16/6/2026 ", Some("2026-06-16")),
            ("16-06-2026", Some("2026-06-16")),
            ("16.6.2026", Some("2026-06-16")),
            ("1/1/1990", Some("1990-01-01")),
            ("31/12/2999", Some("2999-12-31")),
            ("31/12/1989", None),
            ("1/1/3000", None),
            ("16/6/26", None),
            ("16/6/0026", None),
            ("16/6/20266", None),
            ("20266-06-16", None),
            ("+2026-06-16", None),
            ("-262143-01-01", None),
            ("31/2/2026", None),
            ("16/6", None),
            ("16/6/2026/1", None),
            ("", None),
        ];
        for (text, read) in table {
            assert_eq!(parse_date(text).map(|date| date.to_string()).as_deref(), read, "{text:?}");
        }
    }

    #[test]
    fn the_ends_of_time_stop_no_clock() {
        let zone = Zone::VIETNAM;
        assert_eq!(zone.instant(NaiveDateTime::MIN), NaiveDateTime::MIN.and_utc());
        assert_eq!(zone.local(DateTime::<Utc>::MAX_UTC), NaiveDateTime::MAX);
    }

    proptest! {
        #[test]
        fn whatever_is_typed_is_a_date_of_these_years_or_none(text in "\\PC{0,14}|[-+0-9/. ]{0,16}") {
            if let Some(date) = parse_date(&text) {
                prop_assert!(YEARS.contains(&date.year()));
                prop_assert_eq!(parse_date(&date.to_string()), Some(date));
            }
        }
    }
}
