//! When a room is free on a day, within office hours. Pure.

use chrono::{Duration, NaiveDateTime, NaiveTime, Timelike};
use domain::time::{Hours, Sitting};

/// A shorter gap is no room for a meeting.
const LEAST_MINUTES: i64 = 30;

/// The last time of a day: nothing is free from then on.
const LAST: NaiveTime = match NaiveTime::from_hms_opt(23, 59, 59) {
    Some(time) => time,
    None => NaiveTime::MIN,
};

/// The stretches of a day's office hours that none of the sittings takes, not before now.
pub(super) fn free(
    date: chrono::NaiveDate,
    taken: &[Sitting],
    hours: &Hours,
    now: NaiveDateTime,
) -> Vec<Sitting> {
    let mut taken: Vec<&Sitting> = taken.iter().filter(|sitting| sitting.date == date).collect();
    taken.sort();
    let mut stretches = Vec::new();
    let halves = [(hours.morning_from, hours.morning_to), (hours.afternoon_from, hours.afternoon_to)];
    for (from, to) in halves {
        let mut at = start(date, from, now);
        for sitting in &taken {
            push(&mut stretches, date, at, sitting.from.min(to));
            // Who is taken until midnight is free no more that day.
            at = at.max(sitting.to.time().unwrap_or(LAST));
        }
        push(&mut stretches, date, at, to);
    }
    stretches
}

/// The half-day's start, or the next half hour when that has passed.
fn start(date: chrono::NaiveDate, from: NaiveTime, now: NaiveDateTime) -> NaiveTime {
    if date < now.date() {
        return LAST;
    }
    if date > now.date() || now.time() <= from {
        return from;
    }
    let minute = i64::from(now.minute());
    let wait = (LEAST_MINUTES - minute % LEAST_MINUTES) % LEAST_MINUTES;
    let whole = now.time().with_second(0).unwrap_or(now.time());
    let (next, days) = whole.overflowing_add_signed(Duration::minutes(wait));
    if days > 0 { LAST } else { next }
}

fn push(stretches: &mut Vec<Sitting>, date: chrono::NaiveDate, from: NaiveTime, to: NaiveTime) {
    if let Some(sitting) = Sitting::new(date, from, to)
        && sitting.minutes() >= LEAST_MINUTES
    {
        stretches.push(sitting);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sitting(from: &str, to: &str) -> Sitting {
        let time = |text: &str| NaiveTime::parse_from_str(text, "%H:%M").unwrap();
        Sitting::new("2026-06-11".parse().unwrap(), time(from), time(to)).unwrap()
    }

    fn free_at(taken: &[Sitting], now: &str) -> Vec<String> {
        free("2026-06-11".parse().unwrap(), taken, &Hours::default(), now.parse().unwrap())
            .iter()
            .map(|s| format!("{}-{}", s.from.format("%H:%M"), s.to))
            .collect()
    }

    #[test]
    fn what_is_not_taken_is_free_within_office_hours() {
        let taken = [sitting("08:00", "10:00"), sitting("09:00", "11:10"), sitting("16:00", "18:30")];
        assert_eq!(free_at(&taken, "2026-06-10T09:00:00"), ["07:30-08:00", "13:30-16:00"]);
        assert_eq!(free_at(&[], "2026-06-10T09:00:00"), ["07:30-11:30", "13:30-17:00"]);
        assert_eq!(free_at(&[sitting("07:00", "17:00")], "2026-06-10T09:00:00"), [""; 0]);
    }

    #[test]
    fn what_has_passed_is_not_free() {
        assert_eq!(free_at(&[], "2026-06-11T09:12:00"), ["09:30-11:30", "13:30-17:00"]);
        assert_eq!(free_at(&[], "2026-06-11T23:50:00"), [""; 0]);
        assert_eq!(free_at(&[], "2026-06-12T07:00:00"), [""; 0]);
    }
}
