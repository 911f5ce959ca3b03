//! A time of a day, 24:00 included. Clocks go from 00:00 to 23:59; the end of an evening may also be 24:00, which is the
//! first moment of the next date but belongs to the day before.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime, Timelike};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A time of day or the end of the day. Later is greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DayTime {
    /// A time that a clock shows.
    At(NaiveTime),
    /// 24:00.
    End,
}

impl DayTime {
    /// Minutes of a whole day.
    pub const MINUTES: u32 = 24 * 60;

    /// The time that a clock shows; 24:00 is not one.
    pub fn time(self) -> Option<NaiveTime> {
        match self {
            DayTime::At(time) => Some(time),
            DayTime::End => None,
        }
    }

    /// The moment at which this time comes on a date.
    pub fn on(self, date: NaiveDate) -> NaiveDateTime {
        match self {
            DayTime::At(time) => date.and_time(time),
            DayTime::End => date
                .checked_add_days(Days::new(1))
                .map_or(NaiveDateTime::MAX, |next| next.and_time(NaiveTime::MIN)),
        }
    }

    /// The minute of the day, 0 to 1440, as it is stored.
    pub fn minute(self) -> u32 {
        match self {
            DayTime::At(time) => time.hour() * 60 + time.minute(),
            DayTime::End => Self::MINUTES,
        }
    }

    /// The time at a minute of the day; none beyond 1440.
    pub fn from_minute(minute: u32) -> Option<DayTime> {
        match minute {
            Self::MINUTES => Some(DayTime::End),
            minute => NaiveTime::from_hms_opt(minute / 60, minute % 60, 0).map(DayTime::At),
        }
    }
}

impl From<NaiveTime> for DayTime {
    fn from(time: NaiveTime) -> Self {
        DayTime::At(time)
    }
}

impl PartialEq<NaiveTime> for DayTime {
    fn eq(&self, other: &NaiveTime) -> bool {
        *self == DayTime::At(*other)
    }
}

impl PartialOrd<NaiveTime> for DayTime {
    fn partial_cmp(&self, other: &NaiveTime) -> Option<Ordering> {
        Some(self.cmp(&DayTime::At(*other)))
    }
}

impl PartialEq<DayTime> for NaiveTime {
    fn eq(&self, other: &DayTime) -> bool {
        DayTime::At(*self) == *other
    }
}

impl PartialOrd<DayTime> for NaiveTime {
    fn partial_cmp(&self, other: &DayTime) -> Option<Ordering> {
        Some(DayTime::At(*self).cmp(other))
    }
}

/// `07:30`, `24:00`.
impl fmt::Display for DayTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.minute() / 60, self.minute() % 60)
    }
}

/// How 24:00 is written where a clock's time is written with its seconds.
const END: &str = "24:00:00";

/// Reads what [`Serialize`] writes.
impl FromStr for DayTime {
    type Err = chrono::ParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == END { Ok(DayTime::End) } else { text.parse().map(DayTime::At) }
    }
}

impl Serialize for DayTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            DayTime::At(time) => time.serialize(serializer),
            DayTime::End => serializer.serialize_str(END),
        }
    }
}

impl<'de> Deserialize<'de> for DayTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}
