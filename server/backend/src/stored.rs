//! Reading back what was stored: text into identifiers, dates, instants and codes. What cannot be read back is a fault
//! of the program or of somebody's hand in the database, never of the user.

use std::str::FromStr;

use chrono::{DateTime, NaiveDate, Utc};
use domain::time::{DayTime, Sitting};
use serde::de::DeserializeOwned;

use crate::stop::{Done, Stop};

/// An identifier.
pub(crate) fn id<T: FromStr>(text: &str) -> Done<T> {
    text.parse().map_err(|_| Stop::Stored(format!("identifier {text:?}")))
}

/// An identifier that may be missing.
pub(crate) fn optional_id<T: FromStr>(text: Option<&str>) -> Done<Option<T>> {
    text.map(id).transpose()
}

/// A local date in ISO form.
pub(crate) fn date(text: &str) -> Done<NaiveDate> {
    text.parse().map_err(|_| Stop::Stored(format!("date {text:?}")))
}

/// A time of day from its minute; 1440 is the end of the day.
pub(crate) fn minute(minute: i64) -> Done<DayTime> {
    u32::try_from(minute)
        .ok()
        .and_then(DayTime::from_minute)
        .ok_or_else(|| Stop::Stored(format!("minute {minute}")))
}

/// The minute that a time of day is stored as.
pub(crate) fn minute_of(time: impl Into<DayTime>) -> i64 {
    i64::from(time.into().minute())
}

/// A sitting from its date and minutes.
pub(crate) fn sitting(day: &str, from: i64, to: i64) -> Done<Sitting> {
    let date = date(day)?;
    let sitting = minute(from)?.time().and_then(|from| Sitting::new(date, from, minute(to).ok()?));
    sitting.ok_or_else(|| Stop::Stored(format!("sitting on {day}")))
}

/// An instant from epoch milliseconds.
pub(crate) fn instant(millis: i64) -> Done<DateTime<Utc>> {
    DateTime::from_timestamp_millis(millis).ok_or_else(|| Stop::Stored(format!("instant {millis}")))
}

/// An instant that may be missing.
pub(crate) fn optional_instant(millis: Option<i64>) -> Done<Option<DateTime<Utc>>> {
    millis.map(instant).transpose()
}

/// A word that one of the domain's `parse` functions reads.
pub(crate) fn code<T>(text: &str, parse: impl FnOnce(&str) -> Option<T>) -> Done<T> {
    parse(text).ok_or_else(|| Stop::Stored(format!("code {text:?}")))
}

/// JSON.
pub(crate) fn json<T: DeserializeOwned>(text: &str) -> Done<T> {
    Ok(serde_json::from_str(text)?)
}

/// A number that is never negative.
pub(crate) fn number(value: i64) -> Done<u32> {
    u32::try_from(value).map_err(|_| Stop::Stored(format!("number {value}")))
}
