//! The days of a calendar window: what is on them, and whether offices work. Pure.

use chrono::{Datelike, NaiveDate, Weekday};
use domain::duration::{DaySession, touched_by};
use domain::meetings::{Calendar, Entry};
use domain::period::Window;
use domain::time::Zone;

/// Why a day has no meetings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Closed {
    /// A day off with its name.
    Off(String),
    /// The agency keeps it free.
    Blocked,
    /// A plain weekend.
    Weekend,
}

/// One day.
#[derive(Clone, Debug)]
pub(super) struct Day {
    pub(super) date: NaiveDate,
    pub(super) is_today: bool,
    pub(super) closed: Option<Closed>,
    pub(super) entries: Vec<Entry>,
}

impl Day {
    /// The sittings that touch a session.
    pub(super) fn in_session<'a>(
        &'a self,
        session: DaySession,
        calendar: &'a Calendar,
    ) -> impl Iterator<Item = &'a Entry> {
        self.entries.iter().filter(move |entry| {
            touched_by(&entry.sitting, &calendar.hours).any(|half| half.session == session)
        })
    }
}

/// Every day of a window.
pub(super) fn days(calendar: &Calendar, window: Window) -> Vec<Day> {
    let today = Zone::VIETNAM.date(calendar.now);
    window
        .from
        .iter_days()
        .take_while(|date| *date <= window.to)
        .map(|date| Day {
            date,
            is_today: date == today,
            closed: closed(calendar, date),
            entries: calendar.entries.iter().filter(|entry| entry.sitting.date == date).cloned().collect(),
        })
        .collect()
}

/// The days of a week as it is printed: weekend days only when they are worked or something is on them.
pub(super) fn of_week(calendar: &Calendar, window: Window) -> Vec<Day> {
    let mut days = days(calendar, window);
    days.retain(|day| day.closed != Some(Closed::Weekend) || !day.entries.is_empty());
    days
}

fn closed(calendar: &Calendar, date: NaiveDate) -> Option<Closed> {
    if let Some((_, name)) = calendar.days_off.iter().find(|(off, _)| *off == date) {
        // A holiday on a weekend adds no column to the week.
        let is_weekend = matches!(date.weekday(), Weekday::Sat | Weekday::Sun);
        return Some(if is_weekend { Closed::Weekend } else { Closed::Off(name.clone()) });
    }
    let is_weekend = matches!(date.weekday(), Weekday::Sat | Weekday::Sun);
    if is_weekend && !calendar.working_weekends.contains(&date) {
        return Some(Closed::Weekend);
    }
    calendar.blocked.contains(&date).then_some(Closed::Blocked)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::time::Hours;

    fn d(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn calendar() -> Calendar {
        Calendar {
            entries: Vec::new(),
            left_out: Vec::new(),
            years_not_entered: Vec::new(),
            days_off: vec![(d("2026-09-01"), "Quốc khánh".into())],
            working_weekends: vec![d("2026-08-22")],
            blocked: vec![d("2026-08-25")],
            hours: Hours::default(),
            rooms: Vec::new(),
            has_more_rooms: false,
            now: "2026-08-20T03:00:00Z".parse().unwrap(),
        }
    }

    fn week(from: &str, to: &str) -> Vec<Day> {
        of_week(&calendar(), Window { from: d(from), to: d(to) })
    }

    #[test]
    fn a_worked_saturday_gets_its_column() {
        let worked = week("2026-08-17", "2026-08-23");
        assert_eq!(worked.len(), 6);
        assert!(worked[3].is_today);
        assert_eq!(week("2026-08-24", "2026-08-30").len(), 5);
    }

    #[test]
    fn days_off_and_blocked_days_say_why() {
        assert_eq!(week("2026-08-31", "2026-09-06")[1].closed, Some(Closed::Off("Quốc khánh".into())));
        assert_eq!(week("2026-08-24", "2026-08-30")[1].closed, Some(Closed::Blocked));
    }
}
