//! Working days: weekends and holidays off, swapped working Saturdays on, and an agency's own blocked days.
//! The days off are data (a row each, with its name); this module only reads them.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

/// What a listed date is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayKind {
    /// A holiday, or a day off in exchange for another.
    Off,
    /// A weekend day that is worked in exchange for a day off.
    Work,
}

/// The official calendar of days off and swapped working days.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkCalendar {
    /// Listed dates with their name, as published.
    pub days: BTreeMap<NaiveDate, (DayKind, String)>,
    /// Days of the month on which the agency holds no meetings (the 25th: tiếp công dân).
    pub blocked_days_of_month: Vec<u32>,
}

/// Invitations go out at least so many working days before (QĐ 45/2018/QĐ-TTg).
pub const INVITATION_NOTICE_DAYS: u32 = 3;

impl WorkCalendar {
    /// Whether offices work on this date.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn calendar() -> WorkCalendar {
        let mut calendar = WorkCalendar { blocked_days_of_month: vec![25], ..WorkCalendar::default() };
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
    fn notice_is_counted_over_weekends_and_holidays() {
        let calendar = calendar();
        assert_eq!(calendar.working_days_before(d("2026-09-04"), 3), d("2026-08-27"));
        assert_eq!(calendar.invitation_late_by(d("2026-08-27"), d("2026-09-04")), 0);
        assert_eq!(calendar.invitation_late_by(d("2026-08-28"), d("2026-09-04")), 1);
        assert_eq!(calendar.invitation_late_by(d("2026-09-03"), d("2026-09-04")), 2);
        assert_eq!(calendar.invitation_late_by(d("2026-09-04"), d("2026-09-04")), 3);
    }
}
