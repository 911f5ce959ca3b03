//! Local days and instants. An office works in days and hours of its own zone; the database keeps UTC.
//! Knows no clock: "now" always comes from the caller.

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

    /// The local wall-clock reading of an instant.
    pub fn local(self, instant: DateTime<Utc>) -> NaiveDateTime {
        instant.naive_utc() + Duration::minutes(i64::from(self.offset_minutes))
    }

    /// The local date of an instant.
    pub fn date(self, instant: DateTime<Utc>) -> NaiveDate {
        self.local(instant).date()
    }

    /// The instant at which a local clock shows this reading.
    pub fn instant(self, local: NaiveDateTime) -> DateTime<Utc> {
        (local - Duration::minutes(i64::from(self.offset_minutes))).and_utc()
    }
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
