//! Dates that were typed without their year or week. Which day such a text means depends on whether the meeting lies ahead or
//! took place, and that may be said after the date was typed. Knows no form.

use chrono::NaiveDate;

use crate::time::{DateReading, Toward};

/// The two days that a text without year or week may mean, and which of them was taken. They are kept with the sitting,
/// because the text itself means other days later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TwoWays {
    past: NaiveDate,
    coming: NaiveDate,
    taken: Toward,
}

impl TwoWays {
    /// Reads what was typed. `None` when it means the same day either way, or none.
    pub(super) fn read(text: &str, dates: &DateReading) -> Option<TwoWays> {
        let past = DateReading::past(dates.today).read(text).ok()?;
        let coming = DateReading::coming(dates.today).read(text).ok()?;
        (past != coming).then_some(TwoWays { past, coming, taken: dates.toward })
    }

    /// Reads [`Self::code`].
    pub(super) fn parse(code: &str) -> Option<TwoWays> {
        let mut words = code.split(' ');
        let taken = match words.next()? {
            "past" => Toward::Past,
            "coming" => Toward::Future,
            _ => return None,
        };
        let (past, coming) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        Some(TwoWays { past, coming, taken })
    }

    /// As a sitting keeps it: `coming 2026-11-20 2027-11-20`.
    pub(super) fn code(&self) -> String {
        let taken = match self.taken {
            Toward::Past => "past",
            Toward::Future => "coming",
        };
        format!("{taken} {} {}", self.past, self.coming)
    }

    /// The day that was taken.
    pub(super) fn date(&self) -> NaiveDate {
        match self.taken {
            Toward::Past => self.past,
            Toward::Future => self.coming,
        }
    }

    /// The same text, meaning the other day if the direction says so.
    pub(super) fn toward(self, toward: Toward) -> TwoWays {
        TwoWays { taken: toward, ..self }
    }
}
